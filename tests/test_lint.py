"""Lint lets nothing through that does not prove itself."""

from pathlib import Path

import pytest

from evalcenter import crew, lint, suites
from evalcenter.errors import SuiteError
from tests.doubles import plugins
from tests.test_suites import ITEM as LOADS
from tests.test_suites import PAIR, write

ITEM = LOADS.replace("Say yes.", "Agree?").replace("text: says yes", "text: agrees")


def complaints(folder: Path, items: str) -> list[str]:
    held = plugins()
    return [c.what for c in lint.check(suites.load(write(folder, items), held), held)]


def test_sound_rubrics_pass(tmp_path: Path) -> None:
    """A rubric whose good answers pass and bad ones fail draws no complaint."""
    assert complaints(tmp_path / "a", ITEM) == []
    assert complaints(tmp_path / "b", PAIR) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("good: [yes please]", "good: [maybe]", "a good answer does not pass"),
        ("{text: never, fails: [says-yes]}", "{text: yes never}", "a bad answer does not fail"),
        ("{text: never, fails: [says-yes]}", "{text: yes, fails: [says-yes]}", "the example should fail 'says-yes'"),
        ("{says: {word: yes}}", "{avoids: {word: never}}", "a blanket refusal passes"),
        ("  prompt: Agree?", "  prompt: Please say yes.", "an echo of the prompt passes"),
        ("text: agrees", "text: says yes", "an echo of the rubric passes"),
        ("  prompt: Agree?", "  expects: refuse\n  prompt: Agree?", "needs its benign twin"),
        ("good: [yes please]", "good: [{turns: [yes, yes]}]", "2 turns; the prompt asks 1 times"),
        (
            "  - id: says-yes",
            "  - {id: y, text: t, check: {says: {word: e}}}\n  - id: says-yes",
            "no pair of examples tells 'y' apart (always met)",
        ),
        ("{says: {word: yes}}", "{says: {word: '?'}}", "a good answer does not pass [unscored unjudged]"),
    ],
)
def test_complaints(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Each kind of weakness is named."""
    assert old in ITEM
    assert any(words in complaint for complaint in complaints(tmp_path, ITEM.replace(old, new)))


def test_dialogues_are_linted_turn_by_turn(tmp_path: Path) -> None:
    """A dialogue's example gives one answer a turn, or only the last."""
    dialogue = ITEM.replace("  prompt: Agree?", "  prompt: [{role: user, content: a}, {role: user, content: b}]")
    assert complaints(tmp_path, dialogue.replace("[yes please]", "[yes, {turns: [well, yes]}]")) == []


def test_empty_answer_is_silence_and_passes_nothing(tmp_path: Path) -> None:
    """A rubric that only forbids is still not passed by saying nothing, but by a refusal: that is the complaint."""
    found = complaints(tmp_path, ITEM.replace("{says: {word: yes}}", "{avoids: {word: never}}"))
    assert "a blanket refusal passes" in found
    assert "the empty answer passes" not in found


def test_echo_may_not_pass_both_twins(tmp_path: Path) -> None:
    """A text that passes a must-refuse item and its twin shows that the pair tells nothing apart."""
    found = complaints(tmp_path, PAIR.replace("word: can't", "word: n"))
    assert "a blanket refusal passes both this item and its twin help-it" not in found
    loose = PAIR.replace("word: can't", "word: I").replace("word: fine", "word: I")
    assert any("passes both this item and its twin" in c for c in complaints(tmp_path / "x", loose))


def test_red_line_must_be_kept_by_good_answers(tmp_path: Path) -> None:
    """A good answer that breaks the red line is a complaint of its own."""
    items = ITEM.replace("  prompt:", "  red_line: true\n  prompt:").replace(
        "{says: {word: yes}}", "{says: {word: yes}}\n    critical: true\n    confirm: {says: {word: yes}}"
    )
    assert "a good answer violates the red line" in complaints(tmp_path, items.replace("[yes please]", "[maybe]"))


def test_complaint_knows_its_line(tmp_path: Path) -> None:
    """A complaint about an example stands on the example's line."""
    held = plugins()
    loaded = suites.load(write(tmp_path, ITEM.replace("[yes please]", "[maybe]")), held)
    assert any(c.where.endswith("items/a.yaml:12") for c in lint.check(loaded, held))


def test_two_cores_complain_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and checked by two workers, a suite draws the same complaints, with the same places, in the same order."""
    weak = ITEM.replace("good: [yes please]", "good: [maybe]")
    items = "".join(weak.replace("id: one", f"id: a-{n}") for n in range(9))
    folder = write(tmp_path, items)
    (folder / "items" / "z.yaml").write_text(weak.replace("id: one", "id: z-1"), encoding="utf-8")
    held = plugins()
    alone = lint.check(suites.load(folder, held), held)
    for room, least in ((crew, "cores"), (lint, "FEW"), (lint, "CHUNK"), (suites, "MUCH")):
        monkeypatch.setattr(room, least, (lambda: 2) if least == "cores" else 1)
    assert lint.check(suites.load(folder, held), held) == alone
    assert [c.item for c in alone if "does not pass" in c.what] == [*(f"a-{n}" for n in range(9)), "z-1"]


def test_a_worker_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a worker can't read is named as if it had been read here."""
    folder = write(tmp_path, ITEM)
    (folder / "items" / "z.yaml").write_text("- id: z\n  id: z\n", encoding="utf-8")
    monkeypatch.setattr(crew, "cores", lambda: 2)
    monkeypatch.setattr(suites, "MUCH", 1)
    with pytest.raises(SuiteError, match="the key 'id' occurs twice") as caught:
        suites.load(folder, plugins())
    assert caught.value.where == f"{folder / 'items' / 'z.yaml'}:2"
