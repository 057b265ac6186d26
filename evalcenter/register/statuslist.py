"""The public list of all certificates and what they are worth: one signed file for any static web server.

Rules this module keeps:

* It holds numbers, digests, dates, states and reasons by code; nobody's name, and no words that somebody wrote.
* Lists are numbered. One that is past its time, dated ahead, older than one that was seen, or signed by another key, is refused
  with its own reason: whoever could show an old list could show a revoked certificate as valid.
* A term that ended since the list was made has ended, whatever the list says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from evalcenter import boundary, envelope
from evalcenter.errors import InputError, StatusStale
from evalcenter.records import record
from evalcenter.register import rules
from evalcenter.register.rules import Standing, Written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TYPE: Final = "urn:evalcenter:status-list:0.1"
AHEAD: Final = timedelta(minutes=10)
"""How far the clocks of a centre and a reader may differ."""


@record
class Entry:
    """One certificate: the digest of its document, what was written of it last, when and why, and its term."""

    document: str
    status: Written
    since: str
    reason: str
    valid_from: str
    valid_until: str
    successor: str | None = None


@record
class StatusList:
    """All certificates of a centre, by number. `entries` and `head` are the length and last digest of the register's log."""

    schema: Literal["evalcenter/status-list/1"] = "evalcenter/status-list/1"
    issuer: str
    sequence: int
    issued: str
    next_update: str
    entries: int
    head: str
    certificates: Mapping[str, Entry]


def seal(held: StatusList, key: Ed25519PrivateKey) -> bytes:
    """The signed file."""
    return envelope.seal(_statement(held), key)


def _statement(held: StatusList) -> bytes:
    return envelope.statement([("register", held.head)], TYPE, held)


def unseal(raw: bytes, key: Ed25519PublicKey, where: str = "") -> StatusList:
    """The list in a signed file. Raises SignatureInvalid where `key` did not sign it, InputError where it is no list."""
    payload = envelope.unseal(raw, key)
    try:
        held = boundary.convert(StatusList, envelope.predicate(payload, TYPE))
        same = _statement(held) == payload
        for stamp in (held.issued, held.next_update, *(one.since for one in held.certificates.values())):
            rules.moment(stamp)
        for one in held.certificates.values():
            rules.day(one.valid_from)
            rules.day(one.valid_until)
    except InputError as problem:
        raise InputError(f"no status list: {problem.what}", where=where) from None
    if not same:
        raise InputError("no status list: its form is not the canonical one", where=where)
    return held


def fresh(held: StatusList, now: str, seen: int | None = None, where: str = "") -> None:
    """Raise StatusStale where the list can't be relied on at `now`, or is older than the `seen` one."""
    if now > held.next_update:
        raise StatusStale(
            f"the status list was to be renewed by {held.next_update}, and it is {now}",
            where=where,
            todo="get the latest list from the issuer; until then nothing says what the certificate is worth",
        )
    if rules.moment(held.issued) > rules.moment(now) + AHEAD:
        raise StatusStale(
            f"the status list is dated {held.issued}, and it is {now}",
            where=where,
            todo="check the clock; of a day before it only the register, or a list of that time, can tell",
        )
    if seen is not None and held.sequence < seen:
        raise StatusStale(
            f"this is status list {held.sequence}, and list {seen} was seen before: an old list was put in its place",
            where=where,
            todo="tell the issuer; don't rely on it",
        )


def standing(held: StatusList, certificate: str, today: str) -> Standing:
    """What the list says of a certificate on the day `today`."""
    named = certificate.strip().upper()
    bare = Standing(
        certificate=named,
        status="unknown",
        sequence=held.sequence,
        issued=held.issued,
        next_update=held.next_update,
    )
    entry = held.certificates.get(named)
    if entry is None:
        return bare
    return replace(
        bare,
        status=rules.state(entry.status, entry.valid_from, entry.valid_until, today),
        document=entry.document,
        since=entry.since,
        until=entry.valid_until,
        reason=entry.reason,
        successor=entry.successor,
    )
