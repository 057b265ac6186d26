"""Which probe is asked when, so that the candidate can't know the moment, and what becomes of it.

Rules this module keeps:

* Before the first question every probe is asked `repeats` times; no question is asked until that is done.
* Among the questions each probe comes once a round, at a moment drawn from the plan's seed: the first round over the first
  `stretch` questions, each later one over twice as many as the one before. Behind the last question all are asked once more.
* Probes are asked as the questions are: same endpoint, same sampling, same system prompt, at the same pace.
* A resumed run goes on with the round where it stopped. What failed before the run is asked again; what failed later is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evalcenter import fingerprint
from evalcenter.calling import Caller
from evalcenter.draws import Draws
from evalcenter.errors import CallFailed
from evalcenter.history import Run
from evalcenter.records import Answer, Message, Plan, Probe, Probed, Question

Telling = Callable[[Question], Awaitable[tuple[Answer, Mapping[str, str]]]]
NOWHERE: Final = -1
"""The position of a probe's question: it stands at none of the plan's."""


@dataclass(frozen=True, slots=True)
class Due:
    """One call that asks a probe."""

    phase: Literal["before", "during", "after", "since"]
    round: int
    probe: Probe

    @property
    def question(self) -> Question:
        """What is sent."""
        said = Message(role="user", content=self.probe.prompt)
        return Question(position=NOWHERE, epoch=self.round, item=self.probe.id, messages=(said,))

    def failed(self, problem: CallFailed) -> Probed:
        """The line for a call that brought no answer."""
        return Probed(
            phase=self.phase,
            round=self.round,
            probe=self.probe.id,
            answer=None,
            failed=problem.kind,
            attempts=problem.attempts,
        )


async def ask(caller: Caller, due: Due) -> Probed:
    """Ask a probe. Raises CallFailed, or what ends the run."""
    told: dict[str, str] = {}
    tell: Telling | None = getattr(caller.client, "tell", None)

    async def asked(question: Question) -> Answer:
        if tell is None:
            return await caller.client.ask(question)
        answer, said = await tell(question)
        told.update(said)
        return answer

    answer, attempts = await caller.call(due.question, None if tell is None else asked)
    return Probed(
        phase=due.phase, round=due.round, probe=due.probe.id, answer=answer, told=dict(told), attempts=attempts
    )


class Course:
    """The probes of a run that are still to ask. Without probes in its plan there are none."""

    def __init__(self, held: Run) -> None:
        self._held, self._probing = held, held.plan.probing
        self._done = {(p.phase, p.round, p.probe) for p in held.probes if p.answer is not None or p.phase != "before"}
        self._waiting: set[tuple[str, int, str]] = set()
        self._first = deque(self._before())
        self._round, self._deck = 0, deque[tuple[int, Due]]()
        self._last: deque[Due] | None = None
        self.drifted = ""
        """Which look said that another model answers, in words."""
        self._look()

    @property
    def first(self) -> bool:
        """Whether no question may be asked yet."""
        return bool(self._first) or any(phase == "before" for phase, _, _ in self._waiting)

    @property
    def closing(self) -> bool:
        """Whether the last question was asked."""
        return self._last is not None

    @property
    def left(self) -> int:
        """How many probes are to come behind the last question."""
        if self._probing is None or self.drifted:
            return 0
        return len(self._probing.probes) if self._last is None else len(self._last)

    def take(self, asked: int) -> Due | None:
        """The probe that is due when so many questions were `asked`, never one twice; None when none is."""
        due = self._next(asked)
        if due is not None:
            self._waiting.add((due.phase, due.round, due.probe.id))
        return due

    def _next(self, asked: int) -> Due | None:
        if self._probing is None or self.drifted:
            return None
        if self._first:
            return self._first.popleft()
        if self._last is not None:
            return self._last.popleft() if self._last else None
        if self.first:
            return None
        while not self._deck and start(self._probing.stretch, self._round) <= asked:
            self._deck.extend(self._during(self._round))
            self._round += 1
        return self._deck.popleft()[1] if self._deck and self._deck[0][0] <= asked else None

    def close(self) -> bool:
        """The last question was asked, and nothing is in flight: begin the last round. Whether there is one left to ask."""
        if self._last is None:
            self._last = deque(() if self._probing is None or self.drifted else self._behind())
        return bool(self._last)

    def keep(self, probed: Probed) -> None:
        """Write down what came of a probe, and look whether it is still the same model that answers."""
        self._waiting.discard((probed.phase, probed.round, probed.probe))
        self._held.write("probe", probed)
        self._look()

    def _look(self) -> None:
        if self._probing is None:
            return
        count = len(self._probing.probes)
        held = self._held.probes
        whole = not held or sum((p.phase, p.round) == (held[-1].phase, held[-1].round) for p in held) >= count
        if not whole:
            return
        found = fingerprint.identity(self._probing, held, ended=False)
        look = next((one for one in found.looks if one.drifted), None) if found is not None else None
        if look is not None:
            self.drifted = f"round {look.round + 1} of probes {WHEN[look.phase]} was answered by another model"

    # -- the rounds

    def _before(self) -> Iterator[Due]:
        for number in range(self._probing.repeats if self._probing is not None else 0):
            yield from (Due("before", number, probe) for probe in self._shuffled("before", number))

    def _during(self, number: int) -> list[tuple[int, Due]]:
        if self._probing is None:
            return []
        begin, end = start(self._probing.stretch, number), start(self._probing.stretch, number + 1)
        draws = Draws(self._held.plan.seed, f"probes/moments/{number}")
        made = [
            (begin + draws.below(end - begin), Due("during", number, probe))
            for probe in drawn(self._held.plan, "during", number)
        ]
        made.sort(key=lambda one: one[0])
        return [one for one in made if ("during", number, one[1].probe.id) not in self._done]

    def _behind(self) -> Iterator[Due]:
        """What is left of the last round, or of a new one where questions were asked since."""
        held = self._held
        rounds = [one.round for one in held.probes if one.phase == "after"]
        number = max(rounds, default=-1) + (held.probed_at != len(held.responses))
        yield from (Due("after", number, probe) for probe in self._shuffled("after", number))

    def _shuffled(self, phase: str, number: int) -> list[Probe]:
        found = drawn(self._held.plan, phase, number)
        return [probe for probe in found if (phase, number, probe.id) not in self._done]


WHEN: Final = {"during": "among the questions", "after": "behind the last question"}


def drawn(plan: Plan, phase: str, number: int) -> list[Probe]:
    """The probes of one round, in an order of its own."""
    return [] if plan.probing is None else Draws(plan.seed, f"probes/{phase}/{number}").shuffled(plan.probing.probes)


def start(stretch: int, number: int) -> int:
    """Behind how many questions the `number`-th round among them begins."""
    return stretch * ((1 << number) - 1)
