"""What Cognito asks before it issues tokens: the groups that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.logs import logger
from holdfast.sign_in import UserPools, limit_groups

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

user_pools = UserPools()


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    return limit_groups(event, user_pools)
