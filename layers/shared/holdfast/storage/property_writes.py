"""What changes of a hotel write: each action with the condition that the item is as it was read.

A draft moves to its next version with each change of what a revision would hold, but not when it is submitted, approved
or rejected: so its state has to be as it was read, too. A public property and a room type do
with each write of theirs. The listing has no condition of its own: whoever writes it writes or checks the property's
version, too, so that no two are made of different room types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.model.draft import Decision, DraftState, PropertyDraft, PropertyRevision, Review
from holdfast.model.property import Property, RoomType
from holdfast.storage.listings import ListingStore
from holdfast.storage.marshal import check_action, delete_action, put_action, set_action
from holdfast.storage.property_items import (
    decision_key,
    draft_key,
    property_item,
    property_key,
    review_item,
    review_key,
    revision_item,
    revision_key,
    room_type_item,
    room_type_key,
    suspension_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.storage.items import Item
    from holdfast.storage.table import Table

Action = dict[str, Any]

ABSENT = "attribute_not_exists(pk)"


class PropertyWrites:
    """Makes the actions of transactions on one table."""

    def __init__(self, table: Table) -> None:
        self.table = table.name
        self._listings = ListingStore(table)

    def draft(self, before: PropertyDraft, after: PropertyDraft) -> Action:
        """The owner's change: content, room types, what their pictures show."""
        fields = msgspec.to_builtins(
            {
                "content": after.content,
                "room_types": after.room_types,
                "image_rooms": after.image_rooms,
                "state": before.state_after_change,
                "version": before.version + 1,
                "changed_at_ms": after.changed_at_ms,
            }
        )
        condition, read = as_read(before)
        return set_action(self.table, draft_key(after.property_id), fields, condition, read)

    def submission(
        self, draft: PropertyDraft, revision: PropertyRevision, replaced: PropertyRevision | None
    ) -> list[Action]:
        """A new revision, its place in the queue instead of the one before, and the draft's new state."""
        review = Review(
            property_id=draft.property_id,
            name=revision.content.name,
            revision=revision.number,
            at_ms=revision.submitted_at_ms,
            submitted_at_ms=revision.submitted_at_ms,
            by=revision.submitted_by,
        )
        fields: Item = {"state": DraftState.SUBMITTED, "revision": revision.number}
        key = review_key(revision.submitted_at_ms, draft.property_id)
        condition, read = as_read(draft)
        actions = [
            put_action(self.table, revision_item(revision), ABSENT),
            put_action(self.table, review_item(key, review)),
            set_action(self.table, draft_key(draft.property_id), fields, condition, read, ["reason"]),
        ]
        before = replaced and review_key(replaced.submitted_at_ms, replaced.property_id)
        return [*actions, *([delete_action(self.table, before)] if before and before != key else [])]

    def decision(self, draft: PropertyDraft, decided: PropertyRevision) -> list[Action]:
        """What was decided on the submitted revision, which the draft still has to have."""
        assert decided.decision
        assert decided.decided_at_ms
        assert decided.decided_by
        review = Review(
            property_id=draft.property_id,
            name=decided.content.name,
            revision=decided.number,
            at_ms=decided.decided_at_ms,
            submitted_at_ms=decided.submitted_at_ms,
            by=decided.decided_by,
            reason=decided.reason,
        )
        approved = decided.decision is Decision.APPROVED
        state: Item = {"state": DraftState.LIVE if approved else DraftState.REJECTED}
        state |= {"live_revision": decided.number, "live_version": draft.version} if approved else {}
        state |= {"reason": decided.reason} if decided.reason else {}
        says: Item = {"decision": decided.decision, "decided_at_ms": decided.decided_at_ms}
        says |= {"decided_by": decided.decided_by} | ({"reason": decided.reason} if decided.reason else {})
        is_submitted = "#version = :read AND #state = :submitted AND #revision = :number"
        values: Item = {":read": draft.version, ":submitted": DraftState.SUBMITTED, ":number": decided.number}
        undecided = "attribute_exists(pk) AND attribute_not_exists(#decision)"
        listed = decision_key(decided.decision, decided.decided_at_ms, draft.property_id)
        return [
            set_action(self.table, draft_key(draft.property_id), state, is_submitted, values),
            set_action(self.table, revision_key(draft.property_id, decided.number), says, undecided),
            delete_action(self.table, review_key(decided.submitted_at_ms, draft.property_id)),
            put_action(self.table, review_item(listed, review)),
        ]

    def suspension(self, review: Review | None, property_id: str) -> Action:
        """Says why the hotel is suspended, or that it is so no more."""
        key = suspension_key(property_id)
        return put_action(self.table, review_item(key, review)) if review else delete_action(self.table, key)

    def published(self, before: Property | None, after: Property, room_types: Sequence[RoomType]) -> list[Action]:
        """The public property in the place of `before`, and what search reads of it with these room types."""
        put = _put_next(self.table, property_item(after), before.version if before else None)
        return [put, *self._listings.listing_actions(after, room_types, before)]

    def property_unchanged(self, property_id: str, seen: Property | None) -> Action:
        """Writes nothing: the public property has to be as it was read, or missing still."""
        condition, values = _unchanged(seen.version if seen else None)
        return check_action(self.table, property_key(property_id), condition, values)

    def room_type(self, before: RoomType | None, after: RoomType) -> Action:
        return _put_next(self.table, room_type_item(after), before.version if before else None)

    def no_room_type(self, before: RoomType) -> Action:
        """Deletes the room type as it was read."""
        condition, values = _unchanged(before.version)
        return delete_action(self.table, room_type_key(before.property_id, before.room_type_id), condition, values)


def _put_next(table: str, item: Item, version: int | None) -> Action:
    """Puts an item of the version after this one; None: of the first."""
    condition, values = _unchanged(version)
    return put_action(table, item | {"version": (version or 0) + 1}, condition, values)


def _unchanged(version: int | None) -> tuple[str, Item]:
    """The condition that an item has this version; 0: it was written before it had any; None: it is not there."""
    if version is None:
        return ABSENT, {}
    if version == 0:
        return "attribute_exists(pk) AND attribute_not_exists(version)", {}
    return "version = :read", {":read": version}


def as_read(draft: PropertyDraft) -> tuple[str, Item]:
    """The condition that the draft has the version and the state which were read; the first ones need not be stored."""
    version, state = "#version = :read", "#state = :was"
    if draft.version == 1:
        version = f"attribute_exists(pk) AND (attribute_not_exists(#version) OR {version})"
    if draft.state is DraftState.DRAFT:
        state = f"(attribute_not_exists(#state) OR {state})"
    return f"{version} AND {state}", {":read": draft.version, ":was": draft.state}
