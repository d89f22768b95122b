"""Stage 11: what its checks say of states that are not what was asked for."""

import base64

import pytest
from course_rig import PUBLIC_IMAGE, said

import ecslab
from ecslab.course import STAGES
from ecslab.operations import prices
from ecslab.operations.capacity import placement_puzzle

CLUSTER, NAME, PAGE, MIXED = "adgu-cluster", "adgu-ec2", "adgu-page", "adgu-mixed"
MANAGED, ON_MANAGED, FAMILY = "adgu-managed", "11.managed", "adgu-web-server-task"
TEMPLATE, GROUP, PROVIDER, SERVICE = "11.template", "11.group", "11.provider", "11.service"
ON_SPOT, EXTERNAL, PUZZLE = "11.mixed", "11.external", "11.yours-1"
IMAGE = ecslab.instance_group.IMAGE
BOOTED = 400
"""Seconds in which a group's instances have registered."""


# States, made as a learner's own calls would make them ------------------------------------------------------


def template(name=NAME, cluster=CLUSTER, **changes):
    """A launch template; None leaves a member out."""

    def make(lab):
        lab.ecs.create_cluster(clusterName=CLUSTER)
        data = {
            "ImageId": IMAGE, "InstanceType": "t3.medium",
            "IamInstanceProfile": {"Name": ecslab.instance_group.profile(lab)},
            "UserData": ecslab.instance_group.user_data(cluster),
        } | changes  # fmt: skip
        given = {key: value for key, value in data.items() if value is not None}
        lab.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=given)

    return make


def profile_without_its_policy(lab):
    template()(lab)
    lab.iam.detach_role_policy(
        RoleName="adguInstanceRole", PolicyArn=ecslab.instance_group.instance_profile.POLICY
    )


def profile_without_its_role(lab):
    template()(lab)
    lab.iam.remove_role_from_instance_profile(
        InstanceProfileName="adguInstanceRole", RoleName="adguInstanceRole"
    )


def group(used=NAME, desired=1, boot=True, **changes):
    """An Auto Scaling group, its instances registered where the template lets them."""

    def make(lab):
        if not ecslab.instance_group.template(lab, used):
            template(used)(lab)
        given = {
            "LaunchTemplate": {"LaunchTemplateName": used}, "MinSize": 0, "MaxSize": 4,
            "DesiredCapacity": desired, "VPCZoneIdentifier": ecslab.instance_group.subnets(lab),
        } | changes  # fmt: skip
        lab.client("autoscaling").create_auto_scaling_group(AutoScalingGroupName=NAME, **given)
        if boot:
            lab.control("advance", seconds=BOOTED)

    return make


def in_one_zone(lab):
    one = ecslab.instance_group.subnets(lab).partition(",")[0]
    group(boot=False, VPCZoneIdentifier=one)(lab)


def with_a_typo(lab):
    template(cluster="adgu-clutser")(lab)
    group()(lab)


def agent_cut_off(lab):
    group()(lab)
    [instance] = ecslab.container_instance.of_cluster(lab)
    ecslab.container_instance.connect_agent(lab, instance, connected=False)
    lab.control("advance", seconds=300)


def provider(of=NAME, scaling=None, associated=("FARGATE", "FARGATE_SPOT", NAME)):
    """A capacity provider, and what the cluster has of providers."""

    def make(lab):
        group(desired=0, boot=False)(lab)
        if of != NAME:
            lab.client("autoscaling").create_auto_scaling_group(
                AutoScalingGroupName=of, LaunchTemplate={"LaunchTemplateName": NAME}, MinSize=0, MaxSize=1,
                VPCZoneIdentifier=ecslab.instance_group.subnets(lab),
            )  # fmt: skip
        lab.ecs.create_capacity_provider(name=NAME, autoScalingGroupProvider={
            "autoScalingGroupArn": ecslab.instance_group.group(lab, of)["AutoScalingGroupARN"],
            "managedScaling": {"status": "ENABLED", "targetCapacity": 100} if scaling is None else scaling,
        })  # fmt: skip
        lab.ecs.put_cluster_capacity_providers(
            cluster=CLUSTER, capacityProviders=list(associated), defaultCapacityProviderStrategy=[]
        )

    return make


def define(lab, family, mode="bridge", cpu="512", memory="1024"):
    kinds = ["EC2", "EXTERNAL"] if mode == "bridge" else ["FARGATE"]
    return lab.ecs.register_task_definition(
        family=family, networkMode=mode, requiresCompatibilities=kinds, cpu=cpu, memory=memory,
        containerDefinitions=[{"name": "adgu-container", "image": PUBLIC_IMAGE}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip


def page(count=6, on=NAME, **more):
    """The service of the page, on a provider of an empty group; or, with `on=None`, by its launch type."""

    def make(lab):
        provider(associated=("FARGATE", "FARGATE_SPOT", NAME))(lab)
        if on not in (None, NAME):
            lab.client("autoscaling").create_auto_scaling_group(
                AutoScalingGroupName=on, LaunchTemplate={"LaunchTemplateName": NAME}, MinSize=0, MaxSize=1,
                VPCZoneIdentifier=ecslab.instance_group.subnets(lab),
            )  # fmt: skip
            arn = ecslab.instance_group.group(lab, on)["AutoScalingGroupARN"]
            lab.ecs.create_capacity_provider(name=on, autoScalingGroupProvider={"autoScalingGroupArn": arn})
            lab.ecs.put_cluster_capacity_providers(
                cluster=CLUSTER, capacityProviders=[NAME, on], defaultCapacityProviderStrategy=[]
            )
        where = {"capacityProviderStrategy": [{"capacityProvider": on, "weight": 1}]} if on else {}
        lab.ecs.create_service(
            cluster=CLUSTER, serviceName=PAGE, taskDefinition=define(lab, PAGE), desiredCount=count,
            **where or {"launchType": "EC2"}, **more,
        )  # fmt: skip

    return make


def deleted(make, name):
    def then(lab):
        make(lab)
        lab.ecs.delete_service(cluster=CLUSTER, service=name, force=True)

    return then


def split(*items, count=5):
    """A service on Fargate by a strategy of (provider, base, weight)s; by a launch type without any."""

    def make(lab):
        lab.ecs.create_cluster(clusterName=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"])
        strategy = [
            {"capacityProvider": provider, "base": base, "weight": weight} for provider, base, weight in items
        ]
        vpc = ecslab.instance_group.subnets(lab).split(",")
        lab.ecs.create_service(
            cluster=CLUSTER, serviceName=MIXED, desiredCount=count,
            taskDefinition=define(lab, "adgu-web-server-task", "awsvpc", "256", "512"),
            **{"capacityProviderStrategy": strategy} if strategy else {"launchType": "FARGATE"},
            networkConfiguration={"awsvpcConfiguration": {"subnets": vpc, "assignPublicIp": "ENABLED"}},
        )  # fmt: skip

    return make


def managed(count=4, on=MANAGED, zones=2, cluster=CLUSTER, then=None):
    """A capacity provider of Managed Instances; a service on it, or `on` a launch type; None: no service."""

    def make(lab):
        for name in {CLUSTER, cluster}:
            lab.ecs.create_cluster(clusterName=name)
        subnets = ecslab.instance_group.subnets(lab).split(",")
        launched = {
            "ec2InstanceProfileArn": ecslab.managed_instances.profile(lab),
            "networkConfiguration": {"subnets": subnets[:zones]},
        }
        lab.ecs.create_capacity_provider(name=MANAGED, cluster=cluster, managedInstancesProvider={
            "infrastructureRoleArn": ecslab.managed_instances.infrastructure_role(lab),
            "instanceLaunchTemplate": launched,
        })  # fmt: skip
        ecslab.managed_instances.wait_until_active(lab)
        if on:
            by_strategy = {"capacityProviderStrategy": [{"capacityProvider": on, "weight": 1}]}
            lab.ecs.create_service(
                cluster=CLUSTER, serviceName=MANAGED, desiredCount=count,
                taskDefinition=define(lab, FAMILY, "awsvpc", "256", "512"),
                networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
                **by_strategy if on == MANAGED else {"launchType": on},
            )  # fmt: skip
        if then:
            then(lab)

    return make


def of_a_group(lab):
    group(desired=0, boot=False)(lab)
    arn = ecslab.instance_group.group(lab, NAME)["AutoScalingGroupARN"]
    lab.ecs.create_capacity_provider(name=MANAGED, autoScalingGroupProvider={"autoScalingGroupArn": arn})


def detached(role, policy):
    return lambda lab: lab.iam.detach_role_policy(RoleName=role, PolicyArn=policy)


def without_its_role(lab):
    lab.iam.remove_role_from_instance_profile(
        InstanceProfileName="adguManagedInstanceRole", RoleName="adguManagedInstanceRole"
    )


def machine(lab, cluster=CLUSTER):
    """A machine outside AWS, registered in the cluster if that is there; its id."""
    if cluster == CLUSTER:
        lab.ecs.create_cluster(clusterName=CLUSTER)
    made = lab.client("ssm").create_activation(IamRole=ecslab.external_machine.role(lab), RegistrationLimit=1)
    known = lab.control(
        "inject", kind="external-instance", activation_id=made["ActivationId"],
        activation_code=made["ActivationCode"], cluster=cluster,
    )["instance"]  # fmt: skip
    lab.control("advance", seconds=BOOTED)
    return known


def outside(family=PAGE, then=None):
    """A task on a machine outside AWS, and what happens then."""

    def make(lab):
        node = machine(lab)
        define(lab, family)
        [task] = lab.ecs.run_task(cluster=CLUSTER, taskDefinition=family, launchType="EXTERNAL")["tasks"]
        lab.control("advance", seconds=60)
        if then:
            then(lab, node, task)
            lab.control("advance", seconds=BOOTED)

    return make


def stop(lab, node, task):
    lab.ecs.stop_task(cluster=CLUSTER, task=task["taskArn"])


def cut_off(lab, node, task):
    lab.control("inject", kind="external-connection", instance=node, up=False)


def elsewhere(lab):
    machine(lab, "adgu-clutser")


def expired(lab):
    lab.client("ssm").create_activation(IamRole=ecslab.external_machine.role(lab))
    lab.control("advance", seconds=90_000)


def puzzle(*placements):
    """The puzzle's instances, and tasks as (family, count, strategy)."""

    def make(lab):
        lab.ecs.create_cluster(clusterName=CLUSTER)
        for kind, (cpu, memory, _) in placement_puzzle.SIZES.items():
            define(lab, f"adgu-puzzle-{kind}", cpu=str(cpu), memory=str(memory))
        ecslab.instance_group.create(lab, "adgu-puzzle", 3, attributes={"adgu-puzzle": "yes"})
        lab.control("advance", seconds=BOOTED)
        for kind, count, strategy in placements:
            lab.ecs.run_task(
                cluster=CLUSTER, taskDefinition=f"adgu-puzzle-{kind}", count=count, launchType="EC2",
                placementStrategy=strategy,
            )  # fmt: skip

    return make


SPREAD = [{"type": "spread", "field": "instanceId"}]
BY_MEMORY, BY_CPU = ([{"type": "binpack", "field": field}] for field in ("memory", "cpu"))


GROUP_ZONE = "us-east-1a"
MI = ecslab.managed_instances
NO_REGISTERING = (
    "The instance profile `adguManagedInstanceRole` has no role with the policy "
    "AmazonECSInstanceRolePolicyForManagedInstances: instances cost money, and do not register."
)
# The name of a wrong state: the step, what makes it, and what the check says of it.
WRONG = {
    "an image without the agent": (TEMPLATE, template(ImageId="ami-12c6146b"),
        f"The image of `{NAME}` is `ami-12c6146b`: no ECS-optimized image, so nobody can tell whether the "
        "agent is in it."),
    "a larger type": (TEMPLATE, template(InstanceType="m5.large"),
        f"The instance type of `{NAME}` is m5.large; the lesson, and its prices, are about t3.medium."),
    "no instance profile": (TEMPLATE, template(IamInstanceProfile=None),
        f"`{NAME}` names no instance profile: the agent on its instances may not call ECS, so none "
        "registers."),
    "a profile without its role": (TEMPLATE, profile_without_its_role,
        f"There is no instance profile `adguInstanceRole` with a role in it; `{NAME}` names it."),
    "a role without its policy": (TEMPLATE, profile_without_its_policy,
        "The role `adguInstanceRole` does not have the policy AmazonEC2ContainerServiceforEC2Role: the agent "
        "may not register."),
    "no user data": (TEMPLATE, template(UserData=None),
        f"The user data of `{NAME}` names no cluster. Its agents register in the cluster `default`, if at "
        "all."),
    "user data without the cluster": (
        TEMPLATE, template(UserData=base64.b64encode(b"#!/bin/bash\necho hello").decode()),
        f"The user data of `{NAME}` names no cluster. Its agents register in the cluster `default`, if at "
        "all."),
    "a typo in the name of the cluster": (TEMPLATE, template(cluster="adgu-clutser"),
        f"The user data of `{NAME}` names the cluster `adgu-clutser`; the lesson's is `{CLUSTER}`. Instances "
        "run, and never appear."),
    "a group of another template": (GROUP, group("adgu-other", boot=False),
        f"The group `{NAME}` launches from the template adgu-other; the lesson's is `{NAME}`."),
    "a group that cannot grow": (GROUP, group(boot=False, MaxSize=1),
        f"`{NAME}` cannot grow: its maximum size is 1."),
    "a group in one zone": (GROUP, in_one_zone,
        f"All instances of `{NAME}` are in {GROUP_ZONE}. If the zone fails, no task is left."),
    "a group of no instances": (GROUP, group(desired=0, boot=False),
        f"The desired capacity of `{NAME}` is 0: it launches nothing."),
    "instances that never appear": (GROUP, with_a_typo,
        f"Instances of `{NAME}` run, but their user data names adgu-clutser, and not `{CLUSTER}`: they never "
        "appear there."),
    "an agent that is cut off": (GROUP, agent_cut_off,
        lambda lab: f"The agent of {ecslab.container_instance.of_cluster(lab)[0]['ec2InstanceId']} is not "
        "connected: ECS places nothing there."),
    "a provider of another group": (PROVIDER, provider("adgu-other"),
        f"The capacity provider `{NAME}` is one of the group `adgu-other`."),
    "a provider without managed scaling": (PROVIDER, provider(scaling={"status": "DISABLED"}),
        f"Managed scaling of `{NAME}` is off: tasks are placed on its instances, but nobody launches any."),
    "a provider that keeps room": (PROVIDER, provider(scaling={"status": "ENABLED", "targetCapacity": 50}),
        f"The target capacity of `{NAME}` is 50 %: some instances stay empty on purpose. The lesson asks for "
        "100."),
    "a provider that no cluster uses": (PROVIDER, provider(associated=("FARGATE", "FARGATE_SPOT")),
        f"`{NAME}` is there, but the cluster `{CLUSTER}` does not use it."),
    "a list that replaced Fargate": (PROVIDER, provider(associated=(NAME,)),
        f"`{CLUSTER}` does not have FARGATE: PutClusterCapacityProviders replaces the whole list."),
    "a list that replaced Spot": (PROVIDER, provider(associated=("FARGATE", NAME)),
        f"`{CLUSTER}` does not have FARGATE_SPOT: PutClusterCapacityProviders replaces the whole list."),
    "the page was deleted": (SERVICE, deleted(page(0), PAGE), f"`{PAGE}` was deleted."),
    "the page by another provider": (SERVICE, page(on="adgu-other"),
        f"`{PAGE}` gets its capacity from adgu-other; the lesson asks for `{NAME}`."),
    "two tasks of the page": (SERVICE, page(2), f"`{PAGE}` wants 2 tasks; the lesson asks for 6."),
    "no task of the page": (SERVICE, page(0), f"`{PAGE}` wants 0 tasks; the lesson asks for 6."),
    "five tasks of the page": (SERVICE, page(5), f"`{PAGE}` wants 5 tasks; the lesson asks for 6."),
    "mixed by the launch type": (ON_SPOT, split(),
        f"`{MIXED}` has the launch type FARGATE: a launch type is one kind of capacity alone."),
    "mixed without Spot": (ON_SPOT, split(("FARGATE", 1, 1)),
        f"The strategy of `{MIXED}` does not name FARGATE_SPOT."),
    "mixed on Spot alone": (ON_SPOT, split(("FARGATE_SPOT", 0, 1)),
        f"The strategy of `{MIXED}` does not name FARGATE."),
    "the base on Spot": (ON_SPOT, split(("FARGATE", 0, 1), ("FARGATE_SPOT", 1, 3)),
        f"The base of `{MIXED}` (1) is on FARGATE_SPOT: what is to be there at any time can be taken back."),
    "a base of four": (ON_SPOT, split(("FARGATE", 4, 1), ("FARGATE_SPOT", 0, 3)),
        f"The base of `{MIXED}` on FARGATE is 4; 1 is asked for."),
    "the weights the other way": (ON_SPOT, split(("FARGATE", 1, 3), ("FARGATE_SPOT", 0, 1)),
        f"The weights of `{MIXED}` (FARGATE : FARGATE_SPOT) are 3 : 1; 1 : 3 is asked for."),
    "eight tasks": (ON_SPOT, split(("FARGATE", 1, 1), ("FARGATE_SPOT", 0, 3), count=8),
        f"The desired count of `{MIXED}` is 8; 5 is asked for."),
    "the mixed service is deleted": (ON_SPOT, deleted(split(("FARGATE", 1, 1), count=0), MIXED),
        f"`{MIXED}` was deleted."),
    "a provider of a group": (ON_MANAGED, of_a_group,
        f"The capacity provider `{MANAGED}` is one of an Auto Scaling group: its instances are yours to "
        "patch."),
    "a provider of another cluster": (ON_MANAGED, managed(on=None, cluster="adgu-clutser"),
        f"The capacity provider `{MANAGED}` belongs to the cluster `adgu-clutser`; the lesson's is "
        f"`{CLUSTER}`."),
    "an infrastructure role that may launch nothing": (
        ON_MANAGED, managed(on=None, then=detached("adguInfrastructureRole", MI.LAUNCHES)),
        "The infrastructure role `adguInfrastructureRole` does not have the policy "
        "AmazonECSInfrastructureRolePolicyForManagedInstances: ECS may not launch instances."),
    "a managed instance's role that may not register": (
        ON_MANAGED, managed(on=None, then=detached("adguManagedInstanceRole", MI.REGISTERS)), NO_REGISTERING),
    "a managed instance's profile without a role": (
        ON_MANAGED, managed(on=None, then=without_its_role), NO_REGISTERING),
    "managed in one zone": (ON_MANAGED, managed(on=None, zones=1),
        f"All subnets of `{MANAGED}` are in {GROUP_ZONE}. If the zone fails, no task is left."),
    "the managed service is deleted": (ON_MANAGED, deleted(managed(count=0), MANAGED),
        f"The service `{MANAGED}` was deleted."),
    "managed by the launch type": (ON_MANAGED, managed(on="FARGATE"),
        f"The service `{MANAGED}` gets its capacity from the launch type FARGATE; the lesson asks for the "
        f"capacity provider `{MANAGED}`."),
    "six managed tasks": (ON_MANAGED, managed(count=6),
        f"The desired count of `{MANAGED}` is 6; 4 is asked for."),
    "the machine registered elsewhere": (EXTERNAL, elsewhere,
        lambda lab: f"{node_of(lab)} is known to Systems Manager, but it is no container instance of "
        f"`{CLUSTER}`."),
    "the activation has expired": (EXTERNAL, expired,
        "The activation has expired: no machine can use it any more."),
    "a task of another family": (EXTERNAL, outside("adgu-other"),
        f"A task of `adgu-other` runs on the machine; the lesson asks for one of `{PAGE}`."),
    "the task was stopped": (EXTERNAL, outside(then=stop),
        lambda lab: f"Task {stopped(lab)} ran on the machine, and has stopped."),
    "the machine is cut off": (EXTERNAL, outside(then=cut_off),
        lambda lab: f"The connection of {node_of(lab)} is lost: what ECS shows of its tasks is what it heard "
        "last."),
    "all spread": (PUZZLE, puzzle(("memory", 4, SPREAD), ("cpu", 2, SPREAD)),
        "All tasks are placed, on 3 instances. 2 are enough."),
    "in the wrong order": (PUZZLE, puzzle(("cpu", 2, BY_CPU), ("memory", 4, BY_MEMORY)),
        "All tasks are placed, on 3 instances. 2 are enough."),
    "the second family is missing": (PUZZLE, puzzle(("memory", 4, BY_MEMORY)),
        "0 of 2 tasks of `adgu-puzzle-cpu` are placed."),
    "one task is missing": (PUZZLE, puzzle(("memory", 3, BY_MEMORY), ("cpu", 2, BY_MEMORY)),
        "3 of 4 tasks of `adgu-puzzle-memory` are placed."),
    "a task too many": (PUZZLE, puzzle(("memory", 4, BY_MEMORY), ("cpu", 3, BY_MEMORY)),
        "3 tasks of `adgu-puzzle-cpu` are placed; 2 are asked for."),
}  # fmt: skip


def node_of(lab):
    return lab.client("ssm").describe_instance_information()["InstanceInformationList"][0]["InstanceId"]


def stopped(lab):
    [arn] = lab.ecs.list_tasks(cluster=CLUSTER, desiredStatus="STOPPED")["taskArns"]
    return arn.rsplit("/", 1)[-1][:8]


@pytest.mark.parametrize("name", WRONG)
def test_wrong(lab, name):
    step, make, message = WRONG[name]
    make(lab)
    assert said(lab, step) == ("Look again", message(lab) if callable(message) else message)


# Not yet, and done ------------------------------------------------------------------------------------------


WAITING = {
    "instances boot": (GROUP, group(boot=False), f"No instance of `{NAME}` has registered yet: they boot."),
    "tasks wait for capacity": (
        SERVICE,
        page(),
        f"0 of 6 tasks of `{PAGE}` run; the others wait for capacity, or start.",
    ),
    "the launch type is there": (
        SERVICE,
        page(on=None),
        f"`{PAGE}` has the launch type EC2: nothing scales for it.",
    ),
    "no service is on the managed instances": (
        ON_MANAGED,
        managed(on=None),
        f"The capacity provider `{MANAGED}` is ACTIVE; no service uses it yet.",
    ),
    "AWS launches instances": (
        ON_MANAGED,
        managed(),
        f"0 of 4 tasks of `{MANAGED}` run; the others wait for capacity, or start.",
    ),
    "the puzzle is laid out": (PUZZLE, puzzle(), "No task of the puzzle runs yet."),
}


@pytest.mark.parametrize("name", WAITING)
def test_not_yet(lab, name):
    step, make, message = WAITING[name]
    make(lab)
    assert said(lab, step) == ("Not yet", message)


def test_an_empty_group_that_a_provider_scales_is_not_wrong(lab):
    provider()(lab)
    assert said(lab, GROUP) == ("Not yet", f"No instance of `{NAME}` has registered yet: they boot.")


def test_the_puzzle_is_solved_by_order_and_strategy(lab):
    puzzle(("memory", 4, BY_MEMORY), ("cpu", 2, BY_MEMORY))(lab)
    price = prices.dollars(2 * prices.instance_hour("t3.medium"))
    assert said(lab, PUZZLE) == ("Done", f"All tasks are placed on 2 instances, for {price} an hour.")


def test_what_the_questions_ask_for(lab):
    answers = STAGES["11"].answers
    assert all(not list(answer(lab)) for answer in answers.values())
    managed()(lab)
    group()(lab)
    assert set(answers["managed-share"](lab)) == {50}
    assert next(iter(answers["memory"](lab))) < 4096
    assert 50 <= min(answers["break-even"](lab)) < 65
