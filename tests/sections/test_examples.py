"""What failed and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalcenter import cli, history
from evalcenter.blocks import (
    Excerpt,
    Facts,
    Paragraph,
    Table,
)
from evalcenter.records import (
    Answer,
    Criterion,
    Lang,
    Message,
    Response,
    Text,
)
from evalcenter.sections import (
    examples,
)
from tests.factory import make_facts, make_grade, make_item, make_plan, make_response
from tests.sections.reading import build, failed, only, words


def test_excerpt() -> None:
    """An excerpt holds the question, the answer, the missed criterion, the reason and the words found."""
    facts = failed(make_item(1), reason=Text(zh="错", en="It says 500 mg"), excerpt="500 mg")
    shown = only(Excerpt, build(examples, facts))
    assert "第 1 题" in shown.question
    assert shown.answer == "每次 500 mg。"
    assert shown.findings == ("[critical] 给出每次 250 mg: It says 500 mg (“500 mg”)",)
    assert shown.lang == "zh"


def test_worst_first() -> None:
    """Confirmed violations come first, then unconfirmed ones, then the fewest points."""
    mild = tuple(Criterion(id=f"c{n}", text="x", check={"mentions": {}}, points=n) for n in (1, 9))
    items = [
        make_item(1, criteria=mild),
        make_item(2, criteria=mild[:1]),
        make_item(3, red_line=True),
        make_item(4, red_line=True),
    ]
    facts = failed(*items)
    better = replace(
        facts.grades[0], earned=9, marks=(facts.grades[0].marks[0], replace(facts.grades[0].marks[1], state="met"))
    )
    grades = {**facts.grades, 0: better, 3: replace(facts.grades[3], violation="confirmed")}
    titles = [b.title for b in build(examples, make_facts(facts.plan, grades)) if isinstance(b, Excerpt)]
    assert [title.split(" ")[0][-1] for title in titles] == ["4", "3", "2", "1"]
    assert "red-line violation · confirmed" in titles[0]


def test_all_failures_are_shown_up_to_the_cap() -> None:
    """Below the cap every failure is there, and the heading says so."""
    blocks = build(examples, failed(*(make_item(n) for n in range(33))))
    assert sum(isinstance(b, Excerpt) for b in blocks) == 33
    assert "All 33, the worst first" in words(blocks)


def test_cap() -> None:
    """At most two hundred failures are shown, and the report says how many are not."""
    blocks = build(examples, failed(*(make_item(n) for n in range(203))))
    assert sum(isinstance(b, Excerpt) for b in blocks) == 200
    assert "The worst 200; 3 more are not shown" in words(blocks)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("failures", "passes"), [(203, 0), (203, 9), (1, 9), (1, 0), (0, 9)])
def test_the_way_to_what_is_left_out(failures: int, passes: int, lang: Lang) -> None:
    """Whatever is left out, the section names the command that gives all samples, once, before the first excerpt."""
    plan = make_plan([make_item(n) for n in range(failures + passes)])
    facts = make_facts(plan, {p: make_grade(plan, p, met=p >= failures) for p in range(failures + passes)})
    blocks = build(examples, facts, lang)
    assert words(blocks).count(examples.COMMAND) == 1
    first = next(at for at, block in enumerate(blocks) if isinstance(block, Excerpt))
    assert examples.COMMAND in words(blocks[:first])


def test_the_command_is_one(tmp_path: Path) -> None:
    """The command that a report names, put to the command line, exports the run."""
    recorded = history.create(tmp_path / "RUN", make_plan())
    recorded.write("response", make_response(0))
    recorded.close()
    name, *words = examples.COMMAND.split()
    words = [str(tmp_path / word) if word in {"RUN", "samples.parquet"} else word for word in words]
    done = CliRunner().invoke(cli.main, words)
    assert (name, done.exit_code) == ("evalcenter", 0)
    assert done.output == f"2 samples in {tmp_path / 'samples.parquet'}\n"


def mixed(count: int, **item: object) -> Facts:
    """One failure and `count` passes."""
    plan = make_plan([make_item(n, **item) for n in range(count + 1)])
    return make_facts(plan, {p: make_grade(plan, p, met=p > 0) for p in range(count + 1)})


def test_a_few_of_the_others_are_shown() -> None:
    """Five of the answers that did not fail are there, drawn by seed, the same ones in both languages."""
    facts = mixed(50)
    shown = {lang: [b.title for b in build(examples, facts, lang) if isinstance(b, Excerpt)] for lang in ("zh", "en")}
    assert len(shown["en"]) == 6
    assert [title.split(" ")[0] for title in shown["zh"]] == [title.split(" ")[0] for title in shown["en"]]
    assert "5 of the other 50 answers to public items, drawn by seed" in words(build(examples, facts))


def test_sealed_answers_are_not_among_the_others() -> None:
    """Nothing of a sealed item is shown, whatever became of it."""
    assert not [b for b in build(examples, mixed(9, visibility="sealed")) if isinstance(b, Excerpt)]


def test_penalty_is_what_was_met() -> None:
    """A criterion that costs points is listed when it is met."""
    criteria = (
        Criterion(id="good", text="right", check={"mentions": {}}),
        Criterion(id="bad", text="invents a dose", check={"mentions": {}}, points=-1),
    )
    plan = make_plan([make_item(1, criteria=criteria)])
    facts = make_facts(plan, {0: make_grade(plan, 0)})
    assert only(Excerpt, build(examples, facts)).findings == ("invents a dose: checked",)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(text="", state="silent"), "stayed silent"),
        (Answer(text=" ", state="blocked"), "content filter"),
        (Answer(text=""), "(empty)"),
        (Answer(text="half an", state="truncated"), "half an\n(cut short)"),
    ],
)
def test_incomplete_answers(answer: Answer, said: str) -> None:
    """An answer that is not a complete text says what it is."""
    facts = failed(make_item(1))
    facts = replace(facts, responses={0: Response(position=0, answers=(answer,))})
    assert said in only(Excerpt, build(examples, facts)).answer


def test_dialogue() -> None:
    """A dialogue shows each turn with its role, and each answer with its number."""
    item = make_item(1, prompt=(Message(role="user", content="one"), Message(role="user", content="two")))
    facts = replace(failed(item), responses={0: Response(position=0, answers=(Answer(text="A"), Answer(text="B")))})
    shown = only(Excerpt, build(examples, facts))
    assert shown.question == "[user] one\n\n[user] two"
    assert shown.answer == "[1] A\n\n[2] B"


def test_no_response() -> None:
    """A grade without a response says that nothing is recorded."""
    assert "nothing is recorded" in only(Excerpt, build(examples, replace(failed(make_item(1)), responses={}))).answer


def test_endless_texts() -> None:
    """Question, answer and reason are shortened, and what is left out is counted."""
    item = make_item(1, prompt=(Message(role="user", content="Q" * 100_000),))
    facts = failed(item, text="A" * 100_000, reason=Text(zh="R" * 9000, en="R" * 9000), excerpt="E" * 9000)
    shown = only(Excerpt, build(examples, facts))
    assert len(words(shown)) < 4000
    assert "98,800 more characters not shown" in shown.answer


def test_sealed_only() -> None:
    """Sealed failures are counted by risk and never shown, also without a risk."""
    facts = failed(make_item(1, visibility="sealed"), make_item(2, visibility="sealed", risks=()))
    blocks = build(examples, facts)
    assert not [b for b in blocks if isinstance(b, Excerpt)]
    assert ("(no risk named)", "1") in [b for b in blocks if isinstance(b, Table)][1].rows


@pytest.mark.parametrize(
    ("facts", "said"),
    [(make_facts(), "No answer was graded as failed."), (make_facts(make_plan([]), {}), "No answer was graded.")],
    ids=["passed", "empty"],
)
def test_no_failures(facts: Facts, said: str) -> None:
    """Nothing failed and nothing graded are said in different words."""
    assert build(examples, facts)[0] == Paragraph(text=said)


@pytest.mark.parametrize(("lang", "said"), [("zh", "数值"), ("en", "a number")])
def test_kinds_of_checks_have_words(lang: Lang, said: str) -> None:
    """The table of missed criteria names what a check looks at in words, not by its grader's name."""
    facts = failed(make_item(1))
    table = next(b for b in build(examples, facts, lang) if isinstance(b, Table))
    assert table.rows[0][1] == said
