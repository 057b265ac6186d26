"""The commands of the register: who and what it knows, submissions, decisions, certificates, the public list, its care."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from evalcenter import starting
from evalcenter.errors import CertificateNotValid
from evalcenter.options import FILE, FOLDER, by_option, guarded, many, register_option

TABLE = click.Path(path_type=Path, dir_okay=False)
WRITES = many(register_option, by_option)
DAY = "YYYY-MM-DD"


def opened(where: str | None) -> Any:
    """The register that the options name."""
    from evalcenter import register

    return register.opened(named(where))


def named(where: str | None) -> str:
    """Where it is. Raises UsageError where nobody said so."""
    if not where:
        raise click.UsageError("name the register with --register, or in EVALCENTER_REGISTER")
    return where


def writer(name: str) -> Any:
    """In whose name something is written, now."""
    from evalcenter import journal
    from evalcenter.register.rules import By

    if not name:
        raise click.UsageError("say with --by who does this, by a name in the register")
    return By(name=name, now=journal.now())


def say(line: str) -> None:
    """Print a line, whatever is in it."""
    from evalcenter.display import safe

    click.echo(safe(line))


@click.group()
def register() -> None:
    """Keep the register: vendors, models, every attempt, decisions, certificates and what they are worth (docs/register.md).

    \b
    export EVALCENTER_REGISTER=register.db
    evalcenter register init --centre "Example Centre" --prefix EC --by "Gu Ping"
    evalcenter register person "Dr Li" --role evaluator --by "Gu Ping"
    evalcenter register vendor "Example Ltd" --by "Gu Ping"
    evalcenter register submit medical --candidate candidate.yaml --by "Gu Ping"
    """


# -- making and keeping -----------------------------------------------------------------------------------------------


@register.command()
@WRITES
@click.option("--centre", required=True, help="The centre whose register it is.")
@click.option("--prefix", required=True, help="What its certificates' numbers begin with, such as EC.")
@guarded
def init(*, register: str | None, by: str, centre: str, prefix: str) -> None:
    """Make a register; --by names its first registrar."""
    from evalcenter.register import book, complete

    complete()
    say(f"made the register {book.made(named(register), centre, prefix, writer(by)).where}")


@register.command()
@register_option
@guarded
def migrate(*, register: str | None) -> None:
    """Bring a register of an older version to this one's form. Make a copy first."""
    from evalcenter.register import complete, opening

    complete()
    before, now = opening.forward(named(register))
    say(f"the register has the form {now}" + (f", before {before}" if before != now else " already"))


@register.command()
@register_option
@click.option("--against", type=FILE, help="A status list that was published earlier: the register must still hold it.")
@click.option("--key", type=FILE, help="With --against: the public key that signed it.")
@guarded
def check(*, register: str | None, against: Path | None, key: Path | None) -> None:
    """Check every row against the chained log, and print the log's head."""
    from evalcenter import envelope
    from evalcenter.register import book, statuslist

    with opened(register).read() as pages:
        entries, head = book.check(pages)
        if against:
            if key is None:
                raise click.UsageError("--against needs --key")
            held = statuslist.unseal(envelope.read(against), envelope.public_key(key), str(against))
            book.noted(pages, held.entries, held.head)
    say(f"{entries} rows, all as they were written; head {head}")


@register.command()
@click.argument("out", type=TABLE)
@register_option
@guarded
def backup(out: Path, *, register: str | None) -> None:
    """Copy the register to a new file, while others may write, and check the copy."""
    from evalcenter.register import complete, copies

    complete()
    entries, head = copies.backup(named(register), out)
    say(f"{entries} rows in {out}; head {head}")


@register.command()
@click.argument("copy", type=FILE)
@register_option
@guarded
def restore(copy: Path, *, register: str | None) -> None:
    """Make a register of a copy, where none may be yet. It knows nothing that came after the copy."""
    from evalcenter.register import complete, copies

    complete()
    entries, head = copies.restore(copy, named(register))
    say(f"{entries} rows in {register}; head {head}")


# -- who and what -----------------------------------------------------------------------------------------------------


@register.command()
@click.argument("name", required=False)
@click.option("--role", "roles", multiple=True, type=click.Choice(("registrar", "evaluator", "decider")))
@WRITES
@guarded
def person(name: str | None, *, roles: tuple[Any, ...], register: str | None, by: str) -> None:
    """Add somebody with these roles, or change them; without --role nothing may be written any more. Without NAME: list."""
    from evalcenter import display
    from evalcenter.register import parties

    book = opened(register)
    if name:
        parties.person(book, name, roles, writer(by))
    with book.read() as pages:
        display.table(book.where, ("name", "roles"), parties.people(pages))


@register.command()
@click.argument("name")
@click.option("--code", help="The number under which the company is registered (统一社会信用代码).")
@WRITES
@guarded
def vendor(name: str, *, code: str | None, register: str | None, by: str) -> None:
    """Add a vendor."""
    from evalcenter.register import parties

    book = opened(register)
    say(f"vendor {parties.vendor(book, name, code, writer(by))}: {name}")


@register.command()
@click.argument("model", type=int)
@click.argument("kind", type=click.Choice(("filing_number", "fingerprint")))
@click.argument("value")
@WRITES
@guarded
def fact(model: int, kind: Any, value: str, *, register: str | None, by: str) -> None:
    """Add to a model what was learnt later: its filing number (备案号), or the digest of its fingerprint."""
    from evalcenter.register import parties

    parties.learn(opened(register), model, kind, value, writer(by))


@register.command()
@click.argument("name")
@click.option("--number", required=True, help="Its registration number (登记号).")
@click.option("--model", type=int, required=True, help="The filed model that it calls.")
@click.option("--vendor", required=True, help="Whose it is.")
@WRITES
@guarded
def application(name: str, *, number: str, model: int, vendor: str, register: str | None, by: str) -> None:
    """Add an application that calls a filed model."""
    from evalcenter.register import parties

    made = parties.Calls(name=name, number=number, vendor=vendor, model=model)
    say(f"application {parties.application(opened(register), made, writer(by))}: {name}")


# -- submissions ------------------------------------------------------------------------------------------------------


@register.command()
@click.argument("suites", nargs=-1, required=True)
@click.option("--candidate", type=FILE, required=True, help="The candidate file (YAML); it names vendor and version.")
@click.option("--standard", default="", help="A standard's id or file; by default the first suite's own.")
@WRITES
@starting.opening
def submit(
    suites: tuple[str, ...], *, candidate: Path, standard: str, register: str | None, by: str, identity: Any
) -> None:
    """Submit a version of a model. Submitted again, it is the same submission; a new version takes the vendor's next rank."""
    from evalcenter import specs
    from evalcenter.options import named_suites
    from evalcenter.plugins import load
    from evalcenter.register import duties, parties, streams

    loaded = named_suites(suites, load(), identity)
    chosen, _ = specs.load_standard(standard, loaded[0])
    book, who, banks = opened(register), writer(by), [streams.bank(one.suite, one.digest) for one in loaded]
    model = parties.model(book, specs.load_candidate(candidate), who)
    made = streams.submit(book, model, banks, chosen, who)
    say(f"submission {made.number} of model {model}, version rank {made.rank}{', known already' * made.known}")
    for number in duties.version_changed(book, model, who):
        say(f"certificate {number} is of another version: a re-test is due")


@register.command("open")
@click.argument("submission", type=int)
@register_option
@guarded
def open_(submission: int, *, register: str | None) -> None:
    """Say what the next attempt of a submission has to be, and the options that `evalcenter run` takes for it."""
    from evalcenter.register import streams

    turn, rank = streams.turn(opened(register), submission)
    if turn.last is not None and turn.last.outcome in ("pass", "conditional"):
        say(
            f"attempt {turn.last.number} ended well, and can be decided on; carried on, nothing is granted on it any more:"
        )
        say(
            f"evalcenter register decide {turn.last.folder} --grant --why REASON --register {named(register)} --by NAME"
        )
    where = f"--register {named(register)} --submission {submission} --by NAME"
    say(f"attempt {turn.number}, version rank {rank}")
    if turn.last is None:
        say(f"evalcenter run SUITES --candidate FILE {where}")
    elif turn.kind == "resume":
        say(f"evalcenter run --resume {turn.last.folder} {where}")
    else:
        say(f"evalcenter run SUITES --candidate FILE --continues {turn.last.folder} --more UNITS {where}")


@register.command()
@click.argument("submission", type=int)
@click.option("--why", required=True, help="How the run was lost.")
@WRITES
@guarded
def abandon(submission: int, *, why: str, register: str | None, by: str) -> None:
    """Give a submission's stream of evidence up because its run is lost. Submitted again, it takes the vendor's next rank."""
    from evalcenter.register import streams

    streams.abandon(opened(register), submission, why, writer(by))


@register.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--grant/--refuse", required=True, default=None, help="Whether a certificate may be issued.")
@click.option("--why", required=True, help="The reason; it is kept with the decision.")
@WRITES
@starting.opening
def decide(folder: Path, *, grant: bool, why: str, register: str | None, by: str, identity: Any) -> None:
    """Decide on a run that is an attempt: it is recomputed first. Whoever took part in it can't decide."""
    from evalcenter import registered
    from evalcenter.register import streams

    book, who = opened(register), writer(by)
    number = streams.decide(book, registered.ended(folder, identity), "granted" if grant else "refused", why, who)
    say(f"granted; the certificate's number is {number}" if number else "refused")


# -- certificates -----------------------------------------------------------------------------------------------------


@register.command()
@click.option("--document", type=FILE, required=True, help="The certificate that both people signed.")
@click.option("--key", "keys", type=FILE, multiple=True, required=True, help="A person's public key (PEM); give both.")
@click.option("--run", type=FOLDER, help="Its run, where reports were rendered between decision and signatures.")
@click.option("--retest", default="", metavar=DAY, help="By when the model is tested again; the last day by default.")
@click.option("--replaces", default="", help="The number of the certificate whose place it takes.")
@WRITES
@guarded
def issue(
    *, document: Path, keys: tuple[Path, ...], run: Path | None, register: str | None, by: str, **more: str
) -> None:
    """Issue the certificate that a decision granted and two people signed; number, term and scope are the file's own."""
    from dataclasses import replace

    from evalcenter import registered
    from evalcenter.register import granted

    made = replace(registered.paper(document, keys, run), retest=more["retest"], replaces=more["replaces"])
    granted.issue(opened(register), made, writer(by))
    say(f"issued {made.number}, valid from {made.valid_from} to {made.valid_until}; publish the status list")


@register.command()
@click.argument("number")
@click.argument("status", type=click.Choice(("valid", "suspended", "revoked")))
@click.option("--reason", required=True, help="Its code on the public list; a wrong one prints them all.")
@click.option("--why", required=True, help="The reason in words; it is kept, and not published.")
@WRITES
@guarded
def status(number: str, status: Any, *, reason: str, why: str, register: str | None, by: str) -> None:
    """Suspend or revoke a certificate, or give a suspended one its validity back."""
    from evalcenter.register import granted

    granted.change(opened(register), number, status, reason, why, writer(by))
    say(f"{number} is {status}; publish the status list, so that others see it")


@register.command()
@click.option("--key", type=FILE, required=True, help="The private key (PEM).")
@click.option("--out", type=TABLE, required=True, help="The file that the web server shows.")
@click.option("--days", type=click.IntRange(1, 92), default=7, show_default=True, help="It is to be renewed within.")
@WRITES
@guarded
def publish(*, key: Path, out: Path, days: int, register: str | None, by: str) -> None:
    """Write the signed list of all certificates and what they are worth, for any static web server."""
    from evalcenter import envelope
    from evalcenter.register import publishing

    made = publishing.publish(opened(register), envelope.private_key(key), out, writer(by), days)
    say(f"list {made.sequence}: certificates {len(made.certificates)}; to be renewed by {made.next_update}")


@register.command()
@click.argument("where")
@click.argument("number")
@click.option("--key", type=FILE, help="The issuer's public key (PEM); needed for a list.")
@click.option("--seen", type=int, help="The number of the latest list that was seen: an older one is refused.")
@guarded
def lookup(where: str, number: str, *, key: Path | None, seen: int | None) -> None:
    """Say what a certificate is worth now, by a status list (a file or an address) or a register."""
    from evalcenter import envelope, journal
    from evalcenter import register as registers

    public = envelope.public_key(key) if key else None
    found = registers.lookup(where, number, public, now=journal.now(), seen=seen)
    say(f"{found.certificate}: {found.status}")
    for name in ("since", "until", "reason", "successor", "document", "sequence", "issued", "next_update"):
        if getattr(found, name) not in (None, ""):
            say(f"  {name:<12} {getattr(found, name)}")
    if found.status != "valid":
        raise CertificateNotValid(f"{found.certificate} is not valid now: {found.status}")
