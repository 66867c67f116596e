"""localstripe on the loopback address alone, with the idempotency of Stripe. Runs in localstripe's environment.

localstripe's own command listens on every address and ignores the Idempotency-Key. Here a repeated key gets the first
response.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web
from localstripe import resources, server

# localstripe writes every POST to a file in /tmp that all its instances share. Not here.
resources.store.dump_to_disk = lambda: None

responses: dict[str, tuple[int, bytes]] = {}
one_at_a_time = asyncio.Lock()


@web.middleware  # type: ignore[untyped-decorator]  # aiohttp is not in our environment
async def remember_keys(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return await handler(request)
    async with one_at_a_time:
        if key not in responses:
            response = await handler(request)
            if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
                return response
            responses[key] = response.status, response.body
        status, body = responses[key]
    return web.Response(status=status, body=body, content_type="application/json")


server.app.middlewares.insert(0, remember_keys)
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
