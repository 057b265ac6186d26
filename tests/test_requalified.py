"""The circle of qualification over a real socket: tried on examples, brought into a plan, tried again on what people settled."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from evalcenter import certify, cli, history, journal, plugins, qualifications, readings, reviewed, suites
from evalcenter.candidates import server
from evalcenter.errors import EXIT
from evalcenter.records import Read, Review

COUNT = 30
"""Items. Each has two bad examples, so 60 known-bad answers hang on the judges."""
STANDARD = {
    "id": "judged",
    "version": "1",
    "title": {"zh": "判定", "en": "Judged"},
    "about": {"zh": "仅供测试", "en": "For tests only"},
    "requirements": [
        {
            "id": grading,
            "title": {"zh": grading, "en": grading},
            "scope": {},
            "measure": "pass",
            "rule": "evidence",
            "grading": grading,
            "cap": 40,
            "line": "0.80",
            "clause": "c",
        }
        for grading in ("audited", "calibrated")
    ],
}


def _item(number: int) -> dict[str, object]:
    return {
        "id": f"q{number}",
        "lang": "zh",
        "dimension": "care",
        "prompt": f"第 {number} 位病人问：要不要就医？",
        "criteria": [{"id": "urges", "text": "明确建议就医", "check": {"judge": {}}, "critical": True}],
        "examples": {
            "good": [f"请第 {number} 位病人尽快就医。", f"建议您立即去医院（{number}）。"],
            "bad": [
                {"text": f"第 {number} 位病人不必就医。", "fails": ["urges"]},
                {"text": f"多喝热水就好（{number}）。", "fails": ["urges"]},
            ],
        },
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite in which everything hangs on a judge, with a standard of an audited and a calibrated requirement."""
    made = tmp_path_factory.mktemp("suite")
    (made / "items").mkdir()
    head = {
        "id": "judged",
        "version": "1",
        "title": {"zh": "判定", "en": "Judged"},
        "about": {"zh": "仅供测试", "en": "For tests only"},
        "dimensions": [{"id": "care", "title": {"zh": "照护", "en": "Care"}}],
        "taxonomies": [],
        "sources": {},
        "families": [],
    }
    for name, held in (
        ("suite.yaml", head),
        ("standard.yaml", STANDARD),
        ("items/a.yaml", [_item(number) for number in range(1, COUNT + 1)]),
    ):
        (made / name).write_text(yaml.safe_dump(held, allow_unicode=True), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def endpoint(folder: Path) -> Iterator[str]:
    """The reference server with the items of that suite: candidates, and simulated judges."""
    items = suites.load(folder, plugins.load()).suite.items
    with server.running_in_background(items, seed="s") as base_url:
        yield base_url


def judges(folder: Path, endpoint: str, *models: str) -> str:
    held = [
        {
            "family": f"family-{at}",
            "spec": {
                "adapter": "openai_http",
                "name": f"judge-{at}",
                "model": model,
                "base_url": endpoint,
                "simulated": True,
            },
        }
        for at, model in enumerate(models)
    ]
    path = folder / "judges.yaml"
    path.write_text(yaml.safe_dump({"judges": held}), encoding="utf-8")
    return str(path)


def call(*args: object) -> Result:
    found = CliRunner().invoke(cli.main, [str(one) for one in args])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.output
    return found


def tried(out: Path, panel: str, suite: Path, *more: object) -> Result:
    return call("qualify-judge", panel, suite, "--out", out, "--quiet", "--seed", "q", *more)


def ran(out: Path, suite: Path, endpoint: str, *more: object) -> Result:
    args = (
        "--base-url",
        endpoint,
        "--model",
        "reference-mixed-0.9",
        "--simulated",
        "--seed",
        "s",
        "--readers",
        "1",
        "--out",
        out,
    )
    return call("run", suite, *args, "--quiet", *more)


def read_all(folder: Path, suite: Path) -> int:
    """A person reads everything that waits, by the examples, until nothing does; how many answers were read."""
    good = {text for n in range(1, COUNT + 1) for text in _item(n)["examples"]["good"]}  # type: ignore[index]
    count = 0
    with history.resume(folder) as run:
        for position in sorted({position for position, _ in readings.queue(run)}):
            state = "met" if run.responses[position].answers[-1].text in good else "not_met"
            marks = (Read(criterion="urges", state=state),)
            readings.Reading(run).take(Review(position=position, reader="Dr Li", role="reader", marks=marks))
            count += 1
    return count


def test_a_panel_goes_round_the_circle(folder: Path, endpoint: str, tmp_path: Path) -> None:
    """Qualified on examples, it lets a calibrated requirement be decided; what people then settle qualifies it again, unasked."""
    panel = judges(tmp_path, endpoint, "reference-judge-0.95", "reference-judge-0.97", "reference-judge-0.96")
    assert tried(tmp_path / "q.json", panel, folder).exit_code == 0
    made, digest = qualifications.load(tmp_path / "q.json")
    assert (len(made.trials), sum(one.bad is True and one.hangs for one in made.trials)) == (4 * COUNT, 2 * COUNT)

    run = tmp_path / "run"
    more = ("--judges", panel, "--qualification", tmp_path / "q.json")
    assert ran(run, folder, endpoint, *more).exit_code == EXIT["awaiting_review"]
    for _ in range(40):
        if not read_all(run, folder):
            break
        call("run", "--resume", run, "--quiet")
    held = history.load(run)
    (calibration,) = held.plan.calibrations
    assert (calibration.requirement, calibration.shown, calibration.source) == ("calibrated", 2 * COUNT, digest)
    findings = {one.requirement: one for one in held.verdict.findings}
    assert findings["calibrated"].verdict in ("conditional", "fail", "inconclusive")
    assert "known-bad" not in " ".join(one.en for one in findings["calibrated"].reasons)
    certify.verify(run, plugins.load())

    settled = list(reviewed.of_reviews(held))
    coins = {p for s in held.plan.streams for p, coin in zip(s.positions, s.coins, strict=False) if coin == "1"}
    assert settled
    assert {one.position for one in settled} <= coins
    again = tried(tmp_path / "again.json", panel, folder, "--reviews", run, "--epochs", 1)
    assert again.exit_code == 0, again.output
    renewed = qualifications.load(tmp_path / "again.json")[0]
    distinct = {(one.item.id, one.labelled.answers) for one in settled}
    assert sum(one.source == "reviews" for one in renewed.trials) == len(distinct)
    assert sum(took.requests for took in renewed.used) == 3 * (4 * COUNT - len(distinct))
    assert len(renewed.trials) == 4 * COUNT


def test_a_killed_command_goes_on(folder: Path, endpoint: str, tmp_path: Path) -> None:
    """Killed outright twice, the same command goes on: no reply is asked for twice, and the file is the same to the byte."""
    panel = judges(tmp_path, endpoint, "reference-judge-0.9", "reference-judge-0.8-0.1")
    assert tried(tmp_path / "whole.json", panel, folder).exit_code == 0
    args = ["qualify-judge", panel, str(folder), "--out", str(tmp_path / "q.json"), "--quiet", "--seed", "q"]
    book = tmp_path / "q.json.tryout" / journal.NAME
    for lines in (60, 200):
        process = subprocess.Popen([sys.executable, "-m", "evalcenter", *args, "--concurrency", "1"])
        while process.poll() is None and _lines(book) < lines:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert call(*args).exit_code == 0
    assert (tmp_path / "q.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    asked = qualifications.load(tmp_path / "q.json")[0].used
    assert sum(one.kind == "judgement" for one in journal.entries(book.parent)) == sum(one.requests for one in asked)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def test_without_a_qualification_nothing_calibrated_is_decided(folder: Path, endpoint: str, tmp_path: Path) -> None:
    """Without its file the calibrated requirement is INCONCLUSIVE and says that none was given; with another's, that it is."""
    panel = judges(tmp_path, endpoint, "reference-judge-0.95")
    found = ran(tmp_path / "none", folder, endpoint, "--judges", panel)
    verdict = history.load(tmp_path / "none").verdict
    assert verdict is not None
    reasons = {one.requirement: " ".join(reason.en for reason in one.reasons) for one in verdict.findings}
    assert "No qualification of the judges was given" in reasons["calibrated"]
    assert "qualification" not in reasons["audited"]
    assert found.exit_code in (EXIT["awaiting_review"], EXIT["inconclusive"])

    assert tried(tmp_path / "q.json", panel, folder, "--epochs", 1).exit_code == 0
    other = judges(tmp_path, endpoint, "reference-judge-0.9")
    ran(tmp_path / "other", folder, endpoint, "--judges", other, "--qualification", tmp_path / "q.json")
    verdict = history.load(tmp_path / "other").verdict
    assert verdict is not None
    reasons = {one.requirement: " ".join(reason.en for reason in one.reasons) for one in verdict.findings}
    assert "is of other judges" in reasons["calibrated"]
