"""Reads datasets with the Hugging Face ``datasets`` library: local files, saved folders, and names on the hub.

Rules this module keeps:

* No code of a dataset is ever run: loading scripts are refused by asking for none, and the loaders that unpickle files
  (``pandas``) are not offered.
* ``offline: true`` never touches the network: only what is already in the library's cache is read.
* Paths of files are relative to the data folder and stay inside it. A hub name is one thing, a folder another: `path` is a
  file format (``json``, ``csv``, ``parquet``, ``text``, ``arrow``) when `data_files` is given, else a name on the hub.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter.errors import InputError, MissingExtra
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import text, values
from evalcenter.records import record

FORMATS: Final = ("json", "csv", "parquet", "text", "arrow")
_HUB_NAME: Final = re.compile(r"(?!.*(--|\.\.))[a-zA-Z0-9][\w.-]{0,95}/[a-zA-Z0-9_][\w.-]{0,95}", re.ASCII)


@record
class Params:
    """What to load.

    `path` is a name on the hub, or a file format together with `data_files` (file names relative to the data folder; on the
    hub: inside the dataset). `name` is the dataset's configuration; `revision` a commit or tag, which a certificate should fix.
    """

    path: str
    split: str = "test"
    name: str | None = None
    revision: str | None = None
    data_files: tuple[str, ...] = ()
    offline: bool = False


class HuggingFace:
    """Rows of one split, numbered from 1."""

    name: ClassVar[str] = "hf"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Params

    def rows(self, params: Params, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order. Raises MissingExtra without the library, InputError when nothing can be loaded."""
        yield from values.rows(_load(params, folder))


def require(module: str) -> Any:
    """An optional library, or MissingExtra that says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as problem:
        raise MissingExtra(
            f"the library {module} can't be imported ({problem})", todo="install it: pip install 'evalcenter[import]'"
        ) from None


@contextmanager
def offline(*, wanted: bool) -> Iterator[None]:
    """Keep the hub's libraries off the network inside the block.

    They read the environment once, when they are first imported; later the same switch is an attribute of their configuration.
    Both are set, and both are put back.
    """
    if not wanted:
        yield
        return
    names = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    held: list[tuple[Any, str, Any]] = []
    for module, attribute in (("huggingface_hub.constants", "HF_HUB_OFFLINE"), ("datasets.config", "HF_HUB_OFFLINE")):
        config = require(module)
        held.append((config, attribute, getattr(config, attribute, False)))
        setattr(config, attribute, True)
    try:
        yield
    finally:
        for config, attribute, value in held:
            setattr(config, attribute, value)
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def _load(params: Params, folder: Path) -> Iterator[Mapping[str, Any]]:
    wanted = _arguments(params, folder)
    with offline(wanted=params.offline or params.path in FORMATS):
        library = require("datasets")
        try:
            found = library.load_dataset(**wanted)
        except Exception as problem:  # noqa: BLE001 (the library raises dozens of types; each becomes one that says what to do)
            raise explain(problem, params.path, offline=params.offline) from None
    if not hasattr(found, "column_names") or isinstance(found, dict):
        raise InputError(f"the split {params.split!r} names no single table", where=params.path, todo="name one split")
    yield from found


def _arguments(params: Params, folder: Path) -> dict[str, Any]:
    wanted: dict[str, Any] = {"path": params.path, "name": params.name, "split": params.split}
    if params.path in FORMATS:
        if not params.data_files:
            raise InputError(f"the format {params.path!r} needs `data_files`", todo="name the files")
        files = [str(text.inside(folder, name)) for name in params.data_files]
        return {**wanted, "data_files": {params.split: files}}
    if not is_hub_name(params.path):
        raise InputError(
            f"{params.path!r} is neither a name on the hub (owner/name) nor a format ({', '.join(FORMATS)})",
            todo="for local files give a format and `data_files`; loading scripts are never run",
        )
    if any(name.startswith(("/", "~")) or ".." in name or "://" in name for name in params.data_files):
        raise InputError("`data_files` of a hub dataset are paths inside the dataset", where=params.path)
    if Path(params.path).exists():
        raise InputError(f"a folder called {params.path!r} lies here and would be read instead of the hub")
    files_on_hub = list(params.data_files) or None
    return {**wanted, "revision": params.revision, "data_files": files_on_hub}


def is_hub_name(path: str) -> bool:
    """Whether `path` is written as owner/name."""
    return _HUB_NAME.fullmatch(path) is not None


def explain(problem: Exception, path: str, *, offline: bool = False) -> InputError:
    """The library's error as one that says what to do."""
    words = " ".join(str(problem).split())[:300]
    kinds = {kind.__name__ for kind in type(problem).__mro__}
    if kinds & {"OfflineModeIsEnabled", "ConnectionError", "ConnectError", "LocalEntryNotFoundError", "HfHubHTTPError"}:
        todo = (
            "it is not in the local cache; import once without `offline`"
            if offline
            else "check the network, or save the files and load them with a format and `data_files`"
        )
        return InputError(f"the hub can't be reached: {type(problem).__name__}: {words}", where=path, todo=todo)
    return InputError(
        f"can't be loaded: {type(problem).__name__}: {words}", where=path, todo="check name, split and files"
    )


plugin: Final = HuggingFace()
