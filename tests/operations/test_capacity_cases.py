"""When which kind of capacity: the bill of a month agrees with the place that is chosen."""

import pytest

from ecslab import capacity
from ecslab.operations import prices
from ecslab.operations.capacity.cases import all_cases

DEARER = {"EKS, before anything runs"}
"""What is chosen though it costs more."""


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.where)
def test_what_is_chosen_costs_least(case):
    least = min(case.month, key=case.month.__getitem__)
    assert (case.where == least) == (case.where not in DEARER)


def test_the_bills_are_what_the_prices_come_to():
    shop, night, steady, _, pictures, _ = all_cases()
    assert shop.month["Fargate"] == pytest.approx(4 * 730 * prices.task_hour(256, 512, public_ip=False))
    assert night.month["Fargate Spot"] < night.month["Fargate"] / 3
    assert steady.month["EC2"] == pytest.approx(75 * 730 * prices.instance_hour("t3.medium", public_ip=False))
    assert steady.month["EC2"] < steady.month["Managed Instances"] < steady.month["Fargate"]
    assert 0.1 < pictures.month["Lambda"] < 1
    assert "Fargate: $36.04" in repr(capacity.cases())
