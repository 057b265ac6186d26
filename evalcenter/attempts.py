"""Another attempt at the same questions: a longer plan that begins as an earlier one did, and takes its answers over.

Rules this module keeps:

* Another attempt has the same candidate, bank, standard, judges, readers and seed; only caps may grow. Anything else is a new run.
* It is compared with the same probes as the earlier one: a model that was swapped in between is another one.
* The earlier sequences are the beginning of the new ones, so that nothing is chosen by its outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evalcenter.errors import PlanMismatch
from evalcenter.records import CandidateSpec, Earlier, Panel, Plan, Standard, Stream


def raised(standard: Standard, more: int) -> Standard:
    """`standard` with every cap raised by `more` units."""
    raised_ = (r if r.cap is None else replace(r, cap=r.cap + more) for r in standard.requirements)
    return replace(standard, requirements=tuple(raised_))


def longer(chosen: Standard, earlier: Standard, more: int) -> Standard:
    """`chosen` with the caps of the `earlier` run raised by `more`; that it is the same standard is for `carrying` to check."""
    caps = {requirement.id: requirement.cap for requirement in earlier.requirements}
    kept = tuple(replace(r, cap=caps.get(r.id, r.cap)) for r in chosen.requirements)
    return raised(replace(chosen, requirements=kept), more)


def carrying(planned: Plan, earlier: Plan, head: str) -> Plan:
    """`planned` as the next attempt after `earlier`, whose journal ends with `head`.

    Raises PlanMismatch where the candidate, the bank, the standard or the drawn sequences are not the same.
    """
    for name, here, there in (
        ("candidate", tested(planned.candidate), tested(earlier.candidate)),
        ("suites", [(s.id, s.digest) for s in planned.suites], [(s.id, s.digest) for s in earlier.suites]),
        ("standard", uncapped(planned.standard), uncapped(earlier.standard)),
        ("seed", planned.seed, earlier.seed),
        ("version rank", planned.version_rank, earlier.version_rank),
        ("calibrations", planned.calibrations, earlier.calibrations),
        ("judges", _asked_of(planned.panel), _asked_of(earlier.panel)),
        ("readers", planned.readers, earlier.readers),
        ("plugins", planned.plugins, earlier.plugins),
    ):
        if here != there:
            raise PlanMismatch(
                f"another attempt needs the same {name} as the run that it continues",
                todo="start a new run for another version, bank or standard",
            )
    places(earlier, planned)
    return replace(planned, earlier=Earlier(head=head, positions=len(earlier.order)), probing=earlier.probing)


def places(earlier: Plan, planned: Plan) -> Mapping[int, int]:
    """Where each position of `earlier` stands in `planned`. Raises PlanMismatch unless its sequences begin those of `planned`."""
    where = {cell: place for place, cell in enumerate(cells(planned))}
    before = cells(earlier)
    missing = [cell for cell in before if cell not in where]
    streams = zip(earlier.streams, planned.streams, strict=False)  # their number is compared first
    if (
        missing
        or len(earlier.streams) != len(planned.streams)
        or any(not _begins(earlier, old, planned, new) for old, new in streams)
    ):
        raise PlanMismatch("the earlier run's sequences are not the beginning of these", todo="start a new run")
    return {place: where[cell] for place, cell in enumerate(before)}


def cells(planned: Plan) -> list[tuple[str, int]]:
    """(item, how often it was asked before) at each position; a plan made before epochs were written asks every item once."""
    epochs = planned.epochs or (0,) * len(planned.order)
    return [(planned.items[index].id, epoch) for index, epoch in zip(planned.order, epochs, strict=True)]


def _begins(earlier: Plan, old: Stream, planned: Plan, new: Stream) -> bool:
    before, after = cells(earlier), cells(planned)
    head = [after[position] for position in new.positions[: len(old.positions)]]
    return head == [before[position] for position in old.positions] and new.coins.startswith(old.coins)


def tested(spec: CandidateSpec) -> CandidateSpec:
    """What a result is about: the same model may be reached at another address, with another key, at another price."""
    return replace(spec, base_url=None, key_env=None, price=None, probes=True)


def _asked_of(panel: Panel | None) -> Panel | None:
    """What a judge's marks are about, wherever and at whatever price the judges are reached."""
    if panel is None:
        return None
    return replace(panel, judges=tuple(replace(judge, spec=tested(judge.spec)) for judge in panel.judges))


def uncapped(standard: Standard) -> Standard:
    """What a standard asks for, whatever may be spent on it."""
    return replace(standard, requirements=tuple(replace(r, cap=None) for r in standard.requirements))
