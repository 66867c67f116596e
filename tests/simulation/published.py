"""What guests see of a hotel is what an admin approved: PUB2, APR1 to APR3, LIST1, SUS1, at each commit.

The record of it is the simulation's own: what each admin read under which number and hash, and asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulation.drafts import DRAFT, PROPERTY, Drafts, content_in
from tests.simulation.invariants import BrokenPromise

if TYPE_CHECKING:
    from tests.simulation.dynamodb import Commit, StandIn
    from tests.simulation.guests import Reply
    from tests.simulation.scheduler import Scheduler

PUBLIC = PROPERTY, "PROPERTY"
ROOM_TYPES = ("deluxe", "suite")
ON_SALE = ("base_price", "discounted_price", "total_rooms", "max_guests")
CONTENT = ("name", "city", "description", "address", "amenities", "guest_required", "cancellation_policy")


class Published:
    def __init__(self, clock: Scheduler, table: StandIn, drafts: Drafts, *, watching: bool) -> None:
        self._clock = clock
        self._table, self._items = table, table.items
        self._drafts = drafts
        if watching:
            table.on_commit.append(self.check)
        self._read: dict[tuple[int, str], dict[str, Any]] = {}  # content, as an admin read it
        self.approvals: set[tuple[int, str]] = set()  # number and hash, as admins named them
        self.rejections: set[int] = set()
        self.unfinished = False  # whether an admin's suspension is to be sent again
        self._asked_live: set[bool] = set()  # what admins asked for: on sale or not
        self._off_sale = False  # whether an admin knows that nothing of the hotel is on sale
        self._changed = 0, ""  # when the public page was written last, and by whom

    def was_read(self, number: int, digest: str, content: dict[str, Any]) -> None:
        known = self._read.setdefault((number, digest), content)
        if known != content:
            raise BrokenPromise(f"SUB2 revision {number}: one hash, and read as {known} and as {content}")

    def switched_to(self, *, live: bool) -> None:
        self._asked_live.add(live)

    def check(self, changes: Commit) -> None:
        keys = {key for key, _, _ in changes}
        for (pk, sk), old, new in changes:
            if pk == PROPERTY and sk.startswith("REVISION#") and old and new and "decision" not in old:
                if "decision" in new:
                    self._decided(self._table.plain(new), changes)
            elif (pk, sk) == PUBLIC and new is not None:
                self._published(old and self._table.plain(old), self._table.plain(new), keys)
            elif sk.startswith("RATES#") and new and self._off_sale and new.get("live") != {"BOOL": False}:
                raise BrokenPromise(f"SUS1 {pk} {sk}: on sale again while the hotel is suspended")
        if any(pk.startswith(("PROPERTY#", "CITY#", "CATALOG", "REVIEW#susp")) for pk, _ in keys):
            self._listed()

    def _decided(self, revision: dict[str, Any], changes: Commit) -> None:
        """APR1: only what is as it was submitted is decided on. APR2: as an admin asked who had read it."""
        number, decision = revision["number"], revision["decision"]
        olds = [self._table.plain(old) for key, old, _ in changes if key == DRAFT and old]
        was = {name: olds[0].get(name) for name in ("state", "revision", "version")} if olds else {}
        wanted = {"state": "submitted", "revision": number, "version": self._drafts.submitted_at[number]}
        if was != wanted:
            raise BrokenPromise(f"APR1 revision {number}: {decision}, while the draft was {was} and not {wanted}")
        if decision == "rejected":
            if number not in self.rejections:
                raise BrokenPromise(f"APR2 revision {number}: rejected, and nobody asked for that")
            return
        read = [self._read.get(named) for named in self.approvals if named[0] == number]
        if not any(_same_content(seen, revision) for seen in read if seen):
            raise BrokenPromise(f"APR2 revision {number}: approved, and no admin who named its hash had read this")
        if PUBLIC not in {key for key, _, _ in changes}:
            raise BrokenPromise(f"APR2 revision {number}: approved, and not public with that")

    def _published(self, old: dict[str, Any] | None, new: dict[str, Any], keys: set[tuple[str, str]]) -> None:
        """APR3: an older revision is never put in the place of a newer one; PUB2: the page is what was approved."""
        process = self._clock.process()
        self._changed = self._clock.now_us, process.name if process else ""
        number, before = new["revision"], old["revision"] if old else 0
        if number < before or (number > before and (PROPERTY, f"REVISION#{number:04d}") not in keys):
            raise BrokenPromise(f"APR3 revision {number} is public instead of {before}")
        live, was_live = (of.get("live", True) if of else True for of in (new, old))
        if live is not was_live and live not in self._asked_live:
            raise BrokenPromise(f"SUS2 live became {live}, and no admin asked for that")
        if live:
            self._off_sale = False
        revision = self._table.plain(self._items[PROPERTY, f"REVISION#{number:04d}"])
        if content_in(new) != content_in(revision["content"]):
            raise BrokenPromise(f"PUB2 the public page is {content_in(new)}, and revision {number} is {revision}")

    def _listed(self) -> None:
        """LIST1: a live hotel is found once, in its city, as it is sold; another nowhere, and with a reason."""
        public = self._public()
        rooms = [of for of in self._rooms() if of.get("live", True)]
        listings = {key: self._table.plain(item) for key, item in self._items.items() if key[1].startswith("LISTING#")}
        pointers = {key[1] for key in self._items if key[0] == "CATALOG" and key[1].startswith("CITY#")}
        suspended = ("REVIEW#suspended", "lake-view") in self._items
        is_live = bool(public and public.get("live", True))
        city = public["city"].lower() if public else ""
        wanted = [(f"CITY#{city}", "LISTING#lake-view")] if is_live else []
        if list(listings) != wanted or pointers != {f"CITY#{of[5:]}#lake-view" for of, _ in wanted}:
            raise BrokenPromise(f"LIST1 live: {is_live}, in {city}; found by {sorted(listings)} and {sorted(pointers)}")
        if suspended != bool(public and not is_live):
            raise BrokenPromise(f"LIST1 live: {is_live}; among the suspended ones: {suspended}")
        for listing in listings.values():
            sold = [[of["room_type_id"], of["name"], *(of.get(name) for name in ON_SALE)] for of in rooms]
            pictures = public.get("pictures", []) if public else []
            first = pictures[0] if pictures else None
            if listing["rooms"] != sold or public is None or listing["name"] != public["name"]:
                raise BrokenPromise(f"LIST1 listed as {listing}, and sold as {sold}")
            if listing.get("picture") != first:
                raise BrokenPromise(f"PIC2 listed with {listing.get('picture')}, and the first picture is {first}")

    def not_in_line(self, operation: int, begun_us: int) -> Iterator[str]:
        """SELL1: an answer that all months are as decided is right, if nobody else has written the page meanwhile."""
        changed_us, by = self._changed
        public = self._public()
        if public is None or not (changed_us <= begun_us or by.startswith(f"{operation}.")):
            return
        self._off_sale = not public.get("live", True)
        yield from self.months_otherwise()

    def months_otherwise(self) -> Iterator[str]:
        """SELL1: every month of a public hotel is sold as its page and its room type say."""
        public = self._public()
        for room in self._rooms() if public else ():
            pk = f"ROOM#{room['room_type_id']}"
            for (of, sk), item in self._items.items():
                if of != pk or not sk.startswith("RATES#") or public is None:
                    continue
                rates = self._table.plain(item)
                live = public.get("live", True) and room.get("live", True)
                said = rates.get("live", True), rates["default_price"], rates.get("default_rooms"), rates["max_guests"]
                if said != (live, room["base_price"], room["total_rooms"], room["max_guests"]):
                    yield f"SELL1 {pk} {sk}: sold as {said}, live: {live}, by {room}"
                # What a suspended hotel's approval was cut off from writing, its resumption does.
                if live and content_in(rates)["cancellation_policy"] != content_in(public)["cancellation_policy"]:
                    yield f"SELL1 {pk} {sk}: another policy than that of revision {public['revision']}"

    def public_items(self) -> list[Any]:
        """All that guests are shown of the hotel, to be compared."""
        found = [self._items.get(PUBLIC), *(self._items[PROPERTY, f"ROOMTYPE#{of}"] for of in ROOM_TYPES)]
        return [*found, *(item for key, item in self._items.items() if key[1].startswith(("MONTH#", "RATES#")))]

    def shown_wrongly(self, reply: Reply, city: str) -> Iterator[str]:
        """PUB2: a page, or a search, has the live hotel as it is public, and no other one."""
        public = self._public()
        is_live = bool(public and public.get("live", True))
        if "properties" in reply.body:
            found = reply.body["properties"]
            if [of["name"] for of in found] != (
                [public["name"]] if public and is_live and public["city"] == city else []
            ):
                yield f"PUB2 found {found}, and the hotel is {public}"
        elif (reply.status == 200) is not is_live:
            yield f"PUB2 its page is answered {reply.status}, and the hotel is {public}"
        elif (
            is_live
            and public
            and (reply.body["name"], reply.body.get("description", ""))
            != (
                public["name"],
                public.get("description", ""),
            )
        ):
            yield f"PUB2 shown as {reply.body}, and the hotel is {public}"

    def _public(self) -> dict[str, Any] | None:
        item = self._items.get(PUBLIC)
        return self._table.plain(item) if item else None

    def _rooms(self) -> list[dict[str, Any]]:
        return [self._table.plain(self._items[PROPERTY, f"ROOMTYPE#{of}"]) for of in ROOM_TYPES]


def _same_content(seen: dict[str, Any], revision: dict[str, Any]) -> bool:
    """Whether what an admin read is what the revision holds."""
    rooms = {of: {name: said for name, said in words.items() if said} for of, words in seen["room_types"].items()}
    pictures = [[of["image_id"], of["alt"], of.get("room_type_id")] for of in seen["pictures"]]
    return (content_in(seen), rooms, pictures) == (
        content_in(revision["content"]),
        revision["rooms"],
        revision.get("pictures", []),
    )
