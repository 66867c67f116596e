"""The limits of what a request may ask for, of what a user or a booking may have, and of how long it is kept."""

from __future__ import annotations

MAX_NIGHTS = 30
MAX_NIGHTS_ON_BOARD = 31
MAX_ROOMS = 9
MAX_GUESTS = 99
MAX_CHILD_AGE = 17
MAX_PLANS = 6  # of one room type
MAX_ROOM_TYPES = 20  # of one property
MAX_ROOMS_IN_TYPE = 2_000
MAX_PROPERTIES = 50  # of one owner
MAX_PICTURES = 20  # of one property
MAX_PICTURES_OF_ROOM_TYPE = 8
MAX_PICTURE_BYTES = 10 * 1024 * 1024  # of an upload
MAX_PRICE = 100_000_000  # minor units, that an owner may ask for a night
MAX_MONTHS_AHEAD = 18
MONTHS_OPEN = 1 + MAX_MONTHS_AHEAD + 1  # this one, those of a check-in, and one that the last stay reaches into
MAX_LIVE_HOLDS = 5  # per user
MAX_ROOMS_HELD = 9  # per user, over all live holds
MAX_ABANDONED_ROOMS = 50  # per user, of holds cancelled or expired; at the limit, the user waits until one decays
ABANDONED_ROOM_DECAY_MS = 1_800_000  # half an hour; a hold ends after ten minutes, so a loop of holds outruns the decay
MAX_PROMO_ATTEMPTS = 20  # per user, of codes that do not apply; at the limit, the user waits until one decays
PROMO_ATTEMPT_DECAY_MS = 60_000
MAX_GATEWAY_READS = 6  # per user, of requests that ask a gateway again or in vain; then the user waits until one decays
GATEWAY_READ_DECAY_MS = 15_000
MORE_GATEWAY_READS_TO_MOVE_ON = 3  # for requests that start the first payment of a live hold, or confirm it
MAX_PENDING_TOPUPS = 5  # per user: each is an order at a gateway, and work for settle
MAX_ORDERS = 20  # opened at gateways for one booking
MAX_PAYMENT_STARTS = 200  # per booking: each leaves a history line, and an item is at most 400 KB
MAX_HISTORY_OF_SETTLES = 250  # lines of a booking's history, above which an admin's settle adds none
TTL_GRACE_SECONDS = 3600  # DynamoDB deletes a hold that nothing has released an hour after its deadline
RETENTION_DAYS = 400  # how long an ended booking stays, so that a replayed Idempotency-Key still finds it
EXPIRED_HOLD_DAYS = 7  # the same for a hold that ran out with no order at a gateway: no money can come for it any more
MAX_AMOUNT = 10**12  # minor units: ten thousand million rupees, far below DynamoDB's 38 digits
