"""The tools of the local stack: pinned here and nowhere else, each in an environment of its own, as their own
requirements clash."""

import os
import shutil
import sys
from pathlib import Path

SAM = "aws-sam-cli==1.170.0"
MINISTACK = "ministack[full]==1.5.33"
LOCALSTRIPE = "localstripe==1.15.10"
CHECKOV = "checkov==3.3.30"
SCHEMATHESIS = "schemathesis==4.32.5"

ROOT = Path(__file__).resolve().parent.parent


class LocalError(Exception):
    """Something on this machine is in the way; the message says what, in one line."""


def uv() -> str:
    """The uv that started us, or the Makefile's own, or the one on PATH."""
    for candidate in (os.environ.get("UV"), ROOT / ".tools" / "uv" / "bin" / "uv", shutil.which("uv")):
        if candidate and os.access(candidate, os.X_OK):
            return str(candidate)
    raise LocalError("uv is missing: start this by `make run`, which installs it into .tools")


def python() -> str:
    """The interpreter under this environment: what builds the layer also runs the Lambda workers, so that compiled
    packages load."""
    if sys.version_info[:2] != (3, 13):
        raise LocalError(f"Python 3.13 is needed, this is {sys.version.split()[0]}")
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def run_tool(requirement: str, *command: str) -> list[str]:
    """The command line that runs a console script of that package, or `python`, in the package's own environment."""
    return [uv(), "tool", "run", "--quiet", "--python", python(), "--from", requirement, *command]
