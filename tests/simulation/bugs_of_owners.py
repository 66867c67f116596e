"""Bugs to plant in what owners do: calendars, their history, values in bulk, blocks."""

from tests.simulation.bug import Bug, Edit

OWNER_BUGS = (
    Bug(
        "free rooms do not move with the rooms on sale",
        "owners",
        (
            Edit("storage.page_writes", "move_rooms", ", #free.#d{day} = #free.#d{day} + :d{day}", ""),
            Edit(
                "storage.page_writes",
                "move_rooms",
                '({"#free": "free"} if more else {})',
                '({"#free": "free"} if enough else {})',
            ),
        ),
    ),
    Bug(
        "a change takes rooms off sale that were sold since it was read",
        "owners",
        (
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
        "a block takes rooms without a condition",
        "owners",
        (
            Edit(
                "storage.calendar",
                "CalendarStore.take",
                "take_rooms(self.table.name, key, rooms, None)",
                "release_rooms(self.table.name, key, {day: -count for day, count in rooms.items()})",
            ),
        ),
    ),
    Bug(
        "a block leaves its last night on sale",
        "owners",
        (
            Edit(
                "storage.calendar",
                "CalendarStore.take",
                "take_rooms(self.table.name, key, rooms, None)",
                "take_rooms(self.table.name, key, {day: n for day, n in rooms.items() if day != block.last_night.day}"
                " or rooms, None)",
            ),
        ),
    ),
    Bug(
        "a block is released twice",
        "owners",
        (
            Edit(
                "storage.calendar",
                "CalendarStore.release",
                '"attribute_exists(pk) AND attribute_not_exists(released_at_ms)"',
                '"attribute_exists(pk)"',
            ),
            Edit(
                "properties.blocks",
                "release_block",
                "block is None or block.released_at_ms is not None",
                "block is None",
            ),
        ),
    ),
    Bug(
        "a block's key is not its record",
        "owners",
        (Edit("properties.blocks", "block_rooms", "room_type_id, key)", "room_type_id, key, str(engine.clock()))"),),
    ),
    Bug(
        "an undo overwrites what was changed since",
        "owners",
        (
            Edit(
                "properties.changes",
                "_put_back",
                "own_value(calendar.month_of(night), night, field) == after",
                "own_value(calendar.month_of(night), night, field) != before",
            ),
        ),
    ),
    Bug(
        "a dry run writes",
        "owners",
        (
            Edit(
                "properties.calendar",
                "preview_change",
                "    booking_ids = [",
                "    change_calendar(room_type_id, request, owner_id=owner_id, engine=engine)\n    booking_ids = [",
            ),
        ),
    ),
    Bug(
        "only the first month of a change is written",
        "owners",
        (
            Edit(
                "properties.own_calendar",
                "write_change",
                "change_months(folded.changes,",
                "change_months(folded.changes[:1],",
            ),
        ),
    ),
    Bug(
        "a change leaves no line in the history",
        "owners",
        (Edit("properties.own_calendar", "write_change", "store.recording(record)", "()"),),
    ),
    Bug(
        "a change is made on every day of the week",
        "owners",
        (
            Edit(
                "properties.calendar_requests",
                "NightsRequest.nights",
                "if WEEKDAYS[night.weekday()] in self.weekdays:",
                "if self.weekdays:",
            ),
        ),
    ),
    Bug(
        "rooms on sale move, and the rates do not say so",
        "owners",
        (
            Edit("properties.nights", "_moved", "_put(rooms, day, value)", "_put(dict(rooms), day, value)"),
            Edit("properties.nights", "_moved", "rooms.get(day, rates.default_rooms)", "int(value or 0)"),
        ),
    ),
    Bug(
        "an owner changes another's calendar",
        "owners",
        (
            Edit(
                "storage.calendar",
                "CalendarStore.read",
                "if owned not in found or room not in found",
                "if room not in found",
            ),
        ),
    ),
    Bug(
        "of values in bulk the first wins",
        "owners",
        (
            Edit(
                "properties.ari_values",
                "Bulk._settings",
                "in self._left():",
                "in reversed(list(self._left())):",
            ),
        ),
    ),
)
