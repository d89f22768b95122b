"""Stage 11's solutions, as a learner would write them: `lab.solution()` shows their bodies."""

from ecslab.connection.connection import Connection
from ecslab.course import learner_namespace as ecslab


def make_template(lab: Connection) -> object:
    name = lab.name("adgu-ec2")
    if not ecslab.instance_group.template(lab, name):
        lab.ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={
                "ImageId": ecslab.instance_group.IMAGE,
                "InstanceType": "t3.medium",
                "IamInstanceProfile": {"Name": ecslab.instance_group.profile(lab)},
                "UserData": ecslab.instance_group.user_data(lab.names.cluster),
            },
        )
    return ecslab.instance_group.template(lab, name)


def make_group(lab: Connection) -> object:
    name = lab.name("adgu-ec2")
    if not ecslab.instance_group.group(lab, name):
        lab.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name},
            MinSize=0,
            MaxSize=4,
            DesiredCapacity=1,
            VPCZoneIdentifier=ecslab.instance_group.subnets(lab),
        )
    ecslab.container_instance.wait_until_registered(lab)
    return ecslab.instance_group.group(lab, name)


def make_provider(lab: Connection) -> object:
    name = lab.name("adgu-ec2")
    group = ecslab.instance_group.create(lab)  # as it is, if it is there
    if not ecslab.instance_group.provider(lab, name):
        lab.ecs.create_capacity_provider(
            name=name,
            autoScalingGroupProvider={
                "autoScalingGroupArn": group["AutoScalingGroupARN"],
                "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
            },
        )
    return lab.ecs.put_cluster_capacity_providers(
        cluster=lab.names.cluster,
        capacityProviders=["FARGATE", "FARGATE_SPOT", name],
        defaultCapacityProviderStrategy=[],
    )


def use_provider(lab: Connection) -> object:
    service = ecslab.capacity.page(lab)["serviceName"]
    lab.ecs.update_service(
        cluster=lab.names.cluster,
        service=service,
        desiredCount=6,
        capacityProviderStrategy=[{"capacityProvider": lab.name("adgu-ec2"), "weight": 1}],
        forceNewDeployment=True,
    )
    return ecslab.service.wait_until_stable(lab, service)


def make_managed(lab: Connection) -> object:
    name = lab.name("adgu-managed")
    subnets = ecslab.instance_group.subnets(lab).split(",")
    if not ecslab.managed_instances.provider(lab, name):
        lab.ecs.create_capacity_provider(
            name=name,
            cluster=lab.names.cluster,
            managedInstancesProvider={
                "infrastructureRoleArn": ecslab.managed_instances.infrastructure_role(lab),
                "instanceLaunchTemplate": {
                    "ec2InstanceProfileArn": ecslab.managed_instances.profile(lab),
                    "networkConfiguration": {"subnets": subnets},
                },
            },
        )
    ecslab.managed_instances.wait_until_active(lab, name)
    if not ecslab.service.find(lab, name):
        lab.ecs.create_service(
            cluster=lab.names.cluster,
            serviceName=name,
            taskDefinition=lab.names.family,
            desiredCount=4,
            capacityProviderStrategy=[{"capacityProvider": name, "weight": 1}],
            networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
        )
    return ecslab.service.wait_until_stable(lab, name)


def make_mixed(lab: Connection) -> object:
    name = lab.name("adgu-mixed")
    if not ecslab.service.find(lab, name):
        lab.ecs.create_service(
            cluster=lab.names.cluster,
            serviceName=name,
            taskDefinition=lab.names.family,
            desiredCount=5,
            capacityProviderStrategy=[
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ],
            networkConfiguration=ecslab.service.default_choice(lab).configuration(),
        )
    return ecslab.service.wait_until_stable(lab, name)


def run_external(lab: Connection) -> object:
    if not ecslab.external_machine.machines(lab):
        role = ecslab.external_machine.role(lab)
        activation = lab.client("ssm").create_activation(IamRole=role, RegistrationLimit=1)
        ecslab.external_machine.register(lab, activation)
    task = lab.ecs.run_task(
        cluster=lab.names.cluster, taskDefinition=lab.name("adgu-page"), launchType="EXTERNAL"
    )["tasks"][0]
    return ecslab.task.wait_until_running(lab, task)


def solve_puzzle(lab: Connection) -> object:
    puzzle = ecslab.capacity.puzzle(lab)
    for family, count in puzzle.families.items():  # the tasks that need much memory first
        if not puzzle.placed[family]:
            lab.ecs.run_task(
                cluster=lab.names.cluster,
                taskDefinition=family,
                count=count,
                launchType="EC2",
                placementStrategy=[{"type": "binpack", "field": "memory"}],
            )
    return ecslab.capacity.puzzle(lab)
