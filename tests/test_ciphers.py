"""Identities, and the texts of a sealed run: hidden, opened, and opened nowhere but where they were hidden."""

from __future__ import annotations

import base64
import json
import pickle
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import canon, ciphers, sealing
from evalcenter.ciphers import Codec, Identity
from evalcenter.errors import InputError, Sealed, Tampered
from evalcenter.records import Answer, Bank, Plan, Response
from evalcenter.reviewing import READ
from tests.factory import DIGEST, make_grade, make_item, make_plan

BANK = Bank(suite="bank", root=DIGEST, items=2)
HIDDEN = make_item(0, visibility="sealed")
OPEN = make_item(1)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """Two identities."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("one", "two"):
        ciphers.new_identity(folder / name)
    return ciphers.identity(folder / "one"), ciphers.identity(folder / "two")


def planned(to: Identity) -> Plan:
    return make_plan([HIDDEN, OPEN], sealing=ciphers.fresh(to.recipients, [BANK]))


def codec(plan: Plan, identity: Identity) -> Codec:
    made = ciphers.codec(plan, identity)
    assert made is not None
    return made


def response(position: int, text: str = "secret") -> bytes:
    return canon.encode(Response(position=position, answers=(Answer(text=text, reasoning="thought", model="m"),)))


# -- identities -------------------------------------------------------------------------------------------------------


def test_a_new_identity_is_its_owners_alone(tmp_path: Path) -> None:
    """The private file can be read by its owner only; the public one holds no secret."""
    recipient = ciphers.new_identity(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert (tmp_path / "key.pub").read_text("utf-8") == f"{recipient}\n"
    assert ciphers.identity(tmp_path / "key").recipients == (recipient,)


def test_an_identity_is_never_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    ciphers.new_identity(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(InputError, match="here already"):
        ciphers.new_identity(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before


def test_an_identity_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A file with rights for others is no secret."""
    ciphers.new_identity(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        ciphers.identity(tmp_path / "key")


@pytest.mark.parametrize("text", ["", "# nothing", "AGE-SECRET-KEY-1NONSENSE", "age1only-public"])
def test_what_is_no_identity_is_refused_without_being_quoted(text: str) -> None:
    """The error does not repeat what was given."""
    with pytest.raises(InputError) as told:
        ciphers.identity_of(text)
    assert "NONSENSE" not in str(told.value)


def test_an_identity_does_not_show_itself(keys: tuple[Identity, Identity]) -> None:
    """Its representation names the public key, and that of what it opened no key at all."""
    assert "SECRET" not in repr(keys[0]).upper()
    assert keys[0].recipients[0] in repr(keys[0])
    assert "AGE-" not in repr(codec(planned(keys[0]), keys[0]))


def test_an_identity_can_be_handed_to_a_worker(keys: tuple[Identity, Identity]) -> None:
    """Through a pipe it stays what it is."""
    assert pickle.loads(pickle.dumps(keys[0])).recipients == keys[0].recipients


def test_a_private_key_is_no_recipient(tmp_path: Path) -> None:
    """Given by mistake, as text or as a file, it is refused and not repeated."""
    ciphers.new_identity(tmp_path / "key")
    secret = (tmp_path / "key").read_text("utf-8").splitlines()[1]
    for given_ in (secret, str(tmp_path / "key")):
        with pytest.raises(InputError, match="private") as told:
            ciphers.recipients([given_])
        assert secret not in str(told.value)


def test_recipients_come_as_keys_and_as_files(tmp_path: Path, keys: tuple[Identity, Identity]) -> None:
    """A file may hold several, and comments; each counts once."""
    one, two = keys[0].recipients[0], keys[1].recipients[0]
    (tmp_path / "who").write_text(f"# the centre\n{one}\n{two}\n", "utf-8")
    assert ciphers.recipients([two, str(tmp_path / "who")]) == (two, one)


@pytest.mark.parametrize("given_", [[], ["age1nonsense"]])
def test_what_nobody_could_open_is_refused(given_: list[str]) -> None:
    """No recipient, or one that is no key."""
    with pytest.raises(InputError):
        ciphers.recipients(given_)


# -- the key of a run -------------------------------------------------------------------------------------------------


def test_every_recipient_opens_a_run(keys: tuple[Identity, Identity]) -> None:
    """Sealed to two, either opens it."""
    plan = make_plan([HIDDEN], sealing=ciphers.fresh([k.recipients[0] for k in keys], [BANK]))
    line = codec(plan, keys[0]).seal("response", 5, response(0))
    assert codec(plan, keys[1]).open("response", 5, line) == response(0)


def test_an_identity_that_it_was_not_sealed_to_opens_nothing(keys: tuple[Identity, Identity]) -> None:
    """It says to whom it was not sealed."""
    with pytest.raises(Sealed, match="was not sealed to"):
        ciphers.codec(planned(keys[0]), keys[1])


def test_without_an_identity_it_says_so(keys: tuple[Identity, Identity]) -> None:
    """Nothing is guessed."""
    with pytest.raises(Sealed, match="no identity"):
        ciphers.codec(planned(keys[0]), None)


def test_a_run_that_is_not_sealed_needs_no_identity() -> None:
    """There is nothing to open."""
    assert ciphers.codec(make_plan(), None) is None


@pytest.mark.parametrize("key", ["", "!!!", base64.b64encode(b"no age file at all" * 9).decode()])
def test_a_broken_key_is_refused(keys: tuple[Identity, Identity], key: str) -> None:
    """What is no age file is Tampered, not a crash."""
    plan = planned(keys[0])
    assert plan.sealing is not None
    with pytest.raises(Tampered):
        ciphers.codec(replace(plan, sealing=replace(plan.sealing, key=key)), keys[0])


def test_a_key_of_another_length_is_refused(keys: tuple[Identity, Identity]) -> None:
    """Only 32 bytes are a key."""
    plan = planned(keys[0])
    assert plan.sealing is not None
    short = base64.b64encode(ciphers.wrapped(b"short", keys[0].recipients)).decode()
    with pytest.raises(Tampered, match="5 bytes"):
        ciphers.codec(replace(plan, sealing=replace(plan.sealing, key=short)), keys[0])


# -- texts ------------------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.integers(0, 10**6))
def test_what_is_hidden_is_opened_again(keys: tuple[Identity, Identity], text: str, seq: int) -> None:
    """Whatever the answer says, the same bytes come back."""
    held = codec(planned(keys[0]), keys[0])
    line = held.seal("response", seq, response(0, text))
    assert held.open("response", seq, line) == response(0, text)


def test_nothing_of_an_answer_is_left_to_read(keys: tuple[Identity, Identity]) -> None:
    """Text, thought and the model's name are ciphertext; position, state and counts stay."""
    held = codec(planned(keys[0]), keys[0])
    line = json.loads(held.seal("response", 5, response(0)))
    answer = line["answers"][0]
    assert [answer[name][:7] for name in ("text", "reasoning", "model")] == [sealing.MARK] * 3
    assert (line["position"], answer["state"], answer["latency_ms"]) == (0, "complete", 0)


def test_the_same_text_is_hidden_differently_each_time(keys: tuple[Identity, Identity]) -> None:
    """Nonces are fresh: equal answers can't be told."""
    held = codec(planned(keys[0]), keys[0])
    assert held.seal("response", 5, response(0)) != held.seal("response", 5, response(0))


def test_a_public_item_in_a_sealed_run_stays_readable(keys: tuple[Identity, Identity]) -> None:
    """Only what is about a sealed item is hidden."""
    assert codec(planned(keys[0]), keys[0]).seal("response", 5, response(1)) == response(1)


def test_what_a_server_said_of_a_probe_is_hidden_too(keys: tuple[Identity, Identity]) -> None:
    """A line without a position, such as a failed probe, could repeat anything that was asked."""
    held = codec(planned(keys[0]), keys[0])
    line = canon.encode({"attempt": 1, "http_status": 500, "kind": "server_error", "message": "secret", "probe": "p"})
    assert b"secret" not in held.seal("retry", 5, line)
    assert held.open("retry", 5, held.seal("retry", 5, line)) == line


def test_a_reason_that_all_runs_give_alike_stays_readable(keys: tuple[Identity, Identity]) -> None:
    """That a person has read it is told without the key."""
    plan = planned(keys[0])
    grade = canon.encode(make_grade(plan, 0, reason=READ))
    assert READ.zh.encode() in codec(plan, keys[0]).seal("grade", 5, grade)


def swapped(line: bytes, change: Any) -> bytes:
    data = json.loads(line)
    change(data)
    return canon.encode(data)


def test_a_text_moved_to_another_field_does_not_open(keys: tuple[Identity, Identity]) -> None:
    """Thought in place of text is Tampered."""
    held = codec(planned(keys[0]), keys[0])

    def change(data: Any) -> None:
        data["answers"][0]["text"] = data["answers"][0]["reasoning"]

    with pytest.raises(Tampered, match=r"answers\.0\.text"):
        held.open("response", 5, swapped(held.seal("response", 5, response(0)), change))


def test_a_line_moved_to_another_place_does_not_open(keys: tuple[Identity, Identity]) -> None:
    """The same bytes under another number are Tampered."""
    held = codec(planned(keys[0]), keys[0])
    with pytest.raises(Tampered):
        held.open("response", 6, held.seal("response", 5, response(0)))


def test_a_line_of_another_position_does_not_open(keys: tuple[Identity, Identity]) -> None:
    """An answer given to one question can't be passed off as one to another."""
    plan = make_plan([HIDDEN, replace(HIDDEN, id="other")], sealing=ciphers.fresh(keys[0].recipients, [BANK]))
    held = codec(plan, keys[0])
    with pytest.raises(Tampered):
        held.open("response", 5, swapped(held.seal("response", 5, response(0)), lambda data: data.update(position=1)))


def test_a_line_of_another_run_does_not_open(keys: tuple[Identity, Identity]) -> None:
    """Every run has a key and a name of its own."""
    line = codec(planned(keys[0]), keys[0]).seal("response", 5, response(0))
    with pytest.raises(Tampered):
        codec(planned(keys[0]), keys[0]).open("response", 5, line)


@pytest.mark.parametrize("text", ["plain words", "sealed:", "sealed:AAAA", "sealed:not base64", "sealed:" + "A" * 64])
def test_what_was_not_hidden_here_is_refused(keys: tuple[Identity, Identity], text: str) -> None:
    """Plain text in a sealed place, or bytes of no meaning, are Tampered and never taken for an answer."""
    held = codec(planned(keys[0]), keys[0])

    def change(data: Any) -> None:
        data["answers"][0]["text"] = text

    with pytest.raises(Tampered):
        held.open("response", 5, swapped(held.seal("response", 5, response(0)), change))


def test_another_spelling_of_a_sealed_line_is_refused(keys: tuple[Identity, Identity]) -> None:
    """Bytes that are not canonical are Tampered, as in every run."""
    held = codec(planned(keys[0]), keys[0])
    line = held.seal("response", 5, response(0))
    with pytest.raises(Tampered, match="canonical"):
        held.open("response", 5, json.dumps(json.loads(line)).encode())


# -- the plan ---------------------------------------------------------------------------------------------------------


def on_disk(held: Codec, plan: Plan) -> Plan:
    from evalcenter import boundary

    return boundary.read(Plan, held.planned(plan))


def test_a_plan_is_opened_as_it_was_made(keys: tuple[Identity, Identity]) -> None:
    """Sealed items come back whole; public ones were never touched."""
    plan = planned(keys[0])
    held = codec(plan, keys[0])
    written = on_disk(held, plan)
    assert written.items[1] == OPEN
    assert HIDDEN.prompt[0].content.encode() not in held.planned(plan)
    assert held.plan(written, "journal") == plan


def test_what_stands_around_an_item_must_be_its_own(keys: tuple[Identity, Identity]) -> None:
    """A weight that was changed in what everybody may read is Tampered for whoever opens the item."""
    plan = planned(keys[0])
    held = codec(plan, keys[0])
    written = on_disk(held, plan)
    item = written.items[0]
    lighter = replace(item, criteria=(replace(item.criteria[0], points=0),))
    with pytest.raises(Tampered, match="stands around it"):
        held.plan(replace(written, items=(lighter, OPEN)), "journal")


def test_two_items_of_a_plan_can_not_be_swapped(keys: tuple[Identity, Identity]) -> None:
    """Each ciphertext is bound to its own place."""
    plan = make_plan([HIDDEN, replace(HIDDEN, id="other")], sealing=ciphers.fresh(keys[0].recipients, [BANK]))
    held = codec(plan, keys[0])
    one, other = on_disk(held, plan).items
    with pytest.raises(Tampered):
        held.plan(replace(plan, items=(other, one)), "journal")
