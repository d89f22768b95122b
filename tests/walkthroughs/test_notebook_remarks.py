"""Every command of the AWS CLI that a notebook shows beside its own way works in a terminal too."""

import json
import re
from pathlib import Path

import pytest

from ecslab import network

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
REMARK = re.compile(r"(?:^|`)(aws [a-z0-9-]+ [a-z0-9-]+[^`|\n]*)", re.MULTILINE)

PULL = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
AS_SENT = {
    "aws ecr get-login-password":
        'curl -sf -u "AWS:$(aws ecr get-login-password)" http://$ECR_REGISTRY/v2/',
    "aws ecs create-cluster --cluster-name adgu-cluster":
        "aws ecs create-cluster --cluster-name adgu-cluster",
    "aws ecs stop-task": "aws ecs stop-task --cluster adgu-cluster --task $TASK",
    "aws ecs deregister-task-definition":
        "aws ecs deregister-task-definition --task-definition adgu-web-server-task:1",
    "aws ecs delete-cluster": "aws ecs delete-cluster --cluster adgu-cluster",
    "aws ecr delete-repository --force": "aws ecr delete-repository --force --repository-name adgu/web",
    "aws logs delete-log-group": "aws logs delete-log-group --log-group-name /ecs/adgu-web-server-task",
    "aws ec2 delete-security-group": "aws ec2 delete-security-group --group-id $GROUP",
    "aws iam detach-role-policy":
        f"aws iam detach-role-policy --role-name ecsTaskExecutionRole --policy-arn {PULL}",
    "aws iam delete-role": "aws iam delete-role --role-name ecsTaskExecutionRole",
}  # fmt: skip
"""What a notebook shows, and the same with the names that it leaves to the learner. In this order."""


def shown():
    """The commands in the notebooks' text, in order."""
    cells = [
        cell
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
    ]
    prose = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return [found.strip() for text in prose for found in REMARK.findall(text)]


def test_no_remark_is_left_out():
    assert set(shown()) == set(AS_SENT)


@pytest.fixture(scope="module")
def demo(lab):
    """The lesson up to its last notebook: the values that the commands name."""
    lab.goto("99")
    [task] = lab.ecs.list_tasks(cluster="adgu-cluster")["taskArns"]
    vpc = network.default_choice(lab).vpc_id
    return {"TASK": task, "GROUP": network.http_group(lab, vpc)}


@pytest.mark.parametrize("remark", AS_SENT)
def test_it_does_what_the_notebook_says(terminal, lab, demo, remark):
    said = terminal.run(AS_SENT[remark], **demo)
    assert said.code == 0, said.err
    if remark == "aws ecs stop-task":
        terminal.pass_time(120)


def test_nothing_is_left(lab, demo):
    assert lab.ecs.list_clusters()["clusterArns"] == []
    assert lab.ecs.list_task_definitions()["taskDefinitionArns"] == []
    assert lab.ecr.describe_repositories()["repositories"] == []
    assert lab.logs.describe_log_groups()["logGroups"] == []
    assert demo["GROUP"] not in [g["GroupId"] for g in lab.ec2.describe_security_groups()["SecurityGroups"]]
    assert "ecsTaskExecutionRole" not in [role["RoleName"] for role in lab.iam.list_roles()["Roles"]]
