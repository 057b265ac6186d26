"""Who and what the register knows: people and their roles, vendors, models with what is known of them, applications.

Rules this module keeps:

* Names that look alike are one person, one vendor, one version: what is there already is not added again under another spelling.
* A model's version has one descriptor; a changed model is another version.
* What is learnt later of a model, such as its filing number, is a fact added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from evalcenter import attempts, canon, reviewing
from evalcenter.errors import InputError, NotAllowed, RegisterError
from evalcenter.records import CandidateSpec, record
from evalcenter.register import tables
from evalcenter.register.book import Book, Pages, Pen, Row, text
from evalcenter.register.rules import ROLES, By, Role

Kind = Literal["filing_number", "fingerprint"]
KINDS: Final[tuple[Kind, ...]] = ("filing_number", "fingerprint")


def person(book: Book, name: str, roles: Sequence[Role], by: By) -> int:
    """Add somebody with these roles, or give them to who is there already; without any, the person may write no more."""
    name = reviewing.name(name)
    given = " ".join(role for role in ROLES if role in roles)
    with book.write(by, "registrar") as pen:
        found = pen.last(tables.people, key=reviewing.key(name))
        number = found["id"] if found is not None else pen.add(tables.people, name=name, key=reviewing.key(name))
        pen.add(tables.roles, person=number, roles=given)
        if not any("registrar" in row["roles"].split() for row in _roles(pen).values()):
            raise NotAllowed("nobody would be registrar any more", todo="make somebody else registrar first")
        return int(number)


def _roles(pages: Pages) -> dict[int, Row]:
    return {row["person"]: row for row in pages.all(tables.roles)}


def people(pages: Pages) -> list[tuple[str, str]]:
    """(name, roles) of everybody."""
    held = _roles(pages)
    return [(row["name"], held[row["id"]]["roles"] or "none") for row in pages.all(tables.people)]


def vendor(book: Book, name: str, code: str | None, by: By) -> int:
    """Add a vendor. `code` is the number under which its company is registered; letters and digits of it count.

    Raises NotAllowed where it is there already.
    """
    name = text(name, "the vendor's name")
    code = text(_plain(code), "the code") if code else None
    with book.write(by, "registrar") as pen:
        for row in pen.all(tables.vendors):
            if row["key"] == reviewing.key(name) or (code and _plain(row["code"] or "") == code):
                raise NotAllowed(f"this vendor is here already, as {row['name']!r} (vendor {row['id']})")
        return pen.add(tables.vendors, name=name, key=reviewing.key(name), code=code)


def _plain(code: str) -> str:
    return "".join(sign for sign in reviewing.key(code) if sign.isalnum()).upper()


def model(book: Book, spec: CandidateSpec, by: By) -> int:
    """Add the version of a model that a candidate file describes; its number, also where it is here already.

    Raises InputError where the file names no vendor or version, NotAllowed where the version was described otherwise before.
    """
    for name in ("vendor", "version"):
        if not getattr(spec, name):
            raise InputError(f"the candidate names no {name}", todo=f"write `{name}: …` into the candidate file")
    named = spec.model or spec.name
    key = f"{reviewing.key(named)}\n{reviewing.key(str(spec.version))}"
    with book.write(by, "registrar") as pen:
        owner = _vendor(pen, str(spec.vendor))
        same = pen.last(tables.models, vendor=owner["id"], key=key)
        if same is not None and same["descriptor"] != descriptor(spec):
            raise NotAllowed(
                f"model {same['id']} is {same['name']} {same['version']} already, and was described otherwise",
                todo="a changed model, prompt or setting is another version: name it so in the candidate file",
            )
        number = (
            same["id"]
            if same is not None
            else pen.add(
                tables.models,
                vendor=owner["id"],
                name=text(named, "the model's name"),
                version=text(str(spec.version), "the version"),
                key=key,
                descriptor=descriptor(spec),
            )
        )
        if spec.filing_number and fact(pen, number, "filing_number") != spec.filing_number:
            pen.add(tables.facts, model=number, kind="filing_number", value=text(spec.filing_number, "the number"))
        return int(number)


def descriptor(spec: CandidateSpec) -> str:
    """The digest of what is tested, wherever it is reached, and whatever number it was filed under meanwhile."""
    return canon.digest(replace(attempts.tested(spec), filing_number=None))


def _vendor(pages: Pages, name: str) -> Row:
    found = pages.last(tables.vendors, key=reviewing.key(name))
    if found is None:
        raise RegisterError(
            f"the vendor {name!r} is not in the register", todo="add it:  evalcenter register vendor NAME"
        )
    return found


def learn(book: Book, number: int, kind: Kind, value: str, by: By) -> None:
    """Add to a model its filing number (备案号) or the digest of its fingerprint; the latest one counts."""
    with book.write(by, "registrar") as pen:
        pen.one(tables.models, number, "model")
        pen.add(tables.facts, model=number, kind=kind, value=text(value, kind))


def fact(pages: Pages, number: int, kind: Kind) -> str:
    """What was learnt last of a model; empty where nothing was."""
    found = pages.last(tables.facts, model=number, kind=kind)
    return "" if found is None else str(found["value"])


@record
class Calls:
    """An application that calls a filed model: its name, its own number (登记号), whose it is, and the number of the model."""

    name: str
    number: str
    vendor: str
    model: int


def application(book: Book, given: Calls, by: By) -> int:
    """Add an application. Raises NotAllowed where the model that it calls was never filed."""
    with book.write(by, "registrar") as pen:
        called = pen.one(tables.models, given.model, "model")
        if not fact(pen, given.model, "filing_number"):
            raise NotAllowed(
                f"{called['name']} {called['version']} has no filing number (备案号), so nothing can be registered on it",
                todo="add the number first:  evalcenter register fact MODEL filing_number NUMBER",
            )
        if any(reviewing.key(row["number"]) == reviewing.key(given.number) for row in pen.all(tables.applications)):
            raise NotAllowed(f"an application with the number {given.number!r} is here already")
        return pen.add(
            tables.applications,
            model=given.model,
            vendor=_vendor(pen, given.vendor)["id"],
            name=text(given.name, "the application's name"),
            number=text(given.number, "the number"),
        )


def named(pages: Pages, number: int) -> Row:
    """What is said of a model: its name, version, vendor, filing number and fingerprint."""
    row = pages.one(tables.models, number, "model")
    return {
        **row,
        "vendor_name": pages.one(tables.vendors, row["vendor"])["name"],
        **{kind: fact(pages, number, kind) for kind in KINDS},
    }


def versions(pen: Pen, row: Row) -> list[Row]:
    """All versions of the model of which `row` is one."""
    same = row["key"].split("\n")[0]
    return [one for one in pen.all(tables.models, vendor=row["vendor"]) if one["key"].split("\n")[0] == same]
