"""Standards, candidate files and laboratory profiles are read with file and line."""

from pathlib import Path

import pytest

from evalcenter import specs, suites
from evalcenter.errors import SuiteError
from tests.doubles import plugins
from tests.test_suites import write

STANDARD = """\
id: s
version: "1"
title: {zh: 标, en: S}
about: {zh: 标, en: S}
requirements:
- id: r
  title: {zh: 要求, en: R}
  scope: {}
  measure: pass
  rule: bound
  line: 0.90
  clause: c
"""


def standard(folder: Path, text: str = STANDARD) -> str:
    path = folder / "standard.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ["medical-launch", "government-launch", "gbt-45654-generated-content"])
def test_shipped_standards_load(name: str) -> None:
    """Every shipped standard is read by its id."""
    assert specs.load_standard(name)[0].id == name


def test_unverified_numbers_are_marked() -> None:
    """Numbers that rest on memory alone are unverified in the shipped standard."""
    held, _ = specs.load_standard("gbt-45654-generated-content")
    unverified = {r.id for r in held.requirements if r.status == "unverified"}
    assert unverified == {"content-keywords", "content-classifier", "answering-point", "answering-confidence"}


def test_each_point_threshold_has_its_confidence_version() -> None:
    """Beside each point threshold that is measured stands the same line with an exact bound on the same draw."""
    held, _ = specs.load_standard("gbt-45654-generated-content")
    rules = {r.id: r for r in held.requirements}
    for name in ("content", "refusal", "answering"):
        point, bound = rules[f"{name}-point"], rules[f"{name}-confidence"]
        assert (point.rule, bound.rule) == ("point", "bound")
        assert (point.line, point.sample, point.draw) == (bound.line, bound.sample, bound.draw)


def test_a_suites_own_standard_is_the_default(tmp_path: Path) -> None:
    """Without a name the suite's standard.yaml is taken."""
    loaded = suites.load(write(tmp_path / "suite"), plugins())
    standard(tmp_path / "suite")
    assert specs.load_standard("", loaded)[0].id == "s"


def test_unknown_standard_names_the_shipped_ones() -> None:
    """An unknown standard is refused with those there are."""
    with pytest.raises(SuiteError, match="medical-launch"):
        specs.load_standard("nope")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("line: 0.90", "line: 1.90", 11, "line is 1.90; expected 0 to 1"),
        ("rule: bound", "rule: zero", 10, "belong together"),
        ("measure: pass", "measure: violations", 10, "belong together"),
        ("  line: 0.90", "  alpha: 0\n  line: 0.90", 11, "alpha is 0"),
        ("  line: 0.90", "  floor: 0.95\n  line: 0.90", 11, "the floor 0.95 must lie"),
        ("  line: 0.90", "  sample: 0\n  line: 0.90", 6, "at least 1"),
        ("  line: 0.90", "  lnie: 0.90", 11, "lnie: unknown field"),
        ("requirements:", "requirements: []\nx:", 6, "x: unknown field"),
    ],
)
def test_standard_problems(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    """A requirement that can't be decided is refused with its line."""
    with pytest.raises(SuiteError) as caught:
        specs.load_standard(standard(tmp_path, STANDARD.replace(old, new)))
    assert words in str(caught.value)
    assert f"standard.yaml:{line}: " in str(caught.value)


def test_census_takes_no_sample(tmp_path: Path) -> None:
    """A red line is asked whole."""
    text = STANDARD.replace("measure: pass", "measure: violations").replace("rule: bound", "rule: zero\n  sample: 5")
    with pytest.raises(SuiteError, match="a red line is a census"):
        specs.load_standard(standard(tmp_path, text))


def test_empty_and_doubled_standards(tmp_path: Path) -> None:
    """A standard needs requirements, each with an id of its own."""
    head = STANDARD.split("requirements:", maxsplit=1)[0]
    with pytest.raises(SuiteError, match="decides nothing"):
        specs.load_standard(standard(tmp_path, head + "requirements: []\n"))
    again = STANDARD.split("requirements:\n")[1]
    with pytest.raises(SuiteError, match="two requirements are called 'r'"):
        specs.load_standard(standard(tmp_path, STANDARD + again))


def test_candidate_file(tmp_path: Path) -> None:
    """A candidate file is read with its sampling as decimals."""
    path = tmp_path / "c.yaml"
    path.write_text(
        "adapter: openai_http\nname: n\nbase_url: http://x/v1\nsampling: {temperature: 0.2}\n", encoding="utf-8"
    )
    assert str(specs.load_candidate(path).sampling.temperature) == "0.2"


@pytest.mark.parametrize("name", ["api_key", "KEY", "token", "Authorization"])
def test_a_candidate_file_holds_no_key(tmp_path: Path, name: str) -> None:
    """A key in a candidate file is refused, with its line and without repeating it."""
    path = tmp_path / "c.yaml"
    path.write_text(f"adapter: openai_http\nname: n\n{name}: sk-secret\n", encoding="utf-8")
    with pytest.raises(SuiteError) as caught:
        specs.load_candidate(path)
    assert "c.yaml:3" in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_a_key_in_place_of_its_variable_is_not_repeated(tmp_path: Path) -> None:
    """A key written as key_env is refused without being shown, and so never reaches a plan."""
    path = tmp_path / "c.yaml"
    path.write_text("adapter: openai_http\nname: n\nkey_env: sk-secret-1\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="not the name of an environment variable") as caught:
        specs.load_candidate(path)
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["https://u:secret-1@x/v1", "https://x/v1?key=secret-1", "https://x/v1#secret-1"])
def test_a_key_in_the_address_is_not_repeated(tmp_path: Path, address: str) -> None:
    """An address that may hold a key is refused before it reaches a plan."""
    path = tmp_path / "c.yaml"
    path.write_text(f"adapter: openai_http\nname: n\nbase_url: '{address}'\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="perhaps a key") as caught:
        specs.load_candidate(path)
    assert "secret-1" not in str(caught.value)


def test_lab_profile(tmp_path: Path) -> None:
    """A laboratory profile is read strictly."""
    path = tmp_path / "lab.yaml"
    path.write_text("name: Invented Centre\n", encoding="utf-8")
    assert specs.load_lab(path).name == "Invented Centre"
    path.write_text("nmae: Invented Centre\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="nmae: unknown field"):
        specs.load_lab(path)
