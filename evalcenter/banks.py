"""Seals suites into banks, opens banks in memory, and proves that one item was in one.

A bank is a folder of three files: ``bank.age`` holds the suite's files and the salts, encrypted; ``commitment.json`` is public and
fixes every item without showing any; ``standard.yaml`` is the suite's own standard, where it has one, which is no secret.

Rules this module keeps:

* What is encrypted is opened in memory and never written; what goes wrong inside is told without a word of what stands there.
* A bank that is not exactly what its commitment says is refused, and so is one whose files have names that lead anywhere.
* Each list of items carries the bank's canary, a line found nowhere else: where it turns up, the bank's files were.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeVar

from evalcenter import boundary, canon, ciphers, commitments, envelope, hooks, lint, sealing, suites, yamls
from evalcenter.ciphers import Identity
from evalcenter.commitments import Commitment, Proof
from evalcenter.errors import (
    BankError,
    EvalcenterError,
    InputError,
    LintError,
    PlanMismatch,
    RunError,
    Tampered,
    disk_refused,
)
from evalcenter.records import Bank, Plan, Suite, record
from evalcenter.suites import Loaded

T = TypeVar("T")
NAME: Final = "bank.age"
COMMITMENT: Final = "commitment.json"
STANDARD: Final = "standard.yaml"
MAX_BYTES: Final = 256_000_000
_FILE: Final = re.compile(r"suite\.yaml|(?:items|taxonomies)/[^/\\:\x00-\x1f\x7f]{1,250}\.yaml")
_CANARY: Final = re.compile(rb"evalcenter-canary-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST: Final = 100
"""More bytes than a canary has."""
BLOCK: Final = 1 << 20
_PACKED: Final = (
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf",
    b"PAR1",
    b"\xff\xfe",
    b"\xfe\xff",
)
"""What files begin with in which a text stands in other bytes: packed ones, and UTF-16."""


@record
class Content:
    """What is encrypted: the suite's files as text by their names, and the salt of each item in hexadecimal."""

    format: Literal["evalcenter/bank/1"] = "evalcenter/bank/1"
    files: Mapping[str, str]
    salts: tuple[str, ...]


def is_bank(folder: Path) -> bool:
    """Whether `folder` is a sealed bank."""
    return (folder / NAME).is_file()


# -- sealing ----------------------------------------------------------------------------------------------------------


def seal(suite: Path, to: Sequence[str], out: Path, plugins: hooks.Plugins, today: str) -> Commitment:
    """Seal the suite in a folder into a new bank `out` that the recipients `to` can open; its commitment.

    Raises LintError where a rubric does not prove itself: behind the seal nobody could mend it.
    """
    loaded = suites.load(suite, plugins)
    complaints = lint.check(loaded, plugins)
    if complaints:
        lines = "\n".join(complaint.line() for complaint in complaints)
        raise LintError(f"{len(complaints)} complaints\n{lines}", todo="mend them, then seal the suite")
    canary = f"evalcenter-canary-{_guid(ciphers.salt(16).hex())}"
    files = dict(_files(suite, canary))
    inside = _suite(files, out, plugins)
    salts = [ciphers.salt(commitments.SALT) for _ in inside.suite.items]
    own = suite / STANDARD
    standard = own.read_bytes() if own.is_file() else None
    made = replace(
        _commitment(inside, salts, today, ciphers.recipients(to)),
        canary=canon.digest(canary.encode()),
        standard=None if standard is None else canon.digest(standard),
    )
    content = Content(files=files, salts=tuple(salt.hex() for salt in salts))
    written = {
        NAME: _wrapped(content, made.recipients, suite),
        **({} if standard is None else {STANDARD: standard}),
        COMMITMENT: canon.encode(made) + b"\n",  # the last: without it nothing opens
    }
    try:
        out.mkdir(parents=True)
        for name, raw in written.items():
            (out / name).write_bytes(raw)
    except FileExistsError:
        raise InputError("something is here already", where=str(out), todo="name another --out") from None
    except OSError as problem:
        raise disk_refused(problem, out) from None
    return made


def _wrapped(content: Content, to: Sequence[str], suite: Path) -> bytes:
    """`content` as its recipients will open it. Raises InputError for what `_opened` would refuse: nobody could mend it then."""
    odd = next((name for name in content.files if _FILE.fullmatch(name) is None), None)
    if odd is not None:
        raise InputError("its name can't stand in a bank", where=str(suite / odd), todo="give it a plain name")
    raw = ciphers.wrapped(canon.encode(content), to)
    if len(raw) > MAX_BYTES:
        raise InputError(f"a bank of {len(raw):,} bytes; at most {MAX_BYTES:,} are read", where=str(suite))
    return raw


def _guid(text: str) -> str:
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def _files(suite: Path, canary: str) -> Iterator[tuple[str, str]]:
    """The files of a suite by name; its own begin with the canary."""
    line = f"# {canary}: this file is from a sealed bank; it must be in no training data.\n"
    head = yamls.read(suite / "suite.yaml")
    yield "suite.yaml", line + head.raw.decode("utf-8-sig")
    for path in sorted((suite / "items").glob("*.yaml")):
        yield f"items/{path.name}", line + path.read_text("utf-8-sig")
    for path in suites.taxonomies(suite, head):
        yield f"taxonomies/{path.name}", path.read_text("utf-8-sig")


def _commitment(inside: Loaded, salts: Sequence[bytes], today: str, recipients: Sequence[str]) -> Commitment:
    """The commitment to a suite, but for its canary and its standard."""
    items = inside.suite.items
    return Commitment(
        suite=inside.suite.id,
        version=inside.suite.version,
        digest=inside.digest,
        root=commitments.shown(commitments.root(_leaves(inside.suite, salts))),
        items=len(items),
        families=len(inside.suite.families),
        by_dimension=_counted(item.dimension for item in items),
        by_lang=_counted(item.lang for item in items),
        by_risk=_counted(risk for item in items for risk in item.risks),
        red_lines=sum(item.red_line for item in items),
        canary="",
        standard=None,
        sealed=today,
        recipients=tuple(recipients),
    )


def _leaves(suite: Suite, salts: Sequence[bytes]) -> list[bytes]:
    return [commitments.leaf(item, salt) for item, salt in zip(suite.items, salts, strict=True)]


def _counted(names: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


# -- opening ----------------------------------------------------------------------------------------------------------


def load(folder: Path, identity: Identity | None, plugins: hooks.Plugins) -> Loaded:
    """The suite in a bank, with numbers for its names. Raises BankError, or Sealed where `identity` does not open it."""
    inside, _ = _opened(folder, identity, plugins)
    made = sealing.numbered(inside.suite)
    commitment = published(folder / COMMITMENT)
    _own_standard(folder / STANDARD, commitment)
    places = {new.id: inside.places[old.id] for old, new in zip(inside.suite.items, made.items, strict=True)}
    bank = Bank(suite=commitment.suite, root=commitment.root, items=commitment.items)
    return replace(inside, suite=made, places=places, files=(), bank=bank, keepers=commitment.recipients)


def without(loaded: Loaded, leaves: Collection[int], limit: int) -> Loaded:
    """A suite from a bank without the items that are retired past `limit`."""
    if loaded.bank is None:
        return loaded
    kept = tuple(item for item in loaded.suite.items if sealing.number(item.id) not in leaves)
    bank = replace(loaded.bank, retired=tuple(sorted(leaves)), limit=limit)
    return replace(loaded, suite=replace(loaded.suite, items=kept), bank=bank)


def as_asked(loaded: Loaded, plan: Plan) -> Loaded:
    """`loaded` without the items that were retired when `plan` was made. Raises PlanMismatch where the bank is another."""
    held = {bank.suite: bank for bank in plan.sealing.banks} if plan.sealing is not None else {}
    then = held.get(loaded.suite.id)
    if (then and then.root) != (loaded.bank and loaded.bank.root):
        raise PlanMismatch(f"the suite {loaded.suite.id!r} was planned from another bank, or from none")
    return loaded if then is None or then.limit is None else without(loaded, then.retired, then.limit)


def planned(plan: Plan, suites_: Sequence[Loaded], identity: Identity | None) -> Plan:
    """`plan` with the sealing of its run, where a suite lay in a bank: whoever may open the bank may open the run.

    Raises InputError where two banks were sealed to different people.
    """
    held = [one for one in suites_ if one.bank is not None]
    if not held:
        return plan
    if any(set(one.keepers) != set(held[0].keepers) for one in held):
        raise InputError(
            "these banks were sealed to different people, and one run is opened by one key",
            todo="ask them in runs of their own",
        )
    given = ciphers.needed(identity, "this bank", str(held[0].folder))
    to = tuple(dict.fromkeys((*held[0].keepers, *given.recipients)))
    return replace(plan, sealing=ciphers.fresh(to, [one.bank for one in held if one.bank is not None]))


def published(path: Path) -> Commitment:
    """The commitment in a file. Raises BankError where it is none."""
    return _record(Commitment, _read(path), path)


def _opened(folder: Path, identity: Identity | None, plugins: hooks.Plugins) -> tuple[Loaded, list[bytes]]:
    """(the suite in a bank as it was sealed, the salts of its items)."""
    path = folder / NAME
    given = ciphers.needed(identity, "this bank", str(path))
    raw = _read(path)
    try:
        content = _record(Content, given.open(raw, "the bank"), path)
    except Tampered as problem:
        raise BankError(problem.what, where=str(path), todo=problem.todo) from None
    odd = sum(_FILE.fullmatch(name) is None for name in content.files)
    if odd or "suite.yaml" not in content.files:
        raise BankError(
            f"{odd} of its {len(content.files)} files have names that no suite has, or suite.yaml is missing",
            where=str(path),
            todo="nothing was written; take it up with whoever sealed it",
        )
    try:
        inside = _suite(content.files, folder, plugins)
        salts = [bytes.fromhex(salt) for salt in content.salts]
        again = _leaves(inside.suite, salts)
    except (EvalcenterError, ValueError) as problem:
        raise BankError(
            f"the suite in it can't be read ({type(problem).__name__}); its words are left out, for they may quote an item",
            where=str(path),
            todo="lint the suite where it was sealed, with this version of evalcenter",
        ) from None
    _as_published(inside, salts, again, folder / COMMITMENT)
    return inside, salts


def _as_published(inside: Loaded, salts: Sequence[bytes], leaves: Sequence[bytes], path: Path) -> None:
    """Raise BankError where a bank is not what its commitment says."""
    told = published(path)
    again = _commitment(inside, salts, told.sealed, told.recipients)
    again = replace(again, canary=told.canary, standard=told.standard, root=commitments.shown(commitments.root(leaves)))
    if any(len(salt) != commitments.SALT for salt in salts) or again != told:
        raise BankError(
            f"the bank is not what this commitment says: its root is {again.root}, the commitment's {told.root}, or counts differ",
            where=str(path),
            todo="get bank and commitment from whoever sealed it",
        )


def _own_standard(path: Path, told: Commitment) -> None:
    """Raise BankError unless the standard beside a bank is the one that it was sealed with, or none as then."""
    lies = path.exists() or path.is_symlink()
    if (canon.digest(_read(path)) if lies else None) != told.standard:
        raise BankError(
            "this is not the standard that the bank was sealed with" if lies else "the bank's own standard is gone",
            where=str(path),
            todo="put back what was sealed; a run by another standard names it with --standard",
        )


def _suite(files: Mapping[str, str], folder: Path, plugins: hooks.Plugins) -> Loaded:
    """The suite that a bank's files make, read in memory; `folder` is only for its places."""
    read = {name: yamls.parse(text.encode("utf-8"), folder / name) for name, text in sorted(files.items())}
    shared = [document for name, document in read.items() if name.startswith("taxonomies/")]
    lists = [document for name, document in read.items() if name.startswith("items/")]
    return suites.whole(folder, read["suite.yaml"], _in_order(read["suite.yaml"], shared), lists, plugins)


def _in_order(head: yamls.Document, shared: Sequence[yamls.Document]) -> list[yamls.Document]:
    """The taxonomies in the order in which the suite names them."""
    named = suites.mapping(head).get("taxonomies") or []
    by_name = {document.path.stem: document for document in shared}
    return [by_name[name] for name in named if name in by_name]


def _read(path: Path) -> bytes:
    try:
        with envelope.open_plain(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except RunError as problem:
        raise BankError(problem.what, where=str(path), todo=problem.todo) from None
    if len(raw) > MAX_BYTES:
        raise BankError(f"more than {MAX_BYTES:,} bytes; no bank is so large", where=str(path))
    return raw


def _record(kind: type[T], raw: bytes, path: Path) -> T:
    try:
        canon.decode(raw)
        return boundary.read(kind, raw)
    except InputError as problem:
        words = "fields are missing, unknown or wrong" if isinstance(problem, boundary.Invalid) else problem.what
        raise BankError(f"not a {kind.__name__.lower()} of a bank: {words}", where=str(path)) from None


# -- one item ---------------------------------------------------------------------------------------------------------


def prove(folder: Path, name: str, identity: Identity | None, plugins: hooks.Plugins) -> Proof:
    """The proof that an item was in a bank; `name` is the one that stands for it in a run, else its own."""
    inside, salts = _opened(folder, identity, plugins)
    numbers = {new.id: at for at, new in enumerate(sealing.numbered(inside.suite).items)}
    own = {item.id: at for at, item in enumerate(inside.suite.items)}
    index = numbers.get(name, own.get(name))
    if index is None:
        raise InputError(f"no item of this bank is called {name!r}", where=str(folder), todo="take its id from the run")
    leaves = _leaves(inside.suite, salts)
    return Proof(
        suite=inside.suite.id,
        root=commitments.shown(commitments.root(leaves)),
        items=len(leaves),
        index=index,
        salt=salts[index].hex(),
        path=tuple(node.hex() for node in commitments.path(leaves, index)),
        item=inside.suite.items[index],
    )


def proof(path: Path) -> Proof:
    """The proof in a file. Raises BankError where it is none."""
    return _record(Proof, _read(path), path)


# -- leaks ------------------------------------------------------------------------------------------------------------


def leaked(folder: Path, text: Path) -> tuple[str, ...]:
    """The places in the file `text` where this bank's canary stands; it takes the commitment alone, and no key.

    Raises InputError for a file in which it would stand in other bytes.
    """
    wanted, found, behind, at = published(folder / COMMITMENT).canary, [], b"", 0
    try:
        with text.open("rb") as file:
            while block := file.read(BLOCK):
                if not at and block.startswith(_PACKED):
                    raise InputError(
                        "packed, or UTF-16: a canary can't be seen in it",
                        where=str(text),
                        todo="give it unpacked, as UTF-8",
                    )
                held = behind + block
                found += [
                    f"{text}, byte {at - len(behind) + hit.start()}"
                    for hit in _CANARY.finditer(held)
                    if canon.digest(hit[0]) == wanted
                ]
                at, behind = at + len(block), held[-_LONGEST:]
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=str(text)) from None
    return tuple(dict.fromkeys(found))
