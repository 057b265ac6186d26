"""A drift that is seen while watching opens a re-test of the model's certificates in the register, once for one drift."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import errors, journal, reprobing
from evalcenter.candidates import server
from evalcenter.errors import NotAllowed, RegisterError
from evalcenter.records import CandidateSpec
from evalcenter.register import duties, granted, parties, streams, tables
from evalcenter.register.book import Book, Row
from tests.register import desk
from tests.register.desk import DECIDER, EVALUATOR, REGISTRAR, by
from tests.test_probing import COUNT, Swapped, at, items, served
from tests.test_reprobing import NEVER, made_run, watch

STATES = {"s": "same", "d": "drifted", "u": "untold"}
AS = {"version": '"1.0"', "vendor": desk.VENDOR}


def of(url: str) -> CandidateSpec:
    return replace(at(url), version="1.0", vendor=desk.VENDOR)


def certified(held: Book, spec: CandidateSpec) -> str:
    """A certificate of the model that `spec` describes, valid now: its number."""
    now = journal.now()
    model = parties.model(held, spec, by(REGISTRAR))
    plan = desk.planned()
    made = streams.submit(held, model, desk.banks(plan), plan.standard, by(REGISTRAR))
    plan = replace(plan, candidate=spec, version_rank=made.rank)
    streams.begin(held, made.number, desk.running(plan), by(EVALUATOR))
    number = streams.decide(held, desk.end(plan), "granted", "fine", by(DECIDER, now))
    paper = desk.paper(number, desk.end(plan), granted=now[:10], valid_from=now[:10], valid_until="2098-12-31")
    granted.issue(held, paper, by(DECIDER, now))
    return number


def retests(held: Book) -> list[Row]:
    with held.read() as pages:
        return pages.all(tables.retests, trigger="fingerprint_drift")


def test_a_drift_opens_a_re_test_once(tmp_path: Path) -> None:
    """Of the certificates of this model only; round after round it is the same drift, also after its re-test was closed."""
    held = desk.opened(tmp_path / "r.db")
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", NEVER)
    told = ("--register", held.where, "--by", REGISTRAR)
    with served(service) as url:
        made_run(tmp_path, url, of(url))
        desk.certified(held, "7.0")
        number = certified(held, of(url))
        same = watch(tmp_path, url, *told, **AS)
        assert (same.exit_code, retests(held)) == (0, [])
        service.at = service.calls
        first = watch(tmp_path, url, *told, **AS)
        assert (first.exit_code, f"{number}: a re-test is due" in first.output) == (errors.DRIFTED, True)
        (row,) = retests(held)
        assert "since round 2 at" in row["note"]
        assert "is open or was closed" in watch(tmp_path, url, *told, "--certificate", number, **AS).output
        duties.retested(held, row["id"], None, "a new decoding library, as the vendor says", by(REGISTRAR))
        assert watch(tmp_path, url, *told, "--model", "2", **AS).exit_code == errors.DRIFTED
    assert len(retests(held)) == 1
    with held.read() as pages:
        assert {row["status"] for row in pages.all(tables.events)} == {"valid"}


def test_another_drift_is_another_re_test(tmp_path: Path) -> None:
    """Where the model was itself again in between, and the first re-test was closed."""
    held = desk.opened(tmp_path / "r.db")
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", NEVER)
    with served(service) as url:
        made_run(tmp_path, url, of(url))
        certified(held, of(url))
        for at_ in (0, NEVER, 0):
            service.at = at_
            watch(tmp_path, url, "--register", held.where, "--by", REGISTRAR, **AS)
            for row in retests(held)[:1] if at_ == NEVER else ():
                duties.retested(held, row["id"], None, "it was an outage", by(REGISTRAR))
    assert ["since round 1" in row["note"] for row in retests(held)] == [True, False]


def test_a_drift_that_began_unheard_is_told_with_its_beginning(tmp_path: Path) -> None:
    """Watched without a register first: the round in which it began names the drift."""
    held = desk.opened(tmp_path / "r.db")
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", NEVER)
    with served(service) as url:
        made_run(tmp_path, url, of(url))
        certified(held, of(url))
        service.at = service.calls
        watch(tmp_path, url, **AS)
        said = watch(tmp_path, url, "--register", held.where, "--by", REGISTRAR, "--json", **AS)
    assert (said.stdout.count("\n"), "a re-test is due" in said.stderr) == (1, True)
    assert "since round 1 at" in retests(held)[0]["note"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--register", "R"), 2, "--by"),
        (("--by", REGISTRAR), 2, "--register"),
        (("--certificate", "EC-1"), 2, "--register"),
        (("--register", "R", "--by", REGISTRAR, "--certificate", "EC-1", "--model", "1"), 2, "exclude"),
        (("--register", "R", "--by", EVALUATOR), NotAllowed.exit_code, "no registrar"),
        (("--register", "R", "--by", "Nobody"), NotAllowed.exit_code, "not among"),
        (("--register", "R", "--by", REGISTRAR, "--certificate", "EC-2026-00001"), 50, "holds no EC-2026-00001"),
        (("--register", "R", "--by", REGISTRAR, "--model", "1"), 50, "model 1 is not the candidate"),
        (("--register", "R", "--by", REGISTRAR, "--model", "9"), RegisterError.exit_code, "no model 9"),
    ],
)
def test_who_is_meant_is_settled_before_anything_is_asked(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """Another model's certificate, or somebody who may not write, is refused, and no probe goes out."""
    held = desk.opened(tmp_path / "r.db")
    service = Swapped(items(30), "reference-exemplary", "reference-mixed-1", NEVER)
    with served(service) as url:
        made_run(tmp_path, url, of(url))
        desk.certified(held)
        certified(held, of(url))
        before = service.calls
        done = watch(tmp_path, url, *(held.where if one == "R" else one for one in words), **AS)
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert service.calls == before


def test_a_model_without_a_certificate_is_said(tmp_path: Path) -> None:
    """Nobody believes that a register listens which knows nothing of the model."""
    held = desk.opened(tmp_path / "r.db")
    desk.certified(held)
    with served(server.Service(items(30))) as url:
        made_run(tmp_path, url, of(url))
        done = watch(tmp_path, url, "--register", held.where, "--by", REGISTRAR, **AS)
    assert (done.exit_code, "holds no certificate" in done.output) == (RegisterError.exit_code, True)


def test_where_a_drift_began(tmp_path: Path) -> None:
    """A round that can't tell ends no drift; one that finds the same model does."""
    with served(server.Service(items(30))) as url:
        made_run(tmp_path, url, of(url))
    reference = reprobing.Reference.of(tmp_path / "run")
    since = [replace(one, phase="since", round=1) for one in reference.run.probes[:COUNT]]
    one = reprobing.drift(reference, since, 1, "2030-01-01T00:00:00Z")
    rounds = [replace(one, number=n, state=STATES[letter]) for n, letter in enumerate("sduds", 1)]
    found = [reprobing.began(rounds[:n]) for n in range(6)]
    assert [None if held is None else held.number for held in found] == [None, None, 2, 2, 2, None]
