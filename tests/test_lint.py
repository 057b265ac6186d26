"""Lint lets nothing through that does not prove itself."""

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import crew, labels, lint, scoring, suites
from evalcenter import plugins as registry
from evalcenter.errors import SuiteError
from evalcenter.graders import format as form
from evalcenter.graders import judge
from evalcenter.marking import MACHINE, Marker
from evalcenter.records import Example, Item, ReadState
from tests.doubles import plugins
from tests.test_suites import ITEM as LOADS
from tests.test_suites import PAIR, write

ITEM = LOADS.replace("Say yes.", "Agree?").replace("text: says yes", "text: agrees")


WARM = ITEM.replace("  examples:", "  - {id: warm, text: sounds warm, check: {judge: {}}}\n  examples:").replace(
    "    - {text: never, fails: [says-yes]}",
    "    - {text: never, fails: [says-yes]}\n    - {text: yes..., fails: [warm]}",
)
SHIPPED = Path(__file__).parents[1] / "suites"


def judged(folder: Path, items: str) -> list[str]:
    held = plugins()
    held = replace(held, graders={**held.graders, "judge": judge.plugin})
    return [c.what for c in lint.check(suites.load(write(folder, items), held), held)]


def complaints(folder: Path, items: str) -> list[str]:
    held = plugins()
    return [c.what for c in lint.check(suites.load(write(folder, items), held), held)]


def test_sound_rubrics_pass(tmp_path: Path) -> None:
    """A rubric whose good answers pass and bad ones fail draws no complaint."""
    assert complaints(tmp_path / "a", ITEM) == []
    assert complaints(tmp_path / "b", PAIR) == []


@pytest.mark.parametrize(
    ("part", "check", "limit"),
    [
        ("check", "{format: {pattern: 'yes.{0,40}.{0,40}.{0,40}'}}", 271),
        ("confirm", "{format: {pattern: 'yes.*.*.*'}}", 271),
        ("check", "{format: {pattern: 'yes.*.*.*', max_chars: 300}}", 271),
        ("check", "{format: {pattern: 'yes.*.*.*', max_chars: 200}}", 0),
        ("check", "{format: {pattern: 'yes.{0,40}.{0,40}'}}", 0),
        ("check", "{format: {pattern: 'yes.{0,32}.{0,32}.{0,32}'}}", 0),
    ],
)
def test_a_pattern_that_reads_only_short_answers_is_named_with_its_line(
    tmp_path: Path, part: str, check: str, limit: int
) -> None:
    """A pattern that is not put to an answer of 4,000 characters, though its check allows it, is a complaint with file and line."""
    old = "check: {says: {word: yes}}"
    criterion = f"check: {check}" if part == "check" else f"{old}\n    confirm: {check}\n    critical: true"
    held = plugins()
    held = replace(held, graders={**held.graders, "format": form.plugin})
    folder = write(tmp_path, ITEM.replace(old, criterion))
    found = [c for c in lint.check(suites.load(folder, held), held) if "pattern" in c.what]
    assert [f"above {limit} characters" in c.what for c in found] == [True] * bool(limit)
    line = 10 if part == "check" else 11
    assert [c.where.rsplit(":", 1)[1] for c in found] == [str(line)] * bool(limit)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("good: [yes please]", "good: [maybe]", "a good answer does not pass"),
        ("{text: never, fails: [says-yes]}", "{text: yes never}", "a bad answer does not fail"),
        ("{text: never, fails: [says-yes]}", "{text: yes, fails: [says-yes]}", "the example should fail 'says-yes'"),
        ("{says: {word: yes}}", "{avoids: {word: never}}", "a blanket refusal passes"),
        ("  prompt: Agree?", "  prompt: Please say yes.", "an echo of the prompt passes"),
        ("text: agrees", "text: says yes", "an echo of the rubric passes"),
        ("  prompt: Agree?", "  expects: refuse\n  prompt: Agree?", "needs its benign twin"),
        ("good: [yes please]", "good: [{turns: [yes, yes]}]", "2 turns; the prompt asks 1 times"),
        (
            "  - id: says-yes",
            "  - {id: y, text: t, check: {says: {word: e}}}\n  - id: says-yes",
            "no pair of examples tells 'y' apart (always met)",
        ),
        ("{says: {word: yes}}", "{says: {word: '?'}}", "a good answer does not pass [unscored unjudged]"),
    ],
)
def test_complaints(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Each kind of weakness is named."""
    assert old in ITEM
    assert any(words in complaint for complaint in complaints(tmp_path, ITEM.replace(old, new)))


def test_dialogues_are_linted_turn_by_turn(tmp_path: Path) -> None:
    """A dialogue's example gives one answer a turn, or only the last."""
    dialogue = ITEM.replace("  prompt: Agree?", "  prompt: [{role: user, content: a}, {role: user, content: b}]")
    assert complaints(tmp_path, dialogue.replace("[yes please]", "[yes, {turns: [well, yes]}]")) == []


def test_empty_answer_is_silence_and_passes_nothing(tmp_path: Path) -> None:
    """A rubric that only forbids is still not passed by saying nothing, but by a refusal: that is the complaint."""
    found = complaints(tmp_path, ITEM.replace("{says: {word: yes}}", "{avoids: {word: never}}"))
    assert "a blanket refusal passes" in found
    assert "the empty answer passes" not in found


def test_echo_may_not_pass_both_twins(tmp_path: Path) -> None:
    """A text that passes a must-refuse item and its twin shows that the pair tells nothing apart."""
    found = complaints(tmp_path, PAIR.replace("word: can't", "word: n"))
    assert "a blanket refusal passes both this item and its twin help-it" not in found
    loose = PAIR.replace("word: can't", "word: I").replace("word: fine", "word: I")
    assert any("passes both this item and its twin" in c for c in complaints(tmp_path / "x", loose))


def test_red_line_must_be_kept_by_good_answers(tmp_path: Path) -> None:
    """A good answer that breaks the red line is a complaint of its own."""
    items = ITEM.replace("  prompt:", "  red_line: true\n  prompt:").replace(
        "{says: {word: yes}}", "{says: {word: yes}}\n    critical: true\n    confirm: {says: {word: yes}}"
    )
    assert "a good answer violates the red line" in complaints(tmp_path, items.replace("[yes please]", "[maybe]"))


def test_complaint_knows_its_line(tmp_path: Path) -> None:
    """A complaint about an example stands on the example's line."""
    held = plugins()
    loaded = suites.load(write(tmp_path, ITEM.replace("[yes please]", "[maybe]")), held)
    assert any(c.where.endswith("items/a.yaml:12") for c in lint.check(loaded, held))


def test_two_cores_complain_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and checked by two workers, a suite draws the same complaints, with the same places, in the same order."""
    weak = ITEM.replace("good: [yes please]", "good: [maybe]")
    items = "".join(weak.replace("id: one", f"id: a-{n}") for n in range(9))
    folder = write(tmp_path, items)
    (folder / "items" / "z.yaml").write_text(weak.replace("id: one", "id: z-1"), encoding="utf-8")
    held = plugins()
    alone = lint.check(suites.load(folder, held), held)
    for room, least in ((crew, "cores"), (lint, "FEW"), (lint, "CHUNK"), (suites, "MUCH")):
        monkeypatch.setattr(room, least, (lambda: 2) if least == "cores" else 1)
    assert lint.check(suites.load(folder, held), held) == alone
    assert [c.item for c in alone if "does not pass" in c.what] == [*(f"a-{n}" for n in range(9)), "z-1"]


def test_a_worker_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a worker can't read is named as if it had been read here."""
    folder = write(tmp_path, ITEM)
    (folder / "items" / "z.yaml").write_text("- id: z\n  id: z\n", encoding="utf-8")
    monkeypatch.setattr(crew, "cores", lambda: 2)
    monkeypatch.setattr(suites, "MUCH", 1)
    with pytest.raises(SuiteError, match="the key 'id' occurs twice") as caught:
        suites.load(folder, plugins())
    assert caught.value.where == f"{folder / 'items' / 'z.yaml'}:2"


def test_judge_marks_are_those_of_the_examples(tmp_path: Path) -> None:
    """An item that a judge decides is sound where its examples say what the judge ought to say."""
    assert judged(tmp_path, WARM) == []


def test_no_judge_can_be_qualified_without_a_bad_answer(tmp_path: Path) -> None:
    """A judge criterion that no bad example names draws a complaint on its own line, however the other criteria are told apart."""
    held = plugins()
    held = replace(held, graders={**held.graders, "judge": judge.plugin})
    loaded = suites.load(write(tmp_path, WARM.replace("    - {text: yes..., fails: [warm]}\n", "")), held)
    (found,) = lint.check(loaded, held)
    assert found.what == "no bad example names 'warm' under fails, so no judge can be qualified on it"
    assert found.where.endswith("items/a.yaml:11")


def test_no_judge_can_be_qualified_without_a_good_answer(tmp_path: Path) -> None:
    """A judge criterion that is nowhere as it should be draws a complaint: a silent good answer never reaches a judge."""
    items = WARM.replace("[yes please]", "['']").replace("[says-yes]", "[says-yes, warm]")
    assert "in no example 'warm' is as it should be, so no judge can be qualified on it" in judged(tmp_path, items)


def test_a_bad_answer_that_names_nothing_leaves_the_judge_open(tmp_path: Path) -> None:
    """Where nothing is said of the judge criteria, a bad example must fail whichever way they are marked."""
    open_one = WARM.replace(
        "    - {text: yes..., fails: [warm]}", "    - {text: yes..., fails: [warm]}\n    - yes or so"
    )
    (found,) = judged(tmp_path, open_one)
    assert found.startswith("a bad answer does not fail [unscored pending]")
    assert judged(tmp_path / "b", open_one.replace("yes or so", "no")) == []


def test_a_bad_answer_must_fail_by_what_it_names(tmp_path: Path) -> None:
    """A bad example whose judge mark is known to be bad does not pass for that: what it fails must be worth enough."""
    found = judged(tmp_path, WARM.replace("check: {judge: {}}}", "check: {judge: {}}}\n  pass_line: 0.5"))
    assert found == ["a bad answer does not fail [pass ]: 1/2 points"] * 2


def test_fails_of_a_fault_that_costs_points(tmp_path: Path) -> None:
    """What costs points is met in the bad example that names it, and not in the good one."""
    fault = WARM.replace("text: sounds warm, check: {judge: {}}}", "text: preaches, check: {judge: {}}, points: -1}")
    assert judged(tmp_path, fault) == []
    said = WARM.replace("check: {judge: {}}}", "check: {says: {word: '...'}}, points: -1}")
    assert judged(tmp_path / "b", said) == []


def test_blank_answers_are_marked_down_by_judges(tmp_path: Path) -> None:
    """What understands nothing does not pass because a judge might be kind, but it does where every judge is against it."""
    assert "a blanket refusal passes" not in judged(tmp_path / "a", WARM.replace("{word: yes}", "{word: a}"))
    loose = WARM.replace("{judge: {}}}", "{judge: {}}}\n  pass_line: 0.5").replace(
        "{says: {word: yes}}", "{avoids: {word: never}}"
    )
    assert "a blanket refusal passes" in judged(tmp_path / "b", loose)


JUDGED = "conversations"
"""The shipped dimension in which a judge or a person decides."""


@functools.cache
def marker() -> Marker:
    """One marker for all examples: it remembers what it compiled."""
    return Marker(registry.load().graders)


def shipped(suite: str) -> list[Item]:
    """The items of a shipped suite that hold a judge criterion."""
    return [item for item in suites.load(SHIPPED / suite, registry.load()).suite.items if labels.judged(item)]


def outcome(item: Item, example: Example, truth: Mapping[str, ReadState]) -> str:
    """How `example` ends by machine, with its open marks as in `truth`."""
    given = lint.response(item, example)
    marks = [
        replace(mark, state=truth.get(mark.criterion, mark.state)) if mark.state == "pending" else mark
        for mark in marker().marks(item, given)
    ]
    return scoring.grade(item, 0, given.state, marks, MACHINE).outcome


@pytest.mark.parametrize("suite", ["medical", "government"])
def test_no_judge_decides_a_shipped_item_elsewhere(suite: str) -> None:
    """Outside its own dimension, every example of a shipped item passes or fails whichever way its judge criteria are marked."""
    items = [item for item in shipped(suite) if item.dimension != JUDGED]
    assert items
    for item in items:
        assert {outcome(item, example, {}) for example in item.examples.good} == {"pass"}, item.id
        assert {outcome(item, example, {}) for example in item.examples.bad} == {"fail"}, item.id


CONVERSATIONS = [item for item in shipped("medical") if item.dimension == JUDGED]


@pytest.mark.parametrize("item", CONVERSATIONS, ids=lambda item: item.id)
def test_a_judge_decides_each_conversation(item: Item) -> None:
    """Good answers to a difficult conversation, and two bad ones, stay open by machine; what is true of them decides rightly."""
    open_good = [example for example in item.examples.good if outcome(item, example, {}) == "unscored"]
    open_bad = [example for example in item.examples.bad if outcome(item, example, {}) == "unscored"]
    assert open_good
    assert len(open_bad) >= 2
    for good, examples in ((True, open_good), (False, open_bad)):
        for example in examples:
            assert outcome(item, example, labels.truth(item, example, good=good)) == ("pass" if good else "fail")


@pytest.mark.parametrize("item", CONVERSATIONS, ids=lambda item: item.id)
def test_each_judge_criterion_of_a_conversation_decides(item: Item) -> None:
    """A good answer to a difficult conversation fails by any single judge criterion that it misses."""
    for example in item.examples.good:
        truth = labels.truth(item, example, good=True)
        for criterion in labels.judged(item):
            missed = {**truth, criterion.id: labels.state(criterion, good=False)}
            assert outcome(item, example, missed) == "fail", (criterion.id, example)


@pytest.mark.parametrize("item", CONVERSATIONS, ids=lambda item: item.id)
def test_nobody_reads_a_refusal_of_a_conversation(item: Item) -> None:
    """Silence and a blanket refusal fail a difficult conversation by machine alone, so no person has to read them."""
    assert {outcome(item, Example(text=text), {}) for text in ("", *lint.REFUSALS[item.lang])} == {"fail"}


def test_conversations_are_shipped_in_both_languages() -> None:
    """The dimension that a judge decides holds as many Chinese items as English ones, and none of them is a red line."""
    assert [item.lang for item in CONVERSATIONS].count("zh") == [item.lang for item in CONVERSATIONS].count("en") == 6
    assert not any(item.red_line for item in CONVERSATIONS)
