"""The commands for people who read answers: the console, its tables, and who may sign in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from evalcenter.errors import InputError
from evalcenter.options import FILE, FOLDER, guarded
from evalcenter.starting import opening

TABLE = click.Path(path_type=Path, dir_okay=False)
reviewers_option = click.option(
    "--reviewers",
    type=TABLE,
    default="reviewers.json",
    show_default=True,
    help="The file that says who may sign in (evalcenter reviewer add).",
)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 takes any free port.")
@click.option(
    "--address",
    default="",
    help="What readers type to reach it, such as https://review.example.org. Needed for any other --host than this machine.",
)
@reviewers_option
@click.option("--register", help="Show this register's read-only page under /register too (docs/register.md).")
@click.option("--count", is_flag=True, help="Only say how much waits.")
@click.option("--export", type=TABLE, help="Write the queue as .xlsx or .csv, to be filled in.")
@click.option("--import", "filled", type=FILE, help="Take the marks of a filled-in table.")
@click.option("--reader", help="Who reads the table; stands in the journal.")
@click.option("--arbiter", is_flag=True, help="With --reader: as the one who settles what two readers disagree on.")
@opening
def review(
    folder: Path,
    *,
    count: bool,
    export: Path | None,
    filled: Path | None,
    reader: str | None,
    arbiter: bool,
    **console: Any,
) -> None:
    """Open the review console of a run: people read the answers that wait for them. Then `evalcenter run --resume` goes on.

    \b
    Examples:  evalcenter reviewer add "Dr Li"
               evalcenter review reports/may
               evalcenter review reports/may --export queue.xlsx --reader "Dr Li"
               evalcenter review reports/may --import queue.xlsx --reader "Dr Li"
    """
    from evalcenter import review as reading

    identity = console.pop("identity")
    role: Literal["reader", "arbiter"] = "arbiter" if arbiter else "reader"
    if (filled or arbiter) and not reader:
        raise click.UsageError("--import and --arbiter need --reader")
    if filled and (export or count):
        raise click.UsageError("--import stands alone")
    if filled:
        click.echo(reading.take(folder, filled, str(reader), role, identity))
    elif export or count:
        click.echo(reading.give(folder, export, reader, role, identity))
    elif reader:
        raise click.UsageError("--reader goes with --export or --import; in the console readers sign in")
    else:
        from evalcenter.web import serving

        serving.serve(folder, serving.Bound(**console), identity)


@click.group()
def reviewer() -> None:
    """Say who may sign in to the review console."""


@reviewer.command()
@click.argument("name")
@click.option("--arbiter", is_flag=True, help="Settles what two readers disagree on, and reads nothing else.")
@reviewers_option
@guarded
def add(name: str, *, arbiter: bool, reviewers: Path) -> None:
    """Add a reviewer, and print the token to sign in with: once, and nowhere else.

    \b
    Example:  evalcenter reviewer add "Dr Li"
    """
    from evalcenter import journal, reviewing
    from evalcenter import reviewers as book

    name = reviewing.name(name)
    token = book.add(reviewers, name, "arbiter" if arbiter else "reader", journal.now())
    click.echo(f"token for {name}; it is shown this once, hand it over in person:", err=True)
    click.echo(token)


@reviewer.command("list")
@reviewers_option
@guarded
def list_(*, reviewers: Path) -> None:
    """Say who may sign in."""
    from evalcenter import display
    from evalcenter import reviewers as book

    held = book.load(reviewers).reviewers
    if not held:
        raise InputError("nobody may sign in", where=str(reviewers), todo="evalcenter reviewer add NAME")
    display.table(str(reviewers), ("name", "role", "added"), ((one.name, one.role, one.added) for one in held))


@reviewer.command()
@click.argument("name")
@reviewers_option
@guarded
def remove(name: str, *, reviewers: Path) -> None:
    """Take a reviewer off the list; the token ends at once. What was read stays in the journals."""
    from evalcenter import reviewers as book

    click.echo(f"{book.remove(reviewers, name)} may not sign in any more")
