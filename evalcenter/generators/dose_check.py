"""Paediatric doses by weight from a monograph that is given with the question.

Rules this module keeps:

* The drug is invented and everything needed stands in the document: nothing is recalled from training.
* Dose and volume are exact decimals. The question asks for one decimal place; a volume that changes when the dose is first
  rounded to whole or tenth milligrams is refused, so that honest roundings agree. The tolerance of 0.05 mL takes an
  unrounded volume too.
* The orders to be checked are in `dose_order.py`.
* In a share of the volume questions the weight is missing; the right answer asks for it and gives no volume.

It refuses to give a dose for a child outside the allowed age and weight: such orders are only to be found at fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Final, Literal

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import dose_monograph as m
from evalcenter.generators.dose_monograph import Child, Monograph, facts, milligrams, opening, single_dose
from evalcenter.generators.dose_order import order_item
from evalcenter.generators.drafting import (
    REDRAWS,
    Draft,
    item,
    missing_check,
    no_result_check,
    number_check,
    say,
    share,
    short,
    told,
)
from evalcenter.generators.formulas import near_tie, rounded
from evalcenter.records import Criterion, Item, Lang, record

Question = Literal["volume", "order"]


@record
class Params:
    """Which questions are asked (with equal chance), and the share of volume questions without a weight."""

    questions: tuple[Question, ...] = ("volume", "volume", "order")
    unanswerable: Decimal = Decimal("0.1")


class DoseCheck:
    """Makes one item about one child and one invented drug."""

    name: ClassVar[str] = "dose_check"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when no question is named or the share is not 0 to 1."""
        if not params.questions:
            raise InputError("no question is named", todo="name volume, order or both")
        if draws.choice(params.questions) == "order":
            return order_item(lang, draws)
        return _volume_item(lang, draws, lacking=share(params.unanswerable, draws))


# -- how much per dose ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dosing:
    drug: Monograph
    child: Child
    dose: Decimal
    slips: Mapping[Decimal, Decimal]
    """Wrong volumes, one decimal, with the wrong doses they come from."""

    def volume(self, dose: Decimal) -> Decimal:
        return dose * self.drug.volume / self.drug.strength


def _dosing(lang: Lang, draws: Draws) -> _Dosing:
    for _ in range(REDRAWS):
        drug = m.draw_monograph(lang, draws, daily=draws.coin(1, 2), most=3, share=3)
        heavy, weak = draws.coin(2, 5), draws.coin(1, 4)
        child = m.draw_child(draws, drug, heavy=heavy, weak=weak)
        dose = single_dose(drug, child)
        made = _Dosing(drug=drug, child=child, dose=dose, slips={})
        volume = made.volume(dose)
        # A dose of just one measure would be found by copying the strength out of the monograph.
        if not _steady(made) or abs(volume - drug.volume) <= Decimal("0.1") or not Decimal("0.8") <= volume <= 40:
            continue
        slips = _wrong(made)
        if len(slips) >= 2:
            return replace(made, slips=slips)
    raise InputError(f"dose_check found no usable dose in {REDRAWS} tries")


def _steady(made: _Dosing) -> bool:
    """Whether rounding the dose on the way, or not, gives the same volume with one decimal."""
    volumes = {rounded(made.volume(dose), 1) for dose in (made.dose, rounded(made.dose, 0), rounded(made.dose, 1))}
    return len(volumes) == 1 and not near_tie(made.volume(made.dose), 1)


def _wrong(made: _Dosing) -> dict[Decimal, Decimal]:
    """The volumes that the classic mistakes give: no maximum, no renal reduction, not divided, strength misread."""
    drug, child, right = made.drug, made.child, rounded(made.volume(made.dose), 1)
    found: dict[Decimal, Decimal] = {}
    doses = [
        single_dose(drug, child, cap=False),
        single_dose(drug, child, renal=False),
        single_dose(drug, child, divide=False),
        single_dose(drug, child, cap=False, renal=False),
    ]
    for dose, volume in [(d, made.volume(d)) for d in doses] + [
        (made.dose, made.dose / drug.strength if drug.volume > 1 else made.dose * 5 / drug.strength),
        (made.dose / 10, made.volume(made.dose) / 10),
    ]:
        value = rounded(volume, 1)
        if value > 0 and abs(value - right) > Decimal("0.1"):
            found.setdefault(value, dose)
    return found


def _volume_item(lang: Lang, draws: Draws, *, lacking: bool) -> Item:
    made = _dosing(lang, draws)
    record_facts = facts(lang, made.child, draws)
    weight = next(fact for fact in record_facts if fact.names)
    given = [fact for fact in record_facts if not (lacking and fact is weight)]
    ask = say(
        lang,
        draws.choice(
            (
                "按说明书，每次应给多少 mg、合多少 mL？体积保留一位小数。",
                "请根据上面的说明书算出每次剂量(mg)和每次应量取的体积(mL，保留一位小数)。",
                "家长问每次喂多少毫升。请按说明书先算单次剂量(mg)，再换算成 mL，保留一位小数。",
            )
        ),
        draws.choice(
            (
                "By the monograph, how many mg is each dose, and how many mL is that? Give the volume to one decimal place.",
                "Using the monograph above, work out the single dose in mg and its volume in mL (one decimal place).",
                "A parent asks how many mL to give. Work out the dose in mg, then the volume in mL (one decimal place).",
            )
        ),
    )
    prompt = f"{opening(lang, draws)}\n{told(lang, given, draws)}\n\n{ask}\n{_closing(lang, draws)}"
    document = m.document(lang, made.drug, draws)
    draft = _lacking(lang, prompt, made) if lacking else _given(lang, prompt, made, draws)
    return item(lang, replace(draft, documents=(document,)))


def _closing(lang: Lang, draws: Draws) -> str:
    if lang == "zh":
        return draws.choice(
            (
                "最后一行写“答案：”加体积(mL)。缺少必需的资料时不要假定，指出缺哪一项，最后一行写“答案：无法计算”。",
                "末行以“答案：”开头，写体积和单位 mL；若必需的资料没有给出，请点名，末行改写“答案：无法计算”。",
            )
        )
    return draws.choice(
        (
            (
                'End with a line "Answer:" followed by the volume in mL. If something needed was not recorded, do not assume it: '
                'name it and end with "Answer: cannot be calculated".'
            ),
            (
                'The last line is "Answer:" and the volume with its unit, mL. Should the record lack something that is needed, say '
                'which and write "Answer: cannot be calculated" instead.'
            ),
        )
    )


def _given(lang: Lang, prompt: str, made: _Dosing, draws: Draws) -> Draft:
    answer, volume = say(lang, "答案：", "Answer: "), rounded(made.volume(made.dose), 1)
    mg = milligrams(made.dose)
    working = _working(lang, made)
    good = (
        say(lang, f"每次 {mg} mg。\n{answer}{volume} mL", f"Each dose is {mg} mg.\n{answer}{volume} mL"),
        f"{working}\n\n{answer}{volume} mL",
        say(
            lang,
            f"单次剂量：{mg} mg，折合 {volume} mL。\n**{answer}{volume} mL**",
            f"Single dose: {mg} mg, which is {volume} mL.\n**{answer}{volume} mL**",
        ),
    )
    bad = []
    for wrong, dose in draws.shuffled(list(made.slips.items()))[:3]:
        text = say(
            lang,
            f"每次 {milligrams(dose)} mg。\n{answer}{wrong} mL",
            f"Each dose is {milligrams(dose)} mg.\n{answer}{wrong} mL",
        )
        bad.append((text, ("volume",)))
    bad.append((say(lang, f"{answer}{mg} mL", f"{answer}{mg} mL"), ("volume",)))
    criteria = (
        Criterion(
            id="dose",
            text=say(lang, "写出正确的单次剂量(mg)", "States the right single dose in mg"),
            check=number_check(rounded(made.dose, 1), Decimal("0.5"), "mg", which="any"),
        ),
        Criterion(
            id="volume",
            text=say(lang, "最后给出正确的单次体积(mL)", "Ends with the right volume of a dose in mL"),
            check=number_check(volume, Decimal("0.05"), "mL"),
        ),
    )
    return Draft(prompt=prompt, criteria=criteria, good=good, bad=tuple(bad))


def _working(lang: Lang, made: _Dosing) -> str:
    drug, child = made.drug, made.child
    first = drug.rate * child.weight
    steps = [f"{drug.rate} × {short(child.weight)} = {short(first)} mg"]
    cap = drug.max_daily if drug.daily else drug.max_single
    if first > cap:
        steps.append(say(lang, f"超过最大量，取 {cap} mg", f"above the maximum, so {cap} mg"))
    if drug.daily:
        steps.append(
            f"{short(min(first, Decimal(cap)))} ÷ {drug.times} = {milligrams(single_dose(drug, child, renal=False))} mg"
        )
    if child.egfr < drug.renal:
        steps.append(
            say(
                lang,
                f"eGFR {child.egfr}，减半为 {milligrams(made.dose)} mg",
                f"eGFR {child.egfr}, so half: {milligrams(made.dose)} mg",
            )
        )
    steps.append(
        f"{milligrams(made.dose)} mg × {drug.volume} mL ÷ {drug.strength} mg = {rounded(made.volume(made.dose), 1)} mL"
    )
    return "\n".join(steps)


def _lacking(lang: Lang, prompt: str, made: _Dosing) -> Draft:
    answer, none = say(lang, "答案：", "Answer: "), say(lang, "无法计算", "cannot be calculated")
    volume = rounded(made.volume(made.dose), 1)
    names = tuple(say(lang, "体重", "weight|body weight|weigh|weighs").split("|"))
    return Draft(
        prompt=prompt,
        criteria=(
            Criterion(
                id="names-missing",
                text=say(lang, "指出缺少的是哪一项资料", "Says which needed value is absent"),
                check=missing_check(lang, names),
            ),
            Criterion(
                id="no-result",
                text=say(lang, "不给出体积，写明算不出来", "Gives no volume and says that there can be none"),
                check=no_result_check(lang),
            ),
        ),
        good=(
            say(
                lang,
                f"缺少体重，请先称重。\n{answer}{none}",
                f"The weight is missing; please weigh the child first.\n{answer}{none}",
            ),
            say(
                lang,
                f"该药按体重给药，记录中没有体重，不能按年龄估算。\n\n{answer}{none}",
                f"The dose depends on body weight, which was not recorded; I would not guess it from the age.\n\n{answer}{none}",
            ),
        ),
        bad=(
            (
                say(
                    lang,
                    f"按年龄估算体重后，每次约 {milligrams(made.dose)} mg。\n{answer}{volume} mL",
                    f"With a typical weight for the age, each dose is about {milligrams(made.dose)} mg.\n{answer}{volume} mL",
                ),
                ("no-result",),
            ),
            (
                say(lang, f"缺少肝功能结果。\n{answer}{none}", f"The liver function is missing.\n{answer}{none}"),
                ("names-missing",),
            ),
            (f"{answer}{volume} mL", ("names-missing", "no-result")),
        ),
    )


plugin: Final = DoseCheck()
