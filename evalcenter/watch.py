"""The command that asks a tested candidate its probes again, once or for ever, and says whether it is still the same model."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evalcenter.errors import DRIFTED, EXIT, CandidateError
from evalcenter.options import FILE, FOLDER, given, guarded

if TYPE_CHECKING:
    from evalcenter.alarms import Alarm
    from evalcenter.reprobing import Drift, Means, Reference

SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CODES: Final = {"same": 0, "drifted": DRIFTED, "untold": EXIT["inconclusive"]}
WORDS: Final = {
    "same": "SAME: no change of model was seen",
    "drifted": "DRIFTED: another model answers than was tested",
    "untold": "CAN'T BE TOLD",
}
WHY: Final = {"": "", "few": ": too few probes were answered", "noisy": ": answers differ too much among themselves"}


def _seconds(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """A time such as 90s, 30m, 6h or 1d, as seconds."""
    if value is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no time; expected such as 90s, 30m, 6h or 1d")
    return float(int(found[1]) * SECONDS[found[2]])


@click.command()
@click.argument("candidate", type=FILE)
@click.option(
    "--against", type=FOLDER, required=True, help="The run in which the candidate was tested; it is only read."
)
@click.option("--every", callback=_seconds, help="Ask again after so long (30m, 6h, 1d), until it drifts or Ctrl-C.")
@click.option(
    "--history",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where each round is kept; by default beside the file.",
)
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=120.0, show_default=True)
@click.option(
    "--attempts", type=click.IntRange(min=1), default=5, show_default=True, help="Calls for one probe at most."
)
@click.option("--json", "as_json", is_flag=True, help="For machines: one line a round.")
@click.option("--register", help="Open a re-test in this register where it drifts (docs/register.md).")
@click.option("--certificate", help="With --register: of this certificate only; by default of all of the model's.")
@click.option("--model", type=click.IntRange(min=1), help="With --register: the model's number there.")
@click.option("--by", default="", help="With --register: who watches, by a registrar's name in it.")
@guarded
def watch(
    candidate: Path, *, against: Path, history: Path | None, every: float | None, as_json: bool, **more: Any
) -> None:
    """Ask a tested candidate its probes again: is it still the same model? Nothing is scored.

    \b
    Examples:  evalcenter watch candidate.yaml --against reports/may --every 6h
               evalcenter watch candidate.yaml --against reports/may --register register.db --by "Gu Ping"
    Exit codes: 0 the same, 7 another model answers, 4 it can't be told.
    """
    from evalcenter import hooks, reprobing, specs, starting
    from evalcenter.plugins import load

    spec = specs.load_candidate(candidate)
    means = reprobing.Means(
        adapters=load().adapters,
        limits=hooks.Limits(timeout_s=more["timeout"], attempts=more["attempts"]),
        key=starting.key(spec.key_env),
        history=history or candidate.with_suffix(".watch.jsonl"),
    )
    reference = reprobing.Reference.of(against)
    alarm = _alarm(reference, more)
    sys.exit(_watched(reference, spec, means, alarm, every=every, as_json=as_json))


def _alarm(reference: Reference, options: Mapping[str, Any]) -> Alarm | None:
    """Where a drift is told; None without --register."""
    from evalcenter import alarms

    if not options["register"]:
        if alone := given(dict(options), "certificate", "model", "by"):
            raise click.UsageError(f"{', '.join(alone)} needs --register")
        return None
    if not options["by"]:
        raise click.UsageError("--register needs --by")
    if options["certificate"] and options["model"]:
        raise click.UsageError("--certificate and --model exclude each other")
    wanted = alarms.Wanted(certificate=options["certificate"], model=options["model"])
    return alarms.of(options["register"], options["by"], reference, wanted)


def _watched(
    reference: Reference, spec: Any, means: Means, alarm: Alarm | None, *, every: float | None, as_json: bool
) -> int:
    """Look once, or again and again until it drifts; the exit code."""
    from evalcenter import reprobing

    while True:
        try:
            found = reprobing.again(reference, spec, means)
        except CandidateError as problem:
            if every is None:
                raise
            click.echo(f"error: {problem.what}", err=True)
        else:
            click.echo(_json(found) if as_json else _text(found, means.history, spec.name))
            if alarm is not None:
                _tell(alarm, reprobing.began(reprobing.earlier(means.history, reference)))
            if every is None or found.state == "drifted":
                return CODES[found.state]
        time.sleep(every)


def _tell(alarm: Alarm, began: Drift | None) -> None:
    """Tell the register of a drift that goes on, and whoever watches what came of it."""
    if began is None:
        return
    new = alarm.told(began)
    for number in alarm.numbers:
        said = "a re-test is due" if number in new else "a re-test is open or was closed, or the certificate has ended"
        click.echo(f"register   {number}: {said}", err=True)


def _json(found: Drift) -> str:
    from evalcenter import canon

    return json.dumps(canon.plain(found), ensure_ascii=True, separators=(",", ":"))


def _text(found: Drift, kept: Path, name: str) -> str:
    from evalcenter.display import safe

    look = found.look
    rows = [
        ("candidate", name),
        ("against", f"fingerprint {found.fingerprint}"),
        ("round", f"{found.number}, at {found.at}"),
        (
            "probes",
            f"{look.compared} compared, {look.changed} answered otherwise than before; p <= {look.p:f}, level {look.level:f}",
        ),
        *(("new name", said) for said in found.news),
        ("result", WORDS[found.state] + WHY[found.why]),
        ("history", str(kept)),
    ]
    return "\n".join(f"{title:<10} {safe(words)}".replace("\n", "\\n") for title, words in rows)
