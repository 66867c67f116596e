"""What admins send about hotels."""

import re
from typing import Annotated, Literal

from holdfast.fields import Strict, Text, Whole
from holdfast.model.names import NAME
from holdfast.requests import NO_CURSOR, Reason

MAX_REVISION = 9_999
REVISION_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
DIGEST = re.compile(r"[0-9a-f]{64}")
REVIEWS_CURSOR = re.compile(rf"([0-9]{{13}}#)?{NAME.pattern}")


class ReviewsQuery(Strict):
    """Without a state: what waits for a decision."""

    state: Literal["submitted", "approved", "rejected", "suspended"] = "submitted"
    cursor: Annotated[str, Text(REVIEWS_CURSOR, NO_CURSOR)] | None = None


class ApproveRequest(Strict):
    """The revision that was read, and its hash."""

    revision: Annotated[int, Whole(1, MAX_REVISION)]
    hash: Annotated[str, Text(DIGEST, "must be the hash of the revision, as 64 hexadecimal digits")]


class RejectRequest(Strict):
    revision: Annotated[int, Whole(1, MAX_REVISION)]
    reason: Reason


class SuspendRequest(Strict):
    reason: Reason
