"""The command line: each command reads its options, calls one public function and chooses the exit code.

No command loads a heavy library before it needs it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from evalcenter import __version__, attesting, people, qualify, sealer, starting, studies, surveillance, watch
from evalcenter.errors import (
    LintError,
    RowsRefused,
)
from evalcenter.observing import Observers, observer_options
from evalcenter.options import (
    FILE,
    FOLDER,
    LANGS,
    VIEWS,
    attempt_options,
    candidate_options,
    guarded,
    limit_options,
    named_suites,
    plan_options,
    shipped_suites,
    suite_names,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="evalcenter")
def main() -> None:
    """Test a model before launch: suites in, a certification report out.

    \b
    Try it offline:         evalcenter demo
    Test your endpoint:     evalcenter run medical --base-url http://127.0.0.1:8000/v1 --model my-model
    See how it stands:      evalcenter status reports/my-run
    Go on after a stop:     evalcenter run --resume reports/my-run
    Check a finished run:   evalcenter verify-journal reports/my-run
    Sign it:                evalcenter certify reports/my-run --key my-key.pem --new-key

    Exit codes: 0 pass, 3 fail, 4 inconclusive, 5 conditional, 6 awaiting review; errors have codes of their own
    (docs/exit-codes.md).
    """


@main.command()
@suite_names
@starting.opening
def lint(suites: tuple[str, ...], *, identity: Any) -> None:
    """Check suites: their files, and that every rubric tells its good answers from its bad ones.

    \b
    Example:  evalcenter lint medical government
    """
    from evalcenter import lint as linting
    from evalcenter import specs
    from evalcenter.plugins import load

    plugins = load()
    loaded = named_suites(suites or tuple(shipped_suites()), plugins, identity)
    for one in loaded:
        if (one.folder / "standard.yaml").is_file():
            specs.load_standard("", one)
    complaints = [c for one in loaded for c in linting.check(one, plugins)]
    if complaints:
        lines = "\n".join(c.line() for c in complaints)
        raise LintError(
            f"{len(complaints)} complaints\n{lines}", todo="mend the rubric or the example, whichever is wrong"
        )
    for one in loaded:
        click.echo(f"{one.suite.id}: {len(one.suite.items)} items, every rubric proves itself")


@main.command()
@suite_names
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@starting.opening
def suites(suites: tuple[str, ...], *, as_json: bool, identity: Any) -> None:
    """Say what the suites hold: items, criteria and families by dimension, language, grader and visibility."""
    from evalcenter import inventory
    from evalcenter.plugins import load

    held = named_suites(suites or tuple(shipped_suites()), load(), identity)
    found = [inventory.count(one.suite) for one in held]
    click.echo(inventory.as_json(found) if as_json else inventory.as_text(found))


@main.command()
@suite_names
@plan_options
@candidate_options
@click.option("--json", "as_json", is_flag=True, help="The whole plan, for machines.")
@starting.opening
def plan(suites: tuple[str, ...], *, standard: str, seed: str, as_json: bool, **options: Any) -> None:
    """Show what a run would ask, before any money is spent; nothing is sent.

    \b
    Example:  evalcenter plan medical --standard medical-launch
    """
    from evalcenter import canon, inventory, sealing

    planned, _ = starting.planned(suites, standard, seed, options)
    click.echo(canon.encode(sealing.shown(planned)).decode() if as_json else inventory.plan_text(planned))


@main.command()
@suite_names
@plan_options
@candidate_options
@limit_options
@observer_options
@click.option("--out", type=FOLDER, help="The run's folder; by default a new one under reports/.")
@click.option(
    "--candidates",
    type=click.Path(path_type=Path, exists=True),
    help="Many candidates at once: a folder of candidate files, or a file that lists them.",
)
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    help="With --candidates: how many are asked at a time.",
)
@click.option("--resume", type=FOLDER, help="Go on with the run in this folder; nothing answered is asked again.")
@click.option("--continues", type=FOLDER, help="Another attempt: carry on this ended run's sequences and evidence.")
@click.option("--more", type=click.IntRange(min=1), help="With --continues: raise every cap by so many units.")
@attempt_options
@starting.opening
def run(
    suites: tuple[str, ...], *, out: Path | None, resume: Path | None, candidates: Path | None, **options: Any
) -> None:
    """Walk the whole line: plan, ask, grade, decide, report.

    \b
    Examples:
      evalcenter run medical --base-url http://127.0.0.1:8000/v1 --model my-model --key-env MY_KEY
      evalcenter run government --candidate candidate.yaml --out reports/may
      evalcenter run --resume reports/may
      evalcenter run medical --candidates candidates/ --out reports/spring
    """
    from evalcenter import display

    if resume and (suites or out or candidates):
        raise click.UsageError("a resumed run keeps its own suites and folder; give --resume FOLDER alone")
    with Observers(out, {**options, "candidates": candidates}) as observers:
        options["observers"] = observers
        if candidates:
            code = starting.many(suites, candidates, out, options)
        else:
            ended = starting.resumed(resume, options) if resume else starting.started(suites, out, options)
            display.ended(ended)
            code = starting.outcome(ended)
    sys.exit(code)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="For machines: one line a look.")
@click.option(
    "--every",
    type=click.FloatRange(min=0, min_open=True),
    help="Look again every so many seconds, as long as it goes on.",
)
@guarded
def status(folder: Path, *, as_json: bool, every: float | None) -> None:
    """Say how a run stands, or each of many, while it goes or after; nothing is written and nothing held up.

    \b
    Example:  evalcenter status reports/may --every 5
    """
    from evalcenter import status as standing

    standing.show(folder, every, for_machines=as_json)


@main.command()
@click.argument("folder", type=FOLDER)
@starting.opening
def grade(folder: Path, *, identity: Any) -> None:
    """Grade the answers of a run that have no grade yet, and decide; judges are asked, the candidate is not."""
    from evalcenter import display

    ended = starting.regraded(folder, identity)
    display.ended(ended)
    sys.exit(starting.outcome(ended))


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--lang", "langs", type=LANGS, multiple=True, help="By default those of the profile, or both.")
@click.option("--lab", type=FILE, help="The centre's profile (YAML): docs/centre.md.")
@click.option("--pdf", is_flag=True, help="A PDF of each as well (needs the extra pdf).")
@click.option("--for", "view", type=VIEWS, default="report", show_default=True, help="For a vendor: what to mend.")
@starting.opening
def report(folder: Path, *, langs: tuple[Any, ...], lab: Path | None, pdf: bool, view: Any, identity: Any) -> None:
    """Render the report of a decided run again: HTML, JSON, Markdown and, where asked for, PDF.

    \b
    Example:  evalcenter report reports/may --for vendor
    """
    from evalcenter import profiles, walk
    from evalcenter.blocks import Lab
    from evalcenter.plugins import load

    means = walk.Means(
        plugins=load(),
        langs=langs or None,
        forms=(*walk.FORMS, "pdf") if pdf else walk.FORMS,
        lab=profiles.load(lab) if lab else Lab(),
        identity=identity,
    )
    for path in walk.render(folder, means, view):
        click.echo(path)


@main.command()
@click.argument("folder", type=FOLDER)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help=".parquet, .xlsx or .csv")
@guarded
def export(folder: Path, *, out: Path) -> None:
    """Write every sample of a run as one row of a table.

    \b
    Example:  evalcenter export reports/may --out may.parquet
    """
    from evalcenter import exporting

    click.echo(f"{exporting.export(folder, out)} samples in {out}")


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
@click.option(
    "--faults", default="", help="Misbehave: [always:]NAME[=SHARE],… of the prompts; `list` shows the names and ends."
)
@starting.opening
def serve_reference(
    suites: tuple[str, ...], *, seed: str, port: int, key_env: str | None, faults: str, identity: Any
) -> None:
    """Serve the embedded reference candidate on 127.0.0.1, as a real OpenAI-compatible endpoint. All it says is simulated.

    \b
    Models: reference-exemplary, reference-reckless, reference-mixed-0.9, reference-careful-0.9,
            reference-refusing, reference-empty, reference-slow, reference-flaky, reference-judge-0.95
    Faults: evalcenter serve-reference --faults 500=0.1,always:no-choices=0.02   (docs/faults.md)
    """
    from evalcenter import boundary
    from evalcenter import plan as planning
    from evalcenter.candidates import misbehaving, server
    from evalcenter.plugins import load

    if faults == "list":
        click.echo(misbehaving.listed())
        return
    orders = misbehaving.parse(faults)
    plugins = load()
    held = [one.suite for one in named_suites(suites or tuple(shipped_suites()), plugins, identity)]
    items = planning.bank(held, seed, plugins.generators, boundary.convert)
    server.serve(items, port=port, key=starting.key(key_env), seed=seed, faults=orders)


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


for command in (
    *(attesting.verify_journal, attesting.new_key, attesting.certify, attesting.verify, attesting.bundle),
    *(surveillance.GROUP, watch.watch, people.review, people.reviewer),
    *(studies.power, studies.compare, studies.trend, qualify.qualify_judge),
):
    main.add_command(command)
for command in (sealer.seal, sealer.open_item, sealer.verify_item, sealer.exposures):
    main.add_command(command)


if __name__ == "__main__":
    main()
