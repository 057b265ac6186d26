"""The connections under the client, where only they can be looked at."""

import asyncio
import contextlib
import gc
import warnings
from urllib.parse import urlsplit

import pytest

from evalcenter.candidates import wire
from evalcenter.hooks import Limits


@pytest.mark.parametrize("steps", range(12))
def test_a_call_that_is_cancelled_leaves_no_socket(steps):
    """Wherever a call is cancelled, while it connects or later, its socket is closed and not left to the collector."""

    async def go():
        accepted = []
        server = await asyncio.start_server(lambda _, writer: accepted.append(writer), "127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        held = wire.Wire(urlsplit(base_url), {}, Limits())
        call = asyncio.create_task(held.post(b"{}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        call.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await call
        await held.close()
        await asyncio.sleep(0.01)
        for writer in accepted:
            writer.transport.abort()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)

    gc.collect()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        asyncio.run(go())
        gc.collect()
    assert [str(one.message) for one in seen] == []
