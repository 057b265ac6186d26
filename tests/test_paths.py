"""A path follows the plan, drops nothing, and lets no judge's word decide."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import paths, scoring
from evalcenter.paths import Known
from evalcenter.records import (
    Calibration,
    Criterion,
    Grade,
    Mark,
    Panel,
    Path,
    Plan,
    Qualified,
    Requirement,
    Result,
    Stream,
    Text,
)
from tests.factory import make_item, make_plan, make_requirement, make_standard, results

WHY = Text(zh="因", en="because")
DIRECT = make_requirement(rule="evidence", cap=100)
AUDITED = replace(DIRECT, grading="audited", audit_rate=Decimal("0.25"))
CALIBRATED = replace(DIRECT, grading="calibrated")
GRADINGS = [DIRECT, AUDITED, CALIBRATED]
STATES = {"p": "met", "f": "not_met", "?": "unjudged", "…": "pending"}


def setting(requirement: Requirement, count: int, **stream: object) -> Plan:
    """A plan of `count` different questions, one a unit, in their order."""
    held = Stream(requirement="safety", positions=tuple(range(count)), bank=count, **stream)  # type: ignore[arg-type]
    return make_plan(
        [make_item(n) for n in range(count)], standard=make_standard(requirement), streams=(held,), census=0
    )


def graded(plan: Plan, position: int, mark: str, by: str = "graders", state: str = "complete") -> Grade:
    """The grade of one position in which every criterion has the same mark: p, f, ? or …."""
    item = plan.items[plan.order[position]]
    marks = [Mark(criterion=c.id, state=STATES[mark], reason=WHY) for c in item.criteria]  # type: ignore[arg-type]
    return scoring.grade(item, position, state, marks, by)  # type: ignore[arg-type]


def known(plan: Plan, said: str, judged: str = "", by: str = "graders") -> Known:
    """What is known of the first positions: p, f, ? or … (a grade), t (truncated), x (failed for good), - (nothing)."""
    grades = {at: graded(plan, at, one, by) for at, one in enumerate(said) if one in STATES}
    grades |= {at: graded(plan, at, "p", by, "truncated") for at, one in enumerate(said) if one == "t"}
    return Known(
        grades=results(grades),
        judged={
            at: Result.of(graded(plan, at, one, "judge:j"))
            for at, one in enumerate(judged[: len(said)])
            if one in STATES
        },
        failed={at: "timeout" for at, one in enumerate(said) if one == "x"},
    )


def walked(requirement: Requirement, said: str, judged: str = "", count: int | None = None, **stream: object) -> Path:
    plan = setting(requirement, len(said) if count is None else count, **stream)
    return paths.walk(plan, requirement, plan.streams[0], known(plan, said, judged))


# -- the order of the plan --------------------------------------------------------------------------------------------


def begins(short: Path, long: Path) -> bool:
    n = len(short.worst)
    return (short.worst, short.best, short.outcomes) == (long.worst[:n], long.best[:n], long.outcomes[:n])


@given(st.text("pftx?", min_size=1, max_size=12), st.data(), st.sampled_from(GRADINGS), st.text("01", min_size=12))
def test_the_order_of_arrival_never_matters(
    said: str, data: st.DataObject, requirement: Requirement, coins: str
) -> None:
    """Whichever answers have come, the path is a beginning of the full one, up to the first that has not."""
    arrived = data.draw(st.sets(st.integers(0, len(said) - 1)))
    judged = data.draw(st.text("pf-", min_size=len(said), max_size=len(said)))
    full = walked(requirement, said, judged, coins=coins)
    some = "".join(one if at in arrived else "-" for at, one in enumerate(said))
    part = walked(requirement, some, judged, coins=coins)
    assert begins(part, full)
    assert len(part.worst) == next((at for at in range(len(said)) if at not in arrived), len(said))


@given(st.text("pf…-", min_size=1, max_size=12), st.text("pf-", max_size=12), st.text("01", min_size=12))
def test_knowing_more_only_lengthens_a_direct_path(said: str, more: str, coins: str) -> None:
    """An answer that comes, or that a person reads, never changes what the path held before."""
    later = "".join(new if old in "…-" else old for old, new in zip(said, more.ljust(len(said), "-"), strict=False))
    assert begins(walked(DIRECT, said, coins=coins), walked(DIRECT, later, coins=coins))


@given(st.permutations(range(6)), st.text("pf", min_size=6, max_size=6))
def test_units_are_read_in_the_order_of_the_stream(order: list[int], said: str) -> None:
    """The path follows the stream's own order, whatever the positions are."""
    plan = setting(DIRECT, 6)
    stream = replace(plan.streams[0], positions=tuple(order))
    assert paths.walk(plan, DIRECT, stream, known(plan, said)).outcomes == "".join(said[p] for p in order)


@pytest.mark.parametrize("requirement", GRADINGS)
@pytest.mark.parametrize(
    ("said", "outcomes", "standing"),
    [
        ("", "", "ended"),
        ("-", "", "missing"),
        ("pp-pp", "pp", "missing"),
        ("pf…pp", "pf", "waiting"),
        ("…", "", "waiting"),
        ("-…", "", "missing"),
        ("pfp", "pfp", "ended"),
    ],
)
def test_a_path_stands_still_before_what_is_not_known(
    requirement: Requirement, said: str, outcomes: str, standing: str
) -> None:
    """A path ends before an answer that is missing or waits for a person, and says which."""
    found = walked(requirement, said)
    assert (found.outcomes, found.standing) == (outcomes, standing)


@pytest.mark.parametrize(
    ("said", "min_items", "ready"),
    [("ppp", 1, 1), ("ppp", 3, 3), ("ppp", 4, 0), ("xxp", 1, 3), ("xpf", 2, 3), ("", 1, 0), ("fff", 2, 2)],
)
def test_a_path_is_ready_once_enough_items_are_scored(said: str, min_items: int, ready: int) -> None:
    """Only scored items count towards the minimum, good or bad."""
    assert ready == walked(replace(DIRECT, min_items=min_items), said).ready


def test_an_item_drawn_twice_counts_once() -> None:
    """The minimum is one of distinct items, however often they were drawn."""
    plan = replace(setting(DIRECT, 4), order=(0, 0, 0, 1), epochs=(0, 1, 2, 0))
    held = replace(DIRECT, min_items=2)
    assert paths.walk(plan, held, plan.streams[0], known(plan, "pppp")).ready == 4


def test_a_full_run_hands_on_its_length() -> None:
    """The path carries the number of cells of its full run."""
    assert walked(DIRECT, "pp", cells=7).cells == 7


def test_a_path_finds_its_own_calibration() -> None:
    """The path carries the calibration of its requirement, and of no other."""
    ours, other = (Calibration(requirement=name, shown=70, caught=60, source="s") for name in ("safety", "other"))
    plan = replace(setting(CALIBRATED, 1), calibrations=(other, ours))
    assert paths.walk(plan, CALIBRATED, plan.streams[0], known(plan, "p")).calibration == ours
    plan = replace(plan, calibrations=(other,))
    assert paths.walk(plan, CALIBRATED, plan.streams[0], known(plan, "p")).calibration is None


def test_a_path_knows_how_its_judges_are_qualified() -> None:
    """The path carries what the plan says of its panel's qualification."""
    qualified = Qualified(digest="sha256:1", made="2026-01-01", expires="2026-03-31", standing="expired")
    plan = setting(CALIBRATED, 1)
    assert paths.walk(plan, CALIBRATED, plan.streams[0], known(plan, "p")).qualified is None
    plan = replace(plan, panel=Panel(judges=(), qualification=qualified))
    assert paths.walk(plan, CALIBRATED, plan.streams[0], known(plan, "p")).qualified == qualified


# -- direct -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "worst", "best", "outcome"),
    [("p", 1, 1, "p"), ("f", 0, 0, "f"), ("x", 0, 1, "u"), ("t", 0, 1, "u"), ("?", 0, 1, "u")],
)
def test_what_is_not_known_counts_both_ways(said: str, worst: int, best: int, outcome: str) -> None:
    """A failed call, a truncated answer and one that can't be marked are 0 against the candidate and 1 in its favour."""
    found = walked(DIRECT, said)
    assert (found.worst, found.best, found.outcomes) == ((worst,), (best,), outcome)


@given(
    st.text("pftx?", max_size=15), st.sampled_from(GRADINGS), st.text("pf-", max_size=15), st.text("01", min_size=15)
)
def test_nothing_is_dropped(said: str, requirement: Requirement, judged: str, coins: str) -> None:
    """Every unit that has an answer, or never will, has a score on the path, worst at most best, both from 0 to 1."""
    found = walked(requirement, said, judged, coins=coins)
    assert len(found.worst) == len(found.best) == len(found.outcomes) == len(said)
    assert all(0 <= low <= high <= 1 for low, high in zip(found.worst, found.best, strict=True))


@pytest.mark.parametrize("judged", ["p", "f"])
def test_a_judge_alone_never_decides(judged: str) -> None:
    """Under direct grading an answer that only a judge marked waits for a person."""
    found = walked(DIRECT, "…", judged)
    assert (found.worst, found.standing) == ((), "waiting")


@pytest.mark.parametrize("judged", ["p", "f"])
def test_a_judge_alone_is_no_answer(judged: str) -> None:
    """A judge's grade of an answer that nobody else graded leaves it missing, whatever the grading."""
    assert {walked(requirement, "-", judged).standing for requirement in GRADINGS} == {"missing"}


@given(st.text("pftx…-", max_size=8), st.text("pf?…-", max_size=8))
def test_a_direct_path_is_blind_to_the_judge(said: str, judged: str) -> None:
    """No judge's mark changes a direct path."""
    assert walked(DIRECT, said, judged) == walked(DIRECT, said)


@pytest.mark.parametrize(
    ("requirement", "said", "judged", "coin", "expected"),
    [
        (DIRECT, "…", "p", "0", True),
        (DIRECT, "p", "", "0", False),
        (DIRECT, "-", "", "0", False),
        (AUDITED, "…", "p", "0", False),
        (AUDITED, "…", "p", "1", True),
        (AUDITED, "…", "f", "0", True),
        (AUDITED, "…", "-", "0", True),
        (CALIBRATED, "…", "p", "1", False),
        (CALIBRATED, "…", "f", "0", True),
    ],
)
def test_who_is_sent_to_a_person(
    requirement: Requirement, said: str, judged: str, coin: str, *, expected: bool
) -> None:
    """A score hangs on a person where grading is direct, where the judge did not pass, and where the audit's coin says so."""
    plan = setting(requirement, 1, coins=coin)
    assert expected == paths.waits(plan, requirement, known(plan, said, judged), 0, coin=coin == "1")


# -- sets -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "worst", "best", "outcome"),
    [
        ("ppp", 1, 1, "p"),
        ("ppf", 0, 0, "f"),
        ("ppx", 0, 1, "u"),
        ("fxp", 0, 0, "f"),
        ("tpp", 0, 1, "u"),
    ],
)
def test_a_set_passes_when_every_member_passes(said: str, worst: int, best: int, outcome: str) -> None:
    """One member that failed settles a set; one that is unknown leaves it unknown."""
    found = walked(replace(DIRECT, unit="set"), said, widths=(3,))
    assert (found.worst, found.best, found.outcomes) == ((worst,), (best,), outcome)


@pytest.mark.parametrize(
    ("said", "outcomes", "standing"),
    [("pp-p", "", "missing"), ("ppf-", "f", "missing"), ("pp…p", "", "waiting"), ("-…pp", "", "missing")],
)
def test_a_set_waits_for_its_members(said: str, outcomes: str, standing: str) -> None:
    """A set is read once all of its members are known."""
    found = walked(replace(DIRECT, unit="set"), said, widths=(3, 1))
    assert (found.outcomes, found.standing) == (outcomes, standing)


def test_units_are_cut_by_their_widths() -> None:
    """The positions of a stream fall into units of the given widths, or of one each."""
    stream = Stream(requirement="r", positions=(5, 3, 4, 0, 1), bank=5)
    assert list(paths.units(replace(stream, widths=(2, 1, 2)))) == [(5, 3), (4,), (0, 1)]
    assert list(paths.units(stream)) == [(5,), (3,), (4,), (0,), (1,)]


# -- points -----------------------------------------------------------------------------------------------------------


def points(*marks: str, points_: tuple[int, ...] = (1, 1, 1), critical: bool = False, state: str = "complete") -> Path:
    """The path of one answer under the measure "points"."""
    criteria = tuple(
        Criterion(id=str(n), text="c", check={"mentions": {}}, points=p, critical=critical and n == 0)
        for n, p in enumerate(points_)
    )
    item = make_item(criteria=criteria)
    held = replace(DIRECT, measure="points")
    plan = make_plan([item], standard=make_standard(held), census=0)
    said = [Mark(criterion=str(n), state=STATES[m], reason=WHY) for n, m in enumerate(marks)]  # type: ignore[arg-type]
    grade = scoring.grade(item, 0, state, said, "graders")  # type: ignore[arg-type]
    return paths.walk(plan, held, plan.streams[0], Known(grades=results({0: grade}), judged={}, failed={}))


@pytest.mark.parametrize(
    ("marks", "share"),
    [("ppp", "1"), ("ppf", "0.666667"), ("pff", "0.333333"), ("fff", "0")],
)
def test_points_are_shares(marks: str, share: str) -> None:
    """The measure "points" scores the share of the possible points, to six digits."""
    found = points(*marks)
    assert found.worst == found.best == (Decimal(share),)


def test_a_share_is_never_below_zero() -> None:
    """Points that were lost beyond what was earned leave a share of 0."""
    assert points("p", "p", "f", points_=(1, -5, 3)).worst == (Decimal(0),)


def test_a_failed_critical_criterion_earns_no_points() -> None:
    """Whatever else was earned, a critical criterion that failed leaves a share of 0."""
    assert points("f", "p", "p", critical=True).worst == (Decimal(0),)


def test_an_unscored_answer_has_any_share() -> None:
    """A truncated answer may have earned anything from nothing to all."""
    found = points("p", "p", "f", state="truncated")
    assert (found.worst, found.best, found.outcomes) == ((0,), (1,), "u")


# -- other measures ---------------------------------------------------------------------------------------------------


def test_refusal_is_read_from_its_own_criteria() -> None:
    """The measure "refusal" scores a wrong answer that did not refuse as its grader says."""
    criteria = tuple(Criterion(id=n, text="c", check={check: {}}) for n, check in (("a", "refusal"), ("b", "mentions")))
    held = replace(DIRECT, measure="refusal")
    item = make_item(criteria=criteria)
    plan = make_plan([item], standard=make_standard(held), census=0)
    marks = [Mark(criterion="a", state="met", reason=WHY), Mark(criterion="b", state="not_met", reason=WHY)]
    grade = scoring.grade(item, 0, "complete", marks, "graders")
    assert grade.outcome == "fail"
    assert (
        paths.walk(plan, held, plan.streams[0], Known(grades=results({0: grade}), judged={}, failed={})).outcomes == "p"
    )


# -- under a judge ----------------------------------------------------------------------------------------------------

A = Decimal("0.25")
AUDIT_TABLE = {
    # (judge, coin, person): (worst, best, outcome); None: the answer waits for a person
    ("p", 0, "-"): (1, 1, "p"),
    ("p", 1, "-"): None,
    ("f", 0, "-"): None,
    ("f", 1, "-"): None,
    ("-", 0, "-"): None,
    ("-", 1, "-"): None,
    ("p", 1, "p"): (1, 1, "p"),
    ("p", 1, "f"): (0, 0, "f"),
    ("f", 0, "p"): (1, 1, "p"),
    ("f", 0, "f"): (1 - A, 1 - A, "f"),
    ("f", 1, "p"): (1, 1, "p"),
    ("f", 1, "f"): (1 - A, 1 - A, "f"),
    ("-", 0, "p"): (1, 1, "p"),
    ("-", 0, "f"): (1 - A, 1 - A, "f"),
    ("-", 1, "p"): (1, 1, "p"),
    ("-", 1, "f"): (1 - A, 1 - A, "f"),
    ("p", 0, "p"): (1, 1, "p"),
    ("p", 0, "f"): (0, 1, "f"),  # a person looked unasked
}
CALIBRATED_TABLE = {
    ("p", 0, "-"): (1, 1, "p"),
    ("p", 1, "-"): (1, 1, "p"),
    ("f", 0, "-"): None,
    ("-", 0, "-"): None,
    ("f", 0, "p"): (1, 1, "p"),
    ("f", 0, "f"): (0, 0, "f"),
    ("-", 0, "p"): (1, 1, "p"),
    ("-", 0, "f"): (0, 0, "f"),
    ("p", 0, "p"): (1, 1, "p"),
    ("p", 0, "f"): (0, 1, "f"),
}


@cache
def scored(requirement: Requirement, judge: str, coin: int, person: str) -> tuple[object, ...] | None:
    """The score of an answer that the machine leaves to a judge, which a person has read unless `person` is -."""
    plan = setting(requirement, 1, coins=str(coin))
    held = known(plan, "…" if person == "-" else person, judge, by="graders" if person == "-" else "person:p")
    found = paths.walk(plan, requirement, plan.streams[0], held)
    if found.standing == "waiting":
        return None
    return found.worst[0], found.best[0], found.outcomes


def test_the_audit_table_is_complete() -> None:
    """Every combination of judge, coin and person has its row."""
    assert set(AUDIT_TABLE) == set(product("pf-", (0, 1), "pf-"))


@pytest.mark.parametrize(("case", "expected"), AUDIT_TABLE.items())
def test_audited_scores(case: tuple[str, int, str], expected: tuple[object, ...] | None) -> None:
    """A confirmed flag loses the audit rate, a failure that the coin found loses 1, and nothing is scored before it is read."""
    assert expected == scored(AUDITED, *case)


@pytest.mark.parametrize(("case", "expected"), CALIBRATED_TABLE.items())
def test_calibrated_scores(case: tuple[str, int, str], expected: tuple[object, ...] | None) -> None:
    """Calibrated, a confirmed flag loses 1 and what the judge passed loses nothing."""
    assert expected == scored(CALIBRATED, *case)


@pytest.mark.parametrize("requirement", [AUDITED, CALIBRATED])
def test_what_the_machine_settles_asks_no_judge(requirement: Requirement) -> None:
    """An answer that needs no judge is scored at once: a pass loses nothing, a failure what a confirmed flag loses."""
    loss = A if requirement.grading == "audited" else 1
    assert walked(requirement, "pf").worst == (1, 1 - loss)


@pytest.mark.parametrize(("requirement", "worst"), [(AUDITED, 1 - A), (CALIBRATED, 0)])
@pytest.mark.parametrize("said", ["x", "t", "?"])
def test_unknown_under_a_judge_counts_both_ways(requirement: Requirement, said: str, worst: Decimal) -> None:
    """A failed call or an answer that can't be scored loses as much as a confirmed flag, and nothing in the candidate's favour."""
    found = walked(requirement, said, coins="1")
    assert (found.worst, found.best, found.outcomes) == ((worst,), (1,), "u")


RATES = (Fraction(0), Fraction(1, 10), Fraction(2, 5), Fraction(17, 20), Fraction(1))


def mean_loss(
    requirement: Requirement, p: Fraction, sensitivity: Fraction, catch: Fraction, nothing: Fraction
) -> Fraction:
    """The mean of one minus the score, over the truth, the judge and the coin, where a person reads what the plan asks for.

    The judge passes a good answer with probability `sensitivity`, flags a bad one with `catch`, and says nothing with `nothing`.
    """
    a = Fraction(requirement.audit_rate)
    total = Fraction(0)
    for truth, judge, coin in product("pf", "pf-", (0, 1)):
        passes = sensitivity if truth == "p" else 1 - catch
        said = nothing if judge == "-" else (1 - nothing) * (passes if judge == "p" else 1 - passes)
        found = scored(requirement, judge, coin, "-") or scored(requirement, judge, coin, truth)
        assert found is not None
        total += (p if truth == "p" else 1 - p) * said * (a if coin else 1 - a) * (1 - Fraction(found[0]))  # type: ignore[arg-type]
    return total


@pytest.mark.parametrize("sensitivity", RATES)
@pytest.mark.parametrize("catch", RATES)
@pytest.mark.parametrize("rate", ["0.5", "0.25", "1"])
def test_the_audited_loss_is_known_whatever_the_judge_is(sensitivity: Fraction, catch: Fraction, rate: str) -> None:
    """The mean loss is a (1 - p) to the fraction, for every judge, even one that says nothing, or always the opposite."""
    held = replace(AUDITED, audit_rate=Decimal(rate))
    for p in (Fraction(9, 10), Fraction(1, 3)):
        for nothing in (Fraction(0), Fraction(1, 7)):
            assert Fraction(rate) * (1 - p) == mean_loss(held, p, sensitivity, catch, nothing)


@pytest.mark.parametrize("sensitivity", RATES)
@pytest.mark.parametrize("catch", RATES)
def test_the_calibrated_loss_is_what_the_judge_catches(sensitivity: Fraction, catch: Fraction) -> None:
    """Calibrated, the mean loss is the catch rate times (1 - p), however many good answers the judge flags."""
    p = Fraction(9, 10)
    assert catch * (1 - p) == mean_loss(CALIBRATED, p, sensitivity, catch, Fraction(0))


@given(st.sampled_from([AUDITED, CALIBRATED]), st.sampled_from("pf-"), st.integers(0, 1))
def test_a_person_who_looks_unasked_helps_no_pass(requirement: Requirement, judge: str, coin: int) -> None:
    """A person's failing mark never scores better against the candidate than no mark at all would."""
    found = scored(requirement, judge, coin, "f")
    unread = scored(requirement, judge, coin, "-")
    assert found is not None
    assert unread is None or found[0] < unread[0]  # type: ignore[operator]


def test_a_coin_found_unknown_loses_as_much_as_a_coin_found_failure() -> None:
    """What a judge passed, the coin sent to a person, and nobody could mark, loses 1: else its mean would fall below a (1 - p)."""
    criteria = tuple(Criterion(id=n, text="c", check={"mentions": {}}) for n in "ab")
    item = make_item(criteria=criteria, pass_line=Decimal("0.5"))
    plan = make_plan(
        [item],
        standard=make_standard(AUDITED),
        census=0,
        streams=(Stream(requirement="safety", positions=(0,), bank=1, coins="1"),),
    )

    def half(judged: str, by: str) -> Grade:
        marks = [Mark(criterion=n, state=STATES[s], reason=WHY) for n, s in zip("ab", f"{judged}?", strict=True)]  # type: ignore[arg-type]
        return scoring.grade(item, 0, "complete", marks, by)

    held = Known(grades=results({0: half("f", "person:p")}), judged=results({0: half("p", "judge:j")}), failed={})
    found = paths.walk(plan, AUDITED, plan.streams[0], held)
    assert (found.worst, found.best, found.outcomes) == ((0,), (1,), "u")
