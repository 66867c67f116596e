"""The text that `up` prints once the stack runs: the addresses, the users, and curl lines that book a room."""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from holdfast.bookings.reserve import booking_id_for
from local.catalog import Catalog
from local.stack import Options, Stack
from local.tools import LocalError
from local.users import ADMIN, DOMAIN, PASSWORD, access_token, user_id

DAYS_AHEAD = 14
NIGHTS = 2
RESPONSE_SECONDS = 60
MAX_ATTEMPTS = 5  # the machine may still be busy with the start
CARD = (
    "-d type=card -d 'card[number]=4242424242424242'"
    " -d 'card[exp_month]=12' -d 'card[exp_year]=2030' -d 'card[cvc]=123'"
)


def guest_name(catalog: Catalog) -> str:
    """The guest of the tour: the owner of the catalog's fullest wallet."""
    return max(catalog.wallets, key=lambda wallet: wallet.balance).user if catalog.wallets else "alice"


def owner_names(catalog: Catalog) -> list[str]:
    return list(dict.fromkeys(owner for entry in catalog.properties for owner in entry.owners))


def sign_in(stack: Stack, catalog: Catalog, folder: Path) -> Mapping[str, str]:
    """Fresh access tokens of the catalog's users, of an owner and of an admin, also in header files for curl."""
    names = [guest_name(catalog), *(wallet.user for wallet in catalog.wallets[:4]), *owner_names(catalog)[:1]]
    tokens = {name: access_token(stack, name) for name in dict.fromkeys(names)}
    tokens[ADMIN] = access_token(stack, ADMIN, [ADMIN])
    for name, token in tokens.items():
        file = header_file(folder, name)
        file.touch(mode=0o600)
        file.write_text(f"Authorization: Bearer {token}\n")
    return tokens


def header_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.header"


def warm_up(stack: Stack, tokens: Mapping[str, str]) -> None:
    """Sends a request to each function, so that the first guest does not wait for a cold start."""
    headers = {"Authorization": f"Bearer {tokens[ADMIN]}"}
    requests = [
        ("GET", "/properties"),
        ("GET", "/bookings"),
        ("GET", "/wallet"),
        ("POST", "/bookings"),
        ("POST", "/bookings/none/payment"),
    ]
    with httpx.Client(trust_env=False, timeout=RESPONSE_SECONDS, headers=headers) as http, ThreadPoolExecutor() as pool:
        list(pool.map(lambda request: http.request(request[0], stack.api_url + request[1]), requests))


def text(stack: Stack, catalog: Catalog, tokens: Mapping[str, str], options: Options) -> str:
    """The whole text. Every curl line can be pasted into a shell by itself."""
    roles = dict.fromkeys(owner_names(catalog), "owns hotels") | {ADMIN: "approves hotels"}
    users = "\n".join(f"  {name:<8} {roles.get(name, 'a guest'):<16} {token}" for name, token in tokens.items())
    return f"""
Holdfast runs.

  Pages        {stack.web_url}/   (sign in as <user>@{DOMAIN} for one of the users below, with the password {PASSWORD})
  API          {stack.api_url}
  API pages    {stack.docs_url}   (every route, to read and to try)
  AWS          {stack.endpoint_url}   (MiniStack; log in {options.folder / "ministack.log"})
  Stripe       {stack.stripe_url}   (localstripe; log in {options.folder / "localstripe.log"})
  Razorpay     {stack.razorpay_url}   (our own; log in {options.folder / "razorpay.log"})
  a hold       lasts {options.hold_seconds} s
  all of it    {options.folder / "stack.json"}

Users, what they do, and their access tokens, valid for an hour; curl reads them from {options.folder}/<user>.header
{users}

Book a room and pay from the wallet:

{_by_wallet(stack, catalog, options)}

Book another and pay by card:

{_by_card(stack, catalog, options)}

More: `.venv/bin/python -m local --help`, in another window. Ctrl-C ends everything. Now the functions' logs:
"""


def _by_wallet(stack: Stack, catalog: Catalog, options: Options) -> str:
    name = guest_name(catalog)
    user = user_id(stack, name)
    booking_id = booking_id_for(user, "tour-1")
    booking = f"{stack.api_url}/bookings/{booking_id}"
    total = _total(stack, catalog)
    balance = max((wallet.balance for wallet in catalog.wallets), default=0)
    finalize = {"payment_mode": "wallet_only", "wallet_applied": total, "gateway_amount": 0}
    if balance >= total:
        pricing_or_credit = _curl(options, name, f"{booking}/pricing")
    else:
        credits_url = f"{stack.api_url}/admin/wallets/{user}/credits"
        pricing_or_credit = _curl(options, ADMIN, credits_url, {"amount": total, "reason": "For the tour"}, key="tour")
    return "\n".join(
        [
            f"curl -sS '{_search_url(stack, catalog)}'; echo",
            _curl(options, name, f"{stack.api_url}/bookings", _stay(catalog), key="tour-1"),
            _curl(options, name, booking),
            pricing_or_credit,
            _curl(options, name, f"{booking}/finalize", finalize),
        ]
    )


def _by_card(stack: Stack, catalog: Catalog, options: Options) -> str:
    name = guest_name(catalog)
    booking = f"{stack.api_url}/bookings/{booking_id_for(user_id(stack, name), 'tour-2')}"
    stripe = f"curl -sS -u {stack.stripe_key}: {stack.stripe_url}/v1"
    payment = _curl(options, name, f"{booking}/payment", {"gateway": "stripe"}).removesuffix("; echo")
    finalize = {
        "payment_mode": "gateway_only",
        "wallet_applied": 0,
        "gateway_amount": _total(stack, catalog),
        "gateway_transaction_id": "'$ORDER'",
    }
    return "\n".join(
        [
            _curl(options, name, f"{stack.api_url}/bookings", _stay(catalog), key="tour-2"),
            f'ORDER=$({payment} | sed -n \'s/.*"gateway_order_id": *"\\([^"]*\\)".*/\\1/p\')',
            f'METHOD=$({stripe}/payment_methods {CARD} | sed -n \'s/^  "id": "\\(pm_[^"]*\\)".*/\\1/p\')',
            f"{stripe}/payment_intents/$ORDER -d payment_method=$METHOD -o /dev/null",
            f"{stripe}/payment_intents/$ORDER/confirm -X POST -o /dev/null",
            _curl(options, name, f"{booking}/finalize", finalize),
        ]
    )


def _curl(options: Options, name: str, url: str, body: Any = None, key: str | None = None) -> str:
    parts = ["curl -sS", f"-H @{header_file(options.folder, name)}"]
    if key:
        parts.append(f"-H 'Idempotency-Key: {key}'")
    if body is not None:
        parts.append(f"-H 'Content-Type: application/json' -d '{json.dumps(body)}'")
    return f"{' '.join(parts)} '{url}'; echo"


def _stay(catalog: Catalog) -> dict[str, Any]:
    check_in = datetime.now(UTC).date() + timedelta(days=DAYS_AHEAD)
    return {
        "room_type_id": catalog.properties[0].room_types[0].room_type_id,
        "check_in": check_in.isoformat(),
        "check_out": (check_in + timedelta(days=NIGHTS)).isoformat(),
        "rooms": 1,
        "guests": 1,
    }


def _search_url(stack: Stack, catalog: Catalog) -> str:
    stay = {name: str(value) for name, value in _stay(catalog).items() if name != "room_type_id"}
    query = httpx.QueryParams({"city": catalog.properties[0].city, **stay})
    return f"{stack.api_url}/properties?{query}"


def _total(stack: Stack, catalog: Catalog) -> int:
    """The total price of the tour's stay, as the search gives it."""
    room_type_id = _stay(catalog)["room_type_id"]
    with httpx.Client(trust_env=False, timeout=RESPONSE_SECONDS) as http:
        for _ in range(MAX_ATTEMPTS):
            found = http.get(_search_url(stack, catalog)).json()
            total = _find_total(found, room_type_id)
            if total is not None:
                return total
            time.sleep(1)
    raise LocalError(f"the search does not offer {room_type_id}: is it in the catalog, with a price?")


def _find_total(shown: Any, room_type_id: str) -> int | None:
    if isinstance(shown, dict) and shown.get("room_type_id") == room_type_id:
        pricing: dict[str, int] = shown.get("pricing") or shown
        return pricing.get("total_payable")
    inner = shown.values() if isinstance(shown, dict) else shown if isinstance(shown, list) else ()
    return next((total for part in inner if (total := _find_total(part, room_type_id)) is not None), None)
