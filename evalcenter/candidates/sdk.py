"""The ``openai`` package's client as a Transport, for what only it can reach: through a proxy, or by an international name.

A candidate file may choose it for everything (`client: openai`). It sends what ``wire.py`` would send and reads under the same
bounds. Rules this module keeps:

* One call is one request: the client's own retries are off. Redirects are not followed.
* Nothing from the environment is sent: no organisation, project or header. Its proxies are honoured, except towards this machine.
* Certificates are verified by the same context as on the other path.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult

from evalcenter.candidates import faults, wire
from evalcenter.errors import CallFailed
from evalcenter.hooks import Limits


class Packaged:
    """The client for one address. `headers` are sent with each request, beside the key."""

    def __init__(
        self, address: SplitResult, headers: Mapping[str, str], key: str, limits: Limits, *, environment: bool
    ) -> None:
        import openai

        # The pool's own type differs between the openai package's major versions, so it is taken from its default value.
        # No connection is kept: the pool would take bytes that nobody asked for as the next call's reply.
        pool = type(openai.DEFAULT_CONNECTION_LIMITS)(max_connections=limits.concurrency, max_keepalive_connections=0)
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=address.geturl(),
            organization="",
            project="",
            timeout=limits.timeout_s,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                limits=pool,
                follow_redirects=False,
                trust_env=environment,
                verify=wire.trusted(),
                timeout=limits.timeout_s,
                event_hooks={"response": [_bounded]},
            ),
        )
        self._client.organization = self._client.project = None
        # OPENAI_CUSTOM_HEADERS would otherwise be sent too, and is not in the plan.
        self._client._custom_headers = dict(headers)

    async def post(self, body: bytes) -> faults.Reply:
        """See wire.Transport."""
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

        create: Any = self._client.chat.completions.with_raw_response.create
        said = json.loads(body)  # the package wants to write the JSON itself
        try:
            raw = (await create(model=said.pop("model"), messages=said.pop("messages"), extra_body=said)).http_response
        except APIStatusError as problem:
            raw = problem.response
        except APITimeoutError:
            raise TimeoutError from None
        except APIConnectionError as problem:
            raise faults.Broken from problem.__cause__
        except OpenAIError as problem:
            said_so = f"the request can't be sent ({type(problem).__name__})"
            raise CallFailed("not_sent", said_so, retryable=False) from None
        headers = {name.lower(): value for name, value in raw.headers.items()}
        wire.check_coding(headers.get("content-encoding", ""))
        return faults.Reply(raw.status_code, headers, raw.content)

    def part(self) -> None:
        """See wire.Transport. No connection is kept here."""

    async def close(self) -> None:
        """See wire.Transport."""
        await self._client.close()


async def _bounded(response: Any) -> None:
    """Read a reply's body as far as a body may be long. What was read is where the response would keep it itself."""
    held = bytearray()
    async for chunk in response.aiter_bytes():
        held += chunk
        if len(held) > faults.MAX_BYTES:
            await response.aclose()
            raise faults.TooLong
    response._content = bytes(held)
