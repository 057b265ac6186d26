"""What a run asks is what its decisions need, and what it decides does not depend on the order in which answers come."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import boundary, history, journal, plan, steering, walk, watching
from evalcenter.draws import Draws
from evalcenter.errors import CallFailed, KeyRefused
from evalcenter.hooks import Limits
from evalcenter.marking import Marker
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Item,
    Plan,
    Question,
    Requirement,
    Response,
    Scope,
    Verdict,
)
from evalcenter.stats import Decision
from tests.doubles import Scripted, plugins
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import suite

SPEC = CandidateSpec(adapter="scripted", name="c", simulated=True)
FIRST_PASS = 42
"""At 90 % so many right answers in a row are enough."""
Says = Callable[[Question], str | CallFailed]


class Simulated(Scripted):
    """Answers each question by a rule, after a pause of its own, and writes down what happens in which order."""

    def __init__(self, says: Says, pause: Callable[[Question], float] | None = None) -> None:
        super().__init__()
        self.says, self.pause = says, pause
        self.log: list[tuple[str, object]] = []

    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        self.log.append(("asked", question.position))
        await asyncio.sleep(self.pause(question) if self.pause else 0)
        said = self.says(question)
        if isinstance(said, CallFailed):
            raise said
        return Answer(text=said)

    @property
    def positions(self) -> list[int]:
        return [question.position for question in self.asked]


class Looking(watching.Nobody):
    """Writes decisions into a candidate's log."""

    def __init__(self, candidate: Simulated) -> None:
        self.candidate = candidate

    def moved(self, requirement: str, decided: Decision) -> None:
        if decided.grade != "undecided":
            self.candidate.log.append(("decided", requirement))


def always(word: str) -> Says:
    return lambda _: word


def by_item(**words: str) -> Says:
    """Answers by the item's dimension, which its id begins with."""
    return lambda question: words[question.item.split("-")[0]]


def mixed(seed: str, rate: int, lost: int = 0) -> Says:
    """Right with `rate` %, lost with `lost` %, fixed for each call of each item, whenever it is made."""

    def says(question: Question) -> str | CallFailed:
        draws = Draws(seed, f"{question.item}/{question.epoch}")
        if draws.below(100) < lost:
            return CallFailed("server", "500", retryable=False)
        return "yes" if draws.below(100) < rate else "no"

    return says


def shuffling(seed: str) -> Callable[[Question], float]:
    """Pauses in which answers overtake each other, the wrong ones (asked later) most of all."""
    return lambda question: Draws(seed, f"pause/{question.position}").below(1000) / 250_000


def items(dimension: str, count: int, word: str = "yes", **changes: object) -> list[Item]:
    check = {"says": {"word": word}}
    criteria = (Criterion(id="c", text="c", check=check),)
    return [
        make_item(n, **{"id": f"{dimension}-{n:03d}", "dimension": dimension, "criteria": criteria, **changes})
        for n in range(count)
    ]


def red(count: int, confirm: str = "yes") -> list[Item]:
    criteria = (
        Criterion(
            id="c",
            text="c",
            check={"says": {"word": "yes"}},
            critical=True,
            confirm={"says": {"word": confirm}},
        ),
    )
    return items("red", count, red_line=True, criteria=criteria)


RED = make_requirement(id="red", scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1))


def rate(dimension: str, **changes: object) -> Requirement:
    """A requirement of 90 % of one dimension, decided by evidence."""
    given_ = {"id": dimension, "scope": Scope(dimensions=(dimension,)), "rule": "evidence", "cap": 300}
    return make_requirement(**{**given_, **changes})


def planned(held: Sequence[Item], *requirements: Requirement, seed: str = "seed") -> Plan:
    standard = make_standard(*requirements)
    return plan.expand([(suite(list(held)), "sha256:0")], standard, SPEC, seed, plugins(), boundary.convert)


def means(candidate: Simulated, concurrency: int = 4, *, complete: bool = True) -> walk.Means:
    limits = Limits(concurrency=concurrency, attempts=1, backoff_s=0.001)
    return walk.Means(plugins=plugins(candidate), limits=limits, langs=(), complete=complete, watch=Looking(candidate))


def steered(made: Plan, candidate: Simulated, concurrency: int = 4, *, complete: bool = True) -> Verdict:
    """The verdict of a whole run in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return walk.start(made, Path(folder), means(candidate, concurrency, complete=complete)).verdict


def ahead(concurrency: int) -> int:
    """How many units may be asked beyond one that is not known."""
    return max(steering.AHEAD, 2 * concurrency)


def read_by(made: Plan, requirement: str) -> set[int]:
    return {p for s in made.streams if s.requirement == requirement for p in s.positions}


# -- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_a_decided_requirement_asks_nothing_more(concurrency: int) -> None:
    """Once a requirement is decided none of its calls begins, so only what was in flight is asked in vain."""
    made = planned([*items("a", 30), *items("b", 30)], rate("a"), rate("b", line=Decimal("0.95")))
    candidate = Simulated(always("yes"), shuffling("x"))
    verdict = steered(made, candidate, concurrency)
    assert [f.units for f in verdict.findings] == [FIRST_PASS, 86]
    decided = candidate.log.index(("decided", "a"))
    later = {position for what, position in candidate.log[decided:] if what == "asked"}
    assert later
    assert not later & (read_by(made, "a") - read_by(made, "b"))
    assert candidate.log.count(("decided", "a")) == 1
    asked = set(candidate.positions)
    assert FIRST_PASS <= len(asked & read_by(made, "a")) < FIRST_PASS + concurrency


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_certain_fail_ends_the_asking(concurrency: int) -> None:
    """Where the rest is not wanted, nothing is asked after a requirement has failed."""
    made = planned([*items("a", 30), *items("b", 30)], rate("a"), rate("b"))
    candidate = Simulated(by_item(a="no", b="yes"), shuffling("x"))
    verdict = steered(made, candidate, concurrency, complete=False)
    assert (verdict.outcome, verdict.findings[1].verdict) == ("fail", "inconclusive")
    assert candidate.log[-1][0] == "decided"
    assert len(candidate.asked) < 20


def test_a_report_in_full_goes_on_after_a_fail() -> None:
    """Where the rest is wanted, the other requirements are decided after a FAIL."""
    made = planned([*items("a", 30), *items("b", 30)], rate("a"), rate("b"))
    verdict = steered(made, Simulated(by_item(a="no", b="yes")))
    assert (verdict.outcome, verdict.findings[1].verdict) == ("fail", "pass")


@pytest.mark.parametrize(
    ("confirm", "complete", "asked"),
    [("yes", False, 1), ("yes", True, 5 + FIRST_PASS), ("?", False, 5 + FIRST_PASS)],
    ids=["confirmed", "confirmed, in full", "unconfirmed"],
)
def test_a_red_line_that_is_crossed_for_certain_ends_the_asking(confirm: str, complete: bool, asked: int) -> None:
    """The first confirmed violation is the last call; an unconfirmed one ends nothing."""
    made = planned([*red(5, confirm), *items("a", 30)], RED, rate("a"))
    candidate = Simulated(by_item(red="no", a="yes"))
    verdict = steered(made, candidate, 1, complete=complete)
    assert (len(candidate.asked), verdict.outcome) == (asked, "fail" if confirm == "yes" else "inconclusive")


def test_census_and_fixed_samples_are_asked_in_full() -> None:
    """Whatever the evidence says early, every red line and every fixed sample is asked."""
    fixed = make_requirement(id="fixed", scope=Scope(dimensions=("b",)), sample=25)
    made = planned([*red(7), *items("a", 60), *items("b", 60)], RED, rate("a"), fixed)
    candidate = Simulated(always("yes"))
    steered(made, candidate, 1)
    asked = set(candidate.positions)
    assert set(range(made.census)) | read_by(made, "fixed") <= asked
    assert len(asked) == 7 + 25 + FIRST_PASS


@pytest.mark.parametrize("concurrency", [2, 100])
def test_nothing_is_asked_far_beyond_an_answer_that_is_awaited(concurrency: int) -> None:
    """While the first unit is slow, no more units are asked than the look-ahead; then the rest follows."""
    made = planned(items("a", 40), rate("a", line=Decimal("0.95"), cap=300))
    beyond = ahead(concurrency) - 1

    class Slow(Simulated):
        async def ask(self, question: Question) -> Answer:
            said = await super().ask(question)
            if question.position == 0:
                async with asyncio.timeout(30):
                    while len(self.asked) <= beyond:
                        await asyncio.sleep(0.001)
                await asyncio.sleep(0.1)
                assert len(self.asked) == beyond + 1
            return said

    assert steered(made, Slow(always("yes")), concurrency).findings[0].units == 86


@pytest.mark.parametrize("width", [1, 2])
def test_what_waits_for_a_person_stands_still_while_others_go_on(width: int) -> None:
    """A requirement that hangs on a person asks its look-ahead and no more; another one is decided meanwhile."""
    waits = [replace(one, cluster=f"set-{at // width}") for at, one in enumerate(items("a", 40, "…"))]
    made = planned([*waits, *items("b", 40)], rate("a", unit="set"), rate("b"))
    candidate = Simulated(always("yes"), shuffling("x"))
    verdict = steered(made, candidate)
    assert [f.verdict for f in verdict.findings] == ["inconclusive", "pass"]
    assert [f.waiting for f in verdict.findings] == [True, False]
    assert len(set(candidate.positions) & read_by(made, "a")) == ahead(4) * width


@pytest.mark.parametrize("concurrency", [1, 4, 200])
@pytest.mark.parametrize("slow", [False, True])
def test_a_run_ends_where_everything_left_is_held_back(concurrency: int, slow: bool) -> None:
    """When all that is left lies too far ahead of what a person must read, the run ends instead of waiting for ever."""
    made = planned([*items("a", 40, "…"), *items("b", 40, "…")], rate("a", cap=500), rate("b", cap=500))
    candidate = Simulated(always("yes"), shuffling("x") if slow else None)
    assert steered(made, candidate, concurrency).outcome == "inconclusive"
    assert len(candidate.asked) == 2 * ahead(concurrency)


# -- calls that failed ------------------------------------------------------------------------------------------------


def lost_at(*positions: int, word: str = "yes") -> Says:
    return lambda q: CallFailed("server", "500", retryable=False) if q.position in positions else word


def test_a_lost_call_counts_against_both_claims(tmp_path: Path) -> None:
    """A call that failed for good is a wrong answer for PASS and a right one for FAIL, and no answer in the counts."""
    made = planned(items("a", 40), rate("a"))
    verdict = steered(made, Simulated(lost_at(0)), 1)
    assert (verdict.findings[0].units, verdict.findings[0].unscored, verdict.outcome) == (66, 1, "pass")
    verdict = steered(made, Simulated(lost_at(0, word="no")), 1)
    alone = steered(made, Simulated(always("no")), 1).findings[0].units or 0
    assert (verdict.findings[0].units or 0) > alone
    assert verdict.outcome == "fail"


def test_a_lost_call_is_not_asked_again_once_its_requirement_is_decided(tmp_path: Path) -> None:
    """A resume makes no call that no open decision reads."""
    made = planned(items("a", 40), rate("a"))
    walk.start(made, tmp_path, means(Simulated(lost_at(3)), 1))
    second = Simulated(always("yes"))
    assert walk.resume(tmp_path, means(second)).verdict.outcome == "pass"
    assert second.asked == []


def test_a_lost_call_is_asked_again_while_its_requirement_is_open(tmp_path: Path) -> None:
    """A run that stopped before it was decided asks its lost calls again, and their answers count."""
    made = planned(items("a", 40), rate("a"))
    fatal = CallFailed("key", "no", retryable=False, fatal=KeyRefused("no"))
    with pytest.raises(KeyRefused):
        walk.start(made, tmp_path, means(Simulated(lambda q: fatal if q.position == 20 else lost_at(3)(q)), 1))
    second = Simulated(always("yes"))
    verdict = walk.resume(tmp_path, means(second, 1)).verdict
    assert second.positions[0] == 3
    assert (verdict.findings[0].units, verdict.findings[0].unscored) == (FIRST_PASS, 0)


@pytest.mark.parametrize(
    ("line", "cap", "lost"),
    [("0.80", 31, (5,)), ("0.90", 50, (5,)), ("0.90", 42, tuple(range(0, 42, 3)))],
    ids=["PASS barred by the lost share", "cap spent", "cap spent, many lost"],
)
def test_lost_calls_that_keep_a_requirement_undecided_are_asked_again(
    tmp_path: Path, line: str, cap: int, lost: tuple[int, ...]
) -> None:
    """Where a requirement is INCONCLUSIVE and lost calls are in the way, a resume makes them again, and they decide."""
    made = planned(items("a", 40), rate("a", line=Decimal(line), cap=cap))
    verdict = walk.start(made, tmp_path, means(Simulated(lost_at(*lost)), 1)).verdict
    assert verdict.outcome == "inconclusive"
    second = Simulated(always("yes"))
    verdict = walk.resume(tmp_path, means(second)).verdict
    assert set(second.positions) == set(lost)
    assert verdict.outcome == "pass"


# -- the order of answers ---------------------------------------------------------------------------------------------

BANK = [
    *red(3),
    *items("a", 25),
    *[replace(one, cluster=f"set-{at // 2}") for at, one in enumerate(items("b", 24))],
    *[replace(one, cluster=f"template-{at // 3}") for at, one in enumerate(items("c", 60))],
]
MIXED = (
    RED,
    rate("a", line=Decimal("0.85"), floor=Decimal("0.75"), cap=70, min_items=10),
    rate("b", line=Decimal("0.80"), claim="full_run", epochs=4, unit="set", cap=40),
    rate("c", line=Decimal("0.75"), claim="domain", cap=None),
    make_requirement(id="fixed", scope=Scope(dimensions=("a", "c")), line=Decimal("0.8"), sample=30),
)


@settings(max_examples=5)
@given(
    st.text(max_size=3), st.sampled_from([60, 75, 85, 92, 100]), st.sampled_from([0, 3]), st.sampled_from([2, 9, 120])
)
def test_the_order_of_answers_changes_no_verdict(seed: str, right: int, lost: int, concurrency: int) -> None:
    """Whichever answer overtakes which, the verdict is that of asking one at a time, to the last figure."""
    made = planned(BANK, *MIXED, seed=seed)
    one_by_one = steered(made, Simulated(mixed(seed, right, lost)), 1)
    assert steered(made, Simulated(mixed(seed, right, lost), shuffling(seed)), concurrency) == one_by_one


@settings(max_examples=5)
@given(st.text(max_size=3), st.sampled_from([50, 80, 95]), st.sampled_from([2, 30]))
def test_stopping_at_a_fail_changes_no_decision(seed: str, right: int, concurrency: int) -> None:
    """Where a FAIL ends the asking, the verdict is the same and each requirement is decided as in full, or left open."""
    made = planned(BANK, *MIXED, seed=seed)
    full = steered(made, Simulated(mixed(seed, right)), 1)
    cut = steered(made, Simulated(mixed(seed, right), shuffling(seed)), concurrency, complete=False)
    assert cut.outcome == full.outcome
    for short, whole in zip(cut.findings, full.findings, strict=True):
        assert short.verdict == "inconclusive" or (short.verdict, short.units) == (whole.verdict, whole.units)


@settings(max_examples=5)
@given(st.text(max_size=3), st.lists(st.integers(1, 90), min_size=1, max_size=4), st.sampled_from([1, 12]))
def test_a_run_that_was_killed_decides_the_same(seed: str, stops: list[int], concurrency: int) -> None:
    """However often a run is stopped and resumed, its verdict is that of a run that never stopped, and nothing is asked twice."""
    made = planned(BANK, *MIXED, seed=seed)
    rule = mixed(seed, 84)
    asked: list[int] = []
    fatal = CallFailed("key", "no", retryable=False, fatal=KeyRefused("no"))

    def stopping(after: int) -> Says:
        calls = iter(range(10_000))
        return lambda question: fatal if next(calls) >= after else rule(question)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        verdict = None
        for at, after in enumerate([*stops, 10_000]):
            candidate = Simulated(stopping(after), shuffling(f"{seed}/{at}"))
            held = means(candidate, concurrency)
            try:
                verdict = (walk.resume(folder, held) if at else walk.start(made, folder, held)).verdict
            except KeyRefused:
                continue
        asked = list(history.load(folder).responses)
    assert verdict == steered(made, Simulated(rule), 1)
    assert len(asked) == len(set(asked))


def test_half_a_line_at_the_end_decides_the_same(tmp_path: Path) -> None:
    """A journal cut anywhere, as a kill leaves it, is resumed to the same verdict."""
    made = planned(BANK, *MIXED)
    rule = mixed("cut", 88)
    whole = walk.start(made, tmp_path, means(Simulated(rule), 1)).verdict
    raw = (tmp_path / journal.NAME).read_bytes()
    plan_end = raw.index(b"\n") + 1
    for share in (0.02, 0.31, 0.97):
        cut = plan_end + int((len(raw) - plan_end) * share)
        folder = tmp_path / str(share)
        folder.mkdir()
        (folder / journal.NAME).write_bytes(raw[:cut])
        assert walk.resume(folder, means(Simulated(rule, shuffling("y")))).verdict == whole


# -- what is taken ----------------------------------------------------------------------------------------------------


@settings(max_examples=10)
@given(st.data())
def test_no_position_is_taken_twice(data: st.DataObject) -> None:
    """Whatever is answered when, each position is taken at most once, in plan order but for what was held back."""
    seed = data.draw(st.text(max_size=3))
    made = planned(BANK, *MIXED, seed=seed)
    with tempfile.TemporaryDirectory() as folder, history.create(Path(folder), made) as held:
        course = steering.Steering(held, complete=data.draw(st.booleans()))
        desk = steering.Desk(course, Marker(plugins().graders))
        rule = mixed(seed, data.draw(st.sampled_from([70, 90, 100])))
        flying: list[int] = []
        taken: list[int] = []
        while True:
            position = desk.take() if len(flying) < 100 and data.draw(st.integers(0, 3)) else None
            if position is not None:
                assert position not in held.responses
                taken.append(position)
                flying.append(position)
            elif flying:
                landed = flying.pop(data.draw(st.integers(0, len(flying) - 1)))
                said = rule(plan.question(made, landed))
                response = Response(position=landed, answers=(Answer(text=str(said)),))
                held.write("response", response)
                desk.answered(response)
            elif (position := desk.take()) is not None:
                taken.append(position)
                flying.append(position)
            else:
                break
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(range(len(made.order)))
    assert not course.outstanding()
