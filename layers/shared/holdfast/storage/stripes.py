"""More stripes for a month, while selling goes on.

New stripes begin without rooms, in one transaction with the rates that say how many there are: no page that sells is
written. Then free rooms move, from one stripe to others in one transaction. What holds of each stripe and of their sum
holds after each of these, so a run that dies between two leaves nothing to repair.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from holdfast.model.stripes import level
from holdfast.storage.catalog import Action, CatalogStore, stripes_as_read
from holdfast.storage.items import page_item, page_key, rates_key
from holdfast.storage.marshal import check_action, put_action, update_action
from holdfast.storage.page_writes import move_rooms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.model.inventory import InventoryMonth
    from holdfast.model.rates import MonthOnSale


class StripeStore(CatalogStore):
    def add_stripes(self, month: MonthOnSale, count: int, others: Mapping[str, int]) -> bool:
        """Gives the month `count` stripes in all; False, and nothing changed, when it is not as it was read.

        Nor when one of the room type's `others`, open or not, has not as many as it had then: two at once, each for
        another month, would go past the most that all may have.
        """
        page, rates = month
        none = dict.fromkeys(page.on_sale, 0)
        empty = msgspec.structs.replace(page.stripes[0], on_sale=none, free=none, revision=rates.revision)
        new = [msgspec.structs.replace(empty, stripe=stripe) for stripe in range(rates.stripes, count)]
        unchanged, values = stripes_as_read(rates.stripes)
        says = update_action(
            self.table.name,
            rates_key(rates.room_type_id, rates.month),
            "SET stripes = :count",
            f"revision = :read AND {unchanged}",
            {":count": count, ":read": rates.revision} | values,
        )
        puts = [put_action(self.table.name, page_item(stripe), "attribute_not_exists(pk)") for stripe in new]
        checks = [
            check_action(self.table.name, rates_key(rates.room_type_id, other), *stripes_as_read(of))
            for other, of in others.items()
        ]
        return self.table.try_transact([says, *puts, *checks])

    def level_stripes(self, page: InventoryMonth) -> bool:
        """Moves free rooms until all stripes have alike, as they were read; False when some had fewer by then."""
        needs = level(page)
        done = True
        for giver, gives in zip(page.stripes, needs, strict=True):
            moves = _moves(gives, needs)
            if moves:
                given = Counter[int]()
                for move in moves.values():
                    given.subtract(move)
                actions = [self._move(giver, given)]
                actions += [self._move(page.stripes[place], taken) for place, taken in moves.items()]
                done = self.table.try_transact(actions) and done
        return done

    def _move(self, stripe: InventoryMonth, more: Mapping[int, int]) -> Action:
        """So many free rooms more on these days, or fewer, if it has so many; those that are taken stay there."""
        sets, enough, values, names = move_rooms(more)
        key = page_key(stripe.room_type_id, stripe.month, stripe.stripe)
        condition = " AND ".join(["attribute_exists(pk)", *enough])
        return update_action(self.table.name, key, f"SET {', '.join(sets)}", condition, values, names)


def _moves(gives: Mapping[int, int], needs: list[dict[int, int]]) -> dict[int, dict[int, int]]:
    """What of one stripe's free rooms goes to which others, by their places; takes it off their `needs`."""
    moves: dict[int, dict[int, int]] = {}
    for day, more in gives.items():
        left = -more
        for place, need in enumerate(needs):
            count = min(left, need.get(day, 0))
            if count > 0:
                moves.setdefault(place, {})[day] = count
                need[day] -= count
                left -= count
    return moves
