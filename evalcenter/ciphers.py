"""Hides and opens what is sealed: age for who may open it, ChaCha20-Poly1305 for each text in a journal.

Rules this module keeps:

* A run has a random key of its own, wrapped by age to its recipients; an identity opens it, in memory only.
* Every text is encrypted under a fresh random nonce, and bound to the run, kind and number of its line, its position and its own
  place in the line: moved anywhere else it does not open.
* What is sealed and does not open, or stands there in plain text, is Tampered.
* A private key never shows itself: not in a representation, a log or a message.

The libraries are well-kept ones (``pyrage``, ``cryptography``); nothing here is a cipher of this project's own.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evalcenter import boundary, canon, envelope, sealing
from evalcenter.errors import InputError, Sealed, Tampered
from evalcenter.records import Bank, Item, Plan, Sealing

FORMAT: Final = "evalcenter/sealing/1"
KEY: Final = 32
NOWHERE: Final = -1
"""The position of what is about none."""
NONCE: Final = 12
MAX_BYTES: Final = 16 * 1024
_SEED: Final = ("plan", 0, "seed")
"""Where the seed of a plan stands. Generated items could be made again from it."""
_SECRET: Final = "AGE-SECRET-KEY-1"  # noqa: S105 - how a private key begins, and none
_PUBLIC: Final = "age1"
_TODO: Final = "give --identity FILE, or put the identity into EVALCENTER_IDENTITY"


# -- identities and recipients ----------------------------------------------------------------------------------------


class Identity:
    """Private age keys (X25519), which open what was sealed to their public halves. They never show themselves."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(keys)
        self.recipients  # noqa: B018 - raises where one is no key

    def __repr__(self) -> str:
        return f"Identity({', '.join(self.recipients)})"

    def __reduce__(self) -> tuple[type[Identity], tuple[tuple[str, ...]]]:
        return Identity, (self._keys,)  # for a worker process, through a pipe

    @property
    def recipients(self) -> tuple[str, ...]:
        """The public keys."""
        return tuple(str(one.to_public()) for one in self._opened())

    def open(self, raw: bytes, what: str) -> bytes:
        """What the age file `raw` holds. Raises Sealed where it was sealed to others, Tampered where it is broken."""
        import pyrage

        try:
            return bytes(pyrage.decrypt(raw, self._opened()))
        except pyrage.DecryptError as problem:
            if "No matching keys" not in str(problem):
                raise Tampered(f"{what} does not open: {problem}", todo="get it again from whoever made it") from None
        except ValueError as problem:
            raise Tampered(f"{what} does not open: {problem}", todo="get it again from whoever made it") from None
        raise Sealed(f"{what} was not sealed to {', '.join(self.recipients)}", todo="give the identity of a recipient")

    def _opened(self) -> list[Any]:
        from pyrage import IdentityError, x25519

        try:
            return [x25519.Identity.from_str(key) for key in self._keys]
        except IdentityError:  # its words may quote the key
            raise InputError(
                "not an age identity", todo="it is a line AGE-SECRET-KEY-1…; make one with `seal --new-identity`"
            ) from None


def identity(path: Path) -> Identity:
    """The identity in a file that only its owner may read: lines ``AGE-SECRET-KEY-1…``, and comments."""
    raw = envelope.read(path, MAX_BYTES)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError("other users may read or change this identity", where=str(path), todo="chmod 600 on it")
    return identity_of(raw.decode("utf-8", "replace"), str(path))


def identity_of(text: str, where: str = "") -> Identity:
    """The identity in `text`, as it stands in a file or in an environment variable."""
    keys = [line.strip() for line in text.splitlines() if line.strip().upper().startswith(_SECRET)]
    if not keys:
        raise InputError("no age identity is in here", where=where, todo="make one with `seal --new-identity`")
    return Identity(keys)


def needed(given: Identity | None, what: str, where: str) -> Identity:
    """The identity that opens `what`. Raises Sealed where none was given."""
    if given is None:
        raise Sealed(f"{what} is sealed, and no identity was given", where=where, todo=_TODO)
    return given


def new_identity(path: Path) -> str:
    """Write a fresh identity to `path`, for its owner only, and its public key beside it (``NAME.pub``); that key."""
    from pyrage import x25519

    made = x25519.Identity.generate()
    public = path.with_name(f"{path.name}.pub")
    for place in (path, public):
        if place.exists() or place.is_symlink():
            raise InputError("a file is here already", where=str(place), todo="name another one")
    recipient = str(made.to_public())
    envelope.write_new(path, f"# public key: {recipient}\n{made}\n".encode(), 0o600)
    envelope.write_new(public, f"{recipient}\n".encode(), 0o644)
    return recipient


def recipients(given: Sequence[str]) -> tuple[str, ...]:
    """Public keys, each given as itself or as a file that holds some. Raises InputError for anything else."""
    from pyrage import RecipientError, x25519

    found: dict[str, None] = {}
    for one in given:
        if one.upper().startswith(_SECRET):
            raise InputError("a private identity was given as a recipient", todo="give the public key, age1…")
        lines = [one] if one.startswith(_PUBLIC) else _lines(Path(one))
        for line in lines:
            try:
                found[str(x25519.Recipient.from_str(line))] = None
            except RecipientError:
                raise InputError(f"{line[:80]!r} is no age public key (X25519)", todo="it begins with age1") from None
    if not found:
        raise InputError("nobody could open it: no recipient was given", todo="give --to age1…, or a file of them")
    return tuple(found)


def _lines(path: Path) -> list[str]:
    text = envelope.read(path, MAX_BYTES).decode("utf-8", "replace")
    if _SECRET in text.upper():
        raise InputError("a private identity was given as a recipient", where=str(path), todo="give its .pub file")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def wrapped(raw: bytes, to: Sequence[str]) -> bytes:
    """`raw` as an age file that the recipients `to` can open."""
    import pyrage
    from pyrage import x25519

    return bytes(pyrage.encrypt(raw, [x25519.Recipient.from_str(one) for one in to]))


def salt(length: int) -> bytes:
    """So many secret random bytes."""
    return secrets.token_bytes(length)


# -- the texts of a run -----------------------------------------------------------------------------------------------


def fresh(to: Sequence[str], banks: Sequence[Bank]) -> Sealing:
    """A new run's sealing: a random key, wrapped to the recipients `to`, and a random name."""
    key = base64.b64encode(wrapped(secrets.token_bytes(KEY), to)).decode("ascii")
    return Sealing(run=secrets.token_hex(16), key=key, recipients=tuple(to), banks=tuple(banks))


def codec(plan: Plan, given: Identity | None, where: str = "") -> Codec | None:
    """What hides and opens the texts of `plan`'s run; None where nothing is sealed.

    Raises Sealed where no identity is given or it opens nothing, Tampered where the key is none.
    """
    if plan.sealing is None:
        return None
    given = needed(given, "this run", where)
    try:
        raw = base64.b64decode(plan.sealing.key, validate=True)
    except (binascii.Error, ValueError):
        raise Tampered("the run's key is not base64", where=where) from None
    key = given.open(raw, "the run's key")
    if len(key) != KEY:
        raise Tampered(f"the run's key has {len(key)} bytes; expected {KEY}", where=where)
    return Codec(plan.sealing.run, key, sealing.positions(plan))


class Codec:
    """Hides and opens the texts of one run. `sealed` is 1 at each position where a sealed item is asked."""

    def __init__(self, run: str, key: bytes, sealed: bytes) -> None:
        self._run, self._key, self._sealed = run, key, sealed

    def __repr__(self) -> str:
        return f"Codec({self._run})"

    def planned(self, plan: Plan) -> bytes:
        """The canonical bytes of `plan` as its journal's first line holds it."""
        items = tuple(self._item(at, item) if _is_sealed(item) else item for at, item in enumerate(plan.items))
        return canon.encode(replace(plan, items=items, seed=self._hide(plan.seed.encode(), *_SEED)))

    def plan(self, plan: Plan, where: str) -> Plan:
        """The plan as it was made, from the one that its journal holds. Raises Tampered."""
        items = (self._opened(at, item, where) if _is_sealed(item) else item for at, item in enumerate(plan.items))
        seed = self._reveal(plan.seed, *_SEED)
        if seed is None:
            raise Tampered("the plan's seed is sealed and does not open", where=where)
        return replace(plan, items=tuple(items), seed=seed.decode())

    def _item(self, at: int, item: Item) -> Item:
        return sealing.outside(item, self._hide(canon.encode(item), "plan", 0, at, "item"))

    def _opened(self, at: int, item: Item, where: str) -> Item:
        raw = self._reveal(sealing.hidden(item), "plan", 0, at, "item")
        try:
            opened = None if raw is None else boundary.read(Item, raw)
        except InputError:
            opened = None
        if opened is None or sealing.outside(opened, sealing.hidden(item)) != item:
            raise Tampered(f"item {item.id} does not open, or is another than what stands around it", where=where)
        return opened

    def seal(self, kind: str, seq: int, raw: bytes) -> bytes:
        """The `raw` data of line `seq` with its secret texts hidden."""
        data = self._concerned(kind, raw)
        if data is None:
            return raw

        def hide(path: str, text: str) -> str:
            return self._hide(text.encode(), kind, seq, data.get("position", NOWHERE), path)

        return canon.encode(sealing.turned(kind, data, hide))

    def open(self, kind: str, seq: int, raw: bytes, where: str = "") -> bytes:
        """The data of line `seq` as it was before `seal`. Raises Tampered where a text does not open."""
        data = self._concerned(kind, raw)
        if data is None:
            return raw
        if canon.encode(data) != raw:
            raise Tampered(f"entry {seq}: not in canonical form", where=where)

        def reveal(path: str, text: str) -> str:
            found = self._reveal(text, kind, seq, data.get("position", NOWHERE), path)
            if found is None:
                raise Tampered(f"entry {seq}: {path} is sealed and does not open", where=where)
            return found.decode("utf-8", "replace")

        return canon.encode(sealing.turned(kind, data, reveal))

    def _concerned(self, kind: str, raw: bytes) -> Any:
        """The data of a line about a sealed item, or about no planned position, such as a failed probe; None for any other."""
        data = canon.decode(raw) if kind in sealing.SECRET else None
        if not isinstance(data, dict):
            return None
        position = data.get("position", NOWHERE)
        if type(position) is int and 0 <= position < len(self._sealed) and not self._sealed[position]:
            return None
        return data

    def _hide(self, raw: bytes, *place: str | int) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        nonce = secrets.token_bytes(NONCE)
        made = nonce + ChaCha20Poly1305(self._key).encrypt(nonce, raw, self._bound(place))
        return sealing.MARK + base64.b64encode(made).decode("ascii")

    def _reveal(self, text: str, *place: str | int) -> bytes | None:
        """What `_hide` hid at this place; None where it was not hidden there by this run."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        if not text.startswith(sealing.MARK):
            return None
        try:
            raw = base64.b64decode(text[len(sealing.MARK) :], validate=True)
            return ChaCha20Poly1305(self._key).decrypt(raw[:NONCE], raw[NONCE:], self._bound(place))
        except (binascii.Error, ValueError, InvalidTag):
            return None

    def _bound(self, place: Sequence[str | int]) -> bytes:
        return canon.encode([FORMAT, self._run, *place])


def _is_sealed(item: Item) -> bool:
    return item.visibility == "sealed"
