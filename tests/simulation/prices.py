"""Hotels change the prices of their nights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.pages import stripes_of
from tests.simulation.scheduler import MILLISECOND

if TYPE_CHECKING:
    from tests.simulation.world import World


def change_prices(world: World, room_type: str, price: int) -> None:
    """The hotel puts a new price on every night, as its extranet would: one transaction for each month."""
    world.prices.append((world.clock.now_us, room_type, price))
    for page in [key for key in sorted(world.table.items) if key[0] == f"ROOM#{room_type}" and "MONTH#" in key[1]]:
        rates = page[0], page[1].replace("MONTH#", "RATES#")
        while any(map(world.table.is_locked, (rates, *stripes_of(world.table.items, room_type, page[1][-7:])))):
            world.clock.sleep(MILLISECOND)
        pages = stripes_of(world.table.items, room_type, page[1][-7:])
        prices = {day: {"N": str(price)} for day in world.table.items[page]["free"]["M"]}
        revision = {"revision": {"N": str(int(world.table.items[page]["revision"]["N"]) + 1)}}
        after = world.table.items[rates] | revision | {"price": {"M": prices}}
        world.table.change({of: world.table.items[of] | revision for of in pages} | {rates: after})
