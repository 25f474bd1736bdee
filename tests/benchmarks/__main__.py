"""`make bench`: speed against public tools, as ratios within one run. Prints a table and writes `bench.json`.

Machines are noisy: read the ratios, not the seconds. Peers that are not installed are named as such.
"""

from __future__ import annotations

import hashlib
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks.chat import write_export
from triage.case import SourceArgument
from triage.custody import events
from triage.custody.log import CustodyLog
from triage.custody.session import this_actor, this_host
from triage.engines.blob import take_file
from triage.pipeline.request import Request
from triage.pipeline.run import run

MESSAGES = 100_000
ROUNDS = 3
WORDS = ("passport", "pasaporte", "deuda", "debt", "owe you", "hasta que pagues", "+34", "IBAN")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def whole_run(export: Path, scratch: Path) -> dict[str, float]:
    """The main job over one export of 100,000 messages, against ripgrep looking for eight words in the same file."""
    rates, ratios = [], []
    for n in range(ROUNDS):
        case = scratch / f"case-{n}"
        request = Request(
            sources=(SourceArgument(label="chat", path=export),), case=case, jobs=2, regions={"": ("ES",)}
        )
        took = timed(partial(run, request))
        rates.append(MESSAGES / took)
        if rg := shutil.which("rg"):
            command = [rg, "-j1", "-i", "-c", *(f"-e{w}" for w in WORDS), str(export)]
            ratios.append(took / timed(partial(subprocess.run, command, capture_output=True, check=False)))
        shutil.rmtree(case)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found = {"messages_per_second": median(rates), "peak_mib_largest_process": peak / 1024}
    return found | ({"times_ripgrep": median(ratios)} if ratios else {})


def hashing(scratch: Path) -> dict[str, float]:
    """Copy and hash of one file as a worker does it, and SHA-256 alone, against `openssl dgst`."""
    path = scratch / "random"
    path.write_bytes(random.Random(1).randbytes(1 << 20) * 256)
    ours, plain, theirs = [], [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: take_file(str(path), scratch).close()))
        with path.open("rb") as handle:
            plain.append(timed(partial(hashlib.file_digest, handle, "sha256")))
        if openssl := shutil.which("openssl"):
            command = [openssl, "dgst", "-sha256", str(path)]
            theirs.append(timed(partial(subprocess.run, command, capture_output=True, check=True)))
    found = {"hash_mib_per_second": 256 / median(plain), "copy_and_hash_mib_per_second": 256 / median(ours)}
    return found | ({"hash_against_openssl": median(theirs) / median(plain)} if theirs else {})


def custody(scratch: Path) -> dict[str, float]:
    """Cost of acknowledging an item in groups of 500."""
    folder = scratch / "log"
    folder.mkdir()
    batch = [
        events.item(id=f"i_{n:032x}", sha256=f"{n:064x}", size=n, status="read", reader="plain_text", units=1)
        for n in range(500)
    ]
    with CustodyLog.open(folder, actor=this_actor(), host=this_host()) as log:
        took = timed(lambda: [log.append_many(batch) for _ in range(40)])
    size = (folder / "custody.jsonl").stat().st_size
    return {"custody_us_per_item": took / 20_000 * 1e6, "custody_bytes_per_item": size / 20_000}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        scratch = Path(name)
        export = scratch / "WhatsApp Chat with Ana.txt"
        write_export(export, MESSAGES)
        results = {
            "run_100k_messages": whole_run(export, scratch),
            "hashing": hashing(scratch),
            "custody": custody(scratch),
        }
    for title, figures in results.items():
        for key, value in figures.items():
            print(f"{title:20} {key:34} {value:14,.2f}")
    if not shutil.which("rg"):
        print("ripgrep is not installed: no comparison")
    Path("bench.json").write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
