"""What stands in the way of any decision on a requirement, in words: too few items, too small a bank, risks that nothing covers.

Rules this module keeps:

* A bar turns a PASS into INCONCLUSIVE, whatever the evidence. Too few items bar a FAIL as well.
* Reasons are given in words, in both languages.
"""

from __future__ import annotations

from decimal import Decimal

from evalcenter.records import Requirement, Tally, Text


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


def percent(share: Decimal) -> str:
    """A share as percent, without trailing zeros."""
    return f"{(share * 100).normalize():f} %"
