"""Lines for somebody else: a file that is appended to, or a pipe. Nothing that happens there holds a run up or ends it.

Rules this module keeps:

* A file that can't be written, that is something else than what goes there, or that lies in a run's folder, is refused when it is
  opened: before anything is sent.
* A line is handed to the operating system at once, or waits here until whoever reads has room; nobody is waited for, except a few
  seconds at the end. Half a line that an earlier process left is closed with a line end.
* The first trouble (a full disk, a closed pipe, a reader that doesn't keep up) ends the outlet and is said once; the run goes on.
"""

from __future__ import annotations

import os
import select
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from evalcenter import journal
from evalcenter.errors import InputError

MOST: Final = 8_000_000
"""So many bytes wait for a slow reader."""
WAIT_S: Final = 5.0
_BEGINNING: Final = 4096
_HERE: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
Say = Callable[[str], None]


def aloud(words: str) -> None:
    """Say it on standard error, if there is one."""
    with suppress(OSError, ValueError):
        print(words, file=sys.stderr, flush=True)  # noqa: T201 (this is how a run says what does not end it)


class Outlet:
    """Takes lines, in order. `name` is what it is called where something is said of it."""

    def __init__(self, descriptor: int, name: str, say: Say = aloud) -> None:
        self._descriptor, self._name, self._say = descriptor, name, say
        self._open, self._left = True, bytearray()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def line(self, text: str) -> None:
        """Write one line; `text` holds no line end."""
        if self._open:
            self._left += text.encode("utf-8", "backslashreplace") + b"\n"
            self._push()
            if len(self._left) > MOST:
                self._give_up("whoever reads it does not keep up")

    def _push(self, wait_s: float = 0.0) -> None:
        """Write what is left, as far as there is room."""
        try:
            while self._left and self._poll.poll(wait_s * 1000):
                # a pipe with room at all takes so much without blocking
                del self._left[: os.write(self._descriptor, self._left[: select.PIPE_BUF])]
        except BlockingIOError:
            return
        except OSError as problem:
            self._give_up(problem.strerror or type(problem).__name__)

    def _give_up(self, why: str) -> None:
        self._open = False
        self._left.clear()
        self._say(f"{self._name}: {why}; nothing more is written there, and the run goes on")

    def close(self) -> None:
        """Wait a little for what is left to be taken, and let go."""
        ends = time.monotonic() + WAIT_S
        while self._left and (left := ends - time.monotonic()) > 0:
            self._push(left)
        if self._left:
            self._give_up("whoever reads it does not keep up")
        self._open = False
        with suppress(OSError):
            os.close(self._descriptor)


def standard_output(say: Say = aloud) -> Outlet:
    """Lines on standard output. Raises InputError where it is closed."""
    try:
        return Outlet(os.dup(1), "standard output", say)
    except OSError as problem:
        raise InputError(f"standard output can't be written: {problem.strerror}", todo="give a file") from None


def appended(path: Path, fits: Callable[[bytes], bool], say: Say = aloud) -> Outlet:
    """Lines at the end of a file, new or begun earlier. `fits` says of an old file's first line whether such lines belong there.

    Raises InputError where they don't, or where the file can't be written.
    """
    if (path.resolve().parent / journal.NAME).exists():
        raise InputError("this lies in a run's folder", where=str(path), todo="name a file beside it")
    try:
        descriptor = os.open(path, _HERE, 0o644)
    except OSError as problem:
        words = "nobody reads this pipe" if _is_pipe(path) else f"can't write here: {problem.strerror}"
        raise InputError(words, where=str(path), todo="name a file in a folder that is there") from None
    outlet = Outlet(descriptor, str(path), say)
    try:
        _go_on(path, outlet, fits)
    except BaseException:
        outlet.close()
        raise
    return outlet


def _is_pipe(path: Path) -> bool:
    """Whether `path` is a named pipe."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        return False


def _go_on(path: Path, outlet: Outlet, fits: Callable[[bytes], bool]) -> None:
    """Look at what stands there already."""
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        with path.open("rb") as file:
            first = file.readline(_BEGINNING)
            file.seek(-1, os.SEEK_END)
            whole = file.read(1) == b"\n"
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=str(path), todo="name another file") from None
    if not fits(first):
        raise InputError("this file holds something else", where=str(path), todo="name a new file")
    if not whole:
        outlet.line("")
