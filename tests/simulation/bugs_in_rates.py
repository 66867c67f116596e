"""Bugs to plant in rates, rules, plans and occupancy prices."""

from tests.simulation.bug import Bug, Edit

RATE_BUGS = (
    Bug(
        "the page's revision does not move with its rates",
        "rates",
        (
            Edit("storage.catalog", "CatalogStore._page_action", "['revision = :next'", "['revision = :read'"),
            Edit("storage.catalog", "CatalogStore._page_action", '":next": revision, ', ""),
        ),
    ),
    Bug(
        "neither revision moves with a change",
        "rates",
        (Edit("storage.catalog", "CatalogStore._month_actions", "before.rates.revision + 1", "before.rates.revision"),),
    ),
    Bug(
        "an owner's change is made over another's",
        "rates",
        (
            Edit(
                "storage.catalog",
                "CatalogStore._page_action",
                '["revision = :read", *enough]',
                '["attribute_exists(pk)", *enough]',
            ),
            Edit(
                "storage.catalog",
                "CatalogStore._page_action",
                '":next": revision, ":read": before.revision',
                '":next": revision',
            ),
            Edit(
                "storage.catalog",
                "CatalogStore._month_actions",
                'item, unchanged, {":read": before.rates.revision} | values',
                "item",
            ),
        ),
    ),
    Bug(
        "rates of another revision are used without a conflict",
        "rates",
        (
            Edit(
                "storage.contexts",
                "_refuse_torn",
                "month.is_torn",
                "month.rates.revision < 0",
            ),
            Edit(  # which a batch read that is no snapshot does now and then, and this at each read
                "storage.contexts",
                "ContextStore.booking_context",
                "self.table.get([*keys, *(key for month in rooms for key in month)])",
                "self.table.get([month[-1] for month in rooms] or keys)"
                " | self.table.get([*keys, *(key for month in rooms for key in month[:-1])])",
            ),
        ),
    ),
    Bug(
        "a reserve does not ask whether the rates still stand",
        "rates",
        (
            Edit("storage.page_writes", "take_rooms", '["revision = :revision", *enough_free]', "[*enough_free]"),
            Edit("storage.page_writes", "take_rooms", '{":revision": page.revision}', "{}"),
        ),
    ),
    Bug(
        "the occupancy is not frozen",
        "rates",
        (Edit("bookings.reserve", "_hold", "room_charges=priced.room_charges", "room_charges=()"),),
    ),
    Bug(
        "the plan is not frozen",
        "rates",
        (Edit("bookings.reserve", "_hold", "plan=priced.plan", "plan=None"),),
    ),
    Bug(
        "the plan's own cancellation policy is not frozen",
        "rates",
        (Edit("bookings.reserve", "_hold", "if own_policy is None", "if rates"),),
    ),
    Bug(
        "the plan is read again at payment",
        "rates",
        (
            Edit(
                "payments.start",
                "_start_payment",
                "booking = own_booking(context.booking, user_id)\n",
                "booking = own_booking(context.booking, user_id)\n"
                "        now_on_sale = engine.store.any_rates(booking.room_type_id).plans\n"
                "        for plan in now_on_sale if booking.plan else ():\n"
                "            if plan.plan_id == booking.plan.plan_id:\n"
                "                facts = plan.plan_id, plan.name, plan.percent_bp, plan.amount, plan.meal\n"
                "                booking = msgspec.structs.replace(booking, plan=type(booking.plan)(*facts))\n",
            ),
        ),
    ),
    Bug(
        "closed to departure counts for the day of departure",
        "rates",
        (
            Edit(
                "restrictions",
                "_of_the_departure",
                "_rules(rates, check_out - timedelta(days=1)).closed_to_departure",
                "_rules(rates, check_out).closed_to_departure",
            ),
        ),
    ),
    Bug(
        "closed to arrival counts for no night",
        "rates",
        (Edit("restrictions", "_of_the_arrival", "if rules.closed_to_arrival", "if not check_in"),),
    ),
    Bug(
        "the minimum stay through counts for the first night only",
        "rates",
        (
            Edit(
                "restrictions",
                "_of_the_nights",
                "rules.min_stay_through is not None and",
                "rules.min_stay_through is not None and night == check_in and",
            ),
        ),
    ),
    Bug(
        "an alternative is priced by the plan of another month",
        "rates",
        (
            Edit(
                "bookings.restricted",
                "stays_instead",
                "priced_stay(other, rates, plans[month], charges)",
                "priced_stay(other, rates, rates[min(rates)].plan(stay.plan_id), charges)",
            ),
        ),
    ),
    Bug(
        "the maximum stay is one night too long",
        "rates",
        (Edit("restrictions", "_of_the_arrival", "length > rules.max_stay", "length > rules.max_stay + 1"),),
    ),
    Bug(
        "a plan's minimum stay is not asked",
        "rates",
        (Edit("restrictions", "_of_the_plan", "length < plan.min_stay", "length < 0"),),
    ),
    Bug(
        "an alternative is named that another rule forbids",
        "rates",
        (
            Edit(
                "bookings.restricted",
                "stays_instead",
                "return allowed(check_in, check_out, rates=rates, plan=plans[first], today=today)",
                "return bool(rates)",
            ),
        ),
    ),
    Bug(
        "the percent is of the night alone, before what the guests add",
        "rates",
        (
            Edit(
                "pricing",
                "_priced",
                "half_up(own * (WHOLE_BP + plan.percent_bp), WHOLE_BP)",
                "half_up(price * (WHOLE_BP + plan.percent_bp), WHOLE_BP) + charge.amount",
            ),
        ),
    ),
    Bug(
        "meals are for the adults only",
        "rates",
        (
            Edit("occupancy", "_charge", "persons=party.persons,", "persons=party.adults,"),
            Edit("occupancy", "_charge", "return RoomCharge(party.persons)", "return RoomCharge(party.adults)"),
        ),
    ),
    Bug(
        "a child above the last band is free",
        "rates",
        (Edit("occupancy", "_adults", "sum(age > _oldest(occupancy) for age in party.children)", "0"),),
    ),
    Bug(
        "a plan that is not active is sold",
        "rates",
        (Edit("model.rates", "MonthRates.plan", "if plan.active and plan_id", "if plan_id"),),
    ),
    Bug(
        "late money is compared without the plan",
        "rates",
        (
            Edit(
                "payments.late",
                "_costs_no_more_today",
                "context.rates, plan, room_charges(stay, rates.occupancy, plan))",
                "context.rates, None, room_charges(stay, rates.occupancy, None))",
            ),
        ),
    ),
)
