"""Other harnesses, each in an environment of its own, put to the same questions by its own adapter. `make peers` installs them.

An adapter is a module named as its harness, with a function `call`. It uses what the harness offers for such work, with its default
settings but for the calls in flight and for what keeps it off the network; any other setting has its reason beside it. What the
harness itself has to read lies in ``inside/``.

    python -m benchmarks.peers --items 200      # every installed harness once
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HOME: Final = Path(__file__).parent
ENVIRONMENTS: Final = HOME / ".environments"
INSIDE: Final = HOME / "inside"
DONE: Final = ".installed"
"""The file in an environment that holds what was installed, written when all of it was."""


@dataclass(frozen=True)
class Call:
    """How a harness is started, and how many answers it found right, by what it said or left behind."""

    command: Sequence[str | Path]
    right: Callable[[str], int]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What an adapter is given: lines of JSON (number, prompt, gold, reply), the endpoint, and a folder for all that is written."""

    base_url: str
    questions: Path
    slots: int
    out: Path


def installed() -> Sequence[str]:
    """The harnesses whose environments are there."""
    return sorted(done.parent.name for done in ENVIRONMENTS.glob(f"*/{DONE}"))


def call(name: str, *, base_url: str, questions: Path, slots: int, out: Path) -> Call:
    """How to put `questions` (lines of JSON) to the endpoint with so many calls in flight; what it writes goes below `out`."""
    adapter = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    made: Call = adapter.call(Asked(base_url, questions.resolve(), slots, out.resolve()))
    return Call(made.command, made.right, {**offline(out.resolve()), **made.env})


def program(name: str, command: str) -> Path:
    """A command in the environment of a harness."""
    return ENVIRONMENTS / name / "bin" / command


def offline(out: Path) -> dict[str, str]:
    """Variables that keep any harness off the network, and what it writes for a user below `out`.

    The endpoint speaks plain HTTP, which no proxy is named for; whatever goes elsewhere is HTTPS, and finds a closed port.
    """
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    hubs = dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"), "1")
    homes = {"XDG_CACHE_HOME": ".cache", "XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share"}
    return {**nowhere, **direct, **hubs, "HOME": f"{out}", **{name: f"{out / at}" for name, at in homes.items()}}
