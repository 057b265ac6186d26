"""Symptoms that stand beside an act as its condition, with no word for it: "Blue lips, drowsy: call 999", 黑便、呕血立即去急诊.

Rules this module keeps:

* A list of symptoms is a condition only where nothing but symptoms stands before the act in its sentence (or behind its colon):
  with a subject, a verb of being, or a word for the present (这是…, "he is grey, so") it tells how things are, and sets none.
* One symptom alone counts behind 再 and before 加重, 严重, or before a colon, a dash, "means" or "=".

It refuses to know whether the reader has the symptoms: a bare list of those that were told counts as a condition as well.
"""

from __future__ import annotations

import re
from typing import Final

_SIGN_ZH: Final = re.compile(
    r"疼|痛|晕|吐|喘|憋|[流出呕便咳咯带吐有]血|血[便块尿丝]|紫|抽|高?烧|发热|昏|迷|麻|肿|蔫|不醒|不应|水泡|模糊|没劲|无力|没力气|黄疸|寒战|黑便|不清|乏力|恶心|加重|严重|变差|恶化"
    r"|哭|不吃|不喝|尿少|不退|冷汗|心慌|胸闷|气短|呼吸|犯困|嗜睡|说胡话|抬不起|不利索|嘴歪|僵|发硬|没精神|精神差|走不稳|看不清|重影|出冷汗|血压|流脓|不对劲"
)
_TOLD_ZH: Final = re.compile(
    r"是|像|说明|属于|考虑|怀疑|已|[您他她它你我]|这|那|现在|今天|今晚|昨|建议|请(?!假)|别|不要|先|得[去打叫送]|该|需|加上|以后|之后|期间|所以|因为|孩子才|就[算是]|也|都|才|停|吃[了着]|喝[了着]|同时"
)
_NEW_ZH: Final = re.compile(r"这|说明|属于|已|现在|今天|今晚|怀疑|考虑|所以|因此|别|不要")
"""What tells of the present even before 就 ("…, 就去急诊")."""
_SIGN_EN: Final = re.compile(
    r"\b(?:pain|ache|breath\w*|seizures?|fits?|fitting|fever|vomit\w*|throwing up|being sick|drows\w*|sleepy|sleepiness"
    r"|floppy|limp|blue|gr[ae]y|pale|numb\w*|weak\w*|faint\w*|collaps\w*|dizz\w*|rash|bleed\w*|blood|stiff|blurred"
    r"|droop\w*|slurred|confus\w*|muddled|swelling|swollen|unresponsive|unconscious|palpitations|chok\w*|headache|worse"
    r"|wheez\w*|gasping|stools?|jaundice|chills|rigors|twitch\w*|unrousable|hard to wake|can't wake|pee|urine|cramps?"
    r"|muscles?|vision|sight|speech)\b"
)
_TOLD_EN: Final = re.compile(
    r"\b(?:is|are|was|were|am|this|that|he|she|it|you|your|his|her|their|i|we|they|has|have|had|so|because|since|now|still|please|not|don't|do|the|given|as|but|with|at|after|sounds?"
    r"|point|suggests?|could|may|might|needs?|should|must|will|would|can|mean)\b|\d|'s\b|'re\b|n't\b"
)
_SPEAKS: Final = re.compile(r"报|说|告诉|讲|让|把|.{0,12}(?:[您你他她这请]|因为)")
_URGENT: Final = re.compile(
    r"(?:[,:=—–→-]|\bmeans?\b|\bthen\b|\band(?: you| it's)?\b|\b(?:just|straight|immediately|right|please)\b"
    r"|立即|马上|立刻|立马|赶紧|赶快|就|要|得|直接|当天|请|尽快|的?话|\s|\*)*$"
)
_PARTS: Final = re.compile(r"[,、/:;—–+]|\bor\b|\band\b|或者|或|和|及|以及|伴")
_LED: Final = re.compile(r"(?:[:=—–→-]|\bmeans?|\bthen)\s*(?:just |straight )?$")
_FOR: Final = re.compile(
    r" for (?:any |new |sudden |severe |bad |worse |worsening |persistent )?"
    r"(?!this\b|that\b|his\b|her\b|your\b|the\b|him\b|you\b|help\b)([a-z ',]{2,60})"
)


def ahead(before: str, *, english: bool) -> str:
    """The symptoms that make up all of `before`, what an act's sentence says before it, or ""."""
    urgent = _URGENT.search(before)
    head = before[: urgent.start()] if urgent else before
    head = re.sub(r"^[\s\-•·*#\d.)①-⑨—]{0,6}", "", head).strip(" ,")
    if not head or len(head) > 120:
        return ""
    sign, told = (_SIGN_EN, _TOLD_EN) if english else (_SIGN_ZH, _TOLD_ZH)
    if (_NEW_ZH if before.endswith("就") else told).search(head):
        return ""
    chunks = [chunk for chunk in _PARTS.split(head) if chunk.strip()]
    signs = sum(sign.search(chunk) is not None for chunk in chunks)
    short = all((len(chunk.split()) <= 8) if english else (len(chunk) <= 16) for chunk in chunks)
    if not short or signs * 2 < len(chunks) or not signs:
        return ""
    alone = _LED.search(before) if english else re.match(r"[再又]|.{0,12}(?:加重|严重|变差|恶化|不退)$", head)
    return head[-40:] if signs > 1 or alone or (english and before.rstrip().endswith(",")) else ""


def behind(after: str, *, english: bool) -> str:
    """The symptoms that an act is said to be for ("call 999 for chest pain", 马上去急诊：呕血、黑便), or ""."""
    found = _FOR.match(after) if english else None
    if found and _SIGN_EN.search(found[1]):
        return found[0].strip()[:40]
    listed = re.match(r"[^,。:.;]{0,12}[:—]\s*([^。;.!?\n]{4,80})", after)
    if not listed:
        return ""
    sign = _SIGN_EN if english else _SIGN_ZH
    chunks = [chunk for chunk in _PARTS.split(listed[1]) if chunk.strip()]
    signs = sum(sign.search(chunk) is not None for chunk in chunks)
    told_first = _TOLD_EN.search(listed[1]) if english else _SPEAKS.match(listed[1].strip())
    return listed[1][:40] if signs > 1 and signs * 2 >= len(chunks) and not told_first else ""
