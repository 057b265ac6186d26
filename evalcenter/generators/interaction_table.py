"""Which two of the listed medicines clash by the table in the question, and what the table says to do.

Rules this module keeps:

* Rule in the prompt: a table of pairs with one instruction each. The pairs are textbook interactions; the answer rests on
  the table alone.
* At most one pair of the list clashes, counted over all the pairs known here, not only over those printed: a list never holds a
  real interaction that the table is silent on, as far as this module knows.
* Other rows hold one medicine of the list each, and in a share of the items no row holds two.
* The options hold medicines that the patient does not take: where the patient's list is missing, nothing can be said.

It refuses to be a reference: it holds eighteen pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.problems import Family, Part, Problem, Wrong, answer_label, beside, fact
from evalcenter.records import Lang

Name = tuple[str, str]
LETTERS: Final = "ABCDEFG"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a row says, and the phrases by which an answer may say it."""

    zh: str
    en: str
    zh_said: str
    en_said: str


AVOID: Final = Action(
    zh="避免合用",
    en="do not combine",
    zh_said="避免合用|不要合用|不合用|禁止合用|不宜合用|避免同用|避免联用",
    en_said="do not combine|don't combine|not combine|avoid|must not be combined|not be combined",
)
APART: Final = Action(
    zh="至少间隔 4 小时服用",
    en="take at least 4 hours apart",
    zh_said="间隔 4 小时|间隔4小时|隔 4 小时|4 小时|4小时",
    en_said="4 hours|four hours|4 h",
)
LESS: Final = Action(
    zh="剂量减半",
    en="halve the dose",
    zh_said="减半|剂量的一半|半量",
    en_said="halve|halving|half the dose|half dose|50%",
)
WATCH: Final = Action(
    zh="合用时每周监测",
    en="monitor every week while combined",
    zh_said="每周监测|监测|每周复查",
    en_said="monitor|monitoring|every week|weekly",
)
ACTIONS: Final = (AVOID, APART, LESS, WATCH)

PAIRS: Final[tuple[tuple[Name, Name, Action], ...]] = (
    (("华法林", "warfarin"), ("布洛芬", "ibuprofen"), AVOID),
    (("华法林", "warfarin"), ("甲硝唑", "metronidazole"), WATCH),
    (("辛伐他汀", "simvastatin"), ("克拉霉素", "clarithromycin"), AVOID),
    (("西地那非", "sildenafil"), ("硝酸甘油", "nitroglycerin"), AVOID),
    (("甲氨蝶呤", "methotrexate"), ("复方磺胺甲噁唑", "co-trimoxazole"), AVOID),
    (("碳酸锂", "lithium"), ("布洛芬", "ibuprofen"), AVOID),
    (("地高辛", "digoxin"), ("胺碘酮", "amiodarone"), LESS),
    (("左甲状腺素", "levothyroxine"), ("碳酸钙", "calcium carbonate"), APART),
    (("左甲状腺素", "levothyroxine"), ("硫酸亚铁", "ferrous sulfate"), APART),
    (("替扎尼定", "tizanidine"), ("环丙沙星", "ciprofloxacin"), AVOID),
    (("茶碱", "theophylline"), ("环丙沙星", "ciprofloxacin"), LESS),
    (("舍曲林", "sertraline"), ("利奈唑胺", "linezolid"), AVOID),
    (("螺内酯", "spironolactone"), ("氯化钾", "potassium chloride"), AVOID),
    (("依那普利", "enalapril"), ("氯化钾", "potassium chloride"), WATCH),
    (("华法林", "warfarin"), ("胺碘酮", "amiodarone"), WATCH),
    (("辛伐他汀", "simvastatin"), ("胺碘酮", "amiodarone"), LESS),
    (("螺内酯", "spironolactone"), ("依那普利", "enalapril"), WATCH),
    (("氯吡格雷", "clopidogrel"), ("奥美拉唑", "omeprazole"), AVOID),
)
# Two medicines that are not to stand in one list although no row pairs them: both prolong QT, raise bleeding, or the like.
APART_TOO: Final = (
    ("warfarin", "ciprofloxacin"),
    ("warfarin", "clarithromycin"),
    ("warfarin", "co-trimoxazole"),
    ("warfarin", "sertraline"),
    ("warfarin", "clopidogrel"),
    ("warfarin", "simvastatin"),
    ("warfarin", "levothyroxine"),
    ("warfarin", "omeprazole"),
    ("ibuprofen", "clopidogrel"),
    ("ibuprofen", "sertraline"),
    ("ibuprofen", "methotrexate"),
    ("ibuprofen", "enalapril"),
    ("ibuprofen", "spironolactone"),
    ("ibuprofen", "digoxin"),
    ("ibuprofen", "ciprofloxacin"),
    ("ibuprofen", "potassium chloride"),
    ("digoxin", "clarithromycin"),
    ("digoxin", "spironolactone"),
    ("digoxin", "levothyroxine"),
    ("digoxin", "calcium carbonate"),
    ("digoxin", "omeprazole"),
    ("theophylline", "clarithromycin"),
    ("theophylline", "levothyroxine"),
    ("theophylline", "lithium"),
    ("amiodarone", "ciprofloxacin"),
    ("amiodarone", "clarithromycin"),
    ("amiodarone", "sertraline"),
    ("amiodarone", "lithium"),
    ("amiodarone", "levothyroxine"),
    ("amiodarone", "sildenafil"),
    ("amiodarone", "metronidazole"),
    ("amiodarone", "theophylline"),
    ("ciprofloxacin", "calcium carbonate"),
    ("ciprofloxacin", "ferrous sulfate"),
    ("ciprofloxacin", "clarithromycin"),
    ("ciprofloxacin", "methotrexate"),
    ("ciprofloxacin", "sertraline"),
    ("ciprofloxacin", "sildenafil"),
    ("ciprofloxacin", "metronidazole"),
    ("ciprofloxacin", "omeprazole"),
    ("calcium carbonate", "ferrous sulfate"),
    ("omeprazole", "ferrous sulfate"),
    ("omeprazole", "methotrexate"),
    ("omeprazole", "calcium carbonate"),
    ("omeprazole", "levothyroxine"),
    ("omeprazole", "clarithromycin"),
    ("lithium", "enalapril"),
    ("lithium", "spironolactone"),
    ("lithium", "metronidazole"),
    ("lithium", "sertraline"),
    ("lithium", "linezolid"),
    ("enalapril", "co-trimoxazole"),
    ("spironolactone", "co-trimoxazole"),
    ("co-trimoxazole", "potassium chloride"),
    ("tizanidine", "enalapril"),
    ("tizanidine", "sildenafil"),
    ("tizanidine", "spironolactone"),
    ("tizanidine", "nitroglycerin"),
    ("tizanidine", "sertraline"),
    ("tizanidine", "amiodarone"),
    ("clopidogrel", "sertraline"),
    ("clopidogrel", "clarithromycin"),
    ("sildenafil", "clarithromycin"),
    ("sildenafil", "enalapril"),
    ("sildenafil", "spironolactone"),
    ("nitroglycerin", "enalapril"),
    ("nitroglycerin", "spironolactone"),
    ("sertraline", "clarithromycin"),
    ("sertraline", "metronidazole"),
    ("sertraline", "levothyroxine"),
    ("sertraline", "omeprazole"),
    ("linezolid", "theophylline"),
    ("methotrexate", "theophylline"),
    ("linezolid", "tizanidine"),
    ("digoxin", "metronidazole"),
    ("enalapril", "calcium carbonate"),
    ("enalapril", "ferrous sulfate"),
    ("simvastatin", "levothyroxine"),
)
CLASHES: Final = frozenset({frozenset((a[1], b[1])) for a, b, _ in PAIRS} | {frozenset(pair) for pair in APART_TOO})
ALONE: Final[tuple[Name, ...]] = (
    ("乳果糖", "lactulose"),
    ("维生素 B12", "vitamin B12"),
    ("氯雷他定", "loratadine"),
    ("人工泪液", "artificial tears"),
    ("对乙酰氨基酚", "paracetamol"),
    ("聚乙二醇", "macrogol"),
)
NAMES: Final = tuple(dict.fromkeys(name for a, b, _ in PAIRS for name in (a, b)))


def _listed(draws: Draws, start: tuple[Name, ...]) -> list[Name]:
    """`start` and more medicines up to four, of which no two clash except those of `start`."""
    made = list(start)
    for name in draws.shuffled(NAMES):
        if len(made) < 3 and name not in made and not any(frozenset((name[1], other[1])) in CLASHES for other in made):
            made.append(name)
    return draws.shuffled([*made, *draws.sample(ALONE, 4 - len(made))])


def _build(lang: Lang, draws: Draws) -> Problem | None:
    row = draws.choice(PAIRS)
    none = draws.coin(1, 5)
    taken = _listed(draws, () if none else (row[0], row[1]))
    # Rows with one medicine of the list mislead; the others fill up. Two options are partners that are not taken.
    half = [other for other in PAIRS if other is not row and (other[0] in taken) != (other[1] in taken)]
    half = draws.shuffled(half)[:4]
    partners = list(dict.fromkeys(name for other in half for name in other[:2] if name not in taken))
    if len(partners) < 2:
        return None
    rest = [
        other
        for other in PAIRS
        if other is not row and other not in half and not (other[0] in taken or other[1] in taken)
    ]
    table = [*half, *draws.shuffled(rest)[:3]] + ([] if none else [row])
    at = int(lang == "en")
    offered = draws.shuffled([*taken, *partners[:2]])
    options = {letter: name[at] for letter, name in zip(LETTERS, offered, strict=False)}
    last = LETTERS[len(offered)]
    options[last] = say(lang, "患者的药没有哪两种同列一行", "no two of the patient's medicines share a row")
    key = [last] if none else [letter for letter, name in zip(LETTERS, offered, strict=False) if name in row[:2]]
    tempting = [
        sorted(letter for letter, name in zip(LETTERS, offered, strict=False) if name in other[:2])
        for other in half
        if other[0] in offered and other[1] in offered
    ]
    return Problem(
        opening=_opening(lang, draws),
        facts=_facts(lang, [name[at] for name in taken]),
        noise=beside(lang, draws, draws.between(1, 2)),
        rule=_table(lang, draws.shuffled(table)),
        ask=say(
            lang,
            "只看表：患者目前用药中哪两种同列表中一行？选出这两种(若没有，选最后一项)，并写出该行的处理。",
            "By the table alone: which two of the patient's medicines "
            "share a row? Choose these two (or the last option if none do), "
            "and give the instruction of that row.",
        ),
        parts=(
            _pair_part(lang, key, tempting, last),
            _action_part(lang, None if none else row[2]),
        ),
        working=say(lang, "逐行核对表中的组合", "each row of the table checked against the list"),
        options=options,
    )


def _pair_part(lang: Lang, key: list[str], tempting: list[list[str]], last: str) -> Part:
    how = say(lang, "其中一种药患者并没有在用", "One of these is not taken by the patient.")
    wrong = [Wrong(how=how, shown=_joined(lang, letters)) for letters in tempting]
    if key != [last]:
        wrong.append(Wrong(how=say(lang, "没有找到同行的药", "No shared row was found."), shown=last))
    return Part(
        id="pair",
        text=say(lang, "选出同列一行的药，不多不少", "Chooses the medicines that share a row, and no others"),
        check={"choice": {"key": key}},
        label=answer_label(lang),
        form=say(lang, "选项字母", "the letters of the options"),
        right=_joined(lang, key),
        wrong=tuple(wrong),
    )


def _joined(lang: Lang, letters: list[str]) -> str:
    return say(lang, "、", ", ").join(letters)


def _action_part(lang: Lang, action: Action | None) -> Part:
    label = say(lang, "处理", "Instruction")
    none = say(lang, "无", "none")
    said = (
        say(lang, action.zh_said, action.en_said)
        if action
        else say(lang, "无|没有|不需要", "none|no instruction|nothing|not applicable|n/a")
    )
    others = [other for other in ACTIONS if other is not action]
    return Part(
        id="action",
        text=say(lang, "写出那一行的处理，没有则写明没有", "Gives what that row tells to do, or that there is nothing"),
        check={"mentions": {"any": [f"{label}...{phrase}" for phrase in said.split("|")], "negation": "ignore"}},
        label=label,
        form=say(lang, "表中那一行写的处理(没有则写“无”)", 'what that row says ("none" if there is no such row)'),
        right=say(lang, action.zh, action.en) if action else none,
        wrong=tuple(
            Wrong(how=say(lang, "看错了一行", "The row was misread."), shown=say(lang, other.zh, other.en))
            for other in others
        ),
    )


def _facts(lang: Lang, names: list[str]) -> tuple[Fact, ...]:
    now = say(lang, "、".join(names), f"{', '.join(names[:-1])} and {names[-1]}")
    return (
        fact(
            lang,
            "目前用药清单",
            "List of present medicines",
            now,
            say(
                lang,
                "目前用药|用药清单|用药|药物|药品|清单",
                "present medicines|current medicines|medicines|medicine list|medication|list",
            ),
        ),
    )


def _table(lang: Lang, rows: list[tuple[Name, Name, Action]]) -> str:
    at = int(lang == "en")
    head = say(lang, "相互作用表(仅供本题)：", "Interaction table (for this question only):")
    colon = say(lang, "：", ": ")
    lines = [f"- {one[at]} + {two[at]}{colon}{action.en if at else action.zh}" for one, two, action in rows]
    return "\n".join([head, *lines])


def _opening(lang: Lang, draws: Draws) -> str:
    return say(
        lang,
        draws.choice(
            (
                "药房审方时看到的清单。",
                "出院带药核对：",
                "社区随访，患者的用药记录：",
                "一位患者请药师看看自己的药。",
                "入院用药重整：",
            )
        ),
        draws.choice(
            (
                "A list seen at the pharmacy.",
                "Check of medicines at discharge:",
                "Home visit, the patient's medicines:",
                "A patient asks the pharmacist to look through the medicines.",
                "Medicines reconciliation on admission:",
            )
        ),
    )


plugin: Final = Family("interaction_table", _build)
