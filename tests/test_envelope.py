"""A signature is over exact bytes by one trusted key, and every way round it is refused."""

import base64
import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import canon, envelope
from evalcenter.errors import Incomplete, InputError, RunError, SignatureInvalid

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PAYLOAD = b'{"a":1,"b":"\xe4\xb8\xad\xe6\x96\x87???>>>"}'  # its base64 differs between the alphabets
SEALED = envelope.seal(PAYLOAD, KEY)


def changed(**changes: Any) -> bytes:
    """The sealed envelope with fields of its own replaced."""
    return json.dumps({**json.loads(SEALED), **changes}).encode()


def signature(key: Ed25519PrivateKey = KEY, payload: bytes = PAYLOAD, kind: str = envelope.PAYLOAD_TYPE) -> str:
    return base64.b64encode(key.sign(envelope.pae(kind, payload))).decode()


def urlsafe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_")


@pytest.mark.parametrize("page", [b"<!doctype html><title>x</title>", b"\n<html>", b"%PDF-1.7\n\xbf\xf7"])
def test_a_page_is_told_from_an_envelope(page: bytes) -> None:
    """Whoever gives a certificate's page is told that the signed file is another one."""
    with pytest.raises(InputError, match="a page, and not what was signed") as caught:
        envelope.unseal(page, KEY.public_key())
    assert ".dsse.json" in str(caught.value)


# -- what holds -------------------------------------------------------------------------------------------------------


def test_encoding_before_signing_is_the_published_one() -> None:
    """The example of DSSE's own text comes out to the byte."""
    assert (
        envelope.pae("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_lengths_count_bytes() -> None:
    """A type that is not ASCII is measured in bytes, not letters."""
    assert envelope.pae("中", b"") == "DSSEv1 3 中 0 ".encode()


@given(st.binary(max_size=300))
def test_what_was_sealed_comes_out(payload: bytes) -> None:
    """Any bytes come out of their envelope unchanged."""
    assert envelope.unseal(envelope.seal(payload, KEY), KEY.public_key()) == payload


def test_sealing_again_gives_the_same_bytes() -> None:
    """Signing is deterministic."""
    assert envelope.seal(PAYLOAD, KEY) == SEALED


def test_both_base64_alphabets_are_read() -> None:
    """An envelope in the URL-safe alphabet verifies as well as one in the standard alphabet."""
    held = json.loads(SEALED)
    raw = changed(payload=urlsafe(held["payload"]), signatures=[{"sig": urlsafe(held["signatures"][0]["sig"])}])
    assert raw != SEALED
    assert urlsafe(held["payload"]) != held["payload"]
    assert envelope.unseal(raw, KEY.public_key()) == PAYLOAD


@pytest.mark.parametrize("keyid", [None, "", "sha256:0", "not the key", 7])
def test_keyid_decides_nothing(keyid: object) -> None:
    """A missing, swapped or absurd keyid changes nothing: the trusted key is tried on every signature."""
    assert envelope.unseal(changed(signatures=[{"keyid": keyid, "sig": signature()}]), KEY.public_key()) == PAYLOAD


def test_unknown_fields_are_ignored() -> None:
    """Fields of later versions of the envelope, which no signature covers, change nothing."""
    raw = changed(verdict="pass", signatures=[{"sig": signature(), "cert": "x"}])
    assert envelope.unseal(raw, KEY.public_key()) == PAYLOAD


@pytest.mark.parametrize("bad", [signature(OTHER), base64.b64encode(b"short").decode(), ""])
def test_two_signatures_one_bad(bad: str) -> None:
    """Beside the trusted key's signature one by another key, or a broken one, neither helps nor harms, in either order."""
    for both in ([bad, signature()], [signature(), bad]):
        raw = changed(signatures=[{"sig": sig} for sig in both])
        assert envelope.unseal(raw, KEY.public_key()) == PAYLOAD


# -- attacks on the signature -----------------------------------------------------------------------------------------


def flipped(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[5] ^= 1
    return base64.b64encode(raw).decode()


OUTER = json.loads(SEALED)
FORGED = {
    "edited payload": changed(payload=flipped(OUTER["payload"])),
    "payload of another envelope": changed(payload=base64.b64encode(b"{}").decode()),
    "edited signature": changed(signatures=[{"sig": flipped(OUTER["signatures"][0]["sig"])}]),
    "payloadType changed": changed(payloadType="application/json"),
    "payloadType in another case": changed(payloadType="application/vnd.In-Toto+json"),
    "signed by another key": envelope.seal(PAYLOAD, OTHER),
    "another key under the trusted keyid": changed(
        signatures=[{"keyid": OUTER["signatures"][0]["keyid"], "sig": signature(OTHER)}]
    ),
    "two signatures, both bad": changed(signatures=[{"sig": signature(OTHER)}, {"sig": flipped(signature())}]),
    "the bare payload was signed": changed(signatures=[{"sig": base64.b64encode(KEY.sign(PAYLOAD)).decode()}]),
    "unsigned": changed(signatures=[]),
    "type and payload pushed together": changed(
        payloadType="application/vnd.in-toto+json 2", payload=base64.b64encode(b"x").decode()
    ),
}


@pytest.mark.parametrize("raw", FORGED.values(), ids=FORGED)
def test_forged_envelopes_are_refused(raw: bytes) -> None:
    """What the trusted key did not sign, to the byte and with its type, is refused."""
    with pytest.raises(SignatureInvalid):
        envelope.unseal(raw, KEY.public_key())


@given(st.data())
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    """Whatever single byte of the payload is changed, it does not come out."""
    at = data.draw(st.integers(0, len(PAYLOAD) - 1))
    raw = bytearray(PAYLOAD)
    raw[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SignatureInvalid):
        envelope.unseal(changed(payload=base64.b64encode(raw).decode()), KEY.public_key())


def test_a_signed_payload_of_another_type_is_refused() -> None:
    """A good signature over another type of payload is not read as a statement."""
    kind = "application/json"
    raw = changed(payloadType=kind, signatures=[{"sig": signature(kind=kind)}])
    with pytest.raises(InputError, match="of the type 'application/json'"):
        envelope.unseal(raw, KEY.public_key())


# -- attacks on the reader --------------------------------------------------------------------------------------------


def doubled() -> bytes:
    return SEALED.replace(b'"payload":', b'"payload":"e30=","payload":', 1)


BROKEN = {
    "empty": b"",
    "not JSON": b"-----BEGIN",
    "a list": b"[]",
    "trailing data": SEALED + b"{}",
    "duplicate keys": doubled(),
    "a float": SEALED.replace(b"{", b'{"x":1.5,', 1),
    "not a number": SEALED.replace(b"{", b'{"x":NaN,', 1),
    "an integer of 5000 digits": SEALED.replace(b"{", b'{"x":' + b"9" * 5000 + b",", 1),
    "nested without end": b"[" * 100_000,
    "UTF-16": SEALED.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + SEALED,
    "not UTF-8": SEALED.replace(b'"keyid":"', b'"keyid":"\xff'),
    "truncated base64": changed(payload=OUTER["payload"][:-1]),
    "base64 without padding": changed(signatures=[{"sig": signature().rstrip("=")}]),
    "base64 with stray bits": changed(signatures=[{"sig": signature()[:-3] + "B=="}]),
    "mixed alphabets": changed(payload="ab+-"),
    "base64 with line ends": changed(payload=OUTER["payload"][:4] + "\n" + OUTER["payload"][4:]),
    "base64 in another script": changed(payload="中文"),
    "payload missing": json.dumps({k: v for k, v in OUTER.items() if k != "payload"}).encode(),
    "payload a number": changed(payload=1),
    "payloadType missing": json.dumps({k: v for k, v in OUTER.items() if k != "payloadType"}).encode(),
    "payloadType a lone surrogate": changed(payloadType="\ud800"),
    "signatures a mapping": changed(signatures={}),
    "signatures of text": changed(signatures=["x"]),
    "a signature without sig": changed(signatures=[{"keyid": "x"}]),
    "a thousand signatures": changed(signatures=[{"sig": "AA=="}] * 1000),
    "too large": SEALED + b" " * envelope.MAX_BYTES,
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_broken_envelopes_are_refused(raw: bytes) -> None:
    """What two readers could understand differently, or nobody can read, is refused before anything is verified."""
    with pytest.raises(InputError):
        envelope.unseal(raw, KEY.public_key())


def test_too_large_is_not_sealed() -> None:
    """What nobody would read is not signed."""
    with pytest.raises(InputError, match="nobody reads more"):
        envelope.seal(b"x" * envelope.MAX_BYTES, KEY)


# -- the statement ----------------------------------------------------------------------------------------------------


def test_statement_is_the_published_one() -> None:
    """A statement has in-toto's four fields, and digests without their algorithm's name in front."""
    raw = envelope.statement([("n", "sha256:ab")], "urn:x:1", {"k": 1})
    assert json.loads(raw) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "n", "digest": {"sha256": "ab"}}],
        "predicateType": "urn:x:1",
        "predicate": {"k": 1},
    }
    assert envelope.predicate(raw, "urn:x:1") == {"k": 1}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"urn:x:1"}', "_type"),
        (b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:x:2"}', "predicateType"),
        (b'{"_type":"https://in-toto.io/Statement/v1"}', "predicateType"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":0.5}', "float"),
        (b"[]", "object"),
        (b"\xff", "not readable"),
    ],
)
def test_other_statements_are_refused(raw: bytes, words: str) -> None:
    """A statement of another type or version, or in loose JSON, is refused though its signature holds."""
    with pytest.raises(InputError, match=words):
        envelope.predicate(raw, "urn:x:1")


# -- keys -------------------------------------------------------------------------------------------------------------


def test_new_keys_sign_and_verify(tmp_path: Path) -> None:
    """A new private key is for its owner only, and its public half verifies what it signs."""
    path = tmp_path / "k.pem"
    public = envelope.new_key(path)
    assert public == tmp_path / "k.pub.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in public.read_bytes()
    raw = envelope.seal(PAYLOAD, envelope.private_key(path))
    assert envelope.unseal(raw, envelope.public_key(public)) == PAYLOAD


@pytest.mark.parametrize("taken", ["k.pem", "k.pub.pem"])
def test_keys_are_never_overwritten(tmp_path: Path, taken: str) -> None:
    """Where either file exists, none is written."""
    (tmp_path / taken).write_text("precious", encoding="utf-8")
    with pytest.raises(InputError, match="here already"):
        envelope.new_key(tmp_path / "k.pem")
    assert [p.name for p in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text(encoding="utf-8") == "precious"


def test_no_key_through_a_dangling_link(tmp_path: Path) -> None:
    """A link to nowhere is not written through."""
    (tmp_path / "k.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="here already"):
        envelope.new_key(tmp_path / "k.pem")
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_needs_its_folder(tmp_path: Path) -> None:
    """A key in a folder that does not exist can't be written."""
    with pytest.raises(InputError, match="can't be written"):
        envelope.new_key(tmp_path / "none" / "k.pem")


def pem(key: Any, password: bytes | None = None) -> bytes:
    sealed = form.BestAvailableEncryption(password) if password else form.NoEncryption()
    return bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, sealed))


def public_pem(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))


CURVE = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("raw", "mode", "words"),
    [
        (pem(KEY), 0o644, "other users"),
        (pem(KEY), 0o620, "other users"),
        (pem(KEY, b"secret"), 0o600, "unencrypted"),
        (pem(CURVE), 0o600, "not an Ed25519 key"),
        (public_pem(KEY), 0o600, "this is a public key"),
        (public_pem(KEY), 0o644, "this is a public key"),
        (b"", 0o600, "unencrypted private key"),
        (b"x" * 20_000, 0o600, "more than"),
    ],
)
def test_other_private_keys_are_refused(tmp_path: Path, raw: bytes, mode: int, words: str) -> None:
    """A private key that others can read, that is encrypted, of another kind or no key at all is refused."""
    path = tmp_path / "k.pem"
    path.write_bytes(raw)
    path.chmod(mode)
    with pytest.raises(InputError, match=words) as caught:
        envelope.private_key(path)
    assert "BEGIN" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (pem(KEY), "this is a private key"),
        (public_pem(CURVE), "not an Ed25519 key"),
        (b"junk", "not a public key"),
        (b"x" * 20_000, "more than"),
    ],
)
def test_other_public_keys_are_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    """A private key, a key of another kind or no key at all is refused where a public key is due."""
    path = tmp_path / "k.pem"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=words):
        envelope.public_key(path)


def test_a_key_that_is_there_is_kept_and_no_option_is_named(tmp_path: Path) -> None:
    """A key is never overwritten, and the advice holds for every command that makes one."""
    envelope.new_key(tmp_path / "k.pem")
    with pytest.raises(InputError, match="a file is here already") as caught:
        envelope.new_key(tmp_path / "k.pem")
    assert "--" not in str(caught.value.todo)


def test_keyid_is_the_fingerprint() -> None:
    """The hint that is written is the digest of the public key's DER form."""
    der = KEY.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    assert OUTER["signatures"][0]["keyid"] == canon.digest(der) == envelope.fingerprint(KEY.public_key())


# -- files ------------------------------------------------------------------------------------------------------------


def test_hundred_megabytes_are_not_read(tmp_path: Path) -> None:
    """A file of 100 MB is refused after the first few."""
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(InputError, match="more than"):
        envelope.read(path)


def test_a_pipe_does_not_keep_us_waiting(tmp_path: Path) -> None:
    """A named pipe is refused at once."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a plain file"):
        envelope.read(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("name", "words"), [("none", "no such file"), ("", "not a plain file"), ("f/x", "can't be read")]
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, words: str) -> None:
    """What is missing, a folder or behind a file is refused with its reason."""
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(InputError, match=words):
        envelope.read(tmp_path / name)


def test_links_are_followed_only_for_people(tmp_path: Path) -> None:
    """A file that a person names may be a link; one that a run names may not."""
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    assert envelope.read(tmp_path / "link") == b"x"
    with pytest.raises(RunError, match="a link"):
        envelope.open_plain(tmp_path / "link")
    with pytest.raises(Incomplete):
        envelope.open_plain(tmp_path / "none")


# -- a file in another's place ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.en.html", ".report.en.html.{}"], ids=["place", "beside"])
def test_no_link_is_written_through(tmp_path: Path, name: str) -> None:
    """A folder from somebody else may hold a link in the file's place, or where it is made ready; what it names stays."""
    (tmp_path / "mine").write_bytes(b"precious")
    (tmp_path / name.format(os.getpid())).symlink_to(tmp_path / "mine")
    envelope.put(tmp_path / "report.en.html", b"new")
    assert ((tmp_path / "mine").read_bytes(), (tmp_path / "report.en.html").read_bytes()) == (b"precious", b"new")
    assert not (tmp_path / "report.en.html").is_symlink()


def test_what_stood_there_stays_where_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file is never put in the place of a whole one, and nothing is left beside it."""
    (tmp_path / "x").write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError):
        envelope.put(tmp_path / "x", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("x", b"old")]
