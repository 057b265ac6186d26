"""An answer is found again for the very same question only, whatever lies in the folder, and the run says where it came from."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalcenter import canon, certify, history, walk
from evalcenter.cache import Cache
from evalcenter.errors import RunError
from evalcenter.pacing import Budget
from evalcenter.records import Answer, AnswerState, CandidateSpec, Message, Plan, Question, Sampling
from tests.doubles import Scripted, plugins
from tests.factory import make_item, make_plan
from tests.test_walk import QUICK, planned

PLAN = make_plan([make_item(0)])
QUESTION = Question(position=0, epoch=0, item="item-0", messages=(Message(role="user", content="一加一？"),))
ANSWER = Answer(text="二", prompt_tokens=3, completion_tokens=1, latency_ms=7)


def other(spec: CandidateSpec, **changes: Any) -> Plan:
    return replace(PLAN, candidate=replace(spec, **changes))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_answer_is_found_again(tmp_path: Path) -> None:
    """What was kept is found, by another process too."""
    Cache(tmp_path, PLAN).keep(QUESTION, ANSWER)
    assert Cache(tmp_path, PLAN).find(QUESTION) == ANSWER


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, seed="another"),
        other(PLAN.candidate, model="other"),
        other(PLAN.candidate, version="2"),
        other(PLAN.candidate, system="Be brief."),
        other(PLAN.candidate, sampling=Sampling(max_tokens=7)),
        other(PLAN.candidate, settings={"x": 1}),
        other(PLAN.candidate, base_url="http://127.0.0.1:1/v1"),
        other(PLAN.candidate, adapter="replay"),
        other(PLAN.candidate, simulated=not PLAN.candidate.simulated),
    ],
    ids=["seed", "model", "version", "system", "sampling", "settings", "address", "adapter", "simulated"],
)
def test_another_candidate_is_asked(tmp_path: Path, plan: Plan) -> None:
    """What is tested is part of the identity, and so is the seed."""
    Cache(tmp_path, PLAN).keep(QUESTION, ANSWER)
    assert Cache(tmp_path, plan).find(QUESTION) is None


@pytest.mark.parametrize(
    "question",
    [
        replace(QUESTION, epoch=1),
        replace(QUESTION, messages=(Message(role="user", content="一加二？"),)),
        replace(QUESTION, messages=(Message(role="system", content="一加一？"),)),
        replace(QUESTION, messages=(*QUESTION.messages, *QUESTION.messages)),
    ],
    ids=["epoch", "words", "role", "turns"],
)
def test_another_question_is_asked(tmp_path: Path, question: Question) -> None:
    """A question is its messages and how often it was asked before."""
    held = Cache(tmp_path, PLAN)
    held.keep(QUESTION, ANSWER)
    assert held.find(question) is None


def test_a_name_and_a_price_change_nothing(tmp_path: Path) -> None:
    """What does not say what is tested is no part of the identity; nor is the place in the plan."""
    Cache(tmp_path, PLAN).keep(QUESTION, ANSWER)
    renamed = other(PLAN.candidate, name="renamed", key_env="OTHER_KEY", vendor="v")
    assert Cache(tmp_path, renamed).find(replace(QUESTION, position=9, item="moved")) == ANSWER


@pytest.mark.parametrize("state", ["silent", "truncated", "blocked"])
def test_only_complete_answers_are_kept(tmp_path: Path, state: AnswerState) -> None:
    """What is no whole answer is asked again."""
    held = Cache(tmp_path, PLAN)
    held.keep(QUESTION, replace(ANSWER, state=state))
    assert files(tmp_path) == []


def _swap(path: Path) -> None:
    """The whole entry of another question, under this one's name."""
    raw = path.read_bytes()
    path.write_bytes(raw.replace("一加一".encode(), "一加二".encode()))


def _link(path: Path) -> None:
    moved = path.with_suffix(".moved")
    path.rename(moved)
    path.symlink_to(moved)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _silent(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"state":"complete"', b'"state":"silent"'))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"[" * 100_000),
        lambda path: path.write_bytes(b"\xff\xfe"),
        lambda path: path.write_bytes(b" " + path.read_bytes()),
        lambda path: path.write_bytes(path.read_bytes().replace(b'"answer":{', b'"answer":{"more":1,')),
        _swap,
        _link,
        _folder,
        _pipe,
        _silent,
    ],
    ids=["cut", "empty", "deep", "bytes", "space", "field", "other", "link", "folder", "pipe", "silent"],
)
def test_a_hostile_entry_is_none(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    """Whatever stands in the folder: anything but the exact entry is asked again."""
    held = Cache(tmp_path, PLAN)
    held.keep(QUESTION, ANSWER)
    (path,) = files(tmp_path)
    spoil(path)
    assert held.find(QUESTION) is None


def test_a_folder_that_takes_nothing_costs_nothing(tmp_path: Path) -> None:
    """An entry that can't be written is left out, and the run goes on."""
    held = Cache(tmp_path / "cache", PLAN)
    (tmp_path / "cache").rmdir()
    (tmp_path / "cache").write_text("in the way")
    held.keep(QUESTION, ANSWER)
    assert held.find(QUESTION) is None


def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    """A file where the folder should be is said before anything is asked."""
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="can't write here"):
        Cache(tmp_path / "file", PLAN)


# -- in a run ---------------------------------------------------------------------------------------------------------


def walked(folder: Path, candidate: Scripted, cache: Path, budget: Budget | None = None) -> history.Run:
    means = walk.Means(plugins=plugins(candidate), limits=replace(QUICK, budget=budget), langs=(), cache=cache)
    walk.start(planned(), folder, means)
    return history.load(folder)


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    """The same plan a second time takes every answer from the cache: no call, the same verdict."""
    first = walked(tmp_path / "a", Scripted(), tmp_path / "cache")
    second = Scripted()
    again = walked(tmp_path / "b", second, tmp_path / "cache")
    assert (second.asked, again.remembered, again.verdict) == ([], 30, first.verdict)


def test_a_remembered_answer_is_visible_in_the_journal(tmp_path: Path) -> None:
    """A response from the cache took no call, and the run says which folder it was given."""
    walked(tmp_path / "a", Scripted(), tmp_path / "cache")
    again = walked(tmp_path / "b", Scripted(), tmp_path / "cache")
    assert {response.attempts for response in again.responses.values()} == {0}
    assert again.opened[0]["cache"] == str(tmp_path / "cache")


def test_a_remembered_answer_is_visible_in_the_report(tmp_path: Path) -> None:
    """The report names how many answers came from the cache."""
    from evalcenter.blocks import Lab

    walked(tmp_path / "a", Scripted(), tmp_path / "cache")
    again = walked(tmp_path / "b", Scripted(), tmp_path / "cache")
    said = walk.facts(again, Lab()).deviations
    assert [text.en for text in said] == [
        "The answers to 30 samples came from a cache of earlier runs; the candidate was not asked."
    ]


def test_a_remembered_answer_costs_nothing(tmp_path: Path) -> None:
    """A budget counts calls, and an answer from the cache is none; also when the journal is read again."""
    walked(tmp_path / "a", Scripted(), tmp_path / "cache")
    again = walked(tmp_path / "b", Scripted(), tmp_path / "cache", Budget(calls=1))
    assert (len(again.responses), again.spent.calls, again.spent.tokens) == (30, 0, 0)


def test_a_run_with_remembered_answers_verifies(tmp_path: Path) -> None:
    """Where an answer came from does not change what is recomputed from it."""
    walked(tmp_path / "a", Scripted(), tmp_path / "cache")
    walked(tmp_path / "b", Scripted(), tmp_path / "cache")
    assert certify.verify(tmp_path / "b", plugins()).answers == 30


def test_the_cache_is_off_unless_named(tmp_path: Path) -> None:
    """Without a folder nothing is kept, and the journal says nothing of one."""
    walk.start(planned(), tmp_path / "a", walk.Means(plugins=plugins(Scripted()), limits=QUICK, langs=()))
    assert "cache" not in history.load(tmp_path / "a").opened[0]


def test_an_entry_holds_no_name_of_a_key(tmp_path: Path) -> None:
    """Not even the name of the variable that holds a key is written into the cache."""
    Cache(tmp_path, other(PLAN.candidate, key_env="SECRET_NAME")).keep(QUESTION, ANSWER)
    (path,) = files(tmp_path)
    assert b"SECRET_NAME" not in path.read_bytes()
    assert canon.decode(path.read_bytes())["answer"]["text"] == "二"
