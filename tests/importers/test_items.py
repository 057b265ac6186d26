"""Tests of building items and of their short form."""

import pytest

from evalcenter import boundary
from evalcenter.errors import InputError
from evalcenter.importers import items
from evalcenter.importers.cells import Cells, Refused
from evalcenter.importers.items import ItemPart
from evalcenter.records import Criterion, Example, Examples, Item, Mark, Message, Text, record
from evalcenter.suites import expand

CHOICE = {
    "id": "x-{row}",
    "lang": "zh",
    "dimension": "d",
    "prompt": "{q}",
    "options": {"columns": ["A", "B"]},
    "answer": {"column": "k", "form": "letter"},
    "grader": "choice",
}
ROW = {
    "q": "哪一项正确？",
    "A": "甲",
    "B": "乙",
    "k": "B",
    "n": "12.5",
    "lo": "12",
    "hi": "13",
    "d": "03/04/2026",
    "t": "['a', 'b']",
}


def part(**more):
    """A mapping's item part."""
    return boundary.convert(ItemPart, {name: value for name, value in {**CHOICE, **more}.items() if value is not None})


def free(grader, **more):
    """An item part without options."""
    return part(options=None, answer=None, grader=grader, **more)


def build(spec, **fields):
    """The item of one row."""
    items.check(spec)
    return items.build(spec, Cells(1, {**ROW, **fields}))


def test_a_choice_item():
    """A choice row becomes an item with its key as the only criterion and examples from the key."""
    made = build(
        part(
            system="短答",
            documents=[{"text": "{q}"}],
            tags=["{k}"],
            cluster="c",
            twin="t",
            sources=["s"],
            risks=["r:{k}"],
        )
    )
    assert made.id == "x-1"
    assert [m.role for m in made.prompt] == ["system", "user"]
    assert made.options == {"A": "甲", "B": "乙"}
    assert made.criteria == (Criterion(id="key", text="选出正确的选项", check={"choice": {"key": ["B"]}}),)
    assert made.examples.good[1] == Example(text="答案：B。乙")
    assert made.examples.bad == (Example(text="答案：A。甲", fails=("key",)),)
    assert (made.tags, made.cluster, made.twin, made.sources, made.risks) == (("B",), "c", "t", ("s",), ("r:B",))
    assert made.documents[0].text == "哪一项正确？"


@pytest.mark.parametrize(
    ("spec", "fields", "reason"),
    [
        ({}, {"q": ""}, "empty cell: 'q'"),
        ({}, {"q": "nan"}, "empty cell: 'q'"),
        ({}, {"k": ""}, "empty cell: 'k'"),
        ({}, {"k": "C"}, "key outside options"),
        ({}, {"A": "乙"}, "duplicate options"),
        ({}, {"q": "bro\ufffdken"}, "damaged text: the character U.FFFD"),
        ({}, {"A": "a\x01b"}, "damaged text: the character U.0001"),
        ({}, {"q": "lone \ud800"}, "damaged text: the character U.D800"),
        ({"lang": "{k}"}, {}, "unknown lang"),
        ({"expects": "{k}"}, {}, "unknown expects"),
        ({"id": "{q}"}, {}, "unfit id"),
        ({"dimension": "a b"}, {}, "unfit id"),
        ({"prompt": ""}, {}, "empty question"),
    ],
)
def test_rows_that_cannot_be_items(spec, fields, reason):
    """A row that makes no sound item is refused with its reason."""
    with pytest.raises(Refused, match=reason):
        build(part(**spec), **fields)


def test_number_parameters_from_columns():
    """A window comes from two columns, and the gold value must lie inside."""
    window = {
        "number": {"low": {"column": "lo", "form": "number"}, "high": {"column": "hi", "form": "number"}, "unit": "mg"}
    }
    spec = part(options=None, grader=window, answer={"column": "n", "form": "number"})
    made = build(spec)
    assert made.criteria[0].check == {"number": {"low": "12", "high": "13", "unit": "mg"}}
    assert made.examples.good[0].text == "12.5 mg"
    with pytest.raises(Refused, match="key outside its window"):
        build(spec, n="13.1")
    with pytest.raises(Refused, match="not a number"):
        build(spec, lo="('3 weeks', '4 days')")


def test_dates_from_columns():
    """A date is read in the written order and kept as ISO text."""
    spec = free({"number": {"date": {"column": "d", "form": "date", "dates": "MM/DD/YYYY"}}})
    assert build(spec).criteria[0].check == {"number": {"date": "2026-03-04"}}
    with pytest.raises(Refused, match="not a date"):
        build(spec, d="13/40/2026")


def test_phrases_from_columns():
    """A list of phrases becomes groups that must all be mentioned, or a plain list."""
    made = build(free({"mentions": {"all": {"column": "t", "form": "groups", "style": "python_list"}}}))
    assert made.criteria[0].check == {"mentions": {"all": [["a"], ["b"]]}}
    made = build(
        free({"mentions": {"any": {"column": "t", "form": "list", "style": "python_list"}, "negation": "ignore"}})
    )
    assert made.criteria[0].check == {"mentions": {"any": ["a", "b"], "negation": "ignore"}}


@pytest.mark.parametrize("value", ["['a', '']", "[]"])
def test_empty_phrases_refuse_the_row(value):
    """An empty phrase would be mentioned by every answer."""
    with pytest.raises(Refused, match="empty entry"):
        build(free({"mentions": {"any": {"column": "t", "form": "list", "style": "python_list"}}}), t=value)


def test_texts_in_parameters_are_templates():
    """Text anywhere in the parameters is filled; other values stay."""
    spec = free(
        {"judge": {"guide": "参考：{q}", "deep": [{"n": 1, "t": {"column": "k"}}]}},
        criterion="与参考一致：{k}",
        examples={"good": ["{A}"], "bad": ["{B}"]},
    )
    made = build(spec)
    assert made.criteria[0].check == {"judge": {"guide": "参考：哪一项正确？", "deep": [{"n": 1, "t": "B"}]}}
    assert made.criteria[0].text == "与参考一致：B"
    assert [made.examples.good[0].text, made.examples.bad[0].text] == ["甲", "乙"]


@pytest.mark.parametrize("kind", ["good", "bad"])
def test_a_grader_without_examples_needs_them_in_the_mapping(kind):
    """A mapping whose grader gives no examples by itself is refused."""
    with pytest.raises(InputError, match="gives no"):
        build(free("judge", criterion="x", examples={kind: ["y"]}))


@pytest.mark.parametrize(
    "spec",
    [
        {"options": None},
        {"answer": None},
        {"grader": {"choice": {"key": ["A"]}}},
        {"answer": {"column": "k", "form": "value"}},
        {"grader": "number"},
        {"grader": "judge", "options": None},
        {"grader": {"number": {}, "mentions": {}}},
    ],
)
def test_contradicting_mappings_are_refused(spec):
    """A mapping that can't be meant so is refused before any row is read."""
    with pytest.raises(InputError):
        items.check(part(**spec))


def test_a_misspelt_column_rule_is_refused():
    """A column rule with an unknown form is refused before any row is read."""
    with pytest.raises(InputError, match="form"):
        items.check(free({"number": {"low": {"column": "lo", "form": "float"}}}))


def test_every_template_is_known():
    """All texts that are filled are listed, column rules are not."""
    spec = free(
        {"judge": {"guide": ["{g}"], "n": {"column": "{no}"}}},
        criterion="{c}",
        system="{s}",
        documents=[{"text": "{t}"}],
        examples={"good": ["{y}"], "bad": ["{z}"]},
        tags=["{tag}"],
        cluster="{cl}",
        twin="{tw}",
    )
    found = set(items.templates(spec))
    assert {"{g}", "{c}", "{s}", "{t}", "{y}", "{z}", "{tag}", "{cl}", "{tw}"} <= found
    assert "{no}" not in found


# -- proof ------------------------------------------------------------------------------------------------------------


@record
class Wants:
    """Parameters of the invented grader."""

    key: tuple[str, ...]


class Says:
    """A grader that marks by a table."""

    name, version, params = "choice", "1", Wants

    def __init__(self, **states):
        self.states = states

    def mark(self, params, item, answer):
        """The state listed for the answer's first letter."""
        return Mark(state=self.states.get(answer.text[0], "not_met"), reason=Text(zh="", en=""))


@pytest.mark.parametrize(
    "states", [{"B": "met", "答": "not_met"}, {"B": "not_met"}, {"B": "met", "答": "met"}, {"B": "unjudged"}]
)
def test_examples_that_contradict_the_key_refuse_the_row(states):
    """An item that does not grade its own examples as it says is refused."""
    with pytest.raises(Refused, match="examples contradict the key"):
        items.prove(build(part()), {"choice": Says(**states)})


def test_examples_that_agree():
    """Pending marks are a judge's business; an unknown grader proves nothing."""
    items.prove(build(part()), {"choice": Says(B="pending", 答="pending")})
    items.prove(build(part()), {})


def test_parameters_that_the_grader_refuses():
    """Parameters that the grader can't read refuse the row."""
    item = build(free({"choice2": {"typo": "x"}}, criterion="c", examples={"good": ["g"], "bad": ["b"]}))
    with pytest.raises(Refused, match="grader refuses its parameters"):
        items.prove(item, {"choice2": Says()})


# -- the short form ---------------------------------------------------------------------------------------------------


def test_the_short_form_leaves_defaults_out():
    """A one-turn prompt and plain examples are text, and no default is written."""
    (made,) = items.to_yaml_ready([build(part())])
    assert made == {
        "id": "x-1",
        "lang": "zh",
        "dimension": "d",
        "prompt": "哪一项正确？",
        "criteria": [{"id": "key", "text": "选出正确的选项", "check": {"choice": {"key": ["B"]}}}],
        "examples": {"good": ["B", "答案：B。乙"], "bad": [{"text": "答案：A。甲", "fails": ["key"]}]},
        "options": {"A": "甲", "B": "乙"},
    }


def test_the_short_form_reads_back():
    """The short form expands to the same item."""
    full = Item(
        id="a",
        lang="en",
        dimension="d",
        prompt=(Message(role="system", content="s"), Message(role="user", content="u")),
        criteria=(Criterion(id="c", text="t", check={"choice": {"key": ["A"]}}, points=3, critical=True),),
        examples=Examples(good=(Example(text="g"), Example(turns=("x", "y"))), bad=(Example(text="b", fails=("c",)),)),
        options={"A": "x"},
        expects="refuse",
        red_line=True,
        tags=("t",),
    )
    for item in (full, build(part())):
        assert boundary.convert(Item, expand(items.to_yaml_ready([item])[0])) == item
