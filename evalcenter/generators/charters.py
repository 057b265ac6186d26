"""A notice whose articles refer to each other, what it may lack, and answers that choose or name.

Rules this module keeps:

* An article that is left out takes its number with it, so that no hole shows; articles that others refer to are never left out.
* Options stand in random order; every option but the right one belongs to a mistake.
* A short answer is looked for behind its line's label alone. Where it must stand `alone`, a line that lists several gives none.

It refuses to decide anything: what is right comes from the family.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import say
from evalcenter.generators.notices import numbered, printed
from evalcenter.generators.problems import Gap, Part, Wrong, answer_label
from evalcenter.records import Lang

LETTERS: Final = "ABCDEF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """A notice: its title, the `order` of its articles, and their `texts` for given article numbers. `tail` is printed below."""

    lang: Lang
    title: str
    order: tuple[str, ...]
    texts: Callable[[Mapping[str, int]], Mapping[str, str]]
    tail: str = ""

    @property
    def places(self) -> dict[str, int]:
        """Which article holds what."""
        return numbered(self.order)

    def text(self, *, lacking: str = "") -> str:
        """The whole notice, or the notice without one article; the numbers of the others close up."""
        places = self.places
        body = dict(self.texts(places))
        if lacking:
            left = numbered([name for name in self.order if name != lacking])
            body = dict(self.texts({**left, lacking: 0}))
            places = left
        made = printed(self.lang, self.title, places, body)
        return f"{made}\n{self.tail}" if self.tail else made

    def gap(self, lacking: str, words: str) -> Gap:
        """What is missing when the article `lacking` is; `words` name it, parted by bars, the first being its label."""
        names = tuple(words.split("|"))
        return Gap(label=names[0], names=names, rule=self.text(lacking=lacking))


def choice_part(
    lang: Lang, draws: Draws, said: tuple[str, str], right: str, wrong: Mapping[str, str]
) -> tuple[Part, dict[str, str]]:
    """A part whose answer is one of several options, and the options by letter.

    `said` holds the criterion's id and text; `wrong` says by which mistake each other option is chosen.
    """
    others = {text: how for text, how in wrong.items() if text != right}
    order = draws.shuffled([right, *others])
    letters = {text: LETTERS[at] for at, text in enumerate(order)}
    part = Part(
        id=said[0],
        text=said[1],
        check={"choice": {"key": [letters[right]]}},
        label=answer_label(lang),
        form=say(lang, "选项字母", "the letter of the option"),
        right=letters[right],
        wrong=tuple(Wrong(how=how, shown=letters[text]) for text, how in others.items()),
    )
    return part, {LETTERS[at]: text for at, text in enumerate(order)}


def named_part(
    said: tuple[str, str, str, str],
    right: str,
    spellings: Sequence[str],
    wrong: Mapping[str, str],
    *,
    alone: bool = False,
) -> Part:
    """A part whose answer is a short name or number behind its label, in one of `spellings`.

    `said` holds id, text, label and form; `wrong` says by which mistake another name is given. One that must stand `alone` ends
    in figures, and no other of its shape may stand before or beside it.
    """
    name, text, label, form = said
    names = list(dict.fromkeys((right, *spellings)))
    phrases = [f"{label}...{spelling}" for spelling in names]
    check = {"mentions": {"any": phrases, "negation": "ignore"}}
    return Part(
        id=name,
        text=text,
        check={"format": {"pattern": _alone(label, names)}} if alone else check,
        label=label,
        form=form,
        right=right,
        wrong=tuple(Wrong(how=how, shown=shown) for shown, how in wrong.items() if shown != right),
    )


def _alone(label: str, names: Sequence[str]) -> str:
    """A pattern for one of `names` behind the label, with no other name of the first one's shape before it or beside it."""
    written = r"\s{0,2}".join(re.escape(word) for word in label.split())
    figures = re.sub(r"^[^\d〔]+", "", names[0])
    runs = re.findall(r"\d+|\D+", figures)
    shape = "".join((r"\d{3,4}" if len(run) > 2 else r"\d{1,3}") if run.isdigit() else _loose(run) for run in runs)
    before = rf"(?:(?!{shape})[^\n]){{0,32}}"
    beside = rf"[^\d\n(（〔\[【［]{{1,20}}{shape}"
    return rf"(?is).*{written}\W{{0,8}}{before}(?:{'|'.join(map(_loose, names))})(?!\d)(?!{beside})[\s\S]*+"


def _loose(name: str) -> str:
    """A pattern for `name` with any bracket for a bracket, and with or without blanks."""
    made, blank = "", r"\s{0,2}"
    for sign in name:
        kind = next((row for row in ("〔[(（【［", "〕])）】］") if sign in row), "")
        made += rf"{blank}[{re.escape(kind)}]{blank}" if kind else blank if sign == " " else re.escape(sign)
    return made
