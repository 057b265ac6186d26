"""Certificates: issued on a decision, and what became of them.

Rules this module keeps:

* What is issued is what two people signed: about the attempt that was decided on, as it was then, by the people who evaluated and
  decided, in this centre's name, to the vendor who submitted it. Nothing of it is typed again.
* Whoever took part in the evaluation neither issues a certificate nor gives a suspended one its validity back; to suspend or
  revoke one takes no more than a decider, for there somebody may be in danger.
* A certificate that takes another's place is the same vendor's, and ends the other in the same write.
* "Expired" is never written: it follows from the dates.
"""

from __future__ import annotations

from collections.abc import Sequence

from evalcenter import reviewing
from evalcenter.errors import InputError, NotAllowed, RegisterError
from evalcenter.records import record
from evalcenter.register import duties, parties, rules, streams, tables
from evalcenter.register.book import Book, Pages, Pen, Row, text
from evalcenter.register.rules import By, Standing, Written


class NoCertificate(RegisterError):
    """There is no certificate of that number."""


@record
class Paper:
    """A certificate that is to be issued, as its signed file says it; days are ``YYYY-MM-DD``.

    `document` is the digest of what was signed, `plan` that of the run's plan, `heads` are those of the last lines of its journal
    as far back as nothing but reports was written. The two people, the client and the body that issues it stand with every
    spelling of their names. `retest` is the day by which its model is tested again, the last day of the term where it is empty;
    `replaces` is the number of a certificate whose place it takes.
    """

    number: str
    document: str
    granted: str
    valid_from: str
    valid_until: str
    scope: str
    plan: str
    heads: tuple[str, ...]
    verdict: str
    evaluated_by: tuple[str, ...]
    decided_by: tuple[str, ...]
    client: tuple[str, ...]
    body: tuple[str, ...]
    fingerprint: str = ""
    retest: str = ""
    replaces: str = ""


def issue(book: Book, paper: Paper, by: By) -> None:
    """Issue a certificate.

    Raises NotAllowed where no decision granted it, it is about something else than was decided on or signed by others than did so,
    or `by` took part in the evaluation.
    """
    if not (paper.document.startswith("sha256:") and len(paper.document) == 71):
        raise InputError(f"{paper.document!r} is no digest of a document")
    with book.write(by, "decider") as pen:
        decision = _granted(pen, paper.number)
        _not_taken_away(pen, decision, paper)
        rules.apart(streams.took_part(pen, decision), by.name, "issue its certificate")
        rules.term(decision["at"][:10], paper.valid_from, paper.valid_until)
        _decided_on(pen, decision, paper)
        _by_these_people(pen, decision, paper)
        _between_these(pen, decision, paper)
        if pen.last(tables.certificates, document=paper.document) is not None:
            raise NotAllowed("a certificate with this very document was issued already")
        number = pen.add(
            tables.certificates,
            decision=decision["id"],
            number=paper.number,
            document=paper.document,
            valid_from=paper.valid_from,
            valid_until=paper.valid_until,
            scope=text(paper.scope, "the scope"),
        )
        _write(pen, pen.one(tables.certificates, number), "valid", "issued", text(paper.scope, "the scope"))
        due = rules.day(paper.retest, "the day of the re-test") if paper.retest else paper.valid_until
        pen.add(tables.retests, certificate=number, trigger="scheduled", due=due, note="")
        if paper.replaces:
            _replace(pen, paper.replaces, number)
        duties.overtaken(pen, number, streams.submission_of(pen, decision), by)
        model = streams.submission_of(pen, decision)["model"]
        if paper.fingerprint and parties.fact(pen, model, "fingerprint") != paper.fingerprint:
            pen.add(tables.facts, model=model, kind="fingerprint", value=paper.fingerprint)


def _granted(pen: Pen, number: str) -> Row:
    """The decision that grants the certificate of that number, which is the next one that may be issued on it."""
    row = pen.last(tables.decisions, id=rules.decision_of(number), decision="granted")
    if row is not None:
        issued = len(pen.all(tables.certificates, decision=row["id"]))
        numbers = [rules.number(streams.prefix(pen), row["at"], row["id"], n + 1) for n in range(issued + 1)]
        if number == numbers[-1]:
            return row
        if number in numbers:
            raise NotAllowed(f"{number} was issued already", todo=f"the next one on the same decision is {numbers[-1]}")
    raise NotAllowed(f"no decision grants the certificate {number}", todo="evalcenter register decide … --grant")


def _not_taken_away(pen: Pen, decision: Row, paper: Paper) -> None:
    """Raise NotAllowed where a certificate on the same decision was revoked, or is suspended and not the one that is replaced."""
    replaced = paper.replaces.strip().upper()
    for row in pen.all(tables.certificates, decision=decision["id"]):
        status = pen.all(tables.events, certificate=row["id"])[-1]["status"]
        if status == "revoked" or (status == "suspended" and row["number"] != replaced):
            raise NotAllowed(
                f"{row['number']}, on the same decision, is {status}",
                todo="after a revocation it takes another attempt and a decision on it; what is suspended gets its validity back, "
                "or is replaced with --replaces",
            )


def _decided_on(pen: Pen, decision: Row, paper: Paper) -> None:
    """Raise NotAllowed where a certificate is about another run than was decided on, or about more or less of it."""
    attempt = pen.one(tables.attempts, decision["attempt"])
    named = f"attempt {attempt['number']} of submission {attempt['submission']}"
    if paper.plan != attempt["plan"]:
        raise NotAllowed(
            f"the certificate is about another run than {named}, which was decided on",
            todo=f"certify the run in {attempt['folder']}",
        )
    streams.carried_no_further(pen, attempt)
    if decision["head"] not in paper.heads:
        raise NotAllowed(
            f"the certificate is about a journal that ends with {paper.heads[-1]}; {named} was decided on when it ended with "
            f"{decision['head']}",
            todo="certify the run as it was decided on; where only a report was rendered since, name it with --run",
        )
    if paper.verdict != decision["verdict"]:
        raise NotAllowed(f"the certificate says {paper.verdict}; {named} was decided on as {decision['verdict']}")
    if paper.granted < decision["at"][:10]:
        raise NotAllowed(
            f"the certificate is granted on {paper.granted}, before the decision of {decision['at'][:10]}",
            todo="grant it on the day of the decision or later (ISO/IEC 17065, 7.7.1 b)",
        )


def _by_these_people(pen: Pen, decision: Row, paper: Paper) -> None:
    """Raise NotAllowed where others signed a certificate than evaluated the submission and decided on it."""
    submission = streams.submission_of(pen, decision)["id"]
    for names, role, known in (
        (paper.evaluated_by, "evaluated", streams.evaluators(pen, submission)),
        (paper.decided_by, "decided", {str(pen.one(tables.people, decision["who"])["name"])}),
    ):
        if not {reviewing.key(one) for one in names} & {reviewing.key(one) for one in known}:
            raise NotAllowed(
                f"the certificate says that {' / '.join(names)} {role}; by the register that was {', '.join(sorted(known))}",
                todo="whoever did it signs it, under a name that the register has",
            )
    for name in paper.decided_by:
        rules.apart(streams.took_part(pen, decision), name, "be the one who decided")


def _between_these(pen: Pen, decision: Row, paper: Paper) -> None:
    """Raise NotAllowed where a certificate is another vendor's than who submitted the model, or another centre's."""
    vendor = pen.one(tables.vendors, streams.submission_of(pen, decision)["vendor"])["name"]
    for names, what, known in (
        (paper.client, "is granted to", str(vendor)),
        (paper.body, "is issued by", str(pen.all(tables.centre)[0]["name"])),
    ):
        if reviewing.key(known) not in {reviewing.key(one) for one in names}:
            raise NotAllowed(
                f"the certificate {what} {' / '.join(names)}; by the register that is {known}",
                todo="sign it with the name that the register has; the other language's may stand beside it",
            )


def _replace(pen: Pen, old: str, new: int) -> None:
    row, made = certificate(pen, old), pen.one(tables.certificates, new)
    if row["id"] == new:
        raise NotAllowed(f"{old} can't take its own place")
    if _vendor(pen, row) != _vendor(pen, made):
        raise NotAllowed(f"{old} is another vendor's certificate")
    _write(pen, row, "superseded", "replaced", "replaced", new)
    for open_ in duties.open_retests(pen, row["id"]):
        if row["decision"] == made["decision"] and open_["trigger"] != "scheduled":  # nothing was tested since
            pen.add(tables.retests, certificate=new, **{name: open_[name] for name in ("trigger", "due", "note")})
        pen.add(tables.retested, retest=open_["id"], submission=None, why="the certificate was replaced")


def _vendor(pages: Pages, row: Row) -> int:
    return int(streams.submission_of(pages, pages.one(tables.decisions, row["decision"]))["vendor"])


def change(book: Book, number: str, status: Written, reason: str, why: str, by: By) -> None:
    """Suspend or revoke a certificate, or give a suspended one its validity back. Raises NotAllowed for any other step."""
    if reason not in rules.REASONS or reason in ("issued", "replaced"):
        may = ", ".join(code for code in rules.REASONS if code not in ("issued", "replaced"))
        raise InputError(f"{reason!r} is no reason; expected one of {may}")
    if status == "superseded":
        raise NotAllowed("a certificate is superseded by the one that is issued in its place")
    if (status == "valid") != (reason == "reinstated"):
        raise InputError(
            f"{reason!r} is no reason for {status}",
            todo="a suspended certificate becomes valid as 'reinstated', and nothing else does",
        )
    with book.write(by, "decider") as pen:
        row = certificate(pen, number)
        if status == "valid":
            decision = pen.one(tables.decisions, row["decision"])
            rules.apart(streams.took_part(pen, decision), by.name, "give it its validity back")
            if by.today > row["valid_until"]:
                raise NotAllowed(f"its term ended on {row['valid_until']}", todo="issue another certificate")
        _write(pen, row, status, reason, text(why, "the reason"))


def _write(pen: Pen, row: Row, status: Written, reason: str, why: str, successor: int | None = None) -> None:
    last = pen.last(tables.events, certificate=row["id"])
    rules.step(last["status"] if last is not None else None, status)
    pen.add(tables.events, certificate=row["id"], status=status, reason=reason, why=why, successor=successor)


# -- looking up -------------------------------------------------------------------------------------------------------


def certificate(pages: Pages, number: str) -> Row:
    """The certificate of that number. Raises NoCertificate where there is none."""
    found = pages.last(tables.certificates, number=number.strip().upper())
    if found is None:
        raise NoCertificate(f"there is no certificate {number!r}", where=pages.where)
    return found


def standing(pages: Pages, row: Row, today: str) -> Standing:
    """What a certificate is worth on the day `today`."""
    return _by(pages, row, pages.all(tables.events, certificate=row["id"])[-1], today)


def stood(pages: Pages, row: Row, at: str) -> Standing:
    """What a certificate was worth at the moment `at` (UTC text), and where it was valid then, how it stands since.

    Before it was issued it is ``unknown``, with the moment of its issue as `since`.
    """
    events = pages.all(tables.events, certificate=row["id"])
    then = [event for event in events if event["at"] <= at]
    if not then:
        return Standing(certificate=row["number"], status="unknown", since=events[0]["at"])
    return _by(pages, row, events[-1] if then[-1]["status"] == "valid" else then[-1], at[:10])


def _by(pages: Pages, row: Row, event: Row, today: str) -> Standing:
    successor = event["successor"]
    return Standing(
        certificate=row["number"],
        status=rules.state(event["status"], row["valid_from"], row["valid_until"], today),
        document=row["document"],
        since=event["at"],
        until=row["valid_until"],
        reason=event["reason"],
        successor=pages.one(tables.certificates, successor)["number"] if successor is not None else None,
    )


def about(pages: Pages, row: Row) -> Row:
    """What the public may read of a certificate: what was tested, by which standard, at which attempt; nobody's name."""
    submission = streams.submission_of(pages, pages.one(tables.decisions, row["decision"]))
    model = parties.named(pages, submission["model"])
    return {
        **{name: row[name] for name in ("number", "document", "valid_from", "valid_until", "scope")},
        **{name: submission[name] for name in ("standard", "standard_version", "suites", "rank", "attempt")},
        **{name: model[name] for name in ("name", "version", "vendor_name", "filing_number", "fingerprint")},
        "granted": pages.one(tables.decisions, row["decision"])["at"][:10],
        "applications": [
            {"name": one["name"], "number": one["number"]}
            for one in pages.all(tables.applications, model=submission["model"])
        ],
        "events": [
            {name: event[name] for name in ("status", "reason", "at")}
            for event in pages.all(tables.events, certificate=row["id"])
        ],
    }


def search(pages: Pages, wanted: str) -> Sequence[Row]:
    """The certificates whose number, model, version, vendor, filing or registration number holds `wanted`, newest first."""
    sought = reviewing.key(wanted)
    if not sought:
        return []
    found = []
    for row in reversed(pages.all(tables.certificates)):
        said = about(pages, row)
        texts = [said[name] for name in ("number", "name", "version", "vendor_name", "filing_number")]
        texts += [value for one in said["applications"] for value in one.values()]
        if any(sought in reviewing.key(one) for one in texts) or sought in reviewing.key(
            f"{said['name']}{said['version']}"
        ):
            found.append({"id": row["id"], **said})
    return found
