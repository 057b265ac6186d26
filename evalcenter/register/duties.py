"""What is still to be done: models that have to be tested again, and reports from the public that may become questions.

Rules this module keeps:

* A trigger opens a re-test for every certificate that it touches; it changes no status by itself, for that is a person's decision.
* A report from the public is kept as it came. It becomes a question of a suite only through somebody who wrote that item.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

from evalcenter.errors import InputError, NotAllowed, RegisterError
from evalcenter.records import record
from evalcenter.register import parties, rules, tables
from evalcenter.register.book import LONGEST, Book, Pages, Pen, Row, text
from evalcenter.register.rules import By, Trigger

IncidentState = Literal["received", "candidate", "item", "dismissed"]
AFTER: Final[dict[IncidentState, tuple[IncidentState, ...]]] = {
    "received": ("candidate", "item", "dismissed"),
    "candidate": ("item", "dismissed"),
    "item": (),
    "dismissed": ("candidate",),
}
GRACE: Final[dict[Trigger, int]] = {
    "version_changed": 90,
    "fingerprint_drift": 30,
    "standard_replaced": 180,
    "incident": 30,
}
"""Days until a re-test is due that something brought about, where nobody names a day."""


# -- re-tests ---------------------------------------------------------------------------------------------------------


def open_retests(pages: Pages, certificate: int) -> list[Row]:
    """The re-tests of a certificate that nobody has closed."""
    closed = {row["retest"] for row in pages.all(tables.retested)}
    return [row for row in pages.all(tables.retests, certificate=certificate) if row["id"] not in closed]


def due(pages: Pages, until: str = "9999-12-31") -> list[Row]:
    """All open re-tests that are due on or before the day `until`, the most urgent first, with their certificate's number.

    A certificate that was revoked or superseded owes none.
    """
    found = []
    for row in pages.all(tables.certificates):
        if pages.all(tables.events, certificate=row["id"])[-1]["status"] in ("revoked", "superseded"):
            continue
        found += [{**one, "number": row["number"]} for one in open_retests(pages, row["id"]) if one["due"] <= until]
    return sorted(found, key=lambda one: (one["due"], one["id"]))


@record
class Cause:
    """What brings a re-test about, what was seen of it, and the day by which it is due where somebody names one."""

    trigger: Trigger
    note: str
    due: str = ""


def trigger(book: Book, number: str, cause: Cause, by: By) -> bool:
    """Open a re-test of one certificate; False where one for the same cause is open already, or the certificate has ended."""
    with book.write(by, "registrar") as pen:
        row = pen.last(tables.certificates, number=number.strip().upper())
        if row is None:
            raise RegisterError(f"there is no certificate {number!r}", where=pen.where)
        return _open(pen, row, cause, by)


def _open(pen: Pen, row: Row, cause: Cause, by: By) -> bool:
    last = pen.all(tables.events, certificate=row["id"])[-1]["status"]
    if rules.state(last, row["valid_from"], row["valid_until"], by.today) in ("revoked", "superseded", "expired"):
        return False
    if cause.trigger != "scheduled" and any(one["trigger"] == cause.trigger for one in open_retests(pen, row["id"])):
        return False
    when = rules.day(cause.due) if cause.due else rules.later(by.now, GRACE.get(cause.trigger, 0))[:10]
    note = text(cause.note, "the note")
    pen.add(tables.retests, certificate=row["id"], trigger=cause.trigger, due=when, note=note)
    return True


def drifted(book: Book, numbers: Sequence[str], note: str, by: By) -> list[str]:
    """Open a re-test of these certificates for the drift that `note` names; those for which it is new, and that have not ended."""
    cause = Cause(trigger="fingerprint_drift", note=note)
    with book.write(by, "registrar") as pen:
        rows = [pen.last(tables.certificates, number=number) for number in numbers]
        return [
            row["number"]
            for row in rows
            if row is not None
            and pen.last(tables.retests, certificate=row["id"], trigger=cause.trigger, note=note) is None
            and _open(pen, row, cause, by)
        ]


def concerned(pages: Pages, descriptor: str) -> list[str]:
    """The numbers of the certificates of the model's version that has this descriptor."""
    models = {row["id"] for row in pages.all(tables.models, descriptor=descriptor)}
    return [row["number"] for row, submission in _certified(pages) if submission["model"] in models]


def retested(book: Book, retest: int, submission: int | None, why: str, by: By) -> None:
    """Close a re-test: by the submission that did it, or because it is not needed any more."""
    with book.write(by, "registrar") as pen:
        certificate = pen.one(tables.retests, retest, "re-test")["certificate"]
        if pen.last(tables.retested, retest=retest) is not None:
            raise NotAllowed(f"re-test {retest} was closed already")
        if submission is not None:
            vendor = pen.one(tables.submissions, submission, "submission")["vendor"]
            about = next(one for row, one in _certified(pen) if row["id"] == certificate)
            if vendor != about["vendor"]:
                raise NotAllowed(f"submission {submission} is another vendor's: it tested nothing of this certificate")
        pen.add(tables.retested, retest=retest, submission=submission, why=text(why, "the reason"))


def _certified(pages: Pages) -> list[tuple[Row, Row]]:
    """(certificate, its submission) of all."""
    decisions, attempts, submissions = (
        {row["id"]: row for row in pages.all(table)}
        for table in (tables.decisions, tables.attempts, tables.submissions)
    )
    return [
        (row, submissions[attempts[decisions[row["decision"]]["attempt"]]["submission"]])
        for row in pages.all(tables.certificates)
    ]


def version_changed(book: Book, model: int, by: By) -> list[str]:
    """Open a re-test for every certificate of another version of this model; their numbers."""
    with book.write(by, "registrar") as pen:
        new = pen.one(tables.models, model, "model")
        others = {one["id"] for one in parties.versions(pen, new)} - {model}
        cause = Cause(trigger="version_changed", note=f"{new['name']} {new['version']}")
        return [
            row["number"]
            for row, submission in _certified(pen)
            if submission["model"] in others and _open(pen, row, cause, by)
        ]


def overtaken(pen: Pen, certificate: int, submission: Row, by: By) -> None:
    """Open the re-tests that a new certificate owes for what came between its submission and its issue."""
    row = pen.one(tables.certificates, certificate)
    version = {"standard": submission["standard"], "version": submission["standard_version"]}
    gone = pen.last(tables.replacements, **version)
    if gone is not None:
        _open(pen, row, Cause(trigger="standard_replaced", note=f"{gone['standard']} {gone['by_version']}"), by)
    model = pen.one(tables.models, submission["model"])
    others = {one["id"]: one for one in parties.versions(pen, model) if one["id"] != model["id"]}
    since = [one for one in pen.all(tables.submissions) if one["model"] in others and one["id"] > submission["id"]]
    if since:
        new = others[since[-1]["model"]]
        _open(pen, row, Cause(trigger="version_changed", note=f"{new['name']} {new['version']}"), by)


def standard_replaced(book: Book, standard: str, version: str, new: str, by: By) -> list[str]:
    """Write down that a standard's version is replaced, and open a re-test for every certificate under it; their numbers."""
    if version == new:
        raise InputError(f"{standard} {version} can't replace itself")
    with book.write(by, "registrar") as pen:
        if pen.last(tables.replacements, standard=standard, version=version) is not None:
            raise NotAllowed(f"{standard} {version} was replaced already")
        pen.add(tables.replacements, standard=standard, version=version, by_version=text(new, "the version"))
        cause = Cause(trigger="standard_replaced", note=f"{standard} {new}")
        return [
            row["number"]
            for row, submission in _certified(pen)
            if (submission["standard"], submission["standard_version"]) == (standard, version)
            and _open(pen, row, cause, by)
        ]


# -- incidents --------------------------------------------------------------------------------------------------------


def _told(said: str) -> str:
    """A report as it is kept, with its paragraphs. Raises InputError where it is none, or steers a terminal."""
    plain = said.strip()
    if not plain or len(plain) > LONGEST:
        raise InputError(f"the report has {len(plain)} characters; expected 1 to {LONGEST}")
    odd = [c for c in plain if unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t"]
    if odd:
        raise InputError(f"the report holds the control character U+{ord(odd[0]):04X}")
    return plain


def incident(book: Book, said: str, model: int | None, received: str, by: By) -> int:
    """Keep what the public reported, about one model where it is known; its number. Certificates of it are tested again."""
    with book.write(by, "registrar") as pen:
        if model is not None:
            pen.one(tables.models, model, "model")
        number = pen.add(tables.incidents, model=model, text=_told(said), received=rules.day(received or by.today))
        for row, submission in _certified(pen) if model is not None else ():
            if submission["model"] == model:
                _open(pen, row, Cause(trigger="incident", note=f"incident {number}"), by)
        return number


@record
class Became:
    """What became of a report: a candidate for a question, an item of a suite (by its id), or nothing."""

    state: IncidentState
    item: str | None
    why: str


def settle(book: Book, number: int, became: Became, by: By) -> None:
    """Say what became of a report. Raises NotAllowed where that does not follow on what it is."""
    with book.write(by, "registrar") as pen:
        pen.one(tables.incidents, number, "incident")
        last = standing(pen, number)[0]
        if became.state not in AFTER[last]:
            may = ", ".join(AFTER[last]) or "nothing more"
            raise NotAllowed(f"a report that is {last} can't become {became.state}", todo=f"it may become: {may}")
        if (became.state == "item") != bool(became.item):
            raise InputError("a report that became an item is named with it, and no other is")
        why = text(became.why, "the reason")
        pen.add(tables.outcomes, incident=number, state=became.state, item=became.item, why=why)


def standing(pages: Pages, number: int) -> tuple[IncidentState, str | None]:
    """(what became of a report, the item that it became)."""
    last = pages.last(tables.outcomes, incident=number)
    return ("received", None) if last is None else (last["state"], last["item"])


def incidents(pages: Pages) -> list[tuple[object, ...]]:
    """All reports: number, day, model, state, item, text."""
    found: list[tuple[object, ...]] = []
    for row in pages.all(tables.incidents):
        state, item = standing(pages, row["id"])
        model = parties.named(pages, row["model"]) if row["model"] is not None else None
        named = f"{model['name']} {model['version']}" if model is not None else ""
        found.append((row["id"], row["received"], named, state, item or "", row["text"] or "(blanked)"))
    return found
