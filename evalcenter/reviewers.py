"""Who may review: a file of names with a salted hash of each one's token. A token itself is shown once, and kept nowhere.

Rules this module keeps:

* A token holds 256 random bits; the file holds its scrypt hash, so that whoever reads the file can sign in as nobody.
* Two names that look alike are one person, and get one token.
* The file is written whole or not at all, and only its owner may read it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from evalcenter import boundary, canon, envelope, reviewing
from evalcenter.errors import InputError
from evalcenter.records import record

NAME: Final = "reviewers.json"
_COST: Final = 1 << 14
_BETWEEN: Final = "."
_LARGEST: Final = 1 << 20


@record
class Reviewer:
    """One who reads, or who settles what two disagree on. `id` is the open half of the token; `added` is UTC text."""

    id: str
    name: str
    role: Literal["reader", "arbiter"]
    added: str
    salt: str
    hash: str


@record
class Book:
    """All reviewers of a centre."""

    schema: Literal["evalcenter/reviewers/1"] = "evalcenter/reviewers/1"
    reviewers: tuple[Reviewer, ...] = ()


def load(path: Path) -> Book:
    """The reviewers in the file at `path`; nobody where there is none. Raises InputError where it is something else."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST)
    except FileNotFoundError:
        return Book()
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=str(path)) from None
    try:
        return boundary.read(Book, raw)
    except InputError as problem:
        raise InputError(
            f"no file of reviewers: {problem}", where=str(path), todo="make one with `evalcenter reviewer add`"
        ) from None


def add(path: Path, name: str, role: Literal["reader", "arbiter"], added: str) -> str:
    """Add somebody, and return the token, which stands nowhere else. Raises InputError for a name that is there already."""
    book, plain = load(path), reviewing.name(name)
    if any(reviewing.key(one.name) == reviewing.key(plain) for one in book.reviewers):
        raise InputError(
            f"{plain!r} is there already", where=str(path), todo="remove the name first; the old token then ends"
        )
    open_half, secret, salt = secrets.token_hex(4), secrets.token_urlsafe(32), secrets.token_bytes(16)
    made = Reviewer(id=open_half, name=plain, role=role, added=added, salt=salt.hex(), hash=_hash(secret, salt).hex())
    _keep(path, replace(book, reviewers=(*book.reviewers, made)))
    return f"{open_half}{_BETWEEN}{secret}"


def remove(path: Path, name: str) -> str:
    """Take somebody off the list, so that the token ends; the name. Raises InputError where there is nobody of that name."""
    book = load(path)
    gone = [one for one in book.reviewers if reviewing.key(one.name) == reviewing.key(name)]
    if not gone:
        known = ", ".join(one.name for one in book.reviewers) or "nobody"
        raise InputError(f"there is no reviewer {name!r}", where=str(path), todo=f"name one of: {known}")
    _keep(path, replace(book, reviewers=tuple(one for one in book.reviewers if one not in gone)))
    return gone[0].name


def known(book: Book, token: str) -> Reviewer | None:
    """Who holds `token`; None where nobody does. It takes as long either way."""
    open_half, _, secret = token.strip().partition(_BETWEEN)
    found = next((one for one in book.reviewers if hmac.compare_digest(one.id.encode(), open_half.encode())), None)
    salt = bytes.fromhex(found.salt) if found is not None else b"nobody"
    same = hmac.compare_digest(_hash(secret[:200], salt).hex(), found.hash if found is not None else "")
    return found if same else None


def _hash(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(errors="replace"), salt=salt, n=_COST, r=8, p=1, dklen=32)


def _keep(path: Path, book: Book) -> None:
    envelope.put(path, canon.encode(book) + b"\n", mode=0o600)
