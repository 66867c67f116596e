"""The engine's operations, drawn at random: each the same on both sides."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from holdfast.bookings.expire import restore, sweep
from holdfast.bookings.lookup import list_bookings
from holdfast.bookings.requests import ReserveRequest
from holdfast.bookings.reserve import booking_id_for, reserve
from holdfast.engine import Engine
from holdfast.model.account import LedgerEntry
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.case import Case, CaseKind, case_id_of
from holdfast.model.dates import millis
from holdfast.payments.cancel import cancel
from holdfast.payments.finalize import finalize, finalize_as_admin
from holdfast.payments.reconcile import reconcile
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest, PaymentRequest
from holdfast.payments.settle import settle_due
from holdfast.payments.start import start_payment
from holdfast.payments.topup import finalize_topup, start_topup
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest, TopUpProof, TopUpRequest
from holdfast.pricing import quote
from holdfast.storage.items import HOLDS_DUE
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.simulation.plan import STAYS, USERS
from tests.store.stand_in.sides import PAGE, Side, Silent

RARE = {
    *("lost", "refused", "rescued", "put off", "credit repeated", "topup credited", "topup closed", "topup put off"),
    *("by expire", "by reclaim", "by settle", "by webhook", "by ttl", "by ttl, with a new hold"),
}


def pass_time(rng: Random, clock: FakeClock) -> None:
    """Never none at all: two holds of one instant have no order in a list."""
    clock.advance(rng.choice((0.001, 1, 30, 250)))


def draw_step(rng: Random, number: int) -> tuple[str, Callable[[Side], Any]]:
    user, key, pick = rng.choice(USERS), f"key-{rng.randrange(9)}", rng.randrange(1000)
    maker = rng.choice(MAKERS)
    return maker.__name__, maker(rng, user, key, pick, number)


def _hold(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    check_in, nights = rng.choice(STAYS)
    arrival = date.fromisoformat(check_in)
    request = ReserveRequest(
        room_type_id=rng.choice(("suite", "suite", "deluxe")),
        check_in=arrival,
        check_out=arrival + timedelta(days=nights),
        rooms=rng.choice((1, 2)),
        guests=1,
    )

    def step(side: Side) -> Any:
        made = reserve(request, user_id=user, key=key, hold_seconds=600, engine=Engine(side.store, {}, side.clock))
        side.booking(made[0].booking_id)
        side.held.append((user, key))
        return made

    return step


def _start(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    promo, wallet = rng.choice((None, "TENOFF", "FLAT")), rng.choice((0, 0, 10_000))
    request = PaymentRequest(gateway="stripe", promo_code=promo, wallet_apply_amount=wallet)

    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        of = booking_id_for(holder, holder_key)
        start = start_payment(of, request, user_id=holder, engine=Engine(side.store, side.gateways, side.clock))
        side.booking(of)
        if start.order and pick % 3:
            side.gateways["stripe"].authorise(start.order.order_id)
        return start

    return step


def _pay(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        booking = side.booking(booking_id_for(holder, holder_key))
        if booking is None:
            return None
        fixed, order = booking.quote, booking.payment
        if fixed and order:
            request = FinalizeRequest(
                payment_mode="wallet_partial" if fixed.wallet_applied else "gateway_only",
                wallet_applied=fixed.wallet_applied,
                gateway_amount=fixed.gateway_payable,
                gateway_transaction_id=order.order_id,
            )
        else:
            total = quote(booking).total_payable
            request = FinalizeRequest(payment_mode="wallet_only", wallet_applied=total, gateway_amount=0)
        store, gateways = side.store, side.gateways
        return finalize(booking.booking_id, request, user_id=holder, engine=Engine(store, gateways, side.clock))

    return step


def _admin(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    request = AdminFinalizeRequest(payment_mode="admin", reason="Paid at the desk")

    def step(side: Side) -> Any:
        of = booking_id_for(*side.lately_held(pick))
        return finalize_as_admin(of, request, admin_id="root", engine=Engine(side.store, side.gateways, side.clock))

    return step


def _cancel(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        of = booking_id_for(holder, holder_key)
        gateways: Any = {"stripe": Silent()} if number % 2 else side.gateways
        return cancel(of, user_id=holder, engine=Engine(side.store, gateways, side.clock))

    return step


def _credit(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    request = CreditRequest(amount=rng.choice((100_000, 400_000)), reason="Goodwill")
    return lambda side: credit(user, request, key=key, admin_id="root", engine=Engine(side.store, {}, side.clock))


def _stale(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """A commit from what was read some time ago, to any state: mostly one that must lose."""
    status = rng.choice(list(Status))

    def step(side: Side) -> Any:
        if not side.seen:
            return None
        before, now = side.seen[pick % len(side.seen)], side.clock()
        context = side.store.booking_context(
            before.booking_id,
            before.user_id,
            room_type_id=before.room_type_id,
            months=["2026-11"],
            promo_code=before.quote.promo_code if before.quote else None,
        )
        return side.store.commit(before, before.transitioned(status, now, "test"), now=now, context=context)

    return step


def _sweep(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """Until nothing is left, for one sweep takes up a page; a server may say "more" of a page that was the last."""

    def step(side: Side) -> Any:
        sweeps = [sweep(engine=Engine(side.store, {}, side.clock))]
        while sweeps[-1].expired:
            sweeps.append(sweep(engine=Engine(side.store, {}, side.clock)))
        return [sum(getattr(one, count) for one in sweeps) for count in ("expired", "lost_race", "failed")]

    return step


def _settle(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """A round that carries out what is due, or one that puts it off, because the gateway is silent."""

    def step(side: Side) -> Any:
        gateways: Any = {"stripe": Silent()} if pick % 3 == 0 else side.gateways
        return settle_due(engine=Engine(side.store, gateways, side.clock))

    return step


def _deliver(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """A payment is made on some order, however late, and the gateway sends its event."""

    def step(side: Side) -> Any:
        order_id = side.some_order(pick)
        if order_id is None:
            return None
        paid = side.gateways["stripe"].authorise(order_id) if pick % 4 else False
        store, gateways = side.store, side.gateways
        reconcile(order_id, gateway="stripe", engine=Engine(store, gateways, side.clock), by="webhook")
        return paid, gateways["stripe"].orders[order_id].state

    return step


def _topup(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """Started, and when it is paid at once, credited by the guest's browser; else a webhook or settle ends it."""
    request = TopUpRequest(gateway="stripe", amount=rng.choice((20_000, 90_000)))

    def step(side: Side) -> Any:
        store, gateways, clock = side.store, side.gateways, side.clock
        topup, _, made = start_topup(request, user_id=user, key=key, engine=Engine(store, gateways, clock))
        if pick % 2:
            return topup, made
        gateways["stripe"].authorise(topup.order_id)
        proof = TopUpProof(gateway_transaction_id=topup.order_id)
        return finalize_topup(topup.topup_id, proof, user_id=user, engine=Engine(store, gateways, clock)), made

    return step


def _listed_cases(store: Store) -> tuple[list[str], int]:
    cases, _ = store.open_cases(CaseKind.UNMATCHED, None)
    return [case.case_id for case in cases], store.count_cases(CaseKind.UNMATCHED)


def _read(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """The queries: ledger and list page by page, due holds, some month, open cases."""

    def step(side: Side) -> Any:
        store, later = side.store, side.clock() + timedelta(hours=1)
        shards = store.shards(HOLDS_DUE)
        due = [store.due(shard, later) for shard in shards]
        of_type = [_due_holds(store, which, later) for which in ("suite", "deluxe")]
        in_pages = [[row.due_at_ms for row in store.due(shard, later, limit=PAGE)[0]] for shard in shards]
        lists = _all_bookings(side, user), _all_entries(store, user)
        return lists, due, of_type, in_pages, store.any_rates("suite"), _listed_cases(store)

    return step


def _due_holds(store: Store, room_type_id: str, now: datetime) -> list[str]:
    """An index promises no order among rows of the same instant."""
    return sorted(row.booking_id for rows in store.due_holds(room_type_id, now) for row in rows)


def _all_bookings(side: Side, user: str) -> list[Booking]:
    engine = Engine(side.store, {}, side.clock)
    found, cursor = list_bookings(None, user_id=user, engine=engine)
    while cursor:
        page, cursor = list_bookings(cursor, user_id=user, engine=engine)
        found += page
    return found


def _all_entries(store: Store, user: str) -> list[LedgerEntry]:
    found, before = store.entries(user, None)
    while before and before > 1:
        page, before = store.entries(user, before)
        found += page
    return found


def _restore(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """The record of a deletion that TTL did not make: what is there must win."""

    def step(side: Side) -> Any:
        holds = [booking for booking in side.seen if booking.status is Status.RESERVED]
        return restore(holds[pick % len(holds)], engine=Engine(side.store, {}, side.clock)) if holds else None

    return step


def _delete(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """TTL deletes a hold that ran out, its key is used again or not, and the record of the deletion comes twice."""

    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        image, now_ms = side.store.booking(booking_id_for(holder, holder_key)), millis(side.clock())
        if image is None or image.status not in HOLDING or image.expires_at_ms > now_ms:
            return None
        side.delete(image.booking_id)
        again = _hold(Random(pick), holder, holder_key, pick, number)
        rebooked = side.does(again) if pick % 2 else None
        return rebooked, [restore(image, engine=Engine(side.store, {}, side.clock)) for _ in range(2)]

    return step


def _aside(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    state = rng.choice(("authorised", "captured"))
    order = f"pi_{pick % 2}"

    def step(side: Side) -> Any:
        store, case_id = side.store, case_id_of(CaseKind.UNMATCHED, order)
        case = Case(
            case_id=case_id,
            kind=CaseKind.UNMATCHED,
            order_id=order,
            amount=1,
            currency="INR",
            state=state,
            at_ms=number,
        )
        seen = store.case(case_id)
        return [store.commit_case(next_) for next_ in [case.replacing(seen)] if next_], store.count_cases(case.kind)

    return step


MAKERS = (
    *(_hold, _hold, _hold, _start, _start, _pay, _pay, _admin, _cancel, _credit, _stale, _stale, _sweep),
    *(_read, _restore, _delete, _delete, _aside, _settle, _settle, _deliver, _deliver, _topup),
)
