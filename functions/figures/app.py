"""The figures that admins watch, and the proof that anyone may read: what the hourly audit has left in the table."""

from __future__ import annotations

from holdfast.figures import FiguresQuery, read_figures
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.settings import Settings
from holdfast.storage.verdicts import VerdictStore
from holdfast.views.figures import (
    AdminProofView,
    FiguresList,
    ProofView,
    admin_proof_view,
    figures_list,
    proof_view,
)

FRESH_SECONDS = 60  # so long anybody between may answer with the proof that they have
api = Api(Settings.from_environment())


@api.route("GET /admin/figures", who=Role.ADMIN, query=FiguresQuery, answers={200: FiguresList})
def get_figures(request: Request) -> Response:
    """The five figures by day, counted by the hourly audit. Days are UTC; up to 92 of them."""
    return Response(200, figures_list(read_figures(request.query(FiguresQuery), engine=request.engine)))


@api.route("GET /admin/proof", who=Role.ADMIN, answers={200: AdminProofView})
def get_admin_proof(request: Request) -> Response:
    """The auditor's last verdict, with what it found to be broken."""
    verdict = VerdictStore(request.engine.store.table).verdict()
    return Response(200, admin_proof_view(verdict, request.engine.clock()))


@api.route("GET /proof", who=Role.ANYONE, answers={200: ProofView})
def get_proof(request: Request) -> Response:
    """Whether the promises hold, by the auditor's last look at every room, booking and payment."""
    verdict = VerdictStore(request.engine.store.table).verdict()
    return Response(200, proof_view(verdict, request.engine.clock()), fresh_seconds=FRESH_SECONDS)


lambda_handler = api.lambda_handler
