"""A bundle is the same bytes for the same run, brings all that proves it, and a hostile one is refused before it does harm."""

import json
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalcenter import bundles, canon, checking, cli, issuing, signing, suites
from evalcenter.errors import Incomplete, InputError, PlanMismatch, RunError, SignatureInvalid, Tampered
from evalcenter.plugins import load
from tests import small
from tests.centre import REAL, Place, granted, place
from tests.doubles import plugins
from tests.test_walk import planned


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certified run with its bundle in ``b.zip``."""
    held = granted(tmp_path_factory.mktemp("bundle"))
    bundles.pack(held.run, held.home / "b.zip", plugins(), [])
    return held.home


def ask(home: Path, *names: str) -> checking.Ask:
    keys = tuple(home / f"{name}.pub.pem" for name in names or ("e", "d"))
    return checking.Ask(keys=keys, against=signing.Against(None, plugins()), at=Place(home).at)


def look(file: Path, home: Path, *names: str) -> str:
    return "\n".join(checking.look(file, ask(home, *names)))


def names(file: Path) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return archive.namelist()


# -- what holds -------------------------------------------------------------------------------------------------------


def test_a_bundle_verifies_by_itself(made: Path) -> None:
    """Signatures, days and run are checked from the one file."""
    words = look(made / "b.zip", made)
    assert "30 grades of 30 answers recomputed" in words
    assert "files, each as listed" in words


def test_the_same_run_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    """No time and no place of the machine gets in."""
    bundles.pack(made / "run", tmp_path / "again.zip", plugins(), [])
    assert (tmp_path / "again.zip").read_bytes() == (made / "b.zip").read_bytes()


def test_what_is_in_it(made: Path) -> None:
    """Journal, reports, what was signed, the pages, the manifest and the instructions."""
    assert names(made / "b.zip") == [
        "VERIFY.md",
        "manifest.json",
        "run/certificate.dsse.json",
        "run/certificate.en.html",
        "run/certificate.test-result.dsse.json",
        "run/certificate.zh.html",
        "run/journal.jsonl",
        "run/report.en.html",
        "run/report.en.json",
        "run/report.en.md",
    ]


def test_the_manifest_lists_every_other_file(made: Path) -> None:
    """Each with its digest; and whose keys are said to have signed."""
    with zipfile.ZipFile(made / "b.zip") as archive:
        held = json.loads(archive.read("manifest.json"))
        assert held["files"] == {n: canon.digest(archive.read(n)) for n in archive.namelist() if n != "manifest.json"}
    assert held["signers"]["certificate.dsse.json"] == [
        Place(made).held().evaluated_by.key,
        Place(made).held().decided_by.key,
    ]


@pytest.mark.parametrize(
    "words", ["核对方法", "How to check", "--key evaluator.pub.pem --key decider.pub.pem", "Exit code 0"]
)
def test_the_instructions_are_in_both_languages(made: Path, words: str) -> None:
    """Whoever opens it years later finds the exact command."""
    with zipfile.ZipFile(made / "b.zip") as archive:
        assert words in archive.read("VERIFY.md").decode("utf-8")


def test_suites_travel_with_their_files(tmp_path: Path) -> None:
    """The suite's own files and its taxonomies are in it, and read there they have the digest that was planned with."""
    held = suites.load(small.suite(), load())
    head = replace(planned().suites[0], id="small", digest=held.digest)
    place_ = place(tmp_path, replace(planned(), candidate=REAL, suites=(head,)))
    place_.evaluate()
    bundles.pack(place_.run, tmp_path / "b.zip", plugins(), [held])
    assert {"suites/small/suite.yaml", "suites/small/items/triage-emergency.yaml"} <= set(names(tmp_path / "b.zip"))
    with bundles.opened(tmp_path / "b.zip") as unpacked:
        assert [suites.load(folder, load()).digest for folder in unpacked.suites] == [held.digest]


def test_a_declaration_in_a_bundle_verifies(tmp_path: Path) -> None:
    """Where there is no certificate the declaration is checked."""
    held = place(tmp_path)
    signing.sign(held.run, tmp_path / "e.pem", plugins())
    bundles.pack(held.run, tmp_path / "b.zip", plugins(), [])
    asked = checking.Ask(keys=held.keys[:1], against=signing.Against(None, plugins()), at="2026-01-01")
    assert "no certificate" in "\n".join(checking.look(tmp_path / "b.zip", asked))


def test_nothing_is_left_behind(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that a bundle was read in is gone afterwards."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    look(made / "b.zip", made)
    assert list(tmp_path.iterdir()) == []


# -- what is not bundled ----------------------------------------------------------------------------------------------


def test_an_existing_file_is_not_overwritten(made: Path) -> None:
    """A name that is taken stays taken."""
    with pytest.raises(InputError, match="here already"):
        bundles.pack(made / "run", made / "b.zip", plugins(), [])


def test_a_run_without_its_reports_is_not_bundled(tmp_path: Path) -> None:
    """A bundle is whole or is not made."""
    held = place(tmp_path)
    (held.run / "report.en.md").unlink()
    with pytest.raises(Incomplete, match="are missing"):
        bundles.pack(held.run, tmp_path / "b.zip", plugins(), [])
    assert not list(tmp_path.glob("b.zip*"))


def test_a_suite_that_the_run_did_not_ask_is_refused(made: Path) -> None:
    """It was left out in silence."""
    with pytest.raises(PlanMismatch, match="'government'"):
        bundles.asked(made / "run", [suites.load(suites.find("government"), load())])
    bundles.asked(made / "run", [])


@pytest.mark.parametrize("signed", [True, False])
def test_a_bundle_of_an_unsigned_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signed: bool) -> None:
    """It is made all the same, and whoever made it hears that nobody can check whose it is."""
    monkeypatch.setattr("evalcenter.plugins.load", plugins)
    monkeypatch.setattr("evalcenter.attesting.named_suites", lambda *_: [])
    held = place(tmp_path)
    if signed:
        signing.sign(held.run, tmp_path / "e.pem", plugins())
    done = CliRunner().invoke(cli.main, ["bundle", str(held.run), "--out", str(tmp_path / "b.zip")])
    assert (done.exit_code, "signed     nothing" in done.output) == (0, not signed), done.output


def test_sealed_items_are_not_handed_out(tmp_path: Path) -> None:
    """A journal with sealed items in plain text does not go into a file for others."""
    made = planned()
    items = tuple(replace(item, visibility="sealed") for item in made.items)
    held = place(tmp_path, replace(made, items=items))
    with pytest.raises(InputError, match="sealed items in plain text"):
        bundles.pack(held.run, tmp_path / "b.zip", plugins(), [])


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A signed file that is a link is not read into a bundle."""
    held = granted(tmp_path)
    real = held.file.rename(tmp_path / "real.json")
    held.file.symlink_to(real)
    with pytest.raises(RunError, match="a link"):
        bundles.pack(held.run, tmp_path / "b.zip", plugins(), [])


# -- hostile bundles --------------------------------------------------------------------------------------------------


def rewritten(source: Path, target: Path, change: Callable[[zipfile.ZipFile, dict[str, bytes]], None]) -> Path:
    """The bundle written anew; `change` may alter the files, or add entries of its own."""
    with zipfile.ZipFile(source) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        change(made, held)
        for name, raw in held.items():
            made.writestr(name, raw)
    return target


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.create_system, made.external_attr = 3, mode << 16
    return made


def named(name: str) -> Callable[[zipfile.ZipFile, dict[str, bytes]], None]:
    return lambda archive, _: archive.writestr(entry(name), b"x")


def bomb(archive: zipfile.ZipFile, _: dict[str, bytes]) -> None:
    archive.writestr(entry("run/report.zh.md"), b"0" * 10_000_000, zipfile.ZIP_DEFLATED)


def linked(archive: zipfile.ZipFile, _: dict[str, bytes]) -> None:
    archive.writestr(entry("run/report.zh.md", stat.S_IFLNK | 0o777), b"/etc/passwd")


def device(archive: zipfile.ZipFile, _: dict[str, bytes]) -> None:
    archive.writestr(entry("run/report.zh.md", stat.S_IFCHR | 0o600), b"")


def many(archive: zipfile.ZipFile, _: dict[str, bytes]) -> None:
    for number in range(5_001):
        archive.writestr(entry(f"run/r{number}"), b"")


def double(archive: zipfile.ZipFile, held: dict[str, bytes]) -> None:
    archive.writestr(entry("run/JOURNAL.jsonl"), held["run/journal.jsonl"])


def changed(name: str) -> Callable[[zipfile.ZipFile, dict[str, bytes]], None]:
    return lambda _, held: held.update({name: held[name] + b" "})


def without(name: str) -> Callable[[zipfile.ZipFile, dict[str, bytes]], None]:
    return lambda _, held: held.pop(name) and None


def manifest(change: Callable[[bytes], bytes]) -> Callable[[zipfile.ZipFile, dict[str, bytes]], None]:
    return lambda _, held: held.update({"manifest.json": change(held["manifest.json"])})


def relisted(_: zipfile.ZipFile, held: dict[str, bytes]) -> None:
    """A journal with an edited answer, and a manifest that lists it."""
    edited = held["run/journal.jsonl"].replace(b'"text":"yes"', b'"text":"yes!"', 1)
    old, new = canon.digest(held["run/journal.jsonl"]), canon.digest(edited)
    held["run/journal.jsonl"] = edited
    held["manifest.json"] = held["manifest.json"].replace(old.encode(), new.encode())


def listed_too(name: str) -> Callable[[zipfile.ZipFile, dict[str, bytes]], None]:
    """A file more that nobody signed, and a manifest that lists it."""

    def change(_: zipfile.ZipFile, held: dict[str, bytes]) -> None:
        listed = json.loads(held["manifest.json"])
        listed["files"][name], held[name] = canon.digest(b"{}"), b"{}"
        held["manifest.json"] = canon.encode(listed)

    return change


def nested(_: zipfile.ZipFile, held: dict[str, bytes]) -> None:
    held.update({"suites/x/y": b"1", "suites/x/y/z": b"2"})


def unsigned(_: zipfile.ZipFile, held: dict[str, bytes]) -> None:
    """The certificate is taken out, and the manifest says so."""
    listed = json.loads(held["manifest.json"])
    for name in [name for name in held if "certificate" in name]:
        del held[name], listed["files"][name]
    held["manifest.json"] = canon.encode({**listed, "signers": {}})


HOSTILE: dict[str, tuple[Callable[[zipfile.ZipFile, dict[str, bytes]], None], type[Exception], str]] = {
    "zip-slip": (named("../evil"), InputError, "no name of a file"),
    "zip-slip inside a folder": (named("run/../../evil"), InputError, "no name of a file"),
    "zip-slip by dots": (named("suites/../../evil"), InputError, "no name of a file"),
    "absolute path": (named("/etc/evil"), InputError, "no name of a file"),
    "drive": (named("C:/evil"), InputError, "no name of a file"),
    "backslashes": (named("run\\..\\..\\evil"), InputError, "no name of a file"),
    "a folder": (named("run/deeper/"), InputError, "no name of a file"),
    "elsewhere": (named("etc/x"), InputError, "no name of a file"),
    "hidden file": (named("run/.profile"), InputError, "no name of a file"),
    "symbolic link": (linked, InputError, "a link"),
    "device": (device, InputError, "odd kind of file"),
    "compression bomb": (bomb, InputError, "compressed"),
    "too many files": (many, InputError, "expected at most 5000"),
    "one name in two cases": (double, InputError, "there twice"),
    "an unlisted file": (named("run/x"), Tampered, "added or changed"),
    "a changed report": (changed("run/report.en.md"), Tampered, r"report\.en\.md"),
    "a changed journal": (changed("run/journal.jsonl"), Tampered, r"journal\.jsonl"),
    "a missing report": (without("run/report.en.md"), Tampered, "missing"),
    "no manifest": (without("manifest.json"), InputError, "has no manifest"),
    "manifest with duplicate keys": (
        manifest(lambda raw: raw.replace(b'"head":', b'"head":"x","head":', 1)),
        InputError,
        "occurs twice",
    ),
    "manifest with a float": (
        manifest(lambda raw: raw.replace(b'"entries":', b'"entries":1.5,"x":', 1)),
        InputError,
        "float",
    ),
    "manifest of another form": (manifest(lambda _: b"[]"), InputError, "not a JSON object"),
    "an edited answer that is listed": (relisted, Tampered, "chain is broken"),
    "a page more that is listed": (listed_too("run/PASS.html"), Tampered, r"nobody signed these.*run/PASS\.html"),
    "a commitment that is none": (listed_too("commitments/x.json"), Tampered, "commitment"),
    "a file in a file": (nested, InputError, "lies in a file"),
    "nothing signed": (unsigned, Incomplete, "nothing in this bundle is signed"),
}


@pytest.mark.parametrize(("change", "error", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_bundles_are_refused(
    made: Path,
    tmp_path: Path,
    change: Callable[[zipfile.ZipFile, dict[str, bytes]], None],
    error: type[Exception],
    words: str,
) -> None:
    """Each hostile bundle is refused with its reason, and nothing is written outside its own folder."""
    (tmp_path / "in").mkdir()
    file = rewritten(made / "b.zip", tmp_path / "in" / "b.zip", change)
    with pytest.raises(error, match=words):
        look(file, made)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["b.zip"]


def test_one_name_twice(made: Path, tmp_path: Path) -> None:
    """Two entries of one name could be read as either."""

    def twice(archive: zipfile.ZipFile, held: dict[str, bytes]) -> None:
        archive.writestr("run/journal.jsonl", b"{}")

    with pytest.warns(UserWarning, match="Duplicate name"):
        file = rewritten(made / "b.zip", tmp_path / "b.zip", twice)
    with pytest.raises(InputError, match="there twice"):
        look(file, made)


def test_a_null_in_a_name(made: Path, tmp_path: Path) -> None:
    """A name that ends earlier for one reader than for another is refused."""
    file = rewritten(made / "b.zip", tmp_path / "b.zip", named("run/xQ.sh"))
    file.write_bytes(file.read_bytes().replace(b"run/xQ.sh", b"run/x\0.sh"))
    with pytest.raises(InputError, match="no name of a file"):
        look(file, made)


def test_a_list_of_contents_that_fills_the_memory(tmp_path: Path, made: Path) -> None:
    """Forty thousand entries are refused before they are read: one small file could name millions."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for number in range(40_000):
            archive.writestr(f"run/r{number}", b"")
    with pytest.raises(InputError, match="list of contents"):
        look(tmp_path / "b.zip", made)


def test_too_many_bytes(made: Path) -> None:
    """What says that it is larger than the limit is refused before any of it is read."""
    with (
        pytest.raises(InputError, match="more than 1000 bytes"),
        bundles.opened(made / "b.zip", bundles.Limits(bytes=1000)),
    ):
        pass


def test_sizes_that_lie(made: Path, tmp_path: Path) -> None:
    """An entry whose size in the directory is not the one that it has is refused."""
    raw = bytearray((made / "b.zip").read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 20 : at + 28] = struct.pack("<II", 5, 5)
    (tmp_path / "b.zip").write_bytes(raw)
    with pytest.raises(InputError, match="no bundle"):
        look(tmp_path / "b.zip", made)


@pytest.mark.parametrize("cut", [10, 1000, -10])
def test_a_bundle_that_was_cut_off(made: Path, tmp_path: Path, cut: int) -> None:
    """Half an archive is no bundle."""
    (tmp_path / "b.zip").write_bytes((made / "b.zip").read_bytes()[:cut])
    with pytest.raises(InputError, match="no bundle"):
        look(tmp_path / "b.zip", made)


def test_the_wrong_keys(made: Path) -> None:
    """A bundle is worth what its signatures are: keys from elsewhere decide."""
    with pytest.raises(SignatureInvalid):
        look(made / "b.zip", made, "other")


def test_complaints_name_the_bundle(made: Path, tmp_path: Path) -> None:
    """Where something in it is wrong, the place is said by the bundle's own name."""
    file = rewritten(made / "b.zip", tmp_path / "b.zip", relisted)
    with pytest.raises(Tampered) as caught:
        look(file, made)
    assert caught.value.where.startswith(f"{file}/run")


def test_a_run_beside_a_bundle(made: Path) -> None:
    """A bundle brings its run; another one is not mixed in."""
    asked = replace(ask(made), against=signing.Against(made / "run", plugins()))
    with pytest.raises(InputError, match="brings its run"):
        list(checking.look(made / "b.zip", asked))


def test_the_pages_are_said_not_to_be_compared(made: Path) -> None:
    """They are pictures, which nobody signed."""
    assert "certificate.en.html: NOT compared" in look(made / "b.zip", made)


def test_nothing_lies_among_a_suite_s_files(tmp_path: Path) -> None:
    """A file that the suite does not read was compared with nothing."""
    held = suites.load(small.suite(), load())
    head = replace(planned().suites[0], id="small", digest=held.digest)
    place_ = place(tmp_path, replace(planned(), candidate=REAL, suites=(head,)))
    place_.evaluate()
    bundles.pack(place_.run, tmp_path / "b.zip", plugins(), [held])
    with bundles.opened(tmp_path / "b.zip") as unpacked:
        read = [suites.load(folder, load()) for folder in unpacked.suites]
        reports = place_.held().evidence.reports
        assert bundles.proved(unpacked, reports, read) == ()
        files = {**unpacked.manifest.files, "suites/small/notes.md": "sha256:0"}
        more = replace(unpacked, manifest=replace(unpacked.manifest, files=files))
        with pytest.raises(Tampered, match=r"notes\.md"):
            bundles.proved(more, reports, read)


def test_the_summary_is_not_taken_for_the_certificate(made: Path) -> None:
    """What is checked in a bundle is the certificate itself."""
    with bundles.opened(made / "b.zip") as held:
        assert held.signed is not None
        assert held.signed.name == issuing.NAME
