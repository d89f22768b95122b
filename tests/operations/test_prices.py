"""What the lesson would cost on a real account."""

from ecslab.operations import prices


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
