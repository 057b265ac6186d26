"""A clinical note with planted values, to be written into a table (one JSON object by named fields).

Rules this module keeps:

* Every value is drawn and planted; the person is nameless. What the note does not hold must be null: in a share of the notes
  (`unanswerable`) two facts are left out, in the others at most one.
* Each note holds distractors of the same kinds: an earlier blood pressure, a medicine that was stopped, a relative's illness.
* Doses and readings are whole numbers, dates are written out in the note and asked for as YYYY-MM-DD.

It refuses to need judgement: each field is said once, in plain words, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import say, share
from evalcenter.generators.forms import Slip, criterion, exact, form_item
from evalcenter.generators.moments import date_text, drawn_date
from evalcenter.generators.problems import Params
from evalcenter.records import Item, Lang

DRUGS: Final[tuple[tuple[str, str, tuple[int, ...], tuple[int, ...]], ...]] = (
    ("氨氯地平", "amlodipine", (5, 10), (1,)),
    ("二甲双胍", "metformin", (500, 850, 1000), (2, 3)),
    ("美托洛尔", "metoprolol", (25, 50), (2,)),
    ("缬沙坦", "valsartan", (80, 160), (1, 2)),
    ("阿托伐他汀", "atorvastatin", (10, 20, 40), (1,)),
    ("呋塞米", "furosemide", (20, 40), (1, 2)),
    ("卡托普利", "captopril", (25, 50), (2, 3)),
    ("格列齐特", "gliclazide", (40, 80), (1, 2)),
)
COMPLAINTS: Final = (
    ("头晕", "dizziness"),
    ("胸闷", "chest tightness"),
    ("双下肢水肿", "swollen legs"),
    ("乏力", "tiredness"),
    ("心悸", "palpitations"),
)
ALLERGIES: Final = (
    ("青霉素", "penicillin"),
    ("磺胺", "sulfonamides"),
    ("头孢克洛", "cefaclor"),
    ("碘造影剂", "iodinated contrast"),
)
OFTEN: Final = {
    "zh": ("", "每日 1 次", "每日 2 次", "每日 3 次"),
    "en": ("", "once a day", "twice a day", "three times a day"),
}
OPTIONAL: Final = ("pulse", "weight_kg", "allergy", "follow_up", "days_ill")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """What is planted (`right`), and what stands beside it to mislead."""

    right: Mapping[str, Any]
    seen: date
    before: tuple[int, int]
    stopped: str
    stopped_mg: int
    mother: int


class NoteTable:
    """Makes one note."""

    name: ClassVar[str] = "note_table"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when the share is not 0 to 1."""
        lost = 2 if share(params.unanswerable, draws) else draws.below(2)
        note = _drawn(lang, draws, draws.sample(OPTIONAL, lost))
        return form_item(
            lang, draws, _prompt(lang, draws, note), _criteria(lang, note.right), note.right, _slips(lang, note)
        )


def _drawn(lang: Lang, draws: Draws, lost: list[str]) -> _Note:
    at = int(lang == "en")
    drug, stopped = draws.sample(DRUGS, 2)
    dose, often = draws.choice(drug[2]), draws.choice(drug[3])
    systolic = draws.between(112, 178)
    diastolic = draws.between(60, min(108, systolic - 40))
    seen = drawn_date(draws)
    right = {
        "age": draws.between(34, 89),
        "sex": draws.choice(("female", "male")),
        "complaint": draws.choice(COMPLAINTS)[at],
        "days_ill": draws.between(2, 20),
        "systolic": systolic,
        "diastolic": diastolic,
        "pulse": draws.between(54, 118),
        "weight_kg": draws.between(44, 102),
        "drug": say(lang, drug[0], drug[1]),
        "dose_mg": dose,
        "times_per_day": often,
        "allergy": draws.choice(ALLERGIES)[at],
        "follow_up": (seen + timedelta(days=draws.between(7, 60))).isoformat(),
    }
    earlier = (systolic + draws.choice((-14, -9, 8, 13)), diastolic + draws.choice((-7, -5, 4, 6)))
    return _Note(
        right={key: None if key in lost else value for key, value in right.items()},
        seen=seen,
        before=earlier,
        stopped=say(lang, stopped[0], stopped[1]),
        stopped_mg=draws.choice([mg for mg in stopped[2] if mg != dose] or [dose + 5]),
        mother=draws.between(60, 90),
    )


def _sentences(lang: Lang, draws: Draws, note: _Note) -> list[str]:
    right, (systolic, diastolic) = note.right, note.before
    often = OFTEN[lang][right["times_per_day"]]
    made = [
        say(
            lang,
            f"今日血压 {right['systolic']}/{right['diastolic']} mmHg，上次就诊时为 {systolic}/{diastolic} mmHg。",
            (
                f"Blood pressure today {right['systolic']}/{right['diastolic']} "
                f"mmHg; it was {systolic}/{diastolic} mmHg at the last visit."
            ),
        ),
        say(
            lang,
            f"目前服用{right['drug']} {right['dose_mg']} mg，{often}。",
            f"Now takes {right['drug']} {right['dose_mg']} mg {often}.",
        ),
        say(
            lang,
            f"原服{note.stopped} {note.stopped_mg} mg，上月已停用。",
            f"{note.stopped.capitalize()} {note.stopped_mg} mg was stopped last month.",
        ),
        say(lang, f"母亲 {note.mother} 岁时患脑卒中。", f"Mother had a stroke at the age of {note.mother}."),
    ]
    if right["pulse"] is not None:
        made.append(say(lang, f"脉搏 {right['pulse']} 次/分，律齐。", f"Pulse {right['pulse']}/min, regular."))
    if right["weight_kg"] is not None:
        made.append(say(lang, f"体重 {right['weight_kg']} kg。", f"Weight {right['weight_kg']} kg."))
    if right["allergy"] is not None:
        made.append(say(lang, f"对{right['allergy']}过敏。", f"Allergic to {right['allergy']}."))
    made = draws.shuffled(made)
    if right["follow_up"] is not None:
        day = date_text(lang, date.fromisoformat(right["follow_up"]), draws)
        made.append(say(lang, f"嘱 {day} 复诊。", f"To be seen again on {day}."))
    return made


def _prompt(lang: Lang, draws: Draws, note: _Note) -> str:
    right = note.right
    days = right["days_ill"]
    if lang == "zh":
        who = f"{'女' if right['sex'] == 'female' else '男'}，{right['age']} 岁"
        spell = f"{right['complaint']} {days} 天" if days is not None else f"{right['complaint']}，起病时间记不清"
        head = draws.choice((f"患者{who}，因“{spell}”就诊。", f"{who}。主诉：{spell}。"))
        day = f"就诊日期：{date_text(lang, note.seen, draws)}。"
    else:
        who = f"{right['age']}-year-old {'woman' if right['sex'] == 'female' else 'man'}"
        spell = (
            f"{right['complaint']} for {days} days"
            if days is not None
            else f"{right['complaint']}, cannot recall since when"
        )
        head = draws.choice((f"A {who} comes with {spell}.", f"{who}. Complaint: {spell}."))
        head = head.replace("A 8", "An 8")
        day = f"Seen on {date_text(lang, note.seen, draws)}."
    text = say(lang, "", " ").join([day, head, *_sentences(lang, draws, note)])
    ask = say(
        lang,
        draws.choice(
            (
                "请把下面的门诊记录整理成一个 JSON 对象。",
                "从病历中提取信息，输出一个 JSON 对象。",
                "录入结构化表单：请根据记录填写一个 JSON 对象。",
            )
        ),
        draws.choice(
            (
                "Turn this clinic note into one JSON object.",
                "Extract the following from the note, as one JSON object.",
                "The note goes into a structured form: fill in one JSON object.",
            )
        ),
    )
    fields = say(
        lang,
        "字段：age(岁，整数)、sex(female 或 male)、complaint(主诉症状，"
        "照原文)、days_ill(病程天数)、systolic 与 diastolic(今日血压，mmHg)、pulse(次/分)、"
        "weight_kg、drug(目前在用的药名，照原文)、dose_mg(单次剂量)、times_per_day(每日次数)、allergy(过敏的药物，照原文)、follow_up(复诊日期，YYYY-MM-DD)。"
        "数字写成整数，不带引号；记录里没有的写 null，不要推测；不要加别的字段。",
        "Fields: age (years), sex (female or male), complaint (the symptom, as "
        "written), days_ill (how many days), systolic and diastolic (today's "
        "blood pressure, mmHg), pulse (per minute), weight_kg, drug (the medicine "
        "taken now, as written), dose_mg (one dose), times_per_day, allergy "
        "(to what, as written), follow_up (date, YYYY-MM-DD). Numbers are "
        "whole numbers without quotes; what the note does not hold is null, "
        "never a guess; no further fields.",
    )
    return f"{ask}\n{fields}\n\n{text}"


def _criteria(lang: Lang, right: Mapping[str, Any]) -> tuple[Any, ...]:
    def of(name: str, zh: str, en: str, keys: tuple[str, ...]) -> Any:
        return criterion(name, say(lang, zh, en), {key: exact(right[key]) for key in keys})

    return (
        of(
            "person",
            "年龄、性别、主诉和病程与记录相符",
            "Age, sex, complaint and its length are as in the note",
            ("age", "sex", "complaint", "days_ill"),
        ),
        of(
            "readings",
            "血压、脉搏、体重与记录相符，没有的为空",
            "Blood pressure, pulse and weight are as in the note, or empty",
            ("systolic", "diastolic", "pulse", "weight_kg"),
        ),
        of(
            "medicine",
            "药名、剂量、次数与记录相符",
            "Medicine, dose and frequency are as in the note",
            ("drug", "dose_mg", "times_per_day"),
        ),
        of(
            "safety",
            "过敏和复诊日期与记录相符，没有的为空",
            "Allergy and follow-up date are as in the note, or empty",
            ("allergy", "follow_up"),
        ),
    )


def _slips(lang: Lang, note: _Note) -> list[Slip]:
    right = note.right
    follow = date.fromisoformat(right["follow_up"]) if right["follow_up"] else note.seen + timedelta(days=14)
    return [
        Slip(
            how=say(lang, "取了上次的血压", "Blood pressure of the last visit."),
            changed={"systolic": note.before[0], "diastolic": note.before[1]},
            fails=("readings",),
        ),
        Slip(
            how=say(lang, "把停用的药当成在用", "A stopped medicine taken for a present one."),
            changed={"drug": note.stopped, "dose_mg": note.stopped_mg},
            fails=("medicine",),
        ),
        Slip(
            how=say(lang, "单次剂量写成了两三倍", "The dose is multiplied."),
            changed={"dose_mg": right["dose_mg"] * max(2, right["times_per_day"])},
            fails=("medicine",),
        ),
        Slip(
            how=say(lang, "把母亲的年龄写成患者年龄", "The mother's age for the patient's."),
            changed={"age": note.mother if note.mother != right["age"] else note.mother + 1},
            fails=("person",),
        ),
        Slip(
            how=say(lang, "复诊日期错一天", "Follow-up a day off."),
            changed={"follow_up": (follow + timedelta(days=1)).isoformat()},
            fails=("safety",),
        ),
        Slip(
            how=say(lang, "没有记录过敏却写“无”", "Allergy filled in or dropped."),
            changed={"allergy": None if right["allergy"] else say(lang, "无", "none")},
            fails=("safety",),
        ),
        Slip(
            how=say(lang, "脉搏靠猜", "The pulse guessed or dropped."),
            changed={"pulse": None if right["pulse"] else 72},
            fails=("readings",),
        ),
        Slip(
            how=say(lang, "体重靠猜", "The weight guessed or dropped."),
            changed={"weight_kg": None if right["weight_kg"] else 60},
            fails=("readings",),
        ),
    ]


plugin: Final = NoteTable()
