"""The catalog file is checked to the last field, and a refusal names the place in the file."""

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from holdfast.model.promo import PromoKind
from holdfast.model.property import Property
from local.catalog import CatalogError, read_catalog
from tests.kit.template import ROOT

DEMO = ROOT / "local" / "demo.json"


@pytest.fixture
def demo() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DEMO.read_text())
    return content


def refusal(folder: Path, content: object) -> str:
    """Why a file with that content is refused."""
    file = folder / "catalog.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(CatalogError) as refused:
        read_catalog(file)
    return str(refused.value)


def changed(content: dict[str, Any], path: list[str | int], value: object) -> dict[str, Any]:
    """The content with another value at that path; a value of Ellipsis takes the member away."""
    content = copy.deepcopy(content)
    inner: Any = content
    for step in path[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return content


def test_the_demo_is_right() -> None:
    catalog = read_catalog(DEMO)
    by_city = Counter(entry.city for entry in catalog.properties)
    assert sum(by_city.values()) >= 12
    assert len([city for city, hotels in by_city.items() if hotels >= 4]) >= 3
    for entry in catalog.properties:
        assert all([entry.description, entry.address, entry.amenities, entry.pictures]), entry.property_id
    assert catalog.properties[0].room_types[0].model("goa-beach").price == 320000
    assert catalog.promos[0].model.kind is PromoKind.PERCENT


def test_promos_and_wallets_may_be_left_out(tmp_path: Path, demo: dict[str, Any]) -> None:
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps({"properties": demo["properties"]}))
    assert read_catalog(file).wallets == ()


def test_a_policy_is_kept_longest_notice_first(tmp_path: Path, demo: dict[str, Any]) -> None:
    steps = [{"days_before": 1, "refund_percent": 10}, {"days_before": 9, "refund_percent": 90}]
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps(changed(demo, ["properties", 0, "cancellation_policy"], steps)))
    policy = read_catalog(file).properties[0].model.cancellation_policy
    assert [step.days_before for step in policy] == [9, 1]


ROOM = ["properties", 0, "room_types", 1]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ([*ROOM, "base_price"], "620000", "$.properties[0].room_types[1].base_price: must be a whole number"),
        ([*ROOM, "base_price"], 620000.0, "$.properties[0].room_types[1].base_price: must be a whole number"),
        ([*ROOM, "base_price"], True, "$.properties[0].room_types[1].base_price: must be a whole number"),
        ([*ROOM, "base_price"], 0, "$.properties[0].room_types[1].base_price"),
        ([*ROOM, "base_price"], 10**13, "$.properties[0].room_types[1].base_price"),
        ([*ROOM, "base_price"], ..., "$.properties[0].room_types[1].base_price: is required"),
        ([*ROOM, "discounted_price"], 620001, "$.properties[0].room_types[1].discounted_price"),
        ([*ROOM, "total_rooms"], 0, "$.properties[0].room_types[1].total_rooms"),
        ([*ROOM, "max_guests"], 100, "$.properties[0].room_types[1].max_guests"),
        ([*ROOM, "room_type_id"], "goa-suite", "$.properties[0].room_types[2].room_type_id: 'goa-suite' is also at"),
        ([*ROOM, "room_type_id"], "goa#suite", "$.properties[0].room_types[1].room_type_id"),
        ([*ROOM, "colour"], "red", "$.properties[0].room_types[1].colour: is not a known field"),
        (["properties", 0, "room_types"], [], "$.properties[0].room_types"),
        (["properties", 1, "property_id"], "goa-beach", "$.properties[1].property_id: 'goa-beach' is also at"),
        (["properties", 0, "timezone"], "Asia/Goa", "$.properties[0].timezone: 'Asia/Goa' is not a time zone"),
        (["properties", 0, "currency"], "inr", "$.properties[0].currency: 'inr' is not an ISO 4217 currency"),
        (["properties", 0, "city"], "G#a", "$.properties[0].city"),
        (["properties", 0, "name"], "", "$.properties[0].name"),
        (["properties", 0, "cancellation_policy", 0, "refund_percent"], 101, "cancellation_policy[0].refund_percent"),
        (
            ["properties", 0, "cancellation_policy", 0, "days_before"],
            2,
            "cancellation_policy[1].days_before: 2 is also",
        ),
        (["promos", 0, "kind"], "gift", "$.promos[0].kind"),
        (["promos", 0, "percent_bp"], None, "$.promos[0].percent_bp: a percent promo needs it"),
        (["promos", 0, "amount"], 5, "$.promos[0].amount: a percent promo has none"),
        (["promos", 1, "amount"], 0, "$.promos[1].amount: a flat promo needs it"),
        (["promos", 0, "percent_bp"], 10_001, "$.promos[0].percent_bp"),
        (["promos", 0, "starts_at"], "2026-01-01T00:00:00", "$.promos[0].starts_at"),
        (["promos", 0, "ends_at"], "soon", "$.promos[0].ends_at"),
        (["promos", 1, "code"], "WELCOME10", "$.promos[1].code: 'WELCOME10' is also at $.promos[0].code"),
        (["wallets", 0, "balance"], -1, "$.wallets[0].balance"),
        (["wallets", 1, "user"], "alice", "$.wallets[1].user: 'alice' is also at $.wallets[0].user"),
        (["properties"], [], "$.properties"),
        (["hotels"], [], "$.hotels: is not a known field"),
    ],
)
def test_a_wrong_field_is_refused_by_its_place(
    tmp_path: Path, demo: dict[str, Any], path: list[str | int], value: object, message: str
) -> None:
    assert message in refusal(tmp_path, changed(demo, path, value))


def test_a_promo_that_ends_before_it_starts(tmp_path: Path, demo: dict[str, Any]) -> None:
    dates = {"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-31T23:59:59Z"}
    assert "$.promos[0].ends_at" in refusal(tmp_path, changed(demo, ["promos", 0], demo["promos"][0] | dates))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON, line 1 column 1"),
        ('{"properties": [', "not JSON, line 1 column 17"),
        ("[]", "$: must be an object"),
        ('{"properties": [], "properties": []}', "two members 'properties'"),
        ('{"properties": NaN}', "NaN is not JSON"),
    ],
)
def test_what_is_not_plain_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("slabs", "message"),
    [
        ([{"up_to": 100, "rate_bp": 500}], "only that one, has up_to null"),
        ([{"up_to": 200, "rate_bp": 0}, {"up_to": 100, "rate_bp": 5}, {"up_to": None, "rate_bp": 9}], "must rise"),
    ],
)
def test_a_property_s_own_tax_slabs_are_in_order(
    tmp_path: Path, demo: dict[str, Any], slabs: list[dict[str, Any]], message: str
) -> None:
    own = [{"starts": "2020-01-01", "slabs": slabs}]
    answer = refusal(tmp_path, changed(demo, ["properties", 0, "gst_slabs"], own))
    assert "$.properties[0].gst_slabs[0].slabs" in answer
    assert message in answer


COMPONENT = [{"name": "VAT", "rate_bp": 1000}]
EUROPE: dict[str, Any] = {"currency": "EUR", "country": "FR", "taxes": COMPONENT}


def sold(tmp_path: Path, demo: dict[str, Any], **changes: Any) -> Property:
    """The first hotel of the file, as it is written with these changes; None takes a field out."""
    entry = demo["properties"][0] | changes
    kept = {name: value for name, value in entry.items() if value is not None}
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps(demo | {"properties": [kept, *demo["properties"][1:]]}))
    return read_catalog(file).properties[0].model


@pytest.mark.parametrize(
    ("changes", "where", "says"),
    [
        (EUROPE | {"country": None}, "country", "is required for a property that sells in EUR"),
        (EUROPE | {"taxes": None}, "taxes", "is required outside India; there is no table for FR"),
        ({"country": "FR"}, "taxes", "is required outside India"),
        (EUROPE | {"country": "XX"}, "country", "a country by ISO 3166-1"),
        (EUROPE | {"country": "fr"}, "country", "a country by ISO 3166-1"),
        (EUROPE | {"currency": "KPW"}, "currency", "no gateway charges in KPW"),
        (EUROPE | {"currency": "XXX"}, "currency", "an ISO 4217 currency"),
        (EUROPE | {"taxes": []}, "taxes", "must have at least 1"),
        (EUROPE | {"taxes": [*COMPONENT, *COMPONENT]}, "taxes", "each once"),
        (EUROPE | {"taxes": [{"name": "VAT", "rate_bp": 10_001}]}, "taxes", "must be 0 to 10000"),
        (EUROPE | {"taxes": {"periods": [], "included": True}}, "taxes", "must have at least 1"),
        (EUROPE | {"taxes": {"rounding": "never", "periods": []}}, "taxes", "must be one of line or booking"),
        (
            {"gst_slabs": [{"starts": "2020-01-01", "slabs": [{"up_to": None, "rate_bp": 5}]}], "taxes": COMPONENT},
            "taxes",
            "name either taxes or gst_slabs",
        ),
        ({"guest_required": "yes"}, "guest_required", "must be true or false"),
        ({"day_ends_at": "12:01"}, "day_ends_at", "from 00:00 to 12:00"),
        ({"day_ends_at": "4:00"}, "day_ends_at", "a time of day"),
        (
            {"cancellation_policy": [{"days_before": 0, "until": "25:00", "refund_percent": 5}]},
            "cancellation_policy",
            "a time of day",
        ),
    ],
)
def test_what_a_hotel_cannot_be_sold_with_is_refused(
    tmp_path: Path, demo: dict[str, Any], changes: dict[str, Any], where: str, says: str
) -> None:
    with pytest.raises(CatalogError) as refused:
        sold(tmp_path, demo, **changes)
    assert f"$.properties[0].{where}" in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("country", "included"), [("FR", True), ("GB", True), ("JP", True), ("US", False), ("CH", False), ("IN", False)]
)
def test_prices_have_the_tax_in_them_where_they_must_be_shown_so(
    tmp_path: Path, demo: dict[str, Any], country: str, *, included: bool
) -> None:
    hotel = sold(tmp_path, demo, **EUROPE | {"country": country})
    assert hotel.taxes is not None
    assert (hotel.taxes.names, hotel.taxes.included, hotel.taxes.by_booking) == (("VAT",), included, False)


def test_a_table_may_say_everything(tmp_path: Path, demo: dict[str, Any]) -> None:
    parts = [{"name": "VAT", "rate_bp": 1000}, {"name": "city tax", "rate_bp": 300}]
    slabs = [{"up_to": 10_000, "components": parts}, {"up_to": None, "components": parts}]
    periods = [{"starts": "2020-01-01", "slabs": slabs}, {"starts": "2026-01-01", "slabs": slabs}]
    taxes = {"included": False, "rounding": "booking", "periods": periods}

    hotel = sold(tmp_path, demo, **EUROPE | {"taxes": taxes, "day_ends_at": "05:30"})

    assert hotel.taxes is not None
    assert (hotel.taxes.names, hotel.taxes.included, hotel.taxes.by_booking) == (("VAT", "city tax"), False, True)
    assert [slab.parts for period in hotel.taxes.periods for slab in period.slabs] == [(1000, 300)] * 4
    assert (hotel.country, hotel.day_ends) == ("FR", 330)


@pytest.mark.parametrize(("said", "kept"), [({}, False), ({"guest_required": True}, True)])
def test_a_hotel_may_insist_on_the_guests_details(
    tmp_path: Path, demo: dict[str, Any], said: dict[str, Any], *, kept: bool
) -> None:
    assert sold(tmp_path, demo, **said).guest_required is kept


def test_a_hotel_that_sells_in_rupees_is_in_india_unless_it_says_otherwise(
    tmp_path: Path, demo: dict[str, Any]
) -> None:
    hotel = sold(tmp_path, demo)
    assert (hotel.country, hotel.taxes, hotel.day_ends) == ("IN", None, 240)
