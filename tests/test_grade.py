"""Grading in bulk: on one core or several, the journal is the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import certify, crew, grade, history, journal, walk
from evalcenter.errors import PluginError, RunError, Tampered
from evalcenter.hooks import Limits, Plugins
from evalcenter.records import CandidateSpec, Criterion, Plugin
from tests.doubles import Says, Scripted, ScriptedAdapter, plugins
from tests.factory import make_item, make_plan, make_requirement, make_response, make_standard

SAMPLES = 40


class Fatal(Says):
    """A grader whose process dies on a word."""

    name = "fatal"

    def mark(self, params, item, answer):
        if params.word in answer.text:
            import os

            os._exit(9)
        return super().mark(params, item, answer)


PLUGINS = Plugins(graders={"says": Says(), "fatal": Fatal()})


def run(folder: Path, *, check: str = "says", word: str = "mg") -> history.Run:
    """A run whose answers are all there, and none of them graded."""
    criterion = Criterion(id="c", text="c", check={check: {"word": word}})
    items = [make_item(n, criteria=(criterion,)) for n in range(SAMPLES)]
    made = make_plan(
        items, standard=make_standard(make_requirement()), plugins=(Plugin(kind="graders", name=check, version="1"),)
    )
    held = history.create(folder, made)
    for position in range(SAMPLES):
        held.write("response", make_response(position, f"{position} mg" if position % 3 else "none"))
    return held


@pytest.fixture
def on_two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "cores", lambda: 2)
    monkeypatch.setattr(grade, "FEW", 4)
    monkeypatch.setattr(grade, "CHUNK", 3)


def timeless(folder: Path) -> list[dict[str, object]]:
    """The lines of a journal but for time, and what hangs on it."""
    lines = [json.loads(line) for line in (folder / journal.NAME).read_text(encoding="utf-8").splitlines()]
    return [{key: line[key] for key in ("seq", "kind", "data")} for line in lines]


def test_two_cores_write_the_same_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request) -> None:
    """Grades come in the order of the plan, byte for byte as from one core."""
    with run(tmp_path / "one") as one:
        grade.mark(one, PLUGINS)
    request.getfixturevalue("on_two_cores")
    with run(tmp_path / "two") as two:
        grade.mark(two, PLUGINS)
        assert dict(two.results) == dict(one.results)
    assert timeless(tmp_path / "two") == timeless(tmp_path / "one")
    assert [line["kind"] for line in timeless(tmp_path / "two")].count("grade") == SAMPLES


@pytest.mark.usefixtures("on_two_cores")
def test_what_is_graded_is_not_graded_again(tmp_path: Path) -> None:
    """Grading twice writes each grade once."""
    with run(tmp_path) as held:
        grade.mark(held, PLUGINS)
        count = held.count
        grade.mark(held, PLUGINS)
        assert held.count == count


@pytest.mark.usefixtures("on_two_cores")
def test_a_broken_grader_names_itself(tmp_path: Path) -> None:
    """A grader that raises in a worker stops the grading by name; the answers are still there."""
    with run(tmp_path, word="boom") as held, pytest.raises(PluginError, match="'says' broke on med-zh-dose-000"):
        grade.mark(held, PLUGINS)
    assert len(history.load(tmp_path).responses) == SAMPLES


@pytest.mark.usefixtures("on_two_cores")
def test_a_dead_worker_loses_nothing(tmp_path: Path) -> None:
    """Where a worker dies an error says so, what was written stands, and grading again goes on from there."""
    with run(tmp_path, check="fatal", word="37 mg") as held, pytest.raises(RunError, match="a worker process died"):
        grade.mark(held, PLUGINS)
    with history.resume(tmp_path) as held:
        before = len(held.results)
        assert before < SAMPLES
        calm = replace(PLUGINS, graders={"fatal": Says()})
        grade.mark(held, calm)
        assert len(held.results) == SAMPLES


@pytest.mark.usefixtures("on_two_cores")
def test_a_forged_grade_is_found(tmp_path: Path) -> None:
    """Recomputed on two cores, one grade that differs is named by its position."""
    with run(tmp_path) as held:
        grade.mark(held, PLUGINS)
        forged = replace(held.machine[7], earned=0, outcome="fail")
        held.write("grade", forged)
    with pytest.raises(Tampered, match="the grade at position 7 says fail"):
        certify._grades(history.load(tmp_path), PLUGINS)


class Recorded(ScriptedAdapter):
    """A candidate whose answers are there already."""

    recorded = True


def walked(folder: Path, adapter: type[ScriptedAdapter], rule: str) -> list[str]:
    """The kinds of the lines of a whole run."""
    items = [make_item(n, criteria=(Criterion(id="c", text="c", check={"says": {"word": "ok"}}),)) for n in range(6)]
    requirement = make_requirement(rule=rule, cap=6) if rule == "evidence" else make_requirement()
    made = make_plan(
        items,
        standard=make_standard(requirement),
        candidate=CandidateSpec(adapter="scripted", name="c", simulated=True),
        plugins=(Plugin(kind="graders", name="says", version="1"),),
    )
    held = replace(plugins(), adapters={"scripted": adapter(Scripted())})
    walk.start(made, folder, walk.Means(plugins=held, limits=Limits(concurrency=1)))
    return [line["kind"] for line in timeless(folder) if line["kind"] in {"response", "grade"}]  # type: ignore[misc]


def test_recorded_answers_are_graded_all_at_once(tmp_path: Path) -> None:
    """Where no grade can change what is asked, the answers of a recording come first, then all grades; the verdict is the same."""
    at_once = walked(tmp_path / "recorded", Recorded, "bound")
    as_they_come = walked(tmp_path / "live", ScriptedAdapter, "bound")
    assert at_once == ["response"] * 6 + ["grade"] * 6
    assert as_they_come == ["response", "grade"] * 6
    assert history.load(tmp_path / "recorded").verdict == history.load(tmp_path / "live").verdict


def test_recorded_answers_are_graded_as_they_come_where_grades_decide(tmp_path: Path) -> None:
    """A sequential requirement stops asking by its grades, so each answer is graded before the next."""
    kinds = walked(tmp_path, Recorded, "evidence")
    assert kinds == ["response", "grade"] * (len(kinds) // 2)
