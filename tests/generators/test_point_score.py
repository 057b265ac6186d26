"""Tables of points: every band at its edges, what a table may hold, and what the drawing promises."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import point_score, points_acute, points_clots, points_heart, points_state
from evalcenter.generators.point_score import Level, Part, Scale, Score, background, finding, measured
from evalcenter.records import Lang
from tests.generators.reading import LANGS

SCORES = {
    "CHA2DS2-VASc": (points_heart.CHA2DS2_VASC, 0, 9),
    "HAS-BLED": (points_heart.HAS_BLED, 0, 9),
    "Wells PE": (points_clots.WELLS_PE, 0, Decimal("12.5")),
    "Wells DVT": (points_clots.WELLS_DVT, -2, 9),
    "PERC": (points_clots.PERC, 0, 8),
    "CURB-65": (points_acute.CURB_65, 0, 5),
    "qSOFA": (points_acute.QSOFA, 0, 3),
    "NEWS2": (points_acute.NEWS2, 0, 20),
    "Glasgow": (points_state.GLASGOW, 3, 15),
    "Child-Pugh": (points_state.CHILD_PUGH, 5, 15),
}


def parts(score: Score, variant: int = 0) -> tuple[Part, ...]:
    """The parts that count."""
    return tuple(part for part in (*score.parts, *score.variants[variant]) if part.key)


def points(part: Part, number: int, scale: int = 0) -> set[str]:
    """What `number` (in steps of the last place) is worth; empty where the table does not draw it."""
    spans = part.scales[scale].spans
    return {
        level.points
        for level, (span, *_) in zip(part.levels, spans, strict=True)
        if not level.said and span[0] <= number <= span[1]
    }


@pytest.mark.parametrize("name", SCORES)
def test_the_published_range_of_a_score(name: str) -> None:
    """The lowest and the highest total of a table are those of the publication (Apgar's 0 is not drawn: no heartbeat)."""
    score, low, high = SCORES[name]
    totals = [
        [pick(Decimal(level.points) for level in part.levels) for part in parts(score, number)]
        for pick in (min, max)
        for number in range(len(score.variants))
    ]
    assert min(sum(one) for one in totals) == low
    assert max(sum(one) for one in totals) == high


def test_apgar_runs_from_one_to_ten() -> None:
    """Four signs from 0 and a heart that beats."""
    levels = [[Decimal(level.points) for level in part.levels] for part in points_state.APGAR.parts]
    assert (sum(map(min, levels)), sum(map(max, levels))) == (1, 10)


@pytest.mark.parametrize(
    ("part", "edges"),
    [
        (points_acute.NEWS2.parts[0], {8: "3", 9: "1", 11: "1", 12: "0", 20: "0", 21: "2", 24: "2", 25: "3"}),
        (
            points_acute.NEWS2.parts[1],
            {90: "3", 91: "2", 100: "2", 101: "1", 110: "1", 111: "0", 219: "0", 220: "3"},
        ),
        (
            points_acute.NEWS2.parts[2],
            {40: "3", 41: "1", 50: "1", 51: "0", 90: "0", 91: "1", 110: "1", 111: "2", 130: "2", 131: "3"},
        ),
        (
            points_acute.NEWS2.parts[4],
            {350: "3", 351: "1", 360: "1", 361: "0", 380: "0", 381: "1", 390: "1", 391: "2"},
        ),
        (points_acute.NEWS2.variants[0][2], {91: "3", 92: "2", 93: "2", 94: "1", 95: "1", 96: "0"}),
        (points_acute.NEWS2.variants[1][2], {83: "3", 84: "2", 85: "2", 86: "1", 87: "1", 88: "0", 92: "0", 93: "0"}),
        (
            points_acute.NEWS2.variants[2][2],
            {84: "2", 86: "1", 87: "1", 88: "0", 93: "1", 94: "1", 95: "2", 96: "2", 97: "3"},
        ),
        (points_acute.QSOFA.parts[0], {21: "0", 22: "1"}),
        (points_acute.QSOFA.parts[1], {100: "1", 101: "0"}),
        (points_acute.CURB_65.parts[2], {29: "0", 30: "1"}),
        (points_acute.CURB_65.parts[4], {64: "0", 65: "1"}),
        (points_heart.CHA2DS2_VASC.parts[2], {64: "0", 65: "1", 74: "1", 75: "2"}),
        (points_clots.WELLS_PE.parts[2], {100: "0", 101: "1.5"}),
        (points_clots.PERC.parts[0], {49: "0", 50: "1"}),
        (points_clots.PERC.parts[1], {99: "0", 100: "1"}),
        (points_clots.PERC.parts[2], {94: "1", 95: "0"}),
        (points_state.CHILD_PUGH.parts[1], {36: "1", 35: "2", 30: "2", 27: "3"}),
        (points_state.CHILD_PUGH.parts[2], {16: "1", 17: "2", 22: "2", 24: "3"}),
    ],
)
def test_the_edges_of_every_band(part: Part, edges: dict[int, str]) -> None:
    """A value on either side of a limit has the points of the published chart."""
    assert {number: points(part, number) for number in edges} == {number: {worth} for number, worth in edges.items()}


@pytest.mark.parametrize(
    ("part", "scale", "numbers"),
    [
        (points_heart.HAS_BLED.parts[6], 0, (65,)),
        (points_acute.CURB_65.parts[1], 0, (70, 71, 72)),
        (points_acute.CURB_65.parts[1], 1, (19, 20)),
        (points_state.CHILD_PUGH.parts[0], 0, (33, 34, 35, 36, 49, 50, 51, 52, 53)),
        (points_state.CHILD_PUGH.parts[1], 0, (28, 29)),
        (points_state.CHILD_PUGH.parts[2], 0, (23,)),
        (points_state.APGAR.parts[1], 0, (99, 100, 101)),
    ],
)
def test_disputed_edges_are_not_drawn(part: Part, scale: int, numbers: tuple[int, ...]) -> None:
    """Where printed versions of a score differ, no patient stands."""
    if part is points_acute.CURB_65.parts[1] and scale == 0:
        assert points(part, 69) == {"0"}
        numbers = tuple(number for number in numbers if number != 69)
    assert not any(points(part, number, scale) for number in numbers)


def test_bilirubin_in_both_units_has_the_same_bands() -> None:
    """Every drawn value in μmol/L has the points that its mg/dL would have: below 2, up to 3, above."""
    part = points_state.CHILD_PUGH.parts[0]
    for level, ((low, high),) in zip(part.levels, part.scales[0].spans, strict=True):
        for micro in (low, high):
            milligrams = Decimal(micro) / Decimal("17.1")
            assert level.points == str(1 + (milligrams >= 2) + (milligrams > 3))


def test_albumin_in_both_units_has_the_same_bands() -> None:
    """Grams in a litre are tenths of grams in a decilitre."""
    part = points_state.CHILD_PUGH.parts[1]
    assert part.scales[0].spans == part.scales[1].spans
    assert (part.scales[0].places, part.scales[1].places) == (0, 1)


@pytest.mark.parametrize("name", SCORES)
def test_every_part_of_a_score_is_said_in_both_languages(name: str) -> None:
    """Labels, wordings and names stand in Chinese and in English."""
    score = SCORES[name][0]
    for part in (*score.parts, *score.noise, *(one for variant in score.variants for one in variant)):
        words = [part.label, *(words for level in part.levels for words in level.said)]
        assert all(zh and en for zh, en in words)
        assert not [en for _, en in words if any("\u4e00" <= char <= "\u9fff" for char in en)]
        assert bool(part.names[0]) == bool(part.names[1])


@pytest.mark.parametrize("lang", LANGS)
def test_no_patient_shows_what_a_table_forbids(lang: Lang) -> None:
    """A newborn who does not breathe does not cry, and nobody in deep coma talks."""
    for number in range(200):
        case = point_score.builder(points_state.GLASGOW)(lang, Draws("never", str(number)))
        assert not ("E 1," in case.working and "V 5" in case.working)


def test_a_table_that_forbids_everybody_stops() -> None:
    """A table without a possible patient is an error, not an endless search."""
    one = measured("A", ("甲", "a"), ((), ()), ("", ""), (("1", (1, 2)),))
    other = measured("B", ("乙", "b"), ((), ()), ("", ""), (("1", (1, 2)),))
    score = Score(
        parts=(one, other),
        asks=(("问",), ("ask",)),
        noise=(background(("丙", "c"), ("", ""), (1, 2)),),
        never=((("A", "1"), ("B", "1")),),
    )
    with pytest.raises(InputError, match="allowed no patient"):
        point_score.builder(score)("en", Draws("s", "p"))


def test_a_classic_mistake_is_among_the_slips() -> None:
    """A saturation read on the wrong scale, a weight of two counted once, a distractor counted."""
    part = finding("S", ("卒中", "Stroke"), ((), ()), "2", ((("有", "yes"),), (("有", "yes"),)))
    score = Score(
        parts=(part,), asks=(("问",), ("ask",)), noise=(background(("心率", "Heart rate"), ("", ""), (1, 9)),)
    )
    cases = [point_score.builder(score)("en", Draws("slips", str(number))) for number in range(30)]
    right = next(case for case in cases if case.target == 2)
    assert {slip.value for slip in right.slips} == {1, 3, 0}
    assert "S 1" in {slip.how for slip in right.slips}


def test_half_of_the_measured_values_stand_on_an_edge() -> None:
    """Edges are drawn far more often than a uniform draw would."""
    part = Part(
        key="A",
        label=("甲", "a"),
        levels=(Level(points="0"),),
        scales=(Scale(spans=(((10, 60),),)),),
    )
    score = Score(parts=(part,), asks=(("问",), ("ask",)), noise=())
    values = [point_score.builder(score)("en", Draws("edge", str(n))).facts[0].value for n in range(400)]
    assert 170 <= sum(value in {"10", "60"} for value in values) <= 260
