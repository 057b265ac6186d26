"""Every sample of a run becomes one row of a table, whole and exact in Parquet, harmless in XLSX and CSV."""

from __future__ import annotations

import csv
import errno
import os
import re
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from evalcenter import exporting, history, marking
from evalcenter.errors import DiskFull, InputError, Tampered
from evalcenter.records import Answer, Criterion, Failure, Message, Plan, Response, Scope, Text
from evalcenter.rendering import plaintext
from tests.factory import make_grade, make_item, make_plan, make_requirement, make_response, make_standard

DOCUMENTATION = (Path(__file__).parents[1] / "docs" / "export.md").read_text(encoding="utf-8")
FORMS = (".parquet", ".xlsx", ".csv")
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SECRET = "sesame"


def recorded(folder: Path, planned: Plan, responses: Sequence[Response] = (), *, grades: Sequence[Any] = ()) -> Path:
    """A run of `planned` with these answers; without `grades`, each of them passed."""
    with history.create(folder, planned) as run:
        for response in responses:
            run.write("response", response)
        for grade in grades or [make_grade(planned, r.position, state=r.state) for r in responses]:
            run.write("grade", grade)
    return folder


def answered(tmp_path: Path, text: str, **item: Any) -> Path:
    """A run of one sample, answered with `text`."""
    return recorded(tmp_path / "run", make_plan([make_item(1, **item)]), [make_response(0, text)])


def rows(folder: Path) -> list[dict[str, Any]]:
    return list(exporting.rows(history.load(folder)))


def out(folder: Path, ending: str) -> Path:
    """The run in `folder`, exported beside it."""
    path = folder.parent / f"samples{ending}"
    exporting.export(folder, path)
    return path


def in_csv(path: Path) -> list[dict[str, str]]:
    before = csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    csv.field_size_limit(before)
    return found


def in_xlsx(path: Path) -> list[list[dict[str, Any]]]:
    """The rows of each sheet, read by nothing but a ZIP and an XML reader; a formula anywhere is an error."""
    sheets = []
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert "xl/sharedStrings.xml" not in book.namelist()
        for name in sorted(names):
            tree = ET.fromstring(book.read(name))
            assert not list(tree.iter(f"{SPREADSHEET}f"))
            assert not list(tree.iter(f"{SPREADSHEET}hyperlink"))
            table = [{_letters(c): _value(c) for c in row} for row in tree.iter(f"{SPREADSHEET}row")]
            head = table[0]
            sheets.append([{head[letters]: value for letters, value in row.items()} for row in table[1:]])
    return sheets


def _letters(cell: ET.Element) -> str:
    return cell.attrib["r"].rstrip("0123456789")


def _value(cell: ET.Element) -> Any:
    if cell.get("t") == "inlineStr":
        (text,) = cell.iter(f"{SPREADSHEET}t")
        return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text.text or "")
    value = cell.findtext(f"{SPREADSHEET}v") or ""
    return value == "1" if cell.get("t") == "b" else int(value)


def in_parquet(path: Path) -> list[dict[str, Any]]:
    return list(parquet.read_table(path).to_pylist())


def answer_in(path: Path) -> Any:
    """The one answer in a table."""
    readers: Mapping[str, Any] = {".csv": in_csv, ".parquet": in_parquet, ".xlsx": lambda p: in_xlsx(p)[0]}
    (row,) = readers[path.suffix](path)
    return row.get("answer")


# -- rows -------------------------------------------------------------------------------------------------------------


def test_every_row_has_every_column(tmp_path: Path) -> None:
    """Whatever became of a sample, its row has all columns, in one order."""
    folder = recorded(tmp_path / "run", make_plan(), [make_response(0)])
    assert [list(row) for row in rows(folder)] == [list(exporting.COLUMNS)] * 2


def test_an_answered_sample(tmp_path: Path) -> None:
    """A row tells the item, what was asked and said, what it cost, and how it was marked."""
    response = make_response(0, model="m-1", finish_reason="stop", prompt_tokens=7, completion_tokens=9)
    (row,) = rows(recorded(tmp_path / "run", make_plan([make_item(1, tags=("dose", "tablet"))]), [response]))
    assert row == {
        "position": 0,
        "item": "med-zh-dose-001",
        "epoch": 0,
        "lang": "zh",
        "dimension": "safety",
        "risks": ("bank:A.1",),
        "tags": ("dose", "tablet"),
        "red_line": False,
        "sealed": False,
        "question": "第 1 题：每次服用多少毫克？",
        "status": "answered",
        "failure": None,
        "calls": 1,
        "state": "complete",
        "answer": "每次 250 mg。",
        "finish_reason": "stop",
        "model": "m-1",
        "prompt_tokens": 7,
        "completion_tokens": 9,
        "reasoning_tokens": None,
        "latency_ms": 120,
        "outcome": "pass",
        "why": None,
        "violation": "none",
        "earned": 1,
        "possible": 1,
        "marks": ["right-dose=met"],
        "reasons": ["right-dose: 已核对"],
        "marked_by": "graders",
    }


def test_each_position_says_what_became_of_it(tmp_path: Path) -> None:
    """Answered, failed and not asked are told apart; a failure says its kind and its calls, and not the server's words."""
    folder = recorded(tmp_path / "run", make_plan([make_item(n) for n in range(3)]), [make_response(1)])
    with history.resume(folder) as run:
        run.write("failure", Failure(position=2, kind="timeout", message=SECRET, attempts=3))
    assert [(row["status"], row["failure"], row["calls"], row["outcome"]) for row in rows(folder)] == [
        ("not_asked", None, None, None),
        ("answered", None, 1, "pass"),
        ("failed", "timeout", 3, None),
    ]
    assert SECRET not in str(rows(folder))


def test_an_answer_after_a_failure_is_an_answer(tmp_path: Path) -> None:
    """A position that failed and was answered later is answered."""
    folder = recorded(tmp_path / "run", make_plan([make_item(1)]))
    with history.resume(folder) as run:
        run.write("failure", Failure(position=0, kind="timeout", message="", attempts=3))
        run.write("response", make_response(0))
    assert [(row["status"], row["failure"], row["outcome"]) for row in rows(folder)] == [("answered", None, None)]


def test_an_item_that_is_asked_again_is_another_row(tmp_path: Path) -> None:
    """Rows follow the order of the plan; epochs tell two calls of one item apart."""
    planned = make_plan([make_item(1), make_item(2)], order=(1, 0, 1), epochs=(0, 0, 1))
    found = [(row["item"][-1], row["epoch"]) for row in rows(recorded(tmp_path / "run", planned))]
    assert found == [("2", 0), ("1", 0), ("2", 1)]


def test_a_dialogue_is_legible(tmp_path: Path) -> None:
    """Turns stand with their roles, answers with their numbers; numbers are summed, and unknown where one turn told none."""
    item = make_item(1, prompt=tuple(Message(role="user", content=text) for text in ("one", "two")))
    turns = (Answer(text="A", prompt_tokens=3, latency_ms=5), Answer(text="B", prompt_tokens=4, latency_ms=6))
    planned = make_plan([item])
    (row,) = rows(recorded(tmp_path / "run", planned, [Response(position=0, answers=turns)]))
    assert row["question"] == "[user] one\n\n[user] two"
    assert row["answer"] == "[1] A\n\n[2] B"
    assert (row["prompt_tokens"], row["completion_tokens"], row["latency_ms"]) == (7, None, 11)


def test_the_candidates_reasoning_is_not_told(tmp_path: Path) -> None:
    """No grader reads the candidate's reasoning, and no table shows it."""
    folder = recorded(tmp_path / "run", make_plan([make_item(1)]), [make_response(0, reasoning=SECRET)])
    assert SECRET not in str(rows(folder))


def test_a_persons_word_is_the_last(tmp_path: Path) -> None:
    """Where a person marked after the machine, the row has the person's marks."""
    planned = make_plan([make_item(1)])
    by_person = replace(make_grade(planned, 0, met=False), by="person:Dr Li")
    folder = recorded(tmp_path / "run", planned, [make_response(0)], grades=[make_grade(planned, 0), by_person])
    assert [(row["outcome"], row["marked_by"]) for row in rows(folder)] == [("fail", "person:Dr Li")]


def test_a_violation_is_told_as_the_standard_holds_it(tmp_path: Path) -> None:
    """Where the standard wants a person's word, a second grader's confirms nothing: the table says what the report says."""
    standard = make_standard(make_requirement(rule="zero", measure="violations", confirm="person", scope=Scope()))
    planned = make_plan([make_item(1, red_line=True)], standard=standard)
    grade = make_grade(planned, 0, met=False, confirmed=True)
    folder = recorded(tmp_path / "run", planned, [make_response(0)], grades=[grade])
    assert grade.violation == "confirmed"
    assert [row["violation"] for row in rows(folder)] == ["unconfirmed"]


def secret_run(tmp_path: Path, **changes: Any) -> Path:
    """A sealed item, an answer and a grade in which every free text holds the secret."""
    item = make_item(
        1,
        dimension=SECRET,
        prompt=(Message(role="user", content=SECRET),),
        criteria=(Criterion(id=f"says-{SECRET}", text=SECRET, check={"mentions": {"all": [SECRET]}}),),
        risks=(f"bank:{SECRET}",),
        tags=(SECRET,),
        **{"visibility": "sealed", **changes},
    )
    planned = make_plan([item])
    response = make_response(0, SECRET, reasoning=SECRET, finish_reason=SECRET, model=SECRET)
    grade = make_grade(planned, 0, met=False, reason=Text(zh=SECRET, en=SECRET), excerpt=SECRET)
    return recorded(tmp_path / "run", planned, [response], grades=[grade])


@pytest.mark.parametrize("ending", FORMS)
def test_nothing_of_a_sealed_item_is_told(tmp_path: Path, ending: str) -> None:
    """No word of a sealed item, of its answer or of its grade is in a table."""
    path = out(secret_run(tmp_path), ending)
    read = {".csv": in_csv, ".parquet": in_parquet, ".xlsx": in_xlsx}[ending](path)
    assert "med-zh-dose-001" in str(read)
    assert SECRET not in str(read)


def test_what_counts_of_a_sealed_item_is_told(tmp_path: Path) -> None:
    """Id, outcome, points and cost of a sealed item are told."""
    (row,) = rows(secret_run(tmp_path))
    told = ("item", "sealed", "status", "outcome", "earned", "possible", "latency_ms")
    assert [row[name] for name in told] == ["med-zh-dose-001", True, "answered", "fail", 0, 1, 120]


def test_the_secret_would_be_seen(tmp_path: Path) -> None:
    """Were the item public, every hidden column would hold the secret: the test above looks at all of them."""
    (row,) = rows(secret_run(tmp_path, visibility="public"))
    assert [name for name, value in row.items() if SECRET in str(value)] == list(exporting.HIDDEN)


# -- hostile texts ----------------------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_a_text_in_csv(tmp_path: Path, text: str) -> None:
    """No cell of a CSV begins with what a spreadsheet runs."""
    found = answer_in(out(answered(tmp_path, text), ".csv"))
    assert not found.startswith(exporting.FORMULA)
    assert found.endswith(("1", ")"))


@pytest.mark.parametrize("text", [*FORMULAS, "https://example.org", "mailto:a@example.org", "{=1}", "1", "1e5", "TRUE"])
def test_a_text_is_a_text_in_xlsx(tmp_path: Path, text: str) -> None:
    """What looks like a formula, a link or a number is a text cell with that text."""
    shown = text.replace("\r", "⟦U+000D⟧")
    assert answer_in(out(answered(tmp_path, text), ".xlsx")) == shown


@pytest.mark.parametrize(
    "text",
    [
        "_x0041_",
        "_x005F_",
        "<b>&amp;</b>",
        "]]>",
        "  two  ",
        "一行\n二行",
        '"quoted", cell',
        "a;=1",
        "😀" * 5,
        "007",
        "NA",
    ],
)
@pytest.mark.parametrize("ending", FORMS)
def test_a_text_stays_as_it_is(tmp_path: Path, text: str, ending: str) -> None:
    """Markup, escapes, line ends, quotes and numerals come back as they were."""
    assert answer_in(out(answered(tmp_path, text), ending)) == text


@pytest.mark.parametrize(
    "text",
    [
        "<r><t>plain</t></r>",
        '<r></r></is></c><c r="Z9"><f>HYPERLINK("http://example.org")</f></c><c><is><r></r>',
        "<r>not even XML</r>",
    ],
)
def test_no_answer_writes_itself_into_the_file(tmp_path: Path, text: str) -> None:
    """What looks like the writing library's own rich text is a text like any other, its first character shown by code point."""
    assert answer_in(out(answered(tmp_path, text), ".xlsx")) == f"⟦U+003C⟧{text[1:]}"


@pytest.mark.parametrize("text", ["_x005F_x0041_", "_x0041_x0042_x0043_"])
def test_no_part_of_an_answer_is_taken_for_an_escape(tmp_path: Path, text: str) -> None:
    """Two of XLSX's escapes that share an underscore are told apart by showing it."""
    found = answer_in(out(answered(tmp_path, text), ".xlsx"))
    assert found.replace("⟦U+005F⟧", "_") == text


@pytest.mark.parametrize("code", [*range(9), *range(0x0B, 0x20), 0x7F, 0x85, 0x9B, 0x202E, 0xFEFF, 0xFFFE, 0xFFFF])
def test_hidden_characters_are_shown(tmp_path: Path, code: int) -> None:
    """In XLSX and CSV a control character is shown by its code point; Parquet has the character itself."""
    folder = answered(tmp_path, f"a{chr(code)}b")
    found = [answer_in(out(folder, ending)) for ending in FORMS]
    assert found == [f"a{chr(code)}b", f"a⟦U+{code:04X}⟧b", f"a⟦U+{code:04X}⟧b"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_is_a_cell(text: str) -> None:
    """Whatever was answered, Parquet has it exactly, and XLSX and CSV show it without a formula."""
    row = {**dict.fromkeys(exporting.COLUMNS), "answer": text}
    with tempfile.TemporaryDirectory() as folder:
        for ending in FORMS:
            exporting.FORMS[ending](iter([row]), Path(folder) / f"t{ending}")
        exact, in_sheet, in_text = [answer_in(Path(folder) / f"t{ending}") for ending in FORMS]
    shown = plaintext.visible(text)
    assert exact == text
    assert in_sheet == exporting.MISREAD.sub(plaintext.shown, shown)
    assert in_text == exporting.harmless(shown)


def test_a_long_answer_is_whole_in_parquet_and_csv_and_cut_in_xlsx(tmp_path: Path) -> None:
    """A cell of a spreadsheet ends at 32,767 characters, and says that it was cut."""
    folder = answered(tmp_path, "答" * 40_000)
    assert [len(answer_in(out(folder, ending))) for ending in FORMS] == [40_000, 32_767, 40_000]
    assert answer_in(tmp_path / "samples.xlsx").endswith("答 …[cut]")


@pytest.mark.parametrize("text", ["😀" * 16_383, "答" * 32_767])
def test_what_just_fits_is_not_cut(text: str) -> None:
    """A character outside the first plane counts twice, as spreadsheets count; what fits is left alone."""
    assert exporting.fitting(text) == text


@pytest.mark.parametrize("text", ["😀" * 16_384, "a" + "😀" * 30_000, "😀a" * 20_000])
def test_a_cut_breaks_no_character(text: str) -> None:
    """What is cut fits, and ends between two characters."""
    cut = exporting.fitting(text)
    assert exporting.CELL - 1 <= len(cut.encode("utf-16-le")) // 2 <= exporting.CELL
    assert text.startswith(cut.removesuffix(exporting.CUT))


# -- the forms --------------------------------------------------------------------------------------------------------


def test_csv_is_read_as_chinese(tmp_path: Path) -> None:
    """A CSV begins with the mark by which Excel knows UTF-8."""
    raw = out(answered(tmp_path, "每次"), ".csv").read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf"position",')
    assert "每次" in raw.decode("utf-8-sig")


def test_csv_through_pandas(tmp_path: Path) -> None:
    """Read as the documentation says, ids and answers come back as they were, numbers as numbers."""
    texts, ids = ["007", "NA", "null", "1e5", "True"], ["001", "1e5", "NA", "null", "True"]
    items = [make_item(n, id=name) for n, name in enumerate(ids)]
    folder = recorded(tmp_path / "run", make_plan(items), [make_response(n, text) for n, text in enumerate(texts)])
    (recipe,) = re.findall(r"pd\.read_csv\(.*\)", DOCUMENTATION)
    held = eval(recipe.replace('"may.csv"', "path"), {"pd": pd, "path": out(folder, ".csv")})
    assert list(held["item"]) == ids
    assert list(held["answer"]) == texts
    assert held["latency_ms"].sum() == 600
    assert held["reasoning_tokens"].isna().all()


@pytest.mark.parametrize("ending", FORMS)
def test_numbers_stay_numbers(tmp_path: Path, ending: str) -> None:
    """Counts are numbers and flags are flags, not texts that look like them."""
    path = out(answered(tmp_path, "yes"), ending)
    if ending == ".csv":
        assert ",0,120," not in path.read_text(encoding="utf-8-sig")
        assert ",120," in path.read_text(encoding="utf-8-sig")
        assert ",False,False," in path.read_text(encoding="utf-8-sig")
    else:
        row = in_parquet(path)[0] if ending == ".parquet" else in_xlsx(path)[0][0]
        assert (row["latency_ms"], row["red_line"]) == (120, False)
        assert type(row["red_line"]) is bool


def test_lists_are_lists_in_parquet_and_joined_for_people(tmp_path: Path) -> None:
    """Tags, risks, marks and reasons are lists in Parquet; in CSV and XLSX they stand behind each other."""
    folder = answered(tmp_path, "yes", tags=("a b", "c"))
    assert in_parquet(out(folder, ".parquet"))[0]["tags"] == ["a b", "c"]
    assert in_csv(out(folder, ".csv"))[0]["tags"] == "a b; c"
    assert in_xlsx(out(folder, ".xlsx"))[0][0]["tags"] == "a b; c"


ARROW = {"number": pa.int64(), "text": pa.string(), "texts": pa.list_(pa.string()), "flag": pa.bool_()}


@pytest.mark.parametrize("responses", [[], [make_response(n) for n in range(5)], [make_response(4)]])
def test_the_schema_does_not_hang_on_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, responses: list[Response]
) -> None:
    """A run without an answer, or with parts without one, has the types of any other."""
    monkeypatch.setattr(exporting, "PART", 2)
    folder = recorded(tmp_path / "run", make_plan([make_item(n) for n in range(5)]), responses)
    held = parquet.ParquetFile(out(folder, ".parquet"))
    assert held.metadata.num_row_groups == 3
    assert [(f.name, f.type) for f in held.schema_arrow] == [(n, ARROW[kind]) for n, kind in exporting.COLUMNS.items()]


def test_long_answers_make_small_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in memory at a time is bounded in characters too, and no row is lost between two parts."""
    monkeypatch.setattr(exporting, "HEAVY", 250)
    planned = make_plan([make_item(n) for n in range(5)])
    path = out(recorded(tmp_path / "run", planned, [make_response(n, "A" * 100) for n in range(5)]), ".parquet")
    held = parquet.ParquetFile(path).metadata
    assert [held.row_group(at).num_rows for at in range(held.num_row_groups)] == [3, 2]


@pytest.mark.parametrize("ending", FORMS)
def test_a_plan_without_samples_is_a_heading(tmp_path: Path, ending: str) -> None:
    """Nothing planned is a table without rows."""
    path = out(recorded(tmp_path / "run", make_plan([])), ending)
    assert len(pd.read_parquet(path) if ending == ".parquet" else in_csv(path) if ending == ".csv" else []) == 0
    assert path.stat().st_size


@pytest.mark.parametrize("count", [4, 5, 6])
def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """More rows than a sheet holds go onto further sheets, each with its heading, none twice and none lost."""
    monkeypatch.setattr(exporting, "SHEET", 2)
    folder = recorded(tmp_path / "run", make_plan([make_item(n) for n in range(count)]))
    sheets = in_xlsx(out(folder, ".xlsx"))
    assert [len(sheet) for sheet in sheets] == [2] * (count // 2) + [1] * (count % 2)
    assert [row["position"] for sheet in sheets for row in sheet] == list(range(count))


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["samples", "samples.json", "samples.xls", ".csv"])
def test_an_unknown_ending_is_refused(tmp_path: Path, name: str) -> None:
    """What table is wanted is said by the ending; another one is refused, with those there are."""
    with pytest.raises(InputError, match=r"\.parquet, \.xlsx, \.csv"):
        exporting.export(answered(tmp_path, "yes"), tmp_path / name)


def test_an_ending_in_capitals_is_known(tmp_path: Path) -> None:
    """Windows writes endings as it likes."""
    assert exporting.export(answered(tmp_path, "yes"), tmp_path / "S.CSV") == 1


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """A table for a folder that is not there is refused, and no folder is made."""
    with pytest.raises(InputError, match="no such folder"):
        exporting.export(answered(tmp_path, "yes"), tmp_path / "none" / "samples.csv")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("there", ["file", "folder", "link"])
def test_nothing_is_written_over(tmp_path: Path, there: str) -> None:
    """Whatever stands there already stays as it is."""
    path = tmp_path / "samples.csv"
    {"file": path.touch, "folder": path.mkdir, "link": lambda: path.symlink_to(tmp_path / "elsewhere")}[there]()
    with pytest.raises(InputError, match="here already"):
        exporting.export(answered(tmp_path, "yes"), path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_appears_meanwhile_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that someone else made while the table was written stays."""
    path = tmp_path / "samples.csv"
    monkeypatch.setitem(exporting.FORMS, ".csv", lambda rows, beside: path.write_text("theirs"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="here already"):
        exporting.export(answered(tmp_path, "yes"), path)
    assert path.read_text(encoding="utf-8") == "theirs"


def breaking(problem: BaseException) -> Any:
    """Rows of which the third breaks."""
    real = exporting.rows

    def rows(held: history.Run) -> Iterator[exporting.Row]:
        for number, row in enumerate(real(held)):
            if number == 2:
                raise problem
            yield row

    return rows


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (Tampered("the journal changed"), Tampered),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), DiskFull),
    ],
)
def test_half_a_table_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, problem: BaseException, said: type[BaseException]
) -> None:
    """An export that breaks off leaves nothing behind."""
    folder = recorded(tmp_path / "run", make_plan([make_item(n) for n in range(4)]))
    monkeypatch.setattr(exporting, "rows", breaking(problem))
    with pytest.raises(said):
        out(folder, ending)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("ending", FORMS)
def test_a_full_disk_is_said(tmp_path: Path, ending: str) -> None:
    """A disk that takes no more is an error of its own, whichever library was writing."""
    folder = recorded(tmp_path / "run", make_plan([make_item(n) for n in range(400)]))
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom evalcenter import errors, exporting\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "try: exporting.export(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except errors.RunError as problem: sys.exit(f'{problem.exit_code} {problem.what}')"
    )
    called = [sys.executable, "-c", code, str(folder), str(tmp_path / f"samples{ending}")]
    done = subprocess.run(called, capture_output=True, text=True, check=False)
    assert done.stderr == "35 the file may not grow any larger (a limit on file sizes)\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("ending", FORMS)
def test_a_table_is_read_by_whom_other_files_are(tmp_path: Path, ending: str) -> None:
    """A table has the rights of any new file, not those of a temporary one."""
    (tmp_path / "other").touch()
    path = out(answered(tmp_path, "yes"), ending)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_a_run_is_exported_while_it_is_written(tmp_path: Path) -> None:
    """Exporting takes no lock; half a line at the end of the journal is not there yet."""
    planned = make_plan()
    with history.create(tmp_path / "run", planned) as run:
        run.write("response", make_response(0))
        with (tmp_path / "run" / "journal.jsonl").open("ab") as file:
            file.write(b'{"at":"2026')
        assert [row["status"] for row in in_csv(out(tmp_path / "run", ".csv"))] == ["answered", "not_asked"]


def test_a_run_is_not_changed(tmp_path: Path) -> None:
    """Exporting writes nothing into the run."""
    folder = answered(tmp_path, "yes")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    out(folder, ".parquet")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("ending", [".parquet", ".xlsx"])
def test_a_forged_count_is_said(tmp_path: Path, ending: str) -> None:
    """A count that no run writes ends in an error, not in a crash."""
    folder = recorded(tmp_path / "run", make_plan([make_item(1)]), [make_response(0, completion_tokens=10**400)])
    with pytest.raises(Tampered, match="a count is larger"):
        out(folder, ending)


def test_a_table_is_no_report(tmp_path: Path) -> None:
    """A table that would stand where verification looks for reports is refused; any other name is fine there."""
    folder = answered(tmp_path, "yes")
    with pytest.raises(InputError, match="pass for a report"):
        exporting.export(folder, folder / "report.xlsx")
    assert exporting.export(folder, folder / "samples.xlsx") == 1


# -- documentation ----------------------------------------------------------------------------------------------------


def test_every_column_is_documented() -> None:
    """The documentation lists the columns in their order, each with its kind."""
    assert dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", DOCUMENTATION, flags=re.MULTILINE)) == exporting.COLUMNS


def test_what_is_hidden_of_sealed_items_is_documented() -> None:
    """The documentation names every column that stays empty for a sealed item."""
    (said,) = re.findall(r"sealed item.*? empty: (.*?)\.", DOCUMENTATION, flags=re.DOTALL)
    assert re.findall(r"`(\w+)`", said) == list(exporting.HIDDEN)


def test_who_marks_is_documented() -> None:
    """The documentation names the graders as the table does."""
    assert f"who graded: `{marking.MACHINE}`" in DOCUMENTATION
