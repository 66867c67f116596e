"""Follows the owner's draft and its revisions, commit by commit: DRA1, SUB1, SUB2, QUE1.

Reads the wire form. What a change, a submission and a decision may do is stated here again.
"""

from __future__ import annotations

from typing import Any

from tests.simulation.dynamodb import Commit, StandIn
from tests.simulation.expressions import Item
from tests.simulation.invariants import BrokenPromise

PROPERTY = "PROPERTY#lake-view"
DRAFT = PROPERTY, "DRAFT"
WORKED_ON = ("content", "room_types", "image_order", "image_rooms")
DECIDED = frozenset({"decision", "decided_at_ms", "decided_by", "reason"})


class Drafts:
    def __init__(self, table: StandIn, *, watching: bool) -> None:
        self._table, self._items = table, table.items
        if watching:
            table.on_commit.append(self.check)
        self._asked: list[tuple[int | None, dict[str, Any]]] = []  # changes, with the version that each rests on
        self.submitted_at: dict[int, int] = {1: 1}  # the draft's version, by the revision that was made of it

    def ask(self, version: int | None, fields: dict[str, Any]) -> None:
        self._asked.append((version, fields))

    def check(self, changes: Commit) -> None:
        for (pk, sk), old, new in changes:
            if pk != PROPERTY or new is None:
                continue
            if sk == "DRAFT" and old is not None:
                self._drafted(self._table.plain(old), self._table.plain(new))
            elif sk.startswith("REVISION#") and old is None:
                self._submitted(self._table.plain(new), changes)
            elif sk.startswith("REVISION#") and old is not None:
                _decided(old, new)
        if any(key == DRAFT or key[0] == "REVIEW" for key, _, _ in changes):
            self._queued()

    def _drafted(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """DRA1: each change moves the draft to its next version; the content becomes what its owner asked for."""
        moved = any(old.get(name) != new.get(name) for name in WORKED_ON)
        grown = new["version"] - old["version"]
        if grown not in {0, 1} or (moved and not grown):
            raise BrokenPromise(f"DRA1 version {new['version']} after {old['version']}, changed: {moved}")
        wanted = "live" if old.get("state") == "live" else "draft"
        if grown and new.get("state", "draft") != wanted:
            raise BrokenPromise(f"DRA1 version {new['version']}: {old.get('state')} became {new.get('state')}")
        before, after = content_in(old["content"]), content_in(new["content"])
        if before != after and not any(
            version in {None, old["version"]} and before | content_in(fields, whole=False) == after
            for version, fields in self._asked
        ):
            raise BrokenPromise(f"DRA1 version {new['version']}: {after} after {before}, which no owner asked for")

    def _submitted(self, revision: dict[str, Any], changes: Commit) -> None:
        """SUB1: a revision is the draft as it is, all of it, under the next number."""
        number = revision["number"]
        drafts = [(old, new) for key, old, new in changes if key == DRAFT]
        if len(drafts) != 1 or drafts[0][0] is None or drafts[0][1] is None:
            raise BrokenPromise(f"SUB1 revision {number}: submitted without its draft")
        old, draft = self._table.plain(drafts[0][0]), self._table.plain(drafts[0][1])
        if number != old.get("revision", 0) + 1 or (draft["state"], draft["revision"]) != ("submitted", number):
            raise BrokenPromise(f"SUB1 revision {number}: after {old.get('revision')}, and the draft is {draft}")
        rooms = {of: self._latest(of) for of in draft["room_types"]}
        order, shown = draft.get("image_order", []), [picture[0] for picture in revision.get("pictures", [])]
        ready = all(self._item(f"IMAGE#{of}")["state"] == "ready" for of in shown)
        fits = ready and shown == [of for of in order if of in shown]
        if content_in(revision["content"]) != content_in(draft["content"]) or revision["rooms"] != rooms or not fits:
            raise BrokenPromise(f"SUB1 revision {number}: {revision}, and the draft is {draft}, {rooms}")
        self.submitted_at[number] = draft["version"]

    def _queued(self) -> None:
        """QUE1: what waits for an admin has its one line in their queue, and no two lines are of one hotel."""
        draft = self._item("DRAFT")
        lines = [self._table.plain(item) for (pk, _), item in self._items.items() if pk == "REVIEW"]
        numbers = [line["revision"] for line in lines]
        if len(lines) > 1 or (draft.get("state") == "submitted" and numbers != [draft["revision"]]):
            raise BrokenPromise(f"QUE1 {numbers} in the queue, and the draft is {draft.get('state')}")

    def _item(self, sk: str) -> dict[str, Any]:
        return self._table.plain(self._items[PROPERTY, sk])

    def _latest(self, room_type: str) -> dict[str, Any]:
        item = self._item(f"ROOMTYPE#{room_type}")
        words = item.get("draft") or {name: item[name] for name in ("name", "description") if item.get(name)}
        return dict(words)


def _decided(old: Item, new: Item) -> None:
    """SUB2: a revision never changes, but for one decision on it, made once."""
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    if changed and ("decision" in old or not changed <= DECIDED):
        raise BrokenPromise(
            f"SUB2 revision {new['number']['N']}: {sorted(changed)} changed, decided: {'decision' in old}"
        )


def content_in(said: dict[str, Any], *, whole: bool = True) -> dict[str, Any]:
    """The fields that these worlds change, in one form, whether a request, an answer or an item has them."""
    empty: dict[str, Any] = {"name": None, "city": None, "description": "", "address": "", "amenities": []}
    empty |= {"guest_required": False, "cancellation_policy": []}
    found = empty if whole else {}
    for name in empty:
        if name in said:
            value = said[name] or empty[name]
            found |= {name: _steps(value) if name == "cancellation_policy" else value}
    return found


def _steps(policy: Any) -> list[list[int]]:
    return [[of["days_before"], of["refund_percent"]] if isinstance(of, dict) else [of[0], of[1]] for of in policy]
