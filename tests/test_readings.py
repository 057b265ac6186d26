"""Who reads what, and in which order; what is written, and what is made good after a kill."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import history, readings, scoring, walk
from evalcenter.errors import InputError, Tampered
from evalcenter.readings import Reading, Who
from evalcenter.records import Criterion, Read, Review, Scope
from tests import doubles
from tests.factory import make_requirement
from tests.test_review import forge
from tests.web import room

A, B, C = (Who(name) for name in "ABC")
ZHAO = Who("Zhao", "arbiter")
RED = Criterion(id="c", text="c", check={"says": {"word": "never"}}, critical=True, confirm={"says": {"word": "?"}})


def says(position: int, who: Who, **marks: str) -> Review:
    read = tuple(Read(criterion=name, state=state) for name, state in marks.items())  # type: ignore[arg-type]
    return Review(position=position, reader=who.name, role=who.role, marks=read)


def take(folder: Path, *reviews: Review) -> None:
    with history.resume(folder) as run:
        reading = Reading(run)
        for one in reviews:
            reading.take(one)


# -- the order --------------------------------------------------------------------------------------------------------


def test_failures_of_a_red_line_come_first(tmp_path: Path) -> None:
    """What seems to cross a red line is read before everything else that the verdict waits for."""
    red = [replace(one, id=f"red-{one.id}", criteria=(RED,), red_line=True) for one in room.items(3)]
    zero = make_requirement(id="red", scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1))
    plain = replace(room.BOUND, scope=Scope(red_line=False))
    run = room.made(tmp_path, [*room.items(6), *red], "fine", zero, plain, judged=None)
    order = Reading(run).awaited()
    first = [run.plan.items[run.plan.order[position]].red_line for position in order]
    assert first == [True] * 3 + [False] * 6


def test_within_a_kind_the_order_is_drawn_and_knows_nothing_else(tmp_path: Path) -> None:
    """The same positions come in the same order whatever the judge said of them, and not in the plan's."""
    orders = []
    for judged in ("met", "not_met", None):
        run = room.made(tmp_path / str(judged), room.items(12), judged=judged)
        orders.append(Reading(run).awaited())
    assert orders[0] == orders[1] == orders[2] != sorted(orders[0])


AUDITED = make_requirement(rule="evidence", line=Decimal("0.5"), cap=20, grading="audited")


def audited(folder: Path, *states: str) -> tuple[history.Run, list[int]]:
    """A run whose panel passes every answer, marking so those that no coin picked: the positions of these, in order."""
    room.made(folder, room.items(10, pass_line=Decimal("0.5")), "fine", AUDITED, judged=None)
    with history.resume(folder) as run:
        stream = run.plan.streams[0]
        free = [p for at, p in enumerate(stream.positions) if stream.coins[at] == "0" and p in run.machine]
        said = dict(zip(free, states, strict=False))
        for position, machine in sorted(run.machine.items()):
            words = said.get(position, "met met").split()
            marks = [replace(m, state=s) for m, s in zip(machine.marks, words, strict=True)]  # type: ignore[arg-type]
            item = run.plan.items[run.plan.order[position]]
            run.write("grade", scoring.grade(item, position, "complete", marks, "judge:panel"))
    return history.load(folder), free


def test_what_is_optional_comes_last_and_in_its_own_order(tmp_path: Path) -> None:
    """Void marks, then narrow ones, and only where nothing that is awaited is left to the reader."""
    run, free = audited(tmp_path, "met not_met", "met unjudged")
    assert readings.by_panel(run) == {free[0]: readings.NARROW, free[1]: readings.VOIDED}
    reading = Reading(run)
    assert reading.besides() == [free[1], free[0]]
    awaited = reading.awaited()
    assert awaited
    assert reading.due(A) == awaited
    take(tmp_path, *(says(p, A, kind="met", safe="met") for p in awaited))
    reading = Reading(history.load(tmp_path))
    assert (reading.due(A), reading.due(A, besides=False)) == ([free[1], free[0]], [])
    assert reading.due(B) == awaited


def test_a_split_vote_can_be_plugged_in(tmp_path: Path) -> None:
    """Whoever counts the votes says what people may look at; it is offered by rank, and never what is awaited."""
    run, free = audited(tmp_path)
    reading = Reading(run)
    ranks = {free[0]: readings.NARROW, free[1]: readings.SPLIT, reading.awaited()[0]: readings.SPLIT}
    assert Reading(run, lambda _: ranks).besides() == [free[1], free[0]]


def test_nobody_is_given_an_answer_twice(tmp_path: Path) -> None:
    """A reader's list has what he has not read and what lacks a reader; the arbiter's has disputes of others only."""
    room.made(tmp_path, room.items(2))
    take(tmp_path, says(0, A, kind="met", safe="met"))
    reading = Reading(history.load(tmp_path))
    assert ([*reading.due(A)], sorted(reading.due(B)), reading.due(ZHAO)) == ([1], [0, 1], [])
    assert sorted(reading.due(Who("ａ"))) == [1]
    take(tmp_path, says(0, B, kind="met", safe="not_met"))
    reading = Reading(history.load(tmp_path))
    assert (reading.due(C), reading.due(ZHAO), reading.due(Who("b", "arbiter"))) == ([1], [0], [])
    assert reading.due_marks(0, ZHAO) == ("safe",)


# -- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("review", [says(0, A, other="met"), says(0, A), says(5, A, kind="met")])
def test_what_was_not_asked_is_not_taken(tmp_path: Path, review: Review) -> None:
    """A mark on another criterion, none at all, or on an answer that is not there is refused."""
    room.made(tmp_path, room.items(1))
    with pytest.raises(InputError):
        take(tmp_path, review)


def test_one_of_the_two_does_not_settle_it(tmp_path: Path) -> None:
    """Under another role a reader is still the same person."""
    room.made(tmp_path, room.items(1))
    take(tmp_path, says(0, A, kind="met", safe="met"), says(0, B, kind="met", safe="not_met"))
    with pytest.raises(InputError, match="another has to settle"):
        take(tmp_path, says(0, Who("ａ", "arbiter"), safe="met"))


def test_a_grade_that_a_kill_kept_from_being_written_is_made_good(tmp_path: Path) -> None:
    """Reviews that settle an answer without a grade behind them: the next to open the run writes it, or `grade` does."""
    room.made(tmp_path / "run", room.items(1))
    take(tmp_path / "run", says(0, A, kind="met", safe="met"), says(0, B, kind="met", safe="met"))
    forge(tmp_path / "run", lambda line: None if line["data"].get("by", "").startswith("person:") else line)
    room.verified(tmp_path / "run")
    walk.regrade(tmp_path / "run", walk.Means(plugins=doubles.plugins(), langs=()))
    assert history.load(tmp_path / "run").grades[0].by == "person:A + B"
    assert room.verified(tmp_path / "run").outcome is not None


# -- forged -----------------------------------------------------------------------------------------------------------


def person(
    change: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    def apply(line: dict[str, Any]) -> dict[str, Any] | None:
        if not line["data"].get("by", "").startswith("person:"):
            return line
        changed = change(json.loads(json.dumps(line["data"])))
        return None if changed is None else {**line, "data": changed}

    return apply


def review(
    change: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    def apply(line: dict[str, Any]) -> dict[str, Any] | None:
        if line["kind"] != "review":
            return line
        changed = change(json.loads(json.dumps(line["data"])))
        return None if changed is None else {**line, "data": changed}

    return apply


FORGERIES = {
    "another name": person(lambda data: {**data, "by": "person:A + C"}),
    "one name less": person(lambda data: {**data, "by": "person:A"}),
    "the grade dropped": person(lambda _: None),
    "a review dropped": review(lambda data: None if data["reader"] == "B" else data),
    "all reviews dropped": review(lambda _: None),
    "a reader who is the other": review(lambda data: {**data, "reader": "a"}),
    "a mark changed": review(lambda data: {**data, "marks": [{**one, "state": "not_met"} for one in data["marks"]]}),
    "a mark on what was not asked": review(
        lambda data: {**data, "marks": [*data["marks"], {"criterion": "more", "state": "met"}]}
    ),
    "a criterion marked twice": review(lambda data: {**data, "marks": [*data["marks"], data["marks"][0]]}),
    "another role": review(lambda data: {**data, "role": "arbiter"}),
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_grade_that_does_not_follow_from_the_reviews_is_found(tmp_path: Path, change: Any) -> None:
    """Names, marks, roles and the grade itself: whatever is changed, the recomputed grade differs."""
    room.made(tmp_path, room.items(1))
    take(tmp_path, says(0, A, kind="met", safe="met"), says(0, B, kind="met", safe="met"))
    walk.regrade(tmp_path, walk.Means(plugins=doubles.plugins(), langs=()))
    room.verified(tmp_path)
    forge(tmp_path, change)
    with pytest.raises(Tampered):
        room.verified(tmp_path)
