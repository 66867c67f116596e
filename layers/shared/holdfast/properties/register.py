"""Register a hotel in steps: a draft that its owner fills, each change saved under the version that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound, VersionMismatch
from holdfast.logs import logger
from holdfast.model.dates import millis
from holdfast.model.draft import PropertyDraft
from holdfast.model.ids import hashed_id
from holdfast.model.limits import MAX_PROPERTIES
from holdfast.properties.owners import require_own_property
from holdfast.properties.revised import digest_of
from holdfast.storage.properties import OwnProperty, PropertyStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.engine import Engine
    from holdfast.model.draft import PropertyContent
    from holdfast.model.property import Property

NO_PROPERTY = "There is no property by that id."


class OwnedProperty(NamedTuple):
    """One of an owner's properties; a hotel that was loaded before hotels were registered has no draft."""

    property_id: str
    draft: PropertyDraft | None
    public: Property | None


def property_id_for(owner_id: str, key: str) -> str:
    """The id of the property that this owner registers with this Idempotency-Key."""
    return hashed_id("pr", owner_id, key)


def register(
    content: PropertyContent, *, property_id: str, owner_id: str, engine: Engine, most: int | None = MAX_PROPERTIES
) -> bool:
    """Makes the draft of a new property, unless there is one already; whether this call made it.

    Raises IdempotencyKeyReused, InvalidFields when the owner has `most` already, Busy.
    """
    store, request = PropertyStore(engine.store.table), digest_of(content)

    def attempt() -> bool:
        made_by, registered = store.made_by(owner_id, property_id)
        if made_by is not None:
            if made_by != request:
                raise IdempotencyKeyReused("This key registered another property; send a new key for a new one.")
            return False
        if most is not None and registered >= most:
            raise InvalidFields(("properties", f"an owner registers at most {most}; this would be one more"))
        draft = PropertyDraft(
            property_id=property_id, owner_id=owner_id, content=content, changed_at_ms=millis(engine.clock())
        )
        store.register(draft, request, registered)
        logger.info("property registered", extra={"property_id": property_id, "by": owner_id})
        return True

    return store.retry_on_conflict(attempt)


def own_properties(owner_id: str, cursor: str | None, *, engine: Engine) -> tuple[list[OwnedProperty], str | None]:
    """A page of the owner's properties, and the cursor of the next page, if there is one."""
    store = PropertyStore(engine.store.table)
    property_ids, more = store.own_properties(owner_id, cursor)
    drafts, public = store.drafts(property_ids), store.public(property_ids)
    found = [OwnedProperty(one, drafts.get(one), public.get(one)) for one in property_ids]
    return [one for one in found if one.draft or one.public], more


def own_property(property_id: str, *, owner_id: str, engine: Engine) -> OwnProperty:
    """Raises NotFound."""
    require_own_property(property_id, owner_id=owner_id, engine=engine)
    found = PropertyStore(engine.store.table).own_property(property_id)
    if found is None:
        raise NotFound(NO_PROPERTY)
    return found


def change_draft(
    property_id: str,
    applied_to: Callable[[PropertyContent], PropertyContent],
    *,
    version: int | None,
    owner_id: str,
    engine: Engine,
) -> OwnProperty:
    """Saves the changed content, if the draft has this version; None: whichever it has.

    What changes nothing leaves the version as it is. Raises NotFound, InvalidFields, VersionMismatch, Busy.
    """
    store = PropertyStore(engine.store.table)

    def attempt() -> OwnProperty:
        own = own_property(property_id, owner_id=owner_id, engine=engine)
        draft = own.draft
        if version not in {None, draft.version}:
            says = f"The draft is at version {draft.version}; read it again, and change that."
            raise VersionMismatch(says, version=draft.version)
        content = applied_to(draft.content)
        if content == draft.content:
            return own
        _require_currency(content.currency, own)
        after = changed(draft, engine, content=content)
        store.commit([store.writes.draft(draft, after)])
        logger.info("draft changed", extra={"property_id": property_id, "version": after.version, "by": owner_id})
        return msgspec.structs.replace(own, draft=after)

    return store.retry_on_conflict(attempt)


def _require_currency(currency: str | None, own: OwnProperty) -> None:
    """Prices are numbers of minor units: in another currency they would be other prices."""
    said = own.draft.content.currency
    priced_in = own.public.currency if own.public else said if own.room_types else None
    if priced_in is None or currency in {said, priced_in}:
        return
    way_out = "register another property" if own.public else "delete its room types first, or register another property"
    raise InvalidFields(("currency", f"stays {priced_in}: the prices are in it; to sell in another, {way_out}"))


def changed(draft: PropertyDraft, engine: Engine, **fields: object) -> PropertyDraft:
    """The draft's next version, with these fields."""
    return msgspec.structs.replace(
        draft,
        state=draft.state_after_change,
        version=draft.version + 1,
        changed_at_ms=millis(engine.clock()),
        **fields,
    )
