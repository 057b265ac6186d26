"""What the generators share: saying things in one language, and putting an item together.

Rules this module keeps:

* An item's numbers stand in checks as decimal text, so that the records keep one spelling.
* Every question states how the last line must look, so that an answer is read the same way by everybody; the criterion's text never
  holds the solution, so that an echo of the rubric earns nothing.

It refuses to draw by itself: every choice comes from the `Draws` it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.records import Criterion, Document, Example, Examples, Item, Lang, Message

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
"""As English names them, whatever the language of the machine."""
REDRAWS: Final = 200
"""How often a generator draws its numbers again before it gives up (a draw is refused when honest roundings would differ)."""


def say(lang: Lang, zh: str, en: str) -> str:
    """The wording in `lang`."""
    return zh if lang == "zh" else en


def plain(value: Decimal) -> str:
    """`value` in plain digits, with its decimals as they are."""
    return format(value, "f")


def short(value: Decimal) -> str:
    """`value` in plain digits without trailing zeros: 12.50 becomes 12.5, 400 stays 400."""
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(part: Decimal, draws: Draws) -> bool:
    """True with probability `part`. Raises InputError unless `part` is 0 to 1."""
    if not 0 <= part <= 1:
        raise InputError(
            f"a share must lie between 0 and 1; got {part}", todo='write it as decimal text, such as "0.1"'
        )
    above, below = part.as_integer_ratio()
    return draws.coin(above, below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a record. `label` and `value` make a list entry, `inline` the running text.

    `names` are the words by which an answer may name this fact when it is missing; a fact without names is never left out. `joint`
    stands between label and value where several facts share a line.
    """

    label: str
    value: str
    inline: str
    names: tuple[str, ...] = ()
    joint: str = " "


def told(lang: Lang, facts: Sequence[Fact], draws: Draws) -> str:
    """`facts` in random order, as a list or as running text."""
    order = draws.shuffled(facts)
    style = draws.below(3)
    if style == 0:
        mark = draws.choice(("- ", "· ", ""))
        return "\n".join(f"{mark}{fact.label}{say(lang, '：', ': ')}{fact.value}" for fact in order)
    if style == 1:
        return say(lang, "；", "; ").join(f"{fact.label}{fact.joint}{fact.value}" for fact in order) + say(
            lang, "。", "."
        )
    text = say(lang, "，", ", ").join(fact.inline for fact in order)
    return f"{text[:1].upper()}{text[1:]}{say(lang, '。', '.')}"


def number_check(target: Decimal, tolerance: Decimal, unit: str = "", *, which: str = "final") -> Mapping[str, Any]:
    """A check by the `number` grader: `target` ± `tolerance`, in `unit` where one is given."""
    made: dict[str, Any] = {"target": plain(target), "tolerance": plain(tolerance), "which": which}
    if unit:
        made["unit"] = unit
    return {"number": made}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The parts of an item before it is put together."""

    prompt: str
    criteria: tuple[Criterion, ...]
    good: tuple[str, ...]
    bad: tuple[tuple[str, tuple[str, ...]], ...]
    options: Mapping[str, str] | None = None
    documents: tuple[Document, ...] = ()


def item(lang: Lang, draft: Draft) -> Item:
    """The item of `draft`; the plan sets id, dimension and the rest."""
    return Item(
        id="generated",
        lang=lang,
        dimension="",
        prompt=(Message(role="user", content=draft.prompt),),
        criteria=draft.criteria,
        examples=Examples(
            good=tuple(Example(text=text) for text in draft.good),
            bad=tuple(Example(text=text, fails=fails) for text, fails in draft.bad),
        ),
        options=dict(draft.options or {}),
        documents=draft.documents,
    )


# -- when a needed value is missing -----------------------------------------------------------------------------------

_MISSING: Final[Mapping[Lang, str]] = {
    "zh": "缺...@|没有...@|没...@|未提供...@|未给...@|未记录...@|未知...@|不知道...@|补充...@|提供...@"
    "|@...缺|@...没|@...未|@...不详",
    "en": "missing...@|lack...@|lacks...@|without...@|no @|not given...@|not recorded...@|absent...@|provide...@|supply...@"
    "|need the...@|need to know...@|unknown...@|@...missing|@...not|@...absent|@...unknown|@...lacking|@...needed"
    "|@...isn't|@...wasn't",
}
"""Ways to say that @ is missing, or to ask for it."""


def missing_check(lang: Lang, names: Sequence[str]) -> Mapping[str, Any]:
    """A check by the `mentions` grader: one of `names` is said to be missing or asked for."""
    phrases = [frame.replace("@", name) for name in names for frame in _MISSING[lang].split("|")]
    return {"mentions": {"any": phrases, "negation": "ignore"}}


def no_result_check(lang: Lang) -> Mapping[str, Any]:
    """A check by the `mentions` grader: the answer line says that nothing can be calculated."""
    zh = "答案...无法计算|答案...不能计算|答案...无法得出"
    en = "answer...cannot be calculated|answer...can not be calculated|answer...can't be calculated|answer...not calculable"
    return {"mentions": {"any": say(lang, zh, en).split("|"), "negation": "ignore"}}
