"""Work on several cores: the same results in the same order, and an end to every way of failing."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from evalcenter import boundary, crew
from evalcenter.errors import PluginError, RunError

HANDS = pytest.mark.parametrize("hands", [1, 2])


def added(shared: int, part: int) -> int:
    return shared + part


def broken(shared: str, part: int) -> int:
    if part == 3:
        raise PluginError(shared, where="here", todo="mend it")
    return part


def unfit(_: None, part: int) -> int:
    raise boundary.Invalid([(("a", part), "no number")])


def killed(_: None, part: int) -> int:
    if part == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return part


def whose(_: object, part: int) -> tuple[int, int]:
    time.sleep(0.05)
    return part, os.getpid()


@HANDS
def test_results_come_in_the_order_of_the_parts(hands: int) -> None:
    """However many hands, part n's result is the n-th."""
    assert list(crew.spread(added, 100, range(50), hands=hands)) == [100 + n for n in range(50)]


def test_other_processes_do_the_work() -> None:
    """With two hands two processes work, and neither is this one."""
    workers = {pid for _, pid in crew.spread(whose, None, range(12), hands=2)}
    assert len(workers) == 2
    assert os.getpid() not in workers


@HANDS
def test_an_error_comes_as_it_was_raised(hands: int) -> None:
    """Results before it are given, and its words, place and advice survive the way."""
    results = crew.spread(broken, "no", range(6), hands=hands)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(PluginError, match="no") as caught:
        next(results)
    assert (caught.value.where, caught.value.todo) == ("here", "mend it")


@HANDS
def test_unfit_fields_keep_their_paths(hands: int) -> None:
    """A record's refusal crosses to this process whole."""
    with pytest.raises(boundary.Invalid) as caught:
        list(crew.spread(unfit, None, [7], hands=hands))
    assert caught.value.problems == ((("a", 7), "no number"),)


def test_a_dead_worker_is_an_error() -> None:
    """A worker that is killed ends the work with an error; no result is left out in silence."""
    with pytest.raises(RunError, match="a worker process died"):
        list(crew.spread(killed, None, range(10), hands=2))


def test_what_no_process_can_be_given_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where workers can't be started with what they need, this process does the work."""
    monkeypatch.setattr(sys, "platform", "elsewhere")  # so that workers are started anew, and all is pickled
    pids = {pid for _, pid in crew.spread(whose, threading.Lock(), range(3), hands=2)}
    assert pids == {os.getpid()}


def test_processes_that_start_anew_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a fork the same results come."""
    monkeypatch.setattr(sys, "platform", "elsewhere")
    assert list(crew.spread(added, 1, range(4), hands=2)) == [1, 2, 3, 4]


def nested(_: None, part: int) -> set[int]:
    return {pid for _, pid in crew.spread(whose, None, range(2), hands=2)} | {os.getpid()}


def test_a_worker_starts_no_workers() -> None:
    """Work that is spread within a worker is done by that worker."""
    assert [len(pids) for pids in crew.spread(nested, None, range(2), hands=2)] == [1, 1]


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    """A parent that is killed leaves no worker behind."""
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom evalcenter import crew\n"
        "def work(folder, part):\n    Path(folder, str(os.getpid())).touch()\n    time.sleep(60)\n"
        f"list(crew.spread(work, {str(tmp_path)!r}, range(8), hands=2))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    _until(lambda: len(list(tmp_path.iterdir())) == 2)
    parent.kill()
    parent.wait()
    workers = [int(path.name) for path in tmp_path.iterdir()]
    _until(lambda: not any(_lives(pid) for pid in workers))


def test_an_interruption_ends_it(tmp_path: Path) -> None:
    """Ctrl-C reaches the parent alone: it ends by KeyboardInterrupt, and no worker prints a trace of its own."""
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom evalcenter import crew\n"
        "def work(folder, part):\n    Path(folder, str(os.getpid())).touch()\n    time.sleep(0.3)\n"
        f"try:\n    list(crew.spread(work, {str(tmp_path)!r}, range(10000), hands=2))\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    _until(lambda: len(list(tmp_path.iterdir())) == 2)
    os.killpg(parent.pid, signal.SIGINT)
    out, err = parent.communicate(timeout=60)
    assert (out, err) == ("interrupted\n", "")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def _until(ready) -> None:
    for _ in range(600):
        if ready():
            return
        time.sleep(0.05)
    pytest.fail("it took longer than half a minute")
