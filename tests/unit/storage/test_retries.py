"""Lost answers, throttles and conflicts: what the store repeats, and until when."""

import pytest

from holdfast.errors import Busy
from holdfast.model.booking import Status
from holdfast.storage.base import ContendedWrite
from holdfast.storage.store import Store, WriteConflict
from tests.kit.builders import (
    ALICE,
    JUST_BEFORE,
    a_hold,
    context_of,
    free,
    put_hold,
)
from tests.kit.clock import NOW
from tests.kit.flaky_client import LOST_ANSWER, cancelled, flaky_store, server_error, throttled
from tests.unit.storage.store_writes import confirmed, give, pending

pytestmark = pytest.mark.usefixtures("hotel")


class TestLostAnswer:
    """The write took effect and its answer never came: the repeat meets its own earlier commit."""

    def test_a_transaction_of_our_own_reads_as_success_and_happened_once(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        held = put_hold(troubled, a_hold())

        assert store.booking("bk_1") == held
        assert free(store)[10] == 4
        sent = client.named("transact_write_items")
        assert len(sent) == 2
        assert sent[0] == sent[1]  # the same bytes and the same token

    def test_a_put_of_our_own_reads_as_success(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)
        client.after("put_item", LOST_ANSWER)

        started = troubled.commit(held, pending(held), now=NOW)

        assert store.booking("bk_1") == started
        assert len(client.named("put_item")) == 2

    def test_a_payment_of_our_own_is_taken_once(self, store: Store) -> None:
        give(store, 2_000_000)
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER, server_error())

        troubled.commit(held, confirmed(held, wallet=1_575_000), now=JUST_BEFORE, context=context_of(store, held))

        assert store.account(ALICE).balance == 425_000
        assert len(store.entries(ALICE, None)[0]) == 2

    def test_an_answer_lost_before_it_was_applied_is_sent_again(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", LOST_ANSWER)

        put_hold(troubled, a_hold())

        assert free(store)[10] == 4

    @pytest.mark.moto
    def test_another_writer_between_our_commit_and_its_repeat_is_not_mistaken_for_us(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)

        def cancelled_meanwhile() -> None:
            held = store.bookings(["bk_1"])[0]
            store.commit(held, held.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)
            raise LOST_ANSWER

        client.after("transact_write_items", cancelled_meanwhile)

        with pytest.raises(WriteConflict) as lost:
            put_hold(troubled, a_hold())

        assert lost.value.current is not None
        assert lost.value.current.status is Status.CANCELLED
        assert free(store)[10] == 5


class TestRetries:
    @pytest.mark.parametrize(
        "trouble",
        [
            throttled(),
            server_error(),
            cancelled("None", "TransactionConflict", "None"),
            cancelled("ThrottlingError", "TransactionConflict", "None"),
            LOST_ANSWER,
        ],
        ids=["throttled", "server error", "conflict", "conflict and throttle", "no answer"],
    )
    def test_contention_is_tried_again_with_growing_jitter(self, store: Store, trouble: BaseException) -> None:
        held = put_hold(store, a_hold())
        troubled, client, watch = flaky_store(store)
        client.before("transact_write_items", *[trouble] * 4)

        troubled.commit(held, held.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)

        assert len(client.named("transact_write_items")) == 5
        assert len({call["ClientRequestToken"] for call in client.named("transact_write_items")}) == 1
        most = [0.005 * 2**n for n in range(4)]
        assert all(0 <= pause <= limit for pause, limit in zip(watch.pauses, most, strict=True))

    def test_a_hold_that_met_others_is_decided_anew(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", cancelled("None", "TransactionConflict", "None"))

        with pytest.raises(ContendedWrite):
            put_hold(troubled, a_hold())

        assert len(client.named("transact_write_items")) == 1

    @pytest.mark.parametrize("unknown", [LOST_ANSWER, server_error()], ids=["no answer", "server error"])
    def test_a_hold_whose_outcome_is_unknown_is_sent_as_it_was(self, store: Store, unknown: BaseException) -> None:
        """Only the same call can find out what became of it, whatever it meets after that."""
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", unknown, cancelled("None", "TransactionConflict", "None"))

        put_hold(troubled, a_hold())

        assert len(client.named("transact_write_items")) == 3
        assert len({call["ClientRequestToken"] for call in client.named("transact_write_items")}) == 1

    def test_contention_alone_is_met_until_the_time_is_over(self, store: Store) -> None:
        troubled, client, watch = flaky_store(store, patience_seconds=60)
        client.before("transact_write_items", *[cancelled("None", "TransactionConflict", "None")] * 40)

        troubled.retry_on_conflict(lambda: put_hold(troubled, a_hold()))

        assert len(client.named("transact_write_items")) == 41
        assert max(watch.pauses) <= 0.2  # so that who is too late is answered soon

    def test_contention_that_outlasts_the_time_left_is_busy_and_never_a_refusal(self, store: Store) -> None:
        troubled, client, watch = flaky_store(store, patience_seconds=6)
        client.before("transact_write_items", *[cancelled("None", "TransactionConflict", "None")] * 10_000)

        with pytest.raises(Busy):
            troubled.retry_on_conflict(lambda: put_hold(troubled, a_hold()))

        assert 3 <= watch.at <= 6  # it stops while a call could still end in time
        assert store.booking("bk_1") is None

    def test_no_call_is_begun_without_the_time_to_end_it(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store, patience_seconds=2.9)

        with pytest.raises(Busy):
            troubled.booking("bk_1")

        assert client.calls == []

    def test_a_failed_condition_with_a_conflict_is_not_retried_blindly(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", cancelled("None", "ConditionalCheckFailed", "TransactionConflict"))

        with pytest.raises(WriteConflict) as lost:
            put_hold(troubled, a_hold())

        assert "page" in lost.value.kinds
        assert len(client.named("transact_write_items")) == 1

    def test_a_decision_that_always_loses_ends_as_busy(self, store: Store) -> None:
        troubled, _, _ = flaky_store(store)

        def always_beaten() -> None:
            raise WriteConflict(["page"], None)

        with pytest.raises(Busy):
            troubled.retry_on_conflict(always_beaten)

    def test_keys_that_dynamodb_left_out_are_asked_for_again(self, store: Store) -> None:
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)
        client.leaves_out_keys(troubled.table.name)

        assert troubled.bookings(["bk_1", "bk_2"]) == [held]
        assert len(client.named("batch_get_item")) == 2
