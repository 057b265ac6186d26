"""What happens in a run, as flat events for machines: one JSON object a line, its fields listed in ``docs/observing.md``.

Rules this module keeps:

* No prompt, no answer, no key, and no word that a server said: an error's own words may echo any of them. A failed call is told by
  its kind and its HTTP status; what ended a run by the name of its error. The words stand in the journal, beside what they echo.
* A sealed item is told by its position alone, as in the reports.
* An event has its fields, always all of them; where there is nothing to say the value is null.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Sequence
from math import exp, isfinite
from pathlib import Path
from typing import Any, Final

from evalcenter import journal
from evalcenter.errors import EXIT, INTERRUPTED, CallFailed, EvalcenterError
from evalcenter.history import Run
from evalcenter.outlets import Outlet
from evalcenter.records import Failure, Judgement, Plan, Response, Verdict
from evalcenter.stats import Decision
from evalcenter.watching import Stage

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "began": ("folder", "plan", "model", "suites", "standard", "planned", "answered", "resumed", "simulated"),
    "stage": ("stage",),
    "answered": ("position", "item", "state", "attempts", "latency_ms", "prompt_tokens", "completion_tokens"),
    "retried": ("position", "item", "attempt", "kind", "status", "latency_ms"),
    "failed": ("position", "item", "attempts", "kind", "status", "latency_ms"),
    "slowed": ("allowed", "pause_s"),
    "judged": (
        "position",
        "item",
        "judge",
        "epoch",
        "attempt",
        "calls",
        "replied",
        "prompt_tokens",
        "completion_tokens",
    ),
    "moved": ("requirement", "state", "units", "for_pass", "for_fail"),
    "closed": ("why",),
    "decided": ("outcome", "findings", "awaiting_review"),
    "ended": ("state", "exit_code", "reports"),
    "stopped": ("error", "meaning", "exit_code"),
}
"""The fields of each event; all have ``at``, ``event`` and ``candidate`` too."""
_WORD: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_CERTAIN: Final = 27.7
"""The logarithm of about 1E12, which stands for certainty."""
Event = dict[str, Any]


class Teller:
    """A Watch that makes an event of all it sees. `candidate` is its name, where that is known before the run begins."""

    def __init__(self, candidate: str = "") -> None:
        self.candidate = candidate
        self.over = False
        self._plan: Plan | None = None
        self._moved: dict[str, tuple[Any, ...]] = {}

    def tell(self, event: Event) -> None:
        """Pass an event on."""
        raise NotImplementedError

    def _tell(self, name: str, *values: Any) -> None:
        told = {"at": journal.now(), "event": name, "candidate": self.candidate}
        self.tell({**told, **dict(zip(FIELDS[name], values, strict=True))})

    def _item(self, position: int) -> str | None:
        if self._plan is None:
            return None
        item = self._plan.items[self._plan.order[position]]
        return None if item.visibility == "sealed" else item.id

    def began(self, held: Run) -> None:
        """A run was begun, or is gone on with."""
        self._plan, plan = held.plan, held.plan
        self.candidate = plan.candidate.name
        self._tell(
            "began",
            str(held.folder),
            held.plan_digest,
            plan.candidate.model,
            [f"{suite.id} {suite.version}" for suite in plan.suites],
            plan.standard.id,
            len(plan.order),
            len(held.responses),
            bool(held.opened),
            plan.candidate.simulated,
        )

    def stage(self, name: Stage) -> None:
        """This part of the line begins."""
        self._tell("stage", name)

    def answered(self, response: Response) -> None:
        """One position was answered."""
        answers, position = response.answers, response.position
        self._tell(
            "answered",
            position,
            self._item(position),
            _word(response.state),
            response.attempts,
            sum(answer.latency_ms for answer in answers),
            _sum(answer.prompt_tokens for answer in answers),
            _sum(answer.completion_tokens for answer in answers),
        )

    def retried(self, position: int, failure: CallFailed) -> None:
        """One call failed and will be made again."""
        told = (failure.attempts, _word(failure.kind), failure.http_status, failure.latency_ms)
        self._tell("retried", position, self._item(position), *told)

    def failed(self, failure: Failure, latency_ms: int) -> None:
        """One position used up its attempts."""
        told = (failure.attempts, _word(failure.kind), failure.http_status, latency_ms)
        self._tell("failed", failure.position, self._item(failure.position), *told)

    def slowed(self, allowed: int, pause_s: float) -> None:
        """The endpoint pushed back."""
        self._tell("slowed", allowed, round(pause_s, 3) if isfinite(pause_s) else None)

    def judged(self, judgement: Judgement) -> None:
        """A judge replied, or never will."""
        said, position = judgement.answer, judgement.position
        self._tell(
            "judged",
            position,
            self._item(position),
            judgement.judge,
            judgement.epoch,
            judgement.attempt,
            judgement.calls,
            said is not None,
            None if said is None else said.prompt_tokens,
            None if said is None else said.completion_tokens,
        )

    def moved(self, requirement: str, decided: Decision) -> None:
        """The evidence on one requirement moved on; what did not change is not told again."""
        told = (decided.grade, decided.units, _times(decided.for_pass), _times(decided.for_fail))
        if self._moved.get(requirement) != told:
            self._moved[requirement] = told
            self._tell("moved", requirement, *told)

    def closed(self, why: str) -> None:
        """The asking is over."""
        self._tell("closed", why)

    def decided(self, verdict: Verdict) -> None:
        """The verdict stands in the journal."""
        findings = [
            {"requirement": f.requirement, "verdict": f.verdict, "good": f.good, "bad": f.bad, "unscored": f.unscored}
            for f in verdict.findings
        ]
        self._tell("decided", verdict.outcome, findings, verdict.awaiting_review)

    def ended(self, state: str, reports: Sequence[Path]) -> None:
        """All is done."""
        self.over = True
        self._tell("ended", state, EXIT[state], [str(path) for path in reports])

    def stopped(self, problem: BaseException) -> None:
        """This ended the run. What comes after the end is not told."""
        if not self.over:
            self.over = True
            self._tell("stopped", *named(problem))


class Lines(Teller):
    """Writes each event as one JSON object a line, in ASCII, so that no terminal or reader is led astray."""

    def __init__(self, outlet: Outlet, candidate: str = "") -> None:
        super().__init__(candidate)
        self._outlet = outlet

    def tell(self, event: Event) -> None:
        """Write it."""
        self._outlet.line(json.dumps(event, separators=(",", ":"), allow_nan=False))


def fits(line: bytes) -> bool:
    """Whether a file that begins with `line` is one of events."""
    try:
        held = json.loads(line)
    except ValueError:
        return False
    return isinstance(held, dict) and held.get("event") in FIELDS


def named(problem: BaseException) -> tuple[str, str, int]:
    """What ended a run, in words that no server has a part in: the error's name, what it means, and the exit code."""
    if isinstance(problem, EvalcenterError):
        return type(problem).__name__, (inspect.getdoc(problem) or "").partition("\n")[0], problem.exit_code
    left = isinstance(problem, SystemExit) and problem.code != INTERRUPTED
    if not isinstance(problem, Exception) and not left:
        return "interrupted", "Ctrl-C, or the run was ended from outside.", INTERRUPTED
    code = getattr(problem, "exit_code", 1)
    return type(problem).__name__, "The command line could not be read." if code == 2 else "A defect.", code


def _word(said: str) -> str:
    """A plain word, as our own are; anything else could be a foreign text."""
    return said if _WORD.fullmatch(said) else "other"


def _sum(counts: Iterable[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _times(logarithm: float) -> float:
    """Evidence as a ratio, to three digits."""
    return float(f"{exp(max(-_CERTAIN, min(logarithm, _CERTAIN))):.3g}")
