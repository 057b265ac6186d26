"""What the judges of a run said, as counts: the nouns between whoever counts it and the report.

Nothing that a judge or a candidate wrote stands here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from evalcenter.records import Used, record


@record
class Estimate:
    """A figure with its 95 % interval: the share `part` of `whole`, or a coefficient over `whole` marks. None: not defined."""

    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    part: int = 0
    whole: int = 0


@record
class Among:
    """How far judges agree with each other on so many `marks`, whoever is right; `raw` is the share on which all say the same."""

    marks: int
    raw: Estimate
    ac1: Estimate
    alpha: Estimate


@record
class Beside:
    """One judge's marks beside those of people; without a `name` the panel's."""

    name: str
    unjudged: int
    sensitivity: Estimate
    specificity: Estimate
    ac1: Estimate
    kappa: Estimate


@record
class People:
    """The judges, held against what people settled on `answers` that no judge chose, with so many `labels` on criteria.

    `bad` of the answers must fail and hang on the judges; `caught` is the share of them that the panel did not let pass.
    """

    answers: int
    labels: int
    bad: int
    caught: Estimate
    raters: tuple[Beside, ...]


Hanging = Literal["labels", "nothing", "qualification", "other", "unforeseen"]
"""What an open finding under a judge hangs on: on more answers that people read, as nothing was read yet, on a qualification,
on something else than its evidence, or on so many labels that no number can be foreseen."""


@record
class Weighed:
    """One requirement under a judge, over the `units` that its finding read.

    If the judges' marks were believed, `good` of `judged` would be good. People read `read`; `waiting` answers wait for them.
    Where it is open, `labels` more would settle it, or none that can be foreseen. `caught` of `shown` is the judges' calibration.
    """

    requirement: str
    units: int
    good: int
    judged: int
    read: int
    waiting: int
    labels: int | None = None
    hanging: Hanging | None = None
    shown: int | None = None
    caught: int | None = None


@record
class Heard:
    """What the judges of a run said: counts only, nothing of their words.

    `answers` were judged, and replies are `missing` on so many more. Of the judged, `open` hold a criterion that could not be
    judged, and on `split` judges or epochs stand on both sides. `stayed` requests were void twice. `own` names judges that are the
    candidate. Where it is not `readable`, because the judges were asked in other words than this program's, nothing was counted but
    the `requirements`.
    """

    readable: bool = True
    own: tuple[str, ...] = ()
    answers: int = 0
    missing: int = 0
    open: int = 0
    split: int = 0
    stayed: int = 0
    used: tuple[Used, ...] = ()
    among: Among | None = None
    people: People | None = None
    requirements: tuple[Weighed, ...] = ()
