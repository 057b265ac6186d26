"""How a certificate stands in a register, and whether it holds at a moment.

Rules this module keeps:

* It refuses by its reason and never returns False.
* What a register says holds for the document whose digest it names, and for no other under the same id.
* A status that is older than the register promised counts for nothing: a revocation could hide behind it.
* A day belongs to a certificate from its first second to its last, in UTC.
"""

from __future__ import annotations

from typing import Protocol

from evalcenter.errors import CertificateNotValid, StatusStale


class Standing(Protocol):
    """What a register says of one certificate, from a signed list or from the register itself.

    `document` is the digest of the signed statement, `status` one of valid, suspended, revoked, expired, superseded and unknown.
    The times are UTC text, as ``2026-03-01T00:00:00Z``: the status holds `since`, was told at `issued`, and is told again by
    `next_update`; empty where the register answers for this very moment.
    """

    @property
    def certificate(self) -> str:
        """The id."""

    @property
    def document(self) -> str:
        """The digest of what was signed under this id."""

    @property
    def status(self) -> str:
        """How it stands."""

    @property
    def since(self) -> str:
        """Since when."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def issued(self) -> str:
        """When this was told."""

    @property
    def next_update(self) -> str:
        """When it is told again."""


class Lookup(Protocol):
    """Where a standing comes from: a signed list, or the register itself."""

    def __call__(self, certificate: str) -> Standing:
        """The standing of the certificate with this id. Raises an error of ours where there is none to rely on."""


def dated(first: str, last: str, at: str) -> None:
    """Raise CertificateNotValid unless the time `at` lies in the days from `first` to `last`."""
    if at[:10] < first:
        raise CertificateNotValid(f"the certificate is not yet valid: it holds from {first}, and this is {at[:10]}")
    if at[:10] > last:
        raise CertificateNotValid(f"the certificate has expired: it held until {last}, and this is {at[:10]}")


def holds(standing: Standing, certificate: str, document: str, at: str) -> None:
    """Raise CertificateNotValid or StatusStale unless `standing` lets the certificate hold at the time `at`."""
    if standing.status == "unknown":
        later = f" at {at}: it came there on {standing.since}" if standing.since else ""
        raise CertificateNotValid(
            f"the register knows no certificate {certificate}{later}", todo="ask the centre whether it issued it"
        )
    if (standing.certificate, standing.document) != (certificate, document):
        raise CertificateNotValid(
            f"the register holds another document under the id {certificate}: {standing.document}, this one is {document}",
            todo="ask the centre which of them it issued",
        )
    if standing.next_update and at > standing.next_update:
        raise StatusStale(
            f"the status list is stale: it was to be replaced by {standing.next_update}, and this is {at}",
            todo="fetch the centre's present list",
        )
    if standing.status != "valid" and (
        standing.issued or standing.since <= at
    ):  # a list tells what held when it was made
        reason = f" ({standing.reason})" if standing.reason else ""
        raise CertificateNotValid(f"the certificate is {standing.status} since {standing.since}{reason}")
