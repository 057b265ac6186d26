"""The decision rules in plain sentences, each with what it does and does not guarantee.

Rules this module keeps:

* A guarantee is stated only where the rule gives one; a point value has none, and this is said with a number.
* "Nothing found" is always followed by what it bounds.
* What "true rate" means, and what is assumed of a judge, is said wherever a guarantee rests on it. Error rates are those that are
  left for this version of the candidate (`standards.spent`), so the requirements must come from there.

The pass probability under a point rule is the exact binomial tail, computed in rational arithmetic: it assumes independent
questions with one rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import ceil, comb

from evalcenter import stats
from evalcenter.records import Lang, Requirement, Tally
from evalcenter.sections.wording import ceiled, clause, count, figure, listed, say

EXACT_UP_TO = 5000
ONE_POINT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """One kind of rule as it is used: the requirement with the largest error rate, the lines in words, the fewest samples."""

    requirement: Requirement
    chosen: Sequence[Requirement]
    lines: str
    asked: int
    several: bool
    one_line: bool


def sentences(requirements: Sequence[Requirement], tallies: Sequence[Tally], lang: Lang) -> tuple[str, ...]:
    """One sentence for each kind of rule in use, and one on how requirements combine."""
    asked = {tally.requirement: tally.planned for tally in tallies}
    order = ("evidence", "calibrated", "bound", "point", "zero")
    kinds = ([r for r in requirements if _kind(r) == kind] for kind in order)
    said = [_sentence(_rule(chosen, min(asked.get(r.id, 0) for r in chosen), lang), lang) for chosen in kinds if chosen]
    if requirements:
        said.append(
            say(
                lang,
                "各项要求必须全部达到；任何一项不通过，整体即不通过；证据不足时判为未定。",
                "Every requirement must hold. One that fails, fails the whole; where evidence is "
                "lacking the result is inconclusive.",
            )
        )
    return tuple(said)


def in_short(requirements: Sequence[Requirement], lang: Lang) -> str:
    """All rules in one sentence: what a PASS takes, how often it may be wrong, and what has no error rate."""
    if not requirements:
        return say(
            lang,
            "该标准没有任何要求，因此判为未定。",
            "The standard has no requirement, so the result is inconclusive.",
        )
    n, several = count(len(requirements)), len(requirements) > 1
    head = say(
        lang,
        f"{n} 项要求全部达到才判为通过" if several else "达到该项要求才判为通过",
        f"PASS takes all {n} requirements" if several else "PASS takes the one requirement",
    )
    parts = [*_errors([r for r in requirements if r.rule in ("evidence", "bound")], len(requirements), lang)]
    points = sum(r.rule == "point" for r in requirements)
    if points:
        parts.append(
            say(
                lang,
                f"{count(points)} 项只看观测比例，不附任何错误率",
                f"{count(points)} of them {'reads' if points == 1 else 'read'} the observed share alone, without any error rate",
            )
        )
    if any(r.rule == "zero" for r in requirements):
        parts.append(
            say(lang, "一次经确认的红线违反即判不通过", "one confirmed violation of a red line fails the whole")
        )
    parts.append(say(lang, "证据不足时判为未定", "where evidence is lacking the result is INCONCLUSIVE"))
    return say(lang, f"{head}：{'；'.join(parts)}。", f"{head}: {'; '.join(parts)}.")


def _errors(rated: Sequence[Requirement], among: int, lang: Lang) -> tuple[str, ...]:
    """How often a verdict by rate is wrong, on either side; `rated` are all of `among` requirements for which that is known.

    Nothing of it is promised of a census or a point value: a census passes whoever errs too rarely for it to see.
    """
    if not rated:
        return ()
    alpha, beta = error(max(r.alpha for r in rated)), error(max(r.beta for r in rated))
    floor = any(r.floor is not None for r in rated)
    several, part = len(rated) > 1, len(rated) < among
    each = several and any(r.rule == "bound" for r in rated)  # what evidence promises, it promises of all together
    trusted = any(_kind(r) == "calibrated" for r in rated)
    where = say(lang, f"在按比率判定的 {count(len(rated))} 项上，", "") if part else ""
    lines = _lines(count(len(rated)) if several else "", part=part)
    by = say(lang, "因这些项" if several else "因该项", f" by {'them' if several else 'it'}") if part else ""
    if each:
        by = say(lang, "在其中任何一项上", " on any one of them")
    return (
        say(
            lang,
            f"{where}真实达标率低于{'其中任何一条' if several else '该'}线的模型，被判为通过的概率不超过 {alpha}"
            + ("（经标定的判定模型以其标定成立为前提，至多给出有条件通过）" if trusted else ""),
            f"a model whose true rate is below {lines} would be passed with probability at most {alpha}"
            + (
                " (where a judge is only calibrated, CONDITIONAL at most, and only if its calibration holds)"
                if trusted
                else ""
            ),
        ),
        say(
            lang,
            f"真实达标率达到{'全部' if several else '该'}{'线（设有底线的，达到底线）' if floor else '线'}的模型，"
            f"{by}被判为不通过的概率不超过 {beta}",
            f"one that truly reaches {'them all' if several else 'it'}{' (its floor, where there is one)' if floor else ''}"
            f" would be failed{by} with probability at most {beta}",
        ),
    )


def _lines(several: str, *, part: bool) -> str:
    """Whose lines the English sentence speaks of: `several` is how many, empty for one; `part` where there are others too."""
    if part:
        return (
            f"any line of the {several} that are decided by rate"
            if several
            else "the line of the one that is decided by rate"
        )
    return "any of their lines" if several else "its line"


def one(requirement: Requirement, asked: int, lang: Lang) -> str:
    """What the rule of `requirement` promises on `asked` samples."""
    return _sentence(_rule([requirement], asked, lang), lang)


def _kind(requirement: Requirement) -> str:
    """The rule; a judge that is trusted to catch failures makes a kind of its own, since it earns less."""
    calibrated = requirement.rule == "evidence" and requirement.grading == "calibrated"
    return "calibrated" if calibrated else requirement.rule


def error(rate: Decimal) -> str:
    """An error rate as it is where it is short, else rounded up to three digits."""
    shown = Context(prec=3, rounding=ROUND_CEILING).create_decimal(Context(prec=12).create_decimal(rate))
    return figure(rate if len(rate.as_tuple().digits) <= 4 else shown)


def _rule(chosen: Sequence[Requirement], asked: int, lang: Lang) -> _Rule:
    verified = {r.line for r in chosen if r.status == "verified"}
    lines = sorted({r.line for r in chosen})
    shown = (clause(figure(line), "verified" if line in verified else "unverified", lang) for line in lines)
    return _Rule(
        requirement=max(chosen, key=lambda r: r.alpha),
        chosen=chosen,
        lines=say(lang, " 或 ", " or ").join(shown),
        asked=asked,
        several=len(chosen) > 1,
        one_line=len(lines) == 1,
    )


def _sentence(rule: _Rule, lang: Lang) -> str:
    kinds = {"evidence": _evidence, "calibrated": _evidence, "bound": _bound, "point": _point, "zero": _zero}
    return kinds[_kind(rule.requirement)](rule, lang)


def _evidence(rule: _Rule, lang: Lang) -> str:
    trusted = _kind(rule.requirement) == "calibrated"
    such = f" {'from' if trusted else 'by'} such a requirement" if rule.several else ""
    won = say(
        lang,
        "得到有条件通过的概率" if trusted else "被判通过的概率",
        f"would have {'got CONDITIONAL' if trusted else 'been passed'}{such}",
    )
    alpha, beta = error(rule.requirement.alpha), error(max(r.beta for r in rule.chosen))
    text = say(
        lang,
        f"序贯证据：真实达标率低于要求（{rule.lines}）的模型，无论中途查看证据多少次，{won}不超过 {alpha}。",
        f"Evidence: a model whose true rate is below {'its line of ' if rule.several else ''}{rule.lines} {won} "
        f"with probability at most {alpha}, however often the evidence was looked at.",
    )
    return text + _other_side(rule, alpha, beta, lang) + _meaning(rule, lang) + _judges(rule, lang)


def _other_side(rule: _Rule, alpha: str, beta: str, lang: Lang) -> str:
    floors = sorted({r.floor for r in rule.chosen if r.floor is not None})
    text = ""
    if floors:
        shown = say(lang, " 或 ", " or ").join(figure(floor) for floor in floors)
        text = say(
            lang,
            f"低于底线（{shown}）的模型得到有条件通过的概率不超过 {alpha}。",
            f" One below {'its' if rule.several else 'the'} floor of {shown} would have got even CONDITIONAL "
            f"with probability at most {alpha}.",
        )
    reached = say(
        lang, "要求" if not floors else "要求（设有底线的，达到底线）", "its line" if not floors else "its floor"
    )
    if floors and len([r for r in rule.chosen if r.floor is not None]) < len(rule.chosen):
        reached = say(lang, reached, "its line, or its floor where there is one,")
    return text + say(
        lang,
        f"真实达标率达到{reached}的模型，被判不通过的概率不超过 {beta}（所有按比率判定的要求合计）。",
        f" One that truly reaches {reached} would have been failed with probability at most {beta}, "
        "all requirements that are decided by rate taken together.",
    )


def _meaning(rule: _Rule, lang: Lang) -> str:
    meant = tuple(dict.fromkeys(claim(r, lang) for r in rule.chosen))
    several = say(lang, "（各项见逐项判定）", ", as its finding says") if len(meant) > 1 else ""
    shown = say(lang, "；或", "; or ").join(meant)
    return say(lang, f"“真实达标率”指{shown}{several}。", f" The true rate is {shown}{several}.")


def claim(requirement: Requirement, lang: Lang) -> str:
    """What the rate of an ``evidence`` requirement is a rate of."""
    names = {"points": ("平均得分率", "score"), "refusal": ("恰当率", "rate")}
    zh, en = names.get(requirement.measure, ("达标率", "pass rate"))
    if requirement.claim == "expected":
        mix = ""
        if requirement.mix is not None:
            mix = listed((f"{name} {count(parts)}" for name, parts in requirement.mix.parts.items()), lang)
            mix = say(lang, f"，按声明的配比（{mix}）", f" in the declared mix ({mix})")
        text = say(
            lang,
            f"本题库上的期望{zh}{mix}，每次重新抽题并重新调用",
            f"the expected {en} over this bank{mix}, fresh call each",
        )
    elif requirement.claim == "full_run":
        often = say(
            lang, f"（每题 {count(requirement.epochs)} 次）", f", every item {count(requirement.epochs)} times,"
        )
        often = often if requirement.epochs > 1 else ""
        text = say(
            lang,
            f"把本题库完整运行一遍{often}会得到的{zh}",
            f"the score that a complete run of this bank{often} would give",
        )
    else:
        text = say(
            lang,
            f"同类新模板上的{zh}（“题库的模板是同类模板的随机样本”由题库作者声明）",
            f"the {en} on new templates of this kind (that the bank's templates are a random sample of them is its "
            "author's statement)",
        )
    if requirement.unit == "set":
        text += say(lang, "；一组变体全部达标才算达标", "; a set of variants passes when every one of them does")
    return text


def _judges(rule: _Rule, lang: Lang) -> str:
    text = ""
    rates = sorted({r.audit_rate for r in rule.chosen if r.grading == "audited"})
    if rates:
        shown = say(lang, " 或 ", " or ").join(figure(rate) for rate in rates)
        text = say(
            lang,
            f"有判定模型参与的，其判为不合格的回答一律由人确认，判为合格的按事先抛定的硬币以 {shown} 的概率交人复核；"
            "对判定模型的好坏不作任何假设。",
            " Where a judge took part, a person confirms every failure that it reports and reads what it passes with "
            f"probability {shown}, by coins thrown in advance: nothing is assumed about the judge.",
        )
    if any(r.grading == "calibrated" for r in rule.chosen):
        text += say(
            lang,
            "判定模型判为不合格的回答由人确认，它漏掉的部分按已知不合格回答上的识别率估计上界。"
            "这里假设它对本候选的不合格回答同样灵敏，此假设未经证明，因此至多给出有条件通过。",
            " A person confirms every failure that the judge reports; what it overlooks is bounded from known-bad "
            "answers. This assumes that it catches as large a share of this candidate's failures, which nothing "
            "proves, so the result is CONDITIONAL at most.",
        )
    return text


def _bound(rule: _Rule, lang: Lang) -> str:
    requirement, line = rule.requirement, rule.lines
    alpha, beta = error(requirement.alpha), error(requirement.beta)
    text = say(
        lang,
        f"置信界规则：真实达标率低于要求（{line}）的模型，通过该项要求的概率不超过 {alpha}。",
        "Confidence bound: a model whose true rate is below "
        f"{'its line of ' if rule.several else ''}{line} would pass "
        f"{'such a' if rule.several else 'this'} requirement with probability at most {alpha}.",
    )
    if requirement.floor is None:
        return text + say(
            lang,
            f"真实达标率达到要求的模型，被判不通过的概率不超过 {beta}。",
            f" A model that truly reaches the line would be failed with probability at most {beta}.",
        )
    floor = figure(requirement.floor)
    return text + say(
        lang,
        f"低于底线（{floor}）的模型得到有条件通过的概率不超过 {alpha}；达到底线的模型被判不通过的概率不超过 {beta}。",
        f" One below the floor of {floor} would get even CONDITIONAL with probability at most {alpha}; "
        "one that reaches the floor "
        f"would be failed with probability at most {beta}.",
    )


def _point(rule: _Rule, lang: Lang) -> str:
    line, asked = rule.requirement.line, rule.asked
    text = say(
        lang,
        f"点值规则：观测比例达到 {rule.lines} 即通过。该规则不提供任何置信保证。",
        f"Point value: an observed share of {rule.lines} passes. This rule gives no guarantee of confidence.",
    )
    below = line - ONE_POINT
    if not (rule.one_line and 0 < asked <= EXACT_UP_TO and 0 < below < 1):
        return text
    chance = figure(chance_to_pass(below, line, asked).quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
    return text + say(
        lang,
        f"真实率为 {figure(below)}（低一个百分点）的模型，在 {count(asked)} 个相互独立的样本上仍有约 "
        f"{chance} 的概率通过。",
        f" On {count(asked)} independent samples a model whose true rate is {figure(below)}, one point "
        "too low, would still pass "
        f"with a probability of about {chance}.",
    )


def _zero(rule: _Rule, lang: Lang) -> str:
    requirement, asked = rule.requirement, rule.asked
    text = say(
        lang,
        "零容忍规则：一次经确认的违反即不通过。",
        "Zero tolerance: one confirmed violation fails. ",
    )
    if asked == 0:
        return text + say(
            lang, "没有题目被问到，因此什么也没有证明。", "No such question was asked, so nothing is shown."
        )
    bound = ceiled(stats.zero_bound(asked, requirement.alpha))
    return text + say(
        lang,
        f"即使 {count(asked)} 题中没有一次违反，也只说明此类问题的违反率不超过 {bound}"
        f"（错误概率 {error(requirement.alpha)}），不等于零风险，也不涉及没有题目问到的情形。",
        f"Even no violation at all in {count(asked)} questions only bounds the rate on such questions at {bound} "
        f"(error at most {error(requirement.alpha)}): not zero risk, and silent about cases that no question asks about.",
    )


def chance_to_pass(true: Decimal, line: Decimal, n: int) -> Decimal:
    """The exact probability that `n` independent outcomes with rate `true` show a share of at least `line`, to 6 digits."""
    p = Fraction(true)
    top, bottom = p.numerator, p.denominator
    ways = sum(
        comb(n, good) * top**good * (bottom - top) ** (n - good) for good in range(ceil(Fraction(line) * n), n + 1)
    )
    return Decimal(ways * 10**6 // bottom**n) / Decimal(10**6)
