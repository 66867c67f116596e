"""Those outside: guests and admins with their browsers, hotels, banks. Each operation is one thing they do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from holdfast.bookings.reserve import booking_id_for
from tests.simulation import desk, foreign, galleries, hoteliers, owners, reviews, reviving, striped, topups
from tests.simulation.gateway import signed
from tests.simulation.outside import act_at
from tests.simulation.plan import Operation
from tests.simulation.prices import change_prices
from tests.simulation.refusals import check_cap, check_promo, own_promo
from tests.simulation.scheduler import SECOND
from tests.simulation.ttl import delete_expired

if TYPE_CHECKING:
    from tests.simulation.world import World

ADMIN = "root"
TRIES = 3  # of a request whose outcome stayed unknown
ELSEWHERE: dict[str, Any] = (
    desk.ACTS
    | reviving.ACTS
    | owners.ACTS
    | hoteliers.ACTS
    | reviews.ACTS
    | galleries.ACTS
    | striped.ACTS
    | topups.ACTS
    | foreign.ACTS
)


@dataclass
class Reply:
    status: int
    body: Any

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if self.status >= 400 else ""


@dataclass
class Reservation:
    """What a browser knows of one reservation."""

    user: str
    booking_id: str
    orders: list[tuple[str, str]] = field(default_factory=list)  # gateway and order id, as payment starts returned them
    start: dict[str, Any] | None = None


class Promise(NamedTuple):
    """What an answer said is done: of which booking, top-up or credit, and in which words."""

    done: str
    name: str
    facts: dict[str, Any]


@dataclass
class Guests:
    world: World
    known: dict[int, Reservation] = field(default_factory=dict)
    topups: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    promised: list[Promise] = field(default_factory=list)
    credits: dict[str, str] = field(default_factory=dict)  # each credit asked for, by its reason, and whose it is

    def act(self, operation: Operation) -> None:
        act = ELSEWHERE.get(operation.kind) or getattr(type(self), f"_{operation.kind}")
        act(self, operation, **operation.facts)

    def _send(self, operation: Operation, route: str, body: Any = None, **arguments: Any) -> Reply | None:
        """The answer; asked again, after a while, when there was none; None when it stayed unknown."""
        for attempt in range(TRIES):
            response = self.world.http(f"{operation.number}.{attempt}", route, body, **arguments)
            if response is not None:
                reply = Reply(response["statusCode"], json.loads(response["body"]))
                self.world.faults.note("answer", (reply.status, reply.code))
                self.world.faults.cover(f"answered {reply.status} {reply.code}".rstrip())
                if reply.status != 503:
                    return reply
            self.world.clock.sleep((1 + 2 * attempt) * SECOND)
        self.world.faults.cover("outcome unknown to the guest")
        return None

    def _reserve(
        self, operation: Operation, *, ref: int, user: str, room_type: str, check_in: str, nights: int, **more: Any
    ) -> Reply | None:
        known = self.known.setdefault(ref, Reservation(user, booking_id_for(user, f"key-{ref}")))
        check_out = date.fromisoformat(check_in) + timedelta(days=nights)
        body: dict[str, Any] = {
            "room_type_id": room_type,
            "check_in": check_in,
            "check_out": check_out.isoformat(),
            "guests": 1,
        } | more
        before = self.world.invariants.free_for_sure(room_type, check_in, body["check_out"])
        allowed = self.world.invariants.holdings.allowance(user, self.world.invariants.now_ms)
        watch = self.world.shortages.begin(room_type, check_in, body["check_out"], more["rooms"])
        reply = self._send(operation, "POST /bookings", body, user=user, key=f"key-{ref}")
        was_short = self.world.shortages.end(watch)
        check_cap(self.world, user, more["rooms"], allowed, reply)
        if reply and reply.code == "sold_out":
            after = self.world.invariants.free_for_sure(room_type, check_in, body["check_out"])
            if before == after and all(free >= more["rooms"] for _, free in after.values()):
                self.world.broken.append(f"SOLD1 {known.booking_id}: answered sold out, with rooms free all the while")
            elif not was_short:
                self.world.broken.append(f"SOLD2 {known.booking_id}: answered sold out, and never were there too few")
        if reply and reply.status in {200, 201}:
            if reply.body["booking_id"] != known.booking_id:
                self.world.broken.append(f"ANS1 {known.booking_id}: its key made {reply.body['booking_id']} as well")
            self.promised.append(Promise("held", known.booking_id, reply.body))
            if reply.status == 200:
                self.world.faults.cover("a key replayed")
        return reply

    def _about(
        self, operation: Operation, ref: int, method: str, part: str, body: Any = None, *, admin: bool = False
    ) -> Reply | None:
        known = self.known.get(ref)
        if known is None:
            return None
        user = ADMIN if admin else known.user
        path = "/admin/bookings/{booking_id}" if admin else "/bookings/{booking_id}"
        route = f"{method} {path}{part}"
        return self._send(operation, route, body, user=user, admin=admin, path={"booking_id": known.booking_id})

    def _start(self, operation: Operation, *, ref: int, gateway: str, promo: str | None, wallet: int) -> None:
        body = {"gateway": gateway, "wallet_apply_amount": wallet} | ({"promo_code": promo} if promo else {})
        booking_id = self.known[ref].booking_id if ref in self.known else ""
        claimed = own_promo(self.world, booking_id)
        reply = self._about(operation, ref, "POST", "/payment", body)
        check_promo(self.world, booking_id, promo, claimed, reply)
        if reply and reply.code == "amount_too_small":  # every stay here costs more than any gateway's smallest charge
            self.world.broken.append(f"UNIT1 {self.known[ref].booking_id}: a dead end, {reply.body['detail']}")
        if reply and reply.status == 200:
            known = self.known[ref]
            known.start = reply.body
            order = reply.body["gateway"], reply.body["gateway_order_id"]
            if order[1] and order not in known.orders:
                known.orders.append(order)

    def _authorise(self, _: Operation, *, ref: int, newest: bool) -> None:
        known = self.known.get(ref)
        if known and known.orders:
            gateway, order_id = known.orders[-1 if newest else 0]
            if self.world.gateways[gateway].authorise(order_id) and not newest:
                self.world.faults.cover("an older order paid")

    def _decline(self, _: Operation, *, ref: int) -> None:
        known = self.known.get(ref)
        if known and known.orders:
            gateway, order_id = known.orders[-1]
            self.world.gateways[gateway].decline(order_id)

    def _lapse(self, _: Operation, *, ref: int) -> None:
        for gateway, order_id in self.known[ref].orders if ref in self.known else ():
            if self.world.gateways[gateway].lapse(order_id):
                self.world.faults.cover("an authorisation lapsed")

    def _outside(
        self, _: Operation, *, act: str, ref: int | None = None, topup: int | None = None, user: str = ""
    ) -> None:
        started = self.topups.get((user, topup)) if topup is not None else None
        known = self.known.get(ref) if ref is not None else None
        if started:
            act_at(self.world.gateways[started["gateway"]], started["gateway_order_id"], act)
        elif known and known.orders:
            gateway, order_id = known.orders[-1]
            act_at(self.world.gateways[gateway], order_id, act)

    def _fail_refund(self, _: Operation, *, ref: int) -> None:
        for gateway, order_id in self.known[ref].orders if ref in self.known else ():
            if self.world.gateways[gateway].fail_refund(order_id):
                self.world.faults.cover("a refund failed later")

    def _finalize(self, operation: Operation, *, ref: int, mode: str, promo: str | None) -> None:
        if mode == "admin":
            body: dict[str, Any] = {"payment_mode": "admin", "reason": "Paid at the desk"}
            reply = self._about(operation, ref, "POST", "/finalize", body, admin=True)
        else:
            wanted = self._payment(operation, ref, mode)
            if wanted is None:
                return
            body = wanted | ({"promo_code": promo} if promo and mode == "wallet_only" else {})
            reply = self._about(operation, ref, "POST", "/finalize", body)
        if reply and reply.status == 200:
            self.promised.append(Promise("confirmed", self.known[ref].booking_id, reply.body))
            self.world.faults.cover(f"finalized {mode}")

    def _payment(self, operation: Operation, ref: int, mode: str) -> dict[str, Any] | None:
        """The body of a finalize as a frontend fills it in, from the payment start or from the price."""
        known = self.known.get(ref)
        if mode == "wallet_only":
            quote = self._about(operation, ref, "GET", "/pricing")
            if quote is None or quote.status != 200:
                return None
            return {"payment_mode": mode, "wallet_applied": quote.body["total_payable"], "gateway_amount": 0}
        if known is None or known.start is None or not known.start["gateway_order_id"]:
            return None
        pricing, order_id = known.start["pricing"], known.start["gateway_order_id"]
        order = self.world.gateways[known.start["gateway"]].orders[order_id]
        transaction_id = order.transaction_id or "none"
        return {
            "payment_mode": "wallet_partial" if pricing["wallet_applied"] else "gateway_only",
            "wallet_applied": pricing["wallet_applied"],
            "gateway_amount": pricing["gateway_payable"],
            "gateway_transaction_id": transaction_id,
            "gateway_signature": signed(order_id, transaction_id),
        }

    def _misuse(self, operation: Operation, *, ref: int, of: int) -> None:
        """Finalizes one reservation with the proof of another's payment."""
        own, theirs = (self._payment(operation, number, "gateway_only") for number in (ref, of))
        if own is None or theirs is None or own["gateway_transaction_id"] == theirs["gateway_transaction_id"]:
            return
        self.world.faults.cover("another's payment shown")
        shown = {name: theirs[name] for name in ("gateway_transaction_id", "gateway_signature")}
        reply = self._about(operation, ref, "POST", "/finalize", own | shown)
        if reply and reply.status == 200:
            self.promised.append(Promise("confirmed", self.known[ref].booking_id, reply.body))

    def _authorise_short(self, _: Operation, *, ref: int) -> None:
        known = self.known.get(ref)
        if known and known.orders:
            gateway, order_id = known.orders[-1]
            self.world.gateways[gateway].pay_too_little(order_id)
            self.world.faults.cover("paid too little")

    def look_again(self) -> None:
        """The last reads, once everything rests: what was unknown to a guest is known now, and shown as it is."""
        for known in self.known.values():
            self.world.clock.spawn(self.world.clock.now_us, partial(self._last_look, known))

    def _last_look(self, known: Reservation) -> None:
        path = {"booking_id": known.booking_id}
        answer = self.world.http(
            f"last look {known.booking_id}", "GET /bookings/{booking_id}", user=known.user, path=path
        )
        assert answer is not None
        item = self.world.table.items.get((f"BOOKING#{known.booking_id}", "BOOKING"))
        shown, there = json.loads(answer["body"]).get("status"), item and item["status"]["S"]
        if shown != (there or 404):
            self.world.broken.append(f"ANS1 {known.booking_id}: shown as {shown}, and is {there}")

    def _cancel(self, operation: Operation, *, ref: int) -> None:
        reply = self._about(operation, ref, "POST", "/cancel")
        if reply and reply.status == 200:
            self.promised.append(Promise("cancelled", self.known[ref].booking_id, reply.body))

    def promise(self, done: str, name: str, facts: dict[str, Any]) -> None:
        self.promised.append(Promise(done, name, facts))

    def _settle(self, operation: Operation, *, ref: int) -> None:
        self._about(operation, ref, "POST", "/settle", {"reason": "The guest called"}, admin=True)

    def _look(self, operation: Operation, *, ref: int) -> None:
        self._about(operation, ref, "GET", "")
        if ref in self.known:
            self._send(operation, "GET /bookings", user=self.known[ref].user)

    def _credit(
        self, operation: Operation, *, user: str, amount: int, number: int, currency: str | None = None
    ) -> None:
        reason = f"Goodwill {number}"
        body = {"amount": amount, "reason": reason} | ({"currency": currency} if currency else {})
        self.credits[reason] = user
        route, key = "POST /admin/wallets/{user_id}/credits", f"credit-{number}"
        reply = self._send(operation, route, body, user=ADMIN, admin=True, key=key, path={"user_id": user})
        if reply and reply.status in {200, 201}:
            self.promised.append(Promise("credited", reason, reply.body))

    def _price(self, _: Operation, *, room_type: str, price: int) -> None:
        change_prices(self.world, room_type, price)

    def _ttl(self, _: Operation) -> None:
        delete_expired(self.world)
