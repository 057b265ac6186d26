"""A question with a record, a printed rule and computed answers, put together the same way by every family that needs it.

Rules this module keeps:

* Each answer has a line of its own, whose beginning the question fixes; a criterion looks at one answer.
* Bad examples take exactly one answer from a named mistake and leave the others right, so that each criterion is told apart.
* In a share of the items a needed fact is left out: the right answer names it and says that nothing can be determined. Only
  facts with `names`, and `gaps` of the rule, are ever left out, and only the family knows which are needed.

It refuses to compute: targets and mistakes come with the `Problem`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.generators.drafting import (
    REDRAWS,
    Draft,
    Fact,
    item,
    number_check,
    plain,
    say,
    share,
    told,
)
from evalcenter.generators.formulas import near_tie, rounded
from evalcenter.records import Criterion, Item, Lang, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What a named mistake ends with: its working, as its maker would write it, and the answer that it gives."""

    how: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One answer: the criterion `id` with `text` and `check`, and its line.

    The line begins with `label`, behind which stands what `form` says: the `right` answer, or what a mistake gives.
    """

    id: str
    text: str
    check: Mapping[str, Any]
    label: str
    form: str
    right: str
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What the printed rule may lack: its label, the names by which an answer may call it, and the `rule` without it."""

    label: str
    names: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One question. `facts` are the record (those with names may be left out), `noise` is beside the point, `rule` is printed.

    `gaps` are what the rule may lack instead of a fact.
    """

    opening: str
    facts: tuple[Fact, ...]
    noise: tuple[Fact, ...]
    ask: str
    parts: tuple[Part, ...]
    working: str
    rule: str = ""
    options: Mapping[str, str] | None = None
    gaps: tuple[Gap, ...] = ()


Build = Callable[[Lang, Draws], Problem | None]
"""Draws a problem, or None where the draw is of no use."""


@record
class Params:
    """The share of items in which a needed value is missing."""

    unanswerable: Decimal = Decimal("0.1")


class Family:
    """A generator whose items are the problems of one `build`."""

    params: Final[type[Params]] = Params

    def __init__(self, name: str, build: Build, version: str = "1") -> None:
        self.name = name
        self.version = version
        self._build = build

    def make(self, params: Params, lang: Lang, draws: Draws) -> Item:
        """One item in `lang`. Raises InputError when the share is not 0 to 1."""
        lacking = share(params.unanswerable, draws)
        for _ in range(REDRAWS):
            problem = self._build(lang, draws)
            if problem and not lacking and _told_apart(problem):
                return _answerable(problem, lang, draws)
            if problem and lacking and (problem.gaps or any(fact.names for fact in problem.facts)):
                return _lacking(problem, lang, draws)
        raise InputError(f"{self.name} found no usable question in {REDRAWS} tries")


def _told_apart(problem: Problem) -> bool:
    """Whether there are two bad examples, and one for each part."""
    counts = [len(part.wrong) for part in problem.parts]
    return min(counts) >= 1 and sum(counts) >= 2


# -- the answers ------------------------------------------------------------------------------------------------------


def answer_label(lang: Lang) -> str:
    """What the line of the only answer begins with."""
    return say(lang, "答案", "Answer")


def number_part(
    lang: Lang, exact: Decimal, unit: str, mistakes: Sequence[tuple[str, Decimal]], *, places: int, tolerance: Decimal
) -> Part | None:
    """A part whose answer is one number; None where honest roundings would differ or fewer than two mistakes stand out.

    A mistake stands out when it lies beyond twice the tolerance and is not negative.
    """
    target = rounded(exact, places)
    # "Two decimal places" holds the figure 2: an echo of the question must not hit a target beside it.
    echoed = places > 0 and abs(target - places) <= 2 * tolerance
    found: dict[Decimal, str] = {}
    for how, unrounded in mistakes:
        value = rounded(unrounded, places)
        if value >= 0 and abs(value - target) > 2 * tolerance:
            found.setdefault(value, how)
    if echoed or near_tie(exact, places) or len(found) < 2:
        return None
    return Part(
        id="value",
        text=say(
            lang, "最后给出的数值与按题目算得的一致", "The value finally stated is the one that the question leads to"
        ),
        check=number_check(target, tolerance, unit),
        label=answer_label(lang),
        form=say(lang, f"数值(单位 {unit})", f"the value with its unit ({unit})"),
        right=f"{plain(target)} {unit}",
        wrong=tuple(Wrong(how=how, shown=f"{plain(value)} {unit}") for value, how in found.items()),
    )


# -- the question -----------------------------------------------------------------------------------------------------


def _prompt(problem: Problem, facts: Sequence[Fact], lang: Lang, draws: Draws) -> str:
    record_text = told(lang, (*facts, *problem.noise), draws)
    blocks = [f"{problem.opening}\n{record_text}".strip()]
    if problem.rule:
        blocks.insert(draws.below(2), problem.rule)
    return "\n\n".join([*blocks, f"{problem.ask}\n{_closing(problem, lang, draws)}"])


def _closing(problem: Problem, lang: Lang, draws: Draws) -> str:
    """How the last lines must look, and what to do when something needed is missing."""
    first = problem.parts[0].label
    if len(problem.parts) == 1:
        form = _form(problem.parts[0], lang)
        lines = say(
            lang,
            draws.choice(
                (f"最后单独一行写{form}。", f"可以写过程；末行写{form}。", f"请把结论放在最后一行，写{form}。")
            ),
            draws.choice(
                (
                    f"End with a line that reads {form}.",
                    f"You may show your working; the last line reads {form}.",
                    f"Put the result on the last line: {form}.",
                )
            ),
        )
    else:
        forms = say(lang, "；", "; ").join(_form(part, lang) for part in problem.parts)
        count = len(problem.parts)
        zh_count, en_count = "零一两三四"[count], ("", "", "two", "three", "four")[count]
        lines = say(
            lang,
            draws.choice((f"最后{zh_count}行依次写：{forms}。", f"可以先写理由；末尾{zh_count}行依次为：{forms}。")),
            draws.choice(
                (
                    f"The last {en_count} lines are, in this order: {forms}.",
                    f"Reasons may come first; end with {en_count} lines: {forms}.",
                )
            ),
        )
    return f"{lines}{say(lang, '', ' ')}{otherwise(lang, draws, first)}"


def otherwise(lang: Lang, draws: Draws, label: str) -> str:
    """What a question says of a needed item that is absent; `label` begins the last line."""
    none = f"{label}{say(lang, '：无法确定', ': cannot be determined')}"
    return say(
        lang,
        draws.choice(
            (
                f"资料里若缺少必需的一项，请指出是哪一项，不要自行假定，只写“{none}”。",
                f"如果缺了必需的资料，点名缺哪一项，并以“{none}”结尾，不要用估计值代替。",
            )
        ),
        draws.choice(
            (
                f'If something you need is absent, name it, assume nothing, and finish with "{none}" alone.',
                f'Should a needed item be absent, say which one and end with "{none}" instead; do not fill in a guess.',
            )
        ),
    )


def _form(part: Part, lang: Lang) -> str:
    return say(lang, f"“{part.label}：”加{part.form}", f'"{part.label}:" and {part.form}')


# -- with everything given --------------------------------------------------------------------------------------------


def _lines(lang: Lang, labelled: Sequence[tuple[str, str]]) -> str:
    colon = say(lang, "：", ": ")
    return "\n".join(f"{label}{colon}{shown}" for label, shown in labelled)


def _answerable(problem: Problem, lang: Lang, draws: Draws) -> Item:
    right = [(part.label, part.right) for part in problem.parts]
    ending = _lines(lang, right)
    bold = "\n".join(f"**{line}**" for line in ending.split("\n"))
    good = (
        ending,
        say(lang, f"过程：{problem.working}\n\n{ending}", f"Working: {problem.working}\n\n{ending}"),
        say(lang, f"按题目给出的资料得出如下结果。\n\n{bold}", f"From what the question gives:\n\n{bold}"),
    )
    bad: list[tuple[str, tuple[str, ...]]] = []
    most = 3 if len(problem.parts) == 1 else 2
    for at, part in enumerate(problem.parts):
        for number, wrong in enumerate(draws.shuffled(part.wrong)[:most]):
            lines = _lines(lang, [*right[:at], (part.label, wrong.shown), *right[at + 1 :]])
            bad.append((f"{wrong.how}\n{lines}" if number % 2 == 0 else lines, (part.id,)))
    criteria = tuple(Criterion(id=part.id, text=part.text, check=part.check) for part in problem.parts)
    return item(
        lang,
        Draft(
            prompt=_prompt(problem, problem.facts, lang, draws),
            criteria=criteria,
            good=good,
            bad=tuple(bad),
            options=problem.options,
        ),
    )


# -- with something left out ------------------------------------------------------------------------------------------


_ABSENT: Final[Mapping[Lang, str]] = {
    "zh": "缺...@|没...@|未...@|不知道...@|补充...@|提供...@|@...缺|@...没|@...未|@...不详|@...不明",
    "en": "missing...@|lack...@|lacks...@|lacking...@|without...@|no @|no...@...given|no...@...provided|no...@...recorded"
    "|no...@...stated|no...@...listed|not give...@|not given...@|not provide...@|not provided...@|not record...@"
    "|not recorded...@|not state...@|not stated...@|not include...@|not specify...@|not list...@|not mention...@"
    "|doesn't...@|don't have...@|need...@|absent...@|provide...@|supply...@|unknown...@|omits...@|omitted...@"
    "|@...missing|@...not|@...absent|@...unknown|@...lacking|@...needed|@...required|@...omitted|@...unspecified"
    "|@...isn't|@...wasn't",
}
"""Ways to say that @ is missing, or to ask for it."""


def absent_check(lang: Lang, names: Sequence[str]) -> Mapping[str, Any]:
    """A check by the `mentions` grader: one of `names` is said to be missing or asked for."""
    phrases = [frame.replace("@", name) for name in names for frame in _ABSENT[lang].split("|")]
    return {"mentions": {"any": phrases, "negation": "ignore"}}


def none_check(lang: Lang, label: str) -> Mapping[str, Any]:
    """A check by the `mentions` grader: the line that begins with `label` says that nothing can be determined."""
    words = say(
        lang,
        "无法确定|不能确定|无法计算|不能计算|无法判断|不能判断",
        "cannot be determined|can not be determined|can't be determined|cannot be calculated|cannot determine|not determinable",
    )
    return {"mentions": {"any": [f"{label}...{word}" for word in words.split("|")], "negation": "ignore"}}


def lacking_criteria(lang: Lang, names: Sequence[str], label: str) -> tuple[Criterion, ...]:
    """What an answer must do where something is missing: say that one of `names` is, and end without a result."""
    return (
        Criterion(
            id="names-missing",
            text=say(lang, "指出缺少的是哪一项资料", "Says which needed value is absent"),
            check=absent_check(lang, names),
        ),
        Criterion(
            id="no-result",
            text=say(lang, "不给出结果，写明得不出来", "Gives no result and says that there can be none"),
            check=none_check(lang, label),
        ),
    )


def _lacking(problem: Problem, lang: Lang, draws: Draws) -> Item:
    needed: list[Fact | Gap] = [*(fact for fact in problem.facts if fact.names), *problem.gaps]
    gone = draws.choice(needed)
    if isinstance(gone, Gap):
        problem = replace(problem, rule=gone.rule)
    others = [fact for fact in problem.facts if fact is not gone]
    strangers = [fact for fact in (*others, *problem.noise) if not _named(fact.label, gone.names)]
    label = problem.parts[0].label
    none = _lines(lang, [(label, say(lang, "无法确定", "cannot be determined"))])
    guess = _lines(lang, [(part.label, part.right) for part in problem.parts])
    name, other = called(gone, lang), called(draws.choice(strangers), lang)
    good = (
        say(lang, f"缺少{name}，请补充后再算。\n{none}", f"The {name} is missing; please supply it.\n{none}"),
        say(
            lang,
            f"资料里没有给出{name}，而这一步必须用到，不能凭估计代替。\n\n{none}",
            f"The {name} was not given. It is needed here, and I would not guess it.\n\n{none}",
        ),
    )
    bad = (
        (
            say(
                lang,
                f"缺少{name}，先按常见情况估计。\n{guess}",
                f"The {name} is missing, so a usual value is taken.\n{guess}",
            ),
            ("no-result",),
        ),
        (say(lang, f"缺少{other}。\n{none}", f"The {other} is missing.\n{none}"), ("names-missing",)),
        (guess, ("names-missing", "no-result")),
    )
    criteria = lacking_criteria(lang, gone.names, label)
    prompt = _prompt(problem, others, lang, draws)
    return item(lang, Draft(prompt=prompt, criteria=criteria, good=good, bad=bad, options=problem.options))


def _named(label: str, names: Sequence[str]) -> bool:
    return any(name.lower() in label.lower() for name in names)


def called(fact: Fact | Gap, lang: Lang) -> str:
    """The fact's name inside a sentence."""
    return fact.label if lang == "zh" or not fact.label[1:2].islower() else fact.label[:1].lower() + fact.label[1:]


# -- facts ------------------------------------------------------------------------------------------------------------


def fact(lang: Lang, zh: str, en: str, value: str, names: str = "") -> Fact:
    """A fact with a label in either language; `names`, parted by bars, say how it may be named when it is missing."""
    label = say(lang, zh, en)
    plain_label = label if lang == "zh" or not label[1:2].islower() else label[:1].lower() + label[1:]
    return Fact(
        label=label, value=value, inline=f"{plain_label} {value}", names=tuple(names.split("|")) if names else ()
    )


def beside(lang: Lang, draws: Draws, count: int) -> tuple[Fact, ...]:
    """`count` facts of any patient's record that no calculation here needs."""
    rows = (
        ("体温", "Temperature", f"{draws.choice(('36.4', '36.8', '37.1', '37.6', '38.2'))} ℃"),
        ("血小板", "Platelets", f"{draws.between(132, 348)} ×10⁹/L"),
        ("血红蛋白", "Haemoglobin", f"{draws.between(96, 158)} g/L"),
        ("脉搏", "Pulse", say(lang, f"{draws.between(58, 108)} 次/分", f"{draws.between(58, 108)} beats/min")),
        ("血氧饱和度", "Oxygen saturation", f"{draws.between(94, 99)} %"),
        ("白细胞", "White cells", f"{draws.between(38, 118) / Decimal(10)} ×10⁹/L"),
        (
            "过敏史",
            "Allergies",
            say(
                lang,
                draws.choice(("无", "青霉素皮疹史", "花粉")),
                draws.choice(("none", "penicillin (rash)", "pollen")),
            ),
        ),
    )
    return tuple(fact(lang, *row) for row in draws.sample(rows, count))
