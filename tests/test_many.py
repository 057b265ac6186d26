"""Many candidates are asked the same questions at once, share only their endpoint, and each ends on its own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalcenter import (
    calling,
    cli,
    errors,
    history,
    hooks,
    journal,
    many,
    run,
    specs,
    walk,
)
from evalcenter.candidates import server
from evalcenter.records import Answer, CandidateSpec, Plan, Question
from tests import small
from tests.doubles import Everything, Scripted
from tests.factory import make_item, make_plan
from tests.virtual import Clock

SEED = "many-tests"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The reference server over the small suite."""
    with server.running_in_background(small.bank(SEED), seed=SEED) as base_url:
        yield base_url


def listed(folder: Path, endpoint: str, *models: str, **more: str) -> Path:
    """A folder of candidate files."""
    folder.mkdir()
    for name in models:
        fields = {"adapter": "openai_http", "name": name, "model": name, "base_url": endpoint, **more}
        words = "".join(f"{key}: {value}\n" for key, value in fields.items())
        (folder / f"{name}.yaml").write_text(f"{words}simulated: true\n", encoding="utf-8")
    return folder


def call(*args: object) -> Result:
    result = CliRunner().invoke(cli.main, ["run", str(small.suite()), *map(str, args), "--quiet", "--stop-at-fail"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def lines(out: Path) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads((out / "summary.json").read_text("utf-8"))["candidates"]}


def test_each_ends_on_its_own(endpoint: str, tmp_path: Path) -> None:
    """One passes, one fails, one is unknown and one is not there; each has its line, and the first two their reports."""
    folder = listed(tmp_path / "c", endpoint, "reference-exemplary", "reference-reckless", "reference-nonsuch")
    text = (folder / "reference-exemplary.yaml").read_text("utf-8").replace("name: reference-exemplary", "name: nobody")
    (folder / "z.yaml").write_text(text.replace(endpoint, "http://127.0.0.1:9/v1"), "utf-8")
    result = call("--candidates", folder, "--out", tmp_path / "out", "--seed", SEED)
    states = {name: (line["state"], line["exit_code"]) for name, line in lines(tmp_path / "out").items()}
    assert states == {
        "reference-exemplary": ("pass", 0),
        "reference-reckless": ("fail", 3),
        "reference-nonsuch": ("error", errors.UnknownModel.exit_code),
        "nobody": ("error", errors.Unreachable.exit_code),
    }
    assert result.exit_code == errors.UnknownModel.exit_code
    for name in ("reference-exemplary", "reference-reckless"):
        assert (tmp_path / "out" / name / "report.zh.html").is_file()


def test_called_again_it_asks_nothing_twice(endpoint: str, tmp_path: Path) -> None:
    """The same command on the same folder takes finished runs as they are and adds new candidates, with the seed of before."""
    folder = listed(tmp_path / "c", endpoint, "reference-exemplary")
    out = tmp_path / "out"
    assert call("--candidates", folder, "--out", out, "--seed", SEED).exit_code == 0
    before = (out / "reference-exemplary" / journal.NAME).read_bytes()
    (folder / "second.yaml").write_text(
        (folder / "reference-exemplary.yaml").read_text("utf-8").replace("name: reference-exemplary", "name: second"),
        "utf-8",
    )
    assert call("--candidates", folder, "--out", out).exit_code == 0
    assert (out / "reference-exemplary" / journal.NAME).read_bytes() == before
    both = [history.load(out / name).plan for name in ("reference-exemplary", "second")]
    assert both[0].seed == both[1].seed
    assert both[0].order == both[1].order


def test_a_stopped_run_is_resumed(endpoint: str, tmp_path: Path) -> None:
    """What one candidate's run had learned when it stopped is not asked again."""
    folder, out = listed(tmp_path / "c", endpoint, "reference-exemplary"), tmp_path / "out"
    stopped = call("--candidates", folder, "--out", out, "--seed", SEED, "--budget-calls", 20, "--no-probes")
    assert stopped.exit_code == errors.EXIT["inconclusive"]
    first = history.load(out / "reference-exemplary")
    assert call("--candidates", folder, "--out", out, "--no-probes").exit_code == 0
    second = history.load(out / "reference-exemplary")
    assert {p: second.responses[p] for p in first.responses} == dict(first.responses)
    assert len(second.responses) > len(first.responses) > 0


def test_a_candidate_whose_plan_was_cut_off_begins_again(endpoint: str, tmp_path: Path) -> None:
    """Where a kill left half a plan in one candidate's folder, the same command begins that run anew."""
    folder, out = listed(tmp_path / "c", endpoint, "reference-exemplary", "reference-reckless"), tmp_path / "out"
    (out / "reference-exemplary").mkdir(parents=True)
    (out / "reference-exemplary" / journal.NAME).write_bytes(b'{"at":"2026')
    assert call("--candidates", folder, "--out", out, "--seed", SEED).exit_code == errors.EXIT["fail"]
    assert [line["state"] for line in lines(out).values()] == ["pass", "fail"]


def test_a_folder_of_another_plan_is_left_alone(endpoint: str, tmp_path: Path) -> None:
    """A changed candidate file finds its folder taken: that candidate is an error, and the old run stays as it was."""
    folder, out = listed(tmp_path / "c", endpoint, "reference-exemplary"), tmp_path / "out"
    call("--candidates", folder, "--out", out, "--budget-calls", 5, "--no-probes")
    before = (out / "reference-exemplary" / journal.NAME).read_bytes()
    path = folder / "reference-exemplary.yaml"
    path.write_text(path.read_text("utf-8") + "system: Be brief.\n", "utf-8")
    assert call("--candidates", folder, "--out", out).exit_code == errors.PlanMismatch.exit_code
    assert (out / "reference-exemplary" / journal.NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--model", "x"], "exclude each other"),
        (["--base-url", "http://127.0.0.1:1/v1"], "exclude each other"),
        (["--resume", "."], "keeps its own suites"),
    ],
)
def test_options_that_contradict_a_list(endpoint: str, tmp_path: Path, args: list[str], words: str) -> None:
    """What stands in the files is not given beside them."""
    result = call("--candidates", listed(tmp_path / "c", endpoint, "reference-exemplary"), *args)
    assert (result.exit_code, words in result.output) == (2, True)


def test_a_laboratory_asks_every_question_itself(endpoint: str, tmp_path: Path) -> None:
    """With a laboratory's profile the cache is refused before anything is asked."""
    lab = tmp_path / "lab.yaml"
    lab.write_text("name: {zh: 实验室, en: A lab}\n", "utf-8")
    folder = listed(tmp_path / "c", endpoint, "reference-exemplary")
    result = call("--candidates", folder, "--cache", tmp_path / "cache", "--lab", lab, "--out", tmp_path / "out")
    assert (result.exit_code, "asks every question itself" in result.output) == (errors.InputError.exit_code, True)
    assert not (tmp_path / "out" / "reference-exemplary").exists()


# -- lists of candidates ----------------------------------------------------------------------------------------------


def test_a_list_names_files_beside_it(tmp_path: Path) -> None:
    """A list keeps its own order; names are read from where the list stands."""
    listed(tmp_path / "c", "http://127.0.0.1:9/v1", "b", "a")
    (tmp_path / "list.yaml").write_text("- c/b.yaml\n- c/a.yaml\n", "utf-8")
    assert [spec.name for spec in specs.load_candidates(tmp_path / "list.yaml")] == ["b", "a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- 3\n", "list.yaml:1: 3 is no candidate"),
        ("a: 1\n", "no candidate file here"),
        ("[]", "no candidate file here"),
    ],
)
def test_a_list_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    """Anything but a list of names is refused, with its line."""
    (tmp_path / "list.yaml").write_text(text, "utf-8")
    with pytest.raises(errors.SuiteError, match="candidate") as caught:
        specs.load_candidates(tmp_path / "list.yaml")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a"], ["a"]),
        (["org/model:1"], ["org-model-1"]),
        (["通用模型"], ["通用模型"]),
        (["../../etc"], ["etc"]),
        (["..."], ["candidate"]),
    ],
)
def test_folders_are_plain_names(names: list[str], found: list[str]) -> None:
    """No name leads out of the folder."""
    given = [CandidateSpec(adapter="a", name=name) for name in names]
    assert [path.name for path in many.folders(given, Path("out")).values()] == found


@pytest.mark.parametrize("names", [["a", "a"], ["a/b", "a:b"], ["Model", "model"]])
def test_two_candidates_do_not_share_a_folder(names: list[str]) -> None:
    """Names that would meet in one folder, on any file system, are refused."""
    with pytest.raises(errors.InputError, match="would share a folder"):
        many.folders([CandidateSpec(adapter="a", name=name) for name in names], Path("out"))


# -- what is shared ---------------------------------------------------------------------------------------------------


@dataclass
class Counting(Scripted):
    """Counts what is in flight at its endpoint."""

    shared: dict[str, int] = field(default_factory=lambda: {"flying": 0, "most": 0})

    async def ask(self, question: Question) -> Answer:
        self.shared["flying"] += 1
        self.shared["most"] = max(self.shared["most"], self.shared["flying"])
        await asyncio.sleep(1.0)
        self.shared["flying"] -= 1
        return await super().ask(question)


def together(
    folder: Path, made: Plan, candidates: list[Scripted], endpoints: list[calling.Endpoint], limits: hooks.Limits
) -> None:
    async def all_() -> None:
        helds = [history.create(folder / str(n), made) for n in range(len(candidates))]
        async with asyncio.TaskGroup() as group:
            for held, candidate, endpoint in zip(helds, candidates, endpoints, strict=True):
                manner = run.Manner(limits=limits, endpoint=endpoint)
                group.create_task(run.ask(held, Everything(held), candidate, manner))
        for held in helds:
            held.close()

    asyncio.run(all_())


def test_one_endpoint_is_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidates at one address have its concurrency together, use all of it, and each is asked everything."""
    clock = Clock(monkeypatch, run, calling)
    began = clock.now
    limits = hooks.Limits(concurrency=4)
    counts = {"flying": 0, "most": 0}
    candidates: list[Scripted] = [Counting(shared=counts) for _ in range(3)]
    together(tmp_path, make_plan([make_item(n) for n in range(20)]), candidates, [calling.Endpoint(limits)] * 3, limits)
    assert ([len(one.asked) for one in candidates], counts["most"]) == ([20, 20, 20], 4)
    assert clock.now - began == pytest.approx(15.0)


def test_different_endpoints_do_not_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Candidates at different addresses take as long together as one alone."""
    clock = Clock(monkeypatch, run, calling)
    began = clock.now
    limits = hooks.Limits(concurrency=4)
    candidates: list[Scripted] = [Counting() for _ in range(8)]
    endpoints = [calling.Endpoint(limits) for _ in candidates]
    together(tmp_path, make_plan([make_item(n) for n in range(20)]), candidates, endpoints, limits)
    assert clock.now - began == pytest.approx(5.0)


def test_a_push_back_holds_for_all_at_the_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an endpoint refuses to one candidate slows the others there too."""
    clock = Clock(monkeypatch, run, calling)
    limits = hooks.Limits(concurrency=4, attempts=9)
    refused = errors.CallFailed("rate_limit", "busy", http_status=429, retry_after=50.0)
    item = make_item(0)
    candidates = [Scripted({item.id: [refused]}), Counting()]
    together(tmp_path, make_plan([item, make_item(1)]), candidates, [calling.Endpoint(limits)] * 2, limits)
    assert clock.now >= 1050.0
    assert [len(one.asked) for one in candidates] == [3, 2]


def test_a_turn_given_to_one_that_is_gone_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate that ends for good while its workers are next in line leaves the line to the others."""
    Clock(monkeypatch, run, calling)
    limits = hooks.Limits(concurrency=3, attempts=1)
    fatal = errors.CallFailed("key", "no", retryable=False, fatal=errors.KeyRefused("no"))
    items = [make_item(n) for n in range(4)]
    first, second = Counting({item.id: [fatal] for item in items}), Counting()
    shared = calling.Endpoint(hooks.Limits(concurrency=1))
    made = make_plan(items)

    async def all_() -> None:
        helds = [history.create(tmp_path / str(n), made) for n in range(2)]
        runs = [
            run.ask(held, Everything(held), one, run.Manner(limits=limits, endpoint=shared))
            for held, one in zip(helds, (first, second), strict=True)
        ]
        ended = await asyncio.gather(*runs, return_exceptions=True)
        assert [type(one) for one in ended] == [errors.KeyRefused, type(None)]
        for held in helds:
            held.close()

    asyncio.run(all_())
    assert len(second.asked) == 4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/", True),
        ("https://Host.example/v1", "https://host.example:443/api", True),
        ("http://host.example/v1", "https://host.example/v1", False),
        ("http://host.example:1/v1", "http://host.example:2/v1", False),
        (None, None, False),
        ("http://[", "http://[", False),
    ],
)
def test_who_shares_an_endpoint(one: str | None, other: str | None, *, same: bool) -> None:
    """Candidates share what their addresses have in common: scheme, host and port."""
    specs_ = [CandidateSpec(adapter="a", name=name, base_url=url) for name, url in (("a", one), ("b", other))]
    assert (many.address(specs_[0]) == many.address(specs_[1])) is same


# -- what is said -----------------------------------------------------------------------------------------------------


def result(state: str = "", error: str = "", code: int = 0) -> many.Result:
    return many.Result(
        name="n", folder=Path("f"), state=state, error=error, exit_code=code or errors.EXIT.get(state, 0)
    )


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ([result("pass"), result("pass")], 0),
        ([result("pass"), result("conditional")], 5),
        ([result("conditional"), result("awaiting_review")], 6),
        ([result("awaiting_review"), result("inconclusive")], 4),
        ([result("inconclusive"), result("fail"), result("pass")], 3),
        ([result("fail"), result(error="x", code=21), result(error="y", code=23)], 21),
        ([], 0),
    ],
)
def test_exit_code(results: list[many.Result], code: int) -> None:
    """The first error's code, else the worst verdict's."""
    assert many.exit_code(results) == code


def test_a_hostile_name_stays_in_its_cell(tmp_path: Path) -> None:
    """Names and errors from elsewhere do not break the table."""
    hostile = replace(result("pass"), name="a | b\n| x <script>", error="")
    many.write_summary(tmp_path, make_plan([make_item(0)]), [hostile])
    table = (tmp_path / many.TABLE).read_text("utf-8").splitlines()
    assert len(table) == 5
    assert table[-1].startswith(r"| a \| b \| x \<script")


def test_interrupted_it_writes_what_it_knows(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C closes every journal and says how to go on; the next call finishes."""
    folder, out = listed(tmp_path / "c", endpoint, "reference-exemplary", "reference-slow"), tmp_path / "out"
    asked = threading.Event()
    real = walk.begin

    def begin(held: history.Run, means: walk.Means) -> object:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        return real(held, means)

    monkeypatch.setattr(walk, "begin", begin)
    stopped = call("--candidates", folder, "--out", out, "--seed", SEED)
    assert stopped.exit_code == errors.INTERRUPTED
    assert f"--out {out}" in stopped.output
    monkeypatch.setattr(walk, "begin", real)
    assert call("--candidates", folder, "--out", out).exit_code == 0
