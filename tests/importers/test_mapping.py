"""Tests of mappings: what is read, joined, left out, refused and counted."""

import copy

import pytest
import yaml

from evalcenter import boundary, hooks, suites
from evalcenter.errors import ColumnError, InputError, PluginError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import csv, json, jsonl, mapping

BASE = {
    "source": {"csv": {"path": "d.csv"}},
    "suite": {"id": "s", "title": {"zh": "题", "en": "T"}, "about": {"zh": "说明", "en": "About"}},
    "item": {
        "id": "x-{row}",
        "lang": "zh",
        "dimension": "d",
        "prompt": "{q}",
        "options": {"columns": ["A", "B"]},
        "answer": {"column": "k", "form": "letter"},
        "grader": "choice",
    },
}
PLUGINS = hooks.Plugins(importers={"csv": csv.plugin, "json": json.plugin, "jsonl": jsonl.plugin})


def spec(**more):
    """A mapping with parts replaced."""
    return {**copy.deepcopy(BASE), **more}


def row(number, **fields):
    """A sound row with fields replaced."""
    return Row(number=number, fields={"q": f"问题{number}", "A": "甲", "B": "乙", "k": "A", **fields})


def test_every_row_is_accounted_for():
    """Items, refused rows and rows left out add up to the rows read."""
    found = mapping.convert_rows(
        spec(where={"kind": ["x"]}),
        [
            row(1, kind="x"),
            row(2, kind="y"),
            BadRow(number=3, reason="line 4: 2 cells"),
            row(4, kind="x", k="Z"),
            row(5, kind="x", q=""),
        ],
    )
    assert (found.rows, len(found.items), len(found.refused), found.left_out) == (5, 1, 3, 1)
    assert [(r.number, r.reason.split(":")[0]) for r in found.refused] == [
        (3, "unreadable row"),
        (4, "key outside options"),
        (5, "empty cell"),
    ]
    assert found.reasons() == {"unreadable row": 1, "key outside options": 1, "empty cell": 1}


def test_a_second_row_with_the_same_id_is_refused():
    """An id is used once; the reason names the row that has it."""
    made = spec()
    made["item"]["id"] = "x-{n}"
    found = mapping.convert_rows(made, [row(1, n="7"), row(2, n="7")])
    assert found.refused == (BadRow(number=2, reason="duplicate id: 'x-7' is taken by row 1"),)


def test_a_repeated_question_is_refused():
    """The same question with the same options and key counts once."""
    found = mapping.convert_rows(spec(), [row(1, q="同"), row(2, q="同"), row(3, q="同", A="丙")])
    assert [r.reason for r in found.refused] == ["duplicate question: the same as row 1"]
    assert len(found.items) == 2


def test_a_question_with_two_keys_is_refused_altogether():
    """Where the same question has two keys nobody can tell which is right, so no row of it is imported."""
    found = mapping.convert_rows(spec(), [row(1, q="同"), row(2, q="同", k="B"), row(3), row(4, q="同")])
    assert [item.id for item in found.items] == ["x-3"]
    assert [r.number for r in found.refused] == [1, 2, 4]
    assert found.reasons() == {"contradicting key": 2, "duplicate question": 1}


def test_a_refused_row_takes_no_id():
    """An id whose row was refused is free for a later row."""
    made = spec()
    made["item"]["id"] = "x-{n}"
    assert len(mapping.convert_rows(made, [row(1, n="7", k="Z"), row(2, n="7")]).items) == 1


def test_a_column_that_no_row_has_is_an_error_of_the_mapping():
    """A misspelt column stops the import and names the near one."""
    made = spec()
    made["item"]["prompt"] = "{qu}"
    with pytest.raises(ColumnError, match="no row has the column 'qu'") as caught:
        mapping.convert_rows(made, [row(1)])
    assert "did you mean 'q'?" in caught.value.todo
    made["item"]["prompt"] = "{something else}"
    with pytest.raises(ColumnError) as caught:
        mapping.convert_rows(made, [row(1)])
    assert "mend the column" in caught.value.todo


def test_a_column_that_some_rows_lack_refuses_these_rows():
    """A column that is missing here and there refuses only the rows without it."""
    found = mapping.convert_rows(spec(), [row(1), Row(number=2, fields={"q": "x", "A": "1", "B": "2"})])
    assert found.refused == (BadRow(number=2, reason="missing column: 'k'"),)


def test_an_undeclared_dimension_is_refused():
    """Where the suite declares dimensions, an item must be in one of them."""
    made = spec()
    made["suite"]["dimensions"] = [{"id": "other", "title": {"zh": "另", "en": "Other"}}]
    assert mapping.convert_rows(made, [row(1)]).reasons() == {"unknown dimension": 1}


def test_derived_columns():
    """A derived column maps listed texts; an unlisted one refuses the row unless a default is given."""
    made = spec(derive={"key": {"of": "{k}", "map": {"yes": "A", "no": "B"}}})
    made["item"]["answer"]["column"] = "key"
    found = mapping.convert_rows(made, [row(1, k="yes"), row(2, k="no"), row(3, k="maybe")])
    assert [item.criteria[0].check["choice"]["key"] for item in found.items] == [["A"], ["B"]]
    assert found.reasons() == {"unlisted value": 1}
    made["derive"]["key"]["default"] = "B"
    assert len(mapping.convert_rows(made, [row(3, k="maybe")]).items) == 1


def test_derived_columns_build_on_each_other():
    """A derived column may use an earlier one, and its mapped values are templates."""
    made = spec(
        derive={"side": {"of": "{k}", "map": {"A": "left"}}, "said": {"of": "{side}", "map": {"left": "{q} ({side})"}}}
    )
    made["item"]["prompt"] = "{said}"
    assert mapping.convert_rows(made, [row(1)]).items[0].prompt[0].content == "问题1 (left)"


@pytest.mark.parametrize(
    ("of", "plus", "made"),
    [
        ("v2-{n}", "25", "v2-32"),
        ("v2-{n}", "-7", "v2-0"),
        ("{n}b", "1", "8b"),
        ("v2-{n}-x", "{n}", "v2-14-x"),
        ("q-00{n}", "3", "q-010"),
    ],
)
def test_a_derived_column_may_count_on(of, plus, made):
    """A whole number is added to the last whole number of the text."""
    what = spec(derive={"other": {"of": of, "plus": plus}})
    what["item"]["tags"] = ["{other}"]
    assert mapping.convert_rows(what, [row(1, n="7")]).items[0].tags == (made,)


@pytest.mark.parametrize(
    ("of", "plus"), [("none", "1"), ("v{n}", "1.5"), ("v{n}", "x"), ("1234567890123456789{n}", "1")]
)
def test_counting_on_needs_whole_numbers(of, plus):
    """Text without a number, and an addend that is none, refuse the row."""
    found = mapping.convert_rows(spec(derive={"other": {"of": of, "plus": plus}}), [row(1, n="7")])
    assert found.reasons() == {"nothing to add to": 1}


def test_a_derived_column_must_be_new():
    """A derived column never hides one of the source."""
    with pytest.raises(InputError, match="already has a column 'q'"):
        mapping.convert_rows(spec(derive={"q": {"of": "{k}", "map": {"A": "x"}}}), [row(1)])


def test_derived_columns_in_a_circle():
    """Columns that are derived from each other can't be made."""
    with pytest.raises(InputError, match="circle"):
        mapping.read(spec(derive={"a": {"of": "{b}"}, "b": {"of": "{a}"}, "c": {"of": "{q}"}}))


def test_a_loose_brace_in_a_derived_column():
    """Derived columns' templates are checked before any row is read."""
    with pytest.raises(InputError, match="single brace"):
        mapping.read(spec(derive={"x": {"of": "{k}", "map": {"A": "{q"}}}))


def pairs(*rows):
    """An import whose items name a twin."""
    made = spec()
    made["item"] |= {"id": "{me}", "twin": "{other}", "expects": "{due}"}
    return mapping.convert_rows(
        made, [row(n, me=me, other=other, due="help", **more) for n, (me, other, more) in enumerate(rows, 1)]
    )


def test_twins_come_in_pairs():
    """An item whose twin was refused, is missing, or names another twin is refused too."""
    found = pairs(
        ("a", "b", {}), ("b", "a", {}), ("c", "d", {}), ("d", "c", {"k": "Z"}), ("e", "zz", {}), ("f", "a", {})
    )
    assert [item.id for item in found.items] == ["a", "b"]
    assert [(r.number, r.reason.split(":")[0]) for r in found.refused] == [
        (3, "no twin"),
        (4, "key outside options"),
        (5, "no twin"),
        (6, "no twin"),
    ]


def test_hostile_cells_are_read_in_no_time():
    """Cells of a hundred thousand adversarial characters neither hang nor crash an import."""
    import time

    made = spec(derive={"other": {"of": "{n}", "plus": "1"}})
    made["item"] |= {
        "options": {"column": "o", "style": "lettered_lines"},
        "tags": ["{other}"],
        "answer": {"column": "k", "form": "letters"},
    }
    long = [
        "1" * 100_000,
        "A " * 50_000,
        "(" * 100_000,
        "{" * 100_000,
        "1a" * 50_000,
        "A,;、 " * 20_000,
        "1,234" * 20_000,
    ]
    started = time.monotonic()
    found = mapping.convert_rows(made, [row(n, n=text, o=text, k=text, q=text) for n, text in enumerate(long, 1)])
    assert len(found.refused) == len(long)
    assert time.monotonic() - started < 2


# -- joins ------------------------------------------------------------------------------------------------------------

JOIN = {"source": {"json": {"path": "k.json"}}, "on": {"left": "n", "right": "id"}, "prefix": "gold."}


def joined(left, right, **more):
    """An import of two sources."""
    made = spec(join={**JOIN, **more})
    made["item"]["answer"]["column"] = "gold.answer"
    return mapping.convert_rows(made, left, joined=right)


def test_a_join_brings_columns_of_the_partner():
    """Rows are joined on equal text, a number with its text too."""
    found = joined([row(1, n=12)], [Row(number=1, fields={"id": "12", "answer": "B"})])
    assert found.items[0].criteria[0].check == {"choice": {"key": ["B"]}}


def test_rows_without_a_single_partner_are_refused():
    """No partner, several partners, and an empty key refuse the row."""
    right = [Row(number=i, fields={"id": key, "answer": "A"}) for i, key in enumerate(["1", "2", "2", ""], start=1)]
    found = joined([row(1, n="1"), row(2, n="2"), row(3, n="3"), row(4, n="")], right)
    assert found.reasons() == {"several partners": 1, "no partner": 1, "empty cell": 1}
    assert len(found.items) == 1


def test_a_bad_row_in_the_joined_source_stops_the_import():
    """A joined source that can't be read whole would leave rows without a partner for no reason of theirs."""
    with pytest.raises(InputError, match="row 3 of the joined source"):
        joined([row(1, n="1")], [BadRow(number=3, reason="line 3: broken")])


def test_a_joined_source_without_the_column():
    """The column to join on must be there."""
    with pytest.raises(ColumnError, match="no column 'id'"):
        joined([row(1, n="1")], [Row(number=1, fields={"x": "1"})])


def test_a_join_never_hides_a_column():
    """A prefix that makes two columns one is refused."""
    with pytest.raises(InputError, match="second column 'q'"):
        joined([row(1, n="1")], [Row(number=1, fields={"id": "1", "q": "x"})], prefix="")


def test_a_join_needs_both_sources():
    """A mapping with a join can't be converted from one source."""
    with pytest.raises(InputError, match="only one was given"):
        mapping.convert_rows(spec(join=JOIN), [row(1)])


# -- reading a mapping ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, [], "text"])
def test_a_mapping_is_a_mapping(value):
    """Anything but a mapping is refused."""
    with pytest.raises(InputError, match="expected a mapping"):
        mapping.read(value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("itm",), {}, "itm: unknown field"),
        (("item", "promt"), "x", "item.promt: unknown field"),
        (("item", "answer", "form"), "letterz", "item.answer.form"),
        (("item", "options", "style"), "guess", "item.options.style"),
        (("item", "prompt"), "a {q", "single brace"),
        (("item", "options", "column"), "o", "options: give one of"),
        (("suite", "id"), 7, "suite.id"),
    ],
)
def test_a_typo_in_a_mapping_is_refused(path, value, words):
    """Unknown fields, unknown words and loose braces are refused with their place."""
    made = spec()
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InputError, match=words):
        mapping.read(made)


@pytest.mark.parametrize("source", [{}, {"csv": {"path": "d.csv"}, "json": {"path": "d.json"}}, {"csv": "d.csv"}])
def test_a_source_is_one_importer(tmp_path, source):
    """A source is one importer's name with its parameters."""
    with pytest.raises(InputError, match="a source is one importer"):
        mapping.load(spec(source=source), tmp_path, PLUGINS)


def test_an_unknown_importer_and_parameter(tmp_path):
    """An importer that is not there, and a parameter that it doesn't know, are refused."""
    with pytest.raises(PluginError, match="no importer is called 'xlsx'"):
        mapping.load(spec(source={"xlsx": {"path": "d"}}), tmp_path, PLUGINS)
    with pytest.raises(boundary.Invalid, match="sheet: unknown field"):
        mapping.load(spec(source={"csv": {"path": "d.csv", "sheet": "1"}}), tmp_path, PLUGINS)


# -- the whole way ----------------------------------------------------------------------------------------------------

CSV = "q,A,B,k\n哪种药须避光？,硝普钠,葡萄糖,A\n是 yes 还是 no？,yes,007,B\n无答案,x,y,\n"


def test_from_files_to_a_suite_that_loads(tmp_path):
    """What an import gives can be written as YAML and read back as a sound suite with the same items."""
    from evalcenter.importers import items

    (tmp_path / "d.csv").write_text(CSV, encoding="utf-8")
    found = mapping.load(spec(), tmp_path, PLUGINS)
    assert (len(found.items), found.reasons()) == (2, {"empty cell": 1})
    assert list(found.files) == ["d.csv"]
    assert found.files["d.csv"].startswith("sha256:")
    folder = tmp_path / "suite"
    (folder / "items").mkdir(parents=True)
    written = {"suite.yaml": mapping.suite_to_yaml_ready(found), "items/all.yaml": items.to_yaml_ready(found.items)}
    for name, value in written.items():
        (folder / name).write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")

    class Choice:
        name, version, params = "choice", "1", dict

        def mark(self, params, item, answer):
            """Never called here."""

    loaded = suites.load(folder, hooks.Plugins(graders={"choice": Choice()}))
    assert loaded.suite.items == found.items
    assert [d.id for d in loaded.suite.dimensions] == ["d"]


def test_two_files(tmp_path):
    """Both files of a join are read and their digests kept."""
    (tmp_path / "d.csv").write_text("n,q,A,B\n1,哪项？,甲,乙\n", encoding="utf-8")
    (tmp_path / "k.json").write_text('{"1": {"answer": "B"}}', encoding="utf-8")
    made = spec(join={**JOIN, "source": {"json": {"path": "k.json", "key": "id"}}})
    made["item"]["answer"]["column"] = "gold.answer"
    found = mapping.load(made, tmp_path, PLUGINS)
    assert len(found.items) == 1
    assert sorted(found.files) == ["d.csv", "k.json"]
