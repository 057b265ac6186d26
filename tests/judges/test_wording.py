"""The words for judges are data, versioned and filled without being evaluated."""

import pytest

from evalcenter.judges import wording


def test_both_languages_have_the_same_words() -> None:
    """Chinese and English give the same keys, and as many control statements of each kind."""
    zh, en = wording.words("zh"), wording.words("en")
    assert set(zh) == set(en)
    assert zh["version"] == en["version"]
    counts = [
        {kind: len(bank[kind]) for kind in ("language", "present", "absent")}
        for bank in (zh["controls"], en["controls"])
    ]
    assert counts[0] == counts[1]


def test_the_digests_differ() -> None:
    """Each language has a digest of its own."""
    assert wording.digest("zh") != wording.digest("en")
    assert wording.digest("zh").startswith("sha256:")


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    """A slot inside of what was put in stays text."""
    assert wording.fill("a {x} b {y}", x="{y} {__class__}", y="2") == "a {y} {__class__} b 2"


def test_a_missing_part_is_an_error() -> None:
    """A slot without a part is a KeyError, not an empty place in a request."""
    with pytest.raises(KeyError):
        wording.fill("a {x}")
