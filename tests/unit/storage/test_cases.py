"""Cases in the table: each written once for each state, listed by time page by page, counted, closed."""

import msgspec
import pytest

from holdfast.model.case import Case, CaseKind, case_id_of
from holdfast.model.dates import millis
from holdfast.storage.cases import LIST_PAGE_SIZE
from holdfast.storage.store import Store, WriteConflict
from tests.kit.clock import NOW


def a_case(number: int = 0, kind: CaseKind = CaseKind.DISPUTED, at_ms: int = millis(NOW)) -> Case:
    case_id = case_id_of(kind, "stripe", f"pi_{number}")
    return Case(case_id=case_id, kind=kind, at_ms=at_ms, amount=500, currency="INR", state="open", order_id=f"{number}")


def test_a_case_is_read_as_it_was_written(store: Store) -> None:
    written = store.commit_case(a_case())

    assert store.case(written.case_id) == written
    assert written.write_id


def test_a_first_report_finds_the_one_that_another_worker_wrote(store: Store) -> None:
    store.commit_case(a_case())

    with pytest.raises(WriteConflict):
        store.commit_case(a_case())


def test_a_case_is_replaced_only_as_it_was_read(store: Store) -> None:
    first = store.commit_case(a_case())
    store.commit_case(msgspec.structs.replace(first, state="lost"))

    with pytest.raises(WriteConflict):
        store.commit_case(first.closed(NOW, "admin root", "too late"))


def test_the_same_report_again_changes_nothing_closed_or_not(store: Store) -> None:
    first = store.commit_case(a_case())
    closed = store.commit_case(first.closed(NOW, "admin root", "dealt with"))

    assert a_case().replacing(first) is None
    assert a_case().replacing(closed) is None
    reopened = msgspec.structs.replace(a_case(), state="lost").replacing(closed)
    assert reopened
    assert reopened.is_open


def test_open_cases_are_listed_by_kind_and_counted(store: Store) -> None:
    for number in range(3):
        store.commit_case(a_case(number))
    other = store.commit_case(a_case(9, CaseKind.CASH_OWED))
    store.commit_case(other.closed(NOW, "admin root", "paid"))

    assert [case.order_id for case in store.open_cases(CaseKind.DISPUTED, None)[0]] != []
    assert store.count_cases(CaseKind.DISPUTED) == 3
    assert store.open_cases(CaseKind.CASH_OWED, None) == ([], None)
    assert store.count_cases(CaseKind.CASH_OWED) == 0


@pytest.mark.parametrize(
    "at_ms", [lambda n: n, lambda n: n // 7, lambda _: 0], ids=["apart", "some at once", "at once"]
)
def test_a_long_list_is_whole_page_by_page(store: Store, at_ms: object) -> None:
    assert callable(at_ms)
    many = LIST_PAGE_SIZE * 2 + 5
    for number in range(many):
        store.commit_case(a_case(number, at_ms=millis(NOW) + at_ms(number)))

    seen, after, pages = [], None, 0
    while pages == 0 or after:
        cases, after = store.open_cases(CaseKind.DISPUTED, after)
        seen += cases
        pages += 1

    assert pages == 3
    assert sorted(int(case.order_id or "") for case in seen) == list(range(many))
    assert [case.at_ms for case in seen] == sorted(case.at_ms for case in seen)
    assert store.count_cases(CaseKind.DISPUTED) == many
