"""Every test has the kit's fixtures, and the kit's assertions say what they compared."""

import pytest

pytest.register_assert_rewrite("tests.kit")
pytest_plugins = ["tests.kit.fixtures", "tests.system.fixtures"]
