"""Cloud Map, and what resolvers remember of it, is in snapshots and in replays."""

from discovery_rig import NAME, Discovering
from snapshot_rig import copied, difference, opened, state_of
from test_inside_names import BUSYBOX

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import snapshots

MESH = {"enabled": True, "services": [
    {"portName": "http", "discoveryName": "mesh", "clientAliases": [{"port": 80, "dnsName": "mesh"}]},
]}  # fmt: skip
CALLS = "while :; do wget -T 3 -qO- http://mesh/ && echo met; sleep 7; done"
LOOP = f"while :; do wget -T 3 -qO- http://back.{NAME}/ && echo came; sleep 7; done"


def clients(sandbox):
    return Discovering(in_process.endpoint_of(sandbox))


def described(aws):
    """What the account tells of names and instances, and what the asking task got."""
    services = aws.cloud_map.list_services()["Services"]
    instances = [aws.instances(service) for service in services]
    (group,) = aws.logs.describe_log_streams(logGroupName="/asks")["logStreams"]
    events = aws.logs.get_log_events(logGroupName="/asks", logStreamName=group["logStreamName"])["events"]
    operations = aws.cloud_map.list_operations()["Operations"]
    namespaces = aws.cloud_map.list_namespaces()["Namespaces"]
    return services, instances, operations, namespaces, [event["message"] for event in events]


def connected(aws, options):
    """A server and a client of Service Connect."""
    aws.ecs.update_cluster(cluster="adgu-cluster", serviceConnectDefaults={"namespace": "begun-first"})
    aws.pass_time(10)
    about = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
             "executionRoleArn": "arn:aws:iam::123456789012:role/ecsTaskExecutionRole"}  # fmt: skip
    web = {"name": "web", "image": "public.ecr.aws/docker/library/httpd:2.4",
           "portMappings": [{"containerPort": 80, "name": "http"}]}  # fmt: skip
    calls = {"name": "calls", "image": BUSYBOX, "command": ["sh", "-c", CALLS],
             "logConfiguration": {"logDriver": "awslogs",
                                  "options": {**options, "awslogs-group": "/calls"}}}  # fmt: skip
    aws.logs.create_log_group(logGroupName="/calls")
    aws.ecs.register_task_definition(family="web", containerDefinitions=[web], **about)
    aws.ecs.register_task_definition(family="calls", containerDefinitions=[calls], **about)
    aws.service("web", 2, "web", serviceConnectConfiguration=MESH)
    aws.service("calls", 1, "calls", serviceConnectConfiguration={"enabled": True})


def test_a_snapshot_and_a_replay_go_on_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "AT_STOP", 0)
    home = tmp_path / "home"
    sandbox = opened(home)
    aws = clients(sandbox).arranged()
    options = {"awslogs-group": "/asks", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "a"}
    aws.logs.create_log_group(logGroupName="/asks")
    aws.ecs.register_task_definition(
        family="loops", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        executionRoleArn="arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        containerDefinitions=[{"name": "loops", "image": BUSYBOX, "command": ["sh", "-c", LOOP],
                               "logConfiguration": {"logDriver": "awslogs", "options": options}}],
    )  # fmt: skip
    back = aws.discovery("back", ttl=60, HealthCheckCustomConfig={})
    aws.service("back", 3, serviceRegistries=[{"registryArn": back["Arn"]}])
    aws.started("loops", group=aws.open)
    connected(aws, options)
    aws.pass_time(90)
    aws.cloud_map.create_http_namespace(Name="begun")
    aws.ecs.update_service(cluster="adgu-cluster", service="back", desiredCount=1)
    aws.pass_time(8)  # in the midst of operations and deregistrations, with an answer remembered
    assert sandbox.backend._account.resolvers and sandbox.backend._account.proxies
    sandbox.close()  # here a snapshot is written
    monkeypatch.setattr(snapshots, "AT_STOP", 1_000_000)
    sandbox = opened(home)
    assert sandbox.account.replay.position > 5
    aws = clients(sandbox)
    aws.pass_time(120)
    after = described(aws)
    assert any("came" in line for line in after[-1])
    sandbox.close()
    states = []
    for name, with_snapshots in (("short", True), ("whole", False)):
        again = opened(copied(home, name, snapshots=with_snapshots))
        states.append(state_of(again))
        assert described(clients(again)) == after
        again.close()
    assert difference(*states) == ""


def test_a_namespace_comes_back_that_was_made_before_anything_else_of_the_network(tmp_path):
    aws = Discovering(in_process.start(tmp_path, seed=7))
    (vpc,) = aws.ec2.describe_vpcs()["Vpcs"][:1]
    aws.cloud_map.create_private_dns_namespace(Name=NAME, Vpc=vpc["VpcId"])
    aws.pass_time(60)
    position = aws.endpoint.control("status")["position"]
    before = aws.cloud_map.list_namespaces()["Namespaces"]
    assert [each["Name"] for each in before] == [NAME]
    aws.cloud_map.create_http_namespace(Name="later")
    aws.endpoint.control("cut", position=position)
    assert aws.cloud_map.list_namespaces()["Namespaces"] == before
