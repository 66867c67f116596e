"""The rare paths that the runs must have gone through: a run of thousands of seeds that misses one proves less."""

from __future__ import annotations

from collections import Counter

PATHS = (
    # how calls end
    "killed by crash",
    "killed by timeout",
    "keys unprocessed",
    "transactions conflict",
    "token repeated",
    "a conflict retried and won",
    "own earlier commit read back",
    "a stale index row",
    "a gateway's key repeated",
    "a failure kept with its key",
    "answered 503 busy",
    "outcome unknown to the guest",
    # holds
    "a key replayed",
    "answered 409 sold_out",
    "a hold revived",
    "a revival repeated",
    "answered 409 not_revivable",
    "answered 429 too_many_holds",
    "answered 409 restricted",
    "an alternative held",
    "an owner's change while a guest reserves",
    "an owner came after another",
    "an owner's calendar changed",
    "an owner's change undone",
    "a change tried dry",
    "answered 409 below_sold",
    "values set in bulk",
    "a change in bulk undone",
    "rooms blocked",
    "a block released",
    "HOLD_RECLAIMED",
    "BOOKING_EXPIRED",
    "deleted by TTL",
    "a stream batch delivered again",
    "a poisoned item met",
    # paying
    "finalized wallet_only",
    "finalized wallet_partial",
    "finalized gateway_only",
    "finalized admin",
    "PAYMENT_LATE_RESCUED",
    "answered 402 payment_declined",
    "answered 409 already_paid",
    "answered 409 insufficient_wallet",
    "answered 409 price_changed",
    "answered 409 promo_exhausted",
    "answered 409 not_payable",
    "answered 410 hold_expired",
    "a webhook sent again",
    "webhook confirmed",
    "settle confirmed",
    "an older order paid",
    "a top-up credited",
    # at the desk
    "BOOKING_CHECKED_IN",
    "BOOKING_CHECKED_OUT",
    "BOOKING_NO_SHOW",
    "cancel at the desk",
    "answered 409 stay_conflict",
    "answered 409 not_cancellable",
    # giving back
    "PAYMENT_VOIDED",
    "PAYMENT_REFUNDED",
    "SETTLE_FAILED",
    "settle carried out a due",
    "an authorisation lapsed",
    "a refund failed later",
    "a gateway acted by itself",
    "a duplicate given back",
    "paid too little",
    "another's payment shown",
)


def missing(coverage: Counter[str]) -> list[str]:
    return [path for path in PATHS if not coverage[path]]
