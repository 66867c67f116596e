"""Which due holds a buyer has released."""

from collections import Counter
from datetime import timedelta
from typing import Any

from holdfast.bookings.reclaim import choose
from tests.kit.due_holds import FIRST, one_night


class TestChoice:
    NEXT = FIRST + timedelta(days=1)

    def test_takes_what_has_fewest_needless_rooms(self) -> None:
        large, small = one_night(0, rooms=5), one_night(1)

        assert choose([large, small], {FIRST: 1}, "bk_new") == [small]
        assert choose([large, small], {FIRST: 5}, "bk_new") == [large]

    def test_covers_every_night(self) -> None:
        two: dict[str, Any] = {"check_out": FIRST + timedelta(days=2), "night_prices": (1, 1)}
        both, first, second = one_night(0, **two), one_night(1), one_night(2, self.NEXT)

        assert len(choose([first, second], {FIRST: 1, self.NEXT: 1}, "bk_new")) == 2
        assert choose([both, first], {FIRST: 1, self.NEXT: 1}, "bk_new") == [both]

    def test_leaves_out_what_the_others_make_needless(self) -> None:
        """One room of the first night is taken first, then two of both nights, which alone are enough."""
        two: dict[str, Any] = {"check_out": FIRST + timedelta(days=2), "night_prices": (1, 1), "rooms": 2}
        small, large = one_night(0), one_night(1, **two)

        assert choose([small, large], {FIRST: 2, self.NEXT: 1}, "bk_new") == [large]

    def test_takes_nothing_that_gives_back_nothing(self) -> None:
        assert choose([one_night(0, self.NEXT)], {FIRST: 1}, "bk_new") == []

    def test_buyers_reach_for_different_ones(self) -> None:
        due = [one_night(n) for n in range(50)]
        taken = Counter(choose(due, {FIRST: 1}, f"bk_{n}")[0].booking_id for n in range(50))

        assert max(taken.values()) <= 6
