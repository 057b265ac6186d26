"""Marks whether an answer rests on what it was given: its figures, its quotations, its citations.

Rules this module keeps:

* The ground is the item's documents (titles and texts), prompt and options, and what the author allows.
* *figures*: every figure of the answer must occur in the ground with the same value, however it is written (30, 三十,
  ３０,
  3万 = 30000; see ``numerals.py``); of a range both ends. The figure of a clause rests only on such a clause. The
  numbering of a
  list is no figure, nor is 一 as an article. A figure that the answer denies ("不是50元", "文件没有提到第九条") is
  left out.
* *quotes*: every passage of at least six characters between “ ”, 「 」, 『 』 or " " must occur in the ground; spaces,
  width,
  case and the quotation marks themselves make no difference, and an ellipsis joins two passages. 《 》 holds a title,
  not a
  quotation.
* *cites*: all, of *any_cites* one, must be cited: 第八条 equals 第8条; "Article 8" is not "Section 8", not "Article
  VIII".

It refuses to compute: a sum of two given figures is a new figure (list it under `allow`). Units are not compared. Of
an answer
longer than 20 000 characters the rest is not read: what was wrong before stands, otherwise it is not judged.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Final

from evalcenter.graders import negation, numerals, spelled, wording
from evalcenter.graders.numerals import Figure
from evalcenter.records import Answer, Item, Mark, Text, record

LONGEST: Final = 20_000
SHORTEST_QUOTE: Final = 6
LONGEST_QUOTE: Final = 2000

_CLAUSE: Final = re.compile(r"第([〇零一二两三四五六七八九十百千万]{1,12})(?=[条款项章节号编目])")
_QUOTE: Final = re.compile(
    rf"“([^“”\n]{{1,{LONGEST_QUOTE}}})”|「([^「」\n]{{1,{LONGEST_QUOTE}}})」|『([^『』\n]{{1,{LONGEST_QUOTE}}})』"
    rf"|\"([^\"\n]{{1,{LONGEST_QUOTE}}})\""
)
_ABSENT: Final = re.compile(
    r"(?:没有|并无|未|无|不存在|不是|并非|而非|没有?(?:提到|提及|规定|包含)|未(?:提到|提及|规定|包含))[《》\w]{0,6}$"
    r"|(?:\bnot|n't) (?:mention|contain|include|refer to|have|cite)\b[\w ]{0,16}$|\bno $"
)


@record
class Grounded:
    """What is checked; at least one thing. `allow`: figures or passages that need no ground."""

    figures: bool = False
    quotes: bool = False
    cites: tuple[str, ...] = ()
    any_cites: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.figures or self.quotes or self.cites or self.any_cites):
            raise ValueError("grounded needs figures: true, quotes: true, cites or any_cites")
        if any(not cite.strip() for cite in (*self.cites, *self.any_cites)):
            raise ValueError("a citation of grounded is empty")


def keys(figure: Figure) -> set[str]:
    """How a figure is compared.

    By value; the figure of a clause with 第 and its kind, so that 第九条 does not rest on nine o'clock.
    """
    values = {figure.value} if figure.high is None else {figure.value, figure.high}
    if figure.kind == "ordinal":
        return {f"第{_plain(value)}{figure.unit}" for value in values}
    if figure.unit in {"点", "点钟", "时"}:
        return {f"{_plain(value * 60)}min" for value in values}
    return {f"{_plain(value)}min" if figure.kind == "clock" else _plain(value) for value in values}


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _values(text: str) -> Iterator[str]:
    """The keys of every figure of the ground, list numbers included; a full hour is also its number."""
    for figure in numerals.read_figures(text):
        yield from keys(figure)
        if figure.kind == "clock" and figure.value % 60 == 0:
            yield _plain(figure.value / 60)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s“”「」『』\"']", "", wording.fold(text).text)


def _numbered(text: str) -> str:
    """A folded text with the numerals of its clauses in digits."""

    def digits(found: re.Match[str]) -> str:
        value = spelled.read_zh(found[1])
        return found[0] if value is None else f"第{_plain(value)}"

    return _CLAUSE.sub(digits, text)


class _Ground:
    """What an answer may rest on."""

    def __init__(self, params: Grounded, item: Item) -> None:
        texts = [part for doc in item.documents for part in (doc.title, doc.text)]
        texts += [message.content for message in item.prompt] + list(item.options.values()) + list(params.allow)
        self.values = {key for text in texts for key in _values(text)}
        self.text = "\n".join(_squeezed(text) for text in texts)

    def holds(self, quote: str) -> bool:
        parts = [part.strip(",.;:!?。、 ") for part in re.split(r"\.{3,}|…+", _squeezed(quote))]
        return all(part in self.text for part in parts)


class GroundedGrader:
    """Met when everything that is checked rests on the item."""

    name: ClassVar[str] = "grounded"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Grounded]] = Grounded

    def mark(self, params: Grounded, item: Item, answer: Answer) -> Mark:
        """Met or not met. The first thing without ground decides, and more text cannot give it one."""
        folded = wording.fold(answer.text[:LONGEST])
        ground = _Ground(params, item)
        wrong = (_loose_figure(folded, ground) if params.figures else None) or (
            _loose_quote(folded, ground) if params.quotes else None
        )
        if wrong:
            reason, start, end = wrong
            return Mark(state="not_met", reason=reason, excerpt=folded.source(max(0, start - 40), end), settled=True)
        if len(answer.text) > LONGEST:
            reason = Text(zh=f"超过 {LONGEST} 字，未判", en=f"longer than {LONGEST} characters; not judged")
            return Mark(state="unjudged", reason=reason)
        cited = _numbered(folded.text)
        missing = [cite for cite in params.cites if not _cites(cited, cite)]
        if missing or (params.any_cites and not any(_cites(cited, cite) for cite in params.any_cites)):
            names = "、".join(missing or params.any_cites)
            return Mark(state="not_met", reason=Text(zh=f"没有引用{names}", en=f"does not cite {names}"))
        return Mark(
            state="met",
            reason=Text(zh="数字、引文和引用均有依据", en="figures, quotations and citations have their ground"),
            settled=not (params.figures or params.quotes),
        )


def _loose_figure(folded: wording.Folded, ground: _Ground) -> tuple[Text, int, int] | None:
    """The first figure without ground that the answer does not deny."""
    starts = [start for start, _ in wording.sentences(folded.text)]
    for figure in numerals.read_figures(folded.original):
        if figure.kind == "marker" or keys(figure) <= ground.values:
            continue
        start, end = bisect_left(folded.places, figure.start), bisect_left(folded.places, figure.end)
        start -= figure.kind == "ordinal" and folded.text[start - 1 : start] == "第"
        low = max(starts[bisect_right(starts, start) - 1], start - negation.BEFORE)
        window = folded.text[low : end + negation.AFTER]
        if not negation.denied(window, start - low, end - low):
            shown = folded.source(start, end)
            return Text(zh=f"数字“{shown}”没有依据", en=f"the figure “{shown}” has no ground"), start, end
    return None


def _loose_quote(folded: wording.Folded, ground: _Ground) -> tuple[Text, int, int] | None:
    """The first quotation without ground that the answer does not deny."""
    for found in _QUOTE.finditer(folded.text):
        quote = next(group for group in found.groups() if group is not None)
        if len(_squeezed(quote)) < SHORTEST_QUOTE or ground.holds(quote):
            continue
        if not _ABSENT.search(folded.text, max(0, found.start() - 24), found.start()):
            shown = folded.source(found.start(), found.end(), 60)
            return Text(zh=f"引文{shown}没有依据", en=f"the quotation {shown} has no ground"), *found.span()
    return None


def _cites(text: str, cite: str) -> bool:
    """Whether the folded and numbered `text` cites `cite`."""
    wanted = _numbered(wording.fold(cite).text)
    return any(not _ABSENT.search(text, max(0, start - 40), start) for start, _ in wording.find(text, wanted))


plugin: Final = GroundedGrader()
