"""Tables of points for suspected clots: Wells for embolism (2000), Wells for deep vein thrombosis (2003), PERC (Kline 2004).

Wells PE: signs of DVT 3, embolism the likeliest diagnosis 3, rate above 100 1.5, immobile or operated on within four weeks
1.5, previous DVT or PE 1.5, haemoptysis 1, cancer 1. Wells DVT: cancer, paralysis or plaster, bedridden or operated on
within twelve weeks, tenderness along the deep veins, whole leg swollen, calf more than 3 cm larger, pitting oedema on that
side, collateral veins, previous DVT 1 each; another diagnosis at least as likely -2. PERC: age from 50, rate from 100,
saturation below 95 %, one leg swollen, haemoptysis, operation or trauma within four weeks, previous DVT or PE, oestrogen.

They refuse the edges on which printed versions differ: operations four to twelve weeks ago, calves exactly 3 cm larger,
three days in bed.
"""

from __future__ import annotations

from typing import Final

from evalcenter.generators.point_score import (
    PER_MINUTE,
    YEARS,
    Level,
    Part,
    Score,
    background,
    finding,
    measured,
    remark,
)
from evalcenter.generators.points_heart import AGE

_RATE: Final = (("心率", "脉搏"), ("heart rate", "pulse"))
_COUGH: Final = (("咯血",), ("haemoptysis", "hemoptysis", "coughing blood"))
_CANCER: Final = (("肿瘤", "癌"), ("cancer", "malignancy"))
_BEFORE: Final = (("血栓史", "血栓栓塞史"), ("thrombosis", "clots", "venous thromboembolism"))
_REST: Final = (("手术", "卧床", "制动"), ("surgery", "immobilisation", "immobility", "operation"))
_CANCER_SAID: Final = (
    (
        ("肺癌，化疗中", "lung cancer, on chemotherapy"),
        ("结肠癌，姑息治疗", "colon cancer, palliative care"),
    ),
    (("无", "none"),),
    (("乳腺癌，12 年前治愈，已停药", "breast cancer, cured and off treatment for 12 years"),),
)
_NOISE: Final = (
    remark(("吸烟", "Smoking"), ("每日 20 支", "twenty cigarettes a day")),
    remark(("家族史", "Family history"), ("父亲高血压", "father hypertensive")),
    remark(("胸痛", "Chest pain"), ("吸气时加重", "worse on breathing in")),
    background(("体温", "Temperature"), ("℃", "℃"), (364, 379), places=1),
    background(("收缩压", "Systolic pressure"), ("mmHg", "mmHg"), (104, 148)),
)

WELLS_PE: Final = Score(
    parts=(
        finding(
            "DVT体征/signs",
            ("下肢检查", "Leg examination"),
            (("下肢", "腿"), ("leg examination", "legs", "leg")),
            "3",
            (
                (("左小腿肿胀，沿深静脉压痛", "left calf swollen, tender along the deep veins"),),
                (("无肿胀，无压痛", "no swelling, no tenderness"),),
                (("双踝轻度对称性水肿，无压痛", "slight oedema of both ankles, no tenderness"),),
            ),
        ),
        Part(
            key="最可能/likeliest",
            label=("医生判断", "Clinician's view"),
            names=(("医生判断", "其他诊断", "替代诊断"), ("clinician's view", "alternative diagnosis", "judgement")),
            levels=(
                Level(
                    points="3",
                    weight=2,
                    mistaken="1",
                    said=(
                        ("肺栓塞比其他诊断都更可能", "pulmonary embolism likelier than any other diagnosis"),
                        ("没有比肺栓塞更可能的诊断", "no other diagnosis is as likely as pulmonary embolism"),
                    ),
                ),
                Level(
                    points="0",
                    weight=3,
                    said=(
                        ("肺炎比肺栓塞更可能", "pneumonia likelier than pulmonary embolism"),
                        ("更像急性心衰，而非肺栓塞", "acute heart failure likelier than embolism"),
                    ),
                ),
            ),
        ),
        measured("心率/rate", ("心率", "Heart rate"), _RATE, PER_MINUTE, (("0", (66, 100)), ("1.5", (101, 138)))),
        finding(
            "制动/immobile",
            ("近期活动与手术", "Recent mobility and surgery"),
            _REST,
            "1.5",
            (
                (
                    ("两周前髋关节置换术", "hip replacement two weeks ago"),
                    ("因骨折卧床 8 天", "in bed for 8 days with a fracture"),
                ),
                (("活动如常，未手术", "walks as usual, no surgery"),),
                (("五个月前胆囊手术，活动如常", "gallbladder surgery five months ago, walks as usual"),),
            ),
        ),
        finding(
            "既往/previous",
            ("血栓史", "Previous thrombosis"),
            _BEFORE,
            "1.5",
            (
                (
                    ("六年前深静脉血栓", "deep vein thrombosis six years ago"),
                    ("曾患肺栓塞", "one earlier pulmonary embolism"),
                ),
                (("无", "none"),),
            ),
        ),
        finding(
            "咯血/haemoptysis",
            ("咯血", "Haemoptysis"),
            _COUGH,
            "1",
            ((("今晨一次", "once this morning"), ("痰中带鲜血", "fresh blood in the sputum")), (("无", "none"),)),
        ),
        finding("肿瘤/cancer", ("肿瘤", "Cancer"), _CANCER, "1", _CANCER_SAID),
    ),
    asks=(
        ("怀疑肺栓塞，请按原始(三级)Wells 评分计算总分，可有半分。", "请用 Wells 肺栓塞评分(非简化版)给这位患者打分。"),
        (
            "Suspected pulmonary embolism: what is the Wells score (original weights, halves possible)?",
            "Please work out the Wells score for pulmonary embolism, not the simplified version.",
        ),
    ),
    noise=_NOISE,
)

WELLS_DVT: Final = Score(
    parts=(
        finding("肿瘤/cancer", ("肿瘤", "Cancer"), _CANCER, "1", _CANCER_SAID),
        finding(
            "瘫痪/paresis",
            ("患肢活动", "Movement of the leg"),
            (("患肢活动", "瘫痪", "石膏"), ("movement of the leg", "paralysis", "plaster")),
            "1",
            (
                (("上月起石膏固定", "in plaster since last month"), ("卒中后瘫痪", "paralysed after a stroke")),
                (("活动自如", "moves freely"),),
            ),
        ),
        finding(
            "卧床/bedridden",
            ("近期卧床与手术", "Recent bed rest and surgery"),
            _REST,
            "1",
            (
                (
                    ("卧床 7 天", "in bed for 7 days"),
                    ("两周前全麻下胃切除术", "gastrectomy under general anaesthesia two weeks ago"),
                ),
                (("未卧床，未手术", "neither"),),
                (("半年前疝修补术", "hernia repair half a year ago"),),
            ),
        ),
        finding(
            "压痛/tender",
            ("压痛", "Tenderness"),
            (("压痛",), ("tenderness",)),
            "1",
            (
                (("沿深静脉走行有局部压痛", "localised, along the deep veins"),),
                (("无", "none"),),
                (("仅膝关节内侧间隙压痛", "only over the inner joint line of the knee"),),
            ),
        ),
        finding(
            "全腿/whole leg",
            ("肿胀范围", "Extent of swelling"),
            (("肿胀范围", "整条腿"), ("extent of swelling", "whole leg", "entire leg")),
            "1",
            ((("整条腿肿胀", "the whole leg is swollen"),), (("大腿不肿", "the thigh is not swollen"),)),
        ),
        finding(
            "小腿/calf",
            ("小腿周径差(胫骨结节下 10 cm)", "Calf girth, 10 cm below the tibial tuberosity"),
            (("周径",), ("girth", "circumference")),
            "1",
            (
                (
                    ("患侧大 4.5 cm", "4.5 cm more on the painful side"),
                    ("患侧大 5 cm", "5 cm more on the painful side"),
                ),
                (("两侧相等", "equal on both sides"),),
                (
                    ("患侧大 1.5 cm", "1.5 cm more on the painful side"),
                    ("患侧大 2 cm", "2 cm more on the painful side"),
                ),
            ),
        ),
        finding(
            "凹陷性水肿/pitting",
            ("水肿", "Oedema"),
            (("水肿",), ("oedema", "edema")),
            "1",
            (
                (("凹陷性，仅限患肢", "pitting, confined to the painful leg"),),
                (("无", "none"),),
                (("双下肢对称性凹陷性水肿", "pitting, the same in both legs"),),
            ),
        ),
        finding(
            "侧支静脉/collaterals",
            ("浅静脉", "Superficial veins"),
            (("浅静脉", "侧支"), ("superficial veins", "collateral")),
            "1",
            (
                (("有侧支浅静脉(非曲张)", "collateral, not varicose"),),
                (("未见扩张", "not dilated"),),
                (("仅有多年的静脉曲张", "only varicose veins, for years"),),
            ),
        ),
        finding(
            "既往/previous",
            ("血栓史", "Previous thrombosis"),
            _BEFORE,
            "1",
            ((("五年前确诊深静脉血栓", "deep vein thrombosis confirmed five years ago"),), (("无", "none"),)),
        ),
        Part(
            key="其他诊断/alternative",
            label=("医生判断", "Clinician's view"),
            names=(("医生判断", "替代诊断"), ("clinician's view", "alternative diagnosis")),
            levels=(
                Level(
                    points="-2",
                    mistaken="0",
                    said=(
                        ("蜂窝织炎的可能不低于深静脉血栓", "cellulitis at least as likely as deep vein thrombosis"),
                        ("腘窝囊肿破裂更可能", "a ruptured Baker's cyst is likelier"),
                    ),
                ),
                Level(
                    points="0",
                    weight=2,
                    mistaken="1",
                    said=(("没有同样可能的其他诊断", "no other diagnosis is as likely"),),
                ),
            ),
        ),
    ),
    asks=(
        (
            "怀疑下肢深静脉血栓，请计算 Wells 评分(2003 年含既往血栓的版本)。",
            "请按 Wells 深静脉血栓评分(含“既往血栓”一项)给出总分。",
        ),
        (
            "Suspected deep vein thrombosis of the leg: what is the Wells score (2003 version)?",
            "Please work out the Wells DVT score in the version that counts earlier DVT.",
        ),
    ),
    noise=_NOISE[:2] + _NOISE[3:],
    least="-2",
)

PERC: Final = Score(
    parts=(
        measured("年龄/age", ("年龄", "Age"), AGE, YEARS, (("0", (19, 49)), ("1", (50, 78)))),
        measured("心率/rate", ("心率", "Heart rate"), _RATE, PER_MINUTE, (("0", (62, 99)), ("1", (100, 132)))),
        measured(
            "血氧/saturation",
            ("未吸氧血氧饱和度", "Oxygen saturation on room air"),
            (("血氧", "氧饱和度"), ("saturation", "oximetry")),
            ("%", "%"),
            (("0", (95, 99)), ("1", (88, 94))),
        ),
        finding(
            "单腿肿/leg",
            ("下肢检查", "Leg examination"),
            (("下肢", "腿"), ("leg examination", "legs", "leg")),
            "1",
            (
                (("右小腿较左侧明显肿胀", "right calf clearly more swollen than the left"),),
                (("无肿胀", "no swelling"),),
                (("双踝对称轻度水肿", "slight, equal swelling of both ankles"),),
            ),
        ),
        finding(
            "咯血/haemoptysis",
            ("咯血", "Haemoptysis"),
            _COUGH,
            "1",
            ((("昨夜一次", "once last night"),), (("无", "none"),)),
        ),
        finding(
            "手术外伤/surgery",
            ("近期手术或外伤", "Recent surgery or trauma"),
            (("手术", "外伤"), ("surgery", "trauma")),
            "1",
            (
                (
                    ("两周前膝关节镜手术(全麻)", "knee arthroscopy under general anaesthesia two weeks ago"),
                    ("十天前车祸住院", "in hospital after a car crash ten days ago"),
                ),
                (("无", "none"),),
                (("去年阑尾切除", "appendix removed last year"),),
            ),
        ),
        finding(
            "既往/previous",
            ("血栓史", "Previous thrombosis"),
            _BEFORE,
            "1",
            ((("曾患深静脉血栓", "one earlier deep vein thrombosis"),), (("无", "none"),)),
        ),
        finding(
            "雌激素/oestrogen",
            ("激素用药", "Hormones"),
            (("激素", "雌激素"), ("hormones", "oestrogen", "estrogen")),
            "1",
            (
                (
                    ("口服含雌激素的避孕药", "a contraceptive pill with oestrogen"),
                    ("更年期雌激素替代", "oestrogen replacement"),
                ),
                (("未用", "none taken"),),
                (("左甲状腺素", "levothyroxine"),),
            ),
        ),
    ),
    asks=(
        ("低度怀疑肺栓塞。PERC 规则里有几条是阳性(不能排除)？", "用 PERC 规则排查：阳性的条目有几条？"),
        (
            "Low suspicion of pulmonary embolism. How many of the PERC criteria are positive?",
            "Apply the PERC rule: how many of its criteria speak against ruling out an embolism?",
        ),
    ),
    noise=_NOISE,
    asked=("阳性条数", "the number of positive criteria"),
)
