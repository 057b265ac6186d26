"""Submissions, their attempts, and the decisions on them.

Rules this module keeps:

* The same model version, bank and standard is one submission with one stream of evidence, however often it is submitted; what is
  submitted anew takes the vendor's next rank under that standard, and may spend less.
* An attempt is written down before its first question. One that never ended still counts, and is gone on with; one that ended is
  carried on. A stream whose run is lost is given up by name, and costs the vendor a rank.
* A decision names the exact end of the run that it is about, and is made by somebody who took no part in it. What is granted rests
  on the last attempt: evidence that came later is not left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from evalcenter import attempts, canon, reviewing
from evalcenter.blocks import Attempt
from evalcenter.errors import InputError, NotAllowed
from evalcenter.records import Plan, Standard, Suite, SuiteHead, record
from evalcenter.register import parties, rules, tables
from evalcenter.register.book import Book, Pages, Pen, Row, text
from evalcenter.register.rules import By, Past, Turn

BROKEN_OFF: Final = "broken_off"
ENDS: Final = ("pass", "fail", "inconclusive", "conditional", "awaiting_review", BROKEN_OFF)


# -- submissions ------------------------------------------------------------------------------------------------------


@record
class Submitted:
    """A submission: its number, the vendor's rank under the standard, and whether it was there before."""

    number: int
    rank: int
    known: bool


@record
class Bank:
    """A suite as a submission names it."""

    id: str
    version: str
    digest: str


def bank(suite: Suite | SuiteHead, digest: str) -> Bank:
    """The bank that a suite is."""
    return Bank(id=suite.id, version=suite.version, digest=digest)


def submit(book: Book, model: int, suites: Sequence[Bank], standard: Standard, by: By) -> Submitted:
    """Submit a model's version to a standard on these suites, or find the submission that it is already."""
    if not suites:
        raise InputError("a submission needs the suites that it is about")
    asked = {
        "model": model,
        "bank": canon.digest(list(suites)),
        "standard": standard.id,
        "standard_version": standard.version,
        "standard_digest": canon.digest(attempts.uncapped(standard)),
    }
    with book.write(by, "registrar") as pen:
        vendor = pen.one(tables.models, model, "model")["vendor"]
        _not_replaced(pen, standard)
        given_up = {row["submission"] for row in pen.all(tables.abandoned)}
        for row in pen.all(tables.submissions, **asked):
            if row["id"] not in given_up:
                return Submitted(number=row["id"], rank=row["rank"], known=True)
        others = pen.all(tables.submissions, vendor=vendor, standard=standard.id)
        rank = rules.rank(row["rank"] for row in others)
        number = pen.add(
            tables.submissions, **asked, vendor=vendor, suites=canon.encode(list(suites)).decode(), rank=rank
        )
        return Submitted(number=number, rank=rank, known=False)


def _not_replaced(pages: Pages, standard: Standard) -> None:
    row = pages.last(tables.replacements, standard=standard.id, version=standard.version)
    if row is not None:
        raise NotAllowed(
            f"{standard.id} {standard.version} was replaced by {row['by_version']}",
            todo="submit to the version that is in force",
        )


def abandon(book: Book, submission: int, why: str, by: By) -> None:
    """Give a stream up because its run is lost. Whatever is submitted next takes the vendor's next rank."""
    with book.write(by, "registrar") as pen:
        _open(pen, submission)
        for row in pen.all(tables.attempts, submission=submission):
            if pen.last(tables.decisions, attempt=row["id"]) is not None:
                raise NotAllowed(f"attempt {row['number']} was decided; its stream can't be given up")
        pen.add(tables.abandoned, submission=submission, why=text(why, "the reason"))


def _open(pages: Pages, submission: int) -> Row:
    row = pages.one(tables.submissions, submission, "submission")
    gone = pages.last(tables.abandoned, submission=submission)
    if gone is not None:
        raise NotAllowed(
            f"submission {submission} was given up on {gone['at'][:10]}: {gone['why']}", todo="submit the model again"
        )
    return row


# -- attempts ---------------------------------------------------------------------------------------------------------


def past(pages: Pages, submission: int) -> list[Past]:
    """All attempts of a submission, as far as each went."""
    made = []
    for row in pages.all(tables.attempts, submission=submission):
        end = pages.last(tables.ends, attempt=row["id"]) or {"outcome": None, "entries": 0, "head": ""}
        made.append(
            Past(
                number=row["number"],
                plan=row["plan"],
                folder=row["folder"],
                outcome=end["outcome"],
                entries=end["entries"],
                head=end["head"],
            )
        )
    return made


def turn(book: Book, submission: int) -> tuple[Turn, int]:
    """(what the next attempt of a submission has to be, the rank that its plan must carry)."""
    with book.read() as pages:
        row = _open(pages, submission)
        return rules.turn(past(pages, submission)), int(row["rank"])


@record
class Running:
    """A run that is about to ask: its plan with the digest, its folder, and the digest of the plan that it carries on."""

    plan: Plan
    digest: str
    folder: str
    continues: str | None = None


def begin(book: Book, submission: int, run: Running, by: By) -> Attempt:
    """Write an attempt down before its first question, or find it where it goes on.

    Raises NotAllowed where the plan is not the submission's, or another attempt's turn has not ended.
    """
    with book.write(by, "evaluator") as pen:
        row = _open(pen, submission)
        model = pen.one(tables.models, row["model"])
        found = pen.last(tables.attempts, plan=run.digest)
        if found is None:
            _fits(row, model, run.plan)
            found = pen.one(tables.attempts, _new(pen, submission, run))
        elif found["submission"] != submission:
            raise NotAllowed(f"this run is an attempt of submission {found['submission']}")
        elif found["id"] != pen.all(tables.attempts, submission=submission)[-1]["id"]:
            raise NotAllowed(f"attempt {found['number']} was carried on by a later one, and can't go on beside it")
        _took_part(pen, found["id"], {by.name: "evaluator"})
        centre = pen.all(tables.centre)[0]["name"]
        return Attempt(centre=centre, submission=submission, number=found["number"], rank=row["rank"])


def where(book: Book, plan: str) -> tuple[int, str | None]:
    """(the submission of the attempt whose plan has that digest, the plan that it carries on). Raises NotAllowed for none."""
    with book.read() as pages:
        row = _attempt(pages, plan)
        return row["submission"], row["continues"]


def _new(pen: Pen, submission: int, run: Running) -> int:
    now = rules.turn(past(pen, submission))
    last, seed = now.last, canon.digest(run.plan.seed)
    if now.kind == "resume" and last is not None:
        raise NotAllowed(
            f"attempt {last.number} has not ended; its run has to go on",
            where=last.folder,
            todo=f"evalcenter run --resume {last.folder} …, or where it is lost:  evalcenter register abandon {submission}",
        )
    if last is not None and (run.continues != last.plan or run.plan.earlier is None):
        raise NotAllowed(
            f"attempt {last.number} of this submission ended; another one has to carry it on",
            todo=f"evalcenter run --continues {last.folder} …, or where it is lost:  "
            f"evalcenter register abandon {submission}",
        )
    if last is None and run.plan.earlier is not None:
        raise NotAllowed("the first attempt of a submission can't carry another run on")
    if any(row["seed"] != seed for row in pen.all(tables.attempts, submission=submission)):
        raise NotAllowed("an attempt that carries others on keeps their seed")
    return pen.add(
        tables.attempts,
        submission=submission,
        number=now.number,
        plan=run.digest,
        seed=seed,
        folder=run.folder,
        continues=run.continues,
    )


def _fits(row: Row, model: Row, plan: Plan) -> None:
    """Raise NotAllowed where a plan is not that of the submission `row`."""
    for what, here, there in (
        ("model", parties.descriptor(plan.candidate), model["descriptor"]),
        ("bank", canon.digest([bank(one, one.digest) for one in plan.suites]), row["bank"]),
        ("standard", canon.digest(attempts.uncapped(plan.standard)), row["standard_digest"]),
        ("version rank", plan.version_rank, row["rank"]),
    ):
        if here != there:
            raise NotAllowed(
                f"the plan has another {what} than submission {row['id']}: {here}, expected {there}",
                todo=f"see what it takes:  evalcenter register open {row['id']}",
            )


def _took_part(pen: Pen, attempt: int, names: Mapping[str, str]) -> None:
    for name, part in names.items():
        if pen.last(tables.parts, attempt=attempt, key=reviewing.key(name)) is None:
            pen.add(tables.parts, attempt=attempt, name=name, key=reviewing.key(name), part=part)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a run ended: its outcome, its journal's last digest and number of lines, and who read answers, by their part.

    `holds` says whether the line of that number in its journal has that digest.
    """

    plan: str
    outcome: str
    head: str
    entries: int
    readers: Mapping[str, str]
    holds: Callable[[int, str], bool]


def end(book: Book, ended: End, by: By) -> None:
    """Write down how an attempt ended. Said twice, it is written once. Raises NotAllowed for a run that is no attempt."""
    with book.write(by, "evaluator") as pen:
        row = _attempt(pen, ended.plan)
        _took_part(pen, row["id"], {by.name: "evaluator"})
        _end(pen, row, ended)


def _attempt(pages: Pages, plan: str) -> Row:
    row = pages.last(tables.attempts, plan=plan)
    if row is None:
        raise NotAllowed("this run is no attempt of the register", todo="runs that count are made with --register")
    return row


def _end(pen: Pen, row: Row, ended: End) -> None:
    if ended.outcome not in ENDS:
        raise InputError(f"a run can't end as {ended.outcome!r}; expected one of {', '.join(ENDS)}")
    _took_part(pen, row["id"], ended.readers)
    last = pen.last(tables.ends, attempt=row["id"])
    said = {"outcome": ended.outcome, "head": ended.head, "entries": ended.entries}
    if last is not None and not ended.holds(last["entries"], last["head"]):
        raise NotAllowed(
            f"the journal does not go on from line {last['entries']}, where this attempt ended before",
            todo="give the run itself, not an older or another copy of it",
        )
    if last is None or any(last[name] != value for name, value in said.items()):
        pen.add(tables.ends, attempt=row["id"], **said)


def carried_no_further(pages: Pages, attempt: Row) -> None:
    """Raise NotAllowed where a later attempt carried this one on: what is granted on it would leave evidence out."""
    latest = pages.all(tables.attempts, submission=attempt["submission"])[-1]["number"]
    if attempt["number"] != latest:
        raise NotAllowed(
            f"attempt {attempt['number']} was carried on by attempt {latest}, and is not the whole evidence any more",
            todo="decide on the last attempt, once it has ended",
        )


# -- decisions --------------------------------------------------------------------------------------------------------


def decide(book: Book, ended: End, decision: Literal["granted", "refused"], why: str, by: By) -> str:
    """Decide on an attempt by its run as it is now; the number of the certificate that may be issued, empty for a refusal."""
    with book.write(by, "decider") as pen:
        row = _attempt(pen, ended.plan)
        _open(pen, row["submission"])
        _end(pen, row, ended)
        if decision == "granted" and ended.outcome not in ("pass", "conditional"):
            raise NotAllowed(f"the verdict is {ended.outcome}; a certificate needs a PASS, or a CONDITIONAL one")
        if ended.outcome in (BROKEN_OFF, "awaiting_review"):
            raise NotAllowed("there is no verdict to decide on yet")
        if decision == "granted":
            carried_no_further(pen, row)
        rules.apart(_names(pen, row["submission"]), by.name, "decide on it")
        if pen.last(tables.decisions, attempt=row["id"]) is not None:
            raise NotAllowed(f"attempt {row['number']} was decided already")
        number = pen.add(
            tables.decisions,
            attempt=row["id"],
            decision=decision,
            verdict=ended.outcome,
            head=ended.head,
            why=text(why, "the reason"),
        )
        return rules.number(prefix(pen), by.today, number, 1) if decision == "granted" else ""


def prefix(pages: Pages) -> str:
    """What begins the numbers of this centre's certificates."""
    return str(pages.all(tables.centre)[0]["prefix"])


def evaluators(pages: Pages, submission: int) -> set[str]:
    """The names of those who made the attempts of a submission."""
    rows = pages.all(tables.attempts, submission=submission)
    return {part["name"] for row in rows for part in pages.all(tables.parts, attempt=row["id"], part="evaluator")}


def _names(pages: Pages, submission: int) -> set[str]:
    rows = pages.all(tables.attempts, submission=submission)
    return {part["name"] for row in rows for part in pages.all(tables.parts, attempt=row["id"])}


def took_part(pages: Pages, decision: Row) -> set[str]:
    """Everybody who took part in what a decision is about."""
    return _names(pages, pages.one(tables.attempts, decision["attempt"])["submission"])


def submission_of(pages: Pages, decision: Row) -> dict[str, Any]:
    """The submission that a decision is about, with the number of the attempt."""
    attempt = pages.one(tables.attempts, decision["attempt"])
    return {**pages.one(tables.submissions, attempt["submission"]), "attempt": attempt["number"]}
