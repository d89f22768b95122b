"""Stage 03: the execution role, the log group, and the task definition that names both."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab
from ecslab.course import verdicts
from ecslab.course.checks.definition_problem import definition_problem
from ecslab.course.checks.similar_name import similar_name
from ecslab.course.stage import Minutes, Stage, Step
from ecslab.display.verdict import Verdict, done, not_yet, wrong
from ecslab.resources import log_group, task_definition
from ecslab.resources import role as roles

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


def half_vcpu(lab: Connection) -> Verdict:
    """Exercise: a revision of the lesson's family with 0.5 vCPU."""
    family = lab.names.family
    active = task_definition.revisions(lab, family, "ACTIVE")
    if not active:
        return not_yet(f"There is no ACTIVE revision of `{family}` yet.")
    revisions = [task_definition.find(lab, arn) or {} for arn in reversed(active[-10:])]
    halves = [revision for revision in revisions if revision.get("cpu") == "512"]
    if halves:
        revision = halves[0]
        return done(f"`{family}:{revision['revision']}` asks for 0.5 vCPU and {revision['memory']} MiB.")
    if elsewhere := _half_in_another_family(lab):
        return verdicts.wrong("03.half-in-another-family", elsewhere=elsewhere, family=family)
    if deregistered := _half_deregistered(lab):
        return verdicts.wrong("03.half-deregistered", family=family, deregistered=deregistered)
    cpu = revisions[0]["cpu"]
    if cpu != "256":
        return wrong(f"`{family}:{revisions[0]['revision']}` asks for {cpu} CPU units; half a vCPU is 512.")
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


def _half_deregistered(lab: Connection) -> int | None:
    """The revision of the lesson's family that asked for 0.5 vCPU and is INACTIVE."""
    for arn in reversed(task_definition.revisions(lab, lab.names.family, "INACTIVE")[-10:]):
        definition = task_definition.find(lab, arn) or {}
        if definition.get("cpu") == "512":
            return int(definition["revision"])
    return None


def _half_in_another_family(lab: Connection) -> str | None:
    for family in task_definition.families(lab):
        if family != lab.names.family and similar_name(lab, lab.names.family, [family]):
            definition = task_definition.find(lab, family) or {}
            if definition.get("cpu") == "512":
                return f"{family}:{definition['revision']}"
    return None


def _make_role(lab: Connection) -> None:
    ecslab.execution_role.create(lab)


def _make_log_group(lab: Connection) -> None:
    ecslab.log_group.create(lab)


def _register(lab: Connection) -> None:
    ecslab.task_definition.register(lab)


def _register_half(lab: Connection) -> None:
    ecslab.task_definition.register(lab, cpu="512", memory="1024")


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


STAGE = Stage(
    notebook="03-task-definition.ipynb",
    needs=("00", "01", "02"),
    minutes=Minutes(reading=21, waiting=0),
    part="page",
    steps=(
        Step("03.role", 5, role, _make_role, facts={"policy": POLICY}),
        Step("03.log-group", 2, logs, _make_log_group),
        Step("03.definition", 8, definition, _register),
        Step("03.yours-1", 5, half_vcpu, _register_half),
        Step("03.yours-2", 5, hello, _register_hello),
    ),
)
