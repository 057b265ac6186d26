"""A clock that stands still while code runs and jumps to whatever is waited for next, so that hours of pauses take no time."""

from __future__ import annotations

import asyncio
import selectors
from types import SimpleNamespace
from typing import Any

import pytest


class _Jumping(selectors.DefaultSelector):
    """A selector that does not wait: it moves the clock on instead."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if timeout is None and not ready:
            raise AssertionError("everything waits, and nothing will ever come")
        if not ready:
            self.clock.now += max(timeout or 0.0, 0.0)
        return ready


class Loop(asyncio.SelectorEventLoop):
    """An event loop that runs on such a clock."""

    def __init__(self, selector: _Jumping) -> None:
        super().__init__(selector)
        self._jumping = selector

    def time(self) -> float:
        return self._jumping.clock.now


class Clock:
    """The clock of a test; `now` in seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *modules: Any) -> None:
        self.now = 1000.0
        monkeypatch.setattr(asyncio.events, "new_event_loop", lambda: Loop(_Jumping(self)))
        for module in modules:
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
