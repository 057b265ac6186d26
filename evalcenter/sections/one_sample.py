"""One sample as sections show it: the question, the answer, every mark with its reason, what people said. In words, and shortened.

Rules this module keeps:

* It is asked for public samples only; whoever asks counts the sealed ones.
* Every text is shortened here, whoever wrote it: a single answer cannot fill the report, and what is left out is counted.
* Readers are numbered and never named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evalcenter import plan, reviewing
from evalcenter.blocks import Excerpt, Facts
from evalcenter.paths import PERSON
from evalcenter.records import Answer, Criterion, Item, Lang, Mark, MarkState, Outcome, Response, Review, Text
from evalcenter.sample import Marked, Sample
from evalcenter.sections.wording import clip, dimension, item_at, listed, risk, say, tone, unscored, violation

NO_TEXT: Final = {
    "silent": Text(zh="（没有回答：被测对象保持沉默）", en="(no answer: the candidate stayed silent)"),
    "blocked": Text(zh="（没有回答：被内容过滤拦截）", en="(no answer: blocked by a content filter)"),
    "truncated": Text(zh="（没有正文：在输出前被截断）", en="(no text: cut short before any)"),
    "complete": Text(zh="（空）", en="(empty)"),
}
STATES: Final = {
    "silent": Text(zh="沉默", en="silent"),
    "blocked": Text(zh="被拦截", en="blocked"),
    "truncated": Text(zh="被截断", en="cut short"),
    "complete": Text(zh="完整", en="complete"),
}
NO_ANSWER: Final = Text(zh="没有得到回答", en="no answer came")
OUTCOMES: Final = {
    "pass": Text(zh="达到", en="pass"),
    "fail": Text(zh="未达到", en="fail"),
    "unscored": Text(zh="未评分", en="unscored"),
}
MARKS: Final = {
    "met": Text(zh="满足", en="met"),
    "not_met": Text(zh="未满足", en="not met"),
    "unjudged": Text(zh="无法判断", en="could not be judged"),
    "pending": Text(zh="等待评审", en="waits for a judge or a person"),
}
FAULTS: Final = {
    "met": Text(zh="有此问题", en="has this fault"),
    "not_met": Text(zh="无此问题", en="free of this fault"),
}
"""Words for a mark on something that a good answer does not do."""
ROLES: Final = {"reader": Text(zh="评阅人", en="reader"), "arbiter": Text(zh="裁定人", en="arbiter")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """How many characters are shown of a question, of all answers to it, of each reason and of each quotation."""

    question: int = 900
    answer: int = 1200
    reason: int = 300
    quoted: int = 120


FULL: Final = Lengths()


def read(facts: Facts, position: int, lang: Lang, lengths: Lengths = FULL) -> Sample:
    """The sample at `position`, which is on a public item, in `lang`; the item's own texts stay in its language."""
    item, grade = item_at(facts, position), facts.grades.get(position)
    response = facts.responses.get(position)
    outcome, word = _outcome(facts, position, lang)
    return Sample(
        position=position,
        item=item.id,
        lang=item.lang,
        dimension=dimension(facts, item.dimension, lang),
        risks=tuple(risk(facts, key, lang) for key in item.risks),
        tags=item.tags,
        red_line=item.red_line,
        epoch=facts.plan.epochs[position] if facts.plan.epochs else 0,
        outcome=outcome,
        word=word,
        violation="" if grade is None else _violation(facts, position, item, lang),
        earned=None if grade is None else grade.earned,
        possible=None if grade is None else grade.possible,
        by=_by(facts, position, lang),
        state=STATES[response.state].of(lang) if response else NO_ANSWER.of(lang),
        question=clip(plan.as_text(item), lengths.question, lang),
        answer=_answers(response, lengths.answer, lang),
        marks=() if grade is None else _marks(item, grade.marks, lengths, lang),
        reviews=_reviews(facts.reviews.get(position, ()), lengths, lang),
    )


def excerpt(sample: Sample, lang: Lang, wanted: Sequence[Criterion] = ()) -> Excerpt:
    """`sample` as an excerpt: what it lost, and why. `wanted` are the criteria that a good answer meets."""
    points = f"{sample.earned}/{sample.possible}" if sample.possible is not None else sample.word
    parts = (sample.item, sample.dimension, points, *((sample.violation,) if sample.violation else ()))
    return Excerpt(
        title=" · ".join(parts),
        question=sample.question,
        answer=sample.answer,
        findings=tuple(_finding(mark, lang) for mark in sample.marks if mark.lost),
        wanted=tuple(_wanted(criterion, lang) for criterion in wanted),
        lang=sample.lang,
        tone=tone(sample.outcome),
    )


def lost(criterion: Criterion, state: MarkState) -> bool:
    """Whether a mark cost the answer something: a good thing that is missing, or a bad thing that is there."""
    return state == ("not_met" if criterion.points > 0 or criterion.critical else "met")


def _outcome(facts: Facts, position: int, lang: Lang) -> tuple[Outcome, str]:
    result = facts.results.get(position)
    if result is None:
        why = unscored(facts.failures.get(position, "missing"), lang)
        return "unscored", f"{OUTCOMES['unscored'].of(lang)} · {why}"
    word = OUTCOMES[result.outcome].of(lang)
    if result.why:
        word += f" · {unscored(result.why, lang)}"
    return result.outcome, word


def _violation(facts: Facts, position: int, item: Item, lang: Lang) -> str:
    """The violation in words, with whether it is confirmed; empty where there is none."""
    if facts.results[position].violation == "none":
        return ""
    kind = say(lang, "红线违反", "red-line violation") if item.red_line else say(lang, "严重问题", "critical failure")
    confirmed = violation(facts, position) == "confirmed"
    sure = say(lang, "经确认", "confirmed") if confirmed else say(lang, "未经确认", "unconfirmed")
    return f"{kind} · {sure}"


def _by(facts: Facts, position: int, lang: Lang) -> str:
    """What marked the answer: the program's graders or people, and what the judges said beside them."""
    result = facts.results.get(position)
    if result is None:
        return "–"
    by = say(lang, "人工", "people") if result.by.startswith(PERSON) else say(lang, "评分程序", "graders")
    if (judged := facts.judged.get(position)) is None:
        return by
    said = OUTCOMES[judged.outcome].of(lang)
    return say(lang, f"{by}（判定模型：{said}）", f"{by} (judges: {said})")


# -- answers and marks ------------------------------------------------------------------------------------------------


def _answers(response: Response | None, length: int, lang: Lang) -> str:
    if response is None:
        return say(lang, "（没有记录）", "(nothing is recorded)")
    answers = response.answers
    each = length // len(answers)
    if len(answers) == 1:
        return _answer(answers[0], each, lang)
    return "\n\n".join(f"[{number}] {_answer(answer, each, lang)}" for number, answer in enumerate(answers, 1))


def _answer(answer: Answer, length: int, lang: Lang) -> str:
    if not answer.text.strip():
        return NO_TEXT[answer.state].of(lang)
    shown = clip(answer.text, length, lang)
    if answer.state == "complete":
        return shown
    return say(lang, f"{shown}\n（{STATES[answer.state].zh}）", f"{shown}\n({STATES[answer.state].en})")


def _marks(item: Item, marks: Sequence[Mark], lengths: Lengths, lang: Lang) -> tuple[Marked, ...]:
    return tuple(_marked(c, mark, lengths, lang) for c, mark in zip(item.criteria, marks, strict=False))


def _marked(criterion: Criterion, mark: Mark, lengths: Lengths, lang: Lang) -> Marked:
    words = FAULTS if criterion.points < 0 and not criterion.critical and mark.state in FAULTS else MARKS
    reason = clip(mark.reason.of(lang), lengths.reason, lang)
    if mark.excerpt:
        quoted = clip(mark.excerpt, lengths.quoted, lang)
        reason += say(lang, f"（“{quoted}”）", f" (“{quoted}”)")
    return Marked(
        text=_asked(criterion, lang),
        state=mark.state,
        word=words[mark.state].of(lang),
        reason=reason,
        lost=lost(criterion, mark.state),
    )


def _asked(criterion: Criterion, lang: Lang) -> str:
    return (say(lang, "〔关键〕", "[critical] ") if criterion.critical else "") + criterion.text


def _wanted(criterion: Criterion, lang: Lang) -> str:
    if criterion.points > 0 or criterion.critical:
        return _asked(criterion, lang)
    return say(lang, f"没有此问题：{criterion.text}", f"free of this fault: {criterion.text}")


def _finding(mark: Marked, lang: Lang) -> str:
    return say(lang, f"{mark.text}：{mark.reason}", f"{mark.text}: {mark.reason}")


def _reviews(reviews: Sequence[Review], lengths: Lengths, lang: Lang) -> tuple[str, ...]:
    """What each person said last, in the order in which they first read."""
    last = {(review.role, reviewing.key(review.reader)): review for review in reviews}
    return tuple(_review(number, one, lengths, lang) for number, one in enumerate(last.values(), 1))


def _review(number: int, review: Review, lengths: Lengths, lang: Lang) -> str:
    marks = listed((f"{read.criterion} {MARKS[read.state].of(lang)}" for read in review.marks), lang)
    role = ROLES[review.role].of(lang)
    who = say(lang, f"{role} {number}：", f"{role} {number}: ")
    why = clip(review.reason, lengths.reason, lang)
    return who + marks + (say(lang, f"。{why}", f". {why}") if why else "")
