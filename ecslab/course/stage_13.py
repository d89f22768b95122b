"""Stage 13: document 004's service, mended until it answers, and the one that document 002's wizard made."""

from dataclasses import dataclass

import ecslab
from ecslab.connection.connection import Connection
from ecslab.course import _answering, _services, account
from ecslab.course import _stage_13_exercises as _again
from ecslab.course.account import Facts
from ecslab.course.step import Step
from ecslab.course.verdict import Verdict, not_yet, wrong
from ecslab.operations import prices

OPERATIONS = frozenset({"CreateService", "UpdateService", "DeleteService"})
HOURLY = prices.task_hour(256, 512)


@dataclass(frozen=True)
class Written:
    """The names that a document gives, before the lab's prefix."""

    cluster: str
    family: str
    service: str
    container: str


GUIDE = Written("my-ecs-cluster", "my-task-def", "my-ecs-service", "my-container")
WIZARD = Written("node-demo-cluster", "node-demo", "node-demo-service", "node-demo")


def repaired(lab: Connection) -> Verdict:
    """The service of document 004 keeps a task running, and its page answers."""
    name = lab.name(GUIDE.service)
    found = _services.service(lab, name, lab.name(GUIDE.cluster))
    if not found or found["status"] != "ACTIVE":
        return _absent(lab, GUIDE, found) or not_yet(
            f"There is no service `{name}`: ECS refuses the document's command, for it says nothing of a "
            "network."
        )
    return _mistaken(lab, GUIDE, found) or _answering.verdict(lab, found)


def wizard(lab: Connection) -> Verdict:
    """The service of document 002 keeps a task of `node-demo` running, and its page answers."""
    name = lab.name(WIZARD.service)
    found = _services.service(lab, name, lab.name(WIZARD.cluster))
    if not found or found["status"] != "ACTIVE":
        return _absent(lab, WIZARD, found) or not_yet(f"There is no service `{name}`: steps 3 and 4 make it.")
    return _mistaken(lab, WIZARD, found) or _balanced(found) or _answering.verdict(lab, found)


def _absent(lab: Connection, names: Written, found: Facts | None) -> Verdict | None:
    """Why the service is not there, if that can be said."""
    service, cluster, family = lab.name(names.service), lab.name(names.cluster), lab.name(names.family)
    if found and found["status"] == "DRAINING":
        return wrong(
            f"`{service}` is DRAINING: it was deleted, and its last tasks are stopping.",
            "`aws ecs wait services-inactive …` waits until the name is free again.",
        )
    for astray in account.cluster_names(lab):
        seen = _services.service(lab, service, astray)
        if seen and seen["status"] == "ACTIVE":
            return wrong(
                f"The service `{service}` is in the cluster `{astray}`, not in `{cluster}`.",
                f"Delete it there, and give the command `--cluster {cluster}`.",
            )
    if found:
        return wrong(f"`{service}` is INACTIVE: it was deleted, and nothing is kept running.")
    if cluster not in account.cluster_names(lab):
        return not_yet(f"There is no ACTIVE cluster `{cluster}`.")
    if family not in account.families(lab):
        return not_yet(f"There is no ACTIVE task definition `{family}`: a service needs one.")
    return None


def _mistaken(lab: Connection, names: Written, found: Facts) -> Verdict | None:
    """Whether the service runs what the document's does."""
    definition = account.definition(lab, found["taskDefinition"]) or {}
    family, runs = lab.name(names.family), definition.get("family", "nothing")
    if runs != family:
        return wrong(
            f"`{found['serviceName']}` runs `{runs}`; the document's definition is `{family}`.",
            f"`aws ecs update-service … --task-definition {family}`.",
        )
    called = [container["name"] for container in definition["containerDefinitions"]]
    if names.container not in called:
        return wrong(
            f"The container of `{family}` is called `{called[0]}`, in the document `{names.container}`.",
            "Register a revision with that name, and update the service to it.",
        )
    return None


def _balanced(found: Facts) -> Verdict | None:
    if not found.get("loadBalancers"):
        return None
    return wrong(
        f"`{found['serviceName']}` is behind a load balancer; the document runs it without one.",
        "`aws ecs update-service … --load-balancers '[]'`.",
    )


def _repair(lab: Connection) -> None:
    cluster, family, service = (lab.name(n) for n in ("my-ecs-cluster", "my-task-def", "my-ecs-service"))
    vpc, subnet = ecslab.network.default_subnet(lab)
    group = ecslab.network.http_group(lab, vpc.id)
    role = ecslab.execution_role.create(lab)["Arn"]
    container = '[{"name": "my-container", "image": "IMAGE", "portMappings": [{"containerPort": 80}]}]'
    container = container.replace("IMAGE", ecslab.ecr.image_uri(lab))
    network = f"awsvpcConfiguration={{subnets=[{subnet.id}],securityGroups=[{group}],assignPublicIp=ENABLED}}"
    for command in (
        f"aws ecs create-cluster --cluster-name {cluster}",
        f"aws ecs register-task-definition --family {family} --network-mode awsvpc "
        f"--requires-compatibilities FARGATE --cpu 256 --memory 512 --execution-role-arn {role} "
        f"--container-definitions '{container}'",
        f"aws ecs create-service --cluster {cluster} --service-name {service} --task-definition {family} "
        f"--desired-count 1 --launch-type FARGATE --network-configuration '{network}'",
        f"aws ecs update-service --cluster {cluster} --service {service} --task-definition {family} "
        f"--desired-count 1 --network-configuration '{network}'",  # for a service that was there already
        f"aws ecs wait services-stable --cluster {cluster} --services {service}",
    ):
        ecslab.terminal.run(lab, command, lines=3)


def _as_the_wizard(lab: Connection) -> None:
    cluster, family, service = (lab.name(n) for n in ("node-demo-cluster", "node-demo", "node-demo-service"))
    vpc, subnet = ecslab.network.default_subnet(lab)
    group = ecslab.network.http_group(lab, vpc.id)
    # The name in the document stands for yours; on a real account any public web server will do.
    image = "yourname/node-example-1" if lab.where == "sandbox" else "public.ecr.aws/docker/library/httpd:2.4"
    container = '[{"name": "node-demo", "image": "IMAGE", "portMappings": [{"containerPort": 80}]}]'
    container = container.replace("IMAGE", image)
    network = f"awsvpcConfiguration={{subnets=[{subnet.id}],securityGroups=[{group}],assignPublicIp=ENABLED}}"
    for command in (
        f"aws ecs create-cluster --cluster-name {cluster}",
        f"aws ecs register-task-definition --family {family} --network-mode awsvpc "
        "--requires-compatibilities FARGATE --cpu 256 --memory 512 "
        f"--container-definitions '{container}'",
        f"aws ecs create-service --cluster {cluster} --service-name {service} --task-definition {family} "
        f"--desired-count 1 --launch-type FARGATE --network-configuration '{network}'",
        f"aws ecs update-service --cluster {cluster} --service {service} --task-definition {family} "
        f"--desired-count 1 --network-configuration '{network}'",
        f"aws ecs wait services-stable --cluster {cluster} --services {service}",
    ):
        ecslab.terminal.run(lab, command, lines=3)


STEPS = (
    Step(
        "13.repaired",
        "Mend the document's service",
        15,
        repaired,
        _repair,
        (
            "One refusal at a time: read the last line of each answer, and change the one thing it names.",
            "In this order: an execution role; a subnet; assignPublicIp=ENABLED; an image of your own; a "
            "security group that admits port 80.",
            "`aws ecs create-service` refuses; once there is a service, `aws ecs update-service` changes it, "
            "and `aws ecs describe-services --query 'services[0].events[:2].message'` says what ails it.",
        ),
        OPERATIONS,
        HOURLY,
    ),
    Step(
        "13.wizard",
        "Do what the wizard did",
        8,
        wizard,
        _as_the_wizard,
        (
            "The wizard asked in the order container, task, service, cluster, and made them the other way "
            "round.",
            "A public image and no logs: no execution role is needed. A public IP and port 80 are.",
            "`aws ecs create-cluster`, `aws ecs register-task-definition`, `aws ecs create-service`.",
        ),
        OPERATIONS,
        HOURLY,
    ),
    Step(
        "13.yours-1",
        "Your turn: the same tag, pushed anew",
        6,
        _again.forced,
        _again.push_and_force,
        (
            "A running task never looks at its tag again: only a new task pulls.",
            "First `ecslab.image.push(lab, …)`, then tell the service, whose definition has not changed.",
            "`aws ecs update-service --cluster … --service … --force-new-deployment`.",
        ),
        OPERATIONS,
        0.0,
    ),
    Step(
        "13.yours-2",
        "Your turn: document 003 in the terminal",
        8,
        _again.by_hand,
        _again.run_by_hand,
        (
            "Every field of its form is a parameter: `ecslab.console.clicks('003')` names them.",
            "0.5 vCPU is `--cpu 512`; the least memory that goes with it is 1024.",
            "`aws ecs create-cluster`, `aws ecs register-task-definition`, `aws ecs run-task`, "
            "`aws ecs wait tasks-running`.",
        ),
        frozenset({"RunTask"}),
        prices.task_hour(512, 1024),
    ),
)
