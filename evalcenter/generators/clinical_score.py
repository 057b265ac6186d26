"""Clinical calculators: kidney function, salts, liver, risk, points, dates. Each item has one patient and one computed value.

Rules this module keeps:

* The target is computed in exact arithmetic by `formulas.py` or added up from a table of points; the question states unit and
  rounding, and the form too where several are in use. `formula_sources.py` names the publication of each.
* The tolerance covers honest rounding of intermediate steps. A draw is refused unless at least two named mistakes (wrong
  sex factor, superseded constants, forgotten cap …) fall outside twice the tolerance.
* Every question says what to do when a needed value is missing. In a share of items one is: the right answer names it and
  gives no number. What the question itself names is never the missing one.

It refuses to interpret: no diagnosis, no advice, no cut-off is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Final, get_args

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators import (
    clinical_cases,
    clinical_dates,
    clinical_liver,
    clinical_measures,
    clinical_risk,
    clinical_salts,
    formulas,
    points_acute,
    points_clots,
    points_heart,
    points_state,
)
from evalcenter.generators.clinical_facts import Builder, Case, Subject
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
from evalcenter.generators.formula_sources import Calculator
from evalcenter.generators.point_score import builder
from evalcenter.records import Criterion, Item, Lang, record

BUILDERS: Final[Mapping[Calculator, Builder]] = MappingProxyType(
    {
        "ckd_epi_2021": clinical_cases.ckd_epi_2021,
        "cockcroft_gault": clinical_cases.cockcroft_gault,
        "bmi": clinical_measures.bmi,
        "bsa_mosteller": clinical_measures.bsa_mosteller,
        "corrected_sodium": clinical_salts.corrected_sodium,
        "corrected_calcium": clinical_cases.corrected_calcium,
        "anion_gap": clinical_cases.anion_gap,
        "albumin_adjusted_anion_gap": clinical_salts.albumin_adjusted_anion_gap,
        "osmolality": clinical_cases.osmolality,
        "osmolal_gap": clinical_salts.osmolal_gap,
        "mean_arterial_pressure": clinical_measures.mean_arterial_pressure,
        "friedewald_ldl": clinical_measures.friedewald_ldl,
        "qtc_bazett": clinical_measures.qtc_bazett,
        "framingham_2008": clinical_risk.framingham_2008,
        "meld": clinical_liver.meld,
        "meld_na": clinical_liver.meld_na,
        "meld_3": clinical_liver.meld_3,
        "child_pugh": builder(points_state.CHILD_PUGH),
        "cha2ds2_vasc": builder(points_heart.CHA2DS2_VASC),
        "has_bled": builder(points_heart.HAS_BLED),
        "wells_pe": builder(points_clots.WELLS_PE),
        "wells_dvt": builder(points_clots.WELLS_DVT),
        "perc": builder(points_clots.PERC),
        "curb_65": builder(points_acute.CURB_65),
        "qsofa": builder(points_acute.QSOFA),
        "news2": builder(points_acute.NEWS2),
        "glasgow_coma": builder(points_state.GLASGOW),
        "apgar": builder(points_state.APGAR),
        "due_date": clinical_dates.due_date,
        "gestational_age": clinical_dates.gestational_age,
        "ultrasound_dating": clinical_dates.ultrasound_dating,
    }
)

_ADULT: Final[Mapping[Lang, tuple[str, ...]]] = {
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
_NEWBORN: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("产房记录：", "刚出生的足月儿，助产士报告如下：", "新生儿复苏培训病例：", "产科转来的新生儿记录单上写着："),
    "en": (
        "From the delivery room:",
        "A newborn at term; the midwife reports:",
        "A case for resuscitation training:",
        "The birth record says:",
    ),
}
_PREGNANT: Final[Mapping[Lang, tuple[str, ...]]] = {
    "zh": ("产科门诊，首次产检：", "孕妇资料如下。", "助产士门诊记录：", "社区建册时登记的内容："),
    "en": (
        "First antenatal visit:",
        "A pregnant woman's notes:",
        "From the midwife's clinic:",
        "The booking form says:",
    ),
}
OPENINGS: Final[Mapping[Subject, Mapping[Lang, tuple[str, ...]]]] = MappingProxyType(
    {"adult": _ADULT, "newborn": _NEWBORN, "pregnant": _PREGNANT}
)


@record
class Params:
    """Which calculators are asked (with equal chance), and the share of items in which a needed value is missing."""

    calculators: tuple[Calculator, ...] = get_args(Calculator)
    unanswerable: Decimal = Decimal("0.1")


class ClinicalScore:
    """Makes one item with one calculator."""

    name: ClassVar[str] = "clinical_score"
    version: ClassVar[str] = "2"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when no calculator is named or the share is not 0 to 1."""
        if not params.calculators:
            raise InputError("no calculator is named", todo=f"name some of: {', '.join(BUILDERS)}")
        calculator = draws.choice(params.calculators)
        lacking = share(params.unanswerable, draws)
        case = _case(calculator, lang, draws, lacking=lacking)
        return _lacking(case, lang, draws) if lacking else _answerable(case, lang, draws)


def _case(calculator: Calculator, lang: Lang, draws: Draws, *, lacking: bool) -> Case:
    """A case whose rounding is not disputed and whose named mistakes can be told from the right value.

    With `lacking`, one of its facts can be left out.
    """
    for _ in range(REDRAWS):
        case = BUILDERS[calculator](lang, draws)
        if len(_slips(case)) >= 2 and not case.disputed and not _echoed(case) and (_omissible(case) or not lacking):
            return case
    raise InputError(f"the calculator {calculator} gave no usable case in {REDRAWS} tries")


_SPELLED: Final = {
    word: number
    for words in ("一 二 三 四 五 六 七 八 九 十", "one two three four five six seven eight nine ten", "once 两")
    for number, word in enumerate(words.split(), 1)
}


def _echoed(case: Case) -> bool:
    """Whether an echo of the question could state the target: beside "two decimal places", "within 2", or a value in its unit.

    A score has no unit, so that any figure of the record could be taken for it.
    """
    said = [Decimal(case.places), case.tolerance] if case.tolerance else []
    for fact in (*case.facts, *case.noise):
        if case.unit and fact.value.endswith(case.unit):
            said += _figures(fact.value.removesuffix(case.unit))
        elif not case.unit:
            words = re.findall(r"[a-z]+|[一二三四五六七八九十两]", fact.value.lower())
            said += [*_figures(fact.value), *(Decimal(_SPELLED[word]) for word in words if word in _SPELLED)]
    return any(abs(case.target - figure) <= 2 * case.tolerance for figure in said)


def _figures(text: str) -> list[Decimal]:
    return [Decimal(figure) for figure in re.findall(r"\d+(?:\.\d+)?", text)]


def _slips(case: Case) -> dict[Decimal, str]:
    """Wrong values with their working: such as could be true, and outside twice the tolerance."""
    found: dict[Decimal, str] = {}
    for slip in case.slips:
        value = formulas.rounded(slip.value, case.places)
        if value >= case.least and abs(value - case.target) > 2 * case.tolerance:
            found.setdefault(value, slip.how)
    return found


def _prompt(case: Case, facts: tuple[Fact, ...], lang: Lang, draws: Draws) -> str:
    opening = draws.choice(OPENINGS[case.subject][lang])
    record_text = told(lang, (*facts, *case.noise), draws)
    window = plain(case.tolerance)
    near = say(lang, f"与准确值相差不超过 {window} 算对。", f"A result within {window} of the exact one counts. ")
    return f"{opening}\n{record_text}\n\n{case.ask}\n{near if case.tolerance else ''}{_closing(case, lang, draws)}"


def _closing(case: Case, lang: Lang, draws: Draws) -> str:
    """How the last line must look, and what to do when a value is missing."""
    if case.asked:
        what = case.asked
    elif case.unit:
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


def _answerable(case: Case, lang: Lang, draws: Draws) -> Item:
    answer = say(lang, "答案：", "Answer: ")
    target, equals = case.shown(case.target, lang), "=" if case.exact == case.target else "≈"
    good = (
        f"{answer}{target}",
        say(
            lang,
            f"计算过程：{case.working} {equals} {target}。\n{answer}{target}",
            f"Working: {case.working} {equals} {target}\n\n{answer}{target}",
        ),
        say(lang, f"结果为 {target}。\n\n**{answer}{target}**", f"This comes to {target}.\n\n**{answer}{target}**"),
    )
    slips = draws.shuffled(list(_slips(case).items()))[:3]
    bad = tuple(
        (
            f"{how} = {case.shown(value, lang)}\n{answer}{case.shown(value, lang)}"
            if number % 2 == 0
            else f"{answer}{case.shown(value, lang)}",
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
        check=_check(case),
    )
    return item(lang, Draft(prompt=_prompt(case, case.facts, lang, draws), criteria=(criterion,), good=good, bad=bad))


def _check(case: Case) -> Mapping[str, Any]:
    """A check by the `number` grader: the value within its tolerance, or the day."""
    if case.dated:
        return {"number": {"date": date.fromordinal(int(case.target)).isoformat(), "which": "final"}}
    return number_check(case.target, case.tolerance, case.unit)


def _omissible(case: Case) -> list[Fact]:
    """Facts that may be left out: no other fact goes by their names, and, if there are such, neither does the question itself.

    An answer that explains the question in its own words would else seem to name what is missing.
    """
    alone = [fact for fact in case.facts if fact.names and not _named(fact, _told(case, fact))]
    return [fact for fact in alone if not _named(fact, [case.ask, case.asked])] or alone


def _told(case: Case, but: Fact) -> list[str]:
    return [f"{fact.label} {fact.value}" for fact in (*case.facts, *case.noise) if fact is not but]


def _named(fact: Fact, texts: list[str]) -> bool:
    return any(_names(name, text) for name in fact.names for text in texts)


def _names(name: str, text: str) -> bool:
    """Whether `text` holds `name`, an English one as a word of its own."""
    if not name.isascii():
        return name in text
    return re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text, re.IGNORECASE) is not None


def _lacking(case: Case, lang: Lang, draws: Draws) -> Item:
    gone = draws.choice(_omissible(case))
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
    guess = case.shown(case.target, lang)
    bad = (
        (
            say(
                lang,
                f"{name}未给出，按常见情况估计，结果约为 {guess}。\n{answer}{guess}",
                f"The {name} is not given; with a typical one this gives about {guess}.\n{answer}{guess}",
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
