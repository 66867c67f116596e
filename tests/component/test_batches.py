"""Several due holds in one transaction, and a buyer who has only as many released as he lacks."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from holdfast.bookings.expire import sweep
from holdfast.bookings.reclaim import LOOK, choose, make_way, reclaim
from holdfast.bookings.release import BATCH, expired_at, in_batches
from holdfast.engine import Engine
from holdfast.errors import Busy
from holdfast.model.booking import FrozenQuote
from holdfast.model.stripes import RoomsTaken
from holdfast.storage.items import page_key, promo_item
from holdfast.storage.marshal import to_wire
from holdfast.storage.store import Store
from holdfast.storage.table import TRANSACTION_LIMIT
from holdfast.storage.transaction import Writes
from tests.component.direct_holds import a_request, hold
from tests.kit.builders import a_promo, clock_at
from tests.kit.due_holds import FIRST, WriteMeter, free_on, one_night, put_due, statuses
from tests.kit.flaky_client import LOST_ANSWER, cancelled, flaky_store, throttled
from tests.kit.log_capture import LogLines
from tests.kit.stand_in import table_in_memory, update_by_hand
from tests.simulation.dynamodb import StandIn

LATE = clock_at(605)


@pytest.fixture
def store() -> Store:
    return Store(table_in_memory())


@pytest.fixture
def table(store: Store) -> StandIn:
    client: Any = store.table.client
    assert isinstance(client, StandIn)
    return client


def with_promo(total: int = 525_000, code: str = "TEN") -> FrozenQuote:
    return FrozenQuote(promo_code=code, gst_amount=25_000, total_payable=total)


@pytest.mark.parametrize(
    ("stripes", "has_promo", "sizes"),
    [
        (1, False, [25, 25]),
        (1, True, [25, 25]),
        (40, False, [25, 25]),
        (40, True, [20, 20, 10]),
        (64, True, [12] * 4 + [2]),
    ],
)
def test_a_batch_is_within_one_transaction(stripes: int, has_promo: bool, sizes: list[int]) -> None:
    """Each hold has a room of each stripe, and perhaps a use of a promo that no other has claimed."""
    taken = tuple(RoomsTaken(stripe, 0, 1, 1) for stripe in range(stripes))
    quotes = [with_promo(code=f"CODE{n}") if has_promo else None for n in range(50)]
    due = [one_night(n, rooms=stripes, taken=taken, quote=quote) for n, quote in enumerate(quotes)]

    batches = list(in_batches(due))

    assert [booking for batch in batches for booking in batch] == due
    assert [len(batch) for batch in batches] == sizes
    for batch in batches:
        changes = [(booking, expired_at(booking, LATE(), by="expire")) for booking in batch]
        assert len(Writes("table", due_shards=8).of_releases(changes, now=LATE())) <= TRANSACTION_LIMIT


class TestSweep:
    @pytest.mark.parametrize("holds", [1, 2, 10, BATCH])
    def test_holds_of_one_page_share_a_transaction(self, store: Store, table: StandIn, holds: int) -> None:
        """3 + 2/k units a hold: booking 2, the lost row of the index 1, the page 2 for all."""
        due = [one_night(n) for n in range(holds)]
        put_due(table, due, rooms=40)
        meter = WriteMeter(table)

        assert sweep(engine=Engine(store, {}, LATE)).expired == holds
        assert (meter.bookings, meter.units) == ([holds], 3 * holds + 2)
        assert set(statuses(table, due)) == {"expired"}
        assert free_on(table) == 40

    def test_more_holds_than_fit_take_the_next_transaction(self, store: Store, table: StandIn) -> None:
        put_due(table, [one_night(n) for n in range(BATCH + 3)], rooms=40)
        meter = WriteMeter(table)

        assert sweep(engine=Engine(store, {}, LATE)).expired == BATCH + 3
        assert meter.bookings == [BATCH, 3]

    def test_only_holds_of_the_same_pages_go_together(self, store: Store, table: StandIn) -> None:
        december, january = FIRST, FIRST + timedelta(days=31)
        over_new_year = {"check_out": january, "night_prices": (500_000,) * 20}
        due = [
            *(one_night(n, december) for n in range(3)),
            *(one_night(n, january) for n in range(3, 5)),
            *(one_night(n, FIRST + timedelta(days=11), **over_new_year) for n in range(5, 7)),
        ]
        put_due(table, due, rooms=40)
        meter = WriteMeter(table)

        assert sweep(engine=Engine(store, {}, LATE)).expired == 7
        assert Counter(meter.bookings) == {3: 1, 2: 2}
        assert free_on(table, FIRST) == free_on(table, january) == 40

    def test_each_hold_of_a_batch_has_its_own_line(self, store: Store, table: StandIn, lines: LogLines) -> None:
        due = [one_night(n) for n in range(4)]
        put_due(table, due, rooms=40)

        sweep(engine=Engine(store, {}, LATE))

        logged = [line for line in lines.all if line.get("tag") == "BOOKING_EXPIRED"]
        assert [line["booking_id"] for line in logged] == [booking.booking_id for booking in due]
        assert {(line["rooms"], line["lag_seconds"], line["by"]) for line in logged} == {(1, 5.0, "expire")}

    def test_promos_of_a_batch_are_given_back_claim_by_claim(self, store: Store, table: StandIn) -> None:
        quote = with_promo()
        due = [one_night(n, user_id=user, quote=quote) for n, user in enumerate(["alice", "alice", "bob"])]
        put_due(table, [*due, one_night(3)], rooms=40)
        table.load([to_wire(promo_item(a_promo(claimed=5)))])
        for user, bookings in (("alice", {"bk_00000": 1, "bk_00001": 1, "bk_other": 1}), ("bob", {"bk_00002": 1})):
            key = {"pk": "PROMO#TEN", "sk": f"USER#{user}"}
            table.load([to_wire(key | {"code": "TEN", "user_id": user, "bookings": bookings})])
        meter = WriteMeter(table)

        assert sweep(engine=Engine(store, {}, LATE)).expired == 4
        assert meter.bookings == [4]
        assert table.items["PROMO#TEN", "PROMO"]["claimed"] == {"N": "2"}
        assert table.items["PROMO#TEN", "USER#alice"]["bookings"] == {"M": {"bk_other": {"N": "1"}}}
        assert table.items["PROMO#TEN", "USER#bob"]["bookings"] == {"M": {}}

    def test_a_hold_that_was_changed_meanwhile_is_left_out(self, store: Store, table: StandIn) -> None:
        due = [one_night(n) for n in range(5)]
        put_due(table, due, rooms=40)
        troubled, client, _ = flaky_store(store)
        other = table.items["BOOKING#bk_00002", "BOOKING"] | {"write_id": {"S": "another's"}}
        client.before("transact_write_items", lambda: table.change({("BOOKING#bk_00002", "BOOKING"): other}))

        done = sweep(engine=Engine(troubled, {}, LATE))

        assert (done.expired, done.lost_race, done.failed) == (4, 1, 0)
        assert statuses(table, due).count("expired") == 4
        assert len(client.named("transact_write_items")) == 2

    def test_a_hold_that_cannot_be_released_sinks_no_other(self, store: Store, table: StandIn, lines: LogLines) -> None:
        """Its promo is gone: no condition of a booking says which hold it is, so halves are tried."""
        due = [one_night(n, quote=with_promo() if n == 11 else None) for n in range(BATCH)]
        put_due(table, due, rooms=40)
        troubled, client, _ = flaky_store(store)

        done = sweep(engine=Engine(troubled, {}, LATE))

        assert (done.expired, done.lost_race, done.failed) == (BATCH - 1, 0, 1)
        assert [n for n, status in enumerate(statuses(table, due)) if status != "expired"] == [11]
        assert free_on(table) == 39
        assert len(client.named("transact_write_items")) <= 11
        assert [line["booking_ids"] for line in lines.all if line["level"] == "ERROR"] == [["bk_00011"]]

    def test_a_hold_that_cannot_be_read_sinks_no_other(self, store: Store, table: StandIn) -> None:
        due = [one_night(n) for n in range(5)]
        put_due(table, due, rooms=40)
        broken = table.items["BOOKING#bk_00003", "BOOKING"] | {"night_prices": {"S": "?"}}
        table.change({("BOOKING#bk_00003", "BOOKING"): broken})

        done = sweep(engine=Engine(store, {}, LATE))

        assert (done.expired, done.failed) == (4, 1)

    @pytest.mark.parametrize("forgotten", [False, True], ids=["token known", "token forgotten"])
    def test_a_batch_whose_answer_was_lost_is_known_again(
        self, store: Store, table: StandIn, lines: LogLines, *, forgotten: bool
    ) -> None:
        due = [one_night(n) for n in range(5)]
        put_due(table, due, rooms=40)
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)
        if forgotten:
            client.before("transact_write_items", lambda: None, table._tokens.clear)  # as after ten minutes

        done = sweep(engine=Engine(troubled, {}, LATE))

        assert (done.expired, done.lost_race, done.failed) == (5, 0, 0)
        assert free_on(table) == 40
        assert sum(line.get("tag") == "BOOKING_EXPIRED" for line in lines.all) == 5

    def test_a_batch_that_meets_a_conflict_is_sent_again_whole(self, store: Store, table: StandIn) -> None:
        put_due(table, [one_night(n) for n in range(5)], rooms=40)
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", cancelled(*["None"] * 5, "TransactionConflict"))

        assert sweep(engine=Engine(troubled, {}, LATE)).expired == 5
        first, second = client.named("transact_write_items")
        assert first == second

    def test_what_no_time_is_left_for_has_failed_and_is_logged_once(
        self, store: Store, table: StandIn, lines: LogLines
    ) -> None:
        put_due(table, [one_night(n) for n in range(5)], rooms=40)
        troubled, client, _ = flaky_store(store, patience_seconds=6)
        client.before("transact_write_items", *[throttled("TransactWriteItems")] * 100)

        done = sweep(engine=Engine(troubled, {}, LATE))

        assert (done.expired, done.failed, done.lag_seconds_max) == (0, 5, 5.0)
        assert sum(line["level"] == "ERROR" for line in lines.all) == 1


class TestReclaim:
    def test_a_buyer_has_as_many_holds_released_as_he_lacks(self, store: Store, table: StandIn) -> None:
        due = [one_night(n) for n in range(10)]
        put_due(table, due, rooms=10)
        meter = WriteMeter(table)

        assert reclaim("deluxe", {FIRST: 3}, engine=Engine(store, {}, LATE), by_booking="bk_new")
        assert statuses(table, due).count("expired") == 3
        assert (meter.bookings, free_on(table)) == ([3], 3)

    @pytest.mark.parametrize("holds", [20, 500])
    def test_it_takes_as_many_calls_however_many_are_due(self, store: Store, table: StandIn, holds: int) -> None:
        put_due(table, [one_night(n) for n in range(holds)], rooms=holds)
        counted, client, _ = flaky_store(store)

        reclaim("deluxe", {FIRST: 1}, engine=Engine(counted, {}, LATE), by_booking="bk_new")
        assert [name for name, _ in client.calls] == ["query", "batch_get_item", "transact_write_items"]

    def test_it_goes_on_through_the_index_until_enough_is_found(self, store: Store, table: StandIn) -> None:
        """Those due first are of other nights, more than one page of the index has."""
        elsewhere = [one_night(n, FIRST + timedelta(days=1)) for n in range(5 * LOOK)]
        wanted = one_night(5 * LOOK, expires_at_ms=elsewhere[0].expires_at_ms + 1)
        put_due(table, [*elsewhere, wanted], rooms=5 * LOOK)
        before = free_on(table)

        assert reclaim("deluxe", {FIRST: 1}, engine=Engine(store, {}, LATE), by_booking="bk_new")
        assert free_on(table) == before + 1
        assert statuses(table, elsewhere).count("expired") == 0

    def test_it_has_nothing_released_of_other_nights(self, store: Store, table: StandIn) -> None:
        put_due(table, [one_night(n, FIRST + timedelta(days=1)) for n in range(3)], rooms=3)
        meter = WriteMeter(table)

        assert not reclaim("deluxe", {FIRST: 1}, engine=Engine(store, {}, LATE), by_booking="bk_new")
        assert meter.bookings == []

    def test_it_takes_others_in_the_place_of_those_it_lost(self, store: Store, table: StandIn) -> None:
        due = [one_night(n) for n in range(3)]
        put_due(table, due, rooms=3)
        troubled, client, _ = flaky_store(store)

        def all_but_one() -> None:
            [chosen] = choose(due, {FIRST: 1}, "bk_new")
            make_way([chosen], engine=Engine(store, {}, LATE), by_booking="bk_other")

        client.before("transact_write_items", all_but_one)

        assert reclaim("deluxe", {FIRST: 1}, engine=Engine(troubled, {}, LATE), by_booking="bk_new")
        assert statuses(table, due).count("expired") == 2

    def test_a_buyer_who_lacks_another_night_meanwhile_looks_for_that_one(self, store: Store, table: StandIn) -> None:
        """While he looked for holds of the 10th, a room of it came free, and the last one of the 11th went."""
        put_due(table, [one_night(0, FIRST + timedelta(days=1))], rooms=1)

        def set_free(on_the_10th: int, on_the_11th: int) -> None:
            days = {"ExpressionAttributeNames": {"#a": "10", "#b": "11", "#free": "free"}}
            values = {"ExpressionAttributeValues": to_wire({":a": on_the_10th, ":b": on_the_11th})}
            update_by_hand(
                store.table, page_key("deluxe", "2026-12"), "SET #free.#a = :a, #free.#b = :b", **days, **values
            )

        set_free(0, 1)
        troubled, client, _ = flaky_store(store)
        client.before("query", lambda: set_free(1, 0))

        _, created = hold(a_request(check_out=FIRST + timedelta(days=2)), troubled, clock=LATE)
        assert created

    @pytest.mark.parametrize("released", [0, 1])
    def test_a_buyer_is_not_told_that_all_is_sold_when_a_release_crashed(
        self, store: Store, table: StandIn, released: int
    ) -> None:
        """The error says nothing about the hold: its room is free, and another look may have it."""
        put_due(table, [one_night(n) for n in range(1 + released)], rooms=1 + released)
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", cancelled("ValidationError"))
        engine = Engine(troubled, {}, LATE)

        if released:
            assert reclaim("deluxe", {FIRST: 1}, engine=engine, by_booking="bk_new")
        else:
            with pytest.raises(Busy):
                reclaim("deluxe", {FIRST: 1}, engine=engine, by_booking="bk_new")

    def test_a_buyer_without_time_is_not_told_that_all_is_sold(self, store: Store, table: StandIn) -> None:
        put_due(table, [one_night(0)], rooms=1)
        troubled, client, _ = flaky_store(store, patience_seconds=6)
        client.before("transact_write_items", *[throttled("TransactWriteItems")] * 100)

        with pytest.raises(Busy):
            reclaim("deluxe", {FIRST: 1}, engine=Engine(troubled, {}, LATE), by_booking="bk_new")
