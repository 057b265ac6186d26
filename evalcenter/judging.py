"""Puts answers to the judges of a panel, beside the asking or by itself, and hands their replies on.

Rules this module keeps:

* A reply that was had is never asked for again, also after a resume; a void one is asked for once more, and then stands as it is.
* What concerns one request (a reply that can't be read, a blocked one, a request that the endpoint refuses) voids that request. A
  judge that is gone (nobody there, a refused key, errors without end) stops everything: a panel never gets smaller in silence.
* Judges know nothing of the run, the candidate or each other; they get what ``judges/asking.py`` builds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from evalcenter import boundary, hooks
from evalcenter.calling import Caller, Endpoint, Waiting, first
from evalcenter.errors import CallFailed, InputError, JudgeGone
from evalcenter.judges import asking, panels
from evalcenter.judges.panels import Call, Case, Opinion
from evalcenter.judges.reading import Void
from evalcenter.records import CandidateSpec, Item, Judge, Judgement, Panel, Plan, Question

ITS_OWN: Final = frozenset({400, 413, 422})
"""Statuses with which an endpoint refuses one request, as opposed to all of them."""
Keep = Callable[[Judgement], None]
Settled = Callable[[Case, Opinion], None]


@dataclass(slots=True)
class _Open:
    """A case that is before the judges: what they said so far, and how many replies are missing."""

    case: Case
    said: list[Judgement]
    missing: int


class Docket:
    """The cases before a panel: which calls are due, and what came of them.

    Each reply is given to `keep` at once; a case on which every reply is in goes to `settled` with what they come to.
    """

    def __init__(self, panel: Panel, seed: str, keep: Keep, settled: Settled) -> None:
        self.panel, self.seed = panel, seed
        self._keep, self._settled = keep, settled
        self._queues: dict[str, deque[Call]] = {judge.spec.name: deque() for judge in panel.judges}
        self._open: dict[int, _Open] = {}

    @property
    def busy(self) -> bool:
        """Whether a reply is missing."""
        return bool(self._open)

    def add(self, case: Case, said: Sequence[Judgement] = ()) -> None:
        """Put a case before the judges, with what they `said` of it before a stop."""
        due = panels.due(case, self.panel, self.seed, said)
        self._open[case.position] = _Open(case, list(said), len(due))
        for call in due:
            self._queues[call.judge].append(call)
        if not due:
            self._close(case.position)

    def take(self, judge: str) -> Call | None:
        """The next call to `judge`, if there is one."""
        queue = self._queues[judge]
        return queue.popleft() if queue else None

    def heard(self, call: Call, judgement: Judgement) -> None:
        """One reply, or why there was none."""
        self._keep(judgement)
        held = self._open[call.case.position]
        held.said.append(judgement)
        if call.attempt < panels.LAST_ATTEMPT and isinstance(panels.result(call.ask, judgement), Void):
            self._queues[call.judge].append(panels.again(call, self.panel, self.seed))
            return
        held.missing -= 1
        if not held.missing:
            self._close(call.case.position)

    def _close(self, position: int) -> None:
        held = self._open.pop(position)
        said = panels.opinion(held.case, self.panel, self.seed, held.said)
        if said is not None:
            self._settled(held.case, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """How judges are reached: the adapters, how hard they may be pushed, and the key of each by its name.

    A judge that is embedded in this program marks by the examples of `items`. `quiet` keeps its endpoint's words out of errors.
    """

    adapters: Mapping[str, hooks.Adapter]
    items: Sequence[Item] = ()
    limits: hooks.Limits = field(default_factory=hooks.Limits)
    keys: Mapping[str, str | None] = field(default_factory=dict)
    quiet: bool = False


class Jury:
    """The judges of a panel at work on a docket; see `run.Jury`."""

    def __init__(self, docket: Docket, means: Means) -> None:
        self.docket, self.idle, self.rising = docket, Waiting(), False
        self.stirred: Callable[[], None] = _nothing
        limits = replace(means.limits, budget=None, deadline_s=None)
        self._seats = [_Seat(self, judge, _client(judge, means, limits), limits) for judge in docket.panel.judges]
        for seat in self._seats:
            seat.quiet = means.quiet

    @property
    def busy(self) -> bool:
        """Whether a judge has yet to say something."""
        return self.docket.busy

    def add(self, case: Case, said: Sequence[Judgement] = ()) -> None:
        """Put a case before the judges."""
        self.docket.add(case, said)
        self.idle.wake_all()

    def sit(self, group: asyncio.TaskGroup, stirred: Callable[[], None]) -> None:
        """Begin to work in `group`; `stirred` is called whenever a reply came."""
        self.stirred = stirred
        for seat in self._seats:
            for _ in range(seat.limits.concurrency):
                group.create_task(seat.work())

    def rise(self) -> None:
        """Nothing more will come: end when nothing is left to judge."""
        self.rising = True
        self.idle.wake_all()

    async def work(self) -> None:
        """Judge what is on the docket, and nothing else. Raises JudgeGone or a judge's fatal error."""
        try:
            async with asyncio.TaskGroup() as group:
                self.sit(group, _nothing)
                self.rise()
        finally:
            await self.close()

    async def close(self) -> None:
        """Let go of the judges' connections."""
        for seat in self._seats:
            await seat.client.close()


def _nothing() -> None:
    return None


def work(jury: Jury) -> None:
    """`Jury.work` in an event loop of its own. Raises JudgeGone, a judge's own error, or KeyboardInterrupt."""
    try:
        asyncio.run(jury.work())
    except BaseExceptionGroup as problems:
        raise first(problems) from None


class _Seat(Caller):
    """One judge: takes its calls from the docket, so many at a time."""

    def __init__(self, jury: Jury, judge: Judge, client: hooks.Candidate, limits: hooks.Limits) -> None:
        super().__init__(client, limits, Endpoint(limits), f"{jury.docket.seed}/{judge.spec.name}")
        self.jury, self.name = jury, judge.spec.name
        self.where = judge.spec.base_url or judge.spec.name

    async def work(self) -> None:
        """Judge until nothing is left and nothing more will come."""
        while True:
            if not self.endpoint.room:
                await self.endpoint.waiting.wait()
                continue
            call = self.jury.docket.take(self.name)
            if call is not None:
                await self._settle(call)
            elif self.jury.rising and not self.jury.busy:
                self.jury.idle.wake_all()
                self.endpoint.waiting.wake_all()
                return
            else:
                await self.jury.idle.wait()

    async def _settle(self, call: Call) -> None:
        self.endpoint.flying += 1
        try:
            judgement = await self._asked(call)
        finally:
            self.endpoint.flying -= 1
            self.endpoint.waiting.wake(2)
        self.jury.docket.heard(call, judgement)
        self.jury.idle.wake_all()
        self.jury.stirred()

    async def _asked(self, call: Call) -> Judgement:
        question = Question(
            position=call.case.position, epoch=call.epoch, item=call.case.item.id, messages=call.ask.messages
        )
        made = Judgement(
            position=call.case.position,
            judge=call.judge,
            epoch=call.epoch,
            request=call.request,
            attempt=call.attempt,
            answer=None,
        )
        try:
            answer, calls = await self.call(question)
        except CallFailed as problem:
            if problem.http_status not in ITS_OWN and problem.kind != "not_sent":
                raise JudgeGone(
                    f"the judge {self.name!r} does not answer: {problem.kind if self.quiet else problem.message[:200]}",
                    where=self.where,
                    todo="what was answered and judged is safe; mend the judge, then go on with --resume",
                ) from None
            return replace(made, failed=f"{problem.kind}: {problem.message}"[:200], calls=problem.attempts)
        return replace(made, answer=answer, calls=calls)


def _client(judge: Judge, means: Means, limits: hooks.Limits) -> hooks.Candidate:
    """An open way to a judge; nothing is sent yet."""
    adapter: hooks.Adapter = hooks.find(means.adapters, "adapter", judge.spec.adapter)
    embedded = getattr(adapter, "beside", None)
    if embedded is not None and not judge.spec.settings:
        made: hooks.Candidate = embedded(judge.spec, means.items, judge.spec.name)
        return made
    settings = boundary.convert(adapter.settings, settings_of(judge))
    return adapter.open(judge.spec, settings, means.keys.get(judge.spec.name), limits)


def settings_of(judge: Judge) -> dict[str, object]:
    """The settings of a judge's adapter, with the form of reply that its endpoint offers."""
    forms: Mapping[str, object] = {
        "json": {"type": "json_object"},
        "schema": {
            "type": "json_schema",
            "json_schema": {"name": "marks", "strict": True, "schema": dict(asking.SCHEMA)},
        },
    }
    settings = dict(judge.spec.settings)
    if judge.structured in forms:
        settings["extra_body"] = {**settings.get("extra_body", {}), "response_format": forms[judge.structured]}
    return settings


def check(plan: Plan) -> None:
    """Raise InputError where a plan's judges can't do what they are there for."""
    panel = plan.panel
    if panel is None:
        return
    own = [judge.spec.name for judge in panel.judges if same(judge.spec, plan.candidate)]
    if own and not panel.own:
        raise InputError(
            f"the judge {own[0]!r} is the candidate itself: the same model at the same address",
            todo="take another judge; --let-the-candidate-judge-itself allows it, and every report says so",
        )
    if all(requirement.grading == "direct" for requirement in plan.standard.requirements):
        raise InputError(
            "no requirement of this standard is graded by a judge, so the judges would be asked for nothing",
            todo="leave out --judges, or write `grading: audited` or `calibrated` into a requirement (docs/standards.md)",
        )


def same(one: CandidateSpec, other: CandidateSpec) -> bool:
    """Whether two specs name one model at one address."""
    ours, theirs = ((spec.model, (spec.base_url or spec.name).rstrip("/").casefold()) for spec in (one, other))
    return ours == theirs
