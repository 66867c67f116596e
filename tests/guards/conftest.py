"""The handlers that the guards of the code are taken from, as the component tests run them."""

from tests.component.conftest import front_door, table

__all__ = ["front_door", "table"]
