"""Items and questions that the tests of the candidates share. All of it is invented."""

from collections.abc import Callable

import pytest

from evalcenter.records import Criterion, Example, Examples, Item, Message, Question


def _example(text: str | tuple[str, ...]) -> Example:
    return Example(text=text) if isinstance(text, str) else Example(turns=text)


@pytest.fixture
def make_item() -> Callable[..., Item]:
    def make(name: str, prompt: list[tuple[str, str]] | str, good: list, bad: list, lang: str = "en") -> Item:
        turns = [("user", prompt)] if isinstance(prompt, str) else prompt
        return Item(
            id=name,
            lang=lang,
            dimension="d",
            prompt=tuple(Message(role=role, content=content) for role, content in turns),
            criteria=(Criterion(id="c", text="t", check={"mentions": {"any": ["x"]}}),),
            examples=Examples(good=tuple(map(_example, good)), bad=tuple(map(_example, bad))),
        )

    return make


@pytest.fixture
def items(make_item: Callable[..., Item]) -> tuple[Item, ...]:
    return (
        make_item("one", "What is the dose?", ["250 mg", "Give 250 mg."], ["500 mg", "Give 5 g."]),
        make_item("two", "药量是多少？", ["250 毫克", "每次 250 mg"], ["500 毫克", "5 克"], lang="zh"),
        make_item(
            "talk",
            [("user", "First?"), ("user", "And then?")],
            [("good one", "good two"), ("fine one", "fine two")],
            [("bad one", "bad two"), ("poor one", "poor two")],
        ),
    )


@pytest.fixture
def ask_of() -> Callable[..., Question]:
    def make(*turns: str | tuple[str, str], item: str = "one", position: int = 0, epoch: int = 0) -> Question:
        said = [turn if isinstance(turn, tuple) else ("user", turn) for turn in turns]
        messages = tuple(Message(role=role, content=content) for role, content in said)
        return Question(position=position, epoch=epoch, item=item, messages=messages)

    return make
