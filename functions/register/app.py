"""An owner's hotels: registered in steps, described, priced, submitted.

Each route loads its use case when it is first called: all of them together are more than a cold start may cost.
"""

from __future__ import annotations

from holdfast.errors import BelowSold, IdempotencyKeyReused, RoomTypeInUse
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.properties.plan_requests import OccupancyRequest, PlanRequest
from holdfast.properties.property_requests import (
    MAX_PROPERTY_BYTES,
    DraftChange,
    OwnPropertiesQuery,
    PropertyRequest,
)
from holdfast.properties.room_requests import RoomTypeChange, RoomTypeRequest
from holdfast.settings import Settings
from holdfast.views.register import (
    ChecklistView,
    DraftView,
    OwnedPropertyList,
    OwnRoomTypeView,
    PropertyMade,
    RoomTypeDeleted,
    RoomTypeMade,
    SubmissionView,
    checklist_view,
    draft_view,
    owned_view,
    room_type_view,
    submission_view,
)

api = Api(Settings.from_environment())


@api.route(
    "POST /properties",
    who=Role.OWNER,
    body=PropertyRequest,
    idempotent=True,
    answers={201: PropertyMade, 200: PropertyMade},
    refusals=(IdempotencyKeyReused,),
)
def post_property(request: Request) -> Response:
    """Begin to register a property. Its draft can be filled in any order; repeatable by its key."""
    from holdfast.properties.register import property_id_for, register  # noqa: PLC0415

    property_id = property_id_for(request.owner_id, request.idempotency_key)
    content = request.body(PropertyRequest, MAX_PROPERTY_BYTES).content
    is_new = register(content, property_id=property_id, owner_id=request.owner_id, engine=request.engine)
    return Response(201 if is_new else 200, PropertyMade(property_id=property_id))


@api.route("GET /owner/properties", who=Role.OWNER, query=OwnPropertiesQuery, answers={200: OwnedPropertyList})
def get_own_properties(request: Request) -> Response:
    """The caller's own properties, in every state."""
    from holdfast.properties.register import own_properties  # noqa: PLC0415

    cursor = request.query(OwnPropertiesQuery).cursor
    found, more = own_properties(request.owner_id, cursor, engine=request.engine)
    return Response(200, OwnedPropertyList(properties=tuple(owned_view(one) for one in found), cursor=more))


@api.route("GET /properties/{property_id}/draft", who=Role.OWNER, answers={200: DraftView})
def get_draft(request: Request) -> Response:
    """The working copy of a property, with its room types. Its version is the ETag."""
    from holdfast.properties.register import own_property  # noqa: PLC0415

    own = own_property(request.path("property_id"), owner_id=request.owner_id, engine=request.engine)
    return Response(200, draft_view(own), own.draft.version)


@api.route(
    "PATCH /properties/{property_id}/draft",
    who=Role.OWNER,
    body=DraftChange,
    versioned=True,
    answers={200: DraftView},
)
def patch_draft(request: Request) -> Response:
    """Change the draft, if it has the version of If-Match. What guests see stays until an admin approves it."""
    from holdfast.properties.register import change_draft  # noqa: PLC0415

    change = request.body(DraftChange, MAX_PROPERTY_BYTES)
    own = change_draft(
        request.path("property_id"),
        change.applied_to,
        version=request.if_match,
        owner_id=request.owner_id,
        engine=request.engine,
    )
    return Response(200, draft_view(own), own.draft.version)


@api.route("GET /properties/{property_id}/checklist", who=Role.OWNER, answers={200: ChecklistView})
def get_checklist(request: Request) -> Response:
    """What is missing before the property can be submitted, step by step and field by field."""
    from holdfast.properties.checklist import checklist  # noqa: PLC0415
    from holdfast.properties.register import own_property  # noqa: PLC0415

    own = own_property(request.path("property_id"), owner_id=request.owner_id, engine=request.engine)
    return Response(200, checklist_view(checklist(own)))


@api.route("POST /properties/{property_id}/submit", who=Role.OWNER, answers={201: SubmissionView, 200: SubmissionView})
def post_submit(request: Request) -> Response:
    """Submit the draft for approval, as an immutable revision. While something is missing, all of it is named."""
    from holdfast.properties.submission import submit  # noqa: PLC0415

    submitted = submit(request.path("property_id"), owner_id=request.owner_id, engine=request.engine)
    return Response(201 if submitted.is_new else 200, submission_view(submitted))


@api.route(
    "POST /properties/{property_id}/room-types",
    who=Role.OWNER,
    body=RoomTypeRequest,
    idempotent=True,
    answers={201: RoomTypeMade, 200: RoomTypeMade},
    refusals=(IdempotencyKeyReused,),
)
def post_room_type(request: Request) -> Response:
    """Add a room type. It is on sale once the property is approved with it; repeatable by its key."""
    from holdfast.properties.room_types import add_room_type, room_type_id_for  # noqa: PLC0415

    property_id, owner_id = request.path("property_id"), request.owner_id
    room_type_id = room_type_id_for(owner_id, property_id, request.idempotency_key)
    room_type = request.body(RoomTypeRequest, MAX_PROPERTY_BYTES).room_type(room_type_id, property_id)
    is_new = add_room_type(room_type, owner_id=owner_id, engine=request.engine)
    return Response(201 if is_new else 200, RoomTypeMade(room_type_id=room_type_id))


@api.route(
    "PATCH /room-types/{room_type_id}",
    who=Role.OWNER,
    body=RoomTypeChange,
    answers={200: OwnRoomTypeView},
    refusals=(BelowSold,),
)
def patch_room_type(request: Request) -> Response:
    """Change a room type. Prices, rooms, plans and occupancy count at once; name and description once approved."""
    from holdfast.properties.room_types import change_room_type  # noqa: PLC0415

    change = request.body(RoomTypeChange, MAX_PROPERTY_BYTES)
    changed = change_room_type(
        request.path("room_type_id"), change.sent, owner_id=request.owner_id, engine=request.engine
    )
    return Response(200, room_type_view(changed))


@api.route(
    "DELETE /room-types/{room_type_id}", who=Role.OWNER, answers={200: RoomTypeDeleted}, refusals=(RoomTypeInUse,)
)
def delete_own_room_type(request: Request) -> Response:
    """Delete a room type for good, unless somebody will stay in it."""
    from holdfast.properties.room_deletion import delete_room_type  # noqa: PLC0415

    delete_room_type(request.path("room_type_id"), owner_id=request.owner_id, engine=request.engine)
    return Response(200, RoomTypeDeleted())


@api.route(
    "PUT /room-types/{room_type_id}/plans/{plan_id}", who=Role.OWNER, body=PlanRequest, answers={200: OwnRoomTypeView}
)
def put_own_plan(request: Request) -> Response:
    """Put a rate plan: a new one comes after the others. It is on sale at once while it is active."""
    from holdfast.properties.room_types import put_plan  # noqa: PLC0415

    plan = request.body(PlanRequest).model(request.path("plan_id"))
    changed = put_plan(request.path("room_type_id"), plan, owner_id=request.owner_id, engine=request.engine)
    return Response(200, room_type_view(changed))


@api.route(
    "PUT /room-types/{room_type_id}/occupancy", who=Role.OWNER, body=OccupancyRequest, answers={200: OwnRoomTypeView}
)
def put_own_occupancy(request: Request) -> Response:
    """Say who may sleep in a room, and what more and fewer guests cost."""
    from holdfast.properties.room_types import put_occupancy  # noqa: PLC0415

    occupancy = request.body(OccupancyRequest).model
    changed = put_occupancy(request.path("room_type_id"), occupancy, owner_id=request.owner_id, engine=request.engine)
    return Response(200, room_type_view(changed))


lambda_handler = api.lambda_handler
