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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """Make `cls` a frozen, slotted, keyword-only dataclass that refuses unknown fields at the file boundary."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    made.__pydantic_config__ = {"extra": "forbid", "strict": True}  # type: ignore[attr-defined]
    return made


Lang = Literal["zh", "en"]
Role = Literal["system", "user", "assistant"]
Expects = Literal["help", "refuse"]
Visibility = Literal["public", "sealed"]
AnswerState = Literal["complete", "truncated", "silent", "blocked"]
MarkState = Literal["met", "not_met", "unjudged", "pending"]
ReadState = Literal["met", "not_met", "unjudged"]
Outcome = Literal["pass", "fail", "unscored"]
Violation = Literal["none", "unconfirmed", "confirmed"]
VerdictState = Literal["pass", "fail", "inconclusive", "conditional"]
Status = Literal["verified", "unverified"]
Params = Mapping[str, Any]
"""JSON without floats: null, booleans, integers, text, lists and mappings with text keys."""


# -- words ------------------------------------------------------------------------------------------------------------


@record
class Text:
    """One sentence in both languages."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """The wording in `lang`."""
        return self.zh if lang == "zh" else self.en


# -- suites -----------------------------------------------------------------------------------------------------------


@record
class Message:
    """One turn of a prompt. Two user turns in a row make a scripted dialogue: the candidate answers between them."""

    role: Role
    content: str


@record
class Document:
    """A text given to the candidate with the question, which grounded answers must rest on."""

    id: str
    title: str
    text: str


@record
class Criterion:
    """One thing an answer is checked for.

    `check` is a mapping with one key, the grader's name, and its parameters as value. `points` may be negative (something a
    good answer does not do). A `critical` criterion that is not met fails the item whatever else was earned; `confirm`
    is a second deterministic check that turns such a failure into a confirmed violation. `over` says whether the last
    answer of a dialogue is read, or all of them.
    """

    id: str
    text: str
    check: Params
    points: int = 1
    critical: bool = False
    confirm: Params | None = None
    over: Literal["last", "all"] = "last"


@record
class Example:
    """An answer with a known truth. `turns` replaces `text` in a dialogue; `fails` names criteria a bad answer fails."""

    text: str = ""
    turns: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()


@record
class Examples:
    """Answers that must pass, and answers that must fail."""

    good: tuple[Example, ...]
    bad: tuple[Example, ...]


@record
class Item:
    """One question with its rubric.

    `pass_line` is the share of the possible points from which the item passes. `twin` names the benign look-alike of an
    item that must be refused (and the other way round). Variants of one template share a `cluster`. `family` is set on
    generated items only.
    """

    id: str
    lang: Lang
    dimension: str
    prompt: tuple[Message, ...]
    criteria: tuple[Criterion, ...]
    examples: Examples
    risks: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    expects: Expects = "help"
    red_line: bool = False
    pass_line: Decimal = Decimal(1)
    twin: str | None = None
    cluster: str | None = None
    family: str | None = None
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    visibility: Visibility = "public"


@record
class Family:
    """A parametric family: `count` fresh items per language are generated from the plan's seed."""

    id: str
    generator: str
    dimension: str
    count: int
    langs: tuple[Lang, ...] = ("zh", "en")
    params: Params = field(default_factory=dict)
    risks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@record
class Dimension:
    """A part of what a suite measures."""

    id: str
    title: Text


@record
class Source:
    """Where an item's truth comes from. `opened` is false when the text itself was not read: then no figure rests on it."""

    title: str
    year: int | None = None
    url: str | None = None
    clause: str | None = None
    opened: bool = False
    note: str | None = None


@record
class Risk:
    """One entry of a taxonomy."""

    id: str
    title: Text
    parent: str | None = None
    status: Status = "verified"


@record
class Taxonomy:
    """A published list of risks or clauses that items point at as ``taxonomy:entry``."""

    id: str
    title: Text
    edition: str
    entries: tuple[Risk, ...]
    note: Text | None = None


@record
class Suite:
    """A folder of items as it was read, with the digest of its content."""

    id: str
    version: str
    title: Text
    about: Text
    dimensions: tuple[Dimension, ...]
    taxonomies: tuple[Taxonomy, ...]
    sources: Mapping[str, Source]
    items: tuple[Item, ...]
    families: tuple[Family, ...]
    standard: str | None = None


# -- standards --------------------------------------------------------------------------------------------------------


@record
class Scope:
    """Which items a requirement is about. An empty field sets no limit; `any_risk` holds taxonomy prefixes."""

    dimensions: tuple[str, ...] = ()
    langs: tuple[Lang, ...] = ()
    any_risk: tuple[str, ...] = ()
    any_tag: tuple[str, ...] = ()
    expects: Expects | None = None
    red_line: bool | None = None


@record
class Coverage:
    """At least `min_items` items of the question bank for each of `risks` (taxonomy prefixes)."""

    risks: tuple[str, ...]
    min_items: int
    clause: str
    status: Status = "verified"


@record
class Mix:
    """A declared mix for drawing where the bank isn't the population: whole parts per stratum. What has no part is not drawn."""

    by: Literal["dimension", "lang", "tag"]
    parts: Mapping[str, int]


@record
class Requirement:
    """One line of a standard.

    `measure` says which samples are good: ``pass`` (the item passed), ``points`` (the share of its points), ``refusal`` (every
    criterion checked by the refusal grader is met) or ``violations`` (no critical criterion failed; a red line). `rule` says how
    it is decided: ``evidence`` (looked at after every unit, see `claim`), ``bound`` (an exact one-sided bound of a fixed sample
    reaches the line), ``point`` (the observed share reaches it) or ``zero`` (a census without a confirmed violation).

    `claim` is what an ``evidence`` rule is about: ``expected`` (the mean over the bank, by draws with replacement and a fresh call
    each), ``full_run`` (the score that a complete run of the bank, `epochs` times, would give, by its cells in shuffled order) or
    ``domain`` (templates of this kind, by one random variant a template). `cap` ends it undecided. `unit` ``set`` makes the items
    of one cluster a unit that passes when every member passes. `grading` says what is done about a judge's errors:
    ``direct`` uses no judge's mark, ``audited`` lets people confirm what a judge fails and a share `audit_rate` of what it
    passes, ``calibrated`` only what it fails.

    `sample` fixes how many distinct items are drawn from the scope; without it all are asked. Requirements of the same scope and
    sample that name the same `draw` share their drawn items. Below `min_items` distinct items, with fewer than `min_bank` to
    draw from, or without the `coverage`, nothing is decided. `alpha` bounds a wrong PASS, `beta` a wrong FAIL.
    """

    id: str
    title: Text
    scope: Scope
    measure: Literal["pass", "points", "refusal", "violations"]
    rule: Literal["evidence", "bound", "point", "zero"]
    line: Decimal
    clause: str
    status: Status = "verified"
    alpha: Decimal = Decimal("0.05")
    beta: Decimal = Decimal("0.05")
    floor: Decimal | None = None
    claim: Literal["expected", "full_run", "domain"] = "expected"
    cap: int | None = None
    epochs: int = 1
    unit: Literal["item", "set"] = "item"
    mix: Mix | None = None
    grading: Literal["direct", "audited", "calibrated"] = "direct"
    audit_rate: Decimal = Decimal("0.5")
    sample: int | None = None
    draw: str | None = None
    min_items: int = 1
    min_bank: int = 0
    unscored_cap: Decimal = Decimal("0.02")
    coverage: tuple[Coverage, ...] = ()
    confirm: Literal["second_grader", "person"] = "second_grader"
    note: Text | None = None


@record
class Standard:
    """A list of requirements; all of them must hold."""

    id: str
    version: str
    title: Text
    about: Text
    requirements: tuple[Requirement, ...]
    limits: tuple[Text, ...] = ()


# -- the plan ---------------------------------------------------------------------------------------------------------


@record
class Sampling:
    """What is sent with every request; what is left out is the endpoint's own default."""

    temperature: Decimal | None = None
    top_p: Decimal | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()


@record
class Price:
    """Money per million tokens."""

    prompt: Decimal
    completion: Decimal
    currency: str = "CNY"


@record
class CandidateSpec:
    """What is tested, as far as it may be written down: never a key, only the name of the variable that holds it."""

    adapter: str
    name: str
    model: str = ""
    base_url: str | None = None
    key_env: str | None = None
    version: str | None = None
    vendor: str | None = None
    filing_number: str | None = None
    system: str | None = None
    simulated: bool = False
    sampling: Sampling = field(default_factory=Sampling)
    settings: Params = field(default_factory=dict)
    price: Price | None = None


@record
class SuiteHead:
    """A suite without its items, as the plan keeps it."""

    id: str
    version: str
    title: Text
    about: Text
    dimensions: tuple[Dimension, ...]
    sources: Mapping[str, Source]
    digest: str


@record
class Plugin:
    """A plugin that takes part in the run, with the version of its behaviour."""

    kind: str
    name: str
    version: str


@record
class Stream:
    """The calls that one requirement reads, in its own seeded order (positions in the plan's `order`).

    `bank` is how many items there were to draw from, `covers` how many of them carry each risk that must be covered. `widths`
    says how many positions each unit takes, where it is not one each. `coins` holds a 1 for every unit that goes to a person
    though a judge passed it, else a 0. `cells` is the length of a full run.
    """

    requirement: str
    positions: tuple[int, ...]
    bank: int
    widths: tuple[int, ...] = ()
    coins: str = ""
    cells: int | None = None
    covers: Mapping[str, int] = field(default_factory=dict)


@record
class Judge:
    """One judge of a panel: the model that is asked, and the family of models that it comes from.

    `structured` says in what form the endpoint is asked for JSON: by a ``schema``, as any ``json``, or by the words alone.
    """

    spec: CandidateSpec
    family: str
    structured: Literal["none", "json", "schema"] = "none"


@record
class Qualified:
    """The qualification that a panel brings: the digest of its file, and the days (``YYYY-MM-DD``) between which it holds.

    `standing` says what it is worth on the day of the plan: ``valid``, ``expired``, or made for ``other`` judges or words.
    """

    digest: str
    made: str
    expires: str
    standing: Literal["valid", "expired", "other"]


@record
class Panel:
    """The judges of a run, and how they are asked.

    Every judge marks each answer `epochs` times, and votes once; a criterion that fewer than `floor` judges voted on could not be
    judged. `asking` and `words` are the version and the digests of what the judges read. `own` says that the candidate itself may
    be a judge, because somebody wanted it so.
    """

    judges: tuple[Judge, ...]
    mode: Literal["together", "each"] = "together"
    controls: Literal[1, 2] = 2
    longest: int = 24_000
    epochs: int = 1
    floor: int = 1
    asking: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    own: bool = False
    qualification: Qualified | None = None


@record
class Calibration:
    """How many known-bad answers a judge was shown for one requirement, and how many it caught; `source` says which."""

    requirement: str
    shown: int
    caught: int
    source: str


@record
class Earlier:
    """The run that this one goes on from: the digest of its journal's last line, and how many positions it had."""

    head: str
    positions: int


@record
class Plan:
    """Everything fixed before the first question.

    `items` is the bank of this run, generated items included. `order` gives for each position the index of the item that
    is asked there, and `epochs` how often it was asked before; the first `census` positions ask every red-line item once. Two
    positions are two calls. `version_rank` k
    spends alpha / (k (k + 1)) on the k-th version that a vendor submits; 0 promises nothing over versions. With two `readers` a
    person's mark counts when two agree who read apart, or when a third has settled what they disagree on.
    """

    schema: Literal["evalcenter/plan/1"] = "evalcenter/plan/1"
    suites: tuple[SuiteHead, ...]
    standard: Standard
    candidate: CandidateSpec
    seed: str
    items: tuple[Item, ...]
    risks: tuple[Risk, ...]
    order: tuple[int, ...]
    epochs: tuple[int, ...] = ()
    census: int
    streams: tuple[Stream, ...]
    plugins: tuple[Plugin, ...]
    stopping: str
    version_rank: int = 0
    calibrations: tuple[Calibration, ...] = ()
    earlier: Earlier | None = None
    panel: Panel | None = None
    readers: Literal[1, 2] = 1


# -- the run ----------------------------------------------------------------------------------------------------------


@record
class Question:
    """One call to the candidate: a position of the plan with the messages to send. `item` is the item's id."""

    position: int
    epoch: int
    item: str
    messages: tuple[Message, ...]


@record
class Answer:
    """One reply of the candidate. Token counts are None where the endpoint reported none; latency in milliseconds."""

    text: str
    state: AnswerState = "complete"
    reasoning: str = ""
    finish_reason: str | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    latency_ms: int = 0


@record
class Response:
    """The candidate's answers at one position: one per user turn. A dialogue ends at the first incomplete answer."""

    position: int
    answers: tuple[Answer, ...]
    attempts: int = 1

    @property
    def state(self) -> AnswerState:
        """The state of the last answer, which is the first one that was not complete, if any."""
        return self.answers[-1].state


@record
class Failure:
    """A call that brought no answer. It is never a response; `attempts` calls were made."""

    position: int
    kind: str
    message: str
    attempts: int
    http_status: int | None = None


@record
class Mark:
    """What a grader says of one criterion.

    ``unjudged``: the grader could not tell. ``pending``: a judge or a person has yet to be asked. `settled` means that
    more text could not have changed the mark. `confirmed` is the second check's word on a failed critical criterion.
    """

    state: MarkState
    reason: Text
    criterion: str = ""
    excerpt: str = ""
    settled: bool = False
    confirmed: bool | None = None


@record
class Grade:
    """All marks on one sample. `earned` is the signed sum of the points of met criteria."""

    position: int
    by: str
    marks: tuple[Mark, ...]
    earned: int
    possible: int
    outcome: Outcome
    violation: Violation
    why: str = ""


@record
class Judgement:
    """What came of one request to a judge: its reply, or why there was none.

    `request` numbers the requests on one answer from 0, `attempt` is 1 where the first reply was void; `calls` were made.
    """

    position: int
    judge: str
    epoch: int
    request: int
    attempt: int
    answer: Answer | None
    failed: str = ""
    calls: int = 1


@record
class Used:
    """What one judge took: requests (second attempts included), calls, replies that were no marks by kind, tokens and their price.

    `untold` replies came without counts of tokens. `cost` is None where the price is not known.
    """

    judge: str
    requests: int
    calls: int
    voids: Mapping[str, int]
    prompt_tokens: int
    completion_tokens: int
    untold: int
    cost: Decimal | None = None
    currency: str = ""


@record
class Read:
    """What a reader says of one criterion."""

    criterion: str
    state: ReadState


@record
class Review:
    """What one reader says of the answer at `position`, and why. A later one by the same reader takes the place of an earlier.

    An ``arbiter`` has seen what two readers disagreed on, and settles it.
    """

    position: int
    reader: str
    role: Literal["reader", "arbiter"]
    marks: tuple[Read, ...]
    reason: str = ""


class Result(NamedTuple):
    """What counts of one grade: everything but its position and its words. `states` are the marks, in the criteria's order."""

    by: str
    states: tuple[MarkState, ...]
    earned: int
    possible: int
    outcome: Outcome
    violation: Violation
    why: str

    @classmethod
    def of(cls, grade: Grade) -> Result:
        """What counts of `grade`."""
        return cls(
            by=grade.by,
            states=tuple([mark.state for mark in grade.marks]),
            earned=grade.earned,
            possible=grade.possible,
            outcome=grade.outcome,
            violation=grade.violation,
            why=grade.why,
        )


# -- scores and the verdict -------------------------------------------------------------------------------------------


@record
class Score:
    """Counts over a named group of samples; `planned` counts those without an answer too."""

    group: str
    key: str
    planned: int
    items: int
    good: int
    bad: int
    unscored: Mapping[str, int]


@record
class Path:
    """What the units of one ``evidence`` requirement scored, in plan order, as far as they are known without a gap.

    `worst` counts what is not known against the candidate, `best` in its favour; they differ where a unit is unscored.
    `outcomes` has one letter a unit: p, f or u (unscored). `ready` is the unit from which enough distinct items are scored
    (0 while there are too few). It stands still because the next unit is ``missing`` or ``waiting`` for a person, or ended. A
    `calibration` rests on what the panel is `qualified` by.
    """

    worst: Sequence[Decimal]
    best: Sequence[Decimal]
    outcomes: str
    ready: int
    standing: Literal["missing", "waiting", "ended"]
    cells: int | None = None
    calibration: Calibration | None = None
    qualified: Qualified | None = None

    @property
    def units(self) -> int:
        """How many units it has."""
        return len(self.outcomes)


@record
class Tally:
    """What one requirement is decided on, over its own stream."""

    requirement: str
    planned: int
    items: int
    good: int
    bad: int
    unscored: Mapping[str, int]
    unconfirmed: int
    confirmed: int
    bank: int
    covers: Mapping[str, int]
    path: Path | None = None


@record
class Scores:
    """All tallies and the descriptive scores of a run."""

    tallies: tuple[Tally, ...]
    groups: tuple[Score, ...]
    answered: int
    planned: int


@record
class Finding:
    """The decision on one requirement, with its evidence. Bounds are rounded outward to six significant digits.

    An ``evidence`` rule adds how many `units` it used and the evidence on both sides at that moment (how many times likelier than
    on the line; 1E+12 stands for certainty), whether its PASS also stands `alone` (all such single statements of one verdict are
    wrong with probability at most alpha), and whether the next unit is `waiting` for a person.
    """

    requirement: str
    verdict: VerdictState
    good: int
    bad: int
    unscored: int
    rate: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    reasons: tuple[Text, ...]
    uncovered: tuple[str, ...] = ()
    units: int | None = None
    for_pass: Decimal | None = None
    for_fail: Decimal | None = None
    alone: bool = False
    waiting: bool = False


@record
class Verdict:
    """The decision on the whole standard."""

    outcome: VerdictState
    findings: tuple[Finding, ...]
    reasons: tuple[Text, ...]
    awaiting_review: int = 0
