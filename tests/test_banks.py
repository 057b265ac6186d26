"""Sealed banks: what is published and what is not, one item proved, leaks found, and what strangers make of a bank refused."""

from __future__ import annotations

import gzip
import json
import lzma
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evalcenter import (
    banks,
    boundary,
    canon,
    ciphers,
    cli,
    commitments,
    exposures,
    history,
    hooks,
    lint,
    plan,
    plugins,
    sealing,
    specs,
    suites,
    walk,
)
from evalcenter.banks import Content
from evalcenter.ciphers import Identity
from evalcenter.errors import BankError, EvalcenterError, InputError, LintError, PlanMismatch, Sealed
from evalcenter.records import Answer, CandidateSpec, Failure, Judge, Judgement, Panel, Response
from tests import marked, small
from tests.factory import DIGEST

TODAY = "2026-03-02"
SPEC = CandidateSpec(adapter="openai_http", name="model", vendor="ACME")


@pytest.fixture(scope="module")
def held() -> hooks.Plugins:
    """The plugins of this program."""
    return plugins.load()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """The centre's identity, and a stranger's."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("centre", "stranger"):
        ciphers.new_identity(folder / name)
    return ciphers.identity(folder / "centre"), ciphers.identity(folder / "stranger")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marked suite."""
    return marked.suite(tmp_path_factory.mktemp("suite"))


@pytest.fixture
def bank(tmp_path: Path, suite: Path, keys: tuple[Identity, Identity], held: hooks.Plugins) -> Path:
    """A bank of the marked suite, sealed to the centre."""
    banks.seal(suite, keys[0].recipients, tmp_path / "bank", held, TODAY)
    return tmp_path / "bank"


def repacked(bank: Path, key: Identity, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change what is inside a bank, as only somebody could who has its key, or who makes a bank of his own."""
    inside = json.loads(key.open((bank / banks.NAME).read_bytes(), "bank"))
    changed = change(inside)
    raw = changed if isinstance(changed, bytes) else canon.encode(inside)
    (bank / banks.NAME).write_bytes(ciphers.wrapped(raw, key.recipients))


def republished(bank: Path, **changes: Any) -> None:
    told = banks.published(bank / banks.COMMITMENT)
    (bank / banks.COMMITMENT).write_bytes(canon.encode(replace(told, **changes)))


# -- what a bank is ---------------------------------------------------------------------------------------------------


def test_nothing_of_a_bank_can_be_read_but_its_commitment_and_standard(bank: Path) -> None:
    """No mark stands in its files; counts, root and digests do."""
    assert {path.name for path in marked.files(bank)} == {banks.NAME, banks.COMMITMENT, banks.STANDARD}
    assert marked.found(bank) == {}
    told = banks.published(bank / banks.COMMITMENT)
    assert (told.items, told.red_lines, told.by_lang, told.sealed) == (8, 2, {"en": 8}, TODAY)


def test_a_bank_opens_as_the_suite_with_numbers_for_names(
    bank: Path, suite: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Texts and rubrics are those of the suite; names of items, criteria and clusters are numbers, and everything is sealed."""
    loaded, original = banks.load(bank, keys[0], held), suites.load(suite, held)
    one, was = loaded.suite.items[2], original.suite.items[2]
    assert (one.id, one.criteria[1].id, one.cluster) == ("marked-00002", "c2", "marked-cluster-0")
    assert (one.prompt, one.criteria[1].check, one.examples.good) == (
        was.prompt,
        was.criteria[1].check,
        was.examples.good,
    )
    assert {item.visibility for item in loaded.suite.items} == {"sealed"}
    assert marked.kinds(canon.encode(loaded.suite)) & {"item", "point", "bunch", "source"} == set()


def test_a_bank_is_as_sound_as_its_suite(bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins) -> None:
    """Lint has nothing against it: examples, criteria and twins still belong together."""
    assert lint.check(banks.load(bank, keys[0], held), held) == ()


def test_lint_quotes_nothing_of_a_bank(bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins) -> None:
    """A complaint about a sealed item names its place and leaves its words out."""
    loaded = banks.load(bank, keys[0], held)
    spoilt = replace(
        loaded.suite.items[2], examples=replace(loaded.suite.items[2].examples, good=loaded.suite.items[2].examples.bad)
    )
    again = replace(loaded, suite=replace(loaded.suite, items=(spoilt,)))
    complaints = lint.check(again, held)
    assert complaints
    assert all("words are left out" in one.line() and marked.WORD not in one.line() for one in complaints)


def test_families_of_a_bank_make_sealed_items(
    tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """What a sealed family generates is sealed too, and stands in no tree."""
    banks.seal(small.suite(), keys[0].recipients, tmp_path / "bank", held, TODAY)
    loaded = banks.load(tmp_path / "bank", keys[0], held)
    items = plan.bank([loaded.suite], "seed", held.generators, boundary.convert)
    made = [item for item in items if item.family]
    assert made
    assert all(item.visibility == "sealed" and item.id.startswith("small-family-0-") for item in made)
    assert not any(sealing.is_leaf(item) for item in made)


def test_two_seals_of_one_suite_have_nothing_in_common(
    tmp_path: Path, suite: Path, bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Salts and canary are fresh, so root, digest and canary differ."""
    one = banks.published(bank / banks.COMMITMENT)
    other = banks.seal(suite, keys[0].recipients, tmp_path / "again", held, TODAY)
    assert one.root != other.root
    assert one.digest != other.digest
    assert one.canary != other.canary


def test_a_suite_that_does_not_prove_itself_is_not_sealed(
    tmp_path: Path, suite: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Behind the seal nobody could mend it."""
    broken = tmp_path / "broken"
    marked.suite(broken)
    path = broken / "marked" / "items" / "all.yaml"
    path.write_text(path.read_text("utf-8").replace("The right word is qzxgood1", "A word"), "utf-8")
    with pytest.raises(LintError):
        banks.seal(broken / "marked", keys[0].recipients, tmp_path / "bank", held, TODAY)
    assert not (tmp_path / "bank").exists()


def test_a_bank_is_never_sealed_over_another(
    bank: Path, suite: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """A folder that is there stays as it is."""
    with pytest.raises(InputError, match="here already"):
        banks.seal(suite, keys[0].recipients, bank, held, TODAY)


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_bank_that_was_not_sealed_to_its_end_does_not_open(
    written: int,
    tmp_path: Path,
    suite: Path,
    keys: tuple[Identity, Identity],
    held: hooks.Plugins,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its commitment comes last: killed before, it is no bank, and is asked by no other standard than its own."""
    kept, left = Path.write_bytes, iter(range(written))

    def write(path: Path, raw: bytes) -> int:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return kept(path, raw)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(KeyboardInterrupt):
        banks.seal(suite, keys[0].recipients, tmp_path / "bank", held, TODAY)
    with pytest.raises(BankError):
        banks.load(tmp_path / "bank", keys[0], held)


@pytest.mark.parametrize("change", ["edited", "gone", "linked"])
def test_a_bank_is_asked_by_no_other_standard_than_its_own(
    change: str, tmp_path: Path, bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """The commitment fixes the open file beside it: a laxer one, or none, would be taken in silence."""
    other = tmp_path / "other"
    shutil.copytree(bank, other)
    standard = other / banks.STANDARD
    raw = standard.read_bytes()
    standard.unlink()
    if change == "edited":
        standard.write_bytes(raw + b"\n")
    elif change == "linked":
        standard.symlink_to(bank / banks.STANDARD)
    with pytest.raises(BankError):
        banks.load(other, keys[0], held)
    if change == "gone":
        assert banks.prove(other, "marked-00001", keys[0], held).index == 1  # a dispute needs no standard
    standard.unlink(missing_ok=True)
    standard.write_bytes(raw)
    assert banks.load(other, keys[0], held).bank is not None


def test_a_suite_without_a_standard_is_sealed_without_one(
    tmp_path: Path, suite: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """One that is laid beside it later is not the bank's."""
    bare, out = tmp_path / "suite", tmp_path / "bank"
    shutil.copytree(suite, bare)
    raw = (bare / banks.STANDARD).read_bytes()
    (bare / banks.STANDARD).unlink()
    banks.seal(bare, keys[0].recipients, out, held, TODAY)
    assert banks.load(out, keys[0], held).bank is not None
    (out / banks.STANDARD).write_bytes(raw)
    with pytest.raises(BankError, match="not the standard"):
        banks.load(out, keys[0], held)


# -- plans ------------------------------------------------------------------------------------------------------------


def planned(bank: Path, key: Identity, held: hooks.Plugins, *more: suites.Loaded) -> Any:
    loaded = [banks.load(bank, key, held), *more]
    standard, _ = specs.load_standard("", loaded[0])
    return banks.planned(walk.prepare(loaded, standard, SPEC, "seed", held), loaded, key)


def test_a_run_can_be_opened_by_the_banks_people_and_by_whoever_runs_it(
    tmp_path: Path, suite: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """The run's key is wrapped to all of them."""
    both = [*keys[0].recipients, *keys[1].recipients]
    banks.seal(suite, both, tmp_path / "bank", held, TODAY)
    made = planned(tmp_path / "bank", keys[1], held)
    assert set(made.sealing.recipients) == set(both)
    assert made.sealing.banks[0].root == banks.published(tmp_path / "bank" / banks.COMMITMENT).root


def test_banks_of_different_people_are_not_asked_in_one_run(
    tmp_path: Path, bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Whoever may open one must not read the other by way of the run."""
    both = [*keys[0].recipients, *keys[1].recipients]
    banks.seal(small.suite(), both, tmp_path / "other", held, TODAY)
    with pytest.raises(InputError, match="different people"):
        planned(bank, keys[0], held, banks.load(tmp_path / "other", keys[0], held))


def test_retired_items_are_not_asked_and_the_plan_says_so(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """The items that a vendor saw often enough are left out; leaf and limit stand in the plan."""
    loaded = [banks.without(banks.load(bank, keys[0], held), [3, 5], 2)]
    standard, _ = specs.load_standard("", loaded[0])
    made = banks.planned(walk.prepare(loaded, standard, SPEC, "seed", held), loaded, keys[0])
    assert {sealing.number(item.id) for item in made.items} == {0, 1, 2, 4, 6, 7}
    assert made.sealing is not None
    assert (made.sealing.banks[0].retired, made.sealing.banks[0].limit) == ((3, 5), 2)
    assert banks.as_asked(banks.load(bank, keys[0], held), made) == loaded[0]


def test_another_bank_is_not_taken_for_the_plans(
    tmp_path: Path, suite: Path, bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Planned again from a bank with another root, or from the open suite, it is a mismatch."""
    made = planned(bank, keys[0], held)
    banks.seal(suite, keys[0].recipients, tmp_path / "again", held, TODAY)
    for other in (banks.load(tmp_path / "again", keys[0], held), suites.load(suite, held)):
        with pytest.raises(PlanMismatch):
            banks.as_asked(other, made)


def test_a_plan_is_shown_without_its_words(bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins) -> None:
    """As JSON on a screen a sealed plan says what anybody may read."""
    assert marked.kinds(canon.encode(sealing.shown(planned(bank, keys[0], held)))) == set()


# -- one item ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["qzxitem-4", "marked-00004"])
def test_one_item_is_proved_and_no_other_shown(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins, name: str
) -> None:
    """By its own name or by its number, it is in the bank; the proof holds the words of that item alone."""
    proof = banks.prove(bank, name, keys[0], held)
    commitments.check(proof, banks.published(bank / banks.COMMITMENT))
    raw = canon.encode(proof)
    assert b"qzxprompt4" in raw
    assert not any(f"qzxprompt{n}".encode() in raw for n in range(8) if n != 4)


def test_a_number_means_the_leaf_that_a_run_calls_so(
    tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Where an item's own name is the number of another leaf, the run's name counts: no item is shown that nobody disputes."""
    suite = marked.suite(tmp_path)
    path = suite / "items" / "all.yaml"
    text = path.read_text("utf-8")
    for n in range(8):
        text = text.replace(f"id: qzxitem-{n}\n", f"id: marked-{n + 1:05d}\n")
    path.write_text(text, "utf-8")
    banks.seal(suite, keys[0].recipients, tmp_path / "bank", held, TODAY)
    asked = next(one for one in banks.load(tmp_path / "bank", keys[0], held).suite.items if one.id == "marked-00003")
    proof = banks.prove(tmp_path / "bank", "marked-00003", keys[0], held)
    assert (proof.index, proof.item.prompt) == (3, asked.prompt)


def test_the_commands_prove_an_item_without_keys(bank: Path, tmp_path: Path, keys: tuple[Identity, Identity]) -> None:
    """`open-item` needs the identity, `verify-item` nothing; a changed proof ends with the code of tampering."""
    call = CliRunner().invoke
    env = {"EVALCENTER_IDENTITY": "\n".join(keys[0]._keys)}
    proof = tmp_path / "proof.json"
    assert call(cli.main, ["open-item", str(bank), "qzxitem-1", "--out", str(proof)]).exit_code == 37
    assert call(cli.main, ["open-item", str(bank), "qzxitem-1", "--out", str(proof)], env=env).exit_code == 0
    checked = ["verify-item", str(proof), str(bank / banks.COMMITMENT)]
    assert call(cli.main, checked).exit_code == 0
    proof.write_bytes(proof.read_bytes().replace(b"qzxgood1", b"qzxgood2"))
    assert call(cli.main, checked).exit_code == 32


def test_an_item_that_is_not_there_is_not_proved(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """A name that no item has is refused."""
    with pytest.raises(InputError, match="no item"):
        banks.prove(bank, "marked-00099", keys[0], held)


# -- leaks ------------------------------------------------------------------------------------------------------------


def test_a_leaked_file_is_found_by_its_canary(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever in a text a file of the bank stands, also across blocks, it is found without a key; another bank's is not."""
    monkeypatch.setattr(banks, "BLOCK", 64)
    inside = json.loads(keys[0].open((bank / banks.NAME).read_bytes(), "bank"))
    text = tmp_path / "corpus.txt"
    text.write_text("words " * 50 + inside["files"]["items/all.yaml"], "utf-8")
    assert len(banks.leaked(bank, text)) == 1
    republished(bank, canary=DIGEST)
    assert banks.leaked(bank, text) == ()


@pytest.mark.parametrize("how", ["gzip", "xz", "zip", "utf-16"])
def test_what_hides_a_canary_is_not_said_to_be_clean(
    how: str, bank: Path, tmp_path: Path, keys: tuple[Identity, Identity]
) -> None:
    """Packed, or in another encoding, a leaked file holds the canary in other bytes, so nothing is said of it."""
    inside = json.loads(keys[0].open((bank / banks.NAME).read_bytes(), "bank"))
    raw = inside["files"]["suite.yaml"].encode()
    text = tmp_path / "corpus"
    if how == "zip":
        with zipfile.ZipFile(text, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("corpus.txt", raw)
    else:
        hide = {"gzip": gzip.compress, "xz": lzma.compress, "utf-16": lambda one: one.decode().encode("utf-16")}[how]
        text.write_bytes(hide(raw))
    with pytest.raises(InputError, match="UTF-8"):
        banks.leaked(bank, text)


def test_the_command_says_where_a_canary_stands(bank: Path, tmp_path: Path, keys: tuple[Identity, Identity]) -> None:
    """Found, it ends with an error; else with 0."""
    inside = json.loads(keys[0].open((bank / banks.NAME).read_bytes(), "bank"))
    (tmp_path / "leaked.txt").write_text(inside["files"]["suite.yaml"], "utf-8")
    (tmp_path / "clean.txt").write_text("evalcenter-canary-00000000-0000-0000-0000-000000000000", "utf-8")
    for name, code in (("leaked.txt", 10), ("clean.txt", 0)):
        done = CliRunner().invoke(cli.main, ["seal", str(bank), "--check-canary", str(tmp_path / name)])
        assert done.exit_code == code, done.output


# -- exposures --------------------------------------------------------------------------------------------------------


def shown(run: str, *leaves: int, whole: bool = True, vendor: str = "ACME") -> exposures.Exposure:
    return exposures.Exposure(
        root=DIGEST, vendor=vendor, run=run, at="2026-03-02T01:00:00Z", leaves=leaves, whole=whole
    )


def test_exposures_count_runs_by_item_and_vendor(tmp_path: Path) -> None:
    """A run counts once for an item, each vendor for itself, and the later word on a run stands."""
    exposures.note(tmp_path, DIGEST, (shown("a", 0, 1, 2, whole=False), shown("a", 0, 1), shown("b", 1, vendor="B")))
    exposures.note(tmp_path, DIGEST, (shown("c", 1),))
    assert exposures.seen(tmp_path, DIGEST) == {"ACME": {0: 1, 1: 2}, "B": {1: 1}}
    assert exposures.retired(tmp_path, DIGEST, "ACME", 2) == (1,)
    assert exposures.retired(tmp_path, DIGEST, "nobody", 1) == ()


def test_exposures_name_each_item_where_asked(bank: Path) -> None:
    """One row an item and vendor, called as in every run."""
    root = banks.published(bank / banks.COMMITMENT).root
    seen = (replace(shown("a", 0, 1), root=root), replace(shown("b", 1, vendor="B"), root=root))
    exposures.note(bank, root, (*seen, replace(shown("c", 1), root=root)))
    said = CliRunner().invoke(cli.main, ["exposures", str(bank), "--items"]).output
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if "marked-0" in line]
    assert rows == [["marked-00000", "ACME", "1"], ["marked-00001", "ACME", "2"], ["marked-00001", "B", "1"]]


def test_what_a_run_might_show_counts_until_it_ends(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Before the first question all that is planned is written down, so a kill leaves it standing."""
    made = planned(bank, keys[0], held)
    with exposures.kept([bank], [(made, tmp_path / "run")]):
        assert len(exposures.seen(bank, made.sealing.banks[0].root)["ACME"]) == 8


def test_a_run_that_never_began_showed_nothing(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Where no journal was begun, nothing was asked."""
    made = planned(bank, keys[0], held)
    with exposures.kept([bank], [(made, tmp_path / "run")]):
        pass
    assert exposures.seen(bank, made.sealing.banks[0].root)["ACME"] == {}


@pytest.mark.parametrize("line", ["no json", "{}", '{"root":"a","root":"b"}'])
def test_exposures_that_can_not_be_read_are_refused(tmp_path: Path, line: str) -> None:
    """A lost line would let an item be asked for ever."""
    (tmp_path / exposures.NAME).write_text(f"{line}\n", "utf-8")
    with pytest.raises(BankError, match="not an exposure"):
        exposures.seen(tmp_path, DIGEST)


def test_what_a_run_that_can_go_on_may_show_still_counts(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Interrupted it counts for all that it plans: calls were in flight, and whoever goes on with it does not know the bank."""
    made = planned(bank, keys[0], held)
    root = made.sealing.banks[0].root
    with exposures.kept([bank], [(made, tmp_path / "run")]), history.create(tmp_path / "run", made, keys[0]) as run:
        run.write("opened", {"environment": {}, "lab": {}})
        run.write("failure", Failure(position=0, kind="timeout", message="", attempts=1))
        run.write("closed", {"why": "interrupted"})
    assert len(exposures.seen(bank, root)["ACME"]) == 8
    exposures.note(bank, root, exposures.asked(history.load(tmp_path / "run", keys[0])))
    assert len(exposures.seen(bank, root)["ACME"]) == 1


def test_a_run_on_another_bank_is_not_added_in_silence(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], suite: Path, held: hooks.Plugins
) -> None:
    """The command says that it asked nothing of this bank, and writes nothing."""
    banks.seal(suite, keys[0].recipients, tmp_path / "other", held, TODAY)
    history.create(tmp_path / "run", planned(bank, keys[0], held), keys[0]).close()
    for name, code in (("other", 10), ("bank", 0)):
        done = CliRunner().invoke(cli.main, ["exposures", str(tmp_path / name), "--add", str(tmp_path / "run")])
        assert done.exit_code == code, done.output
    assert not (tmp_path / "other" / exposures.NAME).exists()


def test_a_remote_judges_vendor_saw_the_items_that_it_was_asked_about(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """Planned it may see all of them, at the end those with a judgement; a judge inside this program shows nobody anything."""
    remote = CandidateSpec(adapter="openai_http", name="judge", vendor="BETA", base_url="http://judge.example/v1")
    inside = CandidateSpec(adapter="reference", name="inside", vendor="evalcenter")
    panel = Panel(judges=(Judge(spec=remote, family="b"), Judge(spec=inside, family="i")))
    made = replace(planned(bank, keys[0], held), panel=panel)
    assert {one.vendor: len(one.leaves) for one in exposures.planned(made)} == {"ACME": 8, "BETA": 8}
    with history.create(tmp_path / "run", made, keys[0]) as run:
        run.write("opened", {"environment": {}, "lab": {}})
        for position in (0, 1):
            run.write("response", Response(position=position, answers=(Answer(text="so"),)))
        for name in ("judge", "inside"):
            run.write("judgement", Judgement(position=1, judge=name, epoch=0, request=0, attempt=0, answer=None))
        assert {one.vendor: len(one.leaves) for one in exposures.asked(run)} == {"ACME": 2, "BETA": 1}


def test_exposures_hold_no_word(
    bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """The file beside the bank names leaves by number."""
    with exposures.kept([bank], [(planned(bank, keys[0], held), tmp_path / "run")]):
        assert (bank / exposures.NAME).is_file()
    assert marked.found(bank) == {}


@pytest.mark.parametrize("name", ["急诊（一）.yaml", "a b+c.yaml", "_draft.yaml", f"{'长' * 80}.yaml"])
def test_a_suite_whose_files_have_any_names_opens_again(
    name: str, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """What was sealed can be opened, whatever its lists of items are called."""
    suite = marked.suite(tmp_path)
    (suite / "items" / "all.yaml").rename(suite / "items" / name)
    banks.seal(suite, keys[0].recipients, tmp_path / "bank", held, TODAY)
    assert len(banks.load(tmp_path / "bank", keys[0], held).suite.items) == 8


def test_what_could_not_be_opened_again_is_not_sealed(
    tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere on some system, or more bytes than are read, is refused before a bank is there."""
    suite = marked.suite(tmp_path)
    (suite / "items" / "all.yaml").rename(suite / "items" / "c:\\all.yaml")
    with pytest.raises(InputError, match="its name"):
        banks.seal(suite, keys[0].recipients, tmp_path / "bank", held, TODAY)
    (suite / "items" / "c:\\all.yaml").rename(suite / "items" / "all.yaml")
    monkeypatch.setattr(banks, "MAX_BYTES", 1000)
    with pytest.raises(InputError, match="bytes"):
        banks.seal(suite, keys[0].recipients, tmp_path / "bank", held, TODAY)
    assert not (tmp_path / "bank").exists()


# -- banks from strangers ---------------------------------------------------------------------------------------------


def climbing(inside: dict[str, Any]) -> None:
    inside["files"]["items/../../../climbed.yaml"] = "[]"


def absolute(inside: dict[str, Any]) -> None:
    inside["files"]["/climbed.yaml"] = "[]"


def headless(inside: dict[str, Any]) -> None:
    del inside["files"]["suite.yaml"]


def unsalted(inside: dict[str, Any]) -> None:
    inside["salts"][0] = ""


def salted_otherwise(inside: dict[str, Any]) -> None:
    inside["salts"][0] = "00" * 32


def fewer_salts(inside: dict[str, Any]) -> None:
    inside["salts"].pop()


def edited(inside: dict[str, Any]) -> None:
    inside["files"]["items/all.yaml"] = inside["files"]["items/all.yaml"].replace("qzxgood3", "qzxgood9")


def reordered(inside: dict[str, Any]) -> None:
    inside["salts"].reverse()


def twice(inside: dict[str, Any]) -> bytes:
    return canon.encode(inside).replace(b'{"files"', b'{"files":{},"files"', 1)


def odd_yaml(inside: dict[str, Any]) -> None:
    inside["files"]["items/all.yaml"] = "- {id: qzxitem-1, id: qzxitem-2}"


def unknown(inside: dict[str, Any]) -> None:
    inside["qzxprompt"] = "qzxprompt"


def deep(inside: dict[str, Any]) -> bytes:
    return b"[" * 100_000


@pytest.mark.parametrize(
    "change",
    [
        climbing,
        absolute,
        headless,
        unsalted,
        salted_otherwise,
        fewer_salts,
        edited,
        reordered,
        twice,
        odd_yaml,
        unknown,
        deep,
    ],
)
def test_a_bank_that_was_tampered_with_is_refused(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins, tmp_path: Path, change: Callable[[Any], Any]
) -> None:
    """Whatever stands inside, it is a broken bank, nothing is written, and none of its words is quoted."""
    repacked(bank, keys[0], change)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BankError) as told:
        banks.load(bank, keys[0], held)
    assert marked.WORD not in str(told.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "changes",
    [{"root": DIGEST}, {"items": 9}, {"by_lang": {"zh": 8}}, {"digest": DIGEST}, {"suite": "other"}, {"red_lines": 0}],
)
def test_a_bank_that_is_not_what_was_published_is_refused(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins, changes: dict[str, Any]
) -> None:
    """Every field of the commitment is counted again."""
    republished(bank, **changes)
    with pytest.raises(BankError, match="not what this commitment says"):
        banks.load(bank, keys[0], held)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"no json", b'{"suite":"a","suite":"b"}', b'{"items":1.5}', b"[" * 100_000],
    ids=["empty", "no-fields", "no-json", "duplicate-keys", "float", "deep"],
)
def test_what_is_no_commitment_is_refused(tmp_path: Path, raw: bytes) -> None:
    """Duplicate keys, floats and nonsense are named."""
    (tmp_path / banks.COMMITMENT).write_bytes(raw)
    with pytest.raises(BankError, match="not a commitment"):
        banks.published(tmp_path / banks.COMMITMENT)


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flipped(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def nonsense(raw: bytes) -> bytes:
    return b"nonsense" * 50


@pytest.mark.parametrize("change", [cut, flipped, nonsense])
def test_broken_ciphertext_is_refused(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins, change: Callable[[bytes], bytes]
) -> None:
    """Cut short, changed by a bit, or no age file at all."""
    path = bank / banks.NAME
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BankError, match="does not open"):
        banks.load(bank, keys[0], held)


def test_a_strangers_identity_does_not_open_a_bank(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins
) -> None:
    """It says so, with its own code."""
    for identity in (keys[1], None):
        with pytest.raises(Sealed):
            banks.load(bank, identity, held)


def test_a_huge_bank_is_refused_before_it_is_read(
    bank: Path, keys: tuple[Identity, Identity], held: hooks.Plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More bytes than any bank has are not read."""
    monkeypatch.setattr(banks, "MAX_BYTES", 1000)
    with pytest.raises(BankError, match="more than 1,000 bytes"):
        banks.load(bank, keys[0], held)


def test_a_link_is_no_bank(bank: Path, tmp_path: Path, keys: tuple[Identity, Identity], held: hooks.Plugins) -> None:
    """A bank that points elsewhere is refused."""
    (bank / banks.NAME).rename(tmp_path / "elsewhere")
    (bank / banks.NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EvalcenterError, match="a link"):
        banks.load(bank, keys[0], held)


def test_a_bank_is_not_qualified_on(bank: Path, tmp_path: Path) -> None:
    """What judges say of labelled answers stands in plain files, so a bank has no place there."""
    done = CliRunner().invoke(
        cli.main, ["qualify-judge", "reference-judge-0.95", str(bank), "--out", str(tmp_path / "q.json"), "--quiet"]
    )
    assert done.exit_code == 10
    assert "sealed bank" in done.output


def test_the_content_of_a_bank_has_one_spelling(bank: Path, keys: tuple[Identity, Identity]) -> None:
    """What is encrypted is canonical, and is a Content."""
    raw = keys[0].open((bank / banks.NAME).read_bytes(), "bank")
    assert canon.encode(boundary.read(Content, raw)) == raw
