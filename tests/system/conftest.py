"""Real stacks for the tests of one module at a time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.system.stack import RunningStack, running_stack


@pytest.fixture(scope="module")
def start_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RunningStack]]:
    """Starts stacks for the tests of one module; after the last, their audit must be clean."""
    with ExitStack() as running:

        def start(**environment: str) -> RunningStack:
            stack = running.enter_context(running_stack(tmp_path_factory.mktemp("local"), **environment))
            running.callback(lambda: stack.local("audit"))
            return stack

        yield start
