"""Times of day: what is one, and which are the same."""

import pytest

from evalcenter.graders import times


@pytest.mark.parametrize("text", ["4 p.m.", "16:00", "下午4点", "16时", "下午四点"])
def test_four_in_the_afternoon(text: str) -> None:
    """However it is written, it is 960 minutes after midnight."""
    assert [key for *_, key in times.read_times(text)] == ["960min"]


@pytest.mark.parametrize("text", ["3点建议", "4 tablets", "注意两点", "25:00"])
def test_no_time(text: str) -> None:
    """A number without a clock is no time."""
    assert times.read_times(text) == ()


def test_both_ends_of_a_range() -> None:
    """2-4 pm is two times, both in the afternoon."""
    assert [key for *_, key in times.read_times("2-4 pm")] == ["840min", "960min"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [("at noon", ["720min"]), ("until midnight", ["0min"]), ("正午到午夜", ["720min", "0min"]), ("x", [])],
)
def test_named_times(text: str, keys: list[str]) -> None:
    """Noon and midnight are times by name."""
    assert list(times.named(text)) == keys


def test_a_point_needs_a_clock() -> None:
    """10.20 is a time behind "at", and a number elsewhere."""
    assert times.dotted("at 10.20", 3) == "620min"
    assert times.dotted("is 10.20", 3) == ""
