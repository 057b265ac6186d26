"""What the judges of a run said is counted from its journal: each reply once, and compared with people on a fair sample only."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evalcenter import grade, hearings, history, plugins, readings, walk
from evalcenter.heard import Heard, Weighed
from evalcenter.history import Run
from evalcenter.judges import panels
from evalcenter.records import (
    Answer,
    Calibration,
    CandidateSpec,
    Judge,
    Panel,
    Plan,
    Price,
    Qualified,
    Read,
    Requirement,
    Review,
)
from tests import test_judging as judging
from tests.factory import DIGEST, make_response
from tests.panels import SEED, heard, judged_item, label, make_panel, open_grade, put, replied
from tests.test_reviewed import AUDITED, CALIBRATED, DIRECT, planned

ITEM = judged_item(criteria=2)
Says = Callable[[panels.Call], Answer | str]
"""What a judge does with a request: the letter of its marks (m, n, u), or a reply of its own."""


def with_panel(plan: Plan, panel: Panel | None = None) -> Plan:
    return replace(plan, panel=panels.stamped(panel or make_panel()))


def ran(folder: Path, plan: Plan, says: Says, people: str) -> Run:
    """A decided run of one answer for each of `people`, who passed (p), failed (f) or did not read (-) it."""
    panel = plan.panel
    assert panel is not None
    with history.create(folder, plan) as run:
        for position, ours in enumerate(people):
            run.write("response", make_response(position, f"回答 {position}"))
            machine = replace(open_grade(ITEM), position=position)
            run.write("grade", machine)
            case = put(ITEM, label(ITEM, f"回答 {position}"), position=position)
            told = list(_told(case, panel, says))
            for one in told:
                run.write("judgement", one)
            opinion = panels.opinion(case, panel, SEED, told)
            if opinion is not None:
                run.write("grade", panels.grade(case, run.responses[position], machine, opinion))
            if ours != "-":
                state = "met" if ours == "p" else "not_met"
                marks = tuple(Read(criterion=name, state=state) for name in ("c0", "c1"))
                readings.Reading(run).take(Review(position=position, reader="Dr Li", role="reader", marks=marks))
        grade.decide(run)
    return history.load(folder)


def _told(case: panels.Case, panel: Panel, says: Says) -> Any:
    for call in panels.calls(case, panel, SEED):
        for made in (call, panels.again(call, panel, SEED)):
            said = says(made)
            if said == "-":
                break
            given = heard(made, said) if isinstance(said, Answer) else replied(made, lambda *_, s=said: str(s))
            yield given
            if not isinstance(panels.result(made.ask, given), panels.Void):
                break


def by_judge(*words: str) -> Says:
    """Judge n gives the letter at each position of its word."""
    return lambda call: words[int(call.judge[-1])][call.case.position]


def counted(run: Run) -> Heard:
    found = hearings.heard(run)
    assert found is not None
    return found


def weighed(run: Run) -> Weighed:
    (found,) = counted(run).requirements
    return found


def coined(count: int, coins: str, requirement: Requirement = AUDITED, **changes: Any) -> Plan:
    return with_panel(replace(planned(count, requirement, coins=coins), **changes))


def test_nothing_without_a_panel(tmp_path: Path) -> None:
    """A plan that names no judges has nothing to count."""
    with history.create(tmp_path / "r", replace(planned(1, DIRECT), panel=None)) as run:
        assert hearings.heard(run) is None


def test_replies_are_counted(tmp_path: Path) -> None:
    """Requests, calls, tokens and their price are summed by judge."""
    panel = make_panel()
    spec = replace(panel.judges[0].spec, price=Price(prompt=Decimal(2), completion=Decimal(8)))
    priced = replace(panel, judges=(replace(panel.judges[0], spec=spec),))
    run = ran(tmp_path / "r", with_panel(planned(3, AUDITED, coins="000"), priced), by_judge("mmn"), "---")
    found = counted(run)
    (used,) = found.used
    assert (found.answers, found.missing, used.requests, used.calls) == (3, 0, 3, 3)
    assert (used.prompt_tokens, used.completion_tokens, used.cost) == (300, 30, Decimal("0.00084"))


def test_void_replies_are_counted_by_kind(tmp_path: Path) -> None:
    """A void reply counts under its kind, a request that is void twice as one that stayed, its answer as not judged."""
    once: Says = lambda call: Answer(text="?") if call.attempt == 0 and call.case.position == 0 else "m"  # noqa: E731
    twice: Says = lambda call: Answer(text="") if call.case.position == 0 else "m"  # noqa: E731
    plan = coined(2, "00")
    first, second = counted(ran(tmp_path / "a", plan, once, "--")), counted(ran(tmp_path / "b", plan, twice, "--"))
    assert (dict(first.used[0].voids), first.stayed, first.open) == ({"no_verdict": 1}, 0, 0)
    assert (dict(second.used[0].voids), second.stayed, second.open) == ({"empty": 2}, 1, 1)


def test_a_missing_reply_is_said(tmp_path: Path) -> None:
    """An answer on which a reply is missing is counted as such, and its replies not at all."""
    plan = with_panel(planned(2, AUDITED, coins="00"), make_panel(2))
    found = counted(ran(tmp_path / "r", plan, by_judge("mm", "m-"), "--"))
    assert (found.answers, found.missing) == (1, 1)


def test_every_reply_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is needed, each recorded reply is read once."""
    run = ran(tmp_path / "r", coined(4, "1111"), by_judge("mmnn"), "ppff")
    read: list[int] = []
    result = panels.result

    def once(ask: Any, judgement: Any) -> Any:
        read.append(judgement.position)
        return result(ask, judgement)

    monkeypatch.setattr(panels, "result", once)
    counted(run)
    assert read == [0, 1, 2, 3]


def test_judges_are_compared_with_each_other(tmp_path: Path) -> None:
    """Two judges have their agreement over every criterion; answers on which they differ are counted."""
    plan = with_panel(planned(4, AUDITED, coins="0000"), make_panel(2))
    found = counted(ran(tmp_path / "r", plan, by_judge("mmnn", "mnnn"), "----"))
    assert found.among is not None
    assert (found.split, found.among.marks, found.among.raw.part, found.among.raw.whole) == (1, 8, 6, 8)
    assert counted(ran(tmp_path / "s", coined(1, "0"), by_judge("m"), "-")).among is None


def test_with_people_only_the_fair_sample_counts(tmp_path: Path) -> None:
    """Of what people settled the coin's answers count; what they read because the judge failed it does not."""
    found = counted(ran(tmp_path / "r", coined(4, "0101"), by_judge("nmnm"), "ffpp"))
    assert found.people is not None
    (panel, only) = found.people.raters
    assert (found.people.answers, found.people.labels, found.people.bad) == (2, 4, 1)
    assert (panel.name, only.name) == ("", "judge-0")
    assert (panel.sensitivity.part, panel.sensitivity.whole) == (2, 2)
    assert (panel.specificity.part, panel.specificity.whole) == (0, 2)
    assert counted(ran(tmp_path / "s", coined(2, "00"), by_judge("nn"), "ff")).people is None


def test_raw_figures_stand_beside_the_finding(tmp_path: Path) -> None:
    """What the judges alone say is counted over the units that the finding read, with what people read and what waits."""
    found = weighed(ran(tmp_path / "r", coined(4, "0001"), by_judge("mnmm"), "-f--"))
    assert (found.units, found.good, found.judged, found.read, found.waiting) == (3, 2, 3, 1, 1)
    assert found.hanging == "labels"
    assert found.labels is not None
    assert found.labels > 0


def test_a_qualification_that_is_missing(tmp_path: Path) -> None:
    """A calibrated requirement without known-bad answers hangs on its qualification, whatever people read."""
    run = ran(tmp_path / "r", with_panel(planned(3, CALIBRATED)), by_judge("mmn"), "--f")
    assert (weighed(run).hanging, weighed(run).labels, weighed(run).shown) == ("qualification", None, None)


def test_a_calibration_is_told(tmp_path: Path) -> None:
    """How many known-bad answers were shown and caught comes from the plan."""
    held = (Calibration(requirement="safety", shown=80, caught=78, source=DIGEST),)
    plan = with_panel(planned(3, CALIBRATED))
    assert plan.panel is not None
    qualified = Qualified(digest=DIGEST, made="2026-01-01", expires="2026-03-31", standing="valid")
    plan = replace(plan, calibrations=held, panel=replace(plan.panel, qualification=qualified))
    found = weighed(ran(tmp_path / "r", plan, by_judge("mmn"), "--f"))
    assert (found.shown, found.caught) == (80, 78)
    assert found.hanging in ("labels", "unforeseen")


def test_nothing_read_yet(tmp_path: Path) -> None:
    """Where the first unit waits nothing can be foreseen."""
    found = weighed(ran(tmp_path / "r", coined(2, "11"), by_judge("mm"), "--"))
    assert (found.units, found.hanging, found.waiting) == (0, "nothing", 2)


def test_something_else_in_the_way(tmp_path: Path) -> None:
    """Where the evidence is enough and another condition bars it, no number of labels is given."""
    wanted = replace(AUDITED, line=Decimal("0.5"), min_bank=9)
    found = weighed(ran(tmp_path / "r", coined(40, "1" * 40, wanted), by_judge("m" * 40), "p" * 40))
    assert (found.hanging, found.labels) == ("other", None)


def test_a_decided_requirement_hangs_on_nothing(tmp_path: Path) -> None:
    """A requirement that is decided waits for nobody."""
    wanted = replace(AUDITED, line=Decimal("0.5"))
    found = weighed(ran(tmp_path / "r", coined(40, "1" * 40, wanted), by_judge("m" * 40), "p" * 40))
    assert (found.hanging, found.waiting) == (None, 0)


def test_other_words_are_not_read(tmp_path: Path) -> None:
    """Judges that were asked in other words than this program's are not read; what was decided is still told."""
    run = ran(tmp_path / "r", planned(2, AUDITED, coins="00"), by_judge("mm"), "--")
    found = counted(run)
    assert not found.readable
    assert (found.answers, len(found.requirements)) == (0, 1)


def test_a_candidate_that_judges_itself_is_named(tmp_path: Path) -> None:
    """A judge that is the candidate is named, another is not."""
    own = make_panel().judges[0].spec
    assert counted(ran(tmp_path / "r", coined(1, "0", candidate=own), by_judge("m"), "-")).own == ("judge-0",)
    assert counted(ran(tmp_path / "s", coined(1, "0"), by_judge("m"), "-")).own == ()


def test_a_run_with_the_embedded_judge_reports_it(tmp_path: Path) -> None:
    """From asking to report: the section stands in the JSON and HTML of both languages, says SIMULATED, quotes nobody."""
    spec = CandidateSpec(adapter="reference", name="reference-judge-0.9", model="reference-judge-0.9", simulated=True)
    panel = Panel(judges=(Judge(spec=spec, family="simulated"),))
    means = judging.means(judging.Judges())
    sections = {name: one for name, one in plugins.load().sections.items() if name != "examples"}
    means = replace(means, plugins=replace(means.plugins, sections=sections), langs=("zh", "en"))
    walk.start(judging.planned(panel), tmp_path / "run", means)
    run = history.load(tmp_path / "run")
    assert counted(run).answers == len(run.judged) > 0
    reasons = {mark.reason.en for one in run.judgements for mark in _marks(run, one)}
    assert reasons
    for lang in ("zh", "en"):
        page = (tmp_path / "run" / f"report.{lang}.html").read_text(encoding="utf-8")
        built = json.loads((tmp_path / "run" / f"report.{lang}.json").read_text(encoding="utf-8"))
        (section,) = (one for one in built["sections"] if one["name"] == "judges")
        assert "SIMULATED" in json.dumps(section)
        assert "reference-judge-0.9" in page
        assert not [reason for reason in reasons if reason in json.dumps(section, ensure_ascii=False)]


def _marks(run: Run, position: int) -> Any:
    found = grade.case(run, run.responses[position], run.machine[position])
    assert found is not None
    assert run.plan.panel is not None
    opinion = panels.opinion(found, run.plan.panel, run.plan.seed, run.judgements[position])
    assert opinion is not None
    return panels.marks(opinion)
