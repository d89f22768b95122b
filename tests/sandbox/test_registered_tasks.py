"""Tasks of services in Cloud Map: who is registered when, who finds them, and what is refused."""

import pytest
from aws_client import CLUSTER, FAMILY
from balancer_rig import ANYWHERE
from discovery_rig import NAME, Discovering, refusal

from ecslab.sandbox import in_process

UP, DOWN = 80, 60


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Discovering(in_process.start(tmp_path_factory.mktemp("home"), seed=8)).arranged()


def registry(service, **more):
    return {"serviceRegistries": [{"registryArn": service["Arn"], **more}]}


def test_tasks_are_registered_when_they_run_and_taken_out_before_they_stop(aws):
    back = aws.discovery("back", ttl=0, HealthCheckCustomConfig={"FailureThreshold": 1})
    created = aws.service("back", 2, **registry(back))
    assert created["serviceRegistries"] == [{"registryArn": back["Arn"]}]
    assert created["roleArn"].endswith("AWSServiceRoleForECS")
    while len(aws.instances(back)) < 2:
        aws.pass_time(1)
        running = {task["taskArn"][-32:] for task in aws.tasks("back") if task["lastStatus"] == "RUNNING"}
        assert aws.instances(back).keys() <= running, "nobody is registered before it runs"
    (task, *_), instances = aws.tasks("back"), aws.instances(back)
    attributes = instances[task["taskArn"][-32:]]
    assert attributes == {
        "AWS_INSTANCE_IPV4": attributes["AWS_INSTANCE_IPV4"], "AWS_INIT_HEALTH_STATUS": "HEALTHY",
        "AVAILABILITY_ZONE": task["availabilityZone"], "REGION": "us-east-1",
        "ECS_CLUSTER_NAME": CLUSTER, "ECS_SERVICE_NAME": "back", "ECS_TASK_DEFINITION_FAMILY": FAMILY,
    }  # fmt: skip
    assert aws.resolved(f"back.{NAME}") == aws.addresses("back")
    assert aws.says(f"curl -sS http://back.{NAME}/") == "hello"
    aws.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])
    statuses = []
    while aws.task(task["taskArn"])["lastStatus"] != "STOPPED":
        aws.pass_time(0.5)
        statuses.append(
            (aws.task(task["taskArn"])["lastStatus"], task["taskArn"][-32:] in aws.instances(back))
        )
    assert ("DEACTIVATING", True) in statuses and ("DEPROVISIONING", False) in statuses
    assert not any(registered for status, registered in statuses if status in ("STOPPING", "DEPROVISIONING"))
    aws.ecs.update_service(cluster=CLUSTER, service="back", desiredCount=0)
    aws.pass_time(DOWN)
    assert aws.instances(back) == {} and aws.resolved(f"back.{NAME}") == []


def test_whoever_remembers_a_name_goes_to_a_task_that_is_gone(aws):
    stale = aws.discovery("stale", ttl=120)
    aws.service("stale", **registry(stale))
    aws.pass_time(UP)
    assert aws.says(f"curl -sS -m 3 http://stale.{NAME}/") == "hello"
    aws.ecs.update_service(cluster=CLUSTER, service="stale", desiredCount=0)
    aws.pass_time(DOWN)
    assert aws.instances(stale) == {}
    assert aws.says(f"curl -sS -m 3 http://stale.{NAME}/").startswith("curl: (28)"), "the address is nobody's"
    aws.pass_time(120)
    assert aws.says(f"curl -sS -m 3 http://stale.{NAME}/").startswith("curl: (6) Could not resolve host")


def test_srv_records_have_the_port(aws):
    ports = aws.discovery("ports", "A", "SRV", ttl=0)
    aws.service("ports", **registry(ports, containerName="adgu-container", containerPort=80))
    aws.pass_time(UP)
    ((task, attributes),) = aws.instances(ports).items()
    assert attributes["AWS_INSTANCE_PORT"] == "80"
    assert aws.says(f"curl -sS http://{task}.ports.{NAME}:80/") == "hello"
    answer = aws.says(f"nslookup -type=srv ports.{NAME}")
    assert f"ports.{NAME}\tservice = 1 1 80 {task}.ports.{NAME}\n" in answer
    aws.ecs.delete_service(cluster=CLUSTER, service="ports", force=True)


def test_a_change_of_the_registry_is_a_deployment(aws):
    first, second = aws.discovery("first", ttl=0), aws.discovery("second", ttl=0)
    aws.service("moves", **registry(first))
    aws.pass_time(UP)
    before = aws.described("moves")["deployments"][0]["id"]
    updated = aws.ecs.update_service(cluster=CLUSTER, service="moves", **registry(second))["service"]
    assert updated["serviceRegistries"][0]["registryArn"] == second["Arn"]
    assert updated["deployments"][0]["id"] != before
    aws.pass_time(4 * UP)
    assert len(aws.instances(second)) == 1 and aws.instances(first) == {}
    aws.ecs.update_service(cluster=CLUSTER, service="moves", serviceRegistries=[])
    aws.pass_time(4 * UP)
    assert aws.described("moves")["serviceRegistries"] == [] and aws.instances(second) == {}
    aws.ecs.delete_service(cluster=CLUSTER, service="moves", force=True)


def test_a_health_check_decides_who_is_named(aws):
    named = aws.discovery("named", ttl=0, HealthCheckCustomConfig={})
    definition = aws.ecs.describe_task_definition(taskDefinition=FAMILY)["taskDefinition"]
    (container,) = definition["containerDefinitions"]
    check = {"command": ["CMD-SHELL", "test -e /tmp/ready"], "interval": 5, "retries": 2}
    aws.ecs.register_task_definition(
        family="checked", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn=definition["executionRoleArn"],
        containerDefinitions=[{**container, "healthCheck": check, "command": [
            "sh", "-c", "sleep 20; touch /tmp/ready; exec httpd-foreground"]}],
    )  # fmt: skip
    aws.service("named", definition="checked", **registry(named))
    while not (registered := aws.instances(named)):
        aws.pass_time(1)
    (task,) = registered
    assert registered[task]["AWS_INIT_HEALTH_STATUS"] == "UNHEALTHY"

    def health():
        return aws.cloud_map.get_instances_health_status(ServiceId=named["Id"])["Status"].get(task)

    assert health() == "UNHEALTHY"
    aws.pass_time(20)
    assert health() == "UNHEALTHY", "Cloud Map waits"
    aws.pass_time(40)
    assert health() == "HEALTHY"
    aws.ecs.delete_service(cluster=CLUSTER, service="named", force=True)


def test_a_closed_group_lets_nobody_in_by_any_name(aws):
    closed = aws.group("closed", {"IpProtocol": "tcp", "FromPort": 81, "ToPort": 81, "IpRanges": ANYWHERE})
    shut = aws.discovery("shut", ttl=0)
    vpc = {"subnets": aws.subnets[:1], "securityGroups": [closed], "assignPublicIp": "ENABLED"}
    aws.service("shut", networkConfiguration={"awsvpcConfiguration": vpc}, **registry(shut))
    aws.pass_time(UP)
    assert aws.resolved(f"shut.{NAME}") == aws.addresses("shut")
    assert aws.says(f"curl -sS -m 3 http://shut.{NAME}/").startswith("curl: (28)")
    assert aws.says(f"curl -sS -m 3 http://shut.{NAME}:81/").startswith("curl: (7)")
    aws.ecs.delete_service(cluster=CLUSTER, service="shut", force=True)


def test_a_registry_that_is_gone_is_told_of(aws):
    gone = aws.discovery("gone", ttl=0)
    aws.service("gone", 0, **registry(gone))
    aws.cloud_map.delete_service(Id=gone["Id"])
    aws.ecs.update_service(cluster=CLUSTER, service="gone", desiredCount=1)
    aws.pass_time(UP)
    messages = [event["message"] for event in aws.described("gone")["events"]]
    assert any(f"failed to register tasks in service registry ({gone['Arn']})" in text for text in messages)
    aws.ecs.delete_service(cluster=CLUSTER, service="gone", force=True)
    aws.pass_time(DOWN)
    assert aws.described("gone")["status"] == "INACTIVE"


@pytest.mark.parametrize(
    ("records", "entry", "mode", "message"),
    [
        (["A"], {"registryArn": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1"}, "awsvpc",
         "The format of the supplied service registry ARN is invalid: "
         "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1."),
        (["A"], {"registryArn": "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-none"}, "awsvpc",
         "The specified service registry does not exist"),
        (["A"], {"containerName": "web", "containerPort": 80}, "awsvpc",
         "The values specified for serviceRegistries do not require a value for 'containerPort'. Remove the "
         "value and retry. Registry: "),
        (["A"], {"port": 80}, "awsvpc",
         "The values specified for serviceRegistries do not require a value for 'port'. Remove"),
        (["SRV"], {}, "awsvpc", "The values specified for serviceRegistries require a value for either"),
        (["SRV"], {"port": 80, "containerName": "web", "containerPort": 80}, "awsvpc",
         "Specify a value for either 'port' or the 'containerName' and 'containerPort' combination, but not "
         "both. Remove one and retry."),
        (["SRV"], {"containerName": "no", "containerPort": 80}, "awsvpc", "The container no does not exist"),
        (["SRV"], {"containerName": "web", "containerPort": 81}, "awsvpc", "The container web did not have a "
         "container port 81 defined."),
        (["SRV"], {"port": 80}, "bridge",
         "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' and 'containerPort' "
         "must be specified from the task definition. Registry: arn:aws:servicediscovery"),
        (["A"], {"containerName": "web", "containerPort": 80}, "bridge",
         "When specifying 'bridge' for networkMode, the service registry must use SRV records."),
    ],
)  # fmt: skip
def test_registries_that_ecs_refuses(aws, records, entry, mode, message):
    discovery = aws.discovery("refuses", *records)
    fargate = {"requiresCompatibilities": ["FARGATE"], "cpu": "256"} if mode == "awsvpc" else {}
    container = {"name": "web", "image": "httpd:2.4", "portMappings": [{"containerPort": 80}]}
    aws.ecs.register_task_definition(
        family=f"is-{mode}", networkMode=mode, memory="512", containerDefinitions=[container], **fargate
    )
    request = {
        "cluster": CLUSTER,
        "serviceName": "refused",
        "taskDefinition": f"is-{mode}",
        "desiredCount": 1,
    }
    if mode == "awsvpc":
        vpc = {"subnets": aws.subnets[:1]}
        request |= {"launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": vpc}}
    registries = {"serviceRegistries": [{"registryArn": discovery["Arn"], **entry}]}
    refused = refusal(aws.ecs.create_service, **request, **registries)
    assert refused.startswith(f"InvalidParameterException: {message}")
    assert not aws.ecs.describe_services(cluster=CLUSTER, services=["refused"])["services"]
    aws.cloud_map.delete_service(Id=discovery["Id"])


def test_a_registered_service_has_a_thousand_tasks_at_most(aws):
    discovery = aws.discovery("large")
    request = {"name": "large", "count": 1001, **registry(discovery)}
    assert refusal(aws.service, **request) == "InvalidParameterException: Desired count exceeds limit."
    aws.service("large", 0, **registry(discovery))
    more = {"cluster": CLUSTER, "service": "large", "desiredCount": 1001}
    assert refusal(aws.ecs.update_service, **more).endswith("Desired count exceeds limit.")
    assert aws.described("large")["desiredCount"] == 0
