"""Signed statements: an in-toto Statement in a DSSE envelope, signed over exact bytes by one key or more.

Rules this module keeps:

* The bytes whose signature was verified are the bytes that are returned, and the only ones to parse.
* Verification raises; it never returns False.
* Trusted keys decide, each by itself: who asks for two of them gets to know which of them signed. A `keyid` is written as a hint
  for people and is never read; fields of the envelope that are not signed are ignored, as DSSE 1.0.2 demands, and so are
  signatures by other keys.
* What signs is anything that signs bytes and knows its public key (`Signer`); keys in files are Ed25519.
* Both base64 alphabets are read, each in its one spelling: padded, and with no stray bits.
* A private key is written for its owner only, never over another file, and never printed.

It refuses to say what a statement means: ``certify.py`` does.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from evalcenter import canon
from evalcenter.errors import Incomplete, InputError, RunError, SignatureInvalid, disk_refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT: Final = "https://in-toto.io/Statement/v1"
MAX_BYTES: Final = 4 * 1024 * 1024
MAX_KEY_BYTES: Final = 16 * 1024
MAX_SIGNATURES: Final = 16


class Verifier(Protocol):
    """A public key. `verify` raises ``cryptography.exceptions.InvalidSignature``, and returns nothing."""

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raise unless `signature` is this key's over `data`."""

    def public_bytes(self, encoding: Any, form: Any, /) -> bytes:
        """The key in one of the library's encodings."""


class Signer(Protocol):
    """A private key, wherever it lies: in a file, in a hardware token, behind a service."""

    def sign(self, data: bytes, /) -> bytes:
        """The signature over `data`."""

    def public_key(self) -> Verifier:
        """Its public half."""


# -- the envelope -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """A payload, and those of the trusted keys that signed exactly these bytes."""

    payload: bytes
    signers: tuple[Verifier, ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: DSSE's pre-authentication encoding of a type and a payload."""
    named = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(named), named, len(payload), payload)


def seal(payload: bytes, key: Signer) -> bytes:
    """The envelope, as one line of JSON, that holds `payload` signed with `key`. Raises InputError when it is too large."""
    return _written(payload, [_signature(payload, key)])


def add(raw: bytes, key: Signer) -> bytes:
    """The envelope `raw` with the signature of `key` behind those that it has. The caller has verified what it holds."""
    held = strictly(raw, "the envelope")
    kept = [{"keyid": str(one.get("keyid", "")), "sig": _base64(_bytes(one, "sig"))} for one in held["signatures"]]
    payload = _bytes(held, "payload")
    return _written(payload, [*kept, _signature(payload, key)])


def _signature(payload: bytes, key: Signer) -> dict[str, str]:
    return {"keyid": fingerprint(key.public_key()), "sig": _base64(key.sign(pae(PAYLOAD_TYPE, payload)))}


def _written(payload: bytes, signatures: list[dict[str, str]]) -> bytes:
    raw = canon.encode({"payload": _base64(payload), "payloadType": PAYLOAD_TYPE, "signatures": signatures}) + b"\n"
    if len(raw) > MAX_BYTES:
        raise InputError(f"the envelope would have {len(raw)} bytes; nobody reads more than {MAX_BYTES}")
    return raw


def unseal(raw: bytes, key: Verifier) -> bytes:
    """The payload of the envelope `raw`, after `key`'s signature over exactly these bytes was verified.

    Raises InputError when `raw` is no envelope or holds another type of payload, SignatureInvalid when no signature in it
    is by `key`.
    """
    return opened(raw, [key]).payload


def opened(raw: bytes, keys: Sequence[Verifier]) -> Opened:
    """As `unseal`, for several trusted keys of which at least one signed: which of them did is said."""
    if len(raw) > MAX_BYTES:
        raise InputError(f"an envelope of {len(raw)} bytes; expected at most {MAX_BYTES}")
    if raw.lstrip().startswith((b"<", b"%PDF")):
        raise InputError("this is a page, and not what was signed", todo="give the .dsse.json file that lies beside it")
    held = strictly(raw, "the envelope")
    payload, payload_type = _bytes(held, "payload"), held.get("payloadType")
    if not isinstance(payload_type, str):
        raise InputError("the envelope names no payloadType")
    signatures = _signatures(held)
    if not signatures:
        raise SignatureInvalid("the envelope is not signed", todo="ask its issuer for the signed file")
    try:
        signed = pae(payload_type, payload)
    except UnicodeEncodeError:
        raise InputError("the payloadType is not text") from None
    signers = tuple(key for key in keys if any(_signed(key, signature, signed) for signature in signatures))
    if not signers:
        names = " or ".join(fingerprint(key) for key in keys)
        raise SignatureInvalid(
            f"no signature here is by the key {names} over this content",
            todo="get the public key from the issuer again; if it is the right one, the file was changed: don't rely on it",
        )
    if payload_type != PAYLOAD_TYPE:
        raise InputError(f"the payload is of the type {payload_type!r}; expected {PAYLOAD_TYPE}")
    return Opened(payload, signers)


def strictly(raw: bytes, what: str) -> dict[str, Any]:
    """The JSON object in `raw`. Raises InputError on anything that two readers could understand differently."""
    try:
        held = canon.decode(raw.decode("utf-8"))
    except ValueError as problem:  # not UTF-8, or an integer of thousands of digits
        raise InputError(f"{what} is not readable: {problem}") from None
    except InputError as problem:
        raise InputError(f"{what} is refused: {problem.what}") from None
    if not isinstance(held, dict):
        raise InputError(f"{what} is not a JSON object")
    return held


def _signatures(held: dict[str, Any]) -> list[bytes]:
    listed = held.get("signatures")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise InputError("the envelope holds no list of signatures")
    if len(listed) > MAX_SIGNATURES:
        raise InputError(f"the envelope holds {len(listed)} signatures; expected at most {MAX_SIGNATURES}")
    return [_bytes(one, "sig") for one in listed]


def _signed(key: Verifier, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(held: dict[str, Any], name: str) -> bytes:
    text = held.get(name)
    if not isinstance(text, str):
        raise InputError(f"the envelope's {name} is missing, or is not text")
    for alphabet in (b"+/", b"-_"):
        try:
            raw = base64.b64decode(text, alphabet, validate=True)
        except (binascii.Error, ValueError):
            continue
        if base64.b64encode(raw, alphabet).decode("ascii") == text:
            return raw
    raise InputError(f"the envelope's {name} is not base64, or was cut short")


# -- the statement ----------------------------------------------------------------------------------------------------


def statement(subjects: Sequence[tuple[str, str]], predicate_type: str, predicate: Any) -> bytes:
    """The canonical bytes of an in-toto Statement about `subjects`: pairs of a name and a digest (``sha256:…``)."""
    return canon.encode(
        {
            "_type": STATEMENT,
            "subject": [
                {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}} for name, digest in subjects
            ],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
    )


def predicate_type(payload: bytes) -> str:
    """Of what type the predicate of the Statement in `payload` is; the empty text where it names none."""
    return str(strictly(payload, "the signed statement").get("predicateType", ""))


def predicate(payload: bytes, predicate_type: str) -> Any:
    """What the Statement in `payload` says. Raises InputError when it is no Statement, or one of another type."""
    held = strictly(payload, "the signed statement")
    for name, wanted in (("_type", STATEMENT), ("predicateType", predicate_type)):
        if held.get(name) != wanted:
            raise InputError(f"the signed statement's {name} is {held.get(name)!r}; expected {wanted!r}")
    return held.get("predicate")


# -- files and keys ---------------------------------------------------------------------------------------------------


def open_plain(path: Path, *, links: bool = False) -> BufferedReader:
    """`path` opened for reading if it is a plain file: no folder, no pipe, no device and, unless `links`, no link."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe must not keep us waiting
    if not links and path.is_symlink():
        raise RunError("a link; expected the file itself", where=str(path), todo="put the file in its place")
    try:
        opened = os.open(path, flags if links else flags | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        raise Incomplete("there is no such file", where=str(path), todo="check its name") from None
    except OSError as problem:
        raise RunError(f"can't be read: {problem.strerror}", where=str(path)) from None
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise RunError("not a plain file", where=str(path))
    return os.fdopen(opened, "rb")


def read(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file that a person named. Raises InputError when it can't be read or has more than `limit`."""
    try:
        with open_plain(path, links=True) as file:
            raw = file.read(limit + 1)
    except RunError as problem:
        raise InputError(problem.what, where=str(path), todo=problem.todo) from None
    if len(raw) > limit:
        raise InputError(f"more than {limit} bytes; this is not such a file", where=str(path))
    return raw


def put(path: Path, raw: bytes, mode: int = 0o666) -> None:
    """Write `raw` in the place of what stands at `path`, in one step, whoever else does so. No link there or beside it is followed.

    `mode` says who may read and write it, less what the process lets nobody do. Raises RunError where the disk refuses.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as problem:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise disk_refused(problem, path) from None


def private_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 private key in the PEM file `path` (PKCS8, not encrypted), which only its owner may read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    raw = read(path, MAX_KEY_BYTES)
    if b"PUBLIC KEY" in raw and b"PRIVATE KEY" not in raw:
        raise InputError(
            "this is a public key; signing takes the private one", where=str(path), todo="give the .pem file beside it"
        )
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError("other users may read or change this private key", where=str(path), todo="chmod 600 on it")
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # the reasons are left out: they might quote the key
        raise InputError(
            "not an unencrypted private key in PEM form", where=str(path), todo="make one with --new-key"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("not an Ed25519 key", where=str(path), todo="make one with --new-key")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The Ed25519 public key in the PEM file `path` (SubjectPublicKeyInfo)."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    raw = read(path, MAX_KEY_BYTES)
    if b"PRIVATE KEY" in raw:
        raise InputError(
            "this is a private key; verifying takes the public one", where=str(path), todo="give the .pub.pem file"
        )
    try:
        key = load_pem_public_key(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InputError("not a public key in PEM form", where=str(path)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("not an Ed25519 key", where=str(path))
    return key


def new_key(path: Path) -> Path:
    """Write a fresh private key to `path` and its public key beside it (``NAME.pub.pem``), which is returned.

    Neither may exist: a key that was lost by overwriting can't be had back.
    """
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key, public = Ed25519PrivateKey.generate(), path.with_name(f"{path.stem}.pub.pem")
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    shown = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    for place in (path, public):
        if place.exists() or place.is_symlink():
            raise InputError(
                "a file is here already", where=str(place), todo="name another one, or sign with the key that is there"
            )
    write_new(path, private, 0o600)
    write_new(public, shown, 0o644)
    return public


def fingerprint(key: Verifier) -> str:
    """``sha256:`` and the digest of the public key's DER form, for people to compare."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return canon.digest(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def write_new(path: Path, raw: bytes, mode: int) -> None:
    """Write a key to a new file with these rights. Raises InputError where one is there, or the disk refuses."""
    try:
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode), "wb"
        ) as f:
            f.write(raw)
    except OSError as problem:
        raise InputError(f"the key can't be written: {problem.strerror}", where=str(path)) from None
