"""What a centre signs when it grants a certificate: the predicate of an in-toto Statement, apart from that of a declaration.

Rules this module keeps:

* A certificate rests on a run of the centre itself, whose journal names it from the first sitting to the last. A self-test can't
  become one, whatever key signs.
* Only a PASS or a CONDITIONAL is certified; whoever reviewed answers or evaluated does not decide; nothing is granted before the
  verdict.
* A stand-in, be it candidate or judge, makes a demonstration of it, and the grant can't say otherwise.
* Its bytes are canonical, and each claim that the run does not bear out has a sentence of its own, as with a declaration.
* It holds the fields of ISO/IEC 17065:2012, 7.7.1, and says of what it is the certificate: of a descriptor, not of weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evalcenter import boundary, canon, declaration, envelope, grants, history
from evalcenter.blocks import Lab, Words
from evalcenter.declaration import Declaration
from evalcenter.errors import InputError, NotGranted
from evalcenter.grants import Grant, Party, Person
from evalcenter.records import Text, record

TYPE: Final = "urn:evalcenter:certificate:0.1"
GRANTED: Final = ("pass", "conditional")
SUBJECT: Final = Text(
    zh="证书的对象是所列描述符（名称、版本、接口地址、采样设置）所指的接口在测试期间给出的回答；如列有探针指纹，也包括该指纹。"
    "远程接口背后的权重无法由本证书认定。",
    en="The subject is the endpoint that the descriptor names (name, version, address, sampling), as it answered during the test, "
    "and its probe fingerprint where one is listed. Weights behind a remote endpoint can't be identified by this certificate.",
)
UNACCREDITED: Final = Text(zh="非认可范围内出具", en="not issued under accreditation")


@record
class Body:
    """The centre that grants: its name, its address, and the wording of its accreditation."""

    name: Words
    address: Words
    accreditation: Words = UNACCREDITED


@record
class Certificate:
    """What two people of a centre sign: who is granted what, for how long, and the evidence.

    `status` is the address under which the centre tells how the certificate stands. `fingerprint` is the digest of the candidate's
    answers to the probes, where they were asked. `evidence` is what a declaration of the same run says.
    """

    kind: Literal["certificate"] = "certificate"
    demonstration: bool
    id: str
    granted: str
    valid_from: str
    valid_until: str
    body: Body
    client: Party
    scope: Words
    evaluated_by: Person
    decided_by: Person
    status: str | None = None
    fingerprint: str | None = None
    subject: Text = SUBJECT
    evidence: Declaration


# -- to bytes and back ------------------------------------------------------------------------------------------------


def statement(held: Certificate) -> bytes:
    """The canonical bytes of the statement: its subjects are the candidate's descriptor, its fingerprint, and the reports."""
    probed = () if held.fingerprint is None else (("fingerprint", held.fingerprint),)
    subjects = [("candidate", held.evidence.candidate.digest), *probed, *sorted(held.evidence.reports.items())]
    return envelope.statement(subjects, TYPE, held)


def read(payload: bytes, where: str) -> Certificate:
    """The certificate in a statement whose signatures were verified. Raises InputError when it is none."""
    try:
        held = boundary.convert(Certificate, envelope.predicate(payload, TYPE))
        written = statement(held)
    except InputError as problem:
        raise InputError(f"not a certificate: {problem.what}", where=where) from None
    wrong = [] if written == payload else ["its form is not the canonical one, or its subjects differ"]
    wrong += [words for _, words in grants.problems(grant_of(held))]
    wrong += list(_odd(held))
    if wrong:
        raise InputError(f"not a certificate: {'; '.join(wrong)}", where=where)
    return held


def _odd(held: Certificate) -> Iterator[str]:
    said = held.evidence
    if said.verdict.outcome not in GRANTED:
        yield f"its verdict is {said.verdict.outcome}, for which nothing is granted"
    if said.simulated and not held.demonstration:
        yield "the candidate was a stand-in, and it is not marked as a demonstration"
    if held.granted < said.decided[:10]:
        yield f"it was granted on {held.granted}, before the verdict of {said.decided}"
    if held.subject != SUBJECT:
        yield "it says something else of what its subject is"
    if held.status is not None and held.id and not grants.is_register("{id}".join(held.status.rsplit(held.id, 1))):
        yield f"the address of its status, {held.status!r}, does not name it"
    yield from (f"{name!r} is not the name of a report" for name in said.reports if not declaration.plain_name(name))


def grant_of(held: Certificate) -> Grant:
    """The grant that a certificate was made from."""
    return Grant(
        id=held.id,
        granted=held.granted,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
        client=held.client,
        scope=held.scope,
        evaluated_by=held.evaluated_by,
        decided_by=held.decided_by,
        demonstration=held.demonstration,
    )


# -- from a run -------------------------------------------------------------------------------------------------------


def of(run: history.Run, grant: Grant) -> Certificate:
    """The certificate that `grant` makes of `run`. Raises NotGranted with every reason why there is none, Incomplete."""
    evidence, lab = declaration.of(run), _lab(run)
    refused = [*_refused(run, evidence, lab), *_people(run, grant)]
    if grant.granted < evidence.decided[:10]:
        refused.append(f"the grant of {grant.granted} is older than the verdict of {evidence.decided}")
    if refused or lab is None or lab.name is None or lab.address is None:
        raise NotGranted("; ".join(refused), where=str(run.folder))
    return Certificate(
        demonstration=grant.demonstration or simulated(run),
        id=grant.id,
        granted=grant.granted,
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        body=Body(name=lab.name, address=lab.address, accreditation=lab.accreditation or UNACCREDITED),
        client=grant.client,
        scope=grant.scope,
        evaluated_by=grant.evaluated_by,
        decided_by=grant.decided_by,
        status=grants.status_address(lab.register, grant.id),
        fingerprint=_fingerprint(evidence),
        evidence=evidence,
    )


def _fingerprint(evidence: Declaration) -> str | None:
    """The digest of the answers to the probes, as the verdict has it; None where none were planned."""
    return None if evidence.verdict.identity is None else evidence.verdict.identity.digest


def simulated(run: history.Run) -> bool:
    """Whether anything that answered or judged in `run` was a stand-in."""
    judges = () if run.plan.panel is None else run.plan.panel.judges
    return run.plan.candidate.simulated or any(judge.spec.simulated for judge in judges)


def _lab(run: history.Run) -> Lab | None:
    """The centre that held every sitting of `run`; None where one was held by nobody, or by another."""
    held = [boundary.convert(Lab, one["lab"]) for one in run.opened]
    same = bool(held) and all((lab.name, lab.address) == (held[-1].name, held[-1].address) for lab in held)
    return held[-1] if same else None


def _refused(run: history.Run, evidence: Declaration, lab: Lab | None) -> Iterator[str]:
    outcome = evidence.verdict.outcome
    if outcome not in GRANTED:
        reasons = " ".join(reason.en for reason in evidence.verdict.reasons)
        yield f"the verdict is {outcome.upper()}; a certificate is granted for PASS or CONDITIONAL ({reasons})"
    if lab is None and len(run.opened) > 1:
        yield "not every sitting of the run was held by the same centre"
    elif lab is None or lab.name is None:
        yield "the run is a self-test: no centre stands in its journal (`evalcenter run --lab` names it before the first question)"
    elif _cached(run):
        yield "answers may have been taken from a cache, and a centre asks every question itself"
    elif lab.address is None:
        yield "the centre's profile gives no address"
    elif not (grants.fits(lab.name, grants.LONGEST) and grants.fits(lab.address, grants.LONGEST)):
        yield f"the centre's name or address is longer than {grants.LONGEST} columns, and has to stand on one page"
    elif not grants.fits(lab.accreditation or UNACCREDITED, grants.SCOPE):
        yield f"the wording of the accreditation is longer than {grants.SCOPE} columns, and has to stand on one page"


def _cached(run: history.Run) -> bool:
    """Whether answers may have come from a folder of earlier ones, of which nobody knows who asked."""
    return any("cache" in one for one in run.opened)


def _people(run: history.Run, grant: Grant) -> Iterator[str]:
    readers = sorted({one.reader for position in run.reviews for one in run.reviews[position]})
    for reader in readers:
        if grants.same(grant.decided_by.name, reader):
            yield f"{reader!r} reviewed answers of this run, and can't decide on it"


# -- against a run ----------------------------------------------------------------------------------------------------


def differences(held: Certificate, run: history.Run) -> Iterator[str]:
    """One sentence for each claim that the run does not bear out. The plan is known to be the same."""
    yield from declaration.differences(held.evidence, run)
    try:
        again = of(run, grant_of(held))
    except NotGranted as problem:
        yield problem.what
        return
    for field in ("demonstration", "body", "status", "fingerprint"):
        if canon.digest(_value(again, field)) != canon.digest(_value(held, field)):
            yield f"the certificate's {field} is not what the run says"


def _value(held: Certificate, field: str) -> Any:
    return getattr(held, field)
