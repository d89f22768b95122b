from course_rig import said

import ecslab
from ecslab.course import _memory

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
    _memory.forget(lab)
    ecslab.execution_role.create(lab)
    assert lab.goto("03", again=True).back == 2


def test_a_reset_forgets_what_was_entered_and_done(lab):
    lab.goto("03")
    assert {"01.push", "02.cluster"} <= set(_memory.memory(lab).done)
    lab.control("reset")
    assert set(_memory.memory(lab).done) <= {"00.ready", "00.network"}
    assert _memory.memory(lab).entered == {}


def test_a_damaged_memory_counts_as_empty(lab):
    lab.goto("01")
    kept = _memory.memory(lab)
    kept.path.write_text('{"done": [1, 2')
    _memory.forget(lab)
    assert repr(lab.goto("01")) == "Stage 01, ECR. Everything it builds on is there."
