"""Benefit rules of invented cities, the households they are applied to, and what the rules decide.

Rules this module keeps:

* The rule says itself how its words count ("at least" includes the figure, "below" does not), so that a case on the limit
  has one answer.
* `decide` reads the rule as a clerk would: exclusion, exception and their priority first, then each condition.
* `is_open` says when one figure that is not known leaves the decision open.
* Money is in whole units; incomes per head are whole numbers.

It refuses to describe a real city or benefit: names are invented and the document says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from evalcenter.draws import Draws
from evalcenter.generators.notices import CITIES
from evalcenter.records import Lang

Condition = Literal["residence", "age", "income", "contributions"]
Scenario = Literal["residence", "age", "income", "contributions", "excluded", "exception", "both", "plain"]
CONDITIONS: Final[tuple[Condition, ...]] = ("residence", "age", "income", "contributions")
OPEN: Final[tuple[Scenario, ...]] = ("plain", "exception", "both")
"""The scenarios in which a benefit can be due, so that one thing that is not known leaves the case open."""

BENEFITS: Final = {
    "zh": ("租房补贴", "再就业帮扶补贴", "灵活就业人员补贴", "职业技能提升补贴", "家庭托育补贴", "冬季取暖补贴"),
    "en": (
        "Rent Allowance",
        "Return-to-Work Grant",
        "Self-Employment Support",
        "Skills Allowance",
        "Childcare Grant",
        "Heating Allowance",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a benefit rule fixes.

    `residence` and `contributions` are months and `age` years, all at least. The income per head must be at most `income` where
    `inclusive`, else below it. The exception lifts the condition `waived`. Where exclusion and exception meet, the
    exclusion holds if `strict`. `brackets` holds (below, amount) in rising order; the last bracket has no upper end of its own.
    `per_child` is added for each child under 18, up to `cap` in all.
    """

    city: str
    benefit: str
    residence: int
    age: int
    income: int
    inclusive: bool
    contributions: int
    waived: Condition
    strict: bool
    brackets: tuple[tuple[int, int], ...]
    per_child: int
    cap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The applicant and the household. `incomes` are the monthly incomes that count; `ignored` is one that does not (or 0)."""

    age: int
    residence: int
    contributions: int
    incomes: tuple[int, ...]
    members: int
    children: int
    ignored: int
    excluded: bool
    special: bool

    @property
    def per_head(self) -> int:
        """Counted income divided by the members; whole by construction."""
        return sum(self.incomes) // self.members


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the benefit is due, the articles that decide it (any of them is a right citation), and the amount."""

    eligible: bool
    articles: tuple[str, ...]
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is left out: the household's figure for `name`, or the limit that the rule sets for it if `limit`."""

    name: Condition | Literal["members"]
    limit: bool

    @property
    def condition(self) -> Condition:
        """The condition that cannot be judged without it."""
        return "income" if self.name == "members" else self.name


LACKS: Final = (
    *(Lack(name=name, limit=limit) for name in CONDITIONS for limit in (False, True)),
    Lack(name="members", limit=False),
)


def unmet(rule: Rule, home: Household) -> tuple[Condition, ...]:
    """The conditions that `home` does not fulfil, exceptions aside."""
    fine = {
        "residence": home.residence >= rule.residence,
        "age": home.age >= rule.age,
        "income": home.per_head <= rule.income if rule.inclusive else home.per_head < rule.income,
        "contributions": home.contributions >= rule.contributions,
    }
    return tuple(name for name in CONDITIONS if not fine[name])


def amount(rule: Rule, per_head: int, children: int, *, capped: bool = True) -> int:
    """The monthly amount for an income per head: its bracket, plus the supplement, up to the cap."""
    base = next((paid for below, paid in rule.brackets[:-1] if per_head < below), rule.brackets[-1][1])
    total = base + rule.per_child * children
    return min(total, rule.cap) if capped else total


def decide(rule: Rule, home: Household) -> Decision:
    """What the rule says of `home`."""
    if home.excluded and (rule.strict or not home.special):
        return Decision(eligible=False, articles=("excluded", "priority") if home.special else ("excluded",), amount=0)
    missing = tuple(name for name in unmet(rule, home) if not (home.special and name == rule.waived))
    if missing:
        return Decision(eligible=False, articles=missing, amount=0)
    due = amount(rule, home.per_head, home.children)
    if home.excluded:
        return Decision(eligible=True, articles=("priority", "exception"), amount=due)
    used = home.special and rule.waived in unmet(rule, home)
    return Decision(eligible=True, articles=("exception",) if used else (), amount=due)


def is_open(rule: Rule, home: Household, lack: Lack) -> bool:
    """Whether the benefit may be due or not as long as what `lack` names is not known.

    Nothing else may decide. Without the number of members, incomes must lie above the limit for their earners alone. Without the
    limit of income, income per head must lie beyond the beginning of the last bracket: the amounts show that the limit is no lower.
    """
    lifted = rule.waived if home.special else None
    barred = home.excluded and (rule.strict or not home.special)
    others = set(unmet(rule, home)) - {lack.condition, lifted}
    if barred or others or lack.condition == lifted:
        return False
    if lack.name == "members":
        return sum(home.incomes) > rule.income * len(home.incomes)
    return not (lack.limit and lack.name == "income") or home.per_head > rule.brackets[1][0]


def draw_rule(lang: Lang, draws: Draws) -> Rule:
    """A rule with drawn limits."""
    income = draws.between(2400, 4800, 100)
    low, middle = income // 2 // 100 * 100, income * 3 // 4 // 100 * 100
    top = draws.between(500, 900, 50)
    step = draws.choice((100, 120, 150))
    per_child = draws.choice((40, 50, 60, 80))
    return Rule(
        city=draws.choice(CITIES[lang]),
        benefit=draws.choice(BENEFITS[lang]),
        residence=draws.choice((6, 12, 18, 24, 36)),
        age=draws.choice((22, 24, 25, 28, 30, 35)),
        income=income,
        inclusive=draws.coin(1, 2),
        contributions=draws.choice((6, 9, 12, 15, 24)),
        waived=draws.choice(("residence", "contributions")),
        strict=draws.coin(1, 2),
        brackets=((low, top), (middle, top - step), (income, top - 2 * step)),
        per_child=per_child,
        cap=top + draws.choice((0, per_child, 2 * per_child)),
    )


def draw_household(rule: Rule, scenario: Scenario, draws: Draws) -> Household:
    """A household for `scenario`; values stand on a limit, or next to it, in half of the draws."""
    special = scenario in {"exception", "both"}
    failing = rule.waived if scenario == "exception" or (scenario == "both" and draws.coin(1, 2)) else scenario
    children = draws.below(4)
    members = max(children + draws.between(1, 2), 2)
    per_head = _per_head(rule, draws, fails=failing == "income")
    incomes = _split(per_head * members, draws.between(1, members - children), draws)
    return Household(
        age=_around(rule.age, draws, fails=failing == "age", spread=20),
        residence=_around(rule.residence, draws, fails=failing == "residence", spread=30),
        contributions=_around(rule.contributions, draws, fails=failing == "contributions", spread=30),
        incomes=incomes,
        members=members,
        children=children,
        ignored=draws.between(200, 900, 50) if draws.coin(1, 2) else 0,
        excluded=scenario in {"excluded", "both"},
        special=special,
    )


def _around(limit: int, draws: Draws, *, fails: bool, spread: int) -> int:
    if fails:
        return limit - draws.choice((1, 1, 2, 3, min(4, limit - 1)))
    return limit if draws.coin(1, 2) else limit + draws.between(1, spread)


def _per_head(rule: Rule, draws: Draws, *, fails: bool) -> int:
    """An income per head: at the limit, at the edge of a bracket, or anywhere in the range."""
    last = rule.income if rule.inclusive else rule.income - 1
    if fails:
        return last + draws.choice((1, 1, 10, 60, 150))
    if draws.coin(1, 3):
        return last
    if draws.coin(1, 2):
        edge = draws.choice((rule.brackets[0][0], rule.brackets[1][0]))
        return edge - draws.choice((0, 0, 1, 20))
    return draws.between(rule.brackets[0][0] - 500, last - 5, 5)


def _split(total: int, earners: int, draws: Draws) -> tuple[int, ...]:
    parts: list[int] = []
    left = total
    for number in range(earners - 1, 0, -1):
        part = left // (number + 1) * draws.between(70, 120) // 100 // 10 * 10
        parts.append(part)
        left -= part
    return (*parts, left)
