"""One sample as a document shows it: text for a reader, already shortened, never markup and never of a sealed item."""

from __future__ import annotations

from evalcenter.records import Lang, MarkState, Outcome, record


@record
class Marked:
    """One criterion of a sample and how it was marked: `word` says it in the report's language, `lost` whether it cost points."""

    text: str
    state: MarkState
    word: str
    reason: str = ""
    lost: bool = False


@record
class Sample:
    """One sample as a reader may see it: a public item, with every text in words and shortened. All of it is hostile text.

    `word` is the outcome in the report's language. Points are None where nothing was graded. `by` says what marked the answer,
    `state` whether it is whole; `reviews` are what each reader said.
    """

    position: int
    item: str
    lang: Lang
    dimension: str
    risks: tuple[str, ...]
    tags: tuple[str, ...]
    red_line: bool
    epoch: int
    outcome: Outcome
    word: str
    violation: str
    earned: int | None
    possible: int | None
    by: str
    state: str
    question: str
    answer: str
    marks: tuple[Marked, ...] = ()
    reviews: tuple[str, ...] = ()
