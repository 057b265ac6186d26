"""Profiles of centres: read strictly, with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalcenter import logos, profiles
from evalcenter.blocks import Lab, Signatory, both, worded
from evalcenter.errors import SuiteError
from evalcenter.records import Text
from tests.test_logos import PNG

EXAMPLE = Path(__file__).parents[1] / "docs" / "centre-profile.yaml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "centre.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_loads() -> None:
    """The example in the documentation loads, says that it is invented, and claims no accreditation."""
    lab = profiles.load(EXAMPLE)
    assert "虚构" in both(lab.name or "").zh
    assert "Invented" in both(lab.name or "").en
    assert lab.accreditation is None
    assert [worded(one.role, "en") for one in lab.signatories] == ["Tested by", "Reviewed by", "Authorised by"]


def test_words(tmp_path: Path) -> None:
    """A text is one for every language, or one for each."""
    path = written(tmp_path, "name: {zh: 中心, en: Centre}\naddress: 1 Road\nsignatories:\n  - {role: Head, name: A}\n")
    lab = profiles.load(path)
    assert (worded(lab.name, "zh"), worded(lab.name, "en")) == ("中心", "Centre")
    assert (worded(lab.address, "zh"), worded(lab.address, "en")) == ("1 Road", "1 Road")
    assert worded(lab.location, "en") is None
    assert lab.signatories == (Signatory(role="Head", name="A"),)
    assert both("x") == Text(zh="x", en="x")


BAD = {
    "unknown field": ("name: A\nnmae: B\n", ":2: nmae: unknown field"),
    "blank": ("name: A\naddress: '  '\n", ":2: address is blank"),
    "blank in one language": ("name: {zh: ' ', en: A}\n", ":1: name.zh is blank"),
    "blank signatory": ("name: A\nsignatories:\n  - role: Head\n  - role: ' '\n", ":4: signatories.1.role is blank"),
    "one language missing": ("name: {zh: 中心}\n", ":1: name"),
    "no day": ("name: A\nreceived: yesterday\n", ":2: received is 'yesterday'"),
    "a day that does not exist": ("name: A\nreceived: 2026-02-30\n", ":2: received is '2026-02-30'"),
    "accreditation of nobody": ("accreditation: CNAS\n", ":1: accreditation belongs to a centre"),
    "a language twice": ("name: A\nlangs: [zh, zh]\n", ":2: langs names a language twice"),
    "a language unknown": ("name: A\nlangs: [fr]\n", ":2: langs.0"),
    "a logo elsewhere": ("name: A\nlogo: ../centre.png\n", ":2: the logo '../centre.png' is not the name"),
    "a logo that is not there": ("name: A\nlogo: centre.png\n", ":2: the logo centre.png can't be read"),
}


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=list(BAD))
def test_refused(tmp_path: Path, text: str, words: str) -> None:
    """What does not fit is refused with file and line."""
    with pytest.raises(SuiteError) as caught:
        profiles.load(written(tmp_path, text))
    assert f"centre.yaml{words}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: {zh: 甲}", "centre.yaml:1: name.en: missing field"),
        ("name: {zh: 甲, en: A, fr: b}", "centre.yaml:1: name.fr: unknown field"),
        ("name: A\ncustomer: [b]", "centre.yaml:2: customer: expected a text, or one for each of zh and en"),
    ],
)
def test_a_text_in_one_language_is_refused_in_plain_words(tmp_path: Path, text: str, words: str) -> None:
    """A text that lacks a language, or is none, is one complaint, which names the field as the file has it."""
    with pytest.raises(SuiteError) as caught:
        profiles.load(written(tmp_path, text))
    assert [Path(line).name for line in caught.value.what.splitlines()] == [words]


def test_logo(tmp_path: Path) -> None:
    """The logo beside the profile goes into it as an image, known by its bytes and not by its name."""
    path = written(tmp_path, "name: A\nlogo: centre.txt\n")
    (tmp_path / "centre.txt").write_bytes(PNG)
    assert profiles.load(path).logo == logos.embedded(PNG)


def test_a_logo_that_is_no_image(tmp_path: Path) -> None:
    """An SVG is refused, whatever it is called."""
    path = written(tmp_path, "name: A\nlogo: centre.png\n")
    (tmp_path / "centre.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    with pytest.raises(SuiteError, match="neither a PNG nor a JPEG"):
        profiles.load(path)


def test_empty_profile(tmp_path: Path) -> None:
    """A profile that names no centre is one of a self-test."""
    assert profiles.load(written(tmp_path, "customer: Vendor\n")) == Lab(customer="Vendor")


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://register.example/c/{id}", True),
        ("https://register.example:8443/status?id={id}&lang=zh", True),
        ("http://register.example/c/{id}", False),
        ("https://register.example/c/", False),
        ("https://register.example/{id}/{id}", False),
        ("javascript:alert('{id}')", False),
        ('https://register.example/{id}"onclick=', False),
    ],
)
def test_the_register_is_an_https_address_with_the_id(tmp_path: Path, address: str, taken: bool) -> None:
    """What goes into a code on a certificate is an https address that holds the id once, or is refused with file and line."""
    (tmp_path / "lab.yaml").write_text(f"name: X\nregister: {json.dumps(address)}\n", encoding="utf-8")
    if taken:
        assert profiles.load(tmp_path / "lab.yaml").register == address
        return
    with pytest.raises(SuiteError, match=r"lab\.yaml:2.*expected an https address"):
        profiles.load(tmp_path / "lab.yaml")
