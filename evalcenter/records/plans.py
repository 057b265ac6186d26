"""What is fixed before the first question: candidate, sampling, panel, and the plan that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Literal

from evalcenter.records.standards import Standard
from evalcenter.records.suites import Dimension, Item, Risk, Source
from evalcenter.records.words import Lang, Params, Text, record


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
    """What is tested, as far as it may be written down: never a key, only the name of the variable that holds it.

    `probes` says whether its fingerprint may be taken (``fingerprint.py``).
    """

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
    probes: bool = True
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
class Probe:
    """One short prompt on which models differ. It is asked to recognise the candidate, and never scored."""

    id: str
    lang: Lang
    prompt: str


@record
class Probing:
    """The probes of a run, and how they are asked: each so many times before the first question (`repeats`), then in looks.

    The first look among the questions is spread over `stretch` of them, each later one over twice as many. All looks of one run
    together raise a false alarm with probability at most `alpha`. `digest` is that of the set's file.
    """

    id: str
    version: str
    digest: str
    probes: tuple[Probe, ...]
    repeats: int = 3
    stretch: int = 64
    alpha: Decimal = Decimal("0.001")


@record
class Bank:
    """A sealed bank that a plan asks: the Merkle root over its items, how many there are, and what was left out.

    `retired` are the leaves that this vendor's endpoints saw in `limit` runs or more; they are not asked.
    """

    suite: str
    root: str
    items: int
    retired: tuple[int, ...] = ()
    limit: int | None = None


@record
class Sealing:
    """How the text of sealed items is kept in this run's journal: encrypted with a random key of its own.

    `run` is a random name that every encrypted text is bound to. `key` is the run's key as an age file in base64, which the
    identities of `recipients` (age public keys) open.
    """

    run: str
    key: str
    recipients: tuple[str, ...]
    banks: tuple[Bank, ...]


@record
class Plan:
    """Everything fixed before the first question.

    `items` is the bank of this run, generated items included. `order` gives for each position the index of the item that
    is asked there, and `epochs` how often it was asked before; the first `census` positions ask every red-line item once. Two
    positions are two calls. `version_rank` k
    spends alpha / (k (k + 1)) on the k-th version that a vendor submits; 0 promises nothing over versions. With two `readers` a
    person's mark counts when two agree who read apart, or when a third has settled what they disagree on. With `sealing` the words
    of sealed items are ciphertext on the disk.
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
    probing: Probing | None = None
    sealing: Sealing | None = None
