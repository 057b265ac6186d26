"""A run in a notebook: its samples and findings as tables of pandas, its plan and verdict as records.

Rules this module keeps:

* The run is only read, and its chain is verified when it is opened. What came later is seen when it is opened again.
* The samples are those of the exported table: the same columns, the same types, and nothing of a sealed item that isn't there.
* Shares and bounds stay decimals, as they were decided on; a notebook that wants floats turns them into some itself.
"""

from __future__ import annotations

from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from evalcenter import exporting, history
from evalcenter.records import Finding, Plan, Verdict

if TYPE_CHECKING:
    import pandas as pd


class OpenedRun:
    """A run that was opened for reading. `verdict` is None where nothing was decided."""

    def __init__(self, run: history.Run) -> None:
        self._run = run
        self.plan: Plan = run.plan
        self.verdict: Verdict | None = run.verdict

    def samples(self) -> pd.DataFrame:
        """One row a planned sample: the columns of ``docs/export.md``, with the types of its Parquet form (pandas' ArrowDtype)."""
        import pandas as pd

        frame: pd.DataFrame = exporting.table(self._run).to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def findings(self) -> pd.DataFrame:
        """One row a requirement, with the fields of a Finding as columns; without a row where nothing was decided."""
        import pandas as pd

        names = [field.name for field in fields(Finding)]
        found = self.verdict.findings if self.verdict else ()
        return pd.DataFrame([{name: getattr(one, name) for name in names} for one in found], columns=names)

    def __repr__(self) -> str:
        outcome = "no verdict yet" if self.verdict is None else self.verdict.outcome
        return f"<run of {self.plan.candidate.name!r}: {len(self.plan.order)} samples planned, {outcome}>"


def opened(folder: str | PathLike[str]) -> OpenedRun:
    """The run in `folder`. Raises RunError's children where it can't be read."""
    return OpenedRun(history.load(Path(folder), shut=True))  # of sealed items the table tells no word
