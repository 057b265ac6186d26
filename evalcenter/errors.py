"""One tree of errors. Each says what was got, what was expected and what to do, and each family has its own exit code.

::

    EvalcenterError
    ├── InputError            10  a file that was given is not what it should be
    │   ├── SuiteError        11  a suite, standard or taxonomy breaks a rule (file and line are named)
    │   ├── LintError         12  an item's examples do not behave as its rubric says
    │   ├── EncodingError     13  bytes that the named encoding cannot read
    │   ├── ColumnError       14  a mapped column is missing from the source
    │   ├── PluginError       15  an unknown, clashing or broken plugin
    │   ├── RowsRefused       16  an import in which rows were refused
    │   └── BankError         17  a sealed bank is broken, or not what its commitment says
    ├── CandidateError        20  the candidate can't be asked
    │   ├── Unreachable       21  no connection, or nothing there speaks the protocol
    │   ├── KeyRefused        22  the endpoint refused the key, or the key's variable is empty
    │   ├── UnknownModel      23  the endpoint does not know the model
    │   └── JudgeGone         24  a judge of the panel does not answer
    ├── RunError              30  a run folder is not as it must be
    │   ├── Incomplete        31  a file of the run is missing or cut short
    │   ├── Tampered          32  the journal's chain, or a recomputed result, does not match
    │   ├── Locked            33  another process is writing this run
    │   ├── PlanMismatch      34  the run was planned with something else than is given now
    │   ├── DiskFull          35  the disk took no more
    │   ├── SignatureInvalid  36  a signed file is not signed by the key that was given, or was changed
    │   └── Sealed            37  something sealed, and no identity at hand that opens it
    ├── MissingExtra          40  an optional dependency is not installed
    ├── RegisterError         50  the register can't be read or written, or knows no such entry
    │   ├── NotAllowed        51  a rule of the register forbids what was asked
    │   ├── RegisterTampered  52  the register's chain, or a row of it, does not match
    │   ├── StatusStale       53  a status list is out of date, or older than one that was seen
    │   └── CertificateNotValid  54  a certificate is suspended, revoked, expired or unknown
    └── CertificateError      60  a certificate can't be granted, or is none
        ├── NotGranted        61  the run does not carry a certificate, or these people can't grant it
        └── Demonstration     62  a certificate that was made to show how it is done

Verdicts have codes too (``EXIT``): a pass is 0, everything else is not. 1 is a defect of evalcenter itself, 2 the parser's
usage error, 130 an interruption.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import ClassVar, Final

EXIT: Final = {"pass": 0, "fail": 3, "inconclusive": 4, "conditional": 5, "awaiting_review": 6}
DRIFTED: Final = 7
"""The exit code of `watch` where another model answers than was tested."""
INTERRUPTED: Final = 130


class EvalcenterError(Exception):
    """Superclass of all errors. Never raised directly.

    `what` says what was got and what was expected; `where` names file and line; `todo` says what to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  → {self.todo}" if self.todo else text


class InputError(EvalcenterError):
    """A file that was given is not what it should be."""

    exit_code = 10


class SuiteError(InputError):
    """A suite, standard or taxonomy breaks a rule."""

    exit_code = 11


class LintError(InputError):
    """An item's examples do not behave as its rubric says."""

    exit_code = 12


class EncodingError(InputError):
    """Bytes that the named encoding cannot read."""

    exit_code = 13


class ColumnError(InputError):
    """A mapped column is missing from the source."""

    exit_code = 14


class PluginError(InputError):
    """An unknown, clashing or broken plugin."""

    exit_code = 15


class RowsRefused(InputError):
    """An import in which rows were refused; the others were written."""

    exit_code = 16


class BankError(InputError):
    """A sealed bank is broken, or not what its commitment says."""

    exit_code = 17


class CandidateError(EvalcenterError):
    """The candidate can't be asked."""

    exit_code = 20


class Unreachable(CandidateError):
    """No connection, or nothing there speaks the protocol."""

    exit_code = 21


class KeyRefused(CandidateError):
    """The endpoint refused the key, or the key's variable is empty."""

    exit_code = 22


class UnknownModel(CandidateError):
    """The endpoint does not know the model."""

    exit_code = 23


class JudgeGone(CandidateError):
    """A judge of the panel does not answer; without it the others may not judge."""

    exit_code = 24


class RunError(EvalcenterError):
    """A run folder is not as it must be."""

    exit_code = 30


class Incomplete(RunError):
    """A file of the run is missing or cut short."""

    exit_code = 31


class Tampered(RunError):
    """The journal's chain, or a recomputed result, does not match."""

    exit_code = 32


class Locked(RunError):
    """Another process is writing this run."""

    exit_code = 33


class PlanMismatch(RunError):
    """The run was planned with something else than is given now."""

    exit_code = 34


class DiskFull(RunError):
    """The disk took no more."""

    exit_code = 35


class SignatureInvalid(RunError):
    """A signed file is not signed by the key that was given, or was changed after signing."""

    exit_code = 36


class Sealed(RunError):
    """Something is sealed, and no identity at hand opens it."""

    exit_code = 37


class MissingExtra(EvalcenterError):
    """An optional dependency is not installed."""

    exit_code = 40


class RegisterError(EvalcenterError):
    """The register can't be read or written, or knows no such entry."""

    exit_code = 50


class NotAllowed(RegisterError):
    """A rule of the register forbids what was asked: two people, one stream of evidence, the life of a certificate."""

    exit_code = 51


class RegisterTampered(RegisterError):
    """The register's chain, or a row of it, does not match."""

    exit_code = 52


class StatusStale(RegisterError):
    """A status list is out of date, or older than one that was seen."""

    exit_code = 53


class CertificateNotValid(RegisterError):
    """A certificate is not valid now: suspended, revoked, superseded, expired, not yet valid, or unknown."""

    exit_code = 54


class CertificateError(EvalcenterError):
    """A certificate can't be granted, or is none."""

    exit_code = 60


class NotGranted(CertificateError):
    """The run does not carry a certificate, or these people can't grant it."""

    exit_code = 61


class Demonstration(CertificateError):
    """A certificate that was made to show how it is done; nobody may rely on it."""

    exit_code = 62


class CallFailed(Exception):
    """One call to a candidate brought no answer. The pump in ``run.py`` retries it or records a Failure.

    `retry_after` is what the endpoint asked for, in seconds; the pump counts `attempts` and times the call
    (`latency_ms`). `fatal` ends the run at once: no other call can do better.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        http_status: int | None = None,
        retryable: bool = True,
        retry_after: float | None = None,
        fatal: CandidateError | None = None,
    ) -> None:
        self.kind, self.message, self.http_status = kind, message, http_status
        self.retryable, self.retry_after, self.fatal = retryable, retry_after, fatal
        self.attempts, self.latency_ms = 1, 0
        super().__init__(f"{kind}: {message}")


def disk_refused(problem: OSError, place: Path) -> RunError:
    """The error that says why the disk refused."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        large = problem.errno == errno.EFBIG
        return DiskFull(
            "the file may not grow any larger (a limit on file sizes)" if large else "the disk is full",
            where=str(place),
            todo=f"{'lift the limit' if large else 'free some space'}, then do it again; a run goes on with "
            "`evalcenter run --resume FOLDER`",
        )
    return RunError(f"can't write here: {problem.strerror}", where=str(place), todo="check the folder's rights")


def codes() -> dict[str, int]:
    """Every name with its exit code, for the documentation's table and the test that keeps it true."""
    table = {f"verdict {name}": code for name, code in EXIT.items()}
    pending: list[type[EvalcenterError]] = [EvalcenterError]
    while pending:
        cls = pending.pop(0)
        pending.extend(cls.__subclasses__())
        if "exit_code" in vars(cls):  # a child without a code of its own belongs to its parent's family
            table[cls.__name__] = cls.exit_code
    return {**table, "drifted": DRIFTED, "interrupted": INTERRUPTED, "usage": 2}
