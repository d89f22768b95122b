"""What scales services is in snapshots and in replays: policies, schedules, activities, cooldowns."""

from scaling_rig import Scaling, of
from snapshot_rig import copied, difference, opened, state_of

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import snapshots


def clients(sandbox):
    return Scaling(in_process.endpoint_of(sandbox))


def measured(aws, value, minutes):
    """Send the metric through the API, so that the journal has it."""
    for _ in range(minutes):
        data = {"MetricName": "load", "Dimensions": [{"Name": "Service", "Value": "web"}], "Value": value,
                "Unit": "Percent"}  # fmt: skip
        aws.client("cloudwatch").put_metric_data(Namespace="Lab", MetricData=[data])
        aws.pass_time(60)


def test_a_snapshot_and_a_replay_go_on_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home = tmp_path / "home"
    sandbox = opened(home)
    aws = clients(sandbox).prepared()
    aws.target("web", 1, 9)
    aws.track("web", ScaleOutCooldown=600)
    aws.scaling.put_scheduled_action(
        **of("web"), ScheduledActionName="rush", Schedule="rate(15 minutes)", Timezone="Asia/Tokyo",
        ScalableTargetAction={"MinCapacity": 2},
    )  # fmt: skip
    measured(aws, 90, 4)  # in the midst of an activity, and of a cooldown
    assert aws.activities("web")
    sandbox.close()  # here a snapshot is written
    monkeypatch.setattr(snapshots, "AT_STOP", 1_000_000)
    sandbox = opened(home)
    assert sandbox.account.replay.position > 5
    aws = clients(sandbox)
    measured(aws, 20, 30)
    before_replay = (
        aws.activities("web", IncludeNotScaledActivities=True),
        aws.policy("web"),
        aws.counts("web"),
    )
    assert {"scheduled action name rush was triggered"} < {each["Cause"] for each in before_replay[0]}
    sandbox.close()
    states = []
    for name, with_snapshots in (("short", True), ("whole", False)):
        again = opened(copied(home, name, snapshots=with_snapshots))
        states.append(state_of(again))
        restarted = clients(again)
        after_replay = (
            restarted.activities("web", IncludeNotScaledActivities=True),
            restarted.policy("web"),
            restarted.counts("web"),
        )
        assert after_replay == before_replay
        again.close()
    assert difference(*states) == ""
