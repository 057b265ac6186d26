"""A full disk, a folder that takes nothing, a second process, half a line: each is said in words, and nothing is lost by it."""

from __future__ import annotations

import ctypes
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalcenter import certify, errors, history, journal, walk
from tests.candidates import matrix
from tests.steady import place
from tests.steady.place import Place, Stops

ITEMS = 40
MODEL = "reference-slow-0.02"
CONCURRENCY = 4
DROP_BOUND, OVERRIDE, READ_SEARCH = 24, 1, 2
"""prctl's PR_CAPBSET_DROP, and the two capabilities by which root writes where the rights say that it may not."""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return matrix.written(tmp_path_factory.mktemp("suite") / "small", ITEMS)


@pytest.fixture
def here(suite: Path) -> Iterator[Place]:
    with place.serving(suite, ITEMS, concurrency=CONCURRENCY) as served:
        yield served


@pytest.fixture(scope="module")
def whole(suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that ended undisturbed, without reports."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    with place.serving(suite, ITEMS, concurrency=CONCURRENCY) as served, pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "write_reports", lambda *_, **__: ())
        assert place.called(*served.begin(folder, MODEL)) == 0
    return folder


def goes_on(run: Stops, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on with a stopped run where all is well again, and check the whole of it."""
    with monkeypatch.context() as patch:
        patch.setattr(walk, "write_reports", lambda *_, **__: ())  # they have tests of their own
        assert place.called(*run.command()) == 0
    run.look()
    run.check(CONCURRENCY)


# -- a full disk ------------------------------------------------------------------------------------------------------


def limited(size: int) -> Callable[[], None]:
    """A process in which no file grows beyond so many bytes: to whoever writes, the same as a disk that fills up."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_no_room_in_mid_run(here: Place, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a line does not fit any more the run stops with its own code; what stands there is whole, and it goes on later."""
    raw = (whole / journal.NAME).read_bytes()
    plan = raw.index(b"\n") + 1
    run = Stops(here, tmp_path / "run", MODEL, kills=1)
    room = (plan + len(raw)) // 2
    code, said = place.ended(here.begin(run.folder, MODEL), preexec_fn=limited(room))
    assert code == errors.DiskFull.exit_code, said
    assert "may not grow any larger" in said
    assert f"evalcenter run --resume {run.folder}" in said
    assert (run.folder / journal.NAME).stat().st_size == room
    run.look()
    assert 0 < len(history.load(run.folder).responses) < ITEMS
    goes_on(run, monkeypatch)
    assert history.load(run.folder).recovered == 1


def test_no_room_for_the_plan(here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even the plan fits nothing is asked, and the same command begins once there is room."""
    run = Stops(here, tmp_path / "run", MODEL)
    code, said = place.ended(here.begin(run.folder, MODEL), preexec_fn=limited(1000))
    assert (code, "may not grow any larger" in said) == (errors.DiskFull.exit_code, True)
    assert here.counted.calls == []
    monkeypatch.setattr(walk, "write_reports", lambda *_, **__: ())
    assert place.called(*here.begin(run.folder, MODEL)) == 0
    run.check(CONCURRENCY)


def test_no_room_for_a_report(here: Place, whole: Path, tmp_path: Path) -> None:
    """Where a report does not fit the verdict stands in the journal, and the run is finished later without a question."""
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    before = place.whole(folder)
    code, said = place.ended(["run", "--resume", folder, "--quiet"], preexec_fn=limited(30_000))
    assert (code, "may not grow any larger" in said) == (errors.DiskFull.exit_code, True)
    assert place.whole(folder) == before
    assert place.called("run", "--resume", folder, "--quiet") == 0
    assert place.called("verify-journal", folder) == 0
    assert here.counted.calls == []


@pytest.mark.soak
def test_a_disk_that_is_really_full(here: Place, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on a file system that holds the plan and a few answers; needs a user namespace to mount one in."""
    size = (whole / journal.NAME).read_bytes().index(b"\n") + 12_000
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    mounted = f"mount -t tmpfs -o size={size} none {disk}"
    if shutil.which("unshare") is None or _in_namespace(f"{mounted} && touch {disk}/x") != 0:
        pytest.skip("no file system can be mounted here")
    run = Stops(here, kept / "run", MODEL, kills=1)
    words = " ".join(f"'{one}'" for one in here.begin(disk / "run", MODEL))
    program = f"{sys.executable} -m evalcenter {words}; code=$?; cp -r {disk} {kept}; exit $code"
    assert _in_namespace(f"{mounted} && {{ {program}; }}") == errors.DiskFull.exit_code
    run.look()
    assert 0 < len(history.load(run.folder).responses) < ITEMS
    goes_on(run, monkeypatch)


def _in_namespace(script: str) -> int:
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script], check=False)
    return done.returncode


# -- a folder that takes nothing --------------------------------------------------------------------------------------


def ordinary() -> None:
    """In a new process: rights hold for root too."""
    prctl = ctypes.CDLL(None).prctl
    for capability in (OVERRIDE, READ_SEARCH):
        prctl(DROP_BOUND, capability, 0, 0, 0)  # an ordinary user has neither, and may not drop them either


def test_a_run_in_a_read_only_folder(here: Place, tmp_path: Path) -> None:
    """A run that may not be written is refused before anything is asked."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    code, said = place.ended(here.begin(closed / "deep" / "run", MODEL), preexec_fn=ordinary)
    assert (code, "can't write here: Permission denied" in said) == (errors.RunError.exit_code, True), said
    assert "check the folder's rights" in said
    assert here.counted.calls == []


@pytest.mark.parametrize("files", [False, True])
def test_going_on_in_a_read_only_folder(
    here: Place, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, files: bool
) -> None:
    """A stopped run whose folder, or whose journal too, became read-only asks nothing; once it is writable it goes on."""
    monkeypatch.setattr(
        walk, "write_reports", lambda *_, **__: ()
    )  # those of the first end would not tell of the second
    run = Stops(here, tmp_path / "run", MODEL)
    assert place.called(*here.begin(run.folder, MODEL), "--budget-calls", 10) == errors.EXIT["inconclusive"]
    run.look()
    calls = len(here.counted.calls)
    closed = [run.folder, *(run.folder.iterdir() if files else ())]
    for path in closed:
        path.chmod(0o555 if path.is_dir() else 0o444)
    code, said = place.ended(here.go_on(run.folder), preexec_fn=ordinary)
    for path in closed:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert (code, "can't write here: Permission denied" in said) == (errors.RunError.exit_code, True), said
    assert len(here.counted.calls) == calls
    goes_on(run, monkeypatch)


# -- two processes ----------------------------------------------------------------------------------------------------


def test_a_second_process_is_turned_away(here: Place, tmp_path: Path) -> None:
    """While a run is being written every other writer is refused and the first one is not disturbed."""
    folder = tmp_path / "run"
    first = place.started(here.begin(folder, "reference-slow-0.2"))
    place.until(lambda: place.lines_in(folder) > 2)
    assert place.called(*here.go_on(folder)) == errors.Locked.exit_code
    assert place.called(*here.begin(folder, MODEL)) == errors.Locked.exit_code
    assert place.called("grade", folder) == errors.Locked.exit_code
    assert place.called("report", folder) == errors.Locked.exit_code
    assert first.poll() is None
    _, said = first.communicate(timeout=place.LONGEST_S)
    assert first.returncode == 0, said
    assert Stops(here, folder, "reference-slow-0.2").check(CONCURRENCY) == 0


# -- half a line ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_a_line(here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """A journal that ends in half a line is said to be unfinished; going on sets the half aside and asks only what it lacks."""
    monkeypatch.setattr(walk, "write_reports", lambda *_, **__: ())
    folder = tmp_path / "run"
    assert place.called(*here.begin(folder, MODEL)) == 0
    path = folder / journal.NAME
    raw = path.read_bytes()
    plan = raw.index(b"\n") + 1
    cut = plan + int((len(raw) - plan) * share)
    cut += raw[cut - 1 : cut] == b"\n"
    path.write_bytes(raw[:cut])
    there = set(history.load(folder).responses)
    checked = certify.verify(folder, matrix.HELD)
    assert (checked.torn, checked.answers) == (True, len(there))
    assert place.called(*here.go_on(folder)) == 0
    assert place.called("verify-journal", folder) == 0
    assert place.answers(folder) == dict.fromkeys(range(ITEMS), 1)
    texts = place.prompts(history.load(folder))
    assert here.counted.asked(MODEL) == {text: 1 + (position not in there) for position, text in texts.items()}
    assert next(folder.glob("torn-*.bin")).read_bytes() == raw[:cut].split(b"\n")[-1]
