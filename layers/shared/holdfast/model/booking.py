"""A booking: the states it can be in, what it costs, what is paid and what is still due.

Amounts are integers in minor units (paise) of the named currency.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from holdfast.model.cancellation import Cancellation
from holdfast.model.dates import millis, nights
from holdfast.model.gateway_ref import Dispute, GatewayRef
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.property import DAY_ENDS, PolicyStep, TaxPeriod, TaxTable
from holdfast.model.stay import BookedPlan, Party, RoomCharge, Stay, StayStep
from holdfast.model.stored_names import STORED_NAMES
from holdfast.model.stripes import RoomsTaken


class Status(StrEnum):
    RESERVED = "reserved"
    PAYMENT_PENDING = "payment_pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


HOLDING = frozenset({Status.RESERVED, Status.PAYMENT_PENDING})
KEEPING_ROOMS = HOLDING | {Status.CONFIRMED}


class PaymentMode(StrEnum):
    WALLET_ONLY = "wallet_only"
    WALLET_PARTIAL = "wallet_partial"
    GATEWAY_ONLY = "gateway_only"
    ADMIN = "admin"


class FrozenQuote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a payment start or a finalize fixes; the lines are computed again from the night prices and the discount."""

    promo_code: str | None = None
    promo_discount: int = 0
    gst_amount: int
    total_payable: int
    wallet_applied: int = 0

    @property
    def gateway_payable(self) -> int:
        return self.total_payable - self.wallet_applied


class Payment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=STORED_NAMES["Payment"]):
    """The gateway order that pays for the booking, and what is authorised, captured and refunded on it."""

    gateway: str
    order_id: str
    amount: int
    transaction_id: str | None = None
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    voided: bool = False
    refund_pending: bool = False  # its money is being refunded: it can no longer confirm the booking
    refunded_outside: int = 0  # of `refunded`, not by us
    refunds_pending: int = 0  # of `refunded`, accepted by the gateway and not yet paid
    to_refund: int = 0  # what the guest of a cancelled booking shall have back from it in all, by whomever
    refund_closed: int = 0  # of `to_refund`: paid in another way, as an admin says
    closed_to_wallet: bool = False  # in which case we paid it there; else it was paid outside
    dispute: Dispute | None = None

    @property
    def refunded_by_us(self) -> int:
        return self.refunded - self.refunded_outside

    @property
    def given_back(self) -> int:
        """What the guest has back of it: by refunds, and by disputes that were lost; never more than was taken."""
        return min(self.refunded + (self.dispute.lost if self.dispute else 0), self.captured or self.amount)

    @property
    def ref(self) -> GatewayRef:
        return GatewayRef(self.gateway, self.order_id, self.transaction_id)


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename=STORED_NAMES["Event"]):
    """One line of a booking's history. `by` is guest, a subsystem's name, or `admin` or `owner` with the user id.

    `late`: a payment that came after the deadline confirmed the booking, because everything was still free.
    """

    status: Status
    at_ms: int
    by: str
    note: str | None = None
    late: bool = False
    ref: GatewayRef | None = None
    stay: StayStep | None = None


class Booking(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    # `property_id` is the key of an index, which `booking_item` adds; items have `property` for the field.
    rename=STORED_NAMES["Booking"],
):
    """One stay, from its hold to its end. Every transition adds one to `version` and one line to the history."""

    booking_id: str
    user_id: str
    property_id: str
    room_type_id: str
    timezone: str
    check_in: date
    check_out: date
    rooms: int
    taken: tuple[RoomsTaken, ...] = ()  # from which stripes, on which nights; none: all from stripe 0
    guests: int
    currency: str
    night_prices: tuple[int, ...]  # of the calendar, per room, frozen at reserve with the plan and the rooms' charges
    plan: BookedPlan | None = None
    plan_named: bool = False  # by the guest, who else gets the first
    occupancy: tuple[Party, ...] = ()  # as the guest asked
    room_charges: tuple[RoomCharge, ...] = ()  # room by room; none where neither plan nor occupancy prices the guests
    cancellation_policy: tuple[PolicyStep, ...]
    day_ends: int = DAY_ENDS
    guest_required: bool = False  # the property insists on the guest's details before payment
    taxes: TaxTable | None = None
    tax_table: tuple[TaxPeriod, ...] | None = None  # of bookings written before `taxes`
    status: Status
    revives: str | None = None  # the hold that this one holds again
    reserved_at_ms: int
    expires_at_ms: int
    quote: FrozenQuote | None = None
    payment: Payment | None = None
    orders_opened: int = 0  # at gateways, so far
    payment_mode: PaymentMode | None = None
    wallet_paid: int = 0
    wallet_refunded: int = 0
    closed_orders: tuple[str, ...] = ()  # payments that bought nothing, given back outside as an admin says
    cancellation: Cancellation | None = None  # once a confirmed booking is cancelled
    checked_in_at_ms: int | None = None
    checked_out_at_ms: int | None = None
    no_show: bool = False
    tasks: tuple[GatewayTask, ...] = ()
    history: tuple[Event, ...]
    version: int
    write_id: str = ""  # the store sets a new one at each write; the next write's condition compares it

    @property
    def stay(self) -> Stay:
        return Stay(
            room_type_id=self.room_type_id,
            check_in=self.check_in,
            check_out=self.check_out,
            rooms=self.rooms,
            guests=self.guests,
            plan_id=self.plan.plan_id if self.plan and self.plan_named else None,
            occupancy=self.occupancy,
        )

    @property
    def nights(self) -> list[date]:
        return nights(self.check_in, self.check_out)

    @property
    def keeps_rooms(self) -> bool:
        """Whether the pages count its rooms as taken: by the stored status, whatever the clock says."""
        return self.status in KEEPING_ROOMS

    @property
    def claimed_promo(self) -> str | None:
        """The promo code of which this booking has claimed one use."""
        return self.quote.promo_code if self.quote and self.keeps_rooms else None

    @property
    def was_confirmed(self) -> bool:
        """Whether it is confirmed, or was before it was cancelled."""
        return any(event.status is Status.CONFIRMED for event in self.history)

    @property
    def cash_paid(self) -> int:
        """What an admin says was paid outside the system."""
        return self.quote.total_payable if self.quote and self.payment_mode is PaymentMode.ADMIN else 0

    @property
    def gateway_charged(self) -> int:
        by_gateway = self.payment_mode in {PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY}
        return self.payment.amount if self.payment and by_gateway else 0

    @property
    def stay_step(self) -> StayStep | None:
        """Where the stay is by the desk's record; None while the desk has recorded nothing."""
        if self.checked_out_at_ms is not None:
            return StayStep.CHECKED_OUT
        if self.checked_in_at_ms is not None:
            return StayStep.CHECKED_IN
        return StayStep.NO_SHOW if self.no_show else None

    @property
    def gateway_taken(self) -> int:
        """What the gateway has taken for the booking, or will take when its capture is due."""
        own = self.payment
        if own is None or not self.gateway_charged:
            return 0
        return own.captured if own.captured or own.voided else own.amount

    @property
    def refund_due(self) -> int:
        """What the gateway has still to give back: what we have to ask for, and what the bank has not paid yet."""
        own = self.payment
        if own is None:
            return 0
        ours = [task for task in self.tasks if task.order_id == own.order_id]
        asked = max((task.amount - own.refunded_by_us for task in ours if task.action is TaskAction.REFUND), default=0)
        return max(0, asked) + own.refunds_pending

    def status_at(self, now: datetime) -> Status:
        """The status that every reader sees: a hold is expired from its deadline on, swept or not."""
        overdue = self.status in HOLDING and millis(now) >= self.expires_at_ms
        return Status.EXPIRED if overdue else self.status

    def seconds_left(self, now: datetime) -> int:
        """What the guest's timer shows: whole seconds, 0 once nothing is held."""
        held = self.status_at(now) in HOLDING
        return max(0, (self.expires_at_ms - millis(now)) // 1000) if held else 0

    def new_task(
        self, action: TaskAction, now: datetime, *, amount: int, gateway: str = "", order_id: str = ""
    ) -> GatewayTask:
        """A gateway task that is due from `now` on, for the booking's own order unless another is named."""
        own = self.payment
        return GatewayTask(
            action=action,
            gateway=gateway or (own.gateway if own else ""),
            order_id=order_id or (own.order_id if own else ""),
            amount=amount,
            at_ms=millis(now),
            keyed_by_refunds=action is TaskAction.REFUND,
            serial=self.version,
        )

    def open_order_void(self, now: datetime) -> tuple[GatewayTask, ...]:
        """The task that closes the booking's order, so that nobody can pay it; none if it is closed or has a task."""
        own = self.payment
        if own is None or own.voided or any(task.order_id == own.order_id for task in self.tasks):
            return ()
        if own.refund_pending and 0 < own.captured <= own.refunded:
            return ()  # given back already
        void = self.new_task(TaskAction.VOID, now, amount=own.amount)
        return (msgspec.structs.replace(void, buys=not own.refund_pending),)

    def earlier_orders(self, amount: int) -> list[GatewayTask]:
        """The voids of orders that an earlier choice opened for this amount: one that is paid buys the booking."""
        return [task for task in self.tasks if task.buys and task.amount == amount]

    def transitioned(
        self,
        status: Status,
        now: datetime,
        by: str,
        note: str | None = None,
        *,
        late: bool = False,
        ref: GatewayRef | None = None,
        stay: StayStep | None = None,
        **changes: object,
    ) -> Booking:
        """This booking after one more transition: status, history and version change together.

        `ref` says which payment at a gateway the line is about, `stay` what the desk has recorded.
        """
        event = Event(status=status, at_ms=millis(now), by=by, note=note, late=late, ref=ref, stay=stay)
        return msgspec.structs.replace(
            self, status=status, history=(*self.history, event), version=self.version + 1, **changes
        )
