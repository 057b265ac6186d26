"""The scores once more: points found by the words of the vignette and by cut-offs written as comparisons.

Nothing here is taken from the tables of the generators; words stand here a second time on purpose.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from tests.generators.again import age, female
from tests.generators.reading import need, value


def any_of(q: str, *signs: str) -> bool:
    """Whether one of `signs` stands in the question."""
    return any(re.search(sign, q, re.IGNORECASE) for sign in signs)


def band(number: float, edges: list[float], points: list[int]) -> int:
    """The points of `number` among bands that each end at an edge, the edge included."""
    return points[bisect_left(edges, number)]


def told(q: str, label: str) -> str:
    """What the record says behind `label`, up to the end of the entry."""
    found = re.search(rf"(?i)(?:{label})[：: ]\s*(.+?)(?:$|\n|；|;|。)", q)
    if not found:
        raise AssertionError(f"no {label} in {q}")
    return found[1]


def chads(q: str) -> float:
    """CHA2DS2-VASc."""
    told(q, "糖尿病|diabetes")
    years = age(q)
    return (
        any_of(q, "射血分数 38%", "慢性心衰", "ejection fraction 38", "chronic heart failure")
        + any_of(q, "服氨氯地平", "服缬沙坦", "on amlodipine", "on valsartan")
        + any_of(q, "服二甲双胍", "用胰岛素", "on metformin", "on insulin")
        + 2 * any_of(q, "三年前脑梗死", "去年短暂性", "stroke three years", "attack last year")
        + any_of(
            q, "陈旧性心肌梗死", "下肢动脉疾病，", "主动脉弓斑块", "previous myocardial", "claudication", "arch plaque"
        )
        + (years >= 65)
        + (years >= 75)
        + female(q)
    )


def has_bled(q: str) -> float:
    """HAS-BLED."""
    return (
        (need(q, "(?:收缩压|systolic pressure)") > 160)
        + any_of(q, "血液透析", "肾移植", "肌酐 268", "haemodialysis", "kidney transplant", "creatinine 268")
        + any_of(q, "肝硬化", "胆红素为上限的 3 倍", "cirrhosis", "bilirubin 3 times")
        + any_of(q, "两年前缺血性卒中", "ischaemic, two years ago")
        + any_of(q, "大出血并输血", "with transfusion")
        + (need(q, "(?:占|control:?)", "%") < 60)
        + (age(q) > 65)
        + any_of(q, "阿司匹林", "布洛芬", "aspirin", "ibuprofen")
        + any_of(q, "20 个标准杯", "20 drinks")
    )


def wells_pe(q: str) -> float:
    """Wells for pulmonary embolism, in half points."""
    halves = (
        6 * any_of(q, "左小腿肿胀", "left calf swollen")
        + 6 * any_of(q, "都更可能", "没有比肺栓塞", "than any other", "no other diagnosis is as likely")
        + 3 * (need(q, "(?:心率|heart rate)") > 100)
        + 3 * any_of(q, "两周前髋", "卧床 8 天", "hip replacement", "in bed for 8")
        + 3 * any_of(q, "六年前深静脉", "曾患肺栓塞", "vein thrombosis six", "earlier pulmonary")
        + 2 * any_of(q, "今晨一次", "痰中带", "once this morning", "fresh blood")
        + 2 * any_of(q, "肺癌", "结肠癌", "lung cancer", "colon cancer")
    )
    return halves / 2


def wells_dvt(q: str) -> float:
    """Wells for deep vein thrombosis."""
    return (
        any_of(q, "肺癌", "结肠癌", "lung cancer", "colon cancer")
        + any_of(q, "石膏固定", "卒中后瘫痪", "in plaster", "paralysed")
        + any_of(q, "卧床 7 天", "胃切除", "bed for 7", "gastrectomy")
        + any_of(q, "沿深静脉走行", "localised, along")
        + any_of(q, "整条腿肿胀", "whole leg is swollen")
        + any_of(q, "大 4.5 cm", "大 5 cm", "4.5 cm more", " 5 cm more")
        + any_of(q, "仅限患肢", "confined to the painful")
        + any_of(q, "有侧支", "collateral, not")
        + any_of(q, "五年前确诊", "confirmed five years")
        - 2 * any_of(q, "蜂窝织炎", "囊肿破裂", "cellulitis", "Baker")
    )


def perc(q: str) -> float:
    """Positive PERC criteria."""
    return (
        (age(q) >= 50)
        + (need(q, "(?:心率|heart rate)") >= 100)
        + (need(q, "(?:氧饱和度|room air)", "%") < 95)
        + any_of(q, "右小腿较左侧", "right calf")
        + any_of(q, "昨夜一次", "once last night")
        + any_of(q, "两周前膝", "十天前车祸", "arthroscopy", "car crash")
        + any_of(q, "曾患深静脉", "earlier deep vein")
        + any_of(q, "含雌激素的避孕药", "更年期雌激素", "pill with oestrogen", "oestrogen replacement")
    )


def curb(q: str) -> float:
    """CURB-65."""
    pressure = re.search(r"(\d+)/(\d+) mmHg", q)
    if not pressure:
        raise AssertionError("no pressure")
    si = value(q, "(?:血尿素|blood urea)", "mmol/L")
    urea = si > 7 if si is not None else need(q, "BUN", "mg/dL") > 19
    told(q, "意识|mental state")
    return (
        any_of(q, "新出现的", "说不清", "newly", "confused about")
        + urea
        + (need(q, "(?:呼吸频率|respiratory rate)") >= 30)
        + (int(pressure[1]) < 90 or int(pressure[2]) <= 60)
        + (age(q) >= 65)
    )


def qsofa(q: str) -> float:
    """The quick SOFA."""
    told(q, "意识|mental state")
    return (
        (need(q, "(?:呼吸频率|respiratory rate)") >= 22)
        + (need(q, "(?:收缩压|systolic pressure)") <= 100)
        + any_of(q, "13 分", "谵妄", "14 分", "Glasgow 13", "delirium", "Glasgow 14")
    )


def news(q: str) -> float:
    """NEWS2 by its chart, each row as the upper ends of its bands."""
    air = not any_of(q, "吸氧 2 L", "面罩", "2 L/min", "by mask")
    told(q, "意识|consciousness")
    full = need(q, "(?:血氧饱和度|oxygen saturation)", "%")
    if any_of(q, "量表 1", "scale 1"):
        gas = band(full, [91, 93, 95], [3, 2, 1, 0])
    else:
        gas = band(full, [83, 85, 87], [3, 2, 1, 0])
        if not air and full > 92:
            gas = band(full, [94, 96], [1, 2, 3])
    return (
        band(need(q, "(?:呼吸频率|respiratory rate)"), [8, 11, 20, 24], [3, 1, 0, 2, 3])
        + gas
        + 2 * (not air)
        + band(need(q, "(?:收缩压|systolic pressure)"), [90, 100, 110, 219], [3, 2, 1, 0, 3])
        + band(need(q, "(?:脉搏|pulse)"), [40, 50, 90, 110, 130], [3, 1, 0, 1, 2, 3])
        + 3 * any_of(q, r"\(C\)", r"\(V\)")
        + band(need(q, "(?:体温|temperature)"), [35.0, 36.0, 38.0, 39.0], [3, 1, 0, 1, 2])
    )


def graded(q: str, *levels: tuple[str, ...], low: int = 0) -> int:
    """The one level whose words stand in the question."""
    found = [low + number for number, signs in enumerate(levels) if any_of(q, *signs)]
    if len(found) != 1:
        raise AssertionError(f"{found} of {levels} in {q}")
    return found[0]


def glasgow(q: str) -> float:
    """The Glasgow Coma Scale."""
    eyes = graded(
        q,
        ("也不睁", "刺激都不睁", "stay shut", "do not open to"),
        ("压甲床时睁眼", "仅疼痛刺激时睁", "open when the nail", "open to pain only", "捏耳垂才睁", "earlobe"),
        ("呼唤后睁眼", "叫名字才", "when spoken to", "name is called", "大声喊", "at a shout"),
        ("自主睁眼", "睁着，", "open spontaneously", "open, following", "未刺激即", "without any stimulus"),
        low=1,
    )
    speech = graded(
        q,
        ("无声", "不发声", "no sound", "silent, no", "不出声", "mute to"),
        ("呻吟", "听不成词", "moans", "sounds, no words", "哼哼", "groans"),
        ("零星单词", "偶尔骂人", "single words", "swears", "个别词", "isolated words"),
        ("说错年份", "对话混乱", "wrong year", "confused talk", "以为自己在家", "to be at home"),
        ("说得出姓名", "定向正确", "gives name", "(?<!dis)oriented, answers", "都答对", "right about person"),
        low=1,
    )
    motor = graded(
        q,
        ("疼痛刺激无反应", "肢体不动", "none, even to pain", "limbs stay still", "毫无动作", "flicker"),
        ("肘部伸直", "伸直内旋", "elbows straighten", "arms extend", "去脑强直", "decerebrate"),
        ("异常屈曲", "去皮质样", "abnormal flexion", "decorticate"),
        ("快速缩回", "正常屈曲", "quick withdrawal", "(?<!ab)normal flexion away", "抽回手", "pulls the hand back"),
        ("抬过锁骨去推", "能定位疼痛", "above the collarbone", "localises pain", "斜方肌", "trapezius"),
        ("按吩咐动作", "伸舌、握手", "obeys commands", "on request", "让抬右手", "when asked"),
        low=1,
    )
    return eyes + speech + motor


def apgar(q: str) -> float:
    """The Apgar score."""
    return (
        graded(
            q,
            ("全身青紫", "全身苍白", "blue all", "pale all"),
            ("躯干红", "身体粉红", "body pink", "pink trunk"),
            ("全身红润", "周身粉红", "pink all over", "completely pink"),
        )
        + (2 if need(q, "(?:心率|heart rate)") >= 100 else 1)
        + graded(
            q,
            ("反应[： ]*无反应", "毫无反应", "flicking the sole:? none", "no response at all"),
            ("皱眉", "面部略动", "grimace"),
            ("喷嚏", "咳嗽", "sneezes", "coughs"),
        )
        + graded(
            q,
            ("松软", "松弛", "limp", "floppy"),
            ("略屈曲", "稍有屈曲", "some flexion", "slight flexion"),
            ("活动好", "活动有力", "moves actively", "active movements"),
        )
        + graded(
            q,
            ("无呼吸", "未见呼吸", "respiration:? absent", "none seen"),
            ("不规则", "irregular"),
            ("哭声响", "大声啼哭", "strong cry", "vigorous crying"),
        )
    )


def child_pugh(q: str) -> float:
    """Child-Pugh in mg/dL, g/dL and INR (or seconds)."""
    micro = value(q, "(?:总胆红素|total bilirubin)", "μmol/L")
    bilirubin = need(q, "(?:总胆红素|total bilirubin)", "mg/dL") if micro is None else micro / 17.1
    grams = value(q, "(?:白蛋白|albumin)", "g/L")
    albumin = need(q, "(?:白蛋白|albumin)", "g/dL") if grams is None else grams / 10
    inr, seconds = value(q, "INR"), value(q, "(?:较对照延长|time over control)")
    slow = (inr >= 1.7) + (inr > 2.3) if inr is not None else (need(q, "延长") >= 4) + (need(q, "延长") > 6)
    assert inr is not None or seconds is not None
    return (
        5
        + (bilirubin >= 2)
        + (bilirubin > 3.05)
        + (albumin <= 3.5)
        + (albumin < 2.8)
        + slow
        + graded(
            q,
            ("腹水[： ]*(?:无|超声)", "ascites:? none"),
            ("轻度", "slight"),
            ("中重度", "大量", "moderate to", "tense"),
        )
        + graded(
            q, ("脑病[： ]*无", "encephalopathy:? none"), ("Ⅰ 级", "Ⅱ 级", "grade [12]"), ("Ⅲ 级", "Ⅳ 级", "grade [34]")
        )
    )


LABELS = {
    "cha2ds2_vasc": (
        "心功能|heart function,高血压|hypertension,年龄|age,糖尿病|diabetes,脑血管病史|cerebrovascular,"
        "血管病史|vascular history"
    ),
    "has_bled": (
        "收缩压|systolic,肾脏情况|kidney status,肝脏情况|liver status,卒中史|stroke,出血史|bleeding,华法林控制|warfarin control,"
        "年龄|age,合并用药|other medicines,饮酒|alcohol"
    ),
    "wells_pe": (
        "下肢检查|leg exam,医生判断|clinician's view,心率|heart rate,近期活动|recent mobility,血栓史|previous thrombosis,"
        "咯血|haemoptysis,肿瘤|cancer"
    ),
    "wells_dvt": (
        "肿瘤|cancer,患肢活动|movement of the leg,近期卧床|recent bed,压痛|tenderness,肿胀范围|extent,小腿周径|calf girth,"
        "水肿|oedema,浅静脉|superficial veins,血栓史|previous thrombosis,医生判断|clinician's view"
    ),
    "perc": (
        "年龄|age,心率|heart rate,未吸氧血氧|oxygen saturation,下肢检查|leg exam,咯血|haemoptysis,近期手术|recent surgery,"
        "血栓史|previous thrombosis,激素用药|hormones"
    ),
}
"""What each record of yes-or-no findings must hold, so that a finding that is missing is not read as absent."""


def complete(calculator: str, q: str) -> str:
    """The record `q`, which must hold every line of the score."""
    for label in LABELS.get(calculator, "").split(","):
        if not re.search(rf"(?im)(?:^|\W)(?:{label})", q):
            raise AssertionError(f"no {label} in {q}")
    return q


SCORES: dict[str, Callable[[str], float]] = {
    "cha2ds2_vasc": chads,
    "has_bled": has_bled,
    "wells_pe": wells_pe,
    "wells_dvt": wells_dvt,
    "perc": perc,
    "curb_65": curb,
    "qsofa": qsofa,
    "news2": news,
    "glasgow_coma": glasgow,
    "apgar": apgar,
    "child_pugh": child_pugh,
}
