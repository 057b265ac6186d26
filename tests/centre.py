"""A centre with two people and their keys, and a run that it holds: what tests of certificates need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evalcenter import canon, certificate, checking, envelope, issuing, journal, signing, walk
from evalcenter.blocks import Lab
from evalcenter.certificate import Certificate
from evalcenter.ciphers import Identity
from evalcenter.grants import Grant, Party, Person
from evalcenter.records import Plan, Text
from tests.doubles import Scripted, plugins
from tests.test_walk import SPEC, means, planned

CENTRE = Lab(
    name=Text(zh="某评测中心（虚构）", en="Invented Centre"),
    address="1 Example Road",
    register="https://register.example/status?id={id}",
)
ID = "IC-2026-0001"
NOON = "T12:00:00Z"
REAL = replace(SPEC, simulated=False)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a register says."""

    certificate: str
    document: str
    status: str = "valid"
    since: str = "2026-01-01T00:00:00Z"
    reason: str = ""
    issued: str = "2026-01-01T00:00:00Z"
    next_update: str = "2098-01-01T00:00:00Z"


@dataclass(frozen=True)
class Place:
    """A folder with the run in ``run`` and both people's keys."""

    home: Path
    identity: Identity | None = None
    """What opens the run, where it is sealed."""

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def file(self) -> Path:
        return self.run / issuing.NAME

    @property
    def at(self) -> str:
        """Noon of the day on which it was granted."""
        return self.held().granted + NOON

    @property
    def keys(self) -> tuple[Path, Path]:
        return self.home / "e.pub.pem", self.home / "d.pub.pem"

    def payload(self) -> bytes:
        return envelope.unseal(self.file.read_bytes(), envelope.public_key(self.keys[0]))

    def held(self) -> Certificate:
        return certificate.read(self.payload(), "")

    def grant(self, **changes: Any) -> Grant:
        """The grant of this place; `changes` replaces fields."""
        today = journal.now()[:10]
        e, d = (envelope.fingerprint(envelope.public_key(key)) for key in self.keys)
        made = Grant(
            id=ID,
            granted=today,
            valid_from=today,
            valid_until="2098-12-31",
            client=Party(name="Vendor Ltd", address="2 Vendor Road"),
            scope=Text(zh="面向公众的用药问答", en="Answers on medication to the public"),
            evaluated_by=Person(name=Text(zh="张一", en="A. Example"), key=e),
            decided_by=Person(name=Text(zh="李二", en="B. Example"), key=d),
        )
        return replace(made, **changes)

    def evaluate(self, **changes: Any) -> issuing.Issued:
        keys = (self.home / "e.pem", None)
        return issuing.issue(self.run, self.grant(**changes), keys, plugins(), identity=self.identity)

    def decide(self, *, paper: bool = False, **changes: Any) -> issuing.Issued:
        grant, keys = self.grant(**changes), (self.home / "d.pem", self.keys[0])
        return issuing.issue(self.run, grant, keys, plugins(), paper=paper, identity=self.identity)

    def signed(self, payload: bytes, *names: str) -> None:
        """Put good signatures of both people, or of those named, on anything."""
        first, *others = [envelope.private_key(self.home / f"{name}.pem") for name in names or ("e", "d")]
        raw = envelope.seal(payload, first)
        for key in others:
            raw = envelope.add(raw, key)
        self.file.write_bytes(raw)

    def lie(self, **changes: Any) -> None:
        """Both people sign the certificate with fields replaced."""
        self.signed(certificate.statement(replace(self.held(), **changes)))

    def check(self, run: str | None = "run", **changes: Any) -> signing.Attested | checking.Certified:
        """Check the certificate on the day of its grant; `changes` replaces what is asked by."""
        suites = changes.pop("suites", ())
        folder = None if run is None else self.home / run
        against = signing.Against(folder, plugins(), suites)
        given = {"keys": self.keys, "at": changes.pop("at", None) or self.at, **changes}
        return checking.check(self.file, checking.Ask(against=against, **given))

    def standing(self, **changes: Any) -> Told:
        """What a register says of it: that it is valid."""
        return replace(Told(certificate=ID, document=canon.digest(self.payload())), **changes)


def place(home: Path, made: Plan | None = None, candidate: Scripted | None = None, lab: Lab = CENTRE) -> Place:
    """A run of a centre, by default of a candidate that is no stand-in, and the keys of two people; nothing is signed yet."""
    started = replace(means(candidate or Scripted()), lab=lab)
    walk.start(made or replace(planned(), candidate=REAL), home / "run", started)
    for name in ("e", "d", "other"):
        envelope.new_key(home / f"{name}.pem")
    return Place(home)


def granted(home: Path, made: Plan | None = None, **more: Any) -> Place:
    """The same with the certificate signed by both."""
    held = place(home, made, **more)
    held.evaluate()
    held.decide()
    return held
