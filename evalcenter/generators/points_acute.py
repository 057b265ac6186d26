"""Tables of points for the acutely ill: CURB-65 (Lim 2003), qSOFA (Singer 2016), NEWS2 (Royal College of Physicians 2017).

CURB-65: confusion, urea above 7 mmol/L, rate from 30, systolic below 90 or diastolic up to 60, age from 65, 1 each. qSOFA:
rate from 22, systolic up to 100, altered mentation, 1 each. NEWS2: the bands stand in the table below; saturation has two
scales, the second only for a prescribed target of 88 to 92 %; oxygen 2; anything but alert, new confusion included, 3.

They refuse the disputed edges of CURB-65: diastolic exactly 60 mmHg, urea from 7.0 to 7.2 mmol/L or from 19 to 20 mg/dL.
"""

from __future__ import annotations

from typing import Final

from evalcenter.generators.point_score import (
    PER_MINUTE,
    YEARS,
    Level,
    Part,
    Scale,
    Score,
    background,
    finding,
    measured,
    remark,
)
from evalcenter.generators.points_heart import AGE

_BREATHS: Final = (("呼吸",), ("respiratory rate", "breathing rate", "breaths"))
_SYSTOLIC: Final = (("收缩压", "血压"), ("systolic", "blood pressure"))
_MIND: Final = (("意识", "神志"), ("mental state", "consciousness", "alertness"))
_MMHG: Final = ("mmHg", "mmHg")

CURB_65: Final = Score(
    parts=(
        finding(
            "C",
            ("意识", "Mental state"),
            _MIND,
            "1",
            (
                (
                    ("新出现的定向障碍", "newly disoriented"),
                    ("本次起病后说不清时间地点", "confused about time and place since yesterday"),
                ),
                (("清楚，定向力正常", "alert and oriented"),),
                (("听力差，定向力正常", "hard of hearing, oriented"),),
            ),
        ),
        Part(
            key="U",
            label=("血尿素", "Blood urea"),
            names=(("尿素",), ("urea", "BUN")),
            levels=(Level(points="1", weight=2), Level(points="0", weight=3)),
            scales=(
                Scale(unit=("mmol/L", "mmol/L"), places=1, spans=(((73, 190),), ((32, 69),))),
                Scale(unit=("mg/dL", "mg/dL"), langs=("en",), label=("", "BUN"), spans=(((21, 54),), ((9, 18),))),
            ),
        ),
        measured("R", ("呼吸频率", "Respiratory rate"), _BREATHS, PER_MINUTE, (("0", (16, 29)), ("1", (30, 40)))),
        Part(
            key="B",
            label=("血压", "Blood pressure"),
            names=(("血压",), ("blood pressure", "BP")),
            levels=(
                Level(points="0", weight=3),
                Level(points="1", mistaken="0"),
                Level(points="1", mistaken="0"),
                Level(points="1"),
            ),
            scales=(
                Scale(
                    unit=_MMHG,
                    spans=(
                        ((94, 148), (64, 86)),
                        ((94, 118), (44, 58)),
                        ((80, 89), (62, 68)),
                        ((70, 89), (40, 58)),
                    ),
                ),
            ),
        ),
        measured("65", ("年龄", "Age"), AGE, YEARS, (("0", (28, 64)), ("1", (65, 93)))),
    ),
    asks=(
        ("社区获得性肺炎，请计算 CURB-65 评分。", "请给这位社区获得性肺炎患者打 CURB-65 分。"),
        (
            "Community-acquired pneumonia: what is the CURB-65 score?",
            "Please work out CURB-65 for this patient with community-acquired pneumonia.",
        ),
    ),
    noise=(
        background(("体温", "Temperature"), ("℃", "℃"), (376, 399), places=1),
        background(("心率", "Heart rate"), PER_MINUTE, (92, 128)),
        background(("血氧饱和度", "Oxygen saturation"), ("%", "%"), (88, 96)),
        background(("白细胞", "White cells"), ("×10⁹/L", "×10⁹/L"), (92, 214), places=1),
    ),
)

QSOFA: Final = Score(
    parts=(
        measured(
            "呼吸/rate", ("呼吸频率", "Respiratory rate"), _BREATHS, PER_MINUTE, (("0", (12, 21)), ("1", (22, 38)))
        ),
        measured(
            "收缩压/systolic", ("收缩压", "Systolic pressure"), _SYSTOLIC, _MMHG, (("1", (74, 100)), ("0", (101, 152)))
        ),
        finding(
            "意识/mentation",
            ("意识", "Mental state"),
            _MIND,
            "1",
            (
                (("嗜睡，GCS 13 分", "drowsy, Glasgow 13"), ("新发谵妄", "new delirium"), ("GCS 14 分", "Glasgow 14")),
                (("清楚，GCS 15 分", "alert, Glasgow 15"), ("神志清，对答切题", "alert, answers to the point")),
            ),
        ),
    ),
    asks=(
        ("疑似感染，请计算 qSOFA 评分。", "怀疑脓毒症，床旁 qSOFA 是几分？"),
        (
            "Suspected infection: what is the qSOFA score?",
            "Please give the qSOFA of this patient who may be septic.",
        ),
    ),
    noise=(
        background(("体温", "Temperature"), ("℃", "℃"), (382, 402), places=1),
        background(("心率", "Heart rate"), PER_MINUTE, (92, 138)),
        background(("白细胞", "White cells"), ("×10⁹/L", "×10⁹/L"), (128, 246), places=1),
        background(("乳酸", "Lactate"), ("mmol/L", "mmol/L"), (21, 58), places=1),
        background(("血小板", "Platelets"), ("×10⁹/L", "×10⁹/L"), (62, 240)),
    ),
)

_SATURATION: Final = (("血氧", "氧饱和度"), ("saturation", "oximetry"))
_OXYGEN: Final = Level(
    points="2",
    said=(("鼻导管吸氧 2 L/min", "oxygen 2 L/min by nasal cannula"), ("面罩吸氧", "oxygen by mask")),
    mistaken="0",
)
_AIR: Final = Level(points="0", said=(("空气，未吸氧", "room air"),))


def _gas(*levels: Level) -> Part:
    return Part(key="氧/O2", label=("吸入气", "Breathing"), levels=levels)


def _saturation(*bands: tuple[str, tuple[int, int], str]) -> Part:
    """Saturation in %: points, values, and the points that the other scale would give ("" where they are the same)."""
    return Part(
        key="SpO2",
        label=("血氧饱和度", "Oxygen saturation"),
        names=_SATURATION,
        levels=tuple(Level(points=points, mistaken=other) for points, _, other in bands),
        scales=(Scale(unit=("%", "%"), spans=tuple((span,) for _, span, _ in bands)),),
    )


_SCALE_1: Final = remark(("目标血氧", "Target saturation"), ("94～98%，用量表 1", "94 to 98 %, scale 1"), mistaken="")
_SCALE_2: Final = remark(
    ("目标血氧", "Target saturation"),
    ("高碳酸血症型呼吸衰竭，医嘱 88～92%，用量表 2", "88 to 92 %, prescribed for hypercapnic failure, scale 2"),
    mistaken="",
)

NEWS2: Final = Score(
    parts=(
        measured(
            "呼吸/rate",
            ("呼吸频率", "Respiratory rate"),
            _BREATHS,
            PER_MINUTE,
            (("3", (6, 8)), ("1", (9, 11)), ("0", (12, 20)), ("2", (21, 24)), ("3", (25, 36))),
        ),
        measured(
            "收缩压/systolic",
            ("收缩压", "Systolic pressure"),
            _SYSTOLIC,
            _MMHG,
            (("3", (72, 90)), ("2", (91, 100)), ("1", (101, 110)), ("0", (111, 219)), ("3", (220, 238))),
        ),
        measured(
            "脉搏/pulse",
            ("脉搏", "Pulse"),
            (("脉搏", "心率"), ("pulse", "heart rate")),
            PER_MINUTE,
            (("3", (34, 40)), ("1", (41, 50)), ("0", (51, 90)), ("1", (91, 110)), ("2", (111, 130)), ("3", (131, 152))),
        ),
        Part(
            key="意识/consciousness",
            label=("意识", "Consciousness"),
            names=_MIND,
            levels=(
                Level(points="0", weight=3, said=(("清醒(A)", "alert (A)"),)),
                Level(points="3", mistaken="0", said=(("新发意识模糊(C)", "new confusion (C)"),)),
                Level(points="3", mistaken="1", said=(("呼唤有反应(V)", "responds to voice (V)"),)),
            ),
        ),
        Part(
            key="体温/temperature",
            label=("体温", "Temperature"),
            names=(("体温",), ("temperature",)),
            levels=tuple(Level(points=points) for points in ("3", "1", "0", "1", "2")),
            scales=(
                Scale(
                    unit=("℃", "℃"),
                    places=1,
                    spans=(((340, 350),), ((351, 360),), ((361, 380),), ((381, 390),), ((391, 403),)),
                ),
            ),
        ),
    ),
    variants=(
        (
            _SCALE_1,
            _gas(_AIR, _OXYGEN),
            _saturation(
                ("3", (85, 87), "1"),
                ("3", (88, 91), "0"),
                ("2", (92, 93), "0"),
                ("1", (94, 95), "0"),
                ("0", (96, 99), ""),
            ),
        ),
        (
            _SCALE_2,
            _gas(_AIR),
            _saturation(
                ("3", (78, 83), ""),
                ("2", (84, 85), "3"),
                ("1", (86, 87), "3"),
                ("0", (88, 91), "3"),
                ("0", (92, 95), "2"),
            ),
        ),
        (
            _SCALE_2,
            _gas(_OXYGEN),
            _saturation(
                ("2", (84, 85), "3"),
                ("1", (86, 87), "3"),
                ("0", (88, 91), "3"),
                ("1", (93, 94), "0"),
                ("2", (95, 96), "0"),
                ("3", (97, 99), "0"),
            ),
        ),
    ),
    asks=(
        ("请计算 NEWS2(国家早期预警评分)总分。", "护理记录需要 NEWS2 总分，请算出来。"),
        ("What is the NEWS2 total?", "Please add up NEWS2 (National Early Warning Score) from these observations."),
    ),
    noise=(
        background(("舒张压", "Diastolic pressure"), _MMHG, (52, 96)),
        background(("尿量", "Urine output"), ("mL/h", "mL/h"), (18, 90)),
        background(("指尖血糖", "Capillary glucose"), ("mmol/L", "mmol/L"), (48, 118), places=1),
        background(("疼痛评分", "Pain score"), ("/10", "/10"), (2, 8)),
    ),
)
