"""Reads what an answer says of an act: ordered now, on a condition, put off, offered, denied, or only named; and leave to wait.

Rules this module keeps:

* Every place of an act is read by itself, within its sentence (a semicolon ends one as well) and the heading of its list.
* Symptoms beside an act with no word for a condition are one where nothing else stands there (`order_signs`).
* Denial is told by `negation`, as for `mentions`. A condition, a late time or an offer takes the order from that place alone.
* A word of time that the answer denies ("not in the morning", 别等天亮) is not its time.
* All gaps are bounded and only the neighbourhood of an act is read, so the work is linear in the length of the answer.

It refuses to understand: an act said in words that are not listed is not seen, and whether a condition is met already is not told.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from evalcenter.graders import negation, order_signs, wording
from evalcenter.graders import order_terms as terms
from evalcenter.graders import order_words as words
from evalcenter.graders.mentions import parts

Kind = Literal["order", "condition", "late", "vague", "offer", "named", "denied"]
By = Literal["now", "today", "days"]
RANKS: Final = {"now": 0, "today": 1, "days": 2}
LIMIT: Final = 500
_REACH: Final = 160
_STOP: Final = (
    r"(?!(?:if|unless|when|because|but|until|till|before|after|who|which|that|while|instead|whether|than|not|then|tell|say"
    r"|without|nor|since|so|although|is|are|was|were|it's|that's|he's|she's|you're|they're|i'm)\b)"
)
_WORD: Final = rf"(?: {_STOP}[\w'/&()+\"]+,?)"
_HAN: Final = r"[^。!?;\n:,、]"
_NO_DENIAL: Final = frozenset({"停止"})
"""What denies the deed beside an order, and not the order: 停止工作并去医院."""
_OVER: Final = re.compile(
    r"^\S+ (?!think|believe|mean|say|feel)(?:[\w']+ ){3,24}(?:needs? to|has to|must|should) (?:be )?(?:\w+ )?$"
)
"""What ends the reach of an English denial: a new verb for the subject ("a baby who can't be woken needs to go …")."""
_OMITS: Final = frozenset({"skip", "miss", "forget to", "delay"})
_WAIVED: Final = re.compile(
    r"no need|not need|n't need|needn't|不用|不必|无需|没必要|不需要|犯不|用不着|without going|无须|没有必要"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One place of an act: how it is meant, the words that made it so, and its span in the folded text."""

    kind: Kind
    why: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Timing:
    """When an order is to be followed: 0 now, 1 today, 2 within days, 3 later, -1 not said or vaguely; and the word for it."""

    rank: int
    word: str


def _any(phrases: tuple[str, ...]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def _edged(phrases: tuple[str, ...]) -> str:
    """A pattern for any of the phrases; English ones as whole words, with or without s."""
    en = tuple(phrase for phrase in phrases if phrase.isascii())
    zh = tuple(phrase for phrase in phrases if not phrase.isascii())
    both = [rf"(?<![\w'])(?:{_any(en)})s?(?![\w'])"] if en else []
    return "|".join([*both, *([_any(zh)] if zh else [])])


_TIMES: Final = tuple(
    re.compile(_edged(part)) for part in (words.NOW, words.TODAY, words.DAYS, words.LATER, words.VAGUE)
)
_LOST: Final = re.compile(r"[^。!?\n]{0,14}?(?:" + _any(words.LOST) + ")")
_TIME_NEXT: Final = re.compile(rf"[,—–: -]{{0,3}}(?:and )?(?:please )?(?:{_edged((*words.NOW, *words.TODAY))})")
_AGAIN: Final = re.compile(
    r"(?:等|观察|看看|分钟|小时|钟头|天|休息|睡|[还没完后了]|会儿?|阵|不)[^。]{0,12}?[,]?(?:再|才)[^,。]{0,3}$"
)


@lru_cache(maxsize=256)
def _pattern(act: words.Act) -> re.Pattern[str]:
    """The places of a named act."""
    other = "" if act.timed else f"(?! (?:{'|'.join(words.NOT_A_PLACE)}))"
    target = rf"(?<!gas )(?:{_any(act.what_en)})s?(?![\w']){other}"
    do_en, do_zh, what_zh = _any(act.do_en), _any(act.do_zh), _any(act.what_zh)
    what_zh = what_zh.replace("医院", rf"(?<!社区)(?<!互联网)医院(?!{_any(words.NOT_A_WARD)})")
    do_zh = do_zh.replace("上", "(?<![晚早以网线])上(?!级)")
    soon = _edged((*words.NOW, *words.TODAY))
    made = [
        rf"(?<![\w'])(?:{do_en})(?:(?! (?:{do_en})\b){_WORD}){{0,7}}? {target}",
        rf"(?:{do_zh})(?![不了过完])(?:(?!{do_zh}){_HAN}){{0,14}}?(?:{what_zh})(?:的?{_HAN}{{0,4}}(?:{what_zh}))?",
    ]
    beside = rf"(?: or \w+(?: \w+)?)?(?:,? please)?[ ,.!:—–-]{{1,3}}(?:and )?(?:the )?(?:{soon})"
    made += [
        rf"(?P<bare>(?<![\w'£$,.])(?:{target}){beside}|\bthen (?:to )?(?:the )?{target})",
        rf"(?:{soon})就?(?:{what_zh})",
        rf"(?:{what_zh}){_HAN}{{0,4}},?(?:{soon})就?(?:{do_zh})",
    ]
    if act.soon_en:
        made.append(
            rf"(?<![\w'])(?:{_any(act.soon_en)})(?: (?:back|there|in|on|together|down)){{0,2}}[ ,—–-]{{1,3}}(?:{soon})"
        )
    if act.soon_zh:
        ends = [word if len(word) > 1 else rf"{word}(?=[,。!;\n]|$)" for word in act.soon_zh]
        made.append(rf"(?:{soon}){_HAN}{{0,3}}?(?:{'|'.join(ends)})")
    made += [rf"(?<![\w'])(?:{_any(act.whole_en)})(?![\w'])"] if act.whole_en else []
    made += [f"(?:{_any(act.whole_zh)})"] if act.whole_zh else []
    return re.compile("|".join(made))


@lru_cache(maxsize=512)
def _phrase(phrase: str) -> re.Pattern[str]:
    """The places of a phrase of an author's own; ``...`` is a gap of at most 40 characters within a clause."""
    made = (
        rf"(?<![a-z0-9])(?:{re.escape(part)})(?:e?s)?(?![a-z0-9])" if part.isascii() else re.escape(part)
        for part in parts(phrase)
    )
    return re.compile(rf"{_HAN}{{0,40}}?".join(made))


class Acts:
    """One answer, and what it says of acts."""

    def __init__(self, text: str) -> None:
        self._folded = wording.fold(text)
        self.text = self._folded.text
        self._segments = list(_segments(self.text))
        self._starts = [start for start, _ in self._segments]
        self._lines = [0, *(found.end() for found in re.finditer("\n", self.text))]
        self._headings = list(_headings(self.text))

    def quote(self, start: int, end: int) -> str:
        """The original of a place."""
        return self._folded.source(start, end, 80)

    def sentence(self, start: int) -> str:
        """The original of the sentence around a place."""
        low, high = self._span(start)
        return self._folded.source(max(low, start - 60), high)

    def said(self, acts: tuple[str, ...], phrases: tuple[str, ...], by: By) -> Iterator[Said]:
        """How each place of the acts and phrases is meant, in order within each."""
        for name in acts:
            act = words.ACTS[name]
            for found in _pattern(act).finditer(self.text):
                bare = found["bare"] is not None
                yield self._read(found.span(), by, timed=act.timed, bare=bare)
        for phrase in phrases:
            for found in _phrase(phrase).finditer(self.text):
                yield self._read(found.span(), by, timed=False, bare=False)

    def waits(self, phrases: tuple[str, ...] = ()) -> Iterator[Said]:
        """The places where the reader is let wait."""
        for pattern in (terms.WAIT, *map(_phrase, phrases)):
            for found in pattern.finditer(self.text):
                start, end = found.span()
                low, high = self._span(start)
                if terms.NOT_YET.search(self.text, max(low, start - 40), start):
                    continue
                if self._asked(high) or terms.DANGEROUS.match(self.text[end : min(high, end + 60)]):
                    continue
                if not self._denied(start, end):
                    yield Said("order", found[0], start, end)

    # -- one place ----------------------------------------------------------------------------------------------------

    def _span(self, at: int) -> tuple[int, int]:
        return self._segments[bisect_right(self._starts, at) - 1]

    def _denied(self, start: int, end: int) -> str:
        """The word that denies a place, or ""."""
        at = bisect_right(self._starts, start) - 1
        low, high = self._segments[at]
        low = max(low, start - negation.BEFORE)
        window = self.text[low : min(max(high, end), end + negation.AFTER)]
        return negation.denied(window, start - low, end - low, self.text[max(high, end) : max(high, end) + 90].lstrip())

    def _asked(self, high: int) -> bool:
        return self.text[max(0, high - 8) : high].rstrip("\"”’' \n").endswith("?")

    def _read(self, place: tuple[int, int], by: By, *, timed: bool, bare: bool) -> Said:
        kind, why = next(self._kinds(*place, by, timed=timed, bare=bare))
        return Said(kind, why, *place)

    def _kinds(self, start: int, end: int, by: By, *, timed: bool, bare: bool) -> Iterator[tuple[Kind, str]]:
        """What the place may be, with the words for it: what comes first counts."""
        low, high = self._span(start)
        high = max(high, end)
        before, after = self.text[max(low, start - _REACH) : start], self.text[end : min(high, end + _REACH)]
        act = self.text[start:end]
        if self._asked(high):
            yield "named", "?"
        condition = self._condition(start, before, act, after)
        if condition:
            yield "condition", condition
        denial = self._denial(start, end, before)
        if denial:
            yield "denied", denial
        yield from self._named(before, act, after, bare=bare)
        timing = self._timing(start, end, (max(low, start - _REACH), min(high, end + _REACH)))
        if timing.rank > RANKS[by]:
            yield "late", timing.word
        if timing.rank < 0 and by != "days" and (timed or timing.word):
            yield "vague", timing.word
        yield "order", timing.word

    def _denial(self, start: int, end: int, before: str) -> str:
        """The words that deny the order, or ""."""
        word = self._denied(start, end)
        beside = _OVER.search(before[before.rfind(word) :]) or (word in _OMITS and re.search(r"\band\b", before[-24:]))
        if word and word not in _NO_DENIAL and not beside:
            return word
        needs = self.text.startswith("need", start)
        found = (terms.NONE_EN if needs else terms.DENY_ZH).search(before)
        return found[0].strip() if found else ""

    def _named(self, before: str, act: str, after: str, *, bare: bool) -> Iterator[tuple[Kind, str]]:
        """Whether the act is only asked about, offered or told of, with the words that say so."""
        near = before.rstrip()[-48:]
        asked = terms.ASKED.search(before)
        if asked:
            yield "named", asked[0].strip()
        described = terms.DESCRIBED.match(after)
        if described:
            yield "named", described[0].strip()
        if bare:
            left = terms.LEFT_EN.search(near)
            if left:
                yield "denied", left[0].strip()
            return
        if act.isascii():
            offer, named = terms.OFFER_EN.search(near), terms.NAMED_EN.search(near)
            named = named or (terms.NOUN_EN.search(near) if act.startswith(terms.NOUNS) else None)
        else:
            offer, named = terms.OFFER_ZH.search(near), terms.NAMED_ZH.match(after)
            if named and named[0].endswith("后") and _TIMES[0].search(near[-8:] + act):
                named = None
        if offer:
            yield "offer", offer[0].strip()
        if named:
            yield "named", named[0].strip()

    def _condition(self, start: int, before: str, act: str, after: str) -> str:
        """The words on which the act depends, or ""."""
        irrelevant = terms.IRRELEVANT.search(before)
        tail = before[irrelevant.end() :] if irrelevant else before
        ahead = [found for found in terms.CONDITION.finditer(tail + act[:4]) if found.start() < len(tail)]
        if ahead and not terms.FREE.search(tail, min(ahead[-1].end(), len(tail))):
            return ahead[-1][0].strip()
        behind = terms.CONDITION.search(after)
        if behind and _governs(after, behind, english=act.isascii()):
            return behind[0].strip()
        signs = order_signs.ahead(before, english=act.isascii()) or order_signs.behind(after, english=act.isascii())
        if signs:
            return signs
        low = self._span(start)[0]
        asking = terms.ASKING.search(self.text[max(0, low - 60) : low]) if not before.strip() else None
        return asking[0].strip() if asking else self._headings[bisect_right(self._lines, start) - 1]

    def _timing(self, start: int, end: int, span: tuple[int, int]) -> Timing:
        """When the act is to be done, by the words of its clause, then by what its sentence says before."""
        low, high = span
        text = self.text
        left = max((found.end() for found in re.finditer(r"[,:(—]|\band\b|\bthen\b", text[low:start])), default=0) + low
        right = re.search(r"[,:(—]|\b(?:and|but|or|then)\b", text[end:high])
        stop = end + right.start() if right else high
        close = _TIME_NEXT.match(text, end)
        stop = max(stop, close.end()) if close else stop
        again = _AGAIN.search(text, max(low, start - 40), start)
        first = terms.BEFORE_EN.search(text[max(low, start - 90) : start])
        if first and not self._denied(start - len(first[0]), start):
            return Timing(3, first[0])
        if again and not self._denied(again.start(), start):
            return Timing(3, again[0])
        return self._times(left, stop) or self._times(low, left) or Timing(-1, "")

    def _times(self, at: int, till: int) -> Timing | None:
        """The time that is named first from `at` on; what is due at once outdoes what is due today behind it."""
        found = sorted(
            (place.start(), rank, place[0])
            for rank, pattern in enumerate(_TIMES)
            for place in pattern.finditer(self.text, at, till)
            if rank < 2 or not (self._denied(*place.span()) or _LOST.match(self.text, place.end()))
        )
        if not found:
            return None
        _, rank, word = found[0] if found[0][1] >= 2 else min(found, key=lambda time: time[1])
        return Timing(-1 if rank > 3 else rank, word)


def _governs(after: str, found: re.Match[str], *, english: bool) -> bool:
    """Whether a condition behind an act is its own, and not that of another clause."""
    if after.rstrip().endswith(":"):  # "Call 999, or go in, if:" heads a list
        return True
    between = after[: found.start()]
    if not english:
        return found.start() < 16 and not re.search(r"[,:]", between)
    if terms.NEXT.search(between.strip(" ,")):
        return False
    return not between.rstrip().endswith(",") or not re.search(r"[,—]", after[found.end() :])


def waived(said: Said) -> bool:
    """Whether a denied act is called needless, and not forbidden or left undone for another reason."""
    return said.kind == "denied" and _WAIVED.search(said.why) is not None


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Spans of sentences, ended by a semicolon as well."""
    for start, end in wording.sentences(text):
        at = start
        for found in re.finditer(";", text[start:end]):
            yield at, start + found.end()
            at = start + found.end()
        if at < end:
            yield at, end


def _headings(text: str) -> Iterator[str]:
    """For each line, the words of the heading above that set a condition for it as a member of its list, or ""."""
    held = ""
    for line in text.split("\n"):
        plain = line.strip()
        if wording.bullet(line) and not plain.startswith("#"):
            yield held
            continue
        yield ""
        if not plain:
            continue
        found = terms.HEADING.search(plain[-80:])
        heading = (
            plain.endswith(":") or plain.startswith("#") or (len(plain) < 60 and not re.search(r"[.。!?]$", plain))
        )
        held = found[0].strip() if found and heading else ""
