"""Every test has the kit's fixtures."""

pytest_plugins = ["tests.kit.fixtures"]
