"""Every expression of these tests is one that DynamoDB takes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from holdfast.model.promo import Promo, PromoKind
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.store.contract.bookings import (
    DISCOUNT,
    GRAMMAR,
)


@pytest.fixture(autouse=True)
def _lawful_expressions(table: Table) -> Iterator[None]:
    """Whatever these tests send, on any emulator: no reserved word stands bare in it, and nothing is ever ADDed.

    DynamoDB refuses the one, and applies the other twice when an answer is lost.
    """
    seen: set[str] = set()

    def look(params: Any, **_: Any) -> None:
        for part in ([params], *(action.values() for action in params.get("TransactItems", []))):
            for request in part:
                seen.update(text for name, text in request.items() if name.endswith("Expression"))

    event = "provide-client-params.dynamodb"
    table.client.meta.events.register(event, look)
    yield
    table.client.meta.events.unregister(event, look)
    reserved = set(ReservedKeywords.get_reserved_keywords())
    for expression in seen:
        words = set(re.findall(r"(?<![#:\w])[A-Za-z_]\w*", expression)) - GRAMMAR
        assert {word for word in words if word.upper() in reserved or word == "ADD"} == set(), expression


@pytest.fixture
def promo(catalog: CatalogStore) -> Promo:
    made = Promo(code="DIWALI", kind=PromoKind.FLAT, amount=DISCOUNT, usage_limit=2, per_user_limit=1)
    assert catalog.add_promo(made)
    assert not catalog.add_promo(made)
    return made
