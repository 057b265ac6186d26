"""Puts one pure function to many parts on all cores, and gives the results in the order of the parts.

Rules this module keeps:

* What the function needs besides its part (`shared`) is handed over once, when a worker starts: plugins and records, so that a
  worker knows exactly what this process knows, foreign plugins included.
* A few parts for each worker are under way and no more, so memory does not grow with the work.
* On one core, for few parts, or where processes can't start, the same function runs here, part after part.
* What the function raises is raised here, in the order of the parts. A worker that dies is an error of its own, never a gap.
* An interruption reaches this process alone; workers end with it, however it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any, Final, TypeVar

from evalcenter.errors import RunError

S = TypeVar("S")
P = TypeVar("P")
R = TypeVar("R")
MOST: Final = 8
"""Workers beyond this wait for this process, which hands out and takes in."""
AHEAD: Final = 3
"""Parts under way for each worker."""
_held: Final[list[Any]] = []
"""In a worker: what it was given at its start."""


def cores() -> int:
    """How many cores this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST)


def chunks(whole: Sequence[P], size: int) -> Iterator[Sequence[P]]:
    """`whole` in parts of `size`."""
    return (whole[at : at + size] for at in range(0, len(whole), size))


def spread(work: Callable[[S, P], R], shared: S, parts: Iterable[P], *, hands: int) -> Iterator[R]:
    """``work(shared, part)`` for each part, in order, by `hands` worker processes; by this one where that is fewer than two.

    `work` is a function of a module, and pure. Raises what it raises, and RunError when a worker dies.
    """
    pool = _pool(shared, hands) if hands > 1 else None
    if pool is None:
        yield from (work(shared, part) for part in parts)
        return
    waiting: deque[Future[R]] = deque()
    try:
        for part in parts:
            waiting.append(pool.submit(_call, work, part))
            if len(waiting) >= AHEAD * hands:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise RunError(
            "a worker process died (killed, or out of memory)",
            todo="free some memory, then run the same command again; nothing that was written is lost",
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(shared: Any, hands: int) -> ProcessPoolExecutor | None:
    """Workers that hold `shared`; None where none can start."""
    if multiprocessing.parent_process() is not None:
        return None  # a worker starts no workers: the cores are busy already
    # A fork hands over anything, but only a process without other threads may be forked.
    alone = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if alone else "spawn")
    pool = None
    try:
        pool = ProcessPoolExecutor(hands, mp_context=context, initializer=_start, initargs=(shared,))
        pool.submit(os.getpid).result()
    except (OSError, NotImplementedError, BrokenProcessPool, pickle.PicklingError, AttributeError, TypeError):
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
        return None
    return pool


def _start(shared: Any) -> None:
    belong()
    _held.append(shared)


def belong() -> None:
    """Called in a worker: it takes no interruption, and ends when its parent has ended, even by a kill."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """End this worker when its parent has ended."""
    with suppress(OSError):
        wait([sentinel])
    os._exit(1)


def _call(work: Callable[[Any, P], R], part: P) -> R:
    return work(_held[0], part)


def apart(words: Sequence[str]) -> tuple[int, str]:
    """Run one command of evalcenter in a process of its own; its exit code, and what it wrote on both outputs."""
    done = subprocess.run(  # noqa: S603 (our own program, and no shell)
        [sys.executable, "-m", "evalcenter", *words], capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout + done.stderr
