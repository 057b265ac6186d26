"""What docs/judging says was computed by the product, and its files load."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalcenter import agreement, cli, qualifications, qualify, quality, specs

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [DOCS / "judging.md", DOCS / "judging.zh.md"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> quality.Quality:
    """The figures of the command that the pages name."""
    out = tmp_path_factory.mktemp("q") / "q.json"
    args = ["qualify-judge", str(DOCS / "judges.yaml"), "medical", "--seed", "demo", "--out", str(out), "--quiet"]
    assert CliRunner().invoke(cli.main, args).exit_code == 0
    return quality.figures(qualifications.load(out)[0])


def test_the_worked_example(found: quality.Quality) -> None:
    """The figures in both pages are those of the command beside them."""
    raters = {one.name: one for one in found.raters}
    b, panel = raters["B"], raters["panel"]
    assert b.steadiness is not None
    assert b.used is not None
    shares = (
        b.whole.accuracy.sensitivity,
        b.whole.accuracy.specificity,
        b.steadiness.flips.rate,
        panel.whole.accuracy.specificity,
    )
    said = [qualify.rate(one).partition(" ")[2] for one in shares]
    said += [f"{raters[name].whole.ac1.value:.3f}" for name in "BC"]
    said += [f"{raters[name].whole.kappa.value:.3f}" for name in "BC"]
    assert set(b.used.voids) == {"control"}
    assert found.caught.most.whole < 59  # as the pages say of the shipped examples
    said += [str(found.labels), str(b.used.requests), str(b.used.voids["control"])]
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert all(figure in text for figure in said), [figure for figure in said if figure not in text]


def test_kappa_beside_ac1() -> None:
    """Ninety agreed and five each way give the two figures that the pages print."""
    rows = [("met", "met")] * 90 + [("met", "not_met")] * 5 + [("not_met", "met")] * 5
    ac1, kappa = (one(rows, Decimal("0.05")).value for one in (agreement.ac1, agreement.kappa))
    assert (f"{ac1:.3f}", f"{kappa:.3f}") == ("0.890", "-0.053")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_panel_file_loads(page: Path, tmp_path: Path) -> None:
    """The annotated file of each page is a panel of three judges."""
    (block,) = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "judges.yaml").write_text(block, encoding="utf-8")
    panel = specs.load_panel(tmp_path / "judges.yaml")
    assert [judge.structured for judge in panel.judges] == ["schema", "json", "none"]
    assert (panel.floor, panel.mode, panel.epochs) == (2, "together", 1)
