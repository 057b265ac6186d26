"""A copy of a register that is a file, and a register from such a copy.

Rules this module keeps:

* A copy is made while others write, and is one moment of the register. It is checked, row by row, before it counts as one.
* One of an older form is copied as it is: a copy comes before `migrate`.
* Nothing is overwritten, and a copy that does not hold what it should becomes no register.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from evalcenter.errors import RegisterError
from evalcenter.register import book, opening


def backup(where: str, out: Path) -> tuple[int, str]:
    """Copy the register at `where` to the new file `out`; the head of its log, for the record. Raises RegisterError."""
    opening.current(where, older=True)
    return _copy(_file(where), out, "DELETE")


def restore(copy: Path, where: str) -> tuple[int, str]:
    """Make a register of a copy at `where`, where none may be yet; the head of its log."""
    if not copy.is_file():
        raise RegisterError("there is no such file", where=str(copy))
    opening.current(str(copy), older=True)
    return _copy(copy, _file(where), "WAL")


def _file(where: str) -> Path:
    url = opening.address(where)
    if not opening.is_file(url):
        raise RegisterError(
            "this register is a PostgreSQL database",
            where=opening.shown(url),
            todo="copy it with pg_dump and pg_restore, then check it:  evalcenter register check",
        )
    return Path(url.database or "")


def _copy(source: Path, out: Path, mode: str) -> tuple[int, str]:
    try:
        os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise RegisterError("a file is here already", where=str(out), todo="name another one") from None
    except OSError as problem:
        raise RegisterError(f"can't be made: {problem.strerror}", where=str(out)) from None
    try:
        return _filled(source, out, mode)
    except sqlite3.Error as problem:
        _forget(out)
        raise RegisterError(f"the database refused: {problem}", where=str(source)) from None
    except RegisterError:
        _forget(out)
        raise


def _filled(source: Path, out: Path, mode: str) -> tuple[int, str]:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(out)) as new:
        old.backup(new)
        new.execute(
            f"PRAGMA journal_mode={mode}"
        )  # only a copy without a write-ahead log is read where nothing can be written
        found = new.execute("PRAGMA integrity_check").fetchone()[0]
        loose = new.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok" or loose is not None:
        raise RegisterError(f"the database is damaged: {found if found != 'ok' else loose}", where=str(source))
    with TemporaryDirectory() as folder:  # one of an older form is brought forward to be checked, and stays as it is
        brought = Path(folder) / "register.db"
        shutil.copyfile(out, brought)
        opening.forward(str(brought))
        with book.opened(str(brought)).read() as pages:
            return book.check(replace(pages, where=str(out)))


def _forget(out: Path) -> None:
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{out}{end}").unlink(missing_ok=True)
