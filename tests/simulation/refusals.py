"""What a guest is refused although it is allowed: CAP3 and PROMO1. Nothing may have changed while it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.guests import Reply
    from tests.simulation.world import World

_HELD = frozenset({"reserved", "payment_pending"})
_OF_A_PROMO = frozenset({"promo_exhausted", "promo_invalid"})


def own_promo(world: World, booking_id: str) -> str | None:
    """The promo code that the hold has claimed."""
    item = world.table.items.get((f"BOOKING#{booking_id}", "BOOKING"), {})
    if "quote" not in item or item["status"]["S"] not in _HELD:
        return None
    code: str | None = item["quote"]["M"].get("promo_code", {}).get("S")
    return code


def check_promo(world: World, booking_id: str, asked: str | None, before: str | None, reply: Reply | None) -> None:
    """PROMO1: a hold keeps the promo that it has claimed, however often its payment is started."""
    if reply and reply.code in _OF_A_PROMO and asked == before == own_promo(world, booking_id):
        world.broken.append(f"PROMO1 {booking_id}: refused its own {asked}: {reply.code}")


def check_cap(world: World, user: str, rooms: int, before: tuple[object, int], reply: Reply | None) -> None:
    """CAP3: nobody is refused for too many holds who has few."""
    after = world.invariants.holdings.allowance(user, world.invariants.now_ms)
    if reply and reply.code == "too_many_holds" and before == after and rooms <= after[1]:
        world.broken.append(f"CAP3 {user}: answered too many holds, with {after[1]} rooms more allowed")
