"""How a command starts a run, goes on with one, or carries an earlier one on, and what it says when that ends early.

Keys are read from the environment here and nowhere else. Whoever holds an identity leaves no core file behind, and a defect of this
program is told without its words, for they may quote a sealed item.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import click

from evalcenter import registered
from evalcenter.errors import (
    EXIT,
    INTERRUPTED,
    CandidateError,
    DiskFull,
    EvalcenterError,
    InputError,
    KeyRefused,
)
from evalcenter.options import FILE, given, guarded, limits, named_candidate, named_suites

if TYPE_CHECKING:
    from evalcenter.ciphers import Identity
    from evalcenter.display import Display
    from evalcenter.qualifying import Brought
    from evalcenter.records import CandidateSpec, Panel, Plan, Price, Probing, Sealing
    from evalcenter.suites import Loaded
    from evalcenter.walk import Ended, Means

P = ParamSpec("P")
R = TypeVar("R")
IDENTITY: Final = "EVALCENTER_IDENTITY"
"""The environment variable that may hold an identity itself."""

LOUD: Final = ("asyncio", "openai._base_client")
"""Libraries' loggers that write down what is sent, or what went wrong in its words."""


def fresh(length: int) -> str:
    """So many secret random bytes, as hexadecimal text."""
    import secrets  # it loads what `--help` can do without

    return secrets.token_hex(length)


def key(variable: str | None) -> str | None:
    """The key that the environment variable holds. Raises KeyRefused when it is empty."""
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise KeyRefused(f"the environment variable {variable} is empty", todo=f"export {variable}=… and run again")
    return os.environ[variable]


# -- what is sealed ---------------------------------------------------------------------------------------------------


def with_identity(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the option ``--identity``, and what it names, or the environment holds, as `identity`."""

    @click.option(
        "--identity", "identity", type=FILE, help=f"The age identity that opens what is sealed; or set {IDENTITY}."
    )
    @wraps(command)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        held = _identity(kwargs.pop("identity", None))
        kwargs["identity"] = held
        if held is None:
            return command(*args, **kwargs)
        with _discreet():
            return command(*args, **kwargs)

    return call


def opening(command: Callable[P, R]) -> Callable[P, R]:
    """`guarded` and `with_identity` in one."""
    return guarded(with_identity(command))


def _identity(path: Any) -> Identity | None:
    from evalcenter import ciphers

    if path is not None:
        return ciphers.identity(path)
    text = os.environ.get(IDENTITY, "")
    return ciphers.identity_of(text, IDENTITY) if text else None


@contextmanager
def _discreet() -> Iterator[None]:
    """No core file, and no word of an unexpected error: what this program holds in memory stays there."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on every system

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    loud = [logging.getLogger(name) for name in LOUD]
    before = [one.disabled for one in loud]
    for one in loud:
        one.disabled = True
    try:
        yield
    except (EvalcenterError, click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as problem:  # noqa: BLE001 - it is told without its words
        frames = "".join(traceback.format_tb(problem.__traceback__))
        words = "a defect of evalcenter; its words are left out, for they may quote a sealed item"
        click.echo(f"{frames}{type(problem).__name__}: {words}", err=True)
        sys.exit(1)
    finally:
        for one, disabled in zip(loud, before, strict=True):
            one.disabled = disabled


def _unretired(loaded: Sequence[Loaded], specs: Sequence[CandidateSpec], limit: int | None) -> list[Loaded]:
    """The suites without the sealed items that an endpoint of one of these vendors saw in `limit` runs or more."""
    from evalcenter import banks, exposures

    found = []
    for one in loaded:
        if limit is not None and one.bank is not None:
            vendors = {exposures.vendor(spec) for spec in specs}
            gone = {leaf for by in vendors for leaf in exposures.retired(one.folder, one.bank.root, by, limit)}
            found.append(banks.without(one, gone, limit))
        else:
            found.append(one)
    return found


def _exposed(suites: Sequence[str], runs: Sequence[tuple[Plan, Path]]) -> AbstractContextManager[None]:
    """What runs show of the sealed banks among `suites` is written down beside these."""
    from evalcenter import banks, exposures

    return exposures.kept([Path(name) for name in suites if banks.is_bank(Path(name))], runs)


def _sealings(made: Plan, specs: Sequence[CandidateSpec]) -> dict[str, Sealing]:
    """A sealing for each candidate's run, by its name."""
    from evalcenter import ciphers

    held = made.sealing
    return {} if held is None else {spec.name: ciphers.fresh(held.recipients, held.banks) for spec in specs}


# -- starting ---------------------------------------------------------------------------------------------------------


def planned(
    suites: Sequence[str], standard: str, seed: str, options: dict[str, Any], earlier: Plan | None = None
) -> Any:
    """(plan, plugins) for what the options name; it carries the `earlier` plan's sequences on where there is one."""
    from evalcenter import attempts, banks, specs, walk
    from evalcenter.plugins import load
    from evalcenter.records import CandidateSpec

    plugins = load()
    loaded = named_suites(suites, plugins, options["identity"])
    chosen, _ = specs.load_standard(standard, loaded[0])
    spec = options.get("spec") or CandidateSpec(adapter="openai_http", name="not named yet")
    if options["candidate"] or options["base_url"]:
        spec = named_candidate(options)
    terms = walk.Terms(
        version_rank=options["version_rank"],
        panel=_panel(options),
        brought=_brought(options["qualification"]),
        probing=_probing(spec, plugins, options),
        readers=options["readers"] or (earlier.readers if earlier is not None else 2),
    )
    if earlier is not None:
        chosen = attempts.longer(chosen, earlier.standard, options["more"] or 0)
    loaded = _unretired(loaded, options.get("specs") or [spec], options["max_exposure"])
    made = walk.prepare(loaded, chosen, spec, seed or fresh(16), plugins, terms)
    return banks.planned(made, loaded, options["identity"]), plugins


def _probing(spec: CandidateSpec, plugins: Any, options: dict[str, Any]) -> Probing | None:
    """The probes of a run: those that were given, else the shipped ones where a candidate's model could be swapped."""
    from evalcenter import hooks, specs

    if options["probes"] and options["no_probes"]:
        raise click.UsageError("--probes and --no-probes exclude each other")
    probed = getattr(hooks.find(plugins.adapters, "adapter", spec.adapter), "probed", False) and spec.probes
    if options["no_probes"] or not (probed or options["probes"]):
        return None
    probing = specs.load_probing(options["probes"])
    calls = options.get("budget_calls")
    if calls is not None and calls <= (taken := (probing.repeats + 1) * len(probing.probes)):
        raise InputError(
            f"a budget of {calls} calls leaves none for a question: the probes take {taken}",
            todo="raise it, or give --no-probes",
        )
    return probing


def _brought(path: Path | None) -> Brought | None:
    """The qualification that a plan brings, on this day."""
    from evalcenter import journal, qualifications
    from evalcenter.qualifying import Brought

    if path is None:
        return None
    qualification, digest = qualifications.load(path)
    return Brought(qualification=qualification, digest=digest, today=journal.now()[:10])


def _panel(options: dict[str, Any]) -> Panel | None:
    from evalcenter import specs

    if options["judges"] is None:
        return None
    return replace(specs.panel(options["judges"]), own=options["own_judge"])


def _judge_keys(panel: Panel | None) -> dict[str, str | None]:
    """The key of each judge, by its name."""
    return {} if panel is None else {judge.spec.name: key(judge.spec.key_env) for judge in panel.judges}


def _means(plugins: Any, planned: Plan, total: int, options: dict[str, Any]) -> tuple[Means, Display]:
    """What the run needs, and the display among those that look on."""
    from evalcenter.display import Display

    spec = planned.candidate
    shown = Display(total, spec.price, quiet=options["quiet"])
    around, watch = _around(plugins, spec.price, options), options["observers"].beside(shown)
    return replace(around, key=key(spec.key_env), watch=watch, judge_keys=_judge_keys(planned.panel)), shown


def _around(plugins: Any, price: Price | None, options: dict[str, Any]) -> Means:
    """What the options say of how a run goes on, whoever is tested."""
    from evalcenter import profiles, walk
    from evalcenter.blocks import Lab

    if options["cache"] and options["lab"]:
        raise InputError(
            "a run for a laboratory asks every question itself", todo="leave out --cache, or --lab for a self-test"
        )
    lab = profiles.load(options["lab"]) if options["lab"] else Lab()
    complete = lab == Lab() if options["complete"] is None else options["complete"]
    bounds = limits(options, price)
    return walk.Means(
        plugins=plugins,
        limits=bounds,
        lab=lab,
        complete=complete,
        cache=options["cache"],
        identity=options["identity"],
    )


def many(suites: Sequence[str], listed: Path, out: Path | None, options: dict[str, Any]) -> int:
    """Walk the line for every candidate of a list; the exit code. What was done before in `out` is not done again."""
    from evalcenter import display, specs
    from evalcenter import many as crowds

    if more := given(
        options,
        "candidate",
        "base_url",
        "model",
        "key_env",
        "temperature",
        "max_tokens",
        "continues",
        "register",
        "submission",
    ):
        raise click.UsageError(f"--candidates and {', '.join(more)} exclude each other: write them in the files")
    found = specs.load_candidates(listed)
    folder = out or Path("reports") / f"candidates-{fresh(4)}"
    seed = crowds.seed_of(found, folder, options["identity"]) or options["seed"]
    if options["seed"] not in ("", seed):
        raise InputError("the runs in this folder have another seed", where=str(folder), todo="leave out --seed")
    made, plugins = planned(suites, options["standard"], seed, {**options, "spec": found[0], "specs": found})
    keys = {spec.name: key(spec.key_env) for spec in found}
    price = next((spec.price for spec in found if spec.price is None), found[0].price)
    with display.Board(len(found), quiet=options["quiet"]) as board:
        around = crowds.Field(
            means=replace(_around(plugins, price, options), judge_keys=_judge_keys(made.panel)),
            out=folder,
            board=options["observers"].board(board),
            keys=keys,
            at_once=options["at_once"],
            sealings=_sealings(made, found),
        )
        try:
            with _exposed(suites, crowds.runs(made, found, around)):
                results = crowds.run_all(made, found, around)
        except KeyboardInterrupt:
            click.echo(f"\ninterrupted; go on with the same command and:  --out {folder}", err=True)
            sys.exit(INTERRUPTED)
    display.summary(results, folder)
    return crowds.exit_code(results)


def started(suites: Sequence[str], out: Path | None, options: dict[str, Any]) -> Ended:
    """Walk the line for a new run, or for one that carries an earlier run's sequences on."""
    from evalcenter import history, walk

    named_candidate(options)
    link, options = registered.anew(options)
    if options["more"] and not options["continues"]:
        raise click.UsageError("--more belongs to --continues")
    earlier = history.load(options["continues"], options["identity"]) if options["continues"] else None
    if earlier is not None and options["seed"]:
        raise click.UsageError("a continued run keeps the seed of the earlier one")
    seed = earlier.plan.seed if earlier is not None else options["seed"]
    made, plugins = planned(suites, options["standard"], seed, options, earlier.plan if earlier else None)
    folder = out or Path("reports") / f"{made.suites[0].id}-{fresh(4)}"
    means, shown = _means(plugins, made, len(made.order), options)
    means = means if link is None else link.beside(means)
    with _exposed(suites, [(made, folder)]):
        return _walked(folder, lambda: walk.start(made, folder, means, earlier), shown, link)


def resumed(folder: Path, options: dict[str, Any]) -> Ended:
    """Walk on with a run that stopped."""
    from evalcenter import history, walk
    from evalcenter.plugins import load

    fixed = (
        "candidate",
        "base_url",
        "model",
        "key_env",
        "temperature",
        "max_tokens",
        "simulated",
        "standard",
        "seed",
        "version_rank",
        "qualification",
        "judges",
        "own_judge",
        "readers",
        "probes",
        "no_probes",
        "continues",
        "more",
        "max_exposure",
    )
    if more := given(options, *fixed):
        raise click.UsageError(f"a resumed run keeps its own plan; {', '.join(more)} can't be changed")
    link = registered.again(folder, options)
    with history.resume(folder, options["identity"]) as held:
        if link is None:
            registered.apart(held)
        means, shown = _means(load(), held.plan, len(held.plan.order) - len(held.responses), options)
        means = means if link is None else link.beside(means)
        return _walked(folder, lambda: walk.go_on(held, means), shown, link)


def _walked(folder: Path, walk: Callable[[], Ended], shown: Display, link: registered.Link | None) -> Ended:
    try:
        with registered.entered(link, folder) as over, shown:
            over.append(walk())
            return over[-1]
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted; go on with:  {registered.resuming(folder, link)}", err=True)
        sys.exit(INTERRUPTED)
    except (CandidateError, DiskFull):
        if (folder / "journal.jsonl").is_file():
            click.echo(
                f"what was answered is safe; once that is mended:  {registered.resuming(folder, link)}", err=True
            )
            click.echo(registered.kept(link), err=True)
        raise


def regraded(folder: Path, identity: Identity | None) -> Ended:
    """Grade what has no grade yet, put to the judges what waits for them, and decide."""
    from evalcenter import history, walk
    from evalcenter.plugins import load

    keys = _judge_keys(history.begun(folder, shut=True)[0].plan.panel)
    return walk.regrade(folder, walk.Means(plugins=load(), judge_keys=keys, identity=identity))


def outcome(ended: Ended) -> int:
    """The exit code of a run: its verdict's, or that of waiting for people, which is no verdict."""
    return EXIT[ended.state]
