"""Eligibility for a benefit under a rule that is given with the question.

Rules this module keeps:

* City, benefit and rule are invented and stand in the document; the rule itself says whether a limit counts.
* One thing decides each case: one condition that is not met, the exclusion, the exception, or their priority;
  `eligibility_rules.decide` finds it from the numbers, and a draw in which something else decides is drawn again.
* Every question asks for the same three lines (answer, deciding article, monthly total) and says what to write when something
  needed is missing, so that its form gives nothing away. The limits stand in the articles or in a table below them.
* What is left out decides: a figure of the household, or a row of the table; nothing else may settle the case.

It refuses discretion: no hardship, no judgement, only what the text says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final, get_args

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import eligibility_text as words
from evalcenter.generators.drafting import REDRAWS, Draft, item, number_check, say, share
from evalcenter.generators.eligibility_rules import (
    CONDITIONS,
    LACKS,
    OPEN,
    Condition,
    Decision,
    Household,
    Lack,
    Rule,
    Scenario,
    amount,
    decide,
    draw_household,
    draw_rule,
    is_open,
    unmet,
)
from evalcenter.generators.notices import applicant, article
from evalcenter.generators.problems import answer_label, lacking_criteria, otherwise
from evalcenter.records import Criterion, Item, Lang, record


@record
class Params:
    """Which scenarios are drawn, with equal chance: a failing condition, the exclusion, the exception, both, or none.

    In the share `unanswerable` of the items something that decides is missing; of the scenarios, those count in which the benefit
    can be due ("plain" where none is named).
    """

    scenarios: tuple[Scenario, ...] = (*get_args(Scenario), "plain", "plain")
    unanswerable: Decimal = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    rule: Rule
    home: Household
    decision: Decision
    places: Mapping[str, int]
    table: tuple[Condition, ...]
    lack: Lack | None
    yes: str
    no: str

    @property
    def letter(self) -> str:
        return self.yes if self.decision.eligible else self.no


class Eligibility:
    """Makes one item with one rule and one household."""

    name: ClassVar[str] = "eligibility"
    version: ClassVar[str] = "2"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when no scenario is named, or the share is not 0 to 1."""
        lacking = share(params.unanswerable, draws)
        if not params.scenarios:
            raise InputError("no scenario is named", todo=f"name some of: {', '.join(get_args(Scenario))}")
        scenarios = params.scenarios
        if lacking:
            scenarios = tuple(name for name in scenarios if name in OPEN) or ("plain",)
        lack = draws.choice(LACKS) if lacking else None
        case = _case(lang, draws.choice(scenarios), lack, draws)
        options = {
            case.yes: say(lang, "符合发放条件", "Eligible"),
            case.no: say(lang, "不符合发放条件", "Not eligible"),
        }
        return item(
            lang,
            Draft(
                prompt=_prompt(lang, case, draws),
                criteria=_missing(lang, lack) if lack else _criteria(lang, case),
                good=_asking(lang, lack) if lack else _good(lang, case),
                bad=_guessing(lang, case, lack, draws) if lack else _bad(lang, case, draws),
                options=dict(sorted(options.items())),
                documents=(words.document(lang, case.rule, case.places, draws, case.table),),
            ),
        )


def _case(lang: Lang, scenario: Scenario, lack: Lack | None, draws: Draws) -> _Case:
    for _ in range(REDRAWS):
        rule = draw_rule(lang, draws)
        home = draw_household(rule, scenario, draws)
        decision = decide(rule, home)
        if len(decision.articles) > 2 or scenario_of(rule, home) != scenario or min(home.incomes) <= 0:
            continue
        if lack is None or is_open(rule, home, lack):
            yes, no = draws.choice((("A", "B"), ("B", "A")))
            return _Case(
                rule=rule,
                home=home,
                decision=decision,
                places=words.numbered(draws),
                table=_table(lack, draws),
                lack=lack,
                yes=yes,
                no=no,
            )
    raise InputError(f"eligibility found no {scenario} case in {REDRAWS} tries")


def _table(lack: Lack | None, draws: Draws) -> tuple[Condition, ...]:
    """The conditions whose limits a table holds: none or all, or all but the one whose limit is left out."""
    if lack is not None and lack.limit:
        return tuple(name for name in CONDITIONS if name != lack.name)
    return CONDITIONS if draws.coin(1, 2) else ()


def scenario_of(rule: Rule, home: Household) -> Scenario | None:
    """What decides the case of `home`; None where more than one thing does."""
    missing = unmet(rule, home)
    if home.excluded:
        if home.special:
            return "both" if set(missing) <= {rule.waived} else None
        return None if missing else "excluded"
    if home.special:
        return "exception" if missing == (rule.waived,) else None
    if not missing:
        return "plain"
    return missing[0] if len(missing) == 1 else None


def _prompt(lang: Lang, case: _Case, draws: Draws) -> str:
    name = applicant(lang, draws)
    opening = say(
        lang,
        draws.choice(
            (
                f"{name}来窗口申请{case.rule.benefit}，情况如下：",
                f"请按上述办法审核{name}的{case.rule.benefit}申请。申请人情况：",
                f"群众{name}咨询能否领取{case.rule.benefit}。其情况：",
            )
        ),
        draws.choice(
            (
                f"{name} applies for the {case.rule.benefit}. The application says:",
                f"Please check this application for the {case.rule.benefit} against the rules. {name}:",
                f"{name} asks whether the {case.rule.benefit} can be claimed. The facts:",
            )
        ),
    )
    closing = say(
        lang,
        "请判断是否符合发放条件。可以先写理由；最后三行依次写：\n“答案：”加选项字母\n“决定条款：”加条号(不符合的，写未满足或据以排除的那一条；"
        "依靠例外或优先适用规定才符合的，写该条；其他情况写“无”)\n“每月合计：”加补贴金额(元；不符合的写 0)",
        'Is the applicant eligible? You may give reasons first. The last three lines are, in this order:\n"Answer:" and the '
        'letter\n"Deciding article:" and its number (if not eligible, the article that is not met or that excludes; '
        "if eligible only through an exception or a priority "
        'rule, that article; otherwise "none")\n"Monthly total:" and the amount to be paid in dollars (0 if not eligible)',
    )
    lacking = case.lack.name if case.lack and not case.lack.limit else ""
    facts = words.application(lang, case.home, draws, lacking)
    return f"{opening}\n{facts}\n\n{closing}\n{otherwise(lang, draws, answer_label(lang))}"


def _criteria(lang: Lang, case: _Case) -> tuple[Criterion, ...]:
    made = [
        Criterion(
            id="eligible",
            text=say(lang, "是否符合条件的结论正确", "The conclusion on eligibility is right"),
            check={"choice": {"key": [case.letter]}},
        )
    ]
    if case.decision.articles:
        made.append(
            Criterion(
                id="article",
                text=say(lang, "指明了起决定作用的条款", "Names the article that decides"),
                check={
                    "mentions": {
                        "any": [p for name in case.decision.articles for p in _citations(lang, case.places[name])],
                        "negation": "ignore",
                    }
                },
            )
        )
    if case.decision.eligible:
        made.append(
            Criterion(
                id="amount",
                text=say(lang, "最后给出正确的每月金额", "Ends with the right monthly amount"),
                check=number_check(Decimal(case.decision.amount), Decimal(0), say(lang, "元", "dollars")),
            )
        )
    return tuple(made)


def _citations(lang: Lang, place: int) -> tuple[str, ...]:
    if lang == "zh":
        return (f"决定条款...{article('zh', place)}", f"决定条款...第{place}条")
    return (f"deciding article...{place}",)


def _lines(lang: Lang, letter: str, cited: str, paid: int) -> str:
    return say(
        lang,
        f"答案：{letter}\n决定条款：{cited}\n每月合计：{paid} 元",
        f"Answer: {letter}\nDeciding article: {cited}\nMonthly total: ${paid}",
    )


def _cited(lang: Lang, case: _Case, name: str | None) -> str:
    return article(lang, case.places[name]) if name else say(lang, "无", "none")


def _good(lang: Lang, case: _Case) -> tuple[str, ...]:
    decision, home = case.decision, case.home
    first = decision.articles[0] if decision.articles else None
    ending = _lines(lang, case.letter, _cited(lang, case, first), decision.amount)
    sums = " + ".join(str(income) for income in home.incomes)
    sums = f"({sums})" if len(home.incomes) > 1 else sums
    working = f"{sums} ÷ {home.members} = {home.per_head}"
    reasoned = say(
        lang,
        f"家庭人均月收入：{working} 元。{_why(lang, case)}",
        f"Income per head: {working} dollars. {_why(lang, case)}",
    )
    second = decision.articles[-1] if decision.articles else None
    bold = _lines(lang, case.letter, _cited(lang, case, second), decision.amount)
    return (ending, f"{reasoned}\n\n{ending}", say(lang, f"审核意见如下。\n\n{bold}", f"My finding:\n\n{bold}"))


def _why(lang: Lang, case: _Case) -> str:
    if not case.decision.articles:
        return say(
            lang, "各项条件均已满足，没有不予发放的情形。", "All conditions are met and nothing excludes the claim."
        )
    name = _cited(lang, case, case.decision.articles[0])
    if case.decision.eligible:
        return say(lang, f"依照{name}，申请人可以领取。", f"Under {name} the benefit can be claimed.")
    return say(lang, f"按{name}的规定，不能领取。", f"Because of {name} the benefit is not due.")


def _bad(lang: Lang, case: _Case, draws: Draws) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rule, home, decision = case.rule, case.home, case.decision
    due = amount(rule, home.per_head, home.children)
    right = decision.articles[0] if decision.articles else None
    pool = [
        name
        for name in ("residence", "age", "income", "contributions", "excluded", "exception")
        if name not in decision.articles
    ]
    wrong = draws.choice(pool)
    if not decision.eligible:
        return (
            (_lines(lang, case.yes, _cited(lang, case, None), due), ("eligible", "article")),
            (_lines(lang, case.no, _cited(lang, case, wrong), 0), ("article",)),
            (
                say(lang, "各项条件都满足。\n", "Every condition is met.\n")
                + _lines(lang, case.yes, _cited(lang, case, right), due),
                ("eligible",),
            ),
        )
    cites = ("article",) if decision.articles else ()
    lines: list[tuple[str, tuple[str, ...]]] = [
        (_lines(lang, case.no, _cited(lang, case, wrong), 0), ("eligible", *cites, "amount"))
    ]
    counted = (sum(home.incomes) + home.ignored) // home.members
    slips = (
        amount(rule, home.per_head, 0),
        amount(rule, counted, home.children),
        amount(rule, home.per_head, home.children, capped=False),
        *(min(paid + rule.per_child * home.children, rule.cap) for _, paid in rule.brackets),
        *(paid for _, paid in rule.brackets),
    )
    wrongly = [value for value in dict.fromkeys(slips) if value != due][:2]
    lines.extend((_lines(lang, case.yes, _cited(lang, case, right), paid), ("amount",)) for paid in wrongly)
    return tuple(lines)


# -- with something left out ------------------------------------------------------------------------------------------


def _missing(lang: Lang, lack: Lack) -> tuple[Criterion, ...]:
    return lacking_criteria(lang, words.lacked(lang, lack)[1], answer_label(lang))


def _none(lang: Lang) -> str:
    return f"{answer_label(lang)}{say(lang, '：无法确定', ': cannot be determined')}"


def _asking(lang: Lang, lack: Lack) -> tuple[str, ...]:
    name, none = words.lacked(lang, lack)[0], _none(lang)
    return (
        say(lang, f"缺少{name}，请补充后再审核。\n{none}", f"The {name} is missing; please supply it.\n{none}"),
        say(
            lang,
            f"其他条件都已核对，只是没有{name}，能否发放取决于这一项。\n\n{none}",
            f"Everything else was checked. The {name} was not given, and the decision turns on it.\n\n{none}",
        ),
    )


def _guessing(lang: Lang, case: _Case, lack: Lack, draws: Draws) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What is missing taken as met, as not met, or overlooked, and something else said to be missing."""
    name = words.lacked(lang, lack)[0]
    others = [one for one in LACKS if one.condition != lack.condition and not one.limit]
    other = words.lacked(lang, draws.choice(others))[0]
    right = case.decision.articles[0] if case.decision.articles else None
    met = _lines(lang, case.yes, _cited(lang, case, right), case.decision.amount)
    unmet_lines = _lines(lang, case.no, _cited(lang, case, lack.condition), 0)
    return (
        (
            say(lang, f"缺少{name}，先按符合处理。\n{met}", f"The {name} is missing; I take it to be met.\n{met}"),
            ("no-result",),
        ),
        (
            say(
                lang,
                f"没有写明{name}，视为不符合。\n{unmet_lines}",
                f"The {name} is not stated, so the condition is not met.\n{unmet_lines}",
            ),
            ("no-result",),
        ),
        (
            say(lang, f"缺少{other}。\n{_none(lang)}", f"The {other} is missing.\n{_none(lang)}"),
            ("names-missing",),
        ),
        (met, ("names-missing", "no-result")),
        (unmet_lines, ("names-missing", "no-result")),
    )


plugin: Final = Eligibility()
