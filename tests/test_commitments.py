"""The tree over a bank: the roots of RFC 6962, and paths that prove one item and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import canon, commitments
from evalcenter.commitments import Commitment, Proof
from evalcenter.errors import InputError, Tampered
from tests.factory import DIGEST, make_item

SALTS = [bytes([n]) * commitments.SALT for n in range(9)]
ITEMS = [make_item(n) for n in range(9)]
LEAVES = [commitments.leaf(item, salt) for item, salt in zip(ITEMS, SALTS, strict=True)]


def published(count: int) -> Commitment:
    return Commitment(
        suite="bank",
        version="1",
        digest=DIGEST,
        root=commitments.shown(commitments.root(LEAVES[:count])),
        items=count,
        families=0,
        by_dimension={},
        by_lang={},
        by_risk={},
        red_lines=0,
        canary=DIGEST,
        standard=None,
        sealed="2026-03-02",
        recipients=(),
    )


def proof(index: int, count: int) -> Proof:
    return Proof(
        suite="bank",
        root=published(count).root,
        items=count,
        index=index,
        salt=SALTS[index].hex(),
        path=tuple(node.hex() for node in commitments.path(LEAVES[:count], index)),
        item=ITEMS[index],
    )


def test_a_leaf_is_the_digest_of_a_zero_its_salt_and_its_bytes() -> None:
    """The leaf is computed here by hand."""
    assert LEAVES[1] == hashlib.sha256(b"\0" + SALTS[1] + canon.encode(ITEMS[1])).digest()


def test_the_tree_of_three_is_that_of_rfc_6962() -> None:
    """Two leaves to the left, one to the right, and a one before every pair."""
    left = hashlib.sha256(b"\1" + LEAVES[0] + LEAVES[1]).digest()
    assert commitments.root(LEAVES[:3]) == hashlib.sha256(b"\1" + left + LEAVES[2]).digest()


def test_the_roots_are_those_of_a_published_tree() -> None:
    """The test leaves of Certificate Transparency give its published roots (computed by Google's and others' logs alike)."""
    given = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(one)).digest() for one in given]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {count: commitments.root(leaves[:count]).hex() for count in roots} == roots


@given(st.integers(1, 9), st.data())
def test_every_item_is_proved(count: int, data: st.DataObject) -> None:
    """Whatever the size, the path of each leaf leads to the root."""
    index = data.draw(st.integers(0, count - 1))
    commitments.check(proof(index, count), published(count))


@given(st.integers(2, 9), st.data())
def test_no_other_place_is_proved(count: int, data: st.DataObject) -> None:
    """A true item under another number is refused."""
    index = data.draw(st.integers(0, count - 1))
    other = data.draw(st.integers(0, count - 1).filter(lambda n: n != index))
    with pytest.raises(Tampered):
        commitments.check(replace(proof(index, count), index=other), published(count))


@pytest.mark.parametrize(
    "changed",
    [
        replace(proof(2, 5), item=ITEMS[3]),
        replace(proof(2, 5), item=replace(ITEMS[2], pass_line=ITEMS[2].pass_line / 2)),
        replace(proof(2, 5), salt=SALTS[3].hex()),
        replace(proof(2, 5), salt=SALTS[2].hex().upper().replace("0", "A")),
        replace(proof(2, 5), salt="no"),
        replace(proof(2, 5), path=proof(2, 5).path[:-1]),
        replace(proof(2, 5), path=(*proof(2, 5).path, "00" * 32)),
        replace(proof(2, 5), path=("zz" * 32, *proof(2, 5).path[1:])),
        replace(proof(2, 5), index=-1),
        replace(proof(2, 5), index=5),
        replace(proof(2, 5), suite="another"),
        replace(proof(2, 5), root=DIGEST),
        replace(proof(2, 5), items=4),
    ],
    ids=lambda one: "",
)
def test_a_changed_proof_is_refused(changed: Proof) -> None:
    """Item, weights, salt, path, number, bank: what was changed proves nothing."""
    with pytest.raises(Tampered):
        commitments.check(changed, published(5))


def test_a_node_is_no_leaf() -> None:
    """An inner node can't be passed off as an item's leaf: they are hashed apart."""
    pair = hashlib.sha256(b"\0" + LEAVES[0] + LEAVES[1]).digest()
    assert commitments.root(LEAVES[:2]) != pair


def test_there_is_no_leaf_beyond_the_last() -> None:
    """A number that no item has is refused."""
    with pytest.raises(InputError, match="no leaf 5"):
        commitments.path(LEAVES[:5], 5)
