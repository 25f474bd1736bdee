"""What many tests share: the sample case run once, and the folders beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from triage.bench.end_to_end import request_for
from triage.pipeline.run import Outcome, run

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "debt-house"


@pytest.fixture(scope="session")
def sample_outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The outcome of a run over the shipped sample; its case folder is not to be changed by tests."""
    return run(request_for(SAMPLE, tmp_path_factory.mktemp("sample") / "case", jobs=2))


@pytest.fixture(scope="session")
def sample_case(sample_outcome: Outcome) -> Path:
    return sample_outcome.case


@pytest.fixture(autouse=True)
def _no_proxy_for_children() -> None:
    """Child processes of tests inherit no proxy: nothing here has a reason to use one."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ.pop(name, None)
