"""Certificates: issued on a decision by somebody apart, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evalcenter import canon, standing
from evalcenter.errors import CertificateNotValid, InputError, NotAllowed, RegisterError
from evalcenter.register import duties, granted, lookup, parties, streams, tables
from evalcenter.register.book import Book
from evalcenter.register.rules import State, Written
from tests.register import desk
from tests.register.desk import BOTH, DECIDER, EVALUATOR, REGISTRAR, by

LATER = "2026-06-01T08:00:00Z"


@pytest.fixture
def held(tmp_path: Path) -> Book:
    return desk.opened(tmp_path / "r.db")


def state(held: Book, number: str, today: str = "2026-06-01") -> State:
    with held.read() as pages:
        return granted.standing(pages, granted.certificate(pages, number), today).status


# -- issuing ----------------------------------------------------------------------------------------------------------


def test_a_granted_certificate_is_valid_within_its_term(held: Book) -> None:
    """Before, within and after it."""
    number = desk.certified(held, valid_from="2026-04-01")
    days = ("2026-03-31", "2026-04-01", "2027-03-01", "2027-03-02")
    assert [state(held, number, day) for day in days] == ["not_yet_valid", "valid", "valid", "expired"]


def test_nothing_is_issued_without_a_decision(held: Book) -> None:
    """A number that nobody granted is refused."""
    with pytest.raises(NotAllowed, match="no decision grants"):
        granted.issue(held, desk.paper("EC-2026-00001"), by(DECIDER))


def test_nothing_is_issued_on_a_refusal(held: Book) -> None:
    """A refused attempt has no certificate."""
    ran = desk.attempted(held, desk.submitted(held), "fail")
    assert streams.decide(held, ran.end, "refused", "it failed", by(DECIDER)) == ""
    with pytest.raises(NotAllowed, match="no decision grants"):
        granted.issue(held, desk.paper("EC-2026-00001"), by(DECIDER))


def test_whoever_evaluated_does_not_issue(held: Book) -> None:
    """Who took part is refused, though somebody else decided."""
    ran = desk.attempted(held, desk.submitted(held), who=BOTH)
    number = streams.decide(held, ran.end, "granted", "fine", by(DECIDER))
    with pytest.raises(NotAllowed, match="issue its certificate"):
        granted.issue(held, desk.paper(number, ran.end, evaluated_by=(BOTH,)), by("WANG Fang"))
    with pytest.raises(NotAllowed, match="no decider"):
        granted.issue(held, desk.paper(number), by(EVALUATOR))


def test_a_number_is_issued_once(held: Book) -> None:
    """Issued again, it has the next number, and takes the other's place if it is said so."""
    number = desk.certified(held)
    with pytest.raises(NotAllowed, match="issued already"):
        granted.issue(held, desk.paper(number), by(DECIDER))
    other = desk.paper(f"{number}-2", document=canon.digest("corrected"), replaces=number)
    granted.issue(held, other, by(DECIDER))
    assert (state(held, number), state(held, f"{number}-2")) == ("superseded", "valid")


def test_nothing_is_issued_beside_what_was_taken_away(held: Book) -> None:
    """After a revocation the same decision bears no other certificate; a suspended one is replaced by name or not at all."""
    number = desk.certified(held)
    other = desk.paper(f"{number}-2", document=canon.digest("again"))
    granted.change(held, number, "suspended", "incident", "x", by(DECIDER))
    with pytest.raises(NotAllowed, match="is suspended"):
        granted.issue(held, other, by(DECIDER))
    granted.issue(held, desk.paper(f"{number}-2", document=canon.digest("again"), replaces=number), by(DECIDER))
    granted.change(held, f"{number}-2", "revoked", "wrong_result", "x", by(DECIDER))
    with pytest.raises(NotAllowed, match="is revoked"):
        granted.issue(held, desk.paper(f"{number}-3", document=canon.digest("third")), by(DECIDER))


def test_nothing_is_issued_on_evidence_that_went_on(held: Book) -> None:
    """A granted attempt that was carried on, and failed then, bears no certificate any more."""
    made = desk.submitted(held)
    ran = desk.attempted(held, made)
    number = streams.decide(held, ran.end, "granted", "it holds", by(DECIDER))
    streams.begin(held, made.number, desk.running(desk.planned(), ran.plan), by(EVALUATOR))
    with pytest.raises(NotAllowed, match="carried on by attempt 2"):
        granted.issue(held, desk.paper(number), by(DECIDER))


def test_one_document_is_one_certificate(held: Book) -> None:
    """The same signed file is not issued under two numbers."""
    desk.certified(held, document=canon.digest("file"))
    with pytest.raises(NotAllowed, match="this very document"):
        desk.certified(held, "2.0", document=canon.digest("file"))


def test_a_term_begins_with_the_decision_at_the_earliest(held: Book) -> None:
    """A certificate is not dated back."""
    with pytest.raises(NotAllowed, match="before the decision"):
        desk.certified(held, valid_from="2026-03-01")


def test_another_vendor_s_certificate_is_not_superseded(held: Book) -> None:
    """Nobody ends a competitor's certificate by being certified."""
    number = desk.certified(held)
    parties.vendor(held, "Other Ltd", None, by(REGISTRAR))
    spec = desk.spec(vendor="Other Ltd")
    model = parties.model(held, spec, by(REGISTRAR))
    plan = desk.make_plan(candidate=spec, version_rank=1)
    made = streams.submit(held, model, desk.banks(plan), plan.standard, by(REGISTRAR))
    streams.begin(held, made.number, desk.running(plan), by(EVALUATOR))
    other = streams.decide(held, desk.end(plan), "granted", "fine", by(DECIDER))
    with pytest.raises(NotAllowed, match="another vendor"):
        granted.issue(held, desk.paper(other, desk.end(plan), replaces=number, client=("Other Ltd",)), by(DECIDER))
    assert state(held, number) == "valid"


@pytest.mark.parametrize("document", ["", "sha256:", "md5:" + "0" * 64, "0" * 64])
def test_a_document_is_named_by_its_digest(held: Book, document: str) -> None:
    """Anything else is refused."""
    with pytest.raises(InputError, match="no digest"):
        desk.certified(held, document=document)


# -- what the signed file says ----------------------------------------------------------------------------------------


WRONG = {
    "another run": ({"plan": canon.digest("other")}, "another run than attempt 1 of submission 1"),
    "a run that was written on": ({"heads": (canon.digest("later"),)}, "was decided on when it ended with"),
    "another verdict": ({"verdict": "conditional"}, "was decided on as pass"),
    "granted before the decision": ({"granted": "2026-03-01"}, "before the decision"),
    "evaluated by somebody else": ({"evaluated_by": ("A. Stranger",)}, "that was Dr Li"),
    "evaluated by whoever decided": ({"evaluated_by": (DECIDER,)}, "that was Dr Li"),
    "decided by somebody else": ({"decided_by": (BOTH,)}, "that was Zhao Min"),
    "decided by whoever evaluated": ({"decided_by": (EVALUATOR,)}, "that was Zhao Min"),
    "an evaluator under a decider's other spelling": ({"decided_by": (DECIDER, "DR LI")}, "took part"),
}


@pytest.mark.parametrize(("changes", "words"), WRONG.values(), ids=WRONG)
def test_a_certificate_of_something_else_is_not_issued(held: Book, changes: dict[str, Any], words: str) -> None:
    """It is about the attempt as it was decided on, and signed by those who evaluated and decided; else nothing is written."""
    with pytest.raises(NotAllowed, match=words):
        desk.certified(held, **changes)
    with held.read() as pages:
        assert pages.all(tables.certificates) == []


def test_reports_that_were_rendered_since_do_not_matter(held: Book) -> None:
    """The line that was decided on may be followed by lines that are known to be only reports."""
    ran = desk.attempted(held, desk.submitted(held))
    number = streams.decide(held, ran.end, "granted", "fine", by(DECIDER))
    granted.issue(held, desk.paper(number, ran.end, heads=(ran.end.head, canon.digest("report"))), by(DECIDER))
    assert state(held, number) == "valid"


def test_the_fingerprint_of_the_certificate_is_known_of_its_model(held: Book) -> None:
    """The public page then says it."""
    number = desk.certified(held, fingerprint="sha256:" + "f" * 64)
    with held.read() as pages:
        assert granted.about(pages, granted.certificate(pages, number))["fingerprint"] == "sha256:" + "f" * 64


# -- its life ---------------------------------------------------------------------------------------------------------


def test_a_suspended_certificate_can_be_valid_again(held: Book) -> None:
    """By somebody apart from the evaluation; and it says since when, and why."""
    number = desk.certified(held)
    granted.change(held, number, "suspended", "fingerprint_drift", "p < 0.001", by(DECIDER, LATER))
    assert state(held, number) == "suspended"
    granted.change(held, number, "valid", "reinstated", "tested again", by(DECIDER, "2026-06-09T08:00:00Z"))
    with held.read() as pages:
        found = granted.standing(pages, granted.certificate(pages, number), "2026-06-10")
    assert (found.status, found.since, found.reason) == ("valid", "2026-06-09T08:00:00Z", "reinstated")


def test_whoever_evaluated_does_not_reinstate(held: Book) -> None:
    """To give validity back is a decision."""
    ran = desk.attempted(held, desk.submitted(held), who=BOTH)
    number = streams.decide(held, ran.end, "granted", "fine", by(DECIDER))
    granted.issue(held, desk.paper(number, ran.end, evaluated_by=(BOTH,)), by(DECIDER))
    granted.change(held, number, "suspended", "incident", "somebody was harmed", by(BOTH))
    with pytest.raises(NotAllowed, match="validity back"):
        granted.change(held, number, "valid", "reinstated", "it is fine", by(BOTH))
    assert state(held, number) == "suspended"


@pytest.mark.parametrize("new", ["valid", "suspended", "revoked"])
def test_a_revoked_certificate_is_never_anything_else(held: Book, new: Written) -> None:
    """Not even revoked again."""
    number = desk.certified(held)
    granted.change(held, number, "revoked", "wrong_result", "a grader was wrong", by(DECIDER))
    with pytest.raises(NotAllowed, match="nothing: it has ended"):
        granted.change(held, number, new, "reinstated" if new == "valid" else "other", "please", by(DECIDER))


def test_nothing_is_reinstated_after_its_term(held: Book) -> None:
    """A certificate whose term has ended can still be revoked, not made valid."""
    number = desk.certified(held)
    granted.change(held, number, "suspended", "on_request", "as asked", by(DECIDER))
    with pytest.raises(NotAllowed, match="term ended"):
        granted.change(held, number, "valid", "reinstated", "late", by(DECIDER, "2027-03-02T00:00:00Z"))
    granted.change(held, number, "revoked", "wrong_result", "found late", by(DECIDER, "2027-03-02T00:00:00Z"))
    assert state(held, number, "2027-03-02") == "revoked"


@pytest.mark.parametrize("reason", ["", "because", "issued", "replaced"])
def test_a_reason_is_one_of_the_list(held: Book, reason: str) -> None:
    """The public list gives codes, no words of anybody's own."""
    number = desk.certified(held)
    with pytest.raises(InputError, match="no reason"):
        granted.change(held, number, "suspended", reason, "x", by(DECIDER))


@pytest.mark.parametrize(
    ("status", "reason"), [("revoked", "reinstated"), ("suspended", "reinstated"), ("valid", "misuse")]
)
def test_a_reason_fits_its_status(held: Book, status: Written, reason: str) -> None:
    """It is published: nobody reads of a revoked certificate that it was reinstated."""
    number = desk.certified(held)
    if status == "valid":
        granted.change(held, number, "suspended", "incident", "x", by(DECIDER))
    with pytest.raises(InputError, match=f"no reason for {status}"):
        granted.change(held, number, status, reason, "x", by(DECIDER))


def test_superseded_is_not_written_by_hand(held: Book) -> None:
    """Only a newer certificate does that."""
    number = desk.certified(held)
    with pytest.raises(NotAllowed, match="in its place"):
        granted.change(held, number, "superseded", "other", "x", by(DECIDER))


# -- looking up -------------------------------------------------------------------------------------------------------


def test_a_register_is_looked_up(held: Book) -> None:
    """By whoever may read it; a number that is not there is unknown."""
    number = desk.certified(held)
    found = lookup(held.where, number.lower(), now=LATER)
    assert (found.status, found.certificate, found.until, found.sequence) == ("valid", number, "2027-03-01", None)
    assert lookup(held.where, "EC-2026-99999", now=LATER).status == "unknown"


def test_a_past_day_is_answered_by_what_held_then(held: Book) -> None:
    """Who asks about a day of a suspension is told of it, whatever came after; before its issue a certificate was none."""
    number = desk.certified(held)
    for at, status, reason in (
        ("04", "suspended", "incident"),
        ("05", "valid", "reinstated"),
        ("06", "revoked", "other"),
    ):
        granted.change(held, number, status, reason, "x", by(DECIDER, f"2026-{at}-01T00:00:00Z"))  # type: ignore[arg-type]
    found = {
        day: lookup(held.where, number, now=f"2026-{day}T12:00:00Z") for day in ("03-01", "03-09", "04-09", "06-09")
    }
    assert [(one.status, one.since[:10]) for one in found.values()] == [
        ("unknown", "2026-03-02"),
        ("revoked", "2026-06-01"),
        ("suspended", "2026-04-01"),
        ("revoked", "2026-06-01"),
    ]
    with pytest.raises(CertificateNotValid, match="suspended since 2026-04-01"):
        standing.holds(found["04-09"], number, found["04-09"].document, "2026-04-09T12:00:00Z")
    standing.holds(found["03-09"], number, found["03-09"].document, "2026-03-09T12:00:00Z")
    with pytest.raises(CertificateNotValid, match="came there on 2026-03-02"):
        standing.holds(found["03-01"], number, "", "2026-03-01T12:00:00Z")


@pytest.mark.parametrize("wanted", ["ec-2026-00001", "CARE-7b", "care-7b 1.0", "示例智能", "沪-2026-7", "诊间", "D-77"])
def test_certificates_are_found_by_what_people_know(held: Book, wanted: str) -> None:
    """By number, model, version, vendor, filing number, application or its number."""
    desk.certified(held)
    parties.learn(held, 1, "filing_number", "沪-2026-7", by(REGISTRAR))
    parties.application(held, desk.calls("诊间助手", "D-77", 1), by(REGISTRAR))
    with held.read() as pages:
        assert [row["number"] for row in granted.search(pages, wanted)] == ["EC-2026-00001"]
        assert granted.search(pages, "nothing like it") == []
        assert granted.search(pages, "  ") == []


def test_the_public_reads_nobody_s_name(held: Book) -> None:
    """What may be shown of a certificate names what was tested, not who tested it."""
    number = desk.certified(held)
    with held.read() as pages:
        said = str(granted.about(pages, granted.certificate(pages, number)))
    assert "care-7b" in said
    assert not [name for name in (REGISTRAR, EVALUATOR, DECIDER, BOTH) if name in said]


def test_an_unknown_certificate_is_an_error_in_the_register(held: Book) -> None:
    """Whoever would change it is told."""
    with pytest.raises(RegisterError, match="no certificate"):
        granted.change(held, "EC-2026-00009", "revoked", "other", "x", by(DECIDER))


def drift(note: str) -> duties.Cause:
    return duties.Cause(trigger="fingerprint_drift", note=note)


def became(state: duties.IncidentState, item: str | None, why: str) -> duties.Became:
    return duties.Became(state=state, item=item, why=why)


# -- re-tests and incidents -------------------------------------------------------------------------------------------


def test_a_certificate_is_tested_again_by_the_end_of_its_term(held: Book) -> None:
    """Or earlier, where a day was named."""
    desk.certified(held)
    desk.certified(held, "2.0", retest="2026-09-01")
    with held.read() as pages:
        assert [(row["number"], row["due"]) for row in duties.due(pages)] == [
            ("EC-2026-00002", "2026-09-01"),
            ("EC-2026-00001", "2027-03-01"),
        ]
        assert [row["trigger"] for row in duties.due(pages, "2026-09-01")] == ["scheduled"]


def test_another_version_opens_a_re_test(held: Book) -> None:
    """Of the same model only, once, and without changing any status."""
    number = desk.certified(held)
    other = parties.model(held, desk.spec("1.1"), by(REGISTRAR))
    apart = parties.model(held, desk.spec("1.1", model="other-13b"), by(REGISTRAR))
    assert duties.version_changed(held, apart, by(REGISTRAR)) == []
    assert duties.version_changed(held, other, by(REGISTRAR)) == [number]
    assert duties.version_changed(held, other, by(REGISTRAR)) == []
    assert state(held, number) == "valid"


def test_a_replaced_standard_opens_re_tests(held: Book) -> None:
    """For every certificate under the version that was replaced."""
    number = desk.certified(held)
    assert duties.standard_replaced(held, "example", "0", "2", by(REGISTRAR)) == []
    assert duties.standard_replaced(held, "example", "1", "2", by(REGISTRAR)) == [number]
    with pytest.raises(NotAllowed, match="replaced already"):
        duties.standard_replaced(held, "example", "1", "3", by(REGISTRAR))


def test_drift_opens_a_re_test(held: Book) -> None:
    """Within a month, and once while it is open; closed, it may be opened again."""
    number = desk.certified(held)
    assert duties.trigger(held, f" {number.lower()}", drift("p = 0.0004"), by(REGISTRAR, LATER))
    assert not duties.trigger(held, number, drift("p = 0.0001"), by(REGISTRAR, LATER))
    with held.read() as pages:
        row = next(one for one in duties.due(pages) if one["trigger"] == "fingerprint_drift")
    assert row["due"] == "2026-07-01"
    duties.retested(held, row["id"], 1, "the same again", by(REGISTRAR, LATER))
    with pytest.raises(NotAllowed, match="closed already"):
        duties.retested(held, row["id"], None, "twice", by(REGISTRAR, LATER))
    assert duties.trigger(held, number, drift("again"), by(REGISTRAR, LATER))


def test_nothing_that_has_ended_is_tested_again(held: Book) -> None:
    """A revoked certificate needs no re-test."""
    number = desk.certified(held)
    granted.change(held, number, "revoked", "misuse", "x", by(DECIDER))
    assert not duties.trigger(held, number, drift("drift"), by(REGISTRAR))


def owed(held: Book) -> list[tuple[str, str]]:
    with held.read() as pages:
        return [(row["number"], row["trigger"]) for row in duties.due(pages) if row["trigger"] != "scheduled"]


def test_a_re_test_is_done_by_its_own_vendor_s_submission(held: Book) -> None:
    """Another company's test says nothing of it."""
    desk.certified(held)
    parties.vendor(held, "Other Ltd", None, by(REGISTRAR))
    plan = desk.planned()
    model = parties.model(held, desk.spec(vendor="Other Ltd"), by(REGISTRAR))
    other = streams.submit(held, model, desk.banks(plan), plan.standard, by(REGISTRAR))
    with pytest.raises(NotAllowed, match="another vendor"):
        duties.retested(held, 1, other.number, "done", by(REGISTRAR))
    duties.retested(held, 1, 1, "done", by(REGISTRAR))


def test_what_came_before_the_issue_opens_re_tests_too(held: Book) -> None:
    """A standard that was replaced, and another version that was submitted, between the attempt and its certificate."""
    ran = desk.attempted(held, desk.submitted(held))
    number = streams.decide(held, ran.end, "granted", "it holds", by(DECIDER))
    desk.submitted(held, "2.0")
    standard = ran.plan.standard
    assert duties.standard_replaced(held, standard.id, standard.version, "9", by(REGISTRAR)) == []
    granted.issue(held, desk.paper(number), by(DECIDER))
    assert sorted(owed(held)) == [(number, "standard_replaced"), (number, "version_changed")]


def test_a_corrected_certificate_owes_the_re_tests_of_the_one_before(held: Book) -> None:
    """Nothing was tested anew for it; and it does not take its own place."""
    number = desk.certified(held)
    duties.trigger(held, number, drift("other answers"), by(REGISTRAR))
    other = desk.paper(f"{number}-2", document=canon.digest("corrected"))
    with pytest.raises(NotAllowed, match="its own place"):
        granted.issue(held, replace(other, replaces=other.number), by(DECIDER))
    granted.issue(held, replace(other, replaces=number), by(DECIDER))
    assert owed(held) == [(other.number, "fingerprint_drift")]


def test_a_revoked_certificate_is_not_listed_as_due(held: Book) -> None:
    """Its scheduled re-test is owed by nobody."""
    granted.change(held, desk.certified(held), "revoked", "misuse", "x", by(DECIDER))
    with held.read() as pages:
        assert duties.due(pages) == []


def test_an_incident_becomes_an_item(held: Book) -> None:
    """It opens a re-test of the model's certificates, is a candidate for a question, and then one; an item is the end."""
    number = desk.certified(held)
    told = duties.incident(held, "Told a child to take 4 g.", 1, "2026-05-30", by(REGISTRAR, LATER))
    with held.read() as pages:
        assert ("incident", number) in [(row["trigger"], row["number"]) for row in duties.due(pages)]
        assert duties.standing(pages, told) == ("received", None)
    duties.settle(held, told, became("candidate", None, "worth a question"), by(REGISTRAR))
    with pytest.raises(InputError, match="named with it"):
        duties.settle(held, told, became("item", None, "written"), by(REGISTRAR))
    duties.settle(held, told, became("item", "med-zh-dose-101", "written"), by(REGISTRAR))
    with held.read() as pages:
        assert duties.standing(pages, told) == ("item", "med-zh-dose-101")
    with pytest.raises(NotAllowed, match="can't become dismissed"):
        duties.settle(held, told, became("dismissed", None, "or not"), by(REGISTRAR))


def test_an_incident_is_kept_as_people_write(held: Book) -> None:
    """Chinese paragraphs, tables and joined signs belong to a report; what steers a terminal does not."""
    said = "　　第一段。\r\n\t👨‍👩‍👧\u00a0说"
    number = duties.incident(held, f"{said}\n", None, "", by(REGISTRAR))
    with held.read() as pages:
        assert pages.one(tables.incidents, number)["text"] == said.strip()
    with pytest.raises(InputError, match=r"control character U\+001B"):
        duties.incident(held, "\x1b[2J", None, "", by(REGISTRAR))


def test_an_incident_about_no_known_model_is_kept(held: Book) -> None:
    """And about one that is not there, refused."""
    assert duties.incident(held, "Something somewhere.", None, "", by(REGISTRAR)) == 1
    with pytest.raises(RegisterError, match="no model 9"):
        duties.incident(held, "Something.", 9, "", by(REGISTRAR))
