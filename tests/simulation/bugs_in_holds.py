"""Bugs to plant in holds, expiry and the inventory of rooms."""

from tests.simulation.bug import Bug, Edit

HOLD_BUGS = (
    Bug(
        "a release does not ask whether the hold is as it was read",
        "burst",
        (
            Edit(
                "storage.transaction",
                "Writes._booking_action",
                'return put_action(self.table, item, f"{unchanged} AND {clock_allows}", values)',
                'return put_action(self.table, item, is_due, {":now": millis(now)}) if clock_allows is is_due'
                ' else put_action(self.table, item, f"{unchanged} AND {clock_allows}", values)',
            ),
        ),
    ),
    Bug(
        "a booking is written whatever came between",
        "cancel",
        (
            Edit("storage.transaction", "Writes._booking_action", '"write_id = :seen"', '"attribute_exists(write_id)"'),
            Edit("storage.transaction", "Writes._booking_action", '{":seen": before.write_id}', "{}"),
            Edit(
                "storage.transaction",
                "Writes._booking_action",
                "put_action(self.table, item, unchanged, values)",
                "put_action(self.table, item, unchanged)",
            ),
        ),
    ),
    Bug(
        "the parts of a change are written one after the other",
        "mixed",
        (
            Edit(
                "storage.bookings",
                "BookingStore.commit",
                "self.table.transact([action for _, action in actions], after.write_id, reads_again=before is None)",
                "[self.table.transact([action]) for _, action in actions]",
            ),
        ),
    ),
    Bug(
        "only the first night of a month is taken",
        "mixed",
        (
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "take_rooms(self.table, key, rooms, ",
                "take_rooms(self.table, key, dict([min(rooms.items())]), ",
            ),
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "release_rooms(self.table, key, rooms)",
                "release_rooms(self.table, key, dict([min(rooms.items())]))",
            ),
        ),
    ),
    Bug(
        "a sale does not ask whether the rooms are still free",
        "burst",
        (
            Edit(
                "storage.page_writes",
                "take_rooms",
                "for day, count in rooms.items()]",
                'for day, count in ()] or ["attribute_exists(pk)"]',
            ),
        ),
    ),
    Bug(
        "an expired hold keeps its rooms",
        "mixed",
        (Edit("storage.transaction", "Writes.of_releases", "in sum_by_page(releases).items()", "in ()"),),
    ),
    Bug(
        "a late payment takes no rooms",
        "pay",
        (
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "if keeps == kept:",
                "if keeps == kept or (before is not None and before.status is Status.EXPIRED):",
            ),
        ),
    ),
    Bug(
        "a hold that is paid for still counts as a hold",
        "mixed",
        (
            Edit(
                "storage.transaction",
                "Writes._account_actions",
                "ended = before.status in HOLDING and",
                "ended = False and",
            ),
        ),
    ),
    Bug(
        "the cap on holds is only what was read",
        "burst",
        (
            Edit(
                "storage.transaction",
                "Writes._hold_action",
                'f"size({LIVE}) < :most"',
                '"size(live) < :most OR size(live) >= :most"',
            ),
            Edit("storage.transaction", "Writes._hold_action", "as_read = [", "as_read = [] and ["),
            Edit("storage.transaction", "Writes._hold_action", '":held_before": account.held_rooms,', ""),
            Edit("storage.transaction", "Writes._hold_action", '":abandoned_before": account.abandoned_rooms,', ""),
        ),
    ),
    Bug(
        "a hold is released before its deadline",
        "mixed",
        (
            Edit("storage.bookings", "BookingStore.due", '":now": millis(now)', '":now": millis(now) + 60_000'),
            Edit("bookings.expire", "_sweep_room_type", " and booking.expires_at_ms <= now_ms", ""),
            Edit(
                "storage.transaction",
                "Writes._booking_action",
                '"expires_at <= :now"',
                '"attribute_exists(pk) OR expires_at <= :now"',
            ),
        ),
    ),
    Bug(
        "one unreadable hold stops the sweep of its batch",
        "poison",
        (
            Edit(
                "storage.bookings",
                "BookingStore.readable_bookings",
                "except msgspec.ValidationError:",
                "except ZeroDivisionError:",
            ),
        ),
    ),
    Bug(
        "a hold that TTL deleted is let go without its rooms",
        "absent",
        (Edit("bookings.expire", "restore", "image.status not in HOLDING", "image.status in HOLDING"),),
    ),
    Bug(
        "a hold that TTL deleted is released again with each delivery",
        "absent",
        (
            Edit(
                "storage.transaction",
                "Writes._booking_action",
                'put_action(self.table, item, "attribute_not_exists(pk)")',
                'put_action(self.table, item, "attribute_not_exists(pk)" if before is None else "")',
            ),
        ),
    ),
    Bug(
        "a buyer does not look for holds that are due",
        "absent",
        (
            Edit(
                "bookings.reclaim", "Shortage.has_nothing_due", "if lacking.keys() <= self._nothing_due:", "if lacking:"
            ),
        ),
    ),
    Bug(
        "a key makes a booking each time",
        "mixed",
        (
            Edit(
                "bookings.reserve",
                "reserve",
                "booking_id_for(user_id, key)",
                "booking_id_for(user_id, key + str(engine.clock()))",
            ),
        ),
    ),
    Bug(
        "a replay is answered as a new hold",
        "mixed",
        (Edit("bookings.reserve", "hold", "if created:", "if booking:"),),
    ),
    Bug(
        "the last night of a stay is not taken",
        "mixed",
        (Edit("model.dates", "nights", "(check_out - check_in).days)", "max(1, (check_out - check_in).days - 1))"),),
    ),
    Bug(
        "a confirmed booking's rooms go back on sale",
        "mixed",
        (Edit("model.booking", "Booking.keeps_rooms", "in KEEPING_ROOMS", "in HOLDING"),),
    ),
    Bug(
        "the sweep comes four minutes late",
        "mixed",
        (Edit("bookings.expire", "_sweep_room_type", "<= now_ms]", "<= now_ms - 240_000]"),),
    ),
    Bug(
        "TTL is given in milliseconds",
        "mixed",
        (
            Edit(
                "storage.items",
                "_ttl",
                "booking.expires_at_ms // 1000 + TTL_GRACE_SECONDS",
                "booking.expires_at_ms + TTL_GRACE_SECONDS",
            ),
        ),
    ),
)
