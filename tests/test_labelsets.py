"""A set of labels from outside is taken whole or not at all, with every bad row named."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import labelsets
from evalcenter.errors import EncodingError, InputError
from evalcenter.records import Criterion, Message
from tests.factory import make_item
from tests.panels import judged_item

ITEM = judged_item(criteria=2)
TALK = judged_item(
    2,
    id="talk",
    prompt=(Message(role="user", content="头疼"), Message(role="user", content="三天了")),
)
RULE = make_item(3, id="rule", criteria=(Criterion(id="c0", text="规则", check={"number": {"target": 1}}),))
ITEMS = {one.id: one for one in (ITEM, TALK, RULE)}
GOOD = {"item": ITEM.id, "criterion": "c0", "truth": "met", "answer": "每次 250 mg。"}
TURNS = {"item": "talk", "criterion": "c0", "truth": "not_met", "turn_1": "请休息", "turn_2": "请就医"}


def as_csv(folder: Path, *rows: dict[str, str]) -> Path:
    path, names = folder / "labels.csv", list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, names)
        table.writeheader()
        table.writerows(rows)
    return path


def as_lines(folder: Path, *rows: object) -> Path:
    path = folder / "labels.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("write", [as_csv, as_lines])
def test_rows_of_one_answer_are_one_label(tmp_path: Path, write) -> None:
    """Each row is one criterion; an answer's rows are put together, in order of first mention, and named by the file."""
    found = labelsets.load(write(tmp_path, GOOD, TURNS, {**GOOD, "criterion": "c1", "truth": "not_met"}), ITEMS)
    assert [(one.item, one.answers, dict(one.truth)) for one in found] == [
        (ITEM.id, ("每次 250 mg。",), {"c0": "met", "c1": "not_met"}),
        ("talk", ("请休息", "请就医"), {"c0": "not_met"}),
    ]
    assert {(one.bad, one.source.split(".")[0]) for one in found} == {(None, "labels")}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**GOOD, "item": "none"}, "no suite that was named has an item 'none'"),
        ({**GOOD, "item": ""}, "no suite that was named has an item ''"),
        ({**GOOD, "criterion": "c9"}, "med-zh-dose-001 has no criterion 'c9' for a judge; it has c0, c1"),
        ({**GOOD, "item": "rule"}, "rule has no criterion 'c0' for a judge; it has none"),
        ({**GOOD, "truth": "yes"}, "the truth is 'yes'; expected met or not_met"),
        ({**GOOD, "truth": "unjudged"}, "the truth is 'unjudged'"),
        ({**GOOD, "answer": " "}, "the answer is empty"),
        ({**TURNS, "answer": "x"}, "both an answer and turns"),
        ({**TURNS, "turn_3": "x"}, "3 answers are given; talk asks for 2"),
        ({**TURNS, "turn_1": ""}, "1 answers are given; talk asks for 2"),
        ({**GOOD, "item": "talk"}, "1 answers are given; talk asks for 2"),
        ({**GOOD, "turn1": ""}, "the column 'turn1' is none of item, criterion, truth, answer"),
    ],
)
@pytest.mark.parametrize("write", [as_csv, as_lines])
def test_a_wrong_row_is_named_and_nothing_is_taken(tmp_path: Path, write, row: dict[str, str], words: str) -> None:
    """Each wrong row is said with its number and its reason."""
    with pytest.raises(InputError, match="1 rows are wrong") as caught:
        labelsets.load(write(tmp_path, row), ITEMS)
    assert f"row 1: {words}" in str(caught.value)
    assert "none was taken" in str(caught.value)


def test_every_wrong_row_is_named(tmp_path: Path) -> None:
    """Of five rows the three that are wrong are named, doubles and contradictions among them."""
    rows = [GOOD, GOOD, {**GOOD, "truth": "not_met"}, TURNS, {**TURNS, "item": "?"}]
    with pytest.raises(InputError) as caught:
        labelsets.load(as_lines(tmp_path, *rows), ITEMS)
    text = str(caught.value)
    assert "3 rows are wrong" in text
    assert "row 2: the truth of 'c0' on this answer was said again" in text
    assert "row 3: the truth of 'c0' on this answer was said and otherwise before" in text
    assert "row 5: no suite" in text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({**GOOD, "answer": ["a"]}, "the column answer holds a list"),
        ({**GOOD, "truth": True}, "the column truth holds a bool"),
        ({**GOOD, "answer": "\ud800"}, "holds half a character"),
        ([1], "expected an object"),
    ],
)
def test_cells_that_are_no_text_are_refused(tmp_path: Path, value: object, words: str) -> None:
    """A cell is text, and can be written down again."""
    with pytest.raises(InputError, match=words):
        labelsets.load(as_lines(tmp_path, value), ITEMS)


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    """A CSV row with more cells than the heading is refused with its line."""
    path = tmp_path / "l.csv"
    path.write_text("item,criterion,truth,answer\na,b,met,x,y\n", encoding="utf-8")
    with pytest.raises(InputError, match="row 1: line 2: 5 cells"):
        labelsets.load(path, ITEMS)


def test_a_file_of_another_kind_or_without_rows_is_refused(tmp_path: Path) -> None:
    """Only CSV and JSON Lines are read, and they must hold a label."""
    (tmp_path / "l.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"neither a \.csv nor a \.jsonl"):
        labelsets.load(tmp_path / "l.xlsx", ITEMS)
    for name, content in (("l.jsonl", ""), ("l.csv", "item,criterion,truth,answer\n")):
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="no row holds a label"):
            labelsets.load(tmp_path / name, ITEMS)
    with pytest.raises(InputError, match="no such file"):
        labelsets.load(tmp_path / "none.csv", ITEMS)
    (tmp_path / "b.csv").write_bytes(b"\xff\xff\xff")
    with pytest.raises((EncodingError, InputError)):
        labelsets.load(tmp_path / "b.csv", ITEMS)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "item": st.sampled_from([*ITEMS, "?", "\x1b[31m"]),
            "criterion": st.sampled_from(["c0", "c1", "=1+1"]),
            "truth": st.sampled_from(["met", "not_met", "", "<b>"]),
            "answer": st.sampled_from(["a", "b", "", "{{x}}"]),
        }
    ),
    max_size=8,
)


@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_all_rows_are_taken_or_all_wrong_ones_named(tmp_path_factory: pytest.TempPathFactory, rows) -> None:
    """Whatever stands in the rows, each becomes one truth, or the set is refused and every other row is not among those named."""
    path = as_lines(tmp_path_factory.mktemp("labels"), *rows)
    try:
        found = labelsets.load(path, ITEMS)
    except InputError as problem:
        named = str(problem).count("\nrow ")
        assert named == (int(problem.what.split()[0]) if rows else 0)
    else:
        assert sum(len(one.truth) for one in found) == len(rows) > 0
