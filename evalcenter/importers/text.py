"""Reads text files in the encodings that Chinese and English data come in, without losing a character.

Rules this module keeps:

* Decoding is strict. A byte that the encoding can't read stops the import with its offset; it is never replaced or dropped.
* An encoding that is named is used as named. Without a name (``auto``) the order is: byte order mark, UTF-8, then GB18030,
  and GB18030 only if the text then reads like Chinese: almost any Western text decodes as GB18030 into nonsense.
* A named one-byte encoding reads every byte sequence, so it is refused for a file that visibly holds UTF-8.
* A path stays inside the folder it is relative to.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from evalcenter import canon
from evalcenter.errors import EncodingError, InputError

MAX_BYTES: Final = 2_000_000_000
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ONE_BYTE: Final = ("cp1252", "iso8859-1", "iso8859-15", "mac-roman")
KNOWN: Final = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "ascii"),
    *("gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950", "hz", "shift_jis", "euc_jp", "euc_kr"),
    *_ONE_BYTE,
)
_MULTIBYTE: Final = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}")
_ENOUGH: Final = 20_000


def inside(folder: Path, path: str) -> Path:
    """The file `path` below `folder`. Raises InputError when it is absolute, leads outside, or is not a file."""
    full = (folder / path).resolve()
    if Path(path).is_absolute() or not full.is_relative_to(folder.resolve()):
        raise InputError(f"the path {path!r} leads out of the data folder", todo="give a path relative to the folder")
    if not full.is_file():
        raise InputError("there is no such file", where=str(folder / path), todo="check the path and the data folder")
    return full


def read(folder: Path, path: str, encoding: str = "auto") -> str:
    """The text of a file. Raises InputError, or EncodingError with the byte offset."""
    full = inside(folder, path)
    try:
        if full.stat().st_size > MAX_BYTES:
            raise InputError(f"larger than {MAX_BYTES} bytes", where=path, todo="split the file")
        raw = full.read_bytes()
    except OSError as problem:
        raise InputError(f"can't be read: {problem.strerror}", where=path) from None
    return decode(raw, encoding, where=path)[0]


def digest(folder: Path, path: str) -> str:
    """``sha256:`` and the digest of a file's bytes, as a card or a suite records it."""
    return canon.digest(inside(folder, path).read_bytes())


def decode(raw: bytes, encoding: str = "auto", *, where: str = "") -> tuple[str, str]:
    """The text in `raw` without its byte order mark, and the name of the encoding that read it."""
    mark = next(((mark, name) for mark, name in _MARKS if raw.startswith(mark)), None)
    if encoding != "auto":
        return _named(raw, encoding, mark is not None, where)
    if mark is not None:
        return _strict(raw, mark[1], where), mark[1]
    if raw[:_ENOUGH].count(0) * 5 > len(raw[:_ENOUGH]):
        raise EncodingError(
            f"a NUL in every few bytes, the first at {_at(raw, raw.index(0))}: perhaps UTF-16 without a byte order mark",
            where=where,
            todo="name the encoding, such as `utf-16-le`; if this is no text file, name another importer",
        )
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as problem:
        first = problem
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as problem:
        raise _neither(raw, first, problem, where) from None
    if not _reads_chinese(text):
        raise EncodingError(
            f"not UTF-8 ({_at(raw, first.start)}); it decodes as GB18030 but doesn't read like Chinese text",
            where=where,
            todo="name the file's own encoding (`encoding: cp1252`, `mac_roman`, `gb18030`, ...)",
        )
    return text, "gb18030"


def _named(raw: bytes, encoding: str, has_mark: bool, where: str) -> tuple[str, str]:  # noqa: FBT001 (a plain fact about raw)
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        name = ""
    name = "utf-8" if name == "utf-8-sig" else name
    if name not in KNOWN:
        raise InputError(f"the encoding {encoding!r} is not known; known: {', '.join(KNOWN)}", where=where)
    if name in {"utf-16", "utf-32"} and not has_mark:
        raise EncodingError(
            f"no byte order mark, so {name} could be read in two ways",
            where=where,
            todo=f"name {name}-le or {name}-be",
        )
    found = _MULTIBYTE.search(raw) if name in _ONE_BYTE else None
    if found:
        raise EncodingError(
            f"{name} was named, but {_at(raw, found.start())} begins a UTF-8 sequence ({found.group()!r}): "
            "the file mixes two encodings",
            where=where,
            todo="ask the source for a clean copy; nothing here can tell which bytes mean what",
        )
    return _strict(raw, name, where), name


def _strict(raw: bytes, name: str, where: str) -> str:
    try:
        text = raw.decode(name)
    except UnicodeDecodeError as problem:
        raise EncodingError(
            f"not {name}: {_at(raw, problem.start)}: {problem.reason}",
            where=where,
            todo="name another encoding, or save the file again in this one",
        ) from None
    return text.removeprefix("\ufeff")


def _reads_chinese(text: str) -> bool:
    """Whether text decoded as GB18030 is likely meant so.

    In Chinese text most characters are punctuation or the 3,755 common characters of GB 2312 (first byte A1-A3 or B0-D7, second
    from A1). Western text read as GB18030 turns an accented letter and what follows it into one rare character.
    """
    wide = [c for c in text[: 50 * _ENOUGH] if c > "\x7f"][:_ENOUGH]
    return sum(1 for c in wide if _common(c.encode("gb18030"))) * 5 >= len(wide) * 4


def _common(pair: bytes) -> bool:
    return len(pair) == 2 and pair[1] >= 0xA1 and (0xA1 <= pair[0] <= 0xA3 or 0xB0 <= pair[0] <= 0xD7)


def _neither(raw: bytes, utf8: UnicodeDecodeError, gb: UnicodeDecodeError, where: str) -> EncodingError:
    read = raw.decode("utf-8", "surrogateescape")
    mixed = any(c > "\x7f" and not "\udc80" <= c <= "\udcff" for c in read)
    todo = "name the file's own encoding (`encoding: cp1252`, `mac_roman`, `big5`, ...)"
    if mixed:
        todo = "the file also holds valid UTF-8 sequences, so it mixes two encodings: ask the source for a clean copy"
    tried = f"UTF-8 fails at {_at(raw, utf8.start)}, GB18030 at {_at(raw, gb.start)}"
    return EncodingError(f"the encoding could not be told; tried: {tried}", where=where, todo=todo)


def _at(raw: bytes, offset: int) -> str:
    byte = f" (0x{raw[offset]:02x})" if offset < len(raw) else ""
    line = raw.count(b"\n", 0, offset) + 1
    return f"byte {offset}{byte}, line {line}"
