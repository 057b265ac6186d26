"""Converted values, recomputed from atomic masses."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from evalcenter.records import Lang
from tests.generators.reading import LANGS, draw, text

ATOMS = {"C": "12.011", "H": "1.008", "N": "14.007", "O": "15.999", "Ca": "40.078"}
FORMULAS = {
    "葡萄糖|glucose": "C6H12O6",
    "总胆固醇|total cholesterol": "C27H46O",
    "甘油三酯|triglycerides": "C57H104O6",  # triolein
    "肌酐|creatinine": "C4H7N3O",
    "血尿素氮(?:\\(BUN\\))?|blood urea nitrogen(?: \\(BUN\\))?": "N2",
    "总钙|total calcium": "Ca",
    "总胆红素|total bilirubin": "C33H36N4O6",
}


def mass(formula: str) -> Fraction:
    """g/mol from standard atomic weights."""
    return sum(
        (Fraction(ATOMS[atom]) * int(count or 1) for atom, count in re.findall(r"([A-Z][a-z]?)(\d*)", formula)),
        Fraction(0),
    )


def again(words: str, unit: str) -> Fraction:
    """The analyte that the last paragraph asks for, in `unit`."""
    record, ask = words.rsplit("\n\n", 1)
    named = [
        (name, formula)
        for name, formula in FORMULAS.items()
        if re.search(name + "|that this BUN" * (formula == "N2"), ask, re.IGNORECASE)
    ]
    assert len(named) == 1, ask
    name, formula = named[0]
    found = re.search(rf"(?:{name})[：: ]*([\d.]+) (mg/dL|mmol/L|μmol/L)", record, re.IGNORECASE)
    assert found, words
    value, given = Fraction(found[1]), found[2]
    milli = value * 10 / mass(formula) if given == "mg/dL" else value / (1000 if given == "μmol/L" else 1)
    return milli * mass(formula) / 10 if unit == "mg/dL" else milli * (1000 if unit == "μmol/L" else 1)


@pytest.mark.parametrize("lang", LANGS)
def test_the_value_follows_from_atomic_masses(lang: Lang) -> None:
    """A value converted by molar masses from atomic weights lies within the tolerance, and nearer than half of it."""
    for number in range(400):
        item = draw("unit_conversion", lang, number, {"unanswerable": "0"})
        check = item.criteria[0].check["number"]
        made = again(text(item), check["unit"])
        assert abs(made - Fraction(check["target"])) <= Fraction(check["tolerance"]) * Fraction(3, 4), (
            made,
            check,
            text(item),
        )


USUAL = {
    "C6H12O6": ("18", "18.02"),
    "C27H46O": ("38.6", "38.67", "38.7"),
    "C57H104O6": ("88.5", "88.57", "88.6"),
    "N2": ("2.8", "2.801"),
    "Ca": ("4", "4.008"),
}


@pytest.mark.parametrize("formula", list(USUAL))
def test_the_usual_factors_lie_within_the_tolerance(formula: str) -> None:
    """Every rounded factor in use differs from the molar mass by less than 0.6 %."""
    for factor in USUAL[formula]:
        assert abs(Fraction(factor) * 10 / mass(formula) - 1) < Fraction(6, 1000)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_not_in_the_question(lang: Lang) -> None:
    """Where the value is left out, the record holds other analytes only."""
    for number in range(200):
        with pytest.raises(AssertionError):
            again(text(draw("unit_conversion", lang, number, {"unanswerable": "1"})), "mg/dL")
