"""Standards, candidate files and laboratory profiles are read with file and line."""

from decimal import Decimal
from pathlib import Path

import pytest

from evalcenter import plugins as registry
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


@pytest.mark.parametrize(
    "name", ["medical-launch", "medical-conversations", "government-launch", "gbt-45654-generated-content"]
)
def test_shipped_standards_load(name: str) -> None:
    """Every shipped standard is read by its id."""
    assert specs.load_standard(name)[0].id == name


def test_the_launch_standard_reads_all_that_needs_no_judge() -> None:
    """Each dimension but that of `medical-conversations` is read by `medical-launch`, and in each language all of them but sums."""
    shipped = {dimension.id for dimension in suites.load(suites.find("medical"), registry.load()).suite.dimensions}
    launch = {r.id: set(r.scope.dimensions) for r in specs.load_standard("medical-launch")[0].requirements}
    (apart,) = specs.load_standard("medical-conversations")[0].requirements
    assert apart.grading == "audited"
    wanted = shipped - set(apart.scope.dimensions)
    assert set().union(*(named for name, named in launch.items() if name not in ("zh", "en"))) == wanted
    for name in ("zh", "en"):
        assert launch[name] == wanted - {"calculation"}
    assert set(apart.scope.dimensions) < shipped


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
    assert "c.yaml:3" in str(caught.value)


# -- rules by evidence ------------------------------------------------------------------------------------------------

EVIDENCE = STANDARD.replace("rule: bound", "rule: evidence").replace("  line: 0.90", "  cap: 200\n  line: 0.90")


def with_fields(*fields: str, text: str = EVIDENCE) -> str:
    """The requirement of `text` with `fields` in place of those of the same name."""
    names = {field.split(":", maxsplit=1)[0] for field in fields}
    kept = [line for line in text.splitlines() if line.strip().split(":", maxsplit=1)[0] not in names]
    return "\n".join([*kept, *(f"  {field}" for field in fields)]) + "\n"


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("claim: expected", "mix: {by: lang, parts: {zh: 2, en: 1}}"),
        ("claim: expected", "unit: set"),
        ("claim: full_run", "epochs: 3"),
        ("claim: full_run", "unit: set", "measure: points"),
        ("claim: domain", "grading: audited", "audit_rate: 0.2"),
        ("claim: expected", "grading: audited", "audit_rate: 1"),
        ("claim: expected", "grading: calibrated", "floor: 0.8"),
        ("measure: points", "claim: expected"),
        ("measure: refusal", "grading: audited"),
    ],
)
def test_sequential_requirements_load(tmp_path: Path, fields: tuple[str, ...]) -> None:
    """What can be drawn and scored is read, with its decimals as they were written."""
    held, _ = specs.load_standard(standard(tmp_path, with_fields(*fields)))
    assert held.requirements[0].rule == "evidence"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        (("line: 0",), "line", "evidence can prove a line between 0 and 1 with at most six decimals, not 0"),
        (("line: 1",), "line", "evidence can prove a line between 0 and 1 with at most six decimals, not 1"),
        (("sample: 30",), "sample", "a sequential requirement has a cap, not a sample"),
        (("cap: null",), "cap", "draws with replacement need a cap"),
        (("cap: 0",), "cap", "the cap is at least min_items, and epochs at least 1"),
        (("cap: -3",), "cap", "the cap is at least min_items, and epochs at least 1"),
        (("claim: full_run", "epochs: 0"), "cap", "the cap is at least min_items, and epochs at least 1"),
        (("claim: full_run", "mix: {by: lang, parts: {zh: 1}}"), "mix", "a mix belongs to the claim 'expected'"),
        (("claim: domain", "mix: {by: lang, parts: {zh: 1}}"), "mix", "a mix belongs to the claim 'expected'"),
        (("mix: {by: lang, parts: {}}",), "mix", "its parts are at least 1"),
        (("mix: {by: lang, parts: {zh: 1, en: 0}}",), "mix", "its parts are at least 1"),
        (("grading: audited", "claim: full_run"), "grading", "scores under a judge need single items"),
        (("grading: calibrated", "claim: full_run"), "grading", "scores under a judge need single items"),
        (("grading: audited", "unit: set"), "grading", "scores under a judge need single items"),
        (("grading: calibrated", "measure: points"), "grading", "scores under a judge need single items"),
        (("grading: audited", "audit_rate: 0"), "audit_rate", "the audit rate is 0; expected 0.001 to 1"),
        (("grading: audited", "audit_rate: 1.01"), "audit_rate", "the audit rate is 1.01"),
        (("floor: 0.95",), "floor", "the floor 0.95 must lie above 0 and below the line 0.90"),
        (("floor: 0",), "floor", "the floor 0 must lie"),
        (("measure: violations",), "rule", "the measure 'violations' and the rule 'zero' belong together"),
    ],
)
def test_sequential_requirements_that_cannot_be_decided(
    tmp_path: Path, fields: tuple[str, ...], field: str, words: str
) -> None:
    """A sequential requirement that can't be drawn or scored is refused with its line."""
    text = with_fields(*fields)
    lines = [at for at, line in enumerate(text.splitlines(), start=1) if line.strip().startswith(f"{field}:")]
    with pytest.raises(SuiteError) as caught:
        specs.load_standard(standard(tmp_path, text))
    assert words in str(caught.value)
    assert any(f"standard.yaml:{at}: " in str(caught.value) for at in (*lines, 6))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("grading: audited", "grading is read by the rule 'evidence' only"),
        ("grading: calibrated", "grading is read by the rule 'evidence' only"),
        ("unit: set", "unit is read by the rule 'evidence' only"),
        ("mix: {by: lang, parts: {zh: 1}}", "mix is read by the rule 'evidence' only"),
        ("measure: points", "the measure 'points' needs the rule 'evidence'"),
    ],
)
@pytest.mark.parametrize("rule", ["bound", "point"])
def test_fixed_rules_take_nothing_sequential(tmp_path: Path, rule: str, field: str, words: str) -> None:
    """A fixed rule that asks for what only a sequential one reads is refused, not silently read otherwise."""
    text = with_fields(field, f"rule: {rule}", text=STANDARD)
    with pytest.raises(SuiteError, match=words):
        specs.load_standard(standard(tmp_path, text))


# -- panels -----------------------------------------------------------------------------------------------------------

JUDGE = "{{family: {0}, spec: {{adapter: openai_http, name: {0}, model: m, base_url: 'https://{0}.example/v1'}}}}"


def panel_file(folder: Path, *judges: str, more: str = "") -> Path:
    path = folder / "judges.yaml"
    path.write_text("judges:\n" + "".join(f"- {one}\n" for one in judges) + more, encoding="utf-8")
    return path


def test_a_panel_is_read(tmp_path: Path) -> None:
    """A panel has its judges in their order, at temperature 0 where their file names none."""
    path = panel_file(tmp_path, JUDGE.format("a"), JUDGE.format("b"), more="floor: 2\nepochs: 3\nmode: each\n")
    panel = specs.load_panel(path)
    assert [judge.spec.name for judge in panel.judges] == ["a", "b"]
    assert {judge.spec.sampling.temperature for judge in panel.judges} == {Decimal(0)}
    assert (panel.floor, panel.epochs, panel.mode) == (2, 3, "each")


@pytest.mark.parametrize(
    ("judges", "more", "words"),
    [
        ([], "", "judges: input should be a valid array"),
        (["a", "a"], "", "two judges are called 'a'"),
        (["a"], "floor: 2\n", "the floor is 2; expected 1 to 1"),
        (["a"], "floor: 0\n", "the floor is 0"),
        (["a"], "epochs: 0\n", "epochs is 0"),
        (["a"], "longest: 5\n", "longest is 5"),
        (["a"], "own: true\n", "'own' is no field of this file"),
        (["a"], "flor: 1\n", "flor"),
    ],
)
def test_a_panel_that_could_not_judge_is_refused(tmp_path: Path, judges: list[str], more: str, words: str) -> None:
    """What is wrong in a panel's file is named with its line."""
    with pytest.raises(SuiteError, match=words) as caught:
        specs.load_panel(panel_file(tmp_path, *(JUDGE.format(name) for name in judges), more=more))
    assert "judges.yaml" in str(caught.value)


def test_two_judges_of_one_family_are_refused(tmp_path: Path) -> None:
    """Judges of one family err together, so they are no panel."""
    with pytest.raises(SuiteError, match="a family of models of its own"):
        specs.load_panel(panel_file(tmp_path, JUDGE.format("a"), JUDGE.format("b").replace("family: b", "family: a")))


def test_a_panel_holds_no_key(tmp_path: Path) -> None:
    """A key in a judge's file is refused, and not repeated."""
    with pytest.raises(SuiteError, match="holds no key") as caught:
        specs.load_panel(panel_file(tmp_path, JUDGE.format("a").replace("model: m", "model: m, api_key: hush")))
    assert "hush" not in str(caught.value)


def test_the_simulated_judge_has_a_name_and_no_file() -> None:
    """The embedded judge is named by its error rate, and says that it is simulated."""
    (judge,) = specs.panel("reference-judge-0.9").judges
    assert (judge.spec.simulated, judge.spec.adapter, judge.spec.model) == (True, "reference", "reference-judge-0.9")
