"""What can be checked of a sealed run without its key: forged weights, marks and grades are found; nothing else can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import boundary, certify, ciphers, history, plan, readings, walk
from evalcenter.ciphers import Identity
from evalcenter.errors import Sealed, Tampered
from evalcenter.records import Bank, Criterion, Read, Review
from tests.doubles import Scripted, plugins
from tests.factory import DIGEST, make_item, make_requirement, make_standard
from tests.test_plan import suite
from tests.test_walk import QUICK, SPEC, forge

BANK = Bank(suite="bank", root=DIGEST, items=6)
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """The centre's identity."""
    path = tmp_path_factory.mktemp("key") / "key"
    ciphers.new_identity(path)
    return ciphers.identity(path)


def walked(folder: Path, key: Identity) -> Path:
    """A sealed run of six items; each has a criterion for a machine and one that a person has marked."""
    criteria = (
        Criterion(id="c1", text="says yes", check={"says": {"word": "yes"}}, points=2),
        Criterion(id="c2", text="waits", check={"says": {"word": "…"}}),
    )
    items = [make_item(n, criteria=criteria, visibility="sealed") for n in range(6)]
    standard = make_standard(make_requirement(rule="point", line=Decimal("0.5")))
    made = plan.expand([(suite(items), "sha256:0")], standard, SPEC, "seed", plugins(), boundary.convert)
    made = replace(made, sealing=ciphers.fresh(key.recipients, [BANK]))
    means = walk.Means(plugins=plugins(Scripted(default="yes, surely")), limits=QUICK, langs=(), identity=key)
    walk.start(made, folder, means)
    with history.resume(folder, key) as run:
        reading = readings.Reading(run)
        for position in sorted(run.machine):
            marks = (Read(criterion="c2", state="met"),)
            reading.take(Review(position=position, reader="Dr Li", role="reader", marks=marks, reason="so it is"))
    walk.regrade(folder, means)
    return folder


@pytest.fixture
def run(tmp_path: Path, key: Identity) -> Path:
    """The folder of a sealed run."""
    return walked(tmp_path / "run", key)


def test_a_sealed_run_verifies_with_and_without_its_key(run: Path, key: Identity) -> None:
    """Counted again without, made again with it."""
    assert certify.verify(run, plugins()).shut
    assert not certify.verify(run, plugins(), key).shut


def lighter(data: dict[str, Any]) -> dict[str, Any]:
    for item in data["items"]:
        item["criteria"][0]["points"] = 0
    return data


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    for item in data["items"]:
        item["criteria"][0]["id"] = "c9"
    return data


def marked_down(data: dict[str, Any]) -> dict[str, Any]:
    data["marks"][0]["state"] = "not_met"
    return data


def raised(data: dict[str, Any]) -> dict[str, Any]:
    data["earned"] += 1
    return data


def failed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "outcome": "fail"}


def by_another(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "by": "person:Dr Wang"} if data["by"].startswith("person:") else data


def unread(data: dict[str, Any]) -> dict[str, Any]:
    data["marks"][0]["state"] = "not_met"
    return data


def passed(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "outcome": "fail"}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("plan", lighter),
        ("plan", renamed),
        ("grade", marked_down),
        ("grade", raised),
        ("grade", failed),
        ("grade", by_another),
        ("review", unread),
        ("verdict", passed),
    ],
)
def test_what_counts_can_not_be_forged_without_being_seen_by_all(run: Path, kind: str, change: Change) -> None:
    """With a chain that holds, changed weights, marks, points, outcomes, names, reviews and verdicts are found without a key."""
    forge(run, kind, change)
    with pytest.raises(Tampered):
        certify.verify(run, plugins())


def swapped(data: dict[str, Any]) -> dict[str, Any]:
    data["answers"][0]["text"] = data["answers"][0]["model"] or data["answers"][0]["text"][:-4] + "AAA="
    return data


def in_the_open(data: dict[str, Any]) -> dict[str, Any]:
    data["answers"][0]["text"] = "no"
    return data


@pytest.mark.parametrize("change", [swapped, in_the_open])
def test_a_changed_answer_is_seen_with_the_key(run: Path, key: Identity, change: Change) -> None:
    """Other ciphertext, or plain text, in an answer's place does not open."""
    forge(run, "response", change)
    with pytest.raises(Tampered):
        certify.verify(run, plugins(), key)


def test_a_changed_run_key_opens_nothing(run: Path, key: Identity) -> None:
    """A plan with a key of somebody else's does not fit its items."""

    def other(data: dict[str, Any]) -> dict[str, Any]:
        made = ciphers.fresh(key.recipients, [BANK])
        data["sealing"]["key"] = made.key
        return data

    forge(run, "plan", other)
    with pytest.raises(Tampered, match="does not open"):
        history.load(run, key)


def test_nothing_is_written_or_told_without_the_key(run: Path, tmp_path: Path) -> None:
    """Reports, reviews, going on and signing need it; the journal stays as it was."""
    before = (run / "journal.jsonl").read_bytes()
    means = walk.Means(plugins=plugins(), limits=QUICK)
    for action in (
        lambda: walk.render(run, means),
        lambda: walk.resume(run, means),
        lambda: walk.regrade(run, means),
        lambda: history.load(run),
    ):
        with pytest.raises(Sealed):
            action()
    assert (run / "journal.jsonl").read_bytes() == before
