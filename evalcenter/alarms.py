"""What a drift that was seen means to a register: a re-test of the model's certificates, once for one drift.

Rules this module keeps:

* Whose certificates they are, and that whoever watches may write there, is settled before anything is asked.
* One drift goes on from the round in which it was first seen until a round finds the same model again; it is told once, also where
  its re-test was closed meanwhile.
* No status changes: that is for a decider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalcenter import journal, register
from evalcenter.errors import RegisterError

if TYPE_CHECKING:
    from evalcenter.register.book import Book
    from evalcenter.reprobing import Drift, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Where a drift is told, in whose name, and the numbers of the certificates that it is about."""

    book: Book
    name: str
    numbers: tuple[str, ...]

    def told(self, began: Drift) -> list[str]:
        """Open the re-tests for the drift that was first seen in the round `began`; the certificates for which it is new."""
        from evalcenter.register import duties
        from evalcenter.register.rules import By

        note = f"another model answers since round {began.number} at {began.at}, against the run {began.against}"
        return duties.drifted(self.book, self.numbers, note, By(name=self.name, now=journal.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which certificates are meant: the one of that number, those of the model of that number, or all that there are."""

    certificate: str | None = None
    model: int | None = None


def of(where: str, name: str, reference: Reference, wanted: Wanted) -> Alarm:
    """The alarm in the register at `where` for the model of a run.

    Raises RegisterError where no certificate of that model is there, or what is wanted is another model's; NotAllowed where `name`
    is no registrar.
    """
    from evalcenter.register import duties, parties, tables

    book, spec = register.opened(where), reference.run.plan.candidate
    descriptor = parties.descriptor(spec)
    with book.read() as pages:
        pages.person(name, "registrar")
        numbers = duties.concerned(pages, descriptor)
        if wanted.model is not None and pages.one(tables.models, wanted.model, "model")["descriptor"] != descriptor:
            raise RegisterError(f"model {wanted.model} is not the candidate of this run, {spec.name}", where=book.where)
    if wanted.certificate is not None:
        numbers = [number for number in numbers if number == wanted.certificate.strip().upper()]
    if not numbers:
        raise RegisterError(
            f"the register holds no {wanted.certificate or 'certificate'} of the candidate of this run, {spec.name}",
            where=book.where,
            todo="watch it against the run that its certificate is about",
        )
    return Alarm(book=book, name=name, numbers=tuple(numbers))
