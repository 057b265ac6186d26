"""The register: vendors, models, every attempt, decisions, certificates and what became of them, in one database.

Rules this package keeps:

* Rows are added and never changed or taken away; a chained log holds the digest of each, so that a missing or changed one shows.
* One writer at a time: numbers and ranks are given out within the write that uses them, so that no two are alike.
* A public list of statuses is signed, holds no person's name, and is read without a database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from evalcenter.errors import MissingExtra, RegisterError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from evalcenter.register.book import Book
    from evalcenter.register.rules import Standing

_SQLITE: Final = b"SQLite format 3\0"


def opened(where: str) -> Book:
    """The register at `where`: a file, or a URL of PostgreSQL. Raises RegisterError where there is none, or of another form."""
    complete()
    from evalcenter.register import book

    return book.opened(where)


def complete() -> None:
    """Raise MissingExtra where the packages that a register needs are not installed."""
    try:
        import alembic  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ModuleNotFoundError as problem:
        raise MissingExtra(
            f"a register needs the package {problem.name}", todo="pip install 'evalcenter[register]'"
        ) from None


def lookup(
    where: str, certificate: str, key: Ed25519PublicKey | None = None, *, now: str, seen: int | None = None
) -> Standing:
    """What a certificate is (or was) worth at `now` (UTC text), by the status list or the register at `where`.

    A list is a file or stands on a web server, and is believed where `key` signed it, it is within its time and no older than the
    list number `seen`. A register (a SQLite file or a URL of PostgreSQL) is believed as it is. Raises SignatureInvalid,
    StatusStale, InputError or RegisterError. A certificate that is not there is ``unknown``.
    """
    if where.startswith(("http://", "https://")) or ("://" not in where and not _is_database(where)):
        return _listed(where, certificate, key, now, seen)
    book = opened(where)
    from evalcenter.register import granted
    from evalcenter.register.rules import Standing

    with book.read() as pages:
        try:
            return granted.stood(pages, granted.certificate(pages, certificate), now)
        except granted.NoCertificate:
            return Standing(certificate=certificate, status="unknown")


def _is_database(where: str) -> bool:
    try:
        with Path(where).open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError as problem:
        raise RegisterError(f"can't be read: {problem.strerror}", where=where) from None


def _listed(where: str, certificate: str, key: Ed25519PublicKey | None, now: str, seen: int | None) -> Standing:
    from evalcenter import envelope
    from evalcenter.candidates import fetching
    from evalcenter.register import statuslist

    if key is None:
        raise RegisterError(
            "a status list needs its issuer's public key", where=where, todo="give it with --register-key"
        )
    raw = fetching.fetch(where, envelope.MAX_BYTES) if "://" in where else envelope.read(Path(where))
    held = statuslist.unseal(raw, key, where)
    statuslist.fresh(held, now, seen, where)
    return statuslist.standing(held, certificate, now[:10])
