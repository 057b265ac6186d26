"""Says whether a signed file holds: whose it is, whether it is valid, and whether the run bears it out.

The steps for a certificate, each of which raises and none of which returns False:

1. the signatures: at least one by a trusted key, over exactly the bytes that are read;
2. what it is: a certificate, and no declaration of a self-test under another name;
3. its form: canonical, two people, days in order, a verdict for which something is granted;
4. both people's signatures, each by the key that the certificate names;
5. that it is no demonstration, unless one was asked for;
6. its days, at the time that was handed in;
7. its standing, where a register was given;
8. the run, where it was given: everything is recomputed, and every claim compared.

A declaration has steps 1, 2, 3 and 8.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalcenter import (
    bundles,
    canon,
    certificate,
    certify,
    declaration,
    envelope,
    issuing,
    signing,
    standing,
    suites,
    testresult,
)
from evalcenter.blocks import Words
from evalcenter.certificate import Certificate
from evalcenter.errors import (
    CertificateError,
    Demonstration,
    EvalcenterError,
    Incomplete,
    InputError,
    SignatureInvalid,
    Tampered,
)
from evalcenter.grants import spellings
from evalcenter.signing import Against, Attested
from evalcenter.standing import Lookup, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a signed file is checked by: the trusted public keys, the run, the time (UTC text), the register if there is one.

    `demo` lets a demonstration through.
    """

    keys: Sequence[Path]
    against: Against
    at: str
    lookup: Lookup | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A certificate that holds at the time `at`. `run` and `standing` are None where they were not at hand."""

    held: Certificate
    document: str
    at: str
    run: certify.Checked | None
    suites: tuple[str, ...]
    standing: Standing | None

    def words(self) -> Iterator[str]:
        """What was checked and what was not, line by line."""
        held, said = self.held, self.held.evidence
        if held.demonstration:
            yield "DEMONSTRATION: made to show how it is done; nobody may rely on it"
        yield f"kind       certificate {held.id} by {_both(held.body.name)}, {_both(held.body.accreditation)}"
        yield f"document   {self.document}"
        yield f"evaluated  {_both(held.evaluated_by.name)}, key {held.evaluated_by.key}: signed"
        yield f"decided    {_both(held.decided_by.name)}, key {held.decided_by.key}: signed"
        simulated = " (simulated candidate)" if said.simulated else ""
        yield f"verdict    {said.verdict.outcome.upper()}{simulated}, decided {said.decided}"
        yield f"client     {_both(held.client.name)}, {_both(held.client.address)}"
        yield f"scope      {_both(held.scope)}"
        yield f"valid      {held.valid_from} to {held.valid_until}, granted {held.granted}; holds at {self.at}"
        yield f"status     {self._status()}"
        version = said.candidate.version or "not given"
        yield f"candidate  {said.candidate.name}, version {version}; descriptor {said.candidate.digest}"
        yield f"probes     {held.fingerprint or 'no fingerprint in this certificate'}"
        yield f"standard   {said.standard.id} {said.standard.version}, {said.standard.digest}"
        yield from (f"suite      {suite.id} {suite.version}, {suite.digest}" for suite in said.suites)
        yield from signing.ran(self.run, self.suites)

    def _status(self) -> str:
        if self.standing is None:
            return "NOT checked: it may be suspended or revoked; give the centre's list with --register"
        told = f", told {self.standing.issued}" if self.standing.issued else ""
        later = f", {self.standing.status} since {self.standing.since}, later than this" * (
            self.standing.status != "valid"
        )
        return f"valid by the register{told}{later}"


def look(file: Path, ask: Ask) -> Iterator[str]:
    """Check a signed file, or a bundle with everything in it, and say what was found, line by line. Raises as `check`."""
    if not bundles.is_bundle(file):
        yield from check(file, ask).words()
        return
    if ask.against.run is not None:
        raise InputError("a bundle brings its run with it", todo="leave out --run")
    with bundles.opened(file) as held:
        if held.signed is None:
            raise Incomplete(
                "nothing in this bundle is signed", where=str(file), todo="ask its issuer for a signed one"
            )
        plugins = ask.against.plugins
        whole = len(held.suites) == len(held.manifest.suites)
        brought = [suites.load(folder, plugins) for folder in held.suites if whole and not ask.against.suites]
        against = replace(ask.against, run=held.run, suites=ask.against.suites or brought)
        try:
            found = check(held.signed, replace(ask, against=against))
            bundles.committed(held)
            said = found.held.evidence if isinstance(found, Certified) else found.declared
            shown = bundles.proved(held, said.reports, brought)
        except EvalcenterError as problem:
            problem.where = problem.where.replace(
                str(held.run.parent), str(file)
            )  # the folder is gone when this is read
            raise
        yield f"bundle     {len(held.manifest.files)} files, each as listed; checked {held.signed.name}"
        yield from found.words()
        if shown:
            yield f"pages      {', '.join(shown)}: NOT compared; where one says something else, what was signed counts"


def genuine(file: Path, keys: Sequence[Path]) -> tuple[Certificate, str]:
    """(the certificate in `file`, the digest of what was signed): steps 1 to 5, whatever the day. Raises as `check`."""
    trusted = _trusted(keys)
    opened = envelope.opened(envelope.read(file), trusted)
    held = _signed(opened, str(file), [envelope.fingerprint(key) for key in trusted], demo=False)
    return held, canon.digest(opened.payload)


def check(file: Path, ask: Ask) -> Attested | Certified:
    """Check the signed `file`. Raises at the first step that fails; see the module for the steps."""
    keys = _trusted(ask.keys)
    opened, where = envelope.opened(envelope.read(file), keys), str(file)  # step 1
    kind = envelope.predicate_type(opened.payload)
    if kind == testresult.TYPE:
        raise InputError(
            "this is the summary for other tools, which says less than was signed",
            where=where,
            todo=f"verify {signing.NAME} or {issuing.NAME}, which lies beside it",
        )
    if kind == certificate.TYPE:
        return _certified(opened, where, [envelope.fingerprint(key) for key in keys], ask)
    if kind == declaration.TYPE and (len(keys) > 1 or ask.lookup is not None):
        raise CertificateError(
            "this is the declaration of whoever holds the key (a self-test), no certificate: no second person decided on it, "
            "and no register knows it",
            where=where,
            todo="ask for the certificate; to check the declaration itself give one key and no register",
        )
    found = signing.attested(opened.payload, where, envelope.fingerprint(opened.signers[0]), ask.against)
    _beside(signing.SUMMARY, testresult.statement(found.declared, demonstration=False), opened.signers, ask.against)
    return found


def _trusted(paths: Sequence[Path]) -> Sequence[envelope.Verifier]:
    keys = [envelope.public_key(path) for path in paths]
    if len({envelope.fingerprint(key) for key in keys}) < len(keys):
        raise InputError("one key was given twice", todo="give the public key of each of the two people")
    return keys


def _signed(opened: envelope.Opened, where: str, trusted: Sequence[str], *, demo: bool) -> Certificate:
    held = certificate.read(opened.payload, where)  # steps 2 and 3
    signers = [envelope.fingerprint(key) for key in opened.signers]
    for role, who in (("evaluated", held.evaluated_by), ("decided", held.decided_by)):  # step 4
        if who.key in signers:
            continue
        if who.key in trusted:
            raise SignatureInvalid(f"one signature of two: {_both(who.name)}, who {role}, has not signed", where=where)
        raise SignatureInvalid(
            f"a certificate is signed by two: the key of {_both(who.name)}, who {role}, was not given ({who.key})",
            where=where,
            todo="get both public keys from the centre, and give each with --key",
        )
    if held.demonstration and not demo:  # step 5
        raise Demonstration(
            "this certificate is a DEMONSTRATION: a stand-in was tested, or the keys are throw-away ones",
            where=where,
            todo="nobody may rely on it; to look at it all the same give --demo",
        )
    return held


def _certified(opened: envelope.Opened, where: str, trusted: Sequence[str], ask: Ask) -> Certified:
    held = _signed(opened, where, trusted, demo=ask.demo)
    standing.dated(held.valid_from, held.valid_until, ask.at)  # step 6
    document = canon.digest(opened.payload)
    found = None if ask.lookup is None else ask.lookup(held.id)
    if found is not None:
        standing.holds(found, held.id, document, ask.at)  # step 7
    run = signing.compare(held.evidence, ask.against, lambda run: certificate.differences(held, run))  # step 8
    summary = testresult.statement(held.evidence, demonstration=held.demonstration)
    _beside(issuing.SUMMARY, summary, opened.signers, ask.against)
    return Certified(
        held=held,
        document=document,
        at=ask.at,
        run=run,
        suites=signing.again(held.evidence, ask.against),
        standing=found,
    )


def _beside(name: str, summary: bytes, signers: Sequence[envelope.Verifier], against: Against) -> None:
    """A summary that lies in the run says what the signed file says, and is signed by the same hand."""
    path = None if against.run is None else against.run / name
    if path is not None and path.exists() and envelope.opened(envelope.read(path), signers).payload != summary:
        raise Tampered("the summary for other tools says something else than what was signed", where=str(path))


def _both(words: Words) -> str:
    return " / ".join(dict.fromkeys(spellings(words)))
