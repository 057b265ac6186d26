"""Reads the profile of a centre: who issues a report, for whom, and who signs it.

Rules this module keeps:

* A profile says who answers for a report, so nothing in it is guessed: an unknown field, a blank text or a day that does not
  exist is refused with file and line.
* The logo stands beside the profile and goes into the run as an image, so that a report can be rendered again without the file.
* Accreditation is claimed by a named centre only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from evalcenter import grants, logos, yamls
from evalcenter.blocks import Lab
from evalcenter.errors import InputError, SuiteError
from evalcenter.records import Text
from evalcenter.suites import as_record, mapping, refuse


def load(path: Path) -> Lab:
    """The profile in the file `path`. Raises SuiteError with file and line."""
    document = yamls.read(path)
    lab = as_record(Lab, mapping(document), document)
    refuse([f"{document.where(place)}: {words}" for place, words in _problems(lab)])
    return lab if lab.logo is None else replace(lab, logo=_logo(path.parent / lab.logo, document.where(["logo"])))


def _problems(lab: Lab) -> Iterator[tuple[list[str | int], str]]:
    for place, text in _texts(lab):
        if not text.strip():
            yield place, f"{'.'.join(map(str, place))} is blank; write it or leave it out"
    if lab.received is not None and not grants.is_day(lab.received):
        yield ["received"], f"received is {lab.received!r}; expected a day such as 2026-03-01"
    if lab.accreditation is not None and lab.name is None:
        yield ["accreditation"], "accreditation belongs to a centre; this profile names none"
    if lab.register is not None and not grants.is_register(lab.register):
        yield ["register"], f"register is {lab.register!r}; expected an https address with {{id}} in it, once"
    if len(set(lab.langs)) != len(lab.langs):
        yield ["langs"], "langs names a language twice"
    if lab.logo is not None and Path(lab.logo).name != lab.logo:
        yield ["logo"], f"the logo {lab.logo!r} is not the name of a file beside this one"


def _texts(lab: Lab) -> Iterator[tuple[list[str | int], str]]:
    """Every text of `lab`, with its place in the file."""
    yield from _in([], {field.name: getattr(lab, field.name) for field in fields(lab)})


def _in(place: list[str | int], value: Any) -> Iterator[tuple[list[str | int], str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from _in([*place, at], part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _in([*place, name], part)
    elif isinstance(value, Text):
        yield from _in(place, {"zh": value.zh, "en": value.en})
    elif value is not None:
        yield from _in(place, {field.name: getattr(value, field.name) for field in fields(value)})


def _logo(path: Path, where: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(logos.MOST_BYTES + 1)
        return logos.embedded(raw)
    except OSError as problem:
        raise SuiteError(
            f"the logo {path.name} can't be read: {problem.strerror}", where=where, todo="put it beside the profile"
        ) from None
    except InputError as problem:
        raise SuiteError(problem.what, where=where, todo=problem.todo) from None
