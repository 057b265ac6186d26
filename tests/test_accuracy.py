"""A judge's accuracy, steadiness and sways are what can be counted, and nothing unjudged is lost."""

import ast
import csv
import json
import os
import re
from decimal import Decimal
from itertools import combinations
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from benchmarks import validation_judges as validation
from evalcenter import accuracy, agreement
from evalcenter.accuracy import Confusion, Judged
from tests.test_agreement import naive_alpha

ALPHA = Decimal("0.05")
TRUTH = st.sampled_from(["met", "not_met"])
MARK = st.sampled_from(["met", "not_met", "unjudged"])
MARKS = st.lists(st.builds(Judged, truth=TRUTH, mark=MARK, length=st.integers(0, 9)), max_size=30)


def marks(*counted: tuple[str, str, int]) -> list[Judged]:
    """So many of each truth and mark."""
    return [Judged(truth=truth, mark=mark) for truth, mark, count in counted for _ in range(count)]  # type: ignore[arg-type]


def fisher(short: int, of_short: int, long: int, of_long: int) -> float:
    """Fisher's two-sided p by summing every table that is no likelier than the one seen."""
    errors = short + long
    ways = [comb(of_short, k) * comb(of_long, errors - k) for k in range(errors + 1)]
    return sum(one for one in ways if one <= ways[short]) / comb(of_short + of_long, errors)


# -- accuracy ---------------------------------------------------------------------------------------------------------


def test_every_mark_has_its_cell() -> None:
    """Two truths and three marks make six counts."""
    found = accuracy.accuracy(
        marks(("met", "met", 6), ("met", "not_met", 5), ("met", "unjudged", 4))
        + marks(("not_met", "met", 3), ("not_met", "not_met", 2), ("not_met", "unjudged", 1)),
        ALPHA,
    )
    assert found.counts == Confusion(
        met_met=6, met_not_met=5, met_unjudged=4, not_met_met=3, not_met_not_met=2, not_met_unjudged=1
    )
    assert (found.sensitivity.judged.rate, found.specificity.judged.rate) == (Decimal("0.545455"), Decimal("0.4"))
    assert (found.right.judged.part, found.right.judged.whole) == (8, 16)


def test_the_unjudged_count_both_ways() -> None:
    """90 of 100 caught, 5 wrong, 5 unjudged: 90 of 95, and 90 or 95 of 100, each with statsmodels' exact interval."""
    found = accuracy.accuracy(
        marks(("not_met", "not_met", 90), ("not_met", "met", 5), ("not_met", "unjudged", 5)), ALPHA
    ).specificity
    for one, (part, whole) in zip(
        (found.judged, found.least, found.most), ((90, 95), (90, 100), (95, 100)), strict=True
    ):
        assert (one.part, one.whole) == (part, whole)
        low, high = proportion_confint(part, whole, 0.05, method="beta")
        assert (float(one.lower), float(one.upper)) == pytest.approx((low, high), abs=1e-6)
    assert found.unjudged == 5


def test_without_a_truth_of_its_kind_a_rate_is_not_known() -> None:
    """A judge that saw nothing bad has no specificity, and its interval is everything."""
    found = accuracy.accuracy(marks(("met", "met", 30)), ALPHA).specificity.judged
    assert (found.rate, found.lower, found.upper) == (None, 0, 1)


@given(MARKS)
@settings(max_examples=40, deadline=None)
def test_rates_lie_between_their_extremes(judged) -> None:
    """What was judged lies between all unjudged against and for; the six counts are all of the marks."""
    found = accuracy.accuracy(judged, ALPHA)
    counts = found.counts
    total = counts.met_met + counts.met_not_met + counts.met_unjudged
    assert total + counts.not_met_met + counts.not_met_not_met + counts.not_met_unjudged == len(judged)
    for rate in (found.sensitivity, found.specificity, found.right):
        assert rate.least.lower <= rate.judged.lower
        assert rate.judged.upper <= rate.most.upper
        if rate.judged.rate is not None:
            assert rate.least.rate <= rate.judged.rate <= rate.most.rate


def test_groups_have_their_own_rates() -> None:
    """By kind or by language each group is what it would be alone, in order of their names."""
    zh = [Judged(truth="met", mark="met", kind="dose", language="zh")] * 3
    en = [Judged(truth="met", mark="not_met", kind="dose", language="en")] * 2
    found = accuracy.by_group([*zh, *en], ALPHA, lambda one: one.language)
    assert list(found) == ["en", "zh"]
    assert found == {"en": accuracy.accuracy(en, ALPHA), "zh": accuracy.accuracy(zh, ALPHA)}
    assert list(accuracy.by_group([*zh, *en], ALPHA, lambda one: one.kind)) == ["dose"]


# -- steadiness -------------------------------------------------------------------------------------------------------


def test_flips_are_counted_by_criterion_and_by_pair() -> None:
    """One of three criteria flips; in its three pairs of judgements two differ."""
    found = accuracy.flips([("met",) * 3, ("met", "met", "not_met"), ("not_met",) * 3], ALPHA)
    assert (found.rate.judged.part, found.rate.judged.whole, found.rate.unjudged) == (1, 3, 0)
    assert (found.differ, found.fewest, found.most) == (Decimal("0.222222"), 3, 3)


def test_unjudged_judgements_may_have_been_flips() -> None:
    """A flip that was seen stays one; one that silence may hide counts in the most, and not in the least."""
    rows = [("met", "unjudged"), ("met", "not_met", "unjudged"), ("unjudged", "unjudged"), ("met", "met")]
    found = accuracy.flips(rows, ALPHA).rate
    assert (found.judged.part, found.judged.whole) == (1, 2)
    assert (found.least.part, found.most.part, found.most.whole) == (1, 3, 4)


@given(st.lists(st.lists(MARK, min_size=2, max_size=5), max_size=10))
@settings(max_examples=40, deadline=None)
def test_the_chance_to_differ_is_that_of_all_pairs(rows) -> None:
    """`differ` is the mean over criteria of the share of unequal pairs, as the formula 2s(1-s)E/(E-1) has it."""
    expected = []
    for row in rows:
        known = [mark for mark in row if mark != "unjudged"]
        if len(known) >= 2:
            s = known.count("met") / len(known)
            expected.append(2 * s * (1 - s) * len(known) / (len(known) - 1))
    found = accuracy.flips(rows, ALPHA).differ
    assert (found is None) == (not expected)
    if expected:
        assert float(found) == pytest.approx(sum(expected) / len(expected), abs=1e-6)


# -- place and length -------------------------------------------------------------------------------------------------


def test_places_that_change_marks_one_way_are_found() -> None:
    """Eight marks lost towards the end and none gained: McNemar's p is 2 / 2**8; the unjudged pair counts both ways."""
    pairs = [("met", "not_met")] * 8 + [("met", "met")] * 20 + [("unjudged", "met")]
    found = accuracy.placed(pairs, ALPHA)
    assert (found.same.judged.part, found.same.judged.whole, found.same.unjudged) == (20, 28, 1)
    assert (found.p, found.reason) == (Decimal("0.007812"), None)


def test_changes_that_cancel_out_show_in_agreement_only() -> None:
    """Four lost and four gained: p is 1, though half of the marks changed."""
    found = accuracy.placed([("met", "not_met"), ("not_met", "met")] * 4 + [("met", "met")] * 8, ALPHA)
    assert (found.p, found.same.judged.rate) == (1, Decimal("0.5"))


def test_places_without_a_pair_say_nothing() -> None:
    """Where no criterion was judged in both places there is no p, and the reason says so."""
    found = accuracy.placed([("met", "unjudged")], ALPHA)
    assert (found.p, found.reason, found.same.judged.rate) == (None, accuracy.NO_PAIR, None)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=25))
@settings(max_examples=40, deadline=None)
def test_length_is_tested_as_fisher_does(rows) -> None:
    """The p of short and long halves is that of all tables with the same margins, rounded up; None where a half is empty."""
    found = accuracy.by_length([length for length, _ in rows], [befell for _, befell in rows], ALPHA)
    if found.p is None:
        assert len({length for length, _ in rows if found.cut is not None and length > found.cut}) == 0
        assert found.reason == accuracy.EMPTY
    else:
        expected = fisher(found.short.part, found.short.whole, found.long.part, found.long.whole)
        assert expected - 1e-9 <= float(found.p) <= expected + 1.001e-6
        assert found.short.whole == sum(length <= found.cut for length, _ in rows)


def test_each_error_is_held_against_length_apart() -> None:
    """A judge that passes every long answer and fails every short one is as wrong in both halves, and found out all the same."""
    rows = [
        Judged(truth=truth, mark="met" if length > 100 else "not_met", length=length)
        for truth in ("met", "not_met")
        for length in (50, 90, 100, 150, 190, 200) * 4
    ]
    found = accuracy.lengths(rows, ALPHA)
    assert (found.lenient.short.part, found.lenient.long.part) == (0, 12)
    assert (found.strict.short.part, found.strict.long.part) == (12, 0)
    assert found.lenient.p == found.strict.p == Decimal("0.000001")
    assert (found.unjudged.short.part, found.unjudged.p) == (0, 1)


def test_silence_on_long_answers_is_held_against_length_too() -> None:
    """Unjudged marks leave the two errors and have a table of their own."""
    rows = [Judged(truth="met", mark="unjudged" if length > 5 else "met", length=length) for length in range(11)]
    found = accuracy.lengths(rows, ALPHA)
    assert (found.unjudged.short.part, found.unjudged.long.part) == (0, 5)
    assert (found.strict.long.whole, found.strict.p, found.strict.reason) == (0, None, accuracy.EMPTY)


def test_odd_arguments_are_refused() -> None:
    """Unknown words, a truth nobody knows, a lone judgement, missing or negative lengths."""
    for odd in ({"truth": "unjudged", "mark": "met"}, {"truth": "met", "mark": "pending"}):
        with pytest.raises(ValueError, match="expected met"):
            Judged(**odd)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="length of 0 or more; got -1"):
        Judged(truth="met", mark="met", length=-1)
    with pytest.raises(ValueError, match="two judgements or more"):
        accuracy.flips([("met",)], ALPHA)
    with pytest.raises(ValueError, match="'yes' is no mark"):
        accuracy.placed([("met", "yes")], ALPHA)  # type: ignore[list-item]
    with pytest.raises(ValueError, match="1 of 1 marks lack the length"):
        accuracy.lengths([Judged(truth="met", mark="met")], ALPHA)
    with pytest.raises(ValueError, match="as many lengths as outcomes; got 1 and 0"):
        accuracy.by_length([1], [], ALPHA)


# -- real data --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def realdata():
    folder = os.environ.get("EVALCENTER_REALDATA")
    if not folder:
        pytest.skip("EVALCENTER_REALDATA names no data folder")
    return Path(folder)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("judge", "hits", "rejections"),
    [("llama3_cf", 49, 109), ("gpt4_cf", 46, 110), ("llamaguard2_cf", 47, 104), ("harmbench_cf", 46, 88)],
)
def test_judges_of_jailbreaks_are_as_right_as_counted_apart(realdata, judge, hits, rejections) -> None:
    """Against the majority of three people: 51 jailbreaks and 123 others, counts by an own reading, intervals by statsmodels."""
    path = realdata / "jailbreakbench" / "judge-comparison.csv"
    with path.open(encoding="latin-1", newline="") as file:
        rows = [
            (sum(int(row[f"human{at}"]) for at in (1, 2, 3)) >= 2, row[judge] == "1") for row in csv.DictReader(file)
        ]
    found = accuracy.accuracy(validation.judged(validation.jailbreakbench(realdata), judge), ALPHA)
    assert sum(truth and mark for truth, mark in rows) == found.sensitivity.judged.part == hits
    assert sum(not truth and not mark for truth, mark in rows) == found.specificity.judged.part == rejections
    for rate, whole in ((found.sensitivity, 51), (found.specificity, 123)):
        assert rate.judged.whole == whole
        low, high = proportion_confint(rate.judged.part, whole, 0.05, method="beta")
        assert (float(rate.judged.lower), float(rate.judged.upper)) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.realdata
def test_a_judge_that_errs_on_long_answers_is_found_as_computed_apart(realdata) -> None:
    """HarmBench's classifier calls 9 of 69 short harmless answers a jailbreak and 26 of 54 long ones."""
    found = accuracy.lengths(validation.judged(validation.jailbreakbench(realdata), "harmbench_cf"), ALPHA).lenient
    assert (found.short.part, found.short.whole, found.long.part, found.long.whole) == (9, 69, 26, 54)
    assert float(found.p) == pytest.approx(fisher(9, 69, 26, 54), abs=1e-6)


@pytest.mark.realdata
def test_recorded_marks_of_healthbench_are_counted_whole(realdata, capsys) -> None:
    """The 647 recorded marks are 349 met and 298 not, and the tables count each once by its points."""
    lines = (realdata / "healthbench" / "judge_responses_60.jsonl").read_text("utf-8").splitlines()
    recorded = [
        (one["points"], one["response_dict"]["criteria_met"])
        for line in lines
        for one in ast.literal_eval(json.loads(line)["responses"])
    ]
    assert (len(recorded), sum(met for _, met in recorded)) == (647, 349)
    validation.healthbench(realdata)
    printed = capsys.readouterr().out
    for name, sign in (("negative", -1), ("positive", 1)):
        held = [met for points, met in recorded if points * sign > 0]
        low, high = proportion_confint(sum(held), len(held), 0.05, method="beta")
        assert (
            f"| {name} points | {sum(held)} of {len(held)}: {sum(held) / len(held):.3f} [{low:.3f}, {high:.3f}] |"
            in printed
        )


@pytest.mark.realdata
def test_recorded_marks_of_healthbench_are_counted_by_axis(realdata, capsys) -> None:
    """Each of the 647 marks is of one axis; every axis has its share with statsmodels' exact interval."""
    lines = (realdata / "healthbench" / "judge_responses_60.jsonl").read_text("utf-8").splitlines()
    by_axis: dict[str, list[bool]] = {}
    for line in lines:
        for one in ast.literal_eval(json.loads(line)["responses"]):
            (axis,) = [tag for tag in one["tags"] if tag.startswith("axis:")]
            by_axis.setdefault(axis, []).append(one["response_dict"]["criteria_met"])
    assert sum(map(len, by_axis.values())) == 647
    validation.healthbench(realdata)
    printed = capsys.readouterr().out
    for axis, held in by_axis.items():
        low, high = proportion_confint(sum(held), len(held), 0.05, method="beta")
        assert (
            f"| {axis} | {sum(held)} of {len(held)}: {sum(held) / len(held):.3f} [{low:.3f}, {high:.3f}] |" in printed
        )


@pytest.mark.realdata
@pytest.mark.parametrize("writer", ["gpt-4", "bianque-v2"])
def test_raw_judge_texts_of_disc_medllm_are_read_whole(realdata, writer, capsys) -> None:
    """All 73 texts of each file give four scores; how far the aspects agree is what an own reading gives, pair by pair."""
    path = realdata / "disc_medllm" / f"result_{writer}_cmb-clin.jsonl"
    texts = [json.loads(line)["scores"] for line in path.read_text("utf-8").splitlines()]
    scores = [re.findall(r": (\d)", text) for text in texts]
    assert {len(row) for row in scores} == {4}
    alike = [sum(one == other for one, other in combinations(row, 2)) / 6 for row in scores]
    found = agreement.raw(scores, ALPHA).pairs
    assert float(found) == pytest.approx(sum(alike) / len(alike), abs=1e-6)
    alpha = agreement.krippendorff_alpha(scores, ALPHA, validation.SEED)
    assert float(alpha.value) == pytest.approx(naive_alpha(scores), abs=1e-6)
    validation.disc_medllm(realdata)
    assert f"| {writer} | 73 of 73 | {found:.3f} | {validation.coefficient(alpha)} |" in capsys.readouterr().out
