"""Clinical calculators, recomputed in floating point from the text that the candidate reads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from evalcenter import canon
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import clinical_score, drafting
from evalcenter.generators.formula_sources import Calculator
from evalcenter.records import Lang
from tests.generators.again import EQUATIONS, age, creatinine, female
from tests.generators.again_points import SCORES, complete
from tests.generators.reading import LANGS, REFUSAL, draw, marks, need, passes, text

CALCULATORS = get_args(Calculator)


def again(calculator: Calculator, question: str) -> float:
    """The value once more: by an equation from the whole question, or by points from the record alone."""
    if calculator in EQUATIONS:
        return EQUATIONS[calculator](question)
    return SCORES[calculator](complete(calculator, question.split("\n\n", maxsplit=1)[0]))


def target(check: dict[str, str]) -> float:
    """The computed value, a date as its ordinal."""
    return date.fromisoformat(check["date"]).toordinal() if "date" in check else float(check["target"])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", CALCULATORS)
def test_the_target_follows_from_the_question(calculator: Calculator, lang: Lang) -> None:
    """Recomputing in floating point from the words of the question gives the target, to the last place asked for."""
    for number in range(100):
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "0"})
        check = item.criteria[0].check["number"]
        places = len(check.get("target", "").partition(".")[2])
        found = again(calculator, text(item))
        assert abs(found - target(check)) <= 0.5 * 10**-places + 1e-9, (found, check, text(item))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", CALCULATORS)
def test_each_calculator_makes_a_thousand_distinct_items(calculator: Calculator, lang: Lang) -> None:
    """A suite may ask for one calculator only: at most 1,010 draws give 1,000 different questions."""
    made = {text(draw("clinical_score", lang, number, {"calculators": [calculator]})) for number in range(1010)}
    assert len(made) >= 1000


@pytest.mark.parametrize("lang", LANGS)
def test_bad_values_lie_outside_twice_the_tolerance(lang: Lang) -> None:
    """A named mistake is never near enough to pass."""
    for number in range(300):
        item = draw("clinical_score", lang, number, {"unanswerable": "0"})
        check = item.criteria[0].check["number"]
        if "date" not in check:
            for example in item.examples.bad:
                last = float(re.findall(r"(?:答案：|Answer: )(-?[\d.]+)", example.text)[-1])
                assert abs(last - float(check["target"])) > 2 * float(check["tolerance"])


def test_the_male_and_female_equations_are_told_apart() -> None:
    """The value by the other sex's parameters is among the bad answers wherever it lies outside the window."""
    shown = 0
    for number in range(60):
        item = draw("clinical_score", "en", number, {"calculators": ["ckd_epi_2021"], "unanswerable": "0"})
        q = text(item)
        other = EQUATIONS["ckd_epi_2021"](re.sub(r"(?i)\b(fe)?male\b", "male" if female(q) else "female", q, count=1))
        shown += any(f"Answer: {math.floor(other + 0.5)} " in example.text for example in item.examples.bad)
    assert shown >= 50


@pytest.mark.parametrize("lang", LANGS)
def test_a_missing_value_is_really_missing(lang: Lang) -> None:
    """With every item unanswerable, no item has a target, and the record does not hold enough to compute one."""
    for number in range(310):
        calculator = CALCULATORS[number % len(CALCULATORS)]
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "1"})
        assert [criterion.id for criterion in item.criteria] == ["names-missing", "no-result"]
        with pytest.raises((AssertionError, TypeError)):
            # Whether ethanol is needed stands in the question; elsewhere the question's rule could be mistaken for a value.
            again(calculator, text(item) if calculator == "osmolal_gap" else text(item).split("\n\n")[0])


@pytest.mark.parametrize("lang", LANGS)
def test_the_share_of_unanswerable_items_is_kept(lang: Lang) -> None:
    """By default about one item in ten lacks a value."""
    lacking = sum(draw("clinical_score", lang, number).criteria[0].id == "names-missing" for number in range(1000))
    assert 70 <= lacking <= 130


@pytest.mark.parametrize("lang", LANGS)
def test_tolerances_cover_coarsely_rounded_steps(lang: Lang) -> None:
    """Rounding creatinine, ratio, root and factors to two or three decimals on the way still gives an accepted value."""
    for number in range(60):
        for calculator, coarse in COARSE.items():
            item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "0"})
            check = item.criteria[0].check["number"]
            made = math.floor(coarse(text(item)) + 0.5)
            assert abs(made - float(check["target"])) <= float(check["tolerance"]), (made, check, text(item))


def coarse_ckd(q: str) -> float:
    """CKD-EPI 2021 with every step rounded."""
    knot, low, scale = (0.7, -0.241, 1.012) if female(q) else (0.9, -0.302, 1.0)
    part = round(round(creatinine(q), 2) / knot, 2)
    return 142 * round(part ** (low if part < 1 else -1.2), 3) * round(0.9938 ** age(q), 3) * scale


def coarse_clearance(q: str) -> float:
    """Cockcroft–Gault from creatinine rounded to two decimals."""
    return (
        (140 - age(q)) * need(q, "(?:体重|weight)", "kg") / (72 * round(creatinine(q), 2)) * (0.85 if female(q) else 1)
    )


def coarse_qtc(q: str) -> float:
    """QTc with RR and its root rounded to two decimals."""
    root = round(math.sqrt(round(60 / need(q, "(?:心率|heart rate)"), 2)), 2)
    return need(q, "(?:QT 间期|QT interval)", "ms") / root


COARSE: dict[str, Callable[[str], float]] = {
    "ckd_epi_2021": coarse_ckd,
    "cockcroft_gault": coarse_clearance,
    "qtc_bazett": coarse_qtc,
}


def test_every_calculator_is_drawn() -> None:
    """The default draws all calculators."""
    assert set(clinical_score.Params().calculators) == set(CALCULATORS) == set(clinical_score.BUILDERS)
    assert set(CALCULATORS) == {*EQUATIONS, *SCORES}


def test_the_first_item_is_fixed() -> None:
    """A version 2 item never changes: its digest is a test vector."""
    assert (
        canon.digest(draw("clinical_score", "en", 0))
        == "sha256:0b826282525e119157bb085972cf152c3363614e6c4f74e70d6be3fc1dbbfe71"
    )


def test_a_calculator_without_usable_cases_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no draw is usable the generator says so instead of asking a disputed question."""
    monkeypatch.setattr(clinical_score, "_slips", lambda case: {})
    with pytest.raises(InputError, match="no usable case"):
        clinical_score.plugin.make(clinical_score.Params(calculators=("bmi",)), "en", Draws("s", "p"))


def test_numbers_lose_their_trailing_zeros_only() -> None:
    """A weight of 12.50 is written 12.5, and 400 stays 400."""
    assert [drafting.short(Decimal(number)) for number in ("12.50", "400", "7.00", "0.5")] == [
        "12.5",
        "400",
        "7",
        "0.5",
    ]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", ["bsa_mosteller", "friedewald_ldl", "corrected_calcium"])
def test_the_number_of_decimals_is_never_the_answer(calculator: Calculator, lang: Lang) -> None:
    """An echo of "two decimal places" never states the target (a surface of 2.00 m² once let it pass)."""
    for number in range(300):
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": "0"})
        assert item.criteria[0].check["number"]["target"] not in {"2.00", "2.01", "1.99"}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("calculator", CALCULATORS)
def test_each_rubric_proves_itself(calculator: Calculator, lang: Lang) -> None:
    """Under the real graders good examples pass, bad ones fail as named, and no blank answer or echo passes."""
    for number in range(16):
        item = draw("clinical_score", lang, number, {"calculators": [calculator], "unanswerable": str(number % 2)})
        assert not [example.text for example in item.examples.good if not passes(item, example.text)]
        for example in item.examples.bad:
            assert {marks(item, example.text)[name] for name in example.fails} == {"not_met"}, example
        rubric = "\n".join(criterion.text for criterion in item.criteria)
        assert not [blank for blank in ("", REFUSAL[lang], text(item), rubric) if passes(item, blank)]


@pytest.mark.parametrize("calculator", ["meld", "meld_na", "meld_3"])
def test_creatinine_is_not_missed_after_dialysis(calculator: Calculator) -> None:
    """A dialysed patient has the capped creatinine, so that a record without a measured one can still be scored."""
    for number in range(200):
        item = draw("clinical_score", "en", number, {"calculators": [calculator], "unanswerable": "1"})
        assert "creatinine" in text(item).lower() or "twice" not in text(item)


@pytest.mark.parametrize("lang", LANGS)
def test_the_tolerance_stands_in_the_question(lang: Lang) -> None:
    """Where a result need not be exact, the question says how far it may be off."""
    for number in range(120):
        item = draw("clinical_score", lang, number, {"unanswerable": "0"})
        allowed = item.criteria[0].check["number"].get("tolerance", "0")
        said = re.search(r"(?:相差不超过|A result within) ([\d.]+)", text(item))
        assert (said[1] if said else "0") == allowed
