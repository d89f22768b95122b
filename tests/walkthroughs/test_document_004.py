"""Source document 004, "ECS overview & usage guide", typed into a terminal command by command, as written.

Two of its commands AWS refuses, and what they ask for cannot run yet. So the walk climbs: from each refusal
to the smallest command that is accepted, until the page answers. Each test stands on those before it.
"""

import json

import pytest

from ecslab import ecr, execution_role, image, verify

CREATE_CLUSTER = "aws ecs create-cluster --cluster-name my-ecs-cluster"
REGISTER = """aws ecs register-task-definition --family my-task-def \\
    --network-mode awsvpc \\
    --requires-compatibilities FARGATE \\
    --cpu "256" --memory "512" \\
    --container-definitions '[{
        "name": "my-container",
        "image": "221082201013.dkr.ecr.us-east-1.amazonaws.com/my-ecr-repo:latest",
        "essential": true,
        "portMappings": [{"containerPort": 80, "hostPort": 80}]
    }]'"""
CREATE_SERVICE = """aws ecs create-service --cluster my-ecs-cluster --service-name my-ecs-service \\
    --task-definition my-task-def --desired-count 1 --launch-type FARGATE"""

THEIRS, OURS = "221082201013", "123456789012"
ROLE = f"arn:aws:iam::{OURS}:role/ecsTaskExecutionRole"
WITH_ROLE = f"{REGISTER} --execution-role-arn {ROLE}"
LOG = json.dumps(
    {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/my-task-def", "awslogs-region": "us-east-1",
                                         "awslogs-stream-prefix": "ecs"}}
)  # fmt: skip
WITH_OUR_IMAGE_AND_A_LOG = WITH_ROLE.replace(THEIRS, OURS).replace(
    '"essential"', f'"logConfiguration": {LOG}, "essential"'
)
UPDATE = "aws ecs update-service --cluster my-ecs-cluster --service my-ecs-service"
DELETE = "aws ecs delete-service --cluster my-ecs-cluster --service my-ecs-service"
STABLE = "aws ecs wait services-stable --cluster my-ecs-cluster --services my-ecs-service"
INACTIVE = "aws ecs wait services-inactive --cluster my-ecs-cluster --services my-ecs-service"


def service(lab):
    described = lab.ecs.describe_services(cluster="my-ecs-cluster", services=["my-ecs-service"])
    return described["services"][0]


def events(lab):
    """What the service tells of itself, newest first, without its name."""
    return [event["message"].removeprefix("(service my-ecs-service) ") for event in service(lab)["events"]]


def running_task(lab):
    arns = lab.ecs.list_tasks(cluster="my-ecs-cluster", serviceName="my-ecs-service")["taskArns"]
    [task] = lab.ecs.describe_tasks(cluster="my-ecs-cluster", tasks=arns)["tasks"]
    assert task["lastStatus"] == "RUNNING"
    return task


def test_aws_configure_writes_beside_the_sandbox(terminal, home):
    typed = "AKIAIOSFODNN7EXAMPLE\nnot-a-key\neu-central-1\njson\n"
    assert terminal.run("aws configure", typed).code == 0
    assert "AKIAIOSFODNN7EXAMPLE" in (home / "aws" / "credentials").read_text()
    assert "eu-central-1" in (home / "aws" / "config").read_text()


def test_the_cluster_is_made_as_written(terminal):
    created = terminal.run(CREATE_CLUSTER).json["cluster"]
    assert created["clusterArn"] == f"arn:aws:ecs:us-east-1:{OURS}:cluster/my-ecs-cluster"
    assert created["status"] == "ACTIVE"


def test_the_definition_as_written_lacks_an_execution_role(terminal):
    assert terminal.run(REGISTER).refused(
        "ClientException",
        "Fargate requires task definition to have execution role ARN to support ECR images.",
    )


def test_so_the_service_as_written_has_no_definition(terminal):
    assert terminal.run(CREATE_SERVICE).refused("ClientException", "TaskDefinition not found.")


def test_with_a_role_the_definition_is_registered(terminal):
    definition = terminal.run(WITH_ROLE).json["taskDefinition"]
    assert (definition["family"], definition["revision"], definition["status"]) == (
        "my-task-def",
        1,
        "ACTIVE",
    )
    assert definition["executionRoleArn"] == ROLE


def test_the_service_as_written_lacks_a_network(terminal):
    assert terminal.run(CREATE_SERVICE).refused(
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    )


def test_a_subnet_makes_it_a_service(terminal, lab):
    subnet = lab.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][0]
    network = f'"awsvpcConfiguration={{subnets=[{subnet["SubnetId"]}],assignPublicIp=ENABLED}}"'
    created = terminal.run(f"{CREATE_SERVICE} --network-configuration {network}").json["service"]
    assert (created["status"], created["desiredCount"], created["runningCount"]) == ("ACTIVE", 1, 0)


def test_nobody_made_the_role_that_the_definition_names(terminal, lab):
    terminal.pass_time(10)
    assert events(lab)[0] == (
        f"failed to launch a task with (error ECS was unable to assume the role '{ROLE}' that was provided "
        "for this task. Please verify that the role being passed has the proper trust relationship and "
        "permissions and that your IAM user has permissions to pass this role.)."
    )


def test_the_image_is_in_somebody_elses_account(terminal, lab):
    execution_role.create(lab)
    terminal.pass_time(300)
    host = f"{THEIRS}.dkr.ecr.us-east-1.amazonaws.com"
    assert events(lab)[0].startswith("is unable to consistently start tasks successfully.")
    assert events(lab)[1] == (
        "was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried "
        f"1 time(s): failed to resolve ref {host}/my-ecr-repo:latest: pulling from host {host} failed with "
        "status code [manifests latest]: 403 Forbidden."
    )


def test_our_own_repository_has_no_image_yet(terminal, lab):
    ecr.create_repository(lab, "my-ecr-repo")
    lab.logs.create_log_group(logGroupName="/ecs/my-task-def")
    assert terminal.run(WITH_OUR_IMAGE_AND_A_LOG).json["taskDefinition"]["revision"] == 2
    updated = terminal.run(f"{UPDATE} --task-definition my-task-def").json["service"]
    assert updated["taskDefinition"].endswith(":task-definition/my-task-def:2")
    terminal.pass_time(300)
    reference = f"{OURS}.dkr.ecr.us-east-1.amazonaws.com/my-ecr-repo:latest"
    assert events(lab)[1] == (
        "was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried "
        f"1 time(s): failed to resolve ref {reference}: {reference}: not found."
    )


def test_the_waiter_gives_up_after_forty_polls(terminal, lab):
    before = lab.now()
    result = terminal.wait(STABLE)
    assert (result.code, result.err.strip()) == (255, "Waiter ServicesStable failed: Max attempts exceeded")
    assert lab.now() - before == 39 * 15


def test_with_the_image_a_new_deployment_becomes_stable(terminal, lab):
    image.push(lab, image.build("<h1>It works</h1>", lab=lab), repository="my-ecr-repo")
    earlier = [deployment["id"] for deployment in service(lab)["deployments"]]
    forced = terminal.run(f"{UPDATE} --force-new-deployment").json["service"]
    assert forced["deployments"][0]["id"] not in earlier
    assert forced["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    result = terminal.wait(STABLE)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert service(lab)["runningCount"] == 1
    terminal.pass_time(60)  # a deployment is COMPLETED some time after the waiter is content
    stable = service(lab)
    assert [deployment["rolloutState"] for deployment in stable["deployments"]] == ["COMPLETED"]
    assert events(lab)[0] == "has reached a steady state."


def test_the_default_security_group_lets_nobody_in_until_it_is_told_to(terminal, lab):
    task = running_task(lab)
    address = verify.public_ip(lab, task)
    assert "no inbound rule that allows TCP port 80" in terminal.page(address)
    [default] = lab.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    wanted = {"group-name": "default", "vpc-id": default["VpcId"]}
    [group] = lab.ec2.describe_security_groups(
        Filters=[{"Name": name, "Values": [value]} for name, value in wanted.items()]
    )["SecurityGroups"]
    lab.ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
    )
    assert "<h1>It works</h1>" in terminal.page(address)


@pytest.mark.needs_program("aws")  # `aws logs tail` is of version 2
def test_the_visit_is_in_the_log(terminal, lab):
    tail = '/usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" logs tail /ecs/my-task-def'
    lines = terminal.run(tail).out.splitlines()
    stream = f"ecs/my-container/{running_task(lab)['taskArn'].rpartition('/')[2]}"
    assert all(line.split()[1] == stream for line in lines)
    assert lines[-1].endswith('"GET / HTTP/1.1" 200 17'), lines


def test_the_service_is_deleted_only_by_force_and_drains(terminal, lab):
    assert terminal.run(DELETE).refused(
        "InvalidParameterException", "The service cannot be stopped while it is scaled above 0."
    )
    assert terminal.run(f"{DELETE} --force").json["service"]["status"] == "DRAINING"
    assert terminal.run(CREATE_SERVICE).refused(
        "InvalidParameterException", "Unable to Start a service that is still Draining."
    )
    before = lab.now()
    result = terminal.wait(INACTIVE)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert lab.now() > before
    assert service(lab)["status"] == "INACTIVE"
