"""localstripe on the loopback address alone, as strict as Stripe where our engine relies on it.

    python -m local.gateways.stripe_server PORT      in localstripe's environment

localstripe's own command listens on every address and ignores the Idempotency-Key. Here a repeated key gets the first
response, a refusal too, and is refused for another request: https://docs.stripe.com/api/idempotent_requests.
`local.gateways.stripe_rules` has the other rules, `local.gateways.stripe_dashboard` the test controls. A browser pays
with the publishable key, as `?key=pk_…`: it may make a payment method and confirm a payment, and nothing else.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web
from localstripe import resources

from local.gateways import stripe_dashboard, stripe_rules

stripe_rules.apply()

from localstripe import server  # noqa: E402 - its routes are made of what the rules left

FOR_BROWSERS = re.compile(r"/v1/(payment_methods|payment_intents/\w+(/confirm)?)")
NOT_KEPT = {401, 409, 429}  # answers of no endpoint
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# localstripe writes every POST to a file in /tmp that all its instances share. Not here.
resources.store.dump_to_disk = lambda: None

responses: dict[str, tuple[tuple[str, bytes], int, bytes]] = {}  # by key: the request, and what it was answered
one_at_a_time = asyncio.Lock()


@web.middleware  # type: ignore[untyped-decorator]  # aiohttp is not in our environment
async def test_controls(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method == "POST" and request.path.startswith(stripe_dashboard.PREFIX):
        return await stripe_dashboard.answer(request)
    return await handler(request)


@web.middleware  # type: ignore[untyped-decorator]  # the same
async def let_browsers_pay(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.query.get("key", "")
    if request.method == "POST" and key.startswith("pk_test_") and FOR_BROWSERS.fullmatch(request.path):
        known = {**request.headers, "Authorization": f"Bearer sk_test_{key.removeprefix('pk_test_')}"}
        request = request.clone(headers=known, rel_url=request.rel_url.without_query_params("key"))
    return await handler(request)


@web.middleware  # type: ignore[untyped-decorator]  # the same
async def remember_keys(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or not key:
        return await handler(request)
    asked = request.path, await request.read()
    async with one_at_a_time:
        if key not in responses:
            response = await handler(request)
            if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
                return response
            if response.status in NOT_KEPT:
                return response
            responses[key] = asked, response.status, response.body
        known, status, body = responses[key]
    if known != asked:
        text = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        return web.json_response({"error": {"type": "idempotency_error", "message": text}}, status=400)
    return web.Response(status=status, body=body, content_type="application/json")


server.app.middlewares[:0] = [test_controls, let_browsers_pay, remember_keys]
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
