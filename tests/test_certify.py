"""A journal written anew, with a chain that holds, is refused where what it says can't have come of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import boundary, canon, certify, grade, history, journal, plan, walk
from evalcenter.errors import PluginError, Tampered
from evalcenter.hooks import Limits
from evalcenter.marking import Marker
from evalcenter.records import Answer, CandidateSpec, Criterion, Message, Question, Response
from tests import doubles
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import suite

Line = dict[str, Any]
YES = Criterion(id="yes", text="says yes", check={"says": {"word": "yes"}}, critical=True)
TURNS = (Message(role="user", content="first"), Message(role="user", content="then"))
ITEMS = [make_item(n, criteria=(YES,), prompt=TURNS) for n in range(10)]


def walked(folder: Path, last: str = "yes") -> history.Run:
    """A decided run of dialogues whose first answer is right, and whose second is `last`."""

    def answer(question: Question) -> Answer:
        return Answer(text="yes" if len(question.messages) == 1 else last)

    candidate = doubles.Scripted({item.id: [answer] * 100 for item in ITEMS})
    standard = make_standard(make_requirement(rule="evidence", line=Decimal("0.80"), cap=60))
    spec = CandidateSpec(adapter="scripted", name="c", simulated=True)
    made = plan.expand([(suite(ITEMS), "sha256:0")], standard, spec, "seed", doubles.plugins(), boundary.convert)
    walk.start(made, folder, walk.Means(plugins=doubles.plugins(candidate), limits=Limits(concurrency=1), langs=()))
    return history.load(folder)


def lines(folder: Path) -> list[Line]:
    return [json.loads(line) for line in (folder / journal.NAME).read_bytes().splitlines()]


def chained(folder: Path, held: list[Line]) -> None:
    """Write these lines as the journal in `folder`, with a chain that holds."""
    made, previous = [], journal.GENESIS
    for number, line in enumerate(held):
        text = canon.encode({**line, "prev": previous, "seq": number})
        previous = canon.digest(text)
        made.append(text + b"\n")
    (folder / journal.NAME).write_bytes(b"".join(made))


def decided_anew(folder: Path, held: list[Line]) -> None:
    """The same, with the verdict that follows from these lines."""
    rest = [line for line in held if line["kind"] not in {"verdict", "report"}]
    chained(folder, rest)
    verdict = canon.plain(grade.verdict(history.load(folder)))
    chained(folder, [*rest, {"at": rest[-1]["at"], "kind": "verdict", "data": verdict}])


def verified(folder: Path) -> certify.Checked:
    return certify.verify(folder, doubles.plugins())


# -- answers ----------------------------------------------------------------------------------------------------------


def regraded(run: history.Run, change: Callable[[Line], Line]) -> list[Line]:
    """The lines of `run` with every response changed, and each graded again as this program would."""
    marker, made = Marker(doubles.plugins().graders), []
    for line in lines(run.folder):
        if line["kind"] == "response":
            data = change(line["data"])
            made.append({**line, "data": data})
            response = boundary.convert(Response, data)
            if response.answers:
                graded = marker.grade(grade.item_at(run, response.position), response)
                made.append({**line, "kind": "grade", "data": canon.plain(graded)})
        elif line["kind"] != "grade" or made[-1]["kind"] != "grade":
            made.append(line)
    return made


def silent(data: Line) -> Line:
    return {**data, "answers": [{**data["answers"][0], "state": "truncated"}, data["answers"][1]]}


@pytest.mark.parametrize(
    "change",
    [
        lambda data: {**data, "answers": data["answers"][:1]},
        lambda data: {**data, "answers": [*data["answers"], data["answers"][0]]},
        lambda data: {**data, "answers": []},
        silent,
    ],
    ids=["the last one dropped", "one added", "none", "one behind an incomplete one"],
)
def test_a_dialogue_has_an_answer_to_each_turn(tmp_path: Path, change: Callable[[Line], Line]) -> None:
    """Bad last answers that are cut off leave no dialogue of right ones: each turn is answered, up to the first incomplete."""
    run = walked(tmp_path, last="no")
    assert verified(tmp_path).outcome == "fail"
    decided_anew(tmp_path, regraded(run, change))
    with pytest.raises(Tampered, match="turns"):
        verified(tmp_path)


def test_a_dialogue_may_end_at_an_incomplete_answer(tmp_path: Path) -> None:
    """Whatever turns were left then were not asked."""
    run = walked(tmp_path)

    def cut(data: Line) -> Line:
        return {**data, "answers": [{**data["answers"][0], "state": "truncated"}]}

    decided_anew(tmp_path, regraded(run, cut))
    verified(tmp_path)


@pytest.mark.parametrize(
    ("states", "turns", "whole"),
    [
        ([], None, False),
        (["complete"], None, True),
        (["blocked", "complete"], None, False),
        (["complete", "complete"], 2, True),
        (["complete"], 2, False),
        (["silent"], 2, True),
        (["complete", "complete", "silent"], 2, False),
    ],
)
def test_what_is_a_whole_response(states: list[Any], turns: int | None, whole: bool) -> None:
    """Where the turns are sealed, what can be told is told."""
    answers = tuple(Answer(text="x", state=state) for state in states)
    assert grade.whole(Response(position=0, answers=answers), turns) is whole


def test_no_answer_is_left_without_its_grade(tmp_path: Path) -> None:
    """Bad answers whose grades were dropped would leave a FAIL undecided."""
    walked(tmp_path, last="no")
    decided_anew(tmp_path, [line for line in lines(tmp_path) if line["kind"] != "grade"])
    with pytest.raises(Tampered, match="the verdict leaves out the answer at position"):
        verified(tmp_path)


@pytest.mark.parametrize("kinds", [("report", "verdict"), ("report",)], ids=["before it", "without it"])
def test_reports_of_another_verdict_are_called_that(tmp_path: Path, kinds: tuple[str, ...]) -> None:
    """Reports rendered before the verdict, or of one that is gone, may say another: they are not passed over in silence."""
    walked(tmp_path)
    held = {line["kind"]: line for line in lines(tmp_path)}
    rest = [line for line in lines(tmp_path) if line["kind"] not in {"verdict", "report"}]
    (tmp_path / "report.en.md").write_bytes(b"PASS")
    held["report"] = {**held["verdict"], "kind": "report", "data": {"report.en.md": canon.digest(b"PASS")}}
    chained(tmp_path, [*rest, *(held[kind] for kind in kinds)])
    assert "reports from before this verdict, which may say another: report.en.md" in verified(tmp_path).unfinished
    chained(tmp_path, [*rest, held["verdict"], held["report"]])
    assert not verified(tmp_path).unfinished


# -- lines that no run writes -----------------------------------------------------------------------------------------


def changed(kind: str, change: Callable[[Line], Line]) -> Callable[[list[Line]], list[Line]]:
    """The first line of a kind with its data changed."""

    def apply(held: list[Line]) -> list[Line]:
        at = next(number for number, line in enumerate(held) if line["kind"] == kind)
        return [*held[:at], {**held[at], "data": change(held[at]["data"])}, *held[at + 1 :]]

    return apply


def without(*names: str) -> Callable[[Line], Line]:
    return lambda data: {name: held for name, held in data.items() if name not in names}


def failing(held: list[Line]) -> list[Line]:
    at = next(number for number, line in enumerate(held) if line["kind"] == "grade") + 1
    data = {"attempts": 1, "http_status": None, "kind": "timeout", "message": "", "position": 0}
    position = held[at - 1]["data"]["position"]
    return [*held[:at], {**held[at], "kind": "failure", "data": {**data, "position": position}}, *held[at:]]


def dated(at: str) -> Callable[[list[Line]], list[Line]]:
    return lambda held: [{**line, "at": at} for line in held]


ODD: dict[str, Callable[[list[Line]], list[Line]]] = {
    "an opening without a profile": changed("opened", without("lab")),
    "an opening without its environment": changed("opened", without("environment")),
    "an environment that is none": changed("opened", lambda data: {**data, "environment": None}),
    "a failure behind the answer": failing,
    "a time that is none": dated("-" * 20),
    "a day that no month has": dated("2026-02-30T00:00:00Z"),
    "a plan that asks what it does not have": changed("plan", lambda data: {**data, "order": [99, *data["order"][1:]]}),
    "a plan without its questions": changed("plan", lambda data: {**data, "items": []}),
    "a negative census": changed("plan", lambda data: {**data, "census": -1}),
    "a census beyond the plan": changed("plan", lambda data: {**data, "census": 10**17}),
    "a requirement that reads nothing": changed("plan", lambda data: {**data, "streams": []}),
    "a stream beyond the plan": changed(
        "plan", lambda data: {**data, "streams": [{**one, "positions": [-1, 999]} for one in data["streams"]]}
    ),
    "widths that are not those of the stream": changed(
        "plan", lambda data: {**data, "streams": [{**one, "widths": [2]} for one in data["streams"]]}
    ),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD.keys())
def test_a_line_that_no_run_writes_is_refused(tmp_path: Path, change: Callable[[list[Line]], list[Line]]) -> None:
    """It ends neither a command with a traceback nor a verification with success."""
    walked(tmp_path)
    chained(tmp_path, change(lines(tmp_path)))
    with pytest.raises(Tampered):
        history.load(tmp_path)


def test_a_plugin_of_no_kind_is_not_here(tmp_path: Path) -> None:
    """A plan that names a plugin of an unknown kind is refused as one that names an unknown plugin."""
    walked(tmp_path)
    odd = changed("plan", lambda data: {**data, "plugins": [{"kind": "odd", "name": "says", "version": "1"}]})
    chained(tmp_path, odd(lines(tmp_path)))
    with pytest.raises(PluginError, match="says"):
        verified(tmp_path)
