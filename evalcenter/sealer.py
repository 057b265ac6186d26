"""The commands around sealed banks: seal a suite, prove one item of a bank, check such a proof, count what vendors saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evalcenter.errors import InputError, disk_refused
from evalcenter.options import FILE, FOLDER, guarded
from evalcenter.starting import opening

NEW = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("suite", required=False)
@click.option(
    "--to", "recipients", multiple=True, help="Who may open it: an age public key, or a file of them. Several."
)
@click.option("--out", type=FOLDER, help="The new bank's folder.")
@click.option("--new-identity", type=NEW, help="Make an identity instead: this file, and its public key beside it.")
@click.option(
    "--check-canary", "text", type=FILE, help="SUITE is a bank: look for its canary in this file. No key needed."
)
@guarded
def seal(
    suite: str | None, *, recipients: tuple[str, ...], out: Path | None, new_identity: Path | None, text: Path | None
) -> None:
    """Seal a suite into a bank that only its recipients can open, with a public commitment to every item.

    \b
    Examples:  evalcenter seal --new-identity keys/centre.age
               evalcenter seal suites/ours --to keys/centre.age.pub --out banks/ours
               evalcenter seal banks/ours --check-canary corpus.txt
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    if new_identity is not None:
        click.echo(_identity(new_identity))
    elif suite is None:
        raise click.UsageError("give a suite, or --new-identity FILE")
    elif text is not None:
        click.echo(_unleaked(Path(suite), text))
    elif out is None or not recipients:
        raise click.UsageError("--to and --out are needed")
    else:
        click.echo(_sealed(suite, recipients, out))


def _identity(path: Path) -> str:
    from evalcenter import ciphers

    recipient = ciphers.new_identity(path)
    return f"identity   {path} (keep it secret, and a copy elsewhere: without it nothing opens)\npublic key {recipient}"


def _sealed(suite: str, recipients: tuple[str, ...], out: Path) -> str:
    from evalcenter import banks, ciphers, journal, suites
    from evalcenter.plugins import load

    today = journal.now()[:10]
    made = banks.seal(suites.find(suite), ciphers.recipients(recipients), out, load(), today)
    return (
        f"bank       {out}\nroot       {made.root}\nitems      {made.items}\nfamilies   {made.families}\n"
        f"recipients {', '.join(made.recipients)}\npublish    {out / banks.COMMITMENT}"
    )


def _unleaked(bank: Path, text: Path) -> str:
    """What is said where no canary was found. Raises InputError where one was."""
    from evalcenter import banks

    found = banks.leaked(bank, text)
    if found:
        raise InputError(
            f"the canary of this bank stands in {len(found)} places, the first at {found[0]}",
            where=str(text),
            todo="whoever made that text had the bank's files: don't ask its items any more",
        )
    return f"the canary of this bank is not in {text}"


@click.command("open-item")
@click.argument("bank", type=FOLDER)
@click.argument("item")
@click.option("--out", type=NEW, required=True, help="The proof (JSON): the item in plain text, its salt and its path.")
@opening
def open_item(bank: Path, item: str, *, out: Path, identity: Any) -> None:
    """Open one item of a bank for a dispute, with the proof that it was there; nothing is said of the others.

    \b
    Example:  evalcenter open-item banks/ours ours-00017 --identity keys/centre.age --out proof.json
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    from evalcenter import banks, canon
    from evalcenter.plugins import load

    raw = canon.encode(banks.prove(bank, item, identity, load())) + b"\n"
    try:
        with out.open("xb") as file:
            file.write(raw)
    except FileExistsError:
        raise InputError("a file is here already", where=str(out), todo="name another one") from None
    except OSError as problem:
        raise disk_refused(problem, out) from None
    click.echo(f"proof      {out}: whoever has it can read this item, so it should be asked no more")


@click.command("verify-item")
@click.argument("proof", type=FILE)
@click.argument("commitment", type=FILE)
@guarded
def verify_item(proof: Path, commitment: Path) -> None:
    """Check that the item in a proof was in the bank that a published commitment fixes. No key is needed.

    \b
    Example:  evalcenter verify-item proof.json commitment.json
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    from evalcenter import banks, commitments
    from evalcenter.display import safe

    held = banks.proof(proof)
    commitments.check(held, banks.published(commitment))
    click.echo(
        safe(f"the item {held.item.id} was leaf {held.index} of {held.items} in the bank {held.suite}, {held.root}")
    )


@click.command()
@click.argument("bank", type=FOLDER)
@click.option(
    "--add", "runs", type=FOLDER, multiple=True, help="Write down what this run showed; a later word on it counts."
)
@click.option("--items", "each", is_flag=True, help="Name every item that was seen.")
@guarded
def exposures(bank: Path, *, runs: tuple[Path, ...], each: bool) -> None:
    """Say in how many runs each vendor's endpoints saw items of a bank; `run` writes it down by itself. No key is needed.

    \b
    Examples:
      evalcenter exposures banks/ours --items
      evalcenter exposures banks/ours --add reports/resumed-in-may
    """  # noqa: D301 - click reads a backspace as "keep these lines"
    from evalcenter import banks, display, history, sealing
    from evalcenter import exposures as counting

    told = banks.published(bank / banks.COMMITMENT)
    root = told.root
    for run in runs:
        shown = counting.asked(history.load(run, shut=True))
        if all(one.root != root for one in shown):
            raise InputError(
                f"this run asked nothing of the bank {bank}", where=str(run), todo="name the bank that it asked"
            )
        counting.note(bank, root, shown)
    if each:
        named = [
            (sealing.name(told.suite, leaf), vendor, runs_)
            for vendor, seen in counting.seen(bank, root).items()
            for leaf, runs_ in seen.items()
        ]
        display.table(str(bank), ("item", "vendor", "seen in runs"), sorted(named))
        return
    rows = [
        (vendor, runs_, len([leaf for leaf in seen if seen[leaf] == runs_]))
        for vendor, seen in sorted(counting.seen(bank, root).items())
        for runs_ in sorted(set(seen.values()))
    ]
    display.table(str(bank), ("vendor", "seen in runs", "items"), rows)
