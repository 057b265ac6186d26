"""A centre's logo as it may stand in a report: a small PNG or JPEG, as a ``data:`` address.

Rules this module keeps:

* An image is known by its own first bytes, never by its file's name. SVG is refused: it is a document that can hold scripts.
* What an image says of its size is read before anybody draws it: a few bytes can stand for a picture that fills the memory.
* A ``data:`` address from a journal is hostile until it is read back as such an image.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from evalcenter.errors import InputError

MOST_BYTES: Final = 128 * 1024
MOST_PIXELS: Final = 4000
"""In each direction; a logo is printed a few centimetres wide."""
KINDS: Final = ("png", "jpeg")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The JPEG segments that hold the size."""
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""The JPEG markers without a length."""


def embedded(raw: bytes) -> str:
    """The image `raw` as a ``data:`` address. Raises InputError for what is no small PNG or JPEG."""
    if len(raw) > MOST_BYTES:
        raise InputError(f"the logo has {len(raw):,} bytes; at most {MOST_BYTES:,} are taken", todo="make it smaller")
    kind, size = "png" if raw.startswith(_PNG) else "jpeg", _size(raw)
    if size is None:
        raise InputError("the logo is neither a PNG nor a JPEG", todo="save it as one of these; SVG is not taken")
    if not all(0 < side <= MOST_PIXELS for side in size):
        raise InputError(
            f"the logo is {size[0]} by {size[1]} pixels; 1 to {MOST_PIXELS} each way are taken", todo="make it smaller"
        )
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode('ascii')}"


def image(address: str | None) -> bytes | None:
    """The image that `address` holds, where it is what `embedded` makes; else None."""
    if address is None or len(address) > 2 * MOST_BYTES:
        return None
    try:
        raw = base64.b64decode(address.partition(";base64,")[2], validate=True)
        return raw if embedded(raw) == address else None
    except (binascii.Error, ValueError, InputError):
        return None


def trusted(address: str | None) -> bool:
    """Whether `address` is what `embedded` makes."""
    return image(address) is not None


def _size(raw: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels as the image itself gives them; None where it is no image of a known kind."""
    if raw.startswith(_PNG):
        held = raw[12:16] == b"IHDR" and len(raw) >= 24
        return (int.from_bytes(raw[16:20]), int.from_bytes(raw[20:24])) if held else None
    return _jpeg_size(raw) if raw.startswith(_JPEG) else None


def _jpeg_size(raw: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(raw) and raw[at] == 0xFF:
        kind = raw[at + 1]
        if kind in _FRAMES:
            return int.from_bytes(raw[at + 7 : at + 9]), int.from_bytes(raw[at + 5 : at + 7])
        if kind == 0xFF:  # a filling byte
            at += 1
        elif kind in _BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(raw[at + 2 : at + 4])
    return None
