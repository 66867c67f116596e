"""localstripe on the loopback address alone, with the idempotency of Stripe. Runs in localstripe's environment.

Its own command listens on every address, and forgets every Idempotency-Key: here a repeated key gets its first answer.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web
from localstripe import resources, server

# Every POST would be written to a file in /tmp that all its instances share.
resources.store.dump_to_disk = lambda: None

answers: dict[str, tuple[int, bytes]] = {}
turn = asyncio.Lock()


@web.middleware  # type: ignore[untyped-decorator]  # aiohttp is not in our environment
async def remember_keys(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return await handler(request)
    async with turn:
        if key not in answers:
            made = await handler(request)
            if not isinstance(made, web.Response) or not isinstance(made.body, bytes):
                return made
            answers[key] = made.status, made.body
        status, body = answers[key]
    return web.Response(status=status, body=body, content_type="application/json")


server.app.middlewares.insert(0, remember_keys)
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
