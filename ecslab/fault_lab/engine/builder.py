"""The healthy blueprint that every fault begins from, made by ordinary boto3 calls, piece by piece."""

import json
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, Unpack

from ecslab.connection.connection import Connection
from ecslab.fault_lab.engine.names import FaultNames
from ecslab.resources import execution_role, image, network

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionTypeDef
    from mypy_boto3_ecs.type_defs import (
        AwsVpcConfigurationTypeDef,
        ContainerDefinitionTypeDef,
        LoadBalancerTypeDef,
        LogConfigurationTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
    )

ANYWHERE: Final = "0.0.0.0/0"
ALB_READY: Final = 150.0  # seconds until a new load balancer is active
PULL_GIVEN_UP: Final = 360.0  # seconds: Fargate tries for some five minutes to reach the registry


class Builder:
    """Makes the pieces of one application.

    Args:
        lab: the lab without its record.
        names: what the pieces are called.
        rng: what a fault draws its particulars from.
    """

    def __init__(self, lab: Connection, names: FaultNames, rng: random.Random):
        self.lab, self.names, self.rng = lab, names, rng
        self.vpc = next(vpc.id for vpc in network.vpcs(lab) if vpc.default)

    def pass_time(self, seconds: float) -> None:
        """Let virtual seconds pass at once, whatever the sandbox's pace."""
        self.lab.control("advance", seconds=seconds)

    # What every application has -----------------------------------------------------------------------------

    def foundation(self, tag: str = "v1") -> None:
        """Cluster, log group, execution role, and a repository with one image."""
        lab, names = self.lab, self.names
        lab.ecs.create_cluster(clusterName=names.cluster)
        lab.logs.create_log_group(logGroupName=names.log_group)
        execution_role.create(lab, names.execution_role)
        lab.ecr.create_repository(repositoryName=names.service)
        self.push(tag)

    def push(self, tag: str, architecture: Literal["amd64", "arm64"] = "amd64") -> str:
        """An image with the application's page under a tag; its URI."""
        page = f"<h1>The {self.names.app}</h1><p>Open as usual.</p>"
        built = image.build(page, lab=self.lab, architecture=architecture)
        return image.push(self.lab, built, self.names.service, tag).uri

    def uri(self, tag: str = "v1") -> str:
        """Where the application's image is."""
        lab = self.lab
        return f"{lab.account}.dkr.ecr.{lab.region}.amazonaws.com/{self.names.service}:{tag}"

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.lab.account}:role/{name}"

    def role(self, name: str) -> str:
        """A role that tasks may assume, with no permissions yet; its ARN."""
        self.lab.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(execution_role.TRUST))
        return self.role_arn(name)

    def allow(self, role: str, policy: str, action: str | list[str], resource: str | list[str]) -> None:
        """Give a role a permission, as an inline policy."""
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.lab.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))

    # The definition and the service -------------------------------------------------------------------------

    def task_definition(
        self, tag: str = "v1", **container: "Unpack[ContainerDefinitionTypeDef]"
    ) -> "RegisterTaskDefinitionRequestTypeDef":
        """A task definition for Fargate that works; `container` changes its one container."""
        names = self.names
        web: ContainerDefinitionTypeDef = {
            "name": names.container,
            "image": self.uri(tag),
            "essential": True,
            "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
            "logConfiguration": self.log_configuration(names.log_group),
        }
        return {
            "family": names.service,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.role_arn(names.execution_role),
            "tags": self.lab.tags("ecs"),
            "containerDefinitions": [web | container],
        }

    def log_configuration(self, group: str) -> "LogConfigurationTypeDef":
        """What sends a container's log to a group."""
        options = {
            "awslogs-group": group,
            "awslogs-region": self.lab.region,
            "awslogs-stream-prefix": "ecs",
        }
        return {"logDriver": "awslogs", "options": options}

    def register(self, task_definition: "RegisterTaskDefinitionRequestTypeDef") -> str:
        """Register a revision; its ARN."""
        response = self.lab.ecs.register_task_definition(**task_definition)
        return str(response["taskDefinition"]["taskDefinitionArn"])

    def service(
        self,
        task_definition: str,
        network: "AwsVpcConfigurationTypeDef | None" = None,
        load_balancers: "Sequence[LoadBalancerTypeDef]" = (),
        name: str | None = None,
        desired_count: int = 1,
        **more: object,
    ) -> None:
        """A service on Fargate, in the default VPC's public subnets unless told otherwise.

        `more` are members of CreateService, such as a `capacityProviderStrategy` in place of the launch type.
        """
        if "capacityProviderStrategy" not in more:
            more["launchType"] = "FARGATE"
        self.lab.ecs.create_service(
            cluster=self.names.cluster,
            serviceName=name or self.names.service,
            taskDefinition=task_definition,
            desiredCount=desired_count,
            networkConfiguration={"awsvpcConfiguration": network or self.public()},
            loadBalancers=load_balancers,
            tags=self.lab.tags("ecs"),
            **more,  # type: ignore[arg-type]
        )

    # The network --------------------------------------------------------------------------------------------

    def group(self, name: str, vpc: str | None = None) -> str:
        """A security group that admits nothing yet; its id."""
        response = self.lab.ec2.create_security_group(
            GroupName=name,
            Description=f"The {self.names.app}",
            VpcId=vpc or self.vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": self.lab.tags("ec2")}],
        )
        return str(response["GroupId"])

    def admit(self, group: str, port: int, source: str = ANYWHERE) -> None:
        """Let a port in, from a range of addresses or from the members of another group."""
        rule: IpPermissionTypeDef = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
        if source.startswith("sg-"):
            rule |= {"FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [{"GroupId": source}]}
        else:
            rule["IpRanges"] = [{"CidrIp": source}]
        self.lab.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    def open_group(self) -> str:
        """The application's own group, with port 80 open to anybody."""
        group = self.group(self.names.service)
        self.admit(group, 80)
        return group

    def subnets(self, public: bool = True, vpc: str | None = None) -> list[str]:
        """Two subnets of a VPC, the default one unless another is named, in two zones."""
        subnets = [each for each in network.subnets(self.lab, vpc or self.vpc) if each.public is public]
        zones = {subnet.az: subnet.id for subnet in reversed(subnets)}
        return [zones[zone] for zone in sorted(zones)[:2]]

    def public(self, group: str | None = None) -> "AwsVpcConfigurationTypeDef":
        """Two public subnets, a public IP, and a group that admits HTTP from anywhere."""
        return {
            "subnets": self.subnets(),
            "securityGroups": [group or self.open_group()],
            "assignPublicIp": "ENABLED",
        }

    def balanced(
        self, port: int = 80, health_path: str = "/"
    ) -> "tuple[AwsVpcConfigurationTypeDef, list[LoadBalancerTypeDef]]":
        """A load balancer on port 80; the tasks' network, and the service's `loadBalancers`.

        Args:
            port: the container's, to which the load balancer sends what it gets.
            health_path: what its health check asks for, every ten seconds.
        """
        lab, names = self.lab, self.names
        front, tasks = self.group(names.balancer_group), self.group(names.service)
        self.admit(front, 80)
        self.admit(tasks, 0, front)
        subnets = self.subnets()
        balancer = lab.elbv2.create_load_balancer(
            Name=names.balancer, Subnets=subnets, SecurityGroups=[front], Tags=lab.tags("elbv2")
        )["LoadBalancers"][0]["LoadBalancerArn"]
        group = lab.elbv2.create_target_group(
            Name=names.service, Protocol="HTTP", Port=port, VpcId=self.vpc, TargetType="ip",
            HealthCheckPath=health_path, HealthCheckIntervalSeconds=10, HealthCheckTimeoutSeconds=5,
            Tags=lab.tags("elbv2"),
        )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
        lab.elbv2.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
        )  # fmt: skip
        self.pass_time(ALB_READY)
        return (
            {"subnets": subnets, "securityGroups": [tasks], "assignPublicIp": "ENABLED"},
            [{"targetGroupArn": group, "containerName": names.container, "containerPort": port}],
        )
