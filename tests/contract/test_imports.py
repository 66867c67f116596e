"""What a cold start loads: `bench.cold_start` measures what it costs, this keeps out what was measured to be slow."""

import os
import subprocess
import sys

import pytest

from bench.cold_start import loaded_modules
from tests.kit.apps import ENVIRONMENT, FUNCTIONS

SLOW = {
    "aws_lambda_powertools.event_handler",
    "aws_xray_sdk",
    "boto3",
    "email_validator",
    "html.parser",
    "moto",
    "phonenumbers",
    "pydantic.networks",
    "requests",
    "stripe",
}
HELP = """
import sys
from holdfast.storage.client import connect
assert "html.parser" not in sys.modules
print(connect().get_item.__doc__)
assert "html.parser" in sys.modules
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    return loaded_modules(sys.executable, os.environ | ENVIRONMENT)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_the_environment_alone_and_loads_nothing_slow(
    function: str, loaded: dict[str, set[str]]
) -> None:
    assert ("holdfast.storage.store" in loaded[function]) is (function != "sign_in")
    assert loaded[function] & SLOW == set()


def test_help_on_a_client_loads_the_parser_that_the_start_left_out() -> None:
    done = subprocess.run(  # noqa: S603 - Python itself, on our own text
        [sys.executable, "-W", "error", "-c", HELP],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "primary key" in done.stdout, done.stderr
