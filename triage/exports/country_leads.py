"""Leads for one country: what an authority there could ask its own providers about, and nothing more.

For `--country CC`: telephone numbers of its numbering plan, bank and payment references of its formats, documents it
issued, places in it. Each line: the value, who may hold records (the carrier the range was allotted to, the bank or
the service where the form names one), first and last appearance in UTC, how often, in which exhibits. No message
text, no names, no other country's values: personal data is limited to the selected rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from triage.exports.selection import Chosen, exhibit, meta

OF_COUNTRY = {
    "CLABE": "MX", "CBU": "AR", "CVU": "AR", "AR_ALIAS": "AR", "CPF": "BR", "CNPJ": "BR", "PIX_EVP": "BR",
    "PIX_KEY": "BR", "BOLETO": "BR", "PIX_BRCODE": "BR", "UPI": "IN", "IFSC": "IN", "ABA": "US", "ABA_ROUTING": "US",
    "ZELLE": "US", "BKASH": "BD", "GCASH": "PH", "MPESA_CODE": "KE", "MPESA": "KE", "SORT_CODE": "GB",
}  # fmt: skip
"""Types of the entity specification whose form belongs to one country."""
OTHER = "another country, or none stated"
_PREFIX = re.compile(r"([A-Z]{2}):")


@dataclass(slots=True)
class _Lead:
    first: str = ""
    last: str = ""
    findings: int = 0
    undated: int = 0
    provider: str = ""
    exhibits: set[str] = field(default_factory=set)


def country_of(kind: str, type: str, value: str, detail: Mapping[str, Any]) -> str:
    """The country a finding belongs to by its own form, or an empty string."""
    for key in ("country", "issuer", "issuing_state"):
        if isinstance(detail.get(key), str) and len(detail[key]) == 2:
            return str(detail[key])
    prefix = _PREFIX.match(value)
    return prefix[1] if prefix else OF_COUNTRY.get(type, "")


def write(chosen: Chosen, out: BinaryIO, country: str) -> None:
    """One JSON document."""
    leads = _collect(chosen, country.upper())
    made = {
        "country": country.upper(),
        "index_root": meta(chosen.db, "index_root"),
        "meaning": "Values as located in the evidence, by their form. A lead is a reason to ask, not a conclusion.",
        "leads": [
            {"kind": kind, "type": type, "value": value, "provider": lead.provider, "first_utc": lead.first,
             "last_utc": lead.last, "findings": lead.findings, "without_instant": lead.undated,
             "exhibits": sorted(lead.exhibits)}
            for (kind, type, value), lead in sorted(leads.items())
        ],
        "account": chosen.account(),
    }  # fmt: skip
    out.write(json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace") + b"\n")


def _collect(chosen: Chosen, country: str) -> dict[tuple[str, str, str], _Lead]:
    leads: dict[tuple[str, str, str], _Lead] = {}
    for row in chosen:
        detail = json.loads(row["detail"])
        if country_of(row["kind"], row["type"], row["value"], detail) != country:
            chosen.withheld[OTHER] += 1
            chosen.shown -= 1
            continue
        lead = leads.setdefault((row["kind"], row["type"], row["value"]), _Lead())
        lead.findings += 1
        lead.provider = lead.provider or _provider(detail)
        if mark := exhibit(row):
            lead.exhibits.add(mark)
        at = _utc(row["sent_at"])
        lead.undated += not at
        if at:
            lead.first, lead.last = min(lead.first or at, at), max(lead.last, at)
    return leads


def _provider(detail: Mapping[str, Any]) -> str:
    for key in ("bank", "provider", "range_allotted_to", "service"):
        if detail.get(key):
            return str(detail[key])
    return ""


def _utc(at: str | None) -> str:
    from datetime import UTC, datetime

    return datetime.fromisoformat(at).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if at else ""
