"""The words that a judge reads, in Chinese and English: data files with a version and a digest.

* A template is filled in one pass: what was put in is never looked at again, and nothing in it is evaluated.
* The only thing read is this package's own data. A change of a word changes the digest, which belongs into the plan.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from evalcenter import canon
from evalcenter.records import Lang

LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
_SLOT: Final = re.compile(r"\{([a-z]+)\}")


@cache
def words(lang: Lang) -> Mapping[str, Any]:
    """The templates and the control statements in `lang`."""
    return tomllib.loads(_raw(lang).decode())


def digest(lang: Lang) -> str:
    """``sha256:…`` of the exact bytes of the words in `lang`."""
    return canon.digest(_raw(lang))


def fill(template: str, **parts: str) -> str:
    """`template` with each ``{name}`` replaced by its part. Raises KeyError where a part is missing."""
    return _SLOT.sub(lambda slot: parts[slot[1]], template).strip()


def _raw(lang: Lang) -> bytes:
    return files("evalcenter.judges").joinpath("words", f"{lang}.toml").read_bytes()
