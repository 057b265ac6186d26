"""The replies of a tryout are kept as they come, and one that stopped goes on with the same panel only."""

from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import journal, tryouts
from evalcenter.errors import InputError, Locked, Tampered
from evalcenter.records import Answer, Judgement
from evalcenter.tryouts import Begun
from tests.panels import make_panel

WANTED = Begun(panel=make_panel(), epochs=2, seed="first", cases=("sha256:a", "sha256:b"))


def reply(position: int, text: str = "x", attempt: int = 0) -> Judgement:
    return Judgement(position=position, judge="judge-0", epoch=0, request=0, attempt=attempt, answer=Answer(text=text))


def test_a_tryout_goes_on_with_what_was_said(tmp_path: Path) -> None:
    """What was kept is there again, with the seed and the day with which it began."""
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        assert (held.seed, held.said("sha256:b")) == ("first", ())
        held.keep(reply(1))
        assert held.said("sha256:b") == (reply(1),)
        made = held.made
    with tryouts.open_(tmp_path / "t", replace(WANTED, seed="second")) as again:
        assert (again.seed, again.made) == ("first", made)
        assert (again.said("sha256:a"), again.said("sha256:b")) == ((), (reply(1),))


def test_replies_follow_their_answers(tmp_path: Path) -> None:
    """With more, fewer or other answers every reply stays with the one that it was on."""
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        held.keep(reply(0, "on a"))
        held.keep(reply(1, "on b"))
    other = replace(WANTED, cases=("sha256:c", "sha256:b"))
    with tryouts.open_(tmp_path / "t", other) as held:
        assert held.said("sha256:b") == (reply(1, "on b"),)
        assert held.said("sha256:c") == ()
        held.keep(reply(0, "on c"))
    last = replace(WANTED, cases=("sha256:b", "sha256:a", "sha256:c"))
    with tryouts.open_(tmp_path / "t", last) as held:
        said = [held.said(case) for case in last.cases]
    assert said == [(reply(0, "on b"),), (reply(1, "on a"),), (reply(2, "on c"),)]


@pytest.mark.parametrize(
    "changed",
    [{"panel": make_panel(2)}, {"epochs": 3}, {"panel": replace(make_panel(), mode="each")}],
)
def test_another_panel_is_not_mixed_in(tmp_path: Path, changed) -> None:
    """Replies of another panel, or to another number of epochs, stop it; the lock is free afterwards."""
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        held.keep(reply(0))
    with pytest.raises(InputError, match="another panel was tried here"):
        tryouts.open_(tmp_path / "t", replace(WANTED, **changed))
    tryouts.open_(tmp_path / "t", WANTED).__exit__(None, None, None)


def test_half_a_line_is_set_aside(tmp_path: Path) -> None:
    """What a kill left of a line is no reply; a folder without one whole line begins anew."""
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        held.keep(reply(0))
        held.keep(reply(1))
    path = tmp_path / "t" / journal.NAME
    path.write_bytes(path.read_bytes()[:-20])
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        assert (held.said("sha256:a"), held.said("sha256:b")) == ((reply(0),), ())
    path.write_bytes(b'{"at":"20')
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        assert held.said("sha256:a") == ()


def test_two_processes_do_not_write_one_tryout(tmp_path: Path) -> None:
    """A tryout that is written is locked."""
    with tryouts.open_(tmp_path / "t", WANTED), pytest.raises(Locked):
        tryouts.open_(tmp_path / "t", WANTED)


def test_a_changed_journal_is_refused(tmp_path: Path) -> None:
    """A reply that was changed, one on no answer, and a journal of something else are refused."""
    with tryouts.open_(tmp_path / "t", WANTED) as held:
        held.keep(reply(0, "before"))
    path = tmp_path / "t" / journal.NAME
    path.write_bytes(path.read_bytes().replace(b"before", b"after!") + b"\n")
    with pytest.raises(Tampered):
        tryouts.open_(tmp_path / "t", WANTED)
    for name, kind, data in (("u", "opened", {}), ("v", "opened", WANTED)):
        with journal.Journal.create(tmp_path / name) as book:
            book.append(kind, data)
            book.append("judgement", reply(7))
        with pytest.raises(Tampered):
            tryouts.open_(tmp_path / name, WANTED)
