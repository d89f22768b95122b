"""What the lesson would cost on a real account."""

import pytest

from ecslab.operations import instance_prices, prices
from ecslab.sandbox.world.managed_instances.instance_type import InstanceType


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
    shown = {"InstanceType": "t3.micro", "PublicIpAddress": "203.0.113.1", "BlockDeviceMappings": [{}]}
    volume = 30 * 0.08 / 730
    stopped = instance_prices.of_instance(shown | {"State": {"Name": "stopped"}})
    assert stopped == pytest.approx(volume)
    running = instance_prices.of_instance(shown | {"State": {"Name": "running"}})
    assert running == pytest.approx(0.0104 + 0.005 + volume)


def test_what_a_bill_says_is_what_managed_instances_choose_by():
    """The sandbox, which knows no room above it, has a table of its own."""
    for family, large in instance_prices.table()["large"].items():
        chosen_by = InstanceType(f"{family}.large", 2, 8192, "x86_64", "intel", 3).price
        assert chosen_by in (None, large), family
    assert {kind: instance_prices.hour(kind) for kind in prices.INSTANCE_HOUR} == pytest.approx(
        prices.INSTANCE_HOUR
    )
