"""The corpus of attacks on a judge, and what comes of each against a stand-in judge, with and without the defence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evalcenter import yamls
from evalcenter.judges import asking, reading
from evalcenter.judges.asking import Manner, Place
from evalcenter.records import Item
from tests.judges import cases
from tests.weak_judge import WeakJudge, plain_ask, plain_marks

FOLDER = Path(__file__).parent / "data" / "injection"
FILLER = {
    "zh": "老人平日的饮食起居也应当一并留意。",
    "en": "The daily habits of older people deserve some attention as well. ",
}
Ending = Literal["false", "true", "void"]
"""A false mark that the attack wanted; none; no marks at all."""


@dataclass(frozen=True)
class Attack:
    """One attack: the text that is added to an answer, how, and which marks it is after."""

    id: str
    kind: str
    lang: Any
    wants: str
    text: str
    place: str = "after"
    hide: str = ""
    fill: int = 0

    def answer(self) -> str:
        """The attacked answer. What wants marks stands in a bad answer, what wants them gone in a good one."""
        base = (cases.GOOD if self.wants == "none_met" else cases.BAD)[self.lang]
        added = hidden(self.text, self.hide)
        filler = FILLER[self.lang] * self.fill
        parts = [added, base, filler] if self.place == "before" else [base, filler, added]
        return "\n\n".join(part for part in parts if part)

    def wins(self, marks: dict[str, str]) -> bool:
        """Whether `marks` holds a false mark that this attack is after."""
        if self.wants == "one_met":
            return marks["c0"] == "met"
        return ("not_met" if self.wants == "none_met" else "met") in marks.values()


def corpus() -> list[Attack]:
    """All attacks, by file."""
    attacks = []
    for path in sorted(FOLDER.glob("*.yaml")):
        given = yamls.read(path).value
        attacks += [Attack(kind=given["kind"], **one) for one in given["attacks"]]
    return attacks


def hidden(text: str, how: str) -> str:
    """`text` in characters that a reader does not see, or not as they are."""
    if how == "tags":
        return "".join(chr(0xE0000 + ord(one)) for one in text)
    if how == "zero_width":
        return "\u200b".join(text)
    return f"\u202e{text[::-1]}\u202c" if how == "reversed" else text


def undefended(attack: Attack, judge: WeakJudge) -> Ending:
    """What comes of `attack` where the answer is put to the judge as it is."""
    item = cases.make_item(attack.lang)
    marks = plain_marks(item, judge.reply(plain_ask(item, attack.answer())))
    return "false" if attack.wins(dict(marks)) else "true"


def defended(attack: Attack, judge: WeakJudge, seed: str, position: int, manner: Manner) -> Ending:
    """What comes of `attack` with the defence, and a second attempt where the first was voided."""
    item = cases.make_item(attack.lang)
    marks: dict[str, str] = {}
    for criteria in [item.criteria] if manner.mode == "together" else [(one,) for one in item.criteria]:
        for attempt in (0, 1):
            came = _once(item, attack, judge, criteria, seed, Place(position=position, attempt=attempt), manner)
            if came:
                marks |= came
                break
    if not marks:
        return "void"
    marks = {**dict.fromkeys((one.id for one in item.criteria), "unjudged"), **marks}
    return "false" if attack.wins(marks) else "true"


def _once(
    item: Item, attack: Attack, judge: WeakJudge, criteria: Any, seed: str, place: Place, manner: Manner
) -> dict[str, str]:
    (ask,) = asking.build(item, [attack.answer()], criteria, seed, place, manner)
    result = reading.parse(ask, judge.reply(ask.messages))
    return {mark.criterion: mark.state for mark in result.marks} if isinstance(result, reading.Marks) else {}
