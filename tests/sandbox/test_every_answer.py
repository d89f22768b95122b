"""Every answer of every operation that is carried, held against AWS's own model of it.

The models are walked over a lively account: services that run, roll, fail and drain, tasks in every state,
load balancers with targets of every health. An operation that is carried and that no request of the walk
gets an answer from fails the test.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from aws_client import CLUSTER, FAMILY, TRUST
from balancer_rig import Balanced, forward_to
from instance_rig import POLICY as AGENT
from instance_rig import Machines
from managed_rig import LAUNCHES, PROFILE, REGISTERS, ROLE
from model_walk import ENDS, READS, Walk

from ecslab.sandbox import in_process
from ecslab.sandbox.wire.carried import CARRIED

SERVICES = {"ecs": "ecs", "ecr": "ecr", "elastic-load-balancing-v2": "elbv2"}
TAG = {"key": "by", "value": "walk"}
BUSYBOX = "public.ecr.aws/docker/library/busybox:latest"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]})  # fmt: skip
LIFECYCLE = json.dumps({"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {
    "tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 9}}]})  # fmt: skip
MESSAGES = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*"}]}  # fmt: skip
CERTIFICATE = "arn:aws:iam::123456789012:server-certificate/walk"
PAGE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
GIVEN: dict[str, dict[str, list[Any]]] = {
    "ecs": {"tags": [[TAG]], "tagKeys": [["by"]], "maxResults": [10], "count": [1], "force": [True],
            "name": ["containerInsights"], "value": ["enabled"], "protectionEnabled": [True],
            "settings": [[{"name": "containerInsights", "value": "enabled"}]],
            "capacityProviders": [["FARGATE", "FARGATE_SPOT"]], "namespace": ["lab"],
            "containerInstances": [["0" * 32]],
            "defaultCapacityProviderStrategy": [[{"capacityProvider": "FARGATE", "weight": 1}]]},
    "ecr": {"tags": [[{"Key": "by", "Value": "walk"}]], "tagKeys": [["by"]], "policyText": [POLICY],
            "lifecyclePolicyText": [LIFECYCLE], "replicationConfiguration": [{"rules": []}], "force": [True],
            "maxResults": [10]},
    "elbv2": {"Tags": [[{"Key": "by", "Value": "walk"}]], "TagKeys": [["by"]], "Priority": [7],
              "Targets": [[{"Id": "172.31.0.9", "Port": 80}]], "Port": [81], "Actions": [[PAGE]],
              "Certificates": [[{"CertificateArn": CERTIFICATE}]],
              "Conditions": [[{"Field": "path-pattern", "Values": ["/b*"]}]], "DefaultActions": [[PAGE]],
              "Attributes": [[{"Key": "deletion_protection.enabled", "Value": "false"}],
                             [{"Key": "deregistration_delay.timeout_seconds", "Value": "9"}]]},
}  # fmt: skip


class Walked(Balanced, Machines):
    """Clients whose answers the walk hears."""

    def __init__(self, endpoint: Any):
        super().__init__(endpoint)
        self.walk = Walk(GIVEN)

    def _carry(self, request: Any, event_name: str = "", **more: Any) -> Any:
        reply = super()._carry(request, **more)
        _, service, operation = event_name.split(".")
        if service in SERVICES:
            name = SERVICES[service]
            model = getattr(self, "elb" if name == "elbv2" else name).meta.service_model
            self.walk.heard(name, model, operation, reply.status_code, reply.content)
        return reply

    def over(self, clients: Iterable[Any], wanted: Callable[[str], bool], once: bool = False) -> None:
        """Make requests to every operation whose name is wanted: deletions last, those of parts first."""
        for client in clients:
            names = sorted(filter(wanted, carried(client)), key=lambda name: ("Delete" in name, -len(name)))
            self.walk.over(client, names, once)

    def look(self, *clients: Any) -> None:
        """Ask for all there is to see."""
        self.over(clients, lambda name: name.startswith(READS))

    def define(self, family: str, *containers: dict[str, Any], **more: Any) -> str:
        registered = self.ecs.register_task_definition(
            family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=list(containers), **more,
        )  # fmt: skip
        return str(registered["taskDefinition"]["taskDefinitionArn"])

    def network(self) -> dict[str, Any]:
        vpc = {"subnets": self.subnets, "securityGroups": [self.behind], "assignPublicIp": "ENABLED"}
        return {"awsvpcConfiguration": vpc}

    def serve(self, name: str, definition: str, count: int = 1, **more: Any) -> None:
        launch = {} if "capacityProviderStrategy" in more else {"launchType": "FARGATE"}
        self.ecs.create_service(
            cluster=CLUSTER, serviceName=name, taskDefinition=definition, desiredCount=count,
            networkConfiguration=self.network(), **launch, **more,
        )  # fmt: skip

    def run_one(self, definition: str, **more: Any) -> str:
        ran = self.ecs.run_task(
            cluster=CLUSTER, taskDefinition=definition, launchType="FARGATE",
            networkConfiguration=self.network(), **more,
        )  # fmt: skip
        return str(ran["tasks"][0]["taskArn"])


def carried(client: Any) -> list[str]:
    """The operations of a service that this sandbox answers."""
    name = client.meta.service_model.service_name
    return sorted(next(service.operations for service in CARRIED if service.name == name))


def lively(aws: Walked) -> None:
    """Services, tasks and load balancers on their way to many different states."""
    aws.prepared()
    web = aws.page("web", b"hi")
    balancer, group = aws.balancer(), aws.target_group()
    listener = aws.listener(balancer, group)
    aws.elb.create_rule(
        ListenerArn=listener, Priority=5, Actions=[forward_to(group)],
        Conditions=[{"Field": "path-pattern", "Values": ["/shop*"]}],
    )  # fmt: skip
    aws.iam.upload_server_certificate(
        ServerCertificateName="walk", CertificateBody="-----BEGIN", PrivateKey="-----BEGIN"
    )
    aws.elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTPS", Port=443, DefaultActions=[PAGE],
        Certificates=[{"CertificateArn": CERTIFICATE}],
    )  # fmt: skip
    hidden = [{"Key": "routing.http.response.server.enabled", "Value": "false"}]
    aws.elb.modify_listener_attributes(ListenerArn=listener, Attributes=hidden)
    passed_on = aws.target_group("net", Protocol="TCP")
    aws.listener(aws.balancer("net", Type="network", SecurityGroups=[]), passed_on, protocol="TCP")
    served = [{"targetGroupArn": group, "containerName": "web", "containerPort": 80}]
    aws.serve("front", web, 2, loadBalancers=served, healthCheckGracePeriodSeconds=30)
    aws.ecs.put_cluster_capacity_providers(
        cluster=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    aws.serve("spot", FAMILY, capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}])
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    aws.define("never", {"name": "web", "image": "no-such-image"})
    aws.serve("fails", "never", deploymentConfiguration=breaker)
    aws.serve("rolls", FAMILY)
    aws.serve("goes", FAMILY)
    checked = {"name": "web", "image": BUSYBOX, "command": ["sleep", "600"],
               "healthCheck": {"command": ["CMD-SHELL", "exit 0"]}}  # fmt: skip
    aws.define("checked", checked, {"name": "side", "image": BUSYBOX, "command": ["exit-after", "5", "3"],
                                    "essential": False})  # fmt: skip
    aws.run_one("checked", tags=[TAG], startedBy="walk")
    aws.define("ends", {"name": "web", "image": BUSYBOX, "command": ["exit-after", "30", "3"]})
    aws.run_one("ends", overrides={"containerOverrides": [{"name": "web", "cpu": 10}]})
    aws.run_one("never")
    role = aws.iam.create_role(RoleName="stepped", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    aws.iam.put_role_policy(RoleName="stepped", PolicyName="own", PolicyDocument=json.dumps(MESSAGES))
    aws.define("stepped", {"name": "web", "image": BUSYBOX, "command": ["sleep", "600"]}, taskRoleArn=role)
    aws.run_one("stepped", enableExecuteCommand=True)


def managed_instances(aws: Walked) -> None:
    """A capacity provider of managed instances, in a cluster of its own."""
    trust = json.loads(json.dumps(TRUST).replace("ecs-tasks.amazonaws.com", "ecs.amazonaws.com"))
    aws.iam.create_role(RoleName="ecsInfrastructureRole", AssumeRolePolicyDocument=json.dumps(trust))
    aws.iam.attach_role_policy(RoleName="ecsInfrastructureRole", PolicyArn=LAUNCHES)
    aws.profile("ecsInstanceRoleManaged", REGISTERS)
    aws.ecs.create_cluster(clusterName="machines")
    template = {"ec2InstanceProfileArn": PROFILE, "networkConfiguration": {"subnets": aws.subnets[:1]}}
    given = {"infrastructureRoleArn": ROLE, "instanceLaunchTemplate": template}
    aws.ecs.create_capacity_provider(name="managed", cluster="machines", managedInstancesProvider=given)


def daemons(aws: Walked) -> None:
    """One with a task, and another deployment; one that is deleted."""
    container = {"name": "agent", "image": BUSYBOX, "command": ["sleep", "9000"]}
    definitions = [
        aws.ecs.register_daemon_task_definition(family="agent", containerDefinitions=[container])
        for _ in range(3)
    ]
    first, second, third = (each["daemonTaskDefinitionArn"] for each in definitions)
    arn = first.partition("daemon-task")[0] + "capacity-provider/managed"
    given = {"capacityProviderArns": [arn], "daemonTaskDefinitionArn": first}
    made = [
        aws.ecs.create_daemon(daemonName=name, clusterArn="machines", **given) for name in ("stays", "goes")
    ]
    strategy = [{"capacityProvider": "managed", "weight": 1}]
    network = {"awsvpcConfiguration": {"subnets": aws.subnets[:1]}}
    aws.ecs.register_task_definition(
        family="hosted", networkMode="awsvpc", requiresCompatibilities=["MANAGED_INSTANCES"], cpu="256",
        memory="512", containerDefinitions=[container],
    )  # fmt: skip
    aws.ecs.run_task(
        cluster="machines", taskDefinition="hosted", capacityProviderStrategy=strategy,
        networkConfiguration=network,
    )  # fmt: skip
    aws.pass_time(20)
    changed = aws.ecs.update_daemon(
        daemonArn=made[0]["daemonArn"], **given | {"daemonTaskDefinitionArn": second}
    )
    aws.ecs.delete_daemon(daemonArn=made[1]["daemonArn"])
    aws.ecs.delete_daemon_task_definition(daemonTaskDefinition=third)
    aws.ecs.describe_daemon_task_definition(daemonTaskDefinition=third)
    aws.ecs.list_daemons(clusterArn="machines")
    for _ in range(2):
        aws.pass_time(100)
        shown = aws.ecs.describe_daemon(daemonArn=made[0]["daemonArn"])["daemon"]
        arns = [each["arn"] for each in shown["currentRevisions"]]
        aws.ecs.describe_daemon_revisions(daemonRevisionArns=arns)
        aws.ecs.describe_daemon_deployments(daemonDeploymentArns=[changed["deploymentArn"]])
        aws.ecs.list_daemon_deployments(daemonArn=made[0]["daemonArn"])


def capacity_providers(aws: Walked) -> None:
    """One that is made, changed, given to a cluster with a task that waits, and one that goes again."""
    data = {"ImageId": aws.image, "InstanceType": "t3.medium"}
    aws.ec2.create_launch_template(LaunchTemplateName="walk", LaunchTemplateData=data)
    groups = aws.client("autoscaling")
    for name in ("stays", "leaves"):
        groups.create_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=0, MaxSize=1, AvailabilityZones=["us-east-1a"],
            LaunchTemplate={"LaunchTemplateName": "walk"},
        )  # fmt: skip
        arn = groups.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
        provider = {"autoScalingGroupArn": arn["AutoScalingGroupARN"]}
        aws.ecs.create_capacity_provider(name=name, autoScalingGroupProvider=provider)
    scaling = {"managedScaling": {"status": "ENABLED"}}
    aws.ecs.update_capacity_provider(name="stays", autoScalingGroupProvider=scaling)
    aws.ecs.delete_capacity_provider(capacityProvider="leaves")
    aws.ecs.put_cluster_capacity_providers(
        cluster=CLUSTER, defaultCapacityProviderStrategy=[],
        capacityProviders=["FARGATE", "FARGATE_SPOT", "stays"],
    )  # fmt: skip
    container = {"name": "web", "image": BUSYBOX, "memory": 64}
    aws.ecs.register_task_definition(family="small", containerDefinitions=[container])
    strategy = [{"capacityProvider": "stays", "weight": 1}]
    aws.ecs.run_task(cluster=CLUSTER, taskDefinition="small", capacityProviderStrategy=strategy)
    aws.ecs.describe_clusters(clusters=[CLUSTER], include=["ATTACHMENTS"])


def container_instances(aws: Walked) -> None:
    """One whose agent is not the newest, and two that are no longer as they were."""
    ecs = aws.ecs
    aws.profile("ecsInstanceRole", AGENT)
    images = "/aws/service/ecs/optimized-ami/amazon-linux-2023"
    old = f"{images}/al2023-ami-ecs-hvm-2023.0.20241001-kernel-6.1-x86_64/image_id"
    image = aws.ssm.get_parameter(Name=old)["Parameter"]["Value"]
    for _ in range(3):
        aws.launch(CLUSTER, ImageId=image)
    aws.pass_time(400)
    first, second, third = ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
    attribute = {"name": "stack", "value": "prod", "targetId": first}
    ecs.put_attributes(cluster=CLUSTER, attributes=[attribute])
    ecs.delete_attributes(cluster=CLUSTER, attributes=[attribute])
    ecs.update_container_agent(cluster=CLUSTER, containerInstance=first)
    ecs.update_container_instances_state(cluster=CLUSTER, containerInstances=[second], status="DRAINING")
    ecs.deregister_container_instance(cluster=CLUSTER, containerInstance=third)
    web = [{"name": "web", "image": BUSYBOX, "memory": 64, "portMappings": [{"containerPort": 80}]}]
    ecs.register_task_definition(family="bridge", networkMode="bridge", containerDefinitions=web)
    ecs.start_task(cluster=CLUSTER, taskDefinition="bridge", containerInstances=[second])


def moved_on(aws: Walked) -> None:
    """What was at rest is set in motion again."""
    ecs = aws.ecs
    ecs.update_service(cluster=CLUSTER, service="rolls", taskDefinition="never")
    ecs.update_service(cluster=CLUSTER, service="front", desiredCount=1)
    ecs.delete_service(cluster=CLUSTER, service="goes", force=True)
    ecs.stop_task(cluster=CLUSTER, task=aws.run_one("checked"), reason="enough")
    [stepped] = ecs.list_tasks(cluster=CLUSTER, family="stepped")["taskArns"]
    ecs.execute_command(cluster=CLUSTER, task=stepped, command="sh", interactive=True)
    ecs.create_cluster(clusterName="old", tags=[TAG])
    ecs.delete_cluster(cluster="old")
    ecs.update_task_protection(
        cluster=CLUSTER, protectionEnabled=True,
        tasks=ecs.list_tasks(cluster=CLUSTER, serviceName="front")["taskArns"],
    )  # fmt: skip
    rolling = ecs.list_service_deployments(cluster=CLUSTER, service="rolls")["serviceDeployments"][0]
    arn = rolling["serviceDeploymentArn"]
    ecs.describe_service_deployments(serviceDeploymentArns=[arn])  # of one service only, as revisions are
    ecs.describe_service_revisions(serviceRevisionArns=[rolling["targetServiceRevisionArn"]])
    aws.pass_time(5)
    ecs.stop_service_deployment(serviceDeploymentArn=arn)
    old = aws.define("old", {"name": "web", "image": BUSYBOX})
    ecs.deregister_task_definition(taskDefinition=old)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """The account after everything was asked, at every moment."""
    aws = Walked(in_process.start(tmp_path_factory.mktemp("home"), seed=5))
    every = aws.ecs, aws.ecr, aws.elb
    aws.client("servicediscovery").create_http_namespace(Name="lab")  # which ListServicesByNamespace names
    lively(aws)
    container_instances(aws)
    capacity_providers(aws)
    managed_instances(aws)
    aws.look(aws.ecs)
    for seconds in (25, 120):
        aws.pass_time(seconds)
        aws.look(aws.ecs)
    moved_on(aws)
    aws.look(*every)
    daemons(aws)
    aws.pass_time(30)
    aws.look(aws.ecs)
    aws.over(every, lambda name: not name.startswith((*READS, *ENDS)))
    aws.look(aws.ecr)
    aws.pass_time(200)
    aws.over(every, lambda name: name.startswith(ENDS), once=True)
    aws.look(*every)
    return aws


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"tasks": [{"lastState": "RUNNING"}]}, "ecs DescribeTasks.tasks[]: AWS has no member lastState"),
        ({"tasks": [{"launchType": "LAMBDA"}]}, "ecs DescribeTasks.tasks[].launchType: none of EC2, FARGATE"),
        ({"tasks": [{"version": "1"}]}, "ecs DescribeTasks.tasks[].version: no long: '1'"),
        ({"tasks": {}}, "ecs DescribeTasks.tasks: no list: {}"),
        ({"failures": [{"arn": None}]}, "ecs DescribeTasks.failures[].arn: no string: None"),
    ],
)
def test_an_answer_that_is_not_is_noticed(walked, answer, problem):
    walk = Walk({"ecs": {}})
    walk.heard("ecs", walked.ecs.meta.service_model, "DescribeTasks", 200, json.dumps(answer).encode())
    assert [message.startswith(problem) for message in walk.problems] == [True]


def test_every_answer_is_as_the_model_says(walked):
    assert list(walked.walk.problems) == []


@pytest.mark.parametrize("service", ["ecs", "ecr", "elb"])
def test_every_operation_that_is_carried_has_answered(walked, service):
    client = getattr(walked, service)
    refused = {"GetRegistryPolicy"}  # there is none, and none can be made
    silent = set(carried(client)) - refused - walked.walk.succeeded[client.meta.service_model.service_name]
    assert silent == set()
