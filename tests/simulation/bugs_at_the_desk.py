"""Bugs to plant in what the desk does."""

from tests.simulation.bug import Bug, Edit

DESK_BUGS = (
    Bug(
        "a guest in the house may cancel",
        "desk",
        (Edit("payments.cancel", "_cancelled_by_guest", "booking.stay_step is not None or", "False or"),),
    ),
    Bug(
        "a no-show may cancel, and is refunded",
        "desk",
        (
            Edit("payments.cancel", "_cancelled_by_guest", "is StayStep.NO_SHOW", "is StayStep.CHECKED_OUT"),
            Edit(
                "payments.cancel",
                "_cancelled_by_guest",
                "booking.stay_step is not None or",
                "booking.checked_in_at_ms is not None or",
            ),
        ),
    ),
    Bug(
        "a guest who never came checks out",
        "desk",
        (Edit("desk.stay", "check_out", "if booking.checked_in_at_ms is None:", "if booking.no_show:"),),
    ),
    Bug(
        "a check-in is recorded with each repeat",
        "desk",
        (Edit("desk.stay", "check_in", "if booking.checked_in_at_ms is not None:", "if booking.no_show:"),),
    ),
    Bug(
        "a guest in the house is marked as a no-show",
        "desk",
        (Edit("desk.stay", "mark_no_show", "if booking.checked_in_at_ms is not None:", "if booking.no_show:"),),
    ),
    Bug(
        "a step is recorded again with each repeat",
        "desk",
        (Edit("desk.stay", "_record_step", "if before is not None:", "if after.version:"),),
    ),
    Bug(
        "a cancelled booking checks in",
        "desk",
        (
            Edit(
                "desk.stay",
                "_record_step",
                "booking.status is not Status.CONFIRMED",
                "booking.status not in {Status.CONFIRMED, Status.CANCELLED}",
            ),
        ),
    ),
    Bug(
        "an owner acts at every hotel",
        "desk",
        (Edit("desk.clerk", "Clerk.booking", "self.role is ClerkRole.ADMIN or", "True or"),),
    ),
    Bug(
        "the desk gives back more than was paid",
        "desk",
        (Edit("desk.cancel", "_tenders", "request.amount > most", "request.amount > 10 * most"),),
    ),
    Bug(
        "all of it is one paisa short",
        "desk",
        (Edit("desk.cancel", "_tenders", "by_tender(booking, most,", "by_tender(booking, max(0, most - 1),"),),
    ),
    Bug(
        "cash that is owed is nobody's case",
        "desk",
        (Edit("payments.cancel", "_cash_owed", "made.cash == 0", "made.cash >= 0"),),
    ),
    Bug(
        "the desk's cancel leaves the card's part with the hotel",
        "desk",
        (
            Edit(
                "payments.cancel",
                "with_refund",
                "tasks=_refund_tasks(booking, back.gateway, now)",
                "tasks=booking.tasks",
            ),
        ),
    ),
)
