"""Tables of points for atrial fibrillation: CHA2DS2-VASc (Lip 2010) and HAS-BLED (Pisters 2010).

CHA2DS2-VASc: heart failure 1, hypertension 1, age from 75 2 or from 65 1, diabetes 1, stroke or TIA or thromboembolism 2,
vascular disease 1, female sex 1. HAS-BLED: systolic pressure above 160 1, kidney 1, liver 1, stroke 1, bleeding 1, labile INR 1,
age above 65 1, drugs 1, alcohol 1.

They refuse what versions count differently: coronary disease without infarction, age exactly 65 in HAS-BLED, kidney or liver
values near the limits, and how much alcohol is too much between two and fifteen drinks a week.
"""

from __future__ import annotations

from typing import Final

from evalcenter.generators.point_score import YEARS, Level, Part, Score, background, finding, measured, remark

AGE: Final = (("年龄", "岁数"), ("age", "how old", "date of birth"))
_SEX: Final = Part(
    key="Sc",
    label=("性别", "Sex"),
    names=(("性别", "男女"), ("sex", "gender")),
    levels=(Level(points="1", said=(("女", "female"),), mistaken="0"), Level(points="0", said=(("男", "male"),))),
)

CHA2DS2_VASC: Final = Score(
    parts=(
        finding(
            "C",
            ("心功能", "Heart function"),
            (("心功能", "心力衰竭", "心衰"), ("heart function", "heart failure", "ejection fraction")),
            "1",
            (
                (
                    ("心力衰竭，射血分数 38%", "heart failure, ejection fraction 38 %"),
                    ("慢性心衰，长期服利尿剂", "chronic heart failure, on diuretics"),
                ),
                (("射血分数 62%，无心衰", "ejection fraction 62 %, no heart failure"),),
            ),
        ),
        finding(
            "H",
            ("高血压", "Hypertension"),
            (("高血压", "血压"), ("hypertension", "blood pressure")),
            "1",
            (
                (
                    ("有，服氨氯地平，今测 126/74 mmHg", "yes, on amlodipine, today 126/74 mmHg"),
                    ("病史 10 年，服缬沙坦", "for ten years, on valsartan"),
                ),
                (("无", "none"), ("从未诊断，也未服降压药", "never diagnosed, no treatment")),
            ),
        ),
        measured(
            "A(年龄)/A (age)",
            ("年龄", "Age"),
            AGE,
            YEARS,
            (("0", (44, 64)), ("1", (65, 74)), ("2", (75, 91))),
        ),
        finding(
            "D",
            ("糖尿病", "Diabetes"),
            (("糖尿病", "血糖"), ("diabetes", "diabetic")),
            "1",
            (
                (("2 型，服二甲双胍", "type 2, on metformin"), ("1 型，用胰岛素", "type 1, on insulin")),
                (("无", "none"),),
            ),
        ),
        finding(
            "S2",
            ("脑血管病史", "Cerebrovascular history"),
            (("脑血管", "卒中", "脑梗"), ("cerebrovascular", "stroke")),
            "2",
            (
                (
                    ("三年前脑梗死", "ischaemic stroke three years ago"),
                    ("去年短暂性脑缺血发作", "transient ischaemic attack last year"),
                ),
                (("无卒中或 TIA", "no stroke or TIA"),),
                (("仅有偏头痛", "migraine only"),),
            ),
        ),
        finding(
            "V",
            ("血管病史", "Vascular history"),
            (("血管病史", "心肌梗死", "外周动脉"), ("vascular history", "vascular disease", "infarction")),
            "1",
            (
                (
                    ("陈旧性心肌梗死", "previous myocardial infarction"),
                    ("下肢动脉疾病，间歇性跛行", "peripheral artery disease with claudication"),
                    ("主动脉弓斑块", "aortic arch plaque"),
                ),
                (("无心梗、外周动脉病或主动脉斑块", "no infarction, peripheral artery disease or aortic plaque"),),
                (("下肢静脉曲张", "varicose veins only"),),
            ),
        ),
        _SEX,
    ),
    asks=(
        (
            "患者有非瓣膜性房颤。请计算 CHA₂DS₂-VASc 总分。",
            "非瓣膜性房颤，拟评估卒中风险：CHA₂DS₂-VASc 评分是几分？",
            "请为这位非瓣膜性房颤患者打 CHA₂DS₂-VASc 分(含性别的版本)，给出总分。",
        ),
        (
            "The patient has non-valvular atrial fibrillation. What is the CHA₂DS₂-VASc score?",
            "Non-valvular atrial fibrillation, thromboembolic risk to be assessed: please add up the CHA₂DS₂-VASc score.",
            "Work out the CHA₂DS₂-VASc total (the version that counts female sex) for this patient with atrial fibrillation.",
        ),
    ),
    noise=(
        remark(("血脂", "Lipids"), ("高胆固醇血症", "hypercholesterolaemia")),
        remark(("甲状腺", "Thyroid"), ("甲减，已替代治疗", "hypothyroidism, replaced")),
        remark(("吸烟", "Smoking"), ("每日 10 支", "ten cigarettes a day")),
        remark(("肺部", "Lungs"), ("轻度慢阻肺", "mild COPD")),
        remark(("消化道", "Gut"), ("胃溃疡史", "previous gastric ulcer")),
        remark(("睡眠", "Sleep"), ("睡眠呼吸暂停", "sleep apnoea")),
        background(("静息心率", "Resting heart rate"), ("次/分", "/min"), (62, 128)),
    ),
)

HAS_BLED: Final = Score(
    parts=(
        measured(
            "H",
            ("收缩压", "Systolic pressure"),
            (("收缩压", "血压"), ("systolic", "blood pressure")),
            ("mmHg", "mmHg"),
            (("0", (112, 158)), ("1", (162, 194))),
        ),
        finding(
            "A(肾)/A (kidney)",
            ("肾脏情况", "Kidney status"),
            (("肾",), ("kidney", "renal", "creatinine")),
            "1",
            (
                (
                    ("维持性血液透析", "on maintenance haemodialysis"),
                    ("肾移植术后", "kidney transplant"),
                    ("血肌酐 268 μmol/L", "serum creatinine 268 μmol/L (3.0 mg/dL)"),
                ),
                (
                    ("血肌酐 81 μmol/L", "serum creatinine 81 μmol/L (0.9 mg/dL)"),
                    ("无肾病史，肌酐正常", "creatinine normal"),
                ),
                (("血肌酐 138 μmol/L", "serum creatinine 138 μmol/L (1.6 mg/dL)"),),
            ),
        ),
        finding(
            "A(肝)/A (liver)",
            ("肝脏情况", "Liver status"),
            (("肝",), ("liver", "hepatic")),
            "1",
            (
                (
                    ("肝硬化", "cirrhosis"),
                    ("胆红素为上限的 3 倍，ALT 为上限的 5 倍", "bilirubin 3 times and ALT 5 times the upper limit"),
                ),
                (("肝功能正常", "function tests normal"),),
                (
                    (
                        "脂肪肝，ALT 为上限的 1.3 倍，胆红素正常",
                        "fatty, ALT 1.3 times the upper limit, bilirubin normal",
                    ),
                ),
            ),
        ),
        finding(
            "S",
            ("卒中史", "Stroke"),
            (("卒中",), ("stroke",)),
            "1",
            ((("两年前缺血性卒中", "ischaemic, two years ago"),), (("无", "never"),)),
        ),
        finding(
            "B",
            ("出血史", "Bleeding history"),
            (("出血",), ("bleeding", "haemorrhage")),
            "1",
            (
                (("去年消化道大出血并输血", "major gastrointestinal bleed with transfusion last year"),),
                (("无大出血，无贫血", "no major bleed, no anaemia"),),
            ),
        ),
        finding(
            "L",
            ("华法林控制", "Warfarin control"),
            (("华法林控制", "INR", "TTR", "目标范围"), ("INR", "therapeutic range", "warfarin control")),
            "1",
            (
                (("INR 在目标范围内的时间占 42%", "42 % of time in therapeutic range"),),
                (("INR 在目标范围内的时间占 78%", "78 % of time in therapeutic range"),),
            ),
        ),
        measured("E", ("年龄", "Age"), AGE, YEARS, (("0", (47, 64)), ("1", (66, 90)))),
        finding(
            "D(药)/D (drugs)",
            ("合并用药", "Other medicines"),
            (("合并用药", "其他用药", "抗血小板"), ("other medicines", "medicines", "antiplatelet")),
            "1",
            (
                (
                    ("阿司匹林 100 mg 每日一次", "aspirin 100 mg once daily"),
                    ("因关节炎每日服布洛芬", "ibuprofen every day for arthritis"),
                ),
                (("二甲双胍", "metformin"), ("阿托伐他汀", "atorvastatin")),
                (("头痛时偶服对乙酰氨基酚", "paracetamol now and then for headache"),),
            ),
        ),
        finding(
            "D(酒)/D (alcohol)",
            ("饮酒", "Alcohol"),
            (("饮酒", "酒精"), ("alcohol", "drinking")),
            "1",
            (
                (("每周约 20 个标准杯", "about 20 drinks a week"),),
                (("不饮酒", "none"), ("每周 1 杯", "one drink a week")),
            ),
        ),
    ),
    asks=(
        (
            "房颤患者服华法林，请计算 HAS-BLED 总分。",
            "评估抗凝风险：这位房颤患者的 HAS-BLED 是几分？",
        ),
        (
            "Atrial fibrillation, on a vitamin K antagonist. Please work out the HAS-BLED score.",
            "What is the HAS-BLED total for this patient with atrial fibrillation who takes an anticoagulant?",
        ),
    ),
    noise=(
        remark(("血脂", "Lipids"), ("高胆固醇血症", "hypercholesterolaemia")),
        remark(("糖尿病", "Diabetes"), ("2 型，饮食控制", "type 2, on diet")),
        remark(("心功能", "Heart function"), ("射血分数 35%", "ejection fraction 35 %")),
        remark(("性别", "Sex"), ("女", "female"), ("男", "male")),
        background(("静息心率", "Resting heart rate"), ("次/分", "/min"), (62, 128)),
    ),
)
