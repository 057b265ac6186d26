"""Makes the status list from the register, numbers it, signs it and puts it where a web server finds it.

Rules this module keeps:

* A register whose chain does not hold publishes nothing.
* A list never takes the place of a later one: a register that was restored from an old copy is found out here.
* The file is replaced in one step, so that nobody ever reads half a list.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from evalcenter import canon, envelope
from evalcenter.errors import EvalcenterError, InputError, RegisterTampered, StatusStale
from evalcenter.register import granted, rules, statuslist, tables
from evalcenter.register.book import Book, Pages, Row, check, noted
from evalcenter.register.rules import By
from evalcenter.register.statuslist import Entry, StatusList

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DAYS: Final = 7


def publish(book: Book, key: Ed25519PrivateKey, out: Path, by: By, days: int = DAYS) -> StatusList:
    """Write the signed list of all certificates to `out`; it is to be renewed within so many days."""
    with book.write(by, "registrar") as pen:
        check(pen)
        made = _list(pen, by.now, rules.later(by.now, days))
        _follows(pen, made, out, key)
        raw = statuslist.seal(made, key)
        pen.add(tables.publications, document=canon.digest(raw), next_update=made.next_update)
    with book.write(by, "registrar"):  # whoever was overtaken by a later list leaves that one there
        there = _there(out, key)
        if there is None or there.sequence < made.sequence:
            envelope.put(out, raw)
    return made


def _list(pages: Pages, now: str, next_update: str) -> StatusList:
    entries, head = pages.head()
    return StatusList(
        issuer=str(pages.all(tables.centre)[0]["name"]),
        sequence=len(pages.all(tables.publications)) + 1,
        issued=now,
        next_update=next_update,
        entries=entries,
        head=head,
        certificates={row["number"]: _entry(pages, row, now) for row in pages.all(tables.certificates)},
    )


def _entry(pages: Pages, row: Row, now: str) -> Entry:
    event = pages.all(tables.events, certificate=row["id"])[-1]
    here = granted.standing(pages, row, now[:10])
    return Entry(
        document=row["document"],
        status=event["status"],
        since=event["at"],
        reason=event["reason"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        successor=here.successor,
    )


def _there(out: Path, key: Ed25519PrivateKey) -> StatusList | None:
    """The list that stands at `out`, if any. Raises InputError for what is no list of ours."""
    if not out.exists():
        return None
    try:
        return statuslist.unseal(envelope.read(out), key.public_key(), str(out))
    except EvalcenterError as problem:
        raise InputError(
            f"what stands here is not a status list by this key ({problem.what})",
            where=str(out),
            todo="name another file",
        ) from None


def _follows(pages: Pages, made: StatusList, out: Path, key: Ed25519PrivateKey) -> None:
    """Raise where what stands at `out` is no list of ours, or one that this one does not follow."""
    held = _there(out, key)
    if held is None:
        return
    lost = "find the register that published that list; if it is lost, say so to everybody who relied on it"
    if held.sequence >= made.sequence or held.entries > made.entries:
        raise StatusStale(
            f"list {held.sequence} stands here, and the register would publish {made.sequence}: it is an older copy",
            where=str(out),
            todo=lost,
        )
    try:
        noted(pages, held.entries, held.head)
    except RegisterTampered:
        raise StatusStale(
            f"list {held.sequence} stands here, and the register does not hold what that list was made from: it comes of an older "
            "copy, or is another one",
            where=str(out),
            todo=lost,
        ) from None
