"""Which tests a mutant of which file is tried against: a few worlds and the fast tests of the file, then wider ones."""

from __future__ import annotations

from typing import NamedTuple

_PRICES = ("unit/test_pricing.py", "unit/test_taxes.py", "unit/test_currencies.py", "unit/test_pricing_laws.py")
_STORE = ("unit/storage/test_holds.py", "unit/storage/test_promos.py", "unit/storage/test_wallet.py")
_BATCHES = ("component/test_batches.py", "component/test_reclaim_choice.py")
_CARDS = ("component/test_starting_payments.py", "component/test_paying_by_card.py")
_LATE = ("component/payments/test_late_payments.py", "component/payments/test_old_orders.py")
_AT_GATEWAYS = (
    "component/outside/test_gateway_slips.py",
    "component/outside/test_gateway_acts.py",
    "component/outside/test_refund_keys.py",
)
_NEAREST = {
    "pricing.py": (*_PRICES, "component/desk/test_papers.py"),
    "refunds.py": (
        "component/test_cancelling.py",
        "component/outside/test_not_refundable.py",
        "component/outside/test_gateway_acts.py",
        "component/desk/test_refunds.py",
    ),
    "taxes.py": _PRICES,
    "storage/transaction.py": (
        *_STORE,
        "unit/storage/test_transitions.py",
        "component/test_reserving.py",
        "component/test_cancelling.py",
        "component/test_limits.py",
        "component/test_deleted_holds.py",
    ),
    "payments/confirm.py": (*_CARDS, "component/test_paying_by_wallet.py", "component/test_metrics.py", *_LATE),
    "payments/finalize.py": (*_CARDS, *_LATE),
    "payments/start.py": (
        *_CARDS,
        "component/payments/test_old_orders.py",
        "component/test_currencies.py",
        "component/guest/test_required.py",
    ),
    "payments/cancel.py": (
        "component/test_cancelling.py",
        "component/test_hotel_day.py",
        "component/desk/test_refunds.py",
        "component/desk/test_states_and_actions.py",
        "component/outside/test_not_refundable.py",
    ),
    "payments/settle.py": ("component/payments/test_settle.py", *_LATE),
    "payments/tasks.py": (
        *_AT_GATEWAYS,
        "component/payments/test_old_orders.py",
        "component/payments/test_razorpay_settings.py",
    ),
    "payments/perform.py": _AT_GATEWAYS,
    "payments/outside.py": (*_AT_GATEWAYS, "component/outside/test_not_refundable.py"),
    "payments/reconcile.py": (
        *_LATE,
        "component/payments/test_wrong_amounts.py",
        "component/payments/test_razorpay_settings.py",
    ),
    "payments/topup.py": (
        "component/payments/test_topup.py",
        "component/test_wallet.py",
        "component/test_currencies.py",
        *_AT_GATEWAYS,
    ),
    "payments/late.py": (*_LATE, "component/test_plans_paid_late.py"),
    "storage/page_writes.py": (
        *_STORE,
        *_BATCHES,
        "component/test_reserving.py",
        "component/test_deleted_holds.py",
        "component/test_more_stripes.py",
        "component/owners/test_calendar.py",
    ),
    "bookings/expire.py": ("component/test_expiring.py", *_BATCHES, "component/test_deleted_holds.py"),
    "bookings/reclaim.py": (*_BATCHES, "component/test_reserving.py"),
    "bookings/release.py": (*_BATCHES, "component/test_expiring.py", "component/test_deleted_holds.py"),
    "bookings/reserve.py": (
        "component/test_reserving.py",
        "component/test_bad_input.py",
        "component/test_bad_plans.py",
        "component/test_limits.py",
    ),
    "model/money.py": ("unit/test_money.py", *_PRICES, "component/test_currencies.py"),
    "model/account.py": _STORE,
    "model/booking.py": (
        "unit/storage/test_transitions.py",
        *_CARDS,
        "component/test_cancelling.py",
        "component/test_deleted_holds.py",
        "component/test_bookings.py",
    ),
    "model/limits.py": ("component/test_limits.py", "component/test_topup_limits.py", *_STORE),
    "model/promo.py": ("unit/test_currencies.py", "unit/storage/test_promos.py", "component/test_currencies.py"),
    "model/case.py": ("unit/storage/test_cases.py", "component/outside/test_gateway_acts.py"),
    "model/cancellation.py": ("unit/audit", "component/desk/test_refunds.py"),
    "model/dates.py": ("unit/test_dates.py", "component/test_hotel_day.py", "component/test_catalog.py"),
    "model/inventory.py": ("component/test_reserving.py", "unit/storage/test_holds.py", "component/test_catalog.py"),
}
_OF_THE_MODEL = ("component/test_reserving.py", "component/test_catalog.py")
_TOLD = ("component/test_metrics.py", "component/test_logs.py", "component/test_budgets.py")
_MORE_OF_THE_SHOP = (*_TOLD, "unit/audit", "unit/storage", "component/test_limits.py", "component/test_hotel_day.py")
_MORE_OF_PAYMENTS = (
    *_TOLD,
    *_AT_GATEWAYS,
    "component/payments/test_settle.py",
    "component/payments/test_cancellation.py",
    "component/payments/test_operators.py",
)


class Suite(NamedTuple):
    name: str
    tests: tuple[str, ...]
    worlds: range
    seconds: int  # a mutant that takes longer is caught: it never ends


def suites(file: str) -> tuple[Suite, ...]:
    """What a mutant of the file goes through, until one catches it."""
    wide = _MORE_OF_PAYMENTS if file.startswith(("payments/", "model/booking")) else _MORE_OF_THE_SHOP
    nearest = _NEAREST.get(file, _OF_THE_MODEL)
    return (
        Suite("worlds", (), range(30), 180),
        Suite("its own tests", nearest, range(0), 300),
        Suite("more worlds", (), range(30, 250), 300),
        Suite("wider tests", tuple(name for name in wide if name not in nearest), range(0), 900),
    )


def every_suite() -> tuple[Suite, ...]:
    """All that a mutant may be tried against: it must pass without one."""
    named = [name for tests in _NEAREST.values() for name in tests]
    tests = tuple(dict.fromkeys([*named, *_OF_THE_MODEL, *_MORE_OF_THE_SHOP, *_MORE_OF_PAYMENTS]))
    return Suite("worlds", (), range(250), 900), Suite("tests", tests, range(0), 3_600)
