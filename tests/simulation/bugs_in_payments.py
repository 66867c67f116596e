"""Bugs to plant in payments, gateway tasks and top-ups."""

from tests.simulation.bug import Bug, Edit

# At orders that cannot be closed: it finds within a day what an event should have said.
_NO_SECOND_LOOK = Edit("payments.tasks", "_finished", "if look_ms:", "if False:")

PAYMENT_BUGS = (
    Bug(
        "finalize looks at no deadline",
        "edge",
        (
            Edit(
                "payments.late",
                "is_late",
                "booking.status_at(now) is Status.EXPIRED",
                "booking.status is Status.EXPIRED",
            ),
            Edit("payments.late", "is_late", "refuse_unpayable(booking, now)", "pass"),
            Edit("storage.transaction", "Writes._booking_action", "before.status in HOLDING and moves", "False"),
        ),
    ),
    Bug(
        "a cancelled booking may be paid",
        "cancel",
        (
            Edit(
                "bookings.lookup",
                "refuse_unpayable",
                "case Status.RESERVED |",
                "case Status.CANCELLED | Status.RESERVED |",
            ),
        ),
    ),
    Bug(
        "a capture is not put down as due",
        "pay",
        (Edit("payments.confirm", "_confirmed", "if not paid.captured:", "if paid.captured:"),),
    ),
    Bug(
        "late money is ignored",
        "late",
        (
            Edit(
                "payments.reconcile",
                "reconcile",
                "if payment.holds_money and",
                'if payment.holds_money and booking.status != "expired" and',
            ),
            _NO_SECOND_LOOK,
        ),
    ),
    Bug(
        "a second payment is kept",
        "pay",
        (
            Edit(
                "payments.reconcile",
                "_refund_unusable",
                "if not payment.holds_money:",
                "if payment.order_id:",
            ),
            _NO_SECOND_LOOK,
        ),
    ),
    Bug(
        "every refund has a key of its own",
        "cancel",
        (
            Edit(
                "payments.perform",
                "perform",
                "gateway.refund(task.order_id, missing, currency, refund_key)",
                'gateway.refund(task.order_id, task.amount, currency, f"{key}:{engine.deadline.seconds_left}")',
            ),
        ),
    ),
    Bug(
        "what a gateway does not do at once is forgotten",
        "pay",
        (
            Edit("payments.tasks", "_put_off", "tuple(later if other == task else other", "tuple(other"),
            Edit(
                "payments.tasks",
                "_put_off",
                "for other in booking.tasks)\n    try",
                "for other in booking.tasks if other != task)\n    try",
            ),
        ),
    ),
    Bug(
        "a payment start moves the deadline",
        "mixed",
        (
            Edit(
                "payments.start",
                "_pending",
                "quote=quote.frozen(),",
                "quote=quote.frozen(), expires_at_ms=booking.expires_at_ms + 60_000,",
            ),
        ),
    ),
    Bug(
        "a top-up is credited by everyone who hears of it",
        "pay",
        (
            Edit(
                "payments.topup",
                "_credited",
                "current.status is TopUpStatus.CREDITED",
                "current.status is TopUpStatus.CLOSED",
            ),
        ),
    ),
    Bug(
        "a due payment is not in the index",
        "pay",
        (
            Edit(
                "storage.items",
                "booking_item",
                "elif booking.tasks:",
                'elif booking.tasks and booking.status == "confirmed":',
            ),
        ),
    ),
    Bug(
        "the proof of a payment goes into the log",
        "pay",
        (
            Edit(
                "payments.confirm",
                "_record_refusal",
                '"by": attempt.by}',
                '"by": attempt.by, "proof": getattr(attempt.request, "gateway_signature", None)}',
            ),
        ),
    ),
    Bug(
        "finalize answers with other amounts than it took",
        "mixed",
        (Edit("views.payments", "finalized_view", "wallet_deducted=booking.wallet_paid", "wallet_deducted=0"),),
    ),
    Bug(
        "finalize takes a payment of another amount",
        "pay",
        (
            Edit(
                "payments.confirm",
                "_verified",
                "paid_for != (booking.booking_id, agreed.gateway_payable, booking.currency)",
                "False",
            ),
        ),
    ),
    Bug(
        "a top-up is credited before its money is there",
        "pay",
        (
            Edit("payments.topup", "advance_topup", "if not payment.is_whole:", "if False:"),
            Edit("payments.topup", "advance_topup", "payment = _performed(", "(lambda *_: None)("),
        ),
    ),
    Bug(
        "a capture is logged twice",
        "pay",
        (
            Edit(
                "payments.tasks",
                "_record_done",
                "    record(\n        tag,",
                '    record(tag, "", before=before, after=after)\n    record(\n        tag,',
            ),
        ),
    ),
)
