"""Who looks on at a run besides its display: what the options `--events`, `--log` and `--trace` ask for.

Where events go to standard output, all that is meant for people goes to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import click

from evalcenter.errors import InputError
from evalcenter.options import many

if TYPE_CHECKING:
    from evalcenter.events import Teller
    from evalcenter.many import Board, Result
    from evalcenter.watching import Watch

STANDARD_OUTPUT: Final = Path("-")
Make = Callable[[str], "Teller"]

observer_options = many(
    click.option(
        "--events",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        help="Append what happens to this file, one JSON object a line; - is standard output.",
    ),
    click.option(
        "--log",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Append what happens to this file, in lines for people.",
    ),
    click.option("--trace", is_flag=True, help="Send OpenTelemetry spans, as the OTEL_* variables say."),
)


class Observers:
    """Opens what the options name, and closes it. Raises InputError or MissingExtra, before anything is sent.

    Whoever was told of a beginning is told of the end: leaving the context with an error tells `stopped`.
    """

    def __init__(self, out: Path | None, options: dict[str, Any]) -> None:
        self._out, self._options = out, options
        self._makes: list[Make] = []
        self._tellers: list[Teller] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack:
            self._open_all()
            self._stack = self._stack.pop_all()
        return self

    def _open_all(self) -> None:
        events, log = self._options["events"], self._options["log"]
        if log and events and events.resolve() == log.resolve():
            raise InputError("events and log can't share a file", where=str(log), todo="name two files")
        if events:
            self._write_events(events)
        if log:
            self._write_log(log)
        if self._options["trace"]:
            self._trace()

    def _write_events(self, path: Path) -> None:
        from evalcenter import events, outlets

        if path == STANDARD_OUTPUT:
            outlet = outlets.standard_output()
            self._stack.enter_context(redirect_stdout(sys.stderr))
        else:
            outlet = outlets.appended(self._apart(path), events.fits)
        self._stack.callback(outlet.close)
        self._makes.append(lambda name: events.Lines(outlet, name))

    def _write_log(self, path: Path) -> None:
        from evalcenter import logs, outlets

        outlet = outlets.appended(self._apart(path), logs.fits)
        self._stack.callback(outlet.close)
        logger = logs.logger(outlet)
        self._makes.append(lambda name: logs.Log(logger, name))

    def _trace(self) -> None:
        from evalcenter import spans

        tracing = spans.Tracing()
        self._stack.callback(tracing.close)
        self._makes.append(lambda name: spans.Spans(tracing.provider, name))

    def _apart(self, path: Path) -> Path:
        """`path`, unless it lies in the folder that the run will have."""
        if self._out is not None and path.resolve().parent == self._out.resolve() and not self._options["candidates"]:
            raise InputError("this lies in the run's own folder", where=str(path), todo="name a file beside it")
        return path

    def beside(self, watch: Watch, name: str = "") -> Watch:
        """`watch` and all that was asked for, as one; `watch` itself where nothing was."""
        from evalcenter.watching import Several

        made = [make(name) for make in self._makes]
        self._tellers += made
        return Several(watch, *made) if made else watch

    def board(self, board: Board) -> Board:
        """The same for many candidates."""
        return _Observed(board, self) if self._makes else board

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if problem is not None:
                for teller in self._tellers or [make("") for make in self._makes]:
                    teller.stopped(problem)


class _Observed:
    """A Board at which others look on too."""

    def __init__(self, board: Board, observers: Observers) -> None:
        self._board, self._observers = board, observers

    def watch(self, name: str) -> Watch:
        return self._observers.beside(self._board.watch(name), name)

    def finished(self, result: Result) -> None:
        self._board.finished(result)
