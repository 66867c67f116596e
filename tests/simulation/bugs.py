"""The bugs that are planted, each with the profile of days that shows it and the texts that it changes."""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """In `holdfast.<module>`, in the function of that name, one text for another."""

    module: str
    function: str
    right: str
    wrong: str


class Bug(NamedTuple):
    name: str
    profile: str  # where it shows
    edits: tuple[Edit, ...]


BUGS = (
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
                "storage.store",
                "Store.commit",
                "self.table.transact([action for _, action in actions], after.write_id)",
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
                "for day in days)\n            key",
                'for day in days[:1])\n            names = {n: names[n] for n in ("#free", days[0])}\n            key',
            ),
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                '>= :rooms" for day in days]',
                '>= :rooms" for day in days[:1]]',
            ),
        ),
    ),
    Bug(
        "a sale does not ask whether the rooms are still free",
        "burst",
        (
            Edit(
                "storage.transaction", "Writes._page_actions", '>= :rooms" for day in days]', '< :rooms" for day in []]'
            ),
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "conditions = enough_free",
                'conditions = ["attribute_exists(pk)"]',
            ),
        ),
    ),
    Bug(
        "an expired hold keeps its rooms",
        "mixed",
        (
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "change == 0",
                "change == 0 or after.status is Status.EXPIRED",
            ),
        ),
    ),
    Bug(
        "a late payment takes no rooms",
        "pay",
        (
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "change == 0",
                "change == 0 or (before is not None and before.status is Status.EXPIRED)",
            ),
        ),
    ),
    Bug(
        "a wallet pays without an entry",
        "mixed",
        (
            Edit(
                "storage.transaction",
                "Writes._account_actions",
                '[put_action(self.table, entry_item(entry), "attribute_not_exists(pk)")]',
                "[]",
            ),
        ),
    ),
    Bug(
        "a wallet is charged from a balance read earlier",
        "burst",
        (
            Edit(
                "storage.transaction",
                "balance_change",
                '"balance = :old_balance AND seq = :old_seq"',
                '"attribute_exists(pk)"',
            ),
            Edit("storage.transaction", "balance_change", '":old_balance": account.balance,', ""),
            Edit("storage.transaction", "balance_change", '":old_seq": account.seq,', ""),
            Edit(
                "storage.transaction",
                "Writes._account_actions",
                'put_action(self.table, entry_item(entry), "attribute_not_exists(pk)")',
                "put_action(self.table, entry_item(entry))",
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
        "a promo is not given back",
        "mixed",
        (Edit("storage.transaction", "Writes._promo_actions", "if before and old:", "if before and old and new:"),),
    ),
    Bug(
        "a promo's limit is only what was read",
        "burst",
        (Edit("storage.transaction", "Writes._redeem_promo", "claimed < usage_limit", "usage_limit >= :one"),),
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
        "pay",
        (
            Edit(
                "payments.reconcile",
                "reconcile",
                "elif not payment.holds_money:",
                "elif booking.status is Status.EXPIRED:",
            ),
        ),
    ),
    Bug(
        "a second payment is kept",
        "pay",
        (
            Edit(
                "payments.reconcile",
                "reconcile",
                "elif not payment.holds_money:",
                "elif not payment.holds_money or not own:",
            ),
        ),
    ),
    Bug(
        "every refund has a key of its own",
        "cancel",
        (
            Edit(
                "payments.tasks",
                "_act",
                'gateway.refund(task.order_id, missing, f"{key}:{missing}")',
                'gateway.refund(task.order_id, task.amount, f"{key}:{table.seconds_left()}")',
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
        "a cancel gives the whole card payment back",
        "cancel",
        (Edit("payments.cancel", "_refund_dues", "amount=back.gateway)", "amount=payment.amount)"),),
    ),
    Bug(
        "a cancel gives the whole wallet part back",
        "cancel",
        (Edit("payments.cancel", "_refunded", "wallet_refunded=back.wallet", "wallet_refunded=booking.wallet_paid"),),
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
        "a hold is released before its deadline",
        "mixed",
        (
            Edit("storage.store", "Store.due", '":now": millis(now)', '":now": millis(now) + 60_000'),
            Edit("bookings.expire", "_sweep_one", "or booking.expires_at_ms > millis(now)", ""),
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
                "storage.store",
                "Store.readable_bookings",
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
        (Edit("bookings.reserve", "reserve", "reclaimed = False\n", "reclaimed = True\n"),),
    ),
    Bug(
        "a key makes a booking each time",
        "mixed",
        (
            Edit(
                "bookings.reserve",
                "reserve",
                "booking_id_for(user_id, key)",
                "booking_id_for(user_id, key + str(clock()))",
            ),
        ),
    ),
    Bug(
        "a replay is answered as a new hold",
        "mixed",
        (Edit("bookings.reserve", "reserve", "if created:", "if booking:"),),
    ),
    Bug(
        "a top-up is credited by everyone who hears of it",
        "pay",
        (
            Edit(
                "payments.topup",
                "_credit",
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
                "elif booking.tasks and booking.status is Status.CONFIRMED:",
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
                '"by": ask.by}',
                '"by": ask.by, "proof": getattr(ask.request, "gateway_signature", None)}',
            ),
        ),
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
        "a promo is given back when the booking is confirmed",
        "mixed",
        (Edit("model.booking", "Booking.claimed_promo", "and self.keeps_rooms", "and self.status in HOLDING"),),
    ),
    Bug(
        "a promo may be used by one guest as often as by all",
        "burst",
        (
            Edit("payments.quotes", "promo_discount", "context.promo.per_user_limit is not None", "False"),
            Edit("storage.transaction", "Writes._redeem_promo", "promo.per_user_limit is not None", "False"),
        ),
    ),
    Bug(
        "no cancellation gives anything back",
        "cancel",
        (Edit("pricing", "refund", ".refund_percent if", ".refund_percent * 0 if"),),
    ),
    Bug(
        "a refund is one paisa short",
        "cancel",
        (
            Edit(
                "pricing",
                "refund",
                "half_up(sum(paid) * percent, 100)",
                "half_up(sum(paid) * percent, 100) - (percent > 0)",
            ),
        ),
    ),
    Bug(
        "the nearest step of the policy counts, not the furthest",
        "cancel",
        (Edit("pricing", "refund", "max(open_steps", "min(open_steps"),),
    ),
    Bug(
        "a price is one paisa too high",
        "mixed",
        (Edit("pricing", "quote", "promo_discount + gst_amount", "promo_discount + gst_amount + 1"),),
    ),
    Bug(
        "a cancel of a confirmed booking does nothing, and says it did",
        "cancel",
        (Edit("payments.cancel", "cancel", "case Status.CANCELLED:", "case Status.CANCELLED | Status.CONFIRMED:"),),
    ),
    Bug(
        "finalize answers with other amounts than it took",
        "mixed",
        (Edit("payments.confirm", "finalize", "wallet_deducted=booking.wallet_paid", "wallet_deducted=0"),),
    ),
    Bug(
        "finalize takes a payment of another amount",
        "pay",
        (
            Edit(
                "payments.confirm",
                "_verified",
                "told != (booking.booking_id, agreed.gateway_payable, booking.currency)",
                "False",
            ),
        ),
    ),
    Bug(
        "a top-up is credited before its money is there",
        "pay",
        (Edit("payments.topup", "advance_topup", "payment.captured - payment.refunded < topup.amount", "False"),),
    ),
    Bug(
        "a credit is booked with each repeat",
        "mixed",
        (
            Edit("payments.wallet", "credit", "if made:", "if made and not key:"),
            Edit(
                "storage.store",
                "Store.credit",
                'put_action(self.table.name, record, "attribute_not_exists(pk)")',
                "put_action(self.table.name, record)",
            ),
        ),
    ),
    Bug(
        "the sweep comes four minutes late",
        "mixed",
        (Edit("bookings.expire", "_sweep_one", "> millis(now)", "> millis(now) - 240_000"),),
    ),
    Bug(
        "TTL is given in milliseconds",
        "mixed",
        (Edit("storage.items", "_ttl", "booking.expires_at_ms // 1000 +", "booking.expires_at_ms +"),),
    ),
    Bug(
        "a wallet's line is not written",
        "mixed",
        (Edit("logs", "record_entry", "logger.info(", "logger.debug("),),
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
