"""A table that is scanned in pages of a few items, as a table of gigabytes is."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from holdfast.errors import Busy
from holdfast.storage.items import Item
from holdfast.storage.table import Table
from tests.kit.stand_in import TableInMemory

ITEMS_A_PAGE = 4


@dataclass
class Scans:
    """What the table was asked for: the key that each page came after."""

    pages: list[Item | None] = field(default_factory=list)
    breaks_at: int | None = None  # the page at which the process dies


class _SmallPages(TableInMemory):
    scans: Scans

    def within(self, seconds: float) -> "_SmallPages":
        own = super().within(seconds)
        own.scans = self.scans
        return own

    def scan_pages(self, *, consistent: bool, after: Item | None = None) -> Iterator[tuple[list[Item], Item | None]]:
        items = [item for page, _ in super().scan_pages(consistent=consistent) for item in page]
        items.sort(key=lambda item: (item["pk"], item["sk"]))
        while True:
            self.scans.pages.append(after)
            if len(self.scans.pages) == self.scans.breaks_at:
                raise Busy
            rest = [item for item in items if after is None or (item["pk"], item["sk"]) > (after["pk"], after["sk"])]
            page, more = rest[:ITEMS_A_PAGE], rest[ITEMS_A_PAGE:]
            after = {"pk": page[-1]["pk"], "sk": page[-1]["sk"]} if more else None
            yield page, after
            if after is None:
                return


def small_pages(table: Table, scans: Scans) -> Table:
    """The same table, whose scans are written down."""
    paged = _SmallPages(table.client, table.name)
    paged.scans = scans
    return paged
