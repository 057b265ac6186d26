"""What the commands share: their options, and how a known error ends one."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import click

from evalcenter.errors import INTERRUPTED, EvalcenterError, InputError

if TYPE_CHECKING:
    from evalcenter.ciphers import Identity
    from evalcenter.hooks import Limits
    from evalcenter.records import CandidateSpec, Price
    from evalcenter.suites import Loaded

P = ParamSpec("P")
R = TypeVar("R")
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
LANGS: Final = click.Choice(["zh", "en"])
VIEWS: Final = click.Choice(["report", "vendor"])


COLLECT_AFTER: Final = 50_000
"""New objects until the next search for garbage. A large suite is a million objects that stay; the usual 700 look through them all
again and again, which takes half of the time of planning."""


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn every known error into its message and its exit code."""

    @wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        from evalcenter.display import safe

        gc.set_threshold(COLLECT_AFTER)
        atexit.register(gc.freeze)  # what is left at the end is let go of without another search
        try:
            return command(*args, **kwargs)
        except EvalcenterError as problem:
            click.echo(safe(f"error: {problem}"), err=True)
            sys.exit(problem.exit_code)
        except KeyboardInterrupt:
            click.echo("\ninterrupted", err=True)
            sys.exit(INTERRUPTED)

    return call


def many(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several options as one decorator."""

    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


suite_names = click.argument("suites", nargs=-1)
candidate_options = many(
    click.option("--candidate", type=FILE, help="A candidate file (YAML); see docs/candidates.md."),
    click.option("--base-url", help="The endpoint, such as http://127.0.0.1:8000/v1."),
    click.option("--model", default="", help="The model's name at the endpoint."),
    click.option("--key-env", help="The environment variable that holds the key."),
    click.option("--temperature", help="Sent with every request; left out, the endpoint's default holds."),
    click.option("--max-tokens", type=click.IntRange(min=1), help="The longest answer, in tokens."),
    click.option("--simulated", is_flag=True, help="The candidate is a stand-in; the report says so."),
)
plan_options = many(
    click.option("--standard", default="", help="A standard's id or file; by default the first suite's own."),
    click.option("--seed", default="", help="Fixes every draw. By default a fresh secret one."),
    click.option(
        "--version-rank",
        type=click.IntRange(min=0),
        default=0,
        help="This is the vendor's k-th version: alpha is spent over all of them. 0 promises nothing over versions.",
    ),
    click.option(
        "--judges",
        help="Who marks what no pattern can: a panel's file (docs/judging.md), or reference-judge-0.95, which is simulated.",
    ),
    click.option(
        "--let-the-candidate-judge-itself",
        "own_judge",
        is_flag=True,
        help="Allow a judge that is the candidate; reports say so.",
    ),
    click.option("--qualification", type=FILE, help="What the judges are worth, as `qualify-judge` wrote it (JSON)."),
    click.option(
        "--max-exposure",
        type=click.IntRange(min=1),
        help="Of a sealed bank, don't ask what this vendor's endpoints saw in so many runs.",
    ),
    click.option(
        "--readers",
        type=click.IntRange(1, 2),
        help="Who reads what waits for people: one, or two apart from each other and a third where they differ (the default).",
    ),
    click.option("--probes", type=FILE, help="A set of probes of your own (YAML) that the candidate is recognised by."),
    click.option("--no-probes", is_flag=True, help="Take no fingerprint of the candidate; the report says so."),
)
limit_options = many(
    click.option(
        "--concurrency", type=click.IntRange(min=1), default=16, show_default=True, help="Calls in flight at most."
    ),
    click.option("--fixed-concurrency", is_flag=True, help="Don't ask less at once when the endpoint pushes back."),
    click.option("--requests-per-minute", type=click.IntRange(min=1), help="The endpoint's limit."),
    click.option("--tokens-per-minute", type=click.IntRange(min=1), help="The endpoint's limit."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=120.0,
        show_default=True,
        help="Seconds for one call.",
    ),
    click.option(
        "--attempts", type=click.IntRange(min=1), default=5, show_default=True, help="Calls for one sample at most."
    ),
    click.option("--deadline", type=click.FloatRange(min=0, min_open=True), help="Seconds for all of the asking."),
    click.option("--budget-calls", type=click.IntRange(min=1), help="Calls that the whole run may make."),
    click.option("--budget-tokens", type=click.IntRange(min=1), help="Tokens that the whole run may take."),
    click.option("--budget-money", help="What the whole run may cost, by the prices in the candidate file."),
    click.option(
        "--cache",
        type=FOLDER,
        help="Take answers to the very same questions from this folder, and keep them there. Not with --lab.",
    ),
    click.option("--lab", type=FILE, help="The profile (YAML) of the centre that issues the report."),
    click.option("--quiet", is_flag=True, help="No progress display."),
    click.option(
        "--complete/--stop-at-fail",
        default=None,
        help="After a FAIL, go on to the other decisions for the report. By default so in a self-test (no --lab).",
    ),
)

register_option = click.option(
    "--register",
    envvar="EVALCENTER_REGISTER",
    help="The register: a file, or postgresql://USER@HOST/DATABASE (docs/register.md). Also from EVALCENTER_REGISTER.",
)
by_option = click.option("--by", default="", help="Who does this, by a name in the register.")
attempt_options = many(
    click.option("--register", help="Enter the run as an attempt in this register (docs/register.md)."),
    click.option("--submission", type=click.IntRange(min=1), help="With --register: the submission that it is of."),
    click.option("--by", default="", help="With --register: who makes the attempt, by a name in the register."),
)


def limits(options: dict[str, Any], price: Price | None) -> Limits:
    """The limits that the options name. Raises InputError for a sum of money that can't be counted."""
    from evalcenter.hooks import Limits
    from evalcenter.pacing import Budget

    return Limits(
        concurrency=options["concurrency"],
        adaptive=not options["fixed_concurrency"],
        requests_per_minute=options["requests_per_minute"],
        tokens_per_minute=options["tokens_per_minute"],
        timeout_s=options["timeout"],
        deadline_s=options["deadline"],
        attempts=options["attempts"],
        budget=Budget(
            calls=options["budget_calls"],
            tokens=options["budget_tokens"],
            money=_money(options["budget_money"], price),
        ),
    )


def _money(said: str | None, price: Price | None) -> Decimal | None:
    if said is None:
        return None
    try:
        money = Decimal(said)
    except InvalidOperation:
        money = Decimal(0)
    if not money.is_finite() or money <= 0:
        raise InputError(f"{said!r} is no sum of money; expected a number such as 50 or 12.5")
    if price is None:
        raise InputError(
            "a budget in money needs the candidate's prices",
            todo="write `price` into the candidate file, or give --budget-tokens",
        )
    return money


def shipped_suites() -> Sequence[str]:
    """The ids of the shipped suites."""
    from evalcenter.suites import shipped

    return list(shipped())


def named_suites(names: Sequence[str], plugins: Any, identity: Identity | None = None) -> list[Loaded]:
    """The suites that `names` give, by folder or id; one that lies in a sealed bank is opened in memory."""
    from evalcenter import banks
    from evalcenter.suites import find, load

    if not names:
        raise InputError("no suite was named", todo=f"give a suite's folder or one of {', '.join(shipped_suites())}")
    paths = [Path(name) if banks.is_bank(Path(name)) else find(name) for name in names]
    return [banks.load(path, identity, plugins) if banks.is_bank(path) else load(path, plugins) for path in paths]


def named_candidate(options: dict[str, Any]) -> CandidateSpec:
    """The candidate that the options name: a file, or an endpoint."""
    from evalcenter import boundary, specs
    from evalcenter.records import CandidateSpec

    more = given(options, "base_url", "model", "key_env", "temperature", "max_tokens", "simulated")
    if options["candidate"]:
        if more:
            raise click.UsageError(f"--candidate and {', '.join(more)} exclude each other: write them in the file")
        return specs.load_candidate(options["candidate"])
    if not options["base_url"]:
        raise InputError("no candidate was named", todo="give --candidate FILE, or --base-url and --model")
    sampling = {name: options[name] for name in ("temperature", "max_tokens") if options[name] is not None}
    named = {"adapter": "openai_http", "name": options["model"] or options["base_url"], "model": options["model"]}
    named |= {"base_url": options["base_url"], "key_env": options["key_env"], "sampling": sampling}
    named["simulated"] = options["simulated"]
    return specs.checked(boundary.convert(CandidateSpec, named))


def given(options: dict[str, Any], *names: str) -> list[str]:
    """Which of the options `names` were given."""
    return [f"--{name.replace('_', '-')}" for name in names if options.get(name) not in (None, "", False)]
