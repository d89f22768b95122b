"""Stage 07: what its checks say of states that are not what was asked for."""

import pytest
from course_rig import HTTP, PUBLIC_IMAGE, default_vpc, make_group, said

import ecslab
from ecslab import load_balancer

GROUPS, TARGETS, BALANCER, SERVICE = "07.groups", "07.target-group", "07.balancer", "07.service"
PATH, NETWORK = "07.yours-1", "07.yours-3"
FRONT, BACK = "adgu-alb-http", "adgu-web-from-alb"


# States, made as a learner's own calls would make them ------------------------------------------------------


def serve(lab, count=2, zones="ab"):
    """The service of stage 06."""
    lab.ecs.create_cluster(clusterName="adgu-cluster")
    definition = lab.ecs.register_task_definition(
        family="adgu-web-server-task",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {"name": "adgu-container", "image": PUBLIC_IMAGE, "portMappings": [{"containerPort": 80}]}
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    vpc = default_vpc(lab)
    where = {
        "subnets": subnets(lab, zones),
        "securityGroups": [ecslab.network.http_group(lab, vpc)],
        "assignPublicIp": "ENABLED",
    }
    lab.ecs.create_service(
        cluster="adgu-cluster",
        serviceName="adgu-web",
        taskDefinition=definition,
        desiredCount=count,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": where},
    )


def subnets(lab, zones="ab", vpc=None, public=True):
    candidates = ecslab.network.subnets(lab, vpc or default_vpc(lab))
    return [subnet.id for subnet in candidates if subnet.az[-1] in zones and subnet.public is public]


def workshop(lab):
    named = [{"Name": "tag:Name", "Values": ["workshop"]}]
    return lab.ec2.describe_vpcs(Filters=named)["Vpcs"][0]["VpcId"]


def balance(lab, target="adgu-web", port=80, action=None, groups=None, **request):
    """A balancer with a listener, straight away active."""
    request = {"Name": "adgu-alb", "Subnets": subnets(lab), **request}
    if request.get("Type") != "network":
        request["SecurityGroups"] = groups or [load_balancer.groups(lab)[0]]
    balancer = lab.elbv2.create_load_balancer(**request)["LoadBalancers"][0]
    if action is None:
        arn = target_group(lab, Name=target)
        action = {"Type": "forward", "TargetGroupArn": arn}
    lab.elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=port, DefaultActions=[action]
    )
    lab.control("advance", seconds=130)
    return balancer


def target_group(lab, **request):
    request = {
        "Name": "adgu-web", "TargetType": "ip", "Protocol": "HTTP", "Port": 80, "VpcId": default_vpc(lab),
    } | request  # fmt: skip
    group_arn = lab.elbv2.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "30"}
    lab.elbv2.modify_target_group_attributes(TargetGroupArn=group_arn, Attributes=[delay])
    return group_arn


def attach(lab, target="adgu-web", groups=None, grace=60, advance=200, **more):
    """UpdateService, with the tasks' group unless told otherwise."""
    arn = lab.elbv2.describe_target_groups(Names=[target])["TargetGroups"][0]["TargetGroupArn"]
    service = lab.ecs.describe_services(cluster="adgu-cluster", services=["adgu-web"])["services"][0]
    where = service["networkConfiguration"]["awsvpcConfiguration"]
    where["securityGroups"] = groups or [load_balancer.groups(lab)[1]]
    behind = {"targetGroupArn": arn, "containerName": "adgu-container", "containerPort": 80}
    lab.ecs.update_service(
        cluster="adgu-cluster",
        service="adgu-web",
        loadBalancers=[behind],
        networkConfiguration={"awsvpcConfiguration": where},
        healthCheckGracePeriodSeconds=grace,
        **more,
    )
    if advance:
        lab.control("advance", seconds=advance)


def balanced(lab, **how):
    """All of stage 07."""
    serve(lab)
    balance(lab)
    attach(lab, **how)


def doors(lab, source=None, name=None):
    """Both groups, the tasks' one with a rule for `source`: a CIDR block, or another group."""
    front = make_group(lab, HTTP, name=FRONT)
    back = make_group(lab, name=BACK)
    if source:
        named = source.startswith("sg-")
        pair = {"UserIdGroupPairs": [{"GroupId": source}]} if named else {"IpRanges": [{"CidrIp": source}]}
        admit(lab, back, **pair)
    return front, back


def admit(lab, group, port=80, **source):
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **source}
    lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])


def back_admits(source):
    """A maker: the tasks' group admits whom `source(lab)` names, and nobody else."""
    return lambda lab: doors(lab, source(lab) if callable(source) else source)


def back_admits_itself(lab):
    _, back = doors(lab)
    admit(lab, back, UserIdGroupPairs=[{"GroupId": back}])


def back_admits_both(lab):
    front, back = doors(lab, "198.51.100.7/32")
    admit(lab, back, UserIdGroupPairs=[{"GroupId": front}])


def back_admits_another_port(lab):
    front, back = doors(lab)
    admit(lab, back, port=8080, UserIdGroupPairs=[{"GroupId": front}])


def groups_in_the_workshop(lab):
    for name in (FRONT, BACK):
        make_group(lab, HTTP, name=name, vpc=workshop(lab))


def front_is(*rules):
    def make(lab):
        make_group(lab, *rules, name=FRONT)
        make_group(lab, name=BACK)

    return make


def in_the_workshop(lab):
    vpc = workshop(lab)
    group = make_group(lab, HTTP, name=FRONT, vpc=vpc)
    arn = target_group(lab, VpcId=vpc)
    balance(lab, Subnets=subnets(lab, vpc=vpc), groups=[group],
            action={"Type": "forward", "TargetGroupArn": arn})  # fmt: skip


def in_private_subnets(lab):
    """Public when it was made; then the route to the gateway is taken out."""
    balance(lab)
    inside = [{"Name": "vpc-id", "Values": [default_vpc(lab)]}]
    table = lab.ec2.describe_route_tables(Filters=inside)["RouteTables"][0]["RouteTableId"]
    lab.ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


def without_a_listener(lab):
    balancer = balance(lab)
    listeners = lab.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    lab.elbv2.delete_listener(ListenerArn=listeners[0]["ListenerArn"])


def a_network_balancer_in_its_place(lab):
    lab.elbv2.create_load_balancer(Name="adgu-alb", Type="network", Subnets=subnets(lab))


def registering_elsewhere(lab):
    serve(lab)
    balance(lab, target="adgu-other")
    target_group(lab)
    attach(lab, target="adgu-other", advance=0)


def scaled_to_0(lab):
    balanced(lab, desiredCount=0, advance=0)


def in_zones_without_a_foot(lab):
    serve(lab, zones="cd")
    balance(lab)
    attach(lab, advance=60)


def unused(lab):
    arn = lab.elbv2.describe_target_groups(Names=["adgu-web"])["TargetGroups"][0]["TargetGroupArn"]
    first = lab.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"][0]["Target"]
    return (
        f"Target {first['Id']} is unused: its task is in {first['AvailabilityZone']}, where the load"
        " balancer has no subnet."
    )


def asking_for_a_lost_page(lab, grace=600, advance=130):
    serve(lab)
    target_group(lab, HealthCheckPath="/nothing-here")
    balance(lab, action={"Type": "forward", "TargetGroupArn": arn_of(lab)})
    attach(lab, grace=grace, advance=advance)


def arn_of(lab, name="adgu-web"):
    return lab.elbv2.describe_target_groups(Names=[name])["TargetGroups"][0]["TargetGroupArn"]


def asking_another_port(lab):
    serve(lab)
    target_group(lab, HealthCheckPort="8080")
    balance(lab, action={"Type": "forward", "TargetGroupArn": arn_of(lab)})
    front, back = load_balancer.groups(lab)
    admit(lab, back, port=8080, UserIdGroupPairs=[{"GroupId": front}])
    attach(lab, grace=600, advance=130)


def shut_out(lab):
    serve(lab)
    balance(lab)
    _, back = load_balancer.groups(lab)
    permissions = lab.ec2.describe_security_groups(GroupIds=[back])["SecurityGroups"][0]["IpPermissions"]
    lab.ec2.revoke_security_group_ingress(GroupId=back, IpPermissions=permissions)
    attach(lab, groups=[back], grace=600, advance=130)


def answers(code):
    return {
        "Type": "fixed-response",
        "FixedResponseConfig": {"StatusCode": code, "ContentType": "text/plain"},
    }


def practising(lab):
    """All of stage 07, and the service of its exercises."""
    balanced(lab)
    load_balancer.practice_service(lab)
    return arn_of(lab, "adgu-practice")


def noticed(lab):
    lab.wait(lambda: "is unhealthy in" in str(ecslab.service.events(lab, "adgu-practice")), "ECS to notice")


def broken(lab, scaled_to=None, **change):
    """The health path is wrong until ECS has said so; then `change` fixes it, well or badly."""
    arn = practising(lab)
    lab.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/nothing-here")
    noticed(lab)
    lab.elbv2.modify_target_group(TargetGroupArn=arn, **change)
    if scaled_to is not None:
        ecslab.service.scale(lab, scaled_to, "adgu-practice")
    lab.control("advance", seconds=300)


def the_lesson_s_group_broken(lab):
    balanced(lab)
    lab.elbv2.modify_target_group(TargetGroupArn=arn_of(lab), HealthCheckPath="/nothing-here")


def checked_on_another_port(lab):
    arn = practising(lab)
    front, back = load_balancer.groups(lab)
    admit(lab, back, port=8080, UserIdGroupPairs=[{"GroupId": front}])
    lab.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPort="8080")
    noticed(lab)


def taken_from_behind(lab):
    broken(lab, HealthCheckPath="/")
    ecslab.service.update(lab, "adgu-practice", loadBalancers=[])


def unhealthy_for_another_reason(lab):
    practising(lab)
    front, back = load_balancer.groups(lab)
    pair = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": front}]}
    lab.ec2.revoke_security_group_ingress(GroupId=back, IpPermissions=[pair])
    noticed(lab)
    lab.ec2.authorize_security_group_ingress(GroupId=back, IpPermissions=[pair])
    lab.control("advance", seconds=300)


def second(lab, protocol="TCP", attached=True, port=80, **request):
    """A second balancer `adgu-nlb` before the practice service."""
    practising(lab)
    created = lab.elbv2.create_load_balancer(
        **{"Name": "adgu-nlb", "Type": "network", "Subnets": subnets(lab)} | request
    )["LoadBalancers"][0]
    arn = target_group(lab, Name="adgu-practice-tcp", Protocol=protocol)
    lab.elbv2.create_listener(
        LoadBalancerArn=created["LoadBalancerArn"],
        Protocol=protocol,
        Port=port,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    lab.control("advance", seconds=130)
    if attached:
        behind = ecslab.service.find(lab, "adgu-practice")["loadBalancers"]
        both = [*behind, {**behind[0], "targetGroupArn": arn}]
        ecslab.service.update(lab, "adgu-practice", loadBalancers=both, healthCheckGracePeriodSeconds=600)
        lab.control("advance", seconds=150)


# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "both groups are in another VPC": (
        GROUPS,
        groups_in_the_workshop,
        lambda lab: (
            f"`{FRONT}` is in {workshop(lab)}; the service's tasks are in {default_vpc(lab)}. A security "
            "group belongs to one VPC."
        ),
    ),
    "the balancer's group admits nobody": (
        GROUPS,
        front_is(),
        f"`{FRONT}` does not admit port 80: the load balancer would run, and no visitor would reach "
        "it.",
    ),
    "the balancer's group admits https only": (
        GROUPS,
        front_is(("tcp", 443, "0.0.0.0/0")),
        f"`{FRONT}` does not admit port 80: the load balancer would run, and no visitor would reach "
        "it.",
    ),
    "the balancer's group admits one address": (
        GROUPS,
        front_is(("tcp", 80, "198.51.100.7/32")),
        f"`{FRONT}` admits port 80 from 198.51.100.7/32 only, not from anywhere (0.0.0.0/0).",
    ),
    "the tasks' group is open to the world": (
        GROUPS,
        back_admits("0.0.0.0/0"),
        f"`{BACK}` admits port 80 from anywhere (0.0.0.0/0): visitors can bypass the load balancer "
        "and reach a task directly.",
    ),
    "the tasks' group admits the wrong group": (
        GROUPS,
        back_admits(lambda lab: make_group(lab, HTTP)),
        f"`{BACK}` admits port 80 from `adgu-web-server-http`, not from `{FRONT}`: EC2 drops the "
        "load balancer's requests to the tasks.",
    ),
    "the tasks' group admits addresses": (
        GROUPS,
        back_admits("172.31.0.0/16"),
        f"`{BACK}` admits port 80 from 172.31.0.0/16, not from `{FRONT}`: EC2 drops the load "
        "balancer's requests to the tasks.",
    ),
    "the tasks' group admits itself": (
        GROUPS,
        back_admits_itself,
        f"`{BACK}` admits port 80 from itself: from one task to another. The load balancer is in "
        f"`{FRONT}`.",
    ),
    "the tasks' group admits the balancer and somebody else": (
        GROUPS,
        back_admits_both,
        f"`{BACK}` admits port 80 from `{FRONT}`, and from 198.51.100.7/32 besides.",
    ),
    "the tasks' group admits another port": (
        GROUPS,
        back_admits_another_port,
        f"`{BACK}` does not admit port 80: EC2 drops the load balancer's requests to the tasks.",
    ),
    "the target group has another name": (
        TARGETS,
        lambda lab: target_group(lab, Name="ADGU-web"),
        "There is a target group `ADGU-web`, but the lesson's is called `adgu-web`.",
    ),
    "the target type is instance": (
        TARGETS,
        lambda lab: target_group(lab, TargetType="instance"),
        "`adgu-web` has the target type instance. A task on Fargate is no EC2 instance: it has an "
        "address of its own, so the type has to be ip.",
    ),
    "the target group speaks TCP": (
        TARGETS,
        lambda lab: target_group(lab, Protocol="TCP"),
        "`adgu-web` speaks TCP; the web server understands HTTP.",
    ),
    "the target group speaks HTTPS": (
        TARGETS,
        lambda lab: target_group(lab, Protocol="HTTPS", Port=443),
        "`adgu-web` speaks HTTPS; the web server understands HTTP.",
    ),
    "the target group is in another VPC": (
        TARGETS,
        lambda lab: target_group(lab, VpcId=workshop(lab)),
        lambda lab: f"`adgu-web` belongs to {workshop(lab)}; the service's tasks are in {default_vpc(lab)}.",
    ),
    "the health checks ask another port": (
        TARGETS,
        lambda lab: target_group(lab, HealthCheckPort="8080"),
        "The health checks of `adgu-web` ask port 8080, and the web server listens on 80: no target will be "
        "healthy.",
    ),
    "the balancer has another name": (
        BALANCER,
        lambda lab: balance(lab, Name="ADGU-ALB"),
        "There is a load balancer `ADGU-ALB`, but the lesson's is called `adgu-alb`.",
    ),
    "it is a network load balancer": (
        BALANCER,
        a_network_balancer_in_its_place,
        "`adgu-alb` is a network load balancer; the lesson's is an application one.",
    ),
    "the balancer is internal": (
        BALANCER,
        lambda lab: balance(lab, Scheme="internal"),
        "`adgu-alb` is internal: its name leads to private addresses, and no visitor from the "
        "internet reaches it.",
    ),
    "the balancer is in another VPC": (
        BALANCER,
        in_the_workshop,
        lambda lab: f"`adgu-alb` is in {workshop(lab)}; the service's tasks are in {default_vpc(lab)}.",
    ),
    "the balancer is in private subnets": (
        BALANCER,
        in_private_subnets,
        lambda lab: (
            f"`adgu-alb` is in {' and '.join(subnets(lab, public=False))}, from which no route leads"
            " to an internet gateway: visitors do not reach it."
        ),
    ),
    "the balancer is in the tasks' old group": (
        BALANCER,
        lambda lab: balance(lab, groups=[make_group(lab, HTTP)]),
        f"`adgu-alb` is in the group `adgu-web-server-http`, not in `{FRONT}`, the only one from "
        "which the tasks admit requests.",
    ),
    "the listener is missing": (
        BALANCER, without_a_listener, "`adgu-alb` has no listener: it accepts requests on no port."
    ),
    "the listener is on port 8080": (
        BALANCER,
        lambda lab: balance(lab, port=8080),
        "`adgu-alb` listens on port 8080, not on 80, the port that a browser uses.",
    ),
    "the listener answers by itself": (
        BALANCER,
        lambda lab: balance(lab, action=answers("404")),
        "The listener on port 80 answers by itself (fixed-response): no request reaches a task.",
    ),
    "the listener forwards to another group": (
        BALANCER,
        lambda lab: balance(lab, target="adgu-other"),
        "The listener on port 80 forwards to `adgu-other`, not to `adgu-web`.",
    ),
    "the service registers its tasks in another group": (
        SERVICE,
        registering_elsewhere,
        "`adgu-web` registers its tasks in `adgu-other`, not in `adgu-web`: the load balancer does "
        "not know them.",
    ),
    "the service is scaled to 0": (
        SERVICE,
        scaled_to_0,
        "The desired count of `adgu-web` is 0: the load balancer has no target, and answers 503 by "
        "itself.",
    ),
    "the tasks kept their open group": (
        SERVICE,
        lambda lab: balanced(lab, groups=[ecslab.network.http_group(lab, default_vpc(lab))], advance=0),
        "The tasks of `adgu-web` are in `adgu-web-server-http`, which admits port 80 from anywhere:"
        " visitors can bypass the load balancer and reach a task directly.",
    ),
    "the tasks are in the balancer's group": (
        SERVICE,
        lambda lab: balanced(lab, groups=[load_balancer.groups(lab)[0]], advance=0),
        f"The tasks of `adgu-web` are in `{FRONT}`, which admits port 80 from anywhere: visitors can"
        " bypass the load balancer and reach a task directly.",
    ),
    "the tasks are in the wrong closed group": (
        SERVICE,
        lambda lab: balanced(lab, groups=[make_group(lab, name="closed")], advance=0),
        f"The tasks of `adgu-web` are in `closed`, not in `{BACK}`: EC2 drops the load balancer's "
        "requests to them.",
    ),
    "the tasks are in zones where the balancer is not": (SERVICE, in_zones_without_a_foot, unused),
    "the health path is wrong": (
        SERVICE,
        asking_for_a_lost_page,
        "2 of 2 targets are unhealthy: Health checks failed with these codes: [404]. The health "
        "checks ask for `/nothing-here`, and expect the answer 200.",
    ),
    "the health path is wrong, and there is no grace period": (
        SERVICE,
        lambda lab: asking_for_a_lost_page(lab, grace=0, advance=170),
        "ECS keeps replacing tasks that were unhealthy: Health checks failed with these codes: "
        "[404]. The health checks ask for `/nothing-here`, and expect the answer 200. And with a "
        "grace period of 0 s, ECS does not wait before it stops such a task.",
    ),
    "the health checks' port is closed in the task": (
        SERVICE,
        asking_another_port,
        "2 of 2 targets are unhealthy: Health checks failed. Nothing listens on port 8080 of the task.",
    ),
    "the tasks' door is shut to the balancer": (
        SERVICE,
        shut_out,
        f"2 of 2 targets are unhealthy: Request timed out. Nothing answers: does `{BACK}` admit port"
        " 80 from the load balancer's group?",
    ),
    "the matcher was widened, not the path put right": (
        PATH,
        lambda lab: broken(lab, Matcher={"HttpCode": "200-404"}),
        "The targets are healthy because the health check accepts 200-404: it would accept a server"
        " that has lost its page too.",
    ),
    "the path was put right, and the matcher widened": (
        PATH,
        lambda lab: broken(lab, HealthCheckPath="/", Matcher={"HttpCode": "200-404"}),
        "The targets are healthy because the health check accepts 200-404: it would accept a server"
        " that has lost its page too.",
    ),
    "the lesson's own target group was broken": (
        PATH,
        the_lesson_s_group_broken,
        "You changed `adgu-web`, the lesson's target group. The exercise asks for `adgu-practice`.",
    ),
    "the targets were unhealthy for another reason": (
        PATH,
        unhealthy_for_another_reason,
        "Targets were unhealthy, but for another reason: Request timed out.",
    ),
    "the health checks' port was changed, not their path": (
        PATH,
        checked_on_another_port,
        "Targets were unhealthy, but for another reason: Health checks failed.",
    ),
    "the service was scaled to 0": (
        PATH,
        lambda lab: broken(lab, scaled_to=0, HealthCheckPath="/"),
        "The desired count of `adgu-practice` is 0: nothing is unhealthy any more, and nothing "
        "answers.",
    ),
    "the service was taken from behind the balancer": (
        PATH,
        taken_from_behind,
        "`adgu-practice` is no longer behind the load balancer: nothing checks its tasks now, and "
        "no visitor reaches them.",
    ),
    "the second balancer is internal": (
        NETWORK,
        lambda lab: lab.elbv2.create_load_balancer(
            Name="adgu-nlb", Type="network", Scheme="internal", Subnets=subnets(lab)
        ),
        "`adgu-nlb` is internal: no visitor from the internet reaches it.",
    ),
    "the second balancer is an application one": (
        NETWORK,
        lambda lab: lab.elbv2.create_load_balancer(Name="adgu-nlb", Subnets=subnets(lab)),
        "`adgu-nlb` is an application load balancer: the exercise asks for one that knows TCP only.",
    ),
    "the second balancer has no listener": (
        NETWORK,
        lambda lab: lab.elbv2.create_load_balancer(Name="adgu-nlb", Type="network", Subnets=subnets(lab)),
        "`adgu-nlb` has no listener on port 80.",
    ),
    "the second balancer listens on another port": (
        NETWORK,
        lambda lab: second(lab, attached=False, port=8080),
        "`adgu-nlb` has no listener on port 80.",
    ),
    "the service does not know the second target group": (
        NETWORK,
        lambda lab: second(lab, attached=False),
        "`adgu-nlb` leads to `adgu-practice-tcp`, in which `adgu-practice` does not register its "
        "tasks.",
    ),
    "the second balancer has no security group": (
        NETWORK,
        second,
        "The targets of `adgu-nlb` are unhealthy: Request timed out. The tasks admit only what is "
        f"in the group `{FRONT}`. Is the new load balancer in it?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, prepare, message = WRONG[name]
    prepare(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


def test_what_is_there_and_what_is_not_yet(lab):
    assert said(lab, GROUPS) == ("Not yet", f"There are no security groups `{FRONT}` and `{BACK}`.")
    make_group(lab, HTTP, name=FRONT)
    assert said(lab, GROUPS) == ("Not yet", f"There is no security group `{BACK}` yet.")
    assert said(lab, TARGETS) == ("Not yet", "There is no target group `adgu-web`.")
    assert said(lab, BALANCER) == ("Not yet", "There is no load balancer `adgu-alb`.")
    assert said(lab, SERVICE) == (
        "Not yet", "There is no service `adgu-web` that could be put behind a load balancer."
    )  # fmt: skip
    serve(lab)
    assert said(lab, SERVICE) == ("Not yet", "`adgu-web` is not behind a load balancer yet.")


def test_on_its_way(lab):
    serve(lab)
    ecslab.service.wait_until_stable(lab)
    load_balancer.create(lab)
    assert said(lab, BALANCER) == (
        "Not yet", "`adgu-alb` is provisioning: it takes two to three minutes."
    )  # fmt: skip
    attach(lab, advance=60)
    assert said(lab, SERVICE) == (
        "Not yet", "0 of 2 targets are healthy (2 initial): the service is still busy."
    )  # fmt: skip
    load_balancer.wait_until_healthy(lab)
    assert said(lab, TARGETS) == (
        "Done", "`adgu-web` takes addresses, and asks each of them for `/` every 30 s."
    )  # fmt: skip
    assert said(lab, BALANCER) == (
        "Done", "`adgu-alb` is active in us-east-1a and us-east-1b; port 80 leads to `adgu-web`."
    )  # fmt: skip
    assert said(lab, SERVICE) == (
        "Done", "`adgu-web` is behind `adgu-alb`: 2 healthy targets, in us-east-1a and us-east-1b."
    )  # fmt: skip


def test_tasks_that_drain_are_not_counted(lab):
    balanced(lab)
    for task in ecslab.service.tasks(lab):
        lab.ecs.stop_task(cluster="adgu-cluster", task=task["taskArn"])
    lab.control("advance", seconds=5)
    assert said(lab, SERVICE) == (
        "Not yet", "0 of 2 targets are healthy (2 draining): the service is still busy."
    )  # fmt: skip


def test_the_health_path_in_between(lab):
    assert said(lab, PATH) == ("Not yet", "There is no service `adgu-practice`: the cell above makes it.")
    arn = practising(lab)
    assert said(lab, PATH) == (
        "Not yet", "`adgu-practice` is healthy: first give its health check a page that does not exist."
    )  # fmt: skip
    lab.elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPath="/nothing-here")
    assert said(lab, PATH) == (
        "Not yet",
        "The health checks ask for `/nothing-here`; a target is unhealthy after two failed checks.",
    )
    lab.control("advance", seconds=65)
    assert said(lab, PATH) == (
        "Not yet",
        "1 target is unhealthy: Health checks failed with these codes: [404]. Now fix the path "
        "`/nothing-here`.",
    )
    assert said(lab, SERVICE)[0] == "Done"


def test_one_is_said_in_the_singular(lab):
    serve(lab, count=1)
    balance(lab)
    attach(lab)
    assert said(lab, SERVICE)[1].startswith("`adgu-web` is behind `adgu-alb`: 1 healthy target, in us-")



ORDERS = {"in order": (PATH, NETWORK), "backwards": (NETWORK, PATH)}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_the_exercises_leave_the_lesson_as_it_was(lab, order):
    """In two orders; and once they are over nothing of them is left, whether it was there or not."""
    lab.goto("08")
    load_balancer.delete_practice(lab)
    before = lab.ecs.describe_services(cluster="adgu-cluster", services=["adgu-web"])["services"][0]
    for step in order:
        ecslab.course.catalogue.step_named(step).solve(lab)
        assert said(lab, step)[0] == "Done"
        assert [said(lab, main)[0] for main in (GROUPS, TARGETS, BALANCER, SERVICE)] == ["Done"] * 4
    load_balancer.delete_practice(lab)
    after = lab.ecs.describe_services(cluster="adgu-cluster", services=["adgu-web"])["services"][0]
    for key in ("loadBalancers", "taskDefinition", "desiredCount", "networkConfiguration", "events"):
        assert after[key] == before[key]
    balancers = lab.elbv2.describe_load_balancers()["LoadBalancers"]
    assert [balancer["LoadBalancerName"] for balancer in balancers] == ["adgu-alb"]
    target_groups = lab.elbv2.describe_target_groups()["TargetGroups"]
    assert {group["TargetGroupName"] for group in target_groups} == {"adgu-web", "adgu-back"}


def test_what_the_questions_ask_is_read_in_the_account(lab):
    cname, asks = lab.question("07.cname"), lab.question("07.asks")
    assert all(view.answer("x").startswith("There is no ") for view in (cname, asks))
    balanced(lab)
    balancer = load_balancer.find(lab)
    assert cname.answer(balancer["DNSName"]).startswith("Right.")
    task = ecslab.service.tasks(lab)[0]
    assert asks.answer(ecslab.verify.hops(lab, task).eni_id).startswith("Not this.")
    interfaces = lab.ec2.describe_network_interfaces()["NetworkInterfaces"]
    of_balancer = [each for each in interfaces if each["Description"].startswith("ELB app/adgu-alb/")]
    assert len(of_balancer) == 2
    assert asks.answer(of_balancer[1]["NetworkInterfaceId"]).startswith("Right.")


def test_past_the_load_balancer_nobody_is_told_to_open_the_tasks_group(lab):
    balanced(lab)
    with pytest.raises(ecslab.EcslabError) as error:
        ecslab.verify.page(lab, ecslab.service.tasks(lab)[0])
    assert "0.0.0.0/0" not in str(error.value)
