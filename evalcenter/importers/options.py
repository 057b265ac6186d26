"""Answer options and keys as foreign data writes them.

Rules this module keeps:

* Options are lettered A, B, C... in the order of the source. Letters that the source itself gives must be exactly these.
* Two options with the same text, one option, or more than 26, refuse the row.
* A key must name options of the row without doubt; a key given as text must equal exactly one option.
"""

from __future__ import annotations

import ast
import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Literal

from evalcenter.errors import InputError
from evalcenter.importers import json
from evalcenter.importers.cells import Cells, Refused, as_text
from evalcenter.records import record

ListStyle = Literal["list", "python_list", "json_list", "lines"]
MAX_LIST: Final = 20_000
LETTERS: Final = string.ascii_uppercase
_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LETTERED: Final = re.compile(r"\(?([A-Z])(?:[.．、:：)）]\s*|\s+)(\S.*)", re.DOTALL)


@record
class Options:
    """Where the options are: one column each, one column that holds all of them, or the same for every row.

    `optional` names columns at the end of `columns` that may be empty. `style` says how one column holds them: ``list`` (a
    list of texts), ``python_list`` and ``json_list`` (such a list written as text), ``lines`` (texts between separators),
    ``lettered_lines`` (``A text`` between separators), ``mapping`` (letter to text), ``label_text`` (an object with the lists
    ``label`` and ``text``).
    """

    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    column: str | None = None
    style: Literal["list", "python_list", "json_list", "lines", "lettered_lines", "mapping", "label_text"] = "list"
    separator: str = "\n"
    fixed: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise InputError when the options are described in no way, or in two."""
        if sum((bool(self.columns), self.column is not None, bool(self.fixed))) != 1:
            raise InputError("options: give one of `columns`, `column` and `fixed`")
        if self.columns[len(self.columns) - len(self.optional) :] != self.optional:
            raise InputError("options: `optional` names the last of `columns`, in their order")
        if not self.separator:
            raise InputError("options: an empty separator separates nothing")


@record
class Answer:
    """Where the key is and how it is written.

    ``letter`` and ``letters`` (``ACE``, ``A, C``) are the options' letters, ``label`` the source's own labels, ``index0`` and
    ``index1`` positions, ``text`` an option's text, ``boolean`` true for the first of two options, ``value`` and ``number``
    what a grader without options compares with.
    """

    column: str
    form: Literal["letter", "letters", "label", "index0", "index1", "text", "boolean", "value", "number"]


# -- options ----------------------------------------------------------------------------------------------------------


def options(spec: Options, cells: Cells) -> tuple[dict[str, str], tuple[str, ...]]:
    """The options by letter, and the source's own labels in the same order."""
    pairs = _pairs(spec, cells)
    found = [text.strip() for _, text in pairs]
    if not 2 <= len(found) <= len(LETTERS):
        raise Refused(f"option count: {len(found)}; expected 2 to 26")
    if any(cells.missing(text) for text in found):
        raise Refused("empty option: an option has no text")
    same = [_same(text) for text in found]
    if len(set(same)) < len(same):
        double = next(found[at] for at, text in enumerate(same) if text in same[:at])
        raise Refused(f"duplicate options: {double[:60]!r} is given twice")
    return dict(zip(LETTERS, found, strict=False)), tuple(label for label, _ in pairs)


def _pairs(spec: Options, cells: Cells) -> list[tuple[str, str]]:
    if spec.fixed:
        return _in_order(list(spec.fixed.items()))
    if spec.columns:
        given = [name for name in spec.columns if name not in spec.optional or cells.has(name)]
        if given != list(spec.columns[: len(given)]):
            raise Refused("gap in options: an empty option stands before a given one")
        return [(LETTERS[at % 26], cells.text(name)) for at, name in enumerate(given)]
    column = spec.column or ""
    value = cells.value(column)
    if spec.style == "mapping":
        return _in_order(_mapping(value, column))
    if spec.style == "label_text":
        return _label_text(_mapping(value, column), column)
    if spec.style == "lettered_lines":
        return _in_order([_lettered(part, column) for part in as_text(value, column).split(spec.separator)])
    return [(LETTERS[at % 26], text) for at, text in enumerate(texts(value, spec.style, spec.separator, column))]


def texts(value: Any, style: ListStyle | str, separator: str, column: str) -> list[str]:
    """The texts of a list that is written in one of the list styles. Raises Refused."""
    if style == "lines":
        return as_text(value, column).split(separator)
    if style in {"python_list", "json_list"}:
        value = _written(as_text(value, column), style, column)
    if not isinstance(value, (list, tuple)):
        raise Refused(f"not a list: {column!r} holds {type(value).__name__}, expected {style}")
    return [as_text(_scalar(held, column), column) for held in value]


def _scalar(value: Any, column: str) -> Any:
    if isinstance(value, (float, complex, bytes, list, tuple, dict, set)) or value is None or value is Ellipsis:
        raise Refused(f"not text: an entry of {column!r} is a {type(value).__name__}")
    return value


def _written(text: str, style: str, column: str) -> Any:
    if len(text) > MAX_LIST:
        raise Refused(f"list too long: {column!r} holds {len(text)} characters; at most {MAX_LIST} are read")
    try:
        return json.parse(text) if style == "json_list" else ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as problem:
        raise Refused(f"not a {style}: {column!r}: {type(problem).__name__} in {text[:60]!r}") from None


def _mapping(value: Any, column: str) -> list[tuple[str, Any]]:
    if isinstance(value, str):
        value = _written(value, "json_list", column)
    if not isinstance(value, dict):
        raise Refused(f"not a mapping: {column!r} holds {type(value).__name__}")
    return list(value.items())


def _label_text(pairs: list[tuple[str, Any]], column: str) -> list[tuple[str, str]]:
    held = dict(pairs)
    labels, given = held.get("label"), held.get("text")
    if not isinstance(labels, list) or not isinstance(given, list) or len(labels) != len(given):
        raise Refused(f"not label_text: {column!r} needs lists `label` and `text` of one length")
    named = [as_text(_scalar(label, column), column) for label in labels]
    if len(set(named)) < len(named):
        raise Refused(f"duplicate labels: {column!r} uses one label twice")
    return [(label, as_text(_scalar(text, column), column)) for label, text in zip(named, given, strict=True)]


def _lettered(part: str, column: str) -> tuple[str, str]:
    part = part.strip()
    head = 3 if part[:1] in {"(", "（"} else 2
    found = _LETTERED.fullmatch(part[:head].translate(_WIDTH) + part[head:])
    if not found:
        raise Refused(f"option without letter: {column!r} has the part {part[:60]!r}")
    return found.group(1), found.group(2)


def _in_order(pairs: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The pairs, whose letters must be A, B, C... in this order."""
    letters = "".join(label for label, _ in pairs)
    if letters != LETTERS[: len(pairs)]:
        raise Refused(f"option letters: {letters[:40]!r}; expected {LETTERS[: len(pairs)]!r}")
    return [(label, as_text(_scalar(text, "options"), "options")) for label, text in pairs]


def _same(text: str) -> str:
    """What two texts are compared by: spacing and letter width don't count, everything else does (10² is not 102)."""
    return " ".join(text.translate(_WIDTH).split())


# -- keys -------------------------------------------------------------------------------------------------------------


def key(spec: Answer, cells: Cells, given: Mapping[str, str], labels: Sequence[str]) -> tuple[str, ...]:
    """The letters of the right options, sorted. Raises Refused when the key does not name options of this row."""
    value = cells.value(spec.column)
    if spec.form in {"letter", "letters"}:
        letters = _letters(value, spec, many=spec.form == "letters")
    elif spec.form in {"index0", "index1"}:
        letters = (_position(value, spec, int(spec.form[-1]), len(given)),)
    elif spec.form == "label":
        letters = (_label(value, spec, labels),)
    elif spec.form == "text":
        letters = (_by_text(value, spec, given),)
    else:
        letters = (_boolean(value, spec, len(given)),)
    outside = [letter for letter in letters if letter not in given]
    if outside:
        raise Refused(f"key outside options: {outside[0]!r}; the options are {''.join(given)}")
    return tuple(sorted(letters))


def _letters(value: Any, spec: Answer, *, many: bool) -> tuple[str, ...]:
    written = unicodedata.normalize("NFKC", as_text(value, spec.column))
    written = written if many else written.upper()  # "bad" is a word before it is three letters
    pattern = r"[A-Z](?:[\s,;、]{0,3}[A-Z]){0,25}" if many else r"[A-Z]"
    bare = written[1:-1] if re.fullmatch(r"\([A-Z]\)", written) else written
    if not re.fullmatch(pattern, bare):
        raise Refused(f"unreadable key: {written[:40]!r} is not {'letters' if many else 'one letter'}")
    letters = re.findall("[A-Z]", bare)
    if len(set(letters)) < len(letters):
        raise Refused(f"unreadable key: {written[:40]!r} names one letter twice")
    return tuple(letters)


def _label(value: Any, spec: Answer, labels: Sequence[str]) -> str:
    written = as_text(value, spec.column)
    if written not in labels:
        raise Refused(f"key outside options: {written[:40]!r}; the labels are {list(labels)!r}")
    return LETTERS[list(labels).index(written)]


def _position(value: Any, spec: Answer, first: int, count: int) -> str:
    written = as_text(value, spec.column)
    if not re.fullmatch(r"-?\d{1,3}", written, re.ASCII):
        raise Refused(f"unreadable key: {written[:40]!r} is not a whole number")
    at = int(written) - first
    if not 0 <= at < count:
        raise Refused(f"key outside options: {written}; {count} options are counted from {first}")
    return LETTERS[at]


def _by_text(value: Any, spec: Answer, given: Mapping[str, str]) -> str:
    written = as_text(value, spec.column)
    fitting = [letter for letter, text in given.items() if _same(text) == _same(written)]
    if len(fitting) != 1:
        raise Refused(f"key outside options: the text {written[:60]!r} equals {len(fitting)} options")
    return fitting[0]


def _boolean(value: Any, spec: Answer, count: int) -> str:
    written = as_text(value, spec.column).lower()
    if written not in {"true", "false"} or count != 2:
        raise Refused(f"unreadable key: {written[:40]!r} with {count} options; expected true or false and two options")
    return "A" if written == "true" else "B"
