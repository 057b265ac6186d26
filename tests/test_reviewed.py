"""Only answers that people read whatever the judge had said become labels, so that a judge never grades itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter import history, qualifying, readings, reviewed, scoring
from evalcenter.history import Run
from evalcenter.records import Item, Mark, Plan, Read, Requirement, Review, Stream, Text
from tests.factory import make_plan, make_requirement, make_response, make_standard
from tests.panels import SEED, judged_item, label, make_panel, open_grade, put, replies

ITEM = judged_item(criteria=2)
DIRECT = make_requirement(rule="evidence", cap=50, unscored_cap=Decimal(1))
AUDITED = replace(DIRECT, grading="audited")
CALIBRATED = replace(DIRECT, grading="calibrated")
BOUND = make_requirement()
PANEL = make_panel()
WHY = Text(zh="判定", en="judged")


def planned(count: int, *requirements: Requirement, coins: str = "", item: Item = ITEM) -> Plan:
    """A plan in which every requirement reads `count` answers to one item."""
    streams = tuple(
        Stream(requirement=r.id, positions=tuple(range(count)), bank=1, coins=coins if r.grading == "audited" else "")
        for r in requirements
    )
    standard = make_standard(*requirements)
    return make_plan([item], standard=standard, order=(0,) * count, streams=streams, panel=PANEL, seed=SEED)


def judged(plan: Plan, position: int, state: str) -> object:
    """The panel's grade: every criterion `state`."""
    marks = [Mark(criterion=c.id, state=state, reason=WHY) for c in ITEM.criteria]  # type: ignore[arg-type]
    return scoring.grade(ITEM, position, "complete", marks, "judge:panel")


def ran(folder: Path, plan: Plan, judge: str, people: str, *, record: bool = False) -> Run:
    """A run of which the judge passed (p) or failed (f) each answer; people passed, failed, or did not read (-) it."""
    with history.create(folder, plan) as run:
        for position, (theirs, ours) in enumerate(zip(judge, people, strict=True)):
            run.write("response", make_response(position, f"回答 {position}"))
            run.write("grade", replace(open_grade(ITEM), position=position))
            if record:
                said = label(ITEM, f"回答 {position}")
                letter = "m" if theirs == "p" else "n"
                case = put(ITEM, said, position=position)
                for one in replies(case, PANEL, lambda *_, a=letter: a):
                    run.write("judgement", one)
            run.write("grade", judged(plan, position, "met" if theirs == "p" else "not_met"))
            if ours != "-":
                state = "met" if ours == "p" else "not_met"
                marks = tuple(Read(criterion=name, state=state) for name in ("c0", "c1"))
                readings.Reading(run).take(Review(position=position, reader="Dr Li", role="reader", marks=marks))
    return history.load(folder)


def labelled(run: Run) -> list[int]:
    return [one.position for one in reviewed.of_reviews(run)]


def test_what_people_read_is_a_label(tmp_path: Path) -> None:
    """Without a judge in the decision every answer that people read is one, with its truth and whether it must fail."""
    run = ran(tmp_path / "r", planned(2, DIRECT), "pp", "pf")
    found = [one.labelled for one in reviewed.of_reviews(run)]
    assert [(one.answers, dict(one.truth), one.bad, one.source) for one in found] == [
        (("回答 0",), {"c0": "met", "c1": "met"}, False, "reviews"),
        (("回答 1",), {"c0": "not_met", "c1": "not_met"}, True, "reviews"),
    ]


def test_of_audited_answers_those_of_the_coin_are_labels(tmp_path: Path) -> None:
    """What people read only because the judge failed it is none; what the coin sent is one, flagged or not."""
    run = ran(tmp_path / "r", planned(4, AUDITED, coins="0101"), "fffp", "fffp")
    assert labelled(run) == [1, 3]


def test_under_a_calibrated_judge_nothing_is_a_label(tmp_path: Path) -> None:
    """There people read only what the judge failed."""
    assert labelled(ran(tmp_path / "r", planned(2, CALIBRATED), "ff", "ff")) == []


def test_an_answer_that_another_requirement_reads_whole_is_a_label(tmp_path: Path) -> None:
    """A position that a direct requirement shares with a calibrated one was read whatever the judge said."""
    run = ran(tmp_path / "r", planned(2, CALIBRATED, replace(DIRECT, id="d")), "ff", "ff")
    assert labelled(run) == [0, 1]


def test_nothing_beyond_a_gap_is_a_label(tmp_path: Path) -> None:
    """Readers begin with what a judge failed, so what lies beyond the first answer that waits is left out."""
    run = ran(tmp_path / "r", planned(4, AUDITED, coins="1111"), "fpff", "f-ff")
    assert labelled(run) == [0]
    assert labelled(ran(tmp_path / "s", planned(3, DIRECT), "ppf", "p-f")) == [0]


def test_of_a_fixed_sample_all_is_read_or_nothing_counts(tmp_path: Path) -> None:
    """A fixed sample gives labels once nothing in it waits."""
    assert labelled(ran(tmp_path / "r", planned(2, BOUND), "fp", "f-")) == []
    assert labelled(ran(tmp_path / "s", planned(2, BOUND), "fp", "fp")) == [0, 1]


@given(st.text("pf", min_size=1, max_size=10), st.data())
@settings(max_examples=25, deadline=None)
def test_labels_do_not_depend_on_the_judge(
    tmp_path_factory: pytest.TempPathFactory, truth: str, data: st.DataObject
) -> None:
    """With everything read that is due, which answers are labels is the same for any two judges."""
    coins = data.draw(st.text("01", min_size=len(truth), max_size=len(truth)))
    found = []
    for _ in range(2):
        judge = data.draw(st.text("pf", min_size=len(truth), max_size=len(truth)))
        due = ["f" if j == "f" else c for j, c in zip(judge, coins, strict=True)]
        people = "".join(t if d in ("f", "1") else "-" for t, d in zip(truth, due, strict=True))
        folder = tmp_path_factory.mktemp("run") / "r"
        found.append(labelled(ran(folder, planned(len(truth), AUDITED, coins=coins), judge, people)))
    assert found[0] == found[1] == [at for at, coin in enumerate(coins) if coin == "1"]


def test_recorded_replies_of_the_same_panel_are_trials(tmp_path: Path) -> None:
    """Where the run asked this very panel its replies are the trials: what it caught, what it missed."""
    run = ran(tmp_path / "r", planned(3, AUDITED, coins="111"), "fpp", "ffp", record=True)
    settled = list(reviewed.of_reviews(run))
    found = list(reviewed.trials(run, settled, PANEL))
    assert [(one.bad, one.outcome, one.hangs, one.source) for one in found] == [
        (True, "fail", True, "reviews"),
        (True, "pass", True, "reviews"),
        (False, "pass", True, "reviews"),
    ]
    assert {one.content for one in found} == {qualifying.content(ITEM)}


def test_another_panels_replies_are_no_trials(tmp_path: Path) -> None:
    """A panel that is asked in another way, or was not asked at all, has no trials in the run; a missing reply makes none."""
    run = ran(tmp_path / "r", planned(1, AUDITED, coins="1"), "f", "f", record=True)
    settled = list(reviewed.of_reviews(run))
    assert len(settled) == 1
    for other in (make_panel(2), replace(PANEL, mode="each"), replace(PANEL, words={})):
        assert list(reviewed.trials(run, settled, other)) == []
    silent = ran(tmp_path / "s", planned(1, AUDITED, coins="1"), "f", "f")
    assert list(reviewed.trials(silent, list(reviewed.of_reviews(silent)), PANEL)) == []
