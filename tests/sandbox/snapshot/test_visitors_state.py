"""Visitors are in snapshots and in replays: who waits, what was counted, and what chance draws next."""

from snapshot_rig import copied, difference, opened, state_of
from visitor_rig import Visited

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import snapshots


def client(sandbox):
    return Visited(in_process.endpoint_of(sandbox))


def described(aws):
    """How the visitors do, and what CloudWatch tells of them and of the health of who serves them."""
    names = ("RequestCount", "HTTPCode_ELB_5XX_Count", "UnHealthyHostCount")
    aws.arn = aws.elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    aws.group_arn = aws.elb.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    of_group = [aws.metric_values(name, group=True) for name in names]
    return aws.status(), of_group, aws.service_metric("CPUUtilization"), aws.described()


def test_a_snapshot_with_visitors_and_a_replay_go_on_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home = tmp_path / "home"
    sandbox = opened(home)
    aws = client(sandbox).prepared().served(2)
    aws.visitors(profile="spike", rate=5, peak=60, after=60, seconds=900)
    aws.pass_time(200.5)
    before = described(aws)
    assert before[0]["arrivals"] > 1000 and before[0]["queued"] > 10
    sandbox.close()  # here a snapshot is written
    monkeypatch.setattr(snapshots, "AT_STOP", 1_000_000)
    sandbox = opened(home)
    assert sandbox.account.replay.position > 5
    aws = client(sandbox)
    assert described(aws) == before
    aws.pass_time(600)
    after = described(aws)
    assert after[0]["arrivals"] > before[0]["arrivals"]
    sandbox.close()
    states = []
    for name, with_snapshots in (("short", True), ("whole", False)):
        again = opened(copied(home, name, snapshots=with_snapshots))
        assert described(client(again)) == after
        states.append(state_of(again))
        again.close()
    assert difference(*states) == ""
