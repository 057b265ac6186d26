"""Counts which vendor's endpoints saw which items of a sealed bank, in a file beside the bank that is only ever added to.

Rules this module keeps:

* A line names a bank by its root, a vendor, a run and the leaves that it asked; no word of an item stands in it.
* Before the first question a run is written down with all that its plan may ask; when it is over, with what it asked. The later
  line of a run counts, so one that was killed, or waits for people, counts for all it might have shown.
* A run counts once for an item, however often it asked it. A call that failed showed the item too, and so did a remote judge's.
* What can't be read is refused: an exposure that is lost in silence would let an item be asked for ever.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from evalcenter import banks, boundary, canon, history, journal, sealing
from evalcenter.errors import BankError, InputError, RunError, disk_refused
from evalcenter.history import Run
from evalcenter.records import CandidateSpec, Plan, record

NAME: Final = "exposures.jsonl"


@record
class Exposure:
    """What one run showed of a bank: `leaves` of the tree with this `root`. `whole` says that the run had ended."""

    root: str
    vendor: str
    run: str
    at: str
    leaves: tuple[int, ...]
    whole: bool


def vendor(spec: CandidateSpec) -> str:
    """Whose endpoint a candidate is: the vendor's name, or where none is given its own."""
    return spec.vendor or spec.name


def _judges(plan: Plan) -> Mapping[str, str]:
    """Whose endpoints the judges are, by the judges' names; one inside this program shows nobody anything."""
    held = () if plan.panel is None else plan.panel.judges
    return {one.spec.name: vendor(one.spec) for one in held if one.spec.base_url}


def planned(plan: Plan) -> tuple[Exposure, ...]:
    """For each bank of a plan, and each vendor that is asked, what the run may show of it."""
    every = set(plan.order)
    return _exposures(plan, dict.fromkeys((vendor(plan.candidate), *_judges(plan).values()), every), whole=False)


def asked(run: Run) -> tuple[Exposure, ...]:
    """The same of a run as what it showed, by its journal; no identity is needed."""
    by, judges = vendor(run.plan.candidate), _judges(run.plan)
    positions: dict[str, set[int]] = {name: set() for name in (by, *judges.values())}
    begun = False
    for entry in journal.entries(run.folder):
        begun = begun or entry.kind == "opened"  # what stands before was taken over from an earlier run
        if not begun:
            continue
        if entry.kind in ("response", "failure", "retry"):
            positions[by].add(entry.data.get("position", -1))  # a probe has none
        elif entry.kind == "reasked":
            positions[by].update(entry.data["positions"])
        elif entry.kind == "judgement" and entry.data["judge"] in judges:
            positions[judges[entry.data["judge"]]].add(entry.data["position"])
    order = run.plan.order
    shown = {name: {order[at] for at in held if 0 <= at < len(order)} for name, held in positions.items()}
    return _exposures(run.plan, shown, whole=True)


def _exposures(plan: Plan, shown: Mapping[str, set[int]], *, whole: bool) -> tuple[Exposure, ...]:
    """What is written down where each vendor was `shown` these items of the plan."""
    if plan.sealing is None:
        return ()
    run, at = plan.sealing.run, journal.now()
    found = []
    for by, items in shown.items():
        own = {plan.items[index].id for index in items if sealing.is_leaf(plan.items[index])}
        found += [
            Exposure(root=bank.root, vendor=by, run=run, at=at, leaves=_leaves(own, bank.suite), whole=whole)
            for bank in plan.sealing.banks
        ]
    return tuple(found)


def _leaves(names: set[str], suite: str) -> tuple[int, ...]:
    return tuple(sorted(sealing.number(name) for name in names if name.rpartition("-")[0] == suite))


@contextmanager
def kept(folders: Sequence[Path], runs: Sequence[tuple[Plan, Path]]) -> Iterator[None]:
    """Write down what `runs` (plan and folder) may show of the banks in `folders`, and when they end what they showed."""
    roots = {folder: banks.published(folder / banks.COMMITMENT).root for folder in folders}
    for folder, root in roots.items():
        for plan, place in runs:
            if not (place / journal.NAME).exists():  # a run that goes on has its line
                note(folder, root, planned(plan))
    try:
        yield
    finally:
        for folder, root in roots.items():
            for plan, place in runs:
                note(folder, root, _shown(plan, place))


def _shown(plan: Plan, folder: Path) -> tuple[Exposure, ...]:
    """What a run showed; nothing where it never began, and nothing new to say where it can go on, or another process has it."""
    if not (folder / journal.NAME).exists():
        return tuple(replace(one, leaves=(), whole=True) for one in planned(plan))
    try:
        run = history.load(folder, shut=True)
    except RunError:
        return ()
    return asked(run) if _over(run) else ()


def _over(run: Run) -> bool:
    """Whether no question comes any more, also where a run is gone on with: nobody's reading can make more calls needed."""
    asked_all = (run.closed or "").startswith(("complete", "swapped"))
    return asked_all and run.verdict is not None and not run.verdict.awaiting_review


def note(bank: Path, root: str, exposures: tuple[Exposure, ...]) -> None:
    """Add those of `exposures` that are of the bank with this `root` to the file beside it. Raises RunError's children."""
    lines = b"".join(canon.encode(one) + b"\n" for one in exposures if one.root == root)
    try:
        opened = os.open(bank / NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(opened, "ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise disk_refused(problem, bank / NAME) from None


def seen(bank: Path, root: str) -> Mapping[str, Mapping[int, int]]:
    """In how many runs each vendor's endpoints saw each leaf. Raises BankError where the file can't be read."""
    latest = {(one.vendor, one.run): one for one in _lines(bank / NAME) if one.root == root}
    found: dict[str, Counter[int]] = {}
    for one in latest.values():
        found.setdefault(one.vendor, Counter()).update(set(one.leaves))
    return found


def retired(bank: Path, root: str, by: str, limit: int) -> tuple[int, ...]:
    """The leaves that the vendor `by` saw in `limit` runs or more."""
    return tuple(sorted(leaf for leaf, runs in seen(bank, root).get(by, {}).items() if runs >= limit))


def _lines(path: Path) -> Iterator[Exposure]:
    if not path.exists():
        return
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise BankError(f"can't be read: {problem.strerror}", where=str(path)) from None
    for number, line in enumerate(raw.splitlines(), start=1):
        try:
            canon.decode(line)
            yield boundary.read(Exposure, line)
        except InputError:
            raise BankError(
                "not an exposure of a bank", where=f"{path}:{number}", todo="put the file back as it was"
            ) from None
