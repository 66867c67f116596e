"""Rules of Stripe that localstripe does not have, put into its classes. Runs in localstripe's environment.

Each is of Stripe's documentation: amounts (`local.gateways.stripe_currencies`); captures in part and releases
(https://docs.stripe.com/payments/place-a-hold-on-a-payment-method), which Stripe shows as a refund of the rest; refunds
of captured money, up to what was captured, which may be pending and may fail later (https://docs.stripe.com/refunds);
disputes (https://docs.stripe.com/api/disputes). `apply` is called before localstripe's server is imported.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from localstripe import resources
from localstripe.errors import UserError
from localstripe.webhooks import schedule_webhook

from local.gateways.stripe_currencies import AmountRefused, check_charge, check_step

NOT_REFUNDED = ("failed", "canceled")
TAKEN_BACK = ("needs_response", "under_review", "lost")  # of a dispute: the bank has the money
UNEXPECTED_STATE = "payment_intent_unexpected_state"
CANCELLABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action")

_refund_init = resources.Refund.__init__
_intent_status = resources.PaymentIntent.status
_order = count()  # of refunds: localstripe lists those of one second oldest first
_new_refunds = {"status": "succeeded"}  # how the next refunds start: normal ones of a bank transfer are pending


class Dispute(resources.StripeObject):  # type: ignore[misc]  # localstripe is not in our environment
    object = "dispute"
    _id_prefix = "dp_"

    def __init__(self, charge: Any, amount: int, status: str) -> None:
        super().__init__()
        self.charge, self.payment_intent = charge.id, charge.payment_intent
        self.amount, self.currency, self.status = amount, charge.currency, status
        self.reason, self.is_charge_refundable = "fraudulent", False

    @classmethod
    def _api_list_all(
        cls, url: str, payment_intent: str | None = None, charge: str | None = None, limit: Any = None, **page: Any
    ) -> Any:
        """Newest first, of one intent or charge. https://docs.stripe.com/api/disputes/list."""
        listed = super()._api_list_all(url, limit=limit, **page)
        listed._list = [
            dispute
            for dispute in reversed(listed._list)
            if payment_intent in {None, dispute.payment_intent} and charge in {None, dispute.charge}
        ]
        return listed


def refused(text: str, code: str, status: int = 400) -> UserError:
    return UserError(status, text, {"code": code})


def tell(kind: str, about: Any) -> None:
    schedule_webhook(resources.Event(kind, about))


def start_refunds_as(status: str) -> None:
    _new_refunds["status"] = status


def apply() -> None:
    """Puts the rules into localstripe's classes and routes."""
    intent, charge, refund = resources.PaymentIntent, resources.Charge, resources.Refund
    intent.status = property(lambda self: getattr(self, "_forced_status", None) or _intent_status.fget(self))
    intent.amount_received = property(_received)
    intent.amount_capturable = property(lambda self: self.amount if self.status == "requires_capture" else 0)
    charge.amount_captured = property(lambda self: getattr(self, "_amount_captured", self._whole_or_nothing()))
    charge._whole_or_nothing = lambda self: self.amount if self.captured else 0
    charge.amount_refunded = property(lambda self: sum(one.amount for one in counted(self)))
    charge.disputed = property(lambda self: any(one.charge == self.id for one in _disputes()))
    intent._api_create = classmethod(_checked_creation(intent._api_create.__func__))
    refund.__init__ = _create_refund
    routes: dict[str, Callable[..., Any]] = {
        "/v1/payment_intents/{id}/capture": lambda **asked: capture(asked["id"], asked.get("amount_to_capture")),
        "/v1/payment_intents/{id}/cancel": lambda **asked: cancel(asked["id"]),
    }
    kept = [route for route in resources.extra_apis if route[1] not in routes]
    resources.extra_apis[:] = [
        *kept,
        *(("POST", url, act) for url, act in routes.items()),
        ("GET", "/v1/disputes", lambda **query: Dispute._api_list_all("/v1/disputes", **query)),
        ("GET", "/v1/disputes/{id}", Dispute._api_retrieve),
    ]


def capture(intent_id: str, amount: Any = None) -> Any:
    """Captures all or, once, a part; the rest is released, and shown as a refund."""
    intent = resources.PaymentIntent._api_retrieve(intent_id)
    if intent.status != "requires_capture":
        text = f"This PaymentIntent could not be captured because it has a status of {intent.status}."
        raise refused(text, UNEXPECTED_STATE)
    charge, amount = intent.latest_charge, intent.amount if amount is None else int(amount)
    if not 0 < amount <= intent.amount:
        raise refused("The amount_to_capture is more than the amount that is capturable.", "amount_too_large")
    _check(check_step, amount, intent.currency)
    charge._trigger_payment(lambda: None)
    charge.captured, charge._amount_captured = True, amount
    if amount < intent.amount:
        _release(charge, intent.amount - amount)
    intent._on_success()
    return intent


def cancel(intent_id: str) -> Any:
    """Closes the intent. An authorisation is released: its charge counts as refunded, though nothing was captured."""
    intent = resources.PaymentIntent._api_retrieve(intent_id)
    if intent.status not in CANCELLABLE:
        text = f"You cannot cancel this PaymentIntent because it has a status of {intent.status}."
        raise refused(text, UNEXPECTED_STATE)
    if intent.status == "requires_capture":
        _release(intent.latest_charge, intent.amount)
        tell("charge.refunded", intent.latest_charge)
    intent._canceled, intent.next_action = True, None
    tell("payment_intent.canceled", intent)
    return intent


def counted(charge: Any) -> list[Any]:
    """The charge's refunds that have not come to nothing."""
    return [refund for refund in charge.refunds._list if refund.status not in NOT_REFUNDED]


def _received(intent: Any) -> int:
    done = intent.status == "succeeded" and intent.latest_charge
    return intent.latest_charge.amount_captured if done else 0


def _disputes() -> list[Any]:
    return [found for key, found in resources.store.items() if key.startswith("dispute:")]


def _check(rule: Callable[[int, str], None], amount: int, currency: str) -> None:
    try:
        rule(amount, currency)
    except AmountRefused as error:
        raise refused(str(error), error.code) from error


def _checked_creation(create: Callable[..., Any]) -> Callable[..., Any]:
    def checked(cls: Any, amount: Any = None, currency: Any = None, **data: Any) -> Any:
        if str(amount).isdigit() and isinstance(currency, str):
            _check(check_charge, int(amount), currency)
        return create(cls, amount=amount, currency=currency, **data)

    return checked


def _create_refund(
    refund: Any, charge: str | None = None, payment_intent: str | None = None, amount: Any = None, **data: Any
) -> None:
    """A refund of captured money, at most of what is left of it."""
    if payment_intent is not None:
        latest = resources.PaymentIntent._api_retrieve(payment_intent).latest_charge
        if latest is None:
            raise refused("This PaymentIntent does not have a successful charge to refund.", UNEXPECTED_STATE)
    else:
        latest = resources.Charge._api_retrieve(charge)
    if not latest.captured:
        raise refused("This charge is not captured: cancel its PaymentIntent instead.", "charge_not_captured")
    left = latest.amount - latest.amount_refunded
    if left <= 0:
        raise refused(f"Charge {latest.id} has already been refunded.", "charge_already_refunded")
    amount = left if amount is None else int(amount)
    if amount > left:
        raise refused(f"Refund amount ({amount}) is greater than unrefunded amount ({left}).", "amount_too_large")
    _check(check_step, amount, latest.currency)
    if any(dispute.charge == latest.id and dispute.status in TAKEN_BACK for dispute in _disputes()):
        raise refused(f"Charge {latest.id} is disputed and cannot be refunded.", "charge_disputed")
    _refund_init(refund, charge=latest.id, amount=amount, **data)
    refund.payment_intent, refund.status = latest.payment_intent, _new_refunds["status"]
    refund.date = next(_order)
    tell("refund.created", refund)
    tell("charge.refunded", latest)


def _release(charge: Any, amount: int) -> None:
    """What Stripe shows of an authorised rest that it gives back: a refund that moved no money."""
    refund = resources.Refund.__new__(resources.Refund)
    _refund_init(refund, charge=charge.id, amount=amount)
    refund.payment_intent, refund.balance_transaction = charge.payment_intent, None
    refund.date = next(_order)
