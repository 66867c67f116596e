"""The programs of the stack. Each has its own process group and is recorded in a file; `stop` ends every one."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from local.tools import ROOT, LocalError

STOP_SECONDS = 3  # from SIGTERM to SIGKILL: no program here has anything to save
SAME_START_SECONDS = 2  # psutil computes a start from the boot time, which moves when the clock is set


class Processes:
    """The programs that `up` started. `processes.json` records them, so that `down` finds them after a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "processes.json"
        self._running: dict[str, psutil.Popen] = {}

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Starts a program whose output goes to `<name>.log`."""
        with self._log(name).open("wb") as log:
            try:
                process = psutil.Popen(
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
        recorded = {name: [process.pid, process.create_time()] for name, process in self._running.items()}
        self._record.write_text(json.dumps(recorded))

    def await_port(self, name: str, port: int, seconds: float) -> None:
        """Returns once the program listens; raises when it ended, or did not listen in time."""
        process = self._running[name]
        deadline = time.monotonic() + seconds
        while not _listening(port):
            if process.poll() is not None:
                raise LocalError(f"{name} ended at once: {self.last_line(name)} (see {self._log(name)})")
            if time.monotonic() > deadline:
                raise LocalError(f"{name} does not answer on port {port} after {seconds:.0f} s (see {self._log(name)})")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises when one of the programs has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                reason = f"{self.last_line(name)} (see {self._log(name)})"
                raise LocalError(f"{name} ended by itself with code {process.returncode}: {reason}")

    def last_line(self, name: str) -> str:
        """The last line that the program printed."""
        log = self._log(name)
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        return lines[-1].strip() if lines else "it printed nothing"

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def stop(self) -> None:
        """Ends the programs of this run and everything that they started."""
        _end(list(self._running.values()))
        self._running.clear()
        self._record.unlink(missing_ok=True)

    def left_over(self) -> dict[str, psutil.Process]:
        """The programs of an earlier run that are still alive, by name."""
        try:
            recorded: dict[str, tuple[int, float]] = json.loads(self._record.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        found = {name: _alive(pid, started) for name, (pid, started) in recorded.items()}
        return {name: process for name, process in found.items() if process}

    def stop_left_over(self) -> list[str]:
        """Ends what a crashed run left; returns the names."""
        found = self.left_over()
        _end(list(found.values()))
        self._record.unlink(missing_ok=True)
        return sorted(found)


def run_to_end(command: list[str], environment: Mapping[str, str], log: Path, folder: Path = ROOT) -> int:
    """Runs a program to its end, with its output in that file; returns its exit code. An exception meanwhile, such as
    Ctrl-C, ends the program and everything that it started."""
    with log.open("wb") as output:
        process = psutil.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        return int(process.wait())
    except BaseException:
        _end([process])
        raise


def require_free(port: int, variable: str) -> None:
    """Raises unless we could listen on that port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise LocalError(
                f"port {port} is in use: choose another by {variable}=…, or end an earlier run by `make down`"
            ) from None


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _alive(pid: int, started: float) -> psutil.Process | None:
    """The process of that id, unless it has ended. The id may belong to another process by now: the start tells."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < SAME_START_SECONDS
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _end(programs: Sequence[psutil.Process]) -> None:
    """Ends the programs by SIGTERM, then by SIGKILL what is left of them: their descendants and their groups.

    A descendant may have left the group; a group outlives its leader, whose descendants are then unknown.
    """
    descendants = [child for program in programs for child in _descendants(program)]
    for program in programs:
        _signal_group(program.pid, signal.SIGTERM)
    psutil.wait_procs(programs, STOP_SECONDS)
    for program in programs:
        _signal_group(program.pid, signal.SIGKILL)
    for child in descendants:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(programs, STOP_SECONDS)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
