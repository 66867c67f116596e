"""Loads a catalog: hotels, owners and promo codes through the store, wallets by an admin's credit. Repeatable."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from holdfast.engine import Engine
from holdfast.logs import logger
from holdfast.model.dates import add_months, month_of, today_in, utc_now
from holdfast.model.limits import MONTHS_OPEN
from holdfast.model.rates import open_month, with_nights
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest
from holdfast.settings import Settings
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from local.catalog import Catalog, PropertyEntry
from local.stack import Stack
from local.users import user_id

WRITERS = 8
SECONDS = 300.0  # for all of it
LOADER = "catalog"


def load(catalog: Catalog, stack: Stack) -> None:
    """Loads hotels with calendars that are open 18 months ahead, promo codes, owners, and wallets with their users."""
    logger.setLevel("ERROR")  # this process is not a function: its log lines are not wanted
    settings = Settings(table_name=stack.table_name)
    catalog_store = CatalogStore.connect(settings).within(SECONDS)
    engine = Engine(Store.connect(settings), {}, utc_now).within(SECONDS)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda entry: _load_property(entry, catalog_store), catalog.properties))
        list(pool.map(lambda entry: catalog_store.add_promo(entry.model), catalog.promos))
    for entry in catalog.properties:
        for owner in entry.owners:
            catalog_store.add_owner(user_id(stack, owner), entry.property_id)
    for wallet in catalog.wallets:
        user = user_id(stack, wallet.user)
        engine.store.open_account(user, wallet.currency)
        if wallet.balance:
            opening = CreditRequest(amount=wallet.balance, currency=wallet.currency, reason="Opening balance")
            credit(user, opening, key="opening-balance", admin_id=LOADER, engine=engine)


def _load_property(entry: PropertyEntry, catalog_store: CatalogStore) -> None:
    property_ = entry.model
    first_day = today_in(property_.timezone, datetime.now(UTC)).replace(day=1)
    open_months = [month_of(add_months(first_day, count)) for count in range(MONTHS_OPEN)]
    catalog_store.add_property(property_)
    for room in entry.room_types:
        room_type = room.model(entry.property_id)
        months = [
            with_nights(open_month(property_, room_type, month), room.night_prices, room.night_rules)
            for month in open_months
        ]
        catalog_store.add_room_type(room_type, months)
