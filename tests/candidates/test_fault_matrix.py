"""What becomes of a sample when the endpoint misbehaves: every fault, on the whole line, against the real server."""

import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalcenter import certify, cli, history, journal, walk, watching
from evalcenter.candidates import misbehaving
from evalcenter.candidates.misbehaving import FAULTS, Order
from evalcenter.errors import InputError, KeyRefused
from tests.candidates import matrix, outages

DOC = Path(__file__).parents[2] / "docs" / "faults.md"
PATIENT = {"drip": 3, "never": 3, "429-after": 3, "429-date": 3}
"""How many of a thousand samples meet these in the mixed run, where the others hit 15: they take a second or two each."""
FATAL_AT_FIRST = {"page", "redirect", "unknown-model", "401"}
MANY = 240


def documented() -> dict[str, str]:
    """The table's rows by their first cell."""
    rows = [line for line in DOC.read_text("utf-8").splitlines() if line.startswith("| ")]
    return {row.split("|")[1].strip(): row for row in rows[1:]}


def test_the_table_has_every_fault_in_order():
    """The table in the documentation holds the server's faults and the outages, and nothing else."""
    assert list(documented()) == [*(f"`{name}`" for name in FAULTS), *outages.ABOUT]


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_ends_as_the_table_says(name, tmp_path):
    """One spoilt call, a sample that never mends and a run of nothing else end as docs/faults.md says, and lose nothing."""
    found = matrix.row(tmp_path, name).line(f"`{name}`", FAULTS[name].about)
    assert found == documented()[f"`{name}`"]


@pytest.mark.parametrize("name", outages.ABOUT)
def test_each_outage_ends_as_the_table_says(name, tmp_path, monkeypatch):
    """An endpoint that can't be reached or trusted, and a clock that jumps, end as docs/faults.md says, and lose nothing."""
    found = outages.row(tmp_path, name, monkeypatch).line(name, outages.ABOUT[name])
    assert found == documented()[name]


# -- everything at once -----------------------------------------------------------------------------------------------


def mixed(client: str) -> list[Order]:
    """Every fault that a run survives, each for its share of the prompts, once; over the package without those that take long."""
    often = {
        name: PATIENT.get(name, 15) for name in FAULTS if name != "401" and (client == "auto" or name not in PATIENT)
    }
    return [Order(fault=name, share=matrix.Decimal(share) / 1000) for name, share in often.items()]


def fits(found: dict[int, str], orders: list[Order]) -> bool:
    """Every fault comes up, and none that would end the run at once before anything is answered."""
    early = {found.get(position) for position in range(32)}
    return set(found.values()) == {order.fault for order in orders} and not early & FATAL_AT_FIRST


@pytest.mark.parametrize("client", ["auto", "openai"])
def test_with_every_fault_at_once_nothing_is_lost_or_asked_twice_or_mistaken(tmp_path, client):
    """Of 240 samples under all faults each has its answer, from the only call that was answered, in the candidate's own words."""
    orders, asked = mixed(client), matrix.items(MANY)
    made = matrix.planned(asked, "http://127.0.0.1:1/v1")
    seed = next(str(n) for n in range(100_000) if fits(matrix.hit(orders, str(n), made), orders))
    met = matrix.hit(orders, seed, made)
    with matrix.serving(asked, orders, seed) as (base_url, mischief):
        made = matrix.planned(asked, base_url, client=client)
        ran = matrix.walked(tmp_path / "run", made, matrix.limits(concurrency=16, timeout_s=2.5))
    held = ran.held
    assert (ran.stopped, len(held.responses), len(held.failures)) == (None, MANY, 0)
    matrix.check_calls(mischief, made)
    matrix.check_texts(ran, mischief)
    states = {"null": "silent", "length": "truncated"}
    for position, response in held.responses.items():
        name = met.get(position, "")
        assert response.state == ("blocked" if name.startswith("filter-") else states.get(name, "complete"))
    spoilt = Counter(position for position, name in met.items() if not FAULTS[name].answers)
    assert Counter(data["position"] for kind, data in ran.lines if kind == "retry") == spoilt
    assert all(response.attempts == 1 + spoilt[position] for position, response in held.responses.items())


def test_what_a_stop_cuts_off_is_written_down(tmp_path):
    """Calls in flight when the key is refused are asked again, and the journal names each whose answer was lost."""
    orders = misbehaving.parse("401=0.05,trickle=0.95")
    asked = matrix.items(30)
    made = matrix.planned(asked, "http://127.0.0.1:1/v1")
    found = ((str(n), matrix.hit(orders, str(n), made)) for n in range(1000))
    seed = next(seed for seed, met in found if [p for p, name in met.items() if name == "401"] == [12])
    with matrix.serving(asked, orders, seed) as (base_url, mischief):
        made = matrix.planned(asked, base_url)
        ran = matrix.walked(tmp_path / "run", made, matrix.limits(concurrency=8))
        mischief.mended = True
        again = matrix.walked(tmp_path / "run", made, matrix.limits(concurrency=8))
    assert isinstance(ran.stopped, KeyRefused)
    matrix.check_resumed(ran, again)
    given = Counter(text for text, name in mischief.calls if name != "401")
    lost = {position for position in range(30) if given[matrix.prompt(made, position)] > 1}
    named = {position for kind, data in again.lines if kind == "reasked" for position in data["positions"]}
    assert lost
    assert lost <= named
    assert not named & set(ran.held.responses)


# -- the clock --------------------------------------------------------------------------------------------------------


class Jumps(watching.Nobody):
    """Lets the clock jump while the endpoint's pause is kept."""

    def __init__(self, switch):
        self._switch = switch

    def slowed(self, allowed, pause_s):
        self._switch(True)


@pytest.mark.parametrize("seconds", [-86400, 86400])
def test_a_pause_is_kept_by_the_monotonic_clock(tmp_path, monkeypatch, seconds):
    """A clock that jumps while the endpoint's pause is kept neither lengthens the pause nor breaks journal or report."""
    with outages.jumping(seconds, [Order(fault="429-after", share=matrix.SHARE)], "8")(tmp_path, monkeypatch) as place:
        base_url, switch, mischief = place
        made = matrix.planned(matrix.items(matrix.COUNT), base_url)
        means = walk.Means(plugins=matrix.HELD, limits=matrix.limits(), watch=Jumps(switch), langs=("en",))
        ended = walk.start(made, tmp_path / "run", means)
    assert ended.verdict.outcome == "pass"
    assert any(name == "429-after" for _, name in mischief.calls)
    stamps = [entry.at[:10] for entry in journal.entries(tmp_path / "run")]
    assert len(set(stamps)) > 1
    assert (stamps[0] < stamps[-1]) is (seconds > 0)
    assert certify.verify(tmp_path / "run", matrix.HELD).reports
    assert history.load(tmp_path / "run").retries == 1


# -- the command line -------------------------------------------------------------------------------------------------


def call(*args: object) -> Result:
    """One command."""
    result = CliRunner().invoke(cli.main, [str(one) for one in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


ASKED = 40


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A suite of forty questions in a folder."""
    return matrix.written(tmp_path_factory.mktemp("suite") / "small", ASKED)


@contextmanager
def served(suite, seed, faults):
    """`serve-reference --faults` in a process of its own: its first line."""
    command = [sys.executable, "-m", "evalcenter", "serve-reference", suite, "--port", "0"]
    with subprocess.Popen([*command, "--seed", seed, "--faults", faults], stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stderr.readline()
        finally:
            process.terminate()


def test_a_run_goes_through_the_command_line(small, tmp_path, monkeypatch):
    """Both commands as a user gives them: the run stops at the refused key, goes on, and ends with everything answered once."""
    monkeypatch.setattr(walk, "write_reports", lambda *_, **__: ())  # they have tests of their own
    faults = "401=0.03,429=0.05,reset=0.05,not-json=0.05"
    made, orders = matrix.planned(matrix.items(ASKED), "http://127.0.0.1:1/v1"), misbehaving.parse(faults)
    found = ((str(n), Counter(matrix.hit(orders, str(n), made).values())) for n in range(1000))
    seed, met = next((seed, met) for seed, met in found if met["401"] == 1 and len(met) == len(orders))
    folder = tmp_path / "run"
    with served(small, seed, faults) as said:
        assert "simulated" in said
        assert "401=0.03" in said
        base_url = said.split(" on ")[1].split(",")[0]
        given = ("--base-url", base_url, "--model", matrix.MODEL, "--simulated", "--out", folder, "--no-probes")
        stopped = call("run", small, *given, "--quiet", "--concurrency", 1)
        assert stopped.exit_code == KeyRefused.exit_code, stopped.output
        assert f"evalcenter run --resume {folder}" in stopped.output
        before = set(history.load(folder).responses)
        ended = call("run", "--resume", folder, "--quiet", "--concurrency", 1)
    assert ended.exit_code == 0, ended.output
    held = history.load(folder)
    assert before < set(held.responses) == set(range(ASKED))
    assert (held.retries, len(held.failures)) == (met.total() - 1, 0)
    for position, response in held.responses.items():
        assert response.answers[0].text == held.plan.items[held.plan.order[position]].examples.good[0].text
    assert call("verify-journal", folder).exit_code == 0


def test_the_names_are_listed():
    """`--faults list` names every fault and serves nothing."""
    listed = call("serve-reference", "--faults", "list")
    assert (listed.exit_code, listed.output.strip()) == (0, misbehaving.listed())


def test_an_unknown_fault_is_refused():
    """A fault that is not known ends the command with the names."""
    refused = call("serve-reference", "--faults", "teapot=0.1")
    assert refused.exit_code == InputError.exit_code
    assert "429-after" in refused.output
