"""One line for each step of `make run`: what it does, and for how many seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from rich.console import Console
from rich.text import Text

LINE_SECONDS = 10  # between two lines where the output is not a terminal


class _Step:
    def __init__(self, what: str) -> None:
        self.what = what
        self.detail = ""
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def doing(self, detail: str) -> None:
        """Shows the part of the step that runs now."""
        self.detail = detail

    def __rich__(self) -> Text:
        part = f": {self.detail}" if self.detail else ""
        return Text(f"{self.what}{part} … {self.seconds:.0f} s", "dim")


@contextmanager
def step(console: Console, what: str) -> Iterator[Callable[[str], None]]:
    """Shows a step while it runs: one line that counts the seconds on a terminal, a line every ten seconds elsewhere.

    Gives a function that names the part of the step that runs now.
    """
    running = _Step(what)
    try:
        with _counting(console, running):
            yield running.doing
    except BaseException:
        console.print(f"{what} … not finished, after {running.seconds:.1f} s", style="red")
        raise
    console.print(f"{what} … {running.seconds:.1f} s", style="dim")


@contextmanager
def _counting(console: Console, running: _Step) -> Iterator[None]:
    if console.is_interactive and console.file.isatty():
        with console.status(running):
            yield
        return
    done = Event()

    def print_lines() -> None:
        while not done.wait(LINE_SECONDS):
            console.print(running)

    reporter = Thread(target=print_lines, daemon=True)
    reporter.start()
    try:
        yield
    finally:
        done.set()
        reporter.join()
