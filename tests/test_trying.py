"""Judges are tried as they are asked in runs: each answer once, each reply kept, and what is missing asked for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from evalcenter import judging, labels, plugins, qualifications, quality, trying
from evalcenter.errors import CallFailed, JudgeGone
from evalcenter.judges import panels as judges
from evalcenter.labels import Labelled
from evalcenter.marking import Marker
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Example,
    Examples,
    Item,
    Judge,
    Judgement,
    Panel,
    Question,
)
from evalcenter.trying import Docket, Order
from tests.doubles import NoSettings
from tests.panels import judged_item, label, make_panel, replied, written

EXAMPLES = Examples(
    good=(Example(text="每次 250 mg。"),), bad=(Example(text="每次 500 mg。", fails=("c0",)), Example(text="随意"))
)
ITEMS = [judged_item(number, criteria=2, examples=EXAMPLES) for number in (1, 2)]
MARKER = Marker(plugins.load().graders)


@dataclass
class Knowing:
    """A stand-in for all judges: it knows every request, and marks as `say` has it for (judge, epoch, criterion)."""

    say: Callable[[str, int, str], str] = lambda *_: "m"
    calls: dict[str, judges.Call] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stop_after: int | None = None
    problem: BaseException = field(default_factory=KeyboardInterrupt)
    name = "openai_http"
    version = "1"
    settings = NoSettings

    def open(self, *_: object) -> Knowing:
        return self

    def teach(self, found: Docket, order: Order, seed: str) -> None:
        panel = replace(order.panel, epochs=order.epochs)
        for work in found.works:
            for call in judges.calls(work.case, panel, seed):
                for one in (call, judges.again(call, panel, seed)):
                    self.calls[one.ask.messages[-1].content] = one

    async def ask(self, question: Question) -> Answer:
        if self.stop_after is not None and len(self.asked) >= self.stop_after:
            if isinstance(self.problem, KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
                await asyncio.sleep(60)
            raise self.problem
        text = question.messages[-1].content
        self.asked.append(text)
        answer = replied(self.calls[text], self.say).answer
        assert answer is not None
        return answer

    async def close(self) -> None:
        pass


def order(panel: Panel | None = None, epochs: int = 1, seed: str = "seed") -> Order:
    return Order(panel=panel or make_panel(), epochs=epochs, days=90, seed=seed)


def pairs(items: list[Item]) -> list[tuple[Item, Labelled]]:
    by_id = {item.id: item for item in items}
    return [(by_id[one.item], one) for one in labels.of_examples(items)]


def tried(folder: Path, wanted: Order, found: Docket, judge: Knowing):
    """The qualification, or what stopped it; and how many replies were heard."""
    heard: list[Judgement] = []
    means = judging.Means(adapters={"openai_http": judge})
    with trying.begin(folder, wanted, found.works) as held:
        judge.teach(found, wanted, held.seed)
        trying.ask(wanted, held, found.works, means, heard.append)
        return trying.qualification(wanted, held, found), heard


# -- what is put ------------------------------------------------------------------------------------------------------


def test_every_example_is_put_once() -> None:
    """Good and bad examples of every item with a judge's criteria, each once, though labels say it twice."""
    found = trying.docket([*pairs(ITEMS), *pairs(ITEMS)], (), MARKER)
    assert len(found.works) == 6
    assert len({work.identity for work in found.works}) == 6
    assert [work.case.position for work in found.works] == list(range(6))


def test_what_hangs_on_no_judge_is_put_for_its_truth_only(tmp_path: Path) -> None:
    """An answer that a rule fails already is put only where a criterion's truth is known; then it is no part of the catch rate."""
    rule = Criterion(id="rule", text="给出 250 mg", check={"number": {"target": 250, "unit": "mg"}}, critical=True)
    item = replace(ITEMS[0], criteria=(*ITEMS[0].criteria, rule))
    found = trying.docket(pairs([item]), (), MARKER)
    assert [(work.labelled.bad, work.machine.why) for work in found.works] == [(False, "pending"), (True, "")]
    assert found.idle == 1
    made, _ = tried(tmp_path / "t", order(), found, Knowing(say=lambda *_: "n"))
    assert [(one.bad, one.hangs) for one in made.trials] == [(False, True), (True, False)]
    figures = quality.figures(made)
    assert (figures.caught.judged.whole, figures.labels) == (0, 4)


def test_what_a_run_told_is_not_put_again() -> None:
    """An answer of which there is a trial already stays out; of two trials of one answer the first counts."""
    known = written(ITEMS[0], make_panel(), [["m"], ["m"]])
    (first, *_), whole = pairs(ITEMS), trying.docket(pairs(ITEMS), (), MARKER)
    known = replace(known, answers=trying.canon.digest(list(first[1].answers)))
    found = trying.docket(pairs(ITEMS), [known, replace(known, outcome="fail")], MARKER)
    assert len(found.works) == len(whole.works) - 1
    assert found.known == (known,)


def test_an_item_that_changed_is_another(tmp_path: Path) -> None:
    """The same answer to the old and to the new rubric are two cases."""
    changed = replace(ITEMS[0], criteria=ITEMS[0].criteria[:1])
    said = label(ITEMS[0], c0="met")
    assert len(trying.docket([(ITEMS[0], said), (changed, said)], (), MARKER).works) == 2


# -- asking -----------------------------------------------------------------------------------------------------------


def test_a_panel_is_tried_and_written_down(tmp_path: Path) -> None:
    """A judge that says "met" to all catches no bad answer; its file is read again as it was written."""
    found = trying.docket(pairs(ITEMS), (), MARKER)
    made, heard = tried(tmp_path / "t", order(epochs=2), found, Knowing())
    assert (len(heard), len(made.trials), made.epochs) == (12, 6, 2)
    figures = quality.figures(made)
    assert (figures.caught.judged.part, figures.caught.judged.whole) == (0, 4)
    assert (figures.passed.judged.part, figures.passed.judged.whole) == (2, 2)
    assert made.used[0].requests == 12
    digest = qualifications.write(tmp_path / "q.json", made)
    assert qualifications.load(tmp_path / "q.json") == (made, digest)


def test_judges_keep_the_order_of_their_file(tmp_path: Path) -> None:
    """Whatever judges are called, each one's marks stay its own, and the file is read again."""
    two = make_panel(2)
    panel = replace(two, judges=two.judges[::-1])
    found = trying.docket(pairs(ITEMS), (), MARKER)
    made, _ = tried(
        tmp_path / "t", order(panel), found, Knowing(say=lambda judge, *_: "m" if judge == "judge-1" else "n")
    )
    qualifications.write(tmp_path / "q.json", made)
    figures = quality.figures(qualifications.load(tmp_path / "q.json")[0])
    rates = {one.name: one.whole.accuracy.sensitivity.judged.rate for one in figures.raters}
    assert rates == {"panel": None, "judge-1": 1, "judge-0": 0}


def test_a_stopped_tryout_asks_only_what_is_missing(tmp_path: Path) -> None:
    """Interrupted anywhere, it goes on without asking for any reply that was had, and comes to the same."""
    found, wanted = trying.docket(pairs(ITEMS), (), MARKER), order(make_panel(2), epochs=2)
    whole, _ = tried(tmp_path / "whole", wanted, found, Knowing())
    stopped = Knowing(stop_after=7, problem=JudgeGone("gone"))
    with pytest.raises(JudgeGone):
        tried(tmp_path / "t", wanted, found, stopped)
    again = Knowing()
    with trying.begin(tmp_path / "t", wanted, found.works) as held:
        left = trying.missing(wanted, held, found.works)
    made, heard = tried(tmp_path / "t", replace(wanted, seed="another"), found, again)
    assert (len(stopped.asked), left, len(heard)) == (7, 17, 17)
    assert not {*stopped.asked} & {*again.asked}
    assert (made.trials, made.seed) == (whole.trials, whole.seed)
    assert made.used == whole.used
    _, heard = tried(tmp_path / "t", wanted, found, again)
    assert heard == []


def test_a_judge_that_is_gone_stops_the_tryout(tmp_path: Path) -> None:
    """No qualification is made of a panel that lost a judge."""
    gone = Knowing(stop_after=3, problem=CallFailed("connection", "refused", retryable=False))
    found = trying.docket(pairs(ITEMS), (), MARKER)
    with pytest.raises(JudgeGone):
        tried(tmp_path / "t", order(), found, gone)


def test_a_void_reply_is_asked_again_and_counted(tmp_path: Path) -> None:
    """A reply that is no verdict is asked for once more; both are counted, and the later one marks."""
    found, judge = trying.docket(pairs(ITEMS[:1]), (), MARKER), Knowing()
    plain = judge.ask

    async def dumb_at_first(question: Question) -> Answer:
        first = judge.calls[question.messages[-1].content].attempt == 0
        return Answer(text="?") if first else await plain(question)

    judge.ask = dumb_at_first  # type: ignore[method-assign]
    made, heard = tried(tmp_path / "t", order(), found, judge)
    assert (len(heard), made.used[0].requests, made.used[0].voids) == (6, 6, {"no_verdict": 3})
    assert {mark for one in made.trials for c in one.criteria for mark in c.said[0].marks} == {"met"}


def test_an_embedded_judge_marks_by_the_items_that_are_tried(tmp_path: Path) -> None:
    """A simulated judge inside the program knows the examples of what it is tried on, as it does in a run."""
    spec = CandidateSpec(adapter="reference", name="reference-judge-1", model="reference-judge-1", simulated=True)
    wanted = order(judges.stamped(Panel(judges=(Judge(spec=spec, family="simulated"),))))
    found = trying.docket(pairs(ITEMS), (), MARKER)
    with trying.begin(tmp_path / "t", wanted, found.works) as held:
        trying.ask(wanted, held, found.works, judging.Means(adapters=plugins.load().adapters), lambda _: None)
        made = trying.qualification(wanted, held, found)
    assert [one.panel for trial in made.trials for one in trial.criteria if one.truth is not None]
    assert all(one.panel == one.truth for trial in made.trials for one in trial.criteria if one.truth is not None)
