"""The bucket's events: each upload becomes the sizes that guests are shown, or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.engine import Engine
from holdfast.logs import logger
from holdfast.model.dates import utc_now
from holdfast.properties.pictures import process_upload, uploaded_key
from holdfast.settings import Settings
from holdfast.storage.bucket import Bucket
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
engine = Engine(Store.connect(settings), {}, utc_now)
bucket = Bucket.connect(settings)


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Processes every record. Lambda sends an event again after a crash: what was done is not done twice."""
    from holdfast.imaging.sizes import sized  # noqa: PLC0415 - Pillow is loaded when there is a picture

    within = engine.within(context.get_remaining_time_in_millis() / 1000)
    states: list[str | None] = []
    for record in event["Records"]:
        uploaded = uploaded_key(record["s3"]["object"]["key"])
        if uploaded is None or record["s3"]["bucket"]["name"] != bucket.name:
            logger.warning("an event of no upload of ours")
            continue
        states.append(process_upload(uploaded, bucket=bucket, engine=within, sized=sized))
    return {"states": states}
