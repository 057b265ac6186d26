"""The command line: each command reads its options, calls one public function and chooses the exit code.

Environment variables and keys are read here and nowhere else. No command loads a heavy library before it needs it.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalcenter import __version__
from evalcenter.errors import (
    EXIT,
    INTERRUPTED,
    CandidateError,
    DiskFull,
    InputError,
    KeyRefused,
    LintError,
    RowsRefused,
)
from evalcenter.options import (
    FILE,
    FOLDER,
    LANGS,
    candidate_options,
    given,
    guarded,
    limit_options,
    named_candidate,
    named_suites,
    plan_options,
    shipped_suites,
    suite_names,
)

if TYPE_CHECKING:
    from evalcenter.records import CandidateSpec
    from evalcenter.walk import Ended


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="evalcenter")
def main() -> None:
    """Test a model before launch: suites in, a certification report out.

    \b
    Try it offline:         evalcenter demo
    Test your endpoint:     evalcenter run medical --base-url http://127.0.0.1:8000/v1 --model my-model
    Go on after a stop:     evalcenter run --resume reports/my-run
    Check a finished run:   evalcenter verify-journal reports/my-run
    Sign it:                evalcenter certify reports/my-run --key my-key.pem --new-key

    Exit codes: 0 pass, 3 fail, 4 inconclusive, 5 conditional, 6 awaiting review; errors have codes of their own
    (docs/exit-codes.md).
    """


@main.command()
@suite_names
@guarded
def lint(suites: tuple[str, ...]) -> None:
    """Check suites: their files, and that every rubric tells its good answers from its bad ones.

    \b
    Example:  evalcenter lint medical government
    """
    from evalcenter import lint as linting
    from evalcenter import specs
    from evalcenter.plugins import load

    plugins = load()
    loaded = named_suites(suites or tuple(shipped_suites()), plugins)
    for one in loaded:
        if (one.folder / "standard.yaml").is_file():
            specs.load_standard("", one)
    complaints = [c for one in loaded for c in linting.check(one, plugins)]
    if complaints:
        lines = "\n".join(f"{c.where}: {c.item}: {c.what}" for c in complaints)
        raise LintError(
            f"{len(complaints)} complaints\n{lines}", todo="mend the rubric or the example, whichever is wrong"
        )
    for one in loaded:
        click.echo(f"{one.suite.id}: {len(one.suite.items)} items, every rubric proves itself")


@main.command()
@suite_names
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@guarded
def suites(suites: tuple[str, ...], *, as_json: bool) -> None:
    """Say what the suites hold: items, criteria and families by dimension, language, grader and visibility."""
    from evalcenter import inventory
    from evalcenter.plugins import load

    found = [inventory.count(one.suite) for one in named_suites(suites or tuple(shipped_suites()), load())]
    click.echo(inventory.as_json(found) if as_json else inventory.as_text(found))


@main.command()
@suite_names
@plan_options
@candidate_options
@click.option("--json", "as_json", is_flag=True, help="The whole plan, for machines.")
@guarded
def plan(suites: tuple[str, ...], *, standard: str, seed: str, as_json: bool, **options: Any) -> None:
    """Show what a run would ask, before any money is spent; nothing is sent.

    \b
    Example:  evalcenter plan medical --standard medical-launch
    """
    from evalcenter import canon, inventory

    planned, _ = _planned(suites, standard, seed, options)
    click.echo(canon.encode(planned).decode() if as_json else inventory.plan_text(planned))


@main.command()
@suite_names
@plan_options
@candidate_options
@limit_options
@click.option("--out", type=FOLDER, help="The run's folder; by default a new one under reports/.")
@click.option("--resume", type=FOLDER, help="Go on with the run in this folder; nothing answered is asked again.")
@guarded
def run(suites: tuple[str, ...], *, out: Path | None, resume: Path | None, **options: Any) -> None:
    """Walk the whole line: plan, ask, grade, decide, report.

    \b
    Examples:
      evalcenter run medical --base-url http://127.0.0.1:8000/v1 --model my-model --key-env MY_KEY
      evalcenter run government --candidate candidate.yaml --out reports/may
      evalcenter run --resume reports/may
    """
    from evalcenter import display

    if resume and (suites or out):
        raise click.UsageError("a resumed run keeps its own suites and folder; give --resume FOLDER alone")
    ended = _resumed(resume, options) if resume else _started(suites, out, options)
    display.ended(ended)
    sys.exit(EXIT[ended.verdict.outcome])


@main.command()
@click.argument("folder", type=FOLDER)
@guarded
def grade(folder: Path) -> None:
    """Grade the answers of a run that have no grade yet, and decide; the candidate is not asked."""
    from evalcenter import display, walk
    from evalcenter.plugins import load

    ended = walk.regrade(folder, walk.Means(plugins=load()))
    display.ended(ended)
    sys.exit(EXIT[ended.verdict.outcome])


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--lang", "langs", type=LANGS, multiple=True, help="By default both languages.")
@click.option("--lab", type=FILE, help="A laboratory profile (YAML).")
@guarded
def report(folder: Path, *, langs: tuple[Any, ...], lab: Path | None) -> None:
    """Render the report of a decided run again: HTML, JSON and Markdown."""
    from evalcenter import specs, walk
    from evalcenter.blocks import Lab
    from evalcenter.plugins import load

    means = walk.Means(plugins=load(), langs=langs or walk.LANGS, lab=specs.load_lab(lab) if lab else Lab())
    for path in walk.render(folder, means):
        click.echo(path)


@main.command("verify-journal")
@click.argument("folder", type=FOLDER)
@guarded
def verify_journal(folder: Path) -> None:
    """Recompute a run from its journal: the chain, every grade, the verdict, the reports."""
    from evalcenter import certify
    from evalcenter.plugins import load

    checked = certify.verify(folder, load())
    click.echo(f"chain      {checked.entries} entries, head {checked.head}")
    click.echo(f"plan       {checked.plan_digest}")
    click.echo(
        f"recomputed {checked.grades} grades of {checked.answers} answers; verdict {checked.outcome or 'none yet'}"
    )
    click.echo(f"reports    {', '.join(checked.reports) or 'none'}")
    if checked.unfinished:
        click.echo(f"note       {checked.unfinished}")
    if checked.torn:
        click.echo("note       half a line at the end was left out; `evalcenter run --resume` sets it aside")


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The private key (PEM).")
@click.option("--new-key", is_flag=True, help="Make the key first, its public half beside it.")
@guarded
def certify(folder: Path, *, key: Path, new_key: bool) -> None:
    """Recompute a run, then sign a declaration of its verdict. It is no certificate; see docs/certificates.md.

    \b
    Example:  evalcenter certify reports/may --key ~/keys/may.pem --new-key
    """
    from evalcenter import certify as signing
    from evalcenter import envelope
    from evalcenter.plugins import load

    signing.outside(key, folder)
    if new_key:
        click.echo(f"new key    {key}\npublic key {envelope.new_key(key)}")
    click.echo(f"signed     {signing.sign(folder, key, load())}")


@main.command()
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, required=True, help="The issuer's public key (PEM), had from the issuer.")
@click.option("--run", type=FOLDER, help="The run that it is about: everything in it is recomputed and compared.")
@click.option("--suite", "suites", multiple=True, help="Plan the run again from this suite's own files.")
@guarded
def verify(file: Path, *, key: Path, run: Path | None, suites: tuple[str, ...]) -> None:
    """Check a signed declaration: its signature, and with --run everything that it claims.

    Exit code 0 means that the declaration is genuine, whatever its verdict.
    """
    from evalcenter import certify
    from evalcenter.display import safe
    from evalcenter.plugins import load

    if suites and run is None:
        raise InputError("--suite needs the run", todo="give --run as well")
    plugins = load()
    loaded = named_suites(suites, plugins) if suites else ()
    for line in certify.check(file, key, run, plugins, loaded).words():
        click.echo(safe(line).replace("\n", "\\n"))


@main.command("import")
@click.argument("mapping", type=FILE)
@click.option(
    "--root", type=FOLDER, default=".", show_default=True, help="The folder that the mapping's paths start from."
)
@click.option("--out", type=FOLDER, required=True, help="The new suite's folder.")
@guarded
def import_(mapping: Path, *, root: Path, out: Path) -> None:
    """Turn foreign data into a suite by a mapping; rows that can't be imported are counted and named.

    \b
    Example:  evalcenter import datasets/mappings/cmexam.yaml --root data --out suites/cmexam
    """
    from evalcenter import importing
    from evalcenter.plugins import load

    done = importing.convert(mapping, root, out, load())
    click.echo(done.words())
    if done.refused:
        raise RowsRefused(f"{len(done.refused)} rows were refused", where=str(done.log), todo="read why in that file")


@main.command("serve-reference")
@suite_names
@click.option("--seed", default="demo", show_default=True, help="The seed of the run that will ask.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
@click.option("--key-env", help="Ask for the key that this environment variable holds.")
@guarded
def serve_reference(suites: tuple[str, ...], *, seed: str, port: int, key_env: str | None) -> None:
    """Serve the embedded reference candidate on 127.0.0.1, as a real OpenAI-compatible endpoint. All it says is simulated.

    \b
    Models: reference-exemplary, reference-reckless, reference-mixed-0.9, reference-refusing, reference-empty,
            reference-slow, reference-flaky
    """
    from evalcenter import boundary
    from evalcenter import plan as planning
    from evalcenter.candidates import server
    from evalcenter.plugins import load

    plugins = load()
    held = [one.suite for one in named_suites(suites or tuple(shipped_suites()), plugins)]
    items = planning.bank(held, seed, plugins.generators, boundary.convert)
    server.serve(items, port=port, key=_key(key_env), seed=seed)


@main.command()
@click.option(
    "--out", type=FOLDER, default="reports/demo", show_default=True, help="Where the runs go; an old demo is replaced."
)
@click.option("--quiet", is_flag=True, help="No progress display.")
@guarded
def demo(out: Path, *, quiet: bool) -> None:
    """Certify two simulated candidates on both suites, offline, over a real socket; then check one run again."""
    from evalcenter import demo as showing
    from evalcenter.plugins import load

    for line in showing.show(out, load(), quiet=quiet):
        click.echo(line)


@main.command()
@click.option("--out", type=FOLDER, default="docs/schema", show_default=True)
@guarded
def schema(out: Path) -> None:
    """Write the JSON Schemas of the files that people write, for editors."""
    from evalcenter import inventory

    for path in inventory.write_schemas(out):
        click.echo(path)


# -- what the commands share ------------------------------------------------------------------------------------------


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise KeyRefused(f"the environment variable {variable} is empty", todo=f"export {variable}=… and run again")
    return os.environ[variable]


def _planned(suites: Sequence[str], standard: str, seed: str, options: dict[str, Any]) -> Any:
    from evalcenter import specs, walk
    from evalcenter.plugins import load
    from evalcenter.records import CandidateSpec

    plugins = load()
    loaded = named_suites(suites, plugins)
    chosen, _ = specs.load_standard(standard, loaded[0])
    named = options["candidate"] or options["base_url"]
    spec = named_candidate(options) if named else CandidateSpec(adapter="openai_http", name="not named yet")
    return walk.prepare(loaded, chosen, spec, seed or secrets.token_hex(16), plugins), plugins


def _means(plugins: Any, spec: CandidateSpec, total: int, options: dict[str, Any]) -> Any:
    from evalcenter import hooks, specs, walk
    from evalcenter.blocks import Lab
    from evalcenter.display import Display

    limits = hooks.Limits(
        concurrency=options["concurrency"], timeout_s=options["timeout"], attempts=options["attempts"]
    )
    lab = specs.load_lab(options["lab"]) if options["lab"] else Lab()
    watch = Display(total, spec.price, quiet=options["quiet"])
    return walk.Means(plugins=plugins, limits=limits, key=_key(spec.key_env), watch=watch, lab=lab)


def _started(suites: Sequence[str], out: Path | None, options: dict[str, Any]) -> Ended:
    from evalcenter import walk

    named_candidate(options)
    planned, plugins = _planned(suites, options["standard"], options["seed"], options)
    folder = out or Path("reports") / f"{planned.suites[0].id}-{secrets.token_hex(4)}"
    means = _means(plugins, planned.candidate, len(planned.order), options)
    return _walked(folder, lambda: walk.start(planned, folder, means), means)


def _resumed(folder: Path, options: dict[str, Any]) -> Ended:
    from evalcenter import journal, walk
    from evalcenter.plugins import load

    fixed = ("candidate", "base_url", "model", "key_env", "temperature", "max_tokens", "simulated", "standard", "seed")
    if more := given(options, *fixed):
        raise click.UsageError(f"a resumed run keeps its own plan; {', '.join(more)} can't be changed")
    held = journal.load(folder)
    left = len(held.plan.order) - len(held.responses)
    means = _means(load(), held.plan.candidate, left, options)
    return _walked(folder, lambda: walk.resume(folder, means), means)


def _walked(folder: Path, walk: Callable[[], Ended], means: Any) -> Ended:
    try:
        with means.watch:
            return walk()
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted; go on with:  evalcenter run --resume {folder}", err=True)
        sys.exit(INTERRUPTED)
    except (CandidateError, DiskFull):
        if (folder / "journal.jsonl").is_file():
            click.echo(f"what was answered is safe; once that is mended:  evalcenter run --resume {folder}", err=True)
            click.echo("(a resumed run keeps its plan: another URL, model or key variable needs a new run)", err=True)
        raise


if __name__ == "__main__":
    main()
