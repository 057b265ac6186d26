"""What other tools read beside our own predicates: in-toto's test-result, which knows PASSED, WARNED and FAILED.

Rules this module keeps:

* It says less than what it stands beside, and never more: CONDITIONAL and INCONCLUSIVE become WARNED, and so does the PASS of a
  stand-in or a demonstration, for a tool that lets PASSED through reads no further.
* It follows from the declaration or certificate alone, so that it can be compared to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evalcenter import envelope
from evalcenter.declaration import Declaration
from evalcenter.records import VerdictState

TYPE: Final = "https://in-toto.io/attestation/test-result/v0.1"
RESULTS: Final[Mapping[VerdictState, str]] = {
    "pass": "PASSED",
    "conditional": "WARNED",
    "inconclusive": "WARNED",
    "fail": "FAILED",
}


def statement(said: Declaration, *, demonstration: bool) -> bytes:
    """The canonical bytes of the statement that belongs to `said`, on the same subjects."""
    show = demonstration or said.simulated
    result = RESULTS[said.verdict.outcome]
    notes = {"verdict": said.verdict.outcome, "demonstration": show}
    predicate = {
        "result": "WARNED" if show and result == "PASSED" else result,
        "configuration": [
            {**_described("plan", said.plan), "annotations": notes},
            _described(f"standard {said.standard.id} {said.standard.version}", said.standard.digest),
            *(_described(f"suite {suite.id} {suite.version}", suite.digest) for suite in said.suites),
        ],
        "passedTests": _named(said, "PASSED"),
        "warnedTests": _named(said, "WARNED"),
        "failedTests": _named(said, "FAILED"),
    }
    subjects = [("candidate", said.candidate.digest), *sorted(said.reports.items())]
    return envelope.statement(subjects, TYPE, predicate)


def _described(name: str, digest: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}


def _named(said: Declaration, result: str) -> list[str]:
    return [one.requirement for one in said.verdict.findings if RESULTS[one.verdict] == result]
