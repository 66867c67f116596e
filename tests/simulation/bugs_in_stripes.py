"""Bugs to plant where a month has stripes."""

from tests.simulation.bug import Bug, Edit

STRIPE_BUGS = (
    Bug(
        "rooms go back to the first stripe, wherever they were taken",
        "stripes",
        (
            Edit(
                "storage.transaction",
                "Writes._page_actions",
                "rooms_by_page(after)",
                "rooms_by_page(msgspec.structs.replace(after, taken=()) if kept else after)",
            ),
        ),
    ),
    Bug(
        "two stripes are taken for all",
        "stripes",
        (
            Edit(
                "storage.contexts",
                "ContextStore.booking_context",
                "has_all_stripes=has_all_stripes",
                "has_all_stripes=True",
            ),
        ),
    ),
    Bug(
        "the number of stripes is only remembered",
        "stripes",
        (
            Edit("storage.contexts", "ContextStore._count_stripes", "return count", "return self._stripes.get(one, 1)"),
            Edit("storage.contexts", "ContextStore._count_stripes", "if count > 1:", "if one not in self._stripes:"),
            Edit("storage.contexts", "ContextStore._count_stripes", "self._stripes.pop(one, None)", "pass"),
            Edit("storage.contexts", "ContextStore.booking_context", "and not has_all_stripes", "and False"),
            Edit(
                "storage.contexts",
                "ContextStore.booking_context",
                "has_all_stripes=has_all_stripes",
                "has_all_stripes=turn is None",
            ),
        ),
    ),
    Bug(
        "of rooms on several stripes those of one are taken",
        "stripes",
        (Edit("model.stripes", "choose_stripes", "in sorted(by_stripe.items())", "in sorted(by_stripe.items())[:1]"),),
    ),
    Bug(
        "a buyer looks for due holds of the first stripe alone",
        "stripes",
        (Edit("bookings.reclaim", "Shortage.is_final", "stripes=stripe_count(self._seen)", "stripes=1"),),
    ),
    Bug(
        "a hold is due in the shard of its highest stripe",
        "stripes",
        (Edit("storage.items", "_shard_of", "min((part", "max((part"),),
    ),
    Bug(
        "new stripes begin with a room",
        "stripes",
        (Edit("storage.stripes", "StripeStore.add_stripes", "(page.on_sale, 0)", "(page.on_sale, 1)"),),
    ),
    Bug(
        "rooms are moved that were taken since they were read",
        "stripes",
        (
            Edit("storage.page_writes", "move_rooms", "for day, rooms in more.items() if rooms < 0]", "for day in ()]"),
            Edit(
                "storage.page_writes",
                "move_rooms",
                'values |= {f":least{day}": -rooms for day, rooms in more.items() if rooms < 0}',
                "pass",
            ),
        ),
    ),
    Bug(
        "rooms are moved to no stripe",
        "stripes",
        (
            Edit(
                "storage.stripes",
                "StripeStore.level_stripes",
                "for place, taken in moves.items()]",
                "for place, taken in list(moves.items())[1:]]",
            ),
        ),
    ),
    Bug(
        "an owner's change reaches the first stripe alone",
        "owners",
        (
            Edit(
                "storage.catalog",
                "CatalogStore._month_actions",
                "in zip(before.page.stripes, shares, strict=True)",
                "in list(zip(before.page.stripes, shares, strict=True))[:1]",
            ),
        ),
    ),
)
