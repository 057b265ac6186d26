"""evalcenter: test-before-launch evaluation of AI in medicine and government.

Importing this package does nothing: no file is read, no handler installed, no heavy library loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from evalcenter.notebook import OpenedRun

__all__ = ["__version__", "open_run"]
__version__ = "0.1.0"


def open_run(folder: str | PathLike[str]) -> OpenedRun:
    """The run in `folder`, read and its chain verified, for a notebook. Raises RunError's children where it can't be read."""
    from evalcenter.notebook import opened

    return opened(folder)
