"""The command that asks a tested candidate its probes again, once or for ever, and says whether it is still the same model."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evalcenter.errors import DRIFTED, EXIT, CandidateError
from evalcenter.options import FILE, FOLDER, guarded

if TYPE_CHECKING:
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
@guarded
def watch(
    candidate: Path, *, against: Path, history: Path | None, every: float | None, as_json: bool, **limits: Any
) -> None:
    """Ask a tested candidate its probes again: is it still the same model? Nothing is scored.

    \b
    Example:  evalcenter watch candidate.yaml --against reports/may --every 6h
    Exit codes: 0 the same, 7 another model answers, 4 it can't be told.
    """
    from evalcenter import hooks, reprobing, specs, starting
    from evalcenter.plugins import load

    spec = specs.load_candidate(candidate)
    means = reprobing.Means(
        adapters=load().adapters,
        limits=hooks.Limits(timeout_s=limits["timeout"], attempts=limits["attempts"]),
        key=starting.key(spec.key_env),
        history=history or candidate.with_suffix(".watch.jsonl"),
    )
    reference = reprobing.Reference.of(against)
    sys.exit(_watched(reference, spec, means, every, as_json=as_json))


def _watched(reference: Reference, spec: Any, means: Means, every: float | None, *, as_json: bool) -> int:
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
            if every is None or found.state == "drifted":
                return CODES[found.state]
        time.sleep(every)


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
