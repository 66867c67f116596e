"""What a stored booking costs to read and to write by msgspec, as a share of what pydantic would take.

Usage: uv run python -m bench.codecs [rounds]

The booking has seven nights, a payment and a history of four lines. pydantic has models with the same fields, names and
types, made from the Structs; both must give the same item. Each round times both, one after the other, so that a busy
machine slows both alike; the medians are compared.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any, ForwardRef, get_args, get_origin

import msgspec
from pydantic import BaseModel, ConfigDict, Field, create_model

from holdfast.model.booking import Booking, Event, FrozenQuote, Payment, PaymentMode, Status
from holdfast.model.property import PolicyStep

ROUNDS = 30
TIMES = 2_000  # in each round
HELD_AT_MS = 1_795_329_000_000
BOOKING = Booking(
    booking_id="bk_" + "a" * 26,
    user_id="137f74f6-103a-4e59-bd0f-68056e399488",
    property_id="lake-view",
    room_type_id="deluxe",
    timezone="Asia/Kolkata",
    check_in=date(2026, 12, 10),
    check_out=date(2026, 12, 17),
    rooms=1,
    guests=2,
    currency="INR",
    night_prices=(500_000,) * 7,
    cancellation_policy=(PolicyStep(7, 100), PolicyStep(2, 50)),
    status=Status.CONFIRMED,
    reserved_at_ms=HELD_AT_MS,
    expires_at_ms=HELD_AT_MS + 600_000,
    quote=FrozenQuote(gst_amount=175_000, total_payable=3_675_000),
    payment=Payment(gateway="stripe", order_id="pi_1", amount=3_675_000, transaction_id="pi_1", captured=3_675_000),
    payment_mode=PaymentMode.GATEWAY_ONLY,
    history=tuple(Event(status=Status.CONFIRMED, at_ms=HELD_AT_MS + n, by="guest") for n in range(4)),
    version=4,
    write_id="0123456789abcdef",
)


def mirrored(kind: Any) -> Any:
    """The type as pydantic has it: a Struct as a model, and one that is stored as a list as a tuple."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        if kind.__struct_config__.array_like:
            return tuple[tuple(mirrored(field.type) for field in fields)]  # type: ignore[misc]
        config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=False)
        stated: dict[str, Any] = {
            field.name: (
                mirrored(field.type),
                Field(... if field.required else field.default, alias=field.encode_name),
            )
            for field in fields
        }
        return create_model(kind.__name__, __config__=config, **stated)
    inner: tuple[Any, ...] = tuple(mirrored(part) if part is not ... else ... for part in get_args(kind))
    if not inner or isinstance(kind, ForwardRef):
        return kind
    origin = get_origin(kind)
    if origin is tuple:
        return tuple[inner]  # type: ignore[valid-type]
    if type(None) in inner:
        return next(part for part in inner if part is not type(None)) | None
    return origin[inner]


def microseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(TIMES):
        work()
    return (time.perf_counter() - started) / TIMES * 1e6


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    model: type[BaseModel] = mirrored(Booking)
    item = msgspec.to_builtins(BOOKING)
    twin = model.model_validate(item)
    assert twin.model_dump(mode="json", by_alias=True, exclude_defaults=True) == _lists(item)
    sides: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "read an item": (lambda: msgspec.convert(item, Booking), lambda: model.model_validate(item)),
        "write an item": (
            lambda: msgspec.to_builtins(BOOKING),
            lambda: twin.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        ),
    }
    for says, (ours, other) in sides.items():
        times = [(microseconds(ours), microseconds(other)) for _ in range(rounds)]
        mine, theirs = (statistics.median(side) for side in zip(*times, strict=True))
        print(f"{says:14} msgspec {mine:6.2f} us   pydantic {theirs:6.2f} us   ratio {mine / theirs:5.2f}")
    return 0


def _lists(value: Any) -> Any:
    """As JSON has it: msgspec leaves tuples what they are."""
    match value:
        case dict():
            return {name: _lists(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_lists(inner) for inner in value]
        case _:
            return value


if __name__ == "__main__":
    raise SystemExit(main())
