"""Every fault on every call of every flow: whatever goes wrong once, all comes to rest as it should."""

import pytest

from tests.simulation.flows import FLOWS, Flow, calls_of, singles

NAMES = {
    *("reserve", "finalize wallet_only", "finalize gateway_only", "finalize wallet_partial", "finalize admin"),
    *("webhook", "expire", "cancel a hold", "cancel with all back", "cancel with half back", "settle"),
    *("settle captures", "settle refunds", "settle captures a top-up", "top-up by the browser"),
}


def test_no_flow_is_left_out() -> None:
    assert {flow.name for flow in FLOWS} >= NAMES


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_flow_survives_any_one_fault(flow: Flow) -> None:
    cases = list(singles(flow))
    broken = [f"{case.faults}: {case.broken[0]}" for case in cases if case.broken]
    assert broken == []
    assert any(writes for _, _, writes in calls_of(flow))
    assert [case.faults for case in cases if case.drawn != case.faults] == []
