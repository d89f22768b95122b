"""Every command of the AWS CLI that a notebook shows beside its own way works in a terminal too."""

import json
import re
from pathlib import Path

import pytest

import ecslab

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
REMARK = re.compile(r"(?:^|`)(aws [a-z0-9-]+ [a-z0-9-]+[^`|\n]*)", re.MULTILINE)

PULL = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
AS_SENT = {
    "aws ecr get-login-password":
        'curl -sf -u "AWS:$(aws ecr get-login-password)" http://$ECR_REGISTRY/v2/',
    "aws ecs create-cluster --cluster-name adgu-cluster":
        "aws ecs create-cluster --cluster-name adgu-cluster",
    "aws ecs update-service --desired-count 0":
        "for service in adgu-web adgu-back; do "
        "aws ecs update-service --desired-count 0 --cluster adgu-cluster --service $service || exit; done",
    "aws ecs delete-service":
        "for service in adgu-web adgu-back; do "
        "aws ecs delete-service --cluster adgu-cluster --service $service || exit; done",
    "aws ecs delete-cluster": "aws ecs delete-cluster --cluster adgu-cluster",
    "aws elbv2 delete-listener":
        "aws elbv2 delete-listener --listener-arn $LISTENER "
        "&& aws elbv2 delete-load-balancer --load-balancer-arn $BALANCER "
        "&& for targets in $TARGETS; do "
        "aws elbv2 delete-target-group --target-group-arn $targets || exit; done",
    "aws logs delete-log-group": "aws logs delete-log-group --log-group-name /ecs/adgu-web-server-task",
    "aws ec2 delete-security-group": "aws ec2 delete-security-group --group-id $GROUP",
    "aws ecr delete-repository --force": "aws ecr delete-repository --force --repository-name adgu/web",
    "aws iam detach-role-policy":
        f"aws iam detach-role-policy --role-name ecsTaskExecutionRole --policy-arn {PULL}",
    "aws iam delete-role": "aws iam delete-role --role-name ecsTaskExecutionRole",
}  # fmt: skip
"""What a notebook shows, and the same with the names that it leaves to the learner. In this order."""
TAKES_TIME = (
    "aws ecs update-service --desired-count 0",
    "aws ecs delete-service",
    "aws elbv2 delete-listener",
)


OF_THE_PROGRAM = {"aws configure sso", "aws sso login", "aws ecs update-service help"}
"""Remarks that send nothing to ECS: how one signs in, and the program's own help."""


def remarked_commands():
    """The commands in the notebooks' text, in order."""
    cells = [
        cell
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
    ]
    prose = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return [remark.strip() for text in prose for remark in REMARK.findall(text)]


def test_no_remark_is_left_out():
    assert set(remarked_commands()) - OF_THE_PROGRAM == set(AS_SENT)


@pytest.fixture(scope="module")
def demo(lab):
    """The lesson up to its last notebook: the values that the commands name."""
    lab.goto("99")
    [balancer] = lab.elbv2.describe_load_balancers()["LoadBalancers"]
    [listener] = lab.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    targets = [group["TargetGroupArn"] for group in lab.elbv2.describe_target_groups()["TargetGroups"]]
    named = [{"Name": "group-name", "Values": [lab.names.tasks_group]}]
    [group] = lab.ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    for task in ecslab.service.bare_tasks(lab):
        lab.ecs.stop_task(cluster=lab.names.cluster, task=task["taskArn"])
    return {
        "BALANCER": balancer["LoadBalancerArn"], "LISTENER": listener["ListenerArn"],
        "TARGETS": " ".join(targets), "GROUP": group["GroupId"],
    }  # fmt: skip


@pytest.mark.parametrize("remark", AS_SENT)
def test_it_does_what_the_notebook_says(terminal, lab, demo, remark):
    result = terminal.run(AS_SENT[remark], **demo)
    assert result.code == 0, result.err
    if remark in TAKES_TIME:
        terminal.pass_time(600)


def test_nothing_is_left(lab, demo):
    assert lab.ecs.list_clusters()["clusterArns"] == []
    assert lab.elbv2.describe_load_balancers()["LoadBalancers"] == []
    assert lab.elbv2.describe_target_groups()["TargetGroups"] == []
    assert lab.ecr.describe_repositories()["repositories"] == []
    assert lab.logs.describe_log_groups()["logGroups"] == []
    assert demo["GROUP"] not in [g["GroupId"] for g in lab.ec2.describe_security_groups()["SecurityGroups"]]
    assert "ecsTaskExecutionRole" not in [role["RoleName"] for role in lab.iam.list_roles()["Roles"]]
