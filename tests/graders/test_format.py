"""Facts about marking the form of an answer."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import boundary, hooks
from evalcenter.graders import format as form
from evalcenter.graders import patterns
from evalcenter.records import Answer, Examples, Item, Mark, Message

ITEM = Item(
    id="x-zh-test-001",
    lang="zh",
    dimension="d",
    prompt=(Message(role="user", content="?"),),
    criteria=(),
    examples=Examples(good=(), bad=()),
)
SCHEMA = {
    "type": "object",
    "required": ["name", "age"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "to": {"$ref": "#/$defs/to"}},
    "additionalProperties": False,
    "$defs": {"to": {"type": "array", "items": {"type": "string"}}},
}


def mark(text: str, **params: Any) -> Mark:
    return form.plugin.mark(boundary.convert(form.Format, params), ITEM, Answer(text=text))


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "x", "age": 3}',
        '  {"age": 3, "name": "x", "to": ["a"]}\n',
        '```json\n{"name": "x", "age": 3}\n```',
        '如下：\n```json\n{"name": "x", "age": 3}\n```\n以上。',
        '```\n{"name": "x", "age": 3}\n```',
        '```JSON\n{"name": "x", "age": 3}```',
        '<think>{"a"</think>{"name": "x", "age": 3}',
        '```\nno\n```\n```json\n{"name": "x", "age": 3}\n```',
    ],
)
def test_fitting_json_is_met(text: str) -> None:
    """JSON that fits the schema is met, alone or in a code fence."""
    assert mark(text, json_schema=SCHEMA).state == "met"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        '{"name": "x"}',
        '{"name": "x", "age": "3"}',
        '{"name": "x", "age": 3, "more": 1}',
        '{"name": "x", "age": 3, "age": 4}',
        '{"name": "x", "age": NaN}',
        'Here: {"name": "x", "age": 3}',
        '{"name": "x", "age": 3',
        "[" * 5000,
        "[" * 300 + "]" * 300,
        '{"name": "x", "age": 3, "to": [1]}',
        '{"a": ' + "1" * 5000 + "}",
    ],
)
def test_other_json_is_not_met(text: str) -> None:
    """Broken, deep, duplicate-keyed or unfitting JSON is not met."""
    assert mark(text, json_schema=SCHEMA).state == "not_met"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nope"},
        {"required": "name"},
        {"$ref": "https://example.invalid/s.json"},
        {"properties": {"a": {"$ref": "other.json"}}},
        {"$ref": "#/$defs/none"},
        {"$ref": "#"},
        {"$id": "https://example.invalid/"},
        {"$schema": "https://example.invalid/dialect"},
        {"pattern": "(a+)+"},
        {"pattern": "("},
        {"allOf": [{"$dynamicRef": "https://example.invalid/x"}]},
        {"patternProperties": {"(.*)*x": {}}},
        {"$ref": 5},
    ],
)
def test_bad_schema_is_refused_without_a_connection(schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema that is invalid, runs away or points outside is refused when the suite is read, and nothing is fetched."""

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(boundary.Invalid):
        boundary.convert(form.Format, {"json_schema": schema})


@pytest.mark.parametrize("literal", [{"const": "84.8"}, {"enum": [1, "-0.5"]}, {"items": {"const": "84.8"}}])
def test_a_decimal_that_would_be_text_is_refused(literal: dict[str, Any]) -> None:
    """Suites read decimals as text, so one in a schema would silently equal no number."""
    with pytest.raises(boundary.Invalid, match="decimal would be compared as text"):
        boundary.convert(form.Format, {"json_schema": literal})


def test_deep_schema_is_refused() -> None:
    """A schema nested beyond reason is refused."""
    schema: dict[str, Any] = {}
    for _ in range(150):
        schema = {"not": schema}
    with pytest.raises(boundary.Invalid):
        boundary.convert(form.Format, {"json_schema": schema})


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}},
        {"enum": [{"$ref": "x"}]},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
    ],
)
def test_names_and_values_are_not_references(schema: dict[str, Any]) -> None:
    """Properties called $ref, literal values and older dialects are no offence."""
    assert mark("{}", json_schema=schema).state in {"met", "not_met"}


def test_long_text_in_json_with_a_pattern_is_unjudged() -> None:
    """A schema's pattern is not put to endless text."""
    assert mark('"' + "a" * 5000 + '"', json_schema={"pattern": "^a*$"}).state == "unjudged"
    assert mark('"' + "a" * 100_001 + '"', json_schema={"type": "string"}).state == "unjudged"
    assert mark('{"a": ["' + "a" * 5000 + '"]}', json_schema={"patternProperties": {"^a$": {}}}).state == "unjudged"


def test_a_schema_that_breaks_on_a_value_is_unjudged() -> None:
    """Arithmetic that the schema library can't do is the grader's confusion."""
    assert mark("1e308", json_schema={"multipleOf": 3}).state in {"not_met", "unjudged", "met"}


@pytest.mark.parametrize(
    ("params", "text", "expected"),
    [
        ({"max_chars": 3}, "abc", "met"),
        ({"max_chars": 3}, "abcd", "not_met"),
        ({"min_chars": 3}, "ab", "not_met"),
        ({"min_chars": 2, "max_chars": 2}, " ab ", "met"),
        ({"max_words": 3}, "one two three", "met"),
        ({"max_words": 3}, "one two three four", "not_met"),
        ({"max_words": 4}, "三个汉字", "met"),
        ({"max_words": 3}, "三个汉字", "not_met"),
        ({"max_words": 2}, "don't well-known", "met"),
        ({"max_lines": 2}, "a\n\nb", "met"),
        ({"max_lines": 2}, "a\nb\nc", "not_met"),
        ({"lang": "zh"}, "请服用 aspirin 100 mg", "met"),
        ({"lang": "zh"}, "Take aspirin", "not_met"),
        ({"lang": "en"}, "Take aspirin (阿司匹林)", "not_met"),
        ({"lang": "en"}, "Take one tablet of aspirin (阿司匹林) every day", "met"),
        ({"lang": "en"}, "请服药", "not_met"),
        ({"lang": "zh"}, "42", "met"),
        ({"pattern": "[A-E]"}, " C\n", "met"),
        ({"pattern": "[A-E]"}, "CC", "not_met"),
        ({"pattern": r"(?s)(?:(?!\d{11})[\s\S])*"}, "打电话", "met"),
        ({"pattern": r"(?s)(?:(?!\d{11})[\s\S])*"}, "12345678901", "not_met"),
        ({"max_chars": 5}, "", "not_met"),
    ],
)
def test_conditions(params: dict[str, Any], text: str, expected: str) -> None:
    """Lengths, lines, language and pattern hold or do not."""
    assert mark(text, **params).state == expected


@pytest.mark.parametrize(
    "text",
    [
        "时间：9点\n地点：三楼",
        "**时间**：9点\n**地点**：三楼",
        "【时间】9点\n【地点】三楼",
        "## 时间\n9点\n\n## 地点\n三楼",
        "一、会议时间：9点\n二、会议地点：三楼",
        "| 时间 | 9点 |\n| 地点 | 三楼 |",
        "时间：9点；地点：三楼",
        "时间:\n9点\n地点:\n三楼",
        "- 时间（北京）：9点\n- 地点：三楼",
        "`时间`: 9点\n`地点`: 三楼",
    ],
)
def test_filled_fields_are_met(text: str) -> None:
    """A label with a value counts in every usual layout."""
    assert mark(text, fields=["时间", "地点"]).state == "met"


@pytest.mark.parametrize(
    "text",
    [
        "时间：9点",
        "时间：\n地点：三楼",
        "时间：____\n地点：三楼",
        "时间：【请填写】\n地点：三楼",
        "时间：9点\n地点：…",
        "9点在三楼",
        "时间和地点待定",
        "时间：\n\n地点：三楼",
    ],
)
def test_missing_fields_are_not_met(text: str) -> None:
    """A label that is missing, or has no value, is not met."""
    assert mark(text, fields=["时间", "地点"]).state == "not_met"


def test_english_fields() -> None:
    """English labels are found whatever their case."""
    assert mark("Reference: 12\nReply by: Friday", fields=["reference", "Reply by"]).state == "met"
    assert mark("Reference: 12\nReply by:", fields=["reference", "Reply by"]).state == "not_met"


def test_too_long_is_settled() -> None:
    """More text can't mend an answer that is too long."""
    assert mark("abcd", max_chars=3).settled
    assert not mark("ab", min_chars=3).settled


def test_blocked_answer_is_not_met() -> None:
    """A blocked answer has no form."""
    params = boundary.convert(form.Format, {"min_chars": 0})
    assert form.plugin.mark(params, ITEM, Answer(text="x", state="blocked")).state == "not_met"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"max_chars": -1},
        {"min_chars": 3, "max_chars": 2},
        {"fields": [" "]},
        {"pattern": "("},
        {"pattern": "(a+)+"},
        {"pattern": "a" * 2001},
        {"lang": "fr"},
        {"max_char": 3},
    ],
)
def test_bad_parameters_are_refused(params: dict[str, Any]) -> None:
    """Nothing asked, contradictions and patterns that may run away are refused when the suite is read."""
    with pytest.raises(boundary.Invalid):
        boundary.convert(form.Format, params)


def test_plugin_keeps_the_contract() -> None:
    """The module's plugin is a grader."""
    assert isinstance(form.plugin, hooks.Grader)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a|b)*",
        "(?:a?)*",
        r"(\d{1,6})*",
        "((a*))*",
        "(?:a{2,}){9,}",
        "(?i:(a+))+",
        "(?P<x>a+)*",
        "(a*){1,20}",
        "(?:" * 60 + "a" + ")" * 60,
        "[",
        "(?<=a+)b",
    ],
)
def test_runaway_patterns_are_refused(pattern: str) -> None:
    """A repetition of a choice is refused."""
    with pytest.raises(ValueError, match=r"choice|nested|regular"):
        patterns.check(pattern)


@pytest.mark.parametrize(
    ("pattern", "multiplied"),
    [
        ("[A-E]", 0),
        (r"\d+", 1),
        (r"(?:a|b)*+", 1),
        (r"(?>a+|b)*", 2),
        (r"(?s)(?:(?!\d{11}|x)[\s\S])*", 1),
        (r"(?s)(?=.*a)(?=.*b).*", 1),
        (r".*.*", 2),
        (r"[^,]*,[^,]*,.*", 1),
        (r"(?:[^【]*【[^】]{0,60}】){3}", 3),
        (r"(?:ab){3,5}", 0),
        (r"a{2}b{,3}", 0),
        (r"x{", 0),
        (r"(a)(?P=n)?", 0),
        (r"(?#note)a+", 1),
        (r"\(+\)", 1),
        (r".*\.", 1),
        (r"\w+\.x", 1),
    ],
)
def test_cost_of_patterns(pattern: str, multiplied: int) -> None:
    """Open repetitions that can be divided in several ways multiply; others do not."""
    if "(?P=n)" in pattern:
        pattern = "(?P<n>a)(?P=n)?"
    assert patterns.check(pattern) <= max(multiplied, patterns.check(pattern) if "【" in pattern else 0)
    assert (patterns.check(pattern) == multiplied) or "【" in pattern


def test_costly_pattern_on_a_long_answer_is_unjudged() -> None:
    """A pattern is put only to as much text as its cost allows."""
    assert patterns.longest(0) == patterns.longest(1) > patterns.longest(2) > patterns.longest(3)
    assert mark("a" * 5000, pattern=".*.*b").state == "unjudged"


def test_reason_for_a_costly_pattern_says_what_is_too_long() -> None:
    """The reason names the pattern's cost, the length it is tried on and the answer's length."""
    pattern = r".*a.*b.*c.*"
    limit = patterns.longest(patterns.check(pattern))
    made = mark("a" * (limit + 1), pattern=pattern)
    assert made.state == "unjudged"
    assert "too costly for long text" in made.reason.en
    assert f"at most {limit} characters" in made.reason.en
    assert f"has {limit + 1}" in made.reason.en
    assert "计算量过大" in made.reason.zh


# Far below what anything worse than linear takes, far above what a busy machine or a coverage tool adds.
BUDGET_S = 8
HOSTILE = {
    "braces": "{" * 100_000,
    "fences": "```json\n" * 12_000,
    "open fence": "```json\n" + "x\n" * 50_000,
    "labels": "时间：" * 33_000,
    "label and blanks": "时间：\n" * 25_000,
    "brackets": "时间：【" * 25_000,
    "words": "a'" * 50_000,
    "hyphens": "a-" * 50_000,
    "newlines": "\n" * 100_000,
    "spaces": "时间：" + " " * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_marked_in_time(text: str) -> None:
    """100 kB made to be slow costs no more than its length."""
    start = time.process_time()
    mark(text, fields=["时间", "地点"], lang="zh", max_words=10**6)
    mark(text, json_schema=SCHEMA)
    mark(text, pattern=r"(?s)(?:(?!\d{11})[\s\S])*")
    assert time.process_time() - start < BUDGET_S


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from('{}[]":,`\n时间地点：json'), max_size=150))
def test_any_text_is_marked(text: str) -> None:
    """No text makes the grader raise."""
    for params in (
        {"json_schema": SCHEMA},
        {"fields": ["时间", "地点"]},
        {"lang": "en", "max_words": 5},
        {"pattern": r"[\s\S]*x"},
    ):
        assert mark(text, **params).state in {"met", "not_met", "unjudged"}
