"""Calls by which a lab, or a stranger, gets machines: profile, template, group, provider, activation."""

import base64
import json

AGENT_IMAGE = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
ON_EC2 = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
SETTLED = 300
"""Seconds in which instances have registered."""
LAUNCHES = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances"
REGISTERS = "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances"
MANAGED = "ecsInstanceRoleManaged"
"""AWS's policy for the infrastructure role lets it pass roles whose names begin so."""
OUTSIDE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def agreed(lab, hourly=1.0):
    """On a real account nothing starts instances before their price is agreed to."""
    if lab.budget:
        lab.budget.agree(hourly)


def role(iam, name, service, policy):
    """A role that a service of AWS may assume."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)


def profile(iam, name="machines"):
    """An instance profile with a role of the same name."""
    role(iam, name, "ec2.amazonaws.com", ON_EC2)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


def user_data(cluster):
    """What lets the agent of an instance register in a cluster."""
    return f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config"


def template(ec2, cluster, name="machines", profile="machines"):
    """The id of a launch template whose instances register in a cluster."""
    data = {
        "ImageId": AGENT_IMAGE, "InstanceType": "t3.micro", "IamInstanceProfile": {"Name": profile},
        "UserData": base64.b64encode(user_data(cluster).encode()).decode(),
    }  # fmt: skip
    created = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    return created["LaunchTemplate"]["LaunchTemplateId"]


def group(autoscaling, ec2, name="machines", template="machines", desired=1, protects=False):
    """The ARN of an Auto Scaling group in the first default subnet."""
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnet = ec2.describe_subnets(Filters=default)["Subnets"][0]["SubnetId"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateName": template}, MinSize=0, MaxSize=4,
        DesiredCapacity=desired, VPCZoneIdentifier=subnet, NewInstancesProtectedFromScaleIn=protects,
    )  # fmt: skip
    groups = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return groups[0]["AutoScalingGroupARN"]


def provider(ecs, group_arn, cluster=None, name="machines", protects=False):
    """A capacity provider that scales a group, given to a cluster."""
    settings = {"autoScalingGroupArn": group_arn, "managedScaling": {"status": "ENABLED"},
                "managedTerminationProtection": "ENABLED" if protects else "DISABLED"}  # fmt: skip
    ecs.create_capacity_provider(name=name, autoScalingGroupProvider=settings)
    if cluster:
        ecs.put_cluster_capacity_providers(
            cluster=cluster, capacityProviders=["FARGATE", name],
            defaultCapacityProviderStrategy=[{"capacityProvider": name, "weight": 1}],
        )  # fmt: skip


def launch(ec2, image, cluster, profile="machines"):
    """The id of an instance by itself."""
    return ec2.run_instances(
        ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, UserData=user_data(cluster),
        IamInstanceProfile={"Name": profile},
    )["Instances"][0]["InstanceId"]  # fmt: skip


def image(ssm):
    """The id of an image with the container agent."""
    return ssm.get_parameter(Name=AGENT_IMAGE.removeprefix("resolve:ssm:"))["Parameter"]["Value"]


def managed_provider(lab, cluster, name="managed", propagates="CAPACITY_PROVIDER"):
    """A subnet for tasks on a new capacity provider whose instances ECS manages, with the roles it needs."""
    agreed(lab)
    role(lab.iam, "infrastructure", "ecs.amazonaws.com", LAUNCHES)
    role(lab.iam, MANAGED, "ec2.amazonaws.com", REGISTERS)
    lab.iam.create_instance_profile(InstanceProfileName=MANAGED)
    lab.iam.add_role_to_instance_profile(InstanceProfileName=MANAGED, RoleName=MANAGED)
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    subnet = lab.ec2.describe_subnets(Filters=default)["Subnets"][0]["SubnetId"]
    launched = {
        "ec2InstanceProfileArn": f"arn:aws:iam::{lab.account}:instance-profile/{MANAGED}",
        "networkConfiguration": {"subnets": [subnet]},
    }
    provider = {
        "infrastructureRoleArn": f"arn:aws:iam::{lab.account}:role/infrastructure",
        "propagateTags": propagates, "instanceLaunchTemplate": launched,
    }  # fmt: skip
    lab.control("advance", seconds=30)  # until the roles are known
    lab.ecs.create_capacity_provider(name=name, cluster=cluster, managedInstancesProvider=provider)
    lab.control("advance", seconds=30)
    return subnet


def managed(lab, cluster, name="managed", propagates="CAPACITY_PROVIDER"):
    """Such a provider, and a service on it."""
    subnet = managed_provider(lab, cluster, name, propagates)
    lab.ecs.register_task_definition(
        family=name, cpu="256", memory="512", networkMode="awsvpc",
        requiresCompatibilities=["MANAGED_INSTANCES"],
        containerDefinitions=[{"name": "web", "image": "public.ecr.aws/docker/library/httpd:2.4"}],
    )  # fmt: skip
    lab.ecs.create_service(
        cluster=cluster, serviceName=name, taskDefinition=name, desiredCount=1,
        capacityProviderStrategy=[{"capacityProvider": name, "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}},
    )  # fmt: skip
    lab.control("advance", seconds=SETTLED)


def daemon(lab, cluster, name="agent", provider="managed"):
    """The ARN of a daemon on the instances of a capacity provider."""
    container = {"name": name, "image": "public.ecr.aws/docker/library/httpd:2.4"}
    definition = lab.ecs.register_daemon_task_definition(
        family=name, cpu="128", memory="128", containerDefinitions=[container]
    )["daemonTaskDefinitionArn"]
    shown = lab.ecs.describe_capacity_providers(capacityProviders=[provider])["capacityProviders"][0]
    made = lab.ecs.create_daemon(
        daemonName=name, clusterArn=cluster, daemonTaskDefinitionArn=definition,
        capacityProviderArns=[shown["capacityProviderArn"]],
    )  # fmt: skip
    lab.control("advance", seconds=2 * SETTLED)
    return made["daemonArn"]


def outside(lab, ssm, cluster, role="outside"):
    """The id of a machine outside AWS that registers in a cluster."""
    activation = ssm.create_activation(IamRole=role, DefaultInstanceName="cellar")
    registration = {
        "activation_id": activation["ActivationId"],
        "activation_code": activation["ActivationCode"],
    }
    return lab.control("inject", kind="external-instance", cluster=cluster, **registration)["instance"]


def furnished(lab, protects=False):
    """One of each kind: the ids of the group's instance, of one by itself, and of a machine outside."""
    name, ssm = lab.names.cluster, lab.client("ssm")
    agreed(lab)
    profile(lab.iam)
    template(lab.ec2, name)
    arn = group(lab.client("autoscaling"), lab.ec2, protects=protects)
    provider(lab.ecs, arn, name, protects=protects)
    alone = launch(lab.ec2, image(ssm), name)
    role(lab.iam, "outside", "ssm.amazonaws.com", OUTSIDE)
    lab.iam.attach_role_policy(RoleName="outside", PolicyArn=ON_EC2)
    node = outside(lab, ssm, name)
    lab.control("advance", seconds=SETTLED)
    described = lab.client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]
    return described[0]["InstanceId"], alone, node


def everything(stranger):
    """What a stranger would miss."""
    states = {each["InstanceId"]: each["State"]["Name"]
              for reservation in stranger.ec2.describe_instances()["Reservations"]
              for each in reservation["Instances"]}  # fmt: skip
    scaling, ssm = stranger._client("autoscaling"), stranger._client("ssm")
    nodes = ssm.describe_instance_information()["InstanceInformationList"]
    return {
        "instances": states,
        "groups": scaling.describe_auto_scaling_groups()["AutoScalingGroups"],
        "templates": stranger.ec2.describe_launch_templates()["LaunchTemplates"],
        "profiles": stranger.iam.list_instance_profiles()["InstanceProfiles"],
        "providers": stranger.ecs.describe_capacity_providers(include=["TAGS"])["capacityProviders"],
        "activations": ssm.describe_activations()["ActivationList"],
        "nodes": [each["InstanceId"] for each in nodes],
    }  # fmt: skip
