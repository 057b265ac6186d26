"""The plan is the same for the same seed, asks what the standard needs, and nothing twice."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import attempts, boundary, canon, plan
from evalcenter.errors import InputError, PlanMismatch, PluginError, SuiteError
from evalcenter.records import (
    CandidateSpec,
    Coverage,
    Criterion,
    Document,
    Family,
    Item,
    Message,
    Plan,
    Price,
    Requirement,
    Sampling,
    Scope,
    Standard,
    Suite,
    Text,
)
from tests.doubles import plugins
from tests.factory import make_item, make_requirement, make_standard

SPEC = CandidateSpec(adapter="scripted", name="c")
RED = make_requirement(id="red", scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1))
ALL = make_requirement(id="all", scope=Scope(red_line=False))


def item(number: int, **changes: object) -> Item:
    check = {"says": {"word": "yes"}}
    criteria = (Criterion(id="c", text="c", check=check, critical=True, confirm=check),)
    return make_item(number, **{"criteria": criteria, **changes})


def suite(items: list[Item], *families: Family) -> Suite:
    text = Text(zh="套", en="suite")
    return Suite(
        id="s",
        version="1",
        title=text,
        about=text,
        dimensions=(),
        taxonomies=(),
        sources={},
        items=tuple(items),
        families=families,
    )


def expand(held: Suite, *requirements: Requirement, seed: str = "seed") -> Plan:
    standard: Standard = make_standard(*requirements)
    return plan.expand([(held, "sha256:0")], standard, SPEC, seed, plugins(), boundary.convert)


FAMILY = Family(id="fam", generator="counts", dimension="safety", count=20, risks=("bank:A.1",))


def test_same_seed_same_plan() -> None:
    """The same suite, standard, candidate and seed give the same plan to the byte."""
    held = suite([item(n) for n in range(9)], FAMILY)
    assert canon.digest(expand(held, ALL)) == canon.digest(expand(held, ALL))


def test_other_seed_other_items() -> None:
    """Another seed makes other generated items and another order."""
    held = suite([], FAMILY)
    assert expand(held, ALL).items != expand(held, ALL, seed="other").items


def test_red_lines_come_first_each_once() -> None:
    """The first positions are a census of the red-line items."""
    held = suite([item(n, red_line=n % 3 == 0) for n in range(12)])
    made = expand(held, RED, ALL)
    asked = [made.items[index] for index in made.order]
    assert made.census == 4
    assert [i.red_line for i in asked] == [True] * 4 + [False] * 8


@given(st.integers(1, 30), st.integers(1, 40), st.text(max_size=4))
def test_nothing_is_asked_twice(count: int, sample: int, seed: str) -> None:
    """Within a plan every item is asked at most once, and a stream holds no position twice."""
    held = suite([item(n) for n in range(count)])
    made = expand(held, replace(ALL, sample=sample), make_requirement(id="zh", scope=Scope(langs=("zh",))), seed=seed)
    assert len(set(made.order)) == len(made.order)
    assert all(len(set(s.positions)) == len(s.positions) for s in made.streams)
    assert min(sample, count) == len(made.streams[0].positions)


def test_requirements_draw_alone() -> None:
    """What one requirement draws does not change when another is added."""
    held = suite([item(n) for n in range(30)])
    first = replace(ALL, sample=5)
    second = make_requirement(id="other", sample=7)

    def drawn(made: Plan) -> list[str]:
        return [made.items[made.order[p]].id for p in made.streams[0].positions]

    assert drawn(expand(held, first)) == drawn(expand(held, first, second))


def test_a_shared_draw_is_the_same_draw() -> None:
    """Two requirements of one scope and sample that name the same draw read the same calls."""
    held = suite([item(n) for n in range(30)])
    one, two = (make_requirement(id=name, sample=7, draw="d") for name in ("point", "bound"))
    made = expand(held, one, two)
    assert made.streams[0].positions == made.streams[1].positions


def test_only_what_is_asked_is_in_the_plan() -> None:
    """Items that no requirement has drawn are not in the plan."""
    held = suite([item(1), item(2, dimension="other")])
    made = expand(held, make_requirement(scope=Scope(dimensions=("other",))))
    assert [i.dimension for i in made.items] == ["other"]


def test_family_items_are_distinct_and_carry_the_family() -> None:
    """Generated items have ids of their own, their family's dimension and risks, and different questions."""
    made = expand(suite([], FAMILY), ALL)
    assert 40 == len(made.items) == len({canon.digest(i.prompt) + i.lang for i in made.items})
    assert {("safety", ("bank:A.1",), "fam")} == {(i.dimension, i.risks, i.family) for i in made.items}
    assert "fam-zh-0001" in {i.id for i in made.items}


def test_a_family_too_small_for_its_count_stops_the_plan() -> None:
    """A family that can't make enough different questions is an error, not a repeat."""
    narrow = replace(FAMILY, params={"different": 3})
    with pytest.raises(SuiteError, match="made no new zh question"):
        expand(suite([], narrow), ALL)


def test_unknown_generator_is_named() -> None:
    """A family's unknown generator is refused with the known ones."""
    with pytest.raises(PluginError, match="no generator is called 'x'; known: counts"):
        expand(suite([], replace(FAMILY, generator="x")), ALL)


def test_two_items_of_one_id_are_refused() -> None:
    """Two suites with an item of the same id can't be planned together."""
    with pytest.raises(SuiteError, match="two items are called"):
        expand(suite([item(1), item(1)]), ALL)


def test_plugins_and_bank_are_written_down() -> None:
    """The plan names every plugin that takes part, and how many items each requirement had to draw from."""
    covers = Coverage(risks=("bank:A.1", "bank:A.2"), min_items=5, clause="x")
    made = expand(suite([item(n) for n in range(3)], FAMILY), replace(ALL, sample=2, coverage=(covers,)))
    assert {("adapters", "scripted"), ("graders", "says"), ("generators", "counts")} == {
        (p.kind, p.name) for p in made.plugins
    }
    assert (made.streams[0].bank, dict(made.streams[0].covers)) == (43, {"bank:A.1": 43, "bank:A.2": 0})


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), True),
        (Scope(dimensions=("x",)), False),
        (Scope(langs=("en",)), False),
        (Scope(any_risk=("bank",)), True),
        (Scope(any_risk=("bank:A",)), True),
        (Scope(any_risk=("bank:A.1",)), True),
        (Scope(any_risk=("bank:A.11", "bank:B")), False),
        (Scope(any_tag=("child",)), True),
        (Scope(any_tag=("elder",)), False),
        (Scope(expects="refuse"), False),
        (Scope(red_line=True), False),
        (Scope(red_line=False, langs=("zh", "en")), True),
    ],
)
def test_scope(scope: Scope, *, expected: bool) -> None:
    """A scope holds an item when each of its limits does."""
    assert expected == plan.within(scope, item(1, tags=("child",)))


def test_refusal_is_measured_only_where_it_is_checked() -> None:
    """The measure "refusal" leaves out items that no refusal grader reads."""
    requirement = make_requirement(measure="refusal")
    assert not plan.measured(requirement, item(1))
    refusal = Criterion(id="r", text="r", check={"refusal": {"word": "no"}})
    assert plan.measured(requirement, item(1, criteria=(refusal,)))


# -- what is sent -----------------------------------------------------------------------------------------------------


def test_documents_stand_above_and_options_below() -> None:
    """Documents come before the first user turn, options after the last."""
    made = item(
        1,
        prompt=(
            Message(role="system", content="S"),
            Message(role="user", content="Q1"),
            Message(role="user", content="Q2"),
        ),
        documents=(Document(id="d", title="通知", text="第一条\n"),),
        options={"A": "甲", "B": "乙"},
    )
    system, first, second = plan.render(made)
    assert system.content == "S"
    assert first.content == "【文件:通知】\n第一条\n【文件结束】\n\nQ1"
    assert second.content == "Q2\n\nA. 甲\nB. 乙"


def test_english_documents_have_english_frames() -> None:
    """An English item frames its documents in English."""
    made = item(1, lang="en", documents=(Document(id="d", title="Notice", text="Art. 1"),))
    assert plan.render(made)[0].content.startswith("[Document: Notice]\nArt. 1\n[End of document]\n\n")


def test_script_cuts_where_the_candidate_must_answer() -> None:
    """Two user turns in a row are two calls; a user turn with its answer given is history."""

    def turns(*roles: str) -> list[int]:
        messages = [Message(role=r, content="x") for r in roles]  # type: ignore[arg-type]
        return [len(part) for part in plan.script(messages)]

    assert turns("user") == [1]
    assert turns("system", "user", "user") == [2, 1]
    assert turns("user", "assistant", "user") == [3]
    assert turns("user", "user", "assistant", "user") == [1, 3]


@pytest.mark.parametrize("roles", [(), ("system",), ("user", "assistant")])
def test_script_needs_a_last_user_turn(roles: tuple[str, ...]) -> None:
    """A prompt without a last user turn can't be asked."""
    with pytest.raises(InputError, match="must end with a user turn"):
        plan.script([Message(role=r, content="x") for r in roles])  # type: ignore[arg-type]


def test_a_position_is_a_question() -> None:
    """A position gives the rendered messages of its item, and counts the epochs before it."""
    made = expand(suite([item(1)]), ALL)
    twice = replace(made, order=(0, 0), epochs=(0, 1))
    assert (plan.question(twice, 0).epoch, plan.question(twice, 1).epoch) == (0, 1)
    assert plan.render(made.items[0]) == plan.question(made, 0).messages


# -- another attempt --------------------------------------------------------------------------------------------------

SEQUENTIAL = make_requirement(id="all", scope=Scope(red_line=False), rule="evidence", cap=20)
HELD = suite([item(n, lang="zh" if n % 2 else "en", cluster=f"c{n // 3}", red_line=n > 14) for n in range(18)])


def attempt(more: int = 0, *requirements: Requirement, seed: str = "seed", spec: CandidateSpec = SPEC) -> Plan:
    """The plan of an attempt whose caps are raised by `more`."""
    standard = attempts.raised(make_standard(*(requirements or (RED, SEQUENTIAL))), more)
    return plan.expand([(HELD, "sha256:0")], standard, spec, seed, plugins(), boundary.convert)


def sequence(made: Plan, at: int) -> list[tuple[str, int]]:
    return [(made.items[made.order[p]].id, made.epochs[p]) for p in made.streams[at].positions]


@pytest.mark.parametrize(("cap", "more", "expected"), [(20, 0, 20), (20, 30, 50), (None, 30, None)])
def test_caps_are_raised(cap: int | None, more: int, expected: int | None) -> None:
    """Raising a standard raises every cap that there is, and makes none."""
    assert attempts.raised(make_standard(replace(SEQUENTIAL, cap=cap)), more).requirements[0].cap == expected


ATTEMPTS = st.tuples(
    st.sampled_from(["expected", "full_run", "domain"]),
    st.sampled_from(["item", "set"]),
    st.sampled_from(["direct", "audited"]),
    st.integers(1, 25),
)


@given(st.lists(ATTEMPTS, min_size=1, max_size=3), st.integers(0, 25), st.integers(0, 12))
def test_a_longer_attempt_begins_with_the_shorter(
    kinds: list[tuple[str, str, str, int]], more: int, sample: int
) -> None:
    """With raised caps every sequence, its coins and its units begin with those of the earlier attempt, whatever the claims."""
    held = [
        replace(SEQUENTIAL, id=str(at), claim=claim, unit=unit, grading=grading, cap=cap, epochs=2)  # type: ignore[arg-type]
        for at, (claim, unit, grading, cap) in enumerate(kinds)
    ]
    fixed = [make_requirement(id="fixed", sample=sample)] if sample else []
    short, long = attempt(0, RED, *held, *fixed), attempt(more, RED, *held, *fixed)
    where = attempts.places(short, long)
    assert sorted(where) == list(range(len(short.order)))
    assert len(set(where.values())) == len(where)
    for old, new in zip(short.streams, long.streams, strict=True):
        assert new.positions[: len(old.positions)] == tuple(where[p] for p in old.positions)
        assert new.coins.startswith(old.coins)
        widths = new.widths or (1,) * len(new.positions)
        assert widths[: len(old.widths)] == old.widths


@given(st.integers(0, 40), st.integers(0, 10_000))
def test_carried_answers_stay_with_their_question(more: int, seed: int) -> None:
    """An earlier position and its place in the longer plan ask the same item for the same epoch."""
    short, long = attempt(0, seed=str(seed)), attempt(more, seed=str(seed))
    for before, after in attempts.places(short, long).items():
        old, new = plan.question(short, before), plan.question(long, after)
        assert (old.item, old.epoch, old.messages) == (new.item, new.epoch, new.messages)


def test_carrying_names_the_earlier_run() -> None:
    """The next attempt holds the head of the earlier journal and how many positions it had, and changes nothing else."""
    short, long = attempt(), attempt(30)
    carried = attempts.carrying(long, short, "sha256:1")
    assert carried.earlier is not None
    assert (carried.earlier.head, carried.earlier.positions) == ("sha256:1", len(short.order))
    assert replace(carried, earlier=None) == long


def test_a_third_attempt_carries_the_second() -> None:
    """Attempts can be carried on again and again."""
    second = attempts.carrying(attempt(10), attempt(), "sha256:1")
    third = attempts.carrying(attempt(40), second, "sha256:2")
    assert third.earlier is not None
    assert (third.earlier.head, third.earlier.positions) == ("sha256:2", len(second.order))


@pytest.mark.parametrize(
    "changes",
    [{"base_url": "http://b/v1"}, {"key_env": "OTHER"}, {"price": Price(prompt=Decimal(1), completion=Decimal(2))}],
)
def test_the_same_model_may_be_reached_elsewhere(changes: dict[str, object]) -> None:
    """Another address, the name of another key, or another price is still the same candidate."""
    later = attempt(10, spec=replace(SPEC, **changes))  # type: ignore[arg-type]
    assert attempts.carrying(later, attempt(), "sha256:1").earlier is not None


HEAD = attempt().suites[0]
MISMATCHES = {
    "another model": ({"candidate": replace(SPEC, model="other")}, "candidate"),
    "another version": ({"candidate": replace(SPEC, version="2")}, "candidate"),
    "another system prompt": ({"candidate": replace(SPEC, system="be careful")}, "candidate"),
    "another temperature": (
        {"candidate": replace(SPEC, sampling=Sampling(temperature=Decimal("0.2")))},
        "candidate",
    ),
    "another suite digest": ({"suites": (replace(HEAD, digest="sha256:9"),)}, "suites"),
    "another suite": ({"suites": (replace(HEAD, id="other"),)}, "suites"),
    "one suite more": ({"suites": (HEAD, replace(HEAD, id="other"))}, "suites"),
    "another seed": ({"seed": "other"}, "seed"),
    "another version rank": ({"version_rank": 2}, "version rank"),
    "another grader": ({"plugins": ()}, "plugins"),
}


@pytest.mark.parametrize(("changes", "words"), MISMATCHES.values(), ids=MISMATCHES.keys())
def test_another_attempt_measures_the_same(changes: dict[str, object], words: str) -> None:
    """What is tested, on what, and how, is the same in every attempt."""
    with pytest.raises(PlanMismatch, match=f"needs the same {words} as the run"):
        attempts.carrying(replace(attempt(10), **changes), attempt(), "sha256:1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"line": Decimal("0.85")},
        {"alpha": Decimal("0.1")},
        {"beta": Decimal("0.1")},
        {"floor": Decimal("0.8")},
        {"min_items": 2},
        {"claim": "domain"},
        {"grading": "audited"},
        {"unscored_cap": Decimal("0.5")},
    ],
)
def test_another_attempt_is_held_to_the_same_standard(changes: dict[str, object]) -> None:
    """Only caps may differ between attempts."""
    later = attempt(10, RED, replace(SEQUENTIAL, **changes))  # type: ignore[arg-type]
    with pytest.raises(PlanMismatch, match="needs the same standard as the run"):
        attempts.carrying(later, attempt(), "sha256:1")


def test_a_shorter_attempt_carries_nothing() -> None:
    """A plan with lower caps can't hold an earlier run's answers."""
    with pytest.raises(PlanMismatch, match="not the beginning of these"):
        attempts.carrying(attempt(0), attempt(10), "sha256:1")


def test_places_need_the_same_order() -> None:
    """Sequences of the same cells in another order are another run."""
    made = attempt()
    red, stream = made.streams
    turned = replace(made, streams=(red, replace(stream, positions=stream.positions[::-1])))
    with pytest.raises(PlanMismatch, match="not the beginning of these"):
        attempts.places(made, turned)


def test_places_need_the_same_coins() -> None:
    """Answers that were audited by other coins are another run's."""
    held = replace(SEQUENTIAL, grading="audited")
    made = attempt(0, held)
    (stream,) = made.streams
    flipped = "".join("0" if coin == "1" else "1" for coin in stream.coins)
    with pytest.raises(PlanMismatch, match="not the beginning of these"):
        attempts.places(made, replace(made, streams=(replace(stream, coins=flipped),)))


def test_a_plan_without_epochs_asks_everything_for_the_first_time() -> None:
    """Plans that name no epochs are carried as those in which nothing was asked before."""
    made = expand(suite([item(n) for n in range(5)]), ALL)
    assert attempts.places(replace(made, epochs=()), made) == {p: p for p in range(5)}
