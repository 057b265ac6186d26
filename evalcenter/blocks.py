"""The nouns of the report: facts go into a section, blocks of data come out.

A block never holds markup. The renderers decide how it looks; everything in it is treated as hostile text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from evalcenter.heard import Heard
from evalcenter.records import (
    Grade,
    Lang,
    Plan,
    Response,
    Result,
    Review,
    Scores,
    Text,
    Verdict,
    VerdictState,
    Violation,
    record,
)
from evalcenter.sample import Sample

Tone = Literal["pass", "fail", "inconclusive", "conditional", "neutral"]


@record
class Paragraph:
    """Running text."""

    text: str
    tone: Tone = "neutral"
    kind: Literal["paragraph"] = "paragraph"


@record
class Subheading:
    """A heading below the section's own."""

    text: str
    kind: Literal["subheading"] = "subheading"


@record
class Points:
    """A short list of sentences."""

    items: tuple[str, ...]
    kind: Literal["points"] = "points"


@record
class Notice:
    """Something that a reader must not miss, such as that the candidate was simulated."""

    title: str
    text: str
    tone: Tone = "neutral"
    kind: Literal["notice"] = "notice"


@record
class Ruling:
    """The verdict on the whole standard: the state, its word, and why."""

    outcome: VerdictState
    word: str
    reasons: tuple[str, ...] = ()
    kind: Literal["ruling"] = "ruling"


@record
class Decision:
    """The verdict on one requirement with its figures (`rows`), the reasons for it and what else must be known (`notes`)."""

    title: str
    outcome: VerdictState
    word: str
    rows: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...] = ()
    kind: Literal["decision"] = "decision"


@record
class Fields:
    """Names with values. A value of None is shown as "not supplied"."""

    rows: tuple[tuple[str, str | None], ...]
    kind: Literal["fields"] = "fields"


@record
class Table:
    """Rows of text under headings; `tones` marks a row, `align` is l or r per column, a caption names what is listed."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[Tone, ...] = ()
    align: str = ""
    caption: str = ""
    kind: Literal["table"] = "table"


@record
class Interval:
    """One line of the chart: a share with its bounds and the line it is held against (decimal text, 0 to 1).

    `word` is the verdict's word in the report's language; `note` is shown behind the label and never cut short.
    """

    label: str
    rate: str | None
    lower: str | None
    upper: str | None
    line: str
    verdict: VerdictState
    word: str = ""
    note: str = ""


@record
class Chart:
    """Every requirement with its line and its interval. `caption` says in words what the picture shows."""

    intervals: tuple[Interval, ...]
    caption: str
    kind: Literal["chart"] = "chart"


@record
class Curve:
    """One line of a trace: the evidence for a claim, as ratios (decimal text), and where it is enough.

    `label` names the claim. `mark` says what reaching `needed` means; it is empty where that alone decides nothing.
    """

    label: str
    values: tuple[str, ...]
    needed: str
    mark: str
    tone: Tone


@record
class Trace:
    """How the evidence of one requirement moved: a value of every curve after each of `units` (rising, starting at 0).

    The last of `units` is where the decision stands that `said` puts in words, on the curve numbered `at`. `axis` names what is
    counted; `caption` may say what else must be known.
    """

    units: tuple[int, ...]
    curves: tuple[Curve, ...]
    at: int
    verdict: VerdictState
    said: str
    axis: str
    caption: str
    kind: Literal["trace"] = "trace"


@record
class Excerpt:
    """A question and what the candidate said, shortened, with what was found. All of it is hostile text.

    `lang` is the language of the question, which need not be the report's. `wanted` says what a good answer does.
    """

    title: str
    question: str
    answer: str
    findings: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    lang: Lang = "zh"
    tone: Tone = "fail"
    kind: Literal["excerpt"] = "excerpt"


@record
class Samples:
    """Samples to search through on a screen. On paper and in Markdown, where nobody can, `elsewhere` is said in their place."""

    samples: tuple[Sample, ...]
    elsewhere: str
    kind: Literal["samples"] = "samples"


@record
class Signatures:
    """Lines for people to sign on, one for each role; a name that is known stands below its line."""

    roles: tuple[tuple[str, str | None], ...]
    kind: Literal["signatures"] = "signatures"


Block = (
    Paragraph
    | Subheading
    | Points
    | Notice
    | Ruling
    | Decision
    | Fields
    | Table
    | Chart
    | Trace
    | Excerpt
    | Samples
    | Signatures
)
View = Literal["report", "vendor"]
"""For whom a document is: the report, or what a vendor has to mend."""


@record
class SectionData:
    """One section of a built report."""

    name: str
    title: str
    blocks: tuple[Block, ...]


Words = str | Text
"""What a centre writes of itself: one text for every language, or one for each."""


def worded(words: Words | None, lang: Lang) -> str | None:
    """`words` in `lang`; None where nobody wrote any."""
    return words.of(lang) if isinstance(words, Text) else words


def both(words: Words) -> Text:
    """`words` in both languages, the same text twice where there is only one."""
    return words if isinstance(words, Text) else Text(zh=words, en=words)


@record
class Signatory:
    """Who signs the report, as what. Without a name there is a line with the role alone."""

    role: Words
    name: Words | None = None


@record
class Lab:
    """The centre that issues the report, and the order that it fills; what is None is shown as not supplied.

    Without a `name` it is a self-test, whoever ran it. `location` is where the work was done, `enquiries` how the centre itself is
    reached, `contact` how its customer is, `received` the day (``YYYY-MM-DD``) on which access to the candidate was received.
    `logo` is a file beside the profile, and in a run the image itself as a ``data:`` address. `deviations` are what the centre
    knows to have been added, changed or left out besides what the journal says. `register` is the address (https) under which
    the status of each certificate of the centre stands, with ``{id}`` where the certificate's id goes. `langs` are those that
    reports are written in; empty means all.
    """

    name: Words | None = None
    address: Words | None = None
    location: Words | None = None
    enquiries: Words | None = None
    customer: Words | None = None
    contact: Words | None = None
    authorised_by: Words | None = None
    received: str | None = None
    accreditation: Words | None = None
    logo: str | None = None
    signatories: tuple[Signatory, ...] = ()
    disclaimers: tuple[Words, ...] = ()
    deviations: tuple[Words, ...] = ()
    register: str | None = None
    langs: tuple[Lang, ...] = ()


@record
class Counted:
    """Tokens of one kind: their sum, and how many answers reported it."""

    tokens: int = 0
    answers: int = 0


@record
class Usage:
    """What all answers together took.

    `latency_ms` is the median, what 90 % stay within, and the longest; `models` are the names that the endpoint gave itself, sorted
    and at most five.
    """

    answers: int = 0
    prompt: Counted = field(default_factory=Counted)
    completion: Counted = field(default_factory=Counted)
    reasoning: Counted = field(default_factory=Counted)
    latency_ms: tuple[int, int, int] | None = None
    models: tuple[str, ...] = ()


@record
class Attempt:
    """Which attempt a run is, by the register of `centre`: the `number`-th of a submission, the vendor's `rank`-th stream."""

    centre: str
    submission: int
    number: int
    rank: int


@record
class Facts:
    """Everything a section may read: the plan, what happened, and what was decided.

    `responses`, `grades` and `results` (what counts of each grade) are by position, `violations` those of red lines and critical
    criteria as the standard holds them, where there is one. With very many samples `responses` and `grades` are read from the disk
    one by one: a section that goes through all of them reads `results` and `usage`. `reviews` are what people said of
    each answer that they read, `machine` the graders' own grades, `judged` what counts of a panel's, `heard` is there where
    the plan names judges, `attempt` where the run stands in a register; `probed` is what the answers to the probes took.
    `held_by_issuer` is false where somebody else than `lab`, or nobody by name, held a sitting. Times are UTC text.
    """

    plan: Plan
    plan_digest: str
    journal_head: str
    entries: int
    started: str
    finished: str
    issued: str
    responses: Mapping[int, Response]
    grades: Mapping[int, Grade]
    results: Mapping[int, Result]
    violations: Mapping[int, Violation]
    usage: Usage
    failures: Mapping[int, str]
    retries: int
    scores: Scores
    verdict: Verdict
    environment: Mapping[str, str]
    lab: Lab
    deviations: tuple[Text, ...] = ()
    heard: Heard | None = None
    attempt: Attempt | None = None
    reviews: Mapping[int, tuple[Review, ...]] = field(default_factory=dict)
    machine: Mapping[int, Grade] = field(default_factory=dict)
    judged: Mapping[int, Result] = field(default_factory=dict)
    probed: Usage = Usage()
    held_by_issuer: bool = True
    title: Text = Text(zh="测试报告", en="Test report")


@record
class Report:
    """A built report: data only. `plan_digest` and `journal_head` tie it to its journal.

    `id` is unique to the facts it was built from (the same in both languages and every view). `self_test` is true where no
    laboratory issues it; else `issuer` names it, and `logo` is its image as a ``data:`` address. A `view` for somebody else than
    the reader of a report is none itself.
    """

    schema: Literal["evalcenter/report/1"] = "evalcenter/report/1"
    id: str
    lang: Lang
    title: str
    outcome: VerdictState
    simulated: bool
    self_test: bool = True
    issuer: str | None = None
    logo: str | None = None
    view: View = "report"
    issued: str = ""
    plan_digest: str
    journal_head: str
    sections: tuple[SectionData, ...]
