"""The records of the local gateways, and the audit that compares the whole table with them."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.audit.table import audit_table
from holdfast.model.dates import utc_now
from holdfast.model.image import SHOWN
from holdfast.payments.gateways.protocol import Gateway, GatewayPayment
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway
from holdfast.settings import Settings
from holdfast.storage.bucket import Bucket
from holdfast.storage.store import Store
from local.stack import Stack

type GatewayRecords = list[tuple[str, GatewayPayment]]

AUDIT_SECONDS = 300.0  # for all reads of the table
PAUSE_SECONDS = 2  # between two reads: longer than a running request takes to write
RESPONSE_SECONDS = 30
STRIPE_PAGE = 100  # intents in one list, at most
FETCHERS = 8


@dataclass(frozen=True)
class Audited:
    found: list[Broken]
    checked: str  # what the audit read, in a line


def gateways_of(stack: Stack) -> dict[str, Gateway]:
    """Both local gateways, with the clients that the functions use."""
    razorpay = RazorpayGateway(stack.razorpay_key_id, stack.razorpay_key_secret, api_base=stack.razorpay_url)
    return {"stripe": StripeGateway(stack.stripe_key, api_base=stack.stripe_url), "razorpay": razorpay}


def audit(stack: Stack) -> Audited:
    """Checks every promise over the table and the gateways' records. The stack may be in use meanwhile."""
    settings = Settings(table_name=stack.table_name, images_bucket=stack.site_bucket)
    store, bucket = Store.connect(settings).within(AUDIT_SECONDS), Bucket.connect(settings)
    gateway_records: GatewayRecords = []
    file_keys: list[str] = []

    def read() -> GatewayRecords:
        gateway_records[:] = read_gateway_records(stack)
        return gateway_records

    def files() -> list[str]:
        file_keys[:] = bucket.keys(SHOWN)
        return file_keys

    audited = audit_table(
        store, clock=utc_now, gateway_records=read, file_keys=files, pause=lambda: time.sleep(PAUSE_SECONDS)
    )
    return Audited(audited.broken, _counts(audited.snapshot, gateway_records, file_keys))


def read_gateway_records(stack: Stack) -> GatewayRecords:
    """Every payment that the two gateways have on record."""
    gateways = gateways_of(stack)
    with httpx.Client(trust_env=False, timeout=RESPONSE_SECONDS) as http, ThreadPoolExecutor(FETCHERS) as pool:
        orders = [("stripe", order_id) for order_id in _stripe_orders(stack, http)]
        orders += [("razorpay", order_id) for order_id in _razorpay_orders(stack, http)]
        return list(pool.map(lambda order: (order[0], gateways[order[0]].fetch(order[1])), orders))


def _stripe_orders(stack: Stack, http: httpx.Client) -> Iterator[str]:
    query: dict[str, Any] = {"limit": STRIPE_PAGE}
    while True:
        response = http.get(f"{stack.stripe_url}/v1/payment_intents", params=query, auth=(stack.stripe_key, ""))
        page = response.raise_for_status().json()
        yield from (intent["id"] for intent in page["data"])
        if not page["has_more"]:
            return
        query["starting_after"] = page["data"][-1]["id"]


def _razorpay_orders(stack: Stack, http: httpx.Client) -> list[str]:
    state = http.get(f"{stack.razorpay_url}/_test/state").raise_for_status().json()
    return [order["id"] for order in state["orders"]]


def _counts(snapshot: Snapshot, gateway_records: GatewayRecords, file_keys: list[str]) -> str:
    counts = {
        "bookings": len(snapshot.bookings),
        "calendar pages": len(snapshot.pages),
        "wallets": len(snapshot.accounts),
        "ledger entries": sum(len(ledger) for ledger in snapshot.entries.values()),
        "top-ups": len(snapshot.topups),
        "payments at the gateways": len(gateway_records),
        "files of pictures": len(file_keys),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items())
