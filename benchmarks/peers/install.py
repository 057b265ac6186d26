"""`make peers`: every harness into an environment of its own, from the pinned requirements in ``requirements/``.

An environment that holds what its requirements say is left alone. A harness that cannot be installed is said, and the others go on;
the exit code is then 1.

    python -m benchmarks.peers.install [NAME ...]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.peers import DONE, ENVIRONMENTS, HOME

WANTED: Final = HOME / "requirements"
PIP: Final = HOME.parents[1] / "requirements" / "pip.txt"
NPM: Final = ("--no-package-lock", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")


def main(names: Sequence[str]) -> int:
    """Install the harnesses named, or all."""
    files = {path.stem: path for path in sorted(WANTED.iterdir()) if path.suffix in {".txt", ".json"}}
    if unknown := set(names) - set(files):
        print(f"no such harness: {', '.join(sorted(unknown))}; there are {', '.join(files)}")
        return 2
    return max([install(name, files[name]) for name in names or files])


def install(name: str, wanted: Path) -> int:
    """Install one and say so; 1 if that failed."""
    folder, began = ENVIRONMENTS / name, time.monotonic()
    done, text = folder / DONE, wanted.read_text(encoding="utf-8")
    if done.is_file() and done.read_text(encoding="utf-8") == text:
        print(f"{name}: already there")
        return 0
    print(f"{name}: installing, which may take some minutes", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        (npm if wanted.suffix == ".json" else pip)(folder, wanted)
    except (subprocess.CalledProcessError, OSError) as error:
        said = getattr(error, "stderr", None) or str(error)
        print(f"{name}: NOT installed\n{said[-2000:]}", flush=True)
        return 1
    done.write_text(text, encoding="utf-8")
    print(f"{name}: installed in {time.monotonic() - began:.0f} s", flush=True)
    return 0


def pip(folder: Path, wanted: Path) -> None:
    """A virtual environment with what a lock file names, and the pip that evalcenter's own has."""
    _run(sys.executable, "-m", "venv", folder)
    for one in (PIP, wanted):
        command = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*command, "--require-hashes", "-r", one)


def npm(folder: Path, wanted: Path) -> None:
    """A folder of Node modules, with the Node they need among them.

    Clients of other services, optional all, are left out: they are larger than the harness. No package needs its install script.
    """
    shutil.copy(wanted, folder / "package.json")
    _run("npm", "install", "--prefix", folder, "--omit=optional", "--ignore-scripts", *NPM)


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
