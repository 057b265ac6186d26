"""A run that is killed at random moments of its whole life loses nothing, and asks again only what was in flight."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evalcenter import history
from tests.candidates import matrix
from tests.steady import place
from tests.steady.place import Stops

ITEMS = 160
CONCURRENCY = 4
OFTEN = 5
"""Kills over the life of one run, at most."""
AT_ONCE = 3
"""Runs that are killed side by side: most of the time goes by in waiting."""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return matrix.written(tmp_path_factory.mktemp("suite") / "small", ITEMS)


@dataclass
class Tally:
    """What became of the kills."""

    kills: int = 0
    runs: int = 0
    twice: int = 0
    phases: Counter[str] = field(default_factory=Counter)

    def add(self, run: Stops) -> None:
        """Count a run that has ended."""
        self.kills, self.runs, self.twice = self.kills + run.kills, self.runs + 1, self.twice + run.check(CONCURRENCY)
        self.phases += run.phases

    def words(self) -> str:
        """What there is to say of them."""
        where = ", ".join(f"{count} {phase}" for phase, count in sorted(self.phases.items()))
        return f"{self.kills} kills ({where}) in {self.runs} runs; {self.twice} calls in flight were made again"


def killed(suite: Path, folder: Path, kills: int) -> Tally:
    """Runs that are killed until there were so many kills in all, `AT_ONCE` side by side."""
    with place.serving(suite, ITEMS, concurrency=CONCURRENCY) as here:
        life = place.lived(here.begin(folder / "undisturbed"), folder / "undisturbed")
    expected = place.verdict(folder / "undisturbed")

    def some(number: int) -> Tally:
        tally, quota = Tally(), kills // AT_ONCE + (number < kills % AT_ONCE)
        while tally.kills < quota:
            name = f"{number}-{tally.runs}"
            with place.serving(suite, ITEMS, concurrency=CONCURRENCY) as here:
                run = Stops(here, folder / name)
                assert run.until_done(life.moments(f"kills/{name}", min(OFTEN, quota - tally.kills))) == 0
                assert place.verdict(run.folder) == expected
                tally.add(run)
        return tally

    whole = Tally()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for part in pool.map(some, range(AT_ONCE)):
            whole.kills, whole.runs, whole.twice = (
                whole.kills + part.kills,
                whole.runs + part.runs,
                whole.twice + part.twice,
            )
            whole.phases += part.phases
    for run in folder.iterdir():
        assert place.called("verify-journal", run) == 0
    place.say(f"{whole.words()}; an undisturbed run: {life.words()}")
    return whole


def test_killed_at_random_moments_every_sample_is_answered_once(suite: Path, tmp_path: Path) -> None:
    """Killed fifteen times, anywhere in the life of a run: no answer is lost or asked for again, and the verdict is the same."""
    assert killed(suite, tmp_path, 15).kills == 15


@pytest.mark.soak
def test_two_hundred_kills(suite: Path, tmp_path: Path) -> None:
    """The same with two hundred, which fall into every part of the line."""
    found = killed(suite, tmp_path, 200)
    assert found.kills == 200
    assert {"starting", "asking", "rendering"} <= found.phases.keys()


# -- many candidates at once ------------------------------------------------------------------------------------------


def test_no_process_of_many_candidates_outlives_a_kill(suite: Path, tmp_path: Path) -> None:
    """Where `run --candidates` is killed, the processes that decide and render end with it, and the same command goes on."""
    with place.serving(suite, ITEMS, concurrency=CONCURRENCY) as here:
        models = ("reference-exemplary", place.SLOW)
        command = [*place.many(here, tmp_path, models), "--at-once", 1]
        process = place.started(command)
        place.until(lambda: b'"kind":"verdict"' in place.whole(tmp_path / "out" / models[0]))
        process.kill()
        _, said = process.communicate(timeout=30)  # it ends when the last process that holds stderr has ended
        before = set(history.load(tmp_path / "out" / models[1]).responses)
        code, said = place.ended(command)
        assert (code, len(before) < ITEMS) == (0, True), said
        assert all(
            place.Stops(here, tmp_path / "out" / model, model, kills=1).check(CONCURRENCY) < ITEMS for model in models
        )
