"""RegisterTaskDefinition: every refusal with its sentence, and what is filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.task.health import HealthCheck
from ecslab.sandbox.world.task_definition.registration import normalised
from ecslab.sandbox.world.task_definition.sizes import MEMORY, PAIRS

ACCOUNT = "123456789012"
ECR = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/adgu/web:latest"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecsTaskExecutionRole"
OPTIONS = {"awslogs-group": "/ecs/x", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"}


def web(**changes):
    return {"name": "web", "image": "httpd", **changes}


def fargate(*containers, **changes):
    request = {
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", "containerDefinitions": list(containers) or [web()], **changes,
    }  # fmt: skip
    return {member: value for member, value in request.items() if value is not None}


def ec2(*containers, **changes):
    return {"family": "web", "containerDefinitions": list(containers) or [web(memory=64)], **changes}


def logs(driver="awslogs", **options):
    return {"logDriver": driver, "options": options}


def awslogs(*without):
    return {"logDriver": "awslogs", "options": {k: v for k, v in OPTIONS.items() if k not in without}}


def no_pair(cpu, memory):
    return (
        f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See the Amazon ECS "
        "documentation for the valid values."
    )


def mapped(host):
    return web(portMappings=[{"containerPort": 80, "hostPort": host}])


def linux(**parameters):
    return web(linuxParameters=parameters)


def second(**changes):
    return web(name="side", **changes)


def depends(condition, on="side"):
    return web(dependsOn=[{"containerName": on, "condition": condition}])


def efs(**changes):
    return {"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1", **changes}}


MUST_MATCH = "the host ports and container ports in port mappings must match."
NEEDS_ROLE = "Fargate requires task definition to have execution role ARN to support"
IN_AWSVPC = "supported on container when networkMode=awsvpc."
UNSUPPORTED = "Fargate compatible task definitions do not support"

REFUSED = {
    "half a vCPU with half a GB": (fargate(cpu="512", memory="512"), no_pair(512, 512)),
    "four vCPUs with 4 GB": (fargate(cpu="4 vCPU", memory="4GB"), no_pair(4096, 4096)),
    "a size there is not": (fargate(cpu="300"), no_pair(300, 512)),
    "Windows on a quarter": (
        fargate(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}), no_pair(256, 512)),
    "no cpu": (fargate(cpu=None), "Fargate requires that 'cpu' be defined at the task level."),
    "no memory": (fargate(memory=None), "Fargate requires that 'memory' be defined at the task level."),
    "bridge": (fargate(networkMode="bridge"), "Fargate only supports network mode ‘awsvpc’."),
    "no network mode": (fargate(networkMode=None), "Fargate only supports network mode ‘awsvpc’."),
    "host port": (fargate(mapped(8080)), f"When networkMode=awsvpc, {MUST_MATCH}"),
    "host port on host": (
        ec2({**mapped(8080), "memory": 64}, networkMode="host"), f"When networkMode=host, {MUST_MATCH}"),
    "awslogs without role": (
        fargate(web(logConfiguration=awslogs())), f"{NEEDS_ROLE} log driver awslogs."),
    "ECR without role": (fargate(web(image=ECR)), f"{NEEDS_ROLE} ECR images."),
    "secrets without role": (
        fargate(web(secrets=[{"name": "A", "valueFrom": "a"}])),
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."),
    "awslogs without options": (
        fargate(web(logConfiguration={"logDriver": "awslogs"}), executionRoleArn=ROLE),
        "Log driver awslogs requires options: awslogs-region, awslogs-group"),
    "awslogs without group": (
        fargate(web(logConfiguration=awslogs("awslogs-group")), executionRoleArn=ROLE),
        "Log driver awslogs requires options: awslogs-group"),
    "awslogs without prefix": (
        fargate(web(logConfiguration=awslogs("awslogs-stream-prefix")), executionRoleArn=ROLE),
        "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver "
        "awslogs."),
    "another log driver": (
        fargate(web(logConfiguration=logs("json-file"))),
        "json-file is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]"),
    "no containers": (fargate(containerDefinitions=[]), "Container list cannot be empty."),
    "one name twice": (fargate(web(), web()), "Container names must be unique within a task definition"),
    "nothing essential": (
        fargate(web(essential=False)), "Task definition doesn't have any essential container."),
    "no image": (fargate({"name": "web"}), "Container.image should not be null or empty."),
    "image with a space": (fargate(web(image="my image")), "Container.image contains invalid characters"),
    "no name": (fargate({"image": "httpd"}), "Container.name should not be null or empty."),
    "name with a space": (fargate(web(name="a b")), "Container.name contains invalid characters"),
    "no memory on EC2": (
        ec2(web()),
        "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be "
        "specified."),
    "reservation above the limit": (
        ec2(web(memory=64, memoryReservation=128)),
        "Invalid setting for container 'web'. 'memory' must be greater than or equal to 'memoryReservation'"),
    "container above the task": (
        fargate(web(memory=1024)), "The 'memory' setting for container 'web' is greater than for the task"),
    "containers above the task's cpu": (
        fargate(web(cpu=200), second(cpu=100)),
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."),
    "depends on nobody": (
        fargate(depends("START", on="nix")), "Cannot depend on container + 'nix' because it does not exist"),
    "waits for an essential one's end": (
        fargate(depends("SUCCESS"), second()),
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"),
    "waits for health without a check": (
        fargate(depends("HEALTHY"), second()),
        "A dependency container with HEALTHY condition must have health check configured"),
    "waits in a circle": (
        fargate(depends("START"), second(dependsOn=[{"containerName": "web", "condition": "START"}])),
        "Container dependencies should not have a cycle"),
    "links in a circle": (
        ec2(web(memory=64, links=["side:b"]), second(memory=64, links=["web"])),
        "Container links should not have a cycle"),
    "little storage": (
        fargate(ephemeralStorage={"sizeInGiB": 20}), "EphemeralStorage size should be at least 21"),
    "much storage": (
        fargate(ephemeralStorage={"sizeInGiB": 201}), "EphemeralStorage size should be at most 200"),
    "long stop": (
        fargate(web(stopTimeout=121)),
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."),
    "a path of the host": (
        fargate(volumes=[{"name": "v", "host": {"sourcePath": "/x"}}]), f"{UNSUPPORTED} sourcePath"),
    "a docker volume": (
        fargate(volumes=[{"name": "v", "dockerVolumeConfiguration": {}}]),
        f"{UNSUPPORTED} dockerVolumeConfiguration"),
    "devices": (fargate(linux(devices=[{"hostPath": "/dev/x"}])), f"{UNSUPPORTED} devices"),
    "shared memory": (fargate(linux(sharedMemorySize=1)), f"{UNSUPPORTED} sharedMemorySize"),
    "swap": (fargate(linux(maxSwap=1)), f"{UNSUPPORTED} maxSwap"),
    "ipcMode": (fargate(ipcMode="task"), f"{UNSUPPORTED} ipcMode"),
    "pidMode": (
        fargate(pidMode="host"),
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode "
        "is 'task'."),
    "GPU": (
        fargate(web(resourceRequirements=[{"type": "GPU", "value": "1"}])),
        "Tasks using the Fargate launch type do not support GPU resource requirements."),
    "links": (fargate(web(links=["a"])), "Links are not supported when networkMode=awsvpc."),
    "DNS servers": (fargate(web(dnsServers=["1.1.1.1"])), f"DNS servers are not {IN_AWSVPC}"),
    "host name": (fargate(web(hostname="a")), f"hostname is not {IN_AWSVPC}"),
    "hosts": (
        fargate(web(extraHosts=[{"hostname": "a", "ipAddress": "10.0.0.1"}])),
        f"Extra hosts are not {IN_AWSVPC}"),
    "no network": (fargate(web(disableNetworking=True)), f"Disable Networking is not {IN_AWSVPC}"),
    "a capability": (
        fargate(linux(capabilities={"add": ["SYS_PTRACE", "NET_ADMIN"]})),
        "NET_ADMIN is not allowed on Fargate."),
    "privileged": (
        fargate(web(privileged=True)),
        "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level."),
    "security options": (
        fargate(web(dockerSecurityOptions=["no-new-privileges"])), f"{UNSUPPORTED} dockerSecurityOptions"),
    "placement": (
        fargate(placementConstraints=[{"type": "memberOf", "expression": "x"}]),
        f"{UNSUPPORTED} constraints"),
    "swappiness": (fargate(linux(swappiness=1)), f"{UNSUPPORTED} swappiness"),
    "accelerators": (
        ec2(inferenceAccelerators=[{"deviceName": "a", "deviceType": "b"}]),
        "Unsupported field 'inferenceAccelerators'."),
    "storage on EC2": (
        ec2(requiresCompatibilities=["EC2"], ephemeralStorage={"sizeInGiB": 30}),
        "Tasks using the EC2 launch type do not support EphemeralStorage."),
    "one port twice": (
        fargate(mapped(80), second(portMappings=[{"containerPort": 80}])),
        "TCP host port '80' is mapped multiple times in task."),
    "one host port twice": (
        ec2({**mapped(8080), "memory": 64}, second(memory=64, portMappings=[{"containerPort": 81,
        "hostPort": 8080}])),
        "TCP host port '8080' is mapped multiple times in task."),
    "ranges that overlap": (
        fargate(web(portMappings=[{"containerPortRange": "8080-8090"}, {"containerPortRange": "8085-8095"}])),
        "TCP container port '8085' is used multiple times in task when networkMode=awsvpc."),
    "a port in a range": (
        fargate(web(portMappings=[{"containerPortRange": "8080-8090"}, {"containerPort": 8088}])),
        "TCP container port '8088' is used multiple times in task when networkMode=awsvpc."),
    "a range backwards": (
        fargate(web(portMappings=[{"containerPortRange": "90-80"}])),
        "Invalid 'containerPortRange' setting for container 'web'."),
    "a range that is none": (
        fargate(web(portMappings=[{"containerPortRange": "80"}])),
        "Invalid 'containerPortRange' setting for container 'web'."),
    "range and port": (
        fargate(web(portMappings=[{"containerPortRange": "80-90", "containerPort": 80}])),
        "Invalid port mapping for container 'web', cannot specify both single port and port range."),
    "no port": (
        fargate(web(portMappings=[{"protocol": "tcp"}])),
        "Invalid 'containerPort' setting for container 'web'."),
    "port 70000": (
        fargate(web(portMappings=[{"containerPort": 70000}])),
        "Invalid 'containerPort' setting for container 'web'."),
    "host port 70000": (
        ec2(web(memory=64, portMappings=[{"containerPort": 80, "hostPort": 70000}])),
        "Invalid 'hostPort' setting for container 'web'."),
    "one port name twice": (
        fargate(web(portMappings=[{"containerPort": port, "name": "a"} for port in (80, 81)])),
        "When networkMode=awsvpc, port mapping name is already used"),
    "firelens without a router": (
        fargate(web(logConfiguration=logs("awsfirelens"))),
        "When awsfirelens log driver is specified in log configuration, a firelens configuration object "
        "must be "
        "configured in one of the containers."),
    "a router without logs": (
        fargate(web(firelensConfiguration={"type": "fluentbit"})),
        "When a firelensConfiguration object is specified, at least one container has to be configured "
        "with the "
        "awsfirelens log driver."),
    "a proxy that is not there": (
        fargate(proxyConfiguration={"containerName": "envoy"}), "Proxy container [envoy] does not exist."),
    "a proxy with bridge": (
        ec2(networkMode="bridge", proxyConfiguration={"containerName": "web"}),
        "APPMESH proxy configuration is only supported in networkMode=awsvpc"),
    "a proxy without ports": (fargate(proxyConfiguration={"containerName": "web"}), "Ingress port not found"),
    "a proxy without its other port": (
        fargate(proxyConfiguration={"containerName": "web", "properties": [{"name": "ProxyIngressPort"}]}),
        "Egress port not found"),
    "eleven environment files": (
        fargate(web(environmentFiles=[{"value": "arn:aws:s3:::b/a.env", "type": "s3"}] * 11)),
        "The maximum number of environment files was exceeded. Specify ten or less and try again."),
    "an environment file by its address": (
        fargate(web(environmentFiles=[{"value": "s3://b/a.env", "type": "s3"}])), "Invalid arn syntax."),
    "volumes of nobody": (
        fargate(web(volumesFrom=[{"sourceContainer": "nix"}])),
        "Invalid 'volumesFrom' setting. Unknown container: 'nix'."),
    "restarts too often": (
        fargate(web(restartPolicy={"enabled": True, "restartAttemptPeriod": 59})),
        "The 'restartAttemptPeriod' setting for container 'web' must be between 60 and 1800."),
    "a check too seldom": (
        fargate(web(healthCheck={"command": ["CMD", "true"], "interval": 301})),
        "Health check interval must be less than or equal to the maximum allowed value 300 for container "
        "'web'"),
    "a check too often": (
        fargate(web(healthCheck={"command": ["CMD", "true"], "interval": 4})),
        "Health check interval must be greater than or equal to the minimum allowed value 5 for container "
        "'web'"),
    "a check of nothing": (
        fargate(web(healthCheck={"command": ["CMD-SHELL"]})),
        "Health check command should not be empty for container 'web'"),
    "a volume nobody mounts": (
        fargate(volumes=[{"name": "v", "configuredAtLaunch": True}]),
        "Volumes [v] are not referenced by any of the containers"),
    "EFS port without TLS": (
        fargate(volumes=[efs(transitEncryptionPort=2049)]),
        "TransitEncryptionPort requires that TransitEncryption is enabled."),
    "EFS without TLS": (
        fargate(volumes=[efs(authorizationConfig={"iam": "ENABLED"})]),
        "EFS IAM authorization requires TransitEncryption to be enabled."),
    "EFS access point with a root": (
        fargate(volumes=[efs(rootDirectory="/x", authorizationConfig={"accessPointId": "a"})]),
        'When using an EFS access point, the root directory must either be set to "/" or be omitted.'),
    "soft above hard": (
        fargate(web(ulimits=[{"name": "nofile", "softLimit": 2, "hardLimit": 1}])),
        "Soft limit exceeds hard limit for ulimit nofile"),
    "no family": (fargate(family=None), "Family should not be null or empty."),
    "family with a space": (fargate(family="a b"), "Family contains invalid characters."),
    "eleven containers": (
        fargate(*(web(name=f"c{n}") for n in range(11))), "containerDefinitions can have at most 10 items."),
    "a role that is none": (fargate(executionRoleArn="arn:aws:iam::1:user/me"), "Role is not valid"),
    "a volume there is not": (
        fargate(web(mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}])), "Unknown volume 'v'."),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(request_, message):
    with pytest.raises(AwsError) as caught:
        normalised(request_, ACCOUNT)
    assert (caught.value.code, caught.value.message) == ("ClientException", message)


UNREADABLE = {
    "cpu": [fargate(cpu="much"), fargate(cpu=""), fargate(cpu="much", networkMode="bridge"), ec2(cpu="64")],
    "memory": [fargate(memory="0.5 GiBi"), fargate(memory="")],
}  # fmt: skip


@pytest.mark.parametrize(("member", "request_"), [(m, r) for m, rs in UNREADABLE.items() for r in rs])
def test_sizes_that_are_none(member, request_):
    with pytest.raises(AwsError) as caught:
        normalised(request_, ACCOUNT)
    error = ("InvalidParameterException", f"Invalid '{member}' setting for task.")
    assert (caught.value.code, caught.value.message) == error


FIRST = {
    "options before the role": (
        fargate(web(logConfiguration={"logDriver": "awslogs"})),
        "Log driver awslogs requires options: awslogs-region, awslogs-group"),
    "another account before the role": (
        fargate(web(secrets=[{"name": "A", "valueFrom": "arn:aws:ssm:us-east-1:210987654321:parameter/a"}])),
        "The Systems Manager parameter ARN has a different account ID than the current account. The current "
        f"account ID is {ACCOUNT} and the ARN account ID is 210987654321. Cross-account access for ARNs "
        "is not "
        "currently supported."),
    "a dependency before what is essential": (
        fargate({**depends("START", on="nix"), "essential": False}),
        "Cannot depend on container + 'nix' because it does not exist"),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "message"), FIRST.values(), ids=FIRST.keys())
def test_which_refusal_comes_first(request_, message):
    with pytest.raises(AwsError) as caught:
        normalised(request_, ACCOUNT)
    assert caught.value.message == message


def test_one_port_for_two_protocols_and_free_ones_on_bridge():
    both = [{"containerPort": 53, "protocol": protocol} for protocol in ("tcp", "udp")]
    normalised(fargate(web(portMappings=both)), ACCOUNT)
    normalised(ec2(web(memory=64, portMappings=[{"containerPort": 7000}] * 2)), ACCOUNT)


def test_empty_roles_are_none():
    definition = normalised(fargate(taskRoleArn="", executionRoleArn=""), ACCOUNT)
    assert "taskRoleArn" not in definition
    assert "executionRoleArn" not in definition


def test_a_health_check_shows_its_defaults():
    definition = normalised(fargate(web(healthCheck={"command": ["CMD", "true"], "retries": 5})), ACCOUNT)
    assert definition["containerDefinitions"][0]["healthCheck"] == {
        "command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 5,
    }  # fmt: skip


def test_a_check_of_no_kind_is_accepted_and_never_runs():
    [container] = normalised(fargate(web(healthCheck={"command": ["curl", "localhost"]})), ACCOUNT)[
        "containerDefinitions"
    ]
    assert HealthCheck.of(container) is None


def test_a_definition_of_more_than_64_kib():
    with pytest.raises(AwsError, match=r"Actual length: '\d+'. Max allowed length is '65536' bytes."):
        normalised(fargate(web(environment=[{"name": "A", "value": "x" * 70_000}])), ACCOUNT)


@pytest.mark.parametrize(("cpu", "memory"), sorted(PAIRS))
def test_all_pairs_are_accepted(cpu, memory):
    definition = normalised(fargate(cpu=str(cpu), memory=str(memory)), ACCOUNT)
    assert (definition["cpu"], definition["memory"]) == (str(cpu), str(memory))


@given(st.sampled_from(sorted(MEMORY)), st.integers(min_value=6, max_value=131_072))
def test_no_other_pair_is(cpu, memory):
    request = fargate(cpu=str(cpu), memory=str(memory))
    if (cpu, memory) in PAIRS:
        assert normalised(request, ACCOUNT)["memory"] == str(memory)
    else:
        with pytest.raises(AwsError) as caught:
            normalised(request, ACCOUNT)
        assert caught.value.message == no_pair(cpu, memory)


@pytest.mark.parametrize(("cpu", "memory"), [(".25 vCPU", "0.5 GB"), ("0.25vcpu", "512"), ("256", "0.5gb")])
def test_sizes_are_kept_as_whole_numbers(cpu, memory):
    definition = normalised(fargate(cpu=cpu, memory=memory), ACCOUNT)
    assert (definition["cpu"], definition["memory"]) == ("256", "512")


def test_the_request_is_left_alone():
    request = fargate(web(portMappings=[{"containerPort": 80}]), cpu=".25 vCPU")
    before = repr(request)
    normalised(request, ACCOUNT)
    assert repr(request) == before


@pytest.mark.parametrize(("mode", "port"), [("awsvpc", 80), ("host", 80), ("bridge", 0), (None, 0)])
def test_the_host_port_depends_on_the_network_mode(mode, port):
    request = ec2(web(memory=64, portMappings=[{"containerPort": 80}]))
    definition = normalised(request | ({"networkMode": mode} if mode else {}), ACCOUNT)
    assert definition["containerDefinitions"][0]["portMappings"] == [
        {"containerPort": 80, "hostPort": port, "protocol": "tcp"}
    ]


WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "ARM64"}
COMPATIBLE = [
    (fargate(), ["EC2", "MANAGED_INSTANCES", "FARGATE"]),
    (fargate(requiresCompatibilities=None), ["EC2", "MANAGED_INSTANCES", "FARGATE"]),
    (fargate(cpu="1024", memory="2048", runtimePlatform=WINDOWS), ["EC2", "FARGATE"]),
    (fargate(web(stopTimeout=121), requiresCompatibilities=["EC2"]), ["EC2", "MANAGED_INSTANCES"]),
    (ec2(networkMode="awsvpc"), ["EC2", "MANAGED_INSTANCES"]),
    (ec2(), ["EXTERNAL", "EC2"]),
    (ec2(networkMode="bridge"), ["EXTERNAL", "EC2"]),
]


@pytest.mark.parametrize(("request_", "compatibilities"), COMPATIBLE)
def test_what_it_could_run_on(request_, compatibilities):
    assert normalised(request_, ACCOUNT)["compatibilities"] == compatibilities


def test_a_role_s_short_name_becomes_its_arn():
    definition = normalised(fargate(taskRoleArn="worker"), ACCOUNT)
    assert definition["taskRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/worker"


ROLES = {"executionRoleArn": ROLE, "taskRoleArn": ROLE}
ASKED = {
    "nothing": (ec2(), None),
    "a network": (fargate(), "docker-remote-api.1.18 task-eni"),
    "logs": (
        fargate(web(logConfiguration=awslogs(), image=ECR), **ROLES),
        "logging-driver.awslogs execution-role-awslogs docker-remote-api.1.19 ecr-auth "
        "execution-role-ecr-pull "
        "task-iam-role docker-remote-api.1.18 task-eni"),
    "an image by its digest": (ec2(web(memory=64, image="httpd@sha256:" + 64 * "a")),
        "docker-remote-api.1.21"),
    "a reservation": (ec2(web(memoryReservation=64)), "docker-remote-api.1.21"),
    "a check": (
        ec2(web(memory=64, healthCheck={"command": ["CMD", "true"]})),
        "container-health-check docker-remote-api.1.24"),
    "an order": (ec2(web(memory=64, stopTimeout=2)), "container-ordering"),
    "a parameter": (
        ec2(web(memory=64, secrets=[{"name": "A", "valueFrom": "a"}]), executionRoleArn=ROLE),
        "secrets.ssm.environment-variables"),
    "a folder in EFS": (ec2(volumes=[efs()]), "efsAuth efs docker-remote-api.1.25"),
    "variables in a file": (
        ec2(web(memory=64, environmentFiles=[{"value": "arn:aws:s3:::b/a.env", "type": "s3"}])),
        "env-files.s3"),
    "storage": (
        fargate(ephemeralStorage={"sizeInGiB": 30}),
        "extensible-ephemeral-storage docker-remote-api.1.18 task-eni"),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "names"), ASKED.values(), ids=ASKED.keys())
def test_what_it_asks_of_the_agent(request_, names):
    definition = normalised(request_, ACCOUNT)
    if names is None:
        assert "requiresAttributes" not in definition
    else:
        capabilities = [
            attribute["name"].rpartition("capability.")[2] for attribute in definition["requiresAttributes"]
        ]
        assert capabilities == names.split()


def test_a_volume_in_efs_shows_its_root():
    volume = {"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}
    configuration = normalised(fargate(volumes=[volume]), ACCOUNT)["volumes"][0]["efsVolumeConfiguration"]
    assert configuration == {"fileSystemId": "fs-1", "rootDirectory": "/"}
