"""Why tasks stop: each row in ECS's own words."""

import json
import re

import pytest
from account_rig import ACCOUNT, LOGS, REGION, REGISTRY, ROLE, rig
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

TIMEOUT = "dial tcp 192.0.2.10:443: i/o timeout"
AUTH = "ResourceInitializationError: unable to pull secrets or registry auth: "
LOGGER = "ResourceInitializationError: failed to validate logger args: "
MANIFEST = "CannotPullContainerError: pull image manifest has been retried"


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        yield ecs_account


def web(image, **more):
    return {"name": "web", "image": image, **more}


def stopped(account, started, until=1000):
    account.run(until)
    task = account.see(started)
    assert (task["lastStatus"], task["desiredStatus"]) == ("STOPPED", "STOPPED")
    assert account.enis() == {}
    return task


def never_started(account, **more):
    """The reason of a task that never ran; checks all that such tasks have in common."""
    task = stopped(account, account.start(**more))
    assert task["stopCode"] == "TaskFailedToStart"
    assert "startedAt" not in task
    container = task["containers"][0]
    assert container["lastStatus"] == "STOPPED"
    assert not {"exitCode", "networkBindings", "reason"} & set(container)
    assert {"createdAt", "executionStoppedAt", "stoppingAt", "stoppedAt"} <= set(task)
    return task["stoppedReason"]


def test_a_tag_that_is_not_there(account):
    account.push()
    account.define(web(f"{REGISTRY}/web:v9"), executionRoleArn=account.role())
    uri = f"{REGISTRY}/web:v9"
    assert never_started(account) == f"{MANIFEST} 1 time(s): failed to resolve ref {uri}: {uri}: not found"


def test_a_repository_that_is_not_there(account):
    account.define(web(f"{REGISTRY}/nix:latest"), executionRoleArn=account.role())
    uri = f"{REGISTRY}/nix:latest"
    assert never_started(account) == f"{MANIFEST} 1 time(s): failed to resolve ref {uri}: {uri}: not found"


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (
            "nixhttpd",
            "docker.io/library/nixhttpd:latest: pull access denied, repository does not exist or may require "
            "authorization: server message: insufficient_scope: authorization failed",
        ),
        ("httpd:9.9", "docker.io/library/httpd:9.9: docker.io/library/httpd:9.9: not found"),
        (
            "public.ecr.aws/docker/library/httpd:9.9",
            "public.ecr.aws/docker/library/httpd:9.9: public.ecr.aws/docker/library/httpd:9.9: not found",
        ),
    ],
)
def test_a_public_image_that_is_not_there(account, image, text):
    account.define(web(image))
    assert never_started(account) == f"{MANIFEST} 1 time(s): failed to resolve ref {text}"


def test_no_route_to_ecr_takes_five_minutes_to_tell(account):
    account.define(web(account.push()), executionRoleArn=account.role())
    private = next(
        subnet.id
        for subnet in ec2_backends[ACCOUNT][REGION].describe_subnets()
        if any("private" in tag["value"] for tag in subnet.get_tags())
    )
    task = account.start(networkConfiguration=account.network(private, public="DISABLED"))
    account.run(10 + 288)
    assert account.see(task)["lastStatus"] == "PENDING"
    task = stopped(account, task)
    assert round(task["stoppingAt"] - task["createdAt"]) == 10 + 289
    assert (task["stopCode"], task["stoppedReason"]) == (
        "TaskFailedToStart",
        f"{AUTH}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the "
        "task and Amazon ECR. Check your task network configuration. operation error ECR: "
        "GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, "
        "RequestID: , request send "
        f'failed, Post "https://api.ecr.us-east-1.amazonaws.com/": {TIMEOUT}',
    )
    assert "pullStartedAt" not in task


def test_a_public_subnet_without_a_public_ip_is_no_way_out(account):
    account.define(web(account.push()), executionRoleArn=account.role())
    closed = account.network(public="DISABLED")
    assert never_started(account, networkConfiguration=closed).startswith(f"{AUTH}The task cannot pull")


def test_no_route_to_a_public_registry(account):
    account.define(web("httpd:2.4"))
    closed = account.network(public="DISABLED")
    assert never_started(account, networkConfiguration=closed) == (
        f"{MANIFEST} 7 time(s): failed to resolve ref docker.io/library/httpd:2.4: failed to do request: "
        "Head "
        f'"https://registry-1.docker.io/v2/library/httpd/manifests/2.4": {TIMEOUT}'
    )


def endpoints(*services, **policies):
    """Let the default VPC reach only these services, through interface endpoints that anybody may use.

    `policies` say what goes through an endpoint, by its service with `_` for a dot.
    """
    backend = ec2_backends[ACCOUNT][REGION]
    vpc = backend.get_default_vpc()
    group = backend.create_security_group("endpoints", "open", vpc_id=vpc.id)
    backend.authorize_security_group_ingress(group.id, "-1", "", "", [{"CidrIp": "0.0.0.0/0"}], vpc_id=vpc.id)
    subnets = [subnet.id for subnet in backend.describe_subnets() if subnet.vpc_id == vpc.id][:1]
    for service in services:
        name = f"com.amazonaws.{REGION}.{service}"
        backend.create_vpc_endpoint(
            vpc.id,
            name,
            "Interface",
            policies.get(service.replace(".", "_")),
            [],
            subnets,
            private_dns_enabled=True,
            security_group_ids=[group.id],
        )


@pytest.mark.parametrize(
    ("services", "text"),
    [
        (
            ["ecr.api"],
            f"CannotPullContainerError: The task cannot pull '{REGISTRY}/web:latest' from the Amazon ECR "
            f"repository '{REGISTRY}/web'. There is a connection issue between the task and Amazon ECR. "
            "Check your task network configuration.",
        ),
        (
            ["ecr.api", "ecr.dkr"],
            "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: "
            "failed "
            'open: failed to do request: Get "https://prod-us-east-1-starport-layer-bucket.s3',
        ),
        (["ecr.api", "ecr.dkr", "s3"], None),
    ],
)
def test_endpoints_in_place_of_a_route(account, services, text):
    account.define(web(account.push()), executionRoleArn=account.role())
    endpoints(*services)
    closed = account.network(public="DISABLED")
    if text:
        assert never_started(account, networkConfiguration=closed).startswith(text)
    else:
        task = account.start(networkConfiguration=closed)
        account.run(60)
        assert account.see(task)["lastStatus"] == "RUNNING"


def test_no_route_to_the_logs(account):
    account.define(web(account.push(), logConfiguration=LOGS), executionRoleArn=account.role())
    account.log_group()
    endpoints("ecr.api", "ecr.dkr", "s3")
    closed = account.network(public="DISABLED")
    assert never_started(account, networkConfiguration=closed) == (
        f"{LOGGER}The task cannot find the Amazon CloudWatch log group defined in the task definition. There "
        "is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : "
        "signal: killed"
    )


def test_a_role_that_may_not_log_in_to_ecr(account):
    account.define(web(account.push()), executionRoleArn=account.role("logs:*"))
    started = account.start()
    task = stopped(account, started)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/ecsTaskExecutionRole/{started['taskArn'].rsplit('/')[-1]}"
    before, _, after = task["stoppedReason"].partition("RequestID: ")
    assert before == (
        f"{AUTH}execution resource retrieval failed: unable to retrieve ecr registry auth: service call has "
        "been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error "
        "StatusCode: 400, "
    )
    assert after[36:] == (
        f", api error AccessDeniedException: User: {session} is not authorized to perform: "
        "ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the "
        "ecr:GetAuthorizationToken action"
    )


def test_a_role_that_may_not_pull(account):
    account.define(web(account.push()), executionRoleArn=account.role("ecr:GetAuthorizationToken"))
    assert never_started(account) == (
        f"{MANIFEST} 1 time(s): failed to resolve ref {REGISTRY}/web:latest: pulling from host {REGISTRY} "
        "failed with status code [manifests latest]: 403 Forbidden"
    )


def test_another_accounts_registry(account):
    other = "999999999999.dkr.ecr.us-east-1.amazonaws.com"
    account.define(web(f"{other}/web:1"), executionRoleArn=account.role())
    assert never_started(account).endswith(
        f"host {other} failed with status code [manifests 1]: 403 Forbidden"
    )


def test_a_role_that_went_away(account):
    account.define(web(account.push()), executionRoleArn=account.role())
    task = account.start()
    backend = iam_backends[ACCOUNT]["aws"]
    backend.detach_role_policy(
        "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy", "ecsTaskExecutionRole"
    )
    backend.delete_role("ecsTaskExecutionRole")
    task = stopped(account, task)
    assert task["stoppedReason"].startswith(f"ECS was unable to assume the role '{ROLE}'")


def test_a_log_group_that_is_not_there(account):
    account.define(web(account.push(), logConfiguration=LOGS), executionRoleArn=account.role())
    before, _, after = never_started(account).partition("RequestID: ")
    assert before == (
        f"{LOGGER}create stream has been retried 1 times: failed to create Cloudwatch log stream: operation "
        "error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, "
    )
    assert after[36:] == (
        ", ResourceNotFoundException: The specified log group does not exist. : exit status 1"
    )


def test_a_role_that_may_not_write_logs(account):
    account.define(web("httpd", logConfiguration=LOGS), executionRoleArn=account.role("ecr:*"))
    account.log_group()
    message = re.sub("RequestID: [0-9a-f-]{36}", "RequestID: <uuid>", never_started(account))
    message = re.sub("[0-9a-f]{32}", "<task>", message)
    assert message == (
        f"{LOGGER}create stream has been retried 1 times: failed to create Cloudwatch log stream: operation "
        "error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, RequestID: <uuid>, "
        "api error AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/<task> is not authorized to perform: "
        "logs:CreateLogStream on resource: arn:aws:logs:us-east-1:123456789012:log-group:/ecs/web:"
        "log-stream:ecs/web/<task> because no identity-based policy allows the logs:CreateLogStream action "
        ": exit status 1"
    )


def test_a_log_that_cannot_be_opened_shows_an_empty_pull_and_no_image(account):
    account.define(web(account.push(), logConfiguration=LOGS), executionRoleArn=account.role())
    task = stopped(account, account.start())
    assert 0.006 <= task["pullStoppedAt"] - task["pullStartedAt"] <= 0.025
    assert "imageDigest" not in task["containers"][0] and task["containers"][0]["runtimeId"]
    assert task["executionStoppedAt"] <= task["stoppingAt"] < task["stoppedAt"]


def test_a_subnet_that_is_full(account):
    account.define(web("httpd"))
    backend = ec2_backends[ACCOUNT][REGION]
    vpc = backend.get_default_vpc()
    small = backend.create_subnet(vpc.id, "172.31.240.0/28", availability_zone="us-east-1a")
    taken = [account.start(networkConfiguration=account.network(small.id)) for _ in range(11)]
    account.run(60)
    late = account.start(networkConfiguration=account.network(small.id))
    account.run(500)
    task = account.see(late)
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith(
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled "
        f"in subnet '{small.id}'"
    )
    assert len(account.enis()) == len(taken)


def test_a_group_that_went_away(account):
    account.define(web("httpd"))
    backend = ec2_backends[ACCOUNT][REGION]
    group = backend.create_security_group("short", "lived", vpc_id=backend.get_default_vpc().id)
    task = account.start(networkConfiguration=account.network(groups=[group.id]))
    backend.delete_security_group(group_id=group.id)
    assert stopped(account, task)["stopCode"] == "TaskFailedToStart"


ARM = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}


@pytest.mark.parametrize(("there", "platform", "missing"), [("arm64", {}, "amd64"), ("amd64", ARM, "arm64")])
def test_an_index_without_the_tasks_platform(account, there, platform, missing):
    more = {"runtimePlatform": platform} if platform else {}
    account.define(web(account.push_index(there)), executionRoleArn=account.role(), **more)
    text = f"image Manifest does not contain descriptor matching platform 'linux/{missing}'"
    assert never_started(account) == f"{MANIFEST} 7 time(s): {text}"


def test_an_index_has_an_image_for_each_processor(account):
    image, role = account.push_index("amd64", "arm64"), account.role()
    account.define(web(image), executionRoleArn=role)
    account.define(web(image), executionRoleArn=role, runtimePlatform=ARM, family="arm")
    started = [account.start(taskDefinition=family) for family in ("web", "arm")]
    account.run(60)
    tasks = [account.see(task) for task in started]
    assert [task["lastStatus"] for task in tasks] == ["RUNNING", "RUNNING"]
    assert [task["attributes"][0]["value"] for task in tasks] == ["x86_64", "arm64"]


def test_an_image_for_another_processor_starts_and_ends(account):
    role = account.role()
    account.log_group()
    account.define(web(account.push(architecture="arm64"), logConfiguration=LOGS), executionRoleArn=role)
    task = stopped(account, account.start())
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert task["containers"][0]["exitCode"] == 255
    lines = account.lines(f"ecs/web/{task['taskArn'].rsplit('/')[-1]}")
    assert lines == ["exec httpd-foreground: exec format error"]


def ended(account, *command, **more):
    role = account.role()
    account.log_group()
    account.define(
        web("busybox", command=list(command), logConfiguration=LOGS, **more), executionRoleArn=role
    )
    task = stopped(account, account.start())
    return task, task["containers"][0]


@pytest.mark.parametrize(
    ("command", "code"),
    [(["sh", "-c", "exit 3"], 3), (["true"], 0), (["sleep", "20"], 0), (["no-such"], 127)],
)
def test_an_essential_container_that_ends(account, command, code):
    task, container = ended(account, *command)
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert (container["exitCode"], "reason" in container) == (code, False)
    assert "startedAt" in task


@pytest.mark.parametrize("limit", [{}, {"memory": 128}])
def test_a_container_that_takes_too_much_memory(account, limit):
    task, container = ended(account, "eat-memory", "600", **limit)
    assert task["stopCode"] == "EssentialContainerExited"
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: container killed due to memory usage"


@pytest.mark.parametrize(("timeout", "seconds"), [(None, 30), (5, 5)])
def test_who_ignores_sigterm_is_killed(account, timeout, seconds):
    more = {"stopTimeout": timeout} if timeout else {}
    account.define(web("busybox", command=["sleep", "infinity"], **more))
    started = account.start()
    account.run(60)
    account.ecs("StopTask", cluster="lab", task=started["taskArn"])
    account.run(64)
    assert account.see(started)["lastStatus"] == "RUNNING"
    task = stopped(account, started)
    assert task["containers"][0]["exitCode"] == 137
    assert round(task["executionStoppedAt"] - task["stoppingAt"]) == seconds + 2


def test_nothing_is_written_after_the_group_is_gone(account):
    role = account.role()
    account.log_group()
    account.define(web("httpd", logConfiguration=LOGS), executionRoleArn=role)
    task = account.start()
    account.run(60)
    logs_backends[ACCOUNT][REGION].delete_log_group("/ecs/web")
    assert account.get(task).status == 200


def policy(*statements):
    all_of_it = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return json.dumps({"Statement": [{**all_of_it, **statement} for statement in statements]})


NOTHING = policy({"Action": "ec2:DescribeVpcs"})
ECR = ("ecr.api", "ecr.dkr", "s3", "logs")
NOT_AT_ENDPOINT = "because no VPC endpoint policy allows the {0} action"
OTHER_BUCKET = policy({"Resource": "arn:aws:s3:::mine/*"})
OTHER_ROLE = policy({"Principal": {"AWS": "arn:aws:iam::123456789012:role/other"}})
MY_ROLE = policy({"Principal": {"AWS": ROLE}})
DENIED = policy({}, {"Effect": "Deny", "Action": "ecr:GetAuthorizationToken"})


@pytest.mark.parametrize(
    ("policies", "text"),
    [
        ({"ecr_api": NOTHING},
         "GetAuthorizationToken on resource: * " + NOT_AT_ENDPOINT.format("ecr:GetAuthorizationToken")),
        ({"ecr_api": OTHER_ROLE}, NOT_AT_ENDPOINT.format("ecr:GetAuthorizationToken")),
        ({"ecr_api": DENIED},
         "ecr:GetAuthorizationToken on resource: * with an explicit deny in a VPC endpoint policy"),
        ({"ecr_dkr": NOTHING},
         f"pulling from host {REGISTRY} failed with status code [manifests latest]: 403 Forbidden"),
        ({"s3": OTHER_BUCKET},
         "failed to copy: httpReadSeeker: failed open: unexpected status code "
         "https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/sha256:"),
        ({"logs": NOTHING},
         "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/"),
        ({"logs": NOTHING}, NOT_AT_ENDPOINT.format("logs:CreateLogStream") + " : exit status 1"),
        ({"ecr_api": MY_ROLE, "ecr_dkr": MY_ROLE, "logs": MY_ROLE}, None),
        ({"s3": policy({"Resource": "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"})}, None),
    ],
)  # fmt: skip
def test_the_policy_of_an_endpoint_on_the_way(account, policies, text):
    account.define(web(account.push(), logConfiguration=LOGS), executionRoleArn=account.role())
    account.log_group()
    endpoints(*ECR, **policies)
    closed = account.network(public="DISABLED")
    if text:
        assert text in never_started(account, networkConfiguration=closed)
    else:
        task = account.start(networkConfiguration=closed)
        account.run(60)
        assert account.see(task)["lastStatus"] == "RUNNING"


def test_no_endpoint_is_asked_where_none_is_on_the_way(account):
    account.define(web(account.push()), executionRoleArn=account.role())
    task = account.start()
    account.run(60)
    assert account.see(task)["lastStatus"] == "RUNNING"


@pytest.mark.parametrize(
    ("image", "host", "before"),
    [(None, "api.ecr.us-east-1.amazonaws.com", 'Post "https://api.ecr.us-east-1.amazonaws.com/": '),
     ("httpd:2.4", "registry-1.docker.io",
      'Head "https://registry-1.docker.io/v2/library/httpd/manifests/2.4": ')],
)  # fmt: skip
def test_a_vpc_that_answers_no_names(account, image, host, before):
    account.define(web(image or account.push()), executionRoleArn=account.role())
    ec2_backends[ACCOUNT][REGION].get_default_vpc().enable_dns_support = False
    message = never_started(account)
    pattern = r"dial tcp: lookup (\S+) on 172\.31\.0\.2:53: read udp 172\.31\.\S+->172\.31\.0\.2:53"
    match = re.search(pattern, message)
    assert match
    assert match[1] == host
    assert before in message
    assert message.endswith(": i/o timeout")
