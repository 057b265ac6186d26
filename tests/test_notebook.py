"""A run in a notebook."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import evalcenter
from evalcenter import exporting, grade, history, plugins
from evalcenter.errors import Incomplete
from tests.factory import make_item, make_plan, make_response


def decided(folder: Path, **item: object) -> Path:
    """A decided run of one right and one wrong answer."""
    with history.create(folder, make_plan([make_item(1, **item), make_item(2)])) as run:
        run.write("response", make_response(0))
        run.write("response", make_response(1, "每次 500 mg。"))
        run.write("closed", {"why": "complete"})
        grade.mark(run, plugins.load())
        grade.decide(run)
    return folder


def test_samples_are_the_exported_table(tmp_path: Path) -> None:
    """The samples have exactly the columns, types and values of the Parquet form."""
    folder = decided(tmp_path / "run")
    exporting.export(folder, tmp_path / "run.parquet")
    found = evalcenter.open_run(folder).samples()
    assert list(found.columns) == list(exporting.COLUMNS)
    assert_frame_equal(found, pd.read_parquet(tmp_path / "run.parquet", dtype_backend="pyarrow"))
    assert found.groupby("outcome").size().to_dict() == {"fail": 1, "pass": 1}


def test_a_run_without_samples_has_all_columns(tmp_path: Path) -> None:
    """A plan that asks nothing gives an empty table with the same types."""
    history.create(tmp_path / "run", make_plan([])).close()
    found = evalcenter.open_run(tmp_path / "run").samples()
    full = evalcenter.open_run(decided(tmp_path / "full")).samples()
    assert len(found) == 0
    assert found.dtypes.to_dict() == full.dtypes.to_dict()


def test_findings(tmp_path: Path) -> None:
    """The findings are the verdict's, a row a requirement; shares stay decimals."""
    opened = evalcenter.open_run(str(decided(tmp_path / "run")))
    found = opened.findings()
    assert opened.verdict is not None
    assert list(found.requirement) == [one.requirement for one in opened.verdict.findings]
    assert found.rate[0] == opened.verdict.findings[0].rate
    assert opened.plan.candidate.name == "Candidate"
    assert repr(opened) == f"<run of 'Candidate': 2 samples planned, {opened.verdict.outcome}>"


def test_an_undecided_run(tmp_path: Path) -> None:
    """A run without a verdict has none, and findings without a row."""
    history.create(tmp_path / "run", make_plan()).close()
    opened = evalcenter.open_run(tmp_path / "run")
    assert opened.verdict is None
    assert len(opened.findings()) == 0
    assert "verdict" in opened.findings().columns


def test_sealed_items_are_sealed_here_too(tmp_path: Path) -> None:
    """Of a sealed item the table tells what the exported one does."""
    found = evalcenter.open_run(decided(tmp_path / "run", visibility="sealed")).samples()
    assert found.question.isna().tolist() == [True, False]


def test_no_run(tmp_path: Path) -> None:
    """A folder without a run is refused in words."""
    with pytest.raises(Incomplete):
        evalcenter.open_run(tmp_path)


def test_opening_is_what_loads(tmp_path: Path) -> None:
    """Neither importing the package nor opening a run loads pandas; asking for a table does."""
    folder = decided(tmp_path / "run")
    code = f"import sys, evalcenter; run = evalcenter.open_run({str(folder)!r}); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
