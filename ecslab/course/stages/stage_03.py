"""Stage 03: the execution role, the log group, and the task definition that names both."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks.definition_problem import definition_problem
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import log_group, task_definition
from ecslab.resources import role as roles

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskDefinitionTypeDef

POLICY = "AmazonECSTaskExecutionRolePolicy"
PUBLIC_IMAGE = "public.ecr.aws/docker/library/httpd:2.4"


def role(lab: Connection) -> Verdict:
    """The execution role is there, trusts ECS tasks, and may pull and log."""
    name = lab.names.execution_role
    role = roles.find(lab, name)
    if not role:
        return verdicts.not_yet("03.no-role", name=name)
    trusted = roles.trusted_services(role)
    if "ecs-tasks.amazonaws.com" not in trusted:
        return verdicts.wrong("03.not-trusted", name=name, services=", ".join(trusted) or "no service")
    held = roles.policy_names(lab, name)
    if not held:
        return verdicts.wrong("03.no-policy", name=name, policy=POLICY)
    if POLICY not in held:
        return verdicts.wrong("03.other-policy", name=name, policies=", ".join(held), policy=POLICY)
    return done(f"`{name}` trusts ecs-tasks.amazonaws.com and holds {POLICY}.")


def logs(lab: Connection) -> Verdict:
    """The log group is there."""
    name = lab.names.log_group
    if log_group.find(lab, name):
        return done(f"`{name}` is ready to take the container's lines.")
    starts = (name, "/", name[1:])
    groups = [group["logGroupName"] for start in starts for group in log_group.beginning_with(lab, start)]
    if other := similar_name(lab, name, groups):
        return verdicts.wrong("03.other-log-group", other=other, name=name)
    return not_yet(f"There is no log group `{name}`: a task that names it would stop before it starts.")


def definition(lab: Connection) -> Verdict:
    """The lesson's task definition is ACTIVE and would run the learner's image."""
    family = lab.names.family
    active = task_definition.revisions(lab, family, "ACTIVE")
    if not active:
        inactive = task_definition.revisions(lab, family, "INACTIVE")
        if inactive:
            last = task_definition.revision_of(inactive[-1])
            return verdicts.wrong("03.deregistered", family=family, last=last, next=last + 1)
        if other := similar_name(lab, family, task_definition.families(lab)):
            return verdicts.wrong("03.other-family", other=other, family=family)
        return not_yet(f"There is no task definition `{family}`.")
    definition = task_definition.find(lab, active[-1]) or {}
    if trouble := definition_problem(lab, definition):
        return wrong(f"`{family}:{definition['revision']}` {trouble.text}", trouble.hint)
    return done(f"`{family}:{definition['revision']}` is ACTIVE, and would run the image in your repository.")


def two_sizes(lab: Connection) -> Verdict:
    """Exercise: a family of its own, with 0.25 vCPU, and with 0.5 vCPU and the least memory."""
    family = lab.name("adgu-practice")
    active = task_definition.revisions(lab, family, "ACTIVE")
    revisions = [task_definition.find(lab, arn) or {} for arn in active[-10:]]
    if not revisions:
        return _no_practice(lab, family)
    sizes = [(revision["cpu"], revision["memory"]) for revision in revisions]
    halves = [n for n, (cpu, _) in enumerate(sizes) if cpu == "512"]
    if not halves:
        return _no_half(lab, family, revisions[-1])
    last, (_, memory) = revisions[halves[-1]], sizes[halves[-1]]
    if memory != "1024":
        return verdicts.wrong("03.more-memory", family=family, revision=last["revision"], memory=memory)
    if ("256", "512") not in sizes:
        return verdicts.wrong("03.no-quarter", family=family)
    return done(f"`{family}` has two sizes; `{family}:{last['revision']}` asks for 0.5 vCPU and 1024 MiB.")


def _no_practice(lab: Connection, family: str) -> Verdict:
    """What there is in place of the exercise's family."""
    others = [other for other in task_definition.families(lab) if other.lower().endswith("practice")]
    if other := similar_name(lab, family, others):
        return verdicts.wrong("03.other-practice", other=other, family=family)
    lesson = lab.names.family
    for arn in reversed(task_definition.revisions(lab, lesson, "ACTIVE")[-10:]):
        definition = task_definition.find(lab, arn) or {}
        if definition.get("cpu") == "512":
            revision = definition["revision"]
            return verdicts.wrong("03.half-in-lesson", lesson=lesson, revision=revision, family=family)
    return not_yet(f"There is no ACTIVE revision of `{family}` yet.")


def _no_half(lab: Connection, family: str, newest: TaskDefinitionTypeDef) -> Verdict:
    """No ACTIVE revision asks for 0.5 vCPU: one did, or another size was taken, or it was not tried."""
    for arn in reversed(task_definition.revisions(lab, family, "INACTIVE")[-10:]):
        if (task_definition.find(lab, arn) or {}).get("cpu") == "512":
            deregistered = task_definition.revision_of(arn)
            return verdicts.wrong("03.half-deregistered", family=family, deregistered=deregistered)
    if newest["cpu"] != "256":
        revision, cpu = newest["revision"], newest["cpu"]
        return verdicts.wrong("03.other-size", family=family, revision=revision, cpu=cpu)
    return not_yet(f"No ACTIVE revision of `{family}` asks for 0.5 vCPU.")


def hello(lab: Connection) -> Verdict:
    """Exercise: a definition from a public image, without execution role and logs."""
    family = lab.name("adgu-hello")
    definition = task_definition.find(lab, family)
    if not definition or definition["status"] != "ACTIVE":
        if other := similar_name(lab, family, task_definition.families(lab)):
            return wrong(f"There is a family `{other}`; the exercise asks for `{family}`, letter by letter.")
        return not_yet(f"There is no ACTIVE task definition `{family}`.")
    name = f"`{family}:{definition['revision']}`"
    container = definition["containerDefinitions"][0]
    if "FARGATE" not in definition.get("requiresCompatibilities", []):
        return verdicts.wrong("03.not-for-fargate", name=name)
    if container["image"] != PUBLIC_IMAGE:
        return wrong(f"{name} runs `{container['image']}`; the exercise asks for `{PUBLIC_IMAGE}`.")
    if "logConfiguration" in container:
        return verdicts.wrong("03.with-logs", name=name)
    if definition.get("executionRoleArn"):
        return verdicts.wrong("03.with-execution-role", name=name)
    return done(f"{name} runs a public image, without execution role and without logs.")


def _make_role(lab: Connection) -> None:
    ecslab.execution_role.create(lab)


def _make_log_group(lab: Connection) -> None:
    ecslab.log_group.create(lab)


def _register(lab: Connection) -> None:
    ecslab.task_definition.register(lab)


def _register_two_sizes(lab: Connection) -> None:
    family = lab.name("adgu-practice")
    ecslab.task_definition.register(lab, family=family, cpu="256", memory="512")
    ecslab.task_definition.register(lab, family=family, cpu="512", memory="1024")


def _register_hello(lab: Connection) -> None:
    lab.ecs.register_task_definition(
        family=lab.name("adgu-hello"),
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[
            {
                "name": "web",
                "image": "public.ecr.aws/docker/library/httpd:2.4",
                "portMappings": [{"containerPort": 80}],
            }
        ],
        tags=lab.tags("ecs"),
    )


def _allowed_actions(lab: Connection) -> list[int]:
    """How many actions the managed policy of the execution role allows."""
    name = lab.names.execution_role
    if not roles.find(lab, name):
        return []
    attached = lab.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    arn = next((policy["PolicyArn"] for policy in attached if policy["PolicyName"] == POLICY), None)
    if not arn:
        return []
    version = lab.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = lab.iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    statements = cast("dict[str, list[dict[str, list[str]]]]", document)["Statement"]
    return [sum(len(statement["Action"]) for statement in statements)]


def _next_revision(lab: Connection) -> list[int]:
    family = lab.name("adgu-practice")
    registered = [
        arn for status in ("ACTIVE", "INACTIVE") for arn in task_definition.revisions(lab, family, status)
    ]
    return [1 + max(map(task_definition.revision_of, registered))] if registered else []


STAGE = Stage(
    notebook="03-task-definition.ipynb",
    needs=("00", "01", "02"),
    minutes=Minutes(reading=25, waiting=0),
    part="page",
    steps=(
        Step("03.role", 5, role, _make_role, facts={"policy": POLICY}),
        Step("03.log-group", 2, logs, _make_log_group),
        Step("03.definition", 8, definition, _register),
        Step("03.yours-1", 5, two_sizes, _register_two_sizes),
        Step("03.yours-2", 5, hello, _register_hello),
    ),
    answers={"actions": _allowed_actions, "next": _next_revision},
)
