"""Bugs to plant where several due holds go in one transaction, and where a buyer has only some of them released."""

from tests.simulation.bug import Bug, Edit

BATCH_BUGS = (
    Bug(
        "a batch gives back the rooms of one hold only",
        "batches",
        (
            Edit(
                "storage.page_writes",
                "sum_by_page",
                "days[day] = days.get(day, 0) + count",
                "days.setdefault(day, count)",
            ),
        ),
    ),
    Bug(
        "a batch gives back one use of a promo",
        "batches",
        (Edit("storage.transaction", "Writes._release_promos", "uses = sum(map(len, by_user.values()))", "uses = 1"),),
    ),
    Bug(
        "a batch is taken as written when one hold of it was changed",
        "batches",
        (Edit("storage.due_holds", "DueHoldStore.release", "== after.write_id:", "!= after.write_id:"),),
    ),
    Bug(
        "the holds of a batch share a condition",
        "batches",
        (
            Edit(
                "storage.transaction",
                "Writes.of_releases",
                "for before, after in changes)",
                "for before, after in changes[:1])",
            ),
        ),
    ),
    Bug(
        "only the first hold of a batch is logged",
        "batches",
        (
            Edit(
                "bookings.release",
                "release_batch",
                "in zip(due, expired, strict=True)",
                "in list(zip(due, expired, strict=True))[:1]",
            ),
        ),
    ),
    Bug(
        "a buyer has one hold less released than he lacks",
        "reclaims",
        (Edit("bookings.reclaim", "choose", "left[night] -= booking.rooms", "left[night] -= booking.rooms + 1"),),
    ),
)
