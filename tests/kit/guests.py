"""What guests do in these tests, many of them at the same time."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from holdfast.bookings.requests import PricingQuery, ReserveRequest
from holdfast.bookings.reserve import reserve
from holdfast.engine import Engine
from holdfast.errors import NotFound
from holdfast.model.booking import Booking
from holdfast.model.dates import Clock
from holdfast.payments.cancel import cancel
from holdfast.payments.finalize import finalize
from holdfast.payments.quotes import price
from holdfast.payments.requests import FinalizeRequest
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest
from holdfast.storage.store import Store
from tests.kit.clock import NOW, FakeClock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOLD_SECONDS = 600
DEADLINE = NOW + timedelta(seconds=HOLD_SECONDS)  # of a hold made at the tests' now
JUST_BEFORE = DEADLINE - timedelta(milliseconds=1)
ARRIVAL = date(2026, 12, 30)  # three nights from here are on two pages
ALL_TOGETHER_SECONDS = 30  # longer, and a thread has died before it came to the line


def hold(
    store: Store,
    user_id: str,
    key: str = "first",
    *,
    clock: Clock,
    room_type_id: str = "deluxe",
    check_in: date = ARRIVAL,
    nights: int = 3,
    rooms: int = 1,
) -> Booking:
    request = ReserveRequest(
        room_type_id=room_type_id,
        check_in=check_in,
        check_out=check_in + timedelta(days=nights),
        rooms=rooms,
        guests=rooms,
    )
    return reserve(request, user_id=user_id, key=key, hold_seconds=HOLD_SECONDS, engine=Engine(store, {}, clock))[0]


def give(store: Store, user_id: str, amount: int) -> None:
    """Puts money into a wallet."""
    request = CreditRequest(amount=amount, reason="for the test")
    credit(user_id, request, key=f"{user_id} {amount}", admin_id="root", engine=Engine(store, {}, FakeClock()))


def payable(store: Store, booking: Booking, promo_code: str | None = None) -> int:
    query = PricingQuery(promo_code=promo_code)
    return price(
        booking.booking_id, query, user_id=booking.user_id, engine=Engine(store, {}, FakeClock(NOW))
    ).total_payable


def pay_by_wallet(
    store: Store, booking: Booking, total: int, *, clock: Clock, promo_code: str | None = None
) -> Booking:
    request = FinalizeRequest(payment_mode="wallet_only", wallet_applied=total, gateway_amount=0, promo_code=promo_code)
    return finalize(booking.booking_id, request, user_id=booking.user_id, engine=Engine(store, {}, clock))


def abandoned_rooms(store: Store, booking: Booking, *, clock: Clock) -> Booking:
    return cancel(booking.booking_id, user_id=booking.user_id, engine=Engine(store, {}, clock))


def stored(store: Store, booking: Booking) -> Booking:
    found = store.booking(booking.booking_id)
    if found is None:
        raise NotFound(booking.booking_id)
    return found


def all_at_once[Answer](calls: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
    """Runs each call in a thread of its own, all let go at the same moment; each one's answer, or what it raised."""
    line = threading.Barrier(len(calls))
    outcomes: list[Answer | Exception] = [RuntimeError("never ended")] * len(calls)

    def run(index: int, call: Callable[[], Answer]) -> None:
        try:
            line.wait(ALL_TOGETHER_SECONDS)
            outcomes[index] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=(index, call)) for index, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def both[First, Second](
    first: Callable[[], First], second: Callable[[], Second]
) -> tuple[First | Exception, Second | Exception]:
    """Two different calls at once."""
    calls: list[Callable[[], Any]] = [first, second]
    one, other = all_at_once(calls)
    return one, other


def answers[Answer](outcomes: Iterable[Answer | Exception]) -> list[Answer]:
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


def kinds(outcomes: Iterable[object]) -> Counter[str]:
    """How many there were of each class of outcome; a failed count then shows what came instead."""
    return Counter(type(outcome).__name__ for outcome in outcomes)


@contextmanager
def meeting_at_first_write(clients: Iterable["DynamoDBClient"]) -> Iterator[None]:
    """The first write of each client waits until all of them are about to write, so all have read the same state.

    Should one end without a write, the others go on after a second.
    """
    met = list(clients)
    line = threading.Barrier(len(met))
    handlers: list[tuple[DynamoDBClient, Any]] = []
    for client in met:
        handler = _wait_once(line)
        client.meta.events.register("before-send.dynamodb", handler)
        handlers.append((client, handler))
    try:
        yield
    finally:
        for client, handler in handlers:
            client.meta.events.unregister("before-send.dynamodb", handler)


def _wait_once(line: threading.Barrier) -> Callable[..., None]:
    waited = threading.Event()

    def handler(request: Any, **_: object) -> None:
        target = request.headers["X-Amz-Target"]
        text = target.decode() if isinstance(target, bytes) else target
        if text.rpartition(".")[2] not in {"TransactWriteItems", "PutItem"} or waited.is_set():
            return
        waited.set()
        try:
            line.wait(1)
        except threading.BrokenBarrierError:
            return

    return handler
