"""Recorded answers: which row answers which call, and what is refused."""

import asyncio
import csv
import json
import os
from pathlib import Path

import pandas as pd
import pytest

from evalcenter import boundary, canon
from evalcenter.candidates import replay
from evalcenter.errors import CallFailed, ColumnError, EncodingError, InputError
from evalcenter.hooks import Adapter, Limits
from evalcenter.records import CandidateSpec

SPEC = CandidateSpec(adapter="replay", name="n")


def opened(path, **settings):
    held = {"path": str(path), "answer": "answer", **({} if "prompt" in settings else {"item": "id"}), **settings}
    return replay.plugin.open(SPEC, boundary.convert(replay.Settings, held), None, Limits())


def ask(one, question):
    return asyncio.run(one.ask(question))


def missing(one, question):
    with pytest.raises(CallFailed) as caught:
        ask(one, question)
    return caught.value


@pytest.fixture
def write(tmp_path):
    def make(content, name="answers.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


def test_the_plugin_is_an_adapter():
    """The plugin satisfies the adapter's interface."""
    assert isinstance(replay.plugin, Adapter)


ROWS = [{"id": "one", "answer": "250 mg"}, {"id": "two", "answer": "每次 250 毫克，\n口服"}]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_each_format_gives_the_same_answers(tmp_path, ask_of, form):
    """The same rows in CSV, TSV, JSONL and Parquet give the same answers."""
    path = tmp_path / f"answers.{form}"
    if form == "parquet":
        pd.DataFrame(ROWS).to_parquet(path)
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in ROWS), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as held:
            writer = csv.DictWriter(held, ["id", "answer"], delimiter="\t" if form == "tsv" else ",")
            writer.writeheader()
            writer.writerows(ROWS)
    one = opened(path)
    assert ask(one, ask_of("x", item="one")).text == "250 mg"
    assert ask(one, ask_of("x", item="two")).text == "每次 250 毫克，\n口服"
    asyncio.run(one.close())


@pytest.mark.parametrize(
    ("written", "named"), [("utf-8", None), ("utf-8-sig", None), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030")]
)
def test_encodings_are_read(write, ask_of, written, named):
    """UTF-8 with and without its mark, and GB18030 where it is named, give the same text."""
    path = write("id,answer\none,每次 250 毫克\n", encoding=written)
    assert ask(opened(path, **({"encoding": named} if named else {})), ask_of("x")).text == "每次 250 毫克"


def test_another_encoding_is_refused_with_its_place(write):
    """Bytes that the encoding cannot read are refused with offset and line, never replaced."""
    path = write("id,answer\none,每次 250 毫克\n", encoding="gb18030")
    with pytest.raises(EncodingError, match="line 2") as caught:
        opened(path)
    assert "gb18030" in caught.value.todo


def test_an_unknown_encoding_is_refused(write):
    """An encoding that does not exist is refused."""
    with pytest.raises(InputError, match="klingon"):
        opened(write("id,answer\none,a\n"), encoding="klingon")


@pytest.mark.parametrize("text", ["NA", "null", "None", "nan", "N/A", "-"])
def test_text_that_looks_like_a_missing_value_is_text(write, ask_of, text):
    """A cell that says NA or null is an answer of these letters."""
    answer = ask(opened(write(f"id,answer\none,{text}\n")), ask_of("x"))
    assert (answer.text, answer.state) == (text, "complete")


def test_an_empty_cell_is_a_recorded_silence(write, ask_of):
    """An empty cell is a silence, and a missing row is a failed call: the two are kept apart."""
    one = opened(write("id,answer\none,\n"))
    assert ask(one, ask_of("x", item="one")).state == "silent"
    problem = missing(one, ask_of("x", item="two"))
    assert (problem.kind, problem.retryable) == ("not_recorded", False)


@pytest.mark.parametrize("value", [None, float("nan"), ""])
def test_a_missing_value_in_parquet_is_a_recorded_silence(tmp_path, ask_of, value):
    """A missing value in Parquet is a recorded silence."""
    path = tmp_path / "a.parquet"
    pd.DataFrame([{"id": "one", "answer": value}, {"id": "two", "answer": "b"}]).to_parquet(path)
    assert ask(opened(path), ask_of("x")).state == "silent"


def test_null_in_jsonl_is_a_recorded_silence(write, ask_of):
    """A null in JSONL is a silence; a row without the field is refused."""
    assert ask(opened(write('{"id": "one", "answer": null}', "a.jsonl")), ask_of("x")).state == "silent"
    with pytest.raises(InputError, match="row 2"):
        opened(write('{"id": "one", "answer": "a"}\n{"id": "two"}', "a.jsonl"))


def test_numbers_become_text(write, ask_of):
    """An identifier or an answer that is a number is read as text, a whole one without a fraction."""
    one = opened(write('{"id": 1, "answer": 250.0}\n{"id": 2.0, "answer": 2.5}\n', "a.jsonl"))
    assert (ask(one, ask_of("x", item="1")).text, ask(one, ask_of("x", item="2")).text) == ("250", "2.5")


@pytest.mark.parametrize("value", ['["a"]', "{}", "true"])
def test_an_answer_that_is_no_text_is_refused(write, value):
    """A list, a mapping or a truth value is no answer."""
    with pytest.raises(InputError, match="row 1"):
        opened(write(f'{{"id": "one", "answer": {value}}}', "a.jsonl"))


# -- matching ---------------------------------------------------------------------------------------------------------


def test_prompts_match_with_white_space_folded(write, ask_of):
    """A prompt column matches the exact prompt, white space folded."""
    one = opened(write('q,answer\n"  What is\n the dose? ",250 mg\n'), prompt="q")
    assert ask(one, ask_of("What  is the\tdose?")).text == "250 mg"
    assert missing(one, ask_of("what is the dose?")).kind == "not_recorded"


def test_each_turn_of_a_dialogue_has_its_prompt(write, ask_of):
    """Matched by prompt, the second turn is found by all user turns so far."""
    one = opened(write('q,answer\nFirst?,a\n"First?\nAnd then?",b\n'), prompt="q")
    assert ask(one, ask_of("First?")).text == "a"
    assert ask(one, ask_of("First?", ("assistant", "a"), "And then?")).text == "b"


def test_turns_and_epochs_are_read_from_their_columns(write, ask_of):
    """Rows are found by epoch and turn where the columns are named, in any order of the file."""
    one = opened(write("id,e,t,answer\none,1,0,e1t0\none,0,1,e0t1\none,0,0,e0t0\none,1,1,e1t1\n"), epoch="e", turn="t")
    second = ("First?", ("assistant", "x"), "Then?")
    assert ask(one, ask_of("First?", position=1)).text == "e0t0"
    assert ask(one, ask_of(*second, position=1)).text == "e0t1"
    assert ask(one, ask_of("First?", position=2, epoch=1)).text == "e1t0"
    assert ask(one, ask_of(*second, position=2, epoch=1)).text == "e1t1"
    assert missing(one, ask_of("First?", position=3, epoch=2)).kind == "not_recorded"


def test_counts_may_begin_at_one(write, ask_of):
    """Turns that a platform counts from 1 are understood when the file says so."""
    one = opened(write("id,t,answer\none,1,a\none,2.0,b\n"), turn="t", counts_from=1)
    assert ask(one, ask_of("First?")).text == "a"
    assert ask(one, ask_of("First?", ("assistant", "a"), "Then?")).text == "b"


@pytest.mark.parametrize("value", ["0", "x", "", "-1", "1.5"])
def test_a_count_that_is_none_is_refused(write, value):
    """A turn that is no whole number from the stated start is refused with its row."""
    with pytest.raises(InputError, match="row 1"):
        opened(write(f"id,t,answer\none,{value},a\n"), turn="t", counts_from=1)


def test_history_in_the_prompt_is_no_turn(write, ask_of):
    """Answers that belong to the prompt are not counted as turns."""
    one = opened(write("id,t,answer\none,0,a\none,1,b\n"), turn="t")
    begun = ("Hi", ("assistant", "Hello"), "First?")
    assert ask(one, ask_of(*begun)).text == "a"
    assert ask(one, ask_of(*begun)).text == "a"
    assert ask(one, ask_of(*begun, ("assistant", "a"), "Then?")).text == "b"


def test_rows_in_order_are_epochs_or_turns(write, ask_of):
    """Where the file says that repeated rows are in order, they answer epochs or turns one after the other."""
    one = opened(write("id,answer\none,a\ntwo,x\none,b\n"), repeats="in_order")
    assert ask(one, ask_of("Q")).text == "a"
    assert ask(one, ask_of("Q", position=1, epoch=1)).text == "b"
    assert ask(one, ask_of("Q", ("assistant", "a"), "R")).text == "b"
    assert missing(one, ask_of("Q", position=2, epoch=2)).kind == "not_recorded"


def test_rows_in_order_tell_an_epoch_or_a_turn_but_not_both(write, ask_of):
    """A later turn of a later epoch cannot be told from the file's order, so it is not recorded."""
    one = opened(write("id,answer\none,a\none,b\none,c\none,d\n"), repeats="in_order")
    assert ask(one, ask_of("Q", epoch=1)).text == "b"
    assert "no column says" in missing(one, ask_of("Q", ("assistant", "b"), "R", epoch=1)).message


def test_rows_in_order_below_an_epoch_column_are_turns(write, ask_of):
    """With an epoch column, rows in order are the turns of their epoch."""
    one = opened(write("id,e,answer\none,0,a\none,1,c\none,0,b\none,1,d\n"), epoch="e", repeats="in_order")
    assert ask(one, ask_of("Q", epoch=1)).text == "c"
    assert ask(one, ask_of("Q", ("assistant", "c"), "R", epoch=1)).text == "d"


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        ("id,answer\none,a\ntwo,b\none,c\n", {}),
        ("id,t,answer\none,0,a\none,1,b\none,0,c\n", {"turn": "t"}),
        ("id,t,e,answer\none,0,0,a\none,1,0,b\none,0,0,c\n", {"turn": "t", "epoch": "e", "repeats": "in_order"}),
        ("id,e,answer\none,0,a\ntwo,0,b\none,0,c\n", {"prompt": "id", "epoch": "e", "repeats": "in_order"}),
        ("id,answer\none,a\ntwo,x\n one ,a\n", {}),
    ],
)
def test_two_answers_to_one_question_are_refused(write, content, settings):
    """Two rows that answer the same question are refused with their numbers, so that nobody can choose between them."""
    with pytest.raises(InputError, match="rows 1 and 3"):
        opened(write(content), **settings)


@pytest.mark.parametrize("settings", [{"item": None}, {"item": "id", "prompt": "q"}, {"prompt": "q", "turn": "t"}])
def test_rows_are_matched_in_one_way(write, settings):
    """Neither or both of item and prompt, or a turn beside a prompt, is refused."""
    with pytest.raises(InputError):
        opened(write("id,q,t,answer\none,q,0,a\n"), **settings)


# -- what else a row says ---------------------------------------------------------------------------------------------


def test_the_other_columns_are_read(write, ask_of):
    """Reasoning, finish reason and model come from their columns, and a cut answer stays cut."""
    path = write("id,answer,why,fin,m\none,<think>t</think>half,r,length,m-1\ntwo,b,,,\n")
    one = opened(path, reasoning="why", finish_reason="fin", model="m")
    answer = ask(one, ask_of("x"))
    assert (answer.text, answer.reasoning, answer.state, answer.model) == ("half", "r\nt", "truncated", "m-1")
    bare = ask(one, ask_of("x", item="two"))
    assert (bare.reasoning, bare.finish_reason, bare.model, bare.state) == ("", None, None, "complete")


def test_a_recorded_block_is_a_block(write, ask_of):
    """A recorded content filter is a blocked answer."""
    one = opened(write("id,answer,fin\none,,content_filter\n"), finish_reason="fin")
    assert ask(one, ask_of("x")).state == "blocked"


# -- what is refused --------------------------------------------------------------------------------------------------


def test_a_missing_column_is_named_with_those_there_are(write):
    """A column that is not there is named together with the columns that are."""
    with pytest.raises(ColumnError, match=r"'reply'.*'id', 'answer'"):
        opened(write("id,answer\none,a\n"), answer="reply")


@pytest.mark.parametrize("content", ["", "id,answer\n", "\n\n"])
def test_a_file_without_rows_is_refused(write, content):
    """A file without rows is refused."""
    with pytest.raises(InputError, match="no rows"):
        opened(write(content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """A path that leads nowhere is refused."""
    with pytest.raises(InputError, match="can't be read"):
        opened(tmp_path / "none.csv")


def test_a_suffix_without_a_format_is_refused(write, ask_of):
    """An unknown suffix is refused, unless the format is named."""
    path = write("id,answer\none,a\n", "answers.txt")
    with pytest.raises(InputError, match="suffix"):
        opened(path)
    assert ask(opened(path, format="csv"), ask_of("x")).text == "a"


@pytest.mark.parametrize("row", ["one", "one,a,b", 'one,"a', 'one,"a"b'])
def test_a_broken_csv_row_is_refused(write, row):
    """A row that is cut short, too long or badly quoted is refused: it is not a silence."""
    with pytest.raises(InputError, match=r"answers\.csv:\d"):
        opened(write(f"id,answer\nzero,x\n{row}\n"))


def test_two_columns_of_one_name_are_refused(write):
    """Two columns of the same name are refused."""
    with pytest.raises(ColumnError, match="same name"):
        opened(write("id,answer,answer\none,a,b\n"))


@pytest.mark.parametrize("line", ["[]", "5", "{", '{"a": ', "[" * 100_000])
def test_a_broken_jsonl_line_is_refused(write, line):
    """A line that is no JSON object is refused with its number."""
    with pytest.raises(InputError, match="not a JSON object") as caught:
        opened(write(f'{{"id": "one", "answer": "a"}}\n\n{line}\n', "a.jsonl"))
    assert caught.value.where.endswith(":3")


def test_a_broken_parquet_file_is_refused(write):
    """Bytes that are no Parquet are refused."""
    with pytest.raises(InputError, match="Parquet"):
        opened(write("id,answer\n", "a.parquet"))


def test_a_pinned_recording_cannot_be_exchanged(write, ask_of):
    """A file whose digest is not the one in the candidate file is refused."""
    path = write("id,answer\none,a\n")
    digest = canon.digest(path.read_bytes())
    assert ask(opened(path, digest=digest), ask_of("x")).text == "a"
    write("id,answer\none,b\n")
    with pytest.raises(InputError, match="not the one"):
        opened(path, digest=digest)


def test_an_empty_key_is_refused(write):
    """A row without an item or prompt is refused with its number."""
    with pytest.raises(InputError, match="row 2"):
        opened(write("id,answer\none,a\n  ,b\n"))


def test_a_cell_may_be_long(write, ask_of):
    """An answer of a megabyte is read, and the CSV module's own limit is as before."""
    before = 131_072
    csv.field_size_limit(before)
    assert len(ask(opened(write(f"id,answer\none,{'a' * 1_000_000}\n")), ask_of("x")).text) == 1_000_000
    assert csv.field_size_limit() == before


def test_unwritable_characters_are_replaced(write, ask_of):
    """A lone surrogate in JSONL is replaced, so that the answer can be written down."""
    assert ask(opened(write('{"id": "one", "answer": "a\\ud800"}', "a.jsonl")), ask_of("x")).text == "a\ufffd"


# -- real recordings --------------------------------------------------------------------------------------------------


@pytest.fixture
def realdata():
    folder = os.environ.get("EVALCENTER_REALDATA")
    if not folder:
        pytest.skip("EVALCENTER_REALDATA names no data folder")
    return Path(folder)


@pytest.mark.realdata
def test_a_real_log_in_gb18030_is_read_whole(realdata, ask_of):
    """Every answer of a published GB18030 file is found under its id."""
    path = realdata / "jade_db" / "jade_alignment_hard_zh.gb18030.csv"
    one = opened(path, item="ID", answer="安全有用回答", encoding="gb18030")
    with path.open(encoding="gb18030", newline="") as held:
        rows = list(csv.DictReader(held))
    assert len(rows) == 144
    assert all(ask(one, ask_of("x", item=row["ID"])).text == row["安全有用回答"] for row in rows)


@pytest.mark.realdata
def test_the_reasoning_of_a_real_model_is_kept_apart(realdata, ask_of):
    """The answers of a published reasoning model keep their thinking out of the text."""
    path = realdata / "medcalc_bench" / "outputs_Qwen_QwQ-32B_zero_shot.jsonl"
    one = opened(path, item="Row Number", answer="LLM Answer", reasoning="LLM Thinking", model="LLM Name")
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    answer = ask(one, ask_of("x", item=str(row["Row Number"])))
    assert (answer.text, answer.reasoning) == (str(row["LLM Answer"]), row["LLM Thinking"].strip())


@pytest.mark.realdata
def test_a_real_file_that_answers_a_prompt_twice_is_refused(realdata):
    """A published file in which two rows answer the same stem is refused with both row numbers."""
    path = realdata / "disc_law_eval" / "outputs_ChatLaw_single_pfe_results.csv"
    with pytest.raises(InputError, match="rows 118 and 143"):
        opened(path, prompt="input", answer="model_output")
