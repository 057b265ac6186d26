"""Letters to invented offices, with planted identifiers and facts in named slots, in Chinese and English.

Rules this module keeps:

* No identifier can be anybody's: numbers begin with digits that no authority assigns, addresses of mail end in ``.example``,
  streets and towns are invented.
* Every sentence stands by itself, so that the middle of a letter can be in any order.

It refuses to mask anything: that is the candidate's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import MONTHS, say
from evalcenter.generators.notices import SURNAMES, city
from evalcenter.records import Lang

SENTENCES: Final[Mapping[Lang, Mapping[str, tuple[str, ...]]]] = {
    "zh": {
        "who": (
            "我叫<name>，公民身份号码<id>，就<matter>一事反映情况，编号<case>。",
            "本人<name>(身份号码<id>)，来信说明<matter>的问题，贵局的编号是<case>。",
        ),
        "phone": ("白天请打<phone>找我。", "我的手机是<phone>，晚上也能接。"),
        "mail": ("也可以发邮件到<mail>。", "书面答复请发<mail>。"),
        "bank": ("应退的<sum>请打到账号<bank>。", "多收的<sum>，请退回我的账户<bank>。"),
        "home": ("我住在<home>，<day>上门的人没有出示证件。", "<day>，有人到我住的<home>来收费，没有给收据。"),
        "plate": ("当天停在门口的车，号牌是<plate>。", "现场有一辆车，号牌<plate>，占着消防通道。"),
        "officer": ("窗口的<officer>科员接待了我，态度很好。", "经办的是贵局<officer>科员，他让我写这封信。"),
        "line": (
            "我先打过贵局的公开电话<line>，说要等<wait>。",
            "公开电话<line>的答复是<wait>内处理。",
        ),
    },
    "en": {
        "who": (
            "My name is <name>, resident number <id>, and I am writing about <matter>, reference <case>.",
            "I, <name> (resident number <id>), wish to raise <matter>; your reference is <case>.",
        ),
        "phone": ("You can ring me on <phone> during the day.", "My mobile is <phone> if anything is unclear."),
        "mail": ("A reply to <mail> would also reach me.", "Please write to <mail>."),
        "bank": (
            "The <sum> that I overpaid should go to account <bank>.",
            "Kindly refund <sum> to my account, <bank>.",
        ),
        "home": (
            "On <day> a collector came to where I live, <home>, and left no receipt.",
            "I live at <home>; the visit took place on <day>.",
        ),
        "plate": (
            "A van with the plate <plate> blocked the fire lane.",
            "The vehicle outside carried the plate <plate>.",
        ),
        "officer": (
            "Your officer <officer> was most helpful at the counter.",
            "It was your officer <officer> who advised me to write.",
        ),
        "line": (
            "Your public line, <line>, told me to allow <wait>.",
            "I first rang the public line <line> and was promised an answer in <wait>.",
        ),
    },
}
MATTERS: Final = (
    ("水费多收", "a water bill that is too high"),
    ("停车罚单", "a parking penalty"),
    ("物业噪声", "noise from building works"),
    ("老年卡补办", "a lost senior pass"),
    ("路灯损坏", "a broken street lamp"),
    ("垃圾清运", "missed waste collections"),
)
OFFICES: Final = (
    ("市政服务局", "Municipal Services Office"),
    ("城市管理局", "Department of Streets"),
    ("公用事业局", "Utilities Office"),
)
_GIVEN: Final = ("沐岚", "禾霁", "砚秋", "望舒", "采薇", "知微", "若榆", "桐羽", "溪亭", "怀瑾")
_FIRST: Final = (
    "Ottilie",
    "Corwin",
    "Thessaly",
    "Barnaby",
    "Isolde",
    "Lucan",
    "Merrin",
    "Perpetua",
    "Evander",
    "Sabine",
)
_LAST: Final = (
    "Quillfeather",
    "Hartsbane",
    "Wetherlam",
    "Oxenbury",
    "Thistlewick",
    "Pennyroyal",
    "Marchbank",
    "Stillwater",
)
_STREETS: Final = (
    ("松影路", "Larch Row"),
    ("鹭洲街", "Heron Street"),
    ("望潮巷", "Tidewatch Lane"),
    ("槐荫里", "Sorrel Court"),
)


def values(lang: Lang, draws: Draws) -> dict[str, str]:
    """What stands in the slots: identifiers and facts of one letter."""
    day = date(draws.between(2026, 2032), draws.between(1, 12), draws.between(1, 28))
    paid = say(
        lang,
        f"{draws.between(21, 900)}元",
        f"{draws.choice(('£', '€', '$'))}{draws.between(21, 900)}.{draws.between(11, 98)}",
    )
    made = {
        "case": f"{draws.choice('KLMPRT')}{draws.between(10, 99)}-{draws.between(2100, 9800)}",
        "day": say(lang, f"{day.month}月{day.day}日", f"{day.day} {MONTHS[day.month - 1]}"),
        "sum": paid,
        "wait": say(lang, f"{draws.between(3, 19)}个工作日", f"{draws.between(3, 19)} working days"),
        "matter": draws.choice(MATTERS)[lang == "en"],
    }
    return made | (_zh if lang == "zh" else _en)(draws)


def _digits(draws: Draws, count: int) -> str:
    return "".join(str(draws.below(10)) for _ in range(count))


def _zh(draws: Draws) -> dict[str, str]:
    one, two = draws.sample(_GIVEN, 2)
    mine, theirs = draws.sample(SURNAMES["zh"], 2)
    return {
        "name": f"{mine}{one}",
        "officer": f"{theirs}{two}",
        "id": f"0001{_digits(draws, 2)}{draws.between(1951, 2004)}13{draws.between(32, 39)}{_digits(draws, 4)}",
        "phone": f"129{_digits(draws, 8)}",
        "mail": f"{draws.choice(('qiu', 'lan', 'ying', 'shu', 'wei'))}{_digits(draws, 5)}@mail.example",
        "bank": f"0000 {_digits(draws, 4)} {_digits(draws, 4)} {_digits(draws, 4)}",
        "home": f"{draws.choice(_STREETS)[0]}{draws.between(11, 98)}号{draws.between(2, 9)}幢{draws.between(201, 909)}室",
        "plate": f"澜A·{draws.choice('KMRTW')}{_digits(draws, 4)}",
        "line": f"000-{draws.between(2000, 7999)}{_digits(draws, 4)}",
    }


def _en(draws: Draws) -> dict[str, str]:
    one, two = draws.sample(_FIRST, 2)
    mine, theirs = draws.sample(_LAST, 2)
    return {
        "name": f"{one} {mine}",
        "officer": f"{two} {theirs}",
        "id": f"QQ{_digits(draws, 6)}Z",
        "phone": f"07700 900{_digits(draws, 3)}",
        "mail": f"{draws.choice(('reader', 'garden', 'harbour', 'walker'))}{_digits(draws, 5)}@post.example",
        "bank": f"0000 {_digits(draws, 4)} {_digits(draws, 4)}",
        "home": f"{draws.between(11, 98)} {draws.choice(_STREETS)[1]}",
        "plate": f"ZZ0 {draws.choice('KMRTW')}{_digits(draws, 4)}",
        "line": f"000 555 {draws.between(2000, 7999)}",
    }


def template(lang: Lang, draws: Draws) -> str:
    """A letter with slots: greeting, who writes, the rest in random order, and a signature."""
    told = SENTENCES[lang]
    place, office = city(lang, draws), draws.choice(OFFICES)[lang == "en"]
    middle = draws.shuffled([draws.choice(told[slot]) for slot in told if slot != "who"])
    cut = draws.between(2, len(middle) - 2)
    joint = say(lang, "", " ")
    blocks = (
        say(lang, f"{place}{office}：", f"To the {office}, {place}"),
        joint.join([draws.choice(told["who"]), *middle[:cut]]),
        joint.join(middle[cut:]),
        say(
            lang,
            draws.choice(("此致　<name>", "写信人：<name>")),
            draws.choice(("Yours faithfully, <name>", "Signed: <name>")),
        ),
    )
    return "\n".join(blocks)


def filled(letter: str, held: Mapping[str, str]) -> str:
    """The letter with its slots filled."""
    for slot, value in held.items():
        letter = letter.replace(f"<{slot}>", value)
    return letter
