"""Writes a suite from foreign data: the mapping's rows become items, and every row that could not is named.

Rules this module keeps:

* Nothing is written over a folder that holds anything.
* What is written is read back as a suite before the import is called done.
* Refused rows are counted and listed with number and reason in ``refused.jsonl``; rows = items + refused + left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from evalcenter import boundary, hooks, suites, yamls
from evalcenter.errors import InputError, disk_refused
from evalcenter.hooks import BadRow
from evalcenter.importers import items as short
from evalcenter.importers import mapping as mapped

ITEMS_A_FILE: Final = 500
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an import wrote. `log` is the list of refused rows; rows = items + refused + left_out."""

    folder: Path
    rows: int
    items: int
    left_out: int
    refused: tuple[BadRow, ...]
    reasons: Mapping[str, int]
    log: Path

    def words(self) -> str:
        """The counts in words, the reasons below."""
        head = f"{self.rows} rows: {self.items} items written to {self.folder}, {len(self.refused)} refused"
        tail = [f"{self.left_out} left out by the mapping's `where`"] if self.left_out else []
        return "\n  ".join([head, *tail, *(f"{count} refused: {reason}" for reason, count in self.reasons.items())])


def convert(path: Path, root: Path, out: Path, plugins: hooks.Plugins) -> Done:
    """Import what the mapping at `path` describes, its paths relative to `root`, into the new suite folder `out`."""
    if out.exists() and any(out.iterdir()):
        raise InputError("this folder is not empty", where=str(out), todo="give a new folder")
    document = yamls.read(path)
    try:
        found = mapped.load(document.value, root, plugins)
    except boundary.Invalid as problem:
        suites.refuse([f"{document.where(at)}: {'.'.join(map(str, at))}: {words}" for at, words in problem.problems])
        raise
    if not found.items:
        why = "; ".join(f"{count} × {reason}" for reason, count in found.reasons().items())
        raise InputError(f"none of {found.rows} rows became an item ({why or 'there were none'})", where=str(path))
    log = _write(found, out)
    suites.load(out, plugins)
    return Done(
        folder=out,
        rows=found.rows,
        items=len(found.items),
        left_out=found.left_out,
        refused=found.refused,
        reasons=found.reasons(),
        log=log,
    )


def _write(found: mapped.Imported, out: Path) -> Path:
    ready = short.to_yaml_ready(found.items)
    log = out / "refused.jsonl"
    try:
        (out / "items").mkdir(parents=True, exist_ok=True)
        (out / "suite.yaml").write_text(_yaml(mapped.suite_to_yaml_ready(found)), encoding="utf-8")
        for start in range(0, len(ready), ITEMS_A_FILE):
            name = f"imported-{start // ITEMS_A_FILE + 1:04d}.yaml"
            (out / "items" / name).write_text(_yaml(ready[start : start + ITEMS_A_FILE]), encoding="utf-8")
        said = (json.dumps({"row": row.number, "reason": row.reason}, ensure_ascii=False) for row in found.refused)
        log.write_text("".join(f"{line}\n" for line in said), encoding="utf-8")
    except OSError as problem:
        raise disk_refused(problem, out) from None
    return log


def _yaml(value: Any) -> str:
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120))
