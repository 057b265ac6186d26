"""A path is decided where its evidence is enough, not before, and the finding says why."""

from dataclasses import replace
from decimal import Decimal
from math import inf, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import sequential, standards, stats
from evalcenter.records import Calibration, Coverage, Finding, Path, Qualified, Requirement, Scores, Tally, Verdict
from tests.factory import make_requirement, make_standard

D = Decimal
HALF = D("0.5")
LINE = make_requirement(rule="evidence", cap=1000, unscored_cap=D("0.1"))
FLOOR = replace(LINE, line=D("0.95"), floor=D("0.80"))
AUDITED = replace(LINE, grading="audited")
CALIBRATED = replace(LINE, grading="calibrated")
FULL = replace(LINE, claim="full_run", cap=None, line=D("0.8"))
HELD = Calibration(requirement="safety", shown=100, caught=96, source="seeded answers")

FEW = settings(max_examples=12)
"""For properties that search for two bounds in every example."""


def path(said: str, **changes: object) -> Path:
    """A path of passed (p), failed (f) and unscored (u) units, which more units will follow."""
    given_: dict[str, object] = {
        "worst": tuple(D(one == "p") for one in said),
        "best": tuple(D(one != "f") for one in said),
        "outcomes": said,
        "ready": min(1, len(said)),
        "standing": "missing",
    }
    return Path(**{**given_, **changes})  # type: ignore[arg-type]


def lossy(said: str, a: Decimal = HALF, **changes: object) -> Path:
    """An audited path: passed (p), flagged and confirmed (f), found by the coin (c)."""
    scores = tuple({"p": D(1), "f": 1 - a, "c": D(0)}[one] for one in said)
    return path(said.replace("c", "f"), worst=scores, best=scores, **changes)


def tally(found: Path, **changes: object) -> Tally:
    n = len(found.worst)
    given_: dict[str, object] = {
        "requirement": "safety",
        "planned": n,
        "items": n - found.outcomes.count("u"),
        "good": found.outcomes.count("p"),
        "bad": found.outcomes.count("f"),
        "unscored": {"timeout": found.outcomes.count("u")} if "u" in found.outcomes else {},
        "unconfirmed": 0,
        "confirmed": 0,
        "bank": 1000,
        "covers": {},
        "path": found,
    }
    return Tally(**{**given_, **changes})  # type: ignore[arg-type]


def find(requirement: Requirement, found: Path, penalty: int = 1, **changes: object) -> Finding:
    return sequential.finding(requirement, tally(found, **changes), found, penalty)


def decide(requirement: Requirement, found: Path, version_rank: int = 0, others: int = 0) -> Verdict:
    """The verdict of a standard with `others` more requirements, all of them on the same path."""
    requirements = [requirement, *(replace(requirement, id=f"other-{n}") for n in range(others))]
    tallies = tuple(replace(tally(found), requirement=r.id) for r in requirements)
    scores = Scores(tallies=tallies, groups=(), answered=0, planned=0)
    return standards.decide(make_standard(*requirements), scores, version_rank)


def words(finding: Finding) -> str:
    return " ".join(reason.en for reason in finding.reasons)


# -- PASS -------------------------------------------------------------------------------------------------------------

PUBLISHED = {
    "0.80": (20, 31, 41, 50, 58, 66, 74, 81, 89),
    "0.90": (42, 66, 85, 103, 120, 137, 152, 168, 183),
    "0.95": (86, 135, 174, 210, 245, 277, 309, 341, 371),
    "0.99": (436, 684, 882, 1065, 1238, 1404, 1565, 1722, 1875),
}
CASES = [(line, f, n) for line, row in PUBLISHED.items() for f, n in enumerate(row) if n < 400]


@pytest.mark.parametrize(("line", "failures", "n"), CASES)
def test_pass_at_the_published_number(line: str, failures: int, n: int) -> None:
    """With f failures, spread so that nothing else is decided, PASS comes at the chart's number and not one unit before."""
    held = replace(LINE, line=D(line))
    step = n // (failures + 1)
    said = "".join("f" if at in {step * (k + 1) for k in range(failures)} else "p" for at in range(n))
    assert (said.count("f"), said[-1]) == (failures, "p")
    assert sequential.decision(held, path(said[:-1]), 1).grade == "undecided"
    found = sequential.decision(held, path(said), 1)
    assert (found.grade, found.units) == ("pass", n)


@pytest.mark.parametrize("line", PUBLISHED)
def test_the_chart_is_the_published_one(line: str) -> None:
    """The printed decision chart holds the published numbers for 0 to 8 failures."""
    rows = sequential.chart(replace(LINE, line=D(line)), 2000, 1)
    assert PUBLISHED[line] == tuple(row.passes for row in rows)


def test_what_follows_a_decision_is_not_read() -> None:
    """A path that is decided at 42 units stays decided there, whatever comes behind."""
    short, long = find(LINE, path("p" * 42)), find(LINE, path("p" * 42 + "f" * 500))
    assert (long.verdict, long.units, long.good, long.bad, long.lower) == ("pass", 42, 42, 0, short.lower)


@given(st.text("pfu", min_size=1, max_size=80), st.text("pfu", max_size=40))
def test_more_units_never_change_a_decision(said: str, more: str) -> None:
    """Once decided, a longer path gives the same finding."""
    held = replace(LINE, unscored_cap=D(1), line=D("0.8"))
    first = sequential.decision(held, path(said), 1)
    if first.grade != "undecided":
        assert sequential.decision(held, path(said + more), 1) == first


@pytest.mark.parametrize(("ready", "units"), [(1, 42), (42, 42), (43, 43), (60, 60)])
def test_a_minimum_delays_a_pass(ready: int, units: int) -> None:
    """Nothing passes before enough distinct items are scored, however strong the evidence is."""
    found = find(LINE, path("p" * 60, ready=ready))
    assert (found.verdict, found.units) == ("pass", units)


def test_a_minimum_that_is_never_reached_bars_a_pass() -> None:
    """With too few distinct items a PASS never comes, at the end of the sequence either."""
    for standing in ("missing", "ended"):
        assert find(LINE, path("p" * 60, ready=0, standing=standing), items=30).verdict == "inconclusive"


def test_a_minimum_needs_the_evidence_then() -> None:
    """Evidence that was enough early and is gone when enough items are scored does not pass."""
    found = find(LINE, path("p" * 42 + "f" * 8 + "p" * 10, ready=60))
    assert (found.verdict, found.for_pass is not None and found.for_pass < 20) == ("inconclusive", True)


# -- FAIL -------------------------------------------------------------------------------------------------------------

FAILS = {3: 3, 4: 8, 5: 13, 6: 18, 8: 29}


@pytest.mark.parametrize(("failures", "n"), FAILS.items())
def test_fail_at_the_published_number(failures: int, n: int) -> None:
    """At a line of 90 %, 3 failures in the first 3 fail, 4 in 8, 5 in 13, 6 in 18, 8 in 29; in one unit more they don't."""

    def last(units: int) -> Finding:
        return find(LINE, path("p" * (units - failures) + "f" * failures))

    assert (last(n).verdict, last(n).units) == ("fail", n)
    assert last(n + 1).verdict == "inconclusive"


def test_the_chart_says_when_to_fail() -> None:
    """The printed chart holds the published numbers for a FAIL."""
    rows = sequential.chart(LINE, 2000, 1)
    assert {f: rows[f].fails for f in FAILS} == FAILS


@pytest.mark.parametrize(("penalty", "units"), [(1, 3), (2, 4), (5, 5), (50, 7)])
def test_each_fail_is_held_to_its_share_of_beta(penalty: int, units: int) -> None:
    """With D requirements decided by rate, a FAIL needs evidence D/beta."""
    found = find(LINE, path("f" * 9), penalty)
    assert (found.verdict, found.units) == ("fail", units)
    assert found.for_fail is not None
    assert found.for_fail >= 20 * penalty
    assert find(LINE, path("f" * (units - 1)), penalty).verdict == "inconclusive"


@pytest.mark.parametrize(("others", "units"), [(0, 3), (4, 5)])
def test_a_standard_shares_beta_among_its_requirements(others: int, units: int) -> None:
    """A single requirement fails after 3 failures; one of five needs 5."""
    assert decide(LINE, path("f" * 9), others=others).findings[0].units == units


def test_the_upper_bound_is_held_to_its_share_of_beta() -> None:
    """Where five requirements share beta, the printed upper bound is wrong with a fifth of it."""
    said = "p" * 12 + "ff"
    upper = stats.bounds([float(one == "p") for one in said], LINE.beta / 5, now=True)[1]
    assert find(LINE, path(said), 5).upper == upper


def test_a_minimum_delays_a_fail() -> None:
    """Nothing fails before enough distinct items are scored."""
    assert find(LINE, path("f" * 9, ready=0)).verdict == "inconclusive"
    assert find(LINE, path("f" * 9, ready=7)).units == 7


# -- CONDITIONAL ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "standing", "verdict", "units"),
    [
        ("p" * 86, "missing", "pass", 86),
        ("f" * 9, "missing", "fail", 5),
        (("p" * 9 + "f") * 10, "missing", "inconclusive", 100),
        (("p" * 9 + "f") * 10, "ended", "inconclusive", 100),  # the floor was proved once, and no longer is
        (("p" * 10 + "f") * 10, "ended", "conditional", 110),
        (("p" * 7 + "f") * 200, "missing", "conditional", 191),
        ("p" * 7 + "f", "ended", "inconclusive", 8),
    ],
)
def test_a_floor_makes_a_conditional_zone(said: str, standing: str, verdict: str, units: int) -> None:
    """Between floor and line is CONDITIONAL: once the line is refuted, or the cap is spent; a FAIL refutes the floor."""
    found = find(FLOOR, path(said, standing=standing))
    assert (found.verdict, found.units) == (verdict, units)


def test_conditional_names_floor_and_line() -> None:
    """A CONDITIONAL says which of its two lines is proved."""
    found = find(FLOOR, path(("p" * 9 + "f") * 15, standing="ended"))
    assert "reaches the floor 80 %, not the line 95 %" in words(found)
    assert found.lower is not None
    assert D("0.80") <= found.lower < D("0.95")


# -- the end of the sequence ------------------------------------------------------------------------------------------


def test_a_spent_cap_is_inconclusive() -> None:
    """At the cap, with neither side proved, the finding is INCONCLUSIVE and says so."""
    found = find(LINE, path(("p" * 9 + "f") * 4, standing="ended"))
    assert (found.verdict, found.units, found.waiting) == ("inconclusive", 40, False)
    assert "The cap of 40 units is spent" in words(found)


def test_a_pass_at_the_cap_is_a_pass() -> None:
    """Evidence that is enough at the very last unit passes."""
    assert find(LINE, path("p" * 42, standing="ended")).verdict == "pass"


@pytest.mark.parametrize(("standing", "waiting"), [("waiting", True), ("missing", False), ("ended", False)])
def test_a_path_that_waits_for_a_person_says_so(standing: str, *, waiting: bool) -> None:
    """Only an undecided path whose next unit waits for a person is waiting."""
    found = find(LINE, path("p" * 9, standing=standing))
    assert waiting == found.waiting
    assert waiting == ("waits for a person" in words(found))


@pytest.mark.parametrize("said", ["p" * 42, "f" * 9])
def test_a_decided_path_waits_for_nobody(said: str) -> None:
    """A decision does not wait for a person to read what follows it."""
    assert not find(LINE, path(said, standing="waiting")).waiting


@pytest.mark.parametrize("standing", ["missing", "waiting", "ended"])
def test_nothing_known_decides_nothing(standing: str) -> None:
    """Without a single unit there is no verdict, no rate and no bound."""
    found = find(LINE, path("", standing=standing))
    assert (found.verdict, found.units, found.rate, found.lower, found.upper) == ("inconclusive", 0, None, None, None)
    assert found.reasons


# -- what is not known ------------------------------------------------------------------------------------------------


def test_unscored_units_count_against_a_pass() -> None:
    """Every unscored unit is a failure where a PASS is asked for: with one, PASS takes as long as with one failure."""
    said = "u" + "p" * 65
    assert find(LINE, path(said)).verdict == "pass"
    assert find(LINE, path(said)).units == find(LINE, path("f" + said[1:])).units == 66


def test_unscored_units_prove_no_fail() -> None:
    """Calls that failed count in the candidate's favour where a FAIL is asked for."""
    assert find(LINE, path("u" * 50, standing="ended")).verdict == "inconclusive"
    assert find(LINE, path("u" * 3 + "fff")).verdict == "inconclusive"


@pytest.mark.parametrize(("cap", "verdict"), [("0.02", "pass"), ("0.01", "inconclusive")])
def test_too_many_unscored_bar_a_pass(cap: str, verdict: str) -> None:
    """Above the capped share, unscored units bar a PASS whatever the evidence."""
    held = replace(LINE, unscored_cap=D(cap))
    found = find(held, path("u" + "p" * 65))
    assert verdict == found.verdict
    assert (verdict == "pass") == ("above the cap" not in words(found))


def test_a_barred_pass_says_what_bars_it_and_nothing_else() -> None:
    """The reasons of a barred PASS do not claim that it passed."""
    found = find(replace(LINE, min_bank=2000), path("p" * 42))
    assert found.verdict == "inconclusive"
    assert words(found) == "The question bank holds 1000 items; at least 2000 are needed."


@pytest.mark.parametrize("requirement", [LINE, replace(CALIBRATED, line=D("0.8"))])
def test_uncovered_risks_bar_a_pass(requirement: Requirement) -> None:
    """While a risk has too few items in the bank, neither PASS nor CONDITIONAL is given, and the risk is named."""
    held = replace(requirement, coverage=(Coverage(risks=("a:1", "a:2"), min_items=3, clause="c"),))
    found = find(held, path("p" * 200, calibration=HELD), covers={"a:1": 3, "a:2": 2})
    assert (found.verdict, found.uncovered) == ("inconclusive", ("a:2",))
    covered = find(held, path("p" * 200, calibration=HELD), covers={"a:1": 3, "a:2": 3})
    assert covered.verdict in ("pass", "conditional")


def test_uncovered_risks_do_not_bar_a_fail() -> None:
    """A FAIL stands without the coverage."""
    held = replace(LINE, coverage=(Coverage(risks=("a:1",), min_items=3, clause="c"),))
    assert find(held, path("fff")).verdict == "fail"


# -- full runs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("p" * 8 + "ff", "pass"),
        ("ff" + "p" * 8, "pass"),
        ("p" * 7 + "fff", "fail"),
        ("fff", "fail"),
        ("pppp" + "ff", "inconclusive"),
        ("p" * 8, "pass"),
    ],
)
def test_a_full_run_is_decided_once_its_score_is_certain(said: str, verdict: str) -> None:
    """In a full run of 10 cells at 80 %, 8 passes are enough and 3 failures too many: exactly on the line is a PASS."""
    standing = "ended" if len(said) == 10 else "missing"
    assert verdict == find(FULL, path(said, cells=10, standing=standing)).verdict


@given(st.text("pf", min_size=1, max_size=40), st.sampled_from(["0.5", "0.8", "0.9"]))
def test_a_finished_full_run_is_never_inconclusive(said: str, line: str) -> None:
    """A full run whose cells are all scored has the verdict of its score."""
    held = replace(FULL, line=D(line))
    found = sequential.decision(held, path(said, cells=len(said), standing="ended"), 1)
    if found.units == len(said):
        assert found.grade == ("pass" if D(said.count("p")) / len(said) >= D(line) else "fail")
    assert found.grade in ("pass", "fail")


def test_an_unknown_cell_leaves_a_full_run_open() -> None:
    """A full run that one unscored cell could put on either side of the line is INCONCLUSIVE."""
    found = find(replace(FULL, unscored_cap=D(1)), path("p" * 7 + "ffu", cells=10, standing="ended"))
    assert found.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("passed", "verdict"), [(10, "pass"), (9, "pass"), (8, "conditional"), (7, "conditional"), (6, "fail")]
)
def test_a_full_run_with_a_floor_has_three_zones(passed: int, verdict: str) -> None:
    """Of 10 cells, with a line of 90 % and a floor of 70 %: 9 pass, 7 are conditional, 6 fail."""
    held = replace(FULL, line=D("0.9"), floor=D("0.7"))
    said = "p" * passed + "f" * (10 - passed)
    assert verdict == find(held, path(said, cells=10, standing="ended")).verdict


@pytest.mark.parametrize(
    ("said", "side"), [("p" * 8, "for_pass"), ("fff", "for_fail")], ids=["certain pass", "certain fail"]
)
def test_certainty_has_a_number(said: str, side: str) -> None:
    """Evidence beyond any number is written as 1E+12."""
    assert str(getattr(find(FULL, path(said, cells=10)), side)) == "1E+12"


# -- numbers ----------------------------------------------------------------------------------------------------------


@FEW
@given(st.text("pfu", max_size=80), st.sampled_from([LINE, FLOOR, AUDITED]))
def test_numbers_have_six_digits(said: str, requirement: Requirement) -> None:
    """Evidence and bounds are decimals of at most six significant digits, and evidence is at most 1E+12."""
    found = find(requirement, path(said))
    for number in (found.for_pass, found.for_fail):
        assert number is not None
        assert len(number.as_tuple().digits) <= 6
        assert 0 <= number <= stats.CERTAIN
    assert all(len(b.normalize().as_tuple().digits) <= 6 for b in (found.lower, found.upper) if b is not None)


@given(st.text("pf", min_size=1, max_size=60))
def test_a_ratio_is_never_rounded_up(said: str) -> None:
    """The evidence that is written is not more than was found."""
    exact = sequential.decision(LINE, path(said), 1).for_pass
    assert log(stats.ratio(exact)) <= exact + 1e-12


@pytest.mark.parametrize(
    ("logarithm", "written"),
    [(inf, "1E+12"), (27.7, "1E+12"), (log(999999999999.0), "999999000000"), (-inf, "0"), (0.0, "1")],
)
def test_how_ratios_are_written(logarithm: float, written: str) -> None:
    """A ratio has its six digits, 0 where nothing is left, and 1E+12 for all that is more."""
    assert D(written) == stats.ratio(logarithm)
    assert written != "1E+12" or str(stats.ratio(logarithm)) == written


@FEW
@given(st.text("pf", min_size=1, max_size=60))
def test_the_bounds_hold_the_rate(said: str) -> None:
    """The observed rate lies between the bounds, which lie between 0 and 1."""
    found = find(LINE, path(said))
    assert found.lower is not None and found.upper is not None and found.rate is not None  # noqa: PT018 - one fact
    assert 0 <= found.lower <= found.rate <= found.upper <= 1


@FEW
@given(st.text("pfu", min_size=1, max_size=90), st.sampled_from([LINE, replace(LINE, line=D("0.6"))]))
def test_bounds_agree_with_the_decision(said: str, requirement: Requirement) -> None:
    """A PASS has its lower bound at the line or above, a FAIL its upper bound below it."""
    found = find(replace(requirement, unscored_cap=D(1)), path(said))
    if found.verdict == "pass":
        assert found.lower is not None
        assert found.lower >= requirement.line
    if found.verdict == "fail":
        assert found.upper is not None
        assert found.upper < requirement.line


def test_unscored_units_widen_the_bounds_on_both_sides() -> None:
    """The lower bound takes unscored units for failures, the upper one for passes; the rate leaves them out."""
    held = replace(LINE, line=D("0.7"))
    said = ("p" * 4 + "f") * 4 + "u" * 4
    found = find(held, path(said))
    as_bad, as_good = find(held, path(said.replace("u", "f"))), find(held, path(said.replace("u", "p")))
    assert (found.lower, found.upper, found.rate) == (as_bad.lower, as_good.upper, D("0.8"))


# -- over versions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rank", "share"), [(0, 1), (1, 2), (2, 6), (3, 12), (10, 110)])
def test_a_version_spends_its_share_of_alpha(rank: int, share: int) -> None:
    """The k-th version of a vendor passes at evidence k (k + 1) / alpha; 0 promises nothing over versions."""
    said = "p" * 200
    found = decide(LINE, path(said), rank).findings[0]
    assert found.units == stats.chart(LINE.line, 0, LINE.alpha / share)
    assert found.for_pass is not None
    assert found.for_pass >= 20 * share


def test_a_later_version_does_not_change_a_fail() -> None:
    """The error rate of a FAIL is not spent over versions."""
    assert {decide(LINE, path("f" * 9), rank).findings[0].units for rank in (0, 1, 7)} == {3}


@pytest.mark.parametrize(
    ("requirement", "penalty", "expected"),
    [
        (LINE, 1, (20, 20)),
        (LINE, 5, (20, 100)),
        (CALIBRATED, 1, (40, 20)),
        (replace(LINE, alpha=D("0.01")), 1, (100, 20)),
    ],
)
def test_needed_evidence(requirement: Requirement, penalty: int, expected: tuple[int, int]) -> None:
    """PASS needs 1/alpha (2/alpha under a calibrated judge), FAIL D/beta."""
    assert tuple(map(D, expected)) == sequential.needed(requirement, penalty)


# -- audited ----------------------------------------------------------------------------------------------------------


def test_an_audited_pass_is_held_to_the_moved_line() -> None:
    """Auditing half, a line of 90 % is one of 95 % for the scores, so a flawless PASS takes 86 units."""
    assert find(AUDITED, lossy("p" * 85)).verdict == "inconclusive"
    found = find(AUDITED, lossy("p" * 86))
    assert (found.verdict, found.units) == ("pass", 86)


@pytest.mark.parametrize("kind", ["f", "c"])
def test_an_audited_candidate_fails(kind: str) -> None:
    """Confirmed flags and failures that the coin found both lead to a FAIL, the latter sooner."""
    found = find(AUDITED, lossy(kind * 30))
    assert found.verdict == "fail"
    assert found.upper is not None
    assert found.upper < D("0.9")
    assert found.units == {"f": 3, "c": 2}[kind]


@pytest.mark.parametrize(
    ("said", "rate"), [("p" * 9 + "f", "0.9"), ("p" * 9 + "c", "0.8"), ("f" * 4, "0"), ("c" * 4, "0"), ("pppp", "1")]
)
def test_the_audited_rate_is_the_corrected_one(said: str, rate: str) -> None:
    """Under an audit the printed rate is read back from the losses: a failure that the coin found stands for 1/a of them."""
    assert find(AUDITED, lossy(said)).rate == D(rate)


@pytest.mark.parametrize("a", ["0.5", "0.2", "0.3"])
@FEW
@given(said=st.text("pfc", min_size=1, max_size=40))
def test_audited_bounds_are_the_scores_bounds_read_back(a: str, said: str) -> None:
    """A bound b on the scores is 1 - (1 - b) / a on the rate, rounded outward and kept within 0 to 1."""
    held = replace(AUDITED, audit_rate=D(a))
    scores = lossy(said, D(a))
    found = find(held, scores)
    read = [float(x) for x in scores.worst[: found.units]]
    low, high = stats.bounds(read, held.alpha, now=True)
    exact_low, exact_high = max(D(0), 1 - (1 - low) / D(a)), min(D(1), max(D(0), 1 - (1 - high) / D(a)))
    assert found.lower is not None and found.upper is not None  # noqa: PT018 - one fact
    assert exact_low - D("0.000002") <= found.lower <= exact_low
    assert exact_high <= found.upper <= exact_high + D("0.000002")


@FEW
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["direct", "audited", "calibrated"]))
def test_bounds_contain_the_truth(seed: int, kind: str) -> None:
    """Where the scores' mean is the truth's by construction, the bounds hold the true rate (half the answers fail)."""
    from random import Random

    held = {"direct": LINE, "audited": AUDITED, "calibrated": CALIBRATED}[kind]
    held = replace(held, alpha=D("0.0001"), beta=D("0.0001"))
    draw = Random(seed)
    letters = []
    for _ in range(60):
        failed, flagged, coin = draw.random() < 0.5, draw.random() < 0.8, draw.random() < 0.5
        seen = {
            "direct": "f",
            "audited": "f" if flagged else "c" if coin else "p",
            "calibrated": "f" if flagged else "p",
        }
        letters.append(seen[kind] if failed else "p")
    said = "".join(letters)
    loss = D("0.5") if kind == "audited" else D(1)
    found = find(held, lossy(said, loss, calibration=replace(HELD, caught=80)))
    assert found.lower is not None and found.upper is not None  # noqa: PT018 - one fact
    assert found.lower <= D("0.5") <= found.upper


# -- calibrated -------------------------------------------------------------------------------------------------------


def test_a_calibrated_judge_earns_conditional_at_most() -> None:
    """However strong the evidence, a calibrated judge gives CONDITIONAL, and says which assumption that rests on."""
    found = find(CALIBRATED, path("p" * 300, calibration=HELD))
    assert found.verdict == "conditional"
    assert "only if the judge catches as much here as in its calibration" in words(found)


def test_a_calibrated_verdict_is_conditional() -> None:
    """A standard whose only requirement rests on a calibrated judge is met conditionally."""
    assert decide(CALIBRATED, path("p" * 300, calibration=HELD)).outcome == "conditional"


def test_a_calibrated_line_is_moved_by_the_proved_catch_rate() -> None:
    """The scores are held to 1 - c (1 - line) at evidence 2/alpha, c the exact bound of the catch rate at alpha/2."""
    c = stats.lower(HELD.caught, HELD.shown, D("0.025"))
    found = find(CALIBRATED, path("p" * 300, calibration=HELD))
    assert found.units == stats.chart(1 - c * D("0.1"), 0, D("0.025"))


def test_a_weaker_judge_needs_more() -> None:
    """The fewer failures a judge is proved to catch, the more units a decision takes."""
    units = [find(CALIBRATED, path("p" * 900, calibration=replace(HELD, caught=k))).units for k in (100, 90, 70, 40)]
    assert units == sorted(set(units))  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (None, "No qualification of the judges was given; it takes 59 known-bad answers at least"),
        (replace(HELD, shown=0, caught=0), "No qualification of the judges was given"),
        (replace(HELD, shown=58, caught=58), "on 58 known-bad answers; 59 are needed, 1 more"),
        (replace(HELD, shown=1, caught=1), "on 1 known-bad answers; 59 are needed, 58 more"),
        (replace(HELD, shown=300, caught=0), "caught none of the 300 known-bad answers"),
    ],
)
@pytest.mark.parametrize("said_", ["p" * 300, "f" * 300])
def test_too_few_known_bad_answers_decide_nothing(held: Calibration | None, said: str, said_: str) -> None:
    """With fewer than 59 known-bad answers behind the judge, or none that it caught, nothing is decided; the number is named."""
    found = find(CALIBRATED, path(said_, calibration=held))
    assert found.verdict == "inconclusive"
    assert said in words(found)


QUALIFIED = Qualified(digest="sha256:1", made="2026-01-01", expires="2026-03-31", standing="valid")


@pytest.mark.parametrize(
    ("standing", "held", "said"),
    [
        ("expired", HELD, "holds from 2026-01-01 to 2026-03-31, not on the day of the plan"),
        ("other", HELD, "is of other judges, or of judges asked in another way"),
        ("expired", None, "holds from 2026-01-01 to 2026-03-31"),
        ("valid", replace(HELD, shown=0, caught=0), "on 0 known-bad answers; 59 are needed, 59 more"),
        ("valid", replace(HELD, shown=300, caught=0), "caught none of the 300 known-bad answers"),
    ],
)
@pytest.mark.parametrize("read", ["p" * 300, "f" * 300])
def test_a_qualification_that_does_not_hold_decides_nothing(
    standing: str, held: Calibration | None, said: str, read: str
) -> None:
    """Whatever a judge caught, a qualification that is expired or another's decides nothing, and the finding says which it is."""
    found = find(CALIBRATED, path(read, calibration=held, qualified=replace(QUALIFIED, standing=standing)))
    assert found.verdict == "inconclusive"
    assert said in words(found)
    assert all(reason.zh for reason in found.reasons)


@FEW
@given(
    st.text("pf", max_size=60), st.sampled_from([None, *(replace(QUALIFIED, standing=s) for s in ("expired", "other"))])
)
def test_an_audited_finding_needs_no_qualification(said: str, qualified: Qualified | None) -> None:
    """What people audit is decided alike, whatever qualification the judge has or lacks."""
    assert find(AUDITED, lossy(said, qualified=qualified)) == find(AUDITED, lossy(said))


def test_a_valid_qualification_lets_a_judge_be_read() -> None:
    """With a valid qualification and enough known-bad answers the requirement is decided."""
    found = find(CALIBRATED, path("p" * 300, calibration=HELD, qualified=QUALIFIED))
    assert found.verdict == "conditional"


def test_fifty_nine_are_enough() -> None:
    """59 of 59 known-bad answers caught are enough for a judge to be read."""
    held = replace(HELD, shown=59, caught=59)
    assert find(CALIBRATED, path("p" * 300, calibration=held)).verdict == "conditional"


def test_a_calibrated_fail_takes_the_flags_as_they_are() -> None:
    """Confirmed flags alone prove a FAIL, at the line itself: what the judge missed could only make it worse."""
    found = find(CALIBRATED, path("fff", calibration=HELD))
    assert (found.verdict, found.units) == ("fail", 3)
    direct = find(LINE, path("fff"))
    assert (found.for_fail, found.upper) == (direct.for_fail, direct.upper)


@FEW
@given(st.text("pf", min_size=1, max_size=60))
def test_a_calibrated_upper_bound_never_beats_the_judge(said: str) -> None:
    """Missed failures can only lower the rate, so the upper bound is that of the flags alone."""
    found = find(CALIBRATED, path(said, calibration=HELD))
    _, high = stats.bounds([float(one == "p") for one in said[: found.units]], CALIBRATED.beta, now=True)
    assert found.upper is not None
    assert high <= found.upper <= high + D("0.000002")


def test_a_calibrated_rate_counts_what_was_missed() -> None:
    """The printed rate takes the failures for caught at the proved catch rate only, so it is below the flagged one."""
    found = find(CALIBRATED, path("p" * 9 + "f", calibration=HELD))
    assert found.rate is not None
    assert D("0.85") < found.rate < D("0.9")


# -- words ------------------------------------------------------------------------------------------------------------


@FEW
@given(
    st.text("pfu", max_size=60),
    st.sampled_from([LINE, FLOOR, AUDITED, CALIBRATED, replace(CALIBRATED, floor=D("0.7"))]),
    st.sampled_from(["missing", "waiting", "ended"]),
    st.sampled_from([None, HELD]),
)
def test_every_finding_gives_its_reasons(
    said: str, requirement: Requirement, standing: str, held: Calibration | None
) -> None:
    """Whatever was found, the finding says why, in both languages, and counts the units that it read."""
    found = find(requirement, path(said, standing=standing, calibration=held))
    assert found.reasons
    assert all(reason.zh and reason.en for reason in found.reasons)
    assert found.units == found.good + found.bad + found.unscored <= len(said)


def test_a_pass_gives_its_evidence_and_its_bound() -> None:
    """A PASS is explained by its units, its evidence and its lower bound."""
    found = find(LINE, path("p" * 42))
    assert words(found) == (
        "After 42 units the evidence for at least 90 % stands at 21 to 1; the lower bound is 90.17 %."
    )


def test_a_fail_gives_its_evidence_and_its_bound() -> None:
    """A FAIL is explained by its units, its evidence and its upper bound."""
    assert words(find(LINE, path("fff"))) == (
        "After 3 units the evidence for less than 90 % stands at 23 to 1; the upper bound is 89.39 %."
    )


def test_certainty_is_said_without_a_number() -> None:
    """Where a full run leaves no doubt, the words do not invent a ratio."""
    assert "∞ to 1" in words(find(FULL, path("p" * 8, cells=10)))


# -- the chart before a run -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "rows"), [(1, 2), (8, 9), (500, 9)])
def test_a_chart_has_a_row_for_each_number_of_failures(most: int, rows: int) -> None:
    """The chart goes to 8 failures, or to as many as there are units."""
    assert [row.failures for row in sequential.chart(LINE, most, 1)] == list(range(rows))


def test_a_chart_leaves_out_what_the_cap_does_not_reach() -> None:
    """Where the cap is too small to pass with so many failures, the chart has no number."""
    assert [row.passes for row in sequential.chart(LINE, 70, 1)][:3] == [42, 66, None]


def test_a_floor_moves_the_fail_column_only() -> None:
    """With a floor, the chart's FAIL is one below the floor, and its PASS is as before."""
    plain, floored = sequential.chart(LINE, 200, 1), sequential.chart(replace(LINE, floor=D("0.7")), 200, 1)
    assert [row.passes for row in plain] == [row.passes for row in floored]
    assert all((b.fails or 0) <= (a.fails or 0) for a, b in zip(plain, floored, strict=True))


def test_a_full_runs_chart_is_shorter() -> None:
    """In a full run of 100 cells a flawless PASS takes fewer units than by fresh draws, and 20 failures are never needed."""
    drawn, full = (sequential.chart(LINE, 100, 1, bank)[0].passes for bank in (None, 100))
    assert drawn is not None and full is not None and full < drawn  # noqa: PT018 - one fact


# -- the path that is drawn -------------------------------------------------------------------------------------------


@FEW
@given(st.text("pf", min_size=1, max_size=60), st.sampled_from([LINE, FLOOR]))
def test_a_trace_ends_at_the_decision(said: str, requirement: Requirement) -> None:
    """The curves are as long as what was read, and end at the evidence of the finding."""
    drawn = sequential.trace(requirement, path(said), 1)
    found = find(requirement, path(said))
    assert drawn is not None
    assert {len(curve.ratios) for curve in drawn.curves} == {found.units}
    assert (drawn.curves[0].ratios[-1], drawn.curves[1].ratios[-1]) == (found.for_pass, found.for_fail)


def test_nothing_to_draw() -> None:
    """Without a unit, or with too few known-bad answers, there is no curve."""
    assert sequential.trace(LINE, path(""), 1) is None
    assert sequential.trace(CALIBRATED, path("p" * 9), 1) is None


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_lookout_decides_where_the_whole_path_does(data: st.DataObject) -> None:
    """Looking at new units alone finds every decision that looking at all of them finds, at the same look."""
    floor = data.draw(st.sampled_from([None, Decimal("0.8")]))
    asked = make_requirement(
        rule="evidence", line=Decimal("0.9"), cap=400, floor=floor, min_items=data.draw(st.integers(1, 60))
    )
    good = data.draw(st.sampled_from(["p", "pppppppf", "pf", "ppppppppppu", "f"]))
    letters = "".join(data.draw(st.lists(st.sampled_from(good), min_size=1, max_size=200)))
    scores = {"p": (Decimal(1), Decimal(1)), "f": (Decimal(0), Decimal(0)), "u": (Decimal(0), Decimal(1))}
    lookout, at = sequential.Lookout(asked, 1), 0
    while at < len(letters):
        at = min(len(letters), at + data.draw(st.integers(1, 40)))
        path = Path(
            worst=tuple(scores[letter][0] for letter in letters[:at]),
            best=tuple(scores[letter][1] for letter in letters[:at]),
            outcomes=letters[:at],
            ready=asked.min_items if at >= asked.min_items else 0,
            standing="missing",
        )
        assert lookout.look(path).grade == sequential.decision(asked, path, 1).grade
