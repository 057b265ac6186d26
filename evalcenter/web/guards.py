"""What stands before every page: only our own names are answered, only small forms are read, and every answer forbids the rest.

Rules this module keeps:

* A request that names another host is turned away before anything is looked at: a page elsewhere can't reach the console by a name
  of its own that it points here.
* A browser may load nothing that is not ours, run no script that stands in a page, show a page in no frame, and keep no page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from evalcenter.errors import InputError

LARGEST_FORM: Final = 200_000
FIELDS: Final = 500
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = (
    (
        b"content-security-policy",
        POLICY.encode(),
    ),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),  # without a referrer a browser names no origin with a form
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NEVER_KEPT: Final = (b"cache-control", b"no-store")
KEPT_STATIC: Final = (b"cache-control", b"private, max-age=600")


class Guard:
    """Stands around an application; `hosts` are the only ones that it is asked for, in lower case with their port."""

    def __init__(self, app: Any, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = [value for name, value in scope["headers"] if name == b"host"]
        static = scope["path"].startswith("/static/")
        known = len(named) == 1 and named[0].decode("latin-1").lower() in self._hosts

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                kept = [KEPT_STATIC if static else NEVER_KEPT]
                message = {**message, "headers": [*message["headers"], *HEADERS, *kept]}
            await send(message)

        if known:
            await self._app(scope, receive, answer)
            return
        start = {"type": "http.response.start", "status": 421, "headers": [(b"content-type", b"text/plain")]}
        await answer(start)
        await answer({"type": "http.response.body", "body": b"The console does not answer to this name.\n"})


async def form(request: Any) -> dict[str, str]:
    """The fields of a form. Raises InputError where they are too many or too long."""
    from urllib.parse import parse_qsl

    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST_FORM:
            raise InputError("the form is too large")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise InputError("not a form of this console")
    try:
        return dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS, errors="replace"))
    except ValueError:
        raise InputError("not a form that a browser sends") from None
