"""Bugs to plant in what becomes of a hotel's draft: submissions, approvals, suspensions, room types, pictures."""

from tests.simulation.bug import Bug, Edit

REVIEW_BUGS = (
    Bug(
        "an approval does not ask for the hash",
        "reviews",
        (Edit("properties.review", "approve", "if submitted.digest != digest:", "if not digest:"),),
    ),
    Bug(
        "an approval does not ask whether the draft has changed since",
        "reviews",
        (
            Edit(
                "properties.review",
                "_submitted",
                "if own.draft.state is not DraftState.SUBMITTED or own.draft.revision != number:",
                "if own.draft.revision != number:",
            ),
            Edit(
                "storage.property_writes",
                "PropertyWrites.decision",
                '"#version = :read AND #state = :submitted AND #revision = :number"',
                '"#version >= :read AND #revision = :number"',
            ),
            Edit("storage.property_writes", "PropertyWrites.decision", '":submitted": DraftState.SUBMITTED, ', ""),
        ),
    ),
    Bug(
        "a decision does not ask whether the draft is as it was read",
        "reviews",
        (
            Edit(
                "storage.property_writes",
                "PropertyWrites.decision",
                '"#version = :read AND #state = :submitted AND #revision = :number"',
                '"#version >= :read AND #state <> :submitted OR #revision >= :number"',
            ),
        ),
    ),
    Bug(
        "an older revision is approved in the place of a newer one",
        "reviews",
        (
            Edit("properties.review", "_submitted", " or own.draft.revision != number:", ":"),
            Edit("storage.property_writes", "PropertyWrites.decision", "AND #revision = :n", "AND #revision >= :n"),
        ),
    ),
    Bug(
        "a suspension leaves the months on sale",
        "reviews",
        (
            Edit(
                "properties.review",
                "_set_live",
                "is_open = bring_on_sale(",
                "is_open = not live or bring_on_sale(",
            ),
        ),
    ),
    Bug(
        "a suspension leaves the hotel in search",
        "reviews",
        (
            Edit(
                "storage.listings",
                "ListingStore.listing_actions",
                "wanted, gone = [], [*gone, *keys]",
                "wanted, gone = [], gone",
            ),
        ),
    ),
    Bug(
        "a month is on sale whatever becomes of its hotel",
        "reviews",
        (Edit("model.rates", "in_line", "live=property_.live and room_type.live", "live=room_type.live"),),
    ),
    Bug(
        "a hotel that is submitted again is in the queue twice",
        "reviews",
        (
            Edit(
                "storage.property_writes",
                "PropertyWrites.submission",
                "if before and before != key else",
                "if before == key else",
            ),
        ),
    ),
    Bug(
        "a change of a draft overwrites another's",
        "reviews",
        (Edit("properties.register", "change_draft", "if version not in {None, draft.version}:", "if version == 0:"),),
    ),
    Bug(
        "the name of a live room type needs no approval",
        "reviews",
        (Edit("properties.room_types", "change_room_type", "if not before.live:", "if before.name:"),),
    ),
    Bug(
        "search keeps the price and the rooms of before",
        "reviews",
        (Edit("properties.room_types", "_listed", "all(getattr(before, of)", "any(getattr(before, of)"),),
    ),
    Bug(
        "an approval leaves the hotel in its old city",
        "reviews",
        (
            Edit(
                "storage.listings",
                "ListingStore.listing_actions",
                "if before else []",
                "if before is property_ else []",
            ),
        ),
    ),
)

ROOM_BUGS = (
    Bug(
        "fewer rooms are put on sale than are taken",
        "reviews",
        (
            Edit("properties.opening", "refuse_below_sold", "if short := taken", "if not (short := taken"),
            Edit("properties.opening", "refuse_below_sold", "(changes):", "(changes)) and short:"),
            Edit(
                "storage.page_writes",
                "move_rooms",
                'enough = [f"#free.#d{day} >= :least{day}" for day, rooms in more.items() if rooms < 0]',
                "enough: list[str] = []",
            ),
            Edit(
                "storage.page_writes",
                "move_rooms",
                'values |= {f":least{day}": -rooms for day, rooms in more.items() if rooms < 0}',
                "pass",
            ),
        ),
    ),
    Bug(
        "a night with rooms of its own follows the room type",
        "reviews",
        (Edit("model.rates", "in_line", "if day not in own and rooms == before", "if day in own or rooms == before"),),
    ),
    Bug(
        "a month of before forgets its own rooms",
        "reviews",
        (
            Edit(
                "model.rates",
                "in_line",
                "own = {day: rooms for day, rooms in page.on_sale.items() if rooms != before}",
                "own = {}",
            ),
        ),
    ),
    Bug(
        "a month of before takes the new number for the old one",
        "reviews",
        (Edit("model.rates", "in_line", "after if before_rooms is None else before_rooms", "after"),),
    ),
    Bug(
        "the nights that are over get the new number of rooms",
        "reviews",
        (Edit("model.rates", "in_line", "if today and before != after:", "if today and before == after:"),),
    ),
)

PICTURE_BUGS = (
    Bug(
        "an event that comes again deletes what the first one made",
        "pictures",
        (
            Edit(
                "properties.pictures",
                "process_upload",
                "        bucket.delete([upload_key, *_left_over(image, bucket)])\n",
                "        bucket.delete([upload_key, *bucket.keys(picture_folder(property_id, image_id))])\n",
            ),
        ),
    ),
    Bug(
        "of two events at once the second deletes what the first one made",
        "pictures",
        (
            Edit(
                "properties.pictures",
                "_resolved",
                "if now is None or now.state is not ImageState.READY:",
                "if now is None or now.state is not ImageState.REFUSED:",
            ),
        ),
    ),
    Bug(
        "an event makes a picture that is deleted",
        "pictures",
        (
            Edit(
                "storage.images",
                "ImageStore.resolve",
                '"#state = :waiting AND upload_tag = :tag"',
                '"#state <> :waiting OR upload_tag = :tag"',
            ),
            Edit(
                "storage.images",
                "ImageStore.resolve",
                '"contains(image_order, :id)"',
                '"attribute_exists(pk) OR contains(image_order, :id)"',
            ),
        ),
    ),
    Bug(
        "the clean-up takes a picture that is ready",
        "pictures",
        (
            Edit(
                "storage.images",
                "ImageStore.resolve",
                '"SET #state = :state, sizes = :sizes REMOVE #ttl", {"#ttl": "ttl"}',
                '"SET #state = :state, sizes = :sizes", {}',
            ),
        ),
    ),
    Bug(
        "a deleted picture stays on the public page",
        "pictures",
        (
            Edit(
                "storage.images", "ImageStore._taken_off", "if image.state is not ImageState.READY:", "if image.state:"
            ),
        ),
    ),
    Bug(
        "a picture that is deleted stays the primary one in search",
        "pictures",
        (
            Edit(
                "storage.images",
                "ImageStore._taken_off",
                "listings.listing_actions(shown, left)",
                "listings.listing_actions(property_, left)",
            ),
        ),
    ),
    Bug(
        "a deletion leaves the files",
        "pictures",
        (
            Edit(
                "properties.images",
                "delete_image",
                "[image.upload_key, *picture_keys(property_id, image.picture)]",
                "[image.upload_key]",
            ),
        ),
    ),
    Bug(
        "a late event leaves the files of a picture that is gone",
        "pictures",
        (
            Edit(
                "properties.pictures",
                "process_upload",
                "[upload_key, *bucket.keys(picture_folder(property_id, image_id))]",
                "[upload_key]",
            ),
        ),
    ),
    Bug(
        "an upload makes another picture of one that is being made",
        "pictures",
        (
            Edit(
                "storage.images",
                "ImageStore.claim",
                "OR claimed_at_ms < :over",
                "OR claimed_at_ms >= :over OR claimed_at_ms < :over",
            ),
        ),
    ),
)
