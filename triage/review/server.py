"""The review page: Starlette on loopback, for one person, for one sitting.

What keeps strangers out: bound to 127.0.0.1; every request must carry this host in `Host` (a page of another site
that resolves to loopback does not) and the session cookie, which is given once, against the one-time token in the
address the terminal prints; writing needs the token again in a header, which no other site can send. Nothing is
loaded from anywhere: the Content-Security-Policy names this server alone. Pictures are not shown here at all.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from triage.custody.log import CustodyLog
from triage.errors import TriageError
from triage.review import queries
from triage.review.decisions import CLASSES, Decision, record, record_unchecked
from triage.review.queries import Filter

COOKIE = "triage-review"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY",
}  # fmt: skip
_STATIC = {"page.css": "text/css", "page.js": "text/javascript"}
_MAX_BODY = 64 << 10
Next = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Sitting:
    """One review: the case's index and log, who decides, and the secrets of this sitting."""

    db: sqlite3.Connection
    log: CustodyLog
    author: str
    role: str
    hold: Callable[[str], int]
    """Moves a unit to the sealed store; TriageError where the case has none and can make none."""
    port: int = 0
    entry: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    used: bool = False
    made: int = 0
    held: int = 0

    def admits(self, request: Request) -> bool:
        """Whether the request comes from the page that was opened with the token."""
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        given = request.cookies.get(COOKIE, "")
        return request.headers.get("host", "") in hosts and secrets.compare_digest(given, self.session)

    def may_write(self, request: Request) -> bool:
        return secrets.compare_digest(request.headers.get("x-triage-review", ""), self.session)


def application(sitting: Sitting) -> Starlette:
    """The routes over one sitting."""

    async def guard(request: Request, call: Next) -> Response:
        if request.url.path != "/enter" and not sitting.admits(request):
            response: Response = PlainTextResponse("Open the address that the terminal printed.\n", 403)
        elif request.method == "POST" and not sitting.may_write(request):
            response = PlainTextResponse("refused\n", 403)
        else:
            response = await call(request)
        response.headers.update(_HEADERS)
        return response

    def route(path: str, answer: Callable[[Request], Response]) -> Route:
        """All answers are given in the thread that opened the index: SQLite connections stay in theirs."""

        async def endpoint(request: Request) -> Response:
            return answer(request)

        return Route(path, endpoint)

    return Starlette(
        routes=[
            route("/enter", lambda request: _enter(sitting, request)),
            route("/", lambda request: _page(sitting)),
            route("/static/{name}", _static),
            route("/api/facets", lambda request: JSONResponse(queries.facets(sitting.db) | _who(sitting))),
            route("/api/findings", lambda request: _findings(sitting, request)),
            route("/api/unit/{id}", lambda request: _unit(sitting, request)),
            Route("/api/decisions", _deciding(sitting), methods=["POST"]),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=guard)],
    )


def _enter(sitting: Sitting, request: Request) -> Response:
    given = request.query_params.get("token", "")
    host = request.headers.get("host", "")
    if sitting.used or host != f"127.0.0.1:{sitting.port}" or not secrets.compare_digest(given, sitting.entry):
        return PlainTextResponse("This address was used already, or is not the one of this sitting.\n", 403)
    sitting.used = True
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, sitting.session, httponly=True, samesite="strict", path="/")
    return response


def _page(sitting: Sitting) -> Response:
    text = files("triage.review").joinpath("page.html").read_text(encoding="utf-8")
    return Response(text.replace("{{session}}", sitting.session), media_type="text/html")


def _static(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in _STATIC:
        return PlainTextResponse("not found\n", 404)
    return Response(files("triage.review").joinpath(name).read_bytes(), media_type=_STATIC[name])


def _who(sitting: Sitting) -> dict[str, object]:
    return {"author": sitting.author, "role": sitting.role, "classes": list(CLASSES)}


def _findings(sitting: Sitting, request: Request) -> Response:
    asked = request.query_params
    offset = asked.get("offset", "0")
    wanted = Filter(
        kind=asked.get("kind", ""), type=asked.get("type", ""), source=asked.get("source", ""),
        decision=asked.get("decision", ""), text=asked.get("text", ""), everything=asked.get("all") == "1",
        offset=int(offset) if offset.isdecimal() and len(offset) < 10 else 0,
    )  # fmt: skip
    try:
        return JSONResponse(queries.listed(sitting.db, wanted))
    except TriageError as error:
        return JSONResponse({"error": str(error)}, 400)


def _unit(sitting: Sitting, request: Request) -> Response:
    sizes = [request.query_params.get(name, "") for name in ("before", "after")]
    before, after = (min(int(s), 2_000) if s.isdecimal() and len(s) < 6 else queries.AROUND for s in sizes)
    found = queries.conversation(sitting.db, str(request.path_params["id"]), before, after)
    return JSONResponse(found) if found else JSONResponse({"error": "no such unit"}, 404)


def _deciding(sitting: Sitting) -> Callable[[Request], Awaitable[Response]]:
    async def decide(request: Request) -> Response:
        raw = await request.body()
        try:
            said = json.loads(raw) if len(raw) <= _MAX_BODY else None
            if not isinstance(said, dict) or not all(isinstance(v, str) for v in said.values()):
                raise ValueError("form")
        except ValueError:
            return JSONResponse({"error": "not an object of strings"}, 400)
        one = Decision(
            target=said.get("target", ""), word=said.get("decision", ""), note=said.get("note", ""),
            author=sitting.author, role=sitting.role, disclosure=said.get("disclosure", "all"),
        )  # fmt: skip
        try:
            return JSONResponse({"no": decided(sitting, one)})
        except TriageError as error:
            return JSONResponse({"error": str(error)}, 400)

    return decide


def decided(sitting: Sitting, one: Decision) -> int:
    """Check, hold where it is privileged, record; gives the decision's number."""
    one.check(sitting.db)
    unit = _unit_of(sitting.db, one.target) if one.word == "privileged" else ""
    if unit:
        sitting.held += sitting.hold(unit)
    number = record_unchecked(sitting.db, sitting.log, one) if unit else record(sitting.db, sitting.log, one)
    sitting.made += 1
    return number


def _unit_of(db: sqlite3.Connection, target: str) -> str:
    row = db.execute("select unit_id from findings where id=?", (target,)).fetchone()
    return str(row[0]) if row else target
