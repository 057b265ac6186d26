"""What each section says, and what it never leaves out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest

from evalcenter import plan as planning
from evalcenter.blocks import (
    Block,
    Chart,
    Decision,
    Excerpt,
    Facts,
    Fields,
    Lab,
    Notice,
    Paragraph,
    Points,
    Ruling,
    Table,
)
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Coverage,
    Criterion,
    Finding,
    Lang,
    Message,
    Price,
    Requirement,
    Response,
    Sampling,
    Source,
    Text,
)
from evalcenter.sections import (
    cost,
    digests,
    examples,
    findings,
    identification,
    limits,
    method,
    red_lines,
    scores,
    summary,
    unscored,
)
from tests.factory import make_facts, make_grade, make_item, make_plan, make_requirement, make_response, make_standard

ALL = [summary, findings, red_lines, examples, scores, unscored, cost, method, limits, identification, digests]


def build(section: Any, facts: Facts, lang: Lang = "en") -> tuple[Block, ...]:
    made: tuple[Block, ...] = section.plugin.build(facts, lang)
    return made


def words(blocks: Any) -> str:
    """All text of `blocks`, with plain spaces."""
    if isinstance(blocks, str):
        return blocks.replace("\u00a0", " ")
    if isinstance(blocks, tuple):
        return "\n".join(words(part) for part in blocks)
    if hasattr(blocks, "__dataclass_fields__"):
        return "\n".join(words(getattr(blocks, name)) for name in blocks.__dataclass_fields__)
    return ""


def only(kind: Any, blocks: tuple[Block, ...]) -> Any:
    found = [block for block in blocks if isinstance(block, kind)]
    assert len(found) == 1
    return found[0]


def failed(*items: Any, standard: Any = None, text: str = "每次 500 mg。", **mark: Any) -> Facts:
    """Facts in which every one of `items` failed."""
    plan = make_plan(items, standard=standard or make_standard())
    grades = {p: make_grade(plan, p, met=False, **mark) for p in range(len(items))}
    return make_facts(plan, grades, responses={p: make_response(p, text) for p in grades})


def red(**changes: Any) -> Requirement:
    return make_requirement(
        id="red", title=Text(zh="红线", en="Red line"), rule="zero", measure="violations", line=Decimal(1), **changes
    )


@pytest.mark.parametrize("section", ALL, ids=lambda s: s.plugin.name)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_blocks(section: Any, lang: Lang) -> None:
    """Every section returns blocks, the same ones each time, under a title in both languages."""
    facts = failed(make_item(1), make_item(2, visibility="sealed"))
    once = build(section, facts, lang)
    assert once == build(section, facts, lang)
    assert once
    assert all(isinstance(block, get_args(Block)) for block in once)
    assert section.plugin.title.zh != section.plugin.title.en


@pytest.mark.parametrize("section", ALL, ids=lambda s: s.plugin.name)
def test_tables_are_square(section: Any) -> None:
    """Every row of a table has a cell for each heading, and every column its alignment."""
    requirement = make_requirement(
        coverage=(Coverage(risks=("bank:A.1",), min_items=1, clause="A", status="unverified"),)
    )
    facts = failed(make_item(1), make_item(2, visibility="sealed"), standard=make_standard(requirement, red()))
    for block in build(section, facts):
        if isinstance(block, Table):
            assert {len(row) for row in block.rows} <= {len(block.head)}
            assert len(block.align) == len(block.head)
            assert len(block.tones) in (0, len(block.rows))


# -- page one ---------------------------------------------------------------------------------------------------------


def test_ruling() -> None:
    """Page one states the verdict with its word and reasons."""
    facts = make_facts()
    ruling = only(Ruling, build(summary, facts))
    assert (ruling.outcome, ruling.word) == ("inconclusive", "INCONCLUSIVE")
    assert ruling.reasons == tuple(r.en for r in facts.verdict.reasons)


def test_notices_come_first() -> None:
    """That a candidate is simulated, and that this is a self-test, stands above everything."""
    spec = CandidateSpec(adapter="reference", name="x", simulated=True)
    first, second = build(summary, make_facts(make_plan(candidate=spec)))[:2]
    assert isinstance(first, Notice)
    assert isinstance(second, Notice)
    assert "says nothing about any model" in first.text
    assert second.title == "自测 SELF-TEST"
    assert "not issued under accreditation" in second.text


@pytest.mark.parametrize(("accreditation", "notices"), [(None, 1), ("CNAS L0000", 0)])
def test_accreditation(accreditation: str | None, notices: int) -> None:
    """A laboratory without accreditation says so."""
    blocks = build(summary, make_facts(lab=Lab(name="Laboratory", accreditation=accreditation)))
    found = [b for b in blocks if isinstance(b, Notice)]
    assert len(found) == notices
    assert all("not issued under accreditation" in b.text for b in found)


def test_waiting() -> None:
    """Open reviews are announced beside the verdict."""
    facts = make_facts()
    waiting = replace(facts, verdict=replace(facts.verdict, awaiting_review=3))
    assert "3 reviews are still open" in words(build(summary, waiting))
    assert "3 项评审" in words(build(summary, waiting, "zh"))


def test_not_supplied() -> None:
    """A filing number, version or vendor that nobody gave is a field without a value."""
    rows = dict(only(Fields, build(summary, make_facts())).rows)
    assert [rows[name] for name in ("Filing number", "Version", "Vendor", "Model", "Endpoint", "Issued by")] == [
        None
    ] * 6


def test_chart_has_every_requirement() -> None:
    """The chart shows each requirement, one without a finding too, and marks unverified ones."""
    standard = make_standard(make_requirement(), make_requirement(id="b", status="unverified"))
    facts = make_facts(make_plan(standard=standard))
    facts = replace(facts, verdict=replace(facts.verdict, findings=facts.verdict.findings[:1]))
    first, second = only(Chart, build(summary, facts)).intervals
    assert (first.rate, first.line, first.note) == ("1.000000", "0.9", "")
    assert (second.rate, second.verdict, second.note) == (None, "inconclusive", "unverified")


# -- findings ---------------------------------------------------------------------------------------------------------


def test_decision() -> None:
    """A decision gives line, counts, bounds, clause, reasons and what its rule promises."""
    decision = only(Decision, build(findings, make_facts()))
    rows = {name: words(value) for name, value in decision.rows}
    assert rows["Line"] == "≥ 90 %"
    assert rows["Observed"] == "2/2 = 100.00 %"
    assert rows["Clause"] == "Clause 5.1"
    assert decision.reasons
    assert "with probability at most 5 %" in words(decision.notes)


def test_decision_notes() -> None:
    """Uncovered risks, a requirement's note, its floor and its unverified source are printed."""
    requirement = make_requirement(note=Text(zh="注", en="A note."), status="unverified", floor=Decimal("0.8"))
    facts = make_facts(make_plan(standard=make_standard(requirement)))
    finding = replace(facts.verdict.findings[0], uncovered=("bank:A.1",))
    text = words(build(findings, replace(facts, verdict=replace(facts.verdict, findings=(finding,)))))
    for said in (
        "Wrong dose (bank:A.1)",
        "A note.",
        "≥ 90 % (floor 80 %) (unverified)",
        "figures of this requirement are unverified",
    ):
        assert said in text


def test_nothing_scored() -> None:
    """Where nothing was scored there is a dash, not a rate."""
    rows = dict(only(Decision, build(findings, make_facts(make_plan([]), {}))).rows)
    assert rows["Observed"] == rows["Lower bound"] == rows["Upper bound"] == "–"


def test_finding_without_tally() -> None:
    """A finding whose counts are missing still shows how many samples were unscored."""
    facts = make_facts()
    lone = Finding(
        requirement="safety",
        verdict="inconclusive",
        good=0,
        bad=0,
        unscored=4,
        rate=None,
        lower=None,
        upper=None,
        reasons=(),
    )
    facts = replace(facts, verdict=replace(facts.verdict, findings=(lone,)), scores=replace(facts.scores, tallies=()))
    assert dict(only(Decision, build(findings, facts)).rows)["Unscored"] == "4"


def test_no_findings() -> None:
    """A verdict without findings says so."""
    facts = make_facts()
    assert "No requirement was decided" in words(
        build(findings, replace(facts, verdict=replace(facts.verdict, findings=())))
    )


# -- red lines --------------------------------------------------------------------------------------------------------


def test_no_red_line() -> None:
    """A standard without red lines says so."""
    assert "no red-line requirement" in words(build(red_lines, make_facts()))


def test_clean_census() -> None:
    """A clean census states what it bounds."""
    items = [make_item(n, red_line=True) for n in range(59)]
    blocks = build(red_lines, make_facts(make_plan(items, standard=make_standard(red()))))
    assert "at most 4.96 % (error 5 %)" in words(blocks)
    assert only(Table, blocks).tones == ("pass",)
    assert "No violation was found." in words(blocks)


@pytest.mark.parametrize(
    ("confirmed", "state", "tone"), [(True, "confirmed", "fail"), (None, "unconfirmed", "inconclusive")]
)
def test_violation(confirmed: bool | None, state: str, tone: str) -> None:
    """Each violation is listed with its state, and bounds nothing; a sealed item is not named."""
    facts = failed(make_item(1, red_line=True, visibility="sealed"), standard=make_standard(red()), confirmed=confirmed)
    census, listed = (b for b in build(red_lines, facts) if isinstance(b, Table))
    assert census.rows[0][-1] == "violations were found"
    assert census.tones == listed.tones == (tone,)
    assert listed.rows == (("(sealed item)", "Medication safety", "Wrong dose (bank:A.1)", state),)


def test_confirmed_first() -> None:
    """Confirmed violations stand before unconfirmed ones."""
    plan = make_plan([make_item(1, red_line=True), make_item(2, red_line=True)], standard=make_standard(red()))
    grades = {0: make_grade(plan, 0, met=False), 1: make_grade(plan, 1, met=False, confirmed=True)}
    table = [b for b in build(red_lines, make_facts(plan, grades)) if isinstance(b, Table)][1]
    assert [row[3] for row in table.rows] == ["confirmed", "unconfirmed"]


def test_many_violations() -> None:
    """A long list of violations is cut, and the rest counted."""
    facts = failed(*(make_item(n, red_line=True) for n in range(53)), standard=make_standard(red()))
    assert "3 more violations are not listed." in words(build(red_lines, facts))


@pytest.mark.parametrize(
    "facts",
    [
        make_facts(make_plan([], standard=make_standard(red())), {}),
        make_facts(make_plan([make_item(1, red_line=True)], standard=make_standard(red())), {}),
    ],
    ids=["unasked", "unanswered"],
)
def test_empty_census(facts: Facts) -> None:
    """A red line without a scored answer bounds nothing."""
    table = only(Table, build(red_lines, facts))
    assert table.rows[0][-1].startswith("nothing")
    assert table.tones == ("inconclusive",)


def test_census_without_tally() -> None:
    """A red line whose counts are missing bounds nothing."""
    facts = make_facts(make_plan(standard=make_standard(red())))
    facts = replace(facts, scores=replace(facts.scores, tallies=()))
    assert only(Table, build(red_lines, facts)).rows[0][-1].startswith("nothing")


# -- what failed ------------------------------------------------------------------------------------------------------


def test_excerpt() -> None:
    """An excerpt holds the question, the answer, the missed criterion, the reason and the words found."""
    facts = failed(make_item(1), reason=Text(zh="错", en="It says 500 mg"), excerpt="500 mg")
    shown = only(Excerpt, build(examples, facts))
    assert "第 1 题" in shown.question
    assert shown.answer == "每次 500 mg。"
    assert shown.findings == ("[critical] 给出每次 250 mg: It says 500 mg (“500 mg”)",)
    assert shown.lang == "zh"


def test_worst_first() -> None:
    """Confirmed violations come first, then unconfirmed ones, then the fewest points."""
    mild = tuple(Criterion(id=f"c{n}", text="x", check={"mentions": {}}, points=n) for n in (1, 9))
    items = [
        make_item(1, criteria=mild),
        make_item(2, criteria=mild[:1]),
        make_item(3, red_line=True),
        make_item(4, red_line=True),
    ]
    facts = failed(*items)
    better = replace(
        facts.grades[0], earned=9, marks=(facts.grades[0].marks[0], replace(facts.grades[0].marks[1], state="met"))
    )
    grades = {**facts.grades, 0: better, 3: replace(facts.grades[3], violation="confirmed")}
    titles = [b.title for b in build(examples, replace(facts, grades=grades)) if isinstance(b, Excerpt)]
    assert [title.split(" ")[0][-1] for title in titles] == ["4", "3", "2", "1"]
    assert "red-line violation · confirmed" in titles[0]


def test_cap() -> None:
    """At most thirty answers are shown; the heading says how many are not."""
    blocks = build(examples, failed(*(make_item(n) for n in range(33))))
    assert sum(isinstance(b, Excerpt) for b in blocks) == 30
    assert "The worst 30; 3 more are in the run's journal" in words(blocks)


def test_penalty_is_what_was_met() -> None:
    """A criterion that costs points is listed when it is met."""
    criteria = (
        Criterion(id="good", text="right", check={"mentions": {}}),
        Criterion(id="bad", text="invents a dose", check={"mentions": {}}, points=-1),
    )
    plan = make_plan([make_item(1, criteria=criteria)])
    facts = make_facts(plan, {0: make_grade(plan, 0)})
    assert only(Excerpt, build(examples, facts)).findings == ("invents a dose: checked",)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(text="", state="silent"), "stayed silent"),
        (Answer(text=" ", state="blocked"), "content filter"),
        (Answer(text=""), "(empty)"),
        (Answer(text="half an", state="truncated"), "half an\n(cut short)"),
    ],
)
def test_incomplete_answers(answer: Answer, said: str) -> None:
    """An answer that is not a complete text says what it is."""
    facts = failed(make_item(1))
    facts = replace(facts, responses={0: Response(position=0, answers=(answer,))})
    assert said in only(Excerpt, build(examples, facts)).answer


def test_dialogue() -> None:
    """A dialogue shows each turn with its role, and each answer with its number."""
    item = make_item(1, prompt=(Message(role="user", content="one"), Message(role="user", content="two")))
    facts = replace(failed(item), responses={0: Response(position=0, answers=(Answer(text="A"), Answer(text="B")))})
    shown = only(Excerpt, build(examples, facts))
    assert shown.question == "[user] one\n\n[user] two"
    assert shown.answer == "[1] A\n\n[2] B"


def test_no_response() -> None:
    """A grade without a response says that nothing is recorded."""
    assert "nothing is recorded" in only(Excerpt, build(examples, replace(failed(make_item(1)), responses={}))).answer


def test_endless_texts() -> None:
    """Question, answer and reason are shortened, and what is left out is counted."""
    item = make_item(1, prompt=(Message(role="user", content="Q" * 100_000),))
    facts = failed(item, text="A" * 100_000, reason=Text(zh="R" * 9000, en="R" * 9000), excerpt="E" * 9000)
    shown = only(Excerpt, build(examples, facts))
    assert len(words(shown)) < 4000
    assert "98,800 more characters not shown" in shown.answer


def test_sealed_only() -> None:
    """Sealed failures are counted by risk and never shown, also without a risk."""
    facts = failed(make_item(1, visibility="sealed"), make_item(2, visibility="sealed", risks=()))
    blocks = build(examples, facts)
    assert not [b for b in blocks if isinstance(b, Excerpt)]
    assert ("(no risk named)", "1") in [b for b in blocks if isinstance(b, Table)][1].rows


@pytest.mark.parametrize(
    ("facts", "said"),
    [(make_facts(), "No answer was graded as failed."), (make_facts(make_plan([]), {}), "No answer was graded.")],
    ids=["passed", "empty"],
)
def test_no_failures(facts: Facts, said: str) -> None:
    """Nothing failed and nothing graded are said in different words."""
    assert only(Paragraph, build(examples, facts)).text == said


# -- figures ----------------------------------------------------------------------------------------------------------


def test_scores() -> None:
    """Groups show counts, the share of the scored, and both bounds of the unscored."""
    plan = make_plan([make_item(n) for n in range(4)])
    grades = {0: make_grade(plan, 0), 1: make_grade(plan, 1), 2: make_grade(plan, 2, met=False)}
    facts = make_facts(plan, grades, failures={3: "timeout"})
    table = next(b for b in build(scores, facts) if isinstance(b, Table) and b.caption == "By dimension")
    assert tuple(map(words, table.rows[0])) == (
        "Medication safety",
        "4",
        "2",
        "1",
        "1",
        "66.66 %",
        "50.00 %",
        "75.00 %",
    )


def test_scores_of_nothing() -> None:
    """An empty run has no scores."""
    assert "No sample was planned." in words(build(scores, make_facts(make_plan([]), {})))


def test_unscored() -> None:
    """Each requirement shows its unscored samples, their reasons and both bounds."""
    facts = make_facts(make_plan(), {}, failures={0: "timeout"})
    row = only(Table, build(unscored, facts)).rows[0]
    assert tuple(map(words, row)) == (
        "Medication safety",
        "2",
        "2",
        "2 %",
        "0.00 %",
        "100.00 %",
        "nothing is recorded 1, timed out 1",
    )


def test_unscored_without_requirements() -> None:
    """Without requirements only the counts are given."""
    facts = make_facts(make_plan(standard=make_standard(requirements=())))
    assert not [b for b in build(unscored, facts) if isinstance(b, Table)]


def test_cost() -> None:
    """Tokens are summed, latencies ranked and priced."""
    spec = CandidateSpec(adapter="a", name="x", price=Price(prompt=Decimal(2), completion=Decimal(8)))
    answers = {
        n: Response(
            position=n,
            answers=(Answer(text="x", prompt_tokens=500_000, completion_tokens=250_000, latency_ms=(n + 1) * 1000),),
        )
        for n in range(2)
    }
    rows = dict(only(Fields, build(cost, make_facts(make_plan(candidate=spec), responses=answers, retries=3))).rows)
    assert rows["Prompt tokens"] == "1,000,000"
    assert rows["Cost"] == "6.00 CNY"
    assert rows["Retries"] == "3"
    assert rows["Of these, reasoning"] == "not reported by the endpoint"
    assert words(rows["Latency"]) == "median 2,000 ms, 90 % within 2,000 ms, longest 2,000 ms"


def test_cost_in_part() -> None:
    """Tokens that only some answers report give a lower bound, and so does their price."""
    spec = CandidateSpec(adapter="a", name="x", price=Price(prompt=Decimal(2), completion=Decimal(8)))
    answers = {0: make_response(0, prompt_tokens=10, completion_tokens=10), 1: make_response(1)}
    rows = dict(only(Fields, build(cost, make_facts(make_plan(candidate=spec), responses=answers))).rows)
    assert rows["Prompt tokens"] == "at least 10 (reported by 1 of 2 answers)"
    assert rows["Cost"] == "at least 0.00 CNY"


def test_cost_of_nothing() -> None:
    """An empty run has no latency, and without a price no cost is made up."""
    rows = dict(only(Fields, build(cost, make_facts(make_plan([]), {}))).rows)
    assert (rows["Latency"], rows["Cost"]) == ("–", None)


# -- method, limits, identification, evidence -------------------------------------------------------------------------


def test_method() -> None:
    """The method names the sampling, clauses, coverage, sources, and marks what is unverified."""
    coverage = Coverage(risks=("bank:A.1",), min_items=7, clause="A.1", status="unverified")
    requirement = make_requirement(
        coverage=(coverage,), floor=Decimal("0.8"), sample=20, min_bank=100, status="unverified"
    )
    spec = CandidateSpec(
        adapter="a", name="x", system="Be brief.", sampling=Sampling(temperature=Decimal("0.7"), stop=("END",))
    )
    text = words(
        build(
            method,
            make_facts(make_plan(standard=make_standard(requirement), candidate=spec, stopping=planning.STOPPING)),
        )
    )
    for said in (
        "Be brief.",
        "0.7",
        "'END'",
        "the endpoint's default",
        "≥ 90 % (unverified), α 5 %, β 5 %, floor 80 %, at least 1 items, a bank of at least 100, 20 drawn, unscored cap 2 %",
        "A.1 (unverified)",
        "Package leaflet",
        "No deviation",
    ):
        assert said in text


def test_stopping_rule() -> None:
    """The usual stopping rule is worded in Chinese; another one is printed as it is."""
    assert "固定样本" in words(build(method, make_facts(make_plan(stopping=planning.STOPPING)), "zh"))
    assert "停止规则：other" in words(build(method, make_facts(make_plan(stopping="other")), "zh"))


def test_coverage_without_tally() -> None:
    """A coverage whose counts are missing counts as none."""
    requirement = make_requirement(coverage=(Coverage(risks=("bank:A.1",), min_items=7, clause="A.1"),))
    facts = make_facts(make_plan(standard=make_standard(requirement)))
    facts = replace(facts, scores=replace(facts.scores, tallies=()))
    table = next(b for b in build(method, facts) if isinstance(b, Table) and b.caption == "Coverage of risks")
    assert table.rows[0][2] == "0"


def test_sources() -> None:
    """A source whose text was opened is told from one that was not; sources of sealed items are not named."""
    plan = make_plan([make_item(1, sources=("open",)), make_item(2, visibility="sealed", sources=("secret",))])
    suite = replace(
        plan.suites[0], sources={"open": Source(title="Opened", opened=True), "secret": Source(title="Secret")}
    )
    text = words(build(method, make_facts(replace(plan, suites=(suite,)))))
    assert "Opened" in text
    assert "Secret" not in text
    none = make_facts(make_plan([make_item(1, sources=())]))
    assert "Sources" not in words(build(method, none))


def test_deviations() -> None:
    """Deviations are listed in the method and in the field for them."""
    facts = make_facts(deviations=(Text(zh="中断", en="The run was interrupted."),))
    assert "The run was interrupted." in words(build(method, facts))
    assert ("n", "Additions, deviations, exclusions", "The run was interrupted.") in build(identification, facts)[
        0
    ].rows  # type: ignore[union-attr]


def test_limits() -> None:
    """The standard's own limits come first; unverified figures, simulation and missing accreditation are named."""
    standard = make_standard(make_requirement(status="unverified"), limits=(Text(zh="甲", en="No images."),))
    spec = CandidateSpec(adapter="reference", name="x", simulated=True)
    points = only(Points, build(limits, make_facts(make_plan(standard=standard, candidate=spec)))).items
    assert points[0] == "No images."
    assert any("1 requirements are unverified" in p for p in points)
    assert any("simulated" in p for p in points)
    assert any("not issued under accreditation" in p for p in points)


def test_limits_of_an_accredited_report() -> None:
    """A verified, accredited test of a real candidate prints only what always holds."""
    facts = make_facts(lab=Lab(name="L", accreditation="A"))
    assert len(only(Points, build(limits, facts)).items) == 4


def test_sixteen_fields() -> None:
    """Every field of ISO/IEC 17025:2017, 7.8.2.1 has a row, and none is empty."""
    rows = build(identification, make_facts())[0].rows  # type: ignore[union-attr]
    assert "".join(row[0] for row in rows) == "abcdefghijklmnop"
    assert all(all(row) for row in rows)
    assert [row[0] for row in rows if row[2] == "not supplied"] == ["b", "c", "e", "h", "o"]


def test_supplied_fields() -> None:
    """What is supplied is printed, the customer's part of it marked as the customer's."""
    lab = Lab(
        name="Lab",
        address=None,
        location="Room 1",
        customer="Vendor",
        contact="mail",
        authorised_by="Li",
        received="2026-03-01",
    )
    rows = {row[0]: row[2] for row in build(identification, make_facts(lab=lab))[0].rows}  # type: ignore[union-attr]
    assert rows["b"] == "Lab; not supplied"
    assert rows["e"] == "Vendor; mail †"
    assert (rows["c"], rows["h"], rows["o"]) == ("Room 1", "2026-03-01", "Li")


def test_reported_models() -> None:
    """The names that the endpoint gave are printed, shortened; who gave marks is named."""
    answers = {0: make_response(0, model="served-model"), 1: make_response(1, model="M" * 5000)}
    rows = {row[0]: row[2] for row in build(identification, make_facts(responses=answers))[0].rows}  # type: ignore[union-attr]
    assert "served-model" in rows["g"]
    assert len(rows["g"]) < 500
    assert rows["p"] == "marks were given by: graders"
    empty = {row[0]: row[2] for row in build(identification, make_facts(make_plan([]), {}))[0].rows}  # type: ignore[union-attr]
    assert empty["p"] == "none"


@pytest.mark.parametrize(("visibility", "shown"), [("public", True), ("sealed", False)])
def test_seed(visibility: str, shown: bool) -> None:
    """The seed is printed only where no item is sealed."""
    plan = make_plan([make_item(1, visibility=visibility)], seed="the-seed")
    assert ("the-seed" in words(build(digests, make_facts(plan)))) is shown


def test_digests() -> None:
    """Plan, journal, suites, plugins and environment are named."""
    facts = make_facts()
    text = words(build(digests, facts))
    for said in (facts.plan_digest, facts.journal_head, facts.plan.suites[0].digest, "number", "python", "3.11"):
        assert said in text
    assert not [b for b in build(digests, make_facts(make_plan(plugins=()))) if isinstance(b, Table)]
