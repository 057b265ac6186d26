"""Submissions and attempts: no vendor resubmits until luck passes it, and whoever evaluated does not decide."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.errors import InputError, NotAllowed
from evalcenter.register import duties, streams, tables
from evalcenter.register.book import Book, check
from tests.factory import DIGEST, make_standard
from tests.register import desk
from tests.register.desk import BOTH, DECIDER, EVALUATOR, REGISTRAR, by


@pytest.fixture
def held(tmp_path: Path) -> Book:
    return desk.opened(tmp_path / "r.db")


# -- submissions ------------------------------------------------------------------------------------------------------


def test_a_retry_is_the_same_submission(held: Book) -> None:
    """The same version, bank and standard, submitted again, is found and not made."""
    first = desk.submitted(held)
    again = desk.submitted(held)
    assert (first.rank, first.known) == (1, False)
    assert again == streams.Submitted(number=first.number, rank=1, known=True)


def test_a_new_version_takes_the_next_rank(held: Book) -> None:
    """And so does another model of the same vendor: a name is not another chance."""
    assert [desk.submitted(held, version).rank for version in ("1.0", "1.1", "2.0")] == [1, 2, 3]


def test_another_bank_takes_the_next_rank(held: Book) -> None:
    """New questions are another chance to pass by luck."""
    first = desk.submitted(held)
    other = streams.Bank(id="medical", version="2", digest=DIGEST)
    again = streams.submit(held, 1, [other], make_standard(), by(REGISTRAR))
    assert (again.number == first.number, again.rank) == (False, 2)


def test_another_standard_has_ranks_of_its_own(held: Book) -> None:
    """The guarantee is for each standard; its versions share one."""
    desk.submitted(held)
    assert desk.submitted(held, standard=make_standard(id="other")).rank == 1
    assert desk.submitted(held, standard=make_standard(version="2")).rank == 2


def test_a_replaced_standard_takes_no_submission(held: Book) -> None:
    """What is in force is named."""
    duties.standard_replaced(held, "example", "1", "2", by(REGISTRAR))
    with pytest.raises(NotAllowed, match="replaced by 2"):
        desk.submitted(held)


# -- attempts ---------------------------------------------------------------------------------------------------------


def test_an_attempt_counts_before_its_first_question(held: Book) -> None:
    """One that never ended stands there, and has to go on."""
    made = desk.submitted(held)
    plan = desk.planned()
    begun = streams.begin(held, made.number, desk.running(plan), by(EVALUATOR))
    assert (begun.number, begun.rank) == (1, 1)
    turn, rank = streams.turn(held, made.number)
    assert (turn.kind, turn.number, rank) == ("resume", 1, 1)


def test_a_second_fresh_run_is_refused(held: Book) -> None:
    """Neither beside an attempt that has not ended nor after one that failed is anything asked anew."""
    made = desk.submitted(held)
    ran = desk.running(desk.planned())
    streams.begin(held, made.number, ran, by(EVALUATOR))
    with pytest.raises(NotAllowed, match="has not ended"):
        streams.begin(held, made.number, desk.running(desk.planned(seed="luckier")), by(EVALUATOR))
    streams.end(held, desk.end(ran.plan, "fail"), by(EVALUATOR))
    with pytest.raises(NotAllowed, match="carry it on"):
        streams.begin(held, made.number, desk.running(desk.planned(seed="luckier")), by(EVALUATOR))


def test_a_run_that_goes_on_is_the_same_attempt(held: Book) -> None:
    """Resuming adds no attempt."""
    made = desk.submitted(held)
    ran = desk.running(desk.planned())
    begun = [streams.begin(held, made.number, ran, by(EVALUATOR)) for _ in range(3)]
    assert {one.number for one in begun} == {1}
    with held.read() as pages:
        assert len(pages.all(tables.attempts)) == 1


def test_an_attempt_that_carries_on_is_the_next(held: Book) -> None:
    """It continues the last one, and no earlier one goes on beside it."""
    made = desk.submitted(held)
    first = desk.attempted(held, made, "inconclusive")
    begun = streams.begin(held, made.number, desk.running(first.plan, first.plan), by(EVALUATOR))
    assert begun.number == 2
    with pytest.raises(NotAllowed, match="carried on by a later one"):
        streams.begin(held, made.number, desk.running(first.plan), by(EVALUATOR))


def test_another_seed_carries_nothing_on(held: Book) -> None:
    """A plan that says it continues, with a seed of its own, is refused."""
    made = desk.submitted(held)
    first = desk.attempted(held, made, "inconclusive")
    other = desk.running(desk.planned(seed="other"), first.plan)
    with pytest.raises(NotAllowed, match="keeps their seed"):
        streams.begin(
            held,
            made.number,
            type(other)(plan=other.plan, digest=other.digest, folder="r", continues=desk.running(first.plan).digest),
            by(EVALUATOR),
        )


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"version": "9"}, "model"),
        ({"rank": 2}, "version rank"),
        ({"rank": 0}, "version rank"),
        ({"standard": make_standard(version="7")}, "standard"),
        ({"suites": ()}, "bank"),
    ],
)
def test_a_plan_that_is_not_the_submission_s_is_refused(held: Book, changes: dict[str, object], what: str) -> None:
    """Another model, rank, standard or bank is no attempt of this submission."""
    made = desk.submitted(held)
    with pytest.raises(NotAllowed, match=f"another {what}"):
        streams.begin(held, made.number, desk.running(desk.planned(**changes)), by(EVALUATOR))  # type: ignore[arg-type]


def test_only_an_evaluator_makes_attempts(held: Book) -> None:
    """Who decides does not ask."""
    made = desk.submitted(held)
    with pytest.raises(NotAllowed, match="no evaluator"):
        streams.begin(held, made.number, desk.running(desk.planned()), by(DECIDER))


def test_a_stream_that_is_given_up_costs_a_rank(held: Book) -> None:
    """A lost run can't be replaced by a luckier one at the same price."""
    made = desk.submitted(held)
    streams.begin(held, made.number, desk.running(desk.planned()), by(EVALUATOR))
    streams.abandon(held, made.number, "the disk broke", by(REGISTRAR))
    again = desk.submitted(held)
    assert (again.known, again.rank) == (False, 2)
    with pytest.raises(NotAllowed, match="given up"):
        streams.begin(held, made.number, desk.running(desk.planned()), by(EVALUATOR))


def test_an_end_is_written_once(held: Book) -> None:
    """The same end said twice is one row; a later end of the same run is another."""
    made = desk.submitted(held)
    ran = desk.attempted(held, made, "awaiting_review")
    streams.end(held, ran.end, by(EVALUATOR))
    streams.end(held, desk.end(ran.plan, "pass", entries=12), by(EVALUATOR))
    with held.read() as pages:
        assert [row["outcome"] for row in pages.all(tables.ends)] == ["awaiting_review", "pass"]


def test_an_older_copy_of_a_run_is_refused(held: Book) -> None:
    """A journal that no longer holds where the attempt ended is not that run."""
    made = desk.submitted(held)
    ran = desk.attempted(held, made, "fail")
    with pytest.raises(NotAllowed, match="does not go on from line 9"):
        streams.decide(held, desk.end(ran.plan, "pass", entries=8), "granted", "fine", by(DECIDER))


# -- decisions --------------------------------------------------------------------------------------------------------


def test_whoever_evaluated_does_not_decide(held: Book) -> None:
    """Who ran the attempt is refused, under another spelling too."""
    made = desk.submitted(held)
    ran = desk.attempted(held, made, who=BOTH)
    for name in (BOTH, "WANG FANG", "wangfang"):
        with pytest.raises(NotAllowed, match="can't decide"):
            streams.decide(held, ran.end, "granted", "fine", by(name))


def test_whoever_read_answers_does_not_decide(held: Book) -> None:
    """A reviewer of the run is one who took part."""
    made = desk.submitted(held)
    ran = desk.attempted(held, made, "pass", "zhao min")
    with pytest.raises(NotAllowed, match="took part"):
        streams.decide(held, ran.end, "granted", "fine", by(DECIDER))


def test_whoever_took_part_in_an_earlier_attempt_does_not_decide(held: Book) -> None:
    """One stream of evidence is one evaluation."""
    made = desk.submitted(held)
    first = desk.attempted(held, made, "inconclusive", who=BOTH)
    second = desk.running(first.plan, first.plan)
    streams.begin(held, made.number, second, by(EVALUATOR))
    with pytest.raises(NotAllowed, match="took part"):
        streams.decide(held, desk.end(second.plan), "granted", "fine", by(BOTH))


@pytest.mark.parametrize("outcome", ["fail", "inconclusive", "awaiting_review", "broken_off"])
def test_nothing_is_granted_on_another_verdict(held: Book, outcome: str) -> None:
    """A certificate needs a PASS, or a CONDITIONAL one."""
    ran = desk.attempted(held, desk.submitted(held), outcome)
    with pytest.raises(NotAllowed):
        streams.decide(held, ran.end, "granted", "fine", by(DECIDER))


@pytest.mark.parametrize("outcome", ["fail", "inconclusive", None])
def test_nothing_is_granted_on_an_attempt_that_was_carried_on(held: Book, outcome: str | None) -> None:
    """A better end that came before a worse one, or before one that nobody let come, is not picked."""
    made = desk.submitted(held)
    first = desk.attempted(held, made, "conditional")
    second = desk.running(first.plan, first.plan)
    streams.begin(held, made.number, second, by(EVALUATOR))
    if outcome is not None:
        streams.end(held, desk.end(second.plan, outcome), by(EVALUATOR))
    with pytest.raises(NotAllowed, match="carried on by attempt 2"):
        streams.decide(held, first.end, "granted", "fine", by(DECIDER))
    assert streams.decide(held, first.end, "refused", "it went on", by(DECIDER)) == ""


def test_an_attempt_is_decided_once(held: Book) -> None:
    """A decision stands."""
    ran = desk.attempted(held, desk.submitted(held))
    assert streams.decide(held, ran.end, "granted", "fine", by(DECIDER)) == "EC-2026-00001"
    with pytest.raises(NotAllowed, match="decided already"):
        streams.decide(held, ran.end, "refused", "or not", by(DECIDER))


def test_a_run_that_was_never_registered_is_not_decided(held: Book) -> None:
    """A run that was made apart, and picked because it came out well, is no attempt."""
    desk.submitted(held)
    with pytest.raises(NotAllowed, match="no attempt"):
        streams.decide(held, desk.end(desk.planned(seed="best of ten")), "granted", "fine", by(DECIDER))


def test_a_decision_needs_a_reason(held: Book) -> None:
    """It is kept with the decision."""
    ran = desk.attempted(held, desk.submitted(held))
    with pytest.raises(InputError, match="the reason"):
        streams.decide(held, ran.end, "refused", "  ", by(DECIDER))


# -- a vendor who tries everything ------------------------------------------------------------------------------------

MOVES = st.lists(
    st.tuples(
        st.sampled_from(["submit", "fresh", "continue", "end", "abandon"]),
        st.sampled_from(["1.0", "1.1", "2.0"]),
        st.integers(0, 3),
    ),
    max_size=18,
)


@given(MOVES)
@settings(max_examples=15)
def test_no_two_streams_of_a_vendor_have_the_same_share(moves: list[tuple[str, str, int]]) -> None:
    """Whatever a vendor does in whatever order, every fresh start has a rank of its own, and each stream one seed."""
    with tempfile.TemporaryDirectory() as folder:
        held = desk.opened(Path(folder) / "r.db")
        for number, (move, version, seed) in enumerate(moves):
            try:
                made = desk.submitted(held, version)
                turn, rank = streams.turn(held, made.number)
                plan = desk.planned(version, rank, f"seed {seed} {number}")
                if move == "fresh":
                    streams.begin(held, made.number, desk.running(plan), by(EVALUATOR))
                elif move == "continue" and turn.last is not None:
                    run = desk.running(desk.planned(version, rank, f"seed {seed}"), plan)
                    streams.begin(held, made.number, run, by(EVALUATOR))
                elif move == "end" and turn.last is not None:
                    end = desk.end(plan, ["pass", "fail", "broken_off", "inconclusive"][seed], entries=number + 1)
                    streams.end(
                        held,
                        type(end)(**{n: getattr(end, n) for n in end.__slots__} | {"plan": turn.last.plan}),
                        by(EVALUATOR),
                    )
                elif move == "abandon":
                    streams.abandon(held, made.number, "lost", by(REGISTRAR))
            except NotAllowed:
                pass
        with held.read() as pages:
            check(pages)
            starts = [row["submission"] for row in pages.all(tables.attempts) if row["continues"] is None]
            ranks = [row["rank"] for row in pages.all(tables.submissions)]
            seeds = {(row["submission"], row["seed"]) for row in pages.all(tables.attempts)}
        assert len(starts) == len(set(starts))
        assert sorted(ranks) == list(range(1, len(ranks) + 1))
        assert len(seeds) == len({submission for submission, _ in seeds})
