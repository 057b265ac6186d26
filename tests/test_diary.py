"""A diary keeps what was written, line behind line, and shows what was changed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import diary
from evalcenter.errors import RunError, Tampered

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, lambda inner: st.lists(inner, max_size=3)
)


@given(st.lists(DATA, max_size=4))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, held: list[object]) -> None:
    """Every line comes back, in its order, and knows its number."""
    path = tmp_path_factory.mktemp("diary") / "d.jsonl"
    assert [diary.append(path, one) for one in held] == list(range(len(held)))
    assert diary.read(path) == held


def kept(folder: Path) -> Path:
    for number in range(3):
        diary.append(folder / "d.jsonl", {"n": number})
    return folder / "d.jsonl"


@pytest.mark.parametrize("how", ["change", "drop", "swap", "space", "twice"])
def test_a_change_is_found(tmp_path: Path, how: str) -> None:
    """A line that was changed, dropped, moved, respelled or doubled is named."""
    path = kept(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    changed = {
        "change": [lines[0].replace(b'"n":0', b'"n":9'), *lines[1:]],
        "drop": [lines[0], lines[2]],
        "swap": [lines[1], lines[0], lines[2]],
        "space": [lines[0], lines[1].replace(b":", b": ", 1), lines[2]],
        "twice": [*lines, lines[2]],
    }[how]
    path.write_bytes(b"".join(changed))
    with pytest.raises(Tampered, match=f"{path.name}:"):
        diary.read(path)
    with pytest.raises(Tampered):
        diary.append(path, 1)


def test_half_a_line_is_set_aside(tmp_path: Path) -> None:
    """What a kill left of a line is kept in a file beside it, and the next line stands behind the last whole one."""
    path = kept(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"data":')
    assert len(diary.read(path)) == 3
    assert diary.append(path, {"n": 3}) == 3
    assert diary.read(path)[-1] == {"n": 3}
    assert [one.read_bytes() for one in tmp_path.glob("torn-*.bin")] == [b'{"data":']


def test_what_can_not_be_read_or_written_says_so(tmp_path: Path) -> None:
    """A folder in its place is an error with its name."""
    (tmp_path / "d.jsonl").mkdir()
    for act in (lambda: diary.read(tmp_path / "d.jsonl"), lambda: diary.append(tmp_path / "d.jsonl", 1)):
        with pytest.raises(RunError, match=r"d\.jsonl"):
            act()
