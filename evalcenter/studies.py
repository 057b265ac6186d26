"""Commands beside the line: `power` before a run (what will probably be decided), `compare` after two, `trend` after many.

None asks a candidate anything, and none decides a verdict. Nothing heavy is loaded before a command runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evalcenter.errors import InputError, disk_refused
from evalcenter.options import FOLDER, named_suites
from evalcenter.starting import opening

if TYPE_CHECKING:
    from evalcenter.power import Odds
    from evalcenter.prospects import Case
    from evalcenter.records import Plan, Standard

    Answered = Sequence[tuple[Case, tuple[Odds, ...]]]

SEED: Final = "power"
"""The draws of a plan that is never run."""
RATES: Final = ("0.80", "0.85", "0.90", "0.95", "0.99")


def shares(_: click.Context, option: click.Parameter, given: Any) -> Any:
    """What was given for a share such as 0.95 as decimals; anything else is a usage error."""
    return tuple(_share(one, option) for one in given) if isinstance(given, tuple) else _share(given, option)


def _share(given: str, option: click.Parameter) -> Decimal:
    try:
        share = Decimal(given)
    except ArithmeticError:
        raise click.BadParameter(f"{given!r} is no decimal number such as 0.95", param=option) from None
    if not (share.is_finite() and 0 <= share <= 1):
        raise click.BadParameter(f"{given} is not between 0 and 1", param=option)
    return share


@click.command()
@click.argument("standard")
@click.option("--true-rate", "rates", callback=shares, multiple=True, help=f"By default {', '.join(RATES)}.")
@click.option("--suite", "suites", multiple=True, help="Take numbers and banks from this suite's own plan.")
@click.option("--version-rank", type=click.IntRange(min=0), default=0, help="Plan for the vendor's k-th version.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw the chances as SVG.")
@opening
def power(standard: str, *, rates: tuple[Decimal, ...], as_json: bool, plot: Path | None, **given: Any) -> None:
    """Say how a standard will probably decide, and after how many calls, for true rates that you assume; nothing is sent.

    \b
    Examples:
      evalcenter power gbt-45654-generated-content --true-rate 0.895 --plot chances.svg
      evalcenter power medical-launch --suite medical --true-rate 0.9 --true-rate 0.95
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    chosen, cases = _prospects(standard, given["suites"], given["version_rank"], given["identity"])
    if plot:
        from evalcenter.rendering import curves

        _save(plot, lambda: curves.draw(cases), "name the suites with --suite")
    answered = _answered(cases, rates or tuple(map(Decimal, RATES)))
    click.echo(_json(chosen, answered) if as_json else "\n".join(_words(chosen, answered)))


@click.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@click.option("--margin", callback=shares, default="0.02", show_default=True, help="How much worse is still not worse.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@opening
def compare(old: Path, new: Path, *, margin: Decimal, as_json: bool, identity: Any) -> None:
    """Compare two runs question by question: what got worse, what got better, and what that proves.

    \b
    Example:  evalcenter compare reports/may reports/june --margin 0.02
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    from evalcenter import canon, history
    from evalcenter import compare as comparing
    from evalcenter.display import safe

    found = comparing.compare(history.load(old, identity), history.load(new, identity), margin)
    click.echo(canon.encode(found).decode() if as_json else safe(comparing.words(found)))


@click.command()
@click.argument("folders", nargs=-1, required=True, type=FOLDER, metavar="RUN RUN ...")
@click.option("--margin", callback=shares, default="0.02", show_default=True, help="How much worse is still not worse.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw every requirement as SVG.")
@opening
def trend(folders: tuple[Path, ...], *, margin: Decimal, as_json: bool, plot: Path | None, identity: Any) -> None:
    """Follow many runs through time: every requirement in each, and what changed from one run to the next.

    \b
    Example:  evalcenter trend reports/may reports/june reports/july --plot trend.svg
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    from evalcenter import canon, history
    from evalcenter import trend as following
    from evalcenter.display import safe

    found = following.follow([history.load(folder, identity) for folder in folders], margin)
    if plot:
        from evalcenter.rendering import trends

        _save(plot, lambda: trends.draw(found), "decide a run first: `evalcenter run --resume`")
    click.echo(canon.encode(found).decode() if as_json else safe(following.words(found)))


# -- planning ---------------------------------------------------------------------------------------------------------


def _prospects(name: str, suites: Sequence[str], version_rank: int, identity: Any) -> tuple[Standard, tuple[Case, ...]]:
    from evalcenter import prospects, specs, standards
    from evalcenter.plugins import load

    loaded = named_suites(suites, load(), identity) if suites else []
    read, _ = specs.load_standard(name, loaded[0] if loaded else None)
    standard = standards.spent(read, version_rank)
    return standard, prospects.cases(standard, _planned(loaded, standard) if loaded else None)


def _planned(loaded: Sequence[Any], standard: Standard) -> Plan:
    from evalcenter import walk
    from evalcenter.plugins import load
    from evalcenter.records import CandidateSpec

    return walk.prepare(loaded, standard, CandidateSpec(adapter="openai_http", name="not named yet"), SEED, load())


def _answered(cases: Sequence[Case], rates: Sequence[Decimal]) -> Answered:
    from evalcenter import power as computing

    return [(case, computing.odds(case, rates) if case.n is not None else ()) for case in cases]


def _save(path: Path, draw: Callable[[], str], todo: str) -> None:
    try:
        path.write_text(draw(), encoding="utf-8")
    except ValueError as problem:
        raise InputError(f"there is nothing to draw: {problem}", todo=todo) from None
    except OSError as problem:
        raise disk_refused(problem, path) from None


def _json(standard: Standard, answered: Answered) -> str:
    from evalcenter import canon, standards

    told = [
        {
            "requirement": case.requirement.id,
            "rule": case.requirement.rule,
            "line": case.requirement.line,
            "units": case.n,
            "bank": case.bank,
            "least": case.least,
            "notes": case.notes,
            "odds": found,
        }
        for case, found in answered
    ]
    head = {"schema": "evalcenter/power/1", "standard": standard.id, "version": standard.version}
    return canon.encode({**head, "penalty": standards.penalty(standard), "requirements": told}).decode()


def _words(standard: Standard, answered: Answered) -> Iterator[str]:
    from evalcenter import standards

    yield f"standard   {standard.id} {standard.version}"
    penalty = standards.penalty(standard)
    yield f"           {penalty} requirements can fail by their rate, so each FAIL is held to beta / {penalty}"
    for case, found in answered:
        yield ""
        yield f"{case.requirement.id}: {how(case)}"
        yield from (f"  note: {note}" for note in case.notes)
        if found:
            yield "  true rate     PASS     FAIL  CONDIT.  INCONCL.   calls: mean   median"
        yield from (f"  {_row(one)}" for one in found)
    yield from _together(answered)
    if red := [r.id for r in standard.requirements if r.rule == "zero"]:
        yield f"red lines ({', '.join(red)}) are a census and come on top; a confirmed violation fails whatever the rates"


def how(case: Case) -> str:
    """How a requirement is decided, in a few words."""
    from evalcenter.bars import percent

    one, line = case.requirement, percent(case.requirement.line)
    where = f"from a bank of {case.bank}" if case.bank is not None else "from a very large bank"
    if case.n is None:
        return f"{one.rule}, at least {line}"
    if one.rule == "point":
        return f"at least {line} of {case.n} observed (a point rule), {where}"
    if one.rule == "bound":
        return f"exact bound of {case.n} at {line}, {where}"
    if one.claim == "full_run":
        return f"evidence for at least {line} in a full run, {case.n} units at most, {where}"
    drawn = "one variant a template" if one.claim == "domain" else "draws with replacement"
    return f"evidence for at least {line}, {case.n} units at most, {drawn}"


def _row(one: Odds) -> str:
    from evalcenter.bars import percent

    shares = (shown(share) for share in (one.passed, one.failed, one.conditional, one.inconclusive))
    true = f"  (nearest in the bank: {percent(one.true)})" if abs(one.true - one.rate) > Decimal("0.0005") else ""
    return (
        f"{percent(one.rate):>9}" + "".join(f"{share:>9}" for share in shares) + f"{one.mean:>14}{one.median:>9}" + true
    )


def shown(chance: Decimal) -> str:
    """A chance in percent with one decimal; what is not quite none or all is never shown as such."""
    if 0 < chance < Decimal("0.0005"):
        return "<0.1 %"
    if Decimal("0.9995") < chance < 1:
        return ">99.9 %"
    return f"{(chance * 100).quantize(Decimal('0.1'))} %"


def _together(answered: Answered) -> Iterator[str]:
    """What holds of the whole however the requirements hang together, where each has the same true rate."""
    first = {case.requirement.id: found for case, found in reversed(answered) if found}
    if len(first) < len({case.requirement.id for case, _ in answered}) or not first:
        yield "\nall together: not computed, because some requirements have no figures"
        return
    yield "\nall together, if every requirement has that true rate (red lines apart):"
    for found in zip(*first.values(), strict=True):
        low, high = max(Decimal(0), 1 - sum(1 - one.passed for one in found)), min(one.passed for one in found)
        calls = sum(one.mean for one in found)
        yield (
            f"  {_rate(found[0].rate)}  PASS between {shown(low)} and {shown(high)};"
            f" {calls} calls on average at most (fewer where requirements share answers)"
        )


def _rate(rate: Decimal) -> str:
    from evalcenter.bars import percent

    return f"{percent(rate):>7}"
