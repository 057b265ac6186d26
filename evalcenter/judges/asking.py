"""Builds the requests that put an answer and its criteria to a judge.

Rules this module keeps:

* A request follows from the item, the answers, the seed and its `Place`; nothing else is drawn on. The draws hang on the answer
  too, so that an answer cannot hold its own nonce even if the seed was known to whoever wrote it.
* Question, documents and answers stand between fences with the nonce; the statements and the last word come after them.
* A note within an answer says where it was cut. It is no fence, so that it can't be taken for the end; a forged one gains nothing.
* Statements are shown in a drawn order under drawn labels that occur nowhere in the data. Controls look like the others: they
  carry a guide where a criterion carries one.
* Two controls, one true and one false, unless the manner says one: a judge that says the same of everything gets one wrong for
  certain. One control would be passed by luck in half of the requests, and in three quarters with a second attempt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from evalcenter import labels, plan
from evalcenter.draws import Draws
from evalcenter.errors import InputError
from evalcenter.judges import controls, quoting, wording
from evalcenter.records import Criterion, Item, Lang, Message, Params, record

VERSION: Final = "1"
_LETTERS: Final = "ABDEFGHKLMPRTVWXY"
_TEXTS: Final = {"type": "string"}
SCHEMA: Final[Params] = {
    "type": "object",
    "properties": {
        "marks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "label": _TEXTS,
                    "evidence": _TEXTS,
                    "reason": _TEXTS,
                    "mark": {"type": "string", "enum": ["met", "not_met", "cannot_tell"]},
                },
                "required": ["label", "evidence", "reason", "mark"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["marks"],
    "additionalProperties": False,
}
"""The same for every request, without its labels: servers compile a schema once, and labels are checked when a reply is read."""


@record
class Place:
    """Which request this is: the sample's position and epoch, the judge's name in its panel, `attempt` 0 or 1."""

    position: int
    epoch: int = 0
    member: str = ""
    attempt: int = 0


@record
class Manner:
    """All criteria in one request or each in its own; how many controls; how many characters of the answers are shown."""

    mode: Literal["together", "each"] = "together"
    controls: Literal[1, 2] = 2
    longest: int = 24_000


@record
class Ask:
    """One request to a judge, with what is needed to read the reply.

    `labels` says which criterion stands under which label, `controls` what is true of the statements that are no criteria.
    `quoted` is what was shown of the answers, `cut` whether that was not all; `hidden` and `disarmed` count as in
    `quoting.Shown`, over the answers. `words` is the digest of the templates that were used.
    """

    messages: tuple[Message, ...]
    labels: Mapping[str, str]
    controls: Mapping[str, bool]
    nonce: str
    lang: Lang
    quoted: str
    cut: bool
    hidden: int
    disarmed: int
    words: str
    schema: Params


def build(
    item: Item,
    answers: Sequence[str],
    criteria: Sequence[Criterion],
    seed: str,
    place: Place,
    manner: Manner,
) -> tuple[Ask, ...]:
    """The requests that cover each of `criteria` once; `answers` are one text per user turn that was answered.

    Raises InputError without criteria or answers: there is nothing that a judge could be asked.
    """
    if not criteria or not answers:
        raise InputError(f"{item.id}: a judge needs criteria and an answer; got {len(criteria)} and {len(answers)}")
    shown = tuple(quoting.shown(answer, manner.longest // len(answers)) for answer in answers)
    groups = [criteria] if manner.mode == "together" else [[criterion] for criterion in criteria]
    said = hashlib.sha256("\0".join(answers).encode("utf-8", "surrogatepass")).hexdigest()
    asks = []
    for group in groups:
        named = [criterion.id for criterion in group]
        purpose = json.dumps(["judge", place.position, place.epoch, place.member, place.attempt, item.id, named, said])
        asks.append(_one(item, shown, group, manner.controls, Draws(seed, purpose)))
    return tuple(asks)


def _one(item: Item, answers: Sequence[quoting.Shown], criteria: Sequence[Criterion], checks: int, draws: Draws) -> Ask:
    words = wording.words(item.lang)
    quoted = "\n".join(f"{answer.head}\n{answer.tail}" for answer in answers)
    rubric = [(statement(criterion, item), _guide(criterion)) for criterion in criteria]
    seen = "\n".join([plan.as_text(item), quoted, *(part for pair in rubric for part in pair)])
    truths = [True, False] if checks == 2 else [draws.coin(1, 2)]
    drawn = [controls.draw(draws, item.lang, quoted, seen, truth=truth) for truth in truths]
    plain = words["plain_guide"] if any(guide for _, guide in rubric) else ""
    nonce = _nonce(draws, seen)
    labels = _labels(draws, seen, len(criteria) + len(drawn))
    lines = [
        *zip(labels, rubric, strict=False),
        *zip(labels[len(criteria) :], [(control.text.rstrip(controls.STOPS), plain) for control in drawn], strict=True),
    ]
    cut = any(answer.omitted for answer in answers)
    parts = {
        "nonce": nonce,
        "count": str(len(lines)),
        "quoted": _data(item, answers, nonce),
        "statements": "\n".join(_line(label, *said, words["guide"]) for label, said in draws.shuffled(lines)),
        "notice": words["cut"] if cut else "",
    }
    return Ask(
        messages=(
            Message(role="system", content=wording.fill(words["system"], nonce=nonce)),
            Message(role="user", content=wording.fill(words["user"], **parts)),
        ),
        labels=dict(zip(labels, [criterion.id for criterion in criteria], strict=False)),
        controls=dict(zip(labels[len(criteria) :], truths, strict=True)),
        nonce=nonce,
        lang=item.lang,
        quoted=quoted,
        cut=cut,
        hidden=sum(answer.hidden for answer in answers),
        disarmed=sum(answer.disarmed for answer in answers),
        words=wording.digest(item.lang),
        schema=SCHEMA,
    )


def questions(item: Item) -> tuple[str, ...]:
    """What a judge is shown of the prompt of `item`, turn by turn."""
    return tuple(quoting.shown(_spoken(messages)).head for messages in plan.script(plan.render(item)))


def _data(item: Item, answers: Sequence[quoting.Shown], nonce: str) -> str:
    """The question and the answers, each between its fences; the turns of a dialogue are numbered."""
    words = wording.words(item.lang)
    parts = []
    for turn, (asked, answer) in enumerate(zip(questions(item), answers, strict=False), 1):
        number = f" {turn}" if len(answers) > 1 else ""
        text = answer.head
        if answer.omitted:
            text = f"{answer.head}\n{wording.fill(words['omitted'], count=str(answer.omitted))}\n{answer.tail}"
        parts.append(quoting.fenced(nonce, words["question"] + number, words["end"], asked))
        parts.append(quoting.fenced(nonce, words["answer"] + number, words["end"], text))
    return "\n\n".join(parts)


def _spoken(messages: Sequence[Message]) -> str:
    if len(messages) == 1:
        return messages[0].content
    return "\n\n".join(f"[{message.role}] {message.content}" for message in messages)


def statement(criterion: Criterion, item: Item) -> str:
    """`criterion` as a judge reads it, in one line, without its guide."""
    text = _flat(criterion.text)
    if len(plan.script(item.prompt)) > 1 and criterion.over == "last":
        text = f"{text} ({wording.words(item.lang)['last']})"
    return text.rstrip(controls.STOPS)


def _guide(criterion: Criterion) -> str:
    return _flat(labels.guide(criterion))


def _flat(text: str) -> str:
    """One line of a suite's own words, which were perhaps imported from anywhere."""
    return " ".join(quoting.shown(text).head.split())


def _line(label: str, text: str, guide: str, named: str) -> str:
    return f"- {label}: {text}\n  ({named}: {guide})" if guide else f"- {label}: {text}"


def _nonce(draws: Draws, seen: str) -> str:
    nonce = f"{draws.below(16**12):012x}"
    while nonce in seen:
        nonce = f"{draws.below(16**12):012x}"
    return nonce


def _labels(draws: Draws, seen: str, count: int) -> list[str]:
    """`count` labels such as ``K27`` that `seen` does not hold; they grow longer the harder that is."""
    labels: list[str] = []
    seen = seen.upper()
    tries = 0
    while len(labels) < count:
        size = 10 ** (2 + tries // 100)
        label = draws.choice(_LETTERS) + str(size // 10 + draws.below(size - size // 10))
        if label not in seen and label not in labels:
            labels.append(label)
        tries += 1
    return labels
