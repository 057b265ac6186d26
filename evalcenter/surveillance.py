"""The register's commands for what comes after a certificate: re-tests, reports from the public, replaced standards, the page."""

from __future__ import annotations

from typing import Any, Final

import click

from evalcenter.options import guarded, register_option
from evalcenter.registering import DAY, WRITES, named, opened, register, say, writer

GROUP: Final = register
"""All commands of the register."""
CAUSES: Final = ("version_changed", "fingerprint_drift", "standard_replaced", "incident", "scheduled")


@register.command()
@register_option
@click.option("--until", default="9999-12-31", metavar=DAY, help="Only what is due by then.")
@guarded
def due(*, register: str | None, until: str) -> None:
    """List the re-tests that are open, the most urgent first."""
    from evalcenter import display
    from evalcenter.register import duties, rules

    book = opened(register)
    with book.read() as pages:
        rows = duties.due(pages, rules.day(until))
    columns = ("due", "number", "trigger", "note", "id")
    display.table(
        book.where, ("due", "certificate", "trigger", "note", "re-test"), ([r[c] for c in columns] for r in rows)
    )


@register.command()
@click.argument("certificate")
@click.option("--trigger", type=click.Choice(CAUSES), required=True, help="What brought it about.")
@click.option("--note", required=True, help="What was seen, such as the digest of a drift report.")
@click.option("--due", default="", metavar=DAY, help="By when; by default after a time that goes with the trigger.")
@WRITES
@guarded
def retest(certificate: str, *, trigger: Any, note: str, due: str, register: str | None, by: str) -> None:
    """Open a re-test of a certificate's model. Its status stays as it is, until a decider changes it."""
    from evalcenter.register import duties

    made = duties.trigger(opened(register), certificate, duties.Cause(trigger=trigger, note=note, due=due), writer(by))
    say(f"{certificate}: a re-test is {'due' if made else 'open already, or needed no more'}")


@register.command()
@click.argument("retest", type=int)
@click.option("--submission", type=int, help="The submission that did it.")
@click.option("--why", required=True, help="What came of it, or why it is not needed.")
@WRITES
@guarded
def retested(retest: int, *, submission: int | None, why: str, register: str | None, by: str) -> None:
    """Close a re-test."""
    from evalcenter.register import duties

    duties.retested(opened(register), retest, submission, why, writer(by))


@register.command()
@click.argument("standard")
@click.argument("version")
@click.argument("new")
@WRITES
@guarded
def replaced(standard: str, version: str, new: str, *, register: str | None, by: str) -> None:
    """Say that VERSION of a standard is replaced by NEW: nothing more is submitted to it, and re-tests are due."""
    from evalcenter.register import duties

    due = duties.standard_replaced(opened(register), standard, version, new, writer(by))
    for number in due:
        say(f"certificate {number}: a re-test is due")
    if not due:
        say(f"no certificate that holds rests on {standard} {version}; no further submission may name it")


@register.command()
@click.argument("text", type=click.File("r", encoding="utf-8-sig"))
@click.option("--model", type=int, help="The model that it is about.")
@click.option("--received", default="", metavar=DAY, help="When it came; today by default.")
@WRITES
@guarded
def incident(text: Any, *, model: int | None, received: str, register: str | None, by: str) -> None:
    """Keep a report from the public (a file; - is standard input). Leave out who reported it."""
    from evalcenter.errors import InputError
    from evalcenter.register import duties

    try:
        said = text.read(100_000)
    except UnicodeDecodeError:
        raise InputError("the report is no text in UTF-8", where=text.name, todo="save it as UTF-8") from None
    say(f"incident {duties.incident(opened(register), said, model, received, writer(by))}")


@register.command()
@click.argument("incident", type=int)
@click.argument("state", type=click.Choice(("candidate", "item", "dismissed")))
@click.option("--item", help="With item: the id of the question that it became.")
@click.option("--why", required=True)
@WRITES
@guarded
def settle(incident: int, state: Any, *, item: str | None, why: str, register: str | None, by: str) -> None:
    """Say what became of a report: a candidate for a question, a question of a suite, or nothing."""
    from evalcenter.register import duties

    became = duties.Became(state=state, item=item, why=why)
    duties.settle(opened(register), incident, became, writer(by))


@register.command()
@register_option
@guarded
def incidents(*, register: str | None) -> None:
    """List what the public reported, and what became of it."""
    from evalcenter import display
    from evalcenter.register import duties

    book = opened(register)
    with book.read() as pages:
        display.table(book.where, ("incident", "received", "model", "state", "item", "text"), duties.incidents(pages))


@register.command()
@register_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8322, show_default=True, help="0 takes any free port.")
@click.option("--address", default="", help="What readers type to reach it; needed for any other --host.")
@guarded
def serve(*, register: str | None, host: str, port: int, address: str) -> None:
    """Show the register on a read-only page: anybody may look a certificate up; nobody is named, nothing can be changed."""
    from evalcenter.web import serving

    serving.serve_register(named(register), serving.Bound(host=host, port=port, address=address))
