"""Every section returns well-formed blocks."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from evalcenter.blocks import (
    Block,
    Table,
)
from evalcenter.records import (
    Coverage,
    Lang,
)
from evalcenter.sections import (
    cost,
    crosswalk,
    digests,
    examples,
    findings,
    identification,
    limits,
    method,
    practice,
    red_lines,
    scores,
    stability,
    summary,
    unscored,
)
from tests.factory import make_item, make_requirement, make_standard
from tests.sections.reading import build, failed, red

ALL = [
    *(summary, findings, red_lines, examples, scores, stability, practice, unscored),
    *(cost, method, crosswalk, limits, identification, digests),
]


@pytest.mark.parametrize("section", ALL, ids=lambda s: s.plugin.name)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_blocks(section: Any, lang: Lang) -> None:
    """Every section returns blocks, the same ones each time, under a title in both languages."""
    facts = failed(make_item(1), make_item(2, visibility="sealed"))
    once = build(section, facts, lang)
    assert once == build(section, facts, lang)
    assert once
    assert all(isinstance(block, get_args(Block)) for block in once)
    assert section.plugin.title.zh != section.plugin.title.en


@pytest.mark.parametrize("section", ALL, ids=lambda s: s.plugin.name)
def test_tables_are_square(section: Any) -> None:
    """Every row of a table has a cell for each heading, and every column its alignment."""
    requirement = make_requirement(
        coverage=(Coverage(risks=("bank:A.1",), min_items=1, clause="A", status="unverified"),)
    )
    facts = failed(make_item(1), make_item(2, visibility="sealed"), standard=make_standard(requirement, red()))
    for block in build(section, facts):
        if isinstance(block, Table):
            assert {len(row) for row in block.rows} <= {len(block.head)}
            assert len(block.align) == len(block.head)
            assert len(block.tones) in (0, len(block.rows))
