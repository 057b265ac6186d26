"""Tests of the lm-eval importer on tasks written here."""

import pytest

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Importer
from evalcenter.importers import lm_eval, mapping

# lm-eval and its dependencies warn while they are imported; none of that is ours to mend.
pytestmark = pytest.mark.filterwarnings("default")

CHOICE = """
task: local_choice
dataset_path: json
dataset_kwargs: {data_files: {test: q.jsonl}}
test_split: test
output_type: multiple_choice
doc_to_text: "Question: {{q}}"
doc_to_choice: "{{opts}}"
doc_to_target: gold
metric_list:
  - metric: acc
"""
OPEN = """
task: local_open
dataset_path: json
dataset_kwargs: {data_files: q.jsonl}
validation_split: train
output_type: generate_until
doc_to_text: "Q: {{q}}"
doc_to_target: "{{opts[gold]}}"
"""
DATA = '{"q": "2+2?", "opts": ["3", "4", "5"], "gold": 1}\n{"q": "3+3?", "opts": ["6", "7", "8"], "gold": 0}\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with questions, and a cache of its own."""
    pytest.importorskip("lm_eval")
    config = pytest.importorskip("datasets").config
    monkeypatch.setattr(config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "q.jsonl").write_text(DATA, encoding="utf-8")
    return tmp_path / "data"


def rows(folder, content, **params):
    """The rows of a task file."""
    (folder / "t.yaml").write_text(content, encoding="utf-8")
    return list(lm_eval.plugin.rows(lm_eval.Params(path="t.yaml", **params), folder))


def test_it_is_an_importer():
    """The plugin has every part of the importer interface."""
    assert isinstance(lm_eval.plugin, Importer)


def test_a_choice_task(folder):
    """A choice task gives its prompt, its choices and its target, and the document's own columns."""
    found = rows(folder, CHOICE)
    assert [row.fields["prompt"] for row in found] == ["Question: 2+2?", "Question: 3+3?"]
    assert found[0].fields["choices"] == ["3", "4", "5"]
    assert (found[0].fields["target"], found[0].fields["doc.gold"]) == (1, 1)


def test_an_open_task(folder):
    """A generation task gives its prompt and the text that is expected."""
    found = rows(folder, OPEN)
    assert [(row.fields["prompt"], row.fields["target"]) for row in found] == [("Q: 2+2?", "4"), ("Q: 3+3?", "6")]
    assert "choices" not in found[0].fields


def test_the_rows_become_items(folder):
    """A choice task's rows become choice items."""
    made = {
        "source": {"lm_eval": {"path": "t.yaml"}},
        "suite": {"id": "s", "title": {"zh": "题", "en": "T"}, "about": {"zh": "a", "en": "a"}},
        "item": {
            "id": "x-{row}",
            "lang": "en",
            "dimension": "d",
            "prompt": "{prompt}",
            "options": {"column": "choices"},
            "answer": {"column": "target", "form": "index0"},
            "grader": "choice",
        },
    }
    found = mapping.convert_rows(made, rows(folder, CHOICE))
    assert [item.criteria[0].check["choice"]["key"] for item in found.items] == [["B"], ["A"]]


def test_a_limit(folder):
    """A limit reads the first rows only."""
    assert len(rows(folder, CHOICE, limit=1)) == 1


def test_a_template_that_fails_on_a_document(folder):
    """A document that the task can't render is a bad row."""
    with (folder / "q.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"q": "4+4?", "opts": ["8"], "gold": 5}\n')
    found = rows(folder, OPEN)
    assert isinstance(found[2], BadRow)
    assert "fails on this document" in found[2].reason


CODE = {
    "function": CHOICE + "process_docs: !function evil.run\n",
    "verbose-tag": CHOICE + "process_docs: !<!function> evil.run\n",
    "escaped-tag": CHOICE + "process_docs: !func%74ion evil.run\n",
    "tag-in-a-key": CHOICE + "? !function evil.run\n: 1\n",
    "tag-in-a-list": CHOICE + "metadata: [!function evil.run]\n",
    "python-object": CHOICE + "metadata: !!python/object/apply:os.system ['touch ran']\n",
    "class": CHOICE + "class: evil.Task\n",
    "custom-dataset": CHOICE + "custom_dataset: evil.load\n",
    "unsafe-code": CHOICE + "unsafe_code: true\n",
    "prompt-source": CHOICE + "use_prompt: promptsource:x\n",
    "pickle": CHOICE.replace("dataset_path: json", "dataset_path: pandas"),
    "script": CHOICE.replace("dataset_path: json", "dataset_path: ./evil.py"),
    "remote-code": CHOICE.replace("{data_files: {test: q.jsonl}}", "{trust_remote_code: true}"),
    "kwargs-list": CHOICE.replace("{data_files: {test: q.jsonl}}", "[x]"),
}


@pytest.mark.parametrize("case", CODE)
def test_a_task_file_that_would_run_code_is_refused(folder, case):
    """A task file is data: tags, fields and loaders that run code are refused and the ugly switch is named."""
    (folder / "evil.py").write_text(
        "from pathlib import Path\nPath('ran').touch()\ndef run(docs): return docs\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        rows(folder, CODE[case])
    assert "allow_code: true" in caught.value.todo
    assert not (folder / "ran").exists()


def test_code_in_an_included_file_is_refused(folder):
    """An included file is held to the same rules."""
    (folder / "base.yaml").write_text("process_docs: !function evil.run\n", encoding="utf-8")
    with pytest.raises(InputError, match="can make lm-eval run code"):
        rows(folder, CHOICE + "include: base.yaml\n")


def test_an_included_file_is_merged(folder):
    """An included file brings fields; the including file's own win."""
    (folder / "base.yaml").write_text(CHOICE, encoding="utf-8")
    assert rows(folder, "include: base.yaml\ntask: other\ndoc_to_text: 'P {{q}}'\n")[0].fields["prompt"] == "P 2+2?"


@pytest.mark.parametrize("name", ["t.yaml", "../out.yaml", "missing.yaml"])
def test_includes_that_lead_nowhere(folder, name):
    """An include of itself, of a file outside the folder, and of a missing file are refused."""
    (folder.parent / "out.yaml").write_text(CHOICE, encoding="utf-8")
    with pytest.raises(InputError, match="include"):
        rows(folder, CHOICE + f"include: [{name}]\n")


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('touch ran') }}",
        r"{{ ''['\x5f\x5fclass\x5f\x5f'] }}",
        "{{ ''|attr('__class__') }}",
    ],
)
def test_templates_run_in_the_sandbox(folder, attack):
    """A template can't reach Python's objects."""
    import json

    content = CHOICE.replace('"Question: {{q}}"', json.dumps(attack))
    try:
        found = rows(folder, content)
    except InputError:
        return
    assert all(isinstance(row, BadRow) or "class" not in row.fields["prompt"] for row in found)


def test_the_template_environment_is_put_back(folder):
    """lm-eval's own environment is in place again after an import."""
    from lm_eval import utils

    before = utils.env
    rows(folder, CHOICE)
    assert utils.env is before


def test_code_that_somebody_has_read_can_be_allowed(folder):
    """With allow_code the file's functions run."""
    (folder / "mine.py").write_text("def ask(doc):\n    return 'F ' + doc['q']\n", encoding="utf-8")
    content = CHOICE.replace('"Question: {{q}}"', "!function mine.ask").replace("q.jsonl", str(folder / "q.jsonl"))
    assert rows(folder, content, allow_code=True)[0].fields["prompt"] == "F 2+2?"


@pytest.mark.parametrize("params", [{}, {"task": "x", "path": "t.yaml"}])
def test_a_name_or_a_file(folder, params):
    """Either a name or a file is given."""
    with pytest.raises(InputError, match="give either"):
        list(lm_eval.plugin.rows(lm_eval.Params(**params), folder))


@pytest.mark.parametrize("content", ["[1, 2]", "a: [", "a: &x [*x]", "a: !!int abc", "", "dataset_path: json\n"])
def test_a_file_that_is_no_task(folder, content):
    """A file that is no task's mapping is refused."""
    with pytest.raises(InputError):
        rows(folder, content)


@pytest.mark.parametrize("files", ["../q.jsonl", "[../q.jsonl]", "{test: ../q.jsonl}", "7"])
def test_data_files_stay_inside_the_folder(folder, files):
    """A task's data files are inside the data folder."""
    (folder.parent / "q.jsonl").write_text(DATA, encoding="utf-8")
    with pytest.raises(InputError):
        rows(folder, CHOICE.replace("{test: q.jsonl}", files))


@pytest.fixture
def few(folder, monkeypatch):
    """lm-eval's loader over the tasks of the data folder only: its own index of thousands of files takes long to build."""
    from lm_eval import tasks

    whole = tasks.TaskManager
    monkeypatch.setattr(tasks, "TaskManager", lambda: whole(include_defaults=False, include_path=str(folder)))


def test_a_task_by_name(folder, few):
    """A task that lm-eval knows by name is read the same way."""
    (folder / "t.yaml").write_text(CHOICE.replace("q.jsonl", str(folder / "q.jsonl")), encoding="utf-8")
    found = list(lm_eval.plugin.rows(lm_eval.Params(task="local_choice"), folder))
    assert found[1].fields["prompt"] == "Question: 3+3?"


def test_an_unknown_task_name(folder, few):
    """A name that lm-eval doesn't know is refused."""
    with pytest.raises(InputError, match="can't be loaded"):
        list(lm_eval.plugin.rows(lm_eval.Params(task="no_such_task_here"), folder))


def test_a_group_of_tasks_is_imported_one_by_one(folder, few):
    """A group holds several tasks, each with its own columns, so it is refused with their names."""
    for name in ("one", "two"):
        content = CHOICE.replace("q.jsonl", str(folder / "q.jsonl")).replace("local_choice", name)
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    (folder / "group.yaml").write_text("group: both\ntask: [one, two]\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds 2 tasks: one, two"):
        list(lm_eval.plugin.rows(lm_eval.Params(task="both"), folder))
