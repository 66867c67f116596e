"""localstripe on a free port of this machine, in an environment of its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.cloud.processes import Processes
from local.tools import LOCALSTRIPE, run_tool
from tests.kit.emulators import free_port

START_SECONDS = 180  # a first start installs it


@contextmanager
def running() -> Iterator[str]:
    """Yields its address; stops the process that it started, and no other."""
    with tempfile.TemporaryDirectory(prefix="holdfast-localstripe-") as folder:
        processes, port = Processes(Path(folder)), free_port()
        command = run_tool(LOCALSTRIPE, "python", "-m", "local.gateways.stripe_server", str(port))
        try:
            processes.start("localstripe", command, os.environ)
            processes.await_port("localstripe", port, START_SECONDS)
            yield f"http://127.0.0.1:{port}"
            processes.check()
        finally:
            processes.stop()
