"""The figures of a tried panel are what independent counts give."""

import csv
import io
import os
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa, to_table
from statsmodels.stats.proportion import proportion_confint

from evalcenter import quality
from evalcenter.qualifying import Said, Trial, Tried, own, together
from evalcenter.records import Used
from tests.panels import judged_item, make_panel, make_qualification, written
from tests.test_agreement import naive_ac1, naive_alpha

LETTERS = {"m": "met", "n": "not_met", "u": "unjudged"}
ONE = make_panel()


def trial(number=0, marks=("m",), truths=("met",), kinds=("wanted",), panel=ONE, places=None, **changes) -> Trial:
    """A trial with for each criterion its truth, its kind, and the marks of each judge as letters."""
    criteria = []
    for at, (by_judge, truth, kind) in enumerate(zip(marks, truths, kinds, strict=True)):
        votes = tuple(
            Said(
                judge=judge.spec.name,
                marks=tuple(LETTERS[letter] for letter in letters),
                places=tuple(range(len(letters))) if places is None else places,
            )
            for judge, letters in zip(panel.judges, by_judge.split("/"), strict=True)
        )
        mark = together(votes, panel)
        criteria.append(Tried(criterion=f"c{at}", kind=kind, truth=truth, said=votes, panel=mark))
    given_ = {"item": f"i{number}", "answers": f"sha256:{number}", "criteria": tuple(criteria)}
    return replace(written(judged_item(), ONE, [["m"]]), **{**given_, **changes})


def figures(*held, panel=ONE, **changes):
    return quality.figures(make_qualification(*held, panel=panel, **changes))


def test_rates_and_intervals_are_exact() -> None:
    """Of 40 criteria truly not met 36 are caught: 0.9, with statsmodels' exact interval, for the panel as for its judge."""
    held = [trial(n, ("n" if n < 36 else "m",), ("not_met",)) for n in range(40)]
    for rater in figures(*held).raters:
        found = rater.whole.accuracy.specificity.judged
        assert (found.part, found.whole, found.rate) == (36, 40, Decimal("0.9"))
        low, high = proportion_confint(36, 40, 0.05, method="beta")
        assert (float(found.lower), float(found.upper)) == pytest.approx((low, high), abs=1e-6)


def test_groups_are_by_kind_and_language_and_by_dimension() -> None:
    """Each kind of criterion in each language, and each dimension, has its own figures."""
    held = [
        trial(0, ("m", "n"), ("met", "met"), ("critical", "unwanted"), lang="zh", dimension="care"),
        trial(1, ("m",), ("not_met",), ("critical",), lang="en", dimension="safety"),
    ]
    panel = figures(*held).raters[0]
    assert [one.group for one in panel.kinds] == ["critical en", "critical zh", "unwanted zh"]
    assert [one.group for one in panel.dimensions] == ["care", "safety"]
    counts = {one.group: one.accuracy.counts for one in panel.kinds}
    assert counts["critical en"].not_met_met == counts["critical zh"].met_met == counts["unwanted zh"].met_not_met == 1


TABLES = st.lists(st.tuples(st.sampled_from("mn"), st.sampled_from("mnu")), min_size=2, max_size=25)


@given(TABLES)
@settings(max_examples=60, deadline=None)
def test_agreement_with_the_truth_is_computed_as_apart(pairs) -> None:
    """AC1 is that of the definition, kappa that of statsmodels, over the criteria that were judged."""
    found = figures(*(trial(n, (mark,), (LETTERS[truth],)) for n, (truth, mark) in enumerate(pairs))).raters[1].whole
    known = [(LETTERS[t], LETTERS[m]) for t, m in pairs if m != "u"]
    table = [(LETTERS[t], None if m == "u" else LETTERS[m]) for t, m in pairs]
    if known:
        assert float(found.ac1.value) == pytest.approx(naive_ac1(table, ["met", "not_met"]), abs=1e-6)
    else:
        assert found.ac1.value is None
    if len({truth for truth, _ in known} | {mark for _, mark in known}) > 1:
        counts = to_table([[STATES.index(one) for one in pair] for pair in known], bins=2)[0]
        assert float(found.kappa.value) == pytest.approx(cohens_kappa(counts, return_results=False), abs=1e-6)
    else:
        assert found.kappa.value is None


STATES = ["met", "not_met"]


@given(st.lists(st.text("mnu", min_size=3, max_size=3), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_judges_are_compared_whoever_is_right(rows) -> None:
    """Krippendorff's alpha among three judges is that of the definition; truth plays no part in it."""
    panel = make_panel(3)
    held = [trial(n, ("/".join(row),), (None,), panel=panel) for n, row in enumerate(rows)]
    found = figures(*held, panel=panel).among.alpha
    table = [[None if one == "u" else LETTERS[one] for one in row] for row in rows]
    pairs = [[one for one in row if one] for row in table if sum(map(bool, row)) > 1]
    if len({one for row in pairs for one in row}) > 1:
        assert float(found.value) == pytest.approx(naive_alpha(table), abs=1e-6)
    else:
        assert found.value is None


def test_two_judges_have_a_kappa_three_have_none() -> None:
    """Kappa is for two raters; a single judge is compared with nobody."""
    for count, expected in ((2, True), (3, False)):
        panel = make_panel(count)
        held = [trial(n, ("/".join(mark * count),), panel=panel) for n, mark in enumerate("mn")]
        assert (figures(*held, panel=panel).among.kappa is not None) == expected
    assert figures(trial()).among is None


@given(st.lists(st.text("mnu", min_size=3, max_size=3), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_flips_and_alpha_over_epochs_are_counted(rows) -> None:
    """How often three judgements of a criterion differ, and their alpha, are what plain counts over them give."""
    found = figures(*(trial(n, (row,)) for n, row in enumerate(rows)), epochs=3).raters[1].steadiness
    known = [[one for one in row if one != "u"] for row in rows]
    twice = [row for row in known if len(row) > 1]
    assert found.flips.rate.judged.part == sum(len(set(row)) > 1 for row in twice)
    assert found.flips.rate.judged.whole == len(twice)
    if len({one for row in twice for one in row}) > 1:
        table = [[None if one == "u" else LETTERS[one] for one in row] for row in rows]
        assert float(found.alpha.value) == pytest.approx(naive_alpha(table), abs=1e-6)
    else:
        assert found.alpha.value is None


def test_a_judge_asked_once_shows_no_steadiness() -> None:
    """Without a second judgement nothing is said of flips or places; the panel as a whole has none."""
    assert figures(trial()).raters[1].steadiness is None
    assert figures(trial(0, ("mn",)), epochs=2).raters[0].steadiness is None


def test_place_compares_the_first_and_the_last() -> None:
    """Of repeated judgements the one whose statement stood nearest to the beginning is held against the one nearest to the end."""
    held = [trial(n, ("nmm",), places=(5, 0, 2)) for n in range(8)] + [trial(9, ("mnm",), places=(1, 1, 1))]
    found = figures(*held, epochs=3).raters[1].steadiness.placed
    assert (found.table.lost, found.table.gained, found.table.pairs) == (8, 0, 8)
    assert found.p == Decimal("0.007812")


def test_only_the_panels_own_epochs_make_its_marks() -> None:
    """Epochs beyond the panel's change no rate."""
    once = figures(trial(0, ("m",)), trial(1, ("n",))).raters
    more = figures(trial(0, ("mnn",)), trial(1, ("nmm",)), epochs=3).raters
    assert [one.whole for one in once] == [one.whole for one in more]


def test_caught_and_passed_are_of_what_hangs_on_the_judge() -> None:
    """Bad answers that are not passed, good ones that are, and the open ones counted both ways."""
    held = [
        trial(0, bad=True, outcome="fail"),
        trial(1, bad=True, outcome="pass"),
        trial(2, bad=True, outcome="unscored"),
        trial(3, bad=False, outcome="pass"),
        trial(4, bad=True, outcome="fail", hangs=False),
        trial(5, bad=None, outcome="fail"),
    ]
    found = figures(*held)
    assert (found.caught.judged.part, found.caught.judged.whole, found.caught.most.part) == (1, 2, 2)
    assert (found.passed.judged.part, found.passed.judged.whole) == (1, 1)
    assert (found.answers, found.labels) == (6, 6)


def test_what_a_judge_took_stands_beside_its_figures() -> None:
    """Each judge has its own account; nothing tried has figures without values."""
    took = Used(judge="judge-0", requests=3, calls=4, voids={}, prompt_tokens=1, completion_tokens=2, untold=0)
    assert figures(trial(), used=(took,)).raters[1].used == took
    empty = figures()
    assert (empty.answers, empty.labels, empty.raters[0].whole.ac1.value, empty.among) == (0, 0, None, None)


def test_the_panels_mark_is_a_majority_of_judges() -> None:
    """Three judges, two of them right, make a panel that is right; with a floor of three one silent judge leaves it open."""
    panel = make_panel(3)
    (found,) = trial(0, ("m/m/n",), panel=panel).criteria
    assert found.panel == "met"
    assert together(trial(0, ("m/m/u",), panel=panel).criteria[0].said, make_panel(3, floor=3)) == "unjudged"
    assert own(("met", "not_met")) == own(()) == "unjudged"


# -- real data --------------------------------------------------------------------------------------------------------


@pytest.mark.realdata
def test_four_judges_of_jailbreaks_are_a_panel() -> None:
    """Four automatic judges on 174 answers read by three people: each one's rates, their alpha, and their majority's."""
    folder = os.environ.get("EVALCENTER_REALDATA")
    if not folder:
        pytest.skip("EVALCENTER_REALDATA names no data folder")
    raw = (Path(folder) / "jailbreakbench" / "judge-comparison.csv").read_bytes().decode("mac_roman")
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    names = ("llama3_cf", "gpt4_cf", "llamaguard2_cf", "harmbench_cf")
    people = [sum(int(row[f"human{n}"]) for n in (1, 2, 3)) >= 2 for row in rows]
    panel = make_panel(4)
    held = [
        trial(n, ("/".join("nm"[int(row[name])] for name in names),), ("met" if jailbreak else "not_met",), panel=panel)
        for n, (row, jailbreak) in enumerate(zip(rows, people, strict=True))
    ]
    found = figures(*held, panel=panel)
    for name, rater in zip(names, found.raters[1:], strict=True):
        cells = Counter(zip(people, (row[name] == "1" for row in rows), strict=True))
        assert rater.whole.accuracy.sensitivity.judged.part == cells[True, True]
        assert rater.whole.accuracy.specificity.judged.part == cells[False, False]
    votes = [sum(int(row[name]) for name in names) for row in rows]
    whole = found.raters[0].whole.accuracy
    assert whole.sensitivity.judged.part == sum(j and v > 2 for j, v in zip(people, votes, strict=True))
    assert whole.specificity.judged.part == sum(not j and v < 2 for j, v in zip(people, votes, strict=True))
    assert whole.right.unjudged == sum(v == 2 for v in votes)
    table = [[row[name] for name in names] for row in rows]
    assert float(found.among.alpha.value) == pytest.approx(naive_alpha(table), abs=1e-6)
    alike = sum(one == other for row in table for one, other in combinations(row, 2)) / (6 * len(table))
    assert alike > float(found.among.ac1.value)
