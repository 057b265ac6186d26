"""Answers kept from earlier runs, for who develops a suite or a model: the very same question is not paid for twice.

Rules this module keeps:

* An answer is found again only by the full identity of its question: what of the candidate file says what is tested (adapter,
  model, version, system prompt, sampling, settings, address), the plan's seed, the item's messages and the epoch. Change one, and
  it is asked.
* The identity stands in the entry, and is compared: an entry that says anything else, or that is damaged, is no entry.
* Only a complete answer is kept. A failed call, an empty or a cut answer is asked again.
* Of a sealed item nothing is looked for and nothing is kept: an entry shows question and answer.
* A disk that refuses costs an entry, never the run.
* It is off unless a folder is given, and refused where a laboratory signs (``starting.py``): a certified answer was given when it
  was asked for. A response that took no call is one from here; the report counts them.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evalcenter import boundary, canon, envelope, sealing
from evalcenter.errors import RunError, disk_refused
from evalcenter.records import Answer, CandidateSpec, Message, Params, Plan, Question, record

FORMAT: Final = "evalcenter/answer/1"
MAX_BYTES: Final = 64_000_000


@record
class Identity:
    """What makes two questions the same."""

    format: str
    candidate: CandidateSpec
    adapter: str
    seed: str
    epoch: int
    messages: tuple[Message, ...]


@record
class Kept:
    """One entry: a question's identity, and its answer."""

    identity: Params
    answer: Answer


class Cache:
    """The answers in `folder` to the questions of `plan`. Raises RunError where the folder can't be made."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self._sealed = sealing.positions(plan)
        self._seed = plan.seed
        self._candidate = replace(plan.candidate, name="", key_env=None, price=None, vendor=None, filing_number=None)
        self._adapter = next(
            (one.version for one in plan.plugins if (one.kind, one.name) == ("adapters", plan.candidate.adapter)), ""
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise disk_refused(problem, folder) from None

    def find(self, question: Question) -> Answer | None:
        """The answer that was kept for `question`; None where there is none that can be trusted."""
        if self._is_sealed(question):
            return None
        identity = self._identity(question)
        raw = _read(self._path(identity))
        kept = boundary.exact(Kept, raw) if raw is not None else None
        if kept is None or kept.identity != identity or kept.answer.state != "complete":
            return None
        return kept.answer

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep `answer`, unless it is not complete, or is one to a sealed item."""
        if answer.state != "complete" or self._is_sealed(question):
            return
        identity = self._identity(question)
        path = self._path(identity)
        with suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            _write(path, canon.encode(Kept(identity=identity, answer=answer)))

    def _is_sealed(self, question: Question) -> bool:
        return self._sealed[question.position : question.position + 1] == b"\1"

    def _identity(self, question: Question) -> dict[str, Any]:
        identity = Identity(
            format=FORMAT,
            candidate=self._candidate,
            adapter=self._adapter,
            seed=self._seed,
            epoch=question.epoch,
            messages=question.messages,
        )
        return dict(canon.plain(identity))

    def _path(self, identity: dict[str, Any]) -> Path:
        digest = canon.digest(identity).removeprefix("sha256:")
        return self.folder / digest[:2] / f"{digest}.json"


def _read(path: Path) -> bytes | None:
    """A plain file's bytes; whatever else stands there is not read."""
    try:
        with envelope.open_plain(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, RunError):
        return None
    return raw if len(raw) <= MAX_BYTES else None


def _write(path: Path, raw: bytes) -> None:
    """Whole or not at all: other runs may read the same folder."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(raw)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(file.name).unlink()
            raise
