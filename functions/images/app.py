"""The pictures of a property, as its owner keeps them."""

from __future__ import annotations

from holdfast.errors import IdempotencyKeyReused, NotFound
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.model.ids import IMAGE_ID
from holdfast.properties.image_requests import ImageChange, ImageOrder, ImageRequest
from holdfast.properties.images import add_image, delete_image, describe_image, order_images, own_gallery, require_image
from holdfast.settings import Settings
from holdfast.storage.bucket import Bucket
from holdfast.views.images import ImageDeleted, ImageList, ImageUpload, ImageView, gallery_view, image_view, upload_view

settings = Settings.from_environment()
api = Api(settings)
bucket = Bucket.connect(settings)


@api.route(
    "POST /properties/{property_id}/images",
    who=Role.OWNER,
    body=ImageRequest,
    idempotent=True,
    answers={201: ImageUpload, 200: ImageUpload},
    refusals=(NotFound, IdempotencyKeyReused),
)
def post_image(request: Request) -> Response:
    """Ask for an upload: the answer has the form to post the file with, within five minutes."""
    property_id, key, owner_id = request.path("property_id"), request.idempotency_key, request.owner_id
    asked = request.body(ImageRequest)
    image, form, is_new = add_image(
        property_id, asked, owner_id=owner_id, key=key, bucket=bucket, engine=request.engine
    )
    return Response(201 if is_new else 200, upload_view(image, form))


@api.route("GET /properties/{property_id}/images", who=Role.OWNER, answers={200: ImageList}, refusals=(NotFound,))
def get_images(request: Request) -> Response:
    """All pictures in their order, the primary one first, in every state."""
    gallery = own_gallery(request.path("property_id"), owner_id=request.owner_id, engine=request.engine)
    return Response(200, gallery_view(gallery, settings.images_base_url))


@api.route(
    "GET /properties/{property_id}/images/{image_id}",
    who=Role.OWNER,
    answers={200: ImageView},
    refusals=(NotFound,),
)
def get_image(request: Request) -> Response:
    """One picture: whether its upload was processed, and where its sizes are."""
    property_id, image_id = request.path("property_id"), request.path("image_id", IMAGE_ID)
    gallery = own_gallery(property_id, owner_id=request.owner_id, engine=request.engine)
    image = require_image(image_id, gallery)
    return Response(200, image_view(image, gallery.rooms.get(image_id), settings.images_base_url))


@api.route(
    "PATCH /properties/{property_id}/images/{image_id}",
    who=Role.OWNER,
    body=ImageChange,
    answers={200: ImageView},
    refusals=(NotFound,),
)
def patch_image(request: Request) -> Response:
    """Set the alternative text or the room type."""
    property_id, image_id = request.path("property_id"), request.path("image_id", IMAGE_ID)
    change = request.body(ImageChange)
    image, room_type_id = describe_image(
        property_id, image_id, change, owner_id=request.owner_id, engine=request.engine
    )
    return Response(200, image_view(image, room_type_id, settings.images_base_url))


@api.route(
    "DELETE /properties/{property_id}/images/{image_id}",
    who=Role.OWNER,
    answers={200: ImageDeleted},
    refusals=(NotFound,),
)
def delete(request: Request) -> Response:
    """Delete a picture with its files. The next one becomes the primary one. Repeatable."""
    property_id, image_id = request.path("property_id"), request.path("image_id", IMAGE_ID)
    delete_image(property_id, image_id, owner_id=request.owner_id, bucket=bucket, engine=request.engine)
    return Response(200, ImageDeleted())


@api.route(
    "PUT /properties/{property_id}/images/order",
    who=Role.OWNER,
    body=ImageOrder,
    answers={200: ImageList},
    refusals=(NotFound,),
)
def put_order(request: Request) -> Response:
    """Put the pictures in order: every one once, the primary one first, which needs its alternative text."""
    property_id, asked = request.path("property_id"), request.body(ImageOrder)
    gallery = order_images(property_id, asked.image_ids, owner_id=request.owner_id, engine=request.engine)
    return Response(200, gallery_view(gallery, settings.images_base_url))


lambda_handler = api.lambda_handler
