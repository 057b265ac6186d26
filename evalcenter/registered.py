"""How a run is an attempt of a register, from before its first question to the certificate that two people signed on it.

Rules this module keeps:

* The register says whether it is a fresh attempt, the last one going on, or the last one carried on; nobody can choose.
* What an earlier run was is checked by its journal: an older copy of it, or another run, carries nothing on.
* What is issued is read from the signed file, once both signatures were found good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalcenter.errors import EvalcenterError, InputError, NotAllowed, PlanMismatch
from evalcenter.options import given

if TYPE_CHECKING:
    from evalcenter.blocks import Attempt
    from evalcenter.ciphers import Identity
    from evalcenter.history import Run
    from evalcenter.register.book import Book
    from evalcenter.register.granted import Paper
    from evalcenter.register.streams import End
    from evalcenter.walk import Ended, Means


@dataclass
class Link:
    """A register, the person who makes the attempt, the submission, and what the attempt carries on."""

    book: Book
    name: str
    submission: int
    continues: str | None = None
    begun: bool = False

    def begin(self, held: Run) -> Attempt:
        """Enter the run, which has asked nothing yet."""
        from evalcenter.register import streams

        running = streams.Running(
            plan=held.plan, digest=held.plan_digest, folder=str(held.folder.absolute()), continues=self.continues
        )
        attempt = streams.begin(self.book, self.submission, running, _by(self.name))
        self.begun = True
        return attempt

    def beside(self, means: Means) -> Means:
        """`means` with which a run is entered here."""
        return replace(means, register=self.begin)

    def over(self, folder: Path, ended: Ended | None) -> None:
        """Write down how the run in `folder` ended; without `ended` it was broken off."""
        from evalcenter.register import runs, streams

        if self.begun:
            outcome = ended.state if ended is not None else streams.BROKEN_OFF
            streams.end(self.book, runs.ended(folder, outcome), _by(self.name))


def _by(name: str) -> Any:
    from evalcenter import journal
    from evalcenter.register.rules import By

    return By(name=name, now=journal.now())


@contextmanager
def entered(link: Link | None, folder: Path) -> Iterator[list[Ended]]:
    """Around a run: whoever walks it puts how it ended into the list."""
    ended: list[Ended] = []
    try:
        yield ended
    except BaseException:
        with suppress(EvalcenterError):  # why the run stopped is what has to be said
            if link is not None:
                link.over(folder, None)
        raise
    if link is not None:
        link.over(folder, ended[-1])


def anew(options: Mapping[str, Any]) -> tuple[Link | None, dict[str, Any]]:
    """(the register that a new run is entered in, the options that it then has); without --register, none and the same ones."""
    if not options["register"]:
        _alone(options)
        return None, dict(options)
    from evalcenter import register
    from evalcenter.register import streams

    if options["submission"] is None or not options["by"]:
        raise click.UsageError("--register needs --submission and --by")
    if more := given(dict(options), "seed", "cache"):
        raise click.UsageError(f"an attempt draws its own seed and asks every question; leave out {', '.join(more)}")
    book = register.opened(options["register"])
    turn, rank = streams.turn(book, options["submission"])
    if options["version_rank"] not in (0, rank):
        raise InputError(f"the register gives this submission the version rank {rank}", todo="leave out --version-rank")
    if turn.kind == "resume" and turn.last is not None:
        raise NotAllowed(
            f"attempt {turn.number} of submission {options['submission']} has not ended; its run has to go on",
            where=turn.last.folder,
            todo=f"evalcenter run --resume {turn.last.folder} --register … --by …",
        )
    if turn.kind == "fresh" and options["continues"]:
        raise NotAllowed("the first attempt of a submission can't carry another run on")
    link = Link(book=book, name=options["by"], submission=options["submission"])
    chosen = {**options, "version_rank": rank}
    if turn.last is not None:
        chosen["continues"] = options["continues"] or Path(turn.last.folder)
        link.continues = _same(chosen["continues"], turn.last).plan
    return link, chosen


def _same(folder: Path, last: Any) -> End:
    """The run in `folder`, which must be the last attempt as it ended."""
    from evalcenter.register import runs

    found = runs.ended(folder)
    if found.plan != last.plan or not found.holds(last.entries, last.head):
        raise NotAllowed(
            f"this is not the run of attempt {last.number}, or an older copy of it",
            where=str(folder),
            todo=f"name that run's folder with --continues; it lay at {last.folder}",
        )
    return found


def again(folder: Path, options: Mapping[str, Any]) -> Link | None:
    """The register in which the run that goes on in `folder` is entered; None without --register."""
    if not options["register"]:
        _alone(options)
        return None
    from evalcenter import history, register
    from evalcenter.register import streams

    if not options["by"]:
        raise click.UsageError("--register needs --by")
    book = register.opened(options["register"])
    submission, continues = streams.where(book, history.begun(folder, shut=True)[0].plan_digest)
    if options["submission"] not in (None, submission):
        raise NotAllowed(f"this run is an attempt of submission {submission}")
    return Link(book=book, name=options["by"], submission=submission, continues=continues, begun=True)


def apart(held: Run) -> None:
    """Raise NotAllowed where a run that goes on without a register was entered in one."""
    if any("attempt" in opened for opened in held.opened):
        raise NotAllowed(
            "this run is an attempt of a register, and goes on in it",
            where=str(held.folder),
            todo=f"evalcenter run --resume {held.folder} --register … --by …",
        )


def resuming(folder: Path, link: Link | None) -> str:
    """The command by which a run goes on."""
    return f"evalcenter run --resume {folder}" + (" --register … --by …" if link is not None else "")


def kept(link: Link | None) -> str:
    """What can't be mended in a run that goes on."""
    if link is None:
        return "(a resumed run keeps its plan: another URL, model or key variable needs a new run)"
    return (
        "(an attempt keeps its plan: where its URL, model or key variable is wrong, give it up by `evalcenter register abandon "
        f"{link.submission}`, and submit again at the next rank)"
    )


def _alone(options: Mapping[str, Any]) -> None:
    if options["submission"] is not None:
        raise click.UsageError("--submission needs --register")


def ended(folder: Path, identity: Identity | None) -> End:
    """How the run in `folder` ended, once everything in it was recomputed; a sealed one takes its `identity` for that.

    Raises RunError's children.
    """
    from evalcenter import certify, history, readings
    from evalcenter.plugins import load
    from evalcenter.register import runs

    run = history.load(folder, identity)
    certify.recomputed(run, load())
    found = runs.ended(folder)
    waits = found.outcome == "inconclusive" and readings.queue(run)
    return replace(found, outcome="awaiting_review") if waits else found


def paper(file: Path, keys: Sequence[Path], run: Path | None) -> Paper:
    """What a signed certificate says to the register. With `run` its journal says which of its last lines are only reports.

    Raises what `checking.genuine` raises, and PlanMismatch where the run is another one.
    """
    from evalcenter import checking, grants
    from evalcenter.register import runs
    from evalcenter.register.granted import Paper

    held, document = checking.genuine(file, keys)
    said = held.evidence
    heads = (said.journal.head,) if run is None else runs.heads(run)
    if heads[-1:] != (said.journal.head,):
        raise PlanMismatch("this is not the run that the certificate is about, as it was signed", where=str(run))
    return Paper(
        number=held.id,
        document=document,
        granted=held.granted,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
        scope=" / ".join(dict.fromkeys(grants.spellings(held.scope))),
        plan=said.plan,
        heads=heads,
        verdict=said.verdict.outcome,
        evaluated_by=grants.spellings(held.evaluated_by.name),
        decided_by=grants.spellings(held.decided_by.name),
        client=grants.spellings(held.client.name),
        body=grants.spellings(held.body.name),
        fingerprint=held.fingerprint or "",
    )
