"""A real stack: `python -m local up` on free ports, in a folder of its own, ended whatever happens."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from local.stack import Stack, use_local_cloud
from local.users import access_token
from tests.kit.template import ROOT

UP_SECONDS = 600  # a first run downloads the tools, and other tests want the cores
ANSWER_SECONDS = 60  # fifty cold workers on two cores take their time


@dataclass
class Guest:
    """Somebody signed in: talks to the API as that user."""

    stack: "RunningStack"
    name: str
    token: str

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = None,
        *,
        if_match: str | None = None,
        **query: Any,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        headers |= {"If-Match": if_match} if if_match else {}
        return self.stack.http.request(method, self.stack.api_url + path, json=body, params=query, headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, path: str, body: Any) -> Any:
        answer = self.call("PUT", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, key: str | None = None, status: int = 200) -> Any:
        answer = self.call("POST", path, body, key)
        assert answer.status_code == status, answer.text
        return answer.json()


@dataclass
class RunningStack:
    folder: Path
    details: dict[str, str]
    http: httpx.Client

    @property
    def api_url(self) -> str:
        return self.details["api_url"]

    @property
    def output(self) -> str:
        """All that `up` has printed so far, without its colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", (self.folder / "up.log").read_text())

    @property
    def environment(self) -> dict[str, str]:
        """What points `python -m local …` at this stack."""
        return {**os.environ, "HOLDFAST_LOCAL_DIR": str(self.folder)}

    def guest(self, name: str, *groups: str) -> Guest:
        """Signed in as `python -m local token` does it, without a program of its own for each."""
        use_local_cloud(self.details["endpoint_url"])
        return Guest(self, name, access_token(Stack(**self.details), name, groups))

    def local(self, *command: str, seconds: float = 120) -> str:
        """Runs `python -m local …` against this stack; returns what it printed."""
        ran = subprocess.run(
            [sys.executable, "-m", "local", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def anyone(self, path: str, **query: Any) -> Any:
        answer = self.http.get(self.api_url + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pay_by_card(self, order_id: str, card: str = "4242424242424242") -> None:
        """What the guest's browser does at Stripe: authorises the payment."""

        def post(path: str, **fields: str) -> Any:
            answer = self.http.post(
                f"{self.details['stripe_url']}/v1/{path}", data=fields, auth=(self.details["stripe_key"], "")
            )
            assert answer.status_code == 200, answer.text
            return answer.json()

        number = {"card[number]": card, "card[exp_month]": "12", "card[exp_year]": "2030", "card[cvc]": "123"}
        method = post("payment_methods", type="card", **number)
        post(f"payment_intents/{order_id}", payment_method=method["id"])
        post(f"payment_intents/{order_id}/confirm")

    def pay_by_razorpay(self, order_id: str) -> Any:
        """What Razorpay's Checkout does with the guest, and hands to the page."""
        answer = self.http.post(f"{self.details['razorpay_url']}/_test/orders/{order_id}/authorize", json={})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def payment_at_gateway(self, order_id: str) -> Any:
        url = f"{self.details['stripe_url']}/v1/payment_intents/{order_id}"
        return self.http.get(url, auth=(self.details["stripe_key"], "")).json()


@contextmanager
def attached_stack(folder: Path) -> Iterator[RunningStack]:
    """A stack that somebody else started and will end."""
    details: dict[str, str] = json.loads((folder / "stack.json").read_text())
    with _http() as http:
        yield RunningStack(folder, details, http)


@contextmanager
def running_stack(folder: Path, **environment: str) -> Iterator[RunningStack]:
    """Starts a stack and ends it, by SIGTERM as a terminal's closing would."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = dict(zip(("PORT", "STRIPE_PORT", "RAZORPAY_PORT", "DOCS_PORT"), map(str, _free_ports(4)), strict=True))
    setup = {"HOLDFAST_LOCAL_DIR": str(folder), **ports, **environment}
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "up"],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "400", **setup},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        details = _await(folder, process)
        with _http() as http:
            yield RunningStack(folder, details, http)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        subprocess.run(
            [sys.executable, "-m", "local", "down"],
            cwd=ROOT,
            env={**os.environ, **setup},
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )


def _await(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, str]:
    deadline = time.monotonic() + UP_SECONDS
    while not (folder / "stack.json").exists():
        assert process.poll() is None, f"up ended: {(folder / 'up.log').read_text()}"
        assert time.monotonic() < deadline, f"up is not up: {(folder / 'up.log').read_text()}"
        time.sleep(0.2)
    details: dict[str, str] = json.loads((folder / "stack.json").read_text())
    return details


def _http() -> httpx.Client:
    return httpx.Client(timeout=ANSWER_SECONDS, limits=httpx.Limits(max_connections=100), trust_env=False)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
