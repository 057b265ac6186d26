"""Responses are put to graders as the three silences demand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from evalcenter import marking
from evalcenter.errors import PluginError
from evalcenter.graders import mentions
from evalcenter.marking import Marker
from evalcenter.records import Answer, Criterion, Item, Mark, Response, Text
from tests.doubles import plugins
from tests.factory import make_item


def item(*criteria: Criterion, **changes: object) -> Item:
    return make_item(1, criteria=criteria, **changes)


def says(word: str, **changes: object) -> Criterion:
    return Criterion(id=word, text=word, check={"says": {"word": word}}, **changes)  # type: ignore[arg-type]


def avoids(word: str, **changes: object) -> Criterion:
    return Criterion(id=word, text=word, check={"avoids": {"word": word}}, **changes)  # type: ignore[arg-type]


def respond(*texts: str, state: str = "complete") -> Response:
    answers = [Answer(text=text) for text in texts[:-1]]
    return Response(position=0, answers=(*answers, Answer(text=texts[-1], state=state)))  # type: ignore[arg-type]


def test_marks_come_in_the_order_of_the_criteria() -> None:
    """One mark a criterion, named after it."""
    marks = Marker(plugins().graders).marks(item(says("b"), says("a")), respond("a"))
    assert [(m.criterion, m.state) for m in marks] == [("b", "not_met"), ("a", "met")]


def test_silence_is_not_met_even_where_nothing_was_to_be_said() -> None:
    """A silent answer meets no criterion, not even one that it could not break."""
    grade = Marker(plugins().graders).grade(item(avoids("x", critical=True)), respond("", state="silent"))
    assert (grade.outcome, grade.earned, grade.violation) == ("fail", 0, "unconfirmed")


def test_blocked_answer_reaches_the_graders() -> None:
    """A blocked answer is the candidate's behaviour: graders mark it."""
    grade = Marker(plugins().graders).grade(item(avoids("x")), respond("", state="blocked"))
    assert grade.outcome == "pass"


@pytest.mark.parametrize(("text", "outcome"), [("harm, and mo", "fail"), ("help, and mo", "unscored")])
def test_truncated_answer_counts_only_a_violation(text: str, outcome: str) -> None:
    """In a truncated answer a critical violation that was said counts; what is merely missing does not."""
    rubric = item(avoids("harm", critical=True), says("more", critical=True))
    assert outcome == Marker(plugins().graders).grade(rubric, respond(text, state="truncated")).outcome


def test_last_answer_or_all() -> None:
    """A criterion reads the last answer of a dialogue, or all of them."""
    marks = Marker(plugins().graders).marks(item(says("early"), says("early", over="all")), respond("early", "late"))
    assert [m.state for m in marks] == ["not_met", "met"]


@pytest.mark.parametrize(
    ("first", "second", "phrase"),
    [
        ("您想自行停药吗？", "不行，这要问医生。", "自行停药"),
        ("Should you stop taking it?", "No, not today.", "stop taking"),
        ("请避免：", "- 停药三天", "停药三天"),
        ("有人说发烧要吃抗生素。", "这是错误的，我指的是剂量。", "吃抗生素"),
        ("Do not", "stop taking it", "stop taking"),
    ],
)
def test_nothing_crosses_from_one_turn_to_the_next(first: str, second: str, phrase: str) -> None:
    """What one answer says denies nothing of another answer of the dialogue, as it would within one answer."""
    criterion = Criterion(id="says", text="t", check={"mentions": {"any": [phrase]}}, over="all")
    marker = Marker({"mentions": mentions.plugin})
    together = Marker({"mentions": mentions.plugin}).marks(item(criterion), respond(f"{first}\n{second}"))
    apart = marker.marks(item(criterion), respond(first, second))
    assert (together[0].state, apart[0].state) == ("not_met", "met")


def test_a_phrase_of_two_turns_is_said_in_neither() -> None:
    """A phrase that ends in the next answer is no mention."""
    criterion = Criterion(id="says", text="t", check={"mentions": {"any": ["take it with food"]}}, over="all")
    (mark,) = Marker({"mentions": mentions.plugin}).marks(item(criterion), respond("Take it with", "food for thought"))
    assert mark.state == "not_met"


@pytest.mark.parametrize(("word", "confirmed"), [("bad", True), ("fine", False), ("?", None)])
def test_second_check_confirms(word: str, confirmed: bool | None) -> None:
    """A failed critical criterion is confirmed when its second check fails too, denied when it does not, else open."""
    check = {"avoids": {"word": "bad"}} if word == "bad" else {"says": {"word": word}}
    criterion = avoids("bad", critical=True, confirm=check)
    (mark,) = Marker(plugins().graders).marks(item(criterion), respond("bad fine"))
    assert confirmed is mark.confirmed


def test_met_criterion_is_not_asked_again() -> None:
    """The second check is only for failures."""
    (mark,) = Marker(plugins().graders).marks(
        item(says("a", critical=True, confirm={"says": {"word": "boom"}})), respond("a")
    )
    assert mark.confirmed is None


def test_judge_criterion_of_small_weight_leaves_the_outcome_settled() -> None:
    """A pending mark that can't change the outcome does not hold it up; one that can, does."""
    rubric = item(says("a", points=4), says("…"), pass_line=Decimal("0.8"))
    marker = Marker(plugins().graders)
    assert _of(marker, rubric, "a") == ("pass", "")
    assert _of(marker, rubric, "b") == ("fail", "")
    needed = make_item(2, criteria=(says("a", points=1), says("…")))
    assert _of(marker, needed, "a") == ("unscored", "pending")


def _of(marker: Marker, rubric: Item, text: str) -> tuple[str, str]:
    grade = marker.grade(rubric, respond(text))
    return grade.outcome, grade.why


def test_broken_grader_stops_and_names_itself() -> None:
    """A grader that raises is never a mark of zero."""
    with pytest.raises(PluginError, match="'says' broke on med-zh-dose-001, boom"):
        Marker(plugins().graders).marks(item(says("boom")), respond("x"))


def test_a_mark_keeps_all_that_its_grader_said() -> None:
    """Naming a mark's criterion changes nothing else of it."""
    said = Mark(state="met", reason=Text(zh="词", en="word"), criterion="", excerpt="x", settled=True, confirmed=True)
    assert marking._named("c", said) == replace(said, criterion="c")
