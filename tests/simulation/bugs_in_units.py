"""Bugs in currencies, taxes, late money and earlier orders."""

from __future__ import annotations

from tests.simulation.bug import Bug, Edit

UNIT_BUGS = (
    Bug(
        "a flat promo takes its rupees off any currency",
        "currencies",
        (Edit("pricing", "discount", "if promo.only_in not in {None, currency}:", "if not promo.code:"),),
    ),
    Bug(
        "a total is not rounded to the step",
        "currencies",
        (Edit("pricing", "quote", "rounded_to_step(exact, stay.currency)", "exact"),),
    ),
    Bug(
        "the wallet leaves too small a rest",
        "currencies",
        (Edit("pricing", "wallet_part", "max(rest, smallest_charge(currency))", "rest"),),
    ),
    Bug(
        "a wallet pays whatever its currency",
        "currencies",
        (
            Edit("payments.quotes", "quote_now", "0 if other else", "0 if not account.user_id else"),
            Edit(
                "payments.quotes", "agreed_quote", "if account.currency != booking.currency:", "if not account.user_id:"
            ),
        ),
    ),
    Bug(
        "a tax of the booking is rounded by the line",
        "currencies",
        (Edit("taxes", "line_taxes", "if not table.by_booking:", "if table.names:"),),
    ),
    Bug(
        "late money buys for ever at the old price",
        "old",
        (Edit("payments.late", "late_context", "millis(now) > grace_ends_ms", "not booking.booking_id"),),
    ),
    Bug(
        "after the grace the price of one night counts for the stay",
        "old",
        (
            Edit(
                "payments.late",
                "_costs_no_more_today",
                "quote(today).total_payable <= quote(booking).total_payable",
                "min(today.night_prices) <= quote(booking).total_payable",
            ),
        ),
    ),
    Bug(
        "the capture of an earlier order goes to the newest",
        "old",
        (Edit("payments.confirm", "_confirmed", "amount=payment.amount, **of)", "amount=payment.amount)"),),
    ),
    Bug(
        "the order that an earlier one replaces stays payable",
        "old",
        (Edit("payments.confirm", "_confirmed", "payment.order_id != order.order_id", "not payment.order_id"),),
    ),
    Bug(
        "an earlier order buys while its money goes back",
        "old",
        (Edit("payments.reconcile", "_decided", "task, buys=False", "task, buys=True"),),
    ),
)
