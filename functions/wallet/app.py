"""The wallet: balance, ledger, and admins' credits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import IdempotencyKeyReused, NotFound
from holdfast.http import Answer, Api, Call, Who
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.views import EntryList, EntryView, WalletView, entry_view, wallet_view
from holdfast.wallet import CreditRequest, EntriesQuery, credit, list_entries

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /wallet", answers={200: WalletView})
def get_wallet(call: Call) -> Answer:
    """The caller's balance."""
    return Answer(200, wallet_view(store.within(call.seconds_left).account(call.user_id)))


@api.route("GET /wallet/entries", query=EntriesQuery, answers={200: EntryList})
def get_entries(call: Call) -> Answer:
    """The caller's ledger, newest first: the balance is the sum of all its lines."""
    cursor = call.query(EntriesQuery).cursor
    entries, more = list_entries(cursor, user_id=call.user_id, store=store.within(call.seconds_left))
    return Answer(200, EntryList(entries=[entry_view(entry) for entry in entries], next_cursor=more))


@api.route(
    "POST /admin/wallets/{user_id}/credits",
    who=Who.ADMIN,
    body=CreditRequest,
    keyed=True,
    answers={201: EntryView, 200: EntryView},
    refusals=(NotFound, IdempotencyKeyReused),
)
def post_credit(call: Call) -> Answer:
    """Credit a user's wallet. 200 instead of 201: the same key and body again, and the same entry."""
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
