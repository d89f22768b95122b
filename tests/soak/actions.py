"""What a client of the soak does, one call or a few at a time, by the draw of its random stream.

Names come from small pools that all clients share, so that they get into each other's way: many calls are
refused, as they should be. Each action takes the client and the ground.
"""

from collections.abc import Callable
from typing import Any

from tests.soak import account
from tests.soak.account import CLUSTERS, FAMILIES, HTTP, LOGS, PROVIDERS, Ground
from tests.soak.client import Client

SERVICES = tuple(f"web-{number}" for number in range(6))
BALANCERS, GROUPS = ("front-0", "front-1"), ("targets-0", "targets-1", "targets-2")
REPOSITORIES = ("soak/0", "soak/1")
MOST_TASKS = 30  # in one cluster; above it no more are run by hand
PERCENTS = ((100, 200), (50, 100), (0, 100), (50, 150))

Action = Callable[[Client, Ground], None]


def network(client: Client, ground: Ground) -> dict[str, Any]:
    subnets = client.random.sample(ground.subnets, client.random.randint(1, 3))
    public = client.random.choice(("ENABLED", "ENABLED", "DISABLED"))
    vpc = {"subnets": subnets, "securityGroups": [ground.group], "assignPublicIp": public}
    return {"awsvpcConfiguration": vpc}


def drawn(client: Client, candidates: list[Any] | None) -> Any:
    return client.random.choice(candidates) if candidates else None


# services


def create_service(client: Client, ground: Ground) -> None:
    draw = client.random
    least, most = draw.choice(PERCENTS)
    circuit = {"enable": draw.random() < 0.5, "rollback": draw.random() < 0.5}
    more: dict[str, Any] = {"desiredCount": draw.randint(0, 4)}
    if draw.random() < 0.2:
        more = {"schedulingStrategy": "DAEMON"}
    elif draw.random() < 0.6:
        more |= {"loadBalancers": balanced(client), "healthCheckGracePeriodSeconds": draw.choice((0, 60))}
    launch: dict[str, Any] = {"launchType": "FARGATE"}
    if draw.random() < 0.3:
        spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
        launch = {"capacityProviderStrategy": spot}
    client.ask(
        "ecs", "create_service", cluster=draw.choice(CLUSTERS), serviceName=draw.choice(SERVICES),
        taskDefinition=draw.choice(tuple(FAMILIES)), networkConfiguration=network(client, ground),
        deploymentConfiguration={"minimumHealthyPercent": least, "maximumPercent": most,
                                 "deploymentCircuitBreaker": circuit},
        availabilityZoneRebalancing="ENABLED" if most > 100 else "DISABLED", **launch, **more,
    )  # fmt: skip


def balanced(client: Client) -> list[dict[str, Any]]:
    group = drawn(client, target_groups(client))
    return [{"targetGroupArn": group, "containerName": "web", "containerPort": 80}] if group else []


def update_service(client: Client, ground: Ground) -> None:
    draw = client.random
    change: dict[str, Any] = draw.choice(
        (
            {"desiredCount": draw.randint(0, 4)},
            {"forceNewDeployment": True},
            {"taskDefinition": draw.choice(tuple(FAMILIES))},
            {"taskDefinition": "web", "loadBalancers": balanced(client)},
            {"networkConfiguration": network(client, ground), "forceNewDeployment": True},
            {"enableExecuteCommand": draw.random() < 0.5},
        )
    )
    cluster, service = draw.choice(CLUSTERS), draw.choice(SERVICES)
    client.ask("ecs", "update_service", cluster=cluster, service=service, **change)


def delete_service(client: Client, _ground: Ground) -> None:
    client.ask(
        "ecs", "delete_service", cluster=client.random.choice(CLUSTERS),
        service=client.random.choice(SERVICES), force=client.random.random() < 0.7,
    )  # fmt: skip


def look_at_services(client: Client, _ground: Ground) -> None:
    cluster = client.random.choice(CLUSTERS)
    client.ask("ecs", "describe_services", cluster=cluster, services=list(SERVICES), include=["TAGS"])
    service = client.random.choice(SERVICES)
    answer = client.ask("ecs", "list_service_deployments", cluster=cluster, service=service)
    arns = [
        deployment["serviceDeploymentArn"] for deployment in (answer or {}).get("serviceDeployments", [])
    ][:20]
    if arns:
        client.ask("ecs", "describe_service_deployments", serviceDeploymentArns=arns)


# tasks


def tasks(client: Client, cluster: str, status: str = "RUNNING") -> list[str]:
    answer = client.ask("ecs", "list_tasks", cluster=cluster, desiredStatus=status)
    return answer["taskArns"] if answer else []


def run_task(client: Client, ground: Ground) -> None:
    cluster = client.random.choice(CLUSTERS)
    if len(tasks(client, cluster)) < MOST_TASKS:
        family, count = client.random.choice(tuple(FAMILIES)), client.random.randint(1, 3)
        client.ask(
            "ecs", "run_task", cluster=cluster, taskDefinition=family, count=count, launchType="FARGATE",
            networkConfiguration=network(client, ground), tags=[{"key": "by", "value": "soak"}],
            propagateTags="TASK_DEFINITION",
        )  # fmt: skip


def stop_task(client: Client, _ground: Ground) -> None:
    cluster = client.random.choice(CLUSTERS)
    task = drawn(client, tasks(client, cluster))
    if task:
        client.ask("ecs", "stop_task", cluster=cluster, task=task, reason="soak")


def look_at_tasks(client: Client, _ground: Ground) -> None:
    cluster, status = client.random.choice(CLUSTERS), client.random.choice(("RUNNING", "STOPPED"))
    task_arns = tasks(client, cluster, status)[:100]
    if task_arns:
        client.ask("ecs", "describe_tasks", cluster=cluster, tasks=task_arns, include=["TAGS"])
    client.ask("ecs", "describe_clusters", clusters=list(CLUSTERS), include=["STATISTICS", "TAGS"])


def protect_task(client: Client, _ground: Ground) -> None:
    cluster = client.random.choice(CLUSTERS)
    task_arns = tasks(client, cluster)[:3]
    if task_arns:
        on = client.random.random() < 0.5
        client.ask("ecs", "update_task_protection", cluster=cluster, tasks=task_arns, protectionEnabled=on)
        client.ask("ecs", "get_task_protection", cluster=cluster, tasks=task_arns)


def define(client: Client, _ground: Ground) -> None:
    family = client.random.choice(tuple(FAMILIES))
    registered = account.register(client, family)
    if registered and registered["taskDefinition"]["revision"] > 5:
        old = f"{family}:{client.random.randint(1, registered['taskDefinition']['revision'] - 1)}"
        if client.ask("ecs", "deregister_task_definition", taskDefinition=old):
            client.ask("ecs", "delete_task_definitions", taskDefinitions=[old])
    client.ask("ecs", "describe_task_definition", taskDefinition=family, include=["TAGS"])


def tag_cluster(client: Client, _ground: Ground) -> None:
    arn = f"arn:aws:ecs:us-east-1:123456789012:cluster/{client.random.choice(CLUSTERS)}"
    tag = {"key": "n", "value": str(client.random.random())}
    client.ask("ecs", "tag_resource", resourceArn=arn, tags=[tag])
    client.ask("ecs", "untag_resource", resourceArn=arn, tagKeys=["n"])


def delete_cluster(client: Client, _ground: Ground) -> None:
    """Nearly always refused, for what is in it; made again at once if not."""
    cluster = client.random.choice(CLUSTERS)
    if client.ask("ecs", "delete_cluster", cluster=cluster):
        client.ask("ecs", "create_cluster", clusterName=cluster, capacityProviders=PROVIDERS)


# load balancers


def balancers(client: Client) -> list[dict[str, Any]]:
    answer = client.ask("elbv2", "describe_load_balancers")
    return answer["LoadBalancers"] if answer else []


def target_groups(client: Client) -> list[str]:
    answer = client.ask("elbv2", "describe_target_groups")
    return [group["TargetGroupArn"] for group in answer["TargetGroups"]] if answer else []


def create_balancer(client: Client, ground: Ground) -> None:
    kind = client.random.choice(("application", "application", "network"))
    groups = {"SecurityGroups": [ground.group]} if kind == "application" else {}
    created = client.ask(
        "elbv2", "create_load_balancer", Name=client.random.choice(BALANCERS), Type=kind,
        Subnets=client.random.sample(ground.subnets, 2), **groups,
    )  # fmt: skip
    protocol = "HTTP" if kind == "application" else "TCP"
    grouped = client.ask(
        "elbv2", "create_target_group", Name=client.random.choice(GROUPS), Protocol=protocol, Port=80,
        VpcId=ground.vpc, TargetType="ip",
    )  # fmt: skip
    if created and grouped:
        action = {"Type": "forward", "TargetGroupArn": grouped["TargetGroups"][0]["TargetGroupArn"]}
        client.ask(
            "elbv2", "create_listener", LoadBalancerArn=created["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol=protocol, Port=client.random.choice((80, 8080)), DefaultActions=[action],
        )  # fmt: skip


def delete_balancer(client: Client, _ground: Ground) -> None:
    if client.random.random() < 0.5:
        balancer = drawn(client, balancers(client))
        if balancer:
            client.ask("elbv2", "delete_load_balancer", LoadBalancerArn=balancer["LoadBalancerArn"])
    else:
        group = drawn(client, target_groups(client))
        if group:
            client.ask("elbv2", "delete_target_group", TargetGroupArn=group)


def listeners(client: Client, _ground: Ground) -> None:
    balancer = drawn(client, balancers(client))
    if not balancer:
        return
    answer = client.ask("elbv2", "describe_listeners", LoadBalancerArn=balancer["LoadBalancerArn"])
    listener = drawn(client, answer and answer["Listeners"])
    if not listener:
        return
    arn = listener["ListenerArn"]
    page = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "MessageBody": "soak"}}
    path = [{"Field": "path-pattern", "Values": [f"/{client.random.randint(0, 9)}*"]}]
    created = client.ask("elbv2", "create_rule", ListenerArn=arn, Conditions=path,
                      Priority=client.random.randint(1, 9), Actions=[page])  # fmt: skip
    client.ask("elbv2", "describe_rules", ListenerArn=arn)
    if created and client.random.random() < 0.7:
        client.ask("elbv2", "delete_rule", RuleArn=created["Rules"][0]["RuleArn"])
    if client.random.random() < 0.2:
        client.ask("elbv2", "delete_listener", ListenerArn=arn)


def targets(client: Client, _ground: Ground) -> None:
    group = drawn(client, target_groups(client))
    if not group:
        return
    address = [{"Id": f"172.31.{client.random.randint(0, 95)}.{client.random.randint(4, 250)}"}]
    client.ask("elbv2", "register_targets", TargetGroupArn=group, Targets=address)
    client.ask("elbv2", "describe_target_health", TargetGroupArn=group)
    client.ask("elbv2", "deregister_targets", TargetGroupArn=group, Targets=address)
    if client.random.random() < 0.3:
        delay = {"Key": "deregistration_delay.timeout_seconds", "Value": client.random.choice(("0", "60"))}
        client.ask("elbv2", "modify_target_group_attributes", TargetGroupArn=group, Attributes=[delay])


# visitors


def visit_balancer(client: Client, _ground: Ground) -> None:
    balancer = drawn(client, balancers(client))
    if balancer:
        for _ in range(3):
            client.visit(balancer["DNSName"], client.random.choice(("/", "/1", "/missing")))


def visit_task(client: Client, _ground: Ground) -> None:
    answer = client.ask("ec2", "describe_network_interfaces")
    public = [each["Association"]["PublicIp"] for each in (answer or {}).get("NetworkInterfaces", [])
              if "Association" in each]  # fmt: skip
    client.visit(drawn(client, public) or "203.0.113.1")


# the rest of the account


def images(client: Client, _ground: Ground) -> None:
    repository = client.random.choice(REPOSITORIES)
    if client.random.random() < 0.2:
        client.ask("ecr", "delete_repository", repositoryName=repository, force=True)
    client.ask("ecr", "create_repository", repositoryName=repository)
    tag, page = client.random.choice(("latest", "v1", "v2")), client.random.randbytes(2000)
    account.push(client, repository, tag, page)
    client.ask("ecr", "describe_images", repositoryName=repository)
    client.ask("ecr", "list_images", repositoryName=repository)
    client.ask("ecr", "batch_get_image", repositoryName=repository, imageIds=[{"imageTag": tag}])
    client.ask("ecr", "batch_delete_image", repositoryName=repository, imageIds=[{"imageTag": "v2"}])
    client.ask("ecr", "get_authorization_token")


def read_logs(client: Client, _ground: Ground) -> None:
    answer = client.ask("logs", "describe_log_streams", logGroupName=LOGS, limit=50)
    stream = drawn(client, (answer or {}).get("logStreams"))
    if stream:
        name = stream["logStreamName"]
        client.ask("logs", "get_log_events", logGroupName=LOGS, logStreamName=name, limit=50)
    client.ask("logs", "filter_log_events", logGroupName=LOGS, limit=50)


def door(client: Client, ground: Ground) -> None:
    """Close the security group, visit, and open it again."""
    client.ask("ec2", "revoke_security_group_ingress", GroupId=ground.group, IpPermissions=[HTTP])
    visit_task(client, ground)
    client.ask("ec2", "authorize_security_group_ingress", GroupId=ground.group, IpPermissions=[HTTP])
    created = client.ask(
        "ec2", "create_security_group", GroupName=f"soak-{client.random.randint(0, 5)}", Description="soak",
        VpcId=ground.vpc,
    )  # fmt: skip
    if created:
        client.ask("ec2", "delete_security_group", GroupId=created["GroupId"])


def fault(client: Client, ground: Ground) -> None:
    task = drawn(client, tasks(client, client.random.choice(CLUSTERS))) or "none"
    kind, values = client.random.choice(
        (
            ("exit", {"task": task, "code": 1}),
            ("out-of-memory", {"task": task}),
            ("maintenance", {"task": task}),
            ("spot-interruption", {}),
            ("spot-capacity", {"available": client.random.random() < 0.7}),
            ("zone", {"zone": client.random.choice(ground.zones), "away": client.random.random() < 0.3}),
            ("registry", {"host": "public.ecr.aws", "problem": client.random.choice((None, "unreachable"))}),
        )
    )
    client.control("inject", kind=kind, **values)


WEIGHTS: dict[Action, int] = {
    create_service: 4, update_service: 6, delete_service: 2, look_at_services: 8, run_task: 6, stop_task: 5,
    look_at_tasks: 10, protect_task: 2, define: 2, tag_cluster: 1, delete_cluster: 1, create_balancer: 3,
    delete_balancer: 1, listeners: 3, targets: 2, visit_balancer: 8, visit_task: 6, images: 1, read_logs: 3,
    door: 2, fault: 3,
}  # fmt: skip


def act(client: Client, ground: Ground) -> None:
    """One action, by weight."""
    client.random.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0](client, ground)
