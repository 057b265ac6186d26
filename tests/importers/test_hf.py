"""Tests of the Hugging Face importer, offline."""

import os
import sys
from decimal import Decimal

import pytest

from evalcenter.errors import InputError, MissingExtra
from evalcenter.hooks import Importer, Row
from evalcenter.importers import hf

# The library warns about its own dependencies while it is imported; none of that is ours to mend.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache of its own for each test."""
    config = pytest.importorskip("datasets").config
    monkeypatch.setattr(config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    return tmp_path


def rows(folder, **params):
    """The rows that the importer gives."""
    return list(hf.plugin.rows(hf.Params(**params), folder))


def test_it_is_an_importer():
    """The plugin has every part of the importer interface."""
    assert isinstance(hf.plugin, Importer)


def test_a_local_file(cache):
    """A local file is read as a named split, without floats."""
    (cache / "d.jsonl").write_text(
        '{"q": "什么？", "x": 1.5, "o": ["a", "b"]}\n{"q": "y", "x": null, "o": []}\n', encoding="utf-8"
    )
    assert rows(cache, path="json", data_files=("d.jsonl",)) == [
        Row(number=1, fields={"q": "什么？", "x": Decimal("1.5"), "o": ["a", "b"]}),
        Row(number=2, fields={"q": "y", "x": None, "o": []}),
    ]


def test_a_malformed_local_file(cache):
    """A file that the library can't read is refused with the library's words."""
    (cache / "d.jsonl").write_text('{"q": ', encoding="utf-8")
    with pytest.raises(InputError, match="can't be loaded"):
        rows(cache, path="json", data_files=("d.jsonl",))


def test_a_hub_name_that_is_not_cached(cache, monkeypatch):
    """Offline, a dataset that is not in the cache is refused without touching the network."""
    import socket

    touched = []

    def refused(*args, **more):
        touched.append(args)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(socket.socket, "connect", refused)
    with pytest.raises(InputError) as caught:
        rows(cache, path="nobody-here/no-such-dataset", offline=True)
    assert "nobody-here/no-such-dataset" in str(caught.value)
    assert "without `offline`" in caught.value.todo
    assert touched == []


def test_a_hub_without_a_network(cache, monkeypatch):
    """Where no name resolves, the library's own error becomes one that says that the hub can't be reached."""
    import socket
    import time

    def refused(*args, **more):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # the library waits between its attempts
    with pytest.raises(InputError, match="the hub can't be reached") as caught:
        rows(cache, path="nobody-here/no-such-dataset")
    assert "check the network" in caught.value.todo


def test_a_hub_that_cannot_be_reached(cache, monkeypatch):
    """A network error says that the hub can't be reached, and what to do."""
    import datasets

    def broken(**wanted):
        assert wanted["revision"] == "abc"
        assert "trust_remote_code" not in wanted
        raise ConnectionError("name resolution failed")

    monkeypatch.setattr(datasets, "load_dataset", broken)
    with pytest.raises(InputError, match="the hub can't be reached: ConnectionError") as caught:
        rows(cache, path="owner/name", revision="abc", data_files=("a.csv",))
    assert "check the network" in caught.value.todo


def test_offline_says_that_the_cache_lacks_it():
    """Offline, the advice is to import once with the network."""
    assert "without `offline`" in hf.explain(ConnectionError("x"), "a/b", offline=True).todo


@pytest.mark.parametrize(
    "path", ["pandas", "webdataset", "./script.py", "folder", "a/b/c", "../x/y", "https://x/y", "a--b/c", ""]
)
def test_only_formats_and_hub_names(tmp_path, path):
    """Loaders that unpickle, scripts, folders and addresses are refused."""
    with pytest.raises(InputError, match="neither a name on the hub"):
        hf._arguments(hf.Params(path=path), tmp_path)


@pytest.mark.parametrize("name", ["../x.csv", "/etc/passwd", "~/x", "https://x/y.csv"])
def test_files_of_a_hub_dataset_are_inside_it(tmp_path, name):
    """A hub dataset's files are paths inside the dataset."""
    with pytest.raises(InputError, match="inside the dataset"):
        hf._arguments(hf.Params(path="a/b", data_files=(name,)), tmp_path)


def test_a_local_folder_does_not_pass_for_a_hub_name(tmp_path, monkeypatch):
    """A folder that would be read in place of the hub's dataset is refused."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="instead of the hub"):
        hf._arguments(hf.Params(path="a/b"), tmp_path)


def test_a_format_needs_files(tmp_path):
    """A format without files loads nothing."""
    with pytest.raises(InputError, match="needs `data_files`"):
        hf._arguments(hf.Params(path="json"), tmp_path)


def test_local_files_stay_inside_the_folder(tmp_path):
    """A local file is inside the data folder."""
    with pytest.raises(InputError, match="out of the data folder"):
        hf._arguments(hf.Params(path="json", data_files=("../d.jsonl",)), tmp_path)


def test_several_splits_at_once_are_refused(cache, monkeypatch):
    """A split expression that gives several tables is refused."""
    import datasets

    monkeypatch.setattr(datasets, "load_dataset", lambda **wanted: {"test": []})
    with pytest.raises(InputError, match="no single table"):
        rows(cache, path="owner/name")


def test_without_the_library(monkeypatch):
    """Without the library the error says what to install."""
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra, match="datasets") as caught:
        hf.require("datasets")
    assert "evalcenter[import]" in caught.value.todo


@pytest.mark.parametrize("before", [None, "0"])
def test_the_offline_switch_is_put_back(monkeypatch, before):
    """The environment and the libraries' switches are as before, also after an error."""
    from huggingface_hub import constants

    from datasets import config

    if before is None:
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    else:
        monkeypatch.setenv("HF_HUB_OFFLINE", before)
    held = (config.HF_HUB_OFFLINE, constants.HF_HUB_OFFLINE)
    inside = []

    def fails():
        with hf.offline(wanted=True):
            inside.append((os.environ["HF_HUB_OFFLINE"], constants.HF_HUB_OFFLINE))
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert inside == [("1", True)]
    assert os.environ.get("HF_HUB_OFFLINE") == before
    assert held == (config.HF_HUB_OFFLINE, constants.HF_HUB_OFFLINE)
