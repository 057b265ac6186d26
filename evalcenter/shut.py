"""What holds of the grades of a sealed run for whoever can't open it: their arithmetic, and what follows from people's marks.

Rules this module keeps:

* Every grade's points, outcome and violation are counted again from its own marks, by the weights that the plan keeps readable.
* A person's grade counts what the reviews of the answer come to.
* Whether a mark is right, and whether a panel's follows from its judges' words, takes the identity; it is said to be unchecked.

It opens nothing. The chain, the plan and the verdict are checked by ``certify.py`` as those of every run.
"""

from __future__ import annotations

from collections.abc import Iterator

from evalcenter import paths, plan, readings, reviewing, scoring
from evalcenter.errors import Tampered
from evalcenter.grade import in_pieces, item_at, whole
from evalcenter.history import Run
from evalcenter.records import Grade, Result


def check(run: Run) -> None:
    """Raise Tampered at the first grade of `run` that does not come to what it says."""
    rule = reviewing.rule_of(run.plan)
    for position, held in _grades(run):
        item, response = item_at(run, position), run.responses[position]
        if not whole(response, None if item.visibility == "sealed" else len(plan.script(item.prompt))):
            raise in_pieces(position)
        named = [criterion.id for criterion in item.criteria]
        if [mark.criterion for mark in held.marks] != named:
            raise Tampered(
                f"the grade of {held.by!r} at position {position} marks other criteria", where=str(run.folder)
            )
        if scoring.grade(item, position, response.state, held.marks, held.by) != held:
            raise Tampered(
                f"the grade of {held.by!r} at position {position} does not come to what its marks say",
                where=str(run.folder),
            )
        if held.by.startswith(paths.PERSON):
            _by_people(run, held, rule)


def _grades(run: Run) -> Iterator[tuple[int, Grade]]:
    for shelf in (run.machine, run.judged, run.grades):
        yield from shelf.items()


def _by_people(run: Run, held: Grade, rule: reviewing.Rule) -> None:
    again = readings.follows(run, held.position, rule)
    if again is None or Result.of(again) != Result.of(held):
        raise Tampered(
            f"the grade of {held.by!r} at position {held.position} does not follow from the reviews of it",
            where=str(run.folder),
        )
