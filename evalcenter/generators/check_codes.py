"""Questions about a code whose last sign is computed from the others: that sign, a check, or a sign that is unread.

Rules this module keeps:

* Signs, weights, remainder and what it stands for are printed, so that nothing is recalled.
* No code can be anybody's: the scheme's `body` draws codes with a region that does not exist, and each question says that the
  region is not looked at.
* A sign that cannot be read has exactly one reading.
* Mistakes: weights from the wrong end, the remainder itself, one place off, another modulus, the sign beside.

It refuses to keep a table of real codes: there is none here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.drafting import say
from evalcenter.generators.notices import city, desk, entry, opening
from evalcenter.generators.problems import Build, Part, Problem, Wrong, answer_label
from evalcenter.records import Lang

LENGTH: Final = 18
BLANK: Final = "□"
OPTIONS: Final = "ABC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A kind of code: 17 signs with values by their place in `signs`, weighted, summed, closed by the sign `ends[sum % modulus]`.

    `subject` and `label` name it in both languages. `body` draws 17 signs and `flaw` spoils them in the scheme's own way; where
    `flaw_first`, no last sign belongs to what is spoilt.
    """

    subject: tuple[str, str]
    label: tuple[str, str]
    signs: str
    weights: tuple[int, ...]
    modulus: int
    ends: str
    body: Callable[[Draws], str]
    flaw: Callable[[Draws, str], str]
    flaw_first: bool
    options: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    rule: Callable[[Lang, Draws], str]


def total(scheme: Scheme, body: str, weights: Sequence[int] | None = None) -> int:
    """The weighted sum of 17 signs."""
    used = weights or scheme.weights
    return sum(scheme.signs.index(sign) * weight for sign, weight in zip(body, used, strict=True))


def end(scheme: Scheme, body: str) -> str:
    """The last sign that belongs to 17 signs."""
    return scheme.ends[total(scheme, body) % scheme.modulus]


def _slips(lang: Lang, scheme: Scheme, body: str) -> tuple[Wrong, ...]:
    """Other last signs, each by a named mistake."""
    right, added = end(scheme, body), total(scheme, body)
    back = total(scheme, body, scheme.weights[::-1])
    found = (
        (say(lang, "权重的顺序用反了", "Weights taken from the wrong end."), scheme.ends[back % scheme.modulus]),
        (
            say(lang, "直接写了余数", "The remainder itself was written."),
            (scheme.signs + scheme.signs)[added % scheme.modulus % len(scheme.signs)],
        ),
        (
            say(lang, "权重错开了一位", "Weights one place off."),
            scheme.ends[total(scheme, body, (*scheme.weights[1:], scheme.weights[0])) % scheme.modulus],
        ),
        (say(lang, "除数少了一", "Divided by one less."), scheme.ends[added % (scheme.modulus - 1)]),
        (say(lang, "查表时看错一格", "One place off in the table."), scheme.ends[(added + 1) % scheme.modulus]),
    )
    wrong = {sign: how for how, sign in reversed(found) if sign != right}
    return tuple(Wrong(how=how, shown=sign) for sign, how in wrong.items())


def _sign_part(lang: Lang, label: str, right: str, wrong: Sequence[Wrong], texts: tuple[str, str]) -> Part:
    """A part whose answer is one sign behind `label`."""
    text, form = texts
    sign = "[Xx]" if right == "X" else right
    none = say(lang, "(?:无|没有|不适用)", "(?:none|n/a|not applicable)")
    said = rf"(?<![0-9A-Za-z])(?:{sign})(?![0-9A-Za-z])" if len(right) == 1 and right != "无" else none
    return Part(
        id="sign",
        text=text,
        check={"format": {"pattern": rf"(?s).*{label}[^0-9A-Z\n]{{0,30}}{said}[\s\S]*+"}},
        label=label,
        form=form,
        right=right,
        wrong=tuple(wrong),
    )


# -- the three questions ----------------------------------------------------------------------------------------------

_Asked = tuple[str, str, tuple[Part, ...], Mapping[str, str] | None]
"""The code as it is shown, the question, the parts and the options."""


def _last(lang: Lang, draws: Draws, scheme: Scheme) -> _Asked:
    body = scheme.body(draws)
    texts = (
        say(lang, "算出的末位与规则一致", "The last character is the one that the rule gives"),
        say(lang, "第 18 位", "character 18"),
    )
    part = _sign_part(lang, answer_label(lang), end(scheme, body), _slips(lang, scheme, body), texts)
    ask = say(lang, "按规则，第 18 位应是什么？", "By the rule, what must character 18 be?")
    return f"{body}{BLANK}", ask, (part,), None


def _unread(lang: Lang, draws: Draws, scheme: Scheme) -> _Asked:
    body = scheme.body(draws)
    at = draws.between(8, 16)
    right, last = body[at], end(scheme, body)
    # What else could be written there: signs beside the right one, and what a reader of the wrong end would find.
    turned = [
        sign
        for sign in scheme.signs
        if scheme.ends[total(scheme, body[:at] + sign + body[at + 1 :], scheme.weights[::-1]) % scheme.modulus] == last
    ]
    place = scheme.signs.index(right)
    beside = [scheme.signs[(place + step) % len(scheme.signs)] for step in (1, -1)]
    how = say(lang, "权重的顺序用反了", "Weights taken from the wrong end.")
    found = {**dict.fromkeys(beside, say(lang, "凑错了一位", "Off by one.")), **dict.fromkeys(turned, how)}
    wrong = [Wrong(how=why, shown=sign) for sign, why in found.items() if sign != right]
    texts = (
        say(lang, "推出的那一位与规则一致", "The character found is the only one that the rule allows"),
        say(lang, "看不清的那一位", "the character that cannot be read"),
    )
    part = _sign_part(lang, answer_label(lang), right, wrong, texts)
    ask = say(
        lang,
        f"其中第 {at + 1} 位({BLANK})看不清，其余无误。按规则，这一位是什么？",
        f"Character {at + 1} ({BLANK}) cannot be read; all others are right. By the rule, what is it?",
    )
    return f"{body[:at]}{BLANK}{body[at + 1 :]}{last}", ask, (part,), None


def _holds(lang: Lang, draws: Draws, scheme: Scheme) -> _Asked | None:
    body = scheme.body(draws)
    kind = draws.below(3)  # 0: holds, 1: another last sign, 2: the scheme's own flaw
    if kind == 2:
        body = scheme.flaw(draws, body)
    spoilt = kind == 2 and scheme.flaw_first
    right = say(lang, "无", "none") if spoilt else end(scheme, body)
    shown = right if not spoilt else draws.choice(scheme.ends)
    if kind == 1:
        shown = draws.choice([sign for sign in dict.fromkeys(scheme.ends) if sign != right])
    if right in OPTIONS:
        return None  # a last sign that is also the letter of an option could be read as a choice
    letters = draws.shuffled(OPTIONS)
    options = {letter: text[lang == "en"] for letter, text in zip(letters, scheme.options, strict=True)}
    how = (
        say(lang, "没有核对就判为相符", "Taken to hold without a check."),
        say(lang, "校验位算错", "The last character was miscalculated."),
        say(lang, "只看了号码的样子", "Judged by its looks."),
    )
    verdict = Part(
        id="verdict",
        text=say(lang, "选出符合规则的结论", "Chooses the finding that the rule leads to"),
        check={"choice": {"key": [letters[kind]]}},
        label=answer_label(lang),
        form=say(lang, "选项字母", "the letter of the option"),
        right=letters[kind],
        wrong=tuple(Wrong(how=how[at], shown=letters[at]) for at in range(3) if at != kind),
    )
    label = say(lang, "应有末位", "Character 18 by the rule")
    form = say(lang, "按前 17 位算出的第 18 位", "what characters 1 to 17 lead to")
    if scheme.flaw_first:
        form += say(lang, "(无法计算的写“无”)", ' ("none" if that cannot be worked out)')
    texts = (say(lang, "写出按规则算得的末位", "Gives the last character that the rule leads to"), form)
    guess = tuple(Wrong(how=how[1], shown=sign) for sign in draws.sample(scheme.ends, 2))
    slips = [wrong for wrong in (guess if spoilt else _slips(lang, scheme, body)) if wrong.shown not in OPTIONS]
    ask = say(lang, "按规则核对这个号码，结论是哪一项？", "Check this code by the rule. Which finding is right?")
    parts = (verdict, _sign_part(lang, label, right, slips, texts))
    return f"{body}{shown}", ask, parts, dict(sorted(options.items()))


def build(scheme: Scheme) -> Build:
    """Draws a question about codes of `scheme`."""

    def made(lang: Lang, draws: Draws) -> Problem | None:
        asked = draws.choice((_last, _unread, _holds, _holds))(lang, draws, scheme)
        if asked is None:
            return None
        code, ask, parts, options = asked
        town = city(lang, draws)
        label = scheme.label[lang == "en"]
        names = say(
            lang,
            f"{label}|号码|代码|编码",
            f"{label}|code|number",
        )
        return Problem(
            opening=opening(lang, draws, town, scheme.subject[lang == "en"]),
            facts=(entry(lang, *scheme.label, code, names),),
            noise=desk(lang, draws, draws.between(2, 3)),
            rule=scheme.rule(lang, draws),
            ask=ask,
            parts=parts,
            working=say(
                lang,
                f"加权求和取余后查表，末位为 {parts[-1].right}",
                f"weighted sum, remainder, table: {parts[-1].right}",
            ),
            options=options,
        )

    return made


def row(numbers: Sequence[object]) -> str:
    """Numbers or signs in one line."""
    return " ".join(str(number) for number in numbers)


def spaced(lang: Lang, pairs: Sequence[tuple[object, object]]) -> str:
    """Pairs of a remainder, or a sign, and what it stands for."""
    return say(lang, "，", ", ").join(f"{one}→{two}" for one, two in pairs)
