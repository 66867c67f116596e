"""What gateways charge of a currency, and what a stay costs in it, computed a second time and by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast.model.stored_names import STORED_NAMES
from tests.simulation.expressions import Item
from tests.simulation.offers import line_price
from tests.simulation.scheduler import SECOND, START

if TYPE_CHECKING:
    from tests.simulation.world import World

STEPS = {"KWD": 10}
SMALLEST = {"stripe": {"INR": 50, "JPY": 50, "EUR": 50, "KWD": 10}, "razorpay": {}}
SMALLEST_OF_RAZORPAY = 100
CURRENCIES = ("INR", "JPY", "EUR", "KWD")
VAT_PERCENT = 10  # of every property outside India here, rounded once for the booking
GRACE_SECONDS = 900
_CHARGES = STORED_NAMES["Booking"]["room_charges"]
BETWEEN_CLOCKS = 5 * SECOND  # the writers' clocks differ by less


def refused(gateway: str, amount: int, currency: str) -> str | None:
    """Why the real gateway would not open such an order; None if it would."""
    smallest = SMALLEST[gateway].get(currency, SMALLEST_OF_RAZORPAY)
    if amount % STEPS.get(currency, 1):
        return f"{amount} is between the steps of {currency}"
    return f"{amount} {currency} is below {smallest}" if amount < smallest else None


def mispriced(key: str, item: Item, currency: str) -> Iterator[str]:
    """PRICE1: what the prices, the plan, the guests, the promo and the tax make."""
    quote, lines = item["quote"]["M"], lines_of(item)
    base, discount = sum(lines), int(quote.get("promo_discount", {"N": "0"})["N"])
    code = quote.get("promo_code", {}).get("S")
    flat = min(5_000, base) if currency == "INR" else 0  # its amount is in rupees
    wanted = {"TENOFF": (base + 5) // 10, "FLAT": flat}.get(code, 0)
    stated = int(quote["gst_amount"]["N"])
    if currency == "INR":
        kept = [price - price * discount / base for price in lines]
        tax = sum(map(gst, kept))
        off = abs(stated - tax) > len(lines) * 2 * bool(discount)  # its shares are whole, too
    else:
        off = stated != ((base - discount) * VAT_PERCENT + 50) // 100
    if discount != wanted or off:
        yield f"PRICE1 {key}: {discount} off and {stated} tax on {base} {currency} with {code}"
    step = STEPS.get(currency, 1)
    total = (base - discount + stated + step // 2) // step * step
    if int(quote["total_payable"]["N"]) != total:
        asked = quote["total_payable"]["N"]
        yield f"PRICE1 {key}: {asked} asked for {base} - {discount} + {stated}, in steps of {step}"


def gst(value: float) -> int:
    """Of a room for a night: each half of the rate rounded half up, by the slabs since September 2025."""
    half_bp = 250 if value <= 750_000 else 900
    return 2 * int((value * half_bp * 2 + 10_000) // 20_000)


def lines_of(item: Item) -> list[int]:
    """What each room costs each night, by all that the booking froze."""
    _, _, percent_bp, amount, meal = _numbers(item["plan"]) if "plan" in item else [0] * 5
    rooms = [_numbers(charge) for charge in item.get(_CHARGES, {"L": []})["L"]]
    charges = rooms or [[0, 0, 0, 0]] * int(item["rooms"]["N"])
    return [
        line_price(night + extra_adults + children - single, percent_bp, amount, meal * persons)
        for night in _numbers(item["night_prices"])
        for persons, extra_adults, children, single in charges
    ]


def _numbers(wire: dict[str, list[Item]]) -> list[int]:
    return [int(str(part.get("N", 0))) for part in wire["L"]]


def bought_too_late(world: World, key: str, item: Item) -> Iterator[str]:
    """LATE1: after the grace, no late payment bought a stay that had cost more for a while by then."""
    start_ms = int(START.timestamp() * 1000)
    late = [event["M"] for event in item["history"]["L"] if event["M"].get("late", {}).get("BOOL")]
    for event in late:
        at_us = (int(event["at"]["N"]) - start_ms) * 1000
        if at_us <= (int(item["expires_at"]["N"]) - start_ms) * 1000 + GRACE_SECONDS * SECOND + BETWEEN_CLOCKS:
            continue
        paid = sum(int(price["N"]) for price in item["night_prices"]["L"])
        nights = len(item["night_prices"]["L"])
        asked = _lowest_price(world, item["room_type_id"]["S"], at_us - 60 * SECOND, at_us + BETWEEN_CLOCKS)
        if asked is not None and asked * nights > paid:
            late_by = timedelta(microseconds=at_us)
            yield f"LATE1 {key}: bought {late_by} after the start for {paid}, while it cost {asked * nights}"


def _lowest_price(world: World, room_type: str, from_us: int, until_us: int) -> int | None:
    """The lowest price of a night between two instants; None while the opening price may have stood."""
    changes = [(at_us, price) for at_us, name, price in world.prices if name == room_type and at_us <= until_us]
    before = [price for at_us, price in changes if at_us <= from_us]
    return min(before[-1:] + [price for at_us, price in changes if at_us > from_us]) if before else None
