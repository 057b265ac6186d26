"""How a run stands, said from its folder while another process writes it, or after.

Rules this module keeps:

* Nothing is written, and no lock is held but for the moment it takes to see that it is free; a run that starts in that moment
  waits it out (``journal.py``).
* A journal that grows is read on from where it was left. Half a line at its end is a line that is being written.
* What it says counts and names; it holds no question, no answer and no word of a server.
"""

from __future__ import annotations

import json
import shlex
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from evalcenter import boundary, display, flying, grade, history, journal, many, readings, steering
from evalcenter.blocks import Lab
from evalcenter.errors import EvalcenterError, Incomplete
from evalcenter.journal import Entry
from evalcenter.pacing import Spent
from evalcenter.records import Response
from evalcenter.shelves import typed

SECONDS: Final = 60
"""The rate is taken over so many of the last seconds in which an answer came."""
MOST: Final = 10_000_000
GOING: Final = frozenset({"starting", "running"})
OVER: Final = ("complete", "budget: ", "deadline: ", "swapped: ")
"""How the journal says that the asking came to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one run stands.

    `state` is starting, running, stopped, asked (the asking is over, the verdict is to come), awaiting_review or finished;
    `doing` is what a running one is at. `needed` counts the
    samples that may still be asked at most, `reasked` the calls that a kill cut off, `in_flight` the calls under way. `rate` is in
    answers a second, `idle_s` the seconds since the last outcome, `identity` what the probes tell.
    `todo` is the command to give next.
    """

    folder: str
    state: str
    todo: str
    candidate: str = ""
    simulated: bool = False
    suites: tuple[str, ...] = ()
    standard: str = ""
    doing: str = ""
    planned: int = 0
    answered: int = 0
    needed: int = 0
    in_flight: int = 0
    failed: int = 0
    retries: int = 0
    reasked: int = 0
    rate: float | None = None
    idle_s: int | None = None
    calls: int = 0
    tokens: int = 0
    cost: str = ""
    evidence: dict[str, str] = field(default_factory=dict)
    verdict: str = ""
    closed: str = ""
    identity: str = ""
    error: str = ""


class Follower:
    """Reads a run, and reads it on. Raises RunError's children."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._run, self._at = history.begun(folder, shut=True)
        self._spent = Spent()
        self._answers: deque[tuple[str, int]] = deque(maxlen=SECONDS)

    def standing(self) -> Standing:
        """How the run stands now."""
        written = journal.is_written(self.folder)
        self._read_on()
        if written and not journal.is_written(self.folder):  # its last lines may have come in between
            written = False
            self._read_on()
        return self._said(written=written)

    def _read_on(self) -> None:
        run, path = self._run, self._run.path
        for entry in journal.entries(self.folder, self._at):
            run.read(entry)
            self._at = entry
            if entry.kind == "response":
                run.add(typed(Response, entry, path), self._spent)
                self._note(entry)
            elif entry.kind == "probe":
                run.add_probe(run.probes[-1], self._spent)
            elif entry.kind == "opened":
                self._answers.clear()

    def _note(self, entry: Entry) -> None:
        at, count = self._answers.pop() if self._answers and self._answers[-1][0] == entry.at else (entry.at, 0)
        self._answers.append((at, count + 1))

    def _rate(self, now: str | None) -> float | None:
        """Answers a second, up to `now` where the asking goes on: one that stands still slows down."""
        if not self._answers:
            return None
        span = _between(self._answers[0][0], now or self._answers[-1][0]) + 1
        return round(sum(count for _, count in self._answers) / span, 2)

    def _said(self, *, written: bool) -> Standing:
        run, plan, now = self._run, self._run.plan, journal.now()
        course = steering.Steering(run, complete=_self_test(run))
        state = "running" if written else _state(run)
        price = plan.candidate.price
        flown = flying.left(self.folder) if written else ()
        return Standing(
            folder=str(self.folder),
            state=state,
            todo=_todo(run, state, course),
            candidate=plan.candidate.name,
            simulated=plan.candidate.simulated,
            suites=tuple(f"{suite.id} {suite.version}" for suite in plan.suites),
            standard=plan.standard.id,
            doing=_doing(run) if written else "",
            planned=len(plan.order),
            answered=len(run.responses),
            needed=course.at_most(),
            in_flight=sum(position not in run.responses for position in flown),
            failed=len(run.failed),
            retries=run.retries,
            reasked=run.reasked,
            rate=self._rate(now if written and run.closed is None else None),
            idle_s=_between(run.finished, now) if run.finished else None,
            calls=self._spent.calls + run.vain,
            tokens=self._spent.tokens,
            cost="" if price is None else f"{self._spent.money(price).quantize(Decimal('0.0001'))} {price.currency}",
            evidence={one.requirement.id: display.evidence(one.decided) for one in course.courses},
            verdict="" if run.verdict is None else run.verdict.outcome,
            closed=run.closed or "",
            identity=_identity(run),
        )


def _identity(run: history.Run) -> str:
    """What the probes tell so far; while the run goes on no more than that no change was seen."""
    found = grade.identity(run)
    if found is None:
        return "not measured"
    rounds = f"{len(found.looks)} rounds of probes compared"
    if found.state == "untold" and found.why == "unasked":
        return f"no change of model so far; {rounds}"
    words = {"same": "no change of model seen", "drifted": "ANOTHER MODEL ANSWERED", "untold": "can't be told"}
    return f"{words[found.state]}; {rounds}"


def _self_test(run: history.Run) -> bool:
    """Whether a FAIL does not end the asking, as far as the journal tells: so it is by default where no laboratory signs."""
    lab = run.opened[-1].get("lab") if run.opened else None
    return lab is None or boundary.convert(Lab, lab) == Lab()


def _between(earlier: str, later: str) -> int:
    """Seconds between two UTC times, never fewer than none."""
    return max(0, round((datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()))


def _state(run: history.Run) -> str:
    if run.verdict is None:
        return "asked" if run.closed and run.closed.startswith(OVER) else "stopped"
    waits = run.verdict.outcome == "inconclusive" and not run.verdict.swapped and readings.queue(run)
    return "awaiting_review" if waits else "finished"


def _doing(run: history.Run) -> str:
    """What the process that writes the run is at, as far as the journal tells."""
    if not run.opened:
        return "beginning"
    if run.closed is None:
        return "asking"
    return "grading" if run.verdict is None else "rendering"


def _todo(run: history.Run, state: str, course: steering.Steering) -> str:
    folder = shlex.quote(str(run.folder))
    if state == "running":
        return f"evalcenter status {folder} --every 5"
    if state == "awaiting_review":
        return f"evalcenter review {folder}"
    if run.plan.earlier is not None and not run.opened:
        return "carry the earlier run on again, into a new folder (--continues)"
    if state in {"stopped", "asked"} or (run.verdict is not None and _open(run, course)):
        return f"evalcenter run --resume {folder}"
    if run.verdict is not None and run.verdict.outcome == "inconclusive" and not run.verdict.swapped:
        return f"another attempt goes on from here:  evalcenter run … --continues {folder} --more 500"
    return f"evalcenter verify-journal {folder}"


def _open(run: history.Run, course: steering.Steering) -> bool:
    """Whether an INCONCLUSIVE can be mended by asking what was not asked yet."""
    return (
        run.verdict is not None
        and run.verdict.outcome == "inconclusive"
        and not run.verdict.swapped
        and course.outstanding() > 0
    )


# -- one folder, or a folder of many ----------------------------------------------------------------------------------


class Watched:
    """A run's folder, or a folder of many candidates' runs, looked at again and again. Raises RunError's children for one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.crowd = not (folder / journal.NAME).exists() and bool(_runs(folder) or _errors(folder))
        self._followers: dict[Path, Follower] = {}

    def look(self) -> list[Standing]:
        """How each run stands now."""
        if not self.crowd:
            return [self._one(self.folder)]
        runs, found = _runs(self.folder), []
        again = f"evalcenter run … --candidates … --out {shlex.quote(str(self.folder))}"
        for folder in runs:
            try:
                one = self._one(folder)
                found.append(replace(one, todo=again) if one.state in {"stopped", "asked"} else one)
            except EvalcenterError as problem:
                words = f"{type(problem).__name__} (exit code {problem.exit_code})"
                found.append(Standing(folder=str(folder), candidate=folder.name, state="error", todo="", error=words))
        known = {folder.name for folder in runs}
        return [*found, *(line for line in _errors(self.folder) if Path(line.folder).name not in known)]

    def _one(self, folder: Path) -> Standing:
        try:
            follower = self._followers.get(folder) or Follower(folder)
        except Incomplete:
            if not journal.is_written(folder):
                raise
            todo = f"evalcenter status {shlex.quote(str(folder))} --every 5"
            return Standing(folder=str(folder), state="starting", todo=todo)
        self._followers[folder] = follower
        return follower.standing()


def _runs(folder: Path) -> list[Path]:
    try:
        return sorted(path.parent for path in folder.glob(f"*/{journal.NAME}"))
    except OSError:
        return []


def _errors(folder: Path) -> list[Standing]:
    """The candidates that the summary names with an error; those without a run have no other trace."""
    try:
        with (folder / many.SUMMARY).open("rb") as file:
            lines = json.loads(file.read(MOST))["candidates"]
        return [
            Standing(
                folder=str(folder / str(line["folder"])),
                candidate=str(line["name"]),
                state="error",
                todo="",
                error=f"exit code {int(line['exit_code'])}",
            )
            for line in lines
            if line["state"] == "error"
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def looks(watched: Watched, every: float | None) -> Iterator[list[Standing]]:
    """How the runs stand: once, or `every` so many seconds for as long as one of them goes on.

    Of many, those that are asked wait for their verdict, and for a moment it may be that none of them is written.
    """
    quiet = False
    while True:
        found = watched.look()
        yield found
        states = {one.state for one in found}
        if every is None or (not states & GOING and (quiet or not watched.crowd or "asked" not in states)):
            return
        quiet = not states & GOING
        time.sleep(every)


def as_json(found: Sequence[Standing]) -> str:
    """One line for machines; `runs` has one entry for each run."""
    return json.dumps({"at": journal.now(), "runs": [asdict(one) for one in found]}, separators=(",", ":"))


def show(folder: Path, every: float | None, *, for_machines: bool) -> None:
    """Print how the runs in `folder` stand: a line for machines, a few lines for people, or a table of many."""
    watched = Watched(folder)
    for found in looks(watched, every):
        if for_machines:
            print(as_json(found), flush=True)  # noqa: T201 (this is the display)
        elif watched.crowd:
            display.table(f"{len(found)} candidates, {journal.now()}", HEAD, [row(one) for one in found])
            left = [one.todo for one in found if one.state in {"stopped", "asked"}]
            if left and not any(one.state in GOING for one in found):
                print(f"next       {_plain(left[0])}", flush=True)  # noqa: T201 (this is the display)
        else:
            print(as_text(found[0]), end="\n\n" if every else "\n", flush=True)  # noqa: T201 (this is the display)


def as_text(one: Standing) -> str:
    """A few lines for people."""
    rows = [("run", one.folder), ("state", _state_words(one))]
    if one.candidate:
        samples = f"{one.answered} of {one.planned} answered; at most {one.needed} still needed"
        rows += [
            ("candidate", one.candidate + (" (simulated)" if one.simulated else "")),
            ("asked", f"{', '.join(one.suites)}; standard {one.standard}"),
            ("samples", samples + (f"; {one.in_flight} in flight" if one.state == "running" else "")),
            ("trouble", f"{one.failed} failed, {one.retries} retries, {one.reasked} cut off and asked again"),
            ("pace", _pace(one)),
            ("spent", f"{one.calls} calls, {one.tokens} tokens" + (f", {one.cost}" if one.cost else "")),
        ]
        told = ", ".join(f"{requirement} {words}" for requirement, words in one.evidence.items())
        rows += [("evidence", f"for/against: {told}")] if told else []
        rows += [("identity", one.identity)] if one.identity else []
        rows += [("verdict", one.verdict.upper())] if one.verdict else []
    rows.append(("next", one.todo))
    return "\n".join(f"{name:<10} {_plain(words)}" for name, words in rows)


def _state_words(one: Standing) -> str:
    words = one.state.replace("_", " ")
    if one.doing:
        return f"{words}: {one.doing}"
    return f"{words} ({one.closed})" if one.state == "stopped" and one.closed else words


def _pace(one: Standing) -> str:
    said = "no answer yet" if one.rate is None else f"{one.rate:g} answers a second"
    return said if one.idle_s is None else f"{said}; the last outcome {one.idle_s} s ago"


def _plain(words: str) -> str:
    return display.safe(words).replace("\n", "\\n")


HEAD: Final = ("candidate", "state", "answered", "left", "failed", "retries", "per s", "spent")


def row(one: Standing) -> tuple[Any, ...]:
    """One line of the table of many."""
    name, rate = one.candidate or Path(one.folder).name, "" if one.rate is None else f"{one.rate:g}"
    flying = f", {one.in_flight} in flight" if one.in_flight else ""
    state = one.error or (one.verdict.upper() if one.state == "finished" else _state_words(one) + flying)
    spent = f"{one.tokens} tokens" + (f", {one.cost}" if one.cost else "")
    return (name, state, one.answered, one.needed, one.failed, one.retries, rate, spent)
