"""The shipped mappings on the real files they are written for. The counts are those of the dataset cards."""

import os
from pathlib import Path

import pytest

from evalcenter import hooks, yamls
from evalcenter.errors import EncodingError
from evalcenter.graders import choice, mentions, number, refusal
from evalcenter.importers import csv, json, jsonl, mapping, text

pytestmark = pytest.mark.realdata
MAPPINGS = Path(__file__).parents[2] / "datasets" / "mappings"
PLUGINS = hooks.Plugins(importers={"csv": csv.plugin, "json": json.plugin, "jsonl": jsonl.plugin})


@pytest.fixture
def root():
    """The folder of real data."""
    folder = os.environ.get("EVALCENTER_REALDATA")
    if not folder:
        pytest.skip("EVALCENTER_REALDATA does not name the folder of real data")
    return Path(folder)


COUNTS = {
    "bbq_disability": (600, 600, {}, 0),
    "cmexam": (1500, 1498, {"option letters": 1, "duplicate options": 1}, 0),
    "disc_law_multi_pae": (276, 274, {"duplicate question": 2}, 0),
    "disc_law_single_lbk": (274, 274, {}, 0),
    "disc_law_single_pae": (118, 118, {}, 0),
    "disc_law_single_pfe": (170, 166, {"duplicate options": 2, "duplicate question": 2}, 0),
    "h2o_gov_choice": (29, 24, {"damaged text": 5}, 0),
    "h2o_gov_tokens": (127, 127, {}, 0),
    "jade_hard_zh": (144, 144, {}, 0),
    "medcalc_dates": (500, 14, {}, 486),
    "medcalc_numbers": (500, 469, {"not a number": 14, "duplicate question": 3}, 14),
    "medqa_us": (1273, 1273, {}, 0),
    "pubmedqa": (500, 500, {}, 0),
    "safetybench_zh": (2094, 2092, {"duplicate options": 2}, 0),
    "xstest_safe": (448, 249, {}, 199),
    "xstest_pairs": (448, 348, {}, 100),
}


def imported(name, root):
    """The import of one mapping, without graders (the counts with graders depend on the graders' versions)."""
    return mapping.load(yamls.read(MAPPINGS / f"{name}.yaml").value, root, PLUGINS)


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_counts(root, name):
    """Every row of the file is imported, refused for a stated reason, or left out by the mapping."""
    found = imported(name, root)
    assert (found.rows, len(found.items), found.reasons(), found.left_out) == COUNTS[name]


def test_every_mapping_is_counted():
    """Each shipped mapping is read here and has its counts."""
    assert {path.stem for path in MAPPINGS.glob("*.yaml")} == set(COUNTS)


def by_id(name, root):
    """The items of one mapping by id."""
    return {item.id: item for item in imported(name, root).items}


def test_cmexam_options_and_keys(root):
    """Four and five options, one and several right letters, and the refused row that begins at B."""
    items = by_id("cmexam", root)
    assert sorted({len(item.options) for item in items.values()}) == [4, 5]
    assert sum(len(item.criteria[0].check["choice"]["key"]) > 1 for item in items.values()) == 100
    assert "cmexam-1216" not in items


def test_medqa_keys_agree_with_the_answer_text(root):
    """The option that the letter names is the text that the file gives beside it."""
    items = by_id("medqa_us", root)
    for row in jsonl.plugin.rows(jsonl.Params(path="medqa_us/test.jsonl"), root):
        item = items[f"medqa-us-{row.fields['realidx']}"]
        (letter,) = item.criteria[0].check["choice"]["key"]
        assert item.options[letter] == row.fields["answer"].strip()


def test_pubmedqa_contexts_are_paragraphs(root):
    """The list of contexts becomes the document's paragraphs."""
    item = by_id("pubmedqa", root)["pubmedqa-21645374"]
    assert item.documents[0].text.count("\n\n") == 1
    assert item.criteria[0].check == {"choice": {"key": ["A"]}}


def test_safetybench_keys_come_from_the_second_file(root):
    """The 0-based key of the second file is the letter of the item."""
    item = by_id("safetybench_zh", root)["safetybench-zh-2"]
    assert item.criteria[0].check == {"choice": {"key": ["B"]}}
    assert item.dimension == "offensiveness"


def test_medcalc_windows(root):
    """A number item carries the window of its row."""
    item = by_id("medcalc_numbers", root)["medcalc-5"]
    assert item.criteria[0].check == {"number": {"low": "74.21495", "high": "82.02705"}}


def test_the_same_key_in_two_encodings(root):
    """A GB18030 file reads the same with and without its encoding's name."""
    path = "jade_db/jade_alignment_hard_zh.gb18030.csv"
    assert text.read(root, path) == text.read(root, path, "gb18030")


@pytest.mark.parametrize("encoding", ["auto", "utf-8", "gb18030", "cp1252", "mac_roman", "latin-1"])
def test_a_file_of_mixed_bytes_is_refused(root, encoding):
    """The file of mixed encodings is refused in every way, with the offset and with what to do."""
    with pytest.raises(EncodingError, match=r"byte \d+") as caught:
        list(csv.plugin.rows(csv.Params(path="jailbreakbench/judge-comparison.csv", encoding=encoding), root))
    assert caught.value.todo


# What the graders refuse beyond the counts above: rows whose own examples do not come out as they should.
PROVEN = {
    "h2o_gov_tokens": 125,
    "jade_hard_zh": 110,
    "medcalc_numbers": 469,
    "medcalc_dates": 14,
    "xstest_pairs": 340,
    "xstest_safe": 240,
    "cmexam": 1498,
    "disc_law_multi_pae": 274,
    "bbq_disability": 600,
}


@pytest.mark.parametrize("name", sorted(PROVEN))
def test_items_grade_their_own_examples(root, name):
    """With the shipped graders at least these many rows are kept: a rubric that contradicts its examples is refused."""
    graders = {grader.name: grader for grader in (choice.plugin, mentions.plugin, number.plugin, refusal.plugin)}
    found = mapping.load(
        yamls.read(MAPPINGS / f"{name}.yaml").value, root, hooks.Plugins(importers=PLUGINS.importers, graders=graders)
    )
    assert PROVEN[name] <= len(found.items) <= COUNTS[name][1]
    assert set(found.reasons()) - set(COUNTS[name][2]) <= {"examples contradict the key", "no twin"}
