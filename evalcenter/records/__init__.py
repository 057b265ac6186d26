"""The nouns of evalcenter, as frozen records.

Rules this module keeps:

* Every record is immutable, keyword-only, and forbids unknown fields when it is read from a file.
* Counts and points are integers; lines, rates and bounds are ``Decimal``. There is no float anywhere: these records are
  hashed, and a float has no single spelling.
* A field that an author may leave out has a default; a field without a default must be given.

It refuses to do anything: no arithmetic, no I/O and no validation library here. Files become records in ``boundary.py``,
records become bytes in ``canon.py``.
"""

from __future__ import annotations

from evalcenter.records.plans import (
    Calibration,
    CandidateSpec,
    Earlier,
    Judge,
    Panel,
    Plan,
    Plugin,
    Price,
    Qualified,
    Sampling,
    Stream,
    SuiteHead,
)
from evalcenter.records.runs import (
    Answer,
    Failure,
    Grade,
    Judgement,
    Mark,
    Question,
    Read,
    Response,
    Result,
    Review,
    Used,
)
from evalcenter.records.standards import Coverage, Mix, Requirement, Scope, Standard
from evalcenter.records.suites import (
    Criterion,
    Dimension,
    Document,
    Example,
    Examples,
    Family,
    Item,
    Message,
    Risk,
    Source,
    Suite,
    Taxonomy,
)
from evalcenter.records.verdicts import Finding, Path, Score, Scores, Tally, Verdict
from evalcenter.records.words import (
    AnswerState,
    Expects,
    Lang,
    MarkState,
    Outcome,
    Params,
    ReadState,
    Role,
    Status,
    Text,
    VerdictState,
    Violation,
    Visibility,
    record,
)

__all__ = [
    "Answer",
    "AnswerState",
    "Calibration",
    "CandidateSpec",
    "Coverage",
    "Criterion",
    "Dimension",
    "Document",
    "Earlier",
    "Example",
    "Examples",
    "Expects",
    "Failure",
    "Family",
    "Finding",
    "Grade",
    "Item",
    "Judge",
    "Judgement",
    "Lang",
    "Mark",
    "MarkState",
    "Message",
    "Mix",
    "Outcome",
    "Panel",
    "Params",
    "Path",
    "Plan",
    "Plugin",
    "Price",
    "Qualified",
    "Question",
    "Read",
    "ReadState",
    "Requirement",
    "Response",
    "Result",
    "Review",
    "Risk",
    "Role",
    "Sampling",
    "Scope",
    "Score",
    "Scores",
    "Source",
    "Standard",
    "Status",
    "Stream",
    "Suite",
    "SuiteHead",
    "Tally",
    "Taxonomy",
    "Text",
    "Used",
    "Verdict",
    "VerdictState",
    "Violation",
    "Visibility",
    "record",
]
