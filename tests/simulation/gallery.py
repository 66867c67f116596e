"""Follows pictures, commit by commit, and their files: PIC1 to PIC4. Which files a picture has is stated here again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.simulation.bucket import FilesInMemory
from tests.simulation.drafts import PROPERTY
from tests.simulation.dynamodb import Commit, StandIn
from tests.simulation.expressions import Item
from tests.simulation.invariants import SKEW_SECONDS, BrokenPromise
from tests.simulation.plan import Registered

LONGEST_RUN_MS = 60_000  # of the function that makes pictures
MOVES = {("waiting", "waiting"), ("waiting", "ready"), ("waiting", "refused")}
MOVES |= {(state, "gone") for state in ("waiting", "ready", "refused", "gone")}
MOVES |= {(state, state) for state in ("ready", "refused")}


class GallerySeen:
    def __init__(self, table: StandIn, stored: FilesInMemory, hotel: Registered | None) -> None:
        self._table, self._items = table, table.items
        self._files = stored.files
        if hotel:
            table.on_commit.append(self.check)
            stored.on_delete.append(self._deleted)
        first = enumerate(hotel.pictures if hotel else ())
        self.known = {
            f"first {n}": picture.image_id for n, picture in first
        }  # the id that each key of an owner was answered with
        self.to_delete: set[str] = set()  # the keys of deletions whose outcome is unknown

    def check(self, changes: Commit) -> None:
        seen = False
        for (pk, sk), old, new in changes:
            if pk == PROPERTY and sk.startswith("IMAGE#"):
                self._moved(sk.removeprefix("IMAGE#"), old, new)
            seen = seen or (pk == PROPERTY and sk.startswith(("IMAGE#", "PROPERTY", "ROOMTYPE#", "DRAFT")))
        if seen:
            self._shown()

    def _moved(self, image_id: str, old: Item | None, new: Item | None) -> None:
        """PIC1: a picture is made once, of one file; only what nobody confirmed is cleaned up."""
        was = old["state"]["S"] if old else "waiting"
        if new is None:
            if was == "ready":
                raise BrokenPromise(f"PIC1 {image_id}: cleaned up, and it was ready")
            return
        state, fixed = new["state"]["S"], ("sizes", "reason", "upload_tag", "claimed_at_ms", "created_at_ms")
        moved = {name for name in fixed if old and old.get(name) != new.get(name)}
        if (was, state) not in MOVES or (moved and was != "waiting"):
            raise BrokenPromise(f"PIC1 {image_id}: {sorted(moved)} changed, from {was} to {state}")
        if "ttl" in new and state == "ready":
            raise BrokenPromise(f"PIC1 {image_id}: is ready, and will be cleaned up")
        if old and "upload_tag" in moved and "upload_tag" in old and not _died(old, new):
            raise BrokenPromise(f"PIC1 {image_id}: is made of another upload than before")

    def _shown(self) -> None:
        """PIC2: guests see the pictures that were approved, in order, but for those deleted since. PIC3: whole."""
        public = self._plain("PROPERTY")
        if public is None:
            return
        revision = self._plain(f"REVISION#{public['revision']:04d}")
        states = {sk.removeprefix("IMAGE#"): of for (pk, sk), of in self._items.items() if sk.startswith("IMAGE#")}
        left = [of for of in (revision or {}).get("pictures", []) if self._is_ready(states.get(of[0]))]
        for room, shown in self._pictures(public):
            wanted = [[of[0], of[1]] for of in left if room in {None, of[2]}]
            if [[picture[0], picture[1]] for picture in shown] != wanted:
                raise BrokenPromise(
                    f"PIC2 {room or 'the hotel'} shows {shown}, and {wanted} were approved and are left"
                )
            for image_id, _, sizes in shown:
                lost = self.files_of(image_id, sizes) - self._files.keys()
                if lost or not sizes:
                    raise BrokenPromise(f"PIC3 {image_id}: shown, and {sorted(lost)} of {sizes} is not in the bucket")

    def _pictures(self, public: dict[str, Any]) -> list[tuple[str | None, list[Any]]]:
        found: list[tuple[str | None, list[Any]]] = [(None, public.get("pictures", []))]
        for (pk, sk), item in self._items.items():
            if pk == PROPERTY and sk.startswith("ROOMTYPE#") and item.get("live") != {"BOOL": False}:
                found.append((sk.removeprefix("ROOMTYPE#"), self._table.plain(item).get("pictures", [])))
        return found

    def _deleted(self, keys: Iterable[str]) -> None:
        """PIC3: no file of a picture that is ready is deleted."""
        for (pk, sk), item in self._items.items():
            if pk == PROPERTY and sk.startswith("IMAGE#") and self._is_ready(item):
                lost = self.files_of(sk.removeprefix("IMAGE#"), self._table.plain(item).get("sizes", [])) & {*keys}
                if lost:
                    raise BrokenPromise(f"PIC3 {sk}: is ready, and {sorted(lost)} was deleted")

    @staticmethod
    def _is_ready(item: Item | None) -> bool:
        return item is not None and item["state"] == {"S": "ready"}

    @staticmethod
    def files_of(image_id: str, sizes: list[Any]) -> set[str]:
        return {f"images/lake-view/{image_id}/{width}.{ending}" for width, _ in sizes for ending in ("avif", "jpg")}

    def _plain(self, sk: str) -> dict[str, Any] | None:
        item = self._items.get((PROPERTY, sk))
        return self._table.plain(item) if item else None


def _died(old: Item, new: Item) -> bool:
    """Whether whoever made the picture of the upload before must be dead by now, as far as clocks agree."""
    since_ms = int(new["claimed_at_ms"]["N"]) - int(old["claimed_at_ms"]["N"])
    return since_ms >= LONGEST_RUN_MS + 2 * 1_000 * SKEW_SECONDS
