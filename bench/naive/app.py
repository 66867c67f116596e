"""A booking engine as samples build it: an item for each night, Powertools' idempotency, pydantic models, boto3.

The other side of the comparisons. It holds, pays, cancels and expires under conditions that keep a room from being sold
twice. It leaves out what Holdfast adds: late and doubled payments, promo codes, limits, history, an audit.

    ROOM#<id>     / META            the room type
    ROOM#<id>     / NIGHT#<date>    available, price
    BOOKING#<id>  / BOOKING         by_user: user_id, created_at (all attributes); by_expiry: hold, expires_at (keys)
    USER#<id>     / WALLET          balance
    USER#<id>     / ENTRY#<time>    the wallet's ledger
"""

import os
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.serialization.pydantic import PydanticSerializer
from boto3.dynamodb.conditions import Attr, Key

from bench.naive.models import Booking, BookingRequest, FinalizeRequest, Status

HOLD = timedelta(minutes=10)
logger = Logger()
app = APIGatewayHttpResolver()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
transact = table.meta.client.transact_write_items
# One for each function, so that each has a key of its own and the time that Lambda has left.
by_key = IdempotencyConfig(event_key_jmespath="[user_id, idempotency_key]")
by_payment = IdempotencyConfig(event_key_jmespath="[booking_id, gateway_transaction_id]")
persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
gateway: Any = None  # the payment provider's client


def now() -> datetime:
    return datetime.now(UTC)


def nights(check_in: date, check_out: date) -> list[date]:
    return [check_in + timedelta(days=n) for n in range((check_out - check_in).days)]


def item_of(booking: Booking) -> dict[str, Any]:
    item = booking.model_dump(mode="json", exclude_none=True)
    item |= {"pk": f"BOOKING#{booking.booking_id}", "sk": "BOOKING"}
    return item | ({"hold": "HOLD"} if booking.status in {Status.RESERVED, Status.PAYMENT_PENDING} else {})


def load(booking_id: str, user_id: str) -> Booking:
    key = {"pk": f"BOOKING#{booking_id}", "sk": "BOOKING"}
    item = table.get_item(Key=key, ConsistentRead=True).get("Item")
    if not item or item["user_id"] != user_id:
        raise NotFoundError("no such booking")
    return Booking.model_validate(item)


def balance_of(user_id: str) -> int:
    found = table.get_item(Key={"pk": f"USER#{user_id}", "sk": "WALLET"}, ConsistentRead=True)
    return int(found.get("Item", {}).get("balance", 0))


def save(booking: Booking, seen: Status, *, held_at: str | None = None) -> dict[str, Any]:
    condition, values = "#status = :seen", {":seen": seen}
    if held_at:
        condition, values = f"{condition} AND expires_at > :now", {**values, ":now": held_at}
    return {
        "TableName": table.name,
        "Item": item_of(booking),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": values,
    }


def rooms_moved(booking: Booking, rooms: int) -> list[dict[str, Any]]:
    """One update for each night: a stay of 30 nights writes 30 items."""
    return [
        {
            "Update": {
                "TableName": table.name,
                "Key": {"pk": f"ROOM#{booking.room_type_id}", "sk": f"NIGHT#{night}"},
                "UpdateExpression": "ADD available :rooms",
                "ConditionExpression": "available >= :needed",
                "ExpressionAttributeValues": {":rooms": rooms, ":needed": max(0, -rooms)},
            }
        }
        for night in nights(booking.check_in, booking.check_out)
    ]


def wallet_moved(user_id: str, amount: int, booking_id: str) -> list[dict[str, Any]]:
    wallet = {
        "TableName": table.name,
        "Key": {"pk": f"USER#{user_id}", "sk": "WALLET"},
        "UpdateExpression": "ADD balance :amount",
        "ConditionExpression": "balance >= :needed",
        "ExpressionAttributeValues": {":amount": amount, ":needed": max(0, -amount)},
    }
    entry = {"pk": f"USER#{user_id}", "sk": f"ENTRY#{now().isoformat()}#{uuid.uuid4()}", "amount": amount}
    return [{"Update": wallet}, {"Put": {"TableName": table.name, "Item": entry | {"booking_id": booking_id}}}]


@idempotent_function(
    data_keyword_argument="request",
    persistence_store=persistence,
    config=by_key,
    output_serializer=PydanticSerializer(model=Booking),
)
def create(request: BookingRequest) -> Booking:
    room = f"ROOM#{request.room_type_id}"
    meta = table.get_item(Key={"pk": room, "sk": "META"}).get("Item")
    wanted = nights(request.check_in, request.check_out)
    between = Key("sk").between(f"NIGHT#{wanted[0]}", f"NIGHT#{wanted[-1]}")
    found = table.query(KeyConditionExpression=Key("pk").eq(room) & between)["Items"]
    if not meta or len(found) < len(wanted) or request.guests > request.rooms * meta["max_guests"]:
        raise BadRequestError("not on sale")
    prices = [int(night["price"]) for night in found]
    gst = sum(round(price * (5 if price <= 750_000 else 18) / 100) for price in prices) * request.rooms
    base = sum(prices) * request.rooms
    booking = Booking(
        **request.model_dump(exclude={"idempotency_key"}),
        booking_id=str(uuid.uuid4()),
        property_id=str(meta["property_id"]),
        currency=str(meta["currency"]),
        night_prices=prices,
        base_amount=base,
        gst_amount=gst,
        total_payable=base + gst,
        status=Status.RESERVED,
        created_at=now().isoformat(),
        expires_at=(now() + HOLD).isoformat(),
    )
    put = {"TableName": table.name, "Item": item_of(booking), "ConditionExpression": "attribute_not_exists(pk)"}
    transact(TransactItems=[{"Put": put}, *rooms_moved(booking, -booking.rooms)])
    logger.info("booking reserved", extra={"booking_id": booking.booking_id, "user_id": booking.user_id})
    return booking


@idempotent_function(
    data_keyword_argument="request",
    persistence_store=persistence,
    config=by_payment,
    output_serializer=PydanticSerializer(model=Booking),
)
def finalize(request: FinalizeRequest) -> Booking:
    booking = load(request.booking_id, request.user_id)
    if request.wallet_applied + request.gateway_amount != booking.total_payable:
        raise BadRequestError("wrong amount")
    if request.gateway_amount:
        payment = gateway.fetch(booking.payment_id)
        if payment.amount != request.gateway_amount or payment.state != "authorised":
            raise BadRequestError("not authorised")
        gateway.capture(booking.payment_id, payment.amount, booking.currency, f"capture-{booking.booking_id}")
    modes = {(True, True): "wallet_partial", (True, False): "wallet_only", (False, True): "gateway_only"}
    paid = booking.model_copy(
        update={
            "status": Status.CONFIRMED,
            "payment_mode": modes[request.wallet_applied > 0, request.gateway_amount > 0],
            "wallet_paid": request.wallet_applied,
            "gateway_paid": request.gateway_amount,
        }
    )
    moved = wallet_moved(booking.user_id, -request.wallet_applied, booking.booking_id) if request.wallet_applied else []
    transact(TransactItems=[{"Put": save(paid, booking.status, held_at=now().isoformat())}, *moved])
    logger.info("booking confirmed", extra={"booking_id": booking.booking_id, "user_id": booking.user_id})
    return paid


def user() -> str:
    return str(app.current_event.request_context.authorizer.jwt_claim["sub"])  # type: ignore[union-attr]


@app.post("/bookings")
def post_booking() -> dict[str, Any]:
    key = app.current_event.headers["idempotency-key"]
    request = BookingRequest.model_validate({**app.current_event.json_body, "user_id": user(), "idempotency_key": key})
    return create(request=request).model_dump(mode="json")


@app.get("/bookings")
def list_bookings() -> dict[str, Any]:
    mine = Key("user_id").eq(user())
    found = table.query(IndexName="by_user", KeyConditionExpression=mine, ScanIndexForward=False, Limit=20)
    return {"bookings": [Booking.model_validate(item).model_dump(mode="json") for item in found["Items"]]}


@app.get("/bookings/<booking_id>")
def get_booking(booking_id: str) -> dict[str, Any]:
    return load(booking_id, user()).model_dump(mode="json")


@app.get("/bookings/<booking_id>/pricing")
def get_pricing(booking_id: str) -> dict[str, Any]:
    booking = load(booking_id, user())
    wallet = min(balance_of(booking.user_id), booking.total_payable)
    return {
        "total_payable": booking.total_payable,
        "wallet_applied": wallet,
        "gateway_payable": booking.total_payable - wallet,
    }


@app.post("/bookings/<booking_id>/payment")
def post_payment(booking_id: str) -> dict[str, Any]:
    booking = load(booking_id, user())
    wallet = int(app.current_event.json_body.get("wallet_apply_amount") or 0)
    if wallet > balance_of(booking.user_id):
        raise BadRequestError("not enough in the wallet")
    amount = booking.total_payable - wallet
    order = gateway.open_order(booking_id, amount, booking.currency, f"order-{booking_id}")
    pending = booking.model_copy(update={"status": Status.PAYMENT_PENDING, "payment_id": order.order_id})
    put = save(pending, booking.status, held_at=now().isoformat())
    table.meta.client.put_item(**put)
    return {"gateway_order_id": order.order_id, "client_secret": order.client_secret, "amount": amount}


@app.post("/bookings/<booking_id>/finalize")
def post_finalize(booking_id: str) -> dict[str, Any]:
    sent = {**app.current_event.json_body, "booking_id": booking_id, "user_id": user()}
    return finalize(request=FinalizeRequest.model_validate(sent)).model_dump(mode="json")


@app.post("/bookings/<booking_id>/cancel")
def post_cancel(booking_id: str) -> dict[str, Any]:
    booking = load(booking_id, user())
    ended = booking.model_copy(update={"status": Status.CANCELLED})
    refund = wallet_moved(booking.user_id, booking.wallet_paid, booking_id) if booking.wallet_paid else []
    transact(TransactItems=[{"Put": save(ended, booking.status)}, *rooms_moved(booking, booking.rooms), *refund])
    if booking.gateway_paid:
        gateway.refund(booking.payment_id, booking.gateway_paid, booking.currency, f"refund-{booking_id}")
    logger.info("booking cancelled", extra={"booking_id": booking_id, "user_id": booking.user_id})
    return ended.model_dump(mode="json")


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    for config in (by_key, by_payment):
        config.register_lambda_context(context)
    return app.resolve(event, context)


@logger.inject_lambda_context
def sweep_handler(_event: dict[str, Any], _context: Any) -> int:
    """Each minute: the holds whose ten minutes are over, each in a transaction of its own."""
    due = Key("hold").eq("HOLD") & Key("expires_at").lte(now().isoformat())
    rows = table.query(IndexName="by_expiry", KeyConditionExpression=due)["Items"]
    for row in rows:
        item = table.get_item(Key={"pk": row["pk"], "sk": row["sk"]}, ConsistentRead=True)["Item"]
        booking = Booking.model_validate(item)
        ended = booking.model_copy(update={"status": Status.EXPIRED})
        transact(TransactItems=[{"Put": save(ended, booking.status)}, *rooms_moved(booking, booking.rooms)])
        logger.info("booking expired", extra={"booking_id": booking.booking_id, "user_id": booking.user_id})
    return len(rows)


@app.get("/properties")
def search() -> dict[str, Any]:
    """The room types of a city, each with the nights of the stay."""
    asked = app.current_event.query_string_parameters
    first, last = date.fromisoformat(asked["check_in"]), date.fromisoformat(asked["check_out"])
    wanted, rooms = nights(first, last), int(asked.get("rooms", 1))
    city = table.query(KeyConditionExpression=Key("pk").eq(f"CITY#{asked['city']}"))["Items"]
    between = Key("sk").between(f"NIGHT#{wanted[0]}", f"NIGHT#{wanted[-1]}")
    found = []
    for room in city:
        free = Attr("available").gte(rooms)
        items = table.query(KeyConditionExpression=Key("pk").eq(room["sk"]) & between, FilterExpression=free)["Items"]
        if len(items) == len(wanted):
            found.append({"room_type_id": room["sk"], "base_amount": int(sum(item["price"] for item in items)) * rooms})
    return {"room_types": found}
