"""Foreign bytes become records strictly, or not at all."""

from decimal import Decimal

import pytest

from evalcenter import boundary
from evalcenter.errors import InputError
from evalcenter.records import Criterion, Requirement, Sampling, Suite


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ({"id": "a", "text": "t", "check": {}, "pionts": 1}, ("pionts",), "unknown field"),
        ({"id": "a", "text": "t"}, ("check",), "missing field"),
        ({"id": 5, "text": "t", "check": {}}, ("id",), "input should be a valid string; got 5"),
        ({"id": "a", "text": "t", "check": {}, "points": "1"}, ("points",), "input should be a valid integer; got '1'"),
        ({"id": "a", "text": "t", "check": {}, "critical": 1}, ("critical",), "input should be a valid boolean; got 1"),
    ],
)
def test_problems_have_a_path(value: object, path: tuple[str, ...], words: str) -> None:
    """A typo, a missing field and a wrong type are each refused with their path; nothing is converted silently."""
    with pytest.raises(boundary.Invalid) as caught:
        boundary.convert(Criterion, value)
    assert caught.value.problems == ((path, words),)


def test_decimals_come_from_text() -> None:
    """A decimal keeps the digits it was written with."""
    assert boundary.convert(Sampling, {"temperature": "0.20"}).temperature == Decimal("0.20")


def test_floats_are_refused_before_they_are_read() -> None:
    """A float can't become a record."""
    with pytest.raises(InputError, match="float"):
        boundary.convert(Sampling, {"temperature": 0.2})


def test_schema_forbids_unknown_fields() -> None:
    """The schema for editors refuses what the reader refuses."""
    assert boundary.schema(Suite)["additionalProperties"] is False
    assert "line" in boundary.schema(Requirement)["required"]
