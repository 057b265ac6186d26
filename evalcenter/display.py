"""What a person sees while and after a command works: the progress display and tables. Nothing here decides anything.

Text from models, suites and servers is printed as plain text: rich's markup is off for it and control characters are shown,
not obeyed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import exp
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from evalcenter.errors import CallFailed
from evalcenter.records import Failure, Judgement, Price, Response, Verdict, VerdictState
from evalcenter.stats import Decision
from evalcenter.watching import Nobody

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from evalcenter.many import Result
    from evalcenter.walk import Ended

STYLES: Final[dict[VerdictState, str]] = {
    "pass": "bold green",
    "fail": "bold red",
    "inconclusive": "bold yellow",
    "conditional": "bold cyan",
}


def safe(text: str) -> str:
    """`text` with control characters, and those that turn the writing direction, shown as escapes; line ends stay."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", header_style="bold")
    for name in head:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(safe(str(cell))) for cell in row))
    Console().print(drawn)


def verdict(decided: Verdict, titles: dict[str, str]) -> None:
    """Print a verdict with one line a requirement."""
    from rich.console import Console
    from rich.text import Text

    rows = [
        (
            titles.get(f.requirement, f.requirement),
            f.verdict.upper(),
            f"{f.good}/{f.good + f.bad + f.unscored}",
            f"{f.lower if f.lower is not None else '–'} … {f.upper if f.upper is not None else '–'}",
            " ".join(reason.en for reason in f.reasons),
        )
        for f in decided.findings
    ]
    table("Findings", ("requirement", "finding", "good", "bounds", "why"), rows)
    words = " ".join(reason.en for reason in decided.reasons)
    Console().print(Text(f"{decided.outcome.upper()}", style=STYLES[decided.outcome]), Text(safe(words)))


def ended(walked: Ended) -> None:
    """Print how a run ended, and where its reports are."""
    verdict(walked.verdict, {requirement.id: requirement.title.en for requirement in walked.standard.requirements})
    if walked.queue:
        print(waiting(walked))  # noqa: T201 (this is the display)
    for path in walked.reports:
        if path.suffix == ".html":
            print(f"report: {path}")  # noqa: T201 (this is the display)


def summary(results: Sequence[Result], out: Path) -> None:
    """Print what became of many candidates, and where the rest stands."""
    rows = [
        (
            result.name,
            result.state.replace("_", " ").upper() or f"error {result.exit_code}: {result.error.splitlines()[0]}",
            result.answered,
            result.calls,
            result.tokens,
            result.cost,
        )
        for result in results
    ]
    table("Candidates", ("candidate", "verdict", "answered", "calls", "tokens", "cost"), rows)
    print(f"summary: {out / 'summary.md'}; each candidate's reports are in its folder there")  # noqa: T201 (this is the display)


def waiting(walked: Ended) -> str:
    """How many marks a person has yet to give, and where they are read; it is no verdict where only they are missing."""
    asked = f"evalcenter review {walked.folder}"
    state = "AWAITING REVIEW (no verdict): " if walked.verdict.outcome == "inconclusive" else ""
    return f"{state}{walked.queue} marks wait for people; they are read with:  {asked}"


class Display(Nobody):
    """A Watch that draws progress on standard error: rate, time left, failures, retries, tokens and cost.

    On a terminal it is one moving line; elsewhere it is a line every `EVERY_S` seconds, so that a log stays readable.
    """

    EVERY_S: Final = 10.0

    def __init__(self, total: int, price: Price | None = None, *, quiet: bool = False) -> None:
        self.total, self.price, self.quiet = total, price, quiet
        self.done = self.failures = self.retries = self.prompt = self.completion = self.judgements = 0
        self.evidence: dict[str, str] = {}
        self.pace = ""
        self._progress: Progress | None = None
        self._bar: Any = None
        self._said = time.monotonic()

    def answered(self, response: Response) -> None:
        """Count one answered position."""
        self.done += 1
        self.prompt += sum(answer.prompt_tokens or 0 for answer in response.answers)
        self.completion += sum(answer.completion_tokens or 0 for answer in response.answers)
        self._show()

    def retried(self, position: int, failure: CallFailed) -> None:  # noqa: ARG002 (the Watch interface)
        """Count one retry."""
        self.retries += 1
        self._show()

    def failed(self, failure: Failure, latency_ms: int) -> None:  # noqa: ARG002 (the Watch interface)
        """Count one position without an answer."""
        self.failures += 1
        self._show()

    def slowed(self, allowed: int, pause_s: float) -> None:
        """Keep how many calls may be in flight."""
        self.pace = f"at most {allowed} in flight" + (f", a pause of {pause_s:g} s" if pause_s else "")
        self._show()

    def judged(self, judgement: Judgement) -> None:  # noqa: ARG002 (the Watch interface)
        """Count one reply of a judge."""
        self.judgements += 1
        self._show()

    def moved(self, requirement: str, decided: Decision) -> None:
        """Keep how the evidence on one requirement stands."""
        self.evidence[requirement] = f"{requirement} {evidence(decided)}"

    @property
    def cost(self) -> Decimal | None:
        """What the tokens so far cost, where the candidate's prices are known."""
        if self.price is None:
            return None
        tokens = self.prompt * self.price.prompt + self.completion * self.price.completion
        return (tokens / 1_000_000).quantize(Decimal("0.0001"))

    def words(self) -> str:
        """The counts in one line."""
        parts = [f"{self.done}/{self.total} answered", f"{self.failures} failed", f"{self.retries} retries"]
        parts.append(f"{self.prompt + self.completion} tokens")
        if self.cost is not None and self.price is not None:
            parts.append(f"{self.cost} {self.price.currency}")
        if self.judgements:
            parts.append(f"{self.judgements} replies of judges")
        if self.pace:
            parts.append(self.pace)
        counts = ", ".join(parts)
        return f"{counts}; evidence for/against: {', '.join(self.evidence.values())}" if self.evidence else counts

    @property
    def settled(self) -> int:
        """How much of the total is done."""
        return self.done + self.failures

    def _show(self) -> None:
        if self._progress is not None:
            self._progress.update(self._bar, completed=self.settled, words=self.words())
        elif not self.quiet and time.monotonic() - self._said >= self.EVERY_S:
            self._said = time.monotonic()
            print(self.words(), file=sys.stderr, flush=True)  # noqa: T201 (this is the display)

    def __enter__(self) -> Self:
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(*_columns(), console=Console(stderr=True))
            self._bar = self._progress.add_task("asking", total=self.total, words=self.words())
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
        elif not self.quiet and self.total:
            print(self.words(), file=sys.stderr, flush=True)  # noqa: T201 (this is the display)


class Board(Display):
    """Looks on at many candidates: counts over all of them, and a line for each that is done."""

    def __init__(self, candidates: int, *, quiet: bool = False) -> None:
        super().__init__(candidates, quiet=quiet)
        self.over = 0

    def watch(self, name: str) -> Board:  # noqa: ARG002 (all are counted together)
        """Who looks on at one of them."""
        return self

    def slowed(self, allowed: int, pause_s: float) -> None:
        """What one endpoint allows says nothing of the others."""

    def moved(self, requirement: str, decided: Decision) -> None:
        """The evidence on one candidate says nothing of the others."""

    def finished(self, result: Result) -> None:
        """Say how one of them ended."""
        self.over += 1
        said = result.state.replace("_", " ").upper() or f"error {result.exit_code}: {result.error.splitlines()[0]}"
        line = safe(f"{result.name}: {said}")
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False)
        elif not self.quiet:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 (this is the display)
        self._show()

    def words(self) -> str:
        """The counts in one line."""
        tokens = self.prompt + self.completion
        counts = f"{self.done} answered, {self.failures} failed, {self.retries} retries, {tokens} tokens"
        return f"{self.over}/{self.total} candidates done, {counts}"

    @property
    def settled(self) -> int:
        """How much of the total is done."""
        return self.over


def evidence(decided: Decision) -> str:
    """How the evidence on a requirement stands, in a few words: for and against, or what decided it."""
    if decided.grade == "undecided":
        return f"{_times(decided.for_pass)}/{_times(decided.for_fail)}"
    return f"{decided.grade.upper()} at {decided.units}"


def _times(logarithm: float) -> str:
    """Evidence as a ratio, short: 0.31, 4.2, 170."""
    return f"{exp(max(-20.0, min(logarithm, 20.0))):.2g}"


def _columns() -> tuple[ProgressColumn, ...]:
    from rich.progress import BarColumn, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        """Positions settled a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:.1f}/s")

    return (BarColumn(), TaskProgressColumn(), Rate(), TimeRemainingColumn(), TextColumn("{task.fields[words]}"))
