"""Promos and their redemptions, on every DynamoDB."""

from typing import Any

import pytest

from holdfast.model.booking import (
    Status,
)
from holdfast.model.promo import Promo, PromoKind
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW
from tests.kit.guests import DEADLINE
from tests.store.contract.bookings import (
    DISCOUNT,
    claim_by_payment,
    confirmed,
    context_of,
    expired,
    lost,
    pending,
    reserved,
)

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.mark.usefixtures("promo")
def test_a_redemption_counts_once_for_promo_user_and_booking(store: Store) -> None:
    booking = claim_by_payment(store, reserved(store))
    context = context_of(store, booking, "DIWALI")
    assert context.promo is not None
    assert context.promo.claimed == 1
    assert context.redemption is not None
    assert context.redemption.bookings == {booking.booking_id: booking.check_out.toordinal()}
    confirmed_with_it = store.commit(booking, confirmed(booking, promo_code="DIWALI"), now=NOW, context=context)
    assert confirmed_with_it.claimed_promo == "DIWALI"
    assert broken_in(store, NOW) == []


@pytest.mark.usefixtures("promo")
def test_a_promo_that_is_used_up_refuses(store: Store) -> None:
    for user_id in ("alice", "bob"):
        claim_by_payment(store, reserved(store, user_id))
    booking = reserved(store, "carol")
    after, context = pending(booking, "DIWALI"), context_of(store, booking, "DIWALI")
    assert lost(store, booking, after, context=context).kinds == {"promo"}


@pytest.mark.usefixtures("promo")
def test_a_user_who_used_the_promo_as_often_as_allowed_is_refused(store: Store) -> None:
    claim_by_payment(store, reserved(store, key="one"))
    booking = reserved(store, key="two")
    after, context = pending(booking, "DIWALI"), context_of(store, booking, "DIWALI")
    assert lost(store, booking, after, context=context).kinds == {"promo"}


@pytest.mark.usefixtures("promo")
def test_two_first_redemptions_of_one_user_do_not_overwrite_each_other(store: Store) -> None:
    one, two = reserved(store, key="one"), reserved(store, key="two")
    read = context_of(store, two, "DIWALI")
    claim_by_payment(store, one)
    assert lost(store, two, pending(two, "DIWALI"), context=read).kinds == {"promo"}


@pytest.mark.usefixtures("promo")
@pytest.mark.parametrize("end", [expired, lambda hold: hold.transitioned(Status.CANCELLED, NOW, "guest")])
def test_a_hold_that_ends_returns_its_redemption(store: Store, end: Any) -> None:
    booking = claim_by_payment(store, reserved(store))
    after = end(booking)
    store.commit(booking, after, now=DEADLINE if after.status is Status.EXPIRED else NOW)
    context = context_of(store, booking, "DIWALI")
    assert context.promo is not None
    assert context.redemption is not None
    assert (context.promo.claimed, context.redemption.bookings) == (0, {})
    other = reserved(store, key="another", at=DEADLINE)
    claimed = store.commit(other, pending(other, "DIWALI"), now=DEADLINE, context=context_of(store, other, "DIWALI"))
    assert claimed.claimed_promo == "DIWALI"
    assert broken_in(store, DEADLINE) == []


@pytest.mark.usefixtures("promo")
def test_another_promo_takes_the_place_of_the_first_in_one_write(store: Store, catalog: CatalogStore) -> None:
    assert catalog.add_promo(Promo(code="HOLI", kind=PromoKind.FLAT, amount=DISCOUNT))
    booking = claim_by_payment(store, reserved(store))
    after = claim_by_payment(store, booking, "HOLI")
    assert after.claimed_promo == "HOLI"
    claimed = {
        code: store.table.get([(f"PROMO#{code}", "PROMO")])[f"PROMO#{code}", "PROMO"]["claimed"]
        for code in ("DIWALI", "HOLI")
    }
    assert claimed == {"DIWALI": 0, "HOLI": 1}
    store.commit(after, pending(after), now=NOW, context=context_of(store, after))
    assert broken_in(store, NOW) == []
