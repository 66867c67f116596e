"""Every test has the kit's fixtures, and the kit's assertions say what they compared."""

import gc

import pytest

pytest.register_assert_rewrite("tests.kit")
pytest_plugins = ["tests.kit.fixtures", "tests.system.fixtures"]


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
