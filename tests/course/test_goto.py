import types
from concurrent.futures import ThreadPoolExecutor

import pytest
from course_rig import TASK_POLICY, said

import ecslab
from ecslab.connection.record import Record
from ecslab.course import progress_store as store
from ecslab.course.navigation.journal import beginning
from ecslab.lab import Lab
from ecslab.sandbox.engine import api

FILLED_03 = (
    "Stage 03, Task definition. Filled in for you: Make a repository; Build an image with your page, and "
    "push it; Make a cluster."
)


def test_it_fills_in_what_is_missing(lab):
    assert repr(lab.goto("03")) == FILLED_03
    assert repr(lab.goto("03")) == "Stage 03, Task definition. Everything it builds on is there."
    assert said(lab, "03.role")[0] == "Not yet"


def test_it_takes_nothing_away(lab):
    lab.goto("05")
    entries = len(lab.control("journal")["entries"])
    lab.goto("02")
    lab.goto("00")
    assert len(lab.control("journal")["entries"]) == entries
    assert said(lab, "04.run")[0] == "Done"


def test_it_makes_again_what_is_wrong(lab):
    lab.goto("03")
    lab.ecs.delete_cluster(cluster="adgu-cluster")
    assert lab.goto("03").made == ("Make a cluster",)


def test_it_says_what_it_cannot_mend(lab):
    lab.ecr.create_repository(repositoryName="adgu/web", imageTagMutability="IMMUTABLE")
    assert lab.goto("02").trouble == (
        "Make a repository: `adgu/web` is there, but its tags are immutable: a second push of `latest` will "
        "be refused. `lab.ecr.put_image_tag_mutability(repositoryName='adgu/web', "
        "imageTagMutability='MUTABLE')`.",
    )


def test_it_says_what_did_not_work(lab):
    vpc = lab.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    for subnet in lab.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
        lab.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    arrival = lab.goto("05")
    assert arrival.trouble[0].startswith("Look at the network you have: The default VPC")
    assert arrival.trouble[-1].startswith("Run the task did not work: ")


def test_check_without_a_name_looks_at_the_current_stage(lab):
    lab.goto("02")
    assert repr(lab.check()) == "Make a cluster: Not yet. There is no cluster `adgu-cluster` in us-east-1."
    ecslab.cluster.create(lab)
    assert repr(lab.check()) == repr(lab.check("02")) == "Make a cluster: Done. `adgu-cluster` is ACTIVE."


def test_again_goes_back_to_the_stage_s_beginning(lab):
    lab.goto("03")
    pushed = lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"]
    ecslab.execution_role.create(lab)
    ecslab.log_group.create(lab)
    assert repr(lab.goto("03", again=True)) == (
        "Stage 03, Task definition. Taken back: 4 changes. Everything it builds on is there."
    )
    assert said(lab, "03.role")[0] == "Not yet"
    assert said(lab, "02.cluster")[0] == "Done"
    assert lab.ecr.describe_images(repositoryName="adgu/web")["imageDetails"] == pushed


def test_again_without_ever_having_been_there(lab):
    """Everything was made by other means: the journal itself tells where the stage began."""
    lab.ecr.create_repository(repositoryName="adgu/web")
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    lab.ecs.create_cluster(clusterName="another")
    arrival = lab.goto("02", again=True)
    assert arrival.back == 2
    assert lab.ecs.list_clusters()["clusterArns"] == []
    assert lab.ecr.describe_repositories()["repositories"] != []
    assert lab.goto("03", again=True).back == 0


def test_the_beginning_is_remembered_over_a_kernel_restart(lab):
    lab.goto("03")
    store.forget(lab)
    ecslab.execution_role.create(lab)
    assert lab.goto("03", again=True).back == 2


def test_a_reset_forgets_what_was_entered_and_done(lab):
    lab.goto("03")
    assert {"01.push", "02.cluster"} <= set(store.memory(lab).done)
    lab.control("reset")
    assert set(store.memory(lab).done) <= {"00.ready", "00.network"}
    assert store.memory(lab).entered == {}


def test_a_damaged_memory_counts_as_empty(lab):
    lab.goto("01")
    memory = store.memory(lab)
    memory.path.write_text('{"done": [1, 2')
    store.forget(lab)
    assert repr(lab.goto("01")) == "Stage 01, ECR. Everything it builds on is there."


def test_a_stage_that_goto_filled_in_begins_there(lab):
    """04 was never entered: 05 filled it in, and its calls are also those of other stages."""
    lab.goto("04")
    store.memory(lab).path.unlink()
    lab.goto("05")
    assert said(lab, "04.run")[0] == "Done"
    lab.ec2.create_security_group(GroupName="mine", Description="later")
    assert repr(lab.goto("04", again=True)) == (
        "Stage 04, Run task. Taken back: 4 changes. Everything it builds on is there."
    )
    assert said(lab, "04.network")[0] == said(lab, "04.run")[0] == "Not yet"
    assert said(lab, "03.definition")[0] == "Done"


def entries(*operations):
    return [{"position": at, "operation": name, "step": ""} for at, name in enumerate(operations, 1)]


def test_a_call_that_an_earlier_stage_makes_too_begins_no_later_one():
    journal = entries("CreateRepository", "CreateSecurityGroup", "RunTask", "CreateCluster")
    assert beginning("04", journal, {}) == 2
    assert beginning("02", journal, {}) == 4
    assert beginning("05", journal, {}) is None


def test_a_stage_begins_after_what_it_builds_on():
    journal = entries("RunTask", "CreateCluster", "RunTask")
    assert beginning("04", journal, {"03": 3}) == 3
    assert beginning("04", journal, {"03": 3, "04": 2}) == 2


def test_calls_of_one_cell_begin_together():
    journal = entries("CreateCluster", "CreateLogGroup", "RegisterTaskDefinition")
    for entry in journal[:2]:
        entry["step"] = "k-c4"
    assert beginning("03", journal, {}) == 1


def test_what_was_there_before_the_stage_was_entered_is_said(lab):
    lab.goto("02")
    ecslab.cluster.create(lab)
    store.memory(lab).path.unlink()
    lab.goto("02")
    assert repr(lab.goto("02", again=True)) == (
        "Stage 02, Cluster. Make a cluster: that was done before this stage was entered, and stays."
    )


def test_nobody_waits_for_tasks_to_start(tmp_path, monkeypatch):
    """Where time passes by itself, goto skips it."""

    def sleep(seconds):
        raise AssertionError("goto slept")

    with ecslab.connect("sandbox", home=tmp_path, clock="paced", in_process=True, seed=7) as lab:
        monkeypatch.setattr("time.sleep", sleep)
        lab.goto("05")
        assert said(lab, "04.run")[0] == "Done"


def test_a_kernel_that_died_in_mid_stage_is_met_where_it_stopped(lab, monkeypatch):
    """The role is there, its policy is not; of the group, the rule is missing."""

    def die(**_):
        raise KeyboardInterrupt

    for client, call in ((lab.iam, "attach_role_policy"), (lab.ec2, "authorize_security_group_ingress")):
        with monkeypatch.context() as torn:
            torn.setattr(client, call, die)
            with pytest.raises(KeyboardInterrupt):
                lab.goto("05")
        store.forget(lab)
    assert said(lab, "04.network") == (
        "Look again",
        "`adgu-web-server-http` has no rule that lets anything in: a task behind it runs, and nobody reaches "
        "it.",
    )
    assert lab.goto("05").made == ("Let HTTP in", "Run the task")


@pytest.mark.parametrize(
    ("step", "delete"),
    [
        ("01.push", lambda lab: lab.ecr.batch_delete_image(
            repositoryName="adgu/web", imageIds=[{"imageTag": "latest"}])),
        ("01.repository", lambda lab: lab.ecr.delete_repository(repositoryName="adgu/web", force=True)),
        ("03.log-group", lambda lab: lab.logs.delete_log_group(logGroupName="/ecs/adgu-web-server-task")),
        ("03.role", lambda lab: lab.iam.detach_role_policy(
            RoleName="ecsTaskExecutionRole", PolicyArn=TASK_POLICY)),
        ("03.definition", lambda lab: lab.ecs.deregister_task_definition(
            taskDefinition="adgu-web-server-task:1")),
        ("04.network", lambda lab: lab.ec2.revoke_security_group_ingress(
            GroupName="adgu-web-server-http", IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")),
        ("04.run", lambda lab: lab.ecs.stop_task(
            cluster="adgu-cluster", task=lab.ecs.list_tasks(cluster="adgu-cluster")["taskArns"][0])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_was_deleted_behind_the_lab_s_back_is_named_and_mended(lab, somebody_else, step, delete):
    """Through clients of which the lab knows nothing, as the AWS CLI would."""
    lab.goto("05")
    services = ("ecr", "logs", "iam", "ecs", "ec2")
    other = types.SimpleNamespace(**{name: somebody_else(name) for name in services})
    delete(other)
    assert said(lab, step)[0] != "Done"
    assert lab.goto("05").trouble == ()
    assert said(lab, step)[0] == "Done"


@pytest.mark.parametrize(("stage", "most"), [("05", 150), ("08", 310), ("99", 330)])
def test_a_stage_is_reached_with_few_requests(lab, stage, most, monkeypatch):
    """What keeps `goto` within seconds, whatever the machine: how often the sandbox is asked."""
    requests = []
    answer = api.answer
    monkeypatch.setattr(
        api, "answer", lambda sandbox, request: requests.append(1) or answer(sandbox, request)
    )
    assert lab.goto(stage).trouble == ()
    assert 0 < len(requests) <= most


def test_notebooks_side_by_side_do_not_write_over_each_other(lab):
    """Two labs on one sandbox, as two kernels have them, each noting what it found done."""

    def note(number):
        other = Lab(lab.place, lab.home, lab.names, lab.prefix, Record())
        for step in range(10):
            store.note_done(other, f"{number}.{step}")

    with ThreadPoolExecutor(2) as kernels:
        list(kernels.map(note, (1, 2)))
    assert len(store.memory(lab).done) == 20
