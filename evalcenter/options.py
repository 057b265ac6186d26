"""What the commands share: their options, and how a known error ends one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click

from evalcenter.errors import EvalcenterError

P = ParamSpec("P")
R = TypeVar("R")
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
LANGS: Final = click.Choice(["zh", "en"])


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn every known error into its message and its exit code."""

    @wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        from evalcenter.display import safe

        try:
            return command(*args, **kwargs)
        except EvalcenterError as problem:
            click.echo(safe(f"error: {problem}"), err=True)
            sys.exit(problem.exit_code)

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
    click.option("--max-tokens", type=int, help="The longest answer, in tokens."),
)
plan_options = many(
    click.option("--standard", default="", help="A standard's id or file; by default the first suite's own."),
    click.option("--seed", default="", help="Fixes every draw. By default a fresh secret one."),
)
limit_options = many(
    click.option("--concurrency", default=16, show_default=True, help="Calls in flight at most."),
    click.option("--timeout", default=120.0, show_default=True, help="Seconds for one call."),
    click.option("--attempts", default=5, show_default=True, help="Calls for one sample at most."),
    click.option("--lab", type=FILE, help="A laboratory profile (YAML) for the report."),
    click.option("--quiet", is_flag=True, help="No progress display."),
)
