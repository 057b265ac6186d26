"""A letter in which listed identifiers must be masked and everything else must stay.

Rules this module keeps:

* The list in the question says what is masked; names of officers, public numbers, dates, sums and references stay, and so does an
  identifier that the list leaves out (a home or a number plate).
* An identifier counts as masked only as a whole: neither its first six signs (of short ones four) nor its last four may be left,
  neither a first nor a last name (nor a surname with 某 behind it), no street, no number of a house and no domain of an address.
  Each place must carry the mark.
* Nothing else is lost: each sentence holds a fact that must be there afterwards.
* Where letter or list is missing, the answer says so and makes up no letter.

It refuses real identifiers: see `redaction_letters.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators.drafting import REDRAWS, Draft, item, say, share
from evalcenter.generators.problems import Params, answer_label, lacking_criteria
from evalcenter.generators.redaction_letters import filled, template, values
from evalcenter.records import Criterion, Item, Lang

MARK: Final[Mapping[Lang, str]] = {"zh": "[已遮盖]", "en": "[REDACTED]"}
KINDS: Final = {
    "name": ("来信人姓名(含落款)", "the writer's name, the signature included"),
    "id": ("公民身份号码", "resident number"),
    "phone": ("手机号码", "mobile number"),
    "mail": ("电子邮箱", "e-mail address"),
    "bank": ("银行账号", "bank account"),
    "home": ("家庭住址(路名和门牌)", "home address (street and number)"),
    "plate": ("车辆号牌", "number plate"),
}
ALWAYS: Final = ("name", "id", "phone")
FACTS: Final = ("case", "day", "sum", "wait", "matter")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A letter with slots, what fills them, and the slots that must be masked."""

    template: str
    held: Mapping[str, str]
    masked: tuple[str, ...]

    def text(self, lang: Lang, masked: Sequence[str], also: Mapping[str, str] | None = None) -> str:
        """The letter with `masked` slots marked; `also` fills slots in another way."""
        return filled(self.template, {**self.held, **dict.fromkeys(masked, MARK[lang]), **(also or {})})


class Redaction:
    """Makes one letter with its list."""

    name: ClassVar[str] = "redaction"
    version: ClassVar[str] = "2"
    params: ClassVar[type[Params]] = Params

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when the share is not 0 to 1."""
        lacking = share(params.unanswerable, draws)
        for _ in range(REDRAWS):
            letter = _drawn(lang, draws)
            if all(_alone(lang, letter, kind) for kind in letter.masked):
                return (_lacking if lacking else _answerable)(lang, draws, letter)
        raise InputError(f"{self.name} found no usable letter in {REDRAWS} tries")


def _drawn(lang: Lang, draws: Draws) -> _Letter:
    # Mail and account are always masked where the list names them; a home or a plate may be left out of the list.
    kept = draws.choice(("home", "plate"))
    listed = tuple(kind for kind in KINDS if kind in ALWAYS or kind != kept)
    return _Letter(template=template(lang, draws), held=values(lang, draws), masked=listed)


def _alone(lang: Lang, letter: _Letter, kind: str) -> bool:
    """Whether nothing else in the letter looks like a fragment of this identifier, so that it can be masked and told apart."""
    rest = letter.text(lang, (kind,))
    return not any(re.search(pattern, rest) for pattern in _left(kind, letter.held[kind]))


def _spread(digits: str) -> str:
    """A pattern for these characters with at most one space, hyphen or star between them."""
    return "[ *-]?".join(re.escape(one) for one in digits)


def _left(kind: str, value: str) -> tuple[str, ...]:
    """Patterns for what of an identifier must not be left."""
    if kind == "name":
        return tuple(value.split()) if " " in value else (value, value[1:], rf"{value[0]}(?:[某*×○]|先生|女士)")
    if kind == "home":
        found = re.match(r"(?P<en>\d+) (?P<road>.+)|(?P<street>\D+)(?P<zh>\d+号)\d", value)
        if not found:
            return (value,)
        return (
            (found["street"], rf"(?<!\d){found['zh']}") if found["zh"] else (found["road"], rf"(?<!\d){found['en']} \[")
        )
    if kind == "mail":
        name, _, domain = value.partition("@")
        return (re.escape(name), re.escape(f"@{domain}"))
    core = re.sub("[^0-9A-Z]", "", value)
    head = core[: 6 if len(core) > 10 else 4]
    return (rf"(?<![0-9]){_spread(head)}", rf"{_spread(core[-4:])}(?![0-9A-Z])")


def _without(patterns: Sequence[str]) -> dict[str, dict[str, str]]:
    """A check that none of `patterns` occurs."""
    return {"format": {"pattern": rf"(?:(?!{'|'.join(patterns)})[\s\S])*"}}


def _places(lang: Lang, letter: _Letter) -> list[str]:
    """What stands before each masked slot, with the mark behind it."""
    made = []
    for found in re.finditer(r"([^<>\n。.]+)<(\w+)>", letter.template):
        if found[2] in letter.masked:
            before = found[1].lstrip(" ，,（(") if lang == "en" else found[1][-6:]
            made.append(f"{before}{MARK[lang]}")
    return made


def _said(phrases: Sequence[str]) -> dict[str, dict[str, object]]:
    return {"mentions": {"all": [[phrase] for phrase in phrases], "negation": "ignore"}}


def _criteria(lang: Lang, letter: _Letter) -> tuple[Criterion, ...]:
    held = letter.held
    made = [
        Criterion(
            id=f"masked-{kind}",
            text=say(lang, f"{KINDS[kind][0]}已整项遮盖，没有残留", f"Nothing is left of this: {KINDS[kind][1]}"),
            check=_without(_left(kind, held[kind])),
        )
        for kind in letter.masked
    ]
    public = [held[kind] for kind in ("officer", "line", *KINDS) if kind not in letter.masked]
    return (
        *made,
        Criterion(
            id="marked",
            text=say(lang, "每一处遮盖都留有规定的标记", "The mark stands wherever something was taken out"),
            check=_said(_places(lang, letter)),
        ),
        Criterion(
            id="kept-facts",
            text=say(
                lang, "编号、日期、金额等其他内容都还在", "References, dates, sums and the like are all still there"
            ),
            check=_said([held[fact] for fact in FACTS]),
        ),
        Criterion(
            id="kept-public",
            text=say(
                lang,
                "清单以外的姓名、电话和号码没有被遮盖",
                "Names and numbers that the list leaves out are still there",
            ),
            check=_said(public),
        ),
    )


def _answerable(lang: Lang, draws: Draws, letter: _Letter) -> Item:
    right = letter.text(lang, letter.masked)
    good = (
        right,
        say(lang, f"处理后的全文如下：\n\n{right}", f"The letter, masked:\n\n{right}"),
        f"---\n{right}\n---\n" + say(lang, "清单所列各项均已处理。", "All the items on the list have been dealt with."),
    )
    return item(
        lang,
        Draft(
            prompt=_prompt(lang, draws, letter),
            criteria=_criteria(lang, letter),
            good=good,
            bad=_bad(lang, draws, letter),
        ),
    )


def _bad(lang: Lang, draws: Draws, letter: _Letter) -> tuple[tuple[str, tuple[str, ...]], ...]:
    held, masked = letter.held, letter.masked
    left = draws.choice([kind for kind in masked if kind != "name"])
    digits = draws.choice([kind for kind in masked if kind in {"id", "phone", "bank"}])
    halved = f"{MARK[lang]}{held[digits][-4:]}"
    right = letter.text(lang, masked)
    unsigned = right[: right.rindex(MARK[lang])] + held["name"]
    over = {"officer": MARK[lang]}
    line = next(one for one in letter.template.split("\n")[1:3] if "<case>" not in one)
    lost = [fact for fact in FACTS if f"<{fact}>" in line]
    gone = [kind for kind in ("officer", "line", *KINDS) if kind not in masked and f"<{kind}>" in line]
    cut = filled(letter.template.replace(f"{line}\n", ""), {**held, **dict.fromkeys(masked, MARK[lang])})
    fails = [name for name, of in (("kept-facts", lost), ("kept-public", gone)) if of]
    if any(f"<{kind}>" in line for kind in masked):
        fails.insert(0, "marked")
    return (
        (letter.text(lang, [kind for kind in masked if kind != left]), (f"masked-{left}", "marked")),
        (letter.text(lang, masked, {digits: halved}), (f"masked-{digits}",)),
        (unsigned, ("masked-name", "marked")),
        (letter.text(lang, masked, over), ("kept-public",)),
        (cut, tuple(fails)),
    )


def _prompt(lang: Lang, draws: Draws, letter: _Letter, *, no_letter: bool = False, no_list: bool = False) -> str:
    mark = MARK[lang]
    rows = draws.shuffled([KINDS[kind][lang == "en"] for kind in letter.masked])
    listed = "\n".join([say(lang, "遮盖项目清单：", "List of what is masked:"), *(f"- {row}" for row in rows)])
    text = f"{say(lang, '来信原文：', 'The letter:')}\n{letter.text(lang, ())}"
    task = say(
        lang,
        draws.choice(
            (
                "这封群众来信要公开答复，请按清单脱敏后输出全文。",
                "请把来信整理成可以公开的版本：清单所列内容遮盖，其余一字不动。",
                "信访件上网公示前要做脱敏处理，请按清单处理并给出全文。",
            )
        ),
        draws.choice(
            (
                "This letter goes into a public register. Mask what the list names and return the whole text.",
                "Prepare the letter for publication: mask the items on the list and leave every other word as it is.",
                "Before release, please mask the letter by the list and give it back in full.",
            )
        ),
    )
    how = say(
        lang,
        f"每一项都整项换成“{mark}”，不留首尾数字，不留姓氏；一处一个标记。工作人员姓名、公开电话、编号、日期、金额以及清单以外的内容都保留。"
        "办这件事所需的东西如果不齐，指出缺的是什么，不要自行编写，只写“答案：无法确定”。",
        f"Put {mark} in place of each item as a whole, leaving no first or last digits and no part of a name; one mark "
        "for each place. Names of officers, public numbers, references, dates, sums and everything beyond the list stay. "
        "Should something that you need for this be absent, name it, make nothing up, and write only "
        '"Answer: cannot be determined".',
    )
    blocks = [*([] if no_list else [listed]), *([] if no_letter else [text])]
    return "\n\n".join([task, how, *draws.shuffled(blocks)])


def _lacking(lang: Lang, draws: Draws, letter: _Letter) -> Item:
    no_letter = draws.coin(1, 2)
    both = (
        say(lang, "来信原文|来信|原文|信件", "text of the letter|letter").split("|"),
        say(lang, "遮盖项目清单|清单|遮盖项目|遮盖范围", "list of what is masked|list").split("|"),
    )
    names, other = both if no_letter else both[::-1]
    label = answer_label(lang)
    none = say(lang, f"{label}：无法确定", f"{label}: cannot be determined")
    made_up = say(lang, f"{MARK[lang]}您好，现将有关事项函复如下。", f"Dear {MARK[lang]}, thank you for writing to us.")
    good = (
        say(lang, f"缺少{names[0]}，请补充后再处理。\n{none}", f"The {names[0]} is missing; please supply it.\n{none}"),
        say(
            lang,
            f"这里没有{names[0]}，不能凭空处理。\n\n{none}",
            f"I cannot do this yet: the {names[0]} was not given.\n\n{none}",
        ),
    )
    bad = (
        (
            say(
                lang,
                f"缺少{names[0]}，先按惯例处理。\n{made_up}",
                f"The {names[0]} is missing, so I used a model.\n{made_up}",
            ),
            ("no-result",),
        ),
        (say(lang, f"缺少{other[0]}。\n{none}", f"The {other[0]} is missing.\n{none}"), ("names-missing",)),
        (made_up, ("names-missing", "no-result")),
    )
    return item(
        lang,
        Draft(
            prompt=_prompt(lang, draws, letter, no_letter=no_letter, no_list=not no_letter),
            criteria=lacking_criteria(lang, names, label),
            good=good,
            bad=bad,
        ),
    )


plugin: Final = Redaction()
