"""What a cold start loads: `bench.cold_start` measures what it costs, this keeps out what was measured to be slow."""

import json
import os
import subprocess
import sys

import pytest

from tests.kit.apps import ENVIRONMENT, FUNCTIONS
from tests.kit.template import ROOT

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
LOAD = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(json.dumps(sorted(sys.modules)))
"""
HELP = """
import sys
from holdfast.storage.table import connect
assert "html.parser" not in sys.modules
print(connect().get_item.__doc__)
assert "html.parser" in sys.modules
"""


def loaded_by(function: str) -> set[str]:
    """The modules that a new interpreter has after importing the function's app."""
    done = subprocess.run(  # noqa: S603 - Python itself, on our own file
        [sys.executable, "-W", "error", "-c", LOAD, str(ROOT / "functions" / function / "app.py")],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_with_the_environment_alone_and_loads_nothing_slow(function: str) -> None:
    loaded = loaded_by(function)

    assert "holdfast.storage.store" in loaded
    assert loaded & SLOW == set()


def test_help_on_a_client_loads_the_parser_that_the_start_left_out() -> None:
    done = subprocess.run(  # noqa: S603 - Python itself, on our own text
        [sys.executable, "-W", "error", "-c", HELP],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "primary key" in done.stdout, done.stderr
