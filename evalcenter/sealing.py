"""Which words of a sealed item and of a sealed run are secret, and what stands in their place for everybody else.

Rules this module keeps:

* Readable stays what decides and what scopes read, and no word: of an item its number, language, dimension, risks, tags, red line,
  pass line, and of each criterion its number, weight and the grader's name; of a line its position, states, points and counts.
* The seed is secret: generated items can be made again from it.
* Names that a person chose (of items, criteria, clusters, families) say something of what they name, so numbers stand for them, in
  the whole run and not only on the disk. Sources stay in the bank.
* Everything that a model, a judge, a server or a reader wrote is secret, and so is every word that a grader says of it.

It knows which words; ``ciphers.py`` knows how they are hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from evalcenter import canon
from evalcenter.records import Criterion, Example, Examples, Family, Item, Message, Params, Plan, Suite
from evalcenter.reviewing import READ

MARK: Final = "sealed:"
"""What an encrypted text begins with."""
SECRET: Final[Mapping[str, tuple[str, ...]]] = {
    "response": ("answers.*.text", "answers.*.reasoning", "answers.*.finish_reason", "answers.*.model"),
    "failure": ("message",),
    "retry": ("message",),
    "grade": ("marks.*.reason.zh", "marks.*.reason.en", "marks.*.excerpt"),
    "judgement": ("answer.text", "answer.reasoning", "answer.finish_reason", "answer.model", "failed"),
    "review": ("reason",),
}
"""The secret texts of each kind of line. A ``*`` stands for every member of a list."""
CLEAR: Final = frozenset({READ.zh, READ.en})
"""Reasons that every run gives alike: what waits for people is told by them, also without the key."""
Turn = Callable[[str, str], str]
"""Turns the text at a path, such as ``answers.0.text``, into another."""


# -- a bank -----------------------------------------------------------------------------------------------------------


def numbered(suite: Suite) -> Suite:
    """`suite` with numbers for the names in it, and every item sealed. Its items keep their order: a number is that of its leaf."""
    items = {item.id: name(suite.id, leaf) for leaf, item in enumerate(suite.items)}
    named = (item.cluster for item in suite.items if item.cluster is not None)
    clusters = {name: f"{suite.id}-cluster-{number}" for number, name in enumerate(dict.fromkeys(named))}
    return replace(
        suite,
        sources={},
        items=tuple(_numbered(item, items, clusters) for item in suite.items),
        families=tuple(_family(family, f"{suite.id}-family-{at}") for at, family in enumerate(suite.families)),
    )


def is_leaf(item: Item) -> bool:
    """Whether an item of a plan stands in a bank; one that was generated is sealed too, and stands in none."""
    return item.visibility == "sealed" and item.family is None


def named(plan: Plan, models: Sequence[str]) -> tuple[str, ...]:
    """The names that an endpoint gave itself, as a report may show them: in a sealed run one that was not asked for by its digest.

    An endpoint could put into its name what it was asked.
    """
    if plan.sealing is None:
        return tuple(models)
    return tuple(name if name == plan.candidate.model else canon.digest(name)[:23] for name in models)


def shown(plan: Plan) -> Plan:
    """`plan` with nothing of its sealed items but what anybody may read; one without a bank as it is."""
    if plan.sealing is None:
        return plan
    return replace(
        plan, seed="", items=tuple(outside(one) if one.visibility == "sealed" else one for one in plan.items)
    )


def name(suite: str, leaf: int) -> str:
    """What an item of a bank is called in every run on it."""
    return f"{suite}-{leaf:05d}"


def number(name: str) -> int:
    """The leaf of the item that `numbered` called `name`."""
    return int(name.rpartition("-")[2])


def _numbered(item: Item, items: Mapping[str, str], clusters: Mapping[str, str]) -> Item:
    criteria = {criterion.id: f"c{at}" for at, criterion in enumerate(item.criteria, start=1)}
    return replace(
        item,
        id=items[item.id],
        criteria=tuple(replace(criterion, id=criteria[criterion.id]) for criterion in item.criteria),
        examples=Examples(
            good=tuple(_example(example, criteria) for example in item.examples.good),
            bad=tuple(_example(example, criteria) for example in item.examples.bad),
        ),
        twin=None if item.twin is None else items[item.twin],
        cluster=None if item.cluster is None else clusters[item.cluster],
        sources=(),
        visibility="sealed",
    )


def _example(example: Example, criteria: Mapping[str, str]) -> Example:
    return replace(example, fails=tuple(criteria[name] for name in example.fails))


def _family(family: Family, name: str) -> Family:
    return replace(family, id=name, sources=(), visibility="sealed")


# -- a plan -----------------------------------------------------------------------------------------------------------


def positions(plan: Plan) -> bytes:
    """1 at each position where a sealed item is asked."""
    sealed = bytes(item.visibility == "sealed" for item in plan.items)
    return bytes(sealed[index] for index in plan.order)


def outside(item: Item, hidden: str = "") -> Item:
    """What anybody may read of a sealed item; `hidden`, its ciphertext, stands for its prompt."""
    return replace(
        item,
        prompt=(Message(role="user", content=hidden),),
        criteria=tuple(_bare(criterion) for criterion in item.criteria),
        examples=Examples(good=(), bad=()),
        options={},
        documents=(),
        twin=None,
        sources=(),
    )


def hidden(item: Item) -> str:
    """The ciphertext that stands in an item as `outside` made it."""
    return item.prompt[0].content if len(item.prompt) == 1 else ""


def _bare(criterion: Criterion) -> Criterion:
    confirm = None if criterion.confirm is None else _grader(criterion.confirm)
    return replace(criterion, text="", check=_grader(criterion.check), confirm=confirm)


def _grader(check: Params) -> Params:
    return {name: {} for name in check}


# -- a line -----------------------------------------------------------------------------------------------------------


def turned(kind: str, data: Any, turn: Turn) -> Any:
    """The `data` of a line, as plain JSON types, with every secret text in it turned. What is empty stays empty."""
    for path in SECRET.get(kind, ()):
        _turn(data, path.split("."), (), turn)
    return data


def _turn(held: Any, path: list[str], behind: tuple[str, ...], turn: Turn) -> None:
    step, *rest = path
    for key in _keys(held, step):
        here = (*behind, str(key))
        value = held[key]
        if rest:
            _turn(value, rest, here, turn)
        elif isinstance(value, str) and value and not _clear(here, value):
            held[key] = turn(".".join(here), value)


def _keys(held: Any, step: str) -> Iterable[Any]:
    if step == "*":
        return range(len(held)) if isinstance(held, list) else ()
    return (step,) if isinstance(held, dict) and step in held else ()


def _clear(path: tuple[str, ...], text: str) -> bool:
    return path[0] == "marks" and path[2:3] == ("reason",) and text in CLEAR
