"""Drawn mixtures of faults over thousands of samples, with kills and interruptions in between: nothing is lost or mistaken."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from evalcenter import errors
from evalcenter.candidates import misbehaving
from evalcenter.candidates.misbehaving import FAULTS, Order
from evalcenter.draws import Draws
from tests.candidates import matrix
from tests.steady import place
from tests.steady.place import Moment, Stops

pytestmark = pytest.mark.soak
ITEMS = 400
OPTIONS = {"concurrency": 16, "timeout": 2.5, "attempts": 3}
MODELS = ("reference-exemplary", "reference-slow-0.005", "reference-slow-0.01")
SLOW = {"drip", "never", "429-after", "429-date"}
STOPPING = {"401", "unknown-model", "page", "redirect"}
"""Faults that take a second or two each, and those that may stop a run: few samples meet them."""
STOPPED = {one.exit_code for one in (errors.Unreachable, errors.KeyRefused, errors.UnknownModel)}
ENDED = set(errors.EXIT.values())
STATES = {"null": "silent", "length": "truncated"}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return matrix.written(tmp_path_factory.mktemp("suite") / "small", ITEMS)


def mixture(seed: str) -> list[Order]:
    """A few faults with their shares; in some mixtures one that never mends."""
    draws, orders = Draws(seed, "mixture"), []
    for name in draws.sample(sorted(FAULTS), draws.between(4, 12)):
        most = 6 if name in SLOW | STOPPING else 60
        always = name not in SLOW | STOPPING and not FAULTS[name].answers and draws.below(8) == 0
        orders.append(Order(fault=name, share=Decimal(draws.between(3, most)) / 1000, always=always))
    return orders


def stops(seed: str, number: int) -> Iterator[Moment]:
    """So many kills and interruptions in the middle of the asking."""
    draws = Draws(seed, "stops")
    for _ in range(number):
        how = signal.SIGINT if draws.below(3) == 0 else signal.SIGKILL
        yield Moment(grown=draws.between(1, 50_000), seconds=draws.below(1000) / 20_000, how=how)


def check_texts(run: Stops) -> None:
    """Every answer is what the candidate said to that very question, as far as the last call's fault let it through."""
    last = {prompt: name for model, prompt, name in run.place.counted.calls if model == run.model}
    held = matrix.Ran(run.folder).read().held
    for position, response in held.responses.items():
        said = held.plan.items[held.plan.order[position]].examples.good[0].text
        name = last[matrix.prompt(held.plan, position)] or ""
        left = "" if name in matrix.NOTHING else said[: len(said) // 2] if name in matrix.HALF else said
        assert response.answers[0].text == left
        assert response.state == ("blocked" if name.startswith("filter-") else STATES.get(name, "complete"))
        assert misbehaving.CANARY not in repr(response)


@pytest.mark.parametrize("client", ["auto", "openai"])
@pytest.mark.parametrize("seed", range(6))
def test_a_mixture(suite: Path, tmp_path: Path, client: str, seed: int) -> None:
    """Under drawn faults, killed and interrupted, every sample ends with one answer, and none is asked again once it has it."""
    orders = mixture(f"{seed}/{client}")
    with place.serving(suite, ITEMS, orders, str(seed), **OPTIONS) as here:
        run = Stops(here, tmp_path / "run", MODELS[0], client)
        moments = stops(f"{seed}/{client}", 4)
        while (code := run.until_done(moments)) in STOPPED:
            run.cut_short += 1
        assert code in ENDED
        lost = ITEMS - len(place.answers(run.folder))
        here.counted.mended = True
        assert run.until_done(()) in ENDED
        twice = run.check(OPTIONS["concurrency"])
        check_texts(run)
    place.say(
        f"{client}, {', '.join(map(str, orders))}: {len(here.counted.calls)} calls for {ITEMS} samples; {run.kills} kills, "
        f"{run.interrupts} interruptions, {run.cut_short} stops; {twice} answers lost on the way and asked for again; "
        f"{lost} samples answered only once all was well"
    )


@pytest.mark.parametrize("client", ["auto", "openai"])
@pytest.mark.parametrize("seed", range(2))
def test_a_mixture_under_many_candidates(suite: Path, tmp_path: Path, client: str, seed: int) -> None:
    """The same with three candidates at once at one endpoint: each ends on its own with everything answered once."""
    orders, name = mixture(f"many/{seed}/{client}"), f"many/{seed}/{client}"
    with place.serving(suite, ITEMS, orders, name, **OPTIONS) as here:
        command = place.many(here, tmp_path, MODELS, client)
        runs = [Stops(here, tmp_path / "out" / model, model) for model in MODELS]
        for moment in stops(name, 3):
            process = place.started(command)
            moment.wait(runs[1].folder, process)
            process.send_signal(moment.how)
            _, said = process.communicate(timeout=place.LONGEST_S)
            for run in runs:
                run.kills += 1
                run.look()
        for _ in range(40):
            code, said = place.ended(command)
            for run in runs:
                run.cut_short += 1
                run.look()
            if code in ENDED:
                break
        assert code in ENDED, said
        here.counted.mended = True
        assert place.ended(command)[0] in ENDED
        twice = [run.check(OPTIONS["concurrency"]) for run in runs]
        for run in runs:
            run.look()
            check_texts(run)
    place.say(
        f"{len(MODELS)} candidates, {client}, {', '.join(map(str, orders))}: {len(here.counted.calls)} calls for "
        f"{len(MODELS) * ITEMS} samples; 3 stops by us; {sum(twice)} answers lost on the way and asked for again"
    )
