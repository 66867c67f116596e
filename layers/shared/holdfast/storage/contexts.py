"""What one decision about a booking is made from, read in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from holdfast.model.rates import MonthOnSale
from holdfast.model.stripes import stripes_to_read
from holdfast.storage.base import TableStore, WriteConflict
from holdfast.storage.items import (
    Item,
    Key,
    account_key,
    account_of,
    booking_key,
    booking_of,
    guest_key,
    months_of,
    page_key,
    promo_key,
    promo_of,
    rates_key,
    redemption_key,
    redemption_of,
)
from holdfast.storage.months import MOST_LOOKS
from holdfast.storage.transaction import BookingContext


class ContextStore(TableStore):
    def booking_context(
        self,
        booking_id: str,
        user_id: str,
        *,
        room_type_id: str = "",
        months: Sequence[str] = (),
        promo_code: str | None = None,
        guest: bool = False,
        turn: int | None = None,
    ) -> BookingContext:
        """All that is named, in one round trip; `guest` looks whether the guest's details are stored.

        Of a month with stripes it reads the two of that `turn`, or all. How many there are it remembers from the last
        time; where that is wrong, as a first time may be, it reads again, unless what it has read will do.

        Raises WriteConflict when an owner's change came between a page and its rates: a batch is no snapshot.
        """
        keys = [booking_key(booking_id), account_key(user_id)]
        if promo_code:
            keys += [promo_key(promo_code), redemption_key(promo_code, user_id)]
        if guest:
            keys.append(guest_key(booking_id))
        wanted = [(room_type_id, month) for month in months]
        found: dict[Key, Item] = {}
        for _ in range(MOST_LOOKS):
            known = {one: self._stripes.get(one, 1) for one in wanted}
            read = {one: range(of) if turn is None else stripes_to_read(turn, of) for one, of in known.items()}
            rooms = [[*(page_key(*one, stripe) for stripe in of), rates_key(*one)] for one, of in read.items()]
            found = self.table.get([*keys, *(key for month in rooms for key in month)])
            counts = [self._count_stripes(one, found) for one in wanted]
            if all(
                now == of or (now > of and turn is not None) for now, of in zip(counts, known.values(), strict=True)
            ):
                break
        booking = found.get(booking_key(booking_id))
        on_sale = months_of(found, wanted)
        has_all_stripes = all(one.has_all_stripes for one in on_sale.values())
        if turn is None and not has_all_stripes:
            raise WriteConflict(["page"], None)
        _refuse_torn(found, on_sale)
        return BookingContext(
            booking=booking_of(booking) if booking else None,
            account=account_of(user_id, found.get(account_key(user_id))),
            pages={month: one.page for (_, month), one in on_sale.items()},
            rates={month: one.rates for (_, month), one in on_sale.items()},
            has_all_stripes=has_all_stripes,
            promo=promo_of(found.get(promo_key(promo_code))) if promo_code else None,
            redemption=redemption_of(promo_code, user_id, found.get(redemption_key(promo_code, user_id)))
            if promo_code
            else None,
            has_guest=guest_key(booking_id) in found,
        )

    def _count_stripes(self, one: tuple[str, str], found: Mapping[Key, Item]) -> int:
        """How many stripes the month has by its rates, which it remembers."""
        count: int = found.get(rates_key(*one), {}).get("stripes", 1)
        if count > 1:
            self._stripes[one] = count
        else:
            self._stripes.pop(one, None)
        return count


def _refuse_torn(found: Mapping[Key, Item], on_sale: Mapping[tuple[str, str], MonthOnSale]) -> None:
    """Raises WriteConflict for what an owner's change under way looks like: a batch read is no snapshot.

    A page without its rates, or of another revision; or months that are sold in other money, in another zone.
    """
    months = {sk for _, sk in found if sk.startswith("MONTH#")}
    terms = {(month.rates.currency, month.rates.timezone, month.rates.taxes) for month in on_sale.values()}
    torn = any(month.is_torn for month in on_sale.values())
    if torn or len(months) > len(on_sale) or len(terms) > 1:
        raise WriteConflict(["page"], None)
