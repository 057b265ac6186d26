"""A certificate on a sealed run: it takes the identity to be granted, none to be checked, and says no word of an item."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from evalcenter import (
    banks,
    boundary,
    bundles,
    canon,
    checking,
    ciphers,
    exposures,
    history,
    plan,
    registered,
    signing,
    specs,
    suites,
    walk,
)
from evalcenter.errors import CallFailed, InputError, Sealed, Tampered
from evalcenter.plugins import load
from evalcenter.records import Answer, Bank, Criterion, Message, Plan
from evalcenter.register import runs
from tests import marked, small
from tests.centre import CENTRE, REAL, Place, place
from tests.doubles import Scripted, plugins
from tests.factory import DIGEST, make_item, make_requirement, make_standard
from tests.test_commitments import published
from tests.test_plan import suite
from tests.test_walk import QUICK

COUNT = 30
PROBES = specs.load_probing()


def made(key: ciphers.Identity, **more: object) -> Plan:
    """A sealed plan with probes, in which every word of an item carries a mark."""
    items = [
        make_item(
            n,
            prompt=(Message(role="user", content=f"qzxprompt{n}?"),),
            criteria=(Criterion(id="c1", text=f"qzxrubric{n}", check={"says": {"word": "qzxgood"}}),),
            visibility="sealed",
        )
        for n in range(COUNT)
    ]
    standard = make_standard(make_requirement(line=Decimal("0.9")))
    drawn = plan.expand([(suite(items), "sha256:0")], standard, REAL, "seed", plugins(), boundary.convert)
    bank = Bank(suite=drawn.suites[0].id, root=DIGEST, items=COUNT)
    return replace(drawn, probing=PROBES, sealing=ciphers.fresh(key.recipients, [bank]), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A centre's sealed run with real sections and a PDF, granted by two people, with its bundle in ``b.zip``."""
    home, apart = tmp_path_factory.mktemp("centre"), tmp_path_factory.mktemp("apart")
    ciphers.new_identity(apart / "key")
    key = ciphers.identity(apart / "key")
    failed = CallFailed("server_error", "qzxserver says it again")
    drawn = made(key)
    replies = {item.id: [Answer(text="qzxgood indeed")] for item in drawn.items}
    candidate = Scripted({**replies, PROBES.probes[0].id: [failed]}, default="so it is")
    found = plugins(candidate, [*load().sections.values()])
    means = walk.Means(
        plugins=found, limits=QUICK, langs=("en", "zh"), lab=CENTRE, identity=key, forms=(*walk.FORMS, "pdf")
    )
    walk.start(drawn, home / "run", means)
    walk.render(home / "run", means, "vendor")
    held = replace(place(home / "other"), home=home, identity=key)
    for name in ("e", "d"):
        for path in (f"{name}.pem", f"{name}.pub.pem"):
            shutil.move(home / "other" / path, home / path)
    shutil.rmtree(home / "other")
    held.evaluate()
    held.decide(paper=True)
    bundles.pack(held.run, home / "b.zip", plugins(), [])
    return held


def look(held: Place, identity: ciphers.Identity | None) -> str:
    against = signing.Against(None, plugins(), (), identity)
    return "\n".join(checking.look(held.home / "b.zip", checking.Ask(keys=held.keys, against=against, at=held.at)))


def test_no_byte_around_a_certificate_holds_a_word(certified: Place) -> None:
    """Run, reports and PDF, vendor's view, certificate with its pages, and bundle: no mark stands anywhere."""
    names = {path.name for path in marked.files(certified.home)}
    assert {"report.en.pdf", "vendor.en.html", "certificate.en.html", "certificate.zh.pdf", "b.zip"} <= names
    assert marked.found(certified.home) == {}


def test_opened_the_words_are_there(certified: Place) -> None:
    """So the search could have found them."""
    run = history.load(certified.run, certified.identity)
    assert {"prompt", "rubric"} <= marked.kinds(canon.encode(run.plan))
    assert "good" in marked.kinds(run.responses.raw(0))


def test_a_certificate_on_a_sealed_run_is_checked_with_and_without_the_key(certified: Place) -> None:
    """Counted again for everybody, made again for whoever opens it."""
    without, opened = look(certified, None), look(certified, certified.identity)
    assert "NOT made again without --identity" in without
    assert "30 grades of 30 answers recomputed" in opened


def test_granting_takes_the_identity(certified: Place) -> None:
    """Whoever evaluates or decides recomputes every mark, which takes the key."""
    shut = replace(certified, identity=None)
    for act in (shut.evaluate, shut.decide, lambda: registered.ended(certified.run, None)):
        with pytest.raises(Sealed):
            act()


def test_a_register_takes_a_sealed_run_that_was_opened(certified: Place) -> None:
    """What it keeps of the run's end is read from the journal as anybody has it."""
    assert runs.ended(certified.run).outcome == "pass"


def test_a_probe_that_is_asked_again_leaves_no_word_of_the_server(certified: Place) -> None:
    """Its line is readable and says the kind of the failure alone; it counts as no exposure."""
    lines = [line for line in (certified.run / "journal.jsonl").read_bytes().splitlines() if b'"kind":"retry"' in line]
    assert any(b"server_error" in line for line in lines)
    run = history.load(certified.run, shut=True)
    assert len(exposures.asked(run)) == 1


def test_a_run_that_is_over_counts_for_what_it_asked(certified: Place) -> None:
    """Behind its verdict, with nothing left to read, the word on it is exact."""
    run = history.load(certified.run, shut=True)
    shown = exposures._shown(run.plan, certified.run)
    assert shown
    assert shown[0].whole
    assert shown[0].leaves == exposures.asked(run)[0].leaves


# -- what a bundle refuses --------------------------------------------------------------------------------------------


def test_a_commitment_of_another_bank_is_refused(certified: Place, tmp_path: Path) -> None:
    """A bundle holds the commitments of the banks that its run asked, and no others."""
    key = tmp_path / "key"
    ciphers.new_identity(key)
    banks.seal(marked.suite(tmp_path), ciphers.recipients([f"{key}.pub"]), tmp_path / "bank", load(), "2026-01-01")
    with pytest.raises(InputError, match="no bank that the run asked"):
        bundles.pack(certified.run, tmp_path / "b.zip", plugins(), [], [tmp_path / "bank" / banks.COMMITMENT])
    assert not (tmp_path / "b.zip").exists()


def commitment(certified: Place, **changes: object) -> bytes:
    """The commitment to the bank that the certified run asked."""
    head = history.load(certified.run, shut=True).plan.suites[0]
    told = replace(published(0), suite=head.id, version=head.version, digest=head.digest, root=DIGEST, items=COUNT)
    return canon.encode(replace(told, **changes))  # type: ignore[arg-type]


def test_a_commitment_that_says_something_else_of_the_bank_is_refused(certified: Place, tmp_path: Path) -> None:
    """With the root alone it is not the bank's: number of items, version and digest of the suite are the plan's too."""
    path = tmp_path / "commitment.json"
    for field, value in (("items", COUNT + 1), ("digest", DIGEST), ("version", "9")):
        path.write_bytes(commitment(certified, **{field: value}))
        with pytest.raises(InputError, match="no bank that the run asked"):
            bundles.pack(certified.run, tmp_path / "b.zip", plugins(), [], [path])


def test_a_bundle_with_another_banks_commitment_is_refused(certified: Place, tmp_path: Path) -> None:
    """Whoever packed it by hand and listed it anew does not get it past a check."""
    (tmp_path / "commitment.json").write_bytes(right := commitment(certified))
    bundles.pack(certified.run, tmp_path / "b.zip", plugins(), [], [tmp_path / "commitment.json"])
    against = signing.Against(None, plugins(), (), None)
    ask = checking.Ask(keys=certified.keys, against=against, at=certified.at)
    assert any(line.startswith("bundle") for line in checking.look(tmp_path / "b.zip", ask))
    other = commitment(certified, root=f"sha256:{'1' * 64}")
    digests = [canon.digest(one).encode() for one in (right, other)]
    with (
        zipfile.ZipFile(tmp_path / "b.zip") as source,
        zipfile.ZipFile(tmp_path / "forged.zip", "w", zipfile.ZIP_STORED) as made_,
    ):
        for name in source.namelist():
            raw = source.read(name).replace(right, other).replace(*digests)
            made_.writestr(source.getinfo(name), raw)
    with pytest.raises(Tampered, match="no bank that the run asked"):
        list(checking.look(tmp_path / "forged.zip", ask))


def test_the_plain_files_of_a_suite_with_sealed_items_stay_out(tmp_path: Path) -> None:
    """A run on a bank may ask such a suite too: its journal is encrypted, its files are not."""
    ciphers.new_identity(tmp_path / "key")
    key = ciphers.identity(tmp_path / "key")
    held = suites.load(small.suite(), load())
    drawn = made(key)
    head = replace(drawn.suites[0], id="small", digest=held.digest)
    walk.start(
        replace(drawn, suites=(*drawn.suites, head)),
        tmp_path / "run",
        walk.Means(plugins=plugins(Scripted(default="qzxgood")), limits=QUICK, langs=("en",), identity=key),
    )
    items = tuple(replace(item, visibility="sealed") for item in held.suite.items)
    sealed = replace(held, suite=replace(held.suite, items=items))
    packed = [
        bundles.pack(tmp_path / "run", tmp_path / f"{n}.zip", plugins(), [one]) for n, one in enumerate((held, sealed))
    ]
    assert [made_.suites[-1].held for made_ in packed] == ["files", "nothing"]
    assert not [name for name in packed[1].files if name.startswith("suites/")]
