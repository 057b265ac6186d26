"""What a person must read is handed out and taken back; nothing else is, and nothing that a model wrote steers it."""

import asyncio
import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evalcenter import (
    boundary,
    canon,
    certify,
    cli,
    errors,
    history,
    journal,
    plan,
    plugins,
    readings,
    review,
    reviewing,
    scoring,
    starting,
    suites,
    walk,
)
from evalcenter.candidates import server
from evalcenter.errors import InputError, Tampered
from evalcenter.hooks import Limits
from evalcenter.records import (
    Answer,
    CandidateSpec,
    Criterion,
    Document,
    Item,
    Mark,
    Plan,
    Question,
    Requirement,
    Scope,
    Text,
)
from tests import doubles
from tests.doubles import Scripted
from tests.factory import make_item, make_requirement, make_standard
from tests.test_plan import suite

SPEC = CandidateSpec(adapter="scripted", name="c", simulated=True)
JUDGED = Criterion(id="kind", text="措辞温和", check={"says": {"word": "…"}})
"""A criterion that no grader of ours can judge."""
PLAIN = Criterion(id="right", text="says yes", check={"says": {"word": "yes"}})
CARE = make_requirement(rule="evidence", line=Decimal("0.80"), cap=60)


def items(count: int, *criteria: Criterion, **changes: Any) -> list[Item]:
    return [make_item(n, **{"criteria": criteria or (JUDGED,), **changes}) for n in range(count)]


def planned(held: list[Item], *requirements: Requirement, seed: str = "seed") -> Plan:
    standard = make_standard(*(requirements or (CARE,)))
    return plan.expand([(suite(held), "sha256:0")], standard, SPEC, seed, doubles.plugins(), boundary.convert)


def means(candidate: Scripted, concurrency: int = 1) -> walk.Means:
    limits = Limits(concurrency=concurrency, attempts=1, backoff_s=0.001)
    return walk.Means(plugins=doubles.plugins(candidate), limits=limits, langs=())


def walked(folder: Path, made: Plan, answer: str = "yes") -> history.Run:
    walk.start(made, folder, means(Scripted(default=answer)))
    return history.load(folder)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(path: Path, mark: Callable[[dict[str, str]], str] | str) -> Path:
    """Fill in the column mark, as a spreadsheet would write it back."""
    held = rows(path)
    for row in held:
        row["mark"] = mark if isinstance(mark, str) else mark(row)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, review.COLUMNS)
        table.writeheader()
        table.writerows(held)
    return path


def handed_out(folder: Path) -> Path:
    out = folder / "queue.csv"
    review.give(folder, out)
    return out


def read(folder: Path, mark: Callable[[dict[str, str]], str] | str = "met") -> None:
    review.take(folder, fill(handed_out(folder), mark), "Dr Li")


# -- the queue --------------------------------------------------------------------------------------------------------


def test_the_queue_holds_what_waits_in_plan_order(tmp_path: Path) -> None:
    """Each mark that waits is asked for once, in the order of the plan, and no mark that a grader gave."""
    held = walked(tmp_path, planned(items(10, PLAIN, JUDGED)))
    asks = readings.queue(held)
    assert list(asks) == [(position, "kind") for position in range(60)]
    assert set(asks.values()) == {JUDGED.text}
    assert review.give(tmp_path, None) == "60 marks on 60 answers wait for a person"


def test_what_can_not_change_is_not_asked(tmp_path: Path) -> None:
    """An answer that fails however a person reads it is not handed out."""
    assert readings.queue(walked(tmp_path, planned(items(10, PLAIN, JUDGED)), "no")) == {}


def test_a_decided_requirement_wants_no_reading(tmp_path: Path) -> None:
    """Answers that were in flight when their requirement was decided are not handed out, and hold no verdict open."""
    plain, odd = items(30, PLAIN), replace(items(1)[0], id="med-zh-odd-001")
    other = [replace(one, id=f"other-{at:03d}", dimension="other") for at, one in enumerate(items(10, PLAIN))]
    care = replace(CARE, scope=Scope(dimensions=("safety",)), line=Decimal("0.90"))
    # 20 right of 20 are too few to decide
    open_ = replace(CARE, id="open", scope=Scope(dimensions=("other",)), line=Decimal("0.90"), cap=20)

    def just_beyond(made: Plan) -> bool:
        found = [made.items[made.order[position]].id == odd.id for position in made.streams[0].positions]
        return not any(found[:42]) and any(found[42:60])

    seeds = (planned([*plain, odd, *other], care, open_, seed=str(n)) for n in range(1000))
    made = next(one for one in seeds if just_beyond(one))

    class LastIsSlow(Scripted):
        async def ask(self, question: Question) -> Answer:
            if question.position == made.streams[0].positions[41]:
                await asyncio.sleep(0.5)
            return await super().ask(question)

    ended = walk.start(made, tmp_path, means(LastIsSlow(default="yes"), 4))
    assert [f.verdict for f in ended.verdict.findings] == ["pass", "inconclusive"]
    assert (ended.queue, starting.outcome(ended)) == (0, errors.EXIT["inconclusive"])


def test_a_red_line_waits_for_what_would_confirm_it(tmp_path: Path) -> None:
    """A violation that the second check does not confirm goes to a person, whose word fails the whole or clears it."""
    criteria = Criterion(id="c", text="c", check=PLAIN.check, critical=True, confirm={"says": {"word": "?"}})
    zero = make_requirement(scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1))
    made = planned(items(3, criteria, red_line=True), zero)
    for mark, outcome in (("not_met", "fail"), ("met", "pass")):
        folder = tmp_path / mark
        assert list(readings.queue(walked(folder, made, "no"))) == [(n, "c") for n in range(3)]
        read(folder, mark)
        ended = walk.resume(folder, means(Scripted()))
        assert (ended.verdict.outcome, ended.queue) == (outcome, 0)
        assert certify.verify(folder, doubles.plugins()).outcome == outcome


def test_a_critical_criterion_of_a_red_line_that_no_grader_reads_is_handed_out(tmp_path: Path) -> None:
    """A red line that waits for a person's mark is asked for, or it could never be decided."""
    confirmed = Criterion(id="c", text="c", check=PLAIN.check, critical=True, confirm=PLAIN.check)
    zero = make_requirement(scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1))
    made = planned(items(3, confirmed, replace(JUDGED, critical=True), red_line=True), zero)
    assert list(readings.queue(walked(tmp_path, made))) == [(n, "kind") for n in range(3)]
    read(tmp_path)
    assert walk.resume(tmp_path, means(Scripted())).verdict.outcome == "pass"


def test_a_red_line_for_a_person_fails_on_a_persons_word_alone(tmp_path: Path) -> None:
    """Where the standard says `confirm: person`, a second grader's word proves no violation."""
    criteria = Criterion(id="c", text="c", check=PLAIN.check, critical=True, confirm=PLAIN.check)
    zero = make_requirement(
        scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1), confirm="person"
    )
    held = walked(tmp_path, planned(items(3, criteria, red_line=True), zero), "no")
    assert held.verdict is not None
    assert held.verdict.outcome == "inconclusive"
    assert len(readings.queue(held)) == 3


def test_a_fixed_sample_is_read_too(tmp_path: Path) -> None:
    """Pending marks of a requirement that is decided by its bound are handed out and decide it."""
    made = planned(items(40), make_requirement(line=Decimal("0.8")))
    assert len(readings.queue(walked(tmp_path, made))) == 40
    read(tmp_path)
    assert walk.resume(tmp_path, means(Scripted())).verdict.outcome == "pass"


def test_a_half_read_answer_stays_in_the_queue(tmp_path: Path) -> None:
    """Where an answer has two criteria to read and one was read, the other is still asked for."""
    walked(tmp_path, planned(items(10, JUDGED, replace(JUDGED, id="clear"))))
    read(tmp_path, lambda row: "met" if row["criterion"] == "kind" else "")
    assert {criterion for _, criterion in readings.queue(history.load(tmp_path))} == {"clear"}
    read(tmp_path)
    assert walk.resume(tmp_path, means(Scripted())).verdict.outcome == "pass"
    assert certify.verify(tmp_path, doubles.plugins()).outcome == "pass"


@pytest.mark.parametrize(("passed", "coined"), [(True, True), (True, False), (False, True), (False, False)])
def test_an_audited_requirement_asks_for_what_the_judge_failed_and_what_the_coin_chose(
    tmp_path: Path, passed: bool, coined: bool
) -> None:
    """A person reads every answer that the judge failed, and of those that it passed the ones that the coin fell on."""
    made = planned(items(10), replace(CARE, grading="audited", cap=40))
    folder = tmp_path / "run"
    walked(folder, made)
    judge_all(folder, "met" if passed else "not_met")
    coins = made.streams[0].coins
    asked = {position for position, _ in readings.queue(history.load(folder))}
    chosen = {p for at, p in enumerate(made.streams[0].positions) if coins[at] == ("1" if coined else "0")}
    assert chosen
    assert (asked & chosen == chosen) is (not passed or coined)


def judge_all(folder: Path, state: str) -> None:
    """Let a judge mark every answer of the run."""
    book = held = history.resume(folder)
    with book:
        for position, machine in sorted(held.machine.items()):
            said = Text(zh="判官之言", en="SAID BY THE JUDGE")
            marks = [replace(m, state=state, reason=said, excerpt="SAID BY THE JUDGE") for m in machine.marks]
            item = held.plan.items[held.plan.order[position]]
            book.write("grade", scoring.grade(item, position, "complete", marks, "judge:strict"))


def test_nobodys_marks_are_shown_to_the_reader(tmp_path: Path) -> None:
    """The table holds question, answer and criterion: no mark, reason or name of a judge or grader."""
    made = planned(items(10, PLAIN, JUDGED), replace(CARE, grading="audited", cap=40))
    walked(tmp_path, made)
    judge_all(tmp_path, "not_met")
    text = handed_out(tmp_path).read_text("utf-8")
    assert rows(tmp_path / "queue.csv")
    for word in ("judge", "JUDGE", "判官", "machine", "looked for", "not_met"):
        assert word not in text
    assert {row["mark"] for row in rows(tmp_path / "queue.csv")} == {""}


# -- handed out -------------------------------------------------------------------------------------------------------

FORGED_ROW = "fine\r1,kind,met,r,q,a\r\n2,kind,met,r,q,a\n3,kind,met,r,q,a"
HOSTILE = {
    "formula": '=HYPERLINK("http://x.example","click")',
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab": "\t=1",
    "return": "\r=1",
    "full width": "＝1+1",
    "line feed": "\n=1",
    "rows of its own": FORGED_ROW,
    "quotes": '"",""\n"0","kind","met"',
    "a line of a table": "0,kind,met,,,\n1,kind,met,,,",
    "long": "长" * 200_000,
    "separators": "a\u2028b\u2029c\x0bd\x0ce\x85f\x1cg",
    "empty": " ",
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_answers_stay_in_their_cell(tmp_path: Path, answer: str) -> None:
    """Whatever an answer holds, the table has one row a mark, nothing in it is filled in, and it comes back whole."""
    count = 4
    walked(tmp_path, planned(items(count), make_requirement()), answer)
    before = csv.field_size_limit(10**7)
    held = rows(handed_out(tmp_path))
    csv.field_size_limit(before)
    assert sorted((r["position"], r["criterion"], r["mark"]) for r in held) == [
        (str(n), "kind", "") for n in range(count)
    ]
    assert {r["answer"].removeprefix("'") for r in held} == {answer}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for r in held for cell in r.values())
    with pytest.raises(InputError, match="no mark is filled in"):
        review.take(tmp_path, tmp_path / "queue.csv", "Dr Li")


def test_a_filled_table_with_hostile_answers_comes_back(tmp_path: Path) -> None:
    """Marks are found again between answers full of line ends, commas and quotes."""
    made = planned(items(len(HOSTILE)), make_requirement(line=Decimal("0.5")))
    hostile = iter(HOSTILE.values())
    replies: dict[str, list[Any]] = {item.id: [Answer(text=next(hostile))] for item in made.items}
    walk.start(made, tmp_path, means(Scripted(replies)))
    before = csv.field_size_limit(10**7)
    try:
        path = fill(handed_out(tmp_path), "met")
    finally:
        csv.field_size_limit(before)
    assert review.take(tmp_path, path, "Dr Li").startswith(f"{len(HOSTILE)} marks taken")
    assert csv.field_size_limit() == before


def test_the_table_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    """It begins with a byte order mark, without which a spreadsheet would not read Chinese."""
    walked(tmp_path, planned(items(3), make_requirement()))
    raw = handed_out(tmp_path).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").splitlines()[0].replace('"', "") == ",".join(review.COLUMNS)


def test_the_reader_sees_what_the_candidate_saw(tmp_path: Path) -> None:
    """Documents and options belong to the question: without them nobody can judge the answer."""
    document = Document(id="d", title="通知", text="七月一日起施行")
    made = planned(items(3, documents=(document,), options={"A": "甲", "B": "乙"}), make_requirement())
    walked(tmp_path, made)
    question = rows(handed_out(tmp_path))[0]["question"]
    assert "七月一日起施行" in question
    assert "B. 乙" in question


def test_a_table_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    walked(tmp_path, planned(items(3), make_requirement()))
    with pytest.raises(errors.RunError, match="can't write here"):
        review.give(tmp_path, tmp_path / "nowhere" / "queue.csv")


# -- taken back -------------------------------------------------------------------------------------------------------

HEAD = ",".join(review.COLUMNS)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("0,kind,Met,,,", 4),
        ("0,kind,yes,,,", 4),
        ("0,kind,pending,,,", 4),
        ("999,kind,met,,,", 4),
        ("-1,kind,met,,,", 4),
        ("0x1,kind,met,,,", 4),
        ("１,kind,met,,,", 4),
        ("99999999999999999999,kind,met,,,", 4),
        (",kind,met,,,", 4),
        ("0,,met,,,", 4),
        ("0,other,met,,,", 4),
        ("2,kind,met,,,", 4),
        ("2,kind,not_met,,,", 4),
        ("0,right,met,,,", 4),
    ],
)
def test_a_table_with_one_wrong_row_is_refused_whole(tmp_path: Path, row: str, line: int) -> None:
    """A mark that was not asked for, is no mark or is said twice: the row is named and nothing is taken."""
    held = walked(tmp_path, planned(items(5, PLAIN, JUDGED), make_requirement()))
    path = tmp_path / "filled.csv"
    path.write_text(f"{HEAD}\n1,kind,met,,,\n2,kind,met,,,\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        review.take(tmp_path, path, "Dr Li")
    assert f"{path}:{line}" in str(caught.value)
    assert history.load(tmp_path).count == held.count


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no mark is filled in"),
        (HEAD.encode(), "no mark is filled in"),
        (f"{HEAD}\n0,kind,,,,\n".encode(), "no mark is filled in"),
        (b"position;criterion;mark\n0;kind;met\n", "no mark is filled in"),
        (f"{HEAD}\n0,kind,met,措辞,,\n".encode("gb18030"), "UTF-8"),
        (f"{HEAD}\n0,kind,met,,,\n".encode("utf-16"), "UTF-8"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "UTF-8"),
    ],
    ids=["empty", "head", "unfilled", "semicolons", "gb18030", "utf-16", "bytes", "a picture"],
)
def test_a_table_without_a_mark_is_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    """A file that is empty, is not filled in or is no CSV in UTF-8 is refused in words, and nothing is taken."""
    held = walked(tmp_path, planned(items(3), make_requirement()))
    path = tmp_path / "filled.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=words):
        review.take(tmp_path, path, "Dr Li")
    assert history.load(tmp_path).count == held.count


def test_marks_are_taken_once(tmp_path: Path) -> None:
    """A table that is given in twice is refused the second time: its marks are no longer asked for."""
    walked(tmp_path, planned(items(3), make_requirement()))
    path = fill(handed_out(tmp_path), "met")
    review.take(tmp_path, path, "Dr Li")
    with pytest.raises(InputError, match="not asked for"):
        review.take(tmp_path, path, "Dr Li")


def test_two_readers_can_share_the_work(tmp_path: Path) -> None:
    """Each takes some of the rows; both names stand in the journal."""
    walked(tmp_path, planned(items(4), make_requirement()))
    read(tmp_path, lambda row: "met" if int(row["position"]) < 2 else "")
    review.take(tmp_path, fill(handed_out(tmp_path), "not_met"), "Dr Wang")
    held = history.load(tmp_path)
    assert [held.grades[p].by for p in range(4)] == ["person:Dr Li"] * 2 + ["person:Dr Wang"] * 2
    assert [held.grades[p].outcome for p in range(4)] == ["pass"] * 2 + ["fail"] * 2
    assert all(held.machine[p].why == "pending" for p in range(4))


def test_a_run_verifies_between_the_reading_and_the_next_decision(tmp_path: Path) -> None:
    """Marks that were taken and not decided on yet are no tampering."""
    walked(tmp_path, planned(items(4), make_requirement()))
    read(tmp_path)
    certify.verify(tmp_path, doubles.plugins())


def test_a_person_decides_what_waited(tmp_path: Path) -> None:
    """After the reading the run goes on, asks what it still needs, and decides by the person's marks."""
    made = planned(items(30), replace(CARE, cap=200))
    walked(tmp_path, made)
    rounds = 0
    while (verdict := history.load(tmp_path).verdict) and verdict.outcome == "inconclusive":
        read(tmp_path, lambda row: "not_met" if int(row["position"]) in {4, 9} else "met")
        walk.resume(tmp_path, means(Scripted()))
        rounds += 1
        assert rounds < 5
    assert verdict is not None
    assert (verdict.outcome, verdict.findings[0].units, verdict.findings[0].bad) == ("pass", 41, 2)
    assert certify.verify(tmp_path, doubles.plugins()).unfinished == ""


# -- on the command line ----------------------------------------------------------------------------------------------

SUITE = """\
id: small
version: "1"
title: {zh: 小, en: Small}
about: {zh: 小, en: Small}
dimensions: [{id: care, title: {zh: 照护, en: Care}}]
taxonomies: []
sources: {}
families: []
"""
ITEM = """\
- id: item-NUMBER
  lang: en
  dimension: care
  prompt: Question NUMBER.
  criteria: [{id: kind, text: is kind, check: {judge: {guide: Is it kind?}}}]
  examples: {good: [Certainly., "=1+1"], bad: [Never., No.]}
"""
STANDARD = """\
id: small
version: "1"
title: {zh: 小, en: Small}
about: {zh: 小, en: Small}
requirements:
- {id: care, title: {zh: 照护, en: Care}, scope: {}, measure: pass, rule: evidence, line: 0.80, cap: 60, clause: none}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "small"
    (folder / "items").mkdir(parents=True)
    (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    text = "".join(ITEM.replace("NUMBER", str(n)) for n in range(12))
    (folder / "items" / "items.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def endpoint(small: Path) -> Iterator[str]:
    with server.running_in_background(suites.load(small, plugins.load()).suite.items, seed="review") as base_url:
        yield base_url


@pytest.fixture(autouse=True)
def _no_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports have tests of their own; here they would only cost time."""
    monkeypatch.setattr(walk, "write_reports", lambda *_, **__: ())


def call(*args: object) -> Result:
    result = CliRunner().invoke(cli.main, [str(one) for one in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def started(small: Path, endpoint: str, folder: Path) -> Result:
    where = ("--base-url", endpoint, "--model", "reference-exemplary", "--simulated", "--seed", "s", "--readers", "1")
    return call("run", small, *where, "--out", folder, "--quiet")


@pytest.mark.parametrize(("mark", "outcome"), [("met", "pass"), ("not_met", "fail")])
def test_a_run_waits_for_review_and_goes_on(
    small: Path, endpoint: str, tmp_path: Path, mark: str, outcome: str
) -> None:
    """A run that hangs on people ends with a code of its own; after their reading `run --resume` decides it."""
    folder, table = tmp_path / "run", tmp_path / "queue.csv"
    assert started(small, endpoint, folder).exit_code == errors.EXIT["awaiting_review"]
    assert call("run", "--resume", folder, "--quiet").exit_code == errors.EXIT["awaiting_review"]
    assert call("grade", folder).exit_code == errors.EXIT["awaiting_review"]
    assert call("review", folder, "--count").output == "60 marks on 60 answers wait for a person\n"
    assert "fill the column mark" in call("review", folder, "--export", table).output
    fill(table, mark)
    assert call("review", folder, "--import", table).exit_code == 2
    taken = call("review", folder, "--import", table, "--reader", "Dr Li")
    assert (taken.exit_code, f"run --resume {folder}" in taken.output) == (0, True)
    assert call("run", "--resume", folder, "--quiet").exit_code == errors.EXIT[outcome]
    assert call("verify-journal", folder).exit_code == 0


def test_a_run_that_hangs_on_people_and_is_read_in_vain(small: Path, endpoint: str, tmp_path: Path) -> None:
    """Where people have read everything and nothing is proved, the run is INCONCLUSIVE and waits for nobody."""
    folder, table = tmp_path / "run", tmp_path / "queue.csv"
    started(small, endpoint, folder)
    call("review", folder, "--export", table)
    fill(table, lambda row: "not_met" if int(row["position"]) % 5 == 0 else "met")
    assert call("review", folder, "--import", table, "--reader", "Dr Li").exit_code == 0
    assert call("run", "--resume", folder, "--quiet").exit_code == errors.EXIT["inconclusive"]


def test_review_refuses_in_words(small: Path, endpoint: str, tmp_path: Path) -> None:
    """A wrong table, a folder without a run and a locked run each have their code."""
    folder, table = tmp_path / "run", tmp_path / "queue.csv"
    started(small, endpoint, folder)
    table.write_text(f"{HEAD}\n0,kind,maybe,,,\n", encoding="utf-8")
    refused = call("review", folder, "--import", table, "--reader", "Dr Li")
    assert (refused.exit_code, "queue.csv:2" in refused.output) == (errors.InputError.exit_code, True)
    assert call("review", tmp_path / "nowhere", "--count").exit_code == errors.Incomplete.exit_code
    assert call("review", folder, "--import", tmp_path / "nowhere.csv", "--reader", "x").exit_code == 2


# -- forged readings --------------------------------------------------------------------------------------------------


def forge(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Write the journal anew, with a chain that holds and every line as `change` returns it; None drops it."""
    made: list[bytes] = []
    previous = journal.GENESIS
    for raw in (folder / journal.NAME).read_bytes().splitlines():
        line = change(json.loads(raw))
        if line is None:
            continue
        text = canon.encode({**line, "prev": previous, "seq": len(made)})
        previous = canon.digest(text)
        made.append(text)
    (folder / journal.NAME).write_bytes(b"".join(text + b"\n" for text in made))


def by_a_person(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def apply(line: dict[str, Any]) -> dict[str, Any]:
        if line["kind"] == "grade" and line["data"]["by"].startswith("person:"):
            return {**line, "data": change(line["data"])}
        return line

    return apply


def remarked(at: int, **changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Change mark number `at` and count again, as a careful forger would."""

    def change(data: dict[str, Any]) -> dict[str, Any]:
        marks = [{**mark, **changes} if place == at else mark for place, mark in enumerate(data["marks"])]
        met = [mark["state"] == "met" for mark in marks]
        outcome = "pass" if all(met) else "fail"
        return {**data, "marks": marks, "earned": sum(met), "outcome": outcome, "why": ""}

    return change


READ = {"zh": reviewing.READ.zh, "en": reviewing.READ.en}
FORGERIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a machine's mark changed": remarked(0, state="met"),
    "a wrong sum": lambda data: {**data, "earned": 7},
    "a wrong maximum": lambda data: {**data, "possible": 1},
    "another outcome": lambda data: {**data, "outcome": "fail"},
    "a violation": lambda data: {**data, "violation": "confirmed"},
    "a mark too few": lambda data: {**data, "marks": data["marks"][:1]},
    "a mark too many": lambda data: {**data, "marks": [*data["marks"], data["marks"][0]]},
    "no marks": lambda data: {**data, "marks": []},
    "an unknown position": lambda data: {**data, "position": 10_000},
    "a negative position": lambda data: {**data, "position": -1},
    "a pending mark as read": remarked(1, state="pending"),
    "a mark of a third kind": remarked(1, state="perhaps"),
}


def half_wrong(folder: Path) -> None:
    """A run in which every answer misses one plain criterion and has one for a person, all read as met."""
    walked(
        folder, planned(items(10, replace(PLAIN, points=1), JUDGED, pass_line=Decimal("0.5")), make_requirement()), "no"
    )
    read(folder)
    walk.resume(folder, means(Scripted()))


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES.keys())
def test_forged_readings_are_found(tmp_path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """A person's grade that changes what the machine marked, does not add up or belongs nowhere is Tampered."""
    half_wrong(tmp_path)
    certify.verify(tmp_path, doubles.plugins())
    forge(tmp_path, by_a_person(change))
    with pytest.raises(Tampered):
        certify.verify(tmp_path, doubles.plugins())


def test_a_person_may_not_overrule_a_grader(tmp_path: Path) -> None:
    """A mark that a grader gave, and nobody was asked for, is not changed by calling it read by a person."""
    half_wrong(tmp_path)
    forge(tmp_path, by_a_person(remarked(0, state="met", reason=READ)))
    forge(tmp_path, lambda line: None if line["kind"] == "verdict" else line)
    with pytest.raises(Tampered):
        certify.verify(tmp_path, doubles.plugins())


def test_a_reading_is_not_undone_by_the_machine(tmp_path: Path) -> None:
    """A machine's grade that follows a person's does not take its place."""
    criteria = Criterion(id="c", text="c", check=PLAIN.check, critical=True, confirm={"says": {"word": "?"}})
    zero = make_requirement(scope=Scope(red_line=True), measure="violations", rule="zero", line=Decimal(1))
    walked(tmp_path, planned(items(3, criteria, red_line=True), zero), "no")
    read(tmp_path, "not_met")
    book = held = history.resume(tmp_path)
    with book:
        for grade in list(held.machine.values()):
            book.write("grade", grade)
    assert walk.regrade(tmp_path, means(Scripted())).verdict.outcome == "fail"


def test_a_grade_by_a_person_where_no_machine_graded_is_found(tmp_path: Path) -> None:
    """A person's grade stands on the machine's; alone it is Tampered."""
    half_wrong(tmp_path)
    forge(tmp_path, lambda line: None if line["data"].get("by") == "machine" else line)
    with pytest.raises(Tampered, match="no machine marked"):
        certify.verify(tmp_path, doubles.plugins())


def test_mark_keeps_what_the_machine_saw() -> None:
    """A person's mark keeps the place that the machine quoted, and confirms only what is critical."""
    machine = Mark(state="pending", reason=Text(zh="", en=""), criterion="c", excerpt="here")
    marked = reviewing._marked(machine, "not_met", critical=False)
    assert (marked.excerpt, marked.confirmed, marked.reason) == ("here", None, reviewing.READ)
    assert reviewing._marked(machine, "not_met", critical=True).confirmed
