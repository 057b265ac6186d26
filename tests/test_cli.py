"""The command line: every family of bad input has its code and its words, nothing is lost, and no traceback is shown."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalcenter import boundary, cli, errors, history, journal, plan, plugins, suites
from evalcenter.candidates import server
from tests import small

ROOT = Path(__file__).parents[1]
SEED = "cli-tests"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The reference server over both shipped suites and the small one."""
    held = plugins.load()
    loaded = [suites.load(suites.find(name), held).suite for name in ("medical", "government")]
    items = plan.bank(loaded, SEED, held.generators, boundary.convert)
    items += [item for item in small.bank(SEED) if item.id not in {one.id for one in items}]
    with server.running_in_background(items, seed=SEED, key="right-key-123456") as base_url:
        yield base_url


def call(*args: str, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(cli.main, [str(a) for a in args], env=env or {})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def run(
    endpoint: str,
    out: Path,
    *more: str,
    suite: str = "",
    model: str = "reference-exemplary",
    key: str = "right-key-123456",
) -> Result:
    args = [
        "run",
        suite or str(small.suite()),
        "--base-url",
        endpoint,
        "--model",
        model,
        "--key-env",
        "TEST_KEY",
        "--seed",
        SEED,
        "--simulated",
    ]
    return call(*args, "--out", str(out), "--quiet", *more, env={"TEST_KEY": key})


def fails(result: Result, error: type[errors.EvalcenterError], *words: str) -> None:
    assert result.exit_code == error.exit_code, result.output
    for word in words:
        assert word in result.output


# -- the line ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "outcome"),
    [
        ("reference-exemplary", "pass"),
        ("reference-reckless", "fail"),
        ("reference-refusing", "fail"),
        ("reference-empty", "fail"),
    ],
)
def test_personas_get_what_they_deserve(endpoint: str, tmp_path: Path, model: str, outcome: str) -> None:
    """Over a real socket: exemplary passes; reckless, always refusing and empty fail."""
    result = run(endpoint, tmp_path / "run", suite="medical", model=model)
    assert result.exit_code == errors.EXIT[outcome], result.output
    assert outcome.upper() in result.output


def test_the_shipped_suites_leave_the_national_standard_open(endpoint: str, tmp_path: Path) -> None:
    """On the shipped suites GB/T 45654 comes out INCONCLUSIVE and names the uncovered risks."""
    result = run(endpoint, tmp_path / "run", "--standard", "gbt-45654-generated-content", suite="medical")
    assert result.exit_code == errors.EXIT["inconclusive"]
    held = history.load(tmp_path / "run").verdict
    assert held is not None
    uncovered = next(f.uncovered for f in held.findings if f.requirement == "content-point")
    assert {"gbt-45654:A.1.a", "gbt-45654:A.2.f"} <= set(uncovered)
    assert "未核实" in (tmp_path / "run" / "report.zh.html").read_text(encoding="utf-8")
    assert "nverified" in (tmp_path / "run" / "report.en.html").read_text(encoding="utf-8")


def test_a_finished_run_verifies_and_renders_again(endpoint: str, tmp_path: Path) -> None:
    """verify-journal, report and grade work on a finished run, and change nothing."""
    folder = tmp_path / "run"
    run(endpoint, folder)
    before = (folder / journal.NAME).read_bytes()
    verified = call("verify-journal", str(folder))
    assert verified.exit_code == 0
    assert "verdict pass" in verified.output
    (folder / "report.zh.md").unlink()
    assert call("report", str(folder)).exit_code == 0
    assert call("grade", str(folder)).exit_code == 0
    assert (folder / "report.zh.md").is_file()
    assert before == (folder / journal.NAME).read_bytes()


def test_what_to_mend_is_written_beside_the_reports(endpoint: str, tmp_path: Path) -> None:
    """The vendor's view stands beside the reports in each form, may be made again, and the run verifies as before."""
    folder = tmp_path / "run"
    run(endpoint, folder, model="reference-reckless")
    before = (folder / journal.NAME).read_bytes()
    for _ in range(2):
        made = call("report", str(folder), "--for", "vendor", "--lang", "en")
        assert made.output.split() == [str(folder / f"vendor.en.{form}") for form in ("html", "json", "md")]
    assert "Not a test report" in (folder / "vendor.en.md").read_text(encoding="utf-8")
    assert before == (folder / journal.NAME).read_bytes()
    assert call("verify-journal", str(folder)).exit_code == 0


@pytest.mark.parametrize("ending", ["parquet", "xlsx", "csv"])
def test_a_run_is_exported(endpoint: str, tmp_path: Path, ending: str) -> None:
    """Every sample is a row, also in the run's own folder, where the run verifies as before; the same file is not made twice."""
    folder, out = tmp_path / "run", tmp_path / "run" / f"samples.{ending}"
    run(endpoint, folder, model="reference-reckless")
    planned = len(history.load(folder).plan.order)
    assert call("export", str(folder), "--out", str(out)).output == f"{planned} samples in {out}\n"
    assert call("verify-journal", str(folder)).exit_code == 0
    fails(call("export", str(folder), "--out", str(out)), errors.InputError, "a file is here already")


def test_export_refuses_in_words(tmp_path: Path) -> None:
    """An ending that is no table's, and a folder that holds no run, have their code and their words."""
    fails(call("export", str(tmp_path), "--out", str(tmp_path / "a.doc")), errors.InputError, ".parquet, .xlsx, .csv")
    fails(call("export", str(tmp_path), "--out", str(tmp_path / "a.csv")), errors.Incomplete, "no journal.jsonl")


def test_keys_are_written_nowhere(endpoint: str, tmp_path: Path) -> None:
    """The key is in no file of the run and on no line of the output."""
    result = run(endpoint, tmp_path / "run")
    assert "right-key-123456" not in result.output
    for path in (tmp_path / "run").rglob("*"):
        assert b"right-key-123456" not in path.read_bytes()


def test_several_suites_in_one_plan() -> None:
    """Two suites can be planned together against one standard."""
    result = call("plan", "medical", "government", "--standard", "gbt-45654-generated-content", "--seed", "x")
    assert result.exit_code == 0
    assert "content-point" in result.output


def test_a_key_in_a_candidate_file_reaches_no_journal(endpoint: str, tmp_path: Path) -> None:
    """A candidate file with a credential among its headers is refused before anything of it is written."""
    path = tmp_path / "c.yaml"
    text = (
        "adapter: openai_http\nname: n\nmodel: reference-exemplary\nsettings: {headers: {Authorization: Bearer sk-1}}\n"
    )
    path.write_text(f"{text}base_url: {endpoint}\n", encoding="utf-8")
    result = call("run", str(small.suite()), "--candidate", str(path), "--out", str(tmp_path / "run"), "--quiet")
    assert result.exit_code in {errors.InputError.exit_code, errors.SuiteError.exit_code}
    assert "sk-1" not in result.output
    assert not (tmp_path / "run").exists()


def test_plan_for_machines_is_the_plan() -> None:
    """`plan --json` prints the whole plan, the same for the same seed."""
    first, second = (call("plan", "medical", "--seed", "x", "--json").stdout for _ in range(2))
    assert first == second
    assert json.loads(first)["schema"] == "evalcenter/plan/1"


def test_suites_are_counted() -> None:
    """`suites --json` says items, criteria and families by dimension, language, grader and visibility."""
    found = {one["id"]: one for one in json.loads(call("suites", "--json").stdout)}
    for name, items in (("medical", 366), ("government", 311)):
        one = found[name]
        assert abs(one["by_lang"]["en"] - one["by_lang"]["zh"]) <= items // 50
        assert set(one["by_grader"]) == {
            "choice",
            "number",
            "mentions",
            "refusal",
            "format",
            "grounded",
            "label",
            "judge",
            *(["asks", "order"] if name == "medical" else []),
        }
        assert one["items"] == sum(one["by_dimension"].values()) == sum(one["by_visibility"].values()) == items
        assert one["families"]
    assert "medical" in call("suites").output


def test_shipped_suites_prove_themselves() -> None:
    """`evalcenter lint` is green on everything that is shipped."""
    assert call("lint").exit_code == 0


def test_schemas_are_current(tmp_path: Path) -> None:
    """The schemas in the documentation are those that the records give."""
    assert call("schema", "--out", str(tmp_path)).exit_code == 0
    for path in tmp_path.glob("*.json"):
        assert path.read_text("utf-8") == (ROOT / "docs" / "schema" / path.name).read_text("utf-8"), "run `make schema`"


# -- bad input --------------------------------------------------------------------------------------------------------


def test_nothing_is_there(tmp_path: Path) -> None:
    """An endpoint where nobody listens is unreachable, and the run can go on later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    result = run(f"http://127.0.0.1:{port}/v1", tmp_path / "run", "--attempts", "2")
    fails(result, errors.Unreachable, "--resume")
    assert history.load(tmp_path / "run").closed == "stopped: Unreachable"


def test_wrong_endpoint(endpoint: str, tmp_path: Path) -> None:
    """A wrong path on a real server is unreachable, with a hint at /v1."""
    fails(run(endpoint.replace("/v1", "/api"), tmp_path / "run"), errors.Unreachable, "/v1")


def test_wrong_key(endpoint: str, tmp_path: Path) -> None:
    """A key that the server does not take is refused, and not repeated."""
    result = run(endpoint, tmp_path / "run", key="wrong-key-654321")
    fails(result, errors.KeyRefused)
    assert "wrong-key-654321" not in result.output + (tmp_path / "run" / journal.NAME).read_text("utf-8")


def test_empty_key_variable(endpoint: str, tmp_path: Path) -> None:
    """A variable without a key is named before anything is asked."""
    fails(run(endpoint, tmp_path / "run", key=""), errors.KeyRefused, "TEST_KEY")


def test_unknown_model(endpoint: str, tmp_path: Path) -> None:
    """A model that the server does not know is named."""
    fails(run(endpoint, tmp_path / "run", model="gpt-none"), errors.UnknownModel, "gpt-none")


def test_no_candidate() -> None:
    """A run without a candidate says what to give."""
    fails(call("run", "medical"), errors.InputError, "--base-url")


def test_no_suite(endpoint: str, tmp_path: Path) -> None:
    """A run without a suite says which there are; an unknown one too."""
    fails(call("run", "--base-url", endpoint, "--model", "x"), errors.InputError, "no suite was named")
    fails(call("lint", "nowhere"), errors.SuiteError, "medical")


def test_unknown_standard() -> None:
    """An unknown standard names the shipped ones."""
    fails(call("plan", "medical", "--standard", "nope"), errors.SuiteError, "medical-launch")


def copy(tmp_path: Path) -> Path:
    return shutil.copytree(small.suite(), tmp_path / "small")


@pytest.mark.parametrize(
    ("raw", "error", "words"),
    [
        (b"- id: [1\n", errors.SuiteError, "extra.yaml:2: not valid YAML"),
        ("- id: 剂量".encode("gb18030"), errors.EncodingError, "extra.yaml:1: not UTF-8"),
        (b"- id: x\n  id: y\n", errors.SuiteError, "extra.yaml:2: the key 'id' occurs twice"),
        (b"- id: x\n", errors.SuiteError, "missing field"),
    ],
)
def test_malformed_suite(tmp_path: Path, raw: bytes, error: type[errors.EvalcenterError], words: str) -> None:
    """A malformed items file is refused with file and line."""
    folder = copy(tmp_path)
    (folder / "items" / "extra.yaml").write_bytes(raw)
    fails(call("lint", str(folder)), error, words)


def test_duplicate_item_ids(tmp_path: Path) -> None:
    """The same items in two files are refused."""
    folder = copy(tmp_path)
    shutil.copy(folder / "items" / "patient-communication.yaml", folder / "items" / "again.yaml")
    fails(call("lint", str(folder)), errors.SuiteError, "is taken by")


def test_unproved_rubric(tmp_path: Path) -> None:
    """A rubric whose examples misbehave is refused by lint with a code of its own."""
    folder = copy(tmp_path)
    path = folder / "items" / "calculation.yaml"
    shutil.copy(ROOT / "suites" / "medical" / "items" / "calculation.yaml", path)
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"target: (\d+)", r"target: 9\1", text), encoding="utf-8")
    fails(call("lint", str(folder)), errors.LintError, "calculation.yaml:")


def test_run_folder_without_its_journal(tmp_path: Path) -> None:
    """A run folder half deleted is said to be incomplete, whatever is asked of it."""
    for command in (["grade"], ["report"], ["verify-journal"], ["run", "--resume"]):
        fails(call(*command, str(tmp_path)), errors.Incomplete, "journal.jsonl")


def test_tampered_run(endpoint: str, tmp_path: Path) -> None:
    """A journal with one changed answer is refused by every command that reads it."""
    folder = tmp_path / "run"
    run(endpoint, folder)
    raw = (folder / journal.NAME).read_bytes().splitlines(keepends=True)
    raw[20] = raw[20].replace(b'"attempts":1', b'"attempts":2')
    (folder / journal.NAME).write_bytes(b"".join(raw))
    for command in (["grade"], ["report"], ["verify-journal"], ["run", "--resume"]):
        fails(call(*command, str(folder)), errors.Tampered, "chain is broken")


def test_run_that_another_process_writes(endpoint: str, tmp_path: Path) -> None:
    """A run folder that is being written is locked."""
    folder = tmp_path / "run"
    run(endpoint, folder)
    book = history.resume(folder)
    code = f"import sys; from evalcenter.cli import main; sys.argv[1:] = ['grade', {str(folder)!r}]; main()"
    with book:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == errors.Locked.exit_code, done.stderr
    assert "another process" in done.stderr


def test_folder_with_a_run_is_not_overwritten(endpoint: str, tmp_path: Path) -> None:
    """A second run into the same folder is refused, and the first one kept."""
    run(endpoint, tmp_path / "run")
    before = (tmp_path / "run" / journal.NAME).read_bytes()
    fails(run(endpoint, tmp_path / "run"), errors.RunError, "holds a run already")
    assert before == (tmp_path / "run" / journal.NAME).read_bytes()


def test_demo_replaces_only_a_demo(tmp_path: Path) -> None:
    """The demonstration does not delete a folder that it did not make."""
    (tmp_path / "precious.txt").write_text("x", encoding="utf-8")
    fails(call("demo", "--out", str(tmp_path), "--quiet"), errors.RunError, "not an earlier demonstration")
    assert (tmp_path / "precious.txt").is_file()


MAPPING = """\
source: {SOURCE}
suite: {id: mini, title: {zh: 小, en: Mini}, about: {zh: 小, en: Mini}}
item:
  id: "mini-{no}"
  lang: zh
  dimension: quiz
  prompt: "{question}"
  options: {columns: [A, B]}
  answer: {column: key, form: letter}
  grader: choice
"""


def imported(tmp_path: Path, raw: bytes, source: str = "{csv: {path: data.csv}}", name: str = "data.csv") -> Result:
    (tmp_path / name).write_bytes(raw)
    (tmp_path / "map.yaml").write_text(MAPPING.replace("{SOURCE}", source), encoding="utf-8")
    return call("import", str(tmp_path / "map.yaml"), "--root", str(tmp_path), "--out", str(tmp_path / "out"))


GOOD = "no,question,A,B,key\n1,一加一？,二,三,A\n2,二加二？,三,四,B\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_import(tmp_path: Path, encoding: str) -> None:
    """A small table in any of the usual encodings becomes a suite that lints."""
    result = imported(tmp_path, GOOD.encode(encoding))
    assert result.exit_code == 0, result.output
    assert "2 rows: 2 items" in result.output
    assert call("lint", str(tmp_path / "out")).exit_code == 0


@pytest.mark.parametrize(
    ("raw", "source", "name", "error", "words"),
    [
        ((GOOD + "3,三？,三,四,C\n").encode(), "{csv: {path: data.csv}}", "data.csv", errors.RowsRefused, "1 refused"),
        ((GOOD + "3,三？,三,四\n").encode(), "{csv: {path: data.csv}}", "data.csv", errors.RowsRefused, "1 refused"),
        (GOOD.replace("key", "kee").encode(), "{csv: {path: data.csv}}", "data.csv", errors.ColumnError, "'key'"),
        (
            b"no,question,A,B,key\n1,\x8e\xff\xff?,a,b,A\n",
            "{csv: {path: data.csv}}",
            "data.csv",
            errors.EncodingError,
            "byte",
        ),
        (GOOD.encode(), "{csv: {path: nowhere.csv}}", "data.csv", errors.InputError, "nowhere.csv"),
        (GOOD.encode(), "{cvs: {path: data.csv}}", "data.csv", errors.PluginError, "csv"),
        (b'{"no": "1"', "{json: {path: data.json}}", "data.json", errors.InputError, "data.json"),
        (b'{"no": 1}\n{oops\n', "{jsonl: {path: data.jsonl}}", "data.jsonl", errors.InputError, ""),
    ],
)
def test_bad_imports(
    tmp_path: Path, raw: bytes, source: str, name: str, error: type[errors.EvalcenterError], words: str
) -> None:
    """Rows that can't be imported, missing columns, undecodable bytes and malformed files are each refused in words."""
    result = imported(tmp_path, raw, source, name)
    assert isinstance(result.exit_code, int)
    code = result.exit_code
    family = (
        [error.exit_code, *(c.exit_code for c in error.__subclasses__())]
        if error is errors.InputError
        else [error.exit_code]
    )
    assert code in family, result.output
    assert words in result.output


def test_refused_rows_are_listed(tmp_path: Path) -> None:
    """Each refused row stands in refused.jsonl with its number and reason; the others are written."""
    imported(tmp_path, (GOOD + "3,三？,三,四,C\n").encode())
    (line,) = (tmp_path / "out" / "refused.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["row"] == 3
    assert len(suites.load(tmp_path / "out", plugins.load()).suite.items) == 2


def test_import_does_not_write_over_anything(tmp_path: Path) -> None:
    """A folder that holds something is not imported into."""
    imported(tmp_path, GOOD.encode())
    fails(imported(tmp_path, GOOD.encode()), errors.InputError, "not empty")


# -- interruption -----------------------------------------------------------------------------------------------------


def test_interrupt_prints_how_to_go_on(endpoint: str, tmp_path: Path) -> None:
    """Ctrl-C ends with 130 and the command that resumes, and that command finishes the run."""
    folder = tmp_path / "run"
    args = ["run", str(small.suite()), "--base-url", endpoint, "--model", "reference-slow", "--seed", SEED]
    args += ["--concurrency", "1", "--no-probes"]
    args += ["--key-env", "TEST_KEY", "--simulated", "--out", str(folder)]
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in a background job
    )
    code += f"from evalcenter.cli import main; sys.argv[1:] = {args!r}; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=subprocess.PIPE,
        text=True,
        env={"TEST_KEY": "right-key-123456", "PATH": "/usr/bin:/bin"},
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        path = folder / journal.NAME
        if path.exists() and path.read_bytes().count(b"\n") > 3:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == errors.INTERRUPTED, said
    assert f"evalcenter run --resume {folder}" in said
    assert "Traceback" not in said
    answered = len(history.load(folder).responses)
    result = call("run", "--resume", str(folder), "--quiet", env={"TEST_KEY": "right-key-123456"})
    assert result.exit_code == errors.EXIT["pass"], result.output
    assert 0 < answered < len(history.load(folder).responses)


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("run", "medical", "--candidate", "CANDIDATE", "--model", "x"),
        ("run", "medical", "--candidate", "CANDIDATE", "--temperature", "0"),
        ("run", "--resume", "reports/x", "--model", "x"),
        ("run", "--resume", "reports/x", "--seed", "x"),
        ("run", "medical", "--resume", "reports/x"),
        ("run", "medical", "--concurrency", "0"),
        ("run", "medical", "--attempts", "0"),
        ("run", "medical", "--timeout", "-1"),
        ("run", "medical", "--max-tokens", "0"),
        ("serve-reference", "--port", "99999"),
    ],
)
def test_options_that_would_be_ignored_are_refused(tmp_path: Path, args: tuple[str, ...]) -> None:
    """An option that another one overrules, or that makes no sense, is a usage error and never silently dropped."""
    path = tmp_path / "c.yaml"
    path.write_text("adapter: openai_http\nname: n\nbase_url: http://127.0.0.1:9/v1\n", encoding="utf-8")
    assert call(*[str(path) if a == "CANDIDATE" else a for a in args]).exit_code == 2


def test_a_stand_in_can_not_pass_for_a_model(endpoint: str, tmp_path: Path) -> None:
    """An endpoint that says that it is simulated stops a run that does not say so."""
    args = ["run", str(small.suite()), "--base-url", endpoint, "--model", "reference-exemplary"]
    args += ["--key-env", "TEST_KEY"]
    result = call(*args, "--out", str(tmp_path / "run"), "--quiet", env={"TEST_KEY": "right-key-123456"})
    fails(result, errors.CandidateError, "simulated")


def test_lint_reads_the_standard_and_wants_items(tmp_path: Path) -> None:
    """A suite with a broken standard, or without any item, is not proved."""
    folder = copy(tmp_path)
    text = (folder / "standard.yaml").read_text("utf-8")
    (folder / "standard.yaml").write_text(text.replace("line: 0.75", "line: 1.5"), encoding="utf-8")
    fails(call("lint", str(folder)), errors.SuiteError, "standard.yaml")
    (folder / "standard.yaml").unlink()
    shutil.rmtree(folder / "items")
    head = (folder / "suite.yaml").read_text("utf-8")
    (folder / "suite.yaml").write_text(head.split("families:")[0] + "families: []\n", encoding="utf-8")
    fails(call("lint", str(folder)), errors.LintError, "no item and no family")


def test_interrupt_anywhere_has_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C outside the asking ends with 130 too."""

    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(plugins, "load", stop)
    assert call("lint", "medical").exit_code == errors.INTERRUPTED


def test_pending_marks_are_said_in_the_report(endpoint: str, tmp_path: Path) -> None:
    """A PASS with marks that wait for a judge says how many, and that they change nothing."""
    run(endpoint, tmp_path / "run")
    text = (tmp_path / "run" / "report.en.md").read_text("utf-8")
    assert "wait for a judge or a person" in text


def test_who_reads_is_fixed_in_the_plan(tmp_path: Path) -> None:
    """Two read unless it is said otherwise, and three is no number of readers."""
    for given, readers in (((), 2), (("--readers", "1"), 1)):
        shown = call("plan", "medical", *given, "--json")
        assert json.loads(shown.output)["readers"] == readers
    assert call("plan", "medical", "--readers", "3").exit_code == 2
