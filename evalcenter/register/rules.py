"""The rules of the register, pure: whose turn an attempt is, what it may spend, how a certificate lives, who may decide.

Rules this module keeps:

* One stream of evidence for one model version, bank and standard. Another attempt carries the last one on; nothing starts anew
  but as the vendor's next stream, which may spend less.
* What a certificate is worth on a day follows from what happened to it and from its dates; nobody writes "expired".
* Whoever took part in an evaluation decides nothing about it, under whatever spelling of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal

from evalcenter import reviewing
from evalcenter.errors import InputError, NotAllowed
from evalcenter.records import Text, record

Written = Literal["valid", "suspended", "revoked", "superseded"]
State = Literal["valid", "suspended", "revoked", "superseded", "expired", "not_yet_valid", "unknown"]
Role = Literal["registrar", "evaluator", "decider"]
Trigger = Literal["scheduled", "version_changed", "fingerprint_drift", "standard_replaced", "incident"]

ROLES: Final[tuple[Role, ...]] = ("registrar", "evaluator", "decider")
TRIGGERS: Final[tuple[Trigger, ...]] = (
    "scheduled",
    "version_changed",
    "fingerprint_drift",
    "standard_replaced",
    "incident",
)
LIFE: Final[dict[Written | None, frozenset[Written]]] = {
    None: frozenset({"valid"}),
    "valid": frozenset({"suspended", "revoked", "superseded"}),
    "suspended": frozenset({"valid", "revoked", "superseded"}),
    "superseded": frozenset({"revoked"}),
    "revoked": frozenset(),
}
"""What may be written of a certificate after what was written last; None before anything was."""
REASONS: Final[dict[str, Text]] = {
    "issued": Text(zh="颁发", en="issued"),
    "reinstated": Text(zh="恢复", en="reinstated"),
    "fingerprint_drift": Text(zh="模型行为指纹漂移", en="the model's fingerprint drifted"),
    "version_changed": Text(zh="模型版本变更", en="the model's version changed"),
    "standard_replaced": Text(zh="标准已被替代", en="the standard was replaced"),
    "retest_overdue": Text(zh="逾期未复测", en="a re-test is overdue"),
    "incident": Text(zh="收到事件报告", en="an incident was reported"),
    "wrong_result": Text(zh="测试结果有误", en="the result was wrong"),
    "misuse": Text(zh="证书被不当使用", en="the certificate was misused"),
    "on_request": Text(zh="持证方申请", en="asked for by its holder"),
    "replaced": Text(zh="由新证书替代", en="a newer certificate took its place"),
    "other": Text(zh="其他", en="other"),
}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER: Final = re.compile(r"[A-Z0-9]{2,12}-[0-9]{4}-([0-9]{5,9})(?:-[0-9]{1,4})?")
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"


@record
class By:
    """In whose name something is written, and when (UTC text)."""

    name: str
    now: str

    @property
    def today(self) -> str:
        """The day of it."""
        return self.now[:10]


# -- time -------------------------------------------------------------------------------------------------------------


def day(text: str, what: str = "the day") -> str:
    """`text` where it is a day (``YYYY-MM-DD``). Raises InputError where it is none."""
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise InputError(f"{what} is {text!r}; expected a day such as 2027-03-31")


def moment(text: str) -> datetime:
    """The moment that UTC text names. Raises InputError where it names none."""
    try:
        return datetime.strptime(text, _STAMP)  # noqa: DTZ007 - all stamps are UTC, and none says so otherwise
    except ValueError:
        raise InputError(f"{text!r} is no moment; expected UTC such as 2026-03-31T08:00:00Z") from None


def later(stamp: str, days: int) -> str:
    """The UTC text of the moment so many days after `stamp`."""
    return (moment(stamp) + timedelta(days=days)).strftime(_STAMP)


# -- streams of evidence ----------------------------------------------------------------------------------------------


@record
class Past:
    """One attempt as far as it went: its number, the digest of its plan, where its run lay, and how it ended and its journal then.

    `outcome` is a verdict's, ``awaiting_review`` or ``broken_off``; None where the end was never written down.
    """

    number: int
    plan: str
    folder: str
    outcome: str | None = None
    entries: int = 0
    head: str = ""


@record
class Turn:
    """What an attempt has to be: a ``fresh`` one, one that ``resume``s the last one's run, or one that ``continues`` it."""

    kind: Literal["fresh", "resume", "continue"]
    number: int
    last: Past | None = None


def turn(past: Sequence[Past]) -> Turn:
    """What the next attempt of a stream has to be, by all `past` ones in order."""
    if not past:
        return Turn(kind="fresh", number=1)
    last = past[-1]
    open_ = last.outcome in (None, "broken_off", "awaiting_review")
    return Turn(kind="resume" if open_ else "continue", number=last.number + (not open_), last=last)


def rank(ranks: Iterable[int]) -> int:
    """The rank k of a vendor's next stream under one standard, by those that there were: it may spend alpha / (k (k + 1))."""
    return max(ranks, default=0) + 1


# -- people -----------------------------------------------------------------------------------------------------------


def apart(took_part: Iterable[str], name: str, what: str) -> None:
    """Raise NotAllowed where `name` is, however it is spelt, one of those who took part in the evaluation."""
    same = sorted({other for other in took_part if reviewing.key(other) == reviewing.key(name)})
    if same:
        raise NotAllowed(
            f"{name!r} took part in the evaluation{'' if same == [name] else f' as {same[0]!r}'}, and can't {what}",
            todo="whoever evaluated or read answers can't decide (ISO/IEC 17065, 7.6): let somebody else do it",
        )


# -- the life of a certificate ----------------------------------------------------------------------------------------


def step(last: Written | None, new: Written) -> None:
    """Raise NotAllowed where a certificate of which `last` was written can't become `new`."""
    if new not in LIFE[last]:
        may = ", ".join(sorted(LIFE[last])) or "nothing: it has ended"
        raise NotAllowed(f"a {last or 'new'} certificate can't become {new}", todo=f"from here it may become: {may}")


def state(last: Written, valid_from: str, valid_until: str, today: str) -> State:
    """What a certificate is worth on the day `today`; all three are days, and both ends of its term belong to it."""
    if last in ("revoked", "superseded"):
        return last
    if today > valid_until:
        return "expired"
    if last == "valid" and today < valid_from:
        return "not_yet_valid"
    return last


def term(decided: str, valid_from: str, valid_until: str) -> None:
    """Raise InputError or NotAllowed where a term is none, or begins before the day of the decision."""
    if day(valid_until, "the last day") < day(valid_from, "the first day"):
        raise InputError(f"the term ends on {valid_until}, before it begins on {valid_from}")
    if valid_from < decided:
        raise NotAllowed(
            f"the term begins on {valid_from}, before the decision of {decided}",
            todo="begin it on the day of the decision or later (ISO/IEC 17065, 7.7.1 b)",
        )


def number(prefix: str, decided: str, decision: int, issue: int) -> str:
    """The public number of a certificate: the centre's prefix, the year, the decision, and the issue after the first."""
    return f"{prefix}-{decided[:4]}-{decision:05d}" + (f"-{issue}" if issue > 1 else "")


def decision_of(number: str) -> int:
    """The decision that the public number of a certificate names; 0 where it names none."""
    found = _NUMBER.fullmatch(number)
    return int(found[1]) if found else 0


@record
class Standing:
    """What a certificate is worth on the day it was looked up.

    `since` is when that was last written, `until` the last day of its term, `reason` a code of `REASONS`; all are empty where the
    certificate is ``unknown``. `sequence`, `issued` and `next_update` are those of the list that said so, empty for a register.
    """

    certificate: str
    status: State
    document: str = ""
    since: str = ""
    until: str = ""
    reason: str = ""
    successor: str | None = None
    sequence: int | None = None
    issued: str = ""
    next_update: str = ""
