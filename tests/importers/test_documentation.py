"""The documentation of imports, held against the code; and the promises about weight."""

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from evalcenter import yamls
from evalcenter.importers import csv, hf, items, json, jsonl, lm_eval, mapping, options, parquet

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
MAPPINGS = sorted((ROOT / "datasets" / "mappings").glob("*.yaml"))
RECORDS = [
    *(module.Params for module in (csv, hf, json, jsonl, lm_eval, parquet)),
    *(mapping.DataMapping, mapping.SuitePart, mapping.Join, mapping.On, mapping.Derived),
    *(items.ItemPart, items.DocumentPart, items.ExamplePart, items.Taken, options.Options, options.Answer),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: f"{record.__module__}.{record.__name__}")
def test_every_field_is_documented(record):
    """Each field of a mapping, and each word that it may hold, stands in docs/import.md."""
    hints = get_type_hints(record)
    for field in dataclasses.fields(record):
        assert f"`{field.name}`" in DOCS or f"{field.name}: " in DOCS, field.name
        for word in get_args(hints[field.name]):
            if isinstance(word, str):
                assert f"`{word}`" in DOCS or word in DOCS, word


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_every_shipped_mapping_is_sound_and_has_its_card(path):
    """A shipped mapping is read without complaint, names its card, and the card names it."""
    mapping.read(yamls.read(path).value)
    card = path.read_text(encoding="utf-8").splitlines()[0].split("Card: ")[1]
    assert f"| `{path.stem}` |" in (ROOT / card).read_text(encoding="utf-8")
    assert path.stem in (ROOT / "datasets" / "README.md").read_text(encoding="utf-8")


def test_importing_the_importers_loads_nothing_heavy():
    """Readers and loaders are imported only when rows are read."""
    heavy = "pandas", "pyarrow", "datasets", "lm_eval", "numpy", "pydantic", "yaml", "jinja2"
    names = ", ".join(
        f"evalcenter.importers.{name}" for name in ("csv", "hf", "json", "jsonl", "lm_eval", "mapping", "parquet")
    )
    code = f"import sys, {names}; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
