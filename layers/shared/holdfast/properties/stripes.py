"""Give months of a room type more stripes, so that more guests can hold rooms of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields, NotFound
from holdfast.logs import logger
from holdfast.model.stripes import MOST_STRIPES
from holdfast.properties.opening import bring_in_line, open_range
from holdfast.properties.provisional import as_sold
from holdfast.storage.base import WriteConflict
from holdfast.storage.stripes import StripeStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.engine import Engine

ROUNDS = 5  # of moving rooms, while those that are sold meanwhile stand in the way


def set_stripes(room_type_id: str, months: Sequence[str], count: int, *, engine: Engine) -> dict[str, int]:
    """How many stripes each open month of the room type has, after these were given `count`, with rooms alike.

    May run at any time and twice at once; a repeat with the same count spreads the rooms anew. Raises NotFound,
    InvalidFields when a month has more already (rooms that are taken return to their stripe, so none can go) or when
    there would be too many, Busy.
    """
    store = StripeStore(engine.store.table)
    rates = engine.store.any_rates(room_type_id)
    found = store.sold_room_type(rates.property_id, room_type_id) if rates else None
    if found is None:
        raise NotFound(f"There is no room type {room_type_id} with months on sale.")
    property_, room_type = found
    if not 1 <= count <= MOST_STRIPES:
        raise InvalidFields(("stripes", f"must be from 1 to {MOST_STRIPES}"))
    bring_in_line(room_type, engine=engine, opens=False)  # a page may have its rates in it, as those of before have
    on_sale = open_range(as_sold(property_), engine)

    def attempt() -> dict[str, int]:
        known = {month: of for (_, month), of in store.months([room_type_id], on_sale).items()}
        counts = {month: of.rates.stripes for month, of in known.items()}
        _refuse(counts, on_sale, months, count)
        for month in months:
            others = {other: counts.get(other, 1) for other in on_sale if other != month}
            if counts[month] < count and not store.add_stripes(known[month], count, others):
                raise WriteConflict(["month"], None)
            counts[month] = count
        return counts

    counts = engine.store.retry_on_conflict(attempt)
    for month in months:
        for _ in range(ROUNDS):
            page = store.months([room_type_id], [month])[room_type_id, month].page
            if store.level_stripes(page):
                break
    logger.info("stripes set", extra={"room_type_id": room_type_id, "months": list(months), "stripes": count})
    return counts


def _refuse(counts: dict[str, int], on_sale: Sequence[str], months: Sequence[str], count: int) -> None:
    for month in months:
        if month not in counts:
            raise InvalidFields(("months", f"{month} is not open"))
        if counts[month] > count:
            raise InvalidFields(("stripes", f"{month} has {counts[month]}; there can only be more, not fewer"))
    one_each = dict.fromkeys(on_sale, 1)  # as many as a month has that the daily job is yet to open
    total = sum((one_each | counts | dict.fromkeys(months, count)).values())
    if total > MOST_STRIPES:
        most = f"the {len(on_sale)} months on sale have at most {MOST_STRIPES} together; these would be {total}"
        raise InvalidFields(("stripes", most))
