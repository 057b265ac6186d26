"""Patients with a point score to be added up from a vignette: CHA2DS2-VASc and CURB-65. The rules are those of `clinical_cases.py`.

It refuses the disputed edges of CURB-65, where printed versions of the score differ (diastolic exactly 60 mmHg, urea 7.0 to
7.2 mmol/L or 19 to 20 mg/dL), and vascular findings that versions of CHA2DS2-VASc count differently (coronary disease
without infarction).
"""

from __future__ import annotations

from decimal import Decimal

from evalcenter.draws import Draws
from evalcenter.generators.clinical_cases import Case, Slip, age_fact, lab, sex_fact
from evalcenter.generators.drafting import Fact, plain, say
from evalcenter.records import Lang

D = Decimal

# zh label, zh value, en label, en value; the first of a pair of lists scores, the second does not.
_HEART = (
    ("心力衰竭", "有，射血分数 38%", "Heart failure", "yes, ejection fraction 38 %"),
    ("心力衰竭", "无", "Heart failure", "none"),
)
_PRESSURE = (
    ("高血压", "有，长期服氨氯地平", "Hypertension", "yes, on amlodipine"),
    ("高血压", "无", "Hypertension", "none"),
)
_SUGAR = (("糖尿病", "2 型，服二甲双胍", "Diabetes", "type 2, on metformin"), ("糖尿病", "无", "Diabetes", "none"))
_STROKE = (
    (
        ("脑血管病史", "三年前脑梗死", "Cerebrovascular history", "ischaemic stroke three years ago"),
        ("脑血管病史", "去年短暂性脑缺血发作", "Cerebrovascular history", "transient ischaemic attack last year"),
    ),
    (("脑血管病史", "无卒中或 TIA", "Cerebrovascular history", "no stroke or TIA"),),
)
_VESSELS = (
    (
        ("血管病史", "陈旧性心肌梗死", "Vascular history", "previous myocardial infarction"),
        ("血管病史", "下肢动脉疾病，间歇性跛行", "Vascular history", "peripheral artery disease with claudication"),
        ("血管病史", "主动脉弓斑块", "Vascular history", "aortic arch plaque"),
    ),
    (
        (
            "血管病史",
            "无心梗、外周动脉病或主动脉斑块",
            "Vascular history",
            "no infarction, peripheral artery disease or aortic plaque",
        ),
    ),
)
_OTHER = (
    ("血脂", "高胆固醇血症", "Lipids", "hypercholesterolaemia"),
    ("甲状腺", "甲减，已替代治疗", "Thyroid", "hypothyroidism, replaced"),
    ("吸烟", "每日 10 支", "Smoking", "ten cigarettes a day"),
    ("肺部", "轻度慢阻肺", "Lungs", "mild COPD"),
    ("消化道", "胃溃疡史", "Gut", "previous gastric ulcer"),
    ("睡眠", "睡眠呼吸暂停", "Sleep", "sleep apnoea"),
)


def _line(lang: Lang, row: tuple[str, str, str, str]) -> Fact:
    label, value = (row[0], row[1]) if lang == "zh" else (row[2], row[3])
    return Fact(label=label, value=value, inline=f"{label}{say(lang, '：', ': ')}{value}")


def cha2ds2_vasc(lang: Lang, draws: Draws) -> Case:
    """CHA2DS2-VASc of a patient with atrial fibrillation; ages cluster around the limits 65 and 75."""
    female = draws.coin(1, 2)
    age = draws.choice((64, 65, 74, 75)) if draws.coin(1, 2) else draws.between(46, 90)
    heart, pressure, sugar = draws.coin(1, 3), draws.coin(1, 2), draws.coin(1, 3)
    stroke, vessels = draws.coin(1, 3), draws.coin(1, 3)
    years = 2 if age >= 75 else 1 if age >= 65 else 0
    points = (heart, pressure, years, sugar, 2 * stroke, vessels, female)
    total = sum(points)
    names = ("C", "H", "A(年龄)" if lang == "zh" else "A (age)", "D", "S2", "V", "Sc")
    working = ", ".join(f"{name} {int(value)}" for name, value in zip(names, points, strict=True))
    rows = [(_HEART[not heart]), (_PRESSURE[not pressure]), (_SUGAR[not sugar]), draws.choice(_STROKE[not stroke])]
    rows.append(draws.choice(_VESSELS[not vessels]))
    ask = say(
        lang,
        draws.choice(
            (
                "患者有非瓣膜性房颤。请计算 CHA₂DS₂-VASc 总分。",
                "非瓣膜性房颤，拟评估卒中风险：CHA₂DS₂-VASc 评分是几分？",
                "请为这位非瓣膜性房颤患者打 CHA₂DS₂-VASc 分，给出总分。",
            )
        ),
        draws.choice(
            (
                "The patient has non-valvular atrial fibrillation. What is the CHA₂DS₂-VASc score?",
                "Non-valvular atrial fibrillation, stroke risk to be assessed: please add up the CHA₂DS₂-VASc score.",
                "Work out the CHA₂DS₂-VASc total for this patient with non-valvular atrial fibrillation.",
            )
        ),
    )
    slips = [
        Slip(how=working.replace(f"{names[2]} {years}", f"{names[2]} {wrong}"), value=D(total - years + wrong))
        for wrong in ((1,) if years == 2 else (years + 1,))
    ]
    if female:
        slips.append(Slip(how=working.replace("Sc 1", "Sc 0"), value=D(total - 1)))
    slips.append(
        Slip(
            how=working.replace("S2 2", "S2 1") if stroke else working.replace("V 0", "V 1").replace("Sc 0", "Sc 1"),
            value=D(total - 1 if stroke else total + (not vessels) + (not female)),
        )
    )
    slips.append(Slip(how=f"{working}, +2", value=D(total + 2)))
    return Case(
        ask=ask,
        exact=D(total),
        places=0,
        tolerance=D(0),
        unit="",
        working=working,
        facts=(age_fact(lang, age), sex_fact(lang, female=female), *(_line(lang, row) for row in rows)),
        noise=tuple(_line(lang, row) for row in draws.sample(_OTHER, 2)),
        slips=tuple(slips),
    )


def curb_65(lang: Lang, draws: Draws) -> Case:
    """CURB-65 of an adult with pneumonia; values stand near the limits, but not on the disputed ones."""
    zh = lang == "zh"
    confused, uraemic, fast, low, old = (draws.coin(2, 5) for _ in range(5))
    age = draws.choice((65, 66, 71, 78, 84, 88)) if old else draws.choice((34, 47, 55, 61, 63, 64))
    rate = draws.between(30, 38) if fast else draws.between(18, 29)
    systolic, diastolic = _pressure(draws, low=low)
    if zh or draws.coin(1, 2):
        urea, unit = D(draws.between(74, 190) if uraemic else draws.between(32, 68)).scaleb(-1), "mmol/L"
    else:
        urea, unit = D(draws.between(22, 54) if uraemic else draws.between(9, 18)), "mg/dL"
    points = (confused, uraemic, fast, low, old)
    total = sum(points)
    working = ", ".join(f"{name} {int(value)}" for name, value in zip(("C", "U", "R", "B", "65"), points, strict=True))
    zh_mind = "新出现的定向障碍" if confused else "清楚，定向力正常"
    mind = ("意识", zh_mind, "Mental state", "newly disoriented" if confused else "alert and oriented")
    bp = Fact(
        label=say(lang, "血压", "Blood pressure"),
        value=f"{systolic}/{diastolic} mmHg",
        inline=say(lang, "血压 ", "blood pressure ") + f"{systolic}/{diastolic} mmHg",
        names=("血压",) if zh else ("blood pressure", "BP"),
    )
    return Case(
        ask=_curb_ask(lang, draws),
        exact=D(total),
        places=0,
        tolerance=D(0),
        unit="",
        working=working,
        facts=(
            age_fact(lang, age),
            _line(lang, mind),
            lab(
                "血尿素" if unit == "mmol/L" else "BUN",
                "Blood urea" if unit == "mmol/L" else "BUN",
                lang,
                plain(urea),
                unit,
                *(("尿素",) if zh else ("urea", "BUN")),
            ),
            lab(
                "呼吸频率",
                "Respiratory rate",
                lang,
                str(rate),
                say(lang, "次/分", "breaths/min"),
                *(("呼吸频率", "呼吸次数") if zh else ("respiratory rate", "breathing rate")),
            ),
            bp,
        ),
        noise=(
            lab("体温", "Temperature", lang, plain(D(draws.between(376, 399)).scaleb(-1)), "℃"),
            lab("心率", "Heart rate", lang, str(draws.between(92, 128)), say(lang, "次/分", "beats/min")),
            lab("血氧饱和度", "Oxygen saturation", lang, str(draws.between(88, 96)), "%"),
        ),
        slips=_curb_slips(lang, working, total),
    )


def _curb_ask(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(("社区获得性肺炎，请计算 CURB-65 评分。", "请给这位社区获得性肺炎患者打 CURB-65 分(0～5 分)。")),
        draws.choice(
            (
                "Community-acquired pneumonia: what is the CURB-65 score?",
                "Please work out CURB-65 (0 to 5) for this patient with community-acquired pneumonia.",
            )
        ),
    )


def _curb_slips(lang: Lang, working: str, total: int) -> tuple[Slip, ...]:
    """Points given for what the score does not count, and one point forgotten."""
    made = (
        (f"{working}, {say(lang, '心率 1', 'heart rate 1')}", D(total + 1)),
        (working.replace(" 1", " 0", 1), D(total - 1)),
        (f"{working}, {say(lang, '体温 1，血氧 1', 'temperature 1, saturation 1')}", D(total + 2)),
    )
    return tuple(Slip(how=how, value=value) for how, value in made if value >= 0)


def _pressure(draws: Draws, *, low: bool) -> tuple[int, int]:
    """Systolic and diastolic pressure; a low one by its systolic value, its diastolic value or both."""
    if not low:
        return draws.between(98, 148), draws.between(64, 86)
    if draws.coin(1, 2):
        return draws.between(76, 89), draws.between(44, 58)
    return draws.between(96, 118), draws.between(46, 58)
