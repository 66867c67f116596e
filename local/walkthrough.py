"""`python -m local walkthrough`: plays the hard cases of money against the running stack, one after the other."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import Any

import boto3
import httpx

from local.cloud.workers import kill_workers
from local.gateway_records import audit, gateways_of
from local.gateways.webhooks import AT_ONCE, deliver, out_of_order, razorpay_events, stripe_events
from local.guest import RESPONSE_SECONDS, Guest
from local.schedules import function_name, settle_once
from local.stack import Stack
from local.walkthrough_dashboard import dispute, refund_in_the_dashboard
from local.walkthrough_steps import DAYS_AHEAD, WalkthroughContext, money, promise, say, sleep_past_deadline

LONGEST_HOLD_SECONDS = 30  # the walkthrough waits for the end of a hold that is not longer
TOPUP = 123_457  # paise; uneven, so that a refund in two parts must round
CAPTURE_LATE_SECONDS = 20.0  # Razorpay takes so long to capture; meanwhile the calling process is killed
CONFIRMED_SECONDS = 30  # a finalize confirms within
IN_FLIGHT_SECONDS = 1.0  # from the confirmation to the capture call, for whose response the engine waits 4 s
DELIVERIES = 50


def walk(stack: Stack) -> None:
    """Plays every step and prints it; raises BrokenPromise at the first promise that the engine does not keep."""
    with httpx.Client(trust_env=False, timeout=RESPONSE_SECONDS) as http:
        context = WalkthroughContext(stack, http, gateways_of(stack), [])
        print("Warming the functions up …", flush=True)
        _warm_up(context)
        hold_seconds = _hold_seconds()
        for number, (title, step) in enumerate(STEPS.items(), 1):
            print(f"\n{number}. {title}", flush=True)
            if step in NEED_A_SHORT_HOLD and hold_seconds > LONGEST_HOLD_SECONDS:
                say(f"skipped: a hold lasts {hold_seconds} s; start by `HOLD_SECONDS=10 make run` to see this step")
            else:
                step(context)
    print("\nEvery promise was kept.")


def pay_on_stripe(context: WalkthroughContext) -> None:
    _pay(context, "stripe")


def pay_on_razorpay(context: WalkthroughContext) -> None:
    _pay(context, "razorpay")


def _pay(context: WalkthroughContext, gateway: str) -> None:
    guest = context.guest()
    order = context.order(guest, gateway)
    paid = guest.finalize(order, guest.authorise(gateway, order.order_id))
    say(f"A room is held, {money(order.amount)} are authorised. Finalize: {_outcome(paid)}.")
    say(context.at_gateway(order))
    promise("a paid booking is confirmed", kept=paid["new_status"] == "confirmed")
    context.promise_paid_once(guest, order)


def crash_before_capture(context: WalkthroughContext) -> None:
    """Razorpay still carries out the capture of the killed process, after the capture by settle."""
    guest = context.guest()
    with context.razorpay_silent():
        order = context.order(guest, "razorpay")
        proof = guest.authorise("razorpay", order.order_id)
        context.control("faults", kind="late", on="capture", seconds=CAPTURE_LATE_SECONDS)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(guest.call, "POST", f"{order.path}/finalize", order.finalize_body(proof))
            _await_confirmed(guest, order.path)
            time.sleep(IN_FLIGHT_SECONDS)
            killed = kill_workers(function_name("FinalizeFunction"))
            status = call.result().status_code
        say(f"Finalize confirmed, then hung in the capture. kill -9 of {_pids(killed)}; the guest got {status}.")
        say(context.at_gateway(order))
        promise("the process dies before it answers", kept=bool(killed) and status >= 500)
        context.settled(order, lambda seen: seen.captured > 0)
        say(f"Settle ran. {context.at_gateway(order)}")
        say(f"The guest finalizes once more: {_outcome(guest.finalize(order, proof))}.")
        context.promise_paid_once(guest, order)


def pay_late_rooms_free(context: WalkthroughContext) -> None:
    guest = context.guest()
    order = context.order(guest, "razorpay")
    sleep_past_deadline(order)
    before = guest.get(order.path)["status"]
    paid = guest.finalize(order, guest.authorise("razorpay", order.order_id))
    say(f"The hold was {before} when {money(order.amount)} were authorised. Finalize: {_outcome(paid)}.")
    say(context.at_gateway(order))
    booking = guest.get(order.path)
    late = [event for event in booking["history"] if event["at"] >= booking["expires_at"]]
    bought = any(event["status"] == "confirmed" for event in late)
    promise("a late payment buys the room while it is free", kept=before == "expired" and bought)
    context.promise_paid_once(guest, order)


def pay_late_rooms_gone(context: WalkthroughContext) -> None:
    guest, other, admin = context.guest(), context.guest(), context.admin()
    room_type_id = context.room_types()[-1]
    night, free = guest.free_night(room_type_id, DAYS_AHEAD)
    order = guest.order("razorpay", room_type_id, night)
    sleep_past_deadline(order)
    bought = other.hold(room_type_id, night, free)["booking_id"]
    admin.post(f"/admin/bookings/{bought}/finalize", {"payment_mode": "admin", "reason": "paid at the desk"})
    proof = guest.authorise("razorpay", order.order_id)
    response = guest.call("POST", f"{order.path}/finalize", order.finalize_body(proof))
    say(f"The hold expired, another guest bought {free} of {free} rooms, then {money(order.amount)} were authorised.")
    payment = context.settled(order, lambda seen: not seen.holds_money)
    booking = guest.get(order.path)
    say(f"Finalize: {response.status_code} {response.json()['code']}. {context.at_gateway(order)}")
    say(f"The booking is {booking['status']}, with the note: {booking['history'][-1].get('note')}.")
    promise("no room is sold twice", kept=(response.status_code, booking["status"]) == (410, "expired"))
    promise("no money is kept without a room", kept=not payment.holds_money)


def fifty_webhooks(context: WalkthroughContext) -> None:
    """The guest does not finalize: the webhooks alone confirm both bookings."""
    guest = context.guest()
    with context.razorpay_silent():
        orders = [context.order(guest, gateway) for gateway in ("stripe", "razorpay")]
        proofs = [guest.authorise(order.gateway, order.order_id) for order in orders]
        events = stripe_events(orders[0].order_id, orders[0].booking_id, DELIVERIES // 2)
        events += razorpay_events(orders[1].order_id, proofs[1]["gateway_transaction_id"], DELIVERIES // 2)
        deliveries = deliver(out_of_order(events), context.stack, context.http)
    accepted = sum(200 <= delivery.status < 300 for delivery in deliveries)
    times = [round(delivery.seconds * 1000) for delivery in deliveries]
    say(f"{len(deliveries)} signed deliveries, {AT_ONCE} at once: {accepted} times 2xx.")
    say(f"Response time: median {statistics.median(times):.0f} ms, longest {max(times)} ms.")
    for order in orders:
        say(context.at_gateway(order))
        context.promise_paid_once(guest, order)
    promise(f"each is answered 2xx; {len(deliveries) - accepted} were not", kept=accepted == len(deliveries))


def top_up(context: WalkthroughContext) -> None:
    guest = context.guest()
    status = _fill_wallet(guest)
    entries = guest.get("/wallet/entries")["entries"]
    say(f"{money(TOPUP)} are authorised at Razorpay. The top-up, finalized twice: {status}.")
    say(f"{money(guest.balance())} in the wallet; lines in its ledger: {len(entries)}.")
    promise("a top-up is credited once", kept=(guest.balance(), len(entries)) == (TOPUP, 1))


def cancel(context: WalkthroughContext) -> None:
    guest = context.guest()
    _fill_wallet(guest)
    room_type_id, days_ahead = _partly_refunded(context)
    order = guest.order("stripe", room_type_id, guest.free_night(room_type_id, days_ahead)[0], wallet=TOPUP)
    guest.finalize(order, guest.authorise("stripe", order.order_id))
    say(f"Paid {money(order.wallet_applied)} from the wallet and {money(order.amount)} by card.")
    preview = guest.get(f"{order.path}/cancellation")["now"]
    wallet, gateway = preview["wallet"], preview["gateway"]
    say(f"Preview: {preview['refund_percent']} % back, {money(wallet)} to the wallet and {money(gateway)} to the card.")
    before = guest.balance()
    status = guest.post(f"{order.path}/cancel", {})["status"]
    payment = context.settled(order, lambda seen: seen.refunded >= gateway)
    refunded = guest.balance() - before
    say(f"Cancel: {status}, {money(refunded)} came to the wallet. {context.at_gateway(order)}")
    promise("a confirmed booking can be cancelled", kept=status == "cancelled")
    promise("the refund is what the preview said", kept=(refunded, payment.refunded) == (wallet, gateway))


def audit_everything(context: WalkthroughContext) -> None:
    audited = audit(context.stack)
    for broken in audited.found:
        say(f"Broken: {broken}.")
    promise(f"the audit finds nothing, not {len(audited.found)} problem(s)", kept=not audited.found)
    say(f"Checked {audited.checked}: no problem found.")


NEED_A_SHORT_HOLD = {pay_late_rooms_free, pay_late_rooms_gone}
STEPS: dict[str, Callable[[WalkthroughContext], None]] = {
    "Pay by card on local Stripe": pay_on_stripe,
    "Pay on local Razorpay": pay_on_razorpay,
    "Kill the process between confirm and capture": crash_before_capture,
    "Pay after the deadline, rooms free": pay_late_rooms_free,
    "Pay after the deadline, rooms gone": pay_late_rooms_gone,
    "Fifty webhooks, duplicated and reordered": fifty_webhooks,
    "Fill the wallet": top_up,
    "Cancel a confirmed booking": cancel,
    "Refund in Razorpay's dashboard": refund_in_the_dashboard,
    "A dispute at Stripe": dispute,
    "Audit the whole table and the gateways' records": audit_everything,
}


def _warm_up(context: WalkthroughContext) -> None:
    """Sends each function a request, mostly one that it refuses: a hold is too short for a cold start."""
    guest = context.guest()
    context.properties = guest.get("/properties")["properties"]
    requests = [("GET", "/bookings"), ("GET", "/wallet"), ("POST", "/bookings"), ("POST", "/wallet/topups")]
    requests += [("POST", "/bookings/none/finalize"), ("GET", "/bookings/none/cancellation")]
    requests += [("POST", "/webhooks/stripe")] * AT_ONCE
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda request: guest.call(*request), requests))
    settle_once()


def _hold_seconds() -> int:
    reserve = boto3.client("lambda").get_function_configuration(FunctionName=function_name("ReserveFunction"))
    return int(reserve["Environment"]["Variables"]["HOLD_SECONDS"])


def _await_confirmed(guest: Guest, path: str) -> None:
    deadline = time.monotonic() + CONFIRMED_SECONDS
    while guest.get(path)["status"] != "confirmed":
        promise("a booking is confirmed before its card is charged", kept=time.monotonic() < deadline)
        time.sleep(0.1)


def _fill_wallet(guest: Guest) -> str:
    """Fills it by Razorpay, and finalizes the top-up twice."""
    body = {"gateway": "razorpay", "amount": TOPUP}
    topup = guest.post("/wallet/topups", body, key=token_hex(16), status=201)
    proof = guest.authorise("razorpay", topup["gateway_order_id"])
    first, again = (guest.post(f"/wallet/topups/{topup['topup_id']}/finalize", proof) for _ in range(2))
    promise("a repeat gets the same response", kept=first == again)
    return str(first["status"])


def _partly_refunded(context: WalkthroughContext) -> tuple[str, int]:
    """A room type, and the days ahead to book it at which its policy refunds a part, if any policy does."""
    for property_ in context.properties:
        for step in property_["cancellation_policy"]:
            if 0 < step["refund_percent"] < 100:
                return property_["room_types"][0]["room_type_id"], step["days_before"] + 1
    return context.room_types()[0], DAYS_AHEAD


def _outcome(paid: dict[str, Any]) -> str:
    return f"{paid['new_status']}, {money(paid['gateway_charged'])} charged"


def _pids(pids: list[int]) -> str:
    return ", ".join(map(str, pids)) or "no process"
