"""Fill the wallet by card."""

from __future__ import annotations

from holdfast.errors import (
    AmountTooSmall,
    IdempotencyKeyReused,
    InProgress,
    NotFound,
    NotPayable,
    PaymentDeclined,
    TooManyCalls,
    TooManyTopUps,
)
from holdfast.http import Api, Response
from holdfast.http_request import Request
from holdfast.model.ids import TOPUP_ID
from holdfast.payments.topup import finalize_topup, start_topup
from holdfast.payments.wallet_requests import TopUpProof, TopUpRequest
from holdfast.settings import Settings
from holdfast.views.topups import TopUpView, topup_view

api = Api(Settings.from_environment())


@api.route(
    "POST /wallet/topups",
    body=TopUpRequest,
    idempotent=True,
    answers={201: TopUpView, 200: TopUpView},
    refusals=(IdempotencyKeyReused, AmountTooSmall, PaymentDeclined, TooManyTopUps, TooManyCalls),
)
def post_topup(request: Request) -> Response:
    """Open an order at a gateway that fills the wallet. 200 instead of 201: the same key and body again."""
    topup, order, created = start_topup(
        user_id=request.user_id,
        key=request.idempotency_key,
        request=request.body(TopUpRequest),
        engine=request.engine,
    )
    return Response(201 if created else 200, topup_view(topup, order.client_secret))


@api.route(
    "POST /wallet/topups/{topup_id}/finalize",
    body=TopUpProof,
    answers={200: TopUpView},
    refusals=(NotFound, NotPayable, PaymentDeclined, InProgress, TooManyCalls),
)
def post_topup_finalize(request: Request) -> Response:
    """Take the money that the guest authorised, and credit it. A repeat gives the same answer."""
    topup = finalize_topup(
        user_id=request.user_id,
        topup_id=request.path("topup_id", TOPUP_ID),
        proof=request.body(TopUpProof),
        engine=request.engine,
    )
    return Response(200, topup_view(topup))


lambda_handler = api.lambda_handler
