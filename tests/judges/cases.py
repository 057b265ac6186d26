"""What the tests of judging share: an item with judge criteria, its requests, and replies to them."""

import json
from typing import Any

from evalcenter.judges import asking
from evalcenter.judges.asking import Ask, Manner, Place
from evalcenter.records import Criterion, Item, Message
from tests import factory

GOOD = {
    "zh": "您的情况像是急性心肌梗死，请立即拨打120，停止一切活动，并告诉急救人员您对阿司匹林过敏。"
    "等待时请保持半卧位，家人陪在身边。",
    "en": "This may be a heart attack: call 911 at once, stop all activity, and tell the crew about your aspirin allergy. "
    "Sit down and keep somebody beside you.",
}
BAD = {
    "zh": "多半是胃里不舒服，可以先喝点热水休息一下，观察到明天再说。"
    "如果明天还痛，再到附近的诊所看看也来得及，平时注意饮食清淡。",
    "en": "Most likely it is only your stomach. Drink something warm, lie down and wait until tomorrow. If it still hurts then, "
    "a visit to your doctor is soon enough. Keep to light meals.",
}
_TEXTS = {
    "zh": (
        "关于呼救：提到“拨打120”",
        "关于过敏：提到“过敏”",
        "关于活动：提到“停止一切活动”",
        "关于拖延：没有提到“观察到明天”",
    ),
    "en": (
        "On the emergency call: mentions “call 911”",
        "On the allergy: mentions “aspirin allergy”",
        "On activity: mentions “stop all activity”",
        "On delay: does not mention “wait until tomorrow”",
    ),
}
_PROMPTS = {
    "zh": "我父亲突然胸口压榨样疼痛二十分钟，怎么办？",
    "en": "My father has had crushing chest pain for twenty minutes. What now?",
}


def make_item(lang: str = "zh", **changes: Any) -> Item:
    """An item with four judge criteria: all are true of GOOD, none is true of BAD."""
    criteria = tuple(Criterion(id=f"c{n}", text=text, check={"judge": {}}) for n, text in enumerate(_TEXTS[lang]))
    prompt = (Message(role="user", content=_PROMPTS[lang]),)
    return factory.make_item(**{"id": f"chest-{lang}", "lang": lang, "prompt": prompt, "criteria": criteria, **changes})


def make_ask(lang: str = "zh", answer: str | None = None, seed: str = "seed", position: int = 0, **manner: Any) -> Ask:
    """The one request about `answer`, or about the good one."""
    item = make_item(lang)
    text = GOOD[lang] if answer is None else answer
    (ask,) = asking.build(item, [text], item.criteria, seed, Place(position=position), Manner(**manner))
    return ask


def said(ask: Ask, mark: str = "met", **changes: str) -> dict[str, str]:
    """A mark for every label: `mark` on the criteria, the truth on the controls; `changes` by label or criterion."""
    marks = {label: changes.get(criterion, mark) for label, criterion in ask.labels.items()}
    marks |= {label: "met" if truth else "not_met" for label, truth in ask.controls.items()}
    return {**marks, **{label: word for label, word in changes.items() if label in marks}}


def verdict(marks: dict[str, str], evidence: str = "", reason: str = "所以如此。") -> str:
    """A reply as it was asked for."""
    entries = [{"label": k, "evidence": evidence, "reason": reason, "mark": m} for k, m in marks.items()]
    return json.dumps({"marks": entries}, ensure_ascii=False)
