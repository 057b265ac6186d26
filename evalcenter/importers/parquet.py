"""Reads Parquet files, batch by batch, into plain values (``values.py``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from evalcenter.errors import InputError
from evalcenter.hooks import BadRow, Row
from evalcenter.importers import text, values
from evalcenter.records import record


@record
class Params:
    """Where the file is; `columns` limits what is read."""

    path: str
    columns: tuple[str, ...] = ()


class Parquet:
    """Rows of a Parquet file, numbered from 1."""

    name: ClassVar[str] = "parquet"
    version: ClassVar[str] = "1"
    params: ClassVar[type[Any]] = Params

    def rows(self, params: Params, folder: Path) -> Iterator[Row | BadRow]:
        """The rows in order. Raises InputError when the file is not Parquet or a column is missing."""
        yield from values.rows(_fields(text.inside(folder, params.path), params))


def _fields(path: Path, params: Params) -> Iterator[Mapping[str, Any]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as held:
            names = held.schema_arrow.names
            missing = sorted(set(params.columns) - set(names))
            if missing:
                raise InputError(f"no columns {missing!r}; there are {names!r}", where=params.path)
            if len(set(names)) != len(names):
                raise InputError("two columns share one name", where=params.path, todo="rename one in a copy")
            for batch in held.iter_batches(batch_size=1024, columns=list(params.columns) or None):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as problem:
        raise InputError(f"not readable as Parquet: {problem}", where=params.path) from None


plugin: Final = Parquet()
