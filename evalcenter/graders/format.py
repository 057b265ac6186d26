"""Marks the form of an answer: JSON that fits a schema, lengths, language, labelled fields, a pattern.

Rules this module keeps:

* Everything that is given must hold; something must be given.
* JSON may stand alone or in one code fence with words around it. Duplicate keys, NaN and depth beyond 100 are not JSON here.
* A schema is checked when the suite is read: it must be a valid JSON Schema, and every ``$ref`` must point inside it. Nothing is
  ever fetched. A decimal as a literal value is refused: it would be compared as text.
* Characters are counted without white space at the ends; words are runs of letters or digits, and each Chinese character is one.
* A pattern must match the whole answer. Patterns that nest unbounded repetition are refused when the suite is read. The more
  open repetitions a pattern multiplies, the shorter the answers it is tried on; a longer answer is unjudged.

It refuses to judge content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal

from evalcenter.graders import closing, patterns
from evalcenter.records import Answer, Item, Mark, Params, Text, record

DEPTH: Final = 100
_FENCE: Final = re.compile(r"```[ \t]*(?:json[c5]?|JSON)?[ \t]*\r?\n(.*?)\r?\n?[ \t]*```", re.DOTALL)
_CJK: Final = "\u3400-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’.\-][^\W_{_CJK}]+)*+")
_HAN: Final = re.compile(rf"[{_CJK}]")
_LATIN: Final = re.compile(r"[A-Za-z]+")
"""A run of Latin letters weighs as one word against Chinese characters."""
_LABEL_TAIL: Final = rf"[{_CJK}]{{0,4}}(?:[ ]?[(（][^()（）\n]{{0,30}}[)）])?[ ]{{0,4}}(?:[:：】\]|]|\n|$)"
_PLACEHOLDER: Final = re.compile(r"[\s_.…·\-—|:：]*(?:[\[【<{][^\]】>}\n]{0,40}[\]】>}])?[\s_.…·\-—|:：。]*")
_MARKUP: Final = re.compile(r"[*#`]|__+")
_DECIMAL: Final = re.compile(r"[-+]?\d*\.\d+")
_REFS: Final = ("$ref", "$dynamicRef", "$recursiveRef")
STRING_LIMIT: Final = 4_000


@record
class Format:
    """Conditions on the form; all that are given must hold. `max_words` counts Chinese characters one by one."""

    json_schema: Params | None = None
    min_chars: int | None = None
    max_chars: int | None = None
    max_words: int | None = None
    max_lines: int | None = None
    lang: Literal["zh", "en"] | None = None
    fields: tuple[str, ...] = ()
    pattern: str | None = None

    def __post_init__(self) -> None:
        counts = (self.min_chars, self.max_chars, self.max_words, self.max_lines)
        others = (self.json_schema, self.lang, self.pattern)
        if all(n is None for n in (*counts, *others)) and not self.fields:
            raise ValueError("format needs at least one condition")
        if any(n is not None and n < 0 for n in counts):
            raise ValueError("counts must not be negative")
        if self.min_chars is not None and self.max_chars is not None and self.min_chars > self.max_chars:
            raise ValueError(f"min_chars {self.min_chars} is above max_chars {self.max_chars}")
        if any(not label.strip() for label in self.fields):
            raise ValueError("a field's label must not be blank")
        if self.pattern is not None:
            patterns.check(self.pattern)
        if self.json_schema is not None:
            check_schema(self.json_schema)


# -- JSON -------------------------------------------------------------------------------------------------------------


def check_schema(schema: Params) -> None:
    """Raise ValueError unless `schema` is a valid JSON Schema that needs nothing from outside and ends on any JSON."""
    for path, key, value in _walk(schema, "", 0):
        if key in _REFS and not (isinstance(value, str) and value.startswith("#")):
            raise ValueError(f"json_schema{path}: a reference must point inside the schema (#/…); got {value!r}")
        if key == "$id":
            raise ValueError(f"json_schema{path}: leave $id out; references are relative to this schema")
        literals = [value] if key == "const" else value if key == "enum" and isinstance(value, list | tuple) else ()
        if any(isinstance(literal, str) and _DECIMAL.fullmatch(literal) for literal in literals):
            # Suites read decimals as text, so that no figure is rounded: the text would never equal the number of an answer.
            raise ValueError(
                f"json_schema{path}.{key}: a decimal would be compared as text; mark it with `number`, ask for another unit,"
                f" or, where text is meant, use a pattern; got {value!r}"
            )
        expressions = [value] if key == "pattern" else list(value) if key == "patternProperties" else []
        for expression in expressions:
            if isinstance(expression, str) and patterns.check(expression) > 1:
                raise ValueError(f"json_schema{path}: at most one open repetition in a pattern; got {expression!r}")
    _compiled(schema)


def _compiled(schema: Params) -> None:
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        validator = _validator(schema)
        type(validator).check_schema(schema)
        for probe in (None, True, 0, "", [], {}, [None], {"": None}):
            validator.is_valid(probe)
    except SchemaError as problem:
        raise ValueError(f"json_schema is not a JSON Schema: {problem.message[:200]}") from None
    except (Unresolvable, RecursionError) as problem:
        raise ValueError(f"json_schema holds a reference that leads nowhere: {str(problem)[:200]}") from None


def _validator(schema: Params) -> Any:
    """The validator of a schema, made once for it; its order counts, since it says which misfit comes first."""
    return _made(json.dumps(schema))


@lru_cache(maxsize=128)
def _made(spelled: str) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for
    from referencing import Registry

    schema = json.loads(spelled)
    kind = validator_for(
        {key: value for key, value in schema.items() if key == "$schema"}, default=Draft202012Validator
    )
    if schema.get("$schema", kind.META_SCHEMA["$schema"]).rstrip("#") != kind.META_SCHEMA["$schema"].rstrip("#"):
        raise ValueError(f"json_schema: the dialect {schema['$schema']!r} is not known")
    return kind(schema, registry=Registry())  # an empty registry: nothing is fetched


def _walk(node: Any, path: str, depth: int) -> Iterator[tuple[str, str, Any]]:
    """(path, key, value) of every mapping in a schema, names of properties and literal values left out."""
    if depth > DEPTH:
        raise ValueError("json_schema is nested too deeply")
    if isinstance(node, Mapping):
        for key, value in node.items():
            named = path.endswith((".properties", ".patternProperties", ".$defs", ".definitions", ".dependentSchemas"))
            if not named:
                yield path, key, value
            if named or key not in {"const", "enum", "default", "examples"}:
                yield from _walk(value, f"{path}[{key}]" if named else f"{path}.{key}", depth + 1)
    elif isinstance(node, (list, tuple)):
        for at, value in enumerate(node):
            yield from _walk(value, f"{path}[{at}]", depth + 1)


def _json(text: str) -> Any:
    """The JSON value that the answer is, or holds in its last code fence. Raises ValueError when there is none."""
    try:
        return _loads(text)
    except (ValueError, RecursionError):
        for block in reversed(_FENCE.findall(text)):
            try:
                return _loads(block)
            except (ValueError, RecursionError):
                continue
    raise ValueError("no JSON")


def _loads(text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise ValueError("duplicate key")
        return made

    def refuse(word: str) -> Any:
        raise ValueError(word)

    value = json.loads(text.strip(), object_pairs_hook=unique, parse_constant=refuse)
    _measure(value, 0)
    return value


def _measure(value: Any, depth: int) -> None:
    if depth > DEPTH:
        raise ValueError("nested too deeply")
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _measure(child, depth + 1)


def _longest_string(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return max((max(len(k), _longest_string(v)) for k, v in value.items()), default=0)
    return max(map(_longest_string, value), default=0) if isinstance(value, list) else 0


# -- conditions -------------------------------------------------------------------------------------------------------


def count_words(text: str) -> int:
    """Words of `text`: runs of letters and digits, and each Chinese character."""
    return sum(1 for _ in _WORD.finditer(text))


def is_lang(text: str, lang: str) -> bool:
    """Whether `text` is mostly Chinese (zh) or not (en); a text without letters is neither against one nor the other."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return han >= latin if lang == "zh" else latin >= han


def filled(text: str, label: str, labels: tuple[str, ...]) -> bool:
    """Whether `label` occurs as a label with a value behind it: on its line, or below it before the next label."""
    plain = _MARKUP.sub("", text)
    others = "|".join(re.escape(other) for other in labels if other != label)
    following = re.compile(rf"(?:{others}){_LABEL_TAIL}", re.IGNORECASE) if others else None
    for found in re.finditer(rf"(?<![A-Za-z0-9]){re.escape(label)}{_LABEL_TAIL}", plain, re.IGNORECASE):
        end = min(len(plain), found.end() + 400)
        stop = following.search(plain, found.end(), end) if following else None
        value = plain[found.end() : stop.start() if stop else end]
        value = re.split(r"\n[ ]{0,4}\n", value.lstrip("\n"), maxsplit=1)[0]
        if any(_holds(line) for line in value.splitlines()):
            return True
    return False


def _holds(line: str) -> bool:
    return _PLACEHOLDER.fullmatch(line) is None and any(char.isalnum() for char in line)


def _counted(params: Format, text: str) -> tuple[Text, bool] | None:
    """(reason, settled) of the first count that is out of bounds."""
    words = count_words(text) if params.max_words is not None else 0
    lines = sum(1 for line in text.splitlines() if line.strip())
    for got, most, zh, en in (
        (len(text), params.max_chars, "字符", "characters"),
        (words, params.max_words, "词", "words"),
        (lines, params.max_lines, "行", "lines"),
    ):
        if most is not None and got > most:
            return _text(f"共 {got} {zh}，上限 {most}", f"{got} {en}; at most {most}"), True
    if params.min_chars is not None and len(text) < params.min_chars:
        return _text(
            f"共 {len(text)} 字符，下限 {params.min_chars}", f"{len(text)} characters; at least {params.min_chars}"
        ), False
    return None


def _problem(params: Format, text: str) -> tuple[Text, bool] | None:
    """(reason, settled) of the first count, language or field condition that does not hold."""
    counted = _counted(params, text)
    if counted:
        return counted
    if params.lang is not None and not is_lang(text, params.lang):
        return _text("语言不符", f"not in the language asked for ({params.lang})"), False
    missing = [label for label in params.fields if not filled(text, label, params.fields)]
    if missing:
        return _text(
            f"缺少字段或字段为空：{'、'.join(missing)}", f"missing or empty fields: {', '.join(missing)}"
        ), False
    return None


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


# -- the grader -------------------------------------------------------------------------------------------------------


class FormatGrader:
    """See the module's rules."""

    name: ClassVar[str] = "format"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Format]] = Format

    def mark(self, params: Format, item: Item, answer: Answer) -> Mark:  # noqa: ARG002  the form does not depend on the item
        """Met when every condition holds. Never raises because of what the answer contains."""
        if answer.state == "blocked":
            return Mark(state="not_met", reason=_text("回答被拦截", "the answer was blocked"))
        text = closing.spoken(answer.text).strip()
        if not text:
            return Mark(state="not_met", reason=_text("回答为空", "the answer is empty"))
        problem = _problem(params, text)
        if problem:
            return Mark(state="not_met", reason=problem[0], excerpt=text[:120], settled=problem[1])
        for mark in (_pattern_mark(params.pattern, text), _json_mark(params.json_schema, text)):
            if mark:
                return mark
        return Mark(state="met", reason=_text("形式符合要求", "the form is as asked"), excerpt=text[:120])


def _pattern_mark(pattern: str | None, text: str) -> Mark | None:
    """What stands against the answer by the pattern; None when nothing does."""
    if pattern is None:
        return None
    limit = patterns.longest(patterns.check(pattern))
    if len(text) > limit:
        return _unjudged(
            f"该正则在长文本上计算量过大，最多用于 {limit} 字符；回答有 {len(text)} 字符",
            f"the pattern is too costly for long text: it is tried on at most {limit} characters, and the answer has {len(text)}",
        )
    if re.fullmatch(pattern, text):
        return None
    return Mark(state="not_met", reason=_text("不符合规定的格式", "the pattern does not match"), excerpt=text[:120])


def _json_mark(schema: Params | None, text: str) -> Mark | None:
    """What stands against the answer by the schema; None when nothing does."""
    if schema is None:
        return None
    if len(text) > patterns.LONGEST:
        return _unjudged(
            f"回答过长，JSON 最多检查 {patterns.LONGEST} 字符",
            f"the answer is too long: JSON is checked up to {patterns.LONGEST} characters, and it has {len(text)}",
        )
    try:
        value = _json(text)
    except ValueError:
        return Mark(state="not_met", reason=_text("不是有效的 JSON", "not valid JSON"), excerpt=text[:120])
    if _longest_string(value) > STRING_LIMIT and _has_pattern(schema):
        return _unjudged(
            f"JSON 中有文本超过 {STRING_LIMIT} 字符，模式中的正则不再对它检查",
            f"a text in the JSON is longer than the {STRING_LIMIT} characters that the schema's patterns are tried on",
        )
    try:
        first = next(iter(_validator(schema).iter_errors(value)), None)
    except (ArithmeticError, RecursionError, ValueError) as problem:
        return _unjudged("无法按模式检查", f"the schema could not be checked: {type(problem).__name__}")
    return None if first is None else _misfit(first)


def _has_pattern(schema: Params) -> bool:
    return any(key in {"pattern", "patternProperties"} for _, key, _ in _walk(schema, "", 0))


def _misfit(error: Any) -> Mark:
    place = ("/".join(map(str, error.absolute_path)) or "(root)")[:80]
    reason = _text(f"JSON 不符合模式：{place}", f"the JSON does not fit the schema at {place} ({error.validator})")
    return Mark(state="not_met", reason=reason, excerpt=str(error.message)[:120])


def _unjudged(zh: str, en: str) -> Mark:
    return Mark(state="unjudged", reason=_text(zh, en))


plugin: Final = FormatGrader()
