"""Orders for a child that keep within a monograph or break exactly one of its limits.

Rules this module keeps:

* `broken` finds every limit that an order breaks; a draw that breaks others than the one intended is drawn again.
* A maximum may be reached. Ages and weights exactly at the limit are allowed, and drawn often.

It refuses orders that are too low: whether they are wrong is a matter of judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import dose_monograph as m
from evalcenter.generators.dose_monograph import Child, Monograph, facts, milligrams, opening, single_dose
from evalcenter.generators.drafting import REDRAWS, Draft, item, say, short, told
from evalcenter.records import Criterion, Item, Lang

Limit = Literal["within", "dose", "single", "daily", "allowed"]

LIMITS: Final[Mapping[Limit, tuple[str, str]]] = MappingProxyType(
    {
        "within": ("医嘱符合说明书的各项限制", "The order keeps within every limit of the monograph"),
        "dose": (
            "单次剂量高于按体重和肾功能应给的剂量(但未超过单次最大剂量)",
            "The single dose is above what weight and renal function call for (but not above the single maximum)",
        ),
        "single": ("单次剂量超过单次最大剂量", "The single dose exceeds the single maximum"),
        "daily": ("每日总量超过每日最大剂量", "The daily total exceeds the daily maximum"),
        "allowed": ("患儿的年龄或体重不在允许使用的范围内", "The child's age or weight is outside the allowed range"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A prescribed single dose in mg, given `times` a day."""

    dose: Decimal
    times: int


def broken(drug: Monograph, child: Child, order: Order) -> frozenset[Limit]:
    """Every limit that `order` breaks."""
    # A maximum that has been passed is reported as such; the reduced dose of a weak kidney starts from the maximum.
    due = single_dose(drug, child, cap=child.egfr < drug.renal)
    found: set[Limit] = set()
    if order.dose > drug.max_single:
        found.add("single")
    elif order.dose > due:
        found.add("dose")
    if order.dose * order.times > drug.max_daily:
        found.add("daily")
    if child.age < drug.min_age or child.weight < drug.min_weight:
        found.add("allowed")
    return frozenset(found)


def draw_order(lang: Lang, limit: Limit, draws: Draws) -> tuple[Monograph, Child, Order]:
    """A monograph, a child and an order that breaks only `limit`. Raises InputError when none is found."""
    for _ in range(REDRAWS):
        many = limit == "daily" or (limit in {"within", "dose", "allowed"} and draws.coin(1, 3))
        drug = m.draw_monograph(lang, draws, daily=False, most=4, share=3 if limit == "daily" else draws.choice((3, 4)))
        heavy = limit == "single" or (limit in {"within", "daily"} and draws.coin(1, 3))
        child = m.draw_child(draws, drug, heavy=heavy, weak=draws.coin(1, 3) and limit != "single")
        if limit == "allowed":
            child = _outside(drug, child, draws)
        dose = single_dose(drug, child, cap=limit != "single")
        if limit == "dose":
            dose = (
                dose * 2
                if child.egfr < drug.renal
                else (dose * draws.choice((125, 140, 150, 200)) / 100).to_integral_value()
            )
        order = Order(dose=dose, times=4 if many else 3)
        if broken(drug, child, order) == (frozenset() if limit == "within" else {limit}):
            return drug, child, order
    raise InputError(f"dose_check found no order that breaks only {limit} in {REDRAWS} tries")


def _outside(drug: Monograph, child: Child, draws: Draws) -> Child:
    """`child` just below the age limit, or just below the weight limit."""
    if draws.coin(1, 2):
        age = drug.min_age - draws.choice((1, 1, 2))
        weight = max((m.usual_weight(age) * 2).to_integral_value() / 2, Decimal(drug.min_weight))
        return replace(child, age=age, weight=weight)
    return replace(
        child,
        weight=drug.min_weight - draws.choice((Decimal("0.5"), Decimal(1))),
        age=drug.min_age + draws.between(0, 4),
    )


def order_item(lang: Lang, draws: Draws) -> Item:
    """One item that asks which limit, if any, an order breaks."""
    limit = draws.choice(tuple(LIMITS))
    drug, child, order = draw_order(lang, limit, draws)
    shuffled = draws.shuffled(tuple(LIMITS))
    letters = {name: "ABCDE"[at] for at, name in enumerate(shuffled)}
    dose, times = short(order.dose), order.times
    written = say(
        lang,
        draws.choice(
            (
                f"医嘱：{drug.drug}口服混悬液，每次 {dose} mg，每日 {times} 次。",
                f"医生开了{drug.drug}，一次 {dose} mg，一天 {times} 次。",
            )
        ),
        draws.choice(
            (
                f"Order: {drug.drug} oral suspension, {dose} mg per dose, {times} times daily.",
                f"The doctor has written {drug.drug} {dose} mg, {times} times a day.",
            )
        ),
    )
    ask = say(
        lang,
        "对照说明书审核这条医嘱，下列哪一项正确？只有一项正确。最后一行写“答案：”加选项字母。",
        'Check this order against the monograph. Which statement is right? Only one is. End with "Answer:" and its letter.',
    )
    prompt = f"{opening(lang, draws)}\n{told(lang, facts(lang, child, draws), draws)}\n{written}\n\n{ask}"
    return item(
        lang,
        Draft(
            prompt=prompt,
            criteria=(
                Criterion(
                    id="finding",
                    text=say(lang, "选出正确的审核结论", "Picks the right finding"),
                    check={"choice": {"key": [letters[limit]]}},
                ),
            ),
            good=_order_good(lang, limit, letters[limit], (drug, child, order)),
            bad=_order_bad(lang, limit, letters, draws),
            options={letters[name]: say(lang, *LIMITS[name]) for name in shuffled},
            documents=(m.document(lang, drug, draws),),
        ),
    )


def _order_good(lang: Lang, limit: Limit, letter: str, drawn: tuple[Monograph, Child, Order]) -> tuple[str, ...]:
    drug, child, order = drawn
    due = milligrams(single_dose(drug, child))
    total = short(order.dose * order.times)
    answer = say(lang, "答案：", "Answer: ")
    reason = say(
        lang,
        f"按说明书单次应为 {due} mg，医嘱单次 {short(order.dose)} mg，每日共 {total} mg(每日最大 {drug.max_daily} mg)。",
        f"The monograph gives {due} mg per dose; the order is {short(order.dose)} mg per dose, {total} mg a day "
        f"(maximum {drug.max_daily} mg).",
    )
    return (
        f"{answer}{letter}",
        f"{reason}{say(lang, LIMITS[limit][0], ' ' + LIMITS[limit][1])}{say(lang, '。', '.')}\n\n{answer}{letter}",
        f"**{answer}{letter}**",
    )


def _order_bad(
    lang: Lang, limit: Limit, letters: Mapping[Limit, str], draws: Draws
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    answer = say(lang, "答案：", "Answer: ")
    near: tuple[Limit, ...] = ("daily", "dose") if limit == "within" else ("within",)
    wrong = dict.fromkeys((*near, *(name for name in draws.shuffled(tuple(LIMITS)) if name != limit)))
    return tuple(
        (
            f"{say(lang, *LIMITS[name])}{say(lang, '。', '.')}\n{answer}{letters[name]}"
            if number % 2 == 0
            else f"{answer}{letters[name]}",
            ("finding",),
        )
        for number, name in enumerate(list(wrong)[:3])
    )
