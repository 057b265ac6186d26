"""Clinical calculators: eGFR, creatinine clearance, corrected calcium, scores. Each item has one patient and one computed value.

Rules this module keeps:

* The target is computed in exact decimal arithmetic by `formulas.py`; the question states unit and rounding, and the
  coefficients too where several forms are in use. Sources are in `formulas.SOURCES`: CKD-EPI (Inker 2021), Cockcroft–Gault
  (1976), albumin-adjusted calcium (after Payne 1973), Mosteller (1987), Friedewald (1972), Bazett (1920), CHA2DS2-VASc (Lip
  2010), CURB-65 (Lim 2003); the rest are textbook forms that the question states.
* The tolerance covers honest rounding of intermediate steps. A draw is refused unless at least two named mistakes (wrong
  sex factor, superseded constants, unit slip …) fall outside twice the tolerance.
* Every question says what to do when a needed value is missing. In a share of items one is: the right answer names it and
  gives no number.

It refuses to interpret: no diagnosis, no advice, no cut-off is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Final, get_args

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import clinical_cases, clinical_measures, clinical_points, formulas
from evalcenter.generators.clinical_cases import Builder, Case
from evalcenter.generators.drafting import (
    REDRAWS,
    Draft,
    Fact,
    item,
    missing_check,
    no_result_check,
    number_check,
    plain,
    say,
    share,
    told,
)
from evalcenter.generators.formulas import Calculator
from evalcenter.records import Criterion, Item, Lang, record

BUILDERS: Final[Mapping[Calculator, Builder]] = MappingProxyType(
    {
        "ckd_epi_2021": clinical_cases.ckd_epi_2021,
        "cockcroft_gault": clinical_cases.cockcroft_gault,
        "corrected_calcium": clinical_cases.corrected_calcium,
        "anion_gap": clinical_cases.anion_gap,
        "osmolality": clinical_cases.osmolality,
        "bmi": clinical_measures.bmi,
        "bsa_mosteller": clinical_measures.bsa_mosteller,
        "mean_arterial_pressure": clinical_measures.mean_arterial_pressure,
        "friedewald_ldl": clinical_measures.friedewald_ldl,
        "qtc_bazett": clinical_measures.qtc_bazett,
        "cha2ds2_vasc": clinical_points.cha2ds2_vasc,
        "curb_65": clinical_points.curb_65,
    }
)

OPENINGS: Final = MappingProxyType(
    {
        "zh": (
            "以下是一位成年患者的资料。",
            "门诊复诊患者，记录如下：",
            "病历摘录：",
            "值班时需要核对一个数值，患者资料如下。",
            "住院患者，今晨查房记录：",
            "带教病例，请一起算一下。",
            "会诊单上写着：",
            "审核处方时看到这位患者：",
        ),
        "en": (
            "An adult patient's record:",
            "Seen in clinic today. The notes say:",
            "Extract from the chart:",
            "A value needs checking on the ward. The patient:",
            "From this morning's ward round:",
            "A teaching case; please work it out with me.",
            "The referral letter gives the following.",
            "While reviewing a prescription I came across this patient.",
        ),
    }
)


@record
class Params:
    """Which calculators are asked (with equal chance), and the share of items in which a needed value is missing."""

    calculators: tuple[Calculator, ...] = get_args(Calculator)
    unanswerable: Decimal = Decimal("0.1")


class ClinicalScore:
    """Makes one item with one calculator."""

    name: ClassVar[str] = "clinical_score"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when no calculator is named or the share is not 0 to 1."""
        if not params.calculators:
            raise InputError("no calculator is named", todo=f"name some of: {', '.join(BUILDERS)}")
        calculator = draws.choice(params.calculators)
        lacking = share(params.unanswerable, draws)
        case = _case(calculator, lang, draws)
        return _lacking(case, lang, draws) if lacking else _answerable(case, lang, draws)


def _case(calculator: Calculator, lang: Lang, draws: Draws) -> Case:
    """A case whose rounding is not disputed and whose named mistakes can be told from the right value."""
    for _ in range(REDRAWS):
        case = BUILDERS[calculator](lang, draws)
        disputed = case.exactly and formulas.near_tie(case.exact, case.places)
        # "Two decimal places" holds the figure 2: an echo of the question must not hit a target beside it.
        echoed = case.places > 0 and abs(case.target - case.places) <= 2 * case.tolerance
        if len(_slips(case)) >= 2 and not disputed and not echoed:
            return case
    raise InputError(f"the calculator {calculator} gave no usable case in {REDRAWS} tries")


def _slips(case: Case) -> dict[Decimal, str]:
    """Wrong values with their working: positive, and outside twice the tolerance."""
    found: dict[Decimal, str] = {}
    for slip in case.slips:
        value = formulas.rounded(slip.value, case.places)
        if value >= 0 and abs(value - case.target) > 2 * case.tolerance:
            found.setdefault(value, slip.how)
    return found


def _prompt(case: Case, facts: tuple[Fact, ...], lang: Lang, draws: Draws) -> str:
    opening = draws.choice(OPENINGS[lang])
    record_text = told(lang, (*facts, *case.noise), draws)
    return f"{opening}\n{record_text}\n\n{case.ask}\n{_closing(case, lang, draws)}"


def _closing(case: Case, lang: Lang, draws: Draws) -> str:
    """How the last line must look, and what to do when a value is missing."""
    if case.unit:
        what = say(lang, f"数值(单位 {case.unit})", f"the value with its unit ({case.unit})")
    else:
        what = say(lang, "总分", "the score")
    if lang == "zh":
        return draws.choice(
            (
                f"最后一行写“答案：”加{what}。如果缺少必需的资料，不要自行假定，请指出缺哪一项，最后一行写“答案：无法计算”。",
                f"请以“答案：”开头单独写最后一行，给出{what}。资料不全、算不出来时，说明缺的是哪一项，最后一行写“答案：无法计算”。",
                f"可以写过程；末行写“答案：”加{what}。若有必需的数据没有给出，请点名，末行改写“答案：无法计算”，不要用估计值代替。",
            )
        )
    return draws.choice(
        (
            (
                f'End with a line that starts with "Answer:" and gives {what}. If something you need was not recorded, '
                'do not assume it: name it and end with "Answer: cannot be calculated".'
            ),
            (
                f'Put {what} on the last line, after "Answer:". Should the record lack something that is needed, say which '
                'and write "Answer: cannot be calculated" instead.'
            ),
            (
                f'You may show your working; the last line is "Answer:" followed by {what}. Never fill a gap with a typical '
                'value: say what is absent and finish with "Answer: cannot be calculated".'
            ),
        )
    )


def _shown(case: Case, value: Decimal) -> str:
    return f"{plain(value)} {case.unit}".strip()


def _answerable(case: Case, lang: Lang, draws: Draws) -> Item:
    answer = say(lang, "答案：", "Answer: ")
    target = _shown(case, case.target)
    good = (
        f"{answer}{target}",
        say(
            lang,
            f"计算过程：{case.working} ≈ {target}。\n{answer}{target}",
            f"Working: {case.working} ≈ {target}\n\n{answer}{target}",
        ),
        say(lang, f"结果为 {target}。\n\n**{answer}{target}**", f"This comes to {target}.\n\n**{answer}{target}**"),
    )
    slips = draws.shuffled(list(_slips(case).items()))[:3]
    bad = tuple(
        (
            f"{how} = {_shown(case, value)}\n{answer}{_shown(case, value)}"
            if number % 2 == 0
            else f"{answer}{_shown(case, value)}",
            ("value",),
        )
        for number, (value, how) in enumerate(slips)
    )
    criterion = Criterion(
        id="value",
        text=say(
            lang,
            "给出的结果等于按题中公式算得的值(容许中间步骤的舍入)",
            "The stated result equals the value of the named formula, within rounding of its steps",
        ),
        check=number_check(case.target, case.tolerance, case.unit),
    )
    return item(lang, Draft(prompt=_prompt(case, case.facts, lang, draws), criteria=(criterion,), good=good, bad=bad))


def _lacking(case: Case, lang: Lang, draws: Draws) -> Item:
    gone = draws.choice([fact for fact in case.facts if fact.names])
    others = [fact for fact in case.facts if fact is not gone]
    prompt = _prompt(case, tuple(others), lang, draws)
    answer, none = say(lang, "答案：", "Answer: "), say(lang, "无法计算", "cannot be calculated")
    name, other = (_called(fact, lang) for fact in (gone, draws.choice(others)))
    good = (
        say(
            lang,
            f"缺少{name}，请补充后再算。\n{answer}{none}",
            f"The {name} is missing; please supply it.\n{answer}{none}",
        ),
        say(
            lang,
            f"记录里没有给出{name}，而公式必须用到它，我不能用估计值代替。\n\n{answer}{none}",
            f"The {name} was not recorded. The formula cannot be used without it, and I would not guess it.\n\n{answer}{none}",
        ),
    )
    guess = _shown(case, case.target)
    bad = (
        (
            say(
                lang,
                f"{name}按常见值估计，结果约为 {guess}。\n{answer}{guess}",
                f"Taking a typical {name}, this gives about {guess}.\n{answer}{guess}",
            ),
            ("no-result",),
        ),
        (say(lang, f"缺少{other}。\n{answer}{none}", f"The {other} is missing.\n{answer}{none}"), ("names-missing",)),
        (f"{answer}{guess}", ("names-missing", "no-result")),
    )
    criteria = (
        Criterion(
            id="names-missing",
            text=say(lang, "指出缺少的是哪一项资料", "Says which needed value is absent"),
            check=missing_check(lang, gone.names),
        ),
        Criterion(
            id="no-result",
            text=say(lang, "不给出结果数值，写明算不出来", "Gives no result and says that there can be none"),
            check=no_result_check(lang),
        ),
    )
    return item(lang, Draft(prompt=prompt, criteria=criteria, good=good, bad=bad))


def _called(fact: Fact, lang: Lang) -> str:
    """The fact's name inside a sentence."""
    return fact.label if lang == "zh" or not fact.label[1:2].islower() else fact.label[:1].lower() + fact.label[1:]


plugin: Final = ClinicalScore()
