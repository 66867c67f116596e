"""What an item weighs and what a write of it costs, by AWS's published rules.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Reads and writes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

KB = 1024
READ_BLOCK = 4 * KB
CONTAINER_BYTES = 3  # of a list or a map, whatever it holds
ELEMENT_BYTES = 1  # of each element of a list or a map


class Index(NamedTuple):
    partition_key: str
    sort_key: str
    projected: tuple[str, ...] | None = ()  # besides the keys; None: all attributes

    def row(self, item: dict[str, Any] | None) -> dict[str, Any] | None:
        """The row that this item has in the index; None while it lacks one of the index's keys."""
        if item is None or self.partition_key not in item or self.sort_key not in item:
            return None
        if self.projected is None:
            return item
        kept = ("pk", "sk", self.partition_key, self.sort_key, *self.projected)
        return {name: item[name] for name in kept if name in item}

    def write_units(self, old: dict[str, Any] | None, new: dict[str, Any] | None) -> int:
        """A new row or a lost one costs one write, a changed key both, other changes one, no change none."""
        before, after = self.row(old), self.row(new)
        if before == after:
            return 0
        keys = (self.partition_key, self.sort_key)
        if before and after and all(before[key] == after[key] for key in keys):
            return max(kilobytes(before), kilobytes(after))
        return sum(kilobytes(row) for row in (before, after) if row)


def write_units(
    old: dict[str, Any] | None, new: dict[str, Any] | None, indexes: tuple[Index, ...] = (), *, transactional: bool
) -> int:
    """The units that one write costs: by the larger image, twice in a transaction, and the index rows besides."""
    larger = max((kilobytes(image) for image in (old, new) if image is not None), default=1)
    return larger * (2 if transactional else 1) + sum(index.write_units(old, new) for index in indexes)


def read_units(items: Sequence[dict[str, Any]], *, consistent: bool) -> float:
    """The units of one read that found these items together: half of them when it need not be consistent."""
    blocks = max(1, -(-sum(item_size(item) for item in items) // READ_BLOCK))
    return blocks if consistent else blocks / 2


def kilobytes(item: dict[str, Any]) -> int:
    return -(-item_size(item) // KB)


def item_size(item: dict[str, Any]) -> int:
    """Bytes of an item of plain values: its names and its values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Any) -> int:
    match value:
        case None | bool():
            return 1
        case str():
            return len(value.encode())
        case int():
            significant = str(abs(value)).strip("0")
            return -(-len(significant) // 2) + 1 + (value < 0)
        case list() | tuple():
            return CONTAINER_BYTES + sum(ELEMENT_BYTES + value_size(part) for part in value)
        case dict():
            return CONTAINER_BYTES + sum(
                ELEMENT_BYTES + len(name.encode()) + value_size(part) for name, part in value.items()
            )
    raise TypeError(f"an item cannot hold {value!r}")
