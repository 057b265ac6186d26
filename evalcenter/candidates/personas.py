"""The reference candidates: scripted answerers with a known truth.

A persona answers from an item's own examples, so its true pass rate is known, and what a run decides about it can be checked:

* ``exemplary``: always a good example. ``reckless``: always a bad one.
* ``mixed-R``: a good one with probability R, else a bad one (``mixed`` alone: 0.9). ``careful-R``: the same, but always a good one
  on a red line.
* ``refusing``: one blanket refusal to everything, in the item's language. ``empty``: no text at all.
* ``slow-S``: exemplary after S seconds (0.2). ``flaky-R``: exemplary, but a share R of the answers (0.25) is only given after one
  or two failed calls: a rate limit, a server error, a cut connection or broken JSON.

Rules this module keeps:

* What is drawn depends on the seed, the persona, the prompt and how often the prompt was answered before, and on nothing else:
  the order in which different prompts arrive changes nothing.
* A prompt is recognised by the exact text of its user turns. Anything else gets the statement that nothing is scripted for it,
  with words of the persona's own.
* Everything is simulated. A persona says nothing about any model.

It is pure: it neither sleeps nor fails itself, it says what should happen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from evalcenter import canon, plan
from evalcenter.candidates import reading
from evalcenter.draws import Draws
from evalcenter.errors import InputError, UnknownModel
from evalcenter.records import Example, Item, Message, record

Fault = Literal["rate_limit", "server_error", "cut", "not_json"]
Kind = Literal["exemplary", "reckless", "mixed", "careful", "refusing", "empty", "slow", "flaky"]
Render = Callable[[Item], tuple[Message, ...]]
Key = tuple[str, ...]

FAULTS: Final[tuple[Fault, ...]] = ("rate_limit", "server_error", "cut", "not_json")
MOST_FAULTS: Final = 2
"""How many calls in a row ``flaky`` spoils at most."""
NAMES: Final = ("exemplary", "reckless", "mixed-0.9", "careful-0.9", "refusing", "empty", "slow", "flaky")
PREFIX: Final = "reference-"
REFUSAL: Final = {"zh": "抱歉，我无法回答这个问题。", "en": "I'm sorry, but I can't help with that."}
SIGN: Final = "[simulated · 模拟]"
UNSCRIPTED: Final = f"{SIGN} Nothing is scripted for this prompt. 参考候选没有为该提示准备回答。"
SYLLABLES: Final = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "we")
_DEFAULTS: Final = {
    "mixed": Decimal("0.9"),
    "careful": Decimal("0.9"),
    "slow": Decimal("0.2"),
    "flaky": Decimal("0.25"),
}
_NAME: Final = re.compile(
    r"(?:reference-)?(?:(?P<plain>exemplary|reckless|refusing|empty)|(?P<kind>mixed|careful|slow|flaky)(?:-(?P<number>[0-9]{1,3}(?:\.[0-9]{1,9})?))?)"
)
_LONGEST_S: Final = 60


@record
class Persona:
    """How a reference candidate behaves. `number` is the rate of mixed, careful and flaky, the seconds of slow; 0 otherwise."""

    kind: Kind
    number: Decimal = Decimal(0)


@record
class Reply:
    """What should happen on one call: after `delay_ms`, either the `fault` or the `text`."""

    text: str
    fault: Fault | None = None
    delay_ms: int = 0
    scripted: bool = True


def parse(name: str) -> Persona:
    """The persona called `name`, with or without ``reference-``. Raises UnknownModel, or InputError for a number out of range."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise UnknownModel(
            f"no reference candidate is called {name!r}",
            todo=f"the names are {', '.join(PREFIX + one for one in NAMES)}",
        )
    if found["plain"]:
        return Persona(kind=found["plain"])  # type: ignore[arg-type]  # the pattern allows these kinds only
    number = Decimal(found["number"]) if found["number"] else _DEFAULTS[found["kind"]]
    if number > (_LONGEST_S if found["kind"] == "slow" else 1):
        raise InputError(f"{name!r}: a rate lies between 0 and 1, a delay between 0 and {_LONGEST_S} seconds")
    return Persona(kind=found["kind"], number=number)  # type: ignore[arg-type]  # the pattern allows these kinds only


class Book:
    """Which item and which of its turns a prompt belongs to."""

    def __init__(self, items: Iterable[Item], render: Render = plan.render) -> None:
        self._known: dict[Key, tuple[Item, int]] = {}
        for item in items:
            said: list[Message] = []
            for turn, part in enumerate(plan.script(render(item))):
                said.extend(part)
                # Two items with the same beginning share it: the first one answers until their prompts differ.
                self._known.setdefault(key(said), (item, turn))

    def find(self, messages: Sequence[Message]) -> tuple[Item, int] | None:
        """The item whose prompt `messages` are, and the number of its turn from 0; None where nothing is scripted."""
        return self._known.get(key(messages))


def key(messages: Sequence[Message]) -> Key:
    """What a prompt is recognised by: the texts of its user turns."""
    return tuple(message.content for message in messages if message.role == "user")


class Player:
    """One persona at work. It remembers how often each prompt was answered, so it serves one run.

    An answer that was given and never arrived counts as given.
    """

    def __init__(self, book: Book, persona: Persona, seed: str) -> None:
        self._book, self._persona, self._seed = book, persona, seed
        self._answered: Counter[Key] = Counter()
        self._spoiled: Counter[Key] = Counter()

    def reply(self, messages: Sequence[Message]) -> Reply:
        """What should happen on a call with `messages`."""
        asked = key(messages)
        fault = self._fault(asked) if self._persona.kind == "flaky" else None
        if fault is not None:
            self._spoiled[asked] += 1
            return Reply(text="", fault=fault)
        self._spoiled[asked] = 0
        occurrence = self._answered[asked]
        self._answered[asked] += 1
        delay = int(self._persona.number * 1000) if self._persona.kind == "slow" else 0
        found = self._book.find(messages)
        if found is None:
            return Reply(text=f"{UNSCRIPTED} {self._manner(asked)}", delay_ms=delay, scripted=False)
        text = self._text(*found, messages, occurrence)
        return Reply(text=UNSCRIPTED if text is None else text, delay_ms=delay, scripted=text is not None)

    def _draws(self, what: str, asked: Key, occurrence: int) -> Draws:
        texts = [reading.clean(text) for text in asked]
        return Draws(self._seed, f"reference/{self._persona.kind}/{what}/{canon.digest(texts)}/{occurrence}")

    def _manner(self, asked: Key) -> str:
        """Words of the persona's own on a prompt, always the same, by which it can be told from the others."""
        name = f"reference/manner/{self._persona.kind}/{self._persona.number}"
        draws = Draws(name, canon.digest([reading.clean(text) for text in asked]))
        return " ".join("".join(draws.choice(SYLLABLES) for _ in range(3)) for _ in range(draws.between(1, 4)))

    def _fault(self, asked: Key) -> Fault | None:
        draws = self._draws("fault", asked, self._answered[asked])
        if not coin(draws, self._persona.number):
            return None
        faults = [draws.choice(FAULTS) for _ in range(draws.between(1, MOST_FAULTS))]
        already = self._spoiled[asked]
        return faults[already] if already < len(faults) else None

    def _text(self, item: Item, turn: int, messages: Sequence[Message], occurrence: int) -> str | None:
        kind = self._persona.kind
        if kind == "refusing":
            return REFUSAL[item.lang]
        if kind == "empty":
            return ""
        example = _continued(item, turn, messages)
        if example is None:
            draws = self._draws("answer", key(messages), occurrence)
            mixes = kind == "mixed" or (kind == "careful" and not item.red_line)
            good = kind != "reckless" and (not mixes or coin(draws, self._persona.number))
            pool = item.examples.good if good else item.examples.bad
            example = draws.choice(pool) if pool else None
        return None if example is None else _turn(example, turn)


def _continued(item: Item, turn: int, messages: Sequence[Message]) -> Example | None:
    """The example that a dialogue's earlier answers came from, so that the dialogue goes on as it began."""
    if turn == 0:
        return None
    said = [message.content for message in messages if message.role == "assistant"][-turn:]
    examples = [*item.examples.good, *item.examples.bad]
    return next((one for one in examples if said == [_turn(one, at) for at in range(turn)]), None)


def _turn(example: Example, turn: int) -> str:
    return example.turns[min(turn, len(example.turns) - 1)] if example.turns else example.text


def coin(draws: Draws, rate: Decimal) -> bool:
    """True with the probability `rate`."""
    share = Fraction(rate)
    return draws.coin(share.numerator, share.denominator)


def completion(model: str, text: str, asked: str, max_tokens: int | None) -> dict[str, object]:
    """A chat completion that says `text`, cut at `max_tokens`. A token is four characters here; usage is marked as simulated."""
    cut = max_tokens is not None and tokens(text) > max_tokens
    said = text[: 4 * (max_tokens or 0)] if cut else text
    spent = {"prompt_tokens": tokens(asked), "completion_tokens": tokens(said)}
    return {
        "id": "chatcmpl-reference",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "system_fingerprint": "evalcenter-reference",
        "simulated": True,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": said},
                "finish_reason": "length" if cut else "stop",
            }
        ],
        "usage": {**spent, "total_tokens": sum(spent.values()), "simulated": True},
    }


def tokens(text: str) -> int:
    """The length of `text` in simulated tokens: characters by four, rounded up."""
    return -(-len(text) // 4)
