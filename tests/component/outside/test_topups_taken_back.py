"""Top-ups that are refunded or disputed at the gateway are taken out of the wallet again, each amount once."""

from tests.component.outside.desk import PART, TOPUP, Desk
from tests.component.outside.gateway_acts import (
    dispute,
    refund_part,
    win,
)


class TestTopUps:
    def test_all_that_disputes_have_lost_is_taken_out_of_the_wallet(self, desk: Desk) -> None:
        desk.topup_credited()
        for amount in (2_000, 2_500):
            desk.gateway.open_dispute(desk.order_id, amount)
            desk.deliver()
            desk.gateway.lose_dispute(desk.order_id)
            desk.deliver()

        assert desk.balance() == TOPUP - 4_500
        assert desk.broken() == []

    def test_a_refund_is_taken_out_of_the_wallet_once(self, desk: Desk) -> None:
        desk.topup_credited()
        refund_part(desk)
        for _ in range(3):
            desk.deliver()

        assert desk.balance() == TOPUP - PART
        [newest, _] = desk.door.call("GET /wallet/entries").body["entries"]
        assert (newest["amount"], newest["reason"], newest["actor"]) == (-PART, "topup_reversed", "gateway stripe")
        assert desk.cases("refunded_outside") == [("refunded", PART)]

    def test_a_refund_that_fails_is_back_in_the_wallet(self, desk: Desk) -> None:
        desk.topup_credited()
        refund_part(desk)
        desk.deliver()
        desk.gateway.fail_refund(desk.order_id)
        for _ in range(2):
            desk.deliver()

        assert desk.balance() == TOPUP
        [newest, *_] = desk.door.call("GET /wallet/entries").body["entries"]
        assert (newest["amount"], newest["reason"]) == (PART, "topup_restored")
        assert desk.cases("refunded_outside") == []
        assert desk.broken() == []

    def test_a_spent_one_takes_the_wallet_below_zero_which_then_pays_nothing(self, desk: Desk) -> None:
        desk.topup_credited()
        booking_id = desk.door.held(check_in="2026-12-10", check_out="2026-12-11", guests=1)
        started = desk.door.start(booking_id, wallet_apply_amount=TOPUP)
        desk.gateway.authorise(started.body["gateway_order_id"])
        assert desk.door.pay_by_card(booking_id, started).status == 200
        dispute(desk)
        desk.deliver()

        assert desk.balance() == -TOPUP
        other = desk.door.held(key="next", check_in="2026-12-11", check_out="2026-12-12", guests=1)
        query = {"wallet_apply_amount": "100"}
        quote = desk.door.call("GET /bookings/{booking_id}/pricing", query=query, booking_id=other).body
        assert (quote["wallet_applied"], quote["gateway_payable"]) == (0, quote["total_payable"])
        answer = desk.door.pay(other, 525_000)
        assert answer.code == "insufficient_wallet"
        assert "below zero" in answer.body["detail"]

    def test_a_dispute_that_is_won_gives_it_back(self, desk: Desk) -> None:
        desk.topup_credited()
        win(desk)
        desk.deliver()

        assert desk.balance() == TOPUP
        entries = desk.door.call("GET /wallet/entries").body["entries"]
        assert [(entry["reason"], entry["amount"]) for entry in entries] == [
            ("topup_restored", TOPUP),
            ("topup_reversed", -TOPUP),
            ("topup", TOPUP),
        ]
        assert desk.broken() == []
