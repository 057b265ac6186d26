"""What a suite is made of: items, criteria, examples, families, dimensions, sources and taxonomies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Literal

from evalcenter.records.words import Expects, Lang, Params, Role, Status, Text, Visibility, record


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
    """A parametric family: `count` fresh items per language are generated from the plan's seed, each with its visibility."""

    id: str
    generator: str
    dimension: str
    count: int
    langs: tuple[Lang, ...] = ("zh", "en")
    params: Params = field(default_factory=dict)
    risks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    visibility: Visibility = "public"


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
