"""The chances that are computed before a run agree with simulation through the product, and with figures computed elsewhere."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import power, prospects, standards, stats
from evalcenter.prospects import Case
from evalcenter.records import Coverage, Mix, Scores, Stream, Tally
from tests.factory import make_item, make_plan, make_requirement, make_standard

NINETY = Decimal("0.9")


def case(n: int | None, bank: int | None = None, penalty: int = 1, least: int = 1, **changes: Any) -> Case:
    requirement = make_requirement(**{"rule": "evidence", "line": NINETY, **changes})
    return Case(requirement=requirement, n=n, bank=bank, penalty=penalty, least=least)


def at(read: Case, rate: str) -> power.Odds:
    return power.odds(read, [Decimal(rate)])[0]


# -- the boundary -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "failures"), [("0.8", 0), ("0.8", 8), ("0.9", 3), ("0.95", 1), ("0.99", 0)])
def test_passes_where_the_chart_says(line: str, failures: int) -> None:
    """With so many failures the line is proved from the draw on that the decision chart prints."""
    edge = power.boundary(Decimal(line), Decimal(20), 500, None, against=False)
    n = stats.chart(Decimal(line), failures, Decimal("0.05"))
    assert (edge[n - 2], edge[n - 1]) == (failures - 1, failures)


@pytest.mark.parametrize(("failures", "draws"), [(3, 3), (4, 8), (5, 13), (6, 18), (8, 29), (10, 40), (16, 76)])
def test_fails_where_the_chart_says(failures: int, draws: int) -> None:
    """Line .90: so many failures in the first so many draws refute it, and in one draw more they don't."""
    edge = power.boundary(NINETY, Decimal(20), 100, None, against=True)
    assert edge[draws - 1] == failures
    assert edge[draws] > failures


def _late(failures: int, n: int) -> list[float]:
    return [1.0] * (n - 1 - failures) + [0.0] * failures + [1.0]


@pytest.mark.parametrize(("line", "bank"), [("0.9", 200), ("0.8", 100), ("0.95", 400)])
def test_order_does_not_matter_where_the_rates_are_whole(line: str, bank: int) -> None:
    """Where the compared rates are whole numbers of cells, a full run's evidence depends on draws and failures alone."""
    for failures in (1, 3, 5):
        for n in (failures + 5, bank // 2, bank - 20):
            first = stats.evidence([0.0] * failures + [1.0] * (n - failures), Decimal(line), bank)[-1]
            last = stats.evidence(_late(failures, n), Decimal(line), bank)[-1]
            assert first == pytest.approx(last, abs=1e-9)


@pytest.mark.parametrize(("line", "bank"), [("0.9", 60), ("0.9", 137), ("0.95", 137), ("0.85", 73)])
def test_order_moves_the_boundary_by_a_unit_at_most(line: str, bank: int) -> None:
    """Elsewhere a failure that comes last instead of first moves the deciding draw by one at most, and to an earlier one."""
    edge = power.boundary(Decimal(line), Decimal(20), bank, bank, against=False)
    for failures in range(max(edge) + 1):
        n = next(t for t, most in enumerate(edge, start=1) if most >= failures)
        earlier = stats.crossed(stats.evidence(_late(failures, n - 2), Decimal(line), bank)[-1:], 20)
        assert not earlier[0]


def test_all_failures_that_the_line_allows_refute_it_only_early() -> None:
    """In a full run exactly on the line a FAIL is a wrong one, and rarer than beta."""
    found = at(case(400, 400), "0.9")
    assert found.failed == pytest.approx(Decimal("0.0322"), abs=Decimal("0.0005"))
    assert found.passed + found.failed == 1


# -- agreement --------------------------------------------------------------------------------------------------------

SIMULATED = {
    "expected": (case(150), "0.93"),
    "expected, from 60 on": (case(150, least=60), "0.93"),
    "expected, a floor, from 90 on": (case(150, penalty=2, least=90, floor=Decimal("0.75")), "0.85"),
    "expected, from 60 on, mostly failing": (case(150, least=60), "0.7"),
    "expected, a floor": (case(150, penalty=2, floor=Decimal("0.75")), "0.87"),
    "full run of 137": (case(137, 137), "0.88"),
    "full run of 137, near the line": (case(137, 137), "0.9"),
    "full run of 100, on the line": (case(100, 100), "0.9"),
    "full run of 200, cut at 120": (case(120, 200), "0.93"),
    "full run of 200, a floor": (case(200, 200, floor=Decimal("0.8")), "0.87"),
    "one of five requirements": (case(120, penalty=5, line=Decimal("0.8")), "0.6"),
}


@pytest.mark.parametrize("name", SIMULATED)
def test_agrees_with_simulation_through_the_product(name: str) -> None:
    """400 seeded runs decided by the product give the same chances and mean, within four standard errors."""
    read, rate = SIMULATED[name]
    one, runs, n = read.requirement, 400, read.n or 0
    rng = np.random.default_rng(len(name))
    rule = stats.Rule(line=one.line, floor=one.floor, penalty=read.penalty, bank=read.bank, cap=n, least=read.least)
    bank = np.r_[
        np.zeros(power.failing(read, Decimal(rate))), np.ones((read.bank or 0) - power.failing(read, Decimal(rate)))
    ]
    got: dict[str, int] = {}
    units = []
    for _ in range(runs):
        scores = rng.random(n) < float(rate) if read.bank is None else rng.permutation(bank)[:n]
        decided = stats.decide(scores.astype(float), rule)  # type: ignore[arg-type]  # an array is a sequence here
        got[decided.grade] = got.get(decided.grade, 0) + 1
        units.append(decided.units)
    found = at(read, rate)
    for grade in ("pass", "fail", "conditional", "inconclusive"):
        chance = float(getattr(found, {"pass": "passed", "fail": "failed"}.get(grade, grade)))
        assert got.get(grade, 0) / runs == pytest.approx(
            chance, abs=4 * (max(chance * (1 - chance), 0.002) / runs) ** 0.5
        )
    assert np.mean(units) == pytest.approx(float(found.mean), abs=4 * np.std(units) / runs**0.5 + 0.05)


PROTOTYPE = {  # true rate: mean, median by independent draws; mean, median in a full run of 2000
    "0.70": (24, 18, 24, 18),
    "0.80": (84, 63, 77, 61),
    "0.85": (336, 274, 258, 229),
    "0.95": (208, 168, 183, 164),
    "0.97": (95, 85, 92, 84),
    "0.99": (54, 42, 53, 41),
}


@pytest.mark.parametrize("rate", PROTOTYPE)
def test_calls_agree_with_an_independent_prototype(rate: str) -> None:
    """Line .90, both errors .05, one requirement: means within 2 %, medians within 4 % (it simulated 20,000 runs)."""
    mean, median, full_mean, full_median = PROTOTYPE[rate]
    drawn, full = at(case(2000), rate), at(case(2000, 2000), rate)
    assert float(drawn.mean) == pytest.approx(mean, rel=0.02)
    assert float(drawn.median) == pytest.approx(median, rel=0.04)
    assert float(full.mean) == pytest.approx(full_mean, rel=0.02)
    assert float(full.median) == pytest.approx(full_median, rel=0.04)


@pytest.mark.parametrize(("rate", "mean"), [("0.70", 35), ("0.80", 122), ("0.85", 487)])
def test_five_requirements_fail_later(rate: str, mean: int) -> None:
    """A FAIL of one of five is held to beta / 5, which costs as many calls as the prototype measured."""
    assert float(at(case(2000, penalty=5), rate).mean) == pytest.approx(mean, rel=0.02)


@pytest.mark.parametrize(
    ("line", "bank", "passing", "wrong"), [("0.8", 1000, 799, "0.0404"), ("0.95", 400, 379, "0.0259")]
)
def test_wrong_certifications_agree_with_the_prototype(line: str, bank: int, passing: int, wrong: str) -> None:
    """One cell below the line a full run certifies wrongly as often as was computed elsewhere, which is below alpha."""
    read = case(bank, bank, penalty=10**9, line=Decimal(line))  # nothing fails before the last cells
    assert float(power.odds(read, [Decimal(passing) / bank])[0].passed) == pytest.approx(float(wrong), abs=2e-4)


FIXED = {
    (1000, "0.90", 2000): {
        "0.88": ".004",
        "0.89": ".087",
        "0.895": ".256",
        "0.90": ".530",
        "0.91": ".950",
        "0.92": "1",
    },
    (1000, "0.90", None): {
        "0.88": ".027",
        "0.89": ".169",
        "0.895": ".325",
        "0.90": ".527",
        "0.91": ".876",
        "0.92": ".990",
    },
    (300, "0.95", 500): {"0.93": ".026", "0.94": ".168", "0.95": ".578", "0.96": ".952", "0.97": "1"},
    (300, "0.95", None): {"0.93": ".103", "0.94": ".279", "0.95": ".568", "0.96": ".849", "0.97": ".980"},
}


@pytest.mark.parametrize(("key", "rate"), [(key, rate) for key, chances in FIXED.items() for rate in chances])
def test_point_rules_pass_as_often_as_published(key: tuple[int, str, int | None], rate: str) -> None:
    """What "at least 900 of 1,000" and "285 of 300" let through, from a bank and from a very large one."""
    n, line, bank = key
    found = at(case(n, bank, rule="point", line=Decimal(line)), rate)
    assert float(found.passed) == pytest.approx(float(FIXED[key][rate]), abs=6e-4)
    assert found.passed + found.failed == 1


@pytest.mark.parametrize("rule", ["bound", "point"])
@pytest.mark.parametrize("floor", [None, Decimal("0.7")])
@pytest.mark.parametrize("n", [1, 29, 97])
def test_fixed_limits_are_those_of_the_standard(rule: Any, floor: Decimal | None, n: int) -> None:
    """For every number of failures the limits give the verdict that the standard gives."""
    requirement = make_requirement(rule=rule, floor=floor, line=Decimal("0.85"))
    other = make_requirement(id="other")
    standard = make_standard(requirement, other)
    read = Case(requirement=requirement, n=n, bank=None, penalty=standards.penalty(standard))
    passing, flooring, refuted = power.allowed(read)
    for bad in range(n + 1):
        tally = Tally(
            requirement="safety",
            planned=n,
            items=n,
            good=n - bad,
            bad=bad,
            unscored={},
            unconfirmed=0,
            confirmed=0,
            bank=n,
            covers={},
        )
        verdict = (
            standards.decide(standard, Scores(tallies=(tally,), groups=(), answered=n, planned=n)).findings[0].verdict
        )
        expected = "pass" if bad <= passing else "fail" if bad >= refuted else "inconclusive"
        if expected == "inconclusive" and floor is not None and rule == "bound" and bad <= flooring:
            expected = "conditional"
        assert verdict == expected


# -- what holds of all ------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    rule=st.sampled_from(["evidence", "bound", "point"]),
    n=st.integers(1, 90),
    more=st.integers(0, 60),
    known=st.booleans(),
    line=st.integers(50, 99),
    floor=st.integers(10, 49) | st.none(),
)
def test_chances_add_up_and_a_better_candidate_passes_more(
    rule: str, n: int, more: int, known: bool, line: int, floor: int | None
) -> None:
    """The four chances add up to one, and neither PASS falls nor FAIL rises with the true rate."""
    read = case(
        n,
        n + more if known else None,
        rule=rule,
        line=Decimal(line) / 100,
        floor=None if floor is None else Decimal(floor) / 100,
    )
    found = power.odds(read, [Decimal(rate) / 10 for rate in range(11)])
    slack = Decimal("0.00001")
    for one in found:
        assert one.passed + one.failed + one.conditional + one.inconclusive == pytest.approx(Decimal(1), abs=slack)
        assert 0 < one.mean <= n
    for lower, higher in pairwise(found):
        assert higher.passed >= lower.passed - slack
        assert higher.failed <= lower.failed + slack


def test_a_wrong_pass_is_rarer_than_alpha() -> None:
    """Exactly on the line an evidence rule passes by chance with at most alpha."""
    assert at(case(1500), "0.9").passed <= Decimal("0.05")


def test_nothing_is_decided_below_the_wanted_number() -> None:
    """Fewer units than wanted, or none at all, are inconclusive for certain."""
    for read in (case(30, least=31), case(0)):
        found = at(read, "1")
        assert (found.passed, found.failed, found.inconclusive) == (0, 0, 1)


@pytest.mark.parametrize(("rate", "least", "decided"), [("1", 60, 60), ("1", 30, 42), ("0", 60, 60), ("0", 2, 3)])
def test_the_wanted_number_is_enough(rate: str, least: int, decided: int) -> None:
    """A certain candidate is decided at the wanted number of units where its evidence was enough before, else when it is."""
    assert at(case(100, least=least), rate).mean == decided


def test_a_barred_pass_is_inconclusive() -> None:
    """What bars a PASS leaves the chance of FAIL as it is."""
    free = case(100)
    barred = replace(free, barred=True)
    assert at(barred, "1").inconclusive == 1
    assert at(barred, "0.5").failed == at(free, "0.5").failed


def test_units_of_several_calls_cost_them() -> None:
    """Where a unit takes three calls the calls are three times the units."""
    assert at(replace(case(100), width=Decimal(3)), "1").median == 126


@pytest.mark.parametrize("rate", ["-0.1", "1.1"])
def test_a_rate_beyond_its_range_is_refused(rate: str) -> None:
    """A true rate outside [0, 1] is an error, not a number."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        at(case(10), rate)


def test_an_unknown_number_of_units_is_refused() -> None:
    """Nothing is computed for a case whose length is not known."""
    with pytest.raises(ValueError, match="not known"):
        at(case(None), "0.9")


def test_the_rate_is_taken_to_the_nearest_cell() -> None:
    """In a bank of 60 a rate of 89 % is 53 of 60."""
    assert at(case(60, 60), "0.89").true == Decimal("0.883333")


# -- what a standard asks for -----------------------------------------------------------------------------------------


def only(**changes: Any) -> Case:
    return prospects.cases(make_standard(make_requirement(**changes)))[0]


def test_red_lines_have_no_case_and_points_no_penalty() -> None:
    """Only what is decided by its rate has a case; the penalty counts what can fail by it with confidence."""
    red = make_requirement(id="red", measure="violations", rule="zero")
    point = make_requirement(id="point", rule="point", sample=50)
    bound = make_requirement(id="bound", sample=50)
    found = prospects.cases(make_standard(red, point, bound))
    assert [(one.requirement.id, one.penalty) for one in found] == [("point", 1), ("bound", 1)]


def test_a_sample_of_a_known_bank_is_read_both_ways() -> None:
    """From the smallest bank allowed, and from a very large one."""
    standard = make_standard(make_requirement(rule="point", sample=1000, min_bank=2000))
    assert [(one.n, one.bank, one.least) for one in prospects.cases(standard)] == [
        (1000, 2000, 1000),
        (1000, None, 1000),
    ]


@pytest.mark.parametrize(
    ("changes", "n", "bank", "note"),
    [
        ({"rule": "bound"}, None, None, "name the suites"),
        ({"rule": "bound", "min_items": 60}, 60, None, "fewest items"),
        ({"rule": "evidence", "cap": 500}, 500, None, ""),
        ({"rule": "evidence", "cap": 500, "min_items": 30}, 500, None, "drawn twice"),
        ({"rule": "evidence", "claim": "domain"}, None, None, "name the suites"),
        ({"rule": "evidence", "claim": "full_run", "cap": 300}, 300, None, "very large"),
        ({"rule": "evidence", "claim": "full_run", "min_bank": 200, "epochs": 2}, 400, 400, "400 cells"),
        ({"rule": "evidence", "claim": "full_run", "min_bank": 200, "cap": 150}, 150, 200, "200 cells"),
        ({"rule": "evidence", "cap": 500, "grading": "audited"}, 500, None, "these are the least"),
        ({"rule": "evidence", "cap": 500, "grading": "calibrated"}, 500, None, "CONDITIONAL at most"),
        ({"rule": "evidence", "cap": 500, "measure": "points"}, 500, None, "shares of points"),
        ({"rule": "evidence", "cap": 500, "unit": "set"}, 500, None, "a set of items"),
    ],
)
def test_what_a_standard_says_without_a_bank(
    changes: dict[str, Any], n: int | None, bank: int | None, note: str
) -> None:
    """The numbers that the standard itself allows, and in words what it leaves open."""
    found = only(**changes)
    assert (found.n, found.bank) == (n, bank)
    assert note in "; ".join(found.notes)


def test_the_plan_knows_better() -> None:
    """With a plan the units, the bank, the calls and the first unit with enough distinct items are the plan's."""
    requirement = make_requirement(rule="evidence", claim="full_run", min_items=3, epochs=2)
    plan = make_plan(
        [make_item(n) for n in range(4)],
        standard=make_standard(requirement),
        order=(0, 0, 1, 1, 2, 2, 3, 3),
        streams=(Stream(requirement="safety", positions=tuple(range(8)), bank=4, widths=(2,) * 4, cells=4),),
    )
    found = prospects.cases(plan.standard, plan)[0]
    assert (found.n, found.bank, found.least, found.width, found.barred) == (4, 4, 3, 2, False)


@pytest.mark.parametrize("rule", ["evidence", "bound"])
def test_a_bank_that_is_too_small_bars(rule: Any) -> None:
    """A bank below its minimum or without its coverage bars PASS; too few items leave everything open. All is said."""
    uncovered = Coverage(risks=("bank:B",), min_items=1, clause="c")
    requirement = make_requirement(rule=rule, cap=9, min_items=5, min_bank=9, coverage=(uncovered,))
    plan = make_plan(standard=make_standard(requirement))
    found = prospects.cases(plan.standard, plan)[0]
    assert found.barred
    assert at(found, "1").inconclusive == 1
    assert "bars PASS" in " ".join(found.notes)
    assert "nothing can be decided" in " ".join(found.notes)


def test_a_drawn_sample_takes_its_bank_from_the_plan() -> None:
    """A sample of 2 out of 4 items is read from a bank of 4; where all are asked it is read as a sample of all such questions."""
    items = [make_item(n) for n in range(4)]
    drawn = make_standard(make_requirement(rule="point", sample=2))
    plan = make_plan(items, standard=drawn, streams=(Stream(requirement="safety", positions=(1, 2), bank=4),))
    assert [(one.n, one.bank) for one in prospects.cases(drawn, plan)] == [(2, 4), (2, None)]
    everything = make_plan(items)
    found = prospects.cases(everything.standard, everything)
    assert [(one.n, one.bank) for one in found] == [(4, None)]
    assert "all such questions" in found[0].notes[0]


def test_a_mix_is_drawn_like_any_other() -> None:
    """Draws by a declared mix are independent as well."""
    assert only(rule="evidence", cap=50, mix=Mix(by="lang", parts={"zh": 1})).bank is None
