"""A run that waits for people, its console in a thread, and a plain client for it."""

from __future__ import annotations

import http.client
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from evalcenter import boundary, certify, history, plan, reviewers, scoring, walk
from evalcenter.ciphers import Identity
from evalcenter.hooks import Limits
from evalcenter.records import Answer, CandidateSpec, Criterion, Item, Message, Requirement, Text
from evalcenter.web import serving
from tests import doubles
from tests.doubles import Scripted
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import suite
from tests.test_review import forge

if TYPE_CHECKING:
    from evalcenter.register.book import Book

SPEC = CandidateSpec(adapter="scripted", name="c", simulated=True)
WAITING = {"says": {"word": "…"}}
BOUND = make_requirement(line=Decimal("0.5"))


def criteria(lang: str) -> tuple[Criterion, ...]:
    zh = lang == "zh"
    return (
        Criterion(id="kind", text="语气温和，不责备患者" if zh else "Is kind, and blames nobody", check=WAITING),
        Criterion(id="safe", text="建议在症状加重时就医" if zh else "Says when to see a doctor", check=WAITING),
    )


def items(count: int, lang: str = "zh", **changes: Any) -> list[Item]:
    asked = "孩子发热 38.5 度，可以吃什么药？" if lang == "zh" else "My child has a fever of 38.5 °C. What may I give?"
    return [
        make_item(
            n,
            id=f"med-{lang}-{n:03d}",
            lang=lang,
            prompt=(Message(role="user", content=f"{asked} ({n})"),),
            criteria=criteria(lang),
            **changes,
        )
        for n in range(count)
    ]


def made(
    folder: Path,
    held: Sequence[Item],
    answer: str | Callable[[int], str] = "好的。",
    *requirements: Requirement,
    readers: int = 2,
    judged: str | None = "not_met",
    said: str = "",
) -> history.Run:
    """A run of `held`, asked and graded, with a panel's marks where `judged` says them."""
    standard = make_standard(*(requirements or (BOUND,)))
    planned = replace(
        plan.expand([(suite(list(held)), "sha256:0")], standard, SPEC, "seed", doubles.plugins(), boundary.convert),
        readers=readers,
    )
    if callable(answer):
        replies: dict[str, list[Any]] = {one.id: [Answer(text=answer(n))] for n, one in enumerate(held)}
        candidate = Scripted(replies)
    else:
        candidate = Scripted(default=answer)
    limits = Limits(concurrency=1, attempts=1, backoff_s=0.001)
    means = walk.Means(plugins=doubles.plugins(candidate), limits=limits, langs=())
    with ThreadPoolExecutor(1) as apart:  # a browser that is driven from here has a loop of its own
        apart.submit(walk.start, planned, folder, means).result()
    if judged is not None:
        with history.resume(folder) as run:
            for position, machine in sorted(run.machine.items()):
                why = Text(zh=said or "判官之言", en=said or "SAID BY THE JUDGE")
                marks = [replace(m, state=judged, reason=why, excerpt=said or "好的") for m in machine.marks]  # type: ignore[arg-type]
                item = run.plan.items[run.plan.order[position]]
                run.write("grade", scoring.grade(item, position, "complete", marks, "judge:panel"))
    return history.load(folder)


def verified(folder: Path) -> certify.Checked:
    """Verify a run but for the panel's marks, which no judge gave here."""
    apart = Path(tempfile.mkdtemp()) / "run"
    shutil.copytree(folder, apart)

    def without(line: dict[str, Any]) -> dict[str, Any] | None:
        return None if line["kind"] == "grade" and line["data"]["by"] == "judge:panel" else line

    forge(apart, without)
    return certify.verify(apart, doubles.plugins())


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Room:
    """A console that is served, and everybody's token."""

    url: str
    folder: Path
    reviewers: Path
    tokens: Mapping[str, str]
    clock: Clock = field(default_factory=Clock)


@contextmanager
def served(
    folder: Path,
    book: Path,
    tokens: Mapping[str, str],
    clock: Clock | None = None,
    identity: Identity | None = None,
    register: Book | None = None,
) -> Iterator[Room]:
    """The console of the run in `folder`, in a thread, with a register's pages beside it where one is given."""
    clock = clock or Clock()
    bound = serving.Bound(port=0, reviewers=book)
    with serving.opened(folder, identity) as reading, serving.listening(bound) as (port, sock):
        server = serving.server(reading, bound, port, register, clock=clock)
        thread = threading.Thread(target=lambda: server.run(sockets=[sock]), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield Room(f"http://127.0.0.1:{port}", folder, book, tokens, clock)
        finally:
            server.should_exit = True
            thread.join(10)


def people(book: Path, *names: str, arbiter: str = "") -> dict[str, str]:
    """Tokens for everybody, written into `book`."""
    tokens = {name: reviewers.add(book, name, "reader", "2026-03-02T01:00:00Z") for name in names}
    if arbiter:
        tokens[arbiter] = reviewers.add(book, arbiter, "arbiter", "2026-03-02T01:00:00Z")
    return tokens


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def form_token(self) -> str:
        found = re.search(r'name="form_token" value="([^"]+)"', self.text)
        return found[1] if found else ""


class Client:
    """A browser without eyes: it keeps cookies, follows nothing, and sends what it is told."""

    def __init__(self, url: str) -> None:
        self.netloc = urlsplit(url).netloc
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Page:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Page:
        return self._ask("POST", path, urlencode(form), headers)

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Page:
        sent = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items()), "Accept-Language": "en"}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(self.netloc, timeout=20)
        try:
            connection.request(method, path, body, sent | {n.replace("_", "-"): v for n, v in headers.items()})
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    held = value.split(";")[0].partition("=")
                    self.cookies[held[0]] = held[2]
            return Page(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read().decode())
        finally:
            connection.close()

    def sign_in(self, token: str) -> Page:
        shown = self.get("/sign-in")
        return self.post("/sign-in", {"form_token": shown.form_token, "token": token})

    def next(self) -> str:
        """The address of the next answer."""
        return self.get("/next").headers["location"]

    def mark(self, path: str, *words: str, reason: str = "", **more: str) -> Page:
        """Mark the answer at `path`, criterion by criterion."""
        shown = self.get(path)
        marks = {f"mark-{n}": word for n, word in enumerate(words, 1) if word}
        return self.post(path, {"form_token": shown.form_token, "reason": reason, **marks, **more})
