"""Runs a command while a stack runs, whose folder it finds in RUNNING_STACK: one for all programs of a test run.

    python -m tests.system.on_a_stack pytest -n 2 tests/browser

Fails when the command does, or when the audit of the stack after it is not clean.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.system.fixtures import demo_without_pictures
from tests.system.stack import running_stack


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="holdfast-") as name:
        folder, begun = Path(name), time.monotonic()
        catalog = folder / "demo.json"
        catalog.write_text(json.dumps(demo_without_pictures()))
        with running_stack(folder / "local", CATALOG=str(catalog)) as stack:
            print(f"a stack is up after {time.monotonic() - begun:.0f} s", flush=True)
            environment = {**os.environ, "RUNNING_STACK": str(stack.folder)}
            code = subprocess.run([sys.executable, "-m", *command], env=environment, check=False).returncode
            stack.local("audit")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
