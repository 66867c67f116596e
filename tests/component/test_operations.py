"""What every operation takes, ours and the naive engine's: counted, and the README's table says the same."""

from typing import NamedTuple

import pytest

from bench.operations import HOLDS, OPERATIONS, OURS_ALONE, TOGETHER, spent
from bench.sides import both_sides
from tests.kit.template import ROOT

pytestmark = pytest.mark.moto


class Takes(NamedTuple):
    """Round trips and write units of ours, and of the naive engine's; None: it has no such operation."""

    round_trips: float
    write_units: float
    naive: tuple[float, float] | None

    def row(self, name: str) -> str:
        ours, naive = map(_number, self[:2]), map(_number, self.naive or (None, None))
        return f"| {' | '.join([name, *(part for pair in zip(ours, naive, strict=True) for part in pair)])} |"


TAKES = {
    "reserve, 1 night": Takes(2, 9, (5, 8)),
    "reserve, 7 nights": Takes(2, 9, (5, 20)),
    "reserve, 30 nights": Takes(2, 9, (5, 66)),
    "reserve, 2 nights in two months": Takes(2, 11, (5, 10)),
    "reserve, 30 nights in two months": Takes(2, 11, (5, 66)),
    "read the timer": Takes(1, 0, (1, 0)),
    "quote": Takes(1, 0, (2, 0)),
    "list a guest's bookings": Takes(2, 0, (1, 0)),
    "start a payment": Takes(2, 1, (3, 2)),
    "finalize by wallet": Takes(2, 7, (4, 10)),
    "finalize by card, with capture": Takes(3, 8, (4, 6)),
    "finalize by both": Takes(3, 10, (4, 10)),
    "finalize by both, 30 nights, own taxes": Takes(3, 13, (4, 10)),
    "cancel a hold": Takes(2, 7, (2, 10)),
    "cancel a booking paid by both": Takes(3, 14, (2, 13)),
    "expire one hold": Takes(2, 5, (2, 10)),
    "expire one hold in two months": Takes(2, 7, (2, 10)),
    TOGETHER: Takes(2 / HOLDS, 3 + 2 / HOLDS, (2, 10)),
    "settle one capture": Takes(2, 2, None),
    "search a city of one hotel": Takes(2, 0, (2, 0)),
}


def test_every_operation_takes_what_the_readme_says() -> None:
    """The naive engine's batch of holds is left out: it takes each as it takes one."""
    found = {}
    with both_sides() as (ours, naive):
        for name, prepare in OPERATIONS.items():
            mine = spent(ours, name, prepare)
            other = None if name in OURS_ALONE else TAKES[name].naive
            if other and name != TOGETHER:
                other = spent(naive, name, prepare)[:2]
            found[name] = Takes(mine.round_trips, mine.write_units, other)

    assert found == TAKES


def test_the_readme_has_a_row_for_each() -> None:
    readme = (ROOT / "README.md").read_text().splitlines()

    assert [row for name, takes in TAKES.items() if (row := takes.row(name)) not in readme] == []


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"
