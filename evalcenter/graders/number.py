"""Marks whether an answer states a number (or a date) that lies in a window.

Rules this module keeps:

* The window is inclusive: target ± the wider of `tolerance` and `relative` × target, or `low` to `high`. A range ("5–10 mg") fits
  only if all of it lies in the window: it does not state 7.
* With `unit`, a figure must carry it (any spelling), or a unit of `units`, or no unit at all while no other figure of the place
  that is read carries one. Amounts for an occasion (6 mL a dose, £12 a month) count as the amount.
* ``which: final`` reads the strongest place that holds a figure: a box, "final answer", "answer", a conclusion (因此, therefore,
  total), the only bold figure, else the whole answer without limits (不超过 …), operands and figures repeated from the question.
* A date without its year fits if month and day do.
* No fitting figure anywhere: not met. Without a closing word, different figures of which only some fit: unjudged. Two closing
  statements of equal strength that differ, with no word of revision between them: unjudged. More than 2000 figures: unjudged.

It refuses to compute or to convert: units are converted only by the factors that the author lists.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Final, Literal

from evalcenter.graders import closing, dates, numerals, units
from evalcenter.records import Answer, Item, Lang, Mark, MarkState, Text, record

_BIG: Final = 60
PLACES: Final = 200
Carries = Literal["yes", "no", "other"]


@record
class Number:
    """What must be stated. `units` maps further accepted units to the factor that converts them into `unit`."""

    target: Decimal | None = None
    tolerance: Decimal | None = None
    relative: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    units: Mapping[str, Decimal] = field(default_factory=dict)
    date: str | None = None
    which: Literal["final", "any"] = "final"

    def __post_init__(self) -> None:
        window = self.low is not None or self.high is not None
        if [self.target is not None, window, self.date is not None].count(True) != 1:
            raise ValueError("number needs exactly one of target, low/high, or date")
        _check_numbers(self)
        if self.unit is not None and not self.unit.strip():
            raise ValueError("unit must not be blank")
        if self.units and self.unit is None:
            raise ValueError("units needs unit, the unit that the factors convert into")
        if self.date is not None:
            _check_date(self)


def _check_numbers(params: Number) -> None:
    given = (params.target, params.tolerance, params.relative, params.low, params.high, *params.units.values())
    if any(n is not None and (not n.is_finite() or abs(n.adjusted()) > _BIG) for n in given):
        raise ValueError("numbers must be finite and of at most 60 digits")
    if params.target is None and (params.tolerance is not None or params.relative is not None):
        raise ValueError("tolerance and relative belong to target")
    if any(n is not None and n < 0 for n in (params.tolerance, params.relative)):
        raise ValueError("tolerance and relative must not be negative")
    if params.low is not None and params.high is not None and params.low > params.high:
        raise ValueError(f"low {params.low} is above high {params.high}")
    if any(factor <= 0 for factor in params.units.values()):
        raise ValueError("a factor of units must be positive")


def _check_date(params: Number) -> None:
    if params.unit is not None:
        raise ValueError("a date has no unit")
    try:
        date.fromisoformat(params.date or "")
    except ValueError:
        raise ValueError(f"date must be written as YYYY-MM-DD; got {params.date!r}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One figure or date of the answer: where it stands, whether it fits, and how it carries the unit.

    `carries`: "yes" (the unit or a listed one), "no" (none at all), "other" (an unlisted one).
    """

    start: int
    end: int
    key: tuple[object, ...]
    fits: bool
    carries: Carries = "yes"


# -- claims -----------------------------------------------------------------------------------------------------------


def _bounds(params: Number) -> tuple[Decimal | None, Decimal | None]:
    if params.target is None:
        return params.low, params.high
    spread = max(params.tolerance or Decimal(0), abs(params.target) * (params.relative or Decimal(0)))
    return params.target - spread, params.target + spread


def _figures(params: Number, text: str, item: Item, *, asked: bool) -> tuple[list[Claim], bool]:
    extra = units.unknown((params.unit or "", *params.units)) if params.unit else ()
    figures, complete = (_asked if asked else _told)(text, extra, item.lang)
    return [_claim(params, figure, text) for figure in figures], complete


def _told(text: str, extra: tuple[str, ...], lang: Lang) -> tuple[tuple[numerals.Figure, ...], bool]:
    """The figures of `text` that may be claims, and whether these are all."""
    spans = [(found.start, found.end) for found in dates.read_dates(text, lang)]
    figures, complete = numerals.read_bounded(text, extra)
    read = [f for f in figures if f.kind in {"number", "ordinal"}]
    read = [f for f in read if not _inside(f.start, spans)] or read
    plain = [f for f in read if f.kind == "number"] or read
    return tuple(plain), complete


_asked: Final = lru_cache(maxsize=1024)(_told)
"""The same of a question, read once for all the answers to it."""


def _inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _claim(params: Number, figure: numerals.Figure, text: str) -> Claim:
    factor, carries = _factor(params, figure, text)
    low, high = figure.value * factor, (figure.value if figure.high is None else figure.high) * factor
    least, most = _bounds(params)
    fits = carries != "other" and (least is None or low >= least) and (most is None or high <= most)
    return Claim(start=figure.start, end=figure.end, key=(low, high, carries == "other"), fits=fits, carries=carries)


_MANY: Final = re.compile("[万亿]|illion|×")


def _factor(params: Number, figure: numerals.Figure, text: str) -> tuple[Decimal, Carries]:
    """What the figure is multiplied with to be in the author's unit, and how it carries a unit."""
    if params.unit is None:
        return Decimal(1), "yes"
    for written, factor in {params.unit: Decimal(1), **params.units}.items():
        scale, name = units.canonical(written)
        rated = f"{figure.unit}/{figure.per}"
        if figure.unit and (units.same(figure.unit, name) or (figure.per and units.same(rated, name))):
            return factor / scale, "yes"
    if figure.unit:
        return Decimal(1), "other"
    scale = units.canonical(params.unit)[0]
    many = _MANY.search(text, figure.start, figure.end)
    return (1 / scale if many else Decimal(1)), "no"


def _dates(wanted: date, text: str, item: Item) -> list[Claim]:
    return [
        Claim(start=d.start, end=d.end, key=(d.month, d.day, d.fits(wanted)), fits=d.fits(wanted))
        for d in dates.read_dates(text, item.lang)
    ]


# -- which of them counts ---------------------------------------------------------------------------------------------

_DENIED: Final = re.compile(
    r"(?:不是|并非|而非|不应是|不应为|\bnot|rather than|instead of)[ \s*:：]{0,3}[$£€¥]?$",
    re.IGNORECASE | re.ASCII,
)
_LIMIT: Final = re.compile(
    r"(?:不超过|不得超过|不要超过|不能超过|不应超过|最多|至多|上限(?:是|为)?|最大|最高|不少于|至少|低于|高于|大于|小于|超过|少于|[<>≤≥＜＞]"
    r"|\bmax(?:imum)?(?: of| is|:)?|\bup to|not exceed(?:ing)?|exceeds?|\bat (?:least|most)|(?:less|more|fewer) than"
    r"|\b(?:above|below|over|under))"
    r"[ \s*约]{0,3}$",
    re.IGNORECASE,
)
_OPERATOR_AFTER: Final = re.compile(
    r"[\s)）}]{0,3}(?:[×÷+=]|(?<!\*)\*(?!\*)|/(?=[\s\d(])|-(?=[\s\d(])|[xX](?=\s?\d)|\\(?:times|div|cdot)|乘以?|除以)"
)
_OPERATOR_BEFORE: Final = re.compile(
    r"(?:[×÷+(（/]|(?<!\*)\*|[-−](?=\s)|\b[xX]|\\(?:times|div|cdot)|乘以?|除以|加上?|减去?|\bout of(?: the)?)[\s({（$]{0,3}$"
)
_COPULA: Final = re.compile(
    r"(?:=|≈|＝|\\approx|等于|约为|约是|应为|[是为]|\b(?:is|are|equals|gives|be)(?: about| approximately| roughly)?)"
    r"[\s*_:：$约({\\]{0,4}$",
    re.ASCII,
)
_EQUALS: Final = re.compile(r"(?:=|≈|＝|\\approx|等于)[\s*_$约{]{0,4}$")
_LED: Final = re.compile(
    r"(?:=|≈|＝|\\approx|等于|得到|得出|约为"
    r"|\b(?:gives|results in|round(?:s|ed|ing)? to|yields)(?: (?:us|about|approximately|roughly)){0,2})"
    r"[\s*_$约{]{0,4}$",
    re.ASCII,
)
_LABEL: Final = re.compile(r"[:：][\s*_]{0,4}$")
_BOLD: Final = re.compile(r"\*\*(?=\S)([^*\n]{1,200})\*\*")
_REVISION: Final = re.compile(
    r"不对|更正|纠正|修正|重新|抱歉|有误|应该是|应改|等等|再算"
    r"|\b(?:wait|correct(?:ion|ed|ing)|actually|sorry|mistake|revis\w+|recalculat\w+|instead|however)\b",
    re.IGNORECASE,
)


def _denied(claim: Claim, text: str) -> bool:
    return _DENIED.search(text, max(0, claim.start - 16), claim.start) is not None


def _limit(claim: Claim, text: str) -> bool:
    return _LIMIT.search(text, max(0, claim.start - 24), claim.start) is not None


def _operand(claim: Claim, text: str) -> bool:
    after = _OPERATOR_AFTER.match(text, claim.end, claim.end + 10)
    return after is not None or _OPERATOR_BEFORE.search(text, max(0, claim.start - 16), claim.start) is not None


def _bracketed(claim: Claim, text: str) -> bool:
    before = text[max(0, claim.start - 60) : claim.start]
    return max(before.rfind("("), before.rfind("（")) > max(before.rfind(")"), before.rfind("）"))


def _usable(claims: Sequence[Claim]) -> list[Claim]:
    """Claims in the wanted or a listed unit; where there is none, those without a unit."""
    return [c for c in claims if c.carries == "yes"] or [c for c in claims if c.carries == "no"]


def _without(claims: list[Claim], dropped: Sequence[Claim]) -> list[Claim]:
    """The claims but for `dropped`, unless nothing would be left."""
    out = set(dropped)
    return [c for c in claims if c not in out] or claims


def _stated(claims: Sequence[Claim], text: str, *, first: bool) -> Claim | None:
    """The one claim that a closing scope states: after the last "=", else after the last copula, else the first or last one."""
    usable = _usable(claims)
    usable = _without(usable, [c for c in usable if _operand(c, text)])
    usable = _without(usable, [c for c in usable if _limit(c, text)])
    usable = _without(usable, [c for c in usable if _bracketed(c, text)])
    for pattern in (_EQUALS, _COPULA):
        led = [c for c in usable if pattern.search(text, max(0, c.start - 24), c.start)]
        if led:
            return led[0] if first and pattern is _COPULA else led[-1]
    return (usable[0] if first else usable[-1]) if usable else None


def _between(claims: Sequence[Claim], start: int, end: int) -> Sequence[Claim]:
    """The claims that begin in ``text[start:end]``; claims are in order."""
    return claims[bisect_left(claims, start, key=_start) : bisect_left(claims, end, key=_start)]


def _start(claim: Claim) -> int:
    return claim.start


def _closing(claims: Sequence[Claim], text: str) -> tuple[Claim | None, bool, str]:
    """(claim, found a closing place, word of confusion) of the strongest closing place that holds a figure."""
    places = [("box", start, end) for start, end in closing.boxes(text)] + list(closing.scopes(text))
    for kind in ("box", "final", "answer", "so"):
        held = []
        for start, end in [(start, end) for name, start, end in places if name == kind][-PLACES:]:
            inside = _between(claims, start, end)
            if inside:
                held.append((start, _stated(inside, text, first=kind != "so")))
        if held:
            said = held[-1][1]
            earlier = [claim for _, claim in held[:-1] if claim and said and claim.key != said.key]
            if earlier and kind in {"box", "final"} and not _REVISION.search(text, earlier[-1].end, held[-1][0]):
                return said, True, "two"
            return said, True, ""
    return None, False, ""


def _rest(claims: list[Claim], text: str, prompt: frozenset[tuple[object, ...]]) -> list[Claim]:
    """The claims that may be the answer where no closing word leads to it."""
    usable = _usable(claims)
    bold = [c for found in _BOLD.finditer(text) for c in _between(usable, *found.span())]
    if len({c.key for c in bold}) == 1:
        return bold
    for drop in (_operand, _limit):
        usable = _without(usable, [c for c in usable if drop(c, text)])
    usable = _without(usable, [c for c in usable if c.key in prompt])
    last = usable[-1]
    alone = text.rstrip().rfind("\n") + 1
    if (
        alone
        and last.start >= alone > max((c.start for c in usable[:-1]), default=-1)
        and len(text.rstrip()) - alone <= 40
    ):
        return [last]  # the last line is short and holds nothing else
    patterns = (_LED, _COPULA, _LABEL) if _ends(text, last) else (_LED,)
    return [last] if any(p.search(text, max(0, last.start - 40), last.start) for p in patterns) else usable


def _ends(text: str, claim: Claim) -> bool:
    """Whether the sentence that holds the claim is the last one."""
    return re.search(r"[。！!\n]|\.\s", text[claim.end :].rstrip()[:-1]) is None


# -- the grader -------------------------------------------------------------------------------------------------------

_REASONS: Final = {
    "met": Text(zh="给出的数值在允许范围内", en="the stated figure lies in the window"),
    "none": Text(zh="回答中没有数值", en="the answer holds no figure"),
    "outside": Text(zh="没有数值落在允许范围内", en="no figure of the answer lies in the window"),
    "final": Text(zh="最终给出的数值不在允许范围内", en="the figure finally stated lies outside the window"),
    "unit": Text(zh="最终给出的数值单位不符", en="the figure finally stated carries another unit"),
    "blocked": Text(zh="回答被拦截", en="the answer was blocked"),
    "two": Text(zh="前后给出两个不同的最终数值", en="two different final figures are stated"),
    "mixed": Text(zh="给出多个不同的数值，无法确定最终答案", en="different figures are stated, none marked as the answer"),
    "many": Text(zh="数值过多，无法判断", en="too many figures to read"),
}  # fmt: skip


class NumberGrader:
    """See the module's rules."""

    name: ClassVar[str] = "number"
    version: ClassVar[str] = "2"
    params: ClassVar[type[Number]] = Number

    def mark(self, params: Number, item: Item, answer: Answer) -> Mark:
        """Met when the stated figure or date fits. Never raises because of what the answer contains."""
        if answer.state == "blocked":
            return _mark("not_met", "blocked")
        text = closing.spoken(answer.text)
        claims, complete = _claims(params, text, item)
        if not complete:
            return _mark("unjudged", "many")
        claims = [c for c in claims if not _denied(c, text)]
        if not claims:
            return _mark("not_met", "none")
        fitting = [c for c in claims if c.fits and (params.which == "final" or c in _usable(claims))]
        if not fitting:
            return _mark("not_met", "outside", text, claims[-1])
        if params.which == "any":
            return _mark("met", "met", text, fitting[0], settled=True)
        return _final(params, item, text, claims)


def _claims(params: Number, text: str, item: Item, *, asked: bool = False) -> tuple[list[Claim], bool]:
    """The claims of `text`, which the question may be (`asked`), and whether these are all."""
    if params.date is not None:
        claims = _dates(date.fromisoformat(params.date), text, item)
        return claims, len(claims) < numerals.MAX_FIGURES
    return _figures(params, text, item, asked=asked)


def _final(params: Number, item: Item, text: str, claims: list[Claim]) -> Mark:
    said, closed, confusion = _closing(claims, text)
    if confusion:
        return _mark("unjudged", confusion, text, said)
    if closed:
        if said is None:
            return _mark("not_met", "unit", text, claims[-1])
        return _mark("met", "met", text, said) if said.fits else _mark("not_met", "final", text, said)
    asked = "\n".join(message.content for message in item.prompt)
    given = frozenset(claim.key for claim in _claims(params, asked, item, asked=True)[0])
    rest = _rest(claims, text, given)
    states = {claim.fits for claim in rest}
    if len(states) > 1:
        return _mark("unjudged", "mixed", text, rest[-1])
    return _mark("met", "met", text, rest[-1]) if states == {True} else _mark("not_met", "final", text, rest[-1])


def _mark(state: MarkState, why: str, text: str = "", claim: Claim | None = None, *, settled: bool = False) -> Mark:
    excerpt = closing.sentence(text, claim.start, claim.end) if claim else ""
    return Mark(state=state, reason=_REASONS[why], excerpt=excerpt, settled=settled)


plugin: Final = NumberGrader()
