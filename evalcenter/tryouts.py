"""The replies of judges that are being tried, kept in a journal of their own until the qualification is written, and after.

Rules this module keeps:

* A reply that was had is kept at once, and a tryout that stopped goes on from there: nobody is asked twice for the same.
* A tryout is of one panel, asked in one way, from one seed; replies of another are never mixed in.
* It was made on the day on which it began. What is written from kept replies is no fresher than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from evalcenter import boundary, journal, torn
from evalcenter.errors import InputError, Tampered
from evalcenter.journal import Entry, Journal
from evalcenter.qualifying import asked
from evalcenter.records import Judgement, Panel, record

KIND: Final = "opened"


@record
class Begun:
    """What a tryout asks: a panel, so many times, from a seed. `cases` are the digests of the answers, by position."""

    schema: Literal["evalcenter/tryout/1"] = "evalcenter/tryout/1"
    panel: Panel
    epochs: int
    seed: str
    cases: tuple[str, ...]


class Tryout:
    """A tryout that is open for writing. `made` is the day (``YYYY-MM-DD``) on which it began."""

    def __init__(self, book: Journal, begun: Begun, made: str, replies: dict[str, list[Judgement]]) -> None:
        self._book, self._cases, self._replies = book, begun.cases, replies
        self.seed, self.made = begun.seed, made

    def keep(self, judgement: Judgement) -> None:
        """Keep one reply, whose position is that of its answer among the cases."""
        self._book.append("judgement", judgement)
        self._replies.setdefault(self._cases[judgement.position], []).append(judgement)

    def said(self, case: str) -> tuple[Judgement, ...]:
        """The replies on one answer, by its digest."""
        return tuple(self._replies.get(case, ()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()


def open_(folder: Path, wanted: Begun) -> Tryout:
    """The tryout in `folder`, a new one or one that goes on; its seed is that with which it began.

    Raises InputError where another panel was tried there, or in another way, and RunError's children.
    """
    if not torn.begun(folder / journal.NAME):
        book = Journal.create(folder)
        return Tryout(book, wanted, book.append(KIND, wanted).at[:10], {})
    book = Journal.take(folder)
    try:
        torn.set_aside(folder / journal.NAME)
        entries = list(journal.entries(folder))
        first = _begun(entries[0], folder)
        _same(first, wanted, folder)
        held = Begun(panel=first.panel, epochs=first.epochs, seed=first.seed, cases=wanted.cases)
        replies = _replies(entries, wanted.cases, folder)
        book.go_on(len(entries), entries[-1].digest)
        book.append(KIND, held)
    except BaseException:
        book.close()
        raise
    return Tryout(book, held, entries[0].at[:10], replies)


def _same(first: Begun, wanted: Begun, folder: Path) -> None:
    if (asked(first.panel), first.epochs) != (asked(wanted.panel), wanted.epochs):
        raise InputError(
            "another panel was tried here, or this one in another way",
            where=str(folder),
            todo="give another --out, or the same judges, words and epochs",
        )


def _begun(entry: Entry, folder: Path) -> Begun:
    try:
        return boundary.read(Begun, entry.raw)
    except InputError as problem:
        raise Tampered(f"no tryout begins here: {problem.what}", where=str(folder / journal.NAME)) from None


def _replies(entries: Sequence[Entry], cases: Sequence[str], folder: Path) -> dict[str, list[Judgement]]:
    """By answer, each reply at the position that its answer has now."""
    now = {case: at for at, case in enumerate(cases)}
    then: tuple[str, ...] = ()
    found: dict[str, list[Judgement]] = {}
    for entry in entries:
        if entry.kind == KIND:
            then = _begun(entry, folder).cases
        elif entry.kind == "judgement":
            said = boundary.read(Judgement, entry.raw)
            if not 0 <= said.position < len(then):
                raise Tampered(
                    f"entry {entry.seq} is on an answer that was never put", where=str(folder / journal.NAME)
                )
            case = then[said.position]
            found.setdefault(case, []).append(replace(said, position=now.get(case, said.position)))
    return found
