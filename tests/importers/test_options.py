"""Tests of options and keys."""

import pytest

from evalcenter.errors import InputError
from evalcenter.importers.cells import Cells, Refused
from evalcenter.importers.options import Answer, Options, key, options, texts

GIVEN = {"A": "青霉素", "B": "头孢", "C": "以上均是"}


def read(value, style, **more):
    """Options from one column."""
    return options(Options(column="o", style=style, **more), Cells(1, {"o": value}))[0]


@pytest.mark.parametrize(
    ("value", "style", "more"),
    [
        (["x", "y"], "list", {}),
        ([" x ", "y"], "list", {}),
        ("['x', \"y\"]", "python_list", {}),
        ("('x', 'y')", "python_list", {}),
        ('["x", "y"]', "json_list", {}),
        ("x|y", "lines", {"separator": "|"}),
        ("A x\\nB y", "lettered_lines", {"separator": "\\n"}),
        ("A. x\nB. y", "lettered_lines", {}),
        ("(A) x\n(B) y", "lettered_lines", {}),
        ("Ａ．x\nＢ：y", "lettered_lines", {}),
        ("A、x\nB、y", "lettered_lines", {}),
        ({"A": "x", "B": "y"}, "mapping", {}),
        ('{"A": "x", "B": "y"}', "mapping", {}),
        ({"label": ["1", "2"], "text": ["x", "y"]}, "label_text", {}),
    ],
)
def test_options_in_one_column(value, style, more):
    """Every way of holding options in one column gives the same options."""
    assert read(value, style, **more) == {"A": "x", "B": "y"}


@pytest.mark.parametrize(
    ("value", "style", "reason"),
    [
        ("B x\nC y", "lettered_lines", "option letters"),
        ("A x\nC y", "lettered_lines", "option letters"),
        ("A x\nA y", "lettered_lines", "option letters"),
        ("A x\ncontinued\nB y", "lettered_lines", "option without letter"),
        ("Apple\nBanana", "lettered_lines", "option without letter"),
        ({"B": "x", "C": "y"}, "mapping", "option letters"),
        ({"B": "y", "A": "x"}, "mapping", "option letters"),
        ("not json", "mapping", "not a json_list"),
        ("[1]", "mapping", "not a mapping"),
        (["x"], "list", "option count"),
        (["x"] * 27, "list", "option count"),
        (["x", "x"], "list", "duplicate options"),
        (["１２ mg", "12  mg"], "list", "duplicate options"),
        (["x", " "], "list", "empty option"),
        (["x", "nan"], "list", "empty option"),
        (["x", None], "list", "not text"),
        (["x", ["y"]], "list", "not text"),
        ("x", "list", "not a list"),
        ("['x', 'y'", "python_list", "not a python_list"),
        ("[x for x in 'ab']", "python_list", "not a python_list"),
        ("__import__('os').system('id')", "python_list", "not a python_list"),
        ("{'a': 1}", "python_list", "not a list"),
        ("['x', 1.5]", "python_list", "not text"),
        ("[" * 9000 + "]" * 9000, "python_list", "not a python_list"),
        ("-" * 19_000 + "1", "python_list", "not a"),
        ("['" + "x" * 20_000 + "']", "python_list", "list too long"),
        ("['x', 'y']", "json_list", "not a json_list"),
        ({"label": ["1"], "text": ["x", "y"]}, "label_text", "not label_text"),
        ({"label": ["1", "1"], "text": ["x", "y"]}, "label_text", "duplicate labels"),
        ({"text": ["x", "y"]}, "label_text", "not label_text"),
        ("", "list", "empty cell"),
    ],
)
def test_doubtful_options_refuse_the_row(value, style, reason):
    """Options that can't be read without doubt are refused with the reason."""
    with pytest.raises(Refused, match=reason):
        read(value, style)


def test_powers_are_not_duplicates():
    """Options that differ in a superscript or a Roman numeral differ."""
    assert len(read(["10²", "102", "Ⅲ型", "III型"], "list")) == 4


def test_option_text_is_not_changed():
    """A full-width or Roman character in an option's text stays what it is."""
    assert read("A Ⅰ型\\nB Ⅲ型（１）", "lettered_lines", separator="\\n") == {"A": "Ⅰ型", "B": "Ⅲ型（１）"}


def test_options_in_columns():
    """Each column is an option; the last ones may be empty where the mapping says so."""
    spec = Options(columns=("A", "B", "C"), optional=("C",))
    assert options(spec, Cells(1, {"A": "x", "B": "y", "C": ""}))[0] == {"A": "x", "B": "y"}
    assert len(options(spec, Cells(1, {"A": "x", "B": "y", "C": "z"}))[0]) == 3
    with pytest.raises(Refused, match="empty cell"):
        options(spec, Cells(1, {"A": "", "B": "y", "C": "z"}))


def test_a_gap_between_optional_columns_refuses_the_row():
    """An empty option before a given one would shift the letters."""
    with pytest.raises(Refused, match="gap"):
        options(
            Options(columns=("A", "B", "C", "D"), optional=("C", "D")),
            Cells(1, {"A": "x", "B": "y", "C": "", "D": "z"}),
        )


def test_fixed_options():
    """Options may be the same for every row."""
    assert options(Options(fixed={"A": "yes", "B": "no"}), Cells(1, {}))[0] == {"A": "yes", "B": "no"}


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"columns": ("A", "B"), "column": "o"},
        {"column": "o", "fixed": {"A": "x"}},
        {"columns": ("A", "B"), "optional": ("A",)},
        {"column": "o", "separator": ""},
    ],
)
def test_contradicting_option_parts_are_refused(spec):
    """Options are described in exactly one way."""
    with pytest.raises(InputError, match="options:"):
        Options(**spec).check()


@pytest.mark.parametrize(
    ("value", "form", "letters"),
    [
        ("B", "letter", ("B",)),
        (" b ", "letter", ("B",)),
        ("Ｂ", "letter", ("B",)),
        ("(B)", "letter", ("B",)),
        ("（B）", "letter", ("B",)),
        ("CA", "letters", ("A", "C")),
        ("A, C", "letters", ("A", "C")),
        ("A、B、C", "letters", ("A", "B", "C")),
        ("B", "letters", ("B",)),
        (0, "index0", ("A",)),
        ("2", "index0", ("C",)),
        (1, "index1", ("A",)),
        ("头孢", "text", ("B",)),
        ("y", "label", ("B",)),
    ],
)
def test_keys(value, form, letters):
    """Every way of writing a key names the same letters."""
    assert key(Answer(column="k", form=form), Cells(1, {"k": value}), GIVEN, ("x", "y", "z")) == letters


@pytest.mark.parametrize(
    ("value", "form", "reason"),
    [
        ("", "letter", "empty cell"),
        ("nan", "letter", "empty cell"),
        (None, "index0", "empty cell"),
        ("D", "letter", "key outside options"),
        ("AD", "letters", "key outside options"),
        ("AC", "letter", "unreadable key"),
        ("A or B", "letters", "unreadable key"),
        ("AAB", "letters", "names one letter twice"),
        ("答案", "letters", "unreadable key"),
        ("bad", "letters", "unreadable key"),
        (3, "index0", "key outside options"),
        (-1, "index0", "key outside options"),
        (0, "index1", "key outside options"),
        ("1.0", "index0", "unreadable key"),
        (True, "index0", "unreadable key"),
        ("9999", "index0", "unreadable key"),
        ("头孢 ", "label", "key outside options"),
        ("头", "text", "equals 0 options"),
        ("true", "boolean", "unreadable key"),
    ],
)
def test_doubtful_keys_refuse_the_row(value, form, reason):
    """A key that does not name options of the row without doubt is refused."""
    with pytest.raises(Refused, match=reason):
        key(Answer(column="k", form=form), Cells(1, {"k": value}), GIVEN, ("x", "y", "z"))


@pytest.mark.parametrize(("value", "letter"), [(True, "A"), ("FALSE", "B"), ("true", "A")])
def test_boolean_keys(value, letter):
    """True is the first of two options."""
    given = {"A": "Yes", "B": "No"}
    assert key(Answer(column="k", form="boolean"), Cells(1, {"k": value}), given, ()) == (letter,)


@pytest.mark.parametrize("value", ["yes", "1", 1, "对"])
def test_other_words_are_no_booleans(value):
    """Only true and false are read as booleans; other words need `derive`."""
    with pytest.raises(Refused, match="unreadable key"):
        key(Answer(column="k", form="boolean"), Cells(1, {"k": value}), {"A": "Yes", "B": "No"}, ())


def test_a_text_key_that_two_options_share_is_refused():
    """A key given as text must equal exactly one option."""
    with pytest.raises(Refused, match="equals 2 options"):
        key(Answer(column="k", form="text"), Cells(1, {"k": "x"}), {"A": "x", "B": "x"}, ())


def test_lists_of_texts():
    """A list's entries keep their order."""
    assert texts("['b', 'a']", "python_list", "\n", "c") == ["b", "a"]
