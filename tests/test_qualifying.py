"""A qualification counts known-bad answers in the scope of a requirement, and is worth nothing where it does not hold."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import boundary, cli, inventory, qualifications, qualifying, walk
from evalcenter.errors import InputError
from evalcenter.judges import panels
from evalcenter.plugins import load
from evalcenter.records import CandidateSpec, Example, Examples, Mix, Price, Qualified, Scope
from evalcenter.suites import Loaded
from tests.factory import make_plan, make_requirement, make_standard
from tests.panels import judged_item, make_panel, make_qualification, written
from tests.test_plan import suite

CALIBRATED = make_requirement(rule="evidence", cap=100, grading="calibrated")
STANDARD = make_standard(CALIBRATED)
PANEL = make_panel()
DAY = "2026-02-01"
SPEC = CandidateSpec(adapter="reference", name="c")


def one(number: int = 1, mark: str = "n", **changes):
    """A trial of a known-bad answer on an item of one criterion."""
    return written(judged_item(number), PANEL, [[mark]], **changes)


def counted(*held, standard=STANDARD, items=None):
    """(requirement, shown, caught) for items 1 to 4."""
    bank = [judged_item(number) for number in range(1, 5)] if items is None else items
    found = qualifying.calibrations(make_qualification(*held), "sha256:q", standard, bank)
    return [(c.requirement, c.shown, c.caught) for c in found]


# -- what is caught ---------------------------------------------------------------------------------------------------


def test_a_known_bad_answer_that_is_not_passed_is_caught() -> None:
    """Failed and unjudged are caught, for either goes to a person; passed is missed."""
    assert counted(one(1, "n"), one(2, "u"), one(3, "m")) == [("safety", 3, 2)]


def test_the_source_of_a_calibration_is_the_files_digest() -> None:
    """A calibration says which file it comes from."""
    (found,) = qualifying.calibrations(make_qualification(one()), "sha256:q", STANDARD, [judged_item()])
    assert found.source == "sha256:q"


def test_an_answer_counts_once() -> None:
    """The same answer to the same item counts once, and as caught only where it was caught every time."""
    assert counted(one(), one()) == [("safety", 1, 1)]
    assert counted(one(), one(mark="m")) == [("safety", 1, 0)]
    assert counted(one(mark="m"), one()) == [("safety", 1, 0)]
    assert counted(one(), one(answers="sha256:other")) == [("safety", 2, 2)]
    assert counted(one(1), one(2)) == [("safety", 2, 2)]


@pytest.mark.parametrize("changes", [{"bad": False}, {"bad": None}, {"hangs": False}])
def test_only_bad_answers_that_hang_on_the_judge_count(changes) -> None:
    """Good answers, those nobody knows, and those that the rules fail by themselves are no part of the catch rate."""
    assert counted(one(), one(2, **changes)) == [("safety", 1, 1)]


def test_a_trial_on_a_changed_rubric_counts_no_more() -> None:
    """Once the question, a criterion or the line of an item changes, what was tried on it is left out and counted as outdated."""
    item = judged_item()
    line = replace(item, pass_line=Decimal("0.5"))
    text = replace(item, criteria=(replace(item.criteria[0], text="另一条要求"),))
    for changed in (line, text):
        assert counted(one(), items=[changed]) == [("safety", 0, 0)]
        assert qualifying.outdated(make_qualification(one()), [changed]) == 1
    assert qualifying.outdated(make_qualification(one()), [item]) == 0
    assert qualifying.outdated(make_qualification(one()), []) == 1


def test_more_examples_change_no_label() -> None:
    """An item with further examples, tags or sources is still the one that was tried."""
    more = Examples(good=(Example(text="好"),), bad=(Example(text="坏"), Example(text="更坏")))
    changed = replace(judged_item(), examples=more, tags=("new",), sources=("other",))
    assert counted(one(), items=[changed]) == [("safety", 1, 1)]


def test_scopes_are_read_off_the_bank() -> None:
    """A requirement counts what its scope, its measure and its mix hold of the items as they stand in the bank."""
    bank = [judged_item(1), replace(judged_item(2), dimension="care")]
    held = (one(1), one(2))
    by_scope = make_standard(replace(CALIBRATED, scope=Scope(dimensions=("care",))))
    by_mix = make_standard(replace(CALIBRATED, mix=Mix(by="dimension", parts={"safety": 1})))
    assert counted(*held, standard=by_scope, items=bank) == [("safety", 1, 1)]
    assert counted(*held, standard=by_mix, items=bank) == [("safety", 1, 1)]
    assert counted(*held, standard=make_standard(replace(CALIBRATED, measure="refusal")), items=bank) == [
        ("safety", 0, 0)
    ]


def test_only_calibrated_requirements_have_calibrations() -> None:
    """Direct and audited requirements ask nothing of a qualification."""
    standard = make_standard(
        replace(CALIBRATED, id="a", grading="audited"), replace(CALIBRATED, id="b", grading="direct"), CALIBRATED
    )
    assert counted(one(), standard=standard) == [("safety", 1, 1)]


TRIALS = st.lists(
    st.builds(
        one,
        number=st.integers(1, 5),
        mark=st.sampled_from("mnu"),
        answers=st.sampled_from(["sha256:a", "sha256:b"]),
        bad=st.sampled_from([True, False, None]),
        hangs=st.booleans(),
    ),
    max_size=12,
)


@given(TRIALS, st.randoms())
@settings(max_examples=60, deadline=None)
def test_counts_are_those_of_a_plain_look(held, random) -> None:
    """Shown and caught are what a naive count over distinct answers gives, in any order of the trials."""
    answers = {(t.item, t.answers) for t in held if t.bad is True and t.hangs and t.item != "med-zh-dose-005"}
    missed = {(t.item, t.answers) for t in held if t.bad is True and t.hangs and t.outcome == "pass"}
    expected = [("safety", len(answers), len(answers - missed))]
    assert counted(*held) == expected
    mixed = list(held)
    random.shuffle(mixed)
    assert counted(*mixed) == expected


@given(TRIALS, TRIALS)
@settings(max_examples=40, deadline=None)
def test_more_trials_never_uncatch_less(held, more) -> None:
    """Adding trials never lowers the number shown, nor the number missed."""
    (_, shown, caught), (_, shown_more, caught_more) = counted(*held)[0], counted(*held, *more)[0]
    assert shown_more >= shown
    assert shown_more - caught_more >= shown - caught


# -- where it holds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "standing"),
    [
        ("2025-12-31", "expired"),
        ("2026-01-01", "valid"),
        ("2026-03-31", "valid"),
        ("2026-04-01", "expired"),
        ("2027-02-01", "expired"),
    ],
)
def test_a_qualification_holds_between_its_days(today: str, standing: str) -> None:
    """It holds from the day it was made to the day it expires, both included."""
    found = qualifying.standing(make_qualification(), "sha256:q", PANEL, today)
    assert found == Qualified(digest="sha256:q", made="2026-01-01", expires="2026-03-31", standing=standing)


def changed_judge(**changes):
    (judge,) = PANEL.judges
    return replace(PANEL, judges=(replace(judge, spec=replace(judge.spec, **changes)),))


OTHERS = [
    changed_judge(model="another"),
    changed_judge(base_url="http://elsewhere/v1"),
    changed_judge(version="2"),
    changed_judge(simulated=True),
    changed_judge(system="be lenient"),
    replace(PANEL, mode="each"),
    replace(PANEL, controls=1),
    replace(PANEL, longest=100),
    replace(PANEL, epochs=3),
    replace(PANEL, floor=2),
    replace(PANEL, asking="2"),
    replace(PANEL, words={"zh": "sha256:2"}),
    make_panel(2),
    make_panel(0),
]


@pytest.mark.parametrize("panel", OTHERS)
def test_another_panel_or_another_way_of_asking_is_another(panel) -> None:
    """Whatever differs in a judge, its words or the manner of asking, the qualification is another's, also once it expired."""
    assert qualifying.standing(make_qualification(), "sha256:q", panel, DAY).standing == "other"
    assert qualifying.standing(make_qualification(), "sha256:q", panel, "2030-01-01").standing == "other"


def test_keys_prices_and_the_order_of_judges_change_nothing() -> None:
    """The same judges with another key or price, in another order, allowed to judge themselves, are the same panel."""
    two = make_panel(2)
    price = Price(prompt=Decimal(1), completion=Decimal(2))
    again = tuple(replace(j, spec=replace(j.spec, key_env="KEY", price=price)) for j in reversed(two.judges))
    found = qualifying.standing(make_qualification(panel=two), "sha256:q", replace(two, judges=again, own=True), DAY)
    assert found.standing == "valid"


# -- in a plan --------------------------------------------------------------------------------------------------------


def brought(*held, today=DAY):
    return qualifying.Brought(qualification=make_qualification(*held), digest="sha256:q", today=today)


def test_a_plan_takes_what_a_valid_qualification_says() -> None:
    """The plan keeps the standing of its panel's qualification, and the calibrations that follow from it."""
    plan = make_plan([judged_item()], standard=STANDARD, panel=PANEL)
    made = qualifying.bring(plan, brought(one()), plan.items)
    assert made.panel.qualification.standing == "valid"
    assert [(c.requirement, c.shown, c.caught) for c in made.calibrations] == [("safety", 1, 1)]


@pytest.mark.parametrize(("panel", "today"), [(PANEL, "2030-01-01"), (make_panel(2), DAY)])
def test_a_qualification_that_does_not_hold_brings_no_calibration(panel, today) -> None:
    """Expired, or another panel's: it stands in the plan as such, and nothing is counted from it."""
    plan = make_plan([judged_item()], standard=STANDARD, panel=panel)
    made = qualifying.bring(plan, brought(one(), today=today), plan.items)
    assert made.panel.qualification.standing in ("expired", "other")
    assert made.calibrations == ()


def test_a_qualification_needs_judges() -> None:
    """A plan that asks no judge takes no qualification."""
    with pytest.raises(InputError, match="no judge is asked"):
        qualifying.bring(make_plan([judged_item()], standard=STANDARD), brought(one()), [])


def test_a_plan_with_its_qualification_can_be_written() -> None:
    """What `bring` makes survives the way to canonical bytes and back."""
    from evalcenter import canon
    from evalcenter.records import Plan

    plan = make_plan([judged_item()], standard=STANDARD, panel=PANEL)
    made = qualifying.bring(plan, brought(one()), plan.items)
    assert canon.encode(boundary.read(Plan, canon.encode(made))) == canon.encode(made)


def test_a_plan_is_prepared_with_its_qualification() -> None:
    """From suites, standard, panel and file a plan takes the counts over the whole bank, drawn or not."""
    bank = [judged_item(number) for number in range(1, 4)]
    loaded = Loaded(suite=suite(bank), digest="sha256:0", folder=Path(), files=())
    few = make_standard(replace(CALIBRATED, cap=1))
    held = replace(brought(one(1), one(2), one(3, "m")).qualification, panel=panels.stamped(PANEL))
    terms = walk.Terms(panel=PANEL, brought=replace(brought(), qualification=held))
    made = walk.prepare([loaded], few, SPEC, "s", load(), terms)
    assert len(made.items) == 1
    assert [(c.shown, c.caught, c.source) for c in made.calibrations] == [(3, 2, "sha256:q")]
    assert made.panel is not None
    assert made.panel.qualification is not None
    assert (made.panel.qualification.standing, made.panel.qualification.digest) == ("valid", "sha256:q")


def test_without_a_qualification_a_plan_has_no_calibration() -> None:
    """A panel alone brings nothing that a calibrated requirement could rest on."""
    loaded = Loaded(suite=suite([judged_item()]), digest="sha256:0", folder=Path(), files=())
    made = walk.prepare([loaded], STANDARD, SPEC, "s", load(), walk.Terms(panel=PANEL))
    assert (made.calibrations, made.panel) == ((), panels.stamped(PANEL))


def test_the_command_reads_the_file(tmp_path: Path) -> None:
    """A file that is no qualification stops the plan, and so does one that comes without judges; both are named."""
    path = tmp_path / "q.json"
    path.write_text("{}", encoding="utf-8")
    found = CliRunner().invoke(cli.main, ["plan", "medical", "--qualification", str(path)])
    assert (found.exit_code, "no qualification" in found.output) == (InputError.exit_code, True)
    qualifications.write(path, make_qualification(one()))
    found = CliRunner().invoke(cli.main, ["plan", "medical", "--qualification", str(path)])
    assert (found.exit_code, "no judge is asked" in found.output) == (InputError.exit_code, True)


@pytest.mark.parametrize(
    ("shown", "words"), [(3, "caught 2 of 3 known-bad answers, 59 are needed"), (None, "caught 0 of 0")]
)
def test_a_plan_in_words_counts_what_was_caught(shown: int | None, words: str) -> None:
    """Before any money is spent it is said how many known-bad answers a calibrated requirement rests on, and how many it takes."""
    held = (one(1), one(2), one(3, "m")) if shown else ()
    plan = make_plan([judged_item(number) for number in range(1, 4)], standard=STANDARD, panel=PANEL)
    assert words in inventory.plan_text(qualifying.bring(plan, brought(*held), plan.items))
    direct = make_plan([judged_item()], standard=make_standard(replace(CALIBRATED, grading="direct")))
    assert "caught" not in inventory.plan_text(direct)
