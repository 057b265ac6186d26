"""Two runs are compared on the questions that they share, in the new run's order, and nothing is left out in silence."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import canon, compare
from evalcenter.compare import Comparison
from evalcenter.errors import InputError, PlanMismatch
from evalcenter.history import Run
from evalcenter.records import Criterion, Item, Message, Plan, Sampling, Scope, Stream, Verdict
from tests.factory import first_entry, make_grade, make_item, make_plan, make_requirement, make_standard

MARGIN = Decimal("0.02")
ITEMS = [make_item(n) for n in range(1, 7)]
FULL = make_requirement(rule="evidence", claim="full_run")


def made(plan: Plan, failed: Iterable[int] = (), *, lost: Iterable[int] = (), only: Iterable[int] | None = None) -> Run:
    """A run in which every position passed but those that `failed`, and those whose call was `lost`."""
    run = Run(Path("run"), plan, first_entry(plan))
    for at in range(len(plan.order)) if only is None else only:
        if at in set(lost):
            run.fail(at, "timeout")
        else:
            run.take(make_grade(plan, at, met=at not in set(failed)))
    return run


def sequence(items: Sequence[Item], order: Sequence[int], **changes: Any) -> Plan:
    """A plan of one evidence requirement that reads its positions in order."""
    stream = Stream(requirement="safety", positions=tuple(range(len(order))), bank=len(items), **changes)
    epochs = tuple(order[:at].count(index) for at, index in enumerate(order))
    return make_plan(items, standard=make_standard(FULL), order=tuple(order), epochs=epochs, streams=(stream,))


def against(old: Run, new: Run, margin: Decimal = MARGIN) -> Comparison:
    return compare.compare(old, new, margin)


def test_changes_are_named() -> None:
    """What passed before and fails now is a regression, the other way round a repair; the table counts all."""
    plan = make_plan(ITEMS)
    found = against(made(plan, [0, 1]), made(plan, [1, 2, 3]))
    assert [change.item for change in found.regressions] == [ITEMS[2].id, ITEMS[3].id]
    assert [change.item for change in found.repairs] == [ITEMS[0].id]
    counts = found.table
    assert (counts.both, counts.lost, counts.gained, counts.neither) == (2, 2, 1, 1)
    assert found.requirements[0].table == counts
    assert found.requirements[0].p == found.p == 1


def test_red_lines_come_first_and_sealed_items_tell_their_id_only() -> None:
    """A regression on a red line leads the list; a sealed item has no dimension."""
    items = [make_item(1, visibility="sealed"), make_item(2), make_item(3, red_line=True)]
    plan = make_plan(items)
    found = against(made(plan), made(plan, [0, 1, 2])).regressions
    assert [(change.item, change.dimension, change.red_line) for change in found] == [
        (items[2].id, "safety", True),
        (items[0].id, "", False),
        (items[1].id, "safety", False),
    ]


def test_samples_match_by_item_and_epoch_in_whatever_order() -> None:
    """The second call for an item is compared with the second one; the pairs come in the new run's order."""
    old, new = sequence(ITEMS, [0, 1, 0, 2]), sequence(ITEMS, [0, 0, 1])
    found = against(made(old, [2]), made(new, [0]))
    assert (found.matched, found.left_out) == (3, {"only in the old run": 1})
    assert [(change.item, change.epoch) for change in found.regressions] == [(ITEMS[0].id, 0)]
    assert [(change.item, change.epoch) for change in found.repairs] == [(ITEMS[0].id, 1)]
    assert "(safety, call 2)" in compare.words(found)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"prompt": (Message(role="user", content="另一个问题"),)}, "asked in other words"),
        ({"criteria": (Criterion(id="other", text="o", check={"number": {"target": 1}}),)}, "graded by another rubric"),
        ({"pass_line": Decimal("0.5")}, "graded by another rubric"),
    ],
)
def test_another_question_is_no_pair(changes: dict[str, Any], why: str) -> None:
    """A changed wording or rubric is left out, counted and named; tags and examples may change."""
    items = [replace(ITEMS[0], **changes), replace(ITEMS[1], tags=("new",)), *ITEMS[2:]]
    found = against(made(make_plan(ITEMS)), made(make_plan(items), [0]))
    assert (found.matched, found.left_out, found.regressions) == (5, {why: 1}, ())
    assert found.requirements[0].unmatched == 1
    assert why in compare.words(found)


def test_runs_that_share_nothing_are_refused() -> None:
    """Other items make no comparison; the error says what was found and what to do."""
    other = make_plan([make_item(9)])
    with pytest.raises(PlanMismatch, match="1 only in the new run, 6 only in the old run"):
        against(made(make_plan(ITEMS)), made(other))
    with pytest.raises(PlanMismatch, match="none has any outcome"):
        against(made(make_plan(ITEMS), only=()), made(make_plan(ITEMS), only=()))


@pytest.mark.parametrize("margin", ["1", "-0.1"])
def test_a_margin_beyond_its_range_is_refused(margin: str) -> None:
    """The margin is a share below 1."""
    plan = make_plan(ITEMS)
    with pytest.raises(InputError, match="margin"):
        against(made(plan), made(plan), Decimal(margin))


def test_a_lost_call_counts_against_both_claims() -> None:
    """A call that failed for good is a pair without an outcome: it is said, and widens the bounds."""
    plan = make_plan(ITEMS)
    whole, torn = against(made(plan), made(plan)), against(made(plan), made(plan, lost=[4]))
    assert torn.table.unscored == 1
    assert any("lack an outcome" in note for note in torn.notes)
    bounds, wider = whole.requirements[0].difference, torn.requirements[0].difference
    assert bounds is not None
    assert wider is not None
    assert wider.lower < bounds.lower


def test_reading_stops_at_the_first_gap() -> None:
    """An answer beyond a position without an outcome came in early; it is read in neither run."""
    plan = sequence(ITEMS, range(6), cells=6)
    early = made(plan, only=[0, 1, 2, 4, 5])
    assert against(early, made(plan)).matched == 3
    assert against(made(plan), early).matched == 3


def test_a_census_is_read_past_a_gap_and_never_judged() -> None:
    """Of a red-line census every outcome counts, and no margin makes one more violation acceptable."""
    items = [make_item(n, red_line=True) for n in range(1, 5)]
    red = make_requirement(measure="violations", rule="zero", line=Decimal(1), scope=Scope(red_line=True))
    plan = make_plan(items, standard=make_standard(red))
    found = against(made(plan), made(plan, [3], only=[0, 2, 3]))
    assert (found.matched, found.requirements[0].table.lost) == (3, 1)
    assert (found.requirements[0].judgement, found.requirements[0].difference) == (None, None)
    assert found.answer == "open"
    assert "a census" in compare.words(found)
    assert "RED LINE" in compare.words(found)


def test_a_set_is_one_pair() -> None:
    """The cells of a set make one unit, which passes when every member does."""
    plan = sequence(ITEMS, range(6), widths=(2, 2, 2), cells=3)
    counts = against(made(plan), made(plan, [0, 1, 4], lost=[2])).requirements[0].table
    assert (counts.both, counts.lost, counts.unscored) == (0, 2, 1)


def test_a_full_run_of_both_is_certain() -> None:
    """Where both runs read every cell without a gap, the difference is known and its bounds meet."""
    items = [make_item(n) for n in range(1, 61)]
    plan = sequence(items, range(60), cells=60)
    found = against(made(plan), made(plan, [7])).requirements[0]
    assert found.judgement is not None
    assert found.difference is not None
    assert found.judgement.answer == "not_worse"
    assert found.difference.upper - found.difference.lower < Decimal("0.0001")


def test_a_gap_between_the_pairs_makes_it_no_full_run() -> None:
    """With a changed question among them the pairs are read as independent draws, which proves less."""
    items = [make_item(n) for n in range(1, 61)]
    other = [replace(items[0], prompt=(Message(role="user", content="改"),)), *items[1:]]
    new = sequence(other, range(60), cells=60)
    found = against(made(sequence(items, range(60), cells=60)), made(new)).requirements[0]
    assert found.judgement is not None
    assert found.judgement.answer == "open"


def test_only_what_the_old_run_read_for_the_same_requirement_counts() -> None:
    """Two requirements that share cells keep their own prefixes, so that one's stop never lends pairs to the other."""
    requirements = (FULL, replace(FULL, id="other"))
    first = Stream(requirement="safety", positions=(0, 1, 2), bank=3, cells=3)
    second = Stream(requirement="other", positions=(2, 1, 0), bank=3, cells=3)
    plan = make_plan(ITEMS[:3], standard=make_standard(*requirements), order=(0, 1, 2), streams=(first, second))
    found = against(made(plan, only=[0, 1]), made(plan))
    assert [one.table.pairs for one in found.requirements] == [2, 0]


def test_over_all_it_takes_every_requirement() -> None:
    """Not worse means not worse in each; worse means proved in one, allowing for their number; else it is open."""
    items = [make_item(n) for n in range(1, 101)]
    halves = [Scope(), Scope(langs=("zh",))]
    wanted = tuple(replace(FULL, id=f"r{n}", scope=scope) for n, scope in enumerate(halves))
    streams = (
        Stream(requirement="r0", positions=tuple(range(50)), bank=50, cells=50),
        Stream(requirement="r1", positions=tuple(range(50, 100)), bank=50, cells=50),
    )
    plan = make_plan(items, standard=make_standard(*wanted), streams=streams)
    before = made(plan)
    assert against(before, made(plan)).answer == "not_worse"
    assert against(before, made(plan, range(30))).answer == "worse"
    assert against(before, made(plan, lost=range(30))).answer == "open"


@pytest.mark.parametrize(
    ("lost", "alone", "among"), [(10, "open", "open"), (18, "worse", "open"), (30, "worse", "worse")]
)
def test_one_of_many_must_be_proved_more_clearly(lost: int, alone: str, among: str) -> None:
    """What is proved of one requirement at 20 to 1 is proved of ten together only at 200 to 1."""
    items = [make_item(n) for n in range(1, 101)]
    for count, answer in ((1, alone), (10, among)):
        wanted = [replace(FULL, id=f"r{n}", claim="expected") for n in range(count)]
        streams = [Stream(requirement=one.id, positions=tuple(range(100)), bank=100) for one in wanted[:1]]
        streams += [Stream(requirement=one.id, positions=(99,), bank=1) for one in wanted[1:]]
        plan = make_plan(items, standard=make_standard(*wanted), streams=tuple(streams))
        assert against(made(plan), made(plan, range(lost))).answer == answer


def test_what_else_differs_is_said() -> None:
    """Standard, seed, graders, sampling and the candidate's name: whatever could explain a change stands beside it."""
    plan = make_plan(ITEMS)
    other = make_plan(
        ITEMS,
        standard=make_standard(version="2"),
        seed="another",
        plugins=(replace(plan.plugins[0], version="2"),),
        candidate=replace(plan.candidate, sampling=Sampling(max_tokens=9)),
    )
    said = " ".join(against(made(plan), made(other)).notes)
    for word in (
        "different standards",
        "different seeds",
        "(number)",
        "sampled",
        "same candidate",
        "old run has no verdict",
    ):
        assert word in said


def test_a_decided_run_needs_no_excuse() -> None:
    """With a verdict on both sides and another candidate nothing is noted."""
    plan = make_plan(ITEMS)
    old, new = made(plan), made(make_plan(ITEMS, candidate=replace(plan.candidate, name="Other")))
    old.verdict = new.verdict = Verdict(outcome="pass", findings=(), reasons=())
    found = against(old, new)
    assert found.notes == ()
    assert found.old["verdict"] == "pass"


def test_it_is_told_in_words_and_for_machines() -> None:
    """The words give the table, the difference in points and the answer; the record has a canonical spelling."""
    items = [make_item(n) for n in range(1, 61)]
    plan = sequence(items, range(60), cells=60)
    found = against(made(plan), made(plan, range(12)))
    said = compare.words(found)
    assert "60 pairs: 48 passed both times, 12 only before, 0 only now, 0 never; McNemar p = 0.000488" in said
    assert "new minus old: -20.0 points" in said
    assert "proved: worse by more than 2 points" in said
    assert "passed before, failed now: 12" in said
    assert canon.decode(canon.encode(found))["answer"] == "worse"


def test_nothing_observed_is_said_so() -> None:
    """Pairs without any outcome have no observed difference."""
    plan = make_plan(ITEMS)
    assert "none observed" in compare.words(against(made(plan), made(plan, lost=range(6))))
