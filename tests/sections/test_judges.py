"""The section on judges: who they are, what is known of them, and their marks beside what was decided."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evalcenter.blocks import Facts, Fields, Notice, Table
from evalcenter.heard import Among, Beside, Estimate, Heard, People, Weighed
from evalcenter.judges import panels
from evalcenter.judges.reading import Kind
from evalcenter.records import CandidateSpec, Judge, Lang, Panel, Qualified, Requirement, Used
from evalcenter.sections import cost, digests, identification, judges, judges_said, limits, method, summary
from tests.factory import DIGEST, make_facts, make_plan
from tests.sections.reading import build, words
from tests.sections.sequences import calibrated, read, sequential

AUDITED = sequential(grading="audited")
CALIBRATED = sequential(grading="calibrated")
VALID = Qualified(digest=DIGEST, made="2026-01-01", expires="2026-03-31", standing="valid")


def judge(name: str = "Judge A", **changes: Any) -> Judge:
    given: dict[str, Any] = {
        "adapter": "openai_http",
        "name": name,
        "model": "m-1",
        "base_url": "https://judge.example.org/v1",
    }
    return Judge(spec=CandidateSpec(**{**given, **changes}), family="family-a", structured="schema")


def panel(*held: Judge, **changes: Any) -> Panel:
    return panels.stamped(Panel(judges=held or (judge(),), **changes))


def rate(part: int, whole: int, value: str | None = "0.9") -> Estimate:
    return Estimate(
        value=None if value is None else Decimal(value),
        lower=Decimal("0.8"),
        upper=Decimal("0.95"),
        part=part,
        whole=whole,
    )


def beside(name: str = "") -> Beside:
    return Beside(
        name=name,
        unjudged=3,
        sensitivity=rate(9, 10),
        specificity=rate(18, 20),
        ac1=rate(0, 30, "0.8126"),
        kappa=rate(0, 30, None),
    )


USED = Used(
    judge="Judge A",
    requests=70,
    calls=75,
    voids={"control": 2, "no_verdict": 1},
    prompt_tokens=12_345,
    completion_tokens=678,
    untold=0,
    cost=Decimal("1.234"),
    currency="CNY",
)
WEIGHED = Weighed(requirement="safety", units=40, good=37, judged=39, read=12, waiting=4, labels=123, hanging="labels")
HEARD = Heard(answers=60, missing=1, open=2, split=5, stayed=3, used=(USED,), requirements=(WEIGHED,))


def facts(*asked: Requirement, heard: Heard | None = HEARD, outcomes: str = "ppppf", **changes: Any) -> Facts:
    """Facts of a run with a panel; the requirement is open unless `outcomes` decide it."""
    given = {"panel": panel(), **changes}
    return replace(read(outcomes, *(asked or (AUDITED,)), **given), heard=heard)


def said(told: Facts, lang: Lang = "en") -> str:
    return words(build(judges, told, lang))


def rows(told: Facts, caption: str) -> list[dict[str, str]]:
    (table,) = (b for b in build(judges, told) if isinstance(b, Table) and caption in b.caption)
    head = table.head
    return [dict(zip(head, map(words, row), strict=True)) for row in table.rows]


def test_nothing_without_judges() -> None:
    """Where neither the plan nor a requirement knows of judges, there is no section."""
    assert build(judges, make_facts()) == ()


def test_a_requirement_that_lets_judges_take_part_without_one() -> None:
    """Graded audited without a panel, the section says that people read everything."""
    assert "the plan named none" in said(replace(read("pp", AUDITED), heard=None))


def test_who_judged() -> None:
    """Name, model, family, version and form of reply of each judge are there; its address is not."""
    (row,) = rows(facts(), "The judges")
    assert row == {
        "Name": "Judge A",
        "Model": "m-1",
        "Family": "family-a",
        "Version": "not supplied",
        "Temperature": "–",
        "Form of reply": "JSON schema",
    }
    assert "judge.example.org" not in said(facts()) + said(facts(), "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_how_they_were_asked(lang: Lang) -> None:
    """Epochs, floor, controls, version and digests of the words are said."""
    made = panel(judge(), judge("Judge B"), epochs=3, floor=2, mode="each")
    text = said(facts(panel=made), lang)
    wanted = {
        "zh": ("3 次", "少于 2 票", "2 条真假已知", "单独"),
        "en": ("3 times", "fewer than 2", "2 statements", "own"),
    }
    assert all(part in text for part in (*wanted[lang], *made.words.values()))


@pytest.mark.parametrize("section", [judges, summary], ids=["judges", "summary"])
def test_a_simulated_judge_is_announced(section: Any) -> None:
    """A simulated judge stands in a notice of the section and of page one, before any figure."""
    told = facts(panel=panel(judge(simulated=True)))
    (notice,) = (b for b in build(section, told) if isinstance(b, Notice) and "SIMULATED" in b.title)
    assert "Judge A" in notice.text


@pytest.mark.parametrize("section", [judges, summary], ids=["judges", "summary"])
def test_a_candidate_that_judged_itself_is_announced(section: Any) -> None:
    """Where a judge is the candidate itself, a notice says so aloud."""
    told = facts(heard=replace(HEARD, own=("Judge A",)))
    (notice,) = (b for b in build(section, told) if isinstance(b, Notice) and "judged itself" in b.title)
    assert notice.tone == "fail"


def test_no_qualification_leaves_calibrated_findings_open() -> None:
    """Without a qualification the section says that calibrated findings are inconclusive, and that none was given."""
    text = said(facts(CALIBRATED))
    assert "No qualification of the judges was given" in text
    assert "calibrated grading is INCONCLUSIVE" in text


@pytest.mark.parametrize(
    ("standing", "expected"), [("valid", "holds"), ("expired", "did not hold"), ("other", "of other judges")]
)
def test_the_qualification(standing: Any, expected: str) -> None:
    """Its digest, its days and its standing are shown; one that does not hold leaves calibrated findings open."""
    told = facts(CALIBRATED, panel=panel(qualification=replace(VALID, standing=standing)), calibrations=calibrated())
    found = {name: value for b in build(judges, told) if isinstance(b, Fields) for name, value in b.rows}
    assert found["Digest of the qualification"] == DIGEST
    assert found["Holds"] == "2026-01-01 to 2026-03-31"
    assert expected in str(found["Standing"])
    assert ("is INCONCLUSIVE" in said(told)) == (standing != "valid")


def test_audited_needs_no_qualification() -> None:
    """An audited finding needs no qualification, and the report says so; a calibrated one is not told so."""
    assert "needs no qualification" in said(facts())
    assert "needs no qualification" not in said(facts(CALIBRATED))


def test_raw_and_corrected_stand_side_by_side() -> None:
    """One row holds what the judges alone say, the corrected rate with its bounds, and how many people read."""
    told = facts()
    (finding,) = told.verdict.findings
    (row,) = rows(told, "judges alone")
    assert row["Judges alone"] == "37/39 = 94.87 %"
    assert row["Corrected (bounds)"].startswith(f"{(finding.rate or 0) * 100:.2f} % (")
    assert (row["Answers"], row["Read by people"], row["Waiting"], row["Finding"]) == ("40", "12", "4", "INCONCLUSIVE")


@pytest.mark.parametrize(
    ("hanging", "expected"),
    [
        ("labels", "about 130 more answers"),
        ("nothing", "nothing was read yet"),
        ("qualification", "no number of answers read by people would settle it"),
        ("other", "something else is in the way"),
        ("unforeseen", "no number of answers read by people is foreseen"),
    ],
)
def test_what_an_open_finding_hangs_on(hanging: Any, expected: str) -> None:
    """An open finding says how many more answers would settle it, rounded up, or why none can be named."""
    told = facts(heard=replace(HEARD, requirements=(replace(WEIGHED, hanging=hanging),)))
    assert expected in said(told)


def test_a_decided_finding_asks_for_nothing() -> None:
    """A decided requirement has no outlook."""
    told = facts(heard=replace(HEARD, requirements=(replace(WEIGHED, labels=None, hanging=None),)))
    assert "would settle" not in said(told)


def test_the_calibration_of_each_requirement() -> None:
    """How many known-bad answers were shown and caught stands with the requirement that rests on them."""
    weighed = replace(WEIGHED, shown=80, caught=78)
    assert "shown 80 known-bad answers and caught 78" in said(
        facts(CALIBRATED, heard=replace(HEARD, requirements=(weighed,)))
    )


def test_what_happened() -> None:
    """Answers, requests, calls, void replies by kind, splits and tokens are counted."""
    text = said(facts())
    for part in ("60", "70 (75)", "3 (a wrong control 2, no verdict to be read (broken JSON) 1)", "12,345", "1.23 CNY"):
        assert part in text


def test_every_kind_of_void_has_words() -> None:
    """No kind of void reply lacks its words in both languages."""
    assert set(judges_said.VOIDS) == set(Kind.__args__)  # type: ignore[attr-defined]


def test_replies_that_cannot_be_read() -> None:
    """Where the judges were asked in other words nothing is counted, and that is said."""
    text = said(facts(heard=Heard(readable=False, requirements=(WEIGHED,))))
    assert "can't be read again" in text
    assert "What happened" not in text
    assert "Judges alone" in text


def test_agreement_between_judges() -> None:
    """Two judges or more have plain agreement, AC1 and alpha; one has none."""
    heard = replace(HEARD, among=Among(marks=58, raw=rate(52, 58), ac1=rate(0, 58, "0.9031"), alpha=rate(0, 58, None)))
    found = {row["Figure"]: row["Value"] for row in rows(facts(heard=heard), "58 marks")}
    assert found == {"All say the same": "52/58 = 90.00 %", "AC1 (Gwet)": "0.903", "alpha (Krippendorff)": "–"}
    assert "Agreement between the judges" not in said(facts())


def test_agreement_with_people() -> None:
    """The panel and each judge stand against people, with AC1 before kappa and the warning on kappa."""
    people = People(answers=25, labels=30, bad=20, caught=rate(18, 20), raters=(beside(), beside("Judge A")))
    told = facts(heard=replace(HEARD, people=people))
    first, second = rows(told, "Held against people")
    assert (first["Marks by"], second["Marks by"]) == ("the panel", "Judge A")
    assert first["Sensitivity"] == "9/10 = 90.00 % [80.00 %, 95.00 %]"
    assert (first["AC1"], first["kappa"]) == ("0.812 [0.800, 0.950]", "–")
    assert "kappa is low even for judges that hardly ever err" in said(told)
    assert "Fewer than 59 known-bad answers" in said(told)
    assert "Fewer than 59" not in said(facts(heard=replace(HEARD, people=replace(people, bad=59))))


def test_nothing_to_compare_yet() -> None:
    """Without settled answers that no judge chose, the section says so."""
    assert "There is nothing to compare yet" in said(facts())


def test_other_sections_name_the_judges() -> None:
    """Cost, evidence, identification, method and limits tell of the judges."""
    told = facts(panel=panel(qualification=VALID))
    assert "12,345 prompt, 678 completion" in words(build(cost, told))
    assert "1.23 CNY" in words(build(cost, told))
    assert DIGEST in words(build(digests, told))
    assert "Judges and how they were asked" in words(build(digests, told))
    assert "the judge Judge A" in words(build(identification, told))
    assert "no verdict rests on a judge's word" in words(build(method, told))
    assert "talked over" in words(build(limits, told))


def test_an_unknown_price_and_untold_tokens() -> None:
    """Without a price there is no cost, and where a reply did not report its tokens, they are at least so many."""
    told = facts(heard=replace(HEARD, used=(replace(USED, cost=None, untold=1),)))
    assert "at least 12,345" in said(told)
    assert "CNY" not in said(told)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_are_square(lang: Lang) -> None:
    """Every row has a cell for each heading, every column its alignment, and both languages as many blocks."""
    people = People(answers=25, labels=30, bad=20, caught=rate(18, 20), raters=(beside(),))
    among = Among(marks=58, raw=rate(52, 58), ac1=rate(0, 58), alpha=rate(0, 58))
    told = facts(heard=replace(HEARD, people=people, among=among), panel=panel(qualification=VALID))
    tables = [block for block in build(judges, told, lang) if isinstance(block, Table)]
    assert len(tables) == 5
    for block in tables:
        assert {len(row) for row in block.rows} == {len(block.head)} == {len(block.align)}


def test_a_plan_without_heard() -> None:
    """Facts that hold a panel and nothing heard (an older program's) still name the judges."""
    assert "Judge A" in said(replace(make_facts(make_plan(panel=panel())), heard=None))
