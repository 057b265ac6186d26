"""A small suite for tests of a run's life: sixteen shipped medical items, one family, two requirements.

What a run does does not depend on how much is asked; whether the shipped suites and standards hold is told by tests of their own.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from evalcenter import boundary, plan, plugins, suites
from evalcenter.records import Item

SHIPPED = Path(__file__).parents[1] / "suites"
FILES = ("triage-emergency", "medication-safety", "scope-of-practice", "patient-communication")
FAMILIES = """\
families:
  - id: med-bmi
    generator: clinical_score
    dimension: calculation
    count: 2
    params: {calculators: [bmi]}
    sources: [calc-bmi]
standard: small
"""
STANDARD = """\
id: small
version: 0.1.0
title: {zh: 小标准, en: Small standard}
about: {zh: 仅供测试。, en: For tests alone.}
requirements:
  - id: red-lines
    title: {zh: 红线零容忍, en: Red lines}
    scope: {red_line: true}
    measure: violations
    rule: zero
    line: 1
    min_items: 4
    unscored_cap: 0
    clause: set by this project
    confirm: second_grader
  - id: care
    title: {zh: 照护, en: Care}
    scope: {red_line: false}
    measure: pass
    rule: evidence
    claim: expected
    cap: 60
    line: 0.75
    min_items: 8
    clause: set by this project
"""


@functools.cache
def suite() -> Path:
    """The folder of the small suite, made once a process."""
    root = Path(tempfile.mkdtemp(prefix="evalcenter-small-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    folder = root / "small"
    (folder / "items").mkdir(parents=True)
    for name in FILES:
        shutil.copy(SHIPPED / "medical" / "items" / f"{name}.yaml", folder / "items")
    head = (SHIPPED / "medical" / "suite.yaml").read_text("utf-8").replace("id: medical", "id: small", 1)
    (folder / "suite.yaml").write_text(head.split("families:")[0] + FAMILIES, encoding="utf-8")
    (folder / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    return folder


def bank(seed: str) -> list[Item]:
    """Every item that a plan of the small suite can hold."""
    held = plugins.load()
    return plan.bank([suites.load(suite(), held).suite], seed, held.generators, boundary.convert)
