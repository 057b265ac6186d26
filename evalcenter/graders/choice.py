"""Marks whether an answer chooses exactly the right options.

Rules this module keeps:

* Only letters of the item's own options are choices, full-width ones too; the article "A" and the pronoun "I" are not.
* What counts, strongest first: a box; a definite statement (答案是, 故选, the answer is, I choose) with the list it begins; an
  answer that is nothing but letters or option lines, or that begins with its letters (``choice_lead.py``); verdicts on options
  (A 正确, C is wrong); "only C may"; the one option that is named, or whose text is given.
* Of several definite statements the last wins if the earlier ones are tentative (可能, might) or a revision (不对, 重新, wait,
  final) stands between. Two definite statements that differ without that are the grader's confusion: unjudged.
* Options under a denial (不选 A, not B) are not chosen. "A 或 B" is no choice: not met.
* An answer without any choice, a refusal or "none of them" included: not met. Options named or quoted, none chosen: unjudged.
* Where the question asks for what is wrong, "A is wrong" may mean either: verdicts decide only if one is called the answer.

Of an answer beyond 40,000 characters the first 10,000 and the last 30,000 are read.

It refuses to understand: an explanation that means an option without naming or quoting it is not a choice.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar, Final

from evalcenter.graders import choice_forms as forms
from evalcenter.graders import choice_lead as lead
from evalcenter.graders import choice_sheet as sheet
from evalcenter.graders import closing
from evalcenter.graders.choice_forms import MASK, Said
from evalcenter.records import Answer, Item, Mark, MarkState, Text, record

HEAD: Final = 10_000
TAIL: Final = 30_000
SHORT: Final = 80
_NUMBERED: Final = re.compile(r"(?m)^([ \t]{0,8})\d{1,2}[.)、][ \t]?(?=[(（]?[A-Z][)）.:：、 ])")


@record
class Choice:
    """The letters that must be chosen, and no others."""

    key: tuple[str, ...]

    def __post_init__(self) -> None:
        if (
            not self.key
            or len(set(self.key)) < len(self.key)
            or any(k not in sheet.LETTERS or len(k) != 1 for k in self.key)
        ):
            raise ValueError(f"key must be different capital letters, such as [A] or [A, D]; got {list(self.key)!r}")


# -- reading ----------------------------------------------------------------------------------------------------------


_NOT: Final = re.compile(r"不|\bnot\b|n't")
_POOR: Final = re.compile(rf"\s?(?:{forms.POOR})")
_CLAUSE: Final = re.compile(r"[，。,.;；\n]")


@lru_cache(maxsize=64)
def _or_another(letters: str) -> re.Pattern[str]:
    return re.compile(rf"\s?(?:或者?|还是|/|\bor\b)\s?[(（]?[{letters}](?![A-Za-z])")


def _cued(text: str, letters: str) -> list[Said]:
    """The definite and tentative statements, in order; denied ones left out."""
    made: list[Said] = []
    until = 0
    for found in forms.patterns(letters).cued.finditer(text):
        start, end = found.span("said")
        if start < until or forms.is_article(found["said"], text, end):
            continue
        cue = text[found.start() : start]
        if forms.DENIAL.search(text, max(0, found.start() - 10), found.start()) or _NOT.search(cue):
            continue
        cut = False
        if _POOR.match(text[end : end + 24]):
            comma = max(found["said"].rfind(mark) for mark in ",，;；")
            if comma < 0:
                continue
            end, cut = start + comma, True  # "答案是A，B错误": the fault is another option's
        before = text[max(0, found.start() - 16) : found.start()]
        clause = _CLAUSE.split(before)[-1] + cue
        hedged = _or_another(letters).match(text[end : end + 8]) is not None
        tentative = forms.TENTATIVE.search(clause) is not None or text[end : end + 2].strip()[:1] in {"?", "？"}
        alone = forms.letters_of(text[start:end], letters), end, True
        said, last, plain = alone if cut else _extended(text, start, end, letters)
        made.append(Said(said, start, last, hedged, tentative, plain))
        until = last
    return made


def _extended(text: str, start: int, end: int, letters: str) -> tuple[frozenset[str], int, bool]:
    """The letters of a statement with those that its list goes on to, its end, and whether they are plainly the choice."""
    said = forms.letters_of(text[start:end], letters)
    if len(said) == 1 and text[text.rfind("\n", 0, start) + 1 : start].strip(" -•(（[【") == "":
        listed, last, plain = lead.below(text, start, letters)
        if len(listed) > 1:
            return listed, last, plain
    return *lead.along(text, said, end, letters), True


def _decided(made: list[Said], text: str) -> tuple[Said | None, bool]:
    """(the statement that holds, whether two definite ones contradict each other)."""
    firm = [s for s in made if not s.tentative] or made
    if not firm:
        return None, False
    last = firm[-1]
    others = [s for s in firm[:-1] if s.letters != last.letters]
    if others and not forms.REVISION.search(text, others[-1].end, last.start):
        return last, True
    return last, False


def _lines(text: str, letters: str) -> Said | None:
    """An answer that is nothing but option lines ("A. …", "C、…"), or that starts with one and has no other."""
    pattern = forms.patterns(letters).line
    rows = [(row, pattern.match(row)) for row in text.splitlines() if row.strip()]
    heads = [
        (row, found) for row, found in rows if found and not forms.is_article(found["letter"], row, found.end("letter"))
    ]
    if not heads:
        return None
    verdicts = {found["letter"]: forms.verdict(row[found.end() :]) for row, found in heads}
    if any(verdicts.values()):
        chosen = frozenset(letter for letter, verdict in verdicts.items() if verdict == "good")
        return Said(chosen, 0, len(text)) if chosen else None
    first = heads[0][1]["letter"]
    group = forms.patterns(letters).group.match(rows[0][0].strip())
    if group and len(forms.letters_of(group[0], letters)) > 1:
        return None
    beside = [found["letter"] for found in forms.patterns(letters).beside.finditer(rows[0][0])]
    if len(heads) == 1 and len(beside) > 1 and beside[0] == first:
        return Said(frozenset(beside), 0, len(text))
    if rows[0][1] is None or (len(heads) < len(rows) and len(heads) > 1 and not _broken(rows)):
        return None
    return Said(frozenset(verdicts) if len(heads) > 1 else frozenset(first), 0, len(text))


def _broken(rows: list[tuple[str, re.Match[str] | None]]) -> bool:
    """Whether the lines without a letter are only rests of broken option lines."""
    return all(found or len(row.strip()) <= 12 for row, found in rows)


def _verdicts(text: str, letters: str, *, reverse: bool) -> Said | None:
    """The options called right, less those called wrong later; the one called the answer, if any, instead.

    `reverse`: the question asks for what is wrong, so "A is wrong" may mean either, and only the answer so called counts.
    """
    chosen: dict[str, bool] = {}
    named: frozenset[str] = frozenset()
    at = 0
    for found in forms.patterns(letters).verdict.finditer(text):
        if forms.is_article(found["said"], text, found.end("said")):
            continue
        said = forms.letters_of(found["said"], letters)
        if "答案" in (found["good"] or "") or forms.THE_ANSWER.match(text, found.end()):
            named |= said
        chosen.update(dict.fromkeys(said, found["good"] is not None))
        at = found.start()
    good = frozenset(letter for letter, is_good in chosen.items() if is_good)
    if named or (good and not reverse):
        return Said(named or good, at, at)
    return None


def _stated(text: str, letters: str) -> Said | None:
    """The last letters that a sentence ends on ("the ones that qualify are A and D")."""
    patterns = forms.patterns(letters)
    led = [m for m in patterns.stated.finditer(text) if not _refused(text, m.start())]
    if led:
        return Said(forms.letters_of(led[-1]["said"], letters), *led[-1].span("said"))
    return None


def _refused(text: str, at: int) -> bool:
    before = re.split(r"[。.;；\n]", text[max(0, at - 40) : at])[-1]
    return (
        re.search(
            rf"{forms.POOR}|不|\b(?:not|incorrect|wrong|false|neither|nor|or|others?|rest|remaining|whether|if|maybe|perhaps|cannot)\b|n't|其他|其余",
            before,
            re.IGNORECASE,
        )
        is not None
    )


def _boxed(text: str, letters: str) -> list[Said]:
    made = []
    for start, end in closing.boxes(text):
        found = re.fullmatch(rf"[\s{{]*{forms.patterns(letters).group.pattern}[\s}}.。]*", text[start:end])
        lead = forms.patterns(letters).line.match(text[start:end])
        if found:
            made.append(Said(forms.letters_of(found[0], letters), start, end))
        elif lead:
            made.append(Said(frozenset(lead["letter"]), start, end))
    return made


# -- the grader -------------------------------------------------------------------------------------------------------

_REASONS: Final = {
    "met": Text(zh="所选选项正确", en="the right options are chosen"),
    "other": Text(zh="所选选项与答案不符", en="other options are chosen"),
    "none": Text(zh="没有作出选择", en="nothing is chosen"),
    "hedged": Text(zh="在多个选项之间未作决定", en="the answer leaves it open between options"),
    "two": Text(zh="前后给出两个不同的最终选择", en="two different final choices are stated"),
    "several": Text(zh="提到多个选项，无法确定选择了哪个", en="several options are named, and none is marked as the choice"),
    "blocked": Text(zh="回答被拦截", en="the answer was blocked"),
}  # fmt: skip


class ChoiceGrader:
    """See the module's rules."""

    name: ClassVar[str] = "choice"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Choice]] = Choice

    def mark(self, params: Choice, item: Item, answer: Answer) -> Mark:
        """Met when exactly the key's options are chosen. Never raises because of what the answer contains."""
        if answer.state == "blocked":
            return Mark(state="not_met", reason=_REASONS["blocked"])
        said, why, text = read(item, answer.text)
        if said is None:
            state: MarkState = "unjudged" if why in {"two", "several"} else "not_met"
            return Mark(state=state, reason=_REASONS[why])
        excerpt = closing.sentence(text, said.start, min(said.end, said.start + 80)).replace(MASK, "…")
        if why:
            return Mark(
                state="unjudged" if why in {"two", "several"} else "not_met", reason=_REASONS[why], excerpt=excerpt
            )
        met = said.letters == frozenset(params.key)
        return Mark(state="met" if met else "not_met", reason=_REASONS["met" if met else "other"], excerpt=excerpt)


def read(item: Item, text: str) -> tuple[Said | None, str, str]:
    """(the choice, why it does not count or "", the text that was read). Without a choice the reason is none or several."""
    told = sheet.paper(item)
    letters = told.letters
    spoken = closing.spoken(text)
    if len(spoken) > HEAD + TAIL:
        spoken = f"{spoken[:HEAD]}\n{spoken[-TAIL:]}"
    plain = _NUMBERED.sub(r"\1- ", sheet.fold(spoken)).strip()
    masked, quoted = sheet.masked(sheet.without_echo(plain, told), told)
    for statements in (_boxed(masked, letters), _cued(masked, letters)):
        said, contradicted = _decided(statements, masked)
        if said:
            why = "two" if contradicted else "hedged" if said.hedged else "" if said.plain else "several"
            return said, why, masked
    patterns = forms.patterns(letters)
    small = patterns.small.fullmatch(masked)
    if small:
        return Said(frozenset(small[1].upper()), 0, len(masked)), "", masked
    whole = patterns.whole.fullmatch(masked)
    if whole:
        return Said(forms.letters_of(whole["said"], letters), 0, len(masked)), "", masked
    said, why = _unmarked(told, masked)
    if said or why:
        return said, why, masked
    return *_named(masked, letters, quoted, reverse=told.reverse), masked


def _unmarked(told: sheet.Paper, text: str) -> tuple[Said | None, str]:
    """A choice that no cue leads to, or why what stands there is none; (None, "") where nothing stands there."""
    letters, reverse, asked = told.letters, told.reverse, told.asked
    said, why = lead.leading(text, letters, asked)
    if said or why:
        return said, why
    said = _lines(text, letters)
    said = said or _verdicts(text, letters, reverse=reverse)
    if said:
        return said, ""
    said, why = lead.only(text, letters, asked)
    return (said, why) if said or why else (_stated(text, letters), "")


def _named(text: str, letters: str, quoted: frozenset[str], *, reverse: bool) -> tuple[Said | None, str]:
    """The one option named, or quoted in a short answer, where nothing definite is said."""
    patterns = forms.patterns(letters)
    found = list(patterns.named.finditer(text))
    names = frozenset((m["a"] or m["b"]) for m in found)
    denied = any(forms.DENIAL.search(text, max(0, m.start() - 10), m.start()) for m in found) or re.search(
        forms.POOR, text
    )
    if len(names) == 1 and not denied:
        return Said(names, found[0].start(), found[0].end()), ""
    if not names and len(quoted) == 1 and len(text) <= SHORT and not denied and not patterns.verdict.search(text):
        return Said(quoted, 0, len(text)), ""
    undecided = len(names) > 1 or quoted or (reverse and patterns.verdict.search(text))
    return None, "several" if undecided else "none"


plugin: Final = ChoiceGrader()
