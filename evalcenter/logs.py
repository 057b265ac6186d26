"""The same happenings as lines for people, with a level: what a person reads the morning after.

It says what ``events.py`` says, so it holds no prompt, answer, key or server's word either. The logger is handed over; nothing is
configured for the process.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any, Final

from evalcenter.display import safe
from evalcenter.events import Event, Teller
from evalcenter.outlets import Outlet

LEVELS: Final = {
    "answered": logging.DEBUG,
    "retried": logging.WARNING,
    "slowed": logging.WARNING,
    "failed": logging.ERROR,
    "stopped": logging.ERROR,
}
"""All others are at INFO; evidence that decides nothing yet is told as quietly as an answer."""
_LINE: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (DEBUG|INFO|WARNING|ERROR) ")
_PLAIN: Final = re.compile(r"[^\s\"=]+")


class Log(Teller):
    """Hands each event to a `logger`, as one line: the event and its fields. The record's ``at`` is its UTC time."""

    def __init__(self, logger: logging.Logger, candidate: str = "") -> None:
        super().__init__(candidate)
        self._logger = logger

    def tell(self, event: Event) -> None:
        """Log it."""
        level = LEVELS.get(event["event"], logging.INFO)
        if event.get("state") == "undecided":
            level = logging.DEBUG
        if self._logger.isEnabledFor(level):
            told = [f"{name}={_value(value)}" for name, value in event.items() if name not in {"at", "event"}]
            self._logger.log(level, "%s %s", event["event"], " ".join(told), extra={"at": event["at"]})


class _Handler(logging.Handler):
    def __init__(self, outlet: Outlet) -> None:
        super().__init__()
        self._outlet = outlet
        self.setFormatter(logging.Formatter("%(at)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._outlet.line(self.format(record))


def logger(outlet: Outlet) -> logging.Logger:
    """A logger of its own, which no other knows of, that writes every level to `outlet`."""
    made = logging.Logger("evalcenter", logging.DEBUG)
    made.addHandler(_Handler(outlet))
    return made


def fits(line: bytes) -> bool:
    """Whether a file that begins with `line` is such a log."""
    return _LINE.match(line) is not None


def _value(value: Any) -> str:
    if type(value) is int:
        return str(value)
    text = safe(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "\\n")
    return text if _PLAIN.fullmatch(text) or not isinstance(value, str) else json.dumps(text, ensure_ascii=False)
