"""Makes hostile text fit to be quoted to a judge, and finds a judge's evidence in it.

Rules this module keeps:

* A fence is made of two brackets that no quoted text can hold: there they become ``[[`` and ``]]``. Each fence carries the nonce.
* The control words of chat templates (``<|im_end|>``, ``[/INST]``) get a ``¦`` inside: a local server could read them as the end
  of the message. A reader still sees what was written.
* What a reader would not see is spelled out (``[U+200B]``); of a long run the first eight, then how many more. An emoji keeps its
  joiners.
* The ranges are listed here and not asked of ``unicodedata``, whose answers change with the version of Python.
* What is too long loses its middle.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from evalcenter.records import record

OPEN: Final = "⟦"
CLOSE: Final = "⟧"
_BRACKETS: Final = {**dict.fromkeys("⟦〚", "[["), **dict.fromkeys("⟧〛", "]]")}
_ARMED: Final = re.compile(
    r"[⟦⟧〚〛]"
    r"|<(?=[|｜])|(?<=[|｜])>"
    r"|<(?=/?(?:s|think|thinking|bos|eos|start_of_turn|end_of_turn)>|</?SYS>>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\])",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]+"
)
_JOINERS: Final = frozenset({"\ufe0f", "\u200d", "\ufe0f\u200d"})
_SYMBOL: Final = re.compile("[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff0-9#*]")
_SPELLED: Final = 8
_GAP: Final = re.compile(r"\.{3,}|…+|⋯+")
_NOISE: Final = re.compile(r"[\s\"'“”‘’「」『』`*]+")
_LEAST: Final = 2


@record
class Shown:
    """A text as a judge sees it: `head`, then `tail` after `omitted` characters that were left out (0: nothing was).

    `hidden` counts the invisible characters that were spelled out, `disarmed` what looked like a fence or a control word.
    """

    head: str
    tail: str
    omitted: int
    hidden: int
    disarmed: int


def shown(text: str, longest: int | None = None) -> Shown:
    """`text` made visible and harmless; of more than `longest` characters, the first and the last half of that."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hidden = 0

    def spell(run: re.Match[str]) -> str:
        nonlocal hidden
        if _joins(text, run):
            return run[0]
        hidden += len(run[0])
        codes = " ".join(f"U+{ord(one):04X}" for one in run[0][:_SPELLED])
        more = len(run[0]) - _SPELLED
        return f"[{codes} +{more}]" if more > 0 else f"[{codes}]"

    text, disarmed = _ARMED.subn(_disarm, _HIDDEN.sub(spell, text))
    if longest is None or len(text) <= longest:
        return Shown(head=text, tail="", omitted=0, hidden=hidden, disarmed=disarmed)
    half = longest // 2
    tail = text[len(text) - half :]
    omitted = len(text) - 2 * half
    return Shown(head=text[:half], tail=tail, omitted=omitted, hidden=hidden, disarmed=disarmed)


def _joins(text: str, run: re.Match[str]) -> bool:
    """Whether `run` only shapes an emoji."""
    if run[0] not in _JOINERS or run.start() == 0 or not _SYMBOL.match(text, run.start() - 1):
        return False
    return run[0] == "\ufe0f" or _SYMBOL.match(text, run.end()) is not None


def _disarm(found: re.Match[str]) -> str:
    return _BRACKETS.get(found[0], "¦>" if found[0] == ">" else found[0] + "¦")


def fenced(nonce: str, name: str, end: str, text: str) -> str:
    """`text`, which went through `shown`, between its opening and its closing fence."""
    return f"{OPEN}{nonce} {name}{CLOSE}\n{text}\n{OPEN}{nonce} {name} {end}{CLOSE}"


def found(passage: str, text: str) -> bool:
    """Whether `passage` occurs in `text`, but for case, spaces, quotation marks and width; parts around dots, in order."""
    whole = _bare(text)
    parts = [part for part in map(_bare, _GAP.split(passage)) if part]
    if sum(map(len, parts)) < _LEAST:
        return False
    at = 0
    for part in parts:
        at = whole.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _bare(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())
