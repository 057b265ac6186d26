"""A run with judges: what they reply is kept, what follows from it can be computed again, and nothing broken becomes a mark."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from evalcenter import attempts, boundary, certify, grade, history, hooks, judging, plan, readings, walk
from evalcenter.candidates import openai_http, reference, simulated_judge
from evalcenter.errors import CallFailed, InputError, JudgeGone, PlanMismatch, Tampered
from evalcenter.graders import judge as judge_grader
from evalcenter.hooks import Limits
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Example,
    Examples,
    Item,
    Judge,
    Judgement,
    Panel,
    Plan,
    Question,
)
from tests import doubles
from tests.factory import make_standard
from tests.judges import cases
from tests.test_plan import suite
from tests.test_review import forge
from tests.test_steering import rate

ITEMS = [
    cases.make_item(
        lang,
        id=f"chest-{lang}",
        dimension="care",
        examples=Examples(
            good=(Example(text=cases.GOOD[lang]),), bad=(Example(text=cases.BAD[lang], fails=("c0", "c1", "c2", "c3")),)
        ),
    )
    for lang in ("zh", "en")
]
SPEC = CandidateSpec(adapter="scripted", name="candidate", model="m", base_url="http://127.0.0.1:1/v1", simulated=True)
FAST = Limits(concurrency=4, attempts=2, backoff_s=0.001, backoff_cap_s=0.001)
Says = Callable[[str, Question], str | Exception]


@dataclass
class Judges:
    """Opens judges that say what `says` makes of their name and the question; without it they mark by the examples."""

    name: ClassVar[str] = "judges"
    version: ClassVar[str] = "1"
    settings: ClassVar[type[Any]] = doubles.NoSettings
    says: Says | None = None
    asked: list[tuple[str, Question]] = field(default_factory=list)
    closed: Counter[str] = field(default_factory=Counter)

    def open(self, spec: CandidateSpec, settings: Any, key: str | None, limits: Limits) -> OneJudge:
        return OneJudge(self, spec.name)


@dataclass
class OneJudge:
    judges: Judges
    name: str

    async def ask(self, question: Question) -> Answer:
        self.judges.asked.append((self.name, question))
        said = (self.judges.says or right)(self.name, question)
        if isinstance(said, Exception):
            raise said
        return Answer(text=said, prompt_tokens=10, completion_tokens=3)

    async def close(self) -> None:
        self.judges.closed[self.name] += 1


def right(name: str, question: Question) -> str:
    """What a judge that makes no mistake says."""
    made = simulated_judge.Judge(ITEMS, simulated_judge.Rates(right=1), name)  # type: ignore[arg-type]
    return made.reply(question.messages).text


def judge(name: str, adapter: str = "judges") -> Judge:
    return Judge(spec=CandidateSpec(adapter=adapter, name=name, model=name, simulated=True), family=name)


PANEL = Panel(judges=(judge("a"), judge("b"), judge("c")), floor=2)


def plugins(judges: Judges, candidate: doubles.Scripted | None = None) -> hooks.Plugins:
    held = doubles.plugins(candidate or answering(cases.GOOD))
    adapters = {**held.adapters, "judges": judges, "reference": reference.plugin, "openai_http": openai_http.plugin}
    return replace(held, adapters=adapters, graders={**held.graders, "judge": judge_grader.plugin})


def answering(texts: dict[str, str]) -> doubles.Scripted:
    def answer(question: Question) -> Answer:
        return Answer(text=texts[question.item.rpartition("-")[2]])

    return doubles.Scripted({item.id: [answer] * 400 for item in ITEMS})


def planned(panel: Panel | None = PANEL, items: list[Item] | None = None, more: int = 0, **changes: Any) -> Plan:
    wanted = {"cap": 40, "grading": "audited", "min_items": 2, **changes}
    standard = attempts.raised(make_standard(rate("care", **wanted)), more)
    drawn = plan.expand(
        [(suite(items or ITEMS), "sha256:0")], standard, SPEC, "seed", plugins(Judges()), boundary.convert
    )
    from evalcenter.judges import panels

    return replace(drawn, panel=None if panel is None else panels.stamped(panel))


def means(judges: Judges, candidate: doubles.Scripted | None = None) -> walk.Means:
    return walk.Means(plugins=plugins(judges, candidate), limits=FAST, langs=())


def walked(
    folder: Path, judges: Judges, panel: Panel = PANEL, candidate: doubles.Scripted | None = None
) -> history.Run:
    walk.start(planned(panel), folder, means(judges, candidate))
    return history.load(folder)


# -- what judges say --------------------------------------------------------------------------------------------------


def test_the_panel_grades_every_answer_that_needs_it(tmp_path: Path) -> None:
    """Each answer whose outcome hangs on a judge has a grade of the panel, with the marks that the judges gave."""
    run = walked(tmp_path / "run", Judges())
    assert set(run.judged) == set(run.responses)
    assert {mark.state for held in run.judged.values() for mark in held.marks} == {"met"}
    assert {held.by for held in run.judged.values()} == {"judge:panel"}


def test_only_the_coin_sends_what_judges_pass_to_people(tmp_path: Path) -> None:
    """Of answers that all judges pass, those wait for a person that the plan's coin chose, and no others."""
    run = walked(tmp_path / "run", Judges())
    (stream,) = run.plan.streams
    waiting = {position for position, _ in readings.queue(run)}
    tossed = {position for position, coin in zip(stream.positions, stream.coins, strict=True) if coin == "1"}
    assert waiting == tossed & set(run.responses)
    assert waiting


def test_what_judges_fail_goes_to_people(tmp_path: Path) -> None:
    """Every answer that the panel fails waits for a person."""
    run = walked(tmp_path / "run", Judges(), candidate=answering(cases.BAD))
    assert {position for position, _ in readings.queue(run)} == set(run.responses)


def test_judging_goes_on_beside_the_asking(tmp_path: Path) -> None:
    """Where judges pass all and no coin falls, a long run is asked to its decision without a person."""
    made = planned(cap=300, audit_rate=Decimal("0.001"))
    made = replace(made, streams=(replace(made.streams[0], coins="0" * 300),))
    ended = walk.start(made, tmp_path / "run", means(Judges()))
    assert ended.queue == 0
    assert len(history.load(tmp_path / "run").responses) > 150


def test_all_is_computed_again(tmp_path: Path) -> None:
    """A verified run has its judges' grades computed again from their replies."""
    walked(tmp_path / "run", Judges(), candidate=answering(cases.BAD))
    checked = certify.verify(tmp_path / "run", plugins(Judges()))
    assert checked.answers > 0


def test_no_verdict_leaves_the_panel_out(tmp_path: Path) -> None:
    """Where the panel's grades were dropped, with what the judges said or without, the verdict does not verify."""
    for number, kinds in enumerate([{"grade"}, {"grade", "judgement"}]):
        run = walked(tmp_path / str(number), Judges(), candidate=answering(cases.BAD))

        def without(line: dict[str, Any], kinds: set[str] = kinds) -> dict[str, Any] | None:
            return None if line["kind"] in kinds and line["data"].get("by") != "machine" else line

        forge(run.folder, lambda line: None if line["kind"] == "verdict" else without(line))
        with history.resume(run.folder) as held:
            grade.decide(held)
        with pytest.raises(Tampered, match="what the judges say"):
            certify.verify(run.folder, plugins(Judges()))


def test_judges_know_nothing_of_the_candidate(tmp_path: Path) -> None:
    """No request to a judge names the candidate, its model or its address."""
    judges = Judges()
    walked(tmp_path / "run", judges)
    said = "".join(message.content for _, question in judges.asked for message in question.messages)
    assert not [name for name in ("candidate", "127.0.0.1") if name in said]


def test_a_machine_that_decides_leaves_the_judges_alone(tmp_path: Path) -> None:
    """An answer that fails without a judge is put to none."""
    judges = Judges()
    silent = doubles.Scripted({item.id: [Answer(text="", state="silent")] * 400 for item in ITEMS})
    run = walked(tmp_path / "run", judges, candidate=silent)
    assert run.responses
    assert not judges.asked


def test_connections_are_closed(tmp_path: Path) -> None:
    """Every judge that was opened is let go of."""
    judges = Judges()
    walked(tmp_path / "run", judges)
    assert judges.closed == {"a": 1, "b": 1, "c": 1}


# -- what is broken ---------------------------------------------------------------------------------------------------


def _edited(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Says:
    def says(name: str, question: Question) -> str:
        marks = json.loads(right(name, question))["marks"]
        return json.dumps({"marks": change(marks)}, ensure_ascii=False)

    return says


BROKEN: dict[str, Says] = {
    "broken JSON": lambda name, question: right(name, question)[:40],
    "extra criterion": _edited(lambda marks: [*marks, {**marks[0], "label": "Z99"}]),
    "missing criterion": _edited(lambda marks: marks[1:]),
    "contradictory marks": _edited(lambda marks: [*marks, {**marks[0], "mark": "cannot_tell"}]),
    "empty text": lambda name, question: "",
    "every statement met": _edited(lambda marks: [{**mark, "mark": "met"} for mark in marks]),
    "a request that is refused": lambda name, question: CallFailed("status", "no", http_status=400, retryable=False),
    "an apology": lambda name, question: "I'm sorry, but I can't help with that.",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_nothing_broken_becomes_a_mark(tmp_path: Path, kind: str) -> None:
    """A reply that is not whole is asked for once more, then could not be judged, and the answer goes to people."""
    judges = Judges(BROKEN[kind])
    run = walked(tmp_path / "run", judges)
    assert {mark.state for held in run.judged.values() for mark in held.marks} == {"unjudged"}
    assert len(judges.asked) == 2 * 3 * len(run.judged)
    assert {position for position, _ in readings.queue(run)} == set(run.responses)
    certify.verify(tmp_path / "run", plugins(Judges()))


def test_one_broken_judge_of_three_is_outvoted(tmp_path: Path) -> None:
    """Two judges that read make the mark; the third one's void votes are counted in it."""
    run = walked(tmp_path / "run", Judges(lambda name, question: "" if name == "b" else right(name, question)))
    marks = [mark for held in run.judged.values() for mark in held.marks]
    assert {mark.state for mark in marks} == {"met"}
    assert {mark.reason.en for mark in marks} == {"judges: 2 met, 0 not met, 0 could not tell, 1 void"}


@pytest.mark.parametrize(
    "problem",
    [
        CallFailed("connection", "refused"),
        CallFailed("status", "no money", http_status=402, retryable=False),
        CallFailed("server_error", "boom", http_status=500),
    ],
)
def test_a_judge_that_is_gone_stops_the_run(tmp_path: Path, problem: CallFailed) -> None:
    """A panel does not get smaller in silence: the run stops, and says which judge is missing."""
    judges = Judges(lambda name, question: problem if name == "b" else right(name, question))
    with pytest.raises(JudgeGone, match="the judge 'b'"):
        walk.start(planned(), tmp_path / "run", means(judges))
    assert history.load(tmp_path / "run").closed == "stopped: JudgeGone"


def test_a_stopped_run_goes_on_without_asking_twice(tmp_path: Path) -> None:
    """After a judge came back, no reply that was had is asked for again, and no answer either."""
    left = Counter({"a": 7})

    def says(name: str, question: Question) -> str | Exception:
        left[name] -= 1
        return right(name, question) if name != "a" or left[name] >= 0 else CallFailed("connection", "gone")

    judges, candidate = Judges(says), answering(cases.GOOD)
    with pytest.raises(JudgeGone):
        walk.start(planned(), tmp_path / "run", means(judges, candidate))
    had = sum(len(said) for said in history.load(tmp_path / "run").judgements.values())
    assert had
    again, more = Judges(), answering(cases.GOOD)
    walk.resume(tmp_path / "run", means(again, more))
    run = history.load(tmp_path / "run")
    assert set(run.judged) == set(run.responses)
    assert had + len(again.asked) == 3 * len(run.judged)
    assert len(candidate.asked) + len(more.asked) == len(run.responses)


def test_judges_may_come_after_the_asking(tmp_path: Path) -> None:
    """What a stop left unjudged is judged by `grade`, without a word to the candidate."""
    with pytest.raises(JudgeGone):
        walk.start(planned(), tmp_path / "run", means(Judges(lambda name, question: CallFailed("connection", "gone"))))
    silent = doubles.Scripted()
    walk.regrade(tmp_path / "run", means(Judges(), silent))
    run = history.load(tmp_path / "run")
    assert set(run.judged) == set(run.responses)
    assert not silent.asked


def test_a_killed_run_makes_the_grade_that_was_missing(tmp_path: Path) -> None:
    """Where the replies are there and the panel's grade is not, it is made without asking anybody."""
    walked(tmp_path / "run", Judges())
    path = tmp_path / "run" / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b'"by":"judge:panel"' in line)
    path.write_bytes(b"".join(lines[:at]))
    before = sum(len(said) for said in history.load(tmp_path / "run").judgements.values())
    again = Judges()
    walk.regrade(tmp_path / "run", means(again, doubles.Scripted()))
    run = history.load(tmp_path / "run")
    assert set(run.judged) == set(run.responses)
    assert before + len(again.asked) == 3 * len(run.judged)


# -- what is forged ---------------------------------------------------------------------------------------------------


def _rewritten(folder: Path, change: Callable[[history.Run], None]) -> None:
    with history.resume(folder) as held:
        change(held)


def test_a_grade_that_the_judges_never_gave_is_found(tmp_path: Path) -> None:
    """A panel's grade that does not follow from the replies is Tampered."""
    walked(tmp_path / "run", Judges(), candidate=answering(cases.BAD))

    def forge(held: history.Run) -> None:
        position = next(iter(held.judged))
        made = held.judged[position]
        marks = tuple(replace(mark, state="met") for mark in made.marks)
        held.write("grade", grade.scoring.grade(grade.item_at(held, position), position, "complete", marks, made.by))

    _rewritten(tmp_path / "run", forge)
    with pytest.raises(Tampered, match="does not follow"):
        certify.verify(tmp_path / "run", plugins(Judges()))


def test_a_reply_too_many_is_found(tmp_path: Path) -> None:
    """A reply that nobody asked for is Tampered."""
    walked(tmp_path / "run", Judges())

    def add(held: history.Run) -> None:
        held.write("judgement", replace(held.judgements[0][0], epoch=9))

    _rewritten(tmp_path / "run", add)
    with pytest.raises(Tampered, match="never asked"):
        certify.verify(tmp_path / "run", plugins(Judges()))


def test_a_judge_without_a_panel_is_found(tmp_path: Path) -> None:
    """A judge's grade in a run whose plan names no judges is Tampered."""
    walk.start(planned(None), tmp_path / "run", means(Judges()))

    def add(held: history.Run) -> None:
        held.write("grade", replace(held.machine[0], by="judge:friend"))

    _rewritten(tmp_path / "run", add)
    with pytest.raises(Tampered, match="no judge was asked"):
        certify.verify(tmp_path / "run", plugins(Judges()))


def test_a_reply_where_no_judge_was_needed_is_found(tmp_path: Path) -> None:
    """A judge's reply on an answer that the machine settled by itself is Tampered, though nothing rests on it."""
    silent = doubles.Scripted({item.id: [Answer(text="", state="silent")] * 400 for item in ITEMS})
    run = walked(tmp_path / "run", Judges(), candidate=silent)
    reply = Judgement(position=0, judge="a", epoch=0, request=0, attempt=0, answer=None, failed="x")
    assert not run.judgements
    _rewritten(tmp_path / "run", lambda held: held.write("judgement", reply) and None)
    with pytest.raises(Tampered, match="no judge was asked"):
        certify.verify(tmp_path / "run", plugins(Judges()))


def test_other_words_are_another_plan(tmp_path: Path) -> None:
    """A run whose judges read other words is not recomputed with this program's."""
    made = planned()
    assert made.panel is not None
    walk.start(replace(made, panel=replace(made.panel, words={})), tmp_path / "run", means(Judges()))
    with pytest.raises(PlanMismatch, match="other words"):
        certify.verify(tmp_path / "run", plugins(Judges()))


# -- who may judge ----------------------------------------------------------------------------------------------------


def _own(panel_own: bool) -> Plan:
    spec = replace(SPEC, adapter="judges", name="j", base_url="http://127.0.0.1:1/v1/")
    return planned(Panel(judges=(Judge(spec=spec, family="x"),), own=panel_own))


def test_the_candidate_is_no_judge() -> None:
    """The same model at the same address may not judge itself."""
    with pytest.raises(InputError, match="is the candidate itself"):
        judging.check(_own(panel_own=False))


def test_the_candidate_may_be_allowed_to_judge() -> None:
    """Whoever insists may let it, and the plan holds that."""
    judging.check(_own(panel_own=True))


def test_judges_for_nothing_are_refused() -> None:
    """Where no requirement reads a judge's mark, naming judges is a mistake."""
    with pytest.raises(InputError, match="asked for nothing"):
        judging.check(planned(grading="direct"))


def test_another_attempt_needs_the_same_judges(tmp_path: Path) -> None:
    """A continued run keeps its judges."""
    first = walked(tmp_path / "first", Judges())
    other = planned(replace(PANEL, floor=1), more=5)
    with pytest.raises(PlanMismatch, match="the same judges"):
        walk.start(other, tmp_path / "second", means(Judges()), first)


def test_replies_are_carried_on(tmp_path: Path) -> None:
    """Another attempt takes the judges' replies over, asks for none of them again, and verifies."""
    first = walked(tmp_path / "first", Judges())
    again = Judges()
    walk.start(planned(more=8), tmp_path / "second", means(again), first)
    second = history.load(tmp_path / "second")
    assert len(second.judged) > len(first.judged)
    assert len(again.asked) == 3 * (len(second.judged) - len(first.judged))
    certify.verify(tmp_path / "second", plugins(Judges()))


# -- how they are reached ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("structured", "kind"), [("none", None), ("json", "json_object"), ("schema", "json_schema")])
def test_the_form_of_the_reply_is_asked_for(structured: Any, kind: str | None) -> None:
    """Where an endpoint offers structured output, the request names it; else it holds nothing of it."""
    one = replace(judge("a"), structured=structured)
    body = judging.settings_of(one).get("extra_body", {})
    assert isinstance(body, dict)
    assert body.get("response_format", {}).get("type") == kind


def test_the_embedded_judge_needs_no_file(tmp_path: Path) -> None:
    """The simulated judge marks by the items' examples, inside this program."""
    panel = Panel(judges=(judge("reference-judge-1", "reference"),))
    run = walked(tmp_path / "run", Judges(), panel)
    assert {mark.state for held in run.judged.values() for mark in held.marks} == {"met"}


def test_the_simulated_judge_errs_as_it_says(tmp_path: Path) -> None:
    """A judge that is right in half of its marks disagrees with the examples about so often."""
    panel = Panel(judges=(judge("reference-judge-0.5", "reference"),))
    run = walked(tmp_path / "run", Judges(), panel)
    marks = Counter(mark.state for held in run.judged.values() for mark in held.marks)
    assert 0.3 < marks["not_met"] / marks.total() < 0.7


def test_people_may_look_at_what_judges_disagree_on(tmp_path: Path) -> None:
    """Where judges differ and nothing else is awaited, the answer is among those that people may look at besides."""

    def says(name: str, question: Question) -> str:
        return _edited(lambda marks: marks)(name, question) if name != "c" else cases_failed(question)  # type: ignore[return-value]

    run = walked(tmp_path / "run", Judges(says))
    found = readings.by_panel(run)
    assert set(found) == set(run.judged)
    assert set(found.values()) == {readings.SPLIT}


def cases_failed(question: Question) -> str:
    """A judge that fails every criterion, and gets the controls right."""
    made = simulated_judge.Judge(ITEMS, simulated_judge.Rates(right=0), "c")  # type: ignore[arg-type]
    return made.reply(question.messages).text
