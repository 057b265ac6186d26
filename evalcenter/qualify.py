"""The command `qualify-judge`: tries the judges of a panel on labelled answers, shows what they are worth, writes it down.

It decides nothing: whether a requirement may rest on these judges is said in the plan that brings the file. What the judges replied
stays beside the file, so that whatever stops the command, the same one goes on. Nothing heavy is loaded before it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evalcenter.errors import INTERRUPTED, CandidateError, DiskFull, InputError
from evalcenter.options import FILE, FOLDER, guarded, named_suites, suite_names
from evalcenter.starting import fresh, key

if TYPE_CHECKING:
    from evalcenter.accuracy import Rate
    from evalcenter.agreement import Coefficient
    from evalcenter.judging import Means
    from evalcenter.qualifying import Qualification, Trial
    from evalcenter.quality import Figures, Quality, Rater
    from evalcenter.records import Judgement, Panel
    from evalcenter.trying import Docket, Order, Pair

DAYS: Final = 90
"""How long a qualification holds unless another number is given. Hosted models change without a word; this project's own choice."""
TWICE: Final = 2
HEAD: Final = ("", "labels", "sensitivity", "specificity", "unjudged", "AC1", "kappa")


@click.command("qualify-judge")
@click.argument("judges")
@suite_names
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The new file (JSON).")
@click.option("--labels", type=FILE, multiple=True, help="Labelled answers of your own: CSV or JSON Lines.")
@click.option("--reviews", type=FOLDER, multiple=True, help="A run that people reviewed; what they settled are labels.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="How often each judge marks every answer. By default as often as the panel does, and twice at least.",
)
@click.option(
    "--valid-days", type=click.IntRange(1, 3660), default=DAYS, show_default=True, help="How long it shall hold."
)
@click.option("--seed", default="", help="Fixes every request. By default a fresh secret one.")
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=8, show_default=True, help="Calls in flight, each judge."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds for a call.",
)
@click.option("--attempts", type=click.IntRange(min=1), default=5, show_default=True, help="Calls for one request.")
@click.option("--quiet", is_flag=True, help="No progress display.")
@guarded
def qualify_judge(judges: str, suites: tuple[str, ...], *, out: Path, **options: Any) -> None:
    """Try judges on answers of which the truth is known, and write down what they are worth.

    JUDGES is a panel's file, or reference-judge-0.95, which is simulated.

    \b
    Examples:
      evalcenter qualify-judge judges.yaml medical --out judges.json
      evalcenter qualify-judge judges.yaml medical --reviews reports/may --labels ours.csv --out judges.json
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    from evalcenter import specs

    made, digest = qualified(specs.panel(judges), suites, out, options)
    show(made)
    click.echo(f"qualification {out}\ndigest        {digest}\nholds         {made.made} to {made.expires}")


def qualified(panel: Panel, suites: Sequence[str], out: Path, options: dict[str, Any]) -> tuple[Qualification, str]:
    """The qualification of `panel` that the options name, written to `out`, and its digest."""
    from evalcenter import judging, qualifications, trying
    from evalcenter.hooks import Limits
    from evalcenter.judges import panels
    from evalcenter.marking import Marker
    from evalcenter.plugins import load

    if out.exists():
        raise InputError(
            "there is a file already", where=str(out), todo="give another --out; a qualification is never renewed"
        )
    plugins, panel = load(), panels.stamped(panel)
    pairs, known = _labels(panel, suites, options)
    found = trying.docket(pairs, known, Marker(plugins.graders))
    if not found.works and not found.known:
        raise InputError("no label says anything of a judge", todo="name suites with judge criteria, or give --labels")
    order = trying.Order(
        panel=panel,
        epochs=options["epochs"] or max(TWICE, panel.epochs),
        days=options["valid_days"],
        seed=options["seed"] or fresh(16),
    )
    limits = Limits(concurrency=options["concurrency"], timeout_s=options["timeout"], attempts=options["attempts"])
    keys = {judge.spec.name: key(judge.spec.key_env) for judge in panel.judges}
    means = judging.Means(adapters=plugins.adapters, limits=limits, keys=keys)
    made = _asked(order, found, means, out, options)
    return made, qualifications.write(out, made)


def _labels(panel: Panel, suites: Sequence[str], options: dict[str, Any]) -> tuple[list[Pair], list[Trial]]:
    """Every label with its item, and the trials that reviewed runs of this panel hold already."""
    from evalcenter import banks, history, labels, labelsets, reviewed
    from evalcenter.plugins import load

    if any(banks.is_bank(Path(name)) for name in suites):
        raise InputError(
            "a sealed bank was named, and what judges say is kept in plain files", todo="try judges on open suites"
        )
    items = {item.id: item for one in named_suites(suites, load()) for item in one.suite.items}
    pairs: list[Pair] = [(items[one.item], one) for one in labels.of_examples(items.values())]
    for path in options["labels"]:
        pairs += [(items[one.item], one) for one in labelsets.load(path, items)]
    known: list[Trial] = []
    for folder in options["reviews"]:
        run = history.load(folder)
        settled = list(reviewed.of_reviews(run))
        if not settled:
            raise InputError("people settled nothing here that could be a label", where=str(folder), todo=_NO_LABEL)
        known += reviewed.trials(run, settled, panel)
        pairs += [(one.item, one.labelled) for one in settled]
    return pairs, known


_NO_LABEL: Final = (
    "only answers count that people read whatever a judge had said of them (docs/standards.md); leave the run out"
)


def _asked(order: Order, found: Docket, means: Means, out: Path, options: dict[str, Any]) -> Qualification:
    """The qualification, once everything was asked; what was replied stays in a folder beside `out`."""
    from evalcenter import trying
    from evalcenter.display import Display
    from evalcenter.records import Response

    def heard(judgement: Judgement) -> None:
        if judgement.answer is not None:
            shown.answered(Response(position=judgement.position, answers=(judgement.answer,), attempts=judgement.calls))

    folder = out.with_name(f"{out.name}.tryout")
    with trying.begin(folder, order, found.works) as held:
        if options["seed"] not in ("", held.seed):
            raise InputError("this was begun with another seed", where=str(folder), todo="leave out --seed")
        shown = Display(trying.missing(order, held, found.works), quiet=options["quiet"])
        try:
            with shown:
                trying.ask(order, held, found.works, means, heard)
        except KeyboardInterrupt:
            click.echo(f"\ninterrupted; what was replied is in {folder}; the same command goes on", err=True)
            sys.exit(INTERRUPTED)
        except (CandidateError, DiskFull):
            click.echo(f"what was replied is safe in {folder}; once that is mended the same command goes on", err=True)
            raise
        return trying.qualification(order, held, found)


# -- what is shown ----------------------------------------------------------------------------------------------------


def show(made: Qualification) -> None:
    """Print the figures of a qualification."""
    from evalcenter import display, quality

    found = quality.figures(made)
    simulated = any(judge.spec.simulated for judge in made.panel.judges)
    title = f"{found.labels} labels on {found.answers} answers" + (", by SIMULATED judges" if simulated else "")
    display.table(title, HEAD, [_row(one.name, one.whole) for one in found.raters])
    kinds = [_row(one.group, one) for one in (*found.raters[0].kinds, *found.raters[0].dimensions)]
    display.table("The panel, by kind of criterion and language, and by dimension", HEAD, kinds)
    head = ("", "flips", "alpha of its epochs", "place: p", "length: p (lenient, strict)", "void", "tokens", "cost")
    display.table("Each judge by itself", head, [_habits(one) for one in found.raters[1:]])
    for line in words(found):
        click.echo(line)


def words(found: Quality) -> Iterator[str]:
    """What the tables come to, in lines."""
    yield f"bad answers that hang on the judges: not passed {rate(found.caught)}"
    yield f"good answers that hang on the judges: passed {rate(found.passed)}"
    if found.among is not None:
        yield f"judges among themselves: AC1 {coefficient(found.among.ac1)}, alpha {coefficient(found.among.alpha)}"
    yield "intervals are 95 % each and take marks as independent; several criteria of one answer are not"
    yield "a requirement under `calibrated` grading needs 59 bad answers in its own scope; `evalcenter plan` counts them"


def _row(name: str, one: Figures) -> tuple[str, ...]:
    found = one.accuracy
    total = found.right.most.whole
    shares = (rate(found.sensitivity), rate(found.specificity), str(found.right.unjudged))
    return (name, str(total), *shares, coefficient(one.ac1), coefficient(one.kappa))


def _habits(one: Rater) -> tuple[str, ...]:
    steady, took = one.steadiness, one.used
    flips, alpha, placed = ("–",) * 3
    if steady is not None:
        flips, alpha = rate(steady.flips.rate), coefficient(steady.alpha)
        placed = "–" if steady.placed.p is None else f"{steady.placed.p:.3f}"
    length = ", ".join("–" if half.p is None else f"{half.p:.3f}" for half in (one.lengths.lenient, one.lengths.strict))
    if took is None:
        return (one.name, flips, alpha, placed, length, "–", "–", "–")
    voids = ", ".join(f"{kind} {count}" for kind, count in took.voids.items())
    void = f"{sum(took.voids.values())} of {took.requests}" + (f" ({voids})" if voids else "")
    tokens = f"{took.prompt_tokens + took.completion_tokens}" + (f" ({took.untold} untold)" if took.untold else "")
    return (
        one.name,
        flips,
        alpha,
        placed,
        length,
        void,
        tokens,
        "–" if took.cost is None else f"{took.cost} {took.currency}",
    )


def rate(one: Rate) -> str:
    """A rate of what was judged, with its counts and interval."""
    found = one.judged
    if found.rate is None:
        return "–"
    return f"{found.part}/{found.whole} {found.rate:.3f} [{found.lower:.3f}, {found.upper:.3f}]"


def coefficient(one: Coefficient) -> str:
    """A coefficient with its interval, where there is one."""
    if one.value is None:
        return "–"
    return f"{one.value:.3f}" + ("" if one.lower is None else f" [{one.lower:.3f}, {one.upper:.3f}]")
