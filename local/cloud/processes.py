"""The programs that the stack runs: started in process groups of their own, written down, stopped for certain."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from local.tools import ROOT, LocalError

STOP_SECONDS = 3  # from a polite signal to SIGKILL: nothing here has anything to save


class Processes:
    """What `up` started, recorded in `processes.json`, so that `down` finds it after a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "processes.json"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Starts a program whose output goes to `<name>.log`."""
        with (self.folder / f"{name}.log").open("wb") as log:
            try:
                process = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise LocalError(f"{name} did not start: {error}") from error
        self._running[name] = process
        pids = {name: process.pid for name, process in self._running.items()}
        self._record.write_text(json.dumps({name: [pid, _started_at(pid)] for name, pid in pids.items()}))

    def await_port(self, name: str, port: int, seconds: float) -> None:
        """Returns once the program listens; raises when it ended, or did not listen in time."""
        process = self._running[name]
        deadline = time.monotonic() + seconds
        while not _listening(port):
            if process.poll() is not None:
                raise LocalError(f"{name} ended at once: {self.last_line(name)}")
            if time.monotonic() > deadline:
                raise LocalError(f"{name} did not answer on port {port} within {seconds:.0f} s")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises when one of the programs has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                raise LocalError(f"{name} ended with {process.returncode}: {self.last_line(name)}")

    def last_line(self, name: str) -> str:
        """The last thing that the program said."""
        log = self.folder / f"{name}.log"
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        return lines[-1].strip() if lines else "it said nothing"

    def stop(self) -> None:
        """Ends the programs of this run, politely first."""
        for process in self._running.values():
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process.pid, signal.SIGKILL)  # the workers that outlived their parent
            process.wait()
        self._running.clear()
        self._record.unlink(missing_ok=True)

    def left_over(self) -> dict[str, int]:
        """Programs of an earlier run that are still there: name and pid."""
        if not self._record.exists():
            return {}
        try:
            recorded: dict[str, tuple[int, str]] = json.loads(self._record.read_text())
        except ValueError:
            return {}
        return {name: pid for name, (pid, started) in recorded.items() if started and _started_at(pid) == started}

    def stop_left_over(self) -> list[str]:
        """Ends what a crashed run left; returns the names."""
        found = self.left_over()
        for pid in found.values():
            _signal_group(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(_started_at(pid) for pid in found.values()):
            time.sleep(0.1)
        for pid in found.values():
            _signal_group(pid, signal.SIGKILL)
        self._record.unlink(missing_ok=True)
        return sorted(found)


def run_to_end(command: list[str], environment: Mapping[str, str], log: Path) -> int:
    """Runs a program in the foreground, its output in that file; returns its exit code. When we are stopped
    meanwhile, so is everything that it started."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


def require_free(port: int, variable: str) -> None:
    """Raises unless we could listen on that port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise LocalError(
                f"port {port} is in use; choose another by {variable}=…, or end what an earlier run left by `make down`"
            ) from None


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _started_at(pid: int) -> str:
    """When that process started, as `ps` words it; empty when it is gone. A pid alone may be somebody else's by now."""
    shown = subprocess.run(
        ["ps", "-o", "lstart=,stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    return "" if not shown or shown[-1].startswith("Z") else " ".join(shown[:-1])
