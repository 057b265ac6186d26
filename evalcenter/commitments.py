"""A Merkle tree over a bank's items: one digest that fixes all of them, and a short path that proves one of them.

Rules this module keeps:

* The tree is that of RFC 6962, section 2.1: a leaf is the SHA-256 of 0x00, its salt and the item's canonical bytes, a node that of
  0x01 and its two children; the left part of a tree is the largest power of two that is smaller than the whole.
* Each item has a salt of its own, 32 secret random bytes, so that nobody can find out by trying whether a guessed item is in it.
* Verification raises; it never returns False.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from evalcenter import canon
from evalcenter.errors import InputError, Tampered
from evalcenter.records import Item, record

SALT: Final = 32
"""Bytes in a salt."""
LARGEST: Final = 1_000_000
"""More items than any bank has."""
DEEPEST: Final = LARGEST.bit_length()


@record
class Commitment:
    """What is published of a sealed bank: what it comes to, and nothing of what stands in it.

    `suite` and `version` name it, `digest` is that of its files, `root` fixes its `items` in their order, `canary` is the digest of
    the text that would give a leak away, `standard` that of the standard which lies open beside it (None: none does), `sealed` the
    day (``YYYY-MM-DD``). The counts are by dimension, language and risk; an item may carry several risks. `recipients` are the
    public keys that it was encrypted to.
    """

    format: Literal["evalcenter/commitment/1"] = "evalcenter/commitment/1"
    suite: str
    version: str
    digest: str
    root: str
    items: int
    families: int
    by_dimension: Mapping[str, int]
    by_lang: Mapping[str, int]
    by_risk: Mapping[str, int]
    red_lines: int
    canary: str
    standard: str | None
    sealed: str
    recipients: tuple[str, ...]


@record
class Proof:
    """One item of a bank in plain text, and what shows that it is leaf `index` of the tree with this `root`.

    `salt` and every node of `path`, from the leaf upwards, are hexadecimal.
    """

    format: Literal["evalcenter/proof/1"] = "evalcenter/proof/1"
    suite: str
    root: str
    items: int
    index: int
    salt: str
    path: tuple[str, ...]
    item: Item


def leaf(item: Item, salt: bytes) -> bytes:
    """The leaf of an item."""
    return hashlib.sha256(b"\0" + salt + canon.encode(item)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over `leaves`; of none the digest of nothing."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = _cut(len(leaves))
    return _node(root(leaves[:cut]), root(leaves[cut:]))


def path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The nodes beside the way from leaf `index` up to the root. Raises InputError where there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise InputError(f"there is no leaf {index}; the bank has {len(leaves)}")
    if len(leaves) == 1:
        return ()
    cut = _cut(len(leaves))
    if index < cut:
        return (*path(leaves[:cut], index), root(leaves[cut:]))
    return (*path(leaves[cut:], index - cut), root(leaves[:cut]))


def shown(digest: bytes) -> str:
    """A digest as it is written down."""
    return f"sha256:{digest.hex()}"


def check(proof: Proof, commitment: Commitment) -> None:
    """Raise Tampered unless `proof` shows that its item was in the bank that `commitment` fixes."""
    wrong = [
        f"its {name} is {ours!r}, the commitment's {theirs!r}"
        for name, ours, theirs in (
            ("suite", proof.suite, commitment.suite),
            ("root", proof.root, commitment.root),
            ("number of items", proof.items, commitment.items),
        )
        if ours != theirs
    ]
    if wrong:
        raise Tampered(
            f"the proof is of another bank: {'; '.join(wrong)}", todo="get the commitment that was published"
        )
    found = _climbed(leaf(proof.item, _bytes(proof.salt, "salt")), proof)
    if shown(found) != commitment.root:
        raise Tampered(
            f"this item was not leaf {proof.index} of the bank: the path ends in {shown(found)}, not in {commitment.root}",
            todo="the item, its salt or the path was changed; ask for the proof again",
        )


def _climbed(at: bytes, proof: Proof) -> bytes:
    """The root to which the proof's path leads from the leaf `at`."""
    if not 0 <= proof.index < proof.items <= LARGEST or len(proof.path) > DEEPEST:
        raise Tampered(f"leaf {proof.index} of {proof.items} with {len(proof.path)} nodes above it is none")
    nodes = [_bytes(node, "node") for node in proof.path]
    sides = list(_sides(proof.index, proof.items))
    if len(sides) != len(nodes):
        raise Tampered(f"the path has {len(nodes)} nodes; leaf {proof.index} of {proof.items} has {len(sides)}")
    for node, left in zip(nodes, sides, strict=True):
        at = _node(at, node) if left else _node(node, at)
    return at


def _sides(index: int, count: int) -> Sequence[bool]:
    """For each node above a leaf, from below, whether the way comes from its left."""
    sides: list[bool] = []
    while count > 1:
        cut = _cut(count)
        sides.append(index < cut)
        index, count = (index, cut) if index < cut else (index - cut, count - cut)
    return sides[::-1]


def _cut(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _bytes(text: str, what: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != SALT or raw.hex() != text:
        raise Tampered(f"the {what} is not {SALT} bytes in hexadecimal")
    return raw
