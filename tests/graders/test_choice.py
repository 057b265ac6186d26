"""Facts about reading the chosen options from an answer."""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import boundary, hooks
from evalcenter.graders import choice
from evalcenter.records import Answer, Document, Examples, Item, Message
from tests.graders.choice_cases import CASES, PEOPLE, UNCLEAR

ZH = {
    "A": "立即停用全部药物",
    "B": "青霉素皮试阳性者改用其他药物",
    "C": "每日监测血压",
    "D": "自行加量",
    "E": "两周后复诊",
}
EN = {"A": "Aspirin", "B": "Hepatitis B vaccine", "C": "Vitamin K", "D": "Warfarin", "E": "None of these"}


def item(options: dict[str, str] | None = None, lang: str = "zh", prompt: str = "下列哪些做法是正确的？") -> Item:
    return Item(
        id="x-zh-test-001",
        lang=lang,
        dimension="d",
        prompt=(Message(role="user", content=prompt),),
        criteria=(),
        examples=Examples(good=(), bad=()),
        options=ZH if options is None else options,
    )


def state(text: str, key: str, *, options: dict[str, str] | None = None, lang: str = "zh") -> str:
    return choice.plugin.mark(choice.Choice(key=tuple(key)), item(options, lang), Answer(text=text)).state


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", "C"),
        ("C.", "C"),
        ("(C)", "C"),
        ("【C】", "C"),
        ("答案：C", "C"),
        ("答案:C。", "C"),
        ("答案是C", "C"),
        ("答案为 C 选项", "C"),
        ("正确答案是（C）。", "C"),
        ("**答案：C**", "C"),
        ("**答案**：C", "C"),
        ("### 答案\nC", "C"),
        ("【答案】C", "C"),
        ("答案：\n\nC. 每日监测血压", "C"),
        ("**C**", "C"),
        ("\\boxed{C}", "C"),
        ("$\\boxed{\\text{C}}$", "C"),
        ("因此最终答案为 $\\boxed{\\mathrm{A, C}}$", "AC"),
        ("\\boxed{C. 每日监测血压}", "C"),
        ("Ｃ", "C"),
        ("答案：Ａ、Ｃ", "AC"),
        ("选 A、C", "AC"),
        ("选A和C。", "AC"),
        ("选择A，C", "AC"),
        ("故选C。", "C"),
        ("应选 C 项", "C"),
        ("本题选C", "C"),
        ("我选C，因为血压波动需要观察。", "C"),
        ("正确的选项是A、C、E。", "ACE"),
        ("正确的是 A 和 C", "AC"),
        ("答案：ACE", "ACE"),
        ("ACE", "ACE"),
        ("A C E", "ACE"),
        ("A、C、E", "ACE"),
        ("A\nC\nE", "ACE"),
        ("A,C,E", "ACE"),
        ("A；C", "AC"),
        ("选项A、选项C", "AC"),
        ("选项C正确。", "C"),
        ("C项正确，其余错误。", "C"),
        ("A错误，停药有风险；B错误；C正确；D错误；E错误。", "C"),
        ("A 错误：停药危险。\nB 不符合题意。\nD、E 也不对。\n故选 C。", "C"),
        (
            "A. 立即停用全部药物：错误\nB. 青霉素皮试阳性者改用其他药物：错误\nC. 每日监测血压：正确\nD. 自行加量：错误",
            "C",
        ),
        ("C. 每日监测血压", "C"),
        ("C.每日监测血压", "C"),
        ("C、每日监测血压", "C"),
        ("C 每日监测血压", "C"),
        ("A. 立即停用全部药物\nC. 每日监测血压", "AC"),
        ("每日监测血压", "C"),
        ("应该每日监测血压。", "C"),
        ("答案是每日监测血压", "C"),
        ("乍看可能是B，但是题目问的是监测，答案是C。", "C"),
        ("初步答案可能是A。重新核对后，答案是C。", "C"),
        ("答案是A。不对，重新看题，答案应为C。", "C"),
        ("不选A，也不选B，选C。", "C"),
        ("不能选A。应选C。", "C"),
        ("<think>答案是A</think>答案是C", "C"),
        ("答案是A，再想想……</think>\n\nC", "C"),
        ("1. 先看 A：停药会反跳。\n2. 再看 C：监测是必要的。\n\n综上，答案：C", "C"),
        ("答案：c", "C"),
        ("以下选项正确：\nA. 立即停用全部药物\nC. 每日监测血压\n答案：AC", "AC"),
    ],
)
def test_zh_choice_is_read(text: str, key: str) -> None:
    """A Chinese statement of the choice is read, however it is written."""
    assert state(text, key) == "met"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("The correct answer is (B).", "B"),
        ("The correct answer is B: Hepatitis B vaccine", "B"),
        ("Answer: B", "B"),
        ("**Answer: B**", "B"),
        ("**Answer:** B", "B"),
        ("Final answer: **B**", "B"),
        ("The answer is **B**.", "B"),
        ("Answer: A, C and E", "ACE"),
        ("A, C and E", "ACE"),
        ("A, C, and E.", "ACE"),
        ("A and D", "AD"),
        ("The correct options are A and D.", "AD"),
        ("I would choose D because of the bleeding risk.", "D"),
        ("Option D is correct.", "D"),
        ("D is the correct answer.", "D"),
        ("B is wrong. C is wrong. D is correct.", "D"),
        ("A is incorrect, B is incorrect, and D is the best answer.", "D"),
        ("(D) Warfarin", "D"),
        ("Warfarin", "D"),
        ("The drug is Warfarin.", "D"),
        ("A patient on this drug needs monitoring. The answer is D.", "D"),
        ("I think the answer is D", "D"),
        ("At first the answer might be A. On reflection, the answer is D.", "D"),
        ("The answer is A. Wait, that ignores the INR. The answer is D.", "D"),
        ("The correct answer is not A. The correct answer is D.", "D"),
        ("The drugs that qualify are A and D.", "AD"),
        ("The ones to withhold are A, C and D. Hepatitis B (B) may be given.", "ACD"),
        ("Answer: A because platelets are affected", "A"),
        ("Answer: A", "A"),
        ("A", "A"),
        ("d", "D"),
        ("(d)", "D"),
        ("A\n\nAspirin is the antiplatelet agent.", "A"),
        ("\\boxed{D}\n\nWarfarin is monitored with the INR, whereas A and B are not.", "D"),
    ],
)
def test_en_choice_is_read(text: str, key: str) -> None:
    """An English statement of the choice is read, however it is written."""
    assert state(text, key, options=EN, lang="en") == "met"


@pytest.mark.parametrize(("options", "question", "text", "key"), CASES.values(), ids=CASES.keys())
def test_lists_glosses_and_leads_are_read(options: dict[str, str], question: str, text: str, key: str) -> None:
    """A choice stated with lists, glosses or reasons is read as exactly its letters."""
    asked = item(options, "en", question)
    assert choice.plugin.mark(choice.Choice(key=tuple(key)), asked, Answer(text=text)).state == "met"
    for other in options:
        shifted = tuple(sorted({*key} ^ {other}))
        if shifted:
            assert choice.plugin.mark(choice.Choice(key=shifted), asked, Answer(text=text)).state == "not_met"


@pytest.mark.parametrize(("options", "question", "text", "key"), UNCLEAR.values(), ids=UNCLEAR.keys())
def test_a_lead_that_may_mean_the_opposite_is_never_met(
    options: dict[str, str], question: str, text: str, key: str
) -> None:
    """Letters that an answer begins with are no choice where what is said of them goes against the question."""
    mark = choice.plugin.mark(choice.Choice(key=tuple(key)), item(options, "en", question), Answer(text=text))
    assert mark.state in {"unjudged", "not_met"}


@pytest.mark.parametrize("key", ["A", "C", "AD", "ABCD"])
@pytest.mark.parametrize("joint", ["\n\n", "\n", " "])
def test_an_echo_with_other_white_space_is_never_met(key: str, joint: str) -> None:
    """The repeated question, documents and options choose nothing, even where the question shows the form of an answer."""
    asked = Item(
        id="x-en-test-001",
        lang="en",
        dimension="d",
        prompt=(Message(role="user", content="Which of these qualify?\nWrite it so: Answer: C"),),
        criteria=(),
        examples=Examples(good=(), bad=()),
        options=PEOPLE,
        documents=(Document(id="d", title="Rules", text="Example of a decision: the answer is A and D."),),
    )
    block = joint.join(f"{letter}. {text}" for letter, text in PEOPLE.items())
    for echo in (
        joint.join([asked.documents[0].text, *asked.prompt[0].content.splitlines(), block]),
        joint.join([*asked.prompt[0].content.splitlines(), block]),
        joint.join(["Which of these qualify?", block]),
    ):
        assert choice.plugin.mark(choice.Choice(key=tuple(key)), asked, Answer(text=echo)).state != "met", echo


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "无法确定",
        "抱歉，我无法回答这个问题。",
        "以上都不对",
        "I'm sorry, but I can't help with that.",
        "A patient with these findings should see a doctor.",
        "I am not able to choose.",
        "答案：F",
        "答案是维生素",
        "<think>答案是C",
        "答案是 A 或 C",
        "答案：C或D",
        "The answer is C or D.",
        "不选C",
        "C错误",
        "答案不是C",
        "The answer is not C.",
        "C is incorrect.",
        "答案：ACD",
        "答案：A",
        "全选",
        "C反应蛋白升高",
        "It's not C.",
        "I cannot say whether it's C.",
        "If it's C, fine.",
        "Everything but C",
    ],
)
def test_no_or_another_choice_is_not_met(text: str) -> None:
    """An answer that chooses nothing, hedges, denies the option or chooses others is not met."""
    assert state(text, "C") == "not_met"


@pytest.mark.parametrize(
    "text",
    [
        "答案：A。解析：监测最要紧，因此答案是C。",
        "The answer is A. The reasons are many. The answer is C.",
        "\\boxed{A} ... \\boxed{C}",
    ],
)
def test_contradicting_final_statements_are_unjudged(text: str) -> None:
    """Two definite choices that differ, with no revision between them, cannot be judged."""
    assert state(text, "C") == "unjudged"
    assert state(text, "A") == "unjudged"


def test_several_named_options_without_a_choice_are_unjudged() -> None:
    """Options that are named without a choice are the grader's confusion."""
    assert state("选项A和选项C的情况各不相同，要看病情。", "C") == "unjudged"


@pytest.mark.parametrize("key", ["A", "AC", "ABCDE"])
def test_an_echo_of_the_question_is_no_choice(key: str) -> None:
    """The repeated question with its options chooses nothing."""
    it = item()
    echo = it.prompt[0].content + "\n\n" + "\n".join(f"{k}. {v}" for k, v in ZH.items())
    assert choice.plugin.mark(choice.Choice(key=tuple(key)), it, Answer(text=echo)).state == "not_met"


def test_an_echo_before_the_answer_does_not_hide_it() -> None:
    """The repeated question before the answer is skipped."""
    it = item()
    echo = it.prompt[0].content + "\n" + "\n".join(f"{k}. {v}" for k, v in ZH.items()) + "\n\n答案：C"
    assert choice.plugin.mark(choice.Choice(key=("C",)), it, Answer(text=echo)).state == "met"


def test_wording_of_an_option_is_not_read_as_a_statement() -> None:
    """Letters and cues inside an option's own wording do not count."""
    options = {"A": "答案是B的说法", "B": "选C方案", "C": "其他"}
    assert state("答案是A，即“答案是B的说法”", "A", options=options) == "met"
    assert state("B. 选C方案", "B", options=options) == "met"


def test_option_lines_may_break() -> None:
    """A short rest of a broken option line does not spoil a list of options."""
    assert state("A. 申请人应当说明保藏日期、保藏编\n号\nC. 其他说明", "AC") == "met"


def test_blocked_answer_is_not_met() -> None:
    """A blocked answer chooses nothing."""
    mark = choice.plugin.mark(choice.Choice(key=("C",)), item(), Answer(text="", state="blocked"))
    assert mark.state == "not_met"


def test_mark_quotes_the_statement() -> None:
    """The mark carries the place it rests on."""
    mark = choice.plugin.mark(choice.Choice(key=("C",)), item(), Answer(text="分析很长。故选C。"))
    assert "故选C" in mark.excerpt


def test_item_without_options_reads_the_first_eight_letters() -> None:
    """Without options in the item, A to H are taken as its letters."""
    assert state("答案：H", "H", options={}) == "met"


@pytest.mark.parametrize("key", [[], ["a"], ["AB"], ["A", "A"], ["1"], [""]])
def test_bad_key_is_refused(key: list[str]) -> None:
    """A key must be different capital letters."""
    with pytest.raises(boundary.Invalid, match="key"):
        boundary.convert(choice.Choice, {"key": key})


def test_plugin_keeps_the_contract() -> None:
    """The module's plugin is a grader."""
    assert isinstance(choice.plugin, hooks.Grader)


# Far below what anything worse than linear takes, far above what a busy machine or a coverage tool adds.
BUDGET_S = 8
HOSTILE = {
    "letters": "A" * 100_000,
    "spaced letters": "A " * 50_000,
    "listed letters": "A、" * 50_000,
    "cues": "答案是" * 33_000,
    "cue and letters": "答案是A，" * 20_000,
    "en cues": "the answer is " * 7_000,
    "brackets": "((((" * 25_000,
    "boxes": "\\boxed{" * 14_000,
    "spaces": "答案：" + " " * 99_000,
    "lines": "A.\n" * 33_000,
    "verdicts": "A 正确 B 错误 " * 10_000,
    "thinks": "<think>" * 14_000,
    "closes": "</think>" * 12_000,
    "choose": "choose " * 14_000,
    "adverbs": "A都均才就" * 20_000,
    "glosses": "The answers are " + "A (x), C (y), " * 7_000,
    "rows": "Answer:\n" + "A. x\n\nB. y\n" * 9_000,
    "cued rows": "Answer:\nA. x\nB. y\n" * 4_000,
    "only": "only A may " * 9_000,
    "lead": "A and D are live; " + "B and C, " * 11_000,
    "bare lead": "A and D\n" + "B: wrong\n" * 11_000,
    "echoes": "下列哪些做法是正确的？" * 9_000,
    "surrogate": "答案：\ud800C",
    "nul": "答案：\x00C",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_read_in_time(text: str) -> None:
    """100 kB made to be slow costs no more than its length."""
    start = time.process_time()
    state(text, "C")
    assert time.process_time() - start < BUDGET_S


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("ABCDE答案选是不或、。 \n*()（）:："), max_size=200))
def test_any_text_is_marked(text: str) -> None:
    """No text makes the grader raise."""
    assert state(text, "C") in {"met", "not_met", "unjudged"}


@settings(max_examples=100, deadline=None)
@given(
    st.sets(st.sampled_from("ABCDE"), min_size=1),
    st.sampled_from(["答案：{}", "故选{}。", "正确答案是 {}", "The answer is {}."]),
    st.sampled_from(["", "、", ", ", " "]),
)
def test_the_set_of_letters_decides(letters: set[str], frame: str, joint: str) -> None:
    """Whatever the frame and the separator, exactly the stated set is met."""
    said = frame.format(joint.join(sorted(letters)))
    assert state(said, "".join(sorted(letters))) == "met"
    assert state(said, "".join(sorted(letters ^ {"E"})) or "A") == (
        "not_met" if letters ^ {"E"} or letters != {"A"} else "met"
    )


OUTPUTS = {
    "outputs_GPT-3.5-turbo_multi_pae_results.csv": ("mcq_mult_pae.csv", 276),
    "outputs_GPT-3.5-turbo_single_pfe_results.csv": ("mcq_sing_pfe.csv", 170),
    "outputs_ChatLaw_single_pfe_results.csv": ("mcq_sing_pfe.csv", 170),
}


@pytest.mark.realdata
@pytest.mark.parametrize("outputs", OUTPUTS)
def test_agrees_with_published_marks(outputs: str) -> None:
    """On recorded answers of two models every mark equals the published one."""
    root = os.environ.get("EVALCENTER_REALDATA")
    if not root:
        pytest.skip("EVALCENTER_REALDATA does not name the public data folder")
    folder = Path(root) / "disc_law_eval"
    questions, count = OUTPUTS[outputs]
    answered, asked = _rows(folder / outputs), _rows(folder / questions)
    assert len(answered) == len(asked) == count
    differing = []
    for number, (row, question) in enumerate(zip(answered, asked, strict=True)):
        assert row["input"] == question["input"]
        options = {letter: question[letter] for letter in "ABCD"}
        mark = choice.plugin.mark(
            choice.Choice(key=tuple(question["output"].strip())),
            item(options, prompt=question["input"]),
            Answer(text=row["model_output"]),
        )
        if mark.state != {"1": "met", "0": "not_met"}[row["correctness"]]:
            differing.append(number)
    assert differing == []


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
