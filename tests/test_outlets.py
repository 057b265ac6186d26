"""Lines reach a file or a pipe in order, and no trouble there reaches the run."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalcenter import outlets
from evalcenter.errors import InputError


@pytest.fixture
def said() -> list[str]:
    return []


def anything(line: bytes) -> bool:
    return True


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The two ends of a pipe; the one that is read is still open."""
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_lines_are_there_as_soon_as_they_are_written(tmp_path: Path, said: list[str]) -> None:
    """Nothing waits in a buffer: whoever reads the file sees each line at once."""
    outlet = outlets.appended(tmp_path / "f", anything, said.append)
    outlet.line("one")
    assert (tmp_path / "f").read_text("utf-8") == "one\n"
    outlet.line("二")
    outlet.close()
    assert (tmp_path / "f").read_text("utf-8") == "one\n二\n"
    assert said == []


def test_an_old_file_is_appended_to(tmp_path: Path) -> None:
    """What an earlier process wrote stays, and half a line that it left is closed."""
    (tmp_path / "f").write_text("old\nha", "utf-8")
    outlet = outlets.appended(tmp_path / "f", lambda first: first == b"old\n")
    outlet.line("new")
    outlet.close()
    assert (tmp_path / "f").read_text("utf-8") == "old\nha\nnew\n"


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """A mistyped name costs nothing."""
    (tmp_path / "f").write_text("candidate: x\n", "utf-8")
    with pytest.raises(InputError, match="something else"):
        outlets.appended(tmp_path / "f", lambda first: False)
    assert (tmp_path / "f").read_text("utf-8") == "candidate: x\n"


def test_a_journal_is_never_appended_to(tmp_path: Path) -> None:
    """A file in a run's folder is refused, by whatever way it is named."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "journal.jsonl").write_text("{}\n", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "run" / "journal.jsonl")
    for path in (tmp_path / "run" / "journal.jsonl", tmp_path / "run" / "other", tmp_path / "link"):
        with pytest.raises(InputError, match="run's folder"):
            outlets.appended(path, anything)
    assert (tmp_path / "run" / "journal.jsonl").read_text("utf-8") == "{}\n"


@pytest.mark.parametrize("name", ["nowhere/f", "."])
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    """A folder that is not there, or a folder in place of a file, is an error at once."""
    with pytest.raises(InputError, match="can't write here"):
        outlets.appended(tmp_path / name, anything)


def test_a_pipe_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    """A named pipe without a reader is an error, not a program that waits for ever."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="nobody reads this pipe"):
        outlets.appended(tmp_path / "pipe", anything)


def test_a_full_disk_is_said_once(said: list[str]) -> None:
    """The first line that the disk refuses is the last one that is tried."""
    outlet = outlets.appended(Path("/dev/full"), anything, said.append)
    for _ in range(3):
        outlet.line("x")
    outlet.close()
    assert said == ["/dev/full: No space left on device; nothing more is written there, and the run goes on"]


def test_a_reader_that_goes_away_is_said_once(pipe: tuple[int, int], said: list[str]) -> None:
    """A closed pipe ends the outlet and nothing else."""
    outlet = outlets.Outlet(pipe[1], "standard output", said.append)
    outlet.line("x")
    os.close(pipe[0])
    for _ in range(3):
        outlet.line("y")
    outlet.close()
    assert [words.partition(";")[0] for words in said] == ["standard output: Broken pipe"]


def test_a_slow_reader_holds_nothing_up(pipe: tuple[int, int], said: list[str]) -> None:
    """A pipe that is full takes the rest, whole and in order, once its reader has room again."""
    outlet = outlets.Outlet(pipe[1], "o", said.append)
    lines = [f"{number:0100d}" for number in range(2000)]  # three times what a pipe holds
    for line in lines:
        outlet.line(line)
    read = b""
    while len(read) < 101 * len(lines):
        read += os.read(pipe[0], 65536)
        outlet._push()
    outlet.close()
    assert read.decode().splitlines() == lines
    assert said == []


def test_a_reader_that_stands_still_is_left(
    pipe: tuple[int, int], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so much waits for a reader, and at the end only so long."""
    monkeypatch.setattr(outlets, "MOST", 100_000)
    monkeypatch.setattr(outlets, "WAIT_S", 0.01)
    for lines in (1000, 4000):
        outlet = outlets.Outlet(os.dup(pipe[1]), "o", said.append)
        for _ in range(lines):
            outlet.line("x" * 99)
        outlet.close()
    assert said == ["o: whoever reads it does not keep up; nothing more is written there, and the run goes on"] * 2


def test_nothing_can_be_said_where_standard_error_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run without a standard error goes on too."""
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr("sys.stderr", gone)
    assert outlets.aloud("words") is None
