"""The wallet: balance, ledger, and admins' credits."""

from __future__ import annotations

from holdfast.errors import IdempotencyKeyReused, NotFound
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.payments.requests import SettleRequest
from holdfast.payments.wallet import credit, list_entries, reverse_credit
from holdfast.payments.wallet_requests import SEQ, CreditRequest, EntriesQuery
from holdfast.settings import Settings
from holdfast.views.wallet import EntryList, EntryView, WalletView, entry_view, wallet_view

api = Api(Settings.from_environment())


@api.route("GET /wallet", answers={200: WalletView})
def get_wallet(request: Request) -> Response:
    """The caller's balance."""
    return Response(200, wallet_view(request.engine.store.account(request.user_id)))


@api.route("GET /wallet/entries", query=EntriesQuery, answers={200: EntryList})
def get_entries(request: Request) -> Response:
    """The caller's ledger, newest first: the balance is the sum of all its lines."""
    cursor = request.query(EntriesQuery).cursor
    entries, more = list_entries(cursor, user_id=request.user_id, engine=request.engine)
    return Response(200, EntryList(entries=[entry_view(entry) for entry in entries], next_cursor=more))


@api.route(
    "POST /admin/wallets/{user_id}/credits",
    who=Role.ADMIN,
    body=CreditRequest,
    idempotent=True,
    answers={201: EntryView, 200: EntryView},
    refusals=(NotFound, IdempotencyKeyReused),
)
def post_credit(request: Request) -> Response:
    """Credit a user's wallet. 200 instead of 201: the same key and body again, and the same entry."""
    entry, created = credit(
        admin_id=request.admin_id,
        user_id=request.path("user_id"),
        key=request.idempotency_key,
        request=request.body(CreditRequest),
        engine=request.engine,
    )
    return Response(201 if created else 200, entry_view(entry))


@api.route(
    "POST /admin/wallets/{user_id}/credits/{seq}/reverse",
    who=Role.ADMIN,
    body=SettleRequest,
    answers={201: EntryView, 200: EntryView},
    refusals=(NotFound,),
)
def post_reverse(request: Request) -> Response:
    """Take back a credit that was a mistake, by a new entry. 200 instead of 201: it was taken back already."""
    entry, created = reverse_credit(
        admin_id=request.admin_id,
        user_id=request.path("user_id"),
        seq=int(request.path("seq", SEQ)),
        request=request.body(SettleRequest),
        engine=request.engine,
    )
    return Response(201 if created else 200, entry_view(entry))


lambda_handler = api.lambda_handler
