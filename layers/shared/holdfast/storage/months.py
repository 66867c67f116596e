"""Reading whole months, whether they have stripes or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.storage.items import months_of, page_key, rates_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from holdfast.storage.items import Item, Key

MOST_LOOKS = 5  # at months whose stripes an owner's change came between


def read_months(
    get: Callable[[Sequence[Key]], dict[Key, Item]], wanted: Sequence[tuple[str, str]], others: Sequence[Key] = ()
) -> dict[Key, Item]:
    """The pages and rates of these room types and months, and `others`; those with stripes in a second read.

    Only their rates say how many there are, so one that has them is read again, whole. It may be torn in the end.
    """
    found = get([*others, *(key(*one) for one in wanted for key in (page_key, rates_key))])
    for _ in range(MOST_LOOKS):
        with_stripes = [one for one in wanted if found.get(rates_key(*one), {}).get("stripes", 1) > 1]
        months = months_of(found, with_stripes)
        partly = {one: of.rates for one, of in months.items() if of.is_torn or not of.has_all_stripes}
        if not partly:
            break
        pages = [page_key(*one, stripe) for one, rates in partly.items() for stripe in range(rates.stripes)]
        found |= get([*(rates_key(*one) for one in partly), *pages])
    return found
