"""The file of a qualification is read only as it was written, and only where it holds together."""

from dataclasses import replace
from pathlib import Path

import pytest

from evalcenter import canon, qualifications
from evalcenter.errors import DiskFull, InputError, RunError
from tests.panels import judged_item, make_panel, make_qualification, written

TWO = make_panel(2, epochs=2)
ITEM = judged_item(criteria=2)
HELD = make_qualification(written(ITEM, TWO, [("mm", "mn"), ("nn", "um")]), panel=TWO, epochs=2)


def kept(folder: Path, raw: bytes) -> Path:
    path = folder / "q.json"
    path.write_bytes(raw)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """A qualification comes back as it was, with the digest of the bytes in the file."""
    digest = qualifications.write(tmp_path / "q.json", HELD)
    assert qualifications.load(tmp_path / "q.json") == (HELD, digest)
    assert digest == canon.digest((tmp_path / "q.json").read_bytes())
    assert [path.name for path in tmp_path.iterdir()] == ["q.json"]


def test_a_file_in_other_bytes_was_edited(tmp_path: Path) -> None:
    """The same content with other spaces is refused: a digest is of one spelling."""
    raw = canon.encode(HELD)
    for other in (raw + b"\n", raw.replace(b'","', b'", "', 1)):
        with pytest.raises(InputError, match="it was edited"):
            qualifications.load(kept(tmp_path, other))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "not readable as JSON"),
        (b"[1.5]", "float|fraction|1.5"),
        (b'{"a":1,"a":2}', "twice"),
        (b"{}", "missing field"),
        (b"\xff", "not readable as JSON"),
        (b"[" * 100_000, "not readable as JSON"),
        (canon.encode(HELD).replace(b"evalcenter/qualification/1", b"evalcenter/qualification/9"), "schema"),
        (canon.encode(HELD).replace(b'"seed":', b'"key":"secret","seed":'), "key: unknown field"),
        (canon.encode(HELD).replace(b'"epochs":2', b'"epochs":"2"'), "epochs"),
    ],
)
def test_what_is_no_qualification_is_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    """Other JSON, other fields and other types are refused with the file's name and what to do."""
    with pytest.raises(InputError, match=words) as caught:
        qualifications.load(kept(tmp_path, raw))
    assert "q.json" in str(caught.value)
    assert "qualify-judge" in str(caught.value)


TRIAL = HELD.trials[0]
CRITERION = TRIAL.criteria[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (replace(HELD, made="2026-02-30"), "made is '2026-02-30'"),
        (replace(HELD, expires="soon"), "expires is 'soon'"),
        (replace(HELD, expires="20260331"), "expires is '20260331'"),
        (replace(HELD, expires="2025-12-31"), "before it was made"),
        (replace(HELD, panel=make_panel(0)), "no judge, or two of one name"),
        (replace(HELD, panel=replace(TWO, judges=TWO.judges[:1] * 2)), "no judge, or two of one name"),
        (replace(HELD, epochs=1), "asks 2 times"),
        (replace(HELD, panel=replace(TWO, floor=0)), "floor of 0"),
        (replace(HELD, trials=(replace(TRIAL, criteria=()),)), "of one criterion at least"),
        (replace(HELD, trials=(TRIAL, replace(TRIAL, length=-1))), "trials.1"),
        (replace(HELD, panel=make_panel(1, epochs=2)), "are not those of the panel"),
        (replace(HELD, panel=replace(TWO, epochs=3), epochs=3), "judge-0 marked 2 times"),
        (
            replace(HELD, trials=(replace(TRIAL, criteria=(replace(CRITERION, panel="not_met"),)),)),
            "does not follow from its judges'",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused(tmp_path: Path, changed, words: str) -> None:
    """Days that do not exist, judges that are missing, marks that nobody gave: each is refused and named."""
    with pytest.raises(InputError, match=words):
        qualifications.load(kept(tmp_path, canon.encode(changed)))


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a folder and one beyond the bound are refused as such."""
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match="can't be read"):
            qualifications.load(path)
    monkeypatch.setattr(qualifications, "LONGEST", 10)
    with pytest.raises(InputError, match="larger than 10 bytes"):
        qualifications.load(kept(tmp_path, canon.encode(HELD)))


def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file never takes the place of a whole one."""
    qualifications.write(tmp_path / "q.json", HELD)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFull):
        qualifications.write(tmp_path / "q.json", replace(HELD, seed="other"))
    assert qualifications.load(tmp_path / "q.json")[0] == HELD
    monkeypatch.undo()
    with pytest.raises(RunError):
        qualifications.write(tmp_path / "no folder" / "q.json", HELD)


@pytest.mark.parametrize(("days", "last"), [(0, "2026-02-28"), (1, "2026-03-01"), (365, "2027-02-28")])
def test_days_are_counted_by_the_calendar(days: int, last: str) -> None:
    """The last day is so many days after the first."""
    assert qualifications.until("2026-02-28", days) == last
