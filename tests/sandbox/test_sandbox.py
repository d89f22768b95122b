"""The sandbox as one thing, in process: nothing is lost, one history gives one set of ids, time is honest."""

import errno
import time
from pathlib import Path

import pytest
from aws_client import CLUSTER, GROUP, REPOSITORY, Aws
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.endpoint import SandboxError
from ecslab.sandbox.engine import control
from ecslab.sandbox.engine.sandbox import Sandbox

PAGE = b"<h1>mine</h1>"


def opened(home: Path, **options) -> Aws:
    """A sandbox whose state is kept in `home`, reached without a server."""
    sandbox = Sandbox(home, **{"mode": "stepped", "seed": 3, **options})
    aws = Aws(in_process.endpoint_of(sandbox))
    aws.sandbox = sandbox
    return aws


@pytest.fixture
def aws(tmp_path):
    return opened(tmp_path)


def page(aws, ip, path="/"):
    url = f"{aws.endpoint.gateway_url}/{aws.endpoint.gateway_secret}/{ip}:80{path}"
    return aws.endpoint.transport("GET", url, {}, b"")


def facts(aws, arn):
    """All that a learner could compare before and after."""
    return (
        aws.task(arn),
        aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"],
        aws.ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"],
        aws.ec2.describe_network_interfaces()["NetworkInterfaces"],
        aws.logs.filter_log_events(logGroupName=GROUP)["events"],
    )


def test_a_replay_gives_the_same_account(tmp_path, aws):
    aws.prepare({"index.html": PAGE})
    arn = aws.run()
    ip = aws.public_ip(aws.until(arn, "RUNNING"))
    assert page(aws, ip)[2] == PAGE
    before = facts(aws, arn)
    # the process is gone without a word
    again = opened(tmp_path, seed=None)
    assert facts(again, arn) == before
    assert page(again, ip)[2] == PAGE


def test_reads_and_refusals_between_do_not_change_ids(tmp_path):
    ids, began = [], time.time()
    for nosy in (False, True):
        aws = opened(tmp_path / str(nosy), wall=lambda: began, in_memory=True)
        if nosy:
            aws.ec2.describe_vpcs()
            with pytest.raises(ClientError, match=r"TaskDefinition not found\."):
                aws.ecs.run_task(cluster="nowhere", taskDefinition="none")
        aws.prepare({"index.html": PAGE})
        if nosy:
            aws.client("sts").get_caller_identity()
        arn = aws.run()
        ids.append((arn, aws.public_ip(aws.until(arn, "RUNNING"))))
    assert ids[0] == ids[1]


def test_undo_cuts_the_journal_and_keeps_the_time(aws):
    aws.prepare({"index.html": PAGE})
    arn = aws.run()
    aws.until(arn, "RUNNING")
    before = facts(aws, arn)
    aws.ecs.stop_task(cluster=CLUSTER, task=arn)
    now = aws.endpoint.control("status")["clock"]["now"]
    last = aws.endpoint.control("journal")["entries"][-1]
    assert (last["service"], last["operation"], last["summary"]) == ("ecs", "StopTask", CLUSTER)
    assert aws.endpoint.control("cut", position=last["position"])["now"] == now
    assert facts(aws, arn) == before


def test_reset_forgets_all_but_the_key(tmp_path, aws):
    aws.prepare({"index.html": PAGE * 1000})
    aws.endpoint.control("reset")
    assert aws.ecs.list_clusters()["clusterArns"] == []
    assert list((tmp_path / "sandbox" / "blobs").iterdir()) == []


def test_reset_begins_at_an_earlier_moment_in_stepped_time(aws):
    midnight = time.time() // 86_400 * 86_400
    aws.endpoint.control("reset", began=midnight)
    aws.ecs.create_cluster(clusterName=CLUSTER)
    assert aws.endpoint.control("status")["began"] == midnight
    aws.sandbox.account.rebuild()  # from the journal
    assert aws.endpoint.control("status")["began"] == midnight


def test_reset_to_a_moment_to_come_is_refused_and_forgets_nothing(aws):
    aws.ecs.create_cluster(clusterName=CLUSTER)
    with pytest.raises(SandboxError, match="began must be a moment before now, and time stepped"):
        aws.endpoint.control("reset", began=time.time() + 3600)
    assert len(aws.ecs.list_clusters()["clusterArns"]) == 1


def test_a_change_that_cannot_be_made_again_is_said_and_the_rest_stands(tmp_path, aws):
    aws.ecs.create_cluster(clusterName=CLUSTER)
    aws.iam.create_user(UserName="twice")
    again = aws.sandbox.journal[len(aws.sandbox.journal) - 1]
    aws.sandbox.journal.append(again)  # as if an older version had accepted it
    opened(tmp_path)
    aws = opened(tmp_path)
    (notice,) = aws.sandbox.notices
    assert notice.startswith("iam CreateUser could not be made again (answered 409). Everything else was")
    assert len(aws.ecs.list_clusters()["clusterArns"]) == 1


def test_time_that_passed_is_found_again_without_a_clean_stop(tmp_path, aws):
    aws.endpoint.control("advance", seconds=90)
    assert opened(tmp_path).endpoint.control("status")["clock"]["now"] == 90


def test_a_night_s_sleep_stops_the_clock_and_is_said(tmp_path):
    clock = [time.time()]
    aws = opened(tmp_path, mode="paced", speed=20, wall=lambda: clock[0], in_memory=True)
    aws.prepare({"index.html": PAGE})
    arn = aws.run()
    clock[0] += 8 * 3600
    assert control.carry_out(aws.sandbox, "journal", {})  # any request
    status = control.carry_out(aws.sandbox, "status", {})
    assert status["notices"] == [
        "Nobody asked the sandbox anything for 8 hours, so its clock stood meanwhile."
    ]
    assert status["clock"]["now"] == 1200
    assert aws.sandbox.clock.now == 1200
    assert arn


def test_a_full_disk_is_said_and_changes_nothing(aws, monkeypatch):
    aws.ecs.create_cluster(clusterName="before")
    line = aws.sandbox.journal._line

    def full(record):
        if record.kind == "request":
            raise OSError(errno.ENOSPC, "No space left on device")
        return line(record)

    monkeypatch.setattr(aws.sandbox.journal, "_line", full)
    with pytest.raises(ClientError, match=r"cannot write to .* \(No space left on device\).*no effect"):
        aws.ecs.create_cluster(clusterName="after")
    assert [arn.rpartition("/")[2] for arn in aws.ecs.list_clusters()["clusterArns"]] == ["before"]


def test_a_visit_that_cannot_be_kept_asks_nobody(tmp_path, aws, monkeypatch):
    aws.prepare({"index.html": PAGE})
    arn = aws.run()
    ip = aws.public_ip(aws.until(arn, "RUNNING"))
    before = facts(aws, arn)
    line = aws.sandbox.journal._line

    def full(record):
        if record.kind == "visit":
            raise OSError(errno.ENOSPC, "No space left on device")
        return line(record)

    with monkeypatch.context() as patch:
        patch.setattr(aws.sandbox.journal, "_line", full)
        status, _, page_sent = page(aws, ip)
    assert status == 503
    assert b"(No space left on device), so this call had no effect. Make room on the disk" in page_sent
    assert facts(aws, arn) == facts(opened(tmp_path, seed=None), arn) == before
    assert page(aws, ip)[2] == PAGE


def test_an_instructor_pauses_and_steps(tmp_path):
    clock = [time.time()]
    aws = opened(tmp_path, mode="paced", wall=lambda: clock[0], in_memory=True)
    aws.prepare({"index.html": PAGE})
    arn = aws.run()
    control.carry_out(aws.sandbox, "clock", {"paused": True})
    clock[0] += 3600
    assert control.carry_out(aws.sandbox, "status", {})["clock"]["now"] == 0
    moments = {control.carry_out(aws.sandbox, "clock", {"step": True})["now"] for _ in range(3)}
    assert len(moments) == 3
    control.carry_out(aws.sandbox, "clock", {"paused": False, "speed": 100})
    clock[0] += 1
    aws.sandbox.timekeeper.arrive()
    assert aws.sandbox.clock.now == pytest.approx(max(moments) + 100)
    assert arn.rpartition("/")[2]


@pytest.mark.parametrize(
    ("verb", "values", "message"),
    [
        ("dance", {}, "No control verb 'dance'; there are: accept, advance"),
        ("advance", {}, "say seconds, to_next, or both"),
        ("advance", {"seconds": -1}, "seconds must be from 0 to a week, got -1"),
        ("clock", {"speed": 0}, r"speed is AWS seconds per second of yours, from 0\.1 to 1000; got 0"),
        ("clock", {"sped": 1}, "got an unexpected keyword argument 'sped'"),
        ("cut", {"position": 0}, "position must be from 1 to"),
    ],
)
def test_a_control_call_that_makes_no_sense_is_explained(aws, verb, values, message):
    with pytest.raises(SandboxError, match=message):
        aws.endpoint.control(verb, **values)


def test_reach_says_which_rule_stops_a_packet(aws):
    answer = aws.endpoint.control("reach", ip="203.0.113.200", port=80)
    assert (answer["passed"], answer["stopped_by"]) == (False, "no-public-ip")


def test_the_caller_is_the_account_itself(aws):
    who = aws.client("sts").get_caller_identity()
    assert who["Arn"] == "arn:aws:iam::123456789012:root"


def test_a_service_that_is_not_carried_says_so(aws):
    with pytest.raises(ClientError, match="This sandbox does not carry"):
        aws.client("gamelift").list_builds()


def test_instance_types_are_there_when_asked_for(aws):
    types = aws.ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert types[0]["MemoryInfo"]["SizeInMiB"] == 1024
