"""Stage 07's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def make_groups(lab: Connection) -> object:
    return ecslab.load_balancer.groups(lab)


def make_target_group(lab: Connection) -> object:
    return ecslab.load_balancer.target_group(lab, health_path="/", drain=30)


def make_balancer(lab: Connection) -> object:
    ecslab.load_balancer.create(lab)
    return ecslab.load_balancer.wait_until_active(lab)


def attach(lab: Connection) -> object:
    service = ecslab.load_balancer.attach(lab)
    ecslab.load_balancer.wait_until_healthy(lab)
    return service


def make_back(lab: Connection) -> object:
    return ecslab.guestbook.create_back(lab)


def break_and_repair(lab: Connection) -> object:
    ecslab.load_balancer.practice_service(lab)
    name = lab.name("adgu-practice")
    group = ecslab.load_balancer.target_group(lab, name=name)["TargetGroupArn"]
    lab.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/nothing-here")
    lab.wait(lambda: "is unhealthy in" in str(ecslab.service.events(lab, name)), "ECS to notice")
    print(ecslab.load_balancer.targets(lab, name))  # noqa: T201
    lab.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/")
    lab.wait(
        lambda: [target.state for target in ecslab.load_balancer.targets(lab, name)] == ["healthy"],
        "its target to be healthy",
    )
    return ecslab.load_balancer.targets(lab, name)


def make_network_balancer(lab: Connection) -> object:
    practice, first = ecslab.load_balancer.practice_service(lab), ecslab.load_balancer.create(lab)
    second = lab.elbv2.create_load_balancer(
        Name=lab.name("adgu-nlb"),
        Type="network",
        Subnets=[zone["SubnetId"] for zone in first["AvailabilityZones"]],
        SecurityGroups=first["SecurityGroups"],
    )["LoadBalancers"][0]
    group = lab.elbv2.create_target_group(
        Name=lab.name("adgu-practice-tcp"), TargetType="ip", Protocol="TCP", Port=80, VpcId=first["VpcId"]
    )["TargetGroups"][0]
    lab.elbv2.create_listener(
        LoadBalancerArn=second["LoadBalancerArn"],
        Protocol="TCP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    behind = practice["loadBalancers"]
    another = {**behind[0], "targetGroupArn": group["TargetGroupArn"]}
    if another not in behind:
        ecslab.service.update(lab, practice["serviceName"], loadBalancers=[*behind, another])
    ecslab.service.wait_until_stable(lab, practice["serviceName"])
    return second
