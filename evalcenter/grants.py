"""Reads what a centre grants: a certificate's id, dates, scope and client, and the two people who answer for it.

Rules this module keeps:

* Whoever evaluated does not decide: two people, two keys, and neither twice under another spelling.
* A day is written ``YYYY-MM-DD`` and exists; nothing is valid before it was granted.
* The same rules are put to a file that is written here and to a certificate that comes from strangers (`problems`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from evalcenter import reviewing, yamls
from evalcenter.blocks import Words
from evalcenter.records import Text, record
from evalcenter.suites import as_record, mapping, refuse

_ID: Final = re.compile(r"[A-Z0-9][A-Z0-9._-]{2,63}")
_KEY: Final = re.compile(r"sha256:[0-9a-f]{64}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_REGISTER: Final = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?/[A-Za-z0-9._~/?=&%-]*\{id\}[A-Za-z0-9._~/?=&%-]*")
LONGEST: Final = 100
"""Columns of a name or an address (a Chinese character takes two): all of it stands on one page."""
SCOPE: Final = 400


@record
class Person:
    """Who answers with a signature: the name, and the fingerprint of the public key (``sha256:…``)."""

    name: Words
    key: str


@record
class Party:
    """Who is named with an address."""

    name: Words
    address: Words


@record
class Grant:
    """What a centre grants to whom, for how long, and who answers for it. Days are ``YYYY-MM-DD``, in UTC.

    `demonstration` is true where the keys are throw-away ones, or anything else is for show. `scope` says what use of the product
    is certified.
    """

    id: str
    granted: str
    valid_from: str
    valid_until: str
    client: Party
    scope: Words
    evaluated_by: Person
    decided_by: Person
    demonstration: bool = False


def load(path: Path) -> Grant:
    """The grant in the file `path`. Raises SuiteError with file and line."""
    document = yamls.read(path)
    grant = as_record(Grant, mapping(document), document)
    refuse([f"{document.where([place])}: {words}" for place, words in problems(grant)])
    return grant


def problems(grant: Grant) -> Iterator[tuple[str, str]]:
    """What can't be granted: the field, and a sentence."""
    if not _ID.fullmatch(grant.id):
        yield "id", f"the id {grant.id!r} is not 3 to 64 capital letters, digits, dots, dashes and underscores"
    days = {name: str(getattr(grant, name)) for name in ("granted", "valid_from", "valid_until")}
    wrong = [name for name, day in days.items() if not is_day(day)]
    yield from ((name, f"{name} is {days[name]!r}; expected a day such as 2026-03-01") for name in wrong)
    if not wrong and not grant.granted <= grant.valid_from <= grant.valid_until:
        yield "valid_from", "the days are out of order: granted, then valid_from, then valid_until"
    for place, words, most in (
        ("client", grant.client.name, LONGEST),
        ("client", grant.client.address, LONGEST),
        ("scope", grant.scope, SCOPE),
        ("evaluated_by", grant.evaluated_by.name, LONGEST),
        ("decided_by", grant.decided_by.name, LONGEST),
    ):
        if not fits(words, most):
            yield place, f"a text of {place} is blank, or longer than {most} columns (a Chinese character takes two)"
        for sign in sorted({sign for said in spellings(words) for sign in said if _hides(sign)}):
            yield place, f"a text of {place} holds the hidden character U+{ord(sign):04X}"
    for place, who in (("evaluated_by", grant.evaluated_by), ("decided_by", grant.decided_by)):
        if not _KEY.fullmatch(who.key):
            yield place, f"the key of {place} is {who.key!r}; expected the fingerprint that certify prints (sha256:…)"
    if same(grant.evaluated_by.name, grant.decided_by.name) or grant.evaluated_by.key == grant.decided_by.key:
        yield (
            "decided_by",
            "the same person twice: whoever evaluated can't decide, and each signs with a key of their own",
        )


def fits(words: Words, most: int) -> bool:
    """Whether `words` are there in every language and take at most `most` columns, of which a Chinese character takes two."""
    return all(reviewing.key(said) and sum(1 + (sign > "\u2e7f") for sign in said) <= most for said in spellings(words))


def is_day(text: str) -> bool:
    """Whether `text` is a day that exists, as ``YYYY-MM-DD``."""
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def same(one: Words, other: Words) -> bool:
    """Whether two names have a spelling in common, whatever their case, width, spaces and what nobody sees in them."""
    return bool({reviewing.key(said) for said in spellings(one)} & {reviewing.key(said) for said in spellings(other)})


def spellings(words: Words) -> tuple[str, ...]:
    """The text, or both of them."""
    return (words.zh, words.en) if isinstance(words, Text) else (words,)


def _hides(sign: str) -> bool:
    return sign != "\n" and unicodedata.category(sign).startswith("C")


def is_register(address: str) -> bool:
    """Whether `address` is an https address with ``{id}`` in it, once."""
    return _REGISTER.fullmatch(address) is not None and len(address) <= LONGEST


def status_address(register: str | None, certificate: str) -> str | None:
    """Where the status of a certificate stands; None where the centre names no register."""
    return None if register is None else register.replace("{id}", certificate)
