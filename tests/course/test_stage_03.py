"""Stage 03: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import PUBLIC_IMAGE, make_role, put_image, register, said

from ecslab.resources import task_definition

FAMILY = "adgu-web-server-task"
LOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/gone",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ecs",
    },
}
OTHER_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
INLINE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]}'


def role(**settings):
    return lambda lab: make_role(lab, **settings)


def role_with_its_own_policy(lab):
    make_role(lab, policy=None)
    lab.iam.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="mine", PolicyDocument=INLINE)


def log_group(name):
    return lambda lab: lab.logs.create_log_group(logGroupName=name)


def definition(**changes):
    """A definition with these changes, and all that it rests on."""

    def prepare(lab):
        lab.ecr.create_repository(repositoryName="adgu/web")
        put_image(lab, "adgu/web", "latest")
        make_role(lab)
        register(lab, **changes)

    return prepare


def deregistered(lab):
    lab.ecs.deregister_task_definition(taskDefinition=register(lab))


def practice(*sizes, family="adgu-practice"):
    """The exercise's family, a revision for each pair of CPU units and MiB."""

    def prepare(lab):
        for cpu, memory in sizes:
            register(lab, family=family, cpu=cpu, memory=memory)

    return prepare


SMALL, HALF = ("256", "512"), ("512", "1024")


def half_deregistered(lab):
    practice(SMALL, HALF)(lab)
    lab.ecs.deregister_task_definition(taskDefinition="adgu-practice:2")


def hello(**changes):
    return lambda lab: register(lab, **({"family": "adgu-hello", "container_image": PUBLIC_IMAGE} | changes))


def trusts(service):
    return (
        f"`ecsTaskExecutionRole` trusts {service}, not ecs-tasks.amazonaws.com: ECS tasks may not assume "
        "this role."
    )


def holds(policy):
    return (
        f"`ecsTaskExecutionRole` holds {policy}, but not AmazonECSTaskExecutionRolePolicy, which the lesson "
        "uses."
    )


def log_misnamed(name):
    return f"There is a log group `{name}`, but the lesson's is called `/ecs/{FAMILY}`."


def revision_1(text):
    return f"`{FAMILY}:1` {text}"


def image_of(account, region="us-east-1", rest="adgu/web:latest"):
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{rest}"


MINE = "123456789012"

# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "the role trusts EC2": ("03.role", role(service="ec2.amazonaws.com"), trusts("ec2.amazonaws.com")),
    "the role trusts ECS itself, not its tasks": (
        "03.role",
        role(service="ecs.amazonaws.com"),
        trusts("ecs.amazonaws.com"),
    ),
    "the role has no policy": (
        "03.role",
        role(policy=None),
        "`ecsTaskExecutionRole` has no policy: it can be assumed, but it allows nothing.",
    ),
    "the role has another policy": (
        "03.role",
        role(policy=OTHER_POLICY),
        holds("AmazonEC2ContainerServiceforEC2Role"),
    ),
    "the role has a policy of its own": ("03.role", role_with_its_own_policy, holds("mine")),
    "the log group lacks its first slash": (
        "03.log-group",
        log_group(f"ecs/{FAMILY}"),
        log_misnamed(f"ecs/{FAMILY}"),
    ),
    "the log group lacks its first word": (
        "03.log-group",
        log_group(f"/{FAMILY}"),
        log_misnamed(f"/{FAMILY}"),
    ),
    "the log group in capitals": (
        "03.log-group",
        log_group("/ecs/ADGU-web-server-task"),
        log_misnamed("/ecs/ADGU-web-server-task"),
    ),
    "the log group with underscores": (
        "03.log-group",
        log_group("/ecs/adgu_web_server_task"),
        log_misnamed("/ecs/adgu_web_server_task"),
    ),
    "the log group with slashes": (
        "03.log-group",
        log_group("/ecs/adgu/web-server-task"),
        log_misnamed("/ecs/adgu/web-server-task"),
    ),
    "the family's first word is missing": (
        "03.definition",
        lambda lab: register(lab, family="web-server-task"),
        f"There is a family `web-server-task`, but the lesson's is called `{FAMILY}`.",
    ),
    "the definition was deregistered": (
        "03.definition",
        deregistered,
        revision_1("is INACTIVE, and there is no other revision: it was deregistered."),
    ),
    "the definition is not for Fargate": (
        "03.definition",
        definition(requiresCompatibilities=None),
        revision_1("was not registered for Fargate."),
    ),
    "the definition is for EC2, in bridge mode": (
        "03.definition",
        definition(requiresCompatibilities=None, networkMode="bridge"),
        revision_1("was not registered for Fargate."),
    ),
    "the container has another name": (
        "03.definition",
        definition(container_name="web"),
        revision_1("names its container `web`, not `adgu-container`."),
    ),
    "the container maps no port": (
        "03.definition",
        definition(container_portMappings=None),
        revision_1("maps no port: nobody could tell from it that the web server listens on 80."),
    ),
    "the container maps another port": (
        "03.definition",
        definition(container_portMappings=[{"containerPort": 8080}]),
        revision_1("maps container port 8080, but the web server in your image listens on 80."),
    ),
    "the image is another account's": (
        "03.definition",
        definition(container_image=image_of("111122223333")),
        revision_1(
            "takes its image from 111122223333.dkr.ecr.us-east-1.amazonaws.com, which is not your registry "
            "in us-east-1."
        ),
    ),
    "the image is in another Region": (
        "03.definition",
        definition(container_image=image_of(MINE, "eu-west-1")),
        revision_1(
            "takes its image from 123456789012.dkr.ecr.eu-west-1.amazonaws.com, which is not your registry "
            "in us-east-1."
        ),
    ),
    "the image is a public one": (
        "03.definition",
        definition(container_image=PUBLIC_IMAGE),
        revision_1(f"runs `{PUBLIC_IMAGE}`, not the image you pushed."),
    ),
    "the image's repository does not exist": (
        "03.definition",
        definition(container_image=image_of(MINE, rest="adgu:latest")),
        revision_1("names the repository `adgu`, which does not exist."),
    ),
    "the image's tag does not exist": (
        "03.definition",
        definition(container_image=image_of(MINE, rest="adgu/web:v9")),
        revision_1("names the tag `v9`, which is not in the repository `adgu/web` (its tags: `latest`)."),
    ),
    "the execution role does not exist": (
        "03.definition",
        definition(executionRoleArn="arn:aws:iam::123456789012:role/gone"),
        revision_1("names the execution role `gone`, which does not exist."),
    ),
    "the definition's log group does not exist": (
        "03.definition",
        definition(container_logConfiguration=LOGS),
        revision_1("sends its log to `/ecs/gone`, which does not exist: a task would stop before it starts."),
    ),
    "a whole vCPU for half of one": (
        "03.yours-1",
        practice(SMALL, ("1024", "2048")),
        "`adgu-practice:2` asks for 1024 CPU units; half a vCPU is 512.",
    ),
    "half a vCPU with more memory than the least": (
        "03.yours-1",
        practice(SMALL, ("512", "2048")),
        "`adgu-practice:2` asks for 2048 MiB; with 0.5 vCPU the least is 1024 MiB.",
    ),
    "half a vCPU in the first revision": (
        "03.yours-1",
        practice(HALF),
        "`adgu-practice` has a revision with 0.5 vCPU, but none with 0.25 vCPU and 0.5 GB.",
    ),
    "half a vCPU in the lesson's family": (
        "03.yours-1",
        practice(SMALL, HALF, family=FAMILY),
        f"`{FAMILY}:2` asks for 0.5 vCPU, but it is the lesson's family; the exercise asks for "
        "`adgu-practice`.",
    ),
    "half a vCPU in a family in capitals": (
        "03.yours-1",
        practice(SMALL, HALF, family="ADGU-practice"),
        "There is a family `ADGU-practice`; the exercise asks for `adgu-practice`, letter by letter.",
    ),
    "the revision with half a vCPU was deregistered": (
        "03.yours-1",
        half_deregistered,
        "`adgu-practice:2` asked for 0.5 vCPU, but it is INACTIVE: it was deregistered.",
    ),
    "hello is not for Fargate": (
        "03.yours-2",
        hello(requiresCompatibilities=None),
        "`adgu-hello:1` was not registered for Fargate.",
    ),
    "hello runs another image": (
        "03.yours-2",
        hello(container_image="nginx:latest"),
        f"`adgu-hello:1` runs `nginx:latest`; the exercise asks for `{PUBLIC_IMAGE}`.",
    ),
    "hello names an execution role": (
        "03.yours-2",
        hello(),
        "`adgu-hello:1` names an execution role: a public image without logs needs none.",
    ),
    "hello logs": (
        "03.yours-2",
        hello(container_logConfiguration=LOGS),
        "`adgu-hello:1` sends its log somewhere: the exercise asks for one without.",
    ),
    "hello is called something else": (
        "03.yours-2",
        hello(family="hello"),
        "There is a family `hello`; the exercise asks for `adgu-hello`, letter by letter.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message)


def test_a_definition_by_digest(lab):
    lab.ecr.create_repository(repositoryName="adgu/web")
    digest = put_image(lab, "adgu/web", "latest")
    make_role(lab)
    register(lab, container_image=f"123456789012.dkr.ecr.us-east-1.amazonaws.com/adgu/web@{digest}")
    assert said(lab, "03.definition") == (
        "Done", "`adgu-web-server-task:1` is ACTIVE, and would run the image in your repository."
    )  # fmt: skip


def test_revision_1_is_not_the_second_one(lab):
    practice(SMALL)(lab)
    assert said(lab, "03.yours-1") == (
        "Not yet", "No ACTIVE revision of `adgu-practice` asks for 0.5 vCPU."
    )  # fmt: skip
    register(lab)
    assert said(lab, "03.yours-1")[0] == "Not yet"


def test_practice_leaves_the_size_of_the_lesson_s_page_alone(lab):
    lab.goto("04")
    before = task_definition.revisions(lab, FAMILY, "ACTIVE")
    for step in ("03.yours-1", "03.yours-2"):
        lab.solve(step)
    assert task_definition.revisions(lab, FAMILY, "ACTIVE") == before
    lesson = task_definition.find(lab, FAMILY)
    assert (lesson["cpu"], lesson["memory"]) == SMALL
