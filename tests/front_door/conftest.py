"""The front door's tests use the unit tests' own: the handlers on moto, at the test's time, with the test's gateway."""

from tests.unit.conftest import _own_metrics, apps, front_door, gateway, hotel, lines, traffic

__all__ = ["_own_metrics", "apps", "front_door", "gateway", "hotel", "lines", "traffic"]
