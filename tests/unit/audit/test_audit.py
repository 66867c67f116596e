"""The auditor finds each broken invariant of rooms, wallets, promos, accounts and indexes, and nothing else."""

from datetime import date, timedelta

import pytest

from holdfast.model.limits import RETENTION_DAYS
from holdfast.storage.items import account_key, entry_key, page_key, promo_key, rates_key, redemption_key, topup_key
from tests.kit.clock import NOW
from tests.kit.settled_table import (
    BOOKINGS,
    CARD,
    GONE,
    HELD,
    KEYS,
    LATER,
    NOW_MS,
    PENDING,
    WALLET,
    R,
    SettledTable,
    booking,
    line,
    settled_item,
)

PAGE = page_key("deluxe", "2026-12")
ALICE = account_key("alice")


def free(table: SettledTable, **nights: int) -> dict[str, int]:
    stored: dict[str, int] = table.items[PAGE]["free"]
    return stored | {day.removeprefix("d"): rooms for day, rooms in nights.items()}


def test_an_ordinary_day_breaks_nothing(table: SettledTable) -> None:
    assert table.audited() == []


def test_each_finding_names_the_items_concerned(table: SettledTable) -> None:
    table.spoil(PAGE, free=free(table, d10=2))
    [broken] = table.audited()
    assert (broken.invariant, broken.keys) == ("INV1", (PAGE,))
    assert str(broken) == "INV1 deluxe 2026-12-10: 1 room(s) of bookings or blocks not taken"


def test_the_same_table_reads_the_same_in_any_order(table: SettledTable) -> None:
    table.spoil(PAGE, free=free(table, d10=9, d11=3))
    table.spoil(ALICE, balance=1)
    first = table.audited()
    table.items = dict(reversed(table.items.items()))
    assert table.audited() == first


class TestRooms:
    def test_a_room_that_no_booking_keeps_is_missing(self, table: SettledTable) -> None:
        table.spoil(PAGE, free=free(table, d20=4))
        assert table.broken() == {"INV1"}

    def test_a_booking_on_a_night_that_is_not_on_sale(self, table: SettledTable) -> None:
        del table.items[PAGE], table.items[rates_key("deluxe", "2026-12")]
        assert table.broken() == {"INV1"}

    def test_nights_free_that_are_not_on_sale(self, table: SettledTable) -> None:
        nights = free(table)
        del nights["31"]
        table.spoil(PAGE, free=nights)
        assert table.broken() == {"INV1"}

    @pytest.mark.parametrize("rooms", [-1, 6])
    def test_free_rooms_stay_between_none_and_all(self, table: SettledTable, rooms: int) -> None:
        table.spoil(PAGE, free=free(table, d20=rooms))
        assert table.broken() == {"INV1", "INV2"}

    def test_a_booking_of_which_only_some_nights_are_counted(self, table: SettledTable) -> None:
        table.change(HELD, check_out=date(2026, 12, 13), night_prices=(500_000,) * 3)
        table.spoil(PAGE, free=free(table, d11=4))
        assert table.broken() == {"INV1", "INV3"}

    @pytest.mark.parametrize(("days", "broken"), [(RETENTION_DAYS - 20, {"INV1"}), (RETENTION_DAYS + 20, set())])
    def test_nights_whose_bookings_ttl_has_deleted_are_left_alone(
        self, table: SettledTable, days: int, broken: set[str]
    ) -> None:
        for booking_id in (CARD, WALLET):
            del table.items[KEYS[booking_id]]
        after = NOW + timedelta(days=18 + days)
        assert table.broken(now=after, sweeping=False, gateway_records=None, lines=None) == broken

    def test_a_hold_past_its_deadline_keeps_its_rooms_until_it_is_released(self, table: SettledTable) -> None:
        assert "INV1" not in table.broken(now=LATER)


class TestWallets:
    def test_a_balance_that_differs_from_its_entries_is_reported(self, table: SettledTable) -> None:
        table.spoil(ALICE, balance=1)
        assert table.broken() == {"WAL1"}

    def test_a_negative_balance_is_reported(self, table: SettledTable) -> None:
        for seq in range(1, 6):
            del table.items[entry_key("alice", seq)]
        table.spoil(ALICE, balance=-1, seq=0)
        assert "WAL1" in table.broken()

    def test_entries_without_an_account(self, table: SettledTable) -> None:
        del table.items[ALICE]
        assert "WAL1" in table.broken()

    def test_a_gap_in_the_ledger(self, table: SettledTable) -> None:
        table.spoil(ALICE, seq=6)
        assert table.broken() == {"WAL2"}

    def test_an_entry_that_does_not_go_on_from_the_one_before(self, table: SettledTable) -> None:
        table.spoil(entry_key("alice", 3), balance_after=1)
        assert table.broken() == {"WAL2"}

    def test_a_wallet_payment_without_its_entry_is_reported(self, table: SettledTable) -> None:
        table.spoil(entry_key("alice", 3), booking_id=None)
        assert table.broken() == {"WAL3"}

    def test_a_hold_that_took_from_the_wallet(self, table: SettledTable) -> None:
        table.spoil(entry_key("alice", 1), booking_id=HELD)
        assert table.broken() == {"WAL3"}

    def test_a_topup_that_no_entry_credits(self, table: SettledTable) -> None:
        table.spoil(entry_key("alice", 2), reason="Goodwill")
        assert table.broken() == {"WAL3"}


class TestPromos:
    def test_a_count_that_differs_from_the_redemptions_is_reported(self, table: SettledTable) -> None:
        table.spoil(promo_key("TENOFF"), claimed=0)
        assert table.broken() == {"PRM1"}

    def test_a_redemption_of_an_ended_booking_is_reported(self, table: SettledTable) -> None:
        table.spoil(redemption_key("TENOFF", "alice"), bookings={PENDING: 1, GONE: 1})
        assert table.broken() == {"PRM1"}

    def test_a_redemption_of_a_booking_that_ttl_deleted_long_after_the_stay_is_left_alone(
        self, table: SettledTable
    ) -> None:
        table.spoil(redemption_key("TENOFF", "alice"), bookings={PENDING: 1, "bk_old": 1})
        table.spoil(promo_key("TENOFF"), claimed=2, usage_limit=2, per_user_limit=2)
        assert table.broken() == set()

    def test_a_discount_without_a_redemption_is_reported(self, table: SettledTable) -> None:
        del table.items[redemption_key("TENOFF", "alice")]
        assert table.broken() == {"PRM1"}

    @pytest.mark.parametrize("limit", ["usage_limit", "per_user_limit"])
    def test_more_redemptions_than_a_limit_allows_are_reported(self, table: SettledTable, limit: str) -> None:
        table.spoil(promo_key("TENOFF"), **{limit: 0})
        assert table.broken() == {"PRM1"}


class TestAccounts:
    def test_more_live_holds_than_the_cap(self, table: SettledTable) -> None:
        more = [booking(f"bk_more{n}", R) for n in range(4)]
        for made in more:
            table.put(settled_item(made))
            table.lines.append(line("BOOKING_RESERVED", made.booking_id, 1))
        table.spoil(PAGE, free=free(table, d10=0), on_sale=table.items[PAGE]["on_sale"] | {"10": 8})
        live = {made.booking_id: made.expires_at_ms for made in [BOOKINGS[HELD], BOOKINGS[PENDING], *more]}
        table.spoil(ALICE, live=live)
        table.spoil(rates_key("deluxe", "2026-12"), rooms={"10": 8})
        assert table.broken() == {"ACC1"}

    def test_a_live_hold_that_its_account_does_not_know(self, table: SettledTable) -> None:
        table.spoil(ALICE, live={PENDING: BOOKINGS[PENDING].expires_at_ms})
        assert table.broken() == {"ACC1"}

    def test_a_confirmed_booking_that_still_counts_as_a_hold(self, table: SettledTable) -> None:
        table.spoil(ALICE, live=table.items[ALICE]["live"] | {CARD: BOOKINGS[CARD].expires_at_ms})
        assert table.broken() == {"ACC1"}

    @pytest.mark.parametrize("counted", [-1, 1])
    def test_a_count_of_pending_topups_that_is_off(self, table: SettledTable, counted: int) -> None:
        table.spoil(ALICE, pending_topups=counted)
        assert table.broken() == {"ACC1"}


class TestIndexes:
    def test_a_hold_that_the_sweep_cannot_find(self, table: SettledTable) -> None:
        table.spoil(KEYS[HELD], due_shard=None, due_at=None)
        assert table.broken() == {"DUE1"}

    def test_a_settled_booking_that_is_still_due(self, table: SettledTable) -> None:
        table.spoil(KEYS[CARD], due_shard="PAYMENT#0", due_at=1)
        assert table.broken() == {"DUE1"}

    def test_a_credited_topup_that_is_still_due(self, table: SettledTable) -> None:
        table.spoil(topup_key("tu_one"), due_shard="PAYMENT#0", due_at=1)
        assert table.broken() == {"DUE1"}

    def test_an_ended_booking_that_ttl_would_delete_at_once(self, table: SettledTable) -> None:
        table.spoil(KEYS[CARD], ttl=1)
        assert table.broken() == {"DUE1"}

    @pytest.mark.parametrize("booking_id", [HELD, CARD])
    def test_a_booking_that_ttl_would_never_delete(self, table: SettledTable, booking_id: str) -> None:
        table.spoil(KEYS[booking_id], ttl=NOW_MS)  # milliseconds, where DynamoDB wants seconds
        assert table.broken() == {"DUE1"}


def test_an_item_that_cannot_be_read_is_reported_and_hides_nothing_else(table: SettledTable) -> None:
    table.spoil(KEYS[GONE], history="?")
    table.spoil(ALICE, balance=1)
    assert table.broken() == {"ITEM1", "WAL1"}
