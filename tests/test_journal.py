"""The journal keeps every line, shows every change to one, and survives a kill."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import canon, history, journal
from evalcenter.errors import DiskFull, Incomplete, Locked, RunError, Tampered
from evalcenter.records import Failure
from tests.factory import make_grade, make_item, make_plan, make_response

PLAN = make_plan([make_item(n) for n in range(4)])


def written(folder: Path) -> Path:
    """A short run: two answers, one failure, one grade."""
    with history.create(folder, PLAN) as book:
        book.write("opened", {"environment": {}, "lab": {}})
        book.write("response", make_response(0))
        book.write("retry", {"position": 1, "attempt": 1, "kind": "timeout", "http_status": None, "message": ""})
        book.write("failure", Failure(position=1, kind="timeout", message="late", attempts=5))
        book.write("response", make_response(2))
        book.write("grade", make_grade(PLAN, 0))
        book.write("closed", {"why": "complete"})
    return folder


def lines(folder: Path) -> list[bytes]:
    return (folder / journal.NAME).read_bytes().splitlines(keepends=True)


def test_everything_is_read_back(tmp_path: Path) -> None:
    """A journal gives back its plan, answers, failures, grades and counts."""
    run = history.load(written(tmp_path))
    assert run.plan == PLAN
    assert {0: make_response(0), 2: make_response(2)} == run.responses
    assert [failure.kind for failure in run.failures.values()] == ["timeout"]
    assert {0: make_grade(PLAN, 0)} == run.grades
    assert (run.retries, run.count, run.closed) == (1, 8, "complete")


def test_the_head_is_the_digest_of_the_last_line(tmp_path: Path) -> None:
    """Each line holds the SHA-256 of the exact bytes of the line before."""
    raw = lines(written(tmp_path))
    assert canon.digest(raw[-1][:-1]) == history.load(tmp_path).head
    assert canon.digest(raw[0][:-1]) == json.loads(raw[1])["prev"]
    assert json.loads(raw[0])["prev"] == journal.GENESIS


def swap(raw: list[bytes]) -> list[bytes]:
    return [*raw[:2], raw[3], raw[2], *raw[4:]]


def rechained(raw: list[bytes]) -> list[bytes]:
    """Line 2 changed, and every later line chained anew, but numbered wrongly."""
    made, previous = [], journal.GENESIS
    for at, line in enumerate(raw):
        held = json.loads(line)
        held["prev"] = previous
        held["seq"] += at > 3
        text = canon.encode(held)
        previous = canon.digest(text)
        made.append(text + b"\n")
    return made


ATTACKS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "edited answer": lambda raw: [line.replace(b"250 mg", b"500 mg") if n == 2 else line for n, line in enumerate(raw)],
    "dropped entry": lambda raw: raw[:3] + raw[4:],
    "reordered entries": swap,
    "doubled entry": lambda raw: [*raw[:3], raw[2], *raw[3:]],
    "foreign line": lambda raw: [*raw[:3], b'{"x":1}\n', *raw[3:]],
    "not JSON": lambda raw: [*raw[:3], b"hello\n", *raw[3:]],
    "a list": lambda raw: [*raw[:3], b"[]\n", *raw[3:]],
    "blank line": lambda raw: [*raw[:3], b"\n", *raw[3:]],
    "first line gone": lambda raw: raw[1:],
    "spaces added": lambda raw: [raw[0].replace(b'"kind":', b'"kind": ', 1), *raw[1:]],
    "numbered wrongly": rechained,
    "float smuggled in": lambda raw: [*raw[:-1], raw[-1].replace(b'"complete"', b"1.5")],
    "duplicate key": lambda raw: [*raw[:-1], raw[-1].replace(b'{"at"', b'{"at":"x","at"')],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_seen(tmp_path: Path, attack: str) -> None:
    """Each way of changing a journal breaks its chain and is named with its line."""
    raw = lines(written(tmp_path))
    (tmp_path / journal.NAME).write_bytes(b"".join(ATTACKS[attack](raw)))
    with pytest.raises(Tampered) as caught:
        history.load(tmp_path)
    assert f"{journal.NAME}:" in caught.value.where


@given(st.data())
def test_any_flipped_byte_is_seen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A change of any byte before the last line is seen."""
    folder = written(tmp_path_factory.mktemp("run"))
    raw = bytearray((folder / journal.NAME).read_bytes())
    last = raw.rstrip(b"\n").rfind(b"\n")
    at = data.draw(st.integers(0, last - 1))
    raw[at] ^= data.draw(st.integers(1, 127))
    (folder / journal.NAME).write_bytes(raw)
    with pytest.raises(RunError):
        history.load(folder)


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("response", make_response(0), "answered already"),
        ("response", make_response(99), "never planned"),
        ("grade", make_grade(PLAN, 3), "which has no answer"),
        ("plan", PLAN, "a second plan"),
        ("response", {"position": 3}, "is no response"),
        ("nonsense", {}, "unknown kind"),
        ("reasked", {"positions": 3}, "names no positions"),
        ("reasked", {"positions": [[3]]}, "names no positions"),
        ("retry", {"position": {}}, "names no positions"),
    ],
)
def test_well_chained_nonsense_is_refused(tmp_path: Path, kind: str, data: Any, words: str) -> None:
    """A line that chains but cannot be true is refused."""
    written(tmp_path)
    with journal.Journal.take(tmp_path) as book:
        book.go_on(*journal.chain(tmp_path))
        book.append(kind, data)
    with pytest.raises(Tampered, match=words):
        history.load(tmp_path)


def test_later_answer_replaces_failure(tmp_path: Path) -> None:
    """A position that failed and was answered after a resume is answered."""
    written(tmp_path)
    book = history.resume(tmp_path)
    with book:
        book.write("response", make_response(1))
    run = history.load(tmp_path)
    assert (set(), {0, 1, 2}) == (set(run.failures), set(run.responses))


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_half_a_line_is_set_aside(tmp_path: Path, cut: int) -> None:
    """A line cut short by a kill is kept beside the journal, said in it, and everything before it is kept."""
    written(tmp_path)
    with (tmp_path / journal.NAME).open("ab") as file:
        file.write(b"x" * cut)
    assert history.load(tmp_path).count == 8
    run = history.resume(tmp_path)
    run.close()
    assert len(run.responses) == 2
    assert b"x" * cut == next(tmp_path.glob("torn-*.bin")).read_bytes()
    assert history.load(tmp_path).recovered == 1


def test_no_journal(tmp_path: Path) -> None:
    """A folder without a journal is said to be none."""
    with pytest.raises(Incomplete, match=r"no journal\.jsonl"):
        history.load(tmp_path)
    with pytest.raises(Incomplete):
        history.resume(tmp_path)


def test_empty_journal(tmp_path: Path) -> None:
    """An empty journal, or one killed before its plan was written, is no run."""
    (tmp_path / journal.NAME).write_bytes(b"")
    with pytest.raises(Incomplete, match="does not start with a plan"):
        history.load(tmp_path)


def test_journal_that_is_a_folder(tmp_path: Path) -> None:
    """A journal that can't be read is an error with its place, not a crash."""
    (tmp_path / journal.NAME).mkdir()
    with pytest.raises(RunError, match="not a plain file"):
        history.load(tmp_path)


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    """A folder that holds a run takes no second one."""
    written(tmp_path)
    before = lines(tmp_path)
    with pytest.raises(RunError, match="holds a run already"):
        history.create(tmp_path, PLAN)
    assert before == lines(tmp_path)


@pytest.mark.parametrize("half", [b"", b'{"at":"2026'])
def test_a_run_that_was_killed_before_its_plan_was_whole_begins_again(tmp_path: Path, half: bytes) -> None:
    """A journal without one whole line holds no run: a new one takes its place, and what was there is kept aside."""
    (tmp_path / journal.NAME).write_bytes(half)
    with history.create(tmp_path, PLAN):
        pass
    assert history.load(tmp_path).count == 1
    assert next(tmp_path.glob("torn-*.bin")).read_bytes() == half


def test_one_writer(tmp_path: Path) -> None:
    """A second process that wants to write is turned away."""
    with history.create(tmp_path, PLAN):
        code = (
            "import sys; from pathlib import Path; from evalcenter import errors, history\n"
            "try: history.resume(Path(sys.argv[1]))\n"
            "except errors.Locked: sys.exit(33)"
        )
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert Locked.exit_code == done.returncode


class Full:
    """A file whose disk is full."""

    def __init__(self, code: int) -> None:
        self.code = code

    def write(self, raw: bytes) -> int:
        raise OSError(self.code, os.strerror(self.code))

    flush = close = fileno = lambda self: 0


@pytest.mark.parametrize(
    ("code", "kind"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EFBIG, DiskFull), (errno.EIO, RunError)],
)
def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[RunError]) -> None:
    """A disk that takes no more is said, with what to do; what was written stays."""
    written(tmp_path)
    book = history.resume(tmp_path)
    book.book._file.close()  # type: ignore[union-attr]
    book.book._file = Full(code)  # type: ignore[union-attr, assignment]
    with pytest.raises(kind) as caught:
        book.write("response", make_response(3))
    assert kind is type(caught.value)
    with pytest.raises(RunError, match="closed"):
        book.write("closed", {})
    book.close()
    assert len(history.load(tmp_path).responses) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_really_full_device(tmp_path: Path) -> None:
    """A journal on a device without space is an error of its own, not a crash."""
    (tmp_path / journal.NAME).symlink_to("/dev/full")
    book = journal.Journal(tmp_path)
    book._open("a")
    with pytest.raises(DiskFull):
        book.append("opened", {})
    book.close()


class Slow:
    """A file that takes seven bytes at a time."""

    def __init__(self) -> None:
        self.held = b""

    def write(self, raw: memoryview) -> int:
        self.held += bytes(raw[:7])
        return min(7, len(raw))


def test_a_line_taken_in_parts_is_written_whole() -> None:
    """A file that takes a line in parts gets all of it."""
    file = Slow()
    journal._write(file, b"x" * 100)  # type: ignore[arg-type]
    assert file.held == b"x" * 100


@pytest.mark.parametrize("odd", ["pipe", "device"])
def test_a_journal_is_a_plain_file(tmp_path: Path, odd: str) -> None:
    """A pipe would keep a reader waiting for ever, and a device would fill the memory."""
    if odd == "pipe":
        os.mkfifo(tmp_path / journal.NAME)
    else:
        (tmp_path / journal.NAME).symlink_to("/dev/zero")
    for read in (journal.chain, lambda folder: list(journal.entries(folder))):
        with pytest.raises(RunError, match="not a plain file"):
            read(tmp_path)


def test_a_line_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line of a strange journal does not fill the memory, however long it is."""
    written(tmp_path)
    monkeypatch.setattr(journal, "MOST", 100)
    for read in (journal.chain, lambda folder: list(journal.entries(folder))):
        with pytest.raises(Tampered, match="no journal has one"):
            read(tmp_path)


def test_unwritable_place() -> None:
    """A place that takes no folder is an error with its reason."""
    with pytest.raises(RunError, match="can't write here"):
        history.create(Path("/proc/none/run"), PLAN)


def test_closed_journal_takes_nothing(tmp_path: Path) -> None:
    """After closing nothing is written."""
    written(tmp_path)
    book = history.resume(tmp_path)
    book.close()
    book.close()
    with pytest.raises(RunError, match="closed"):
        book.write("opened", {})


def test_every_kind_is_documented() -> None:
    """Every kind of line stands in the documentation."""
    text = (Path(__file__).parents[1] / "docs" / "journal.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in text for kind in journal.KINDS)


def test_a_line_knows_where_the_next_begins(tmp_path: Path) -> None:
    """Every line's end is where the line after it begins, so that a journal can be read on from any of them."""
    held = list(journal.entries(written(tmp_path)))
    assert [entry.end for entry in held[:-1]] == [entry.offset for entry in held[1:]]
    assert held[-1].end == (tmp_path / journal.NAME).stat().st_size
    for entry in held:
        assert list(journal.entries(tmp_path, entry)) == held[entry.seq + 1 :]


def test_reading_on_keeps_to_the_chain(tmp_path: Path) -> None:
    """A line behind the one that was read last has to follow from it."""
    held = list(journal.entries(written(tmp_path)))
    with pytest.raises(Tampered, match="the chain is broken"):
        list(journal.entries(tmp_path, held[2]._replace(digest=held[3].digest)))


def test_every_line_that_a_run_takes_in_may_stand_in_a_journal() -> None:
    """What a run writes can be read again: a judge's reply and a reader's marks too."""
    assert set(history._KINDS) <= set(journal.KINDS)
