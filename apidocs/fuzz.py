"""`python -m apidocs.fuzz`: sends requests made from the API description to the running stack, with Schemathesis.

It fails on a 5xx, on a response that the description does not have, and on a route that ignores its security.
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from apidocs.pages import described
from local.stack import Stack, local_folder
from local.tools import SCHEMATHESIS, run_tool
from local.users import access_token

# Left out: `unsupported_method` expects another status than API Gateway's 404, `missing_required_header` another than
# the contract's 400, and `positive_data_acceptance` counts an unknown room as a failure.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
]

PHASES = "examples,coverage,fuzzing,stateful"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m apidocs.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=20, help="requests for each route (20)")
    parser.add_argument("--caller", choices=["admin", "guest"], default="admin", help="whose token (admin)")
    parser.add_argument("--phases", default=PHASES, help=f"of Schemathesis ({PHASES})")
    parser.add_argument("--seed", type=int, default=1, help="a seed repeats its requests (1)")
    arguments = parser.parse_args()
    stack = Stack.load()
    folder = local_folder()
    (folder / "openapi.json").write_text(json.dumps(_bookable(json.loads(described(stack.api_url)), stack)))
    groups = ["admin"] if arguments.caller == "admin" else []
    (folder / "fuzz.toml").write_text(_configuration(access_token(stack, f"fuzz-{arguments.caller}", groups)))
    return subprocess.run(
        _command(folder, stack.api_url, arguments.examples, arguments.seed, arguments.phases), check=False, cwd=folder
    ).returncode


def _bookable(document: Any, stack: Stack) -> Any:
    """The description with room types and dates that exist, so that some requests hold and pay for rooms."""
    found = httpx.get(f"{stack.api_url}/properties", timeout=60, trust_env=False)
    rooms = [room["room_type_id"] for property_ in found.json()["properties"] for room in property_["room_types"]]
    stay = document["components"]["schemas"]["ReserveRequest"]["properties"]
    days = [(datetime.now(UTC) + timedelta(days=30 + n)).date().isoformat() for n in range(12)]
    stay["room_type_id"] = {"type": "string", "enum": rooms}
    stay["check_in"] = {"type": "string", "enum": days[:6]}
    stay["check_out"] = {"type": "string", "enum": days[6:]}
    return document


def _command(folder: Path, api_url: str, examples: int, seed: int, phases: str) -> list[str]:
    return run_tool(
        SCHEMATHESIS,
        "schemathesis",
        "--config-file",
        str(folder / "fuzz.toml"),
        "run",
        str(folder / "openapi.json"),
        "--url",
        api_url,
        "--checks",
        ",".join(CHECKS),
        "--phases",
        phases,
        "--max-examples",
        str(examples),
        "--seed",
        str(seed),
        "--workers",
        "2",
        "--no-color",
    )


def _configuration(token: str) -> str:
    """The configuration file. It carries the token: every user of the machine can read a command line."""
    hooks = Path(__file__).with_name("fuzz_hooks.py")
    lines = {"hooks": str(hooks), "request-timeout": 60}
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    return f"{table}headers = {{ Authorization = {json.dumps('Bearer ' + token)} }}\n"


if __name__ == "__main__":
    sys.exit(main())
