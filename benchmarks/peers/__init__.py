"""Other harnesses, each in an environment of its own, put to the same questions by its own adapter. `make peers` installs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

HOME: Final = Path(__file__).parent
ENVIRONMENTS: Final = HOME / ".environments"


@dataclass(frozen=True)
class Call:
    """How a harness is started, and how many answers it found right, by what it said or left behind."""

    command: Sequence[str | Path]
    right: Callable[[str], int]
    env: Mapping[str, str] = field(default_factory=dict)


def installed() -> Sequence[str]:
    """The harnesses whose environments are there."""
    return sorted(path.name for path in ENVIRONMENTS.iterdir()) if ENVIRONMENTS.is_dir() else ()


def call(name: str, *, base_url: str, questions: Path, slots: int, out: Path) -> Call:
    """How to put `questions` (lines of JSON) to the endpoint with so many calls in flight; what it writes goes below `out`."""
    raise SystemExit(f"no adapter for {name} ({base_url}, {questions}, {slots}, {out})")
