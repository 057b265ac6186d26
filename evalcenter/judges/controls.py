"""Statements whose truth is known by construction, which tell a judge that was talked over from one that reads.

Rules this module keeps:

* The truth follows from the shown text alone: an invented name that occurs nowhere, a word that the answer holds, the script
  that it is written in. No control asks for knowledge.
* Each kind comes as an assertion and as a denial, true or false: neither "met" for all, nor "not_met" for all, nor "met" for what
  is asserted and "not_met" for what is denied gets through a true and a false control of drawn kinds for certain.
* What is taken over from an answer is one short word in quotation marks: no order can be smuggled into the statements with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from evalcenter.draws import Draws
from evalcenter.judges import wording
from evalcenter.records import Lang, record

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_LATIN: Final = re.compile("[A-Za-z]")
_WORD: Final[Mapping[Lang, re.Pattern[str]]] = {
    "zh": re.compile("[\u4e00-\u9fff]{3}"),
    "en": re.compile(r"(?<![\w'’-])[a-z]{5,12}(?![\w'’-])"),
}
STOPS: Final = ".。"
"""A statement is shown without its full stop, be it a control or a criterion."""
_CLEAR: Final = 40
_TIMES: Final = 4
_MOST_WORDS: Final = 400


@record
class Control:
    """One statement with its truth; `kind` is ``language``, ``present`` or ``absent``."""

    kind: str
    text: str
    truth: bool


def draw(draws: Draws, lang: Lang, answer: str, seen: str, *, truth: bool) -> Control:
    """A statement in `lang` about `answer`, of a drawn kind, that is as true as `truth` says.

    `answer` is what the judge is shown of the answer, `seen` everything that it is shown.
    """
    bank = wording.words(lang)["controls"]
    kinds = ["absent"]
    held = [found[0] for found in _WORD[lang].finditer(answer)][:_MOST_WORDS]
    if held:
        kinds.append("present")
    script = _script(answer)
    if script is not None:
        kinds.append("language")
    kind = draws.choice(kinds)
    if kind == "language":
        asked = draws.choice(wording.LANGS)
        return _said(kind, bank["language"], bank["languages"][asked], truth=truth, holds=asked == script)
    frame = draws.choice(bank[kind])
    name = draws.choice(held) if kind == "present" else _invented(draws, bank, seen)
    return _said(kind, frame, name, truth=truth, holds=kind == "present")


def holds(lang: Lang, text: str, answer: str) -> bool | None:
    """Whether the control `text` is true of `answer`; None where no control is worded so."""
    bank = wording.words(lang)["controls"]
    text = text.rstrip(STOPS)
    for kind, frames in (("language", [bank["language"]]), ("quote", [*bank["present"], *bank["absent"]])):
        for frame in frames:
            for asserts, template in zip((True, False), frame, strict=True):
                before, after = template.rstrip(STOPS).split("{name}")
                if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
                    name = text[len(before) : len(text) - len(after)]
                    return asserts == (_written(bank, name, answer) if kind == "language" else _held(name, answer))
    return None


def _held(name: str, answer: str) -> bool:
    return name.casefold() in answer.casefold()


def _written(bank: Mapping[str, Any], name: str, answer: str) -> bool:
    han, latin = len(_HAN.findall(answer)), len(_LATIN.findall(answer))
    return bool(name == bank["languages"]["zh" if han > latin else "en"])


def _said(kind: str, frame: Any, name: str, *, truth: bool, holds: bool) -> Control:
    """The assertion where it `holds` as `truth` wants it, else the denial."""
    return Control(kind=kind, text=wording.fill(frame[0 if holds == truth else 1], name=name), truth=truth)


def _invented(draws: Draws, bank: Mapping[str, Any], seen: str) -> str:
    """A name of three syllables, or more, that `seen` does not hold."""
    name = "".join(draws.sample(bank["syllables"], 3)).capitalize()
    while name.casefold() in seen.casefold():
        name += draws.choice(bank["syllables"])
    return name


def _script(text: str) -> Lang | None:
    """The language that `text` is written in where there is no doubt."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if han >= _CLEAR and han > _TIMES * latin:
        return "zh"
    return "en" if latin >= _CLEAR and latin > _TIMES * han else None
