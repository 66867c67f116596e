"""Pictures for the hotels of a catalog file: drawn, uploaded as an owner's browser does, submitted and approved."""

import io
import time
from uuid import uuid4

import httpx

from holdfast.engine import Engine
from holdfast.model.dates import utc_now
from holdfast.model.image import ImageState
from holdfast.properties.image_requests import ImageRequest
from holdfast.properties.images import add_image, own_gallery
from holdfast.properties.review import approve
from holdfast.properties.submission import submit
from holdfast.settings import Settings
from holdfast.storage.bucket import Bucket
from holdfast.storage.store import Store
from local.catalog import Catalog, PropertyEntry
from local.pictures import draw
from local.seed import LOADER
from local.stack import Stack

READY_SECONDS = 120
SECONDS = 3600.0


def hang_pictures(catalog: Catalog, stack: Stack) -> None:
    """Gives each hotel the pictures that the file describes, one hotel after another. It leaves those that have any."""
    settings = Settings(table_name=stack.table_name)
    engine = Engine(Store.connect(settings), {}, utc_now).within(SECONDS)
    bucket = Bucket(stack.site_bucket, f"{stack.endpoint_url}/{stack.site_bucket}")
    for entry in catalog.properties:
        _hang(entry, bucket, engine)


def _hang(entry: PropertyEntry, bucket: Bucket, engine: Engine) -> None:
    property_id = entry.property_id
    if not entry.pictures or own_gallery(property_id, owner_id=LOADER, engine=engine).images:
        return
    for number, picture in enumerate(entry.pictures):
        request = ImageRequest(content_type="image/jpeg", alt=picture.alt, room_type_id=picture.room_type_id)
        _, form, _ = add_image(property_id, request, owner_id=LOADER, key=uuid4().hex, bucket=bucket, engine=engine)
        file = io.BytesIO(draw(entry.name, picture.kind, number))
        httpx.post(form.url, data=form.fields, files={"file": ("picture.jpg", file)}).raise_for_status()
    deadline = time.monotonic() + READY_SECONDS
    while any(
        image.state is ImageState.WAITING for image in own_gallery(property_id, owner_id=LOADER, engine=engine).images
    ):
        if time.monotonic() > deadline:
            return
        time.sleep(0.5)
    revision = submit(property_id, owner_id=LOADER, engine=engine).revision
    approve(property_id, revision.number, revision.digest, admin_id=LOADER, engine=engine)
