"""The kinds of resource that a lab creates: one row each, with what the ledger needs to know of it.

How each kind is found again and removed is in `operations/cleanup/removal.py`, in rows of the same kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import jmespath

from ecslab.connection.tags import Tags, spelling

_Specification = Mapping[str, object]


@dataclass(frozen=True)
class ResourceKind:
    """One kind of resource.

    Attributes:
        kind: what a receipt calls it.
        service: as boto3 names it.
        create: the operations that create it, with spaces between.
        name_path: where its name is in the request, as a JMESPath; of a task, the name of its cluster.
        ids_path: where the response has its ARN, or its id where it has no ARN; None: nowhere.
        taggable: whether its create call takes tags.
        unique: whether AWS gives its ARN or id to no other resource, ever.
        born_path: of what is not unique, where the response has what a re-creation changes; None: nowhere.
        uses_path: where the request has the ARNs or names of the roles and instance profiles that it needs
            while it is there.
        tag_types: what EC2 calls the resources that it makes, where its create call takes tags by type.
    """

    kind: str
    service: str
    create: str
    name_path: str
    ids_path: str | None
    taggable: bool = True
    unique: bool = True
    born_path: str | None = None
    uses_path: str | None = None
    tag_types: tuple[str, ...] = ()

    def name(self, params: Mapping[str, object]) -> str | None:
        """The name in a request; None where botocore is about to refuse it."""
        name = jmespath.search(self.name_path, params)
        if not isinstance(name, str):
            return None
        return name.rpartition("/")[2] if name.startswith("arn:") else name

    def ids(self, response: Mapping[str, object]) -> list[str]:
        """What AWS calls the resources that a response tells of."""
        ids = jmespath.search(self.ids_path, response) if self.ids_path else []
        return [ids] if isinstance(ids, str) else list(ids or ())

    def born(self, response: Mapping[str, object]) -> object:
        """What a re-creation under the same name would change, of the resource that a response tells of."""
        return jmespath.search(self.born_path, response) if self.born_path else None

    def uses(self, params: Mapping[str, object]) -> list[str]:
        """The names of the roles and instance profiles that a request names."""
        roles = jmespath.search(self.uses_path, params) if self.uses_path else None
        return [str(role).rpartition("/")[2] for role in roles or () if role]

    def tag(self, params: dict[str, object], owner: str) -> None:
        """Put the lab's tag into a request, beside the tags that are there."""
        if not self.taggable:
            return
        spelled = spelling(self.service)
        given = cast("Tags | None", params.get(spelled.parameter))
        if spelled.parameter == "TagSpecifications":  # tags for several things that one call makes
            parts = [dict(cast("_Specification", each)) for each in given or ()]
            named = {part.get("ResourceType") for part in parts}
            parts += [{"ResourceType": each} for each in self.tag_types if each not in named]
            for part in parts:
                if part.get("ResourceType") in self.tag_types:
                    part["Tags"] = spelled.beside(cast("Tags", part.get("Tags")), owner)
            params[spelled.parameter] = parts
        else:
            params[spelled.parameter] = spelled.beside(given, owner)


KINDS: Final = (
    ResourceKind("repository", "ecr", "CreateRepository", "repositoryName", "repository.repositoryArn",
                 unique=False, born_path="repository.createdAt"),
    ResourceKind("cluster", "ecs", "CreateCluster", "clusterName || 'default'", "cluster.clusterArn",
                 unique=False),
    ResourceKind("task definition", "ecs", "RegisterTaskDefinition", "family",
                 "taskDefinition.taskDefinitionArn", uses_path="[executionRoleArn, taskRoleArn]"),
    ResourceKind("task", "ecs", "RunTask StartTask", "cluster || 'default'", "tasks[].taskArn"),
    ResourceKind("service", "ecs", "CreateService", "serviceName", "service.serviceArn",
                 unique=False, born_path="service.createdAt"),
    # registering again changes a target, and AWS refuses tags then: it is ours as its service is
    ResourceKind("scalable target", "application-autoscaling", "RegisterScalableTarget", "ResourceId",
                 "ScalableTargetARN", taggable=False),
    ResourceKind("alarm", "cloudwatch", "PutMetricAlarm", "AlarmName", None, unique=False),
    # of a group nothing tells one from another of its name but its tag, which its instances have as well
    ResourceKind("capacity provider", "ecs", "CreateCapacityProvider", "name",
                 "capacityProvider.capacityProviderArn", unique=False,
                 uses_path="managedInstancesProvider.[infrastructureRoleArn, "
                           "instanceLaunchTemplate.ec2InstanceProfileArn]"),
    # a daemon that is made again has the same ARN
    ResourceKind("daemon", "ecs", "CreateDaemon", "daemonName", "daemonArn", unique=False,
                 born_path="createdAt"),
    ResourceKind("daemon task definition", "ecs", "RegisterDaemonTaskDefinition", "family",
                 "daemonTaskDefinitionArn", uses_path="[executionRoleArn, taskRoleArn]"),
    ResourceKind("Auto Scaling group", "autoscaling", "CreateAutoScalingGroup", "AutoScalingGroupName", None,
                 unique=False),
    ResourceKind("instance", "ec2", "RunInstances",
                 "InstanceType || LaunchTemplate.LaunchTemplateName || LaunchTemplate.LaunchTemplateId || "
                 "'of its image'",
                 "Instances[].InstanceId", uses_path="IamInstanceProfile.[Name, Arn]",
                 tag_types=("instance", "volume")),
    ResourceKind("launch template", "ec2", "CreateLaunchTemplate", "LaunchTemplateName",
                 "LaunchTemplate.LaunchTemplateId",
                 uses_path="LaunchTemplateData.IamInstanceProfile.[Name, Arn]",
                 tag_types=("launch-template",)),
    ResourceKind("instance profile", "iam", "CreateInstanceProfile", "InstanceProfileName",
                 "InstanceProfile.Arn", unique=False, born_path="InstanceProfile.InstanceProfileId"),
    # machines that use it have its tags
    ResourceKind("activation", "ssm", "CreateActivation", "DefaultInstanceName || IamRole", "ActivationId",
                 uses_path="[IamRole]"),
    ResourceKind("load balancer", "elbv2", "CreateLoadBalancer", "Name", "LoadBalancers[].LoadBalancerArn"),
    ResourceKind("target group", "elbv2", "CreateTargetGroup", "Name", "TargetGroups[].TargetGroupArn"),
    # both are made by an operation that takes a while: the answer names the operation alone
    ResourceKind("namespace", "servicediscovery", "CreatePrivateDnsNamespace", "Name", None),
    # those that ECS makes for a cluster are here by their ARN: see `cluster_namespaces`
    ResourceKind("HTTP namespace", "servicediscovery", "CreateHttpNamespace", "Name", None),
    ResourceKind("discovery service", "servicediscovery", "CreateService", "Name", "Service.Arn"),
    ResourceKind("secret", "secretsmanager", "CreateSecret", "Name", "ARN"),  # with six random characters
    ResourceKind("role", "iam", "CreateRole", "RoleName", "Role.Arn", unique=False, born_path="Role.RoleId"),
    ResourceKind("log group", "logs", "CreateLogGroup", "logGroupName", None, unique=False),
    ResourceKind("security group", "ec2", "CreateSecurityGroup", "GroupName", "GroupId",
                 tag_types=("security-group",)),
)  # fmt: skip
BY_CREATE_CALL: Final = {
    (kind.service, operation): kind for kind in KINDS for operation in kind.create.split()
}
BY_KIND: Final = {kind.kind: kind for kind in KINDS}
