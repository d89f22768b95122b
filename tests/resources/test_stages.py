"""The verbs of stages 01 to 03: made once, found again, gone once deleted."""

import pytest
from botocore.exceptions import ClientError

from ecslab import cluster, ecr, execution_role, log_group, task_definition
from ecslab.errors import NotThere

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
pytestmark = pytest.mark.portable


def created(lab, operation):
    return [call for call in lab.calls() if call.operation == operation]


def test_a_repository_is_made_once(lab):
    assert ecr.repository(lab) is None
    repository = ecr.create_repository(lab)
    assert repository["repositoryName"] == lab.names.repository
    assert ecr.create_repository(lab)["repositoryArn"] == repository["repositoryArn"]
    assert len(created(lab, "CreateRepository")) == 1
    tags = lab.ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    assert lab.owns(tags)
    ecr.delete_repository(lab)
    ecr.delete_repository(lab)
    assert ecr.repository(lab) is None


def test_the_uri_of_an_image_is_that_of_the_repository(lab):
    repository = ecr.create_repository(lab)
    assert ecr.image_uri(lab, "v2") == f"{repository['repositoryUri']}:v2"
    assert ecr.image(lab) is None


def test_no_image_without_a_repository(lab):
    assert ecr.image(lab, "latest") is None


def test_ecr_refuses_capitals_in_its_own_words(lab):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        ecr.create_repository(lab, "ADGU/Web")


def test_a_cluster_is_made_once_and_a_deleted_one_is_not_found(lab):
    new_cluster = cluster.create(lab)
    assert (new_cluster["clusterName"], new_cluster["status"]) == (lab.names.cluster, "ACTIVE")
    assert cluster.create(lab)["clusterArn"] == new_cluster["clusterArn"]
    assert len(created(lab, "CreateCluster")) == 1
    cluster.delete(lab)
    assert cluster.find(lab) is None
    cluster.delete(lab, lab.name("never-there"))


def test_ecs_refuses_a_cluster_name_with_a_space(lab):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        cluster.create(lab, "ADGU cluster")


def test_the_execution_role_trusts_ecs_tasks_and_may_pull_and_log(lab):
    role = execution_role.create(lab)
    assert execution_role.trusts_tasks(role)
    assert execution_role.create(lab)["Arn"] == role["Arn"]
    attached = lab.iam.list_attached_role_policies(RoleName=lab.names.execution_role)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [execution_role.POLICY]
    assert role["AssumeRolePolicyDocument"]["Statement"] == execution_role.TRUST["Statement"]
    execution_role.delete(lab)
    execution_role.delete(lab)
    assert execution_role.find(lab) is None


def test_a_role_that_somebody_else_made_is_not_changed(lab, somebody_else):
    somebody_else("iam").create_role(RoleName=lab.names.execution_role, AssumeRolePolicyDocument="{}")
    execution_role.create(lab)
    attached = lab.iam.list_attached_role_policies(RoleName=lab.names.execution_role)
    assert attached["AttachedPolicies"] == []


def test_a_log_group_is_made_once_and_keeps_its_lines_for_a_week(lab):
    assert log_group.find(lab) is None
    group = log_group.create(lab)
    assert (group["logGroupName"], group["retentionInDays"]) == (lab.names.log_group, 7)
    assert log_group.create(lab)["logGroupName"] == group["logGroupName"]
    assert len(created(lab, "CreateLogGroup")) == 1
    log_group.delete(lab)
    log_group.delete(lab)
    assert log_group.find(lab) is None


def test_a_definition_that_says_the_same_is_registered_once(lab):
    execution_role.create(lab)
    first = task_definition.register(lab, image=HTTPD)
    assert task_definition.register(lab, image=HTTPD)["revision"] == first["revision"]
    second = task_definition.register(lab, image=HTTPD, cpu=512, memory=1024)
    assert second["revision"] == first["revision"] + 1
    assert task_definition.register(lab, image=HTTPD)["revision"] == first["revision"]
    assert task_definition.find(lab)["revision"] == second["revision"]
    assert len(task_definition.revisions(lab)) == 2


def test_a_deregistered_definition_is_registered_anew(lab):
    first = task_definition.register(lab, image=HTTPD, logs=False)
    task_definition.deregister(lab)
    assert task_definition.revisions(lab) == []
    again = task_definition.register(lab, image=HTTPD, logs=False)
    assert again["revision"] == first["revision"] + 1


def test_a_public_image_without_logs_needs_no_role(lab):
    definition = task_definition.register(lab, image=HTTPD, logs=False)
    assert "executionRoleArn" not in definition


def test_without_the_execution_role_it_says_which_step_is_missing(lab):
    with pytest.raises(NotThere, match=f"no execution role {lab.names.execution_role}"):
        task_definition.register(lab)


def test_ecs_refuses_a_pair_of_sizes_in_its_own_words(lab):
    with pytest.raises(ClientError, match="No Fargate configuration exists for given values"):
        task_definition.register(lab, image=HTTPD, logs=False, cpu="512", memory="512")


def test_the_form_shows_what_the_console_shows(lab):
    execution_role.create(lab)
    form = task_definition.form(task_definition.register(lab))
    rows = dict(form.rows)
    assert rows["CPU"] == "0.25 vCPU (256 units)"
    assert rows["Memory"] == "0.5 GB (512 MiB)"
    assert rows["Image"] == ecr.image_uri(lab)
    assert rows["Task role"] == "none"
    assert "<td" in form._repr_html_() and "0.25 vCPU" in repr(form)
