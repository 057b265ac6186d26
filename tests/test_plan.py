"""The plan is the same for the same seed, asks what the standard needs, and nothing twice."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import boundary, canon, plan
from evalcenter.errors import InputError, PluginError, SuiteError
from evalcenter.records import (
    CandidateSpec,
    Coverage,
    Criterion,
    Document,
    Family,
    Item,
    Message,
    Plan,
    Requirement,
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
