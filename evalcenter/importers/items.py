"""One row's cells into one item, and items into the short form that is written to YAML.

Rules this module keeps:

* An item has one criterion: what the row's key says, checked by the grader that the mapping names.
* Text that was damaged earlier (a replacement character, a lone surrogate, a control character) refuses the row.
* Examples are the mapping's own, else made from the key (``examples.py``); an item without both kinds refuses the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from evalcenter import boundary, canon, hooks
from evalcenter.errors import InputError
from evalcenter.importers import examples
from evalcenter.importers.cells import Cells, Refused, number
from evalcenter.importers.options import Answer as KeyPart
from evalcenter.importers.options import Options, key, options, texts
from evalcenter.records import Answer, Criterion, Document, Example, Examples, Item, Message, Params, record

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_DAMAGE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffd\ud800-\udfff]")
_DATES: Final = {"YYYY-MM-DD": "%Y-%m-%d", "YYYY/MM/DD": "%Y/%m/%d", "MM/DD/YYYY": "%m/%d/%Y", "DD/MM/YYYY": "%d/%m/%Y"}
_SAYS: Final = {
    "choice": {"zh": "选出正确的选项", "en": "Chooses the right option"},
    "number": {"zh": "给出正确的数值", "en": "Gives the right number"},
    "mentions": {"zh": "提到要求的要点", "en": "Mentions what is asked for"},
}


@record
class DocumentPart:
    """A text given with the question; all three are templates."""

    text: str
    id: str = "context"
    title: str = "Context"


@record
class ExamplePart:
    """Answers as templates. A kind that is left out is made from the key."""

    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


@record
class ItemPart:
    """How one row becomes one item. Every text is a template.

    `grader` is a grader's name, or its name with parameters. In the parameters a text is a template, and
    ``{column: …, form: …}`` takes a column's value (see :class:`Taken`). `choice` takes its key from `answer`.
    """

    id: str
    lang: str
    dimension: str
    prompt: str
    grader: str | Params
    system: str | None = None
    documents: tuple[DocumentPart, ...] = ()
    options: Options | None = None
    answer: KeyPart | None = None
    criterion: str | None = None
    examples: ExamplePart = field(default_factory=ExamplePart)
    expects: str = "help"
    risks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    cluster: str | None = None
    twin: str | None = None


@record
class Taken:
    """A column's value in a grader's parameters.

    ``text``; ``number``; ``date`` (written as `dates`, becomes ISO); ``list`` of texts, and ``groups`` (each text a group of
    its own, for `mentions: all`), written in `style`.
    """

    column: str
    form: Literal["text", "number", "date", "list", "groups"] = "text"
    style: Literal["list", "python_list", "json_list", "lines"] = "list"
    separator: str = "\n"
    dates: Literal["YYYY-MM-DD", "YYYY/MM/DD", "MM/DD/YYYY", "DD/MM/YYYY"] = "YYYY-MM-DD"


# -- checks of the mapping itself -------------------------------------------------------------------------------------


def split(grader: str | Params) -> tuple[str, Params]:
    """The grader's name and parameters."""
    return (grader, {}) if isinstance(grader, str) else hooks.single(grader)


def check(part: ItemPart) -> None:
    """Raise InputError when the parts of a mapping contradict each other."""
    name, params = split(part.grader)
    if name == "choice" and (part.options is None or part.answer is None):
        raise InputError("the grader `choice` needs `options` and `answer`")
    if name == "choice" and (params or (part.answer and part.answer.form in {"value", "number"})):
        raise InputError("the key of `choice` comes from `answer`, which must say how options are named")
    if name != "choice" and part.options is not None:
        raise InputError(f"`options` need the grader `choice`; got {name!r}")
    if name not in _SAYS and part.criterion is None:
        raise InputError(f"the grader {name!r} needs a `criterion`: the sentence that says what is checked")
    _taken(params)


def templates(part: ItemPart) -> Iterator[str]:
    """Every template of a mapping."""
    yield from (part.id, part.lang, part.dimension, part.prompt, part.expects, *part.risks, *part.tags, *part.sources)
    yield from (text for text in (part.system, part.criterion, part.cluster, part.twin) if text is not None)
    yield from (*part.examples.good, *part.examples.bad)
    for document in part.documents:
        yield from (document.id, document.title, document.text)
    yield from _texts(split(part.grader)[1])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and not _is_taken(value):
        for held in value.values():
            yield from _texts(held)
    elif isinstance(value, (list, tuple)):
        for held in value:
            yield from _texts(held)


def _is_taken(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("column"), str) and set(value) <= {f.name for f in fields(Taken)}


def _taken(value: Any) -> None:
    if isinstance(value, Mapping):
        if _is_taken(value):
            boundary.convert(Taken, dict(value))
            return
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for held in value:
            _taken(held)


# -- building ---------------------------------------------------------------------------------------------------------


def build(part: ItemPart, cells: Cells) -> Item:
    """The row's item. Raises Refused."""
    lang = _one_of(cells.fill(part.lang), ("zh", "en"), "lang")
    name, params = split(part.grader)
    given, labels = options(part.options, cells) if part.options is not None else ({}, ())
    made: dict[str, Any] = {}
    pair: examples.Pair = ((), ())
    if name == "choice" and part.answer is not None:
        right = key(part.answer, cells, given, labels)
        made = {"key": list(right)}
        pair = examples.choice(right, given, lang)
    else:
        made = {field_name: _resolve(value, cells) for field_name, value in params.items()}
        pair = examples.made(name, made, _gold(part, cells, made), lang)
    criterion = cells.fill(part.criterion) if part.criterion is not None else _SAYS[name][lang]
    item = Item(
        id=_identifier(cells.fill(part.id)),
        lang=lang,
        dimension=_identifier(cells.fill(part.dimension)),
        prompt=_prompt(part, cells),
        criteria=(Criterion(id="key", text=criterion, check={name: made}),),
        examples=_examples(part, cells, pair),
        options=given,
        documents=tuple(
            Document(id=cells.fill(d.id), title=cells.fill(d.title), text=cells.fill(d.text)) for d in part.documents
        ),
        expects=_one_of(cells.fill(part.expects), ("help", "refuse"), "expects"),
        risks=tuple(cells.fill(text) for text in part.risks),
        tags=tuple(cells.fill(text) for text in part.tags),
        sources=tuple(cells.fill(text) for text in part.sources),
        cluster=None if part.cluster is None else cells.fill(part.cluster),
        twin=None if part.twin is None else cells.fill(part.twin),
    )
    _undamaged(item)
    return item


def _one_of(value: str, allowed: Sequence[str], what: str) -> Any:
    if value in allowed:
        return value
    raise Refused(f"unknown {what}: {value[:40]!r}; expected {' or '.join(allowed)}")


def _identifier(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    raise Refused(f"unfit id: {value[:60]!r} may hold letters, digits, dots and dashes only")


def _prompt(part: ItemPart, cells: Cells) -> tuple[Message, ...]:
    asked = Message(role="user", content=cells.fill(part.prompt))
    if not asked.content:
        raise Refused("empty question: the prompt is empty")
    return (asked,) if part.system is None else (Message(role="system", content=cells.fill(part.system)), asked)


def _gold(part: ItemPart, cells: Cells, params: Params) -> Decimal | None:
    """The number a good answer gives, which must lie in the window that the row itself states."""
    if part.answer is None or part.answer.form != "number":
        return None
    gold = number(cells.value(part.answer.column), part.answer.column)
    low, high = examples.window(params)
    if (low is not None and gold < low) or (high is not None and gold > high):
        raise Refused(f"key outside its window: {gold} is not between {low} and {high}")
    return gold


def _resolve(value: Any, cells: Cells) -> Any:
    if isinstance(value, str):
        return cells.fill(value)
    if isinstance(value, Mapping):
        if _is_taken(value):
            return _take(boundary.convert(Taken, dict(value)), cells)
        return {name: _resolve(held, cells) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_resolve(held, cells) for held in value]
    return value


def _take(taken: Taken, cells: Cells) -> Any:
    value = cells.value(taken.column)
    if taken.form == "number":
        return f"{number(value, taken.column):f}"
    if taken.form == "text":
        return cells.text(taken.column)
    if taken.form == "date":
        written = cells.text(taken.column)
        try:
            return datetime.strptime(written, _DATES[taken.dates]).date().isoformat()  # noqa: DTZ007 (only the day is kept)
        except ValueError:
            raise Refused(f"not a date: {taken.column!r} holds {written[:40]!r}, expected {taken.dates}") from None
    found = [text.strip() for text in texts(value, taken.style, taken.separator, taken.column)]
    if not found or any(cells.missing(text) for text in found):
        raise Refused(f"empty entry: {taken.column!r} holds an empty text")
    return [[text] for text in found] if taken.form == "groups" else found


def _examples(part: ItemPart, cells: Cells, pair: examples.Pair) -> Examples:
    good = tuple(cells.fill(text) for text in part.examples.good) or pair[0]
    bad = tuple(cells.fill(text) for text in part.examples.bad) or pair[1]
    if not good or not bad:
        raise InputError(
            f"the grader {split(part.grader)[0]!r} gives no {'good' if not good else 'bad'} examples by itself",
            todo="give them in the mapping under `examples`",
        )
    return Examples(
        good=tuple(Example(text=text) for text in good), bad=tuple(Example(text=text, fails=("key",)) for text in bad)
    )


def _undamaged(item: Item) -> None:
    for text in _texts(canon.plain(item)):
        found = _DAMAGE.search(text)
        if found:
            raise Refused(
                f"damaged text: the character U+{ord(found.group()):04X} near {text[: found.start()][-20:]!r}"
            )


def prove(item: Item, graders: Mapping[str, hooks.Grader]) -> None:
    """Grade the item's own examples with the graders at hand. Raises Refused when one is not marked as it should be."""
    for criterion in item.criteria:
        name, params = hooks.single(criterion.check)
        if name not in graders:
            continue
        grader = graders[name]
        try:
            read = boundary.convert(grader.params, dict(params))
        except InputError as problem:
            raise Refused(f"grader refuses its parameters: {name}: {problem.what}") from None
        for kind, wanted, held in (("good", "met", item.examples.good), ("bad", "not_met", item.examples.bad)):
            for example in held:
                state = grader.mark(read, item, Answer(text=example.text)).state
                if state not in {wanted, "pending"}:
                    raise Refused(f"examples contradict the key: the {kind} answer {example.text[:60]!r} is {state}")


# -- the short form ---------------------------------------------------------------------------------------------------


def to_yaml_ready(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Items as plain mappings in the short form of item files: defaults left out, one-turn prompts and plain examples as text."""
    return [_short(item) for item in items]


def _short(item: Item) -> dict[str, Any]:
    full = canon.plain(item)
    blank = canon.plain(
        Item(id="", lang="en", dimension="", prompt=(), criteria=(), examples=Examples(good=(), bad=()))
    )
    made = {name: value for name, value in full.items() if name in _ALWAYS or value != blank[name]}
    if len(item.prompt) == 1 and item.prompt[0].role == "user":
        made["prompt"] = item.prompt[0].content
    made["criteria"] = [_without(value, _CRITERION) for value in full["criteria"]]
    made["examples"] = {kind: [_example(value) for value in held] for kind, held in full["examples"].items()}
    return made


_ALWAYS: Final = ("id", "lang", "dimension", "prompt", "criteria", "examples")
_CRITERION: Final = canon.plain(Criterion(id="", text="", check={}))


def _without(value: Mapping[str, Any], blank: Mapping[str, Any]) -> dict[str, Any]:
    return {name: held for name, held in value.items() if name in {"id", "text", "check"} or held != blank[name]}


def _example(value: Mapping[str, Any]) -> Any:
    made = {name: held for name, held in value.items() if held}
    return made["text"] if set(made) == {"text"} else made
