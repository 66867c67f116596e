"""The bugs that are planted, each with the profile of days that shows it and the texts that it changes."""

from tests.simulation.bugs_at_the_desk import DESK_BUGS
from tests.simulation.bugs_in_batches import BATCH_BUGS
from tests.simulation.bugs_in_corners import CORNER_BUGS
from tests.simulation.bugs_in_holds import HOLD_BUGS
from tests.simulation.bugs_in_money import MONEY_BUGS
from tests.simulation.bugs_in_payments import PAYMENT_BUGS
from tests.simulation.bugs_in_rates import RATE_BUGS
from tests.simulation.bugs_in_revivals import REVIVAL_BUGS
from tests.simulation.bugs_in_stripes import STRIPE_BUGS
from tests.simulation.bugs_in_units import UNIT_BUGS
from tests.simulation.bugs_of_owners import OWNER_BUGS
from tests.simulation.bugs_of_reviews import PICTURE_BUGS, REVIEW_BUGS, ROOM_BUGS
from tests.simulation.bugs_outside import OUTSIDE_BUGS

BUGS = (
    *HOLD_BUGS,
    *BATCH_BUGS,
    *STRIPE_BUGS,
    *PAYMENT_BUGS,
    *MONEY_BUGS,
    *DESK_BUGS,
    *UNIT_BUGS,
    *RATE_BUGS,
    *OUTSIDE_BUGS,
    *CORNER_BUGS,
    *REVIVAL_BUGS,
    *OWNER_BUGS,
    *REVIEW_BUGS,
    *ROOM_BUGS,
    *PICTURE_BUGS,
)
