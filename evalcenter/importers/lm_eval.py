"""Reads the questions of an lm-eval task through lm-eval's own task loader.

Each document of the task's test split (else its validation split) becomes a row with the columns ``prompt`` (doc_to_text),
``target`` (doc_to_target), ``choices`` (doc_to_choice, where the task has it) and ``doc.<column>`` for the document itself.

Rules this module keeps:

* A task given as a YAML file is data, not code: a tag such as ``!function``, a key that makes lm-eval import or fetch code, and
  a data loader that unpickles are refused, and its templates are rendered in Jinja's sandbox. ``allow_code: true`` lifts all of
  that for a file that somebody has read.
* A task given by name is part of the installed lm-eval and as trusted as that package.
* Prompts are the task's own, without few-shot examples or description.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import hf, text, values
from evalcenter.records import record

_PASSED: Final = frozenset(
    {
        *("task", "dataset_path", "dataset_name", "dataset_kwargs", "output_type"),
        *("training_split", "validation_split", "test_split"),
        *("doc_to_text", "doc_to_choice", "doc_to_target", "target_delimiter"),
    }
)
# These change how answers are prompted for with examples, filtered or scored, which is not imported; they are left out.
_DROPPED: Final = frozenset(
    {
        *("task_alias", "tag", "include", "metadata", "metric_list", "filter_list", "generation_kwargs", "repeats"),
        *("fewshot_split", "fewshot_config", "fewshot_delimiter", "num_fewshot", "description"),
        *("should_decontaminate", "doc_to_decontamination_query"),
    }
)
_DATA_KEYS: Final = frozenset({"data_files", "data_dir", "revision", "split"})


@record
class Params:
    """Which task: `task` names an installed one, `path` a YAML file inside the data folder. `limit` reads the first rows only."""

    task: str | None = None
    path: str | None = None
    allow_code: bool = False
    offline: bool = False
    limit: int | None = None


class LmEval:
    """Rows of one lm-eval task, numbered from 1."""

    name: ClassVar[str] = "lm_eval"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Params

    def rows(self, params: Params, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order. Raises MissingExtra without lm-eval, InputError when the task can't be loaded."""
        if (params.task is None) == (params.path is None):
            raise InputError("give either `task` (an installed task) or `path` (a YAML file)")
        file = text.inside(folder, params.path) if params.path else None
        if file is not None and not params.allow_code:
            _refuse_code(file, folder.resolve(), ())
        hf.require("datasets")
        hf.require("lm_eval")
        with hf.offline(wanted=params.offline), _sandbox(wanted=file is not None and not params.allow_code), _quiet():
            found = list(_rows(params, file, folder))
        yield from found


def _rows(params: Params, file: Path | None, folder: Path) -> Iterator[Row | BadRow]:
    loaded = _task(params, file, folder)
    for number, document in enumerate(loaded.eval_docs, start=1):
        if params.limit is not None and number > params.limit:
            return
        try:
            yield Row(number=number, fields=_fields(loaded, document))
        except Exception as problem:  # noqa: BLE001 (a template may fail in any way on one document)
            yield BadRow(number=number, reason=f"the task fails on this document: {type(problem).__name__}: {problem}")


def _fields(loaded: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    fields = {"prompt": loaded.doc_to_text(document), "target": loaded.doc_to_target(document)}
    if loaded.config.doc_to_choice is not None:
        fields["choices"] = loaded.doc_to_choice(document)
    fields |= {f"doc.{name}": value for name, value in document.items()}
    return {name: values.plain(value) for name, value in fields.items()}


def _task(params: Params, file: Path | None, folder: Path) -> Any:
    from lm_eval.tasks import TaskManager

    try:
        if file is None:
            found = TaskManager().load(params.task)["tasks"]
        else:
            found = TaskManager(include_defaults=False).load(_spec(file, folder, allow_code=params.allow_code))["tasks"]
    except InputError:
        raise
    except Exception as problem:  # noqa: BLE001 (lm-eval and datasets raise any type; each becomes one that says what to do)
        raise hf.explain(problem, str(params.task or params.path), offline=params.offline) from None
    if len(found) != 1:
        raise InputError(
            f"{params.task or params.path!r} holds {len(found)} tasks: {', '.join(sorted(found)[:20])}",
            todo="import them one by one",
        )
    return next(iter(found.values()))


def _spec(file: Path, folder: Path, *, allow_code: bool) -> Any:
    """What lm-eval is given: the file, or its content with the paths of data files made absolute."""
    if allow_code:
        return str(file)
    from lm_eval.tasks._yaml_loader import load_yaml

    config = load_yaml(file, resolve_func=False)
    kwargs = dict(config.get("dataset_kwargs") or {})
    if "data_files" in kwargs:
        kwargs["data_files"] = _absolute(kwargs["data_files"], folder)
    return {**{key: held for key, held in config.items() if key in _PASSED}, "dataset_kwargs": kwargs}


def _absolute(files: Any, folder: Path) -> Any:
    if isinstance(files, str):
        return str(text.inside(folder, files))
    if isinstance(files, list):
        return [_absolute(name, folder) for name in files]
    if isinstance(files, dict):
        return {split: _absolute(names, folder) for split, names in files.items()}
    raise InputError("`data_files` must be a file name, a list of them, or one per split")


# -- a task file is data, not code ------------------------------------------------------------------------------------


def _refuse_code(file: Path, folder: Path, seen: tuple[Path, ...]) -> None:
    """Refuse the task file, and what it includes, when it would make lm-eval run code."""
    import yaml

    if file in seen or len(seen) > 20:
        raise InputError("the file includes itself", where=str(file))
    content = text.decode(file.read_bytes(), "utf-8", where=str(file))[0]
    try:
        node = yaml.compose(content, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as problem:
        raise InputError(f"not valid YAML: {problem}", where=str(file)) from None
    _refuse_tags(node, file, set())
    try:
        config = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise InputError(f"not valid YAML: {problem}", where=str(file)) from None
    if not isinstance(config, dict):
        raise InputError("expected a task's mapping of fields", where=str(file))
    _refuse_keys(config, file)
    included = config.get("include", [])
    for name in included if isinstance(included, list) else [included]:
        _refuse_code(_below(file.parent / str(name), folder), folder, (*seen, file))


def _below(path: Path, folder: Path) -> Path:
    full = path.resolve()
    if not full.is_relative_to(folder) or not full.is_file():
        raise InputError(f"the included file {path.name!r} is missing or leads out of the data folder")
    return full


def _refuse_tags(node: Any, file: Path, seen: set[int]) -> None:
    import yaml

    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if not node.tag.startswith("tag:yaml.org,2002:") or ":python" in node.tag:
        raise _code(f"the tag {node.tag}", f"{file}:{node.start_mark.line + 1}")
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_tags(child, file, seen)
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            _refuse_tags(key, file, seen)
            _refuse_tags(child, file, seen)


def _refuse_keys(config: Mapping[str, Any], file: Path) -> None:
    unknown = sorted(str(key) for key in config if key not in _PASSED | _DROPPED)
    if unknown:
        raise _code(f"the field {unknown[0]!r}", str(file))
    kwargs = config.get("dataset_kwargs") or {}
    extra = sorted(str(key) for key in kwargs if key not in _DATA_KEYS) if isinstance(kwargs, dict) else ["a list"]
    if extra:
        raise _code(f"dataset_kwargs.{extra[0]}", str(file))
    source = config.get("dataset_path")
    if source is not None and source not in hf.FORMATS and not hf.is_hub_name(str(source)):
        raise _code(f"the dataset_path {source!r}", str(file))


def _code(what: str, where: str) -> InputError:
    return InputError(
        f"{what} can make lm-eval run code",
        where=where,
        todo="read the file, and what it points at; if you trust it, set `allow_code: true` in the mapping",
    )


@contextmanager
def _sandbox(*, wanted: bool) -> Iterator[None]:
    """Let lm-eval render templates in Jinja's sandbox: its own environment lets a template reach every Python object."""
    if not wanted:
        yield
        return
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    library = hf.require("lm_eval.utils")
    before = library.env
    boxed = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    boxed.filters.update(before.filters)
    library.env = boxed
    try:
        yield
    finally:
        library.env = before


@contextmanager
def _quiet() -> Iterator[None]:
    """lm-eval warns about metrics that nobody computes here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


plugin: Final = LmEval()
