"""The processes that MiniStack runs a function in."""

import contextlib
import os
import signal
import subprocess

from local.stack import local_folder


def kill_workers(function: str) -> list[int]:
    """Ends every worker of that function of this stack with SIGKILL, and returns their pids.

    A worker is known by its script, which MiniStack puts into a folder of the function's name under the run's own.
    """
    folder = local_folder() / "tmp" / f"ministack-lambda-{function}-"
    shown = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True).stdout
    pids = [int(line.split()[0]) for line in shown.splitlines() if str(folder) in line]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return pids
