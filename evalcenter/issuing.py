"""Grants a certificate on a run: two people sign, each with a key of their own, and each recomputes the run first.

Rules this module keeps:

* Whoever evaluated signs first; whoever decides signs second, over the same bytes, and checks the first signature before.
* A key signs for the person whom the grant names with it, and for nobody else.
* What follows from the signed file (a summary for other tools, the pages) is made when both have signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evalcenter import canon, certificate, certify, envelope, history, hooks, signing, testresult
from evalcenter.certificate import Certificate
from evalcenter.ciphers import Identity
from evalcenter.errors import NotGranted, RunError
from evalcenter.grants import Grant
from evalcenter.rendering import pages

NAME: Final = "certificate.dsse.json"
SUMMARY: Final = "certificate.test-result.dsse.json"


@dataclass(frozen=True, slots=True)
class Issued:
    """What was written. `whole` is true when both people have signed."""

    path: Path
    whole: bool
    held: Certificate

    def words(self) -> Iterator[str]:
        """What was done, line by line."""
        if self.held.demonstration:
            yield "DEMONSTRATION: nobody may rely on this certificate"
        if self.whole:
            yield f"signed     {self.path} by both; the pages lie beside it"
            return
        yield f"signed     {self.path} by whoever evaluated"
        yield "next       whoever decides signs with the same --grant, their own --key, and your public key as --evaluated"


def issue(
    folder: Path,
    grant: Grant,
    keys: tuple[Path, Path | None],
    plugins: hooks.Plugins,
    *,
    paper: bool = False,
    identity: Identity | None = None,
) -> Issued:
    """Recompute the run in `folder`, and sign for one of the two people of `grant`.

    `keys` are the signer's private key and, for whoever decides, the public key of whoever evaluated. Signing again changes
    nothing. With `paper` the pages are made as PDF too. Raises what `certify.verify` raises, Incomplete, NotGranted, and RunError
    where another certificate is there.
    """
    mine, first = keys
    signing.outside(mine, folder)
    key = envelope.private_key(mine)
    run = history.load(folder, identity)
    signing.complete(run, certify.recomputed(run, plugins))
    held = certificate.of(run, grant)
    payload, path = certificate.statement(held), folder / NAME
    fingerprint = envelope.fingerprint(key.public_key())
    if fingerprint == held.evaluated_by.key:
        _begun(path, payload, key)
        return Issued(path, whole=False, held=held)
    if fingerprint != held.decided_by.key:
        raise NotGranted(f"the key {fingerprint} is neither person's in the grant", where=str(mine))
    if first is None:
        raise NotGranted(
            "whoever decides signs over the signature of whoever evaluated",
            todo="give that person's public key with --evaluated",
        )
    raw, other = envelope.read(path) if path.exists() else b"", envelope.public_key(first)
    if not raw:
        raise NotGranted("whoever evaluated has not signed yet", where=str(folder))
    if envelope.fingerprint(other) != held.evaluated_by.key:
        raise NotGranted("this public key is not that of whoever evaluated", where=str(first))
    if envelope.unseal(raw, other) != payload:
        raise RunError("another certificate was signed here", where=str(path), todo="move it away, then sign again")
    if len(envelope.opened(raw, [other, key.public_key()]).signers) < 2:
        envelope.put(path, envelope.add(raw, key))
    _follow(folder, held, key, paper=paper)
    return Issued(path, whole=True, held=held)


def _begun(path: Path, payload: bytes, key: envelope.Signer) -> None:
    """The first signature; where the second is there already, nothing is changed."""
    if (
        path.is_symlink()
        or not path.exists()
        or envelope.opened(envelope.read(path), [key.public_key()]).payload != payload
    ):
        signing.keep(path, envelope.seal(payload, key))


def _follow(folder: Path, held: Certificate, key: envelope.Signer, *, paper: bool) -> None:
    summary = testresult.statement(held.evidence, demonstration=held.demonstration)
    envelope.put(folder / SUMMARY, envelope.seal(summary, key))
    digest = canon.digest(certificate.statement(held))
    for lang, raw in pages.certificate(held, digest).items():
        envelope.put(folder / f"certificate.{lang}.html", raw)
    for lang, raw in pages.paper(held, digest).items() if paper else ():
        envelope.put(folder / f"certificate.{lang}.pdf", raw)
