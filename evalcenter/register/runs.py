"""What the register takes from a run's folder: how it ended, who read in it, and whether it is the run that it was."""

from __future__ import annotations

from pathlib import Path

from evalcenter import history, journal
from evalcenter.register.streams import BROKEN_OFF, End


def heads(folder: Path) -> tuple[str, ...]:
    """The digests of a journal's last lines, as far back as nothing but reports was written."""
    held: list[str] = []
    for entry in journal.entries(folder):
        if entry.kind != "report":
            held.clear()
        held.append(entry.digest)
    return tuple(held)


def ended(folder: Path, outcome: str | None = None) -> End:
    """How the run in `folder` ended, by its journal. Without a verdict it was broken off, unless `outcome` says more."""
    run = history.load(folder, shut=True)
    decided = run.verdict.outcome if run.verdict is not None else BROKEN_OFF
    readers = {review.reader: review.role for reviews in run.reviews.values() for review in reviews}

    def holds(entries: int, head: str) -> bool:
        return any(entry.seq == entries - 1 and entry.digest == head for entry in journal.entries(folder))

    return End(
        plan=run.plan_digest,
        outcome=outcome or decided,
        head=run.head,
        entries=run.count,
        readers=readers,
        holds=holds,
    )
