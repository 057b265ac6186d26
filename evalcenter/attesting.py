"""The commands for what is signed: recompute a run, sign it, grant a certificate on it, check a signed file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evalcenter.errors import InputError
from evalcenter.options import FILE, FOLDER, guarded, named_suites, shipped_suites
from evalcenter.standing import Lookup
from evalcenter.starting import opening

KEY = click.Path(path_type=Path, dir_okay=False)
HELD = {
    "files": "its files are in it",
    "commitment": "sealed; its commitment is in it",
    "nothing": "NOT in it: give its folder with --suite, or its commitment with --commitment",
}


@click.command("verify-journal")
@click.argument("folder", type=FOLDER)
@opening
def verify_journal(folder: Path, *, identity: Any) -> None:
    """Recompute a run from its journal: the chain, every grade, the verdict, the reports."""
    from evalcenter import certify
    from evalcenter.plugins import load

    checked = certify.verify(folder, load(), identity)
    click.echo(f"chain      {checked.entries} entries, head {checked.head}")
    click.echo(f"plan       {checked.plan_digest}")
    counted = "counted   " if checked.shut else "recomputed"
    click.echo(
        f"{counted} {checked.grades} grades of {checked.answers} answers; verdict {checked.outcome or 'none yet'}"
    )
    for words in checked.evidence:
        click.echo(f"evidence   {words}")
    click.echo(f"reports    {', '.join(checked.reports) or 'none'}")
    if checked.shut:
        click.echo("note       sealed: marks were counted again, and not made again; that takes --identity")
    if checked.unfinished:
        click.echo(f"note       {checked.unfinished}")
    if checked.torn:
        click.echo("note       half a line at the end was left out; `evalcenter run --resume` sets it aside")


@click.command("new-key")
@click.argument("file", type=KEY)
@guarded
def new_key(file: Path) -> None:
    """Make a key to sign with, its public half beside it, and print its fingerprint; nothing is signed.

    \b
    Example:  evalcenter new-key evaluator.pem          # and evaluator.pub.pem, which others get
    """
    _made(file)


def _made(file: Path) -> None:
    from evalcenter import envelope

    public = envelope.new_key(file)
    click.echo(
        f"new key    {file}\npublic key {public}\n           {envelope.fingerprint(envelope.public_key(public))}"
    )


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--key", type=KEY, required=True, help="The private key (PEM).")
@click.option("--new-key", is_flag=True, help="Make the key first, its public half beside it.")
@click.option("--grant", "granted", type=FILE, help="Grant a certificate: its id, days, scope and two people (YAML).")
@click.option("--evaluated", type=FILE, help="With --grant, for whoever decides: the evaluator's public key.")
@click.option("--pdf", is_flag=True, help="With --grant: the page as a PDF too (needs the extra pdf).")
@opening
def certify(
    folder: Path, *, key: Path, new_key: bool, granted: Path | None, evaluated: Path | None, **more: Any
) -> None:
    """Recompute a run, then sign it: a declaration of a self-test or, with --grant, a centre's certificate.

    A certificate takes two people: whoever evaluated signs first, whoever decides second. See docs/certificates.md.

    \b
    Examples:  evalcenter certify reports/may --key ~/keys/may.pem --new-key
               evalcenter certify reports/may --grant may.yaml --key evaluator.pem
               evalcenter certify reports/may --grant may.yaml --key decider.pem --evaluated evaluator.pub.pem
    """
    from evalcenter import grants, issuing, signing
    from evalcenter.plugins import load

    signing.outside(key, folder)
    if new_key:
        _made(key)
    if granted is None:
        click.echo(
            f"signed     {signing.sign(folder, key, load(), more['identity'])}\nthis is a declaration, no certificate"
        )
        return
    named, paper = {"identity": more["identity"]}, more["pdf"]
    for line in issuing.issue(folder, grants.load(granted), (key, evaluated), load(), paper=paper, **named).words():
        click.echo(line)


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--key", "keys", type=FILE, multiple=True, required=True, help="A trusted public key (PEM); two for a certificate."
)
@click.option("--run", type=FOLDER, help="The run that it is about: everything in it is recomputed and compared.")
@click.option("--suite", "suites", multiple=True, help="Plan the run again from this suite's own files.")
@click.option("--at", help="The day (YYYY-MM-DD) on which a certificate must hold; today by default.")
@click.option("--register", "where", help="The centre's status list (a file or an https address), or its register.")
@click.option(
    "--register-key", type=FILE, help="With a status list: the public key that signed it, had from the centre."
)
@click.option("--demo", is_flag=True, help="Let a certificate through that is marked DEMONSTRATION.")
@opening
def verify(file: Path, *, keys: tuple[Path, ...], run: Path | None, suites: tuple[str, ...], **asked: Any) -> None:
    """Check a certificate, a declaration or a bundle: who signed it, whether it holds, and with --run all that it claims.

    Exit code 0 means that it is genuine and, for a certificate, holds. A declaration is genuine whatever its verdict.

    \b
    Example:  evalcenter verify certificate.dsse.json --key evaluator.pub.pem --key decider.pub.pem
    """
    from evalcenter import checking, signing
    from evalcenter.display import safe
    from evalcenter.plugins import load

    if suites and run is None:
        raise InputError("--suite needs the run", todo="give --run as well")
    plugins, at = load(), moment(asked["at"])
    identity = asked["identity"]
    held = named_suites(suites, plugins, identity) if suites else ()
    against = signing.Against(run, plugins, held, identity)
    told = lookup(asked["where"], asked["register_key"], at)
    for line in checking.look(file, checking.Ask(keys=keys, against=against, at=at, lookup=told, demo=asked["demo"])):
        click.echo(safe(line).replace("\n", "\\n"))


def lookup(where: str | None, key: Path | None, at: str) -> Lookup | None:
    """How a certificate stands at the time `at`, by the status list or register at `where`; None where none was given."""
    from evalcenter import envelope, register

    if where is None:
        return None
    public = None if key is None else envelope.public_key(key)
    return lambda certificate: register.lookup(where, certificate, public, now=at)


def moment(day: str | None) -> str:
    """The end of a day, as UTC text; by default this moment. Raises InputError for what is no day."""
    from evalcenter import grants, journal

    if day is None:
        return journal.now()
    if not grants.is_day(day):
        raise InputError(f"--at is {day!r}; expected a day such as 2026-03-01")
    return f"{day}T23:59:59Z"


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--out", type=KEY, required=True, help="The new file, such as may.zip.")
@click.option(
    "--suite", "suites", multiple=True, help="A suite of the run or a bank, by folder; shipped ones are found."
)
@click.option("--commitment", "told", type=FILE, multiple=True, help="The commitment of a sealed bank.")
@opening
def bundle(folder: Path, *, out: Path, suites: tuple[str, ...], told: tuple[Path, ...], identity: Any) -> None:
    """Put a run and all that proves it into one file: journal, suites, reports, what was signed, and how to check it.

    \b
    Example:  evalcenter bundle reports/may --out may.zip
              evalcenter verify may.zip --key evaluator.pub.pem --key decider.pub.pem
    """
    from evalcenter import banks, bundles
    from evalcenter.plugins import load

    plugins, sealed = load(), [name for name in suites if banks.is_bank(Path(name))]
    plain = [name for name in suites if name not in sealed]
    given = named_suites(plain, plugins) if plain else []
    bundles.asked(folder, given)
    commitments = [*told, *(Path(name) / banks.COMMITMENT for name in sealed)]
    made = bundles.pack(folder, out, plugins, [*given, *named_suites(shipped_suites(), plugins)], commitments, identity)
    click.echo(f"{len(made.files) + 1} files in {out}; journal head {made.head}")
    if not any(f"run/{name}" in made.files for name in bundles.SIGNED):
        click.echo("signed     nothing: sign the run with certify first, or verify will refuse this bundle")
    for one in made.suites:
        click.echo(f"suite      {one.id} {one.version}: {HELD[one.held]}")
