"""The one loader of `functions/*/app.py`, and what Lambda gives their handlers."""

import importlib.util
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

from tests.kit.hotel import TABLE_NAME
from tests.kit.template import ROOT

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
BUCKET_NAME = "holdfast-test-pictures"
UPLOAD_URL = f"https://{BUCKET_NAME}.s3.us-east-1.amazonaws.com"
CLIENT_ID = "3n4b5urk1ft4fl3mg5e62d9ado"  # the user pool client of the events
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
    "POWERTOOLS_SERVICE_NAME": "test",
    "TABLE_NAME": TABLE_NAME,
    "HOLD_SECONDS": "600",
    "COGNITO_CLIENT_ID": CLIENT_ID,
    "STRIPE_SECRET_NAME": "not-asked-for",
    "IMAGES_BUCKET": BUCKET_NAME,
    "IMAGES_UPLOAD_URL": UPLOAD_URL,
    "IMAGES_BASE_URL": "https://d111111abcdef8.cloudfront.net",
}


@dataclass
class LambdaContext:
    """What Lambda tells a handler about its invocation."""

    seconds_left: float = 15.0
    function_name: str = "test"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id: str = "7a1f6f3e-0f55-4c1b-9f0e-5b8a1f0e2d3c"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds_left * 1000)


def load_app(name: str) -> ModuleType:
    """A new import of the function's module: it reads the environment as it is now."""
    spec = importlib.util.spec_from_file_location(f"functions.{name}.app", ROOT / "functions" / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Apps:
    """Every function's module, each imported once, in the environment that the template gives it."""

    environment: pytest.MonkeyPatch
    loaded: dict[str, ModuleType] = field(default_factory=dict)

    def __getitem__(self, name: str) -> ModuleType:
        if name not in self.loaded:
            for variable, value in ENVIRONMENT.items():
                self.environment.setenv(variable, value)
            self.loaded[name] = load_app(name)
        return self.loaded[name]


def engine_home(module: ModuleType) -> Any:
    """What holds the engine of a function: its `Api`, or the module itself if it has no routes."""
    return getattr(module, "api", module)
