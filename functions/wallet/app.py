"""The wallet: balance, ledger, and admins' credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.bookings import CursorQuery
from holdfast.errors import InvalidFields
from holdfast.http import Answer, Api, Call
from holdfast.logs import logger, publishes_metrics
from holdfast.model import utc_now
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.views import entry_view
from holdfast.wallet import CreditRequest, credit

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /wallet")
def get_wallet(call: Call) -> Answer:
    account = store.within(call.seconds_left).account(call.user_id)
    return Answer(200, {"user_id": account.user_id, "balance": account.balance, "currency": account.currency})


@api.route("GET /wallet/entries")
def get_entries(call: Call) -> Answer:
    user_id, cursor = call.user_id, call.query(CursorQuery).cursor
    if cursor is not None and not cursor.isdigit():
        raise InvalidFields(("cursor", "is not one that this list gave"))
    entries, more = store.within(call.seconds_left).entries(user_id, int(cursor) if cursor else None)
    next_cursor = str(more) if more else None
    return Answer(200, {"entries": [entry_view(entry) for entry in entries], "next_cursor": next_cursor})


@api.route("POST /admin/wallets/{user_id}/credits")
def post_credit(call: Call) -> Answer:
    entry, created = credit(
        admin_id=call.admin_id,
        user_id=call.path("user_id"),
        key=call.idempotency_key,
        request=call.body(CreditRequest),
        store=store.within(call.seconds_left),
        clock=utc_now,
    )
    return Answer(201 if created else 200, entry_view(entry))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
