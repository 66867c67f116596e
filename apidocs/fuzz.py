"""`python -m apidocs.fuzz`: Schemathesis at the running stack, from the API description: no 5xx, no answer that is not
described, no route that ignores its security. Exits with its code."""

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

# `unsupported_method` and `missing_required_header` ask for statuses that API Gateway gives (404) or that the contract
# names otherwise (400); `positive_data_acceptance` takes a room that is not there for a failure.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20, help="for each route")
    parser.add_argument("--caller", choices=["admin", "guest"], default="admin", help="an admin is a guest as well")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    stack = Stack.load()
    folder = local_folder()
    (folder / "openapi.json").write_text(json.dumps(_bookable(json.loads(described(stack.api_url)), stack)))
    groups = ["admin"] if chosen.caller == "admin" else []
    (folder / "fuzz.toml").write_text(_configuration(access_token(stack, f"fuzz-{chosen.caller}", groups)))
    return subprocess.run(
        _command(folder, stack.api_url, chosen.examples, chosen.seed), check=False, cwd=folder
    ).returncode


def _bookable(document: Any, stack: Stack) -> Any:
    """The description with room types and dates that are there, so that some holds are made and paid for."""
    answer = httpx.get(f"{stack.api_url}/properties", timeout=60, trust_env=False)
    rooms = [room["room_type_id"] for place in answer.json()["properties"] for room in place["room_types"]]
    stay = document["components"]["schemas"]["ReserveRequest"]["properties"]
    days = [(datetime.now(UTC) + timedelta(days=30 + n)).date().isoformat() for n in range(12)]
    stay["room_type_id"] = {"type": "string", "enum": rooms}
    stay["check_in"] = {"type": "string", "enum": days[:6]}
    stay["check_out"] = {"type": "string", "enum": days[6:]}
    return document


def _command(folder: Path, api_url: str, examples: int, seed: int) -> list[str]:
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
        "examples,coverage,fuzzing,stateful",
        "--max-examples",
        str(examples),
        "--seed",
        str(seed),
        "--workers",
        "2",
        "--no-color",
    )


def _configuration(token: str) -> str:
    """The token comes by a file: a command line can be read by all on the machine."""
    hooks = Path(__file__).with_name("fuzz_hooks.py")
    lines = {"hooks": str(hooks), "request-timeout": 60}
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    return f"{table}headers = {{ Authorization = {json.dumps('Bearer ' + token)} }}\n"


if __name__ == "__main__":
    sys.exit(main())
