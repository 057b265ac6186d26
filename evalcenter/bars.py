"""What stands in the way of a decision on a requirement, in words: few items, a small bank, uncovered risks, an unqualified judge.

Rules this module keeps:

* A bar turns a PASS into INCONCLUSIVE, whatever the evidence. Too few items bar a FAIL as well, and so does a judge that is not
  qualified where a requirement rests on it.
* Reasons are given in words, in both languages.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from evalcenter.records import Path, Requirement, Tally, Text

_SHOWN: Final = Decimal("0.0001")


def too_few(requirement: Requirement, tally: Tally) -> bool:
    """Whether fewer distinct items were scored than the requirement wants."""
    return tally.items < _wanted(requirement)


def uncovered(requirement: Requirement, tally: Tally) -> tuple[str, ...]:
    """The risks of which the bank holds too few items."""
    return tuple(r for c in requirement.coverage for r in c.risks if tally.covers.get(r, 0) < c.min_items)


def barring(requirement: Requirement, tally: Tally, n: int, unscored: int) -> tuple[Text, ...]:
    """Everything that bars a PASS: `unscored` of the `n` samples that were read have no score."""
    reasons = []
    if too_few(requirement, tally):
        wanted = _wanted(requirement)
        reasons.append(
            Text(
                zh=f"只有 {tally.items} 道不同的题得到评分，至少需要 {wanted} 道。",
                en=f"Only {tally.items} distinct items were scored; at least {wanted} are needed.",
            )
        )
    if tally.bank < requirement.min_bank:
        reasons.append(
            Text(
                zh=f"题库只有 {tally.bank} 道题，至少需要 {requirement.min_bank} 道。",
                en=f"The question bank holds {tally.bank} items; at least {requirement.min_bank} are needed.",
            )
        )
    if n and Decimal(unscored) > requirement.unscored_cap * n:
        cap = percent(requirement.unscored_cap)
        reasons.append(
            Text(
                zh=f"{n} 个样本中有 {unscored} 个未评分，超过上限 {cap}（{named(tally)}）。",
                en=f"{unscored} of {n} samples are unscored, above the cap of {cap} ({named(tally)}).",
            )
        )
    if risks := uncovered(requirement, tally):
        shown = ", ".join(risks)
        reasons.append(
            Text(zh=f"以下风险未达到最低题量：{shown}。", en=f"Risks without their minimum of items: {shown}.")
        )
    return tuple(reasons)


def _wanted(requirement: Requirement) -> int:
    return max(requirement.min_items, requirement.sample or 0)


def named(tally: Tally) -> str:
    """Why samples are unscored, with their numbers."""
    return ", ".join(f"{why} {count}" for why, count in tally.unscored.items())


def nothing() -> Text:
    """That there is nothing to decide on."""
    return Text(zh="没有任何样本属于这项要求。", en="No sample belongs to this requirement.")


def unqualified(path: Path, wanted: int) -> Text:
    """Why nothing can rest on a calibrated judge: no valid qualification, fewer than `wanted` known-bad answers, none caught."""
    shown, held = path.calibration.shown if path.calibration else 0, path.qualified
    if held is not None and held.standing == "other":
        return Text(
            zh="给出的资格验证属于其他判定模型，或属于另一种提问方式，本次判定不能以它为依据。",
            en="The qualification that was given is of other judges, or of judges asked in another way, so nothing can rest on it.",
        )
    if held is not None and held.standing == "expired":
        return Text(
            zh=f"判定模型的资格验证自 {held.made} 起、至 {held.expires} 止有效，制定计划之日不在其中。",
            en=f"The judges' qualification holds from {held.made} to {held.expires}, not on the day of the plan.",
        )
    if held is None and not shown:
        return Text(
            zh=f"没有给出判定模型的资格验证；资格验证至少需要 {wanted} 个已知不合格回答。",
            en=f"No qualification of the judges was given; it takes {wanted} known-bad answers at least.",
        )
    if shown >= wanted:
        return Text(
            zh=f"判定模型对 {shown} 个已知不合格回答一个也没有识别出来，其判定不能作为依据。",
            en=f"The judge caught none of the {shown} known-bad answers, so nothing can rest on it.",
        )
    return Text(
        zh=f"判定模型只用 {shown} 个已知不合格回答标定过，至少需要 {wanted} 个，还差 {wanted - shown} 个。",
        en=f"The judge was calibrated on {shown} known-bad answers; {wanted} are needed, {wanted - shown} more.",
    )


def percent(share: Decimal) -> str:
    """A share as percent, without trailing zeros."""
    return f"{(share * 100).normalize():f} %"


def at_least(share: Decimal) -> str:
    """A lower bound as percent, rounded down to two decimals."""
    return percent(share.quantize(_SHOWN, rounding=ROUND_FLOOR))


def at_most(share: Decimal) -> str:
    """An upper bound as percent, rounded up to two decimals."""
    return percent(share.quantize(_SHOWN, rounding=ROUND_CEILING))
