"""The handlers of `functions/`, wired as in AWS: environment, Secrets Manager, gateways over HTTP."""

import json
from base64 import b64encode
from functools import cache
from typing import Any
from uuid import uuid4

import botocore.session  # noqa: TID251 - plays the operator who puts the secrets in
import pytest

from tests.kit.apps import CLIENT_ID, LambdaContext, engine_home, load_app
from tests.kit.gateway_driver import KEY_ID, KEY_SECRET, OLD_WEBHOOK_SECRET, STRIPE_KEY, WEBHOOK_SECRET
from tests.kit.hotel import TABLE_NAME
from tests.kit.payment_scenario import PaymentScenario
from tests.kit.webhooks import Webhook

EXP = "1795372500"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.token-nobody-may-see.sig"


class Handlers:
    """Made inside moto's cloud, which has the secrets: each call is one invocation of a function imported for this
    environment, on the scenario's table and clock.
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, scenario: PaymentScenario, *, razorpay_url: str, stripe_url: str
    ) -> None:
        self._monkeypatch = monkeypatch
        self._scenario = scenario
        self._apps: dict[str, Any] = {}
        both = [WEBHOOK_SECRET, OLD_WEBHOOK_SECRET]
        environment = {
            "TABLE_NAME": TABLE_NAME,
            "COGNITO_CLIENT_ID": CLIENT_ID,
            "STRIPE_API_BASE": stripe_url,
            "RAZORPAY_API_BASE": razorpay_url,
            "STRIPE_SECRET_NAME": _secret({"api_key": STRIPE_KEY, "webhook_secrets": both}),
            "RAZORPAY_SECRET_NAME": _secret({"key_id": KEY_ID, "key_secret": KEY_SECRET, "webhook_secrets": both}),
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)

    def webhook(self, webhook: Webhook, *, base64: bool = False, **changes: Any) -> tuple[int, Any]:
        """Status and body of the answer to one delivery."""
        body = b64encode(webhook.body).decode() if base64 else webhook.body.decode()
        event = {
            "headers": dict(webhook.headers),
            "body": body,
            "isBase64Encoded": base64,
            "pathParameters": {"gateway": webhook.gateway},
        }
        return self.call("webhook", "POST /webhooks/{gateway}", event | changes)

    def guest(
        self, function: str, route: str, body: Any = None, *, user: str, groups: str = "", **path: str
    ) -> tuple[int, Any]:
        """Status and body of the answer to a signed-in caller."""
        claims = {"sub": user, "client_id": CLIENT_ID, "token_use": "access", "exp": EXP, "cognito:groups": groups}
        event = {
            "headers": {"content-type": "application/json", "authorization": f"Bearer {TOKEN}", "idempotency-key": "k"},
            "body": json.dumps(body) if body is not None else None,
            "pathParameters": path,
            "requestContext": {"authorizer": {"jwt": {"claims": claims}}},
        }
        return self.call(function, route, event)

    def call(self, function: str, route: str, event: dict[str, Any]) -> tuple[int, Any]:
        whole = {"version": "2.0", "routeKey": route, "rawPath": "/", "requestContext": {}} | event
        whole["requestContext"] = {"requestId": "request-1"} | whole["requestContext"]
        answer = self._app(function).lambda_handler(whole, LambdaContext(seconds_left=29))
        return answer["statusCode"], json.loads(answer["body"])

    def _app(self, function: str) -> Any:
        if function not in self._apps:
            self._apps[function] = load_app(function)
            home = engine_home(self._apps[function])
            replaced = home.engine._replace(clock=self._scenario.clock, store=self._scenario.store)
            self._monkeypatch.setattr(home, "engine", replaced)
        return self._apps[function]


@cache
def _session() -> Any:
    """One for all tests: it keeps the description of the service, which is slow to read."""
    return botocore.session.get_session()


def _secret(value: dict[str, Any]) -> str:
    """The name of a new secret: a name that was asked for before may be cached."""
    name = f"holdfast-{uuid4()}"
    client: Any = _session().create_client("secretsmanager", region_name="us-east-1")
    client.create_secret(Name=name, SecretString=json.dumps(value))
    return name
