"""Takes an earlier attempt's answers over into a new run, with what judges and people said of them.

A centre takes over what it heard itself and nothing else: the answers of a self-test would become its own.
"""

from __future__ import annotations

from dataclasses import replace

from evalcenter import attempts, boundary, canon, history
from evalcenter.blocks import Lab
from evalcenter.errors import RunError


def held_by(run: history.Run, lab: Lab) -> bool:
    """Whether `run` was held by `lab`, by its name, from the first sitting to the last."""
    names = {canon.digest(boundary.convert(Lab, one["lab"]).name) for one in run.opened}
    return names == {canon.digest(lab.name)}


def allowed(earlier: history.Run, lab: Lab) -> None:
    """Raise RunError where a centre would take over an attempt that it did not hold from its first sitting to its last."""
    if lab.name is not None and not held_by(earlier, lab):
        raise RunError(
            "the earlier attempt was not this centre's from its first sitting to its last",
            where=str(earlier.folder),
            todo="start a run of the centre's own, without --continues",
        )


def carry(earlier: history.Run, held: history.Run) -> None:
    """Write an earlier attempt's answers, what judges and people said of them, and grades into a new run."""
    places = attempts.places(earlier.plan, held.plan)
    for position, response in earlier.responses.items():
        held.write("response", replace(response, position=places[position]))
    for position in earlier.judgements:
        for judgement in earlier.judgements[position]:
            held.write("judgement", replace(judgement, position=places[position]))
    for position, reviews in earlier.reviews.items():
        for one in reviews:
            held.write("review", replace(one, position=places[position]))
    for probed in earlier.probes:
        held.write("probe", probed)
    for shelf in (earlier.machine, earlier.judged, earlier.grades):
        for position in shelf:
            if shelf is not earlier.grades or shelf.offset(position) != earlier.machine.offset(position):
                held.write("grade", replace(shelf[position], position=places[position]))
