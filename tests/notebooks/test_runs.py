"""The notebooks as a learner runs them: twice, and in the copy whose exercises are still to do."""

import json

import pytest

import ecslab
from ecslab.workshop import learner_copy
from tests.notebooks.rig import Classroom, read, run, stems


@pytest.fixture(scope="module")
def classroom():
    classroom = Classroom()
    yield classroom
    classroom.close()


def state() -> dict[str, object]:
    """What a learner has in the account, without ids: what must be the same after a second run."""
    with ecslab.connect() as lab:
        clusters = lab.ecs.describe_clusters(clusters=lab.ecs.list_clusters()["clusterArns"])["clusters"]
        repositories = [r["repositoryName"] for r in lab.ecr.describe_repositories()["repositories"]]
        balancers = lab.elbv2.describe_load_balancers()["LoadBalancers"]
        targets = lab.elbv2.describe_target_groups()["TargetGroups"]
        return {
            "images": {name: images(lab, name) for name in repositories},
            "clusters": sorted((c["clusterName"], c["status"], c["runningTasksCount"]) for c in clusters),
            "services": sorted(services(lab, c["clusterName"]) for c in clusters),
            "balancers": sorted(b["LoadBalancerName"] for b in balancers),
            "target groups": sorted(g["TargetGroupName"] for g in targets),
            "definitions": sorted(lab.ecs.list_task_definitions()["taskDefinitionArns"]),
            "roles": sorted(role["RoleName"] for role in lab.iam.list_roles()["Roles"]),
            "groups": sorted(g["GroupName"] for g in lab.ec2.describe_security_groups()["SecurityGroups"]),
            "logs": sorted(g["logGroupName"] for g in lab.logs.describe_log_groups()["logGroups"]),
        }


def services(lab: ecslab.Lab, cluster: str) -> list[tuple[str, int]]:
    """Name and desired count of each service in a cluster."""
    arns = lab.ecs.list_services(cluster=cluster)["serviceArns"]
    shown = lab.ecs.describe_services(cluster=cluster, services=arns)["services"] if arns else []
    return sorted((one["serviceName"], one["desiredCount"]) for one in shown)


def images(lab: ecslab.Lab, repository: str) -> list[tuple[str, ...]]:
    """Digest and tags of each image in a repository."""
    details = lab.ecr.describe_images(repositoryName=repository)["imageDetails"]
    return sorted((image["imageDigest"], *image.get("imageTags", [])) for image in details)


@pytest.mark.parametrize("stem", stems())
def test_a_second_run_ends_in_the_same_state(classroom, stem):
    classroom.reset()
    run(read(stem))
    once = state()
    run(read(stem))
    assert state() == once


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return learner_copy.copy_to(tmp_path_factory.mktemp("my") / "my-ecslab").folder


@pytest.mark.parametrize("stem", stems())
def test_run_all_on_the_learners_copy_raises_nothing_and_every_exercise_waits(classroom, copy, stem):
    classroom.reset()
    done = run(read(stem, copy), copy)
    checks = [
        c for c in done.cells if c.cell_type == "code" and "yours-" in c.source and "lab.check" in c.source
    ]
    assert checks, "a notebook without an exercise"
    for cell in checks:
        assert "Not yet" in json.dumps(cell.outputs), cell.source
