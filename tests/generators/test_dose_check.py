"""Doses, recomputed with fractions from the monograph and the record that the candidate reads."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from evalcenter import canon
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import dose_check, dose_monograph, dose_order
from evalcenter.records import Item, Lang
from tests.generators.reading import LANGS, draw, text

VOLUME = {"questions": ["volume"], "unanswerable": "0"}
ORDER = {"questions": ["order"]}


def found(pattern: str, words: str) -> tuple[str, ...]:
    """The groups of `pattern`, which must match."""
    match = re.search(pattern, words, re.IGNORECASE)
    assert match, (pattern, words)
    return tuple(group or "" for group in match.groups())


class Reading:
    """Everything the question says, read by regular expressions of its own."""

    def __init__(self, item: Item) -> None:
        words = text(item)
        document, question = item.documents[0].text, words.split("\n\n", 1)[1].split("\n\n")[0]
        self.daily = bool(re.search("每日 \\d+ mg/kg|mg/kg per day", document))
        self.rate = int(found(r"(\d+) mg/kg", document)[0])
        maxima = [int(n) for n in re.findall(r"(?:最大|at most|and) (\d+) mg", document)]
        self.single, self.total = (None, maxima[0]) if self.daily else (maxima[0], maxima[1])
        self.parts = int(found(r"(?:平均分|in) (\d) (?:次|equal)", document)[0]) if self.daily else 1
        strength = re.search(r"每 (\d+ )?mL 含\D+?(\d+) mg|(\d+) mg of [\w ]+ in (?:(\d+) mL|each mL)", document)
        assert strength
        zh = strength[2] is not None
        self.mg = int(strength[2] if zh else strength[3])
        self.ml = int((strength[1] if zh else strength[4]) or 1)
        self.limit = int(found(r"eGFR (?:低于|below) (\d+)", document)[0])
        least, unit = found(r"(?:适用人群：|aged )(\d+) (岁|个月|years|months)", document)
        self.min_age = int(least) * (12 if unit in {"岁", "years"} else 1)
        self.min_weight = int(found(r"(?:不低于|at least) (\d+) kg", document)[0])
        self.weight = Fraction(found(r"(?:体重|weight|weighs)[： :]*([\d.]+) kg", question)[0])
        self.egfr = int(found(r"eGFR[： :]*(\d+) mL", question)[0])
        years_found = re.search(r"(\d+) (?:岁|years)", question)
        months_found = re.search(r"(\d+) (?:个月|months?)", question)
        self.age = 12 * int(years_found[1] if years_found else 0) + int(months_found[1] if months_found else 0)

    def dose(self) -> Fraction:
        """The single dose in mg by the monograph."""
        dose = self.rate * self.weight
        dose = min(dose, Fraction(self.total)) / self.parts if self.daily else min(dose, Fraction(self.single or 0))
        return dose / 2 if self.egfr < self.limit else dose


@pytest.mark.parametrize("lang", LANGS)
def test_dose_and_volume_follow_from_the_question(lang: Lang) -> None:
    """Recomputing with fractions from the words of the question gives both targets."""
    for number in range(400):
        item = draw("dose_check", lang, number, VOLUME)
        reading = Reading(item)
        dose, volume = (Fraction(criterion.check["number"]["target"]) for criterion in item.criteria)
        assert abs(reading.dose() - dose) <= Fraction(1, 20), text(item)
        assert abs(reading.dose() * reading.ml / reading.mg - volume) <= Fraction(1, 20), text(item)
        assert reading.age >= reading.min_age
        assert reading.weight >= reading.min_weight


@pytest.mark.parametrize("lang", LANGS)
def test_the_finding_follows_from_the_question(lang: Lang) -> None:
    """An order breaks exactly the limit that its option names, or none, when it is checked from the words of the question."""
    for number in range(400):
        item = draw("dose_check", lang, number, ORDER)
        reading = Reading(item)
        ordered, times = found(
            r"(?:一次|每次|Order: [^,]+,|has written [A-Za-z ]+?) ([\d.]+) mg[^\d]+?(\d) ?(?:次|times)",
            text(item).split("\n\n", 1)[1],
        )
        dose, total = Fraction(ordered), Fraction(ordered) * int(times)
        wrong = set()
        if dose > (reading.single or 0):
            wrong.add("single")
        elif dose > reading.dose():
            wrong.add("dose")
        if total > reading.total:
            wrong.add("daily")
        if reading.age < reading.min_age or reading.weight < reading.min_weight:
            wrong.add("allowed")
        key = item.criteria[0].check["choice"]["key"]
        right = (wrong or {"within"}).pop()
        assert not wrong, text(item)
        assert [item.options[letter] for letter in key] == [dose_order.LIMITS[right][lang == "en"]], text(item)  # type: ignore[index]


@pytest.mark.parametrize("lang", LANGS)
def test_half_of_the_doses_meet_a_maximum_or_a_weak_kidney(lang: Lang) -> None:
    """Plain weight times rate is wrong in a good share of the questions."""
    twisted = 0
    for number in range(300):
        reading = Reading(draw("dose_check", lang, number, VOLUME))
        twisted += reading.dose() != reading.rate * reading.weight / reading.parts
    assert twisted >= 120


def test_ages_and_weights_stand_on_the_limit_often() -> None:
    """At least one volume question in ten has a child exactly at the lowest age, eGFR exactly at the limit in more."""
    readings = [Reading(draw("dose_check", "en", number, VOLUME)) for number in range(300)]
    assert sum(reading.age == reading.min_age for reading in readings) >= 30
    assert sum(reading.egfr == reading.limit for reading in readings) >= 60


@pytest.mark.parametrize("lang", LANGS)
def test_a_question_without_weight_has_no_target(lang: Lang) -> None:
    """Where the weight is missing the record does not hold it, and nothing but saying so passes."""
    for number in range(100):
        item = draw("dose_check", lang, number, {"questions": ["volume"], "unanswerable": "1"})
        assert [criterion.id for criterion in item.criteria] == ["names-missing", "no-result"]
        assert not re.search(r"(?i)(?:体重|weight|weighs)[： :]*[\d.]+ kg", text(item).split("\n\n", 1)[1])


@pytest.mark.parametrize("limit", list(dose_order.LIMITS))
def test_each_limit_can_be_the_only_one_broken(limit: dose_order.Limit) -> None:
    """Orders of every kind are found, and `broken` names just that limit."""
    for number in range(40):
        drug, child, order = dose_order.draw_order("en", limit, Draws("s", f"{limit}/{number}"))
        assert dose_order.broken(drug, child, order) == (frozenset() if limit == "within" else {limit})


@pytest.mark.parametrize("questions", [["volume"], ["order"]])
@pytest.mark.parametrize("lang", LANGS)
def test_each_question_alone_makes_distinct_items(questions: list[str], lang: Lang) -> None:
    """A suite may ask one kind of question only."""
    assert len({text(draw("dose_check", lang, number, {"questions": questions})) for number in range(300)}) >= 297


@pytest.mark.parametrize("lang", LANGS)
def test_every_monograph_says_that_the_drug_is_invented(lang: Lang) -> None:
    """Nobody can take the monograph for one of a real medicine."""
    for number in range(100):
        words = text(draw("dose_check", lang, number))
        assert ("虚构药品" if lang == "zh" else "an invented medicine") in words


@pytest.mark.parametrize(
    ("months", "zh", "en"),
    [
        (5, "5 个月", "5 months"),
        (12, "12 个月", "12 months"),
        (24, "2 岁", "2 years"),
        (25, "2 岁 1 个月", "2 years 1 month"),
    ],
)
def test_ages_are_written_as_people_say_them(months: int, zh: str, en: str) -> None:
    """Months up to two years, then years and months."""
    assert (dose_monograph.age_text("zh", months), dose_monograph.age_text("en", months)) == (zh, en)


def test_the_first_item_is_fixed() -> None:
    """A version 1 item never changes: its digest is a test vector."""
    assert (
        canon.digest(draw("dose_check", "zh", 0))
        == "sha256:cac6b29740f2c3621b80ef9a26f2bf6acdf2b81c6523a08a1f64375b6ee61c97"
    )


def test_no_usable_dose_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """When no draw is usable the generator says so."""
    monkeypatch.setattr(dose_check, "near_tie", lambda value, places: True)
    with pytest.raises(InputError, match="no usable dose"):
        draw("dose_check", "en", 0, VOLUME)


def test_no_usable_order_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """When every order breaks something else the generator says so."""
    monkeypatch.setattr(dose_order, "broken", lambda drug, child, order: frozenset({"daily", "single"}))
    with pytest.raises(InputError, match="no order that breaks only"):
        draw("dose_check", "en", 0, ORDER)


@pytest.mark.parametrize("number", [110, 131])
@pytest.mark.parametrize("lang", LANGS)
def test_the_volume_is_never_that_of_the_strength(lang: Lang, number: int) -> None:
    """Copying "125 mg in 5 mL" out of the monograph is never the right answer (draws that once made it so)."""
    item = draw("dose_check", lang, number)
    reading = Reading(item)
    assert reading.dose() != reading.mg
