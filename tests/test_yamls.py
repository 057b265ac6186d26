"""YAML is read without guessing, and every complaint names its line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import yamls
from evalcenter.errors import EncodingError, EvalcenterError, SuiteError

PATH = Path("f.yaml")


def value(text: str) -> object:
    return yamls.parse(text.encode(), PATH).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.90", "0.90"),
        ("2026-03-04", "2026-03-04"),
        ("12:30", "12:30"),
        ("no", "no"),
        ("on", "on"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("-3", -3),
        ("42", 42),
        ("'42'", "42"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("1e5", "1e5"),
        ("!!str 42", "42"),
        (".nan", ".nan"),
        ("|\n a\n b\n", "a\nb\n"),
        ("[1, {a: x}]", [1, {"a": "x"}]),
    ],
)
def test_nothing_is_guessed(text: str, expected: object) -> None:
    """Only true, false, null and plain whole numbers are not text."""
    assert expected == value(text)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3", "'a' occurs twice"),
        ("a: &x 1\nb: *x\n", "f.yaml:2", "aliases"),
        ("a: !!python/object/apply:os.system [x]\n", "f.yaml:1", "tag"),
        ("a: !secret x\n", "f.yaml:1", "tag"),
        ("a: [1\nb: 2\n", "f.yaml:2", "not valid YAML"),
        ("a: 1\n\tb: 2\n", "f.yaml:2", "not valid YAML"),
        ("? [a]\n: 1\n", "f.yaml:1", "a key must be plain text"),
        ("--- a\n--- b\n", "f.yaml:2", "a second document"),
    ],
)
def test_ambiguous_files_are_refused(text: str, where: str, words: str) -> None:
    """Duplicate keys, aliases, tags, broken syntax, odd keys and several documents are refused with their line."""
    with pytest.raises(SuiteError, match=words) as caught:
        value(text)
    assert where == caught.value.where


def test_alias_bomb_is_refused_at_once() -> None:
    """Nine levels of nine aliases are refused, not expanded."""
    text = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    with pytest.raises(SuiteError, match="aliases"):
        value(text)


def test_deep_nesting_is_refused() -> None:
    """A file nested ten thousand deep is refused without a crash; one at the limit is read."""
    with pytest.raises(SuiteError, match=r"nested too deeply|nesting depth"):
        value("[" * 10_000 + "]" * 10_000)
    assert value("[" * yamls.DEEPEST + "]" * yamls.DEEPEST)


WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=8)
PLAIN = st.recursive(
    WORDS | st.integers(-(10**17), 10**17) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN, st.booleans())
def test_what_is_written_as_json_is_read_back(held: object, indented: bool) -> None:
    """JSON is YAML: nested lists and mappings of texts, whole numbers and constants come back as they were."""
    text = json.dumps(held, ensure_ascii=False, indent=1 if indented else None)
    assert value(text) == held


def test_wrong_encoding_names_the_line() -> None:
    """A file in another encoding names the first line that is not UTF-8."""
    with pytest.raises(EncodingError) as caught:
        yamls.parse("a: 1\nb: 剂量\n".encode("gb18030"), PATH)
    assert caught.value.where == "f.yaml:2"


def test_byte_order_mark_is_read() -> None:
    """A byte order mark is not part of the first key."""
    assert yamls.parse(b"\xef\xbb\xbfa: 1", PATH).value == {"a": 1}


def test_too_large_is_refused() -> None:
    """A file over the limit is refused before it is parsed."""
    with pytest.raises(SuiteError, match="at most"):
        yamls.parse(b"x" * (yamls.MAX_BYTES + 1), PATH)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that is not there is named."""
    with pytest.raises(SuiteError, match="can't be read"):
        yamls.read(tmp_path / "none.yaml")


def test_where_goes_as_deep_as_it_can() -> None:
    """A path that leaves the file is placed at the last part that exists."""
    document = yamls.parse(b"a:\n- b: 1\n  c: 2\n- d: 3\n", PATH)
    assert document.where(["a", 0, "c"]) == "f.yaml:3"
    assert document.where(["a", 1, "nothing", 7]) == "f.yaml:4"
    assert document.where(["x"]) == "f.yaml:1"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text crashes the reader."""
    try:
        yamls.parse(text.encode("utf-8", "replace"), PATH)
    except EvalcenterError as problem:
        assert problem.where
