"""What others do at the gateway while we refund: before the refund that we send, or before we look again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.component.outside.desk import PART, Desk
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL

SHARE = STAY_TOTAL // 2  # what the policy gives back five days before arrival
SMALL = 100_000


@dataclass
class Watched(FakeGateway):
    """Others act once, `moment` our next refund."""

    moment: str = ""
    act: Callable[[], object] | None = None
    acted: bool = False

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        if self.moment == "before":
            self._let_others_act()
        super().refund(order_id, amount, currency, key)
        if self.moment == "after":
            self._let_others_act()

    def _let_others_act(self) -> None:
        if self.act and not self.acted:
            self.acted = True
            self.act()


@pytest.fixture
def gateway() -> Watched:
    return Watched()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("deliver", [True, False], ids=["with the event", "without the event"])
@pytest.mark.parametrize(
    ("name", "outside"),
    [
        ("an earlier refund fails", 0),
        ("a part of it is refunded", PART + SMALL),
        ("the earlier fails and another is made", SMALL),
        ("nothing", PART),
    ],
)
def test_the_guest_gets_the_share_of_the_policy(
    desk: Desk, gateway: Watched, moment: str, name: str, outside: int, *, deliver: bool
) -> None:
    desk.captured()
    desk.clock.advance(timedelta(days=13).total_seconds())
    theirs = gateway.refund_outside(desk.order_id, PART, pending=True)
    acts: dict[str, Callable[[], object]] = {
        "an earlier refund fails": lambda: gateway.fail_refund(desk.order_id, theirs),
        "a part of it is refunded": lambda: gateway.refund_outside(desk.order_id, SMALL),
        "the earlier fails and another is made": lambda: (
            gateway.fail_refund(desk.order_id, theirs),
            gateway.refund_outside(desk.order_id, SMALL),
        ),
        "nothing": lambda: None,
    }
    gateway.moment, gateway.act = moment, acts[name]

    assert desk.cancel().status == 200
    if deliver:
        desk.deliver()
    desk.come_to_rest()

    assert gateway.acted
    assert desk.booking.tasks == ()
    assert sum(refund.amount for refund in desk.order.refunds if not refund.ours) == outside
    # What others give back beside our refund, and that we could not see, comes on top of the share.
    unseen = SMALL if outside in {SMALL, PART + SMALL} else 0
    assert SHARE <= desk.order.refunded <= SHARE + unseen
    assert desk.broken() == []
