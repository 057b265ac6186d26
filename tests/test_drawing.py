"""What is asked is drawn from the seed alone, longer caps only add to it, and no requirement disturbs another."""

from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import boundary, drawing, plan
from evalcenter.errors import SuiteError
from evalcenter.records import Item, Mix, Plan, Requirement, Scope, Standard
from tests.doubles import plugins
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import SPEC, item, suite

DRAWN = make_requirement(rule="evidence", cap=60)
FULL = replace(DRAWN, claim="full_run", cap=None)
DOMAIN = replace(DRAWN, claim="domain", cap=None)


def bank(count: int = 12, per_cluster: int = 0, **changes: object) -> list[Item]:
    """Items 0 to `count` - 1; with `per_cluster`, so many of them share a cluster."""
    return [
        make_item(n, cluster=f"c{n // per_cluster}" if per_cluster else None, **changes)  # type: ignore[arg-type]
        for n in range(count)
    ]


def drawn(requirement: Requirement, items: list[Item], seed: str = "seed") -> list[drawing.Unit]:
    return list(drawing.units(range(len(items)), items, requirement, seed))


KINDS = st.builds(
    lambda claim, unit, epochs, grading: replace(
        DRAWN,
        claim=claim,
        unit=unit,
        epochs=epochs,
        grading="direct" if claim == "full_run" or unit == "set" else grading,
    ),
    st.sampled_from(["expected", "full_run", "domain"]),
    st.sampled_from(["item", "set"]),
    st.integers(1, 3),
    st.sampled_from(["direct", "audited"]),
)
BANKS = st.builds(bank, st.integers(1, 15), st.integers(0, 4))


# -- every claim ------------------------------------------------------------------------------------------------------


@given(KINDS, BANKS, st.text(max_size=5))
def test_same_seed_same_units(requirement: Requirement, items: list[Item], seed: str) -> None:
    """The same seed, bank and requirement draw the same units."""
    assert drawn(requirement, items, seed) == drawn(requirement, items, seed)


@pytest.mark.parametrize("requirement", [DRAWN, FULL, DOMAIN, make_requirement(sample=6)])
def test_another_seed_another_order(requirement: Requirement) -> None:
    """Another seed draws another sequence."""
    assert drawn(requirement, bank(30)) != drawn(requirement, bank(30), "other")


@given(KINDS, BANKS, st.integers(1, 30), st.integers(0, 30))
def test_a_longer_cap_begins_with_the_shorter(requirement: Requirement, items: list[Item], cap: int, more: int) -> None:
    """Raising a cap only adds units behind those that were drawn already."""
    short = drawn(replace(requirement, cap=cap), items)
    long = drawn(replace(requirement, cap=cap + more), items)
    assert long[: len(short)] == short
    assert len(short) <= cap


@given(KINDS, BANKS)
def test_no_cell_is_drawn_twice(requirement: Requirement, items: list[Item]) -> None:
    """Every cell of a sequence is a call of its own."""
    cells = [cell for unit in drawn(requirement, items) for cell in unit]
    assert len(set(cells)) == len(cells)


@given(st.sets(st.integers(0, 11), min_size=1), KINDS)
def test_only_the_scope_is_drawn(scope: set[int], requirement: Requirement) -> None:
    """Nothing outside the scope is ever drawn."""
    found = list(drawing.units(sorted(scope), bank(12, 3), requirement, "seed"))
    assert {index for unit in found for index, _ in unit} <= scope


@pytest.mark.parametrize("requirement", [DRAWN, FULL, DOMAIN, make_requirement()])
def test_an_empty_scope_draws_nothing(requirement: Requirement) -> None:
    """A requirement that no item belongs to has no units."""
    assert list(drawing.units([], bank(), requirement, "seed")) == []


# -- expected ---------------------------------------------------------------------------------------------------------


@given(BANKS, st.integers(1, 80))
def test_draws_with_replacement_count_their_epochs(items: list[Item], cap: int) -> None:
    """An item that is drawn again is a fresh call: its epochs are 0, 1, 2, … in the order of the draws."""
    epochs = defaultdict(list)
    for ((index, epoch),) in drawn(replace(DRAWN, cap=cap), items):
        epochs[index].append(epoch)
    assert all(held == list(range(len(held))) for held in epochs.values())
    assert sum(len(held) for held in epochs.values()) == cap


def test_draws_with_replacement_favour_no_item() -> None:
    """6,000 draws from 12 items fall on each about 500 times (chi-square below its 0.9999 quantile for 11 degrees)."""
    counts = Counter(unit[0][0] for unit in drawn(replace(DRAWN, cap=6000), bank(12)))
    assert sum((counts[n] - 500) ** 2 / 500 for n in range(12)) < 37.4


def test_draws_with_replacement_need_a_cap() -> None:
    """An endless sequence is refused."""
    with pytest.raises(SuiteError, match="safety: draws with replacement need a cap"):
        drawn(replace(DRAWN, cap=None), bank())


# -- full run ---------------------------------------------------------------------------------------------------------


@given(st.integers(1, 15), st.integers(1, 4), st.text(max_size=4))
def test_a_full_run_is_a_permutation_of_all_cells(count: int, epochs: int, seed: str) -> None:
    """A full run asks every item once an epoch, and nothing else."""
    found = drawn(replace(FULL, epochs=epochs), bank(count), seed)
    assert sorted(found) == [((index, epoch),) for index in range(count) for epoch in range(epochs)]


def test_a_full_run_is_shuffled_over_items_and_epochs() -> None:
    """The cells of a full run come neither item by item nor epoch by epoch."""
    found = drawn(replace(FULL, epochs=3), bank(20))
    assert found not in (sorted(found), sorted(found, key=lambda unit: unit[0][1]))
    assert {epoch for ((_, epoch),) in found[:20]} == {0, 1, 2}


@pytest.mark.parametrize(("cap", "length"), [(1, 1), (7, 7), (24, 24), (99, 24)])
def test_a_cap_cuts_a_full_run(cap: int, length: int) -> None:
    """A capped full run is read as far as the cap, of the same number of cells."""
    held = replace(FULL, epochs=2, cap=cap)
    assert len(drawn(held, bank(12))) == length
    assert drawing.full_length(range(12), bank(12), held) == 24


@pytest.mark.parametrize(
    ("requirement", "cells"),
    [
        (FULL, 12),
        (replace(FULL, epochs=3), 36),
        (replace(FULL, unit="set"), 4),
        (replace(FULL, unit="set", epochs=2), 8),
        (DRAWN, None),
        (DOMAIN, None),
        (make_requirement(), None),
        (make_requirement(claim="full_run"), None),
    ],
)
def test_only_a_full_run_has_a_length(requirement: Requirement, cells: int | None) -> None:
    """A full run's length is its units times its epochs; a claim that reaches beyond the bank has none."""
    assert cells == drawing.full_length(range(12), bank(12, 3), requirement)


# -- domain -----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 15), st.integers(1, 5), st.text(max_size=4))
def test_a_domain_takes_one_variant_of_each_template(count: int, per_cluster: int, seed: str) -> None:
    """Each cluster is asked once, by one of its own items."""
    found = drawn(DOMAIN, bank(count, per_cluster), seed)
    assert sorted(index // per_cluster for ((index, _),) in found) == list(range(-(-count // per_cluster)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "med-zh-dose-001"),
        ({"family": "f"}, "f"),
        ({"cluster": "c"}, "c"),
        ({"cluster": "c", "family": "f"}, "c"),
    ],
)
def test_a_template_is_the_cluster_the_family_or_the_item(changes: dict[str, str], expected: str) -> None:
    """An item is a variant of its cluster, without one of its family, without either of itself."""
    assert expected == drawing.template(make_item(1, **changes))


def test_every_variant_can_be_the_one() -> None:
    """Over seeds, a template is asked by each of its variants about equally often (3 variants, 900 seeds)."""
    counts = Counter(drawn(DOMAIN, bank(3, 3), str(n))[0][0][0] for n in range(900))
    assert min(counts[n] for n in range(3)) > 240


# -- sets -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", [DRAWN, FULL])
def test_a_set_is_drawn_whole(requirement: Requirement) -> None:
    """With sets as units, the items of a cluster come together and in one epoch; an item without a cluster is a set of one."""
    items = [*bank(6, 3), make_item(7), make_item(8, family="f"), make_item(9, family="f")]
    found = drawn(replace(requirement, unit="set"), items)
    assert {tuple(index for index, _ in unit) for unit in found} == {(0, 1, 2), (3, 4, 5), (6,), (7,), (8,)}
    assert all(len({epoch for _, epoch in unit}) == 1 for unit in found)


def test_sets_count_their_epochs_as_one() -> None:
    """A set that is drawn again asks all of its members afresh."""
    found = drawn(replace(DRAWN, unit="set", cap=5), bank(2, 2))
    assert found == [((0, epoch), (1, epoch)) for epoch in range(5)]


# -- fixed samples ----------------------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 10))
def test_a_fixed_sample_is_distinct_and_grows_at_its_end(count: int, sample: int, more: int) -> None:
    """A fixed sample holds distinct items, as many as there are up to its size, and a larger one begins with it."""
    held = make_requirement(sample=sample)
    found = drawn(held, bank(count))
    assert len(set(found)) == len(found) == min(count, sample)
    assert drawn(replace(held, sample=sample + more), bank(count))[: len(found)] == found


def test_without_a_sample_everything_is_asked_once() -> None:
    """A fixed rule without a sample asks all of its scope."""
    assert sorted(drawn(make_requirement(), bank(9))) == [((index, 0),) for index in range(9)]


# -- mixes ------------------------------------------------------------------------------------------------------------


def mixed(by: str, items: list[Item], cap: int = 6000, **parts: int) -> list[Item]:
    held = replace(DRAWN, cap=cap, mix=Mix(by=by, parts=parts))  # type: ignore[arg-type]
    return [items[index] for ((index, _),) in drawn(held, items)]


BY = {
    "dimension": [make_item(n, dimension="a" if n < 2 else "b" if n < 8 else "c") for n in range(12)],
    "lang": [make_item(n, lang="zh" if n < 2 else "en") for n in range(12)],
    "tag": [make_item(n, tags=("a", "x") if n < 2 else ("b",) if n < 8 else ()) for n in range(12)],
}


@pytest.mark.parametrize(
    ("by", "parts"),
    [
        ("dimension", {"a": 3, "b": 1}),
        ("dimension", {"a": 1, "b": 2, "c": 5}),
        ("lang", {"zh": 7, "en": 3}),
        ("tag", {"a": 1, "b": 1}),
    ],
)
def test_a_mix_draws_at_its_declared_rates(by: str, parts: dict[str, int]) -> None:
    """6,000 draws fall into the strata at the declared parts, whatever share of the bank they are (chi-square, 0.9999)."""
    found = Counter(
        next(name for name in parts if name in (one.dimension, one.lang, *one.tags))
        for one in mixed(by, BY[by], **parts)
    )
    expected = {name: 6000 * share / sum(parts.values()) for name, share in parts.items()}
    assert sum((found[name] - e) ** 2 / e for name, e in expected.items()) < 18.5


def test_a_mix_favours_no_item_within_a_stratum() -> None:
    """Within a stratum every item is equally likely (6 items, 3,000 draws, chi-square at its 0.9999 quantile for 5 degrees)."""
    found = Counter(one.id for one in mixed("dimension", BY["dimension"], cap=3000, b=2))
    assert len(found) == 6
    assert sum((count - 500) ** 2 / 500 for count in found.values()) < 25.8


@pytest.mark.parametrize("parts", [{"a": 1}, {"a": 2}])
def test_what_has_no_part_is_not_drawn(parts: dict[str, int]) -> None:
    """A mix of one stratum draws from it alone."""
    assert {one.dimension for one in mixed("dimension", BY["dimension"], cap=50, **parts)} == {"a"}


@pytest.mark.parametrize("by", ["dimension", "lang", "tag"])
def test_an_empty_stratum_is_an_error(by: str) -> None:
    """A mix that names what the bank does not hold is refused, with its name."""
    with pytest.raises(SuiteError, match=f"the mix names {by} 'gone', of which the bank holds nothing"):
        mixed(by, BY[by], gone=1)


def test_an_item_of_two_strata_counts_its_epochs_once() -> None:
    """An item that two tags of a mix share is one item, however it was drawn."""
    items = [make_item(1, tags=("a", "b"))]
    held = replace(DRAWN, cap=20, mix=Mix(by="tag", parts={"a": 1, "b": 1}))
    assert drawn(held, items) == [((0, epoch),) for epoch in range(20)]


# -- coins ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["0.5", "0.2", "0.05", "0.333", "1"])
def test_coins_fall_at_the_audit_rate(rate: str) -> None:
    """Of 5,000 coins a share `audit_rate` is 1, within 4 standard errors."""
    held = replace(DRAWN, grading="audited", audit_rate=Decimal(rate))
    share = float(rate)
    assert abs(drawing.coins(held, 5000, "seed").count("1") / 5000 - share) <= 4 * (share * (1 - share) / 5000) ** 0.5


@given(st.integers(0, 60), st.integers(0, 60), st.text(max_size=4))
def test_more_coins_begin_with_fewer(count: int, more: int, seed: str) -> None:
    """Raising a cap changes no coin that was thrown already."""
    held = replace(DRAWN, grading="audited")
    short = drawing.coins(held, count, seed)
    assert len(short) == count
    assert drawing.coins(held, count + more, seed).startswith(short)


@pytest.mark.parametrize("grading", ["direct", "calibrated"])
def test_only_an_audit_throws_coins(grading: str) -> None:
    """Without an audit there are no coins."""
    assert drawing.coins(replace(DRAWN, grading=grading), 9, "seed") == ""


def test_coins_are_not_the_draws() -> None:
    """Which answers are audited does not follow from which items were drawn."""
    held = replace(DRAWN, grading="audited", cap=400)
    coins = drawing.coins(held, 400, "seed")
    parity = "".join(str(unit[0][0] % 2) for unit in drawn(held, bank(12)))
    assert 150 < sum(a == b for a, b in zip(coins, parity, strict=True)) < 250


# -- requirements beside each other -----------------------------------------------------------------------------------


def test_a_shared_draw_shares_its_cells() -> None:
    """Two requirements of one scope that name the same draw draw the same units."""
    one, two = (replace(DRAWN, id=name, draw="d") for name in ("one", "two"))
    assert drawn(one, bank()) == drawn(two, bank())


def test_requirements_without_a_shared_draw_draw_apart() -> None:
    """Two requirements of one scope draw different sequences unless they share a draw."""
    one, two = (replace(DRAWN, id=name) for name in ("one", "two"))
    assert drawn(one, bank()) != drawn(two, bank())


def planned(*requirements: Requirement) -> Plan:
    held = suite([item(n, lang="zh" if n % 2 else "en", cluster=f"c{n // 3}") for n in range(18)])
    standard: Standard = make_standard(*requirements)
    return plan.expand([(held, "sha256:0")], standard, SPEC, "seed", plugins(), boundary.convert)


def cells(made: Plan, name: str) -> list[tuple[str, int]]:
    stream = next(s for s in made.streams if s.requirement == name)
    return [(made.items[made.order[p]].id, made.epochs[p]) for p in stream.positions]


@given(
    KINDS,
    KINDS,
    st.integers(1, 30),
    st.sampled_from([Scope(), Scope(langs=("zh",)), Scope(langs=("en",)), Scope(dimensions=("gone",))]),
    st.booleans(),
)
def test_changing_one_requirement_changes_no_other(
    mine: Requirement, other: Requirement, cap: int, scope: Scope, fixed: bool
) -> None:
    """Whatever is done to one requirement, another reads the same cells and the same coins."""
    mine = replace(mine, id="mine")
    beside = make_requirement(id="other", scope=scope, sample=cap) if fixed else replace(other, id="other", cap=cap)
    alone, both = planned(mine), planned(replace(beside, scope=scope), mine)
    assert cells(alone, "mine") == cells(both, "mine")
    assert alone.streams[0].coins == both.streams[1].coins
    assert alone.streams[0].widths == both.streams[1].widths


@given(KINDS, KINDS)
def test_a_stream_holds_its_units_in_their_order(one: Requirement, two: Requirement) -> None:
    """Positions, widths and coins of each stream are as many as its units need."""
    made = planned(replace(one, id="one"), replace(two, id="two"))
    for stream in made.streams:
        widths = stream.widths or (1,) * len(stream.positions)
        assert sum(widths) == len(stream.positions)
        assert len(stream.coins) in (0, len(widths))
        assert all(position < len(made.order) for position in stream.positions)


def test_one_answer_serves_two_only_where_both_drew_that_cell() -> None:
    """A plan asks a cell once; two requirements share it exactly where both drew it."""
    one, two = replace(DRAWN, id="one"), replace(FULL, id="two", epochs=2)
    made = planned(one, two)
    first, second = set(cells(made, "one")), set(cells(made, "two"))
    assert len(made.order) == len(first | second)
    shared = set(made.streams[0].positions) & set(made.streams[1].positions)
    assert len(shared) == len(first & second) > 0
