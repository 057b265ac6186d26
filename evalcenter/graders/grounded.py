"""Marks whether an answer rests on what it was given: its figures, its quotations, its citations.

Rules this module keeps:

* The ground is the item's documents (titles and texts), prompt and options, and what the author allows.
* *figures*: every figure of the answer must occur in the ground with the same value, however it is written (30, 三十,
  ３０, 3万 = 30000; see ``numerals.py``); of a range both ends. A time of day is compared as such: 4 p.m. = 16:00 =
  下午4点, and "at 10.20" rests on 10:20 too.
* The figure of a clause (第二条) rests only on such a clause, or on a document that numbers its articles with 二、 or 2.
* No figures are: the numbering of a list, 一 as an article, an ordinal up to ten that counts points, steps or occasions
  (第一次, 第二步), a count up to ten of ways, steps, points, reasons … (两种方式, three steps), which arranges the answer
  rather than repeating the document, and a count of things that the answer itself then lists one by one.
* A figure that the answer denies ("不是50元", "文件没有提到第九条") is left out.
* *quotes*: every passage of at least six characters between “ ”, 「 」, 『 』 or " " must occur in the ground; spaces,
  width, case and the quotation marks themselves make no difference, and an ellipsis joins two passages. 《 》 holds a
  title, not a quotation.
* *cites*: all, of *any_cites* one, must be cited: 第八条 equals 第8条; "Article 8" is not "Section 8", not "Article
  VIII". "Sections 4, 6 and 9" cites each of them; of a range ("Sections 4 to 9") the ends.

It refuses to compute: a sum of two given figures is a new figure (list it under `allow`). Units are not compared. Beyond
20 000 characters or 2000 figures an answer is not read: what was wrong before stands, otherwise it is not judged.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Final

from evalcenter.graders import negation, numerals, spelled, times, wording
from evalcenter.graders.numerals import Figure
from evalcenter.records import Answer, Item, Mark, Text, record

LONGEST: Final = 20_000
SHORTEST_QUOTE: Final = 6
LONGEST_QUOTE: Final = 2000
_UNREAD: Final = Text(zh="文字或数字过多，未判", en="too long, or too many figures to read; not judged")

_CLAUSE: Final = re.compile(r"第([〇零一二两三四五六七八九十百千万]{1,12})(?=[条款项章节号编目])")
_LISTED: Final = re.compile(
    r"\b([a-z]{1,20})s (\d{1,6}(?:(?:, ?(?:and |or )?| and | or | to | ?[-–&] ?)\d{1,6}\b){1,30})"
)
_QUOTE: Final = re.compile(
    rf"“([^“”\n]{{1,{LONGEST_QUOTE}}})”|「([^「」\n]{{1,{LONGEST_QUOTE}}})」|『([^『』\n]{{1,{LONGEST_QUOTE}}})』"
    rf"|\"([^\"\n]{{1,{LONGEST_QUOTE}}})\""
)
_ABSENT: Final = re.compile(
    r"(?:没有|并无|未|无|不存在|不是|并非|而非|没有?(?:提到|提及|规定|包含)|未(?:提到|提及|规定|包含))[《》\w]{0,6}$"
    r"|(?:\bnot|n't) (?:mention|contain|include|refer to|have|cite)\b[\w ]{0,16}$|\bno $"
)

_SMALL_EN: Final = r"(?:two|three|four|five|six|seven|eight|nine|ten|[2-9]|10)"
_SMALL_ZH: Final = r"(?:[2-9]|10|[两二三四五六七八九十])"
_OWN_COUNT: Final = re.compile(
    rf"{_SMALL_ZH}[ ]?(?:个|大|项|条|类|种|套|点|步|件|方面|句)?(?:主要|关键|重要|基本|简单|核心|具体|不同|常见"
    rf"|可能|可行|小)?的?"
    r"(?:步骤?|方面|要点|方法|方式|办法|途径|渠道|建议|原因|理由|情况|注意事项|事项|部分|阶段|环节|角度|层面"
    r"|问题|选择|选项|思路|提示|提醒)"
    rf"|{_SMALL_ZH}[ ]?点(?=建议|要求|理由|原因|说明|意见|注意|提示|提醒|内容|:|：|$|\n)"
    rf"|{_SMALL_EN}(?: (?:main|simple|key|easy|different|possible|important|basic|practical|quick|other|more"
    rf"|short|clear)){{0,2}}"
    r" (?:ways|steps|points|things|options|reasons|parts|tips|questions|methods|aspects|approaches|categories"
    r"|stages|suggestions"
    r"|ideas|sections|paragraphs|sentences)\b",
    re.IGNORECASE,
)
_FEW_POINTS: Final = re.compile(r"(?:以下|如下|这|注意|下面|上述|以上)[有的]?$")
_OWN_ORDINAL: Final = re.compile(
    r"(?:[1-9]|10|[一二三四五六七八九十])[ ]?(?:步|点|个|种|类|次|位|名|轮|件|部分|方面|阶段|环节|时间|大|[,，:：、])"
)
_ITEMS: Final = re.compile(
    r"(?:^|\n)[ ]{0,8}(?:[-*•●]|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.、．]|第[一二三四五六七八九十])"
)
_ARTICLE: Final = re.compile(
    r"(?:^|\n)[ \u3000]{0,8}(?:([一二三四五六七八九十]{1,3})[、.．]|(\d{1,2})[、.．](?!\d)"
    r"|[(（]([一二三四五六七八九十]{1,3})[)）])"
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
    told = times.read_times(text)
    for _, _, key in told:
        yield key
        if int(key[:-3]) % 60 == 0:
            yield str(int(key[:-3]) // 60)
    for figure in _outside(text, told):
        yield from keys(figure)
        if figure.kind == "clock" and figure.value % 60 == 0:
            yield _plain(figure.value / 60)


def _outside(text: str, told: Sequence[times.Time]) -> Iterator[Figure]:
    """The figures of a text that are no part of its times of day."""
    spans = sorted((start, end) for start, end, _ in told)
    for figure in numerals.read_figures(text):
        at = bisect_right(spans, (figure.start, len(text)))
        if not (at and spans[at - 1][1] > figure.start) and not (at < len(spans) and spans[at][0] < figure.end):
            yield figure


def _articles(text: str) -> Iterator[str]:
    """The keys of the articles of a document that numbers them 一、二、 or 1. 2.; with 第…条 those are its points."""
    kinds = (
        ("item", "点", "款", "")
        if re.search(r"第[〇零一二三四五六七八九十百\d]{1,6}条", text)
        else ("条", "item", "点", "款", "")
    )
    for found in _ARTICLE.finditer(text):
        number = next(group for group in found.groups() if group)
        value = Decimal(number) if number.isdigit() else spelled.read_zh(number)
        if value is not None:
            yield from (f"第{_plain(value)}{kind}" for kind in kinds)


def _is_own(figure: Figure, text: str, listed: frozenset[int]) -> bool:
    """Whether a small number orders or counts what the answer itself says; `listed`: lengths of its lists."""
    if figure.high is not None or not 0 < figure.value <= 10 or figure.value != int(figure.value):
        return False
    if figure.kind == "ordinal":
        return _OWN_ORDINAL.match(text, figure.start) is not None
    if figure.kind != "number" or figure.value < 2:
        return False
    if _OWN_COUNT.match(text, figure.start):
        return True
    if figure.unit == "点":
        return _FEW_POINTS.search(text, max(0, figure.start - 4), figure.start) is not None
    return figure.unit in {"item", "条", "款", ""} and int(figure.value) in listed and _announces(text, figure)


def _announces(text: str, figure: Figure) -> bool:
    """Whether the line of the figure ends with a colon and a list follows."""
    stop = text.find("\n", figure.end)
    return (
        stop >= 0
        and text[figure.end : stop].rstrip().rstrip("*").endswith((":", "："))
        and _ITEMS.match(text[stop : stop + 20].replace("\n\n", "\n")) is not None
    )


def _lists(text: str) -> frozenset[int]:
    """How many members the answer's lists have: runs of lines that begin with a mark."""
    lengths, run = set(), 0
    for line in text.split("\n"):
        if _ITEMS.match(line):
            run += 1
        elif line.strip() and not line.startswith((" ", "\t")):
            lengths.add(run)
            run = 0
    return frozenset({*lengths, run} - {0, 1})


def _squeezed(text: str) -> str:
    return re.sub(r"[\s“”「」『』\"']", "", wording.fold(text).text)


def _numbered(text: str) -> str:
    """A folded text with the numerals of its clauses in digits."""

    def digits(found: re.Match[str]) -> str:
        value = spelled.read_zh(found[1])
        return found[0] if value is None else f"第{_plain(value)}"

    return _CLAUSE.sub(digits, text)


def _ground(params: Grounded, item: Item) -> _Ground:
    """What an answer to `item` may rest on."""
    texts = [part for doc in item.documents for part in (doc.title, doc.text)]
    texts += [message.content for message in item.prompt] + list(item.options.values()) + list(params.allow)
    return _ground_of(tuple(texts), tuple(doc.text for doc in item.documents))


@lru_cache(maxsize=64)
def _ground_of(texts: tuple[str, ...], documents: tuple[str, ...]) -> _Ground:
    """The ground in `texts`, read once for all answers to an item."""
    return _Ground(texts, documents)


class _Ground:
    """The texts that an answer may rest on; `documents` among them may number their articles."""

    def __init__(self, texts: tuple[str, ...], documents: tuple[str, ...]) -> None:
        self.values = {key for text in texts for key in _values(text)}
        self.values |= {key for text in documents for key in _articles(text)}
        self.values |= {key for text in texts for key in times.named(text)}
        self.text = "\n".join(_squeezed(text) for text in texts)
        self.complete = all(numerals.read_bounded(text)[1] for text in texts)

    def holds(self, quote: str) -> bool:
        parts = [part.strip(",.;:!?。、 ") for part in re.split(r"\.{3,}|…+", _squeezed(quote))]
        return all(part in self.text for part in parts)


class GroundedGrader:
    """Met when everything that is checked rests on the item."""

    name: ClassVar[str] = "grounded"
    version: ClassVar[str] = "3"
    params: ClassVar[type[Grounded]] = Grounded

    def mark(self, params: Grounded, item: Item, answer: Answer) -> Mark:
        """Met or not met. The first thing without ground decides, and more text cannot give it one."""
        folded = wording.fold(answer.text[:LONGEST])
        ground = _ground(params, item)
        wrong = _loose_figure(folded, ground) if params.figures else None
        wrong = wrong or (_loose_quote(folded, ground) if params.quotes else None)
        if wrong and ground.complete:
            reason, start, end = wrong
            return Mark(state="not_met", reason=reason, excerpt=folded.source(max(0, start - 40), end), settled=True)
        if wrong or len(answer.text) > LONGEST or (params.figures and not numerals.read_bounded(folded.original)[1]):
            return Mark(state="unjudged", reason=_UNREAD)
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
    for first, last, ordinal in _loose(folded.original, ground):
        start, end = folded.find(first), folded.find(last)
        start -= ordinal and folded.text[start - 1 : start] == "第"
        low = max(starts[bisect_right(starts, start) - 1], start - negation.BEFORE)
        window = folded.text[low : end + negation.AFTER]
        if not negation.denied(window, start - low, end - low):
            shown = folded.source(start, end)
            return Text(zh=f"数字“{shown}”没有依据", en=f"the figure “{shown}” has no ground"), start, end
    return None


def _loose(text: str, ground: _Ground) -> Iterator[tuple[int, int, bool]]:
    """Times and figures without ground, in order: start, end, and whether it is an ordinal."""
    told = times.read_times(text)
    loose = [(start, end, False) for start, end, key in told if key not in ground.values]
    listed = _lists(text)
    for figure in _outside(text, told):
        if figure.kind == "marker" or keys(figure) <= ground.values or _is_own(figure, text, listed):
            continue
        if not figure.unit and figure.high is None and times.dotted(text, figure.start) in ground.values:
            continue
        loose.append((figure.start, figure.end, figure.kind == "ordinal"))
    yield from sorted(loose)


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
    starts = [start for start, _ in wording.find(text, wanted)]
    named = re.fullmatch(r"([a-z]{1,20}) (\d{1,6})", wanted)
    starts += [
        found.start()
        for found in (_LISTED.finditer(text) if named else ())
        if named and found[1] == named[1] and named[2] in re.findall(r"\d+", found[2])
    ]
    return any(not _ABSENT.search(text, max(0, start - 40), start) for start in starts)


plugin: Final = GroundedGrader()
