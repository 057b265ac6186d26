"""Where an answer says what it finally says: shared by the graders that read a single choice or a single number.

Rules this module keeps:

* Thinking is not an answer: ``<think>`` blocks are left out, and a block that never closes hides all that follows it.
* A scope is a place where a conclusion stands, strongest first: a box, a final answer, an answer, a conclusion.
* Everything is linear in the length of the text.

It refuses to decide: it finds places, the graders read them.
"""

from __future__ import annotations

import re
from typing import Final

_CLOSE: Final = re.compile(r"</\s?(?:think|thinking|thought|reasoning|analysis)\s?>", re.IGNORECASE)
_OPEN: Final = re.compile(r"<\s?(?:think|thinking|thought|reasoning|analysis)\s?>", re.IGNORECASE)
_BOX: Final = re.compile(r"\\(?:boxed|fbox)\s?\{")
_BEGINS: Final = r"(?=[最正标参答计结因所故综由总从合共得评fc\n.;,\])]|(?<!\w)[a-z]|^)"
"""What any word of conclusion begins with: most places of a text are passed by at once."""
_ANSWER: Final = re.compile(
    _BEGINS + r"(?:(?P<final>(?:最终|最后|正确|标准|参考)的?(?:答案|结果|选项|计算结果)|final\s(?:answer|result)"
    r"|correct\s(?:answer|option|choice)s?)"
    r"|(?P<answer>答案|答复|计算结果|结果(?=[是为:：])"
    r"|\banswers?\b(?!\s(?:the|this|your|my|that|question))|\bresult\b(?=\**\s?(?:is|:|=)))"
    r"|(?P<so>因此|所以|(?<![缘何事世温变无典亲如原借])故(?![障事意乡宫])|综上|由此|总之|从而|合计|总计|总分|共计|总共|得分"
    r"|评分(?=[是为:：])|\b(?:therefore|thus|hence|in conclusion|in summary|consequently|overall)\b"
    r"|\b(?:total|sum)(?:\s[\w-]+){0,3}\s?(?=is\b|=|:|of\b|comes\b)"
    r"|(?:^|\n|[.;,\])]\s)So\b))",
    re.IGNORECASE | re.ASCII,
)
_END: Final = re.compile(r"[。！？!?\n；;]|\.(?=\s|$|[*\"”)])")
_LEAD: Final = re.compile(r"[\s*_#:：是为=\-—>`]{0,40}")
_REACH: Final = 400


def spoken(text: str) -> str:
    """`text` without its thinking."""
    if "<" not in text:
        return text
    closes = list(_CLOSE.finditer(text))
    if closes and not _OPEN.search(text, 0, closes[0].start()):
        text = text[closes[0].end() :]  # the template opened the block, and only its end was sent
    parts, at = [], 0
    for opened in _OPEN.finditer(text):
        if opened.start() < at:
            continue
        parts.append(text[at : opened.start()])
        closed = _CLOSE.search(text, opened.end())
        if not closed:
            return "\n".join(parts)
        at = closed.end()
    return "\n".join([*parts, text[at:]])


def boxes(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of what stands in the last twenty LaTeX boxes, braces balanced, at most 200 characters each."""
    if "\\" not in text:
        return ()
    return tuple((found.end(), _closed(text, found.end())) for found in list(_BOX.finditer(text))[-20:])


def _closed(text: str, start: int) -> int:
    depth = 1
    for at in range(start, min(len(text), start + 200)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return min(len(text), start + 200)


def scopes(text: str) -> tuple[tuple[str, int, int], ...]:
    """(kind, start, end) of what follows a word of conclusion, in order; kind is final, answer or so.

    A scope reaches to the end of its sentence (400 characters at most); where nothing follows the word on its line, to the
    end of the next one.
    """
    made: list[tuple[str, int, int]] = []
    for found in _ANSWER.finditer(text):
        lead = _LEAD.match(text, found.end())
        start = lead.end() if lead else found.end()
        ended = _END.search(text, start, start + _REACH)
        made.append((found.lastgroup or "so", found.end(), ended.start() if ended else min(len(text), start + _REACH)))
    return tuple(made)


def sentence(text: str, start: int, end: int, reach: int = 60) -> str:
    """The neighbourhood of ``text[start:end]``, for an excerpt."""
    return " ".join(text[max(0, start - reach) : end + reach].split())
