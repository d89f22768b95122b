"""What the lesson would cost on a real account."""

from ecslab.operations import prices


def test_a_small_task_costs_about_nine_dollars_a_month_without_its_address():
    assert round(730 * prices.task_hour("256", "512", public_ip=False), 2) == 9.01
    assert prices.dollars(prices.task_hour(256, 512)) == "$0.0173"
