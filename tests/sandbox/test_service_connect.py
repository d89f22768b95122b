"""Service Connect: who reaches whom from which deployment on, and what is refused."""

import pytest
from aws_client import CLUSTER, FAMILY
from discovery_rig import Discovering, refusal
from test_inside_names import BUSYBOX

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.open_ports import program_of
from ecslab.sandbox.runtime.clients import CLIENTS
from ecslab.sandbox.runtime.place import Place

UP, ROLLED = 80, 300
UNKNOWN = "curl: (6) Could not resolve host: late\n"
UNREACHED = "upstream connect error or disconnect/reset before headers. reset reason: connection failure"


class Connected(Discovering):
    """A default namespace for the cluster, a definition with a named port, and one that asks."""

    def arranged(self) -> "Connected":
        super().arranged()
        self.ecs.update_cluster(cluster=CLUSTER, serviceConnectDefaults={"namespace": "mesh"})
        self.pass_time(10)
        definition = self.ecs.describe_task_definition(taskDefinition=FAMILY)["taskDefinition"]
        (container,) = definition["containerDefinitions"]
        named = {**container, "portMappings": [{"containerPort": 80, "name": "http"}]}
        sleeps = {"name": "asks", "image": BUSYBOX, "command": ["sleep", "86400"]}
        for family, each in (("serves", named), ("calls", sleeps)):
            self.ecs.register_task_definition(
                family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
                memory="512", executionRoleArn=definition["executionRoleArn"], containerDefinitions=[each],
            )  # fmt: skip
        return self

    def server(self, name, count=1, alias=None, **more):
        """A service that serves `http`, by default as `<name>` at port 80."""
        aliases = [{"port": 80, "dnsName": name} if alias is None else alias]
        entry = {"portName": "http", "discoveryName": name, "clientAliases": aliases, **more}
        connect = {"enabled": True, "services": [entry]}
        return self.service(name, count, "serves", serviceConnectConfiguration=connect)

    def client_of(self, name):
        return self.service(name, 1, "calls", serviceConnectConfiguration={"enabled": True})

    def asked(self, service, url):
        """What the newest task of a service is answered."""
        running = [task for task in self.tasks(service) if task["lastStatus"] == "RUNNING"]
        arn = max(running, key=lambda task: task["createdAt"])["taskArn"]
        tasks = current_account().tasks_by_interface.values()
        container = next(task for task in tasks if task.arn == arn).containers[0]
        run = CLIENTS["curl"](program_of(container)._process, ["-sS", "-m", "3", url], Place())
        try:
            while True:
                next(run)
        except StopIteration as end:
            return end.value[0] + end.value[1]

    def gone(self, *names):
        for name in names:
            self.ecs.delete_service(cluster=CLUSTER, service=name, force=True)
        self.pass_time(UP)


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Connected(in_process.start(tmp_path_factory.mktemp("home"), seed=8)).arranged()


def test_a_default_namespace_is_made_for_a_cluster(aws):
    fresh = {"namespace": "fresh"}
    created = aws.ecs.create_cluster(clusterName="other", serviceConnectDefaults=fresh)["cluster"]
    assert (created["status"], created["attachmentsStatus"]) == ("PROVISIONING", "UPDATE_IN_PROGRESS")
    assert [(each["type"], each["status"]) for each in created["attachments"]] == [("sc", "ATTACHING")]
    aws.pass_time(10)
    (cluster,) = aws.ecs.describe_clusters(clusters=["other"], include=["ATTACHMENTS"])["clusters"]
    assert (cluster["status"], cluster["attachmentsStatus"]) == ("ACTIVE", "UPDATE_COMPLETE")
    listed = aws.cloud_map.list_namespaces()["Namespaces"]
    (namespace,) = [each for each in listed if each["Name"] == "fresh"]
    assert namespace["Type"] == "HTTP"
    assert cluster["serviceConnectDefaults"] == {"namespace": namespace["Arn"]}
    aws.ecs.update_cluster(cluster="other", serviceConnectDefaults={"namespace": ""})
    (cluster,) = aws.ecs.describe_clusters(clusters=["other"])["clusters"]
    assert "serviceConnectDefaults" not in cluster
    aws.ecs.delete_cluster(cluster="other")
    left = aws.cloud_map.get_namespace(Id=namespace["Id"])["Namespace"]
    assert left["Name"] == "fresh", "it is left behind"


def test_a_client_knows_the_endpoints_that_were_there_when_its_deployment_began(aws):
    aws.client_of("early")
    aws.pass_time(UP)
    created = aws.server("late")
    deployment = created["deployments"][0]
    assert deployment["serviceConnectConfiguration"]["services"][0]["discoveryName"] == "late"
    (resource,) = deployment["serviceConnectResources"]
    discovery = aws.cloud_map.get_service(Id=resource["discoveryArn"])["Service"]
    assert (resource["discoveryName"], discovery["Name"], discovery["Type"]) == ("late", "late", "HTTP")
    aws.client_of("after")
    aws.pass_time(UP)
    assert aws.asked("after", "http://late/") == "hello"
    assert aws.asked("early", "http://late/") == UNKNOWN
    aws.ecs.stop_task(cluster=CLUSTER, task=aws.tasks("early")[0]["taskArn"])
    aws.pass_time(2 * UP)
    assert aws.asked("early", "http://late/") == UNKNOWN, "so does its replacement"
    aws.ecs.update_service(cluster=CLUSTER, service="early", forceNewDeployment=True)
    aws.pass_time(ROLLED)
    assert aws.asked("early", "http://late/") == "hello"
    assert aws.says("curl -sS http://late/") == UNKNOWN, "nobody else knows the name"
    arns = aws.ecs.list_services_by_namespace(namespace="mesh")["serviceArns"]
    assert {arn.rpartition("/")[2] for arn in arns} == {"early", "late", "after"}
    aws.gone("early", "late", "after")
    assert aws.cloud_map.list_services(Filters=[])["Services"] == []
    assert aws.ecs.list_services_by_namespace(namespace="mesh")["serviceArns"] == []


def test_requests_go_round_and_new_tasks_are_followed_at_once(aws):
    aws.server("many", 2)
    aws.client_of("caller")
    aws.pass_time(2 * UP)
    (service,) = [each for each in aws.cloud_map.list_services()["Services"] if each["Name"] == "many"]
    assert len(aws.instances(service)) == 2
    assert [aws.asked("caller", "http://many/") for _ in range(4)] == ["hello"] * 4
    (proxy,) = current_account().proxies.values()
    assert list(proxy.turns.values()) == [3]
    aws.ecs.update_service(cluster=CLUSTER, service="many", desiredCount=0)
    aws.pass_time(UP)
    assert aws.asked("caller", "http://many/") == "no healthy upstream"
    aws.ecs.update_service(cluster=CLUSTER, service="many", desiredCount=1)
    aws.pass_time(UP)
    assert aws.asked("caller", "http://many/") == "hello"
    aws.gone("many", "caller")


def test_an_alias_has_its_own_port_and_ends_at_the_container(aws):
    aws.server("renamed", alias={"port": 8080, "dnsName": "api.shop"})
    aws.server("plain", alias={"port": 9000})
    aws.server("moved", ingressPortOverride=81)
    aws.client_of("uses")
    aws.pass_time(2 * UP)
    assert aws.asked("uses", "http://API.shop:8080/") == "hello"
    assert aws.asked("uses", "http://plain.mesh:9000/") == "hello", "<discoveryName>.<namespace>"
    assert aws.asked("uses", "http://api.shop/").startswith("curl: (7) Failed to connect to api.shop port 80")
    assert aws.asked("uses", "http://renamed:8080/").startswith("curl: (6)")
    assert aws.asked("uses", "http://moved/") == UNREACHED, "the group has port 80 alone"
    rule = {"IpProtocol": "tcp", "FromPort": 81, "ToPort": 81, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    aws.ec2.authorize_security_group_ingress(GroupId=aws.open, IpPermissions=[rule])
    assert aws.asked("uses", "http://moved/") == "hello"
    (address,) = aws.addresses("moved")
    assert aws.says(f"curl -sS -m 3 http://{address}:81/") == "hello", "the proxy listens there for all"
    aws.gone("renamed", "plain", "moved", "uses")


def test_a_closed_group_is_answered_by_the_proxy_and_the_host_avoided(aws):
    closed = aws.group("closed", {"IpProtocol": "tcp", "FromPort": 81, "ToPort": 81, "IpRanges": []})
    vpc = {"subnets": aws.subnets[:1], "securityGroups": [closed], "assignPublicIp": "ENABLED"}
    configuration = {"enabled": True, "services": [
        {"portName": "http", "discoveryName": "shut", "clientAliases": [{"port": 80, "dnsName": "shut"}]}]}
    aws.service("shut", 1, "serves", serviceConnectConfiguration=configuration,
                networkConfiguration={"awsvpcConfiguration": vpc})  # fmt: skip
    aws.client_of("tries")
    aws.pass_time(2 * UP)
    for _ in range(2):
        assert aws.asked("tries", "http://shut/") == UNREACHED
    (proxy,) = current_account().proxies.values()
    assert len(proxy.avoided) == 1, "after five failed connections in 30 seconds"
    aws.gone("shut", "tries")
    assert not current_account().proxies


def test_the_proxy_is_a_container_of_the_task(aws):
    aws.server("shown")
    (deployment,) = aws.described("shown")["deployments"]
    revision = aws.described("shown")["currentServiceRevisions"][0]["arn"]
    (whole,) = aws.ecs.describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"]
    assert whole["serviceConnectConfiguration"] == deployment["serviceConnectConfiguration"]
    aws.pass_time(UP)
    web, proxy = aws.tasks("shown")[0]["containers"]
    assert proxy["name"].startswith("ecs-service-connect-") and len(proxy["name"]) == 25
    assert web["lastStatus"] == proxy["lastStatus"] == "RUNNING" and proxy["healthStatus"] == "HEALTHY"
    task = next(each for each in current_account().tasks_by_interface.values() if each.proxy)
    assert program_of(task.containers[0])._process.spec.memory_mib == 512 - 64
    off = {"enabled": False}
    aws.ecs.update_service(cluster=CLUSTER, service="shown", serviceConnectConfiguration=off)
    aws.pass_time(ROLLED)
    assert [each["name"] for each in aws.tasks("shown")[0]["containers"]] == ["adgu-container"]
    assert aws.cloud_map.list_services()["Services"] == []
    aws.gone("shown")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"portName": "no"},
         "InvalidParameterException: portName(no) does not refer to any named PortMapping in the container "
         "definitions"),
        ({"clientAliases": [{"port": 80}, {"port": 81}]},
         "InvalidParameterException: 2 clientAliases exceeds the max limit of 1"),
        ({"clientAliases": [{"port": 80, "dnsName": "a..b"}]},
         "InvalidParameterException: The DNS name that you provided is invalid"),
        ({"discoveryName": "-No"}, "InvalidParameterException: The discoveryName -No is invalid."),
        ({"discoveryName": "held"}, "InvalidParameterException: SC service is already used by arn:aws:ecs:"),
        ({"clientAliases": [{"port": 80, "dnsName": "held"}]}, "InvalidParameterException: The client alias "
         "held:80 is already used by arn:aws:ecs:"),
        ({"tls": {"issuerCertificateAuthority": {}}},
         "UnsupportedFeatureException: This sandbox does not carry TLS of "
         "Service Connect yet."),
    ],
)  # fmt: skip
def test_configurations_that_are_refused(aws, entry, message):
    if not aws.ecs.describe_services(cluster=CLUSTER, services=["held"])["services"]:
        aws.server("held", 0)
    before = aws.cloud_map.list_services()["Services"]
    configuration = {"enabled": True, "services": [{"portName": "http", **entry}]}
    text = refusal(aws.service, name="bad", definition="serves", serviceConnectConfiguration=configuration)
    assert text.startswith(message)
    assert aws.cloud_map.list_services()["Services"] == before, "nothing is left over"


def test_namespaces_that_are_refused(aws):
    aws.ecs.create_cluster(clusterName="bare")
    connect = {"enabled": True, "namespace": "nowhere"}
    message = refusal(aws.service, name="bad", definition="serves", serviceConnectConfiguration=connect)
    assert message == "NamespaceNotFoundException: Failed to retrieve namespace for nowhere"
    request = {"name": "bad", "definition": "serves", "cluster": "bare"}
    message = refusal(aws.service, **request, serviceConnectConfiguration={"enabled": True})
    assert message == "InvalidParameterException: Namespace is missing"
    none = {"namespace": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-none"}
    message = refusal(aws.ecs.create_cluster, clusterName="x", serviceConnectDefaults=none)
    assert message.startswith("NamespaceNotFoundException: ")
    message = refusal(aws.ecs.update_cluster, cluster="bare", serviceConnectDefaults={"namespace": "ä"})
    assert message.startswith("InvalidParameterException: 1 validation error")
    message = refusal(aws.ecs.list_services_by_namespace, namespace="no")
    assert message.startswith("NamespaceNotFoundException")
    assert not aws.ecs.describe_clusters(clusters=["x"])["clusters"]


def test_a_namespace_that_is_deleted_behind_a_client_is_missed_by_its_next_deployment(aws):
    begun = aws.cloud_map.create_http_namespace(Name="short")
    namespace = aws.done(begun)["NAMESPACE"]
    connect = {"enabled": True, "namespace": "short"}
    aws.service("lonely", 1, "calls", serviceConnectConfiguration=connect)
    aws.pass_time(UP)
    aws.done(aws.cloud_map.delete_namespace(Id=namespace))
    aws.ecs.stop_task(cluster=CLUSTER, task=aws.tasks("lonely")[0]["taskArn"])
    aws.pass_time(2 * UP)
    assert len(aws.tasks("lonely")) == 1, "the deployment goes on"
    again = {"cluster": CLUSTER, "service": "lonely", "forceNewDeployment": True}
    message = refusal(aws.ecs.update_service, **again)
    assert message == "NamespaceNotFoundException: Failed to retrieve namespace for short"
    assert len(aws.described("lonely")["deployments"]) == 1, "nothing is left over"
    aws.gone("lonely")


def test_a_roll_back_returns_to_endpoints_that_are_there(aws):
    """Nobody served them meanwhile: the deployment that failed had all of the room."""
    aws.server("turned")
    aws.client_of("looks")
    aws.pass_time(2 * UP)
    definition = aws.ecs.describe_task_definition(taskDefinition="calls")["taskDefinition"]
    (container,) = definition["containerDefinitions"]
    aws.ecs.register_task_definition(
        family="ends", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{**container, "command": ["false"]}],
    )  # fmt: skip
    breaker = {"enable": True, "rollback": True}
    percents = {"minimumHealthyPercent": 0, "maximumPercent": 100, "deploymentCircuitBreaker": breaker}
    aws.ecs.update_service(
        cluster=CLUSTER, service="turned", taskDefinition="ends", availabilityZoneRebalancing="DISABLED",
        serviceConnectConfiguration={"enabled": False}, deploymentConfiguration=percents,
    )  # fmt: skip
    aws.pass_time(3000)
    assert aws.described("turned")["deployments"][0]["rolloutState"] == "COMPLETED"
    assert aws.asked("looks", "http://turned/") == "hello"
    aws.gone("turned", "looks")


def test_other_meshes_are_refused(aws):
    """App Mesh and VPC Lattice."""
    lattice = [{"roleArn": "arn:aws:iam::123456789012:role/x", "portName": "http",
                "targetGroupArn": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-1"}]  # fmt: skip
    message = refusal(aws.service, name="bad", definition="serves", vpcLatticeConfigurations=lattice)
    assert message == "UnsupportedFeatureException: This sandbox does not carry VPC Lattice yet."
    definition = {"family": "meshed", "containerDefinitions": [{"name": "a", "image": "b", "memory": 128}]}
    proxy = {"type": "APPMESH", "containerName": "a"}
    message = refusal(aws.ecs.register_task_definition, **definition, proxyConfiguration=proxy)
    assert message.startswith("UnsupportedFeatureException: This sandbox does not carry ")
    assert "App Mesh" in message
    assert aws.ecs.list_task_definitions(familyPrefix="meshed")["taskDefinitionArns"] == []
    assert not aws.ecs.describe_services(cluster=CLUSTER, services=["bad"])["services"]


def test_an_http_namespace_has_no_names_in_the_vpc(aws):
    aws.server("byapi")
    aws.pass_time(UP)
    instances = aws.cloud_map.discover_instances(NamespaceName="mesh", ServiceName="byapi")["Instances"]
    assert [each["Attributes"]["AWS_INSTANCE_IPV4"] for each in instances] == aws.addresses("byapi")
    assert aws.says("curl -sS http://byapi.mesh/").startswith("curl: (6) Could not resolve host")
    aws.gone("byapi")
