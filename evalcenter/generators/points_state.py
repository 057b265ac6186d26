"""Tables of points for a state: Glasgow Coma Scale (1974, 1976), Apgar (1953), Child-Pugh (1973, with INR).

Glasgow: eyes 1 to 4, speech 1 to 5, movement 1 to 6. Apgar: colour, heart rate (below or above 100), reflexes, tone,
breathing, 0 to 2 each. Child-Pugh: bilirubin below 2, 2 to 3, above 3 mg/dL (34 and 51 μmol/L); albumin above 35, 28 to 35,
below 28 g/L; INR below 1.7, 1.7 to 2.3, above 2.3 (seconds over control: up to 3, 4 to 6, above 6); ascites and
encephalopathy none, slight, marked, 1 to 3 each.

They refuse what tables print differently: a heart rate of exactly 100, albumin of 28 and 29 g/L, bilirubin from 33 to 36 and
from 49 to 53 μmol/L.
"""

from __future__ import annotations

from typing import Final

from evalcenter.generators.point_score import Level, Part, Scale, Score, Words, background, remark


def _graded(
    key: str, label: Words, names: tuple[tuple[str, ...], tuple[str, ...]], *said: tuple[Words, ...], low: int = 0
) -> Part:
    """A part whose levels are worth `low`, `low` + 1, …, each with its wordings."""
    levels = tuple(Level(points=str(low + number), said=words) for number, words in enumerate(said))
    return Part(key=key, label=label, names=names, levels=levels)


GLASGOW: Final = Score(
    parts=(
        _graded(
            "E",
            ("睁眼反应", "Eye response"),
            (("睁眼",), ("eye response", "eyes", "eye opening")),
            (
                ("压甲床也不睁", "stay shut when the nail bed is pressed"),
                ("任何刺激都不睁", "do not open to anything"),
                ("重压眶上也不睁", "stay shut even to supraorbital pressure"),
            ),
            (
                ("压甲床时睁眼", "open when the nail bed is pressed"),
                ("仅疼痛刺激时睁眼", "open to pain only"),
                ("呼唤不睁，捏耳垂才睁", "shut to voice, open when the earlobe is pinched"),
            ),
            (
                ("闭目，呼唤后睁眼", "shut, open when spoken to"),
                ("叫名字才睁眼", "open when the name is called"),
                ("大声喊才睁眼", "open at a shout"),
            ),
            (
                ("自主睁眼", "open spontaneously"),
                ("睁着，会看向来人", "open, following people"),
                ("未刺激即睁眼", "open without any stimulus"),
            ),
            low=1,
        ),
        _graded(
            "V",
            ("言语反应", "Verbal response"),
            (("言语", "语言"), ("verbal response", "verbal", "speech")),
            (
                ("无声(未插管)", "no sound (not intubated)"),
                ("不发声，无气管插管", "silent, no tube in the airway"),
                ("任何刺激下都不出声，气道通畅", "mute to every stimulus, airway clear"),
            ),
            (
                ("只有呻吟", "moans only"),
                ("发出声音，听不成词", "sounds, no words"),
                ("哼哼，听不清词", "groans, nothing intelligible"),
            ),
            (
                ("零星单词，不成句", "single words, no sentences"),
                ("偶尔骂人，答非所问", "swears now and then, no conversation"),
                ("只蹦出个别词，无法交谈", "isolated words, cannot converse"),
            ),
            (
                ("能成句，但说错年份和地点", "talks in sentences, wrong year and place"),
                ("对话混乱，定向不清", "confused talk, disoriented"),
                ("能交谈，以为自己在家里", "converses, but believes to be at home"),
            ),
            (
                ("说得出姓名、地点和日期", "gives name, place and date"),
                ("定向正确，对答切题", "oriented, answers to the point"),
                ("人物、地点、时间都答对", "right about person, place and time"),
            ),
            low=1,
        ),
        _graded(
            "M",
            ("运动反应", "Motor response"),
            (("运动反应", "肢体反应", "运动评分"), ("motor response", "motor")),
            (
                ("疼痛刺激无反应", "none, even to pain"),
                ("肢体不动", "the limbs stay still to pain"),
                ("压甲床四肢毫无动作", "not a flicker when the nail bed is pressed"),
            ),
            (
                ("疼痛刺激时肘部伸直", "elbows straighten to pain"),
                ("刺痛时上肢伸直内旋", "arms extend and rotate inwards to pain"),
                ("去脑强直样伸展", "decerebrate extension"),
            ),
            (
                ("疼痛刺激时上肢缓慢异常屈曲(去皮质姿势)", "slow abnormal bending of the arms to pain (decorticate)"),
                ("刺痛时屈肘、腕屈、拇指内收，异常屈曲", "abnormal flexion to pain, wrist bent, thumb tucked in"),
                ("去皮质样屈曲", "decorticate posturing"),
            ),
            (
                ("刺痛时肢体快速缩回", "quick withdrawal from pain"),
                ("压甲床时正常屈曲躲避，手不越过锁骨", "normal flexion away from pain"),
                ("捏手指即抽回手", "pulls the hand back when a finger is pinched"),
            ),
            (
                ("压眶时手抬过锁骨去推", "hand goes above the collarbone to push the stimulus away"),
                ("能定位疼痛", "localises pain"),
                ("捏斜方肌时伸手来挡", "reaches for the hand that squeezes the trapezius"),
            ),
            (
                ("按吩咐动作", "obeys commands"),
                ("嘱伸舌、握手均能完成", "puts out the tongue and squeezes a hand on request"),
                ("让抬右手就抬右手", "lifts the right hand when asked"),
            ),
            low=1,
        ),
    ),
    never=(
        *(((("E", "1"), ("V", speech))) for speech in ("3", "4", "5")),
        *(((("E", "1"), ("M", move))) for move in ("6",)),
        *(((("V", speech), ("M", move))) for speech in ("4", "5") for move in ("1", "2", "3", "4")),
        *(((("V", "3"), ("M", move))) for move in ("1", "2", "3")),
        *(((("E", "4"), ("M", move))) for move in ("1", "2", "3")),
        (("E", "2"), ("V", "5")),
        (("V", "5"), ("M", "5")),
        (("E", "2"), ("M", "6")),
    ),
    asks=(
        ("头部外伤后，请给出格拉斯哥昏迷评分(GCS)总分。", "按格拉斯哥昏迷量表，总分是多少？"),
        ("After a head injury: what is the Glasgow Coma Scale total?", "Please add up the Glasgow Coma Scale."),
    ),
    noise=(
        background(("血压(收缩压)", "Systolic pressure"), ("mmHg", "mmHg"), (96, 172), mistaken=""),
        background(("心率", "Heart rate"), ("次/分", "/min"), (52, 124), mistaken=""),
        background(("血糖", "Glucose"), ("mmol/L", "mmol/L"), (46, 112), places=1, mistaken=""),
        remark(
            ("瞳孔", "Pupils"),
            ("等大，对光反射灵敏", "equal, reacting to light"),
            ("左侧散大", "left one wide"),
            mistaken="",
        ),
        remark(("头皮", "Scalp"), ("左颞部 3 cm 裂伤", "3 cm cut over the left temple"), mistaken=""),
    ),
)

APGAR: Final = Score(
    parts=(
        _graded(
            "肤色/colour",
            ("皮肤颜色", "Colour"),
            (("皮肤颜色", "肤色"), ("colour", "color", "skin")),
            (("全身青紫", "blue all over"), ("全身苍白", "pale all over")),
            (
                ("躯干红，四肢青紫", "body pink, hands and feet blue"),
                ("身体粉红，手足发绀", "pink trunk, cyanosed limbs"),
            ),
            (("全身红润", "pink all over"), ("周身粉红", "completely pink")),
        ),
        Part(
            key="心率/heart rate",
            label=("心率", "Heart rate"),
            names=(("心率", "心跳"), ("heart rate", "pulse")),
            levels=(Level(points="1"), Level(points="2", weight=2)),
            scales=(Scale(unit=("次/分", "/min"), spans=(((48, 98),), ((102, 168),))),),
        ),
        _graded(
            "反射/reflex",
            ("弹足底反应", "Response to flicking the sole"),
            (("弹足底", "刺激反应", "反射"), ("response to flicking", "reflex", "grimace")),
            (("无反应", "none"), ("毫无反应", "no response at all")),
            (("皱眉", "a grimace"), ("仅面部略动", "a slight grimace only")),
            (("打喷嚏", "sneezes"), ("咳嗽并躲避", "coughs and pulls away")),
        ),
        _graded(
            "肌张力/tone",
            ("肌张力", "Muscle tone"),
            (("肌张力",), ("muscle tone", "tone")),
            (("松软", "limp"), ("四肢松弛", "floppy")),
            (("四肢略屈曲", "some flexion of the limbs"), ("四肢稍有屈曲", "slight flexion of arms and legs")),
            (("四肢活动好", "moves actively"), ("活动有力", "active movements")),
        ),
        _graded(
            "呼吸/breathing",
            ("呼吸", "Respiration"),
            (("呼吸",), ("respiration", "breathing")),
            (("无呼吸", "absent"), ("未见呼吸", "none seen")),
            (("慢而不规则", "slow and irregular"), ("微弱、不规则", "weak and irregular")),
            (("规则，哭声响", "good, with a strong cry"), ("良好，大声啼哭", "vigorous crying")),
        ),
    ),
    never=(
        (("呼吸/breathing", "0"), ("反射/reflex", "2")),
        (("呼吸/breathing", "0"), ("肌张力/tone", "2")),
        (("呼吸/breathing", "0"), ("肤色/colour", "2")),
        (("呼吸/breathing", "2"), ("肌张力/tone", "0")),
        (("呼吸/breathing", "2"), ("反射/reflex", "0")),
        (("心率/heart rate", "1"), ("肤色/colour", "2")),
    ),
    asks=(
        ("请计算这次评估的 Apgar 评分。", "请按 Apgar 评分法给这名新生儿打分。"),
        ("What is the Apgar score at this assessment?", "Please work out the Apgar score of this newborn."),
    ),
    noise=(
        background(("出生体重", "Birth weight"), ("g", "g"), (2350, 4120), mistaken=""),
        background(("脐动脉血 pH", "Umbilical artery pH"), ("", ""), (698, 736), places=2, mistaken=""),
        background(("身长", "Length"), ("cm", "cm"), (46, 53), mistaken=""),
        remark(("羊水", "Amniotic fluid"), ("清", "clear"), ("Ⅱ 度污染", "stained with meconium")),
        remark(("分娩方式", "Delivery"), ("剖宫产", "caesarean"), ("顺产", "vaginal")),
    ),
    subject="newborn",
)

_THREE: Final = (Level(points="1"), Level(points="2", mistaken="1"), Level(points="3", mistaken="2"))

CHILD_PUGH: Final = Score(
    parts=(
        Part(
            key="胆红素/bilirubin",
            label=("总胆红素", "Total bilirubin"),
            names=(("胆红素",), ("bilirubin",)),
            levels=_THREE,
            scales=(
                Scale(unit=("μmol/L", "μmol/L"), spans=(((12, 32),), ((37, 48),), ((54, 190),))),
                Scale(unit=("mg/dL", "mg/dL"), langs=("en",), places=1, spans=(((7, 19),), ((20, 30),), ((31, 118),))),
            ),
        ),
        Part(
            key="白蛋白/albumin",
            label=("白蛋白", "Albumin"),
            names=(("白蛋白",), ("albumin",)),
            levels=_THREE,
            scales=(
                Scale(unit=("g/L", "g/L"), spans=(((36, 44),), ((30, 35),), ((19, 27),))),
                Scale(unit=("g/dL", "g/dL"), langs=("en",), places=1, spans=(((36, 44),), ((30, 35),), ((19, 27),))),
            ),
        ),
        Part(
            key="凝血/clotting",
            label=("INR", "INR"),
            names=(("INR", "凝血酶原"), ("INR", "prothrombin")),
            levels=_THREE,
            scales=(
                Scale(places=1, spans=(((10, 16),), ((17, 22),), ((24, 36),))),
                Scale(
                    label=("凝血酶原时间较对照延长", "Prothrombin time over control"),
                    unit=("秒", "s"),
                    langs=("zh",),
                    spans=(((1, 3),), ((4, 6),), ((7, 14),)),
                ),
            ),
        ),
        Part(
            key="腹水/ascites",
            label=("腹水", "Ascites"),
            names=(("腹水",), ("ascites",)),
            levels=(
                Level(points="1", said=(("超声未见", "none on ultrasound"), ("无", "none"))),
                Level(points="2", said=(("轻度", "slight"), ("轻度，利尿剂可控制", "slight, controlled by diuretics"))),
                Level(
                    points="3",
                    mistaken="2",
                    said=(("中重度", "moderate to severe"), ("大量，利尿剂无效", "tense, despite diuretics")),
                ),
            ),
        ),
        Part(
            key="肝性脑病/encephalopathy",
            label=("肝性脑病", "Encephalopathy"),
            names=(("脑病",), ("encephalopathy",)),
            levels=(
                Level(points="1", weight=2, said=(("无", "none"),)),
                Level(points="2", said=(("Ⅰ 级", "grade 1"), ("Ⅱ 级", "grade 2"))),
                Level(points="3", mistaken="2", said=(("Ⅲ 级", "grade 3"), ("Ⅳ 级", "grade 4"))),
            ),
        ),
    ),
    asks=(
        ("乙肝肝硬化患者，请计算 Child-Pugh 评分的总分。", "酒精性肝硬化，用药前请给出 Child-Pugh 总分。"),
        (
            "Cirrhosis from hepatitis C: what is the Child-Pugh score (the number, not the class)?",
            "Alcoholic cirrhosis. Before a drug is dosed, please give the Child-Pugh total.",
        ),
    ),
    noise=(
        background(("ALT", "ALT"), ("U/L", "U/L"), (34, 180)),
        background(("血小板", "Platelets"), ("×10⁹/L", "×10⁹/L"), (42, 140)),
        background(("血肌酐", "Creatinine"), ("μmol/L", "μmol/L"), (58, 172)),
        background(("血钠", "Sodium"), ("mmol/L", "mmol/L"), (126, 141)),
        remark(("食管静脉", "Oesophageal veins"), ("中度曲张", "medium varices")),
    ),
)
