"""Bugs to plant in wallets, promos, prices and cancellation amounts."""

from tests.simulation.bug import Bug, Edit

MONEY_BUGS = (
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
        "a promo is not given back",
        "mixed",
        (
            Edit("storage.transaction", "Writes._promo_actions", "if before else []", "if before and new else []"),
            Edit("storage.transaction", "Writes.of_releases", "*self._release_promos(releases),", ""),
        ),
    ),
    Bug(
        "a promo's limit is only what was read",
        "burst",
        (Edit("storage.transaction", "Writes._redeem_promo", "claimed < usage_limit", "usage_limit >= :one"),),
    ),
    Bug(
        "a cancel gives the whole card payment back",
        "cancel",
        (Edit("payments.cancel", "_refund_tasks", "payment.refunded_by_us + amount)", "payment.amount)"),),
    ),
    Bug(
        "a cancel gives the whole wallet part back",
        "cancel",
        (
            Edit(
                "payments.cancel",
                "with_refund",
                "wallet_refunded=booking.wallet_refunded + back.wallet",
                "wallet_refunded=booking.wallet_paid",
            ),
        ),
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
        (Edit("refunds", "policy_shares", ".refund_percent if", ".refund_percent * 0 if"),),
    ),
    Bug(
        "a refund is one paisa short",
        "cancel",
        (
            Edit(
                "refunds",
                "policy_shares",
                "half_up(sum(paid) * percent, 100)",
                "half_up(sum(paid) * percent, 100) - (percent > 0)",
            ),
        ),
    ),
    Bug(
        "the nearest step of the policy counts, not the furthest",
        "cancel",
        (Edit("refunds", "policy_shares", "min(open_steps", "max(open_steps"),),
    ),
    Bug(
        "a price is one paisa too high",
        "mixed",
        (Edit("pricing", "quote", "else tax_amount)", "else tax_amount + 1)"),),
    ),
    Bug(
        "a cancel of a confirmed booking does nothing, and says it did",
        "cancel",
        (
            Edit(
                "payments.cancel",
                "cancel",
                "return _cancelled_by_guest(booking, now, wallet_currency)",
                "return booking",
            ),
        ),
    ),
    Bug(
        "a credit is booked with each repeat",
        "mixed",
        (
            Edit("payments.wallet", "credit", "if made:", "if made and not key:"),
            Edit(
                "storage.accounts",
                "AccountStore.credit",
                'put_action(self.table.name, record, "attribute_not_exists(pk)")',
                "put_action(self.table.name, record)",
            ),
        ),
    ),
    Bug(
        "a wallet's line is not written",
        "mixed",
        (Edit("logs", "record_entry", "logger.info(", "logger.debug("),),
    ),
)
