"""Defined terms of invented regulations: does the term cover this case, and by which article.

Rules this module keeps:

* A term has two limits, an inclusion that disregards them, an exclusion, and a return from the exclusion that hangs on a second
  defined word; one article says whether the inclusion or the exclusion is stronger.
* Exactly one article decides each case: cases in which two would lead to the same result are not drawn. Half of the figures stand
  on their limit or a step beside it.
* Mistakes: the word taken in its everyday sense, a limit counted wrongly, inclusion, exclusion or return overlooked.
* What is left out is a fact that could turn the result, or the second definition where it does.

It refuses ordinary language: words mean what the regulation says (`term_themes.py` holds the four regulations).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from evalcenter.draws import Draws
from evalcenter.generators.charters import Charter, choice_part
from evalcenter.generators.drafting import Fact, say
from evalcenter.generators.notices import article, article_part, city, desk, opening
from evalcenter.generators.problems import Family, Gap, Problem, fact
from evalcenter.generators.term_themes import THEMES, Flag, Measure, Theme
from evalcenter.records import Lang

ROLES: Final = ("base", "include", "exclude", "back")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Limits of the theme's three measures (both limits of the term, and the return). `strong`: the inclusion prevails."""

    theme: Theme
    limits: tuple[int, int, int]
    strong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is measured, and whether inclusion and exclusion fit."""

    values: tuple[int, int, int]
    include: bool
    exclude: bool


def within(measure: Measure, limit: int, value: int) -> bool:
    """Whether the value keeps to the limit, which is included."""
    return value <= limit if measure.at_most else value >= limit


def finding(rule: _Rule, case: _Case) -> tuple[bool, str]:
    """Whether the term covers the case, and which article decides."""
    first, second, third = (
        within(measure, limit, value)
        for measure, limit, value in zip(rule.theme.measures, rule.limits, case.values, strict=True)
    )
    if case.include and (rule.strong or not case.exclude):
        return True, "include"
    if not (first and second) and not case.include:
        return False, "base"
    if case.exclude:
        return (True, "back") if third else (False, "exclude")
    return True, "base"


def _clear(rule: _Rule, case: _Case) -> bool:
    """Whether one article alone decides."""
    base = all(
        within(measure, limit, value)
        for measure, limit, value in zip(rule.theme.measures[:2], rule.limits, case.values, strict=False)
    )
    back = within(rule.theme.measures[2], rule.limits[2], case.values[2])
    if case.include:
        return not base and not (case.exclude and back)
    return base or not case.exclude


def _drawn(draws: Draws) -> tuple[_Rule, _Case]:
    theme = draws.choice(THEMES)
    limits, values = [], []
    for at, measure in enumerate(theme.measures):
        low, high = measure.span
        limit = draws.between(low, high)
        inside = draws.coin(1, 2) if at == 2 else draws.coin(3, 4)
        step = -1 if measure.at_most else 1
        near = limit if inside else limit - step
        far = (
            near + step * draws.between(1, max(1, limit // 3))
            if inside
            else near - step * draws.between(1, max(1, limit // 3))
        )
        limits.append(limit)
        values.append(max(measure.least, draws.choice((near, far))))
    rule = _Rule(theme=theme, limits=(limits[0], limits[1], limits[2]), strong=draws.coin(1, 2))
    return rule, _Case(values=(values[0], values[1], values[2]), include=draws.coin(2, 5), exclude=draws.coin(1, 2))


def _build(lang: Lang, draws: Draws) -> Problem | None:
    rule, case = _drawn(draws)
    if not _clear(rule, case):
        return None
    covered, right = finding(rule, case)
    at, theme, town = int(lang == "en"), rule.theme, city(lang, draws)
    charter = _charter(lang, draws, rule, town)
    places = charter.places
    yes, no = say(lang, "属于", "It is covered"), say(lang, "不属于", "It is not covered")
    verdict, options = choice_part(
        lang,
        draws,
        ("covered", say(lang, "选出该用语是否涵盖本案", "Chooses whether the term covers the case")),
        yes if covered else no,
        {no if covered else yes: _slip(lang, rule, case)},
    )
    said = (
        say(lang, "决定条款", "Deciding article"),
        say(
            lang,
            "直接使其属于或者不属于的那一条的条号(不写规定先后的条款)",
            "the number of the article that makes it covered or not (not the one on which prevails)",
        ),
        say(lang, "指明直接使其属于或者不属于的条款", "Names the article that makes it covered or not"),
    )
    how = say(lang, "条款看错", "Another article.")
    cited = article_part(lang, said, places[right], [(how, places[name]) for name in (*ROLES, "priority")])
    term = theme.term[at]
    return Problem(
        opening=opening(lang, draws, town, say(lang, f"“{term}”的认定", f'use of the term "{term}"')),
        facts=_facts(lang, rule, case),
        noise=desk(lang, draws, draws.between(1, 2)),
        rule=charter.text(),
        ask=say(
            lang,
            draws.choice((f"按这份规定，本案是否属于“{term}”？", f"本案在不在“{term}”的范围内？请依规定判断。")),
            draws.choice((f'Under these rules, is this a "{term}"?', f'Does the term "{term}" cover this case?')),
        ),
        parts=(verdict, cited),
        working=say(
            lang,
            f"依{article(lang, places[right])}，{yes if covered else no}",
            f"{article(lang, places[right])}: {(yes if covered else no).lower()}",
        ),
        options=options,
        gaps=_gaps(lang, charter, rule, case),
    )


def _moved(rule: _Rule, step: int) -> _Rule:
    """The rule with every limit wider (1) or narrower (-1) by one."""
    first, second, third = (
        limit + (step if measure.at_most else -step)
        for measure, limit in zip(rule.theme.measures, rule.limits, strict=True)
    )
    return replace(rule, limits=(first, second, third))


def _slip(lang: Lang, rule: _Rule, case: _Case) -> str:
    """The mistake that turns the result."""
    right = finding(rule, case)[0]
    tighter, looser = _moved(rule, -1), _moved(rule, 1)
    made = (
        (say(lang, "先后弄反了", "The wrong one prevails."), replace(rule, strong=not rule.strong), case),
        (say(lang, "没有看另行包括的规定", "The inclusion was overlooked."), rule, replace(case, include=False)),
        (say(lang, "没有看排除的规定", "The exclusion was overlooked."), rule, replace(case, exclude=False)),
        (say(lang, "等于界限的没有算", "The limit itself was not counted."), tighter, case),
        (say(lang, "超过界限的也算了", "A limit was passed."), looser, case),
    )
    found = [how for how, read, of in made if finding(read, of)[0] != right]
    return found[0] if found else say(lang, "按平常的意思理解", "The everyday sense was taken.")


def _facts(lang: Lang, rule: _Rule, case: _Case) -> tuple[Fact, ...]:
    right, at, theme = finding(rule, case)[0], int(lang == "en"), rule.theme

    def wanted(names: tuple[str, str], others: list[_Case]) -> str:
        return names[at] if any(finding(rule, other)[0] != right for other in others) else ""

    made = []
    for spot, measure in enumerate(theme.measures):
        shown = _figure(lang, measure, case.values[spot])
        others = []
        for value in (rule.limits[spot], rule.limits[spot] + (1 if measure.at_most else -1)):
            values = list(case.values)
            values[spot] = value
            others.append(replace(case, values=(values[0], values[1], values[2])))
        made.append(fact(lang, *measure.label, shown, wanted(measure.names, others)))

    def flag(of: Flag, value: bool, other: _Case) -> Fact:  # noqa: FBT001 - what the case says
        return fact(lang, *of.label, (of.yes if value else of.no)[at], wanted(of.names, [other]))

    made.append(flag(theme.include, case.include, replace(case, include=not case.include)))
    made.append(flag(theme.exclude, case.exclude, replace(case, exclude=not case.exclude)))
    return tuple(made)


def _figure(lang: Lang, measure: Measure, value: int) -> str:
    """The value with its unit, unless the label says the unit already."""
    unit = measure.unit[lang == "en"]
    if lang == "en" and unit in measure.label[1].lower().split():
        return str(value)
    return f"{value}{unit}" if unit == "%" and lang == "en" else f"{value} {unit}"


def _gaps(lang: Lang, charter: Charter, rule: _Rule, case: _Case) -> tuple[Gap, ...]:
    """The second definition, where the case hangs on it."""
    if finding(rule, case)[1] not in {"back", "exclude"} or case.include:
        return ()
    word = rule.theme.word[lang == "en"]
    words = say(
        lang,
        f"“{word}”的定义|{word}|定义|界定",
        f'definition of "{word}"|definition|{word}|defined',
    )
    return (charter.gap("word", words),)


# -- the words --------------------------------------------------------------------------------------------------------


def _charter(lang: Lang, draws: Draws, rule: _Rule, town: str) -> Charter:
    at, theme = int(lang == "en"), rule.theme
    middle = draws.shuffled([*ROLES, "word", "duty", "priority"])
    title = say(lang, f"{town}{theme.title[0]}", f"{town} {theme.title[1]}")
    figures = {f"l{spot}": str(limit) for spot, limit in enumerate(rule.limits)}

    def texts(places: Mapping[str, int]) -> Mapping[str, str]:
        marks = {"term": theme.term[at], "word": theme.word[at], "base": article(lang, places["base"]), **figures}
        made = {name: text[at].format(**marks) for name, text in theme.texts.items()}
        inner, outer = ("include", "exclude") if rule.strong else ("exclude", "include")
        both = [article(lang, places[name]) for name in ("include", "exclude", inner, outer)]
        made["priority"] = say(
            lang,
            "同时符合{}和{}的，适用{}，不再适用{}。".format(*both),
            "Where {} and {} both fit, {} prevails and {} is disregarded.".format(*both),
        )
        return made

    return Charter(lang=lang, title=title, order=("scope", *middle, "wording"), texts=texts)


plugin: Final = Family("defined_terms", _build, "2")
