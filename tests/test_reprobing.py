"""A tested candidate is asked its probes again: the same stays the same, another one is found, and the run is left alone."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evalcenter import canon, cli, diary, errors, hooks, reprobing, walk
from evalcenter.candidates import server
from evalcenter.errors import InputError, PlanMismatch, Tampered, Unreachable
from evalcenter.plugins import load
from evalcenter.records import CandidateSpec, Probed
from tests.test_probing import COUNT, NOISY, Swapped, at, items, planned, served

NEVER = 10**9


def made_run(folder: Path, url: str, spec: CandidateSpec | None = None, **changes: object) -> Path:
    """A run that ended, of the candidate at `url`."""
    made = replace(planned(spec or at(url)), **changes)  # type: ignore[arg-type]
    walk.start(made, folder / "run", walk.Means(plugins=load(), langs=()))
    return folder / "run"


def again(folder: Path, spec: CandidateSpec) -> reprobing.Drift:
    means = reprobing.Means(
        adapters=load().adapters,
        limits=hooks.Limits(attempts=1, backoff_s=0.001),
        key=None,
        history=folder / "watch.jsonl",
    )
    return reprobing.again(reprobing.Reference.of(folder / "run"), spec, means)


def watch(folder: Path, url: str, *more: str, **changes: str) -> Result:
    """The command, on a candidate file."""
    given = {"adapter": "openai_http", "name": "c", "model": "reference-exemplary", "base_url": url, **changes}
    lines = [f"{name}: {value}" for name, value in given.items()]
    (folder / "c.yaml").write_text("\n".join([*lines, "simulated: true", ""]), encoding="utf-8")
    args = ["watch", str(folder / "c.yaml"), "--against", str(folder / "run"), "--attempts", "1", *more]
    return CliRunner().invoke(cli.main, args)


def test_the_same_candidate_is_the_same(tmp_path: Path) -> None:
    """Asked again and again it is the same, each time at a smaller level; nothing is written into the run."""
    with served(server.Service(items())) as url:
        run = made_run(tmp_path, url)
        before = {path: path.read_bytes() for path in run.iterdir() if path.name != "lock"}
        found = [again(tmp_path, at(url)) for _ in range(3)]
    assert [(one.state, one.number) for one in found] == [("same", 1), ("same", 2), ("same", 3)]
    assert found[0].look.level > found[1].look.level > found[2].look.level
    assert {path: path.read_bytes() for path in run.iterdir() if path.name != "lock"} == before


def test_two_that_watch_at_once_leave_one_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that was written while another was asked is counted, so that both follow from their answers."""
    asked = reprobing._round

    async def beside(*given: Any) -> list[Probed]:
        monkeypatch.setattr(reprobing, "_round", asked)
        await asyncio.to_thread(again, tmp_path, at(url))
        return await asked(*given)

    with served(server.Service(items())) as url:
        made_run(tmp_path, url)
        monkeypatch.setattr(reprobing, "_round", beside)
        assert again(tmp_path, at(url)).number == 2
        reference = reprobing.Reference.of(tmp_path / "run")
    assert [one.number for one in reprobing.earlier(tmp_path / "watch.jsonl", reference)] == [1, 2]


def test_another_model_is_found(tmp_path: Path) -> None:
    """A persona that came after the run is found by the next round, with exit code 7, in words and for machines."""
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", NEVER)
    with served(service) as url:
        made_run(tmp_path, url)
        service.at = service.calls
        told = watch(tmp_path, url)
        machine = watch(tmp_path, url, "--json")
    assert (told.exit_code, machine.exit_code) == (errors.DRIFTED, errors.DRIFTED)
    assert "DRIFTED" in told.output
    said = json.loads(machine.output)
    assert (said["state"], said["number"], said["look"]["compared"]) == ("drifted", 2, COUNT)


def test_it_ends_when_it_drifts(tmp_path: Path) -> None:
    """With --every it looks again until another model answers."""
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", NEVER)
    with served(service) as url:
        made_run(tmp_path, url)
        service.at = service.calls + COUNT
        result = watch(tmp_path, url, "--every", "1s", "--json")
    assert result.exit_code == errors.DRIFTED
    assert [json.loads(line)["state"] for line in result.output.splitlines()] == ["same", "drifted"]


def test_a_noisy_candidate_is_not_accused(tmp_path: Path) -> None:
    """One that answers every fifth probe otherwise is no other one."""
    with served(server.Service([*items(), *NOISY])) as url:
        spec = replace(at(url), model="reference-mixed-0.8")
        made_run(tmp_path, url, spec)
        assert {again(tmp_path, spec).state for _ in range(4)} <= {"same", "untold"}


def test_a_candidate_that_is_described_otherwise_is_refused(tmp_path: Path) -> None:
    """Another system prompt makes other answers, which is no drift; another address is none either."""
    with served(server.Service(items())) as url:
        made_run(tmp_path, url)
        result = watch(tmp_path, url, system="Be brief.")
        assert again(tmp_path, replace(at(url), base_url=url.replace("127.0.0.1", "localhost"))).state == "same"
    assert result.exit_code == PlanMismatch.exit_code
    assert "differs from the run's in: system" in result.output


def test_nobody_there_is_no_drift(tmp_path: Path) -> None:
    """Where nobody answers that is said, and no round is written down."""
    with served(server.Service(items())) as url:
        made_run(tmp_path, url)
    with pytest.raises(Unreachable):
        again(tmp_path, at(url))
    assert diary.read(tmp_path / "watch.jsonl") == []


@pytest.mark.parametrize("how", ["none", "swapped"])
def test_a_run_that_can_not_say_who_was_tested_is_refused(tmp_path: Path, how: str) -> None:
    """Nothing is compared with a run without probes, or with one in which the model changed."""
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", 100 if how == "swapped" else NEVER)
    with served(service) as url:
        made_run(tmp_path, url, **({"probing": None} if how == "none" else {}))
        with pytest.raises(InputError, match="no fingerprint" if how == "none" else "model changed"):
            again(tmp_path, at(url))


def test_a_history_that_says_otherwise_than_its_answers_is_tampering(tmp_path: Path) -> None:
    """A drift that was written over as the same, with the chain made anew, does not follow from its answers."""
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", NEVER)
    with served(service) as url:
        made_run(tmp_path, url)
        service.at = service.calls
        again(tmp_path, at(url))
        held = diary.read(tmp_path / "watch.jsonl")[0]
        (tmp_path / "watch.jsonl").unlink()
        diary.append(tmp_path / "watch.jsonl", {**held, "drift": {**held["drift"], "state": "same"}})
        with pytest.raises(Tampered, match="does not follow"):
            again(tmp_path, at(url))


def test_what_is_no_round_is_refused(tmp_path: Path) -> None:
    """A register that hands in half a round gets no answer; a history of something else is named."""
    with served(server.Service(items())) as url:
        made_run(tmp_path, url)
    reference = reprobing.Reference.of(tmp_path / "run")
    with pytest.raises(InputError, match="no round"):
        reprobing.drift(reference, reference.run.probes[:COUNT], 1, "2030-01-01T00:00:00Z")
    diary.append(tmp_path / "watch.jsonl", canon.plain({"other": 1}))
    with pytest.raises(Tampered, match="not a round"):
        reprobing.earlier(tmp_path / "watch.jsonl", reference)


@pytest.mark.parametrize("words", ["6", "0h", "h", "1 h", "-1d", "1w"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, words: str) -> None:
    """--every takes a number with its unit."""
    (tmp_path / "run").mkdir()
    assert watch(tmp_path, "http://127.0.0.1:1/v1", "--every", words).exit_code == 2
