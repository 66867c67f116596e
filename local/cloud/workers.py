"""The processes that MiniStack runs a function in."""

import contextlib

import psutil

from local.stack import local_folder


def kill_workers(function: str) -> list[int]:
    """Ends every worker of that function of this stack with SIGKILL, and returns their ids.

    The path of a worker's script tells which it is: MiniStack puts it into a folder of the function's name.
    """
    folder = str(local_folder() / "tmp" / f"ministack-lambda-{function}-")
    workers = [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(folder in argument for argument in process.info["cmdline"] or ())
    ]
    for worker in workers:
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()
    return [worker.pid for worker in workers]
