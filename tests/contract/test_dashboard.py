"""The dashboard: each figure is searched where it is written."""

import json
import re
from collections.abc import Callable

import pytest

from tests.contract.watched import RESOURCES, Emitted

FIGURES = {  # each figure's metric, a function that writes it, and the statistics it is made of
    "HoldsExpired": ("expire", ["Sum"]),
    "PaymentSuccess": ("finalize", ["Sum", "SampleCount"]),
    "PaidByWallet": ("finalize", ["Sum", "SampleCount"]),
    "ExpiryLag": ("expire", ["Maximum"]),
    "RoomsReleased": ("expire", ["Sum"]),
}


SEARCH = re.compile(r"""SEARCH\('\{"Holdfast/holdfast-prod",service\} MetricName="(\w+)"', '(\w+)', \d+\)""")


def expressions() -> list[str]:
    """What the dashboard of a stack called holdfast-prod would ask CloudWatch for."""
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"].replace("${AWS::StackName}", "holdfast-prod")
    return [
        metric["expression"]
        for widget in json.loads(body)["widgets"]
        for row in widget["properties"]["metrics"]
        for metric in row
    ]


def test_each_figure_is_searched_in_the_stacks_own_namespace_which_stands_in_quotes() -> None:
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html: so must a hyphen
    found = [SEARCH.findall(expression) for expression in expressions()]

    assert {one[0][0]: [statistic for _, statistic in one] for one in found} == {
        metric: statistics for metric, (_, statistics) in FIGURES.items()
    }
    for expression in expressions():
        assert "SEARCH" not in SEARCH.sub("", expression)


def test_a_share_is_of_all_together_not_an_average_of_averages() -> None:
    shares = {SEARCH.sub("found", expression) for expression in expressions() if "SampleCount" in expression}

    assert shares == {"100 * SUM(found) / SUM(found)"}


@pytest.mark.parametrize("metric", sorted(FIGURES))
def test_each_figure_is_written_under_the_one_dimension_it_is_searched_by(
    metric: str, emitted_by: Callable[[str], Emitted]
) -> None:
    function, _ = FIGURES[metric]

    assert (metric, (("service", function),)) in emitted_by(function)
