"""Submit a hotel: an immutable, numbered revision of its content, which waits for an admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.errors import InvalidFields
from holdfast.logs import logger
from holdfast.model.dates import millis
from holdfast.model.draft import DraftState, PropertyRevision
from holdfast.properties.checklist import missing
from holdfast.properties.register import own_property
from holdfast.properties.revised import latest
from holdfast.storage.properties import PropertyStore

if TYPE_CHECKING:
    from holdfast.engine import Engine

MAX_REVISION_BYTES = 350_000  # as JSON: the table takes 400 KiB with all the rest


class Submission(NamedTuple):
    revision: PropertyRevision
    version: int  # of the draft that it was made of
    is_new: bool


def submit(property_id: str, *, owner_id: str, engine: Engine) -> Submission:
    """Makes a revision of the draft, which waits for an admin; what waits or is live already is answered again.

    Raises NotFound, InvalidFields naming all that is missing, Busy.
    """
    store = PropertyStore(engine.store.table)

    def attempt() -> Submission:
        own = own_property(property_id, owner_id=owner_id, engine=engine)
        draft, revised = own.draft, latest(own)
        lacking = missing(own)
        if lacking:
            raise InvalidFields(*((error["field"], error["detail"]) for error in lacking))
        if len(msgspec.json.encode(revised)) > MAX_REVISION_BYTES:
            raise InvalidFields(("room_types", "all descriptions together are too long"))
        last = store.revision(property_id, draft.revision) if draft.revision else None
        is_live = draft.state is DraftState.LIVE and draft.revision == draft.live_revision
        if last and last.digest == revised.digest and (is_live or draft.state is DraftState.SUBMITTED):
            return Submission(last, draft.version, is_new=False)
        revision = PropertyRevision(
            property_id=property_id,
            number=draft.revision + 1,
            content=revised.content,
            rooms=revised.rooms,
            pictures=revised.pictures,
            digest=revised.digest,
            submitted_at_ms=millis(engine.clock()),
            submitted_by=owner_id,
        )
        store.commit(store.writes.submission(draft, revision, last))
        facts = {"property_id": property_id, "revision": revision.number, "by": owner_id}
        logger.info("property submitted", extra=facts)
        return Submission(revision, draft.version, is_new=True)

    return store.retry_on_conflict(attempt)
