"""`python -m local walkthrough`: the promises about money, played against the running stack, one after the other."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import Any

import boto3
import httpx

from local.cloud.workers import kill_workers
from local.gateway_records import audit, tills
from local.gateways.webhooks import AT_ONCE, deliver, out_of_order, razorpay_events, stripe_events
from local.guest import ANSWER_SECONDS, Guest
from local.schedules import function_name, settle_once
from local.stack import Stack
from local.walkthrough_steps import DAYS_AHEAD, Scene, money, promise, say, sleep_past_deadline

LONGEST_HOLD_SECONDS = 30  # to wait for the end of
TOPUP = 123_457  # paise; uneven, so that a refund in two parts must round
CAPTURE_LATE_SECONDS = 20.0  # what Razorpay takes to capture, while the process that asked is killed
CONFIRMED_SECONDS = 30  # a bound on a finalize
IN_FLIGHT_SECONDS = 1.0  # from the confirmation until the capture is asked for; the engine waits for it for 4 s
DELIVERIES = 50


def walk(stack: Stack) -> None:
    """Plays every step and prints it; raises NotAsPromised at the first thing that is not as promised."""
    with httpx.Client(trust_env=False, timeout=ANSWER_SECONDS) as http:
        scene = Scene(stack, http, tills(stack), [])
        print("Waking the functions up …", flush=True)
        _warm_up(scene)
        hold_seconds = _hold_seconds()
        for number, (title, step) in enumerate(STEPS.items(), 1):
            print(f"\n{number}. {title}", flush=True)
            if step in NEED_A_SHORT_HOLD and hold_seconds > LONGEST_HOLD_SECONDS:
                say(f"skipped: a hold lasts {hold_seconds} s here; start by `HOLD_SECONDS=10 make run` to see it")
            else:
                step(scene)
    print("\nAll that was played was as promised.")


def pay_on_stripe(scene: Scene) -> None:
    _pay(scene, "stripe")


def pay_on_razorpay(scene: Scene) -> None:
    _pay(scene, "razorpay")


def _pay(scene: Scene, gateway: str) -> None:
    guest = scene.guest()
    order = scene.order(guest, gateway)
    paid = guest.finalize(order, guest.authorise(gateway, order.order_id))
    say(f"A room held, {money(order.amount)} authorised, asked to finalize: {_outcome(paid)}.")
    say(scene.at_gateway(order))
    promise("what is paid for is confirmed", kept=paid["new_status"] == "confirmed")
    scene.promise_paid_once(guest, order)


def crash_before_capture(scene: Scene) -> None:
    """The capture that was asked for comes in at Razorpay all the same, after the one by settle."""
    guest = scene.guest()
    with scene.razorpay_silent():
        order = scene.order(guest, "razorpay")
        proof = guest.authorise("razorpay", order.order_id)
        scene.switch("faults", kind="late", on="capture", seconds=CAPTURE_LATE_SECONDS)
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(guest.call, "POST", f"{order.path}/finalize", order.finalize_body(proof))
            _await_confirmed(guest, order.path)
            time.sleep(IN_FLIGHT_SECONDS)
            killed = kill_workers(function_name("FinalizeFunction"))
            status = call.result().status_code
        say(f"Finalize confirmed, then hung in the capture. kill -9 of {_pids(killed)}; the guest got {status}.")
        say(scene.at_gateway(order))
        promise("the process died before it had answered", kept=bool(killed) and status >= 500)
        scene.settled(order, lambda seen: seen.captured > 0)
        say(f"Settle ran. {scene.at_gateway(order)}")
        say(f"The guest asked to finalize once more: {_outcome(guest.finalize(order, proof))}.")
        scene.promise_paid_once(guest, order)


def pay_late_rooms_free(scene: Scene) -> None:
    guest = scene.guest()
    order = scene.order(guest, "razorpay")
    sleep_past_deadline(order)
    before = guest.get(order.path)["status"]
    paid = guest.finalize(order, guest.authorise("razorpay", order.order_id))
    say(f"The hold was {before} when {money(order.amount)} was authorised. Finalize: {_outcome(paid)}.")
    say(scene.at_gateway(order))
    booking = guest.get(order.path)
    late = [event for event in booking["history"] if event["at"] >= booking["expires_at"]]
    bought = any(event["status"] == "confirmed" for event in late)
    promise("late money buys the room while it is free", kept=before == "expired" and bought)
    scene.promise_paid_once(guest, order)


def pay_late_rooms_gone(scene: Scene) -> None:
    guest, other, admin = scene.guest(), scene.guest(), scene.admin()
    room_type_id = scene.room_types()[-1]
    night, free = guest.free_night(room_type_id, DAYS_AHEAD)
    order = guest.order("razorpay", room_type_id, night)
    sleep_past_deadline(order)
    bought = other.hold(room_type_id, night, free)["booking_id"]
    admin.post(f"/admin/bookings/{bought}/finalize", {"payment_mode": "admin", "reason": "paid at the desk"})
    proof = guest.authorise("razorpay", order.order_id)
    answer = guest.call("POST", f"{order.path}/finalize", order.finalize_body(proof))
    say(f"The hold expired, another guest bought {free} of {free} rooms, then {money(order.amount)} was authorised.")
    payment = scene.settled(order, lambda seen: not seen.holds_money)
    told = guest.get(order.path)
    say(f"Finalize: {answer.status_code} {answer.json()['code']}. {scene.at_gateway(order)}")
    say(f"The booking is {told['status']}, its last line: {told['history'][-1].get('note')}.")
    promise("no room is sold twice", kept=(answer.status_code, told["status"]) == (410, "expired"))
    promise("no money is kept without a room", kept=not payment.holds_money)


def fifty_webhooks(scene: Scene) -> None:
    """Nobody finalizes: the webhooks alone confirm both bookings."""
    guest = scene.guest()
    with scene.razorpay_silent():
        orders = [scene.order(guest, gateway) for gateway in ("stripe", "razorpay")]
        proofs = [guest.authorise(order.gateway, order.order_id) for order in orders]
        events = stripe_events(orders[0].order_id, orders[0].booking_id, DELIVERIES // 2)
        events += razorpay_events(orders[1].order_id, proofs[1]["gateway_transaction_id"], DELIVERIES // 2)
        answers = deliver(out_of_order(events), scene.stack, scene.http)
    taken = sum(200 <= answer.status < 300 for answer in answers)
    times = [round(answer.seconds * 1000) for answer in answers]
    say(f"{len(answers)} signed deliveries, {AT_ONCE} at once: {taken} times 2xx.")
    say(f"Answered within {statistics.median(times):.0f} ms in the median, {max(times)} ms at the longest.")
    for order in orders:
        say(scene.at_gateway(order))
        scene.promise_paid_once(guest, order)
    promise(f"each is answered 2xx; {len(answers) - taken} were not", kept=taken == len(answers))


def top_up(scene: Scene) -> None:
    guest = scene.guest()
    status = _fill_wallet(guest)
    entries = guest.get("/wallet/entries")["entries"]
    say(f"{money(TOPUP)} authorised at Razorpay, finalized twice: {status}.")
    say(f"{money(guest.balance())} in the wallet; lines in its ledger: {len(entries)}.")
    promise("a top-up is credited once", kept=(guest.balance(), len(entries)) == (TOPUP, 1))


def cancel(scene: Scene) -> None:
    guest = scene.guest()
    _fill_wallet(guest)
    room_type_id, days_ahead = _partly_refunded(scene)
    order = guest.order("stripe", room_type_id, guest.free_night(room_type_id, days_ahead)[0], wallet=TOPUP)
    guest.finalize(order, guest.authorise("stripe", order.order_id))
    say(f"Paid {money(order.wallet_applied)} from the wallet and {money(order.amount)} by card.")
    told = guest.get(f"{order.path}/cancellation")["now"]
    wallet, gateway = told["wallet"], told["gateway"]
    say(f"Preview: {told['refund_percent']} % back, {money(wallet)} to the wallet and {money(gateway)} to the card.")
    before = guest.balance()
    status = guest.post(f"{order.path}/cancel", {})["status"]
    payment = scene.settled(order, lambda seen: seen.refunded >= gateway)
    back = guest.balance() - before
    say(f"Cancel: {status}, {money(back)} came to the wallet. {scene.at_gateway(order)}")
    promise("a confirmed booking can be cancelled", kept=status == "cancelled")
    promise("the refund is what the preview said", kept=(back, payment.refunded) == (wallet, gateway))


def right_books(scene: Scene) -> None:
    audited = audit(scene.stack)
    for broken in audited.found:
        say(f"Off: {broken}.")
    promise(f"the books are right; off: {len(audited.found)}", kept=not audited.found)
    say(f"Checked {audited.checked}: all books are right.")


NEED_A_SHORT_HOLD = {pay_late_rooms_free, pay_late_rooms_gone}
STEPS: dict[str, Callable[[Scene], None]] = {
    "Pay by card on local Stripe": pay_on_stripe,
    "Pay on local Razorpay": pay_on_razorpay,
    "Kill the process between confirm and capture": crash_before_capture,
    "Pay after the deadline, rooms free": pay_late_rooms_free,
    "Pay after the deadline, rooms gone": pay_late_rooms_gone,
    "Fifty webhooks, duplicated and reordered": fifty_webhooks,
    "Fill the wallet": top_up,
    "Cancel a confirmed booking": cancel,
    "Audit the whole table and the gateways' books": right_books,
}


def _warm_up(scene: Scene) -> None:
    """Asks each function once, mostly for what it refuses: a hold is too short for a cold start."""
    guest = scene.guest()
    scene.properties = guest.get("/properties")["properties"]
    asked = [("GET", "/bookings"), ("GET", "/wallet"), ("POST", "/bookings"), ("POST", "/wallet/topups")]
    asked += [("POST", "/bookings/none/finalize"), ("GET", "/bookings/none/cancellation")]
    asked += [("POST", "/webhooks/stripe")] * AT_ONCE
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda request: guest.call(*request), asked))
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
    """Fills it by Razorpay, finalizing twice."""
    asked = {"gateway": "razorpay", "amount": TOPUP}
    topup = guest.post("/wallet/topups", asked, key=token_hex(16), wanted=201)
    proof = guest.authorise("razorpay", topup["gateway_order_id"])
    first, again = (guest.post(f"/wallet/topups/{topup['topup_id']}/finalize", proof) for _ in range(2))
    promise("a repeat gets the same answer", kept=first == again)
    return str(first["status"])


def _partly_refunded(scene: Scene) -> tuple[str, int]:
    """A room type, and how many days ahead to book it so that its policy gives a part back, if any policy does."""
    for place in scene.properties:
        for step in place["cancellation_policy"]:
            if 0 < step["refund_percent"] < 100:
                return place["room_types"][0]["room_type_id"], step["days_before"] + 1
    return scene.room_types()[0], DAYS_AHEAD


def _outcome(paid: dict[str, Any]) -> str:
    return f"{paid['new_status']}, {money(paid['gateway_charged'])} charged"


def _pids(pids: list[int]) -> str:
    return ", ".join(map(str, pids)) or "nobody"
