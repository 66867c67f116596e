"""What the environment says: the one place that reads it. `template.yaml` sets every name."""

from __future__ import annotations

import os

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    table_name: str
    hold_seconds: int = 600  # ten minutes, DESIGN section 2
    due_shards: int = 8
    cognito_client_id: str = ""
    stripe_api_base: str = ""  # empty: Stripe itself
    stripe_secret_name: str = ""  # a Secrets Manager secret: {"api_key": ..., "webhook_secrets": [...]}
    razorpay_api_base: str = ""  # empty: Razorpay itself
    razorpay_secret_name: str = ""  # {"key_id": ..., "key_secret": ..., "webhook_secrets": [...]}

    @classmethod
    def from_environment(cls) -> Settings:
        """Reads upper-cased field names, such as TABLE_NAME; raises ValidationError when one is missing or wrong."""
        present = {field: os.environ[field.upper()] for field in cls.__struct_fields__ if field.upper() in os.environ}
        return msgspec.convert(present, cls, strict=False)
