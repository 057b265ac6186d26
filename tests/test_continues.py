"""Another attempt carries an earlier run's sequences and evidence on, and gives no second chance."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import attempts, boundary, certify, cli, errors, history, journal, plan, plugins, review, suites, walk
from evalcenter.blocks import Lab
from evalcenter.candidates import server
from evalcenter.errors import CallFailed, Incomplete, PlanMismatch
from evalcenter.hooks import Limits
from evalcenter.records import Calibration, CandidateSpec, Item, Plan, Price, Requirement, Scope
from tests import doubles
from tests.factory import make_requirement, make_standard
from tests.test_plan import suite
from tests.test_review import ITEM, STANDARD, SUITE, fill, forge, judge_all
from tests.test_steering import RED, Simulated, always, items, mixed, rate, red, shuffling

SPEC = CandidateSpec(adapter="scripted", name="c", version="1", simulated=True)
BANK = [
    *red(3),
    *items("a", 12),
    *[replace(one, cluster=f"set-{at // 2}") for at, one in enumerate(items("b", 12))],
    *items("c", 12, "…"),
]
A = rate("a", cap=30)
B = rate("b", claim="full_run", epochs=9, unit="set", cap=12, line=Decimal("0.85"))
C = rate("c", cap=10, grading="audited")
FIXED = make_requirement(id="fixed", scope=Scope(dimensions=("a",)), line=Decimal("0.5"))


def planned(
    *requirements: Requirement,
    more: int = 0,
    seed: str = "seed",
    spec: CandidateSpec = SPEC,
    bank: list[Item] | None = None,
    digest: str = "sha256:0",
) -> Plan:
    standard = attempts.raised(make_standard(*(requirements or (RED, A, B, FIXED))), more)
    return plan.expand([(suite(bank or BANK), digest)], standard, spec, seed, doubles.plugins(), boundary.convert)


def means(candidate: Simulated, concurrency: int = 4) -> walk.Means:
    limits = Limits(concurrency=concurrency, attempts=1, backoff_s=0.001)
    return walk.Means(plugins=doubles.plugins(candidate), limits=limits, langs=())


def carried(
    tmp: Path, candidate: Simulated, more: int, requirements: tuple[Requirement, ...] = (RED, A, B, FIXED), **how: Any
) -> tuple[history.Run, history.Run]:
    """A capped run in `tmp`/first, and the run in `tmp`/second that carries it on."""
    walk.start(planned(*requirements, **how), tmp / "first", means(candidate))
    first = history.load(tmp / "first")
    walk.start(planned(*requirements, more=more, **how), tmp / "second", means(candidate), first)
    return first, history.load(tmp / "second")


# -- what is carried --------------------------------------------------------------------------------------------------


def test_a_capped_run_is_carried_on(tmp_path: Path) -> None:
    """The earlier answers and grades stand at their places in the longer plan, and only new cells are asked."""
    rule = mixed("x", 92)
    candidate = Simulated(rule)
    walk.start(planned(), tmp_path / "first", means(candidate))
    first = history.load(tmp_path / "first")
    assert first.verdict is not None
    assert first.verdict.outcome == "inconclusive"
    again = Simulated(rule)
    walk.start(planned(more=60), tmp_path / "second", means(again), first)
    second = history.load(tmp_path / "second")
    places = attempts.places(first.plan, second.plan)
    assert {places[p] for p in first.responses}.isdisjoint(q.position for q in again.asked)
    assert len(second.responses) == len(first.responses) + len(again.asked)
    for position, place in places.items():
        if position in first.responses:
            assert second.responses[place] == replace(first.responses[position], position=place)
            assert second.grades[place] == replace(first.grades[position], position=place)
    cells = {(q.item, q.epoch) for q in candidate.asked}
    assert not cells & {(q.item, q.epoch) for q in again.asked}


def test_the_earlier_head_is_named(tmp_path: Path) -> None:
    """The new plan names the last line of the earlier journal, and the report says that it carries that run on."""
    first, second = carried(tmp_path, Simulated(mixed("x", 92)), 40)
    assert second.plan.earlier is not None
    assert (second.plan.earlier.head, second.plan.earlier.positions) == (first.head, len(first.plan.order))
    said = walk.facts(second, Lab()).deviations
    assert first.head in said[0].en
    assert first.head in said[0].zh


def test_a_carried_run_verifies(tmp_path: Path) -> None:
    """Everything in the new journal recomputes, the carried part included."""
    _, second = carried(tmp_path, Simulated(mixed("x", 92)), 60)
    checked = certify.verify(tmp_path / "second", doubles.plugins())
    assert checked.answers == checked.grades == len(second.responses)


@settings(max_examples=6)
@given(st.text(max_size=3), st.sampled_from([55, 82, 90, 97]), st.sampled_from([0, 4]), st.integers(1, 50))
def test_two_attempts_decide_what_one_long_run_decides(seed: str, right: int, lost: int, more: int) -> None:
    """An attempt that is carried on comes to the verdict of a run that had the longer caps from the start."""
    rule = mixed(seed, right, lost)
    with tempfile.TemporaryDirectory() as name:
        first, second = carried(Path(name), Simulated(rule, shuffling(seed)), more, seed=seed)
        whole = walk.start(planned(more=more, seed=seed), Path(name) / "long", means(Simulated(rule), 1)).verdict
        assert second.verdict == whole
        assert first.verdict is not None
        for one, other in zip(first.verdict.findings, whole.findings, strict=True):  # what was proved stays proved
            if one.units is not None and one.verdict in ("pass", "fail"):
                assert (one.verdict, one.units) == (other.verdict, other.units)


def test_a_run_is_carried_on_more_than_once(tmp_path: Path) -> None:
    """A third attempt goes on where the second ended, to the verdict of one long run."""
    rule = mixed("thrice", 91)
    _, second = carried(tmp_path, Simulated(rule), 20)
    walk.start(planned(more=55), tmp_path / "third", means(Simulated(rule)), second)
    third = history.load(tmp_path / "third")
    whole = walk.start(planned(more=55), tmp_path / "long", means(Simulated(rule), 1)).verdict
    assert third.verdict == whole
    assert third.plan.earlier is not None
    assert third.plan.earlier.head == second.head


def test_a_stopped_run_is_carried_on(tmp_path: Path) -> None:
    """A run that stopped before its end is carried on too: what it answered counts, the rest is asked."""
    rule = mixed("stopped", 93)
    fatal = CallFailed("key", "no", retryable=False, fatal=errors.KeyRefused("no"))
    with pytest.raises(errors.KeyRefused):
        walk.start(planned(), tmp_path / "first", means(Simulated(lambda q: fatal if q.position == 25 else rule(q)), 1))
    first = history.load(tmp_path / "first")
    walk.start(planned(more=40), tmp_path / "second", means(Simulated(rule)), first)
    whole = walk.start(planned(more=40), tmp_path / "long", means(Simulated(rule), 1)).verdict
    assert history.load(tmp_path / "second").verdict == whole


def test_a_carried_run_can_be_resumed(tmp_path: Path) -> None:
    """A carried run that is stopped goes on from its own journal."""
    rule = mixed("x", 92)
    walk.start(planned(), tmp_path / "first", means(Simulated(rule)))
    first = history.load(tmp_path / "first")
    fatal = CallFailed("key", "no", retryable=False, fatal=errors.KeyRefused("no"))
    calls = iter(range(1000))
    stopping = Simulated(lambda q: fatal if next(calls) == 5 else rule(q))
    with pytest.raises(errors.KeyRefused):
        walk.start(planned(more=60), tmp_path / "second", means(stopping, 1), first)
    resumed = walk.resume(tmp_path / "second", means(Simulated(rule))).verdict
    assert resumed == walk.start(planned(more=60), tmp_path / "long", means(Simulated(rule), 1)).verdict


def test_readings_and_judges_marks_are_carried(tmp_path: Path) -> None:
    """What people and judges said of the earlier answers stands in the new journal, each by its own name."""
    walk.start(planned(C), tmp_path / "first", means(Simulated(always("yes"))))
    judge_all(tmp_path / "first", "not_met")
    review.give(tmp_path / "first", tmp_path / "queue.csv")
    fill(tmp_path / "queue.csv", lambda row: "met" if int(row["position"]) % 2 else "not_met")
    review.take(tmp_path / "first", tmp_path / "queue.csv", "Dr Li")
    walk.resume(tmp_path / "first", means(Simulated(always("yes"))))
    first = history.load(tmp_path / "first")
    assert first.judged
    assert any(grade.by == "person:Dr Li" for grade in first.grades.values())
    walk.start(planned(C, more=5), tmp_path / "second", means(Simulated(always("yes"))), first)
    second = history.load(tmp_path / "second")
    places = attempts.places(first.plan, second.plan)
    for held, now in ((first.machine, second.machine), (first.judged, second.judged), (first.grades, second.grades)):
        for position, grade in held.items():
            assert now[places[position]] == replace(grade, position=places[position])

    def unjudged(line: dict[str, Any]) -> dict[str, Any] | None:  # these marks were written by hand, without a panel
        return None if line["kind"] == "grade" and line["data"]["by"] == "judge:strict" else line

    forge(tmp_path / "second", unjudged)
    certify.verify(tmp_path / "second", doubles.plugins())


def test_half_a_carrying_is_not_resumed(tmp_path: Path) -> None:
    """A journal that was cut while the earlier answers were being written is not gone on with: it would ask them again."""
    first, _ = carried(tmp_path, Simulated(mixed("x", 80)), 40)
    raw = (tmp_path / "second" / journal.NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / journal.NAME).write_bytes(b"".join(raw[:11]))
    assert len(history.load(tmp_path / "cut").responses) == 10 < len(first.responses)
    with pytest.raises(Incomplete):
        walk.resume(tmp_path / "cut", means(Simulated(always("yes"))))


# -- what is refused --------------------------------------------------------------------------------------------------

OTHER_ITEM = [*BANK, *items("extra", 1)]
REFUSED: dict[str, tuple[Callable[[], Plan], str]] = {
    "version": (lambda: planned(spec=replace(SPEC, version="2")), "candidate"),
    "model": (lambda: planned(spec=replace(SPEC, model="other")), "candidate"),
    "sampling": (lambda: planned(spec=replace(SPEC, sampling=replace(SPEC.sampling, max_tokens=9))), "candidate"),
    "system prompt": (lambda: planned(spec=replace(SPEC, system="Be kind.")), "candidate"),
    "stand-in": (lambda: planned(spec=replace(SPEC, simulated=False)), "candidate"),
    "suite": (lambda: planned(bank=OTHER_ITEM, digest="sha256:1"), "suites"),
    "forged suite": (lambda: planned(bank=[*items("z", 5), *BANK[3:]]), "sequences"),
    "line": (lambda: planned(RED, replace(A, line=Decimal("0.5")), B, FIXED), "standard"),
    "alpha": (lambda: planned(RED, replace(A, alpha=Decimal("0.2")), B, FIXED), "standard"),
    "requirement": (lambda: planned(RED, A, FIXED), "standard"),
    "order": (lambda: planned(RED, B, A, FIXED), "standard"),
    "seed": (lambda: planned(seed="other"), "seed"),
    "version rank": (lambda: replace(planned(), version_rank=2), "version rank"),
    "readers": (lambda: replace(planned(), readers=2), "readers"),
    "lower cap": (lambda: planned(RED, replace(A, cap=20), B, FIXED), "sequences"),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> history.Run:
    folder = tmp_path_factory.mktemp("continues") / "first"
    walk.start(planned(), folder, means(Simulated(mixed("x", 92))))
    return history.load(folder)


@pytest.mark.parametrize(("made", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_another_attempt_is_about_the_same_thing(
    tmp_path: Path, first: history.Run, made: Callable[[], Plan], words: str
) -> None:
    """Another candidate, bank, standard or sequence is not carried on, and nothing is written or asked."""
    candidate = Simulated(always("yes"))
    with pytest.raises(PlanMismatch, match=words):
        walk.start(made(), tmp_path / "second", means(candidate), first)
    assert not (tmp_path / "second").exists()
    assert candidate.asked == []


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "http://127.0.0.1:1/v1"},
        {"key_env": "OTHER"},
        {"price": Price(prompt=Decimal(1), completion=Decimal(2))},
    ],
    ids=["address", "key", "price"],
)
def test_the_same_model_may_be_reached_otherwise(tmp_path: Path, first: history.Run, changes: dict[str, Any]) -> None:
    """Another address, key variable or price makes no other candidate."""
    made = planned(more=3, spec=replace(SPEC, **changes))
    walk.start(made, tmp_path / "second", means(Simulated(mixed("x", 92))), first)
    assert history.load(tmp_path / "second").plan.earlier is not None


def test_another_calibration_is_another_attempt(tmp_path: Path, first: history.Run) -> None:
    """A judge is not calibrated again until it suits: the second table is refused."""
    again = replace(planned(more=3), calibrations=(Calibration(requirement="a", shown=100, caught=99, source="x"),))
    with pytest.raises(PlanMismatch):
        walk.start(again, tmp_path / "second", means(Simulated(always("yes"))), first)


# -- on the command line ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "small"
    (folder / "items").mkdir(parents=True)
    (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "standard.yaml").write_text(STANDARD.replace("cap: 60", "cap: 15"), encoding="utf-8")
    plain = ITEM.replace("{judge: {guide: Is it kind?}}", "{mentions: {any: [certainly]}}").replace(
        '"=1+1"', "Yes certainly"
    )
    text = "".join(plain.replace("NUMBER", str(n)) for n in range(12))
    (folder / "items" / "items.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def endpoint(small: Path) -> Iterator[str]:
    with server.running_in_background(suites.load(small, plugins.load()).suite.items, seed="continues") as base_url:
        yield base_url


@pytest.fixture(autouse=True)
def _no_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports have tests of their own; here they would only cost time."""
    monkeypatch.setattr(walk, "write_reports", lambda *_, **__: ())


def call(*args: object) -> Result:
    result = CliRunner().invoke(cli.main, [str(one) for one in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def run(small: Path, endpoint: str, folder: Path, *more: object, model: str = "reference-exemplary") -> Result:
    where = ("--base-url", endpoint, "--model", model, "--simulated", "--quiet")
    return call("run", small, *where, "--out", folder, *more)


def test_continues_on_the_command_line(small: Path, endpoint: str, tmp_path: Path) -> None:
    """A capped INCONCLUSIVE run is carried on with --more to its PASS, which verifies."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert run(small, endpoint, first).exit_code == errors.EXIT["inconclusive"]
    before = (first / journal.NAME).read_bytes()
    result = run(small, endpoint, second, "--continues", first, "--more", 30)
    assert result.exit_code == errors.EXIT["pass"], result.output
    held = history.load(second)
    assert held.plan.seed == history.load(first).plan.seed
    assert held.verdict is not None
    assert held.verdict.findings[0].units == 20
    assert call("verify-journal", second).exit_code == 0
    assert before == (first / journal.NAME).read_bytes()


def test_continues_twice_on_the_command_line(small: Path, endpoint: str, tmp_path: Path) -> None:
    """--more counts from the run that is continued, however often."""
    names = [tmp_path / name for name in ("first", "second", "third")]
    run(small, endpoint, names[0])
    assert run(small, endpoint, names[1], "--continues", names[0], "--more", 3).exit_code == errors.EXIT["inconclusive"]
    result = run(small, endpoint, names[2], "--continues", names[1], "--more", 2)
    assert result.exit_code == errors.EXIT["pass"], result.output
    assert history.load(names[2]).plan.standard.requirements[0].cap == 20


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--more", 10), 2),
        (("--continues", "FIRST", "--seed", "other"), 2),
        (("--continues", "FIRST", "--more", 0), 2),
        (("--continues", "FIRST", "--more", -5), 2),
        (("--continues", "FIRST", "--version-rank", 2), PlanMismatch.exit_code),
        (("--continues", "FIRST", "--max-tokens", 5), PlanMismatch.exit_code),
        (("--continues", "NOWHERE", "--more", 5), Incomplete.exit_code),
        (("--continues", "FIRST", "--more", 5, "--resume", "FIRST"), 2),
    ],
)
def test_continues_is_refused_in_words(
    small: Path, endpoint: str, tmp_path: Path, options: tuple[object, ...], code: int
) -> None:
    """--more alone, a seed of one's own or another candidate is refused before anything is written."""
    run(small, endpoint, tmp_path / "FIRST")
    named = [tmp_path / str(one) if one in ("FIRST", "NOWHERE") else one for one in options]
    result = run(small, endpoint, tmp_path / "second", *named)
    assert result.exit_code == code, result.output
    assert not (tmp_path / "second").exists()


def test_another_model_or_suite_is_refused(small: Path, endpoint: str, tmp_path: Path) -> None:
    """Another model name, or a suite with one changed word, is another run."""
    run(small, endpoint, tmp_path / "first")
    more = ("--continues", tmp_path / "first", "--more", 5)
    other = run(small, endpoint, tmp_path / "second", *more, model="reference-mixed-0.9")
    assert (other.exit_code, "candidate" in other.output) == (PlanMismatch.exit_code, True)
    path = small / "items" / "items.yaml"
    before = path.read_text("utf-8")
    path.write_text(before.replace("is kind", "is very kind"), encoding="utf-8")
    try:
        changed = run(small, endpoint, tmp_path / "second", *more)
    finally:
        path.write_text(before, encoding="utf-8")
    assert (changed.exit_code, "suites" in changed.output) == (PlanMismatch.exit_code, True)
    assert not (tmp_path / "second").exists()
