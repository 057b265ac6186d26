"""Locks the dependencies of pyproject.toml with hashes: run.txt for using evalcenter, dev.txt for working on it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
NOTE = "# Locked with hashes. Regenerate with `make lock` after changing pyproject.toml.\n"
BUILD = ["hatchling>=1.27"]
FLAGS = ["--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-annotate", "--no-header", "--quiet"]
QUIET = ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]


def main() -> None:
    """Write both files; run.txt holds the versions that dev.txt settled on."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    run = [*project["project"]["dependencies"], *BUILD]
    extras = [one for held in project["project"]["optional-dependencies"].values() for one in held]
    dev = [*run, *extras, *project["dependency-groups"]["dev"]]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "pip-tools"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        compiled = _compile(Path(folder), "dev", dev, [])
        (HERE / "dev.txt").write_text(NOTE + compiled.read_text(encoding="utf-8"), encoding="utf-8")
        compiled = _compile(Path(folder), "run", run, ["--constraint", str(compiled)])
        (HERE / "run.txt").write_text(NOTE + compiled.read_text(encoding="utf-8"), encoding="utf-8")


def _compile(folder: Path, name: str, wanted: list[str], more: list[str]) -> Path:
    source, out = folder / f"{name}.in", folder / f"{name}.txt"
    source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "piptools", "compile", *FLAGS, *QUIET, *more, "-o", str(out), str(source)]
    subprocess.run(command, check=True)
    return out


if __name__ == "__main__":
    main()
