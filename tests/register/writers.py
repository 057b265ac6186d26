"""Writers of a register in processes of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

from evalcenter.errors import NotAllowed
from evalcenter.register import opened, streams
from tests.register import desk

Told = list[tuple[int, ...]]


def at_once(write: Callable[[str, int, int], Told], where: str, processes: int, each: int) -> Told:
    """What so many processes were told, each of which does `write` with numbers of its own."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.register.writers"])
    queue: Any = made.Queue()
    running = [
        made.Process(target=_put, args=(queue, write, where, n * each, (n + 1) * each)) for n in range(processes)
    ]
    for one in running:
        one.start()
    told = [queue.get(timeout=600) for _ in running]
    for one in running:
        one.join()
    queue.close()
    queue.join_thread()
    assert not [problem for problem in told if isinstance(problem, str)], told
    return [line for lines in told for line in lines]


def _put(queue: Any, write: Callable[[str, int, int], Told], where: str, first: int, last: int) -> None:
    try:
        queue.put(write(where, first, last))
    except BaseException as problem:  # noqa: BLE001 - the test says what it was
        queue.put(repr(problem))


def submit(where: str, first: int, last: int) -> Told:
    """Submit and attempt versions: (submission, rank, attempt) of each."""
    held, told = opened(where), []
    for version in range(first, last):
        made = desk.submitted(held, f"{version}.0")
        plan = desk.planned(f"{version}.0", made.rank)
        begun = streams.begin(held, made.number, desk.running(plan), desk.by(desk.EVALUATOR))
        streams.end(held, desk.end(plan, "fail"), desk.by(desk.EVALUATOR))
        told.append((made.number, made.rank, begun.number))
    return told


def race(where: str, first: int, _: int) -> Told:
    """Begin the first submission afresh with a seed of one's own: the attempt's number, or 0 where it was refused."""
    run = desk.running(desk.planned(seed=f"seed {first}"))
    try:
        return [(streams.begin(opened(where), 1, run, desk.by(desk.EVALUATOR)).number,)]
    except NotAllowed:
        return [(0,)]
