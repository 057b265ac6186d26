"""A run asks its probes at moments that nobody can foresee, and a model that is swapped behind its address is found."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalcenter import (
    attempts,
    boundary,
    certify,
    cli,
    deviations,
    errors,
    grade,
    history,
    plan,
    probing,
    specs,
    status,
    walk,
)
from evalcenter.blocks import Lab
from evalcenter.candidates import personas, server
from evalcenter.errors import CallFailed, Tampered, Unreachable
from evalcenter.hooks import Limits
from evalcenter.pacing import Budget
from evalcenter.plugins import load
from evalcenter.records import Answer, CandidateSpec, Example, Examples, Item, Message, Plan, Probing
from evalcenter.sections import probes
from tests import doubles, small
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import suite

SET = specs.load_probing()
COUNT = len(SET.probes)
QUESTIONS = 150
NOISY = [
    make_item(
        900 + at,
        prompt=(Message(role="user", content=probe.prompt),),
        examples=Examples(
            good=(Example(text=f"usual words {at * 7919}"),), bad=(Example(text=f"{at} in other words"),)
        ),
    )
    for at, probe in enumerate(SET.probes)
]
"""What a persona that mixes says of the probes: mostly the one, now and then the other."""


class Swapped(server.Service):
    """A server behind which another persona answers from the `at`-th call on."""

    def __init__(self, items: list[Item], first: str, then: str, at: int) -> None:
        super().__init__(items)
        self.names, self.at, self.calls = (first, then), at, 0

    def _player(self, model: str) -> personas.Player:
        self.calls += 1
        return super()._player(self.names[self.calls > self.at])  # type: ignore[return-value]


@contextmanager
def served(service: server.Service) -> Iterator[str]:
    """The service on a socket of its own, in a thread."""
    ready, over, found = threading.Event(), asyncio.Event(), []

    async def serve() -> None:
        async with server.running(service) as url:
            found.append((url, asyncio.get_running_loop()))
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ready.wait(20)
    url, loop = found[0]
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)


def items(count: int = QUESTIONS) -> list[Item]:
    return [make_item(number) for number in range(count)]


def planned(spec: CandidateSpec, count: int = QUESTIONS, asked: Probing | None = SET, word: str | None = None) -> Plan:
    held = items(count) if word is None else [_says(number, word) for number in range(count)]
    standard = make_standard(make_requirement(line=Decimal("0.9")))
    made = plan.expand(
        [(suite(held), "sha256:0")],
        standard,
        spec,
        "secret",
        load() if word is None else doubles.plugins(),
        boundary.convert,
    )
    return replace(made, probing=asked)


def _says(number: int, word: str) -> Item:
    criterion = replace(make_item(number).criteria[0], check={"says": {"word": word}})
    return make_item(number, criteria=(criterion,))


def at(url: str) -> CandidateSpec:
    return CandidateSpec(adapter="openai_http", name="c", model="reference-exemplary", base_url=url, simulated=True)


def ran(folder: Path, service: server.Service, limits: Limits | None = None) -> history.Run:
    """A run against the service, walked to its end."""
    with served(service) as url:
        walk.start(planned(at(url)), folder, walk.Means(plugins=load(), limits=limits or Limits(), langs=("en", "zh")))
    return history.load(folder)


# -- over a socket ----------------------------------------------------------------------------------------------------


def test_a_steady_candidate_is_the_same_and_passes(tmp_path: Path) -> None:
    """The same persona throughout: every probe was asked as planned, nothing of it is scored, and the report says so."""
    held = ran(tmp_path, server.Service(items()))
    assert held.verdict is not None
    assert held.verdict.identity is not None
    assert (held.verdict.outcome, held.verdict.identity.state) == ("pass", "same")
    rounds = Counter((one.phase, one.round) for one in held.probes)
    assert [rounds["before", n] for n in range(3)] + [rounds["during", 0], rounds["after", 0]] == [COUNT] * 5
    assert (len(held.responses), held.verdict.findings[0].good) == (QUESTIONS, QUESTIONS)
    assert held.spent.calls == QUESTIONS + len(held.probes)
    assert "no change of model was seen" in (tmp_path / "report.en.md").read_text("utf-8")
    assert certify.verify(tmp_path, load()).outcome == "pass"


def test_the_endpoint_s_own_word_on_its_version_is_kept(tmp_path: Path) -> None:
    """What a reply names as its version stands beside the answer to the probe."""
    held = ran(tmp_path, server.Service(items()))
    assert {tuple(one.told.items()) for one in held.probes} == {(("system_fingerprint", "evalcenter-reference"),)}


@pytest.mark.parametrize("swap", [100, 180, 3 * COUNT + QUESTIONS])
def test_a_persona_swapped_in_mid_run_is_found(tmp_path: Path, swap: int) -> None:
    """Another persona that answers as well from some call on: the run is inconclusive, says why and where, and verifies."""
    held = ran(tmp_path, Swapped(items(), "reference-exemplary", "reference-mixed-1", swap))
    assert held.verdict is not None
    assert held.verdict.identity is not None
    assert (held.verdict.outcome, held.verdict.identity.state) == ("inconclusive", "drifted")
    assert held.verdict.findings[0].bad == 0
    assert "model behind the endpoint changed" in held.verdict.reasons[0].en
    for lang, words in (("en", "another model answered"), ("zh", "模型已更换")):
        assert words in (tmp_path / f"report.{lang}.md").read_text("utf-8")
    assert certify.verify(tmp_path, load()).outcome == "inconclusive"


def test_once_a_swap_is_found_nothing_more_is_asked(tmp_path: Path) -> None:
    """The asking ends where the look is made, and resuming asks nothing either."""
    service = Swapped(items(), "reference-exemplary", "reference-mixed-1", 3 * COUNT)
    held = ran(tmp_path, service, Limits(concurrency=2))
    assert held.closed is not None
    assert held.closed.startswith("swapped: round 1 of probes among the questions")
    assert len(held.responses) < QUESTIONS
    with served(service) as url:
        del url
        calls = service.calls
        ended = walk.resume(tmp_path, walk.Means(plugins=load()))
    assert (service.calls, ended.state) == (calls, "inconclusive")
    said = status.Watched(tmp_path).look()[0]
    assert said.identity.startswith("ANOTHER MODEL ANSWERED")
    assert "--resume" not in said.todo


def test_a_noisy_but_honest_candidate_is_not_accused(tmp_path: Path) -> None:
    """A persona that answers every fifth probe otherwise passes."""
    with served(server.Service([*items(), *NOISY])) as url:
        spec = replace(at(url), model="reference-mixed-0.8")
        made = planned(spec)
        walk.start(made, tmp_path, walk.Means(plugins=load(), langs=("en",)))
    held = history.load(tmp_path)
    texts = Counter((one.probe, one.answer.text) for one in held.probes if one.answer is not None)
    assert len(texts) > COUNT + 5
    assert held.verdict is not None
    assert held.verdict.identity is not None
    assert held.verdict.identity.state != "drifted"


def test_a_fail_stands_in_spite_of_a_swap(tmp_path: Path) -> None:
    """A candidate that failed by its rates is not saved by a swap."""
    held = ran(tmp_path, Swapped(items(), "reference-reckless", "reference-mixed-0", 3 * COUNT + QUESTIONS))
    assert held.verdict is not None
    assert held.verdict.swapped
    assert (held.verdict.outcome, len(held.verdict.reasons)) == ("fail", 2)


# -- when, by a stand-in ----------------------------------------------------------------------------------------------

SPEC = CandidateSpec(adapter="scripted", name="c", simulated=True)


def walked(folder: Path, candidate: doubles.Scripted, made: Plan | None = None, **limits: object) -> history.Run:
    quick = Limits(concurrency=2, attempts=1, backoff_s=0.001, **limits)  # type: ignore[arg-type]
    made = made or planned(SPEC, word="yes")
    walk.start(made, folder, walk.Means(plugins=doubles.plugins(candidate), limits=quick, langs=()))
    return history.load(folder)


def sequence(candidate: doubles.Scripted) -> str:
    """What was asked in its order: p for a probe, q for a question."""
    return "".join("p" if asked.position == probing.NOWHERE else "q" for asked in candidate.asked)


def test_no_question_comes_before_the_first_probes_or_behind_the_last(tmp_path: Path) -> None:
    """First every probe three times, then questions with probes among them, then every probe once."""
    candidate = doubles.Scripted()
    walked(tmp_path, candidate)
    asked = sequence(candidate)
    assert asked.startswith("p" * 3 * COUNT + "q")
    assert asked.endswith("q" + "p" * COUNT)
    between = asked.strip("p")
    assert between.count("p") > COUNT
    assert "p" * 6 not in between  # they are spread


def test_the_moments_hang_on_the_seed(tmp_path: Path) -> None:
    """Another seed asks the probes at other moments and in another order; the same one at the same."""
    orders = []
    for name, seed in (("a", "secret"), ("b", "secret"), ("c", "other")):
        candidate = doubles.Scripted()
        made = replace(planned(SPEC, word="yes"), seed=seed)
        quick = Limits(concurrency=1)
        walk.start(made, tmp_path / name, walk.Means(plugins=doubles.plugins(candidate), limits=quick, langs=()))
        orders.append([asked.item for asked in candidate.asked])
    assert orders[0] == orders[1] != orders[2]


def test_a_long_run_asks_few_probes() -> None:
    """A million questions have fourteen rounds of probes among them."""
    assert [probing.start(64, number) for number in range(4)] == [0, 64, 192, 448]
    assert probing.start(64, 14) > 10**6


@pytest.mark.parametrize("stop", [10, 3 * COUNT, 3 * COUNT + 40, 4 * COUNT + QUESTIONS + 5])
def test_a_stopped_run_goes_on_with_its_probes(tmp_path: Path, stop: int) -> None:
    """Wherever a run stops, all of it together asks every probe once a round."""
    whole = len(walked(tmp_path / "whole", doubles.Scripted()).probes)
    candidate = _Stops(stop)
    with pytest.raises(errors.KeyRefused):
        walked(tmp_path / "run", candidate)
    walk.resume(tmp_path / "run", walk.Means(plugins=doubles.plugins(doubles.Scripted()), langs=()))
    held = history.load(tmp_path / "run")
    rounds = Counter((one.phase, one.round, one.probe) for one in held.probes)
    assert set(rounds.values()) == {1}
    assert len(held.probes) == whole
    assert held.verdict is not None
    assert held.verdict.identity is not None
    assert (held.verdict.outcome, held.verdict.identity.state) == ("pass", "same")


class _Stops(doubles.Scripted):
    """A candidate whose key is refused from the `at`-th call on."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    async def ask(self, question: object) -> Answer:
        if len(self.asked) >= self.at:
            raise CallFailed("key", "no", retryable=False, fatal=errors.KeyRefused("no"))
        return await super().ask(question)  # type: ignore[arg-type]


def test_a_finished_run_asks_no_probe_again(tmp_path: Path) -> None:
    """Resuming a finished run asks nothing."""
    count = walked(tmp_path, doubles.Scripted()).count
    candidate = doubles.Scripted()
    walk.resume(tmp_path, walk.Means(plugins=doubles.plugins(candidate), langs=()))
    assert (candidate.asked, history.load(tmp_path).count) == ([], count)


def test_failed_probes_fail_nothing(tmp_path: Path) -> None:
    """Probes that fail are written down and can't be told from; the verdict rests on the questions."""
    replies = {probe.id: [CallFailed("server", "500")] * 9 for probe in SET.probes[:14]}
    held = walked(tmp_path, doubles.Scripted(replies))  # type: ignore[arg-type]
    assert held.verdict is not None
    assert held.verdict.identity is not None
    assert (held.verdict.outcome, held.verdict.identity.state, held.verdict.identity.why) == ("pass", "untold", "few")
    assert "too few probes were answered" in probes.sentence(walk.facts(held, Lab()), "en")
    assert {one.failed for one in held.probes if one.answer is None} == {"server"}


def test_nobody_there_is_said_at_the_first_probe(tmp_path: Path) -> None:
    """Where nobody answers, the run ends as it does without probes, and nothing counts as a failed probe."""
    replies = {probe.id: [CallFailed("connection", "refused")] * 9 for probe in SET.probes}
    with pytest.raises(Unreachable):
        walked(tmp_path, doubles.Scripted(replies))  # type: ignore[arg-type]
    assert history.load(tmp_path).probes == []


def test_a_budget_keeps_the_last_round_back(tmp_path: Path) -> None:
    """The questions end in time for the probes behind them."""
    held = walked(tmp_path, doubles.Scripted(), budget=Budget(calls=160))
    assert held.closed is not None
    assert held.closed.startswith("budget: ")
    assert sum(one.phase == "after" for one in held.probes) == COUNT
    assert held.spent.calls == 160
    found = grade.identity(held)
    assert found is not None
    assert found.state == "same"


def test_another_attempt_is_compared_with_the_same_probes(tmp_path: Path) -> None:
    """A run that carries another on takes its probes over, and finds the model that was swapped in between."""
    requirement = make_requirement(rule="evidence", cap=40, line=Decimal("0.9"), min_items=1)

    def made(more: int) -> Plan:
        standard = attempts.raised(make_standard(requirement), more)
        held = suite([_says(number, "yes") for number in range(60)])
        drawn = plan.expand([(held, "sha256:0")], standard, SPEC, "s", doubles.plugins(), boundary.convert)
        return replace(drawn, probing=SET if not more else None)

    first = walked(tmp_path / "first", doubles.Scripted(), made(0))
    other = doubles.Scripted(default="yes, of course, and gladly so")
    means = walk.Means(plugins=doubles.plugins(other), limits=Limits(concurrency=2), langs=(), complete=True)
    walk.start(made(60), tmp_path / "second", means, first)
    second = history.load(tmp_path / "second")
    assert second.probes[: len(first.probes)] == first.probes
    assert len(second.responses) > len(first.responses)
    assert second.verdict is not None
    assert second.verdict.swapped


def test_a_forged_probe_is_tampering(tmp_path: Path) -> None:
    """A line about a probe that was never planned is refused."""
    with history.create(tmp_path, planned(SPEC, word="yes")) as held, pytest.raises(Tampered, match="never planned"):
        held.write("probe", probing.Due("before", 0, replace(SET.probes[0], id="zz")).failed(CallFailed("x", "x")))


# -- what is planned, and said ----------------------------------------------------------------------------------------


def plan_of(folder: Path, *more: str, **changes: object) -> Result:
    """What `evalcenter plan` says of a candidate file."""
    given = {"adapter": "openai_http", "name": "c", "model": "m", "base_url": "http://127.0.0.1:1/v1", **changes}
    (folder / "c.yaml").write_text("".join(f"{name}: {said}\n" for name, said in given.items()), encoding="utf-8")
    return CliRunner().invoke(cli.main, ["plan", str(small.suite()), "--candidate", str(folder / "c.yaml"), *more])


def test_an_endpoint_is_probed_unless_somebody_says_no(tmp_path: Path) -> None:
    """By default the shipped set is planned; an option or the candidate file leaves it out."""
    assert "probes     open 1: 72 short calls" in plan_of(tmp_path).output
    assert "probes     none" in plan_of(tmp_path, "--no-probes").output
    assert "probes     none" in plan_of(tmp_path, probes="false").output


def test_a_set_of_one_s_own_is_planned(tmp_path: Path) -> None:
    """--probes names a file; with --no-probes it makes no sense."""
    shipped = Path(specs.__file__).parent / "probes" / "open.yaml"
    (tmp_path / "own.yaml").write_text(shipped.read_text("utf-8").replace("id: open", "id: ours", 1), encoding="utf-8")
    assert "probes     ours 1" in plan_of(tmp_path, "--probes", str(tmp_path / "own.yaml")).output
    assert plan_of(tmp_path, "--probes", str(tmp_path / "own.yaml"), "--no-probes").exit_code == 2


def test_a_budget_that_the_probes_would_spend_is_refused(tmp_path: Path) -> None:
    """A run that could ask no question is not begun."""
    args = ["run", str(small.suite()), "--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--budget-calls", "96"]
    result = CliRunner().invoke(cli.main, [*args, "--out", str(tmp_path / "run")])
    assert result.exit_code == errors.InputError.exit_code
    assert "--no-probes" in result.output
    assert not (tmp_path / "run").exists()


def test_without_probes_the_report_says_so(tmp_path: Path) -> None:
    """What was not measured is said to be so, and decides nothing."""
    held = walked(tmp_path, doubles.Scripted(), planned(SPEC, asked=None, word="yes"))
    assert held.verdict is not None
    assert (held.verdict.outcome, held.verdict.identity) == ("pass", None)
    assert probes.sentence(walk.facts(held, Lab()), "en") == "probe fingerprint: not measured"
    assert status.Watched(tmp_path).look()[0].identity == "not measured"


def test_a_new_name_of_the_version_is_told(tmp_path: Path) -> None:
    """A version that the endpoint names only after the first question stands among the deviations, and bars nothing."""
    held = walked(tmp_path, doubles.Scripted())
    held.probes[-1] = replace(held.probes[-1], told={"system_fingerprint": "fp_2"})
    assert ["system_fingerprint: fp_2" in said.en for said in deviations.words(held, ())] == [True]


# -- the set ----------------------------------------------------------------------------------------------------------


def test_the_shipped_set_is_sound() -> None:
    """Twenty-four probes, half of them Chinese, none twice, none long."""
    assert Counter(probe.lang for probe in SET.probes) == {"zh": 12, "en": 12}
    assert len({probe.prompt for probe in SET.probes}) == COUNT
    assert max(len(probe.prompt) for probe in SET.probes) < 120


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("en-reach", "en-who", "there already"),
        ("id: open", "id: open\nalpha: 0.5", "no field"),
        ("What is 17 divided by 7?", " ", "a prompt"),
    ],
)
def test_a_bad_set_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A set with a double, an unknown field or an empty prompt is refused with its line."""
    shipped = Path(specs.__file__).parent / "probes" / "open.yaml"
    (tmp_path / "own.yaml").write_text(shipped.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(errors.SuiteError, match=words):
        specs.load_probing(tmp_path / "own.yaml")
