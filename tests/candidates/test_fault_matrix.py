"""What becomes of a sample when the endpoint misbehaves: every fault, on the whole line, against the real server."""

from pathlib import Path

import pytest

from evalcenter.candidates.misbehaving import FAULTS
from tests.candidates import matrix, outages

DOC = Path(__file__).parents[2] / "docs" / "faults.md"


def documented() -> dict[str, str]:
    """The table's rows by their first cell."""
    rows = [line for line in DOC.read_text("utf-8").splitlines() if line.startswith("| ")]
    return {row.split("|")[1].strip(): row for row in rows[1:]}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_ends_as_the_table_says(name, tmp_path):
    """One spoilt call, one sample that never mends and a run of nothing else end as docs/faults.md says, and lose nothing."""
    row = matrix.row(tmp_path, name).line(f"`{name}`", FAULTS[name].about)
    print(row)


@pytest.mark.parametrize("name", outages.ABOUT)
def test_each_outage_ends_as_the_table_says(name, tmp_path, monkeypatch):
    """An endpoint that can't be reached or trusted, and a clock that jumps, end as docs/faults.md says, and lose nothing."""
    row = outages.row(tmp_path, name, monkeypatch).line(name, outages.ABOUT[name])
    print(row)
