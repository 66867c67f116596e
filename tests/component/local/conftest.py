"""The local Razorpay over HTTP, with a merchant that listens."""

import threading
from collections.abc import Iterator

import httpx  # noqa: TID251  the server under test is an HTTP server
import pytest

from local.gateways.razorpay import LocalRazorpay
from tests.component.local.merchant import (
    KEY,
    SECRET,
    WEBHOOK_SECRET,
    Merchant,
)


@pytest.fixture
def merchant() -> Iterator[Merchant]:
    with Merchant() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def razorpay(merchant: Merchant) -> Iterator[LocalRazorpay]:
    with LocalRazorpay(KEY, SECRET, merchant.url, WEBHOOK_SECRET) as server:
        yield server


@pytest.fixture
def api(razorpay: LocalRazorpay) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=razorpay.url, auth=(KEY, SECRET), timeout=5, trust_env=False) as client:
        yield client
