"""Stage 10: what its checks say of a fresh account, of solutions, and of states that are wrong."""

import json

import pytest
from course_rig import HTTP, default_vpc, make_group, said

import ecslab

FRONT, BACK, APP, MESH, ZONE = (
    "adgu-app-front", "adgu-app-back", "adgu-app", "adgu-mesh", "adgu.internal",
)  # fmt: skip
PORTER, GUEST = "adgu-app-porter", "adgu-app-guest"
CHANNELS = [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")]


@pytest.fixture
def lab(lab):
    """What these states need of the stages before: going there whole would take ten times as long."""
    ecslab.cluster.create(lab)
    ecslab.execution_role.create(lab)
    ecslab.log_group.create(lab)
    return lab


def service(lab, name, definition, group=None, count=0, **more):
    """A service of no tasks unless told otherwise."""
    choice = ecslab.service.default_choice(lab)
    vpc = choice.configuration()["awsvpcConfiguration"]
    if group:
        vpc["securityGroups"] = [group]
    lab.ecs.create_service(
        cluster=lab.names.cluster, serviceName=name, taskDefinition=definition["taskDefinitionArn"],
        desiredCount=count, launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": vpc}, **more,
    )  # fmt: skip


def definition(lab, family):
    return ecslab.task_definition.register(
        lab, family=family, containerDefinitions=[ecslab.guestbook.back_container(lab)]
    )


def back(lab, **more):
    doors = ecslab.guestbook.groups(lab)
    service(lab, BACK, definition(lab, BACK), **{"group": doors.back, **more})
    return doors


# The load balancer --------------------------------------------------------------------------------------


def balancer(name=APP, scheme="internal", front=True, other=False, **changes):
    """A load balancer, the back's service, and its front; `changes` are groups other than the "
    "lesson's: closed, open."""

    def make(lab):
        doors = ecslab.guestbook.groups(lab)
        others = {"closed": make_group(lab, name="closed"), "open": make_group(lab, HTTP, name="open")}
        groups = {"balancer": doors.balancer, "back": doors.back}
        groups |= {whose: others[which] for whose, which in changes.items()}
        subnets = list(ecslab.service.default_choice(lab).subnet_ids)
        created = lab.elbv2.create_load_balancer(
            Name=name, Scheme=scheme, Subnets=subnets, SecurityGroups=[groups["balancer"]]
        )["LoadBalancers"][0]
        target = ecslab.load_balancer.target_group(lab, name=APP)["TargetGroupArn"]
        second = ecslab.load_balancer.target_group(lab, name="second")["TargetGroupArn"]
        for port, group in ((80, target), (81, second)):
            lab.elbv2.create_listener(
                LoadBalancerArn=created["LoadBalancerArn"], Protocol="HTTP", Port=port,
                DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
            )  # fmt: skip
        group = second if other else target
        register = {"targetGroupArn": group, "containerName": "back", "containerPort": 80}
        service(lab, BACK, definition(lab, BACK), groups["back"], loadBalancers=[register])
        if front:
            service(lab, FRONT, ecslab.guestbook.register_front(lab, a="http://a"), doors.front)

    return make


# The name in DNS ----------------------------------------------------------------------------------------


def namespace(lab, name=ZONE, dns=True):
    client = lab.servicediscovery
    if dns:
        begun = client.create_private_dns_namespace(Name=name, Vpc=default_vpc(lab))
    else:
        begun = client.create_http_namespace(Name=name)
    return ecslab.cloud_map.wait_until_done(lab, begun)["NAMESPACE"]


def name_in_dns(name="back", kind="A", ttl=120, registered=None, dns=True):
    def make(lab):
        namespace_id = namespace(lab, dns=dns)
        arns = {}
        for each in {name, registered or name} if dns else ():
            config = {"NamespaceId": namespace_id, "DnsRecords": [{"Type": kind, "TTL": ttl}]}
            arns[each] = lab.servicediscovery.create_service(Name=each, DnsConfig=config)["Service"]["Arn"]
        if registered:
            back(lab, serviceRegistries=[{"registryArn": arns[registered]}])

    return make


# Service Connect ----------------------------------------------------------------------------------------


def connected(server, client, alias, url):
    """States of a server and a client: what is changed of the right ones."""

    def state(entry=None, mesh=MESH, theirs=MESH, asks=url, older=False, closed=False, serves=True):
        def make(lab):
            doors = ecslab.guestbook.groups(lab)
            shut = make_group(lab, name="closed")
            for each in {MESH, mesh, theirs}:
                namespace(lab, each, dns=False)
            right = {"portName": "api", "discoveryName": "entry", "clientAliases": [alias]}
            connect = {"enabled": True, "namespace": mesh}
            if serves:
                connect["services"] = [right | (entry or {})]

            def serve():
                group = shut if closed else doors.back
                service(lab, server, definition(lab, server), group, serviceConnectConfiguration=connect)

            def call():
                front = ecslab.guestbook.register_front(lab, family=client, name=asks)
                own = {"enabled": True, "namespace": theirs}
                service(lab, client, front, doors.front, serviceConnectConfiguration=own)

            for begin in (call, serve) if older else (serve, call):
                begin()
                lab.control("advance", seconds=2)

        return make

    return state


pair = connected(BACK, FRONT, {"dnsName": "back", "port": 80}, "http://back")
porter = connected(PORTER, GUEST, {"dnsName": "porter", "port": 8080}, "http://porter:8080")


def door(porter=None, guests=True, mine=True):
    """The porter in a group of its own: who is let in (an address, or a group's name), and who has what."""

    def make(lab):
        ecslab.service.default_choice(lab)  # it makes the lesson's group
        group_ids = {name: make_group(lab, name=name) for name in ("own", "badge")}
        group_ids["lesson"] = ecslab.service.default_choice(lab).security_group_ids[0]
        group_ids["front"] = ecslab.guestbook.groups(lab).front
        pairs = {"UserIdGroupPairs": [{"GroupId": group_ids.get(porter)}]}
        whom = pairs if porter in group_ids else {"IpRanges": [{"CidrIp": porter}]}
        rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **whom}
        lab.ec2.authorize_security_group_ingress(GroupId=group_ids["own"], IpPermissions=[rule])
        service(lab, PORTER, definition(lab, PORTER), group_ids["own"])
        front = ecslab.guestbook.register_front(lab, family=GUEST, connect="http://porter:8080")
        badge = group_ids["badge"] if guests else group_ids["own"]
        service(lab, GUEST, front, badge)
        vpc = ecslab.service.default_choice(lab).configuration()["awsvpcConfiguration"]
        groups = [group_ids["lesson"], badge] if mine else [group_ids["front"]]
        lab.ecs.update_service(
            cluster=lab.names.cluster, service=GUEST,
            networkConfiguration={"awsvpcConfiguration": vpc | {"securityGroups": groups}},
        )

    return make


# Stepping in --------------------------------------------------------------------------------------------


def allow(lab, role, *actions):
    policy = {"Version": "2012-10-17",
              "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}  # fmt: skip
    lab.iam.put_role_policy(RoleName=role, PolicyName="step-in", PolicyDocument=json.dumps(policy))


def exec_on(role="adguAppTaskRole", actions=(), to=None):
    """A front with ECS Exec, and a task role (its name) that may do these actions, or another "
    "role that may."""

    def make(lab):
        ecslab.task_role.create(lab, "adguAppTaskRole")
        arn = f"arn:aws:iam::{lab.account}:role/{role}"
        if actions:
            allow(lab, to or role, *actions)
        front = ecslab.guestbook.register_front(lab, task_role=arn, a="http://a")
        service(lab, FRONT, front, enableExecuteCommand=True)

    return make


def switched_on_later(lab):
    role = ecslab.task_role.create(lab, "adguAppTaskRole")["Arn"]
    allow(lab, "adguAppTaskRole", *CHANNELS)
    front = ecslab.guestbook.register_front(lab, task_role=role, a="http://a")
    service(lab, FRONT, front, count=1)
    lab.wait(lambda: "RUNNING" in [task["lastStatus"] for task in ecslab.service.tasks(lab, FRONT)], "a task")
    lab.ecs.update_service(cluster=lab.names.cluster, service=FRONT, enableExecuteCommand=True)


def front_s_task(lab):
    [task] = ecslab.service.tasks(lab, FRONT)
    return task["taskArn"].rpartition("/")[2][:8]


OLDER = (
    "The newest deployment of `{}` began before `{}` was an endpoint: its tasks do not know the "
    "name, and neither "
    "do those that replace them."
)
ELSEWHERE = "`{}` can use the endpoint, but its definition tells its program nothing of `{}`."
APART = (
    "`{}` is in the namespace `other`; the lesson's is `adgu-mesh`. Services of two namespaces do not find "
    "each other."
)
WRONG = {
    "the load balancer has another name": (
        "10.balancer", balancer(name="app"),
        f"There is a load balancer `app`, but the lesson's is called `{APP}`.",
    ),
    "the load balancer is on the internet": (
        "10.balancer", balancer(scheme="internet-facing"),
        f"`{APP}` is internet-facing: everybody on the internet can call the back.",
    ),
    "the back does not admit the load balancer": (
        "10.balancer", balancer(back="closed"),
        f"`{APP}` cannot reach the tasks of `{BACK}`: their security group does not admit the "
        f"load balancer's.",
    ),
    "the load balancer does not admit the front": (
        "10.balancer", balancer(balancer="closed", back="open"),
        f"`{FRONT}` cannot call `{APP}`: the load balancer's security group does not admit the front's.",
    ),
    "the back registers in a group of another port": (
        "10.balancer", balancer(other=True),
        f"`{BACK}` registers its tasks in the target group `second`, to which the listener forwards nothing.",
    ),
    "a namespace without DNS": (
        "10.cloud-map", name_in_dns(dns=False),
        f"The namespace `{ZONE}` is of type HTTP: no name in it can be asked for in DNS.",
    ),
    "the name begins with a capital": (
        "10.cloud-map", name_in_dns(name="Back"),
        "The namespace has a service `Back`, but the lesson's is called `back`.",
    ),
    "records of ports": (
        "10.cloud-map", name_in_dns(kind="SRV"),
        "The service `back` has no A record (records: SRV): the front asks for an address.",
    ),
    "a long memory": (
        "10.cloud-map", name_in_dns(ttl=300),
        "Whoever has asked for `back` may remember the answer for 300 seconds; the lesson asks "
        "for 120 at most.",
    ),
    "the back registers under another name": (
        "10.cloud-map", name_in_dns(registered="other"),
        f"`{BACK}` registers its tasks under another name than `back.{ZONE}`.",
    ),
    "the back is in another namespace": ("10.connect", pair(mesh="other"), APART.format(BACK)),
    "the front is in another namespace": ("10.connect", pair(theirs="other"), APART.format(FRONT)),
    "the back is a client only": (
        "10.connect", pair(serves=False),
        f"`{BACK}` is a client only: its configuration names no `services`, so it serves no endpoint.",
    ),
    "the back has no alias": (
        "10.connect", pair({"clientAliases": []}),
        f"`{BACK}` serves an endpoint without a client alias: there is no name by which a client "
        f"could call it.",
    ),
    "the back has another alias": (
        "10.connect", pair({"clientAliases": [{"dnsName": "api", "port": 80}]}),
        f"Clients call `{BACK}` by the name `api`; the lesson asks for `back`.",
    ),
    "the alias has another port": (
        "10.connect", pair({"clientAliases": [{"dnsName": "back", "port": 8080}]}),
        "Clients call `back` at port 8080; the lesson asks for port 80.",
    ),
    "the front was deployed before the back": ("10.connect", pair(older=True), OLDER.format(FRONT, BACK)),
    "the front asks at another name": (
        "10.connect", pair(asks="http://api"), ELSEWHERE.format(FRONT, "http://back"),
    ),
    "the back's group is closed": (
        "10.connect", pair(closed=True),
        f"`{FRONT}` knows the endpoint, but the security group of `{BACK}` does not admit it.",
    ),
    "the task role may do everything": (
        "10.step-in", exec_on(actions=["*"]),
        "`adguAppTaskRole` may do everything with everything; the agent needs four actions.",
    ),
    "the execution role is the task role": (
        "10.step-in", exec_on(role="ecsTaskExecutionRole"),
        "The tasks have `ecsTaskExecutionRole` as their task role too: now the program may do "
        "what only Fargate "
        "should.",
    ),
    "only half of the channels": (
        "10.step-in", exec_on(actions=CHANNELS[:2]),
        f"`adguAppTaskRole` lacks still: {CHANNELS[2]}, {CHANNELS[3]}.",
    ),
    "the channels are allowed to the execution role": (
        "10.step-in", exec_on(actions=CHANNELS, to="ecsTaskExecutionRole"),
        "The channels are allowed to `ecsTaskExecutionRole`. The agent is in the container, and "
        "uses the task role, "
        "`adguAppTaskRole`.",
    ),
    "the task is older than ECS Exec": (
        "10.step-in", switched_on_later,
        lambda lab: f"Task {front_s_task(lab)} was started before ECS Exec was switched on: it has no agent.",
    ),
    "the alias has the container's port": (
        "10.yours-1", porter({"clientAliases": [{"dnsName": "porter", "port": 80}]}),
        "Clients call `porter` at port 80; the lesson asks for port 8080.",
    ),
    "the alias has the container's name": (
        "10.yours-1", porter({"clientAliases": [{"dnsName": "api", "port": 8080}]}),
        f"Clients call `{PORTER}` by the name `api`; the lesson asks for `porter`.",
    ),
    "the guest was deployed before the porter": (
        "10.yours-1", porter(older=True), OLDER.format(GUEST, PORTER),
    ),
    "the guest asks at the container's port": (
        "10.yours-1", porter(asks="http://porter"), ELSEWHERE.format(GUEST, "http://porter:8080"),
    ),
    "the porter's group is closed": (
        "10.yours-1", porter(closed=True),
        f"`{GUEST}` knows the endpoint, but the security group of `{PORTER}` does not admit it.",
    ),
    "the porter admits everybody still": (
        "10.yours-2", door("0.0.0.0/0"), "The porter's group admits 0.0.0.0/0: addresses, not the guest.",
    ),
    "the porter admits the network of the VPC": (
        "10.yours-2", door("172.31.0.0/16"),
        "The porter's group admits 172.31.0.0/16: addresses, not the guest.",
    ),
    "the guest has not the group that is admitted": (
        "10.yours-2", door("badge", mine=False),
        f"The porter's group admits none of the groups that `{GUEST}` has.",
    ),
    "guest and porter have one group": (
        "10.yours-2", door("own", guests=False),
        "The porter's own group is admitted: a caller would need the porter's group, and be as open as the "
        "porter is.",
    ),
    "the porter admits the lesson's group": (
        "10.yours-2", door("lesson"),
        "The porter's group admits the group `adgu-web-server-http`, which others have, too.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_state_is_named(lab, name):
    step, make, message = WRONG[name]
    make(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)
