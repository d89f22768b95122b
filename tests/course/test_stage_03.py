import pytest
from course_rig import PUBLIC_IMAGE, make_role, put_image, register, said


def test_a_role_that_trusts_ec2(lab):
    make_role(lab, service="ec2.amazonaws.com")
    assert said(lab, "03.role") == (
        "Look again",
        "`ecsTaskExecutionRole` trusts ec2.amazonaws.com, not ecs-tasks.amazonaws.com: ECS was not given the "
        "right to take on this role.",
    )


def test_a_role_without_policy(lab):
    make_role(lab, policy=None)
    assert said(lab, "03.role") == (
        "Look again", "`ecsTaskExecutionRole` has no policy: it may be taken on, but it may do nothing."
    )  # fmt: skip


def test_a_role_with_another_policy(lab):
    make_role(lab, policy="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role")
    assert said(lab, "03.role") == (
        "Look again",
        "`ecsTaskExecutionRole` holds AmazonEC2ContainerServiceforEC2Role, but not "
        "AmazonECSTaskExecutionRolePolicy, which the lesson uses.",
    )


def test_a_log_group_without_its_slash(lab):
    lab.logs.create_log_group(logGroupName="ecs/adgu-web-server-task")
    assert said(lab, "03.log-group") == (
        "Look again",
        "There is a log group `ecs/adgu-web-server-task`, but the lesson's is called "
        "`/ecs/adgu-web-server-task`.",
    )


def test_a_family_of_another_name(lab):
    register(lab, family="web-server-task")
    assert said(lab, "03.definition") == (
        "Look again",
        "There is a family `web-server-task`, but the lesson's is called `adgu-web-server-task`.",
    )


def test_a_deregistered_definition(lab):
    lab.ecs.deregister_task_definition(taskDefinition=register(lab))
    assert said(lab, "03.definition") == (
        "Look again",
        "`adgu-web-server-task:1` is INACTIVE, and there is no other revision: it was deregistered.",
    )


LOGS = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "/ecs/gone",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ecs",
    },
}
DEFINITIONS = [
    ({"requiresCompatibilities": None}, "was not registered for Fargate."),
    (
        {"requiresCompatibilities": None, "networkMode": "bridge"},
        "was not registered for Fargate.",
    ),
    ({"container_name": "web"}, "names its container `web`, not `adgu-container`."),
    (
        {"container_portMappings": None},
        "maps no port: nobody could tell from it that the web server listens on 80.",
    ),
    (
        {"container_portMappings": [{"containerPort": 8080}]},
        "maps container port 8080, but the web server in your image listens on 80.",
    ),
    (
        {"container_image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/adgu/web:latest"},
        "takes its image from 111122223333.dkr.ecr.us-east-1.amazonaws.com, which is not your registry in "
        "us-east-1.",
    ),
    (
        {"container_image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/adgu/web:latest"},
        "takes its image from 123456789012.dkr.ecr.eu-west-1.amazonaws.com, which is not your registry in "
        "us-east-1.",
    ),
    ({"container_image": PUBLIC_IMAGE}, f"runs `{PUBLIC_IMAGE}`, not the image you pushed."),
    (
        {"container_image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/adgu:latest"},
        "names the repository `adgu`, which does not exist.",
    ),
    (
        {"container_image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/adgu/web:v9"},
        "names the tag `v9`, which is not in the repository `adgu/web` (its tags: `latest`).",
    ),
    (
        {"executionRoleArn": "arn:aws:iam::123456789012:role/gone"},
        "names the execution role `gone`, which does not exist.",
    ),
    (
        {
            "container_logConfiguration": LOGS
        },
        "sends its log to `/ecs/gone`, which does not exist: a task would stop before it starts.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "text"), DEFINITIONS)
def test_a_wrong_definition(lab, changes, text):
    lab.ecr.create_repository(repositoryName="adgu/web")
    put_image(lab, "adgu/web", "latest")
    make_role(lab)
    register(lab, **changes)
    assert said(lab, "03.definition") == ("Look again", f"`adgu-web-server-task:1` {text}")


def test_a_definition_by_digest(lab):
    lab.ecr.create_repository(repositoryName="adgu/web")
    digest = put_image(lab, "adgu/web", "latest")
    make_role(lab)
    register(lab, container_image=f"123456789012.dkr.ecr.us-east-1.amazonaws.com/adgu/web@{digest}")
    assert said(lab, "03.definition") == (
        "Done", "`adgu-web-server-task:1` is ACTIVE, and would run the image in your repository."
    )  # fmt: skip


def test_a_whole_vcpu(lab):
    register(lab)
    assert said(lab, "03.yours-1") == (
        "Not yet",
        "No ACTIVE revision of `adgu-web-server-task` asks for 0.5 vCPU.",
    )
    register(lab, cpu="1024", memory="2048")
    assert said(lab, "03.yours-1") == (
        "Look again", "`adgu-web-server-task:2` asks for 1024 CPU units; half a vCPU is 512."
    )  # fmt: skip


def test_half_in_another_family(lab):
    register(lab)
    register(lab, family="web-server-task", cpu="512", memory="1024")
    assert said(lab, "03.yours-1") == (
        "Look again",
        "`web-server-task:1` asks for 0.5 vCPU, but it is another family; the exercise asks for a revision "
        "of `adgu-web-server-task`.",
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"requiresCompatibilities": None}, "was not registered for Fargate."),
        (
            {"container_image": "nginx:latest"},
            f"runs `nginx:latest`; the exercise asks for `{PUBLIC_IMAGE}`.",
        ),
        ({}, "names an execution role: a public image without logs needs none."),
        ({"container_logConfiguration": LOGS}, "sends its log somewhere: the exercise asks for one without."),
    ],
)
def test_a_wrong_hello(lab, changes, text):
    register(lab, **({"family": "adgu-hello", "container_image": PUBLIC_IMAGE} | changes))
    assert said(lab, "03.yours-2") == ("Look again", f"`adgu-hello:1` {text}")
