"""The most of each thing that a request or a user may have, most of them from DESIGN sections 3 and 4."""

from __future__ import annotations

MAX_NIGHTS = 30
MAX_ROOMS = 9
MAX_GUESTS = 99
MAX_MONTHS_AHEAD = 18
MAX_LIVE_HOLDS = 5  # per user
MAX_ROOMS_HELD = 9  # per user, over all live holds
MAX_ABANDONED_ROOMS = (
    50  # rooms of holds that a user lets go or lets expire, before waiting out ABANDONED_ROOM_DECAY_MS for one
)
ABANDONED_ROOM_DECAY_MS = 1_800_000  # half an hour, long beside a hold's ten minutes: a loop gains on it
MAX_PROMO_ATTEMPTS = (
    20  # promo codes that do not apply, per user, before waiting out PROMO_ATTEMPT_DECAY_MS for each more
)
PROMO_ATTEMPT_DECAY_MS = 60_000
MAX_PENDING_TOPUPS = 5  # per user: each is an order at a gateway, and work for settle
MAX_PAYMENT_STARTS = 20  # per booking: each leaves a history line, and an item is at most 400 KB
MAX_AMOUNT = 10**12  # minor units: ten thousand million rupees, far below DynamoDB's 38 digits
