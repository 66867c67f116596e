"""What admins decide on hotels: the queue of revisions, and what is on sale.

Each route loads its use case when it is first called, as those of owners do.
"""

from __future__ import annotations

from holdfast.errors import ChangedSince
from holdfast.http import Api, Response, Role
from holdfast.http_request import NoFields, Request
from holdfast.properties.review_requests import (
    REVISION_NUMBER,
    ApproveRequest,
    RejectRequest,
    ReviewsQuery,
    SuspendRequest,
)
from holdfast.settings import Settings
from holdfast.views.reviews import (
    DecisionView,
    ReviewList,
    RevisionView,
    published_view,
    rejected_view,
    review_view,
    revision_view,
)

settings = Settings.from_environment()
api = Api(settings)


@api.route("GET /admin/reviews", who=Role.ADMIN, query=ReviewsQuery, answers={200: ReviewList})
def get_reviews(request: Request) -> Response:
    """The revisions that wait for a decision, oldest first; or those decided, or the hotels that are suspended."""
    from holdfast.properties.review import reviews  # noqa: PLC0415

    query = request.query(ReviewsQuery)
    decision = None if query.state == "submitted" else query.state
    found, more = reviews(decision, query.cursor, engine=request.engine)
    return Response(200, ReviewList(reviews=tuple(review_view(one) for one in found), cursor=more))


@api.route("GET /admin/properties/{property_id}/revisions/{number}", who=Role.ADMIN, answers={200: RevisionView})
def get_revision(request: Request) -> Response:
    """A revision, with its hash, what it changes of the public one, and the pictures of both."""
    from holdfast.properties.review import revision  # noqa: PLC0415

    number = int(request.path("number", REVISION_NUMBER))
    reviewed = revision(request.path("property_id"), number, engine=request.engine)
    return Response(200, revision_view(reviewed, settings.images_base_url))


@api.route(
    "POST /admin/properties/{property_id}/approve",
    who=Role.ADMIN,
    body=ApproveRequest,
    answers={200: DecisionView},
    refusals=(ChangedSince,),
)
def post_approve(request: Request) -> Response:
    """Put the submitted revision on sale. It must be the one that was read: its number and hash are named."""
    from holdfast.properties.review import approve  # noqa: PLC0415

    body, admin_id = request.body(ApproveRequest), request.admin_id
    property_id = request.path("property_id")
    published = approve(property_id, body.revision, body.hash, admin_id=admin_id, engine=request.engine)
    return Response(200, published_view(published))


@api.route(
    "POST /admin/properties/{property_id}/reject",
    who=Role.ADMIN,
    body=RejectRequest,
    answers={200: DecisionView},
    refusals=(ChangedSince,),
)
def post_reject(request: Request) -> Response:
    """Give the submitted revision back to its owner, who reads the reason in the draft."""
    from holdfast.properties.review import reject  # noqa: PLC0415

    body = request.body(RejectRequest)
    property_id = request.path("property_id")
    rejected = reject(property_id, body.revision, body.reason, admin_id=request.admin_id, engine=request.engine)
    return Response(200, rejected_view(rejected))


@api.route(
    "POST /admin/properties/{property_id}/suspend", who=Role.ADMIN, body=SuspendRequest, answers={200: DecisionView}
)
def post_suspend(request: Request) -> Response:
    """Take a hotel off sale. Its bookings stay; repeatable, and the first reason stands."""
    from holdfast.properties.review import suspend  # noqa: PLC0415

    reason = request.body(SuspendRequest).reason
    suspended = suspend(request.path("property_id"), reason, admin_id=request.admin_id, engine=request.engine)
    return Response(200, published_view(suspended))


@api.route("POST /admin/properties/{property_id}/resume", who=Role.ADMIN, body=NoFields, answers={200: DecisionView})
def post_resume(request: Request) -> Response:
    """Put a suspended hotel on sale again; repeatable."""
    from holdfast.properties.review import resume  # noqa: PLC0415

    request.body(NoFields)
    return Response(
        200, published_view(resume(request.path("property_id"), admin_id=request.admin_id, engine=request.engine))
    )


lambda_handler = api.lambda_handler
