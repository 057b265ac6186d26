"""One value has one spelling, and nothing without one is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import canon
from evalcenter.errors import InputError
from evalcenter.records import Criterion, Message, Text

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=10)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_round_trip(value: object) -> None:
    """What is encoded is decoded to the same value, and encodes to the same bytes again."""
    raw = canon.encode(value)
    assert value == canon.decode(raw)
    assert raw == canon.encode(canon.decode(raw))


@given(st.dictionaries(TEXT, st.integers(), max_size=6))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    """Two mappings with the same content have the same digest."""
    assert canon.digest(value) == canon.digest(dict(reversed(value.items())))


def test_records_and_decimals_become_json() -> None:
    """A record is a mapping of its fields; a decimal is text with every digit it was given."""
    message = Message(role="user", content="剂量")
    assert '{"content":"剂量","role":"user"}'.encode() == canon.encode(message)
    assert canon.encode(Decimal("0.90")) == b'"0.90"'


@given(st.lists(JSON, max_size=3), st.decimals(allow_nan=False, allow_infinity=False))
def test_what_is_spelled_at_once_is_spelled_as_ever(values: list[object], number: Decimal) -> None:
    """Records with free parameters have the bytes of the plain JSON types that they are made of, nested in whatever holds them."""
    criterion = Criterion(id="c", text="剂量", check={"says": {"values": values}})
    held = {"one": criterion, "more": (Message(role="user", content="x"), number, [criterion])}
    assert canon.encode(held) == canon.of_record(canon.plain(held))


@pytest.mark.parametrize("wrong", [1.5, {1: 2}, {3}, Decimal("NaN"), b"x"])
def test_nothing_hides_in_a_records_parameters(wrong: object) -> None:
    """What has no spelling is refused however deep in a record it stands."""
    with pytest.raises(InputError):
        canon.encode([Criterion(id="c", text="t", check={"says": {"values": [wrong]}})])


def test_digest_of_bytes_is_over_those_bytes() -> None:
    """The digest of bytes is their SHA-256."""
    assert canon.digest(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), {1: 2}, {1, 2}, b"x", [0.1], object(), Text, Decimal("NaN"), Decimal("Infinity")]
)
def test_values_without_a_spelling_are_refused(value: object) -> None:
    """Floats, sets, bytes, types, other objects, odd keys and non-finite numbers are not written."""
    with pytest.raises(InputError):
        canon.encode(value)


def test_lone_surrogate_is_refused() -> None:
    """A text that UTF-8 cannot carry is not written."""
    with pytest.raises(InputError, match="surrogate"):
        canon.encode("\ud800")


@pytest.mark.parametrize(
    "raw",
    [b'{"a":1,"a":2}', b"1.5", b"[NaN]", b"[1e400]", b"Infinity", b"{", b"", b"\xff", b"[" * 100_000, b"9" * 5000],
)
def test_ambiguous_json_is_refused(raw: bytes) -> None:
    """Duplicate keys, floats, non-finite numbers, broken and bottomless JSON are not read."""
    with pytest.raises(InputError):
        canon.decode(raw)
