"""The map of services: who reaches whom by which name, and what was answered, read from the account."""

import json

import pytest

import ecslab
from ecslab import cluster, execution_role, service_map
from ecslab.connection.http import HttpReply
from ecslab.errors import CannotBeDone, NotThere

NGINX = "public.ecr.aws/docker/library/nginx:stable"
ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
OPEN = "security groups let it"
TIMED_OUT = "Timeout was reached"


class Team:
    """Two services: `front` asks, and `back` has a name of each kind."""

    def __init__(self, lab):
        self.lab = lab
        cluster.create(lab)
        lab.ecs.update_cluster(cluster=lab.names.cluster, serviceConnectDefaults={"namespace": "mesh"})
        lab.control("advance", seconds=30)
        role = execution_role.create(lab)
        lab.iam.create_role(RoleName="inside", AssumeRolePolicyDocument=json.dumps(TRUST))
        allowed = {"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        lab.iam.put_role_policy(RoleName="inside", PolicyName="exec", PolicyDocument=policy)
        lab.ecs.register_task_definition(
            family="pages", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
            memory="512", executionRoleArn=role["Arn"],
            taskRoleArn=lab.iam.get_role(RoleName="inside")["Role"]["Arn"],
            containerDefinitions=[
                {"name": "web", "image": NGINX, "portMappings": [{"containerPort": 80, "name": "http"}]}
            ],
        )  # fmt: skip
        default = [{"Name": "default-for-az", "Values": ["true"]}]
        subnets = lab.ec2.describe_subnets(Filters=default)["Subnets"]
        self.subnets = [each["SubnetId"] for each in subnets][:2]
        self.vpc = subnets[0]["VpcId"]
        self.groups = {name: self.group(name) for name in ("front", "back", "balancer")}
        self.admit("back", "front")
        self.admit("back", "balancer")
        self.admit("balancer", "front")

    def group(self, name):
        created = self.lab.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)
        return created["GroupId"]

    def rule(self, source):
        pairs = [{"GroupId": self.groups[source]}]
        return [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": pairs}]

    def admit(self, group, source):
        self.lab.ec2.authorize_security_group_ingress(
            GroupId=self.groups[group], IpPermissions=self.rule(source)
        )

    def shut(self, group, source):
        self.lab.ec2.revoke_security_group_ingress(
            GroupId=self.groups[group], IpPermissions=self.rule(source)
        )

    def service(self, name, **more):
        vpc = {"subnets": self.subnets, "securityGroups": [self.groups[name]], "assignPublicIp": "ENABLED"}
        self.lab.ecs.create_service(
            cluster=self.lab.names.cluster, serviceName=name, taskDefinition="pages", desiredCount=1,
            launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": vpc},
            enableExecuteCommand=True, **more,
        )  # fmt: skip
        self.lab.control("advance", seconds=90)

    def balancer(self):
        """The internal load balancer's target group."""
        lab = self.lab
        created = lab.elbv2.create_load_balancer(
            Name="inner", Scheme="internal", Subnets=self.subnets, SecurityGroups=[self.groups["balancer"]]
        )["LoadBalancers"][0]
        group = lab.elbv2.create_target_group(
            Name="back", Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        lab.elbv2.create_listener(
            LoadBalancerArn=created["LoadBalancerArn"], Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )  # fmt: skip
        lab.control("advance", seconds=150)
        return group

    def registry(self):
        """A name of Cloud Map: the ARN of its service."""
        cloud_map = self.lab.client("servicediscovery")
        cloud_map.create_private_dns_namespace(Name="corp.local", Vpc=self.vpc)
        self.lab.control("advance", seconds=60)
        spaces = cloud_map.list_namespaces()["Namespaces"]
        (namespace,) = [each["Id"] for each in spaces if each["Name"] == "corp.local"]
        records = {"DnsRecords": [{"Type": "A", "TTL": 60}]}
        created = cloud_map.create_service(Name="back", NamespaceId=namespace, DnsConfig=records)
        return created["Service"]["Arn"]

    def lines(self, client="front"):
        """What the map says of each kind of way: whether it is open, why, and the last answer."""
        drawn = service_map.look(self.lab).lines
        return {
            line.way.kind: (line.open, line.why, line.answer and line.answer.text)
            for line in drawn if line.client == client
        }  # fmt: skip

    def url(self, kind, client="front"):
        for line in service_map.look(self.lab).lines:
            if (line.way.kind, line.client) == (kind, client):
                return f"http://{line.way.host}:{line.way.port}/"
        raise LookupError(kind)


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        team = Team(lab)
        team.service("front", serviceConnectConfiguration={"enabled": True})
        served = {"portName": "http", "clientAliases": [{"port": 80, "dnsName": "back"}]}
        team.service(
            "back",
            serviceConnectConfiguration={"enabled": True, "services": [served]},
            loadBalancers=[{"targetGroupArn": team.balancer(), "containerName": "web", "containerPort": 80}],
            serviceRegistries=[{"registryArn": team.registry()}],
        )
        yield team


def test_it_shows_who_reaches_whom_and_what_was_answered(team):
    lab, early = team.lab, "deployed before back, so its tasks do not know this name"
    assert team.lines() == {
        "Load balancer": (True, OPEN, None), "Cloud Map": (True, OPEN, None),
        "Service Connect": (False, early, None),
    }  # fmt: skip
    assert team.lines("back") == {}, "front has no name"
    for kind, answer in (("Load balancer", "200"), ("Cloud Map", "200"),
                         ("Service Connect", "Could not resolve host: back")):  # fmt: skip
        reply = ecslab.terminal.ask(lab, "front", team.url(kind))
        assert (reply.text, reply.good) == (answer, answer == "200")
        assert team.lines()[kind][2] == answer

    lab.ecs.update_service(cluster=lab.names.cluster, service="front", forceNewDeployment=True)
    lab.control("advance", seconds=300)
    assert team.lines()["Service Connect"][:2] == (True, OPEN)
    assert ecslab.terminal.ask(lab, "front", team.url("Service Connect")).text == "200"

    description = str(service_map.draw(lab))
    assert description.startswith("Cluster adgu-cluster: 2 services, 3 ways between them, 3 open\n")
    assert (
        "front asks back at back.corp.local:80, Cloud Map (A, TTL 60 s). Open: security groups let it; "
        "last answer: 200." in description
    )


def test_some_services_alone_are_shown(team):
    drawn = service_map.look(team.lab, services=["front", "no-such"])
    assert ([each.name for each in drawn.services], drawn.lines) == (["front"], ())


def test_a_closed_group_is_seen_on_the_lines_that_it_closes(team):
    team.shut("back", "front")
    try:
        closed = (False, "no group of back lets front in on port 80")
        assert {kind: line[:2] for kind, line in team.lines().items()} == {
            "Load balancer": (True, OPEN), "Cloud Map": closed, "Service Connect": closed,
        }  # fmt: skip
        answer = ecslab.terminal.ask(team.lab, "front", team.url("Cloud Map"))
        assert not answer.good and answer.text.endswith(TIMED_OUT)
        assert team.lines()["Cloud Map"] == (*closed, answer.text)
    finally:
        team.admit("back", "front")
    team.shut("balancer", "front")
    try:
        why = "no group of the load balancer inner lets front in on port 80"
        assert team.lines()["Load balancer"][:2] == (False, why)
    finally:
        team.admit("balancer", "front")


def test_what_was_seen_in_another_way_can_be_written_down(team):
    service_map.note(team.lab, "front", team.url("Cloud Map"), 503)
    (line,) = [each for each in service_map.look(team.lab).lines if each.way.kind == "Cloud Map"]
    assert (line.answer.text, line.answer.good) == ("503", False)
    with pytest.raises(ValueError, match="'back' is no address"):
        service_map.note(team.lab, "front", "back", 200)


def test_what_the_guestbooks_front_was_answered_is_on_the_map(team, monkeypatch):
    answers = {
        "map": {"url": team.url("Cloud Map"), "entries": 2, "host": "ip-172-31-0-9"},
        "connect": {"url": team.url("Service Connect"), "error": "the name is not known"},
        "none": {"url": "back", "error": "this is no address"},
    }
    reply = HttpReply(200, {}, json.dumps({"answers": answers}).encode())
    monkeypatch.setattr(team.lab, "http", lambda *_: reply)
    assert ecslab.guestbook.answers(team.lab, "front") == answers
    assert team.lines()["Cloud Map"][2] == "2 entries, from ip-172-31-0-9"
    assert team.lines()["Service Connect"][2] == "the name is not known"


def test_who_cannot_ask_is_said(team):
    with pytest.raises(NotThere, match="there is no service nobody"):
        ecslab.terminal.ask(team.lab, "nobody", "http://back/")
    with pytest.raises(ValueError, match="is no address"):
        ecslab.terminal.ask(team.lab, "front", "back.corp.local")
    lab = team.lab
    lab.iam.delete_role_policy(RoleName="inside", PolicyName="exec")
    lab.control("advance", seconds=120)
    with pytest.raises(CannotBeDone, match="no task of front could ask"):
        ecslab.terminal.ask(lab, "front", "http://back/")


def test_a_cluster_without_services_is_drawn_and_one_that_is_not_there_is_refused(lab):
    with pytest.raises(NotThere, match="there is no cluster"):
        service_map.draw(lab)
    cluster.create(lab)
    assert str(service_map.draw(lab)).endswith("No service has a name under which another can ask for it.")
