"""Bugs of one line that somebody else planted in the engine, and that tests and worlds did not see at that time."""

from tests.simulation.bug import Bug, Edit

CORNER_BUGS = (
    Bug(
        "a buyer is given only holds on every night that is short",
        "reclaims",
        (
            Edit(
                "bookings.reclaim",
                "choose",
                "if any(left.get(night, 0) > 0 for night in booking.nights)",
                "if lacking.keys() <= set(booking.nights)",
            ),
        ),
    ),
    Bug(
        "the rooms of a hold that is over stay on the account",
        "holds",
        (
            Edit(
                "storage.transaction",
                "Writes._hold_action",
                "for of, rooms in account.held_rooms.items() if of not in overdue}",
                "for of, rooms in account.held_rooms.items()}",
            ),
        ),
    ),
    Bug(
        "a hold that is over stays among the live ones",
        "holds",
        (
            Edit("storage.transaction", "Writes._hold_action", "if of != booking.booking_id]", "if False]"),
            Edit("storage.transaction", "Writes._hold_action", "MAX_LIVE_HOLDS + len(pruned)", "MAX_LIVE_HOLDS + 999"),
        ),
    ),
    Bug(
        "a hold that is paid late stays among the live ones",
        "late",
        (Edit("storage.transaction", "Writes._account_actions", "before.status is Status.EXPIRED and", "False and"),),
    ),
    Bug(
        "rooms let go do not count against a guest",
        "holds",
        (
            Edit(
                "storage.transaction",
                "Writes._account_actions",
                "ended and after.status is Status.CANCELLED",
                "ended and after.status is Status.EXPIRED",
            ),
        ),
    ),
    Bug(
        "the cap on holds is one too high",
        "holds",
        (
            Edit("bookings.reserve", "_check_holds", "len(live) >= MAX_LIVE_HOLDS", "len(live) > MAX_LIVE_HOLDS"),
            Edit(
                "storage.transaction",
                "Writes._hold_action",
                "MAX_LIVE_HOLDS + len(pruned)",
                "MAX_LIVE_HOLDS + 1 + len(pruned)",
            ),
        ),
    ),
    Bug(
        "a payment started again refuses its own promo",
        "restarts",
        (
            Edit(
                "payments.quotes",
                "promo_discount",
                "booking.quote and booking.claimed_promo == context.promo.code",
                "booking.quote and not booking.claimed_promo",
            ),
        ),
    ),
    Bug(
        "a capture stays due beside the void of its payment",
        "stalled",
        (
            Edit(
                "payments.cancel",
                "_refund_tasks",
                "(*(other for other in booking.tasks if other.order_id != payment.order_id), void)",
                "(*booking.tasks, void)",
            ),
        ),
    ),
    Bug(
        "a card that lapses after a cancellation gives the whole wallet part back",
        "stalled",
        (
            Edit(
                "payments.tasks",
                "_undo",
                "wallet_refunded=current.wallet_paid if confirmed else current.wallet_refunded",
                "wallet_refunded=current.wallet_paid",
            ),
        ),
    ),
    Bug(
        "a card that lapses keeps the wallet's part of its booking",
        "stalled",
        (
            Edit(
                "payments.tasks",
                "_undo",
                "wallet_refunded=current.wallet_paid if confirmed else current.wallet_refunded",
                "wallet_refunded=current.wallet_refunded",
            ),
        ),
    ),
    Bug(
        "a capture repeats the key under which it failed",
        "stalled",
        (Edit("payments.perform", "perform", 'attempt_key = f"{key}:{task.attempts}"', "attempt_key = key"),),
    ),
    Bug(
        "a second refund has the key of the first",
        "cancel",
        (
            Edit(
                "payments.tasks",
                "_finished",
                'f"{booking.booking_id}:{task.action}:{task.order_id}:{task.serial}"',
                'f"{booking.booking_id}:{task.action}:{task.order_id}"',
            ),
            Edit("payments.perform", "_refund_key", "if payment.failed_refunds else", "if not payment.order_id else"),
        ),
    ),
    Bug(
        "a closed top-up leaves its order open",
        "topups",
        (Edit("payments.topup", "_closed", "_performed(void, topup, payment, engine)", "pass"),),
    ),
)
