"""Scores that add up points: a published table as frozen records, and one patient drawn from it.

Rules this module keeps:

* A table is data. A part of it (a finding, a vital sign) has levels; a level has its points and either wordings or a range of
  measured values. Ranges leave out what versions of a score count differently.
* Half of the measured values stand on an edge of their range, where a band is easily misread.
* A classic mistake stands beside the level that invites it (`mistaken`: the points it would give); another kind reads the
  neighbouring level. Distractors are parts worth nothing.

It refuses to draw combinations that no patient shows (`never`).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators.clinical_facts import Builder, Case, Slip, Subject, named
from evalcenter.generators.drafting import REDRAWS, Fact, plain, say
from evalcenter.records import Lang

Words = tuple[str, str]
"""The same in Chinese and in English."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What one band of a part is worth, how often it is drawn, and in which words it is said (none: by a measured value)."""

    points: str
    said: tuple[Words, ...] = ()
    weight: int = 1
    mistaken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A unit in which a part is measured: for each level the ranges that are drawn, in steps of the last of `places`.

    Two ranges of a level make a pair such as a blood pressure. `langs` are the languages in which the unit is used.
    """

    spans: tuple[tuple[Span, ...], ...]
    unit: Words = ("", "")
    places: int = 0
    langs: tuple[Lang, ...] = ("zh", "en")
    label: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a score. Without `key` (``zh/en``) it is background; `names` are its words when it is missing."""

    label: Words
    levels: tuple[Level, ...]
    key: str = ""
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    scales: tuple[Scale, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A published score: its parts, one of `variants` (further parts that belong together), and how it is asked for."""

    parts: tuple[Part, ...]
    asks: tuple[tuple[str, ...], tuple[str, ...]]
    noise: tuple[Part, ...]
    variants: tuple[tuple[Part, ...], ...] = ((),)
    never: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = ()
    subject: Subject = "adult"
    asked: Words = ("", "")
    least: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A part as one patient shows it: the number of its level, and the fact."""

    part: Part
    at: int
    fact: Fact

    @property
    def level(self) -> Level:
        """The level that was drawn."""
        return self.part.levels[self.at]

    def called(self, lang: Lang) -> str:
        """The short name of the part in a sum."""
        key = self.part.key.split("/")
        return say(lang, key[0], key[-1])


def builder(score: Score) -> Builder:
    """What draws a case of `score`."""
    return lambda lang, draws: _case(score, lang, draws)


def _case(score: Score, lang: Lang, draws: Draws) -> Case:
    parts = (*score.parts, *draws.choice(score.variants))
    patient = _patient(score, parts, lang, draws)
    noise = [_draw(part, lang, draws) for part in draws.sample(score.noise, min(2, len(score.noise)))]
    counted = [one for one in patient if one.part.key]
    total = sum((Decimal(one.level.points) for one in counted), Decimal(0))
    at = 0 if lang == "zh" else 1
    return Case(
        ask=draws.choice(score.asks[at]),
        exact=total,
        places=max(-Decimal(one.points).as_tuple().exponent for part in parts for one in part.levels),  # type: ignore[operator]
        tolerance=Decimal(0),
        unit="",
        working=_sum({one.called(lang): one.level.points for one in counted}),
        facts=tuple(one.fact for one in patient),
        noise=tuple(one.fact for one in noise),
        slips=_slips(lang, counted, noise, draws),
        least=Decimal(score.least),
        subject=score.subject,
        asked=score.asked[at],
    )


def _patient(score: Score, parts: tuple[Part, ...], lang: Lang, draws: Draws) -> list[Drawn]:
    """One value for each part. Raises InputError when the table forbids what it draws."""
    for _ in range(REDRAWS):
        drawn = [_draw(part, lang, draws) for part in parts]
        shown = {(one.part.key, one.level.points) for one in drawn}
        if not any(first in shown and second in shown for first, second in score.never):
            return drawn
    raise InputError(f"a table of points allowed no patient in {REDRAWS} tries")


def _draw(part: Part, lang: Lang, draws: Draws) -> Drawn:
    at = draws.choice([number for number, level in enumerate(part.levels) for _ in range(level.weight)])
    level = part.levels[at]
    names = part.names[0 if lang == "zh" else 1]
    if level.said:
        label, value = say(lang, *part.label), say(lang, *draws.choice(level.said))
        return Drawn(part=part, at=at, fact=named(lang, label, value, *names, joint=say(lang, "：", ": ")))
    scale = draws.choice([scale for scale in part.scales if lang in scale.langs])
    value = "/".join(plain(Decimal(_value(span, draws)).scaleb(-scale.places)) for span in scale.spans[at])
    label, unit = say(lang, *(scale.label or part.label)), say(lang, *scale.unit)
    return Drawn(part=part, at=at, fact=named(lang, label, f"{value} {unit}".strip(), *names))


def _value(span: Span, draws: Draws) -> int:
    return draws.choice(span) if draws.coin(1, 2) else draws.between(*span)


def _sum(points: dict[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in points.items())


def _slips(lang: Lang, counted: list[Drawn], noise: list[Drawn], draws: Draws) -> tuple[Slip, ...]:
    """Classic mistakes first, then a distractor that was counted, then a neighbouring band."""
    right = {one.called(lang): one.level.points for one in counted}
    total = sum(Decimal(points) for points in right.values())
    made = [(one.called(lang), one.level.points, one.level.mistaken) for one in counted if one.level.mistaken]
    made += [(one.fact.label, "0", one.level.mistaken) for one in noise if one.level.mistaken]
    for one in draws.shuffled(counted):
        others = [n for n in (one.at - 1, one.at + 1) if 0 <= n < len(one.part.levels)]
        made += [(one.called(lang), one.level.points, one.part.levels[n].points) for n in others]
    return tuple(
        Slip(how=_sum({**right, key: wrong}), value=total - Decimal(points) + Decimal(wrong))
        for key, points, wrong in made
        if Decimal(wrong) != Decimal(points)
    )


# -- parts that several scores have -----------------------------------------------------------------------------------

YEARS: Words = ("岁", "years")
PER_MINUTE: Words = ("次/分", "/min")


def finding(
    key: str,
    label: Words,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    points: str,
    said: tuple[tuple[Words, ...], ...],
) -> Part:
    """A finding worth `points` or nothing; `said`: present, absent, and absent though it looks alike."""
    levels = [Level(points=points, said=said[0], weight=3, mistaken="1" if points != "1" else "")]
    levels.append(Level(points="0", said=said[1], weight=4))
    if len(said) > 2:
        levels.append(Level(points="0", said=said[2], weight=2, mistaken=points))
    return Part(key=key, label=label, names=names, levels=tuple(levels))


def measured(
    key: str,
    label: Words,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    unit: Words,
    bands: tuple[tuple[str, Span], ...],
) -> Part:
    """A measured whole number; `bands`: the points of each band with the values that are drawn."""
    return Part(
        key=key,
        label=label,
        names=names,
        levels=tuple(Level(points=points) for points, _ in bands),
        scales=(Scale(unit=unit, spans=tuple((span,) for _, span in bands)),),
    )


def background(label: Words, unit: Words, span: Span, places: int = 0, mistaken: str = "1") -> Part:
    """A measured value that the score does not count."""
    level = Level(points="0", mistaken=mistaken)
    return Part(label=label, levels=(level,), scales=(Scale(unit=unit, spans=((span,),), places=places),))


def remark(label: Words, *said: Words, mistaken: str = "1") -> Part:
    """A statement that the score does not count."""
    return Part(label=label, levels=(Level(points="0", said=said, mistaken=mistaken),))
