"""Danger and harm named of an action after it: the one rejection that needs no word of denial.

Rules this module keeps:

* Danger named of an action rejects it ("自行停药很危险", "stopping it is dangerous"); danger named of a condition does not
  ("低血糖很危险").
* Harm as a consequence counts only of a rash action ("擅自停药会引起…", "stopping suddenly can cause …").

It refuses to weigh the danger: every such sentence rejects its subject alike.
"""

from __future__ import annotations

import re
from typing import Final

RASH: Final = r"(?:自行|擅自|私自|随意|随便|盲目|贸然|轻易|突然|骤然)"
ADVERB: Final = (
    r"(?:(?:also|usually|generally|really|strictly|absolutely|highly|simply|strongly|often|currently|therefore"
    r"|always) )*"
)
LINK: Final = r"(?!(?:if|when|because|unless|until|and|or|but|that|which|since|as|for|to)\b)"
_ACT_ZH: Final = re.compile(
    rf"{RASH}|停[药用服]|就[医诊]|治疗|复诊|救治|[减加换增]药|[减加增]量|[服用吃喝]药|服用|使用|同[服用]|混[用服合]|合用|联用|[开驾]车"
    rf"|驾驶|[饮喝]酒|[吸抽]烟|催吐"
    r"|拖延|等待|硬扛|转账|汇款|透露|泄露|提供|公开|点击|扫码|下载|吃|喝"
)
_RASH_ZH: Final = re.compile(RASH)
_DANGER_ZH: Final = re.compile(
    r"[^,;:!?。\n不没无未非万绝]{0,10}?(?:(?:是|都|很|非常|十分|极其?|相当|特别|也|会|可能|更|最|极为|有"
    r"|存在)*(?:(?:较大|很大|极大|一定|严重)的?)?"
    r"(?:危险|有害|不安全|致命|不明智|要命|风险(?:[很极较更]|非常)?[大高]?|隐患)|后果(?:[很极]|非常|十分"
    r"|不堪)*(?:严重|设想)"
    r"|是?(?:绝对|万万|坚决)?(?:不行(?!,[^,。]{0,3}(?:就|再|那|则))|不可|使不得))(?:的|行为|做法|举动|事情?|选择|想法)*(?=$|[,;:!?。)\n(])"
)
_HARM_ZH: Final = re.compile(
    r"[^,;:!?。\n不没无未非]{0,6}?(?:可能|会|容易|将|极易)+(?:导致|引起|造成|诱发|引发|加重|危及|损害|带来|使)"
)
_ACT_EN: Final = re.compile(
    r"\W*(?:\w+ ){0,3}?(?!(?:bleed|vomit|swell|chok|breath|wheez|itch|poison|faint|burn|tingl|drown|cramp|warn"
    r"|cough|dur|even"
    r"|morn|noth|someth|anyth|everyth|clott|br|k|th|sweat|shiver|bruis|peel|numb)ing\b)(?:\w{2,20}ing\b|to \w+)"
)
_RASH_EN: Final = re.compile(r"\b(?:suddenly|abruptly|on your own|yourself|without|too soon|too early|all at once)\b")
_DANGER_EN: Final = re.compile(
    rf",?(?: {LINK}[\w']+){{0,6}}? (?:(?:is|are|was|were|(?:would|can|could|may|might) be) {ADVERB}(?:(?:very"
    rf"|extremely|quite|so|too|potentially) )*"
    r"(?:dangerous|unsafe|risky|unwise|harmful|reckless|hazardous|life threatening|fatal|foolish|irresponsible"
    r"|an? (?:\w+ )?(?:mistake|risk|danger|bad idea))\b)"
)
_HARM_EN: Final = re.compile(
    rf",?(?: {LINK}[\w']+){{0,6}}? (?:can|could|may|might|will) (?:\w+ )?(?:cause|lead to|trigger|result in"
    rf"|increase|worsen|make)\b"
)


def danger(scope: str, phrase: str, after: str) -> str:
    """The words after the phrase that call the action it names dangerous, or ""."""
    subject = f"{scope}{phrase}"
    found = _ACT_ZH.search(subject) and _DANGER_ZH.match(after)
    found = found or (_RASH_ZH.search(subject) and _HARM_ZH.match(after))
    if not found and _ACT_EN.match(subject):
        found = _DANGER_EN.match(after)
        if not found:
            harm = _HARM_EN.match(after)
            found = harm if harm and _RASH_EN.search(f"{subject}{harm[0]}") else None
    return found[0].strip(" ,") if found else ""
