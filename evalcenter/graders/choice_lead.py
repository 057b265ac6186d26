"""Choices that are stated without a cue: a lead of letters, "only C …", and lists with glosses; for ``choice.py``.

Rules this module keeps:

* A lead is the letters that an answer begins with ("A, C and D. …", "It's C."). Standing alone they are the choice, unless
  verdicts below say otherwise.
* With a predicate ("A and D are live …", "only C may be used") they are the choice if the predicate goes the way the question
  asks, or if it goes neither way and what is said of the other options goes against the question. Otherwise it is unclear.
* A list goes on over glosses ("A (MMR), C (Varicella)") and over the option lines below its cue, in the order of the letters.

It refuses to understand: which way a sentence goes is told by words such as not, 不, may and 可以 alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from evalcenter.graders import choice_forms as forms
from evalcenter.graders.choice_forms import MASK, Asked, Said

ROWS: Final = 26
_STARTER: Final = re.compile(
    r"(?P<starter>(?:yes|so)?[,，]?\s?(?:\b(?:it|that|this)(?:['’]s|\s(?:is|would be|must be|has to be))\s|\bonly\s"
    r"|只有|仅有|唯有|就是|应该?是|是)(?P<not>not\s)?(?:(?:definitely|clearly|probably|only)\s)?)?"
    r"(?:both\s|options?\s|选项\s?)?",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(
    r"\s?(?:[.。!！;；\n]|$|[,，]\s?(?:as|since|because|for|given|which|因为|由于|理由)|[-–—]|\((?![A-Z]\)))"
)
_PREDICATE: Final = re.compile(
    r"\s?(?:(?:all|both|each|also|clearly|definitely|cannot|(?:is|are|was|were|do|does|has|have|can|must|should|may|would|will)(?:n't)?)\b"
    r"|(?:qualif|meet|fit|satisf|contain|count|need|fail|breach|appl)|[项都均全也才属符满是为可能应需必要不未没禁含有]|这)"
)
_CLAUSE_END: Final = re.compile(r"[;；。\n,，]|\.(?=\s|$)|$|\b(?:while|whereas|but)\b|而")
_AGAINST: Final = re.compile(
    r"不|[禁勿未]|没有|错|\bnot\b|n't\b|\bcannot\b|\b(?:never|neither|nor|without|avoid\w*|contraindicat\w+|withh[eo]ld\w*|unsafe"
    r"|prohibit\w*|forbid\w*|wrong|incorrect|false|ineligible|fails?|exclud\w+|disqualif\w+)\b",
    re.IGNORECASE,
)
_FOR: Final = re.compile(
    r"可|能|允许|适[合用宜]|符合|满足|应|正确|\b(?:may|can|should|must|allowed|safe|permitted|qualif\w+|eligible|meets?"
    r"|correct|right|appropriate|indicated|fine|okay)\b",
    re.IGNORECASE,
)
_ONLY_DENIED: Final = re.compile(r"(?:\bnot\s|n't\s|不是|并非|不)$", re.IGNORECASE)
_GLOSSED: Final = re.compile(rf"\s?[（(][^()（）\n]{{1,80}}[)）]|\s?{MASK}")
_BLANK: Final = re.compile(rf"[\W{MASK}]*")


@lru_cache(maxsize=64)
def _gloss(letters: str) -> re.Pattern[str]:
    """A gloss, a joint and the next letter; the letter must not be the subject of a sentence of its own."""
    gloss = rf"\s?(?:[（(][^()（）\n]{{1,80}}[)）]|[:：.、．]?\s?{MASK})"
    joint = r"\s?(?:[、,，;；/&]\s?(?:和|与|以及|and\s)?|和|与|以及|及|\band\s)\s?"
    after = rf"(?=\s?[（({MASK}:：、,，.。;；\n]|\s?(?:和|与|及|以及|and\b)|\s?$)"
    return re.compile(rf"(?:{gloss})?{joint}(?P<next>[{letters}])(?![A-Za-z0-9_]){after}")


@lru_cache(maxsize=64)
def _only(letters: str) -> re.Pattern[str]:
    group = forms.patterns(letters).group.pattern
    return re.compile(rf"(?:\b[Oo]nly\s|只有|仅有|唯有)(?:options?\s|选项\s?)?(?P<said>{group})")


def along(text: str, said: frozenset[str], end: int, letters: str) -> tuple[frozenset[str], int]:
    """The letters that a list goes on to over its glosses ("A (MMR), C (…)"), and where it ends."""
    for _ in range(ROWS):
        found = _gloss(letters).match(text, end)
        if not found:
            break
        said, end = said | {found["next"]}, found.end()
    return said, end


def below(text: str, at: int, letters: str) -> tuple[frozenset[str], int, bool]:
    """The letters of the option lines from the line of ``text[at]`` on, their end, and whether they are plainly the choice.

    Empty where that line is no option line. Lines apart from each other go together only if they hold no more than options.
    """
    start = text.rfind("\n", 0, at) + 1
    chosen: list[str] = []
    bare, apart, negated, end = True, False, False, start
    for _ in range(2 * ROWS):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        row = text[start:stop]
        found = forms.patterns(letters).line.match(row)
        if row.strip():
            if not found or (chosen and found["letter"] <= chosen[-1]):
                break
            rest = row[found.end() :]
            if chosen and apart and not (bare and _BLANK.fullmatch(rest)):
                break
            verdict = forms.verdict(rest)
            bare, apart, end = bare and _BLANK.fullmatch(rest) is not None, False, stop
            negated |= not verdict and _AGAINST.search(rest) is not None
            if verdict != "poor":
                chosen.append(found["letter"])
        else:
            apart = True
        if stop == len(text):
            break
        start = stop + 1
    plain = len(chosen) < 2 or (not negated and (bare or set(chosen) != set(letters)))
    return frozenset(chosen), end, plain


def leading(text: str, letters: str, asked: Asked) -> tuple[Said | None, str]:
    """The letters that the answer begins with, where they are the choice; else why not: several, two, or "" for no lead."""
    started = _STARTER.match(text)
    found = forms.patterns(letters).group.match(text, started.end() if started else 0)
    if not started or not found or started["not"] or forms.is_article(found[0], text, found.end()):
        return None, ""
    first, begin = forms.letters_of(found[0], letters), found.start()
    said, end = along(text, first, found.end(), letters)
    glossed = _GLOSSED.match(text, end)
    end = glossed.end() if glossed and (len(said) > 1 or started["starter"]) else end
    if len(said) == 1 and not started["starter"] and text[end : end + 1] != "\n":
        return None, ""
    made = Said(said, begin, end)
    if _ALONE.match(text, end):
        return _checked(made, text, letters, asked)
    if not _PREDICATE.match(text, end):
        return None, ""
    alone = re.match(r"only|只有|仅有|唯有", started["starter"] or "", re.IGNORECASE) is not None
    return _predicated(made, text, letters, asked, alone=alone)


def only(text: str, letters: str, asked: Asked) -> tuple[Said | None, str]:
    """The letters of "only C may …" anywhere in the text."""
    made: list[Said] = []
    for found in _only(letters).finditer(text):
        start, end = found.span("said")
        if _ONLY_DENIED.search(text, max(0, found.start() - 6), found.start()) or not _PREDICATE.match(text, end):
            continue
        if not forms.is_article(found["said"], text, end):
            made.append(Said(forms.letters_of(found["said"], letters), start, end))
    if len({statement.letters for statement in made}) > 1:
        return None, "several"
    return _predicated(made[-1], text, letters, asked, alone=True) if made else (None, "")


def _checked(made: Said, text: str, letters: str, asked: Asked) -> tuple[Said | None, str]:
    """A lead that stands alone, unless what follows takes it back."""
    rows = [row for row in text[made.end :].splitlines() if row.strip()]
    bare = forms.patterns(letters).bare
    if any(bare.fullmatch(row) for row in rows[1 if text[made.end : made.end + 1] != "\n" else 0 :]):
        return None, "several" if len(made.letters) > 1 else ""
    if asked == "right" and any(
        (letter in made.letters) != is_good for letter, is_good in _verdicts(text[made.end :], rows, letters)
    ):
        return None, "two"
    if forms.REVISION.search(text, made.end) and _others(text, made, letters):
        return None, "several"
    return made, ""


def _verdicts(text: str, rows: list[str], letters: str) -> list[tuple[str, bool]]:
    patterns = forms.patterns(letters)
    told = [
        (letter, found["good"] is not None)
        for found in patterns.verdict.finditer(text)
        for letter in forms.letters_of(found["said"], letters)
        if not forms.is_article(found["said"], text, found.end("said"))
    ]
    for row in rows:
        found = patterns.line.match(row)
        verdict = forms.verdict(row[found.end() :]) if found else ""
        if found and verdict:
            told.append((found["letter"], verdict == "good"))
    return told


def _predicated(made: Said, text: str, letters: str, asked: Asked, *, alone: bool) -> tuple[Said | None, str]:
    """A subject with its predicate: the choice if it goes the way the question asks. `alone`: only these are said to."""
    stop = _CLAUSE_END.search(text, made.end)
    cut = stop.start() if stop else len(text)
    way = _way(text[made.end : cut])
    if way == "both":
        way = "wrong"
    if way:
        return (made, "") if way == asked else (None, "several")
    if alone or not _others(text, made, letters):
        return made, ""
    against = "right" if asked == "wrong" else "wrong"
    way = _way(text[cut:])
    if way == "both":  # "B is not live, so it may be given": the conclusion stands last
        way = _way([part for part in re.split(r"[，,；;。\n]|\.(?=\s|$)", text[cut:]) if part.strip()][-1])
    return (made, "") if asked != "unclear" and way == against else (None, "several")


def _way(text: str) -> str:
    """Which way `text` goes: right, wrong, both, or "" for neither."""
    negative = _AGAINST.search(text) is not None
    positive = (
        _FOR.search(_AGAINST.sub("#", re.sub(r"不[可能应]|\b(?:may|can|should|must)\s?not\b|can't", "不", text)))
        is not None
    )
    return "both" if negative and positive else "wrong" if negative else "right" if positive else ""


def _others(text: str, made: Said, letters: str) -> bool:
    """Whether options beside those of `made` are named behind it."""
    return any(
        forms.letters_of(found[0], letters) - made.letters
        for found in forms.patterns(letters).group.finditer(text, made.end)
        if not forms.is_article(found[0], text, found.end())
    )
