"""The reference candidates inside the process."""

import asyncio

import pytest

from evalcenter import boundary, canon
from evalcenter.candidates import personas, reference
from evalcenter.errors import CallFailed, InputError, UnknownModel
from evalcenter.hooks import Adapter, Limits
from evalcenter.records import CandidateSpec


def spec(model="reference-exemplary", **more):
    return CandidateSpec(**{"adapter": "reference", "name": "n", "model": model, "simulated": True, **more})


def opened(path, **more):
    settings = boundary.convert(reference.Settings, {"items": str(path)})
    return reference.plugin.open(spec(**more), settings, None, Limits())


def test_the_plugin_is_an_adapter():
    """The plugin satisfies the adapter's interface."""
    assert isinstance(reference.plugin, Adapter)


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"items": items, "seed": "s"}])
def test_items_come_from_a_file(items, ask_of, tmp_path, wrap):
    """Items are read from a JSON list, or from a mapping that holds them, such as a plan."""
    path = tmp_path / "items.json"
    path.write_bytes(canon.encode(wrap(items)))

    async def go():
        one = opened(path)
        try:
            return await one.ask(ask_of("What is the dose?"))
        finally:
            await one.close()

    answer = asyncio.run(go())
    assert answer.text in {"250 mg", "Give 250 mg."}
    assert (answer.state, answer.model) == ("complete", "reference-exemplary")


def test_it_opens_for_simulated_candidates_only(tmp_path):
    """A candidate file that does not say that it is simulated is refused."""
    (tmp_path / "items.json").write_bytes(b"[]")
    with pytest.raises(InputError, match="is simulated"):
        opened(tmp_path / "items.json", simulated=False)


def test_a_missing_file_is_said(tmp_path):
    """A file of items that is not there is named."""
    with pytest.raises(InputError, match="read"):
        opened(tmp_path / "none.json")


@pytest.mark.parametrize("raw", [b"", b"5", b"{}", b'[{"id": "x"}]'])
def test_a_file_without_items_is_refused(tmp_path, raw):
    """A file that holds no items is refused."""
    (tmp_path / "items.json").write_bytes(raw)
    with pytest.raises(InputError):
        opened(tmp_path / "items.json")


def test_an_unknown_persona_is_refused(items):
    """A name that is no persona is an unknown model."""
    with pytest.raises(UnknownModel):
        reference.candidate(items, "gpt-x")


def test_the_empty_persona_is_silent(items, ask_of):
    """The empty persona's answer is silence here as over the socket."""
    answer = asyncio.run(reference.candidate(items, "empty").ask(ask_of("What is the dose?")))
    assert answer.state == "silent"


def test_the_slow_persona_waits(items, ask_of):
    """The slow persona's delay is seen as latency."""
    answer = asyncio.run(reference.candidate(items, "slow-0.05").ask(ask_of("What is the dose?")))
    assert answer.latency_ms >= 45


def test_the_flaky_persona_fails_and_then_answers(make_item, ask_of):
    """Each fault of the flaky persona is a failed call of its own kind that is worth another try."""
    bank = [make_item(f"i{n}", f"Q{n}?", ["good"], ["bad"]) for n in range(40)]
    one, kinds, good = reference.candidate(bank, "flaky-1"), set(), 0
    for n in range(40):
        for _ in range(personas.MOST_FAULTS + 1):
            try:
                good += asyncio.run(one.ask(ask_of(f"Q{n}?"))).text == "good"
            except CallFailed as problem:
                kinds.add(problem.kind)
                assert problem.retryable
    assert kinds == {"rate_limit", "server_error", "connection", "not_json"}
    assert good >= 40
