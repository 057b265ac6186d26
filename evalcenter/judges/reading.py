"""Turns a judge's reply into marks, or says why there are none.

Rules this module keeps:

* A reply counts whole or not at all: every label exactly once, known marks only, every control right. Nothing else becomes a mark.
* All verdicts in a reply are taken together: one that was quoted from the answer brings foreign labels, and voids the reply.
* A mark that stands outside of what could be read voids the reply: evidence that was copied without escapes can break a verdict
  in two.
* A passage that does not occur in the answer is named in `unfound`; the mark stands, and people may look at it first.
* Of an answer that was cut, a mark stands only with a passage that was shown. All else could not be judged: what would decide it
  may be in the gap.
* It never raises because of what a reply holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from evalcenter.judges import quoting, repairing, wording
from evalcenter.judges.asking import Ask
from evalcenter.judges.repairing import Pairs
from evalcenter.records import Answer, Mark, MarkState, Text, record

Kind = Literal[
    "call_failed",
    "blocked",
    "empty",
    "too_long",
    "no_verdict",
    "wrong_shape",
    "missing",
    "extra",
    "repeated",
    "contradiction",
    "unknown_mark",
    "loose_mark",
    "control",
]
_STATES: Final[dict[str, MarkState]] = {"met": "met", "not_met": "not_met", "cannot_tell": "unjudged"}
_LOOSE: Final = re.compile(r"\bmark[\"'“”‘’＂]?\s*[:：]", re.IGNORECASE)
_MOST: Final = 500
_SURROGATE: Final = re.compile("[\ud800-\udfff\0]")


@record
class Marks:
    """A judge's marks on the criteria of one request, in the request's order; ``unjudged`` where it could not tell.

    `how` says which rung of the repair ladder read them. `unfound` names the criteria whose passage is not in the answer.
    """

    marks: tuple[Mark, ...]
    how: str
    unfound: tuple[str, ...] = ()


@record
class Void:
    """No marks on `criteria`, and why. It is asked once more with the next attempt; then the criteria could not be judged."""

    kind: Kind
    words: str
    criteria: tuple[str, ...]


@record
class _Entry:
    label: str
    mark: str
    evidence: str
    reason: str


class _Fault(Exception):
    def __init__(self, kind: Kind, words: str) -> None:
        super().__init__(words)
        self.kind: Kind = kind
        self.words = words


def failed(ask: Ask, words: str) -> Void:
    """What a call that brought no reply comes to."""
    return Void(kind="call_failed", words=_clean(words), criteria=tuple(ask.labels.values()))


def reply(ask: Ask, answer: Answer) -> Marks | Void:
    """What the judge's `answer` to `ask` comes to. One that was cut off counts where its verdict is complete."""
    if answer.state == "blocked":
        words = f"the judge's endpoint blocked its reply ({answer.finish_reason})"
        return Void(kind="blocked", words=words, criteria=tuple(ask.labels.values()))
    return parse(ask, answer.text)


def parse(ask: Ask, text: str) -> Marks | Void:
    """The marks in `text`, or why there are none."""
    try:
        return _marks(ask, text)
    except _Fault as fault:
        return Void(kind=fault.kind, words=_clean(fault.words), criteria=tuple(ask.labels.values()))


def _marks(ask: Ask, text: str) -> Marks:
    if not text.strip():
        raise _Fault("empty", "the judge said nothing")
    if len(text) > repairing.LONGEST:
        raise _Fault("too_long", f"the reply has {len(text)} characters; at most {repairing.LONGEST} are read")
    asked = {*ask.labels, *ask.controls}
    found = repairing.find(text, lambda value: any(True for _ in _objects(value, asked)))
    if not found.values:
        raise _Fault("no_verdict", f"no verdict can be read in the reply, which begins with {text[:80]!r}")
    if _LOOSE.search(found.rest):
        raise _Fault("loose_mark", "a mark stands outside of what can be read as a verdict")
    entries = [_entry(pairs) for value in found.values for pairs in _objects(value, asked)]
    said = _exactly(entries, asked)
    wrong = [label for label, truth in ask.controls.items() if said[label].mark != ("met" if truth else "not_met")]
    if wrong:
        raise _Fault("control", f"{len(wrong)} of {len(ask.controls)} controls are marked wrong: {', '.join(wrong)}")
    judged = [_judged(ask, criterion, said[label]) for label, criterion in ask.labels.items()]
    unfound = tuple(mark.criterion for mark, known in judged if not known)
    return Marks(marks=tuple(mark for mark, _ in judged), how=found.how, unfound=unfound)


def _judged(ask: Ask, criterion: str, entry: _Entry) -> tuple[Mark, bool]:
    """The mark, and whether its passage is in the answer (or none was needed)."""
    state = _STATES[entry.mark]
    known = quoting.found(entry.evidence, ask.quoted)
    reason = Text(zh=entry.reason, en=entry.reason)
    if ask.cut and not known and state != "unjudged":
        state = "unjudged"
        reason = Text(zh=wording.words("zh")["cut_reason"], en=wording.words("en")["cut_reason"])
    mark = Mark(criterion=criterion, state=state, reason=reason, excerpt=entry.evidence)
    return mark, known or (not entry.evidence and entry.mark != "met")


# -- what was said ----------------------------------------------------------------------------------------------------


def _objects(value: Any, asked: set[str], deep: int = repairing.DEEPEST) -> Iterator[Pairs]:
    """The entries in `value`: objects with a label, below lists, below any key, or as values of an object keyed by labels."""
    if isinstance(value, list) and deep:
        for one in value:
            yield from _objects(one, asked, deep - 1)
    if not isinstance(value, Pairs) or not deep:
        return
    keys = {_label(key) for key, _ in value.pairs}
    if "LABEL" in keys:
        yield value
    elif keys & asked:
        for key, one in value.pairs:
            inner = one.pairs if isinstance(one, Pairs) else (("mark", one),)
            yield Pairs((("label", key), *inner))
    else:
        for _, one in value.pairs:
            yield from _objects(one, asked, deep - 1)


def _entry(given: Pairs) -> _Entry:
    fields: dict[str, Any] = {}
    for key, value in given.pairs:
        name = key.strip().lower()
        if name in fields and not (isinstance(value, str) and fields[name] == value):
            raise _Fault("contradiction", f"one entry says {name!r} twice, and differently")
        fields[name] = value
    given_mark = fields.get("mark")
    mark = re.sub(r"[\s_-]+", "_", given_mark.strip().lower()) if isinstance(given_mark, str) else ""
    if mark not in _STATES:
        got = repr(given_mark[:80]) if isinstance(given_mark, str) else f"a {type(given_mark).__name__}"
        raise _Fault("unknown_mark", f"expected met, not_met or cannot_tell; got {got}")
    return _Entry(
        label=_label(_words(fields.get("label"))),
        mark=mark,
        evidence=_words(fields.get("evidence")),
        reason=_words(fields.get("reason")),
    )


def _words(value: Any) -> str:
    """A field that holds text, or a list of texts (several passages)."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = "…".join(value)
    if not isinstance(value, str):
        raise _Fault("wrong_shape", f"expected text in every field; got a {type(value).__name__}")
    return _clean(value)


def _exactly(entries: list[_Entry], asked: set[str]) -> dict[str, _Entry]:
    said: dict[str, _Entry] = {}
    for entry in entries:
        if entry.label not in asked:
            raise _Fault("extra", f"the label {entry.label!r} was not asked for")
        if entry.label in said:
            same = said[entry.label].mark == entry.mark
            kind: Kind = "repeated" if same else "contradiction"
            raise _Fault(kind, f"the label {entry.label} is marked more than once")
        said[entry.label] = entry
    missing = sorted(asked - set(said))
    if missing:
        raise _Fault("missing", f"no mark for {len(missing)} of {len(asked)} labels: {', '.join(missing)}")
    return said


def _label(text: str) -> str:
    return text.strip().upper()


def _clean(text: str) -> str:
    """Short enough to keep, without what could not be written down."""
    return _SURROGATE.sub("\ufffd", text)[:_MOST]
