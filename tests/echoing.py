"""A server that speaks the protocol by passing requests on, and now and then fails, repeating the request in its own words."""

from __future__ import annotations

import itertools
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def running(behind: str = "", *, every: int = 0, status: int = 500, pause_s: float = 0.0) -> Iterator[str]:
    """Pass requests on to `behind`; every so manieth is answered with `status` and the request itself. Yields the base URL."""
    calls = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(pause_s)
            if not behind or (every and next(calls) % every == 0):
                words = f"qzxserver can't answer {json.loads(asked)['messages'][-1]['content']}"
                self._reply(status, json.dumps({"error": {"message": words}}).encode())
            else:
                self._pass_on(asked)

        def _pass_on(self, asked: bytes | None) -> None:
            path = self.path.removeprefix("/v1")
            request = urllib.request.Request(behind + path, asked, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                named = (
                    b"qzxserver mixed" if b"qzx" in (asked or b"") else b"reference-mixed-0.6"
                )  # no probe is repeated
                self._reply(answer.status, answer.read().replace(b"reference-mixed-0.6", named))

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked was killed
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join(10)
