"""Which plugins there are: the built-in ones by module name, foreign ones by entry point. Both are loaded the same way."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final

from evalcenter import hooks
from evalcenter.errors import PluginError

BUILT_IN: Final = {
    "graders": (
        "evalcenter.graders.choice",
        "evalcenter.graders.format",
        "evalcenter.graders.grounded",
        "evalcenter.graders.judge",
        "evalcenter.graders.label",
        "evalcenter.graders.mentions",
        "evalcenter.graders.number",
        "evalcenter.graders.refusal",
    ),
    "generators": (
        "evalcenter.generators.clinical_score",
        "evalcenter.generators.dose_check",
        "evalcenter.generators.eligibility",
    ),
    "adapters": (
        "evalcenter.candidates.openai_http",
        "evalcenter.candidates.reference",
        "evalcenter.candidates.replay",
    ),
    "importers": (
        "evalcenter.importers.csv",
        "evalcenter.importers.hf",
        "evalcenter.importers.json",
        "evalcenter.importers.jsonl",
        "evalcenter.importers.lm_eval",
        "evalcenter.importers.parquet",
    ),
    "sections": (
        "evalcenter.sections.summary",
        "evalcenter.sections.findings",
        "evalcenter.sections.evidence",
        "evalcenter.sections.red_lines",
        "evalcenter.sections.examples",
        "evalcenter.sections.scores",
        "evalcenter.sections.unscored",
        "evalcenter.sections.cost",
        "evalcenter.sections.method",
        "evalcenter.sections.limits",
        "evalcenter.sections.identification",
        "evalcenter.sections.digests",
    ),
}


def load() -> hooks.Plugins:
    """All plugins. Raises PluginError when one fails to load, lacks part of its interface or clashes with another."""
    return hooks.registry({kind: [*_built_in(kind), *_foreign(kind)] for kind in hooks.INTERFACES})


def _built_in(kind: str) -> Iterator[tuple[str, Any]]:
    for name in BUILT_IN[kind]:
        yield name, import_module(name).plugin


def _foreign(kind: str) -> Iterator[tuple[str, Any]]:
    for point in entry_points(group=f"evalcenter.{kind}"):
        try:
            yield point.value, point.load()
        except Exception as problem:
            # A broken plugin must not be skipped: a run without it would be another run than the one asked for.
            raise PluginError(
                f"the plugin {point.name!r} failed to load: {problem!r}", where=point.value, todo="mend or uninstall it"
            ) from problem
