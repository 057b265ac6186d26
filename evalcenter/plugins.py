"""Which plugins there are: the built-in ones by module name, foreign ones by entry point.

A built-in one is called as its module is, and imported when it is first asked for: a run over one kind of item does not compile
the patterns of every grader. Foreign ones are loaded at once, so that a broken one stops the program and is never skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final

from evalcenter import hooks
from evalcenter.errors import PluginError

BUILT_IN: Final = {
    "graders": (
        "evalcenter.graders.asks",
        "evalcenter.graders.choice",
        "evalcenter.graders.format",
        "evalcenter.graders.grounded",
        "evalcenter.graders.judge",
        "evalcenter.graders.label",
        "evalcenter.graders.mentions",
        "evalcenter.graders.number",
        "evalcenter.graders.order",
        "evalcenter.graders.refusal",
    ),
    "generators": (
        "evalcenter.generators.budget_table",
        "evalcenter.generators.care_dates",
        "evalcenter.generators.case_routing",
        "evalcenter.generators.citizen_id",
        "evalcenter.generators.clinical_score",
        "evalcenter.generators.credit_code",
        "evalcenter.generators.defined_terms",
        "evalcenter.generators.document_numbers",
        "evalcenter.generators.dose_check",
        "evalcenter.generators.eligibility",
        "evalcenter.generators.fee_schedule",
        "evalcenter.generators.fine_brackets",
        "evalcenter.generators.infusion_rate",
        "evalcenter.generators.insulin_dose",
        "evalcenter.generators.interaction_table",
        "evalcenter.generators.lab_critical",
        "evalcenter.generators.level_timing",
        "evalcenter.generators.materials_check",
        "evalcenter.generators.means_benefit",
        "evalcenter.generators.note_table",
        "evalcenter.generators.notice_timeline",
        "evalcenter.generators.opioid_equivalence",
        "evalcenter.generators.paediatric_dose",
        "evalcenter.generators.queue_rules",
        "evalcenter.generators.redaction",
        "evalcenter.generators.residence_points",
        "evalcenter.generators.social_accounts",
        "evalcenter.generators.steroid_equivalence",
        "evalcenter.generators.triage_rule",
        "evalcenter.generators.unit_conversion",
        "evalcenter.generators.working_days",
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
        "evalcenter.sections.judges",
        "evalcenter.sections.examples",
        "evalcenter.sections.scores",
        "evalcenter.sections.stability",
        "evalcenter.sections.practice",
        "evalcenter.sections.reviews",
        "evalcenter.sections.unscored",
        "evalcenter.sections.cost",
        "evalcenter.sections.method",
        "evalcenter.sections.crosswalk",
        "evalcenter.sections.limits",
        "evalcenter.sections.samples",
        "evalcenter.sections.identification",
        "evalcenter.sections.digests",
        "evalcenter.sections.mending",
        "evalcenter.sections.to_mend",
    ),
}


class OnDemand(Mapping[str, Any]):
    """The plugins of one kind by name: the built-in ones of `modules`, then `foreign` ones."""

    def __init__(self, kind: str, modules: Mapping[str, str], foreign: Mapping[str, Any]) -> None:
        self._kind, self._modules, self._held = kind, modules, dict(foreign)
        self._names = (*modules, *foreign)

    def __getitem__(self, name: str) -> Any:
        if name not in self._held:
            module = self._modules[name]
            self._held.update(hooks.named(self._kind, [(module, import_module(module).plugin)]))
        return self._held[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def load() -> hooks.Plugins:
    """All plugins. Raises PluginError when a foreign one fails to load, lacks part of its interface or takes another's name."""
    return hooks.Plugins(**{kind: _of(kind) for kind in hooks.INTERFACES})


def _of(kind: str) -> OnDemand:
    modules = {module.rpartition(".")[2]: module for module in BUILT_IN[kind]}
    foreign = list(_foreign(kind))
    for origin, plugin in foreign:
        if getattr(plugin, "name", None) in modules:
            raise hooks.clash(kind, plugin.name, modules[plugin.name], origin)
    return OnDemand(kind, modules, hooks.named(kind, foreign))


def _foreign(kind: str) -> Iterator[tuple[str, Any]]:
    for point in entry_points(group=f"evalcenter.{kind}"):
        try:
            yield point.value, point.load()
        except Exception as problem:
            # A broken plugin must not be skipped: a run without it would be another run than the one asked for.
            raise PluginError(
                f"the plugin {point.name!r} failed to load: {problem!r}", where=point.value, todo="mend or uninstall it"
            ) from problem
