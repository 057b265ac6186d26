"""Several may look on at once, and all of them hear everything."""

import inspect
from typing import Any

import pytest

from evalcenter import watching

METHODS = [name for name in vars(watching.Watch) if not name.startswith("_")]


class Hears:
    """Writes down what it is told."""

    def __init__(self, heard: list[tuple[Any, ...]], name: str) -> None:
        self._heard, self._name = heard, name

    def __getattr__(self, method: str) -> Any:
        return lambda *told: self._heard.append((self._name, method, *told))


def told(method: str) -> list[str]:
    """A word for each thing that the method is told."""
    return [name for name in inspect.signature(getattr(watching.Watch, method)).parameters if name != "self"]


@pytest.mark.parametrize("method", METHODS)
def test_several_pass_everything_on_in_order(method: str) -> None:
    """What one hears, all hear, with the same words."""
    heard: list[tuple[Any, ...]] = []
    both: Any = watching.Several(Hears(heard, "a"), Hears(heard, "b"))
    getattr(both, method)(*told(method))
    assert heard == [("a", method, *told(method)), ("b", method, *told(method))]


@pytest.mark.parametrize("method", METHODS)
def test_nobody_hears_everything_and_does_nothing(method: str) -> None:
    """Whoever only wants some of it can begin with Nobody."""
    assert getattr(watching.Nobody(), method)(*told(method)) is None
