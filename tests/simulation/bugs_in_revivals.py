"""Bugs to plant in the revival of holds."""

from tests.simulation.bug import Bug, Edit

REVIVAL_BUGS = (
    Bug(
        "a revival makes a hold each time",
        "revive",
        (
            Edit(
                "bookings.revive",
                "revive",
                "revived_id_for(user_id, booking_id)",
                "revived_id_for(user_id, booking_id + str(engine.clock()))",
            ),
        ),
    ),
    Bug(
        "a paid booking is revived",
        "revive",
        (
            Edit(
                "bookings.revive",
                "_refuse_unless_revivable",
                'raise NotRevivable("The booking is confirmed: its rooms are yours.")',
                "return",
            ),
        ),
    ),
    Bug(
        "the guest details are left behind",
        "revive",
        (Edit("bookings.reserve", "_Attempts._decide", "context=context, guest=guest", "context=context"),),
    ),
    Bug(
        "each tap is answered as the first",
        "revive",
        (Edit("bookings.revive", "revive", "return revived, False", "return revived, True"),),
    ),
)
