"""One file for an archive's shelf or a court: a run, the suites' own files, what was signed, and how to check all of it.

Rules this module keeps:

* The same run gives the same bytes: names in order, no times, nothing compressed. Whoever wants it smaller compresses the whole.
* What it holds is listed with digests in `MANIFEST`; the manifest is no evidence, the signed files are.
* Text of sealed items is not handed out: commitments stand in the place of such a suite's files.
* A bundle from others is hostile: only plain names in a few folders, no links, no compression, no name twice, no more files and
  bytes than `Limits` allows; nothing is written outside a folder of its own that is removed afterwards.

It refuses to say whether what is in it is genuine: ``checking.py`` does.
"""

from __future__ import annotations

import hashlib
import io
import re
import stat
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

from evalcenter import banks, boundary, canon, certify, envelope, history, hooks, issuing, journal, signing
from evalcenter import manifest as manifests
from evalcenter.ciphers import Identity
from evalcenter.errors import BankError, InputError, PlanMismatch, RunError, Tampered, disk_refused
from evalcenter.manifest import Asked, Held, Manifest
from evalcenter.records import Plan
from evalcenter.suites import Loaded

MANIFEST: Final = "manifest.json"
VERIFY: Final = "VERIFY.md"
SIGNED: Final = (issuing.NAME, issuing.SUMMARY, signing.NAME, signing.SUMMARY)
PAGES: Final = tuple(
    f"{name}.{lang}.{form}"
    for name, forms in (("certificate", ("html", "pdf")), ("declaration", ("html",)))
    for lang in ("zh", "en")
    for form in forms
)
_PART: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_PLACES: Final = re.compile(
    rf"{VERIFY}|{re.escape(MANIFEST)}|run/{_PART}|commitments/{_PART}|suites/taxonomies/{_PART}|suites/{_PART}(/{_PART}){{1,2}}"
)
_CHUNK: Final = 1 << 20
_MOST: Final = 2 << 20
"""Bytes of the list of contents, which is read at once."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_FILE: Final = (stat.S_IFREG | 0o644) << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a bundle from others is read."""

    files: int = 5_000
    bytes: int = 4 << 30


# -- out --------------------------------------------------------------------------------------------------------------


def pack(
    folder: Path,
    out: Path,
    plugins: hooks.Plugins,
    suites: Sequence[Loaded],
    commitments: Sequence[Path] = (),
    identity: Identity | None = None,
) -> Manifest:
    """Recompute the run in `folder` and write its bundle to `out`, which must not exist.

    Of `suites`, those whose digests the plan names are put in, but for sealed ones, whose `commitments` are. A sealed run's marks
    are made again only where `identity` opens it. Raises what `certify.verify` raises, Incomplete where the run has no
    verdict or lacks a report, InputError where a bundle would hand out sealed items, a commitment is of no bank of the run, or a
    name is not plain.
    """
    if out.exists():
        raise InputError("a file is here already", where=str(out), todo="name another one")
    run = history.load(folder, identity, shut=True)
    signing.complete(run, certify.recomputed(run, plugins))
    if run.plan.sealing is None and any(item.visibility == "sealed" for item in run.plan.items):
        raise InputError(
            "the journal holds sealed items in plain text, and a bundle is handed to others",
            where=str(folder),
            todo="bundle runs on sealed banks, whose journals are encrypted",
        )
    digests = {head.digest for head in run.plan.suites}
    held = [one for one in suites if one.digest in digests and _is_open(one)]
    told = _of_banks(run.plan, commitments)
    places = {**_of_run(run), **_of_suites(held), **{f"commitments/{suite}.json": path for suite, path in told.items()}}
    found: dict[str, Held] = {**dict.fromkeys(told, "commitment"), **{one.suite.id: "files" for one in held}}
    manifest = _manifest(run, found, {name: _digest(path) for name, path in places.items()})
    _written(out, manifest, places, manifests.text(manifest))
    return manifest


def asked(folder: Path, suites: Sequence[Loaded]) -> None:
    """Raise PlanMismatch where one of `suites` is not what the run in `folder` asked."""
    run, _ = history.begun(folder, shut=True)
    digests = {head.digest for head in run.plan.suites}
    for one in suites:
        if one.digest not in digests:
            raise PlanMismatch(f"the run asked no suite {one.suite.id!r} with these files", where=str(one.folder))


def _of_run(run: history.Run) -> dict[str, Path]:
    names = (journal.NAME, *run.report, *SIGNED, *PAGES)
    return {f"run/{name}": run.folder / name for name in names if (run.folder / name).exists()}


def _is_open(one: Loaded) -> bool:
    """Whether a suite's files hold nothing that is sealed."""
    seen = [*(item.visibility for item in one.suite.items), *(family.visibility for family in one.suite.families)]
    return one.bank is None and "sealed" not in seen


def _of_banks(plan: Plan, commitments: Sequence[Path]) -> dict[str, Path]:
    """The commitments by their suites' ids; each must be that of a bank which the run asked."""
    heads = {head.id: (head.version, head.digest) for head in plan.suites}
    held = () if plan.sealing is None else plan.sealing.banks
    asked = {bank.suite: (bank.root, bank.items, *heads.get(bank.suite, ())) for bank in held}
    found = {}
    for path in commitments:
        told = banks.published(path)
        if asked.get(told.suite) != (told.root, told.items, told.version, told.digest):
            raise InputError("this commitment is of no bank that the run asked", where=str(path), todo="leave it out")
        found[told.suite] = path
    return found


def committed(held: Unpacked) -> None:
    """Raise Tampered where a commitment in a bundle is of no bank that the run in it asked."""
    told = sorted((held.run.parent / "commitments").glob("*"))
    plan = history.begun(held.run, shut=True)[0].plan
    try:
        found = _of_banks(plan, told)
    except (InputError, BankError) as problem:
        raise Tampered(problem.what, where=problem.where, todo="get the commitment that was published") from None
    if [f"{suite}.json" for suite in found] != [path.name for path in told]:
        raise Tampered("a commitment bears another suite's name", where=str(told[0].parent))


def _of_suites(held: Sequence[Loaded]) -> dict[str, Path]:
    places: dict[str, Path] = {}
    for one in held:
        for path in one.files:
            inside = path.relative_to(one.folder).as_posix() if path.is_relative_to(one.folder) else None
            name = f"suites/taxonomies/{path.name}" if inside is None else f"suites/{one.suite.id}/{inside}"
            if places.setdefault(name, path) != path and _digest(places[name]) != _digest(path):
                raise InputError(
                    f"two suites have different files {path.name}", where=str(path), todo="bundle one of them"
                )
    return places


def _manifest(run: history.Run, held: Mapping[str, Held], files: Mapping[str, str]) -> Manifest:
    for name in files:
        if not _PLACES.fullmatch(name):
            raise InputError(f"{name!r} is no name for a file in a bundle", todo="rename the file")
    return Manifest(
        plan=run.plan_digest,
        entries=run.count,
        head=run.head,
        verdict=run.verdict.outcome if run.verdict else "none",
        suites=tuple(
            Asked(id=s.id, version=s.version, digest=s.digest, held=held.get(s.id, "nothing")) for s in run.plan.suites
        ),
        sealed=run.plan.sealing is not None,
        signers={name: _hints(run.folder / name) for name in SIGNED if f"run/{name}" in files},
        environment=dict(run.opened[-1]["environment"]) if run.opened else {},
        files=dict(sorted(files.items())),
    )


def _hints(path: Path) -> tuple[str, ...]:
    held = envelope.strictly(envelope.read(path), "the envelope").get("signatures")
    return tuple(str(one.get("keyid", "")) for one in held if isinstance(one, dict)) if isinstance(held, list) else ()


def _written(out: Path, manifest: Manifest, places: Mapping[str, Path], words: str) -> None:
    told = {VERIFY: words.encode("utf-8")}
    full = {**manifest.files, **{name: canon.digest(raw) for name, raw in told.items()}}
    told[MANIFEST] = canon.encode(replace(manifest, files=full)) + b"\n"
    part = out.with_name(f"{out.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted([*places, *told]):
                if name in told:
                    archive.writestr(_entry(name, len(told[name])), told[name])
                elif _copied(places[name], archive, name) != manifest.files[name]:
                    raise RunError("the file changed while it was read", where=str(places[name]), todo="bundle again")
        part.replace(out)
    except OSError as problem:
        raise disk_refused(problem, out) from None
    finally:
        part.unlink(missing_ok=True)


def _entry(name: str, size: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, _EPOCH)
    made.create_system, made.external_attr, made.file_size = 3, _FILE, size
    return made


def _copied(path: Path, archive: zipfile.ZipFile, name: str) -> str:
    with envelope.open_plain(path) as source, archive.open(_entry(name, path.stat().st_size), "w") as target:
        return _through(source, target, 1 << 62)


def _through(source: IO[bytes], target: IO[bytes], most: int) -> str:
    """Copy at most `most` bytes; the digest of what was copied. Raises InputError where there are more."""
    counted, left = hashlib.sha256(), most
    while chunk := source.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise InputError("a file of the bundle is larger than it says")
        counted.update(chunk)
        target.write(chunk)
    return f"sha256:{counted.hexdigest()}"


def _digest(path: Path) -> str:
    with envelope.open_plain(path) as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


# -- in ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A bundle in a folder that lasts as long as it is open: `run` is the run's folder, `suites` those of the suites in it.

    `signed` is the certificate, else the declaration; None where nothing was signed.
    """

    manifest: Manifest
    run: Path
    suites: tuple[Path, ...]
    signed: Path | None


def is_bundle(file: Path) -> bool:
    """Whether `file` begins as an archive does."""
    try:
        with envelope.open_plain(file, links=True) as held:
            return held.read(4) == b"PK\x03\x04"
    except RunError:
        return False


class _Sips(io.RawIOBase):
    """A file that is read in small parts only: a list of contents that would fill the memory is refused before it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        """It is read."""
        return True

    def seekable(self) -> bool:
        """Anywhere."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As the file's own."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As the file's own."""
        return self._file.tell()

    def read(self, size: int = -1, /) -> bytes:
        """At most `_MOST` bytes; asking for more raises InputError."""
        raw = self._file.read(_MOST + 1 if size < 0 or size > _MOST else size)
        if len(raw) > _MOST:
            raise InputError("its list of contents is longer than any bundle's")
        return raw


@contextmanager
def opened(file: Path, limits: Limits | None = None) -> Iterator[Unpacked]:
    """The bundle in `file`, unpacked. Raises InputError for what is no such bundle, Tampered where a file isn't the listed one."""
    bounds = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="evalcenter-bundle-") as home:
        root = Path(home)
        try:
            with envelope.open_plain(file, links=True) as raw, zipfile.ZipFile(_Sips(raw)) as archive:
                entries = _entries(archive, bounds)
                found = {entry.filename: _taken(archive, entry, root) for entry in entries}
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as problem:
            raise InputError(f"no bundle: {problem}", where=str(file)) from None
        except OSError as problem:
            raise disk_refused(problem, root) from None
        except InputError as problem:
            raise InputError(f"no bundle: {problem.what}", where=str(file)) from None
        yield _read(root, found, str(file))


def proved(held: Unpacked, reports: Collection[str], suites: Sequence[Loaded]) -> tuple[str, ...]:
    """The pages in an unpacked bundle, which nothing proves. Raises where there is anything else of that kind, by its name.

    `reports` are those that were signed, `suites` those that were read from it and compared. Raises Tampered for a file that nobody
    signed; commitments have `committed`.
    """
    root = held.run.parent
    inside = {name.removeprefix("run/") for name in held.manifest.files if name.startswith("run/")}
    odd = {f"run/{name}" for name in inside - {journal.NAME, *reports, *SIGNED, *PAGES}}
    if suites:
        read = {path.resolve() for one in suites for path in one.files}
        lying = {name: root / name for name in held.manifest.files if name.startswith("suites/")}
        odd |= {name for name, path in lying.items() if path.resolve() not in read}
    if odd:
        raise Tampered(f"nobody signed these, and they prove nothing: {', '.join(sorted(odd)[:8])}", where=str(root))
    return tuple(name for name in PAGES if name in inside)


def _entries(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > limits.files:
        raise InputError(f"{len(entries)} files; expected at most {limits.files}")
    if sum(entry.file_size for entry in entries) > limits.bytes:
        raise InputError(f"more than {limits.bytes} bytes")
    names: set[str] = set()
    for entry in entries:
        name, mode = entry.filename, entry.external_attr >> 16
        if entry.orig_filename != name or not _PLACES.fullmatch(name) or ".." in name:
            raise InputError(f"{entry.orig_filename!r} is no name of a file in a bundle")
        if name.casefold() in names:
            raise InputError(f"{name!r} is there twice")
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise InputError(f"{name!r} is a link or another odd kind of file")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size or entry.flag_bits & 1:
            raise InputError(f"{name!r} is compressed or encrypted; a bundle holds its files as they are")
        names.add(name.casefold())
    for name in names:
        if name.rpartition("/")[0] in names:
            raise InputError(f"{name!r} lies in a file")
    return entries


def _taken(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, root: Path) -> str:
    target = root / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("xb") as file:
        return _through(source, file, entry.file_size)


def _read(root: Path, found: Mapping[str, str], where: str) -> Unpacked:
    if MANIFEST not in found:
        raise InputError(f"no bundle: it has no {MANIFEST}", where=where)
    try:
        raw = envelope.read(root / MANIFEST)
        manifest = boundary.convert(Manifest, envelope.strictly(raw, "the manifest"))
    except InputError as problem:
        raise InputError(f"no bundle: {problem.what}", where=where) from None
    rest = {name: digest for name, digest in found.items() if name != MANIFEST}
    wrong = sorted(name for name in rest.keys() | manifest.files.keys() if rest.get(name) != manifest.files.get(name))
    if wrong:
        raise Tampered(f"missing, added or changed since it was made: {', '.join(wrong[:8])}", where=where)
    run = root / "run"
    signed = next((run / name for name in (issuing.NAME, signing.NAME) if f"run/{name}" in found), None)
    suites = tuple(root / "suites" / one.id for one in manifest.suites if f"suites/{one.id}/suite.yaml" in found)
    return Unpacked(manifest, run, suites, signed)
