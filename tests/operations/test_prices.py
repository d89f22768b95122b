"""What the lesson would cost on a real account."""

import pytest

from ecslab.aws_api import instance_prices as table
from ecslab.errors import NotThere
from ecslab.operations import capacity, instance_prices, prices
from ecslab.sandbox.bridge.ec2 import machines


def test_a_small_task_costs_about_nine_dollars_a_month_without_its_address():
    assert round(730 * prices.task_hour("256", "512", public_ip=False), 2) == 9.01
    assert prices.dollars(prices.task_hour(256, 512)) == "$0.0173"


def test_an_alarm_is_billed_by_the_month_and_dearer_by_the_second():
    assert round(prices.of_alarm(60) * prices.MONTH_HOURS, 6) == 0.10
    assert round(prices.of_alarm(20) * prices.MONTH_HOURS, 6) == 0.30


def test_container_insights_is_billed_by_the_metric():
    """Tasks send metrics of their own with enhanced observability alone; disabled, nobody does."""
    of = prices.INSIGHTS_METRICS
    month = {
        setting: round(730 * prices.of_insights(setting, services=1, tasks=2), 6)
        for setting in ("disabled", "enabled", "enhanced")
    }
    assert month == {
        "disabled": 0.0,
        "enabled": round(of["service"] * 0.30, 6),
        "enhanced": round((of["service"] + 2 * of["task"]) * 0.07, 6),
    }


def test_an_instances_price_goes_by_its_family_and_size():
    hours = {
        kind: instance_prices.hour(kind) for kind in ("t3.micro", "t3.medium", "m5.large", "c7g.4xlarge")
    }
    assert hours == pytest.approx(
        {"t3.micro": 0.0104, "t3.medium": 0.0416, "m5.large": 0.096, "c7g.4xlarge": 0.58}
    )
    assert [instance_prices.hour(kind) for kind in ("x9.large", "m5.huge", "m5", "")] == [None] * 4
    assert instance_prices.hour("m5.large", spot=True) == pytest.approx(0.4 * 0.096)
    assert instance_prices.managed_hour("m5.large") == pytest.approx(1.12 * 0.096 + 80 * 0.08 / 730)
    assert instance_prices.managed_hour("x9.large") is None


def test_a_stopped_instance_costs_its_volume_alone():
    instance = {"InstanceType": "t3.micro", "PublicIpAddress": "203.0.113.1", "BlockDeviceMappings": [{}]}
    volume = 30 * 0.08 / 730
    stopped = instance_prices.of_instance(instance | {"State": {"Name": "stopped"}})
    assert stopped == pytest.approx(volume)
    running = instance_prices.of_instance(instance | {"State": {"Name": "running"}})
    assert running == pytest.approx(0.0104 + 0.005 + volume)


IN_THE_PRICE_LIST = """
    t2.nano 0.0058 t2.small 0.023 t2.medium 0.0464 t3.micro 0.0104 t3.small 0.0208 t3.medium 0.0416 t3.large 0.0832
    t3.2xlarge 0.3328 t3a.micro 0.0094 t4g.nano 0.0042 c4.large 0.1 c4.2xlarge 0.398 c5.large 0.085 c5.18xlarge 3.06
    c6a.2xlarge 0.306 c6g.medium 0.034 c6g.metal 2.3066 c7a.medium 0.05132 c7g.medium 0.0363 c7gd.16xlarge 2.903
    c7i-flex.16xlarge 2.7132 c7i.metal-24xl 4.7124 c8g.48xlarge 7.65696 m5.large 0.096 m5.metal 4.608 m5zn.6xlarge 1.982
    m6i.32xlarge 6.144 m7gd.16xlarge 3.4171 m8i.96xlarge 20.32128 r5b.metal 7.8672 r7iz.32xlarge 11.904 r8gn.48xlarge 17.4893
    g4dn.xlarge 0.526 g5.48xlarge 16.288 p5.48xlarge 55.04
"""  # noqa: E501
"""Taken one by one from the list that the table is made of."""


def test_the_table_says_what_the_price_list_says():
    listed = dict(zip(IN_THE_PRICE_LIST.split()[::2], IN_THE_PRICE_LIST.split()[1::2], strict=True))
    assert {kind: table.hour(kind) for kind in listed} == {
        kind: pytest.approx(float(price), rel=2e-4) for kind, price in listed.items()
    }


def test_bills_and_budgets_and_what_managed_instances_choose_by_are_of_one_table():
    for kind in ("t3.micro", "t3.medium", "c6g.metal", "m5.large"):
        chosen_by = machines.instance_types()[kind].price
        bare = prices.instance_hour(kind, public_ip=False) - instance_prices.volume_hour()
        assert instance_prices.hour(kind) == chosen_by == pytest.approx(bare)
    assert f"{prices.AS_OF}; EC2 instances: {table.AS_OF}" == prices.DATES


@pytest.mark.parametrize("kind", ["x9.large", "m5.huge", "t3", ""])
def test_a_type_without_a_price_is_said_so(kind):
    with pytest.raises(NotThere, match=r"the price of the instance type .* is not known here") as error:
        prices.instance_hour(kind)
    assert len(str(error.value).splitlines()) == 3


def test_a_managed_instance_costs_the_same_wherever_it_is_said():
    """Its root volume is larger than that of an ECS-optimized image."""
    said = prices.instance_hour("c7a.medium", public_ip=False, managed=True)
    assert said == pytest.approx(instance_prices.managed_hour("c7a.medium"))
    assert capacity.managed_hour("c7a.medium") == pytest.approx(said + prices.PUBLIC_IPV4_HOUR)
    with pytest.raises(NotThere):
        capacity.managed_hour("x9.large")


def test_the_fee_for_a_managed_instance_is_what_the_page_lists():
    """$0.037 for a c6a.2xlarge: https://aws.amazon.com/ecs/pricing/"""
    fee = instance_prices.hour("c6a.2xlarge", managed=True) - instance_prices.hour("c6a.2xlarge")
    assert round(fee, 3) == 0.037
