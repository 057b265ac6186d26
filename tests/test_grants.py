"""One person can't stand twice in a grant, however the name is spelled, and nothing is valid before it was granted."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import grants
from evalcenter.grants import Grant, Party, Person
from evalcenter.records import Text

NAMES = st.text(min_size=1, max_size=12).filter(lambda name: "".join(name.split()))
DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31)).map(str)


def grant(granted: str = "2026-01-01", first: str = "2026-01-01", last: str = "2026-12-31") -> Grant:
    return Grant(
        id="IC-1",
        granted=granted,
        valid_from=first,
        valid_until=last,
        client=Party(name="V", address="W"),
        scope="S",
        evaluated_by=Person(name="A", key="sha256:" + "a" * 64),
        decided_by=Person(name="B", key="sha256:" + "b" * 64),
    )


@given(NAMES)
def test_spaces_and_case_make_no_second_person(name: str) -> None:
    """The same letters with other spaces or capitals are one person, and so is one spelling of two."""
    assert grants.same(name, f" {name}  ")
    assert grants.same(name.upper(), name.upper().casefold())
    assert grants.same(Text(zh=name, en="x"), Text(zh="y", en=name))


@pytest.mark.parametrize(("one", "other"), [("Ｌｉ Ｗｅｉ", "li wei"), ("李　伟", "李伟"), ("Straße", "STRASSE")])
def test_widths_make_no_second_person(one: str, other: str) -> None:
    """Full-width letters, ideographic spaces and folded letters are the same name."""
    assert grants.same(one, other)


@pytest.mark.parametrize("hidden", ["\u200b", "\ufe0f", "\u034f", "\u3164", "\u2800", "\u202e", "\U000e0100", "\x07"])
def test_what_nobody_sees_makes_no_second_person(hidden: str) -> None:
    """Joiners, fillers, variation selectors and control codes leave a name what it is."""
    assert grants.same("Dr Li", f"Dr{hidden} L{hidden}i")


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\x1b", "\ufeff", "\ud800"])
@pytest.mark.parametrize("field", ["evaluated_by", "decided_by", "client", "scope"])
def test_no_text_of_a_grant_hides_anything(field: str, hidden: str) -> None:
    """What would turn or hide the words beside it on a certificate is refused by its code point."""
    made = grant()
    words = f"Another{hidden}"
    part = words if field == "scope" else replace(getattr(made, field), name=words)
    found = list(grants.problems(replace(made, **{field: part})))
    assert [place for place, _ in found] == [field]
    assert f"U+{ord(hidden):04X}" in found[0][1]


@pytest.mark.parametrize("name", ["\u2800", "\ufe0f", "\u034f \u2800"])
def test_a_name_that_nobody_sees_is_blank(name: str) -> None:
    """It has no letter."""
    assert not grants.fits(name, grants.LONGEST)


@given(NAMES, NAMES)
def test_being_the_same_has_no_order(one: str, other: str) -> None:
    """Whoever is asked first."""
    assert grants.same(one, other) == grants.same(other, one)


@given(DAYS, DAYS, DAYS)
def test_days_are_in_order(granted: str, first: str, last: str) -> None:
    """Granted, then valid from, then valid until; a grant in any other order has exactly one problem."""
    found = list(grants.problems(grant(granted, first, last)))
    assert found == [] if granted <= first <= last else [place for place, _ in found] == ["valid_from"]


@given(st.text(max_size=12))
def test_what_is_a_day(text: str) -> None:
    """Ten characters that name a day, and nothing else that a library might read as one."""
    assert not grants.is_day(text) or (len(text) == 10 and str(date.fromisoformat(text)) == text)


@pytest.mark.parametrize("text", ["20260301", "2026-3-1", "2026-W10-1", "2026-02-30", "２０２６-03-01", "2026-03-01 "])
def test_what_is_no_day(text: str) -> None:
    """Other spellings, days that don't exist, full-width digits."""
    assert not grants.is_day(text)


def test_the_documented_grant_is_one(tmp_path: Path) -> None:
    """The example in the documentation reads, with fingerprints in it."""
    page = (Path(__file__).parents[1] / "docs" / "certificates.md").read_text("utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    for letter in "ab":
        example = example.replace("sha256:…", "sha256:" + letter * 64, 1)
    (tmp_path / "grant.yaml").write_text(example, encoding="utf-8")
    assert grants.load(tmp_path / "grant.yaml").id == "IC-2026-0001"
