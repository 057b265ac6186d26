"""Compares two runs question by question: what got worse, what got better, and what that proves.

Rules this module keeps:

* A sample is matched by its item and by how often that was asked before, and only where the rendered question and its rubric are
  the same: a changed wording or rubric changes outcomes without any change of the model. What has no partner is counted and said.
* A run's samples are those that it read without a gap, as in its own decision: an answer that came in early beyond the stop would
  bring back the order of completion. A call that failed for good is read as unscored.
* Pairs are read in the new run's order, requirement by requirement. Over all requirements together the order is no random one, so
  there is a table, but no bounds; "not worse" then means not worse in any of them.
* Of a sealed item nothing is told but its id.

It reads two runs, and neither asks, grades nor decides anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from evalcenter import attempts, paired, paths, plan, stats
from evalcenter.bars import percent
from evalcenter.errors import InputError, PlanMismatch
from evalcenter.history import Run
from evalcenter.paired import Answer, Difference, Judgement, Pair, Table
from evalcenter.records import Item, Outcome, Plan, Requirement

ALPHA: Final = Decimal("0.05")
Cell = tuple[str, int]
"""An item's id and how often it was asked before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One requirement of the new run's standard. `unmatched` units have no partner. A census is only counted, never judged."""

    requirement: str
    rule: str
    table: Table
    p: Decimal
    unmatched: int
    difference: Difference | None = None
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A sample whose outcome changed. The dimension of a sealed item stays empty."""

    item: str
    epoch: int
    dimension: str
    red_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs compared. `left_out` says how many samples have no partner, by reason; `table` counts all matched samples."""

    schema: str
    old: Mapping[str, str]
    new: Mapping[str, str]
    margin: Decimal
    alpha: Decimal
    answer: Answer
    matched: int
    left_out: Mapping[str, int]
    table: Table
    p: Decimal
    requirements: tuple[Compared, ...]
    regressions: tuple[Change, ...]
    repairs: tuple[Change, ...]
    notes: tuple[str, ...]


def compare(old: Run, new: Run, margin: Decimal, alpha: Decimal = ALPHA) -> Comparison:
    """The comparison of `new` with `old`; each answer is wrong with probability at most `alpha`.

    Raises PlanMismatch when the runs share no sample, InputError when `margin` is not at least 0 and below 1.
    """
    if not 0 <= margin < 1:
        raise InputError(f"a margin of {margin} was given", todo="give a share of at least 0 and below 1, such as 0.02")
    partner, left_out = _matched(old, new)
    if not partner:
        raise PlanMismatch(
            f"the two runs share no question that both have an outcome for ({_counted(left_out)})",
            where=f"{old.folder} and {new.folder}",
            todo="compare runs of the same suites, and of the same seed where questions are drawn or generated",
        )
    compared = _requirements(old, new, partner, margin, alpha)
    pairs = [(_plain(old, partner[at]), _plain(new, at)) for at in sorted(partner)]
    counts = paired.table(pairs)
    regressions, repairs = _changes(new.plan, partner, pairs)
    return Comparison(
        schema="evalcenter/comparison/1",
        old=_side(old),
        new=_side(new),
        margin=margin,
        alpha=alpha,
        answer=_overall(compared, alpha),
        matched=len(partner),
        left_out=left_out,
        table=counts,
        p=paired.mcnemar(counts.lost, counts.gained),
        requirements=compared,
        regressions=regressions,
        repairs=repairs,
        notes=tuple(_notes(old, new, counts)),
    )


# -- which sample belongs to which ------------------------------------------------------------------------------------


def _read(run: Run) -> dict[str, set[int]]:
    """For each requirement the positions that were read: up to the first without an outcome, of a census all that have one."""
    rules = {requirement.id: requirement.rule for requirement in run.plan.standard.requirements}
    found = {}
    for stream in run.plan.streams:
        held: set[int] = set()
        for positions in paths.units(stream):
            if all(at in run.results or at in run.failed for at in positions):
                held.update(positions)
            elif rules[stream.requirement] != "zero":
                break
        found[stream.requirement] = held
    return found


def _matched(old: Run, new: Run) -> tuple[dict[int, int], dict[str, int]]:
    """(the old position that belongs to each new one, how many samples were left out and why)."""
    asked, asked_now = attempts.cells(old.plan), attempts.cells(new.plan)
    held = {asked[at]: at for at in set().union(*_read(old).values())}
    partner: dict[int, int] = {}
    left_out: Counter[str] = Counter()
    for at in sorted(set().union(*_read(new).values())):
        there = held.pop(asked_now[at], None)
        if there is None:
            left_out["only in the new run"] += 1
        elif why := _differs(_item(old, there), _item(new, at)):
            left_out[why] += 1
        else:
            partner[at] = there
    if held:
        left_out["only in the old run"] = len(held)
    return partner, dict(sorted(left_out.items()))


def _differs(old: Item, new: Item) -> str:
    if plan.render(old) != plan.render(new):
        return "asked in other words"
    if (old.criteria, old.pass_line, old.red_line) != (new.criteria, new.pass_line, new.red_line):
        return "graded by another rubric"
    return ""


def _item(run: Run, position: int) -> Item:
    return run.plan.items[run.plan.order[position]]


def _counted(left_out: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {why}" for why, count in left_out.items()) or "none has any outcome"


# -- requirement by requirement ---------------------------------------------------------------------------------------


def _requirements(
    old: Run, new: Run, partner: Mapping[int, int], margin: Decimal, alpha: Decimal
) -> tuple[Compared, ...]:
    before, now = _read(old), _read(new)
    anything = set().union(*before.values())
    streams = {stream.requirement: stream for stream in new.plan.streams}
    found = []
    for requirement in new.plan.standard.requirements:
        stream, read = streams[requirement.id], before.get(requirement.id, anything)
        units = [unit for unit in paths.units(stream) if now[requirement.id].issuperset(unit)]
        matched = [all(at in partner and partner[at] in read for at in unit) for unit in units]
        pairs = [
            (_outcome(old, requirement, [partner[at] for at in unit]), _outcome(new, requirement, unit))
            for unit, both in zip(units, matched, strict=True)
            if both
        ]
        whole = all(matched[: len(pairs)])  # no gap between the pairs, so that they are the beginning of a full run
        counted = _counts_only(requirement, pairs, len(units) - len(pairs))
        bank = stream.cells if whole else None
        found.append(counted if requirement.rule == "zero" else _judged(counted, pairs, bank, margin, alpha))
    return tuple(found)


def _counts_only(requirement: Requirement, pairs: Sequence[Pair], unmatched: int) -> Compared:
    counts = paired.table(pairs)
    return Compared(
        requirement=requirement.id,
        rule=requirement.rule,
        table=counts,
        p=paired.mcnemar(counts.lost, counts.gained),
        unmatched=unmatched,
    )


def _judged(counted: Compared, pairs: Sequence[Pair], bank: int | None, margin: Decimal, alpha: Decimal) -> Compared:
    return replace(
        counted,
        difference=paired.difference(pairs, alpha, bank),
        judgement=paired.judge(pairs, margin, alpha, bank),
    )


def _outcome(run: Run, requirement: Requirement, positions: Sequence[int]) -> Outcome:
    """The outcome of one unit; a set passes when every member does."""
    found = [
        paths.outcome_of(requirement, _item(run, at), run.results[at])[0] if at in run.results else "unscored"
        for at in positions
    ]
    return "fail" if "fail" in found else "unscored" if "unscored" in found else "pass"


def _overall(compared: Sequence[Compared], alpha: Decimal) -> Answer:
    """Not worse where every requirement is proved so; worse where one is, at evidence that allows for their number."""
    judged = [one.judgement for one in compared if one.judgement is not None]
    if any(one.answer == "worse" and one.for_worse >= len(judged) / alpha for one in judged):
        return "worse"
    return "not_worse" if judged and all(one.answer == "not_worse" for one in judged) else "open"


# -- over all ---------------------------------------------------------------------------------------------------------


def _plain(run: Run, position: int) -> Outcome:
    return run.results[position].outcome if position in run.results else "unscored"


def _changes(
    planned: Plan, partner: Mapping[int, int], pairs: Sequence[Pair]
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """(passed before and failed now, failed before and passed now), red lines first, else in the new run's order."""
    asked = attempts.cells(planned)
    lost, gained = [], []
    for at, pair in zip(sorted(partner), pairs, strict=True):
        item = planned.items[planned.order[at]]
        sealed = item.visibility == "sealed"
        change = Change(
            item=item.id, epoch=asked[at][1], dimension="" if sealed else item.dimension, red_line=item.red_line
        )
        if pair == ("pass", "fail"):
            lost.append(change)
        if pair == ("fail", "pass"):
            gained.append(change)
    by_weight = [sorted(found, key=lambda change: not change.red_line) for found in (lost, gained)]
    return tuple(by_weight[0]), tuple(by_weight[1])


def _side(run: Run) -> dict[str, str]:
    return {
        "folder": str(run.folder),
        "candidate": run.plan.candidate.name,
        "standard": f"{run.plan.standard.id} {run.plan.standard.version}",
        "head": run.head,
        "verdict": run.verdict.outcome if run.verdict else "",
    }


def _notes(old: Run, new: Run, counts: Table) -> Iterator[str]:
    if old.plan.standard != new.plan.standard:
        yield "the runs have different standards; the new run's is used for both"
    if old.plan.seed != new.plan.seed:
        yield "the runs drew their questions with different seeds, so only what both happened to ask is compared"
    graders = [{(p.name, p.version) for p in run.plan.plugins if p.kind == "graders"} for run in (old, new)]
    if changed := sorted({name for name, _ in graders[0] ^ graders[1]}):
        yield f"graders differ in kind or version ({', '.join(changed)}): a change may be theirs"
    if old.plan.candidate.sampling != new.plan.candidate.sampling:
        yield "the runs sampled with different settings"
    if old.plan.candidate.name == new.plan.candidate.name:
        yield "both runs name the same candidate"
    if counts.unscored:
        yield f"{counts.unscored} pairs lack an outcome on one side or both; they count against each claim in turn"
    for run, which in ((old, "old"), (new, "new")):
        if run.verdict is None:
            yield f"the {which} run has no verdict yet"


# -- words ------------------------------------------------------------------------------------------------------------


def words(found: Comparison) -> str:
    """The comparison for people."""
    return "\n".join(_lines(found))


def _lines(found: Comparison) -> Iterator[str]:
    for name, side in (("old", found.old), ("new", found.new)):
        yield f"{name}        {side['candidate']}; {side['standard']}; {side['verdict'] or 'no verdict'}; head {side['head'][:19]}"
    yield f"matched    {found.matched} samples" + (f"; left out: {_counted(found.left_out)}" if found.left_out else "")
    yield from (f"note       {note}" for note in found.notes)
    yield ""
    yield f"all        {_counts(found.table, found.p)}"
    yield f"           {_said(found.answer, found.margin)}{_IN_ANY[found.answer]}"
    for one in found.requirements:
        yield ""
        yield f"{one.requirement}: {_counts(one.table, one.p)}"
        if one.unmatched:
            yield f"  {one.unmatched} units have no partner"
        if one.difference is not None and one.judgement is not None:
            yield f"  new minus old: {_points(one.difference)}"
            yield f"  {_said(one.judgement.answer, found.margin)}{_after(one.judgement)}"
        else:
            yield "  a census: counted, not judged by a margin"
    yield from _listed("passed before, failed now", found.regressions)
    yield from _listed("failed before, passed now", found.repairs)


_IN_ANY: Final = {
    "not_worse": ", in every requirement",
    "worse": ", in at least one requirement",
    "open": ", taking all requirements",
}


def _counts(table: Table, p: Decimal) -> str:
    text = (
        f"{table.pairs} pairs: {table.both} passed both times, {table.lost} only before, {table.gained} only now,"
        f" {table.neither} never; McNemar {paired.shown(p)}"
    )
    return text + (f"; {table.unscored} unscored" if table.unscored else "")


def _points(held: Difference) -> str:
    observed = "none observed" if held.observed is None else _signed(held.observed)
    return f"{observed} (between {_signed(held.lower)} and {_signed(held.upper)}, at any time)"


def _signed(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.1')):+} points"


def _said(answer: Answer, margin: Decimal) -> str:
    by = f"by more than {percent(margin).removesuffix(' %')} points"
    return {
        "not_worse": f"proved: not worse {by}",
        "worse": f"proved: worse {by}",
        "open": f"open: whether it is worse {by}",
    }[answer]


def _after(judged: Judgement) -> str:
    good, bad = _ratio(judged.for_not_worse), _ratio(judged.for_worse)
    if judged.answer == "open":
        return f" (after {judged.pairs} pairs evidence {good} that it isn't, {bad} that it is)"
    return f" (evidence {good if judged.answer == 'not_worse' else bad}; settled after {judged.pairs} pairs)"


def _ratio(evidence: Decimal) -> str:
    return "certain" if evidence >= stats.CERTAIN else f"{evidence:.3g} to 1"


def _listed(title: str, changes: Sequence[Change]) -> Iterator[str]:
    yield ""
    yield f"{title}: {len(changes)}"
    for change in changes:
        where = change.dimension or "sealed"
        again = f", call {change.epoch + 1}" if change.epoch else ""
        yield f"  {'RED LINE  ' if change.red_line else ''}{change.item} ({where}{again})"
