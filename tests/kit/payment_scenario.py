"""One small hotel with one payment gateway: what guests, the gateway, the scheduler and admins do there."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, cast

from holdfast.bookings.expire import Sweep, sweep
from holdfast.bookings.requests import ReserveRequest
from holdfast.bookings.reserve import reserve
from holdfast.engine import Engine
from holdfast.errors import Busy
from holdfast.model.account import TopUp
from holdfast.model.booking import Booking
from holdfast.model.case import Case, CaseKind
from holdfast.model.promo import Promo, PromoKind
from holdfast.payments.cancel import CancellationPreview, cancel, preview
from holdfast.payments.confirm import confirm
from holdfast.payments.finalize import finalize_as_admin
from holdfast.payments.gateways.protocol import Gateway, GatewayPayment
from holdfast.payments.queue import list_cases, list_payments
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest, PaymentRequest, SettleRequest
from holdfast.payments.settle import Round, retry_booking, settle_due
from holdfast.payments.start import StartedPayment, start_payment
from holdfast.payments.topup import finalize_topup, start_topup
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest, TopUpProof, TopUpRequest
from holdfast.payments.webhook import handle_webhook
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import HOLDS_DUE, PAYMENTS_DUE
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from holdfast.views.queue import PaymentRow, payment_rows
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import GatewayDriver, Proof, RazorpayDriver
from tests.kit.hotel import TABLE_NAME
from tests.kit.webhooks import Webhook, from_razorpay, from_stripe, stripe_body

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALICE = "alice"
BOB = "bob"
ADMIN = "root"
ARRIVAL = date(2026, 12, 30)  # 38 days after the tests' now
HOLD_SECONDS = 600
MIDDAY = timedelta(hours=6, minutes=30)  # UTC, when it is noon in Udaipur


def table_over(client: object) -> Table:
    """The tests' table through that client: no real waiting, and time enough on a machine that is busy."""
    return Table(cast("DynamoDBClient", client), TABLE_NAME, patience_seconds=600, sleep=lambda _: None)


@dataclass
class PaymentScenario:
    store: Store
    clock: FakeClock
    driver: GatewayDriver
    gateways: dict[str, Gateway]
    delivered: int = 0  # events of the gateway, so far
    run: str = ""  # part of each key: localstripe lives through many tests, and remembers the keys of all

    @property
    def engine(self) -> Engine:
        return Engine(self.store, self.gateways, self.clock)

    # Guests

    def hold(
        self, user: str = ALICE, key: str = "first", *, room: str = "deluxe", check_in: date = ARRIVAL, nights: int = 2
    ) -> Booking:
        request = ReserveRequest(
            room_type_id=room, check_in=check_in, check_out=check_in + timedelta(days=nights), rooms=1, guests=1
        )
        return reserve(request, user_id=user, key=key + self.run, hold_seconds=HOLD_SECONDS, engine=self.engine)[0]

    def start(
        self, booking: Booking, *, wallet: int = 0, promo: str | None = None, gateway: str | None = None
    ) -> StartedPayment:
        request = PaymentRequest(
            gateway=_known(gateway or self.driver.name), promo_code=promo, wallet_apply_amount=wallet
        )
        return start_payment(
            booking.booking_id,
            request,
            user_id=booking.user_id,
            engine=self.engine,
        )

    def started(self, booking: Booking, *, wallet: int = 0, promo: str | None = None) -> str:
        """The gateway order that a payment start opened."""
        order = self.start(booking, wallet=wallet, promo=promo).order
        assert order is not None
        return order.order_id

    def paid(self, booking: Booking, *, wallet: int = 0, promo: str | None = None) -> tuple[str, Proof]:
        """The order that the guest has authorised, and the proof; no browser and no webhook has come back yet."""
        order_id = self.started(booking, wallet=wallet, promo=promo)
        return order_id, self.driver.pay(order_id)

    def finalize(self, booking: Booking, proof: Proof) -> Booking:
        """The browser's call after the gateway."""
        quote = self.stored(booking).quote
        assert quote is not None
        request = FinalizeRequest(
            payment_mode="wallet_partial" if quote.wallet_applied else "gateway_only",
            wallet_applied=quote.wallet_applied,
            gateway_amount=quote.gateway_payable,
            gateway_transaction_id=proof.transaction_id,
            gateway_signature=proof.signature,
        )
        return self._confirm(booking, request)

    def pay_by_wallet(self, booking: Booking, total: int) -> Booking:
        request = FinalizeRequest(payment_mode="wallet_only", wallet_applied=total, gateway_amount=0)
        return self._confirm(booking, request)

    def confirmed(self, booking: Booking, *, wallet: int = 0, promo: str | None = None) -> str:
        """A booking paid in the usual way; its order."""
        order_id, proof = self.paid(booking, wallet=wallet, promo=promo)
        self.finalize(booking, proof)
        return order_id

    def cancel(self, booking: Booking) -> Booking:
        return cancel(booking.booking_id, user_id=booking.user_id, engine=self.engine)

    def preview(self, booking: Booking) -> CancellationPreview:
        return preview(booking.booking_id, user_id=booking.user_id, engine=self.engine)

    def begin_topup(
        self, amount: int = 50_000, user: str = ALICE, key: str = "topup-1"
    ) -> tuple[TopUp, GatewayPayment, bool]:
        request = TopUpRequest(gateway=_known(self.driver.name), amount=amount)
        return start_topup(request, user_id=user, key=key + self.run, engine=self.engine)

    def start_topup(self, amount: int = 50_000, user: str = ALICE, key: str = "topup-1") -> TopUp:
        return self.begin_topup(amount, user, key)[0]

    def finalize_topup(self, topup: TopUp, proof: Proof, user: str = ALICE) -> TopUp:
        return finalize_topup(
            topup.topup_id,
            TopUpProof(gateway_transaction_id=proof.transaction_id, gateway_signature=proof.signature),
            user_id=user,
            engine=self.engine,
        )

    # The gateway, the scheduler, admins

    def deliver(self, webhook: Webhook) -> bool:
        """Whether the event was acted on; raises what makes the gateway send it again."""
        return handle_webhook(
            webhook.body,
            webhook.headers,
            gateway=webhook.gateway,
            engine=self.engine,
        )

    def deliver_latest(self, order_id: str, kind: str = "payment_intent.amount_capturable_updated") -> None:
        """One webhook about the order: the newest there is of Razorpay's, or one that Stripe would send."""
        if isinstance(self.driver, RazorpayDriver):
            self.deliver([event for event in self.events() if order_id.encode() in event.body][-1])
        else:
            self.deliver(from_stripe(stripe_body(kind, order_id), self.clock()))

    def events(self) -> list[Webhook]:
        """Every event of Razorpay as a webhook, in the order they happened; localstripe sends none."""
        if not isinstance(self.driver, RazorpayDriver):
            return []
        return [from_razorpay(event.body) for event in self.driver.razorpay.webhooks.events]

    def deliver_new(self) -> int:
        """Delivers the events since the last delivery, and returns how many."""
        fresh = self.events()[self.delivered :]
        for webhook in fresh:
            self.deliver(webhook)
            self.delivered += 1
        return len(fresh)

    def listed(self, state: Literal["due", "stuck"]) -> list[PaymentRow]:
        """What an operator sees of payments in that state."""
        now = self.clock()
        listed = list_payments(state, engine=self.engine)
        return [line for row, payment in listed.rows for line in payment_rows(row, payment, now)]

    def cases(self, kind: CaseKind) -> list[Case]:
        """The open cases of that kind, as operators see them."""
        return list_cases(kind, engine=self.engine).rows

    def sweep(self) -> Sweep:
        return sweep(engine=self.engine)

    def settle(self) -> Round:
        return settle_due(engine=self.engine)

    def settle_now(self, booking: Booking, reason: str = "The guest rang") -> Booking:
        return retry_booking(
            booking.booking_id,
            SettleRequest(reason=reason),
            admin_id=ADMIN,
            engine=self.engine,
        )

    def run_out(self) -> None:
        """Lets every hold run out, and the minute's sweep come by."""
        self.clock.advance(HOLD_SECONDS)
        self.sweep()

    def come_to_rest(self, most_rounds: int = 12) -> None:
        """What production does by itself while time goes on: webhooks until accepted, sweeps, rounds of settle."""
        self.delivered = 0
        for _ in range(most_rounds):
            with suppress(Busy):
                self.deliver_new()
            self.sweep()
            self.settle()
            self.clock.advance(HOLD_SECONDS)
            waiting = self.store.all_due(PAYMENTS_DUE)
            if not self.store.all_due(HOLDS_DUE) and not waiting:
                return
            next_ms = min((row.due_at_ms for row in waiting), default=0)
            self.clock.now = max(self.clock.now, datetime.fromtimestamp(next_ms / 1000, UTC))

    def confirm_as_admin(self, booking: Booking, reason: str = "Paid in cash") -> Booking:
        request = AdminFinalizeRequest(payment_mode="admin", reason=reason)
        return finalize_as_admin(booking.booking_id, request, admin_id=ADMIN, engine=self.engine)

    def give(self, amount: int, user: str = ALICE) -> None:
        """Puts money into a wallet."""
        request = CreditRequest(amount=amount, reason="for the test")
        credit(user, request, key=f"gift {amount}", admin_id=ADMIN, engine=self.engine)

    def promo(self, code: str = "ONCE", usage_limit: int = 1) -> None:
        promo = Promo(code=code, kind=PromoKind.FLAT, amount=10_000, usage_limit=usage_limit)
        assert CatalogStore(self.store.table).add_promo(promo)

    # What is there to see

    def stored(self, booking: Booking) -> Booking:
        found = self.store.booking(booking.booking_id)
        assert found is not None
        return found

    def balance(self, user: str = ALICE) -> int:
        return self.store.account(user).balance

    def entries(self, user: str = ALICE) -> list[tuple[str, int]]:
        """The wallet's ledger, oldest first, without the tests' own gifts."""
        lines = [(entry.reason, entry.amount) for entry in reversed(self.store.entries(user, None)[0])]
        return [line for line in lines if line[0] != "for the test"]

    def free(self, booking: Booking) -> int:
        """The rooms free on the first night of the booking."""
        pages = CatalogStore(self.store.table).months([booking.room_type_id], [f"{booking.check_in:%Y-%m}"])
        return next(iter(pages.values())).page.free[booking.check_in.day]

    def notes(self, booking: Booking) -> list[str]:
        """The history in the guest's eyes: who did it, and the note."""
        return [f"{event.by}: {event.note}" for event in self.stored(booking).history]

    def claimed(self, code: str = "ONCE") -> int:
        promo = self.store.booking_context("none", "nobody", promo_code=code).promo
        assert promo is not None
        return promo.claimed

    def _confirm(self, booking: Booking, request: FinalizeRequest) -> Booking:
        return confirm(booking.booking_id, request, user_id=booking.user_id, by="guest", engine=self.engine)


def _known(name: str) -> Literal["stripe", "razorpay"]:
    return "stripe" if name == "stripe" else "razorpay"


def days_before(scenario: PaymentScenario, days: int) -> None:
    """Moves the clock to noon, so many days before the day of arrival."""
    midnight = datetime(ARRIVAL.year, ARRIVAL.month, ARRIVAL.day, tzinfo=scenario.clock.now.tzinfo)
    scenario.clock.now = midnight - timedelta(days=days) + MIDDAY
