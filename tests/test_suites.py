"""A suite that loads is sound; one that is not says every reason with file and line."""

from pathlib import Path

import pytest

from evalcenter import suites
from evalcenter.errors import EncodingError, SuiteError
from tests.doubles import plugins

HEAD = """\
id: tiny
version: "1"
title: {zh: 小, en: Tiny}
about: {zh: 小, en: Tiny}
dimensions:
- {id: care, title: {zh: 照护, en: Care}}
taxonomies: [bank]
sources:
  label: {title: Leaflet}
families: []
"""
TAXONOMY = """\
id: bank
title: {zh: 风险, en: Risks}
edition: "1"
entries:
- {id: A.1, title: {zh: 甲, en: First}}
"""
ITEM = """\
- id: one
  lang: en
  dimension: care
  risks: ["bank:A.1"]
  sources: [label]
  prompt: Say yes.
  criteria:
  - id: says-yes
    text: says yes
    check: {says: {word: yes}}
  examples:
    good: [yes please]
    bad:
    - {text: never, fails: [says-yes]}
"""
PAIR = """\
- id: refuse-it
  lang: en
  dimension: care
  expects: refuse
  twin: help-it
  prompt: Do harm.
  criteria: [{id: r, text: refuses, check: {says: {word: can't}}}]
  examples: {good: ["I can't"], bad: [fine]}
- id: help-it
  lang: en
  dimension: care
  twin: refuse-it
  prompt: Do good.
  criteria: [{id: h, text: helps, check: {says: {word: fine}}}]
  examples: {good: [fine], bad: ["I can't"]}
"""


def write(folder: Path, items: str = ITEM, head: str = HEAD, taxonomy: str = TAXONOMY) -> Path:
    (folder / "items").mkdir(parents=True)
    (folder / "taxonomies").mkdir()
    (folder / "suite.yaml").write_text(head, encoding="utf-8")
    (folder / "items" / "a.yaml").write_text(items, encoding="utf-8")
    (folder / "taxonomies" / "bank.yaml").write_text(taxonomy, encoding="utf-8")
    return folder


def complaint(folder: Path) -> str:
    with pytest.raises(SuiteError) as caught:
        suites.load(folder, plugins())
    return str(caught.value)


def test_short_forms_are_expanded(tmp_path: Path) -> None:
    """A prompt or example that is only text becomes a user turn, or an example's text."""
    item = suites.load(write(tmp_path), plugins()).suite.items[0]
    assert (item.prompt[0].role, item.prompt[0].content) == ("user", "Say yes.")
    assert (item.examples.good[0].text, item.examples.bad[0].text) == ("yes please", "never")


def test_items_know_their_lines(tmp_path: Path) -> None:
    """Every part of an item can be placed in its file."""
    loaded = suites.load(write(tmp_path), plugins())
    assert f"{tmp_path}/items/a.yaml:7" == loaded.where("one", ["criteria"])


def test_digest_follows_every_byte(tmp_path: Path) -> None:
    """A changed byte in any file changes the digest; the place of the folder does not."""
    first = suites.load(write(tmp_path / "a"), plugins()).digest
    assert first == suites.load(write(tmp_path / "b"), plugins()).digest
    assert first != suites.load(write(tmp_path / "c", taxonomy=TAXONOMY + "\n"), plugins()).digest
    assert first != suites.load(write(tmp_path / "d", items=ITEM + "\n"), plugins()).digest


def test_twin_pair_loads(tmp_path: Path) -> None:
    """A must-refuse item and its benign twin name each other."""
    assert len(suites.load(write(tmp_path, PAIR), plugins()).suite.items) == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("    check:", "    pionts: 2\n    check:", 10, "items.0.criteria.0.pionts: unknown field"),
        ("  dimension: care", "  dimension: cure", 3, "the dimension 'cure' is not declared"),
        ("bank:A.1", "bank:A.9", 4, "the risk 'bank:A.9' is not declared"),
        ("[label]", "[nowhere]", 5, "the source 'nowhere' is not declared"),
        ("{says: {word: yes}}", "{sais: {word: yes}}", 10, "no grader is called 'sais'; known: avoids, refusal, says"),
        ("{says: {word: yes}}", "{says: {wrod: yes}}", 10, "check.says.wrod: unknown field"),
        ("{says: {word: yes}}", "{says: {word: 5}}", 10, "input should be a valid string; got 5"),
        ("{says: {word: yes}}", "{says: x}", 10, "a check is one grader's name"),
        ("{says: {word: yes}}", "{says: {word: a}, avoids: {word: b}}", 10, "a check is one grader's name"),
        ("  lang: en", "  lang: fr", 2, "items.0.lang"),
        ("  prompt: Say yes.", "  prompt: [{role: assistant, content: x}]", 6, "must end with a user turn"),
        ("    text: says yes", "    text: says yes\n    points: 0", 8, "no criterion has positive points"),
        ("    text: says yes", "    text: says yes\n    points: 0.5", 10, "valid integer"),
        (
            "    text: says yes",
            "    text: says yes\n    confirm: {says: {word: a}}",
            10,
            "only a critical criterion is confirmed",
        ),
        ("  prompt:", "  red_line: true\n  prompt:", 6, "a red line needs a critical criterion"),
        ("  prompt:", "  twin: two\n  prompt:", 6, "no item is called 'two'"),
        ("  prompt:", "  pass_line: 1.5\n  prompt:", 6, "a pass_line of 1.5"),
        ("[says-yes]", "[says-no]", 14, "no criterion is called 'says-no'"),
        ("    good: [yes please]", "    good: []", 11, "at least one good and one bad"),
        ("- id: one", "- id: o/ne", 1, "letters, digits, dots and dashes"),
        ("  lang: en\n", "", 1, "items.0.lang: missing field"),
    ],
)
def test_problems_have_their_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    """Each broken rule is reported with the line it stands on and what was expected."""
    assert old in ITEM
    text = complaint(write(tmp_path, ITEM.replace(old, new, 1)))
    assert f"items/a.yaml:{line}: " in text
    assert words in text


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Two broken lines are both reported."""
    text = complaint(write(tmp_path, ITEM.replace("care", "cure").replace("[label]", "[x]")))
    assert "cure" in text
    assert "'x'" in text


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("twin: refuse-it", "cluster: x", "help-it does not name this item as its twin"),
        (
            "  lang: en\n  dimension: care\n  twin: refuse-it",
            "  lang: zh\n  dimension: care\n  twin: refuse-it",
            "in one language",
        ),
    ],
)
def test_twins_must_match(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A twin pair names each other, in one language, one to refuse and one to help with."""
    assert words in complaint(write(tmp_path, PAIR.replace(old, new)))


def test_duplicate_ids_name_both_places(tmp_path: Path) -> None:
    """The second item of an id is refused with the place of the first."""
    text = complaint(write(tmp_path, ITEM + ITEM))
    assert "items/a.yaml:15: the id 'one' is taken by" in text
    assert "items/a.yaml:1" in text


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD.replace("taxonomies: [bank]", "taxonomies: [nope]"), "suite.yaml:7: no taxonomy 'nope'"),
        (HEAD.replace("taxonomies: [bank]", "taxonomies: [../../etc]"), "is not a taxonomy's id"),
        (HEAD.replace('version: "1"\n', ""), "version: missing field"),
        (
            HEAD.replace("families: []", "families:\n- {id: f, generator: nope, dimension: care, count: 3}"),
            "no generator is called 'nope'",
        ),
        (
            HEAD.replace("families: []", "families:\n- {id: f, generator: counts, dimension: care, count: 0}"),
            "expected at least 1",
        ),
        (
            HEAD.replace("families: []", "families:\n- {id: f, generator: counts, dimension: cure, count: 3}"),
            "the dimension 'cure'",
        ),
        ("- a\n", "expected a mapping"),
    ],
)
def test_head_problems(tmp_path: Path, head: str, words: str) -> None:
    """A broken suite.yaml is refused with its line."""
    assert words in complaint(write(tmp_path, head=head))


def test_items_must_be_a_list(tmp_path: Path) -> None:
    """An items file that is no list is refused."""
    assert "expected a list of items" in complaint(write(tmp_path, "id: one\n"))


def test_wrong_encoding(tmp_path: Path) -> None:
    """An items file in another encoding is refused by name."""
    write(tmp_path)
    (tmp_path / "items" / "b.yaml").write_bytes("- id: 剂量".encode("gb18030"))
    with pytest.raises(EncodingError, match="not UTF-8"):
        suites.load(tmp_path, plugins())


def test_missing_suite_names_the_shipped_ones() -> None:
    """An unknown suite is refused with the shipped ones."""
    with pytest.raises(SuiteError, match="medical"):
        suites.find("nowhere")


def test_find_takes_a_folder_or_a_name(tmp_path: Path) -> None:
    """A suite is given by its folder, or by the id of a shipped one."""
    assert write(tmp_path) == suites.find(str(tmp_path))
    assert suites.shipped()["medical"] == suites.find("medical")


def test_int_options_and_lines_are_text(tmp_path: Path) -> None:
    """Options and pass lines that YAML reads as numbers are taken as written."""
    text = ITEM.replace("  prompt:", "  options: {A: 5, B: five}\n  pass_line: 1\n  prompt:")
    item = suites.load(write(tmp_path, text), plugins()).suite.items[0]
    assert dict(item.options) == {"A": "5", "B": "five"}
