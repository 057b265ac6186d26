"""`qualify-judge` tries the judges of a file, shows what they are worth, and goes on where it was stopped."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evalcenter import cli, labels, plugins, qualifications, qualify, quality, specs, suites, trying
from evalcenter.errors import INTERRUPTED, InputError, JudgeGone
from evalcenter.judges import panels as judges
from evalcenter.marking import Marker
from evalcenter.records import Item, Panel
from tests.panels import SEED, judged_item, make_panel, make_qualification, written
from tests.test_trying import EXAMPLES, Knowing, order

ITEMS = [judged_item(number, criteria=2, examples=EXAMPLES) for number in (1, 2, 3)]
PANEL = make_panel(2)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Knowing:
    """A stand-in for every judge; any judges file names the same panel of two, any suite the same three items."""
    made = Knowing()
    held = plugins.load()
    known = replace(held, adapters={**held.adapters, "openai_http": made})
    loaded = suites.Loaded(suite=_suite(), digest="sha256:0", folder=Path(), files=())
    monkeypatch.setattr(plugins, "load", lambda: known)
    monkeypatch.setattr(specs, "load_panel", lambda _: PANEL, raising=False)
    monkeypatch.setattr(qualify, "named_suites", lambda *_: [loaded])
    found = trying.docket([(by_id()[one.item], one) for one in labels.of_examples(ITEMS)], (), Marker(held.graders))
    made.teach(found, replace(order(judges.stamped(PANEL)), epochs=2), SEED)
    return made


def _suite():
    from tests.test_plan import suite

    return suite(ITEMS)


def by_id() -> dict[str, Item]:
    return {item.id: item for item in ITEMS}


def call(folder: Path, *more: str) -> Result:
    (folder / "judges.yaml").touch()
    args = ["qualify-judge", str(folder / "judges.yaml"), "any", "--out", str(folder / "q.json"), "--quiet"]
    return CliRunner().invoke(cli.main, [*args, "--seed", SEED, *more])


def test_judges_are_tried_and_the_file_is_written(tmp_path: Path, judge: Knowing) -> None:
    """Every example is judged twice by each judge; the tables show it, and the file can be brought into a plan."""
    found = call(tmp_path)
    assert found.exit_code == 0, found.output
    made, digest = qualifications.load(tmp_path / "q.json")
    assert len(judge.asked) == 9 * 2 * 2
    assert (len(made.trials), made.epochs, made.seed) == (9, 2, SEED)
    assert digest in found.output
    assert "bad answers that hang on the judges: not passed 0/6" in found.output
    assert made.expires == qualifications.until(made.made, qualify.DAYS)


def test_a_file_that_is_there_is_not_renewed(tmp_path: Path, judge: Knowing) -> None:
    """A qualification is never written over, nor made younger: the day is that of its first reply."""
    call(tmp_path)
    found = call(tmp_path)
    assert (found.exit_code, "there is a file already" in found.output) == (InputError.exit_code, True)
    asked, before = len(judge.asked), qualifications.load(tmp_path / "q.json")
    (tmp_path / "q.json").unlink()
    assert call(tmp_path).exit_code == 0
    assert (len(judge.asked), qualifications.load(tmp_path / "q.json")) == (asked, before)


def test_another_seed_is_refused(tmp_path: Path, judge: Knowing) -> None:
    """A tryout keeps the seed with which it began; another one is not silently dropped."""
    judge.stop_after, judge.problem = 5, JudgeGone("gone")
    call(tmp_path)
    found = call(tmp_path, "--seed", "another")
    assert (found.exit_code, "begun with another seed" in found.output) == (InputError.exit_code, True)


def test_an_interrupted_command_goes_on(tmp_path: Path, judge: Knowing) -> None:
    """Ctrl-C has its exit code and says how to go on; the same command asks only for what is missing."""
    judge.stop_after = 20
    found = call(tmp_path, "--concurrency", "1")
    assert found.exit_code == INTERRUPTED, found.output
    assert "the same command goes on" in found.output
    assert not (tmp_path / "q.json").exists()
    judge.stop_after = None
    assert call(tmp_path).exit_code == 0
    assert len(judge.asked) == len(set(judge.asked)) == 36


def test_a_judge_that_is_gone_says_what_is_safe(tmp_path: Path, judge: Knowing) -> None:
    """A judge that does not answer ends the command with its own exit code, and what was replied stays."""
    judge.stop_after, judge.problem = 5, JudgeGone("gone")
    found = call(tmp_path)
    assert (found.exit_code, "what was replied is safe" in found.output) == (JudgeGone.exit_code, True)
    assert (tmp_path / "q.json.tryout" / "journal.jsonl").is_file()


def test_labels_from_outside_are_put_too(tmp_path: Path, judge: Knowing) -> None:
    """An answer in a labelled set is one more trial; a wrong row stops everything before anybody is asked."""
    rows = [{"item": ITEMS[0].id, "criterion": "c0", "truth": "met", "answer": "每次 250 mg。"}]
    path = tmp_path / "labels.csv"
    for truth, code in (("yes", InputError.exit_code), ("met", 0)):
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, rows[0])
            table.writeheader()
            table.writerows([{**rows[0], "truth": truth}])
        found = call(tmp_path, "--labels", str(path))
        assert found.exit_code == code, found.output
        assert (len(judge.asked) > 0) == (code == 0)
    assert len(qualifications.load(tmp_path / "q.json")[0].trials) == 9


def test_without_labels_nothing_is_asked(tmp_path: Path, judge: Knowing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Suites without judge criteria, and no labels beside them, are refused."""
    monkeypatch.setattr(labels, "of_examples", lambda _: iter(()))
    found = call(tmp_path)
    assert (found.exit_code, "no label says anything of a judge" in found.output) == (InputError.exit_code, True)


def test_words_and_tables_hold_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    """What a judge is called is shown, not obeyed; costs and voids stand in the table."""
    (one, two) = PANEL.judges
    evil = replace(one, spec=replace(one.spec, name="\x1b[31mred", simulated=True))
    panel = Panel(judges=(evil, two))
    qualify.show(make_qualification(written(ITEMS[0], panel, [("m", "n"), ("n", "n")]), panel=panel))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "SIMULATED" in shown
    assert "judges among themselves" in shown


def test_an_empty_qualification_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a label every figure is a dash."""
    qualify.show(make_qualification())
    assert "not passed –" in capsys.readouterr().out
    assert list(qualify.words(quality.figures(make_qualification())))
