"""Loads a catalog as owners and admins would: hotels are registered and approved, wallets credited. Repeatable."""

from concurrent.futures import ThreadPoolExecutor

import msgspec

from holdfast.engine import Engine
from holdfast.logs import logger
from holdfast.model.dates import utc_now
from holdfast.model.draft import PropertyContent
from holdfast.model.property import RoomType
from holdfast.model.rates import open_month, with_nights
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest
from holdfast.properties.opening import open_range
from holdfast.properties.provisional import sold_as
from holdfast.properties.register import register
from holdfast.properties.review import approve
from holdfast.properties.room_types import add_room_type
from holdfast.properties.submission import submit
from holdfast.settings import Settings
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from local.catalog import Catalog, PropertyEntry
from local.catalog_rooms import RoomTypeEntry
from local.stack import Stack
from local.users import OWNER, join, user_id

WRITERS = 8
SECONDS = 300.0  # for all of it
LOADER = "catalog"


def load(catalog: Catalog, stack: Stack) -> None:
    """Loads hotels with calendars that are open 18 months ahead, promo codes, owners, and wallets with their users."""
    logger.setLevel("ERROR")  # this process is not a function: its log lines are not wanted
    settings = Settings(table_name=stack.table_name)
    catalog_store = CatalogStore.connect(settings).within(SECONDS)
    engine = Engine(Store.connect(settings), {}, utc_now).within(SECONDS)
    # The first hotel alone: msgspec builds what it keeps of a type at its first use, and two threads at once crash.
    for entry in catalog.properties[:1]:
        load_property(entry, engine)
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda entry: load_property(entry, engine), catalog.properties[1:]))
        list(pool.map(lambda entry: catalog_store.add_promo(entry.model), catalog.promos))
    for entry in catalog.properties:
        for owner in entry.owners:
            catalog_store.add_owner(user_id(stack, owner), entry.property_id)
            join(stack, owner, [OWNER])
    for wallet in catalog.wallets:
        user = user_id(stack, wallet.user)
        engine.store.open_account(user, wallet.currency)
        if wallet.balance:
            opening = CreditRequest(amount=wallet.balance, currency=wallet.currency, reason="Opening balance")
            credit(user, opening, key="opening-balance", admin_id=LOADER, engine=engine)


def load_property(entry: PropertyEntry, engine: Engine) -> None:
    """Registers, describes, submits and approves a hotel, unless it is public already."""
    if engine.catalog.has_property(entry.property_id):
        return
    property_ = entry.model
    content = PropertyContent(
        name=property_.name,
        city=property_.city,
        description=property_.description or None,
        address=property_.address or None,
        country=property_.country,
        timezone=property_.timezone,
        currency=property_.currency,
        taxes=property_.taxes,
        cancellation_policy=property_.cancellation_policy,
        amenities=property_.amenities,
        day_ends=property_.day_ends,
        guest_required=property_.guest_required,
    )
    register(content, property_id=entry.property_id, owner_id=LOADER, engine=engine, most=None)
    for room in entry.room_types:
        room_type = msgspec.structs.replace(room.model(entry.property_id), live=False, version=1)
        add_room_type(room_type, owner_id=LOADER, engine=engine, most=len(entry.room_types))
        _set_nights(room, room_type, engine)
    revision = submit(entry.property_id, owner_id=LOADER, engine=engine).revision
    approve(entry.property_id, revision.number, revision.digest, admin_id=LOADER, engine=engine)


def _set_nights(room: RoomTypeEntry, room_type: RoomType, engine: Engine) -> None:
    """Opens the months with the nights that differ, which nobody can book before the approval."""
    prices, rules = room.night_prices, room.night_rules
    if not prices and not rules:
        return
    property_ = sold_as(room_type, engine=engine)
    wanted = open_range(property_, engine)
    found = engine.catalog.months([room_type.room_type_id], wanted)
    before = {month: found.get((room_type.room_type_id, month)) for month in wanted}
    changes = [
        (month, with_nights(month or open_month(property_, room_type, name), prices, rules))
        for name, month in before.items()
    ]
    assert engine.catalog.change_months(changes)
