"""What the calculators share: a case with its classic mistakes, and the facts of a record.

Rules this module keeps:

* A mistake's value is computed from the same facts by the wrong step it is named for.
* A fact is worded once for lists and once for running text; the words by which an answer may name it stand beside it.

It refuses to compute: `formulas.py` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from evalcenter.draws import Draws
from evalcenter.generators import formulas as f
from evalcenter.generators.drafting import MONTHS, Fact, plain, say, short
from evalcenter.records import Lang

D = Decimal
Subject = Literal["adult", "newborn", "pregnant"]
ZERO: Final = D(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A classic mistake: the wrong working as its maker would write it, and the value it gives."""

    how: str
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One patient with one question.

    `exact` is the unrounded value, asked with `places` decimals. `unit` is empty for scores. `noise` holds facts that are
    not needed. A value nearer to a rounding tie than `margin` of its last place is refused, and so is one whose `rivals`
    (what other honest ways of rounding give) round elsewhere. `least` is the lowest value that could be true. `asked` says
    what the last line holds, where neither a unit nor "the score" does. With `dated`, values are days (`date.toordinal`).
    """

    ask: str
    exact: Decimal
    places: int
    tolerance: Decimal
    unit: str
    working: str
    facts: tuple[Fact, ...]
    noise: tuple[Fact, ...]
    slips: tuple[Slip, ...]
    margin: Decimal = ZERO
    rivals: tuple[Decimal, ...] = ()
    least: Decimal = ZERO
    subject: Subject = "adult"
    asked: str = ""
    dated: bool = False

    @property
    def target(self) -> Decimal:
        """The value as asked."""
        return f.rounded(self.exact, self.places)

    @property
    def disputed(self) -> bool:
        """Whether honest roundings of the steps would give different answers."""
        close = self.margin > 0 and f.near_tie(self.exact, self.places, self.margin)
        return close or any(f.rounded(rival, self.places) != self.target for rival in self.rivals)

    def shown(self, value: Decimal, lang: Lang) -> str:
        """`value` as an answer writes it."""
        return day(lang, date.fromordinal(int(value))) if self.dated else f"{plain(value)} {self.unit}".strip()


Builder = Callable[[Lang, Draws], Case]


def day(lang: Lang, when: date) -> str:
    """A calendar day as it is written in `lang`."""
    return say(lang, f"{when.year}年{when.month}月{when.day}日", f"{when.day} {MONTHS[when.month - 1]} {when.year}")


def named(lang: Lang, label: str, value: str, *names: str, joint: str = " ") -> Fact:
    """A fact worded by its label and value; `joint` stands between them in running text."""
    low = f"{label[:1].lower() if label[1:2].islower() else label[:1]}{label[1:]}"
    return Fact(label=label, value=value, inline=f"{say(lang, label, low)}{joint}{value}", names=names, joint=joint)


def age_fact(lang: Lang, age: int) -> Fact:
    """The patient's age in years."""
    return Fact(
        label=say(lang, "年龄", "Age"),
        value=say(lang, f"{age} 岁", f"{age} years"),
        inline=say(lang, f"{age} 岁", f"{age} years old"),
        names=("年龄", "岁数") if lang == "zh" else ("age", "how old", "date of birth"),
    )


def sex_fact(lang: Lang, *, female: bool) -> Fact:
    """The patient's sex."""
    word = say(lang, "女" if female else "男", "female" if female else "male")
    return Fact(
        label=say(lang, "性别", "Sex"),
        value=word,
        inline=say(lang, word + "性", word),
        names=("性别", "男女", "男性还是女性") if lang == "zh" else ("sex", "gender", "male or female"),
    )


def lab(zh: str, en: str, lang: Lang, value: str, unit: str, *names: str) -> Fact:
    """A measured value with its unit. `names`: the words for it when it is missing, besides the label."""
    return named(lang, say(lang, zh, en), f"{value} {unit}".strip(), *names)


def coarse(value: Decimal) -> Decimal:
    """Tolerance for a whole number from several rounded steps (1.5 % at worst): 1 below 60, 2 from there."""
    return D(1) if value < 60 else D(2)


def height_fact(lang: Lang, centimetres: int) -> Fact:
    """The patient's height."""
    return lab("身高", "Height", lang, str(centimetres), "cm", *(("身高",) if lang == "zh" else ("height", "tall")))


def weight_fact(lang: Lang, kilograms: Decimal) -> Fact:
    """The patient's weight."""
    return lab("体重", "Weight", lang, short(kilograms), "kg", *(("体重",) if lang == "zh" else ("weight", "weigh")))


def noise(lang: Lang, draws: Draws, count: int) -> tuple[Fact, ...]:
    """`count` facts that no equation here needs."""
    pool = (
        lab("血红蛋白", "Haemoglobin", lang, str(draws.between(95, 160)), "g/L"),
        lab("血小板", "Platelets", lang, str(draws.between(130, 330)), "×10⁹/L"),
        lab("谷丙转氨酶", "ALT", lang, str(draws.between(12, 60)), "U/L"),
        lab("尿酸", "Uric acid", lang, str(draws.between(220, 480)), "μmol/L"),
        lab("体温", "Temperature", lang, plain(D(draws.between(361, 374)).scaleb(-1)), "℃"),
        lab("白细胞", "White cells", lang, plain(D(draws.between(42, 98)).scaleb(-1)), "×10⁹/L"),
    )
    return tuple(draws.sample(pool, count))
