"""The wordings in which options are chosen and judged, as patterns for ``choice.py``.

Rules this module keeps:

* Patterns are built once for each set of letters; every repetition is bounded or possessive, so that reading is linear.
* A verdict (A is right, C 不符合) stands directly behind its letters.

It refuses to decide: it names places, ``choice.py`` decides which of them counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

MASK: Final = "\ue000"
"""Stands where an option's own wording stood."""
Asked = Literal["right", "wrong", "unclear"]
"""What a question asks for."""


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: the letters, where, and whether it hedges ("A or B") or is tentative ("might be A").

    `plain` is false for a list below a cue that may be no more than the options, or reasons for and against.
    """

    letters: frozenset[str]
    start: int
    end: int
    hedged: bool = False
    tentative: bool = False
    plain: bool = True


_CUE: Final = (
    r"(?:(?:答案|选项(?=\s?[是为:：])|正确选择|正解|答(?=\s?[:：]))(?:应该|应当|应|就|只能|只有|可能|似乎|大概|不|并|也)*"
    r"(?:\s|选择?|是|为|有|即|[:：=】\]」)）→]|包括|如下|以下|应为|分别|字母|->|-){1,8}"
    r"|(?:选择|选取|勾选|选出|选定|选(?!项))(?:了|的是|的|为|是|答案|正确)?(?:\s|[:：])*"
    r"|正确的?(?:说法|选项|做法|表述|描述|项|陈述|处理|措施|一项|是|有|为|包括|的){1,3}(?:\s|[:：]|是|有|为|包括)*"
    r"|\b(?:answers?|choices?|options?|selections?|responses?)\b"
    r"(?:\s(?:choice|option|letter|here|to this question|to the question))?"
    r"(?:\s|is|are|would be|should be|will be|must be|might be|may be|could be|not|isn't|[:：=)\]-]){1,8}"
    r"(?:(?:therefore|thus|clearly|definitely|likely|probably|most likely|indeed|both|only|options?|letters?|choices?"
    r"|the following)\b[\s:]{0,3}){0,3}"
    r"|\b(?:choose|select|pick|go with|opt for|choosing|selecting|going with|settle on|answer with)\s"
    r"(?:(?:both|options?|answers?|letters?|choices?)\s){0,2}"
    r"|\b(?:correct|right|true|best|appropriate)\s(?:answers?|options?|ones?|choices?|statements?)\s?"
    r"(?:is|are|would be|:|：)\s?(?:options?\s|both\s)?)"
)
TENTATIVE: Final = re.compile(
    r"可能|似乎|也许|大概|初步|先假设|如果|假如|若|看起来|乍看|容易|误|"
    r"\b(?:might|may|could|perhaps|possibly|initially|at first|tempting|if|seems?|one might|some might|first thought|suppose)\b",
    re.IGNORECASE,
)
DENIAL: Final = re.compile(
    r"(?:不|不能|不应|不该|不可|不要|勿|别|不会|并非|没有?|未|不得|无法|错|误|不是|排除|非"
    r"|can't|cannot|don't|not|never|isn't|avoid|eliminate|rule out|n't)"
    r"[\s]{0,2}(?:去|再|to |be )?$",
    re.IGNORECASE,
)
REVISION: Final = re.compile(
    r"不对|更正|纠正|修正|重新|抱歉|有误|应改|等等|再想|再看|再检查|仔细|最终|最后|综上|然而|但是|不过"
    r"|\b(?:wait|correct(?:ion|ing)|actually|sorry|mistake|revis\w+|reconsider\w*|instead|however|final(?:ly)?|hmm)\b"
    r"|\bon reflection\b|\bno,",
    re.IGNORECASE,
)
GOOD: Final = (
    r"(?:选项|项|两项|三项|四项|选项内容)?\s?(?:都|均|才|就|最|更|也|完全|说法|表述)*(?:是|为)?(?:正确|符合|(?:本题|该题|此题)的?(?:正确)?答案|对的|对(?=[，。,.;；、)）\]\sA-Z]|$)|合适|恰当|应选|当选|入选|√|✓|✔|✅)"
    r"|(?:is|are)\s(?:(?:both|all|the|most|clearly|indeed|also|only|definitely)\s){0,3}(?:correct|right|true|best|answers?\b|appropriate)"
    r"|[:：]?\s?(?:correct|true|qualif(?:y|ies))\b"
)
POOR: Final = (
    r"(?:选项|项|两项|三项|四项|选项内容)?\s?(?:都|均|才|就|也|完全|说法|表述)*(?:是|为)?(?:错误|错的?(?=[，。,.;；、)）\]\sA-Z]|$)|不正确|不符合?|不对|不合适|不恰当|不选|不当选|排除|可排除|[×✗✘❌])"
    r"|(?:is|are)\s(?:(?:both|all|also|clearly|therefore|definitely)\s){0,3}(?:incorrect|wrong|false|not|inappropriate|eliminated|ruled)"
    r"|[:：]?\s?(?:incorrect|false|wrong|(?:does|do|did)(?:\snot|n['’]t)\s(?:qualify|apply|count|fit|meet))\b"
)
THE_ANSWER: Final = re.compile(r"[，,、\s]{0,2}(?:故|因此|所以)?(?:为|是)(?:本题|该题|此题)的?(?:正确)?(?:答案|选项)")
REVERSE: Final = re.compile(
    r"不(?:属|包|正确|宜|应|能|可|是|会|符|恰|合适|需|得|发生|表现|产生|存在|影响|用|易|妥|当)|除(?:外|了|哪)|错误|有误|无关"
    r"|[禁勿]|\b(?:except|not|incorrect|false|wrong|least|inappropriate|contraindicated|avoid\w*|withh[eo]ld\w*|unsafe|prohibited"
    r"|forbidden)\b",
    re.IGNORECASE,
)
_ARTICLE: Final = re.compile(
    r"\s(?!(?:is|are|was|and|because|since|as|for|or|but|with|which|that|would|seems?|due|in|by)\b)[a-z]|['’]"
)


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns for one set of letters."""

    group: re.Pattern[str]
    cued: re.Pattern[str]
    verdict: re.Pattern[str]
    line: re.Pattern[str]
    beside: re.Pattern[str]
    named: re.Pattern[str]
    stated: re.Pattern[str]
    small: re.Pattern[str]
    whole: re.Pattern[str]
    bare: re.Pattern[str]


@lru_cache(maxsize=64)
def patterns(letters: str) -> Patterns:
    """The patterns for the options `letters`, such as "ABCD"."""
    one = (
        rf"(?:[(（\[【{{“\"'「<《]\s?){{0,2}}(?:选项\s?|[Oo]ptions?\s)?[{letters}](?:选项|项)?"
        rf"(?:\s?[)）\]】}}”\"'」>》]){{0,2}}"
    )
    joint = (
        r"(?>\s?(?:[、,，;；/&+]\s?(?:和|与|and\s)?|和|与|以及|及|跟|\band\b|\bplus\b"
        r"|\n(?=\W{0,3}[A-Z]\W{0,3}(?:\n|$)))\s?|\s?)"
    )
    # Possessive: the ways to divide a long row of letters and spaces must not multiply.
    many = rf"{one}(?:{joint}{one}(?=[{letters}]|[^A-Za-z0-9_]|\Z)){{0,25}}+(?![A-Za-z0-9_])"
    group = rf"(?<![A-Za-z0-9_.-]){many}"
    lower = rf"[(（]?[{letters.lower()}](?=[)）.。,，\s]{{0,3}}(?:$|\n))"
    return Patterns(
        group=re.compile(group),
        cued=re.compile(rf"(?i:{_CUE})(?P<said>(?<![A-Za-z0-9_]){many}|{lower})"),
        verdict=re.compile(rf"(?P<said>{group})\s?(?:(?P<poor>{POOR})|(?P<good>{GOOD}))"),
        line=re.compile(rf"\s{{0,12}}(?:[-•]\s)?[(（\[【]?(?P<letter>[{letters}])(?:[)）\]】]|[.、．:：,，。](?!\d{{2}})|\s|$|(?={MASK}))[.、:：]?"),
        beside=re.compile(rf"(?<![A-Za-z0-9])(?P<letter>[{letters}])[)）.、．:：]\s?{MASK}"),
        named=re.compile(rf"(?:选项\s?|[Oo]ption\s|[Cc]hoice\s)[(（]?(?P<a>[{letters}])(?![A-Za-z0-9])|(?<![A-Za-z0-9])(?P<b>[{letters}])[)）]?\s?(?:选项|项(?!目))"),
        stated=re.compile(rf"(?:\b(?:(?:is|are|be)|(?:it|that|this|one)['’]s)\s|[:：是为])\s?(?P<said>{many})(?=[\s{MASK}]{{0,3}}(?:[.。,，;；(（\n]|$))"),
        small=re.compile(rf"\W{{0,3}}([{letters.lower()}])\W{{0,3}}"),
        whole=re.compile(rf"\W{{0,8}}(?P<said>{group})[\W{MASK}]{{0,8}}"),
        bare=re.compile(rf"\W{{0,3}}{group}\W{{0,3}}"),
    )  # fmt: skip


def letters_of(said: str, allowed: str) -> frozenset[str]:
    """The letters in `said`, a match of ``Patterns.group``."""
    bare = re.sub(r"[Oo]ptions?|and|plus", "", said)
    found = [c for c in bare if c in allowed]
    return frozenset(found or [c for c in bare.upper() if c in allowed])


def is_article(said: str, text: str, end: int) -> bool:
    """Whether the group is only the English article or pronoun."""
    return said.strip() in {"A", "I"} and _ARTICLE.match(text, end) is not None


def verdict(rest: str) -> str:
    """What an option's line says of it: good, poor or ""; `rest` is the line without its letter."""
    plain = rest.replace(MASK, "").strip(" ：:—–-，,。.(（")
    if re.match(POOR, plain):
        return "poor"
    return "good" if re.match(GOOD, plain) else ""
