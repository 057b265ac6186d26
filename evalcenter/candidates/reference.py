"""The reference candidates, and the simulated judge, inside this process, without a socket: for unit tests and quick tries.

Rules this module keeps:

* It opens only for a candidate file that says ``simulated: true``, so that no report of it can pass for a model's.
* It behaves as the reference server does (``server.py``), faults included.

A candidate file names a persona as its model (``reference-mixed-0.9``) and, as ``settings.items``, a JSON file of items: a list,
or a mapping with the field ``items`` such as a plan. Code calls ``candidate`` with the items themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter import boundary, canon, plan
from evalcenter.candidates import personas, reading, simulated_judge
from evalcenter.errors import CallFailed, InputError
from evalcenter.hooks import Limits
from evalcenter.records import Answer, CandidateSpec, Item, Question, record

_FAULTS: Final[dict[str, tuple[str, int | None, float | None]]] = {
    "rate_limit": ("rate_limit", 429, 0.0),
    "server_error": ("server_error", 500, None),
    "cut": ("connection", None, None),
    "not_json": ("not_json", 200, None),
}


@record
class Settings:
    """Where the items are, and the seed of what is drawn."""

    items: str
    seed: str = "reference"


class Reference:
    """Opens a persona that answers in this process."""

    name: ClassVar[str] = "reference"
    version: ClassVar[str] = "1"
    settings: ClassVar[type[Any]] = Settings

    def beside(self, spec: CandidateSpec, items: Iterable[Item], seed: str) -> Scripted | Marking:
        """The persona or the simulated judge that `spec.model` names, for items that are at hand."""
        name = spec.model or spec.name
        if not spec.simulated:
            raise InputError(f"{name!r} is simulated", todo="write `simulated: true` in its file")
        rates = simulated_judge.parse(name)
        if rates is None:
            return candidate(items, name, seed=seed)
        return Marking(simulated_judge.Judge(items, rates, seed), name)

    def open(self, spec: CandidateSpec, settings: Settings, key: str | None, limits: Limits) -> Scripted | Marking:
        """The persona that `spec.model` names. Raises InputError or UnknownModel."""
        del key, limits  # there is no endpoint to show a key to, and nothing to limit
        return self.beside(spec, _items(settings.items), settings.seed)


def candidate(
    items: Iterable[Item], persona: str, *, seed: str = "reference", render: personas.Render = plan.render
) -> Scripted:
    """The persona called `persona`, ready to answer `items`."""
    return Scripted(personas.Player(personas.Book(items, render), personas.parse(persona), seed), persona)


class Marking:
    """A simulated judge that is ready to be asked."""

    def __init__(self, judge: simulated_judge.Judge, model: str) -> None:
        self._judge, self._model = judge, model

    async def ask(self, question: Question) -> Answer:
        """The judge's reply."""
        asked = "".join(message.content for message in question.messages)
        body = personas.completion(self._model, self._judge.reply(question.messages).text, asked, None)
        return reading.answer(body, latency_ms=0)

    async def close(self) -> None:
        """Nothing is held open."""


class Scripted:
    """A persona that is ready to be asked."""

    def __init__(self, player: personas.Player, model: str) -> None:
        self._player, self._model = player, model

    async def ask(self, question: Question) -> Answer:
        """The persona's answer. Raises CallFailed where the persona spoils the call."""
        begin = time.monotonic()
        reply = self._player.reply(question.messages)
        if reply.fault is not None:
            kind, status, after = _FAULTS[reply.fault]
            raise CallFailed(kind, "simulated fault", http_status=status, retry_after=after)
        if reply.delay_ms:
            await asyncio.sleep(reply.delay_ms / 1000)
        asked = "".join(message.content for message in question.messages)
        body = personas.completion(self._model, reply.text, asked, None)
        return reading.answer(body, latency_ms=round((time.monotonic() - begin) * 1000))

    async def close(self) -> None:
        """Nothing is held open."""


def _items(path: str) -> tuple[Item, ...]:
    try:
        raw = Path(path).read_bytes()
    except OSError as problem:
        raise InputError(f"the items can't be read: {problem.strerror}", where=path) from None
    value = canon.decode(raw)
    return boundary.convert(tuple[Item, ...], value.get("items") if isinstance(value, dict) else value)


plugin: Final = Reference()
