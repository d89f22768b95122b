"""What the walkthroughs on an account share: waiting for a task, and asking for its page."""

import json
from collections.abc import Iterable
from typing import Any

import ecslab
from ecslab import network, verify
from ecslab.connection.record import Call


def run(lab: Any, **request: Any) -> Any:
    """RunTask, once IAM has told ECS of a role that was just made."""

    def accepted() -> Any:
        try:
            return lab.ecs.run_task(**request)
        except lab.ecs.exceptions.ClientException as error:
            if "unable to assume the role" in str(error):
                return None
            raise

    [task] = lab.wait(accepted, "the role to be known", limit=60)["tasks"]
    return task


def until(lab: Any, task: Any, status: str) -> Any:
    """The task once it has that status."""

    def reached() -> Any:
        described = lab.ecs.describe_tasks(cluster=task["clusterArn"], tasks=[task["taskArn"]])["tasks"][0]
        return described if described["lastStatus"] == status else None

    return lab.wait(reached, f"the task to be {status}")


def page(lab: Any, task: Any) -> str:
    """What a visitor reads at the task's public IP. On a real account the program may need a moment."""

    def answered() -> str | None:
        try:
            reply = verify.page(lab, task)
        except ecslab.EcslabError:
            return None
        return reply.text if reply.status == 200 else None

    return str(lab.wait(answered, "the page", limit=60))


def default_vpc(lab: Any) -> Any:
    return next(vpc for vpc in network.vpcs(lab) if vpc.default)


def http_from_anywhere(lab: Any, vpc: str, name: str) -> str:
    """A new security group with one rule: HTTP, from anywhere."""
    group = lab.ec2.create_security_group(GroupName=name, Description="HTTP from anywhere", VpcId=vpc)
    lab.ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
    )
    return str(group["GroupId"])


def as_json(answer: Any) -> Any:
    return json.loads(json.dumps(answer, default=str))


def changes(lab: Any) -> list[str]:
    """The operations that changed something, as `ecs:CreateCluster`, in order; refused ones left out."""

    def spelled(call: Call) -> str:
        return f"{call.service}:{call.operation}"

    return [spelled(call) for call in lab.calls() if call.changes and not call.error]


def in_order(wanted: Iterable[str], seen: Iterable[str]) -> bool:
    """Whether all that is wanted was seen in this order, whatever else was between."""
    rest = iter(seen)
    return all(message in rest for message in wanted)
