"""The console in a process of its own, killed between a mark and the answer to the browser: nothing is lost, nothing is doubled."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evalcenter import history
from tests.web import room
from tests.web.room import Client

ROOT = Path(__file__).parents[2]
DIES = """
import os, signal, sys
from evalcenter import cli, history

real = getattr(history.Run, WHERE)

def dies(self, *given):
    came = real(self, *given)
    if WHERE == "sync" or given[0] == "review":
        os.kill(os.getpid(), signal.SIGKILL)
    return came

if WHERE:
    setattr(history.Run, WHERE, dies)
cli.main(sys.argv[1:])
"""


@contextmanager
def console(folder: Path, where: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The console's process and its address; it kills itself where a review has just been written, or synced to the disk."""
    code = (
        DIES.replace("WHERE", repr(where))
        if where
        else "import sys; from evalcenter import cli; cli.main(sys.argv[1:])"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "review",
        str(folder / "run"),
        "--port",
        "0",
        "--reviewers",
        str(folder / "who.json"),
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found, said
        yield process, found[0]
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def mark(url: str, token: str, path: str, word: str) -> int:
    client = Client(url)
    client.sign_in(token)
    form = {"form_token": client.get(path).form_token, "mark-1": word, "mark-2": word, "reason": "as I see it"}
    return client.post(path, form).status


@pytest.mark.parametrize("where", ["write", "sync"])
def test_a_kill_between_mark_and_answer_loses_nothing_and_doubles_nothing(tmp_path: Path, where: str) -> None:
    """After a restart the review is there; the same form sent again is not stored a second time; the grade follows."""
    room.made(tmp_path / "run", room.items(1))
    tokens = room.people(tmp_path / "who.json", "A", "B")
    with console(tmp_path, "") as (_, url):
        client = Client(url)
        client.sign_in(tokens["A"])
        path = client.next()
        assert mark(url, tokens["A"], path, "met") == 303
    with console(tmp_path, where) as (process, url):
        with pytest.raises((http.client.HTTPException, OSError)):
            mark(url, tokens["B"], path, "met")
        assert process.wait(10) == -signal.SIGKILL
    held = history.load(tmp_path / "run")
    assert (len(held.reviews[0]), held.grades[0]) == (2, held.machine[0])
    with console(tmp_path, "") as (process, url):
        assert mark(url, tokens["B"], path, "met") == 303
        assert Client(url).get("/sign-in").status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    held = history.load(tmp_path / "run")
    assert (len(held.reviews[0]), held.grades[0].by) == (2, "person:A + B")
    room.verified(tmp_path / "run")
