"""Which results are abnormal, which are critical, which cannot be judged, and who is told first.

Rules this module keeps:

* Rule in the prompt: a table with reference ranges and critical limits for this question, what a haemolysed or missing
  result means,
  and who is told. The limits are likely ones for adults, moved a little from item to item, so that none is recalled.
* A value on the limit of the range is normal; a value on a critical limit is critical: the rule says so, and both are drawn often.
* The answer is JSON with four fields; lists may be in any order.

It refuses to interpret beyond the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final, Literal

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators.drafting import REDRAWS, plain, say, share
from evalcenter.generators.forms import Slip, criterion, exact, form_item, same_set
from evalcenter.generators.problems import Params
from evalcenter.records import Item, Lang

D = Decimal
State = Literal["normal", "abnormal", "critical", "unknown"]
ANALYTES: Final = (
    # code, zh, en, unit, decimals, range and critical limits in steps of the last decimal, first caller group
    ("K", "血钾", "potassium", "mmol/L", 1, (35, 53), (28, 62), True),
    ("Na", "血钠", "sodium", "mmol/L", 0, (137, 147), (120, 160), True),
    ("Ca", "总钙", "total calcium", "mmol/L", 2, (211, 252), (165, 340), False),
    ("Glu", "血糖", "glucose", "mmol/L", 1, (39, 61), (27, 222), True),
    ("Hb", "血红蛋白", "haemoglobin", "g/L", 0, (115, 160), (60, 200), False),
    ("PLT", "血小板", "platelets", "×10⁹/L", 0, (125, 350), (30, 1000), False),
    ("WBC", "白细胞", "white cells", "×10⁹/L", 1, (35, 95), (15, 300), False),
    ("pH", "动脉血 pH", "arterial pH", "", 2, (735, 745), (720, 760), True),
    ("Mg", "血镁", "magnesium", "mmol/L", 2, (75, 102), (50, 190), False),
)
CALLED: Final[Mapping[Lang, tuple[str, str, str, str]]] = {
    "zh": ("急救小组", "值班医生", "责任护士", "无需通知"),
    "en": ("rapid response team", "doctor on duty", "nurse in charge", "nobody"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """One line: limits and value in steps of the last decimal; `value` is None where none was reported."""

    code: str
    name: str
    unit: str
    places: int
    low: int
    high: int
    least: int
    most: int
    urgent: bool
    value: int | None
    spoilt: bool = False

    def shown(self, steps: int) -> str:
        return plain(D(steps).scaleb(-self.places))

    @property
    def state(self) -> State:
        """What the table says of the value."""
        if self.value is None or self.spoilt:
            return "unknown"
        if self.value <= self.least or self.value >= self.most:
            return "critical"
        return "normal" if self.low <= self.value <= self.high else "abnormal"


class LabCritical:
    """Makes one report with its table."""

    name: ClassVar[str] = "lab_critical"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when the share is not 0 to 1."""
        lacking = share(params.unanswerable, draws)
        for _ in range(REDRAWS):
            results = _drawn(lang, draws, lacking=lacking)
            if any(result.state in {"abnormal", "critical"} for result in results):
                return _item(lang, draws, results)
        raise InputError(f"{self.name} found no usable report in {REDRAWS} tries")


def _drawn(lang: Lang, draws: Draws, *, lacking: bool) -> list[_Result]:
    rows = draws.sample(ANALYTES, draws.between(5, 7))
    lost = draws.below(len(rows)) if lacking else -1
    results = []
    for at, (code, zh, en, unit, places, span, ends, urgent) in enumerate(rows):
        width = max(1, (span[1] - span[0]) // 12)
        low, high = span[0] + draws.between(-width, width), span[1] + draws.between(-width, width)
        wider = max(1, (low - ends[0]) // 6)
        least, most = ends[0] + draws.between(0, wider), ends[1] - draws.between(0, wider)
        value = _value(draws, (least, low, high, most))
        spoilt = at == lost and code == "K" and draws.coin(2, 3)
        results.append(
            _Result(
                code=code,
                name=say(lang, zh, en),
                unit=unit,
                places=places,
                low=low,
                high=high,
                least=least,
                most=most,
                urgent=urgent,
                value=None if at == lost and not spoilt else value,
                spoilt=spoilt,
            )
        )
    return results


def _value(draws: Draws, limits: tuple[int, int, int, int]) -> int:
    """A value: inside the range in half of the draws, on a limit in one of six."""
    least, low, high, most = limits
    where = draws.below(12)
    if where < 2:
        return draws.choice(limits)
    if where < 8:
        return draws.between(low, high)
    if where < 10:
        return draws.choice(
            (draws.between(least + 1, max(least + 1, low - 1)), draws.between(high + 1, max(high + 1, most - 1)))
        )
    return draws.choice((least - draws.between(1, max(1, least // 12)), most + draws.between(1, max(1, most // 12))))


def _answer(lang: Lang, results: list[_Result]) -> dict[str, Any]:
    def codes(*states: State) -> list[str]:
        return [result.code for result in results if result.state in states]

    team, doctor, nurse, nobody = CALLED[lang]
    critical = [result for result in results if result.state == "critical"]
    calm = nurse if codes("abnormal") else nobody
    alarmed = team if any(result.urgent for result in critical) else doctor
    return {
        "abnormal": codes("abnormal", "critical"),
        "critical": codes("critical"),
        "not_assessable": codes("unknown"),
        "call_first": alarmed if critical else calm,
    }


def _item(lang: Lang, draws: Draws, results: list[_Result]) -> Item:
    right = _answer(lang, results)
    criteria = (
        criterion(
            "abnormal",
            say(lang, "异常项目齐全且没有多列", "Lists all the abnormal results and no other"),
            {"abnormal": same_set(right["abnormal"])},
        ),
        criterion(
            "critical",
            say(lang, "危急项目齐全且没有多列", "Lists all the critical results and no other"),
            {"critical": same_set(right["critical"])},
        ),
        criterion(
            "not-assessable",
            say(lang, "不能判断的项目列对", "Lists what cannot be judged, and nothing else"),
            {"not_assessable": same_set(right["not_assessable"])},
        ),
        criterion(
            "call-first",
            say(lang, "首先通知的对象正确", "Names the right person to tell first"),
            {"call_first": exact(right["call_first"])},
        ),
    )
    return form_item(lang, draws, _prompt(lang, draws, results), criteria, right, _slips(lang, draws, results, right))


def _slips(lang: Lang, draws: Draws, results: list[_Result], right: Mapping[str, Any]) -> list[Slip]:
    normal = [result for result in results if result.state == "normal"]
    on_limit = [result.code for result in normal if result.value in {result.low, result.high}]
    on_critical = [r.code for r in results if r.state == "critical" and r.value in {r.least, r.most}]
    abnormal, critical = right["abnormal"], right["critical"]
    others = [one for one in CALLED[lang] if one != right["call_first"]]
    slips = [
        Slip(
            how=say(lang, "先通知的对象弄错", "The wrong one is told first."),
            changed={"call_first": draws.choice(others)},
            fails=("call-first",),
        ),
        Slip(how=say(lang, "漏了一项", "One is overlooked."), changed={"abnormal": abnormal[1:]}, fails=("abnormal",)),
        Slip(
            how=say(lang, "把异常当成危急", "Abnormal taken for critical."),
            changed={"critical": abnormal},
            fails=("critical",),
        ),
        Slip(
            how=say(lang, "危急的只当作异常", "Critical taken for abnormal only."),
            changed={"critical": []},
            fails=("critical",),
        ),
        Slip(
            how=say(lang, "等于范围界限的也算异常", "A value on the limit is called abnormal."),
            changed={"abnormal": [*abnormal, *on_limit]},
            fails=("abnormal",),
        ),
        Slip(
            how=say(lang, "等于危急界限的没有算", "A value on the critical limit is left out."),
            changed={"critical": [c for c in critical if c not in on_critical]},
            fails=("critical",),
        ),
    ]
    unknown = right["not_assessable"]
    if unknown:
        slips.append(
            Slip(
                how=say(lang, "不能判断的当作正常", "What cannot be judged is taken for normal."),
                changed={"not_assessable": []},
                fails=("not-assessable",),
            )
        )
    else:
        slips.append(
            Slip(
                how=say(lang, "把正常项目说成不能判断", "A result that is there is called not assessable."),
                changed={"not_assessable": [results[0].code]},
                fails=("not-assessable",),
            )
        )
    if critical == abnormal and critical:
        slips.append(
            Slip(
                how=say(lang, "漏了一项危急值", "One critical value is overlooked."),
                changed={"critical": critical[1:]},
                fails=("critical",),
            )
        )
    return slips


def _prompt(lang: Lang, draws: Draws, results: list[_Result]) -> str:
    table = [_limits(lang, result) for result in draws.shuffled(results)]
    report = [_reported(lang, result) for result in draws.shuffled(results)]
    team, doctor, nurse, nobody = CALLED[lang]
    urgent = say(lang, "、", ", ").join(row[0] for row in ANALYTES if row[7])
    head = say(lang, "判断规则(仅供本题)：", "Rules (for this question only):")
    rules = say(
        lang,
        "等于参考范围上下限算正常；达到或越过危急界限算危急，危急也属于异常。"
        "没有报告结果的项目，以及溶血标本的 K，列入 not_assessable，"
        f"不列入其他清单。有危急值且其中含 {urgent} 任一项：先通知{team}；只有其他项目危急：先通知{doctor}；"
        f"没有危急值但有异常：先通知{nurse}；都没有：{nobody}。",
        "A value on a limit of the range is normal. A value at or beyond a "
        "critical limit is critical, and critical counts as abnormal too. "
        "A result that was not reported, and K in a haemolysed sample, goes under not_assessable and nowhere else. "
        f"If any of {urgent} is critical, the {team} is told first; if only others are critical, the {doctor}; "
        f"if something is abnormal but nothing critical, the {nurse}; otherwise {nobody}.",
    )
    ask = say(
        lang,
        (
            "请只输出一个 JSON 对象，含四个字段：abnormal、critical、not_assessable(三者都是项目代号的列表，"
            f"可为空)和 call_first(“{team}”“{doctor}”“{nurse}”“{nobody}”之一)。"
        ),
        "Answer with one JSON object with four fields: abnormal, critical "
        "and not_assessable (lists of codes, which may be empty), and "
        f'call_first (one of "{team}", "{doctor}", "{nurse}", "{nobody}").',
    )
    opening = say(
        lang,
        draws.choice(
            (
                "检验科夜班发出一份报告。",
                "急诊检验结果如下。",
                "病区收到成人患者的检验报告：",
                "信息科在测试危急值提醒，样例报告：",
            )
        ),
        draws.choice(
            (
                "The night laboratory releases a report.",
                "Results from the emergency laboratory:",
                "The ward receives an adult patient's report:",
                "A sample report from a test of the alert system:",
            )
        ),
    )
    blocks = ["\n".join([head, *table, rules]), "\n".join([opening, *report])]
    return "\n\n".join([*(blocks if draws.coin(1, 2) else blocks[::-1]), ask])


def _limits(lang: Lang, r: _Result) -> str:
    unit = f" {r.unit}" if r.unit else ""
    span, ends = f"{r.shown(r.low)}–{r.shown(r.high)}{unit}", (r.shown(r.least), r.shown(r.most))
    return say(
        lang,
        f"- {r.code}({r.name})：参考范围 {span}；危急界限 ≤ {ends[0]} 或 ≥ {ends[1]}",
        f"- {r.code} ({r.name}): reference range {span}; critical at ≤ {ends[0]} or ≥ {ends[1]}",
    )


def _reported(lang: Lang, r: _Result) -> str:
    unit = f" {r.unit}" if r.unit else ""
    value = say(lang, "未报告", "not reported") if r.value is None else f"{r.shown(r.value)}{unit}"
    spoilt = say(lang, "(标本溶血)", " (sample haemolysed)") if r.spoilt else ""
    return f"{r.code}{say(lang, '：', ': ')}{value}{spoilt}"


plugin: Final = LabCritical()
