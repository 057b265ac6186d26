"""Which words are secret: every text of a record is hidden, or stands on the short list of what stays readable."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from evalcenter import boundary, canon, sealing
from evalcenter.records import (
    CandidateSpec,
    Criterion,
    Document,
    Example,
    Examples,
    Failure,
    Grade,
    Item,
    Judgement,
    Message,
    Response,
    Review,
    Sealing,
    Suite,
    Text,
)
from tests import marked
from tests.factory import make_item, make_plan

READABLE = {
    "response": set(),
    "failure": {"kind"},
    "grade": {"by", "why", "marks.*.criterion"},
    "judgement": {"judge"},
    "review": {"reader", "marks.*.criterion"},
}
"""Texts that stay: kinds of failure, who marked, why a sample is unscored, criteria by number."""
KINDS: Mapping[str, Any] = {
    "response": Response,
    "failure": Failure,
    "grade": Grade,
    "judgement": Judgement,
    "review": Review,
}


def texts(kind: Any, path: str = "") -> Iterator[str]:
    """The path of every free text in a type."""
    origin = typing.get_origin(kind)
    if kind is str:
        yield path
    elif dataclasses.is_dataclass(kind):
        for name, inner in typing.get_type_hints(kind).items():
            if name in {field.name for field in dataclasses.fields(kind)}:
                yield from texts(inner, f"{path}.{name}".lstrip("."))
    elif origin is tuple:
        yield from texts(typing.get_args(kind)[0], f"{path}.*")
    elif origin in (typing.Union, types.UnionType):
        for inner in typing.get_args(kind):
            yield from texts(inner, path)
    else:
        assert origin is typing.Literal or kind in (int, bool, type(None)), f"{path} is {kind}: hide it, or say why not"


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_a_line_is_hidden_or_known_to_be_readable(kind: str) -> None:
    """A field that is added to a record has to be put on one of two lists."""
    assert set(texts(KINDS[kind])) == set(sealing.SECRET[kind]) | READABLE[kind]


def word(name: str) -> str:
    return f"{marked.WORD}-{name}"


def item(**changes: Any) -> Item:
    """An item with a word in each of its texts."""
    check = {word("grader"): {word("key"): [word("parameter")]}}
    given: dict[str, Any] = {
        "id": word("id"),
        "prompt": (Message(role="system", content=word("system")), Message(role="user", content=word("prompt"))),
        "criteria": (Criterion(id=word("criterion"), text=word("text"), check=check, confirm=check, critical=True),),
        "examples": Examples(
            good=(Example(text=word("good")), Example(turns=(word("turn"),))),
            bad=(Example(text=word("bad"), fails=(word("criterion"),)),),
        ),
        "options": {"A": word("option")},
        "documents": (Document(id=word("document"), title=word("title"), text=word("paper")),),
        "dimension": word("dimension"),
        "risks": (word("risk"),),
        "tags": (word("tag"),),
        "sources": (word("source"),),
        "twin": word("id"),
        "cluster": word("cluster"),
    }
    return make_item(1, **{**given, **changes})


def words(raw: bytes) -> set[str]:
    return {part.partition(b'"')[0].decode() for part in raw.split(f"{marked.WORD}-".encode())[1:]}


def suite() -> Suite:
    text = Text(zh="题库", en="Suite")
    return Suite(
        id="bank",
        version="1",
        title=text,
        about=text,
        dimensions=(),
        taxonomies=(),
        sources={},
        items=(item(),),
        families=(),
    )


def test_of_an_item_only_what_scopes_and_verdicts_read_stays_readable() -> None:
    """Of an item with a word in each of its texts these are left: what scopes read, and the graders' names."""
    numbered = sealing.numbered(suite()).items[0]
    assert words(canon.encode(sealing.outside(numbered))) == {"dimension", "risk", "tag", "grader"}


def test_numbering_changes_no_word_but_names() -> None:
    """Names become numbers, sources stay in the bank, and every other text of the item is as it was."""
    gone = {"id", "criterion", "cluster", "source"}
    assert words(canon.encode(sealing.numbered(suite()))) == words(canon.encode(suite())) - gone


def test_names_still_point_at_each_other() -> None:
    """Twins, clusters and the criteria that a bad example fails are numbered alike."""
    one = sealing.numbered(suite()).items[0]
    assert (one.id, one.twin, one.cluster) == ("bank-00000", "bank-00000", "bank-cluster-0")
    assert (one.criteria[0].id, one.examples.bad[0].fails) == ("c1", ("c1",))


def test_a_number_is_that_of_the_leaf() -> None:
    """Whatever the suite is called."""
    assert sealing.number("a-long-name-00042") == 42


def test_an_endpoint_can_not_put_words_into_its_name() -> None:
    """In a sealed run's report another name than the one that was asked for is a digest."""
    spec = CandidateSpec(adapter="openai_http", name="c", model="m-1")
    plan = make_plan(candidate=spec, sealing=Sealing(run="", key="", recipients=(), banks=()))
    one, other = sealing.named(plan, ("m-1", "a word of an item"))
    assert one == "m-1"
    assert other == canon.digest("a word of an item")[:23]
    assert sealing.named(replace(plan, sealing=None), ("a", "b")) == ("a", "b")


def test_what_stands_outside_is_an_item_too() -> None:
    """It can be read from a file like any other."""
    bare = sealing.outside(item(), "sealed:AAAA")
    assert boundary.read(Item, canon.encode(bare)) == bare
    assert sealing.hidden(bare) == "sealed:AAAA"
