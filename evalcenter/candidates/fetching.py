"""Gets one small file from a web server: within a time, up to a size, and from nowhere but the web.

Who trusts what is fetched has to check a signature on it; nothing here makes it trustworthy.
"""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlsplit

from evalcenter.errors import InputError, RegisterError

SECONDS: Final = 20.0
_PIECE: Final = 64 * 1024


def fetch(url: str, limit: int, seconds: float = SECONDS) -> bytes:
    """What stands at `url` (http or https), at most `limit` bytes. Raises RegisterError where it can't be had in time."""
    from http.client import HTTPException
    from urllib import request

    try:
        known = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        known = False
    if not known:
        raise InputError(f"{url!r} is no address of a web server")
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.HTTPRedirectHandler(),
    ):
        opener.add_handler(handler)
    end, raw = time.monotonic() + seconds, b""
    try:
        with opener.open(url, timeout=seconds) as answer:
            while piece := answer.read1(_PIECE):
                raw += piece
                if len(raw) > limit:
                    raise RegisterError(f"more than {limit} bytes; this is no such file", where=url)
                if time.monotonic() > end:
                    raise RegisterError(f"not all there after {seconds:.0f} seconds", where=url)
            if answer.length:
                raise RegisterError(f"cut short after {len(raw)} bytes", where=url)
    except (OSError, HTTPException, ValueError) as problem:
        raise RegisterError(f"can't be fetched: {problem}", where=url, todo="check the address") from None
    return raw
