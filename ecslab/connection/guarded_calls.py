"""What each changing call touches: one row for calls that name the same things in the same way.

A call has to be in here to pass the guard. What a row names is looked for in the parameters by JMESPath;
`ownership` finds out whose it is. What has no tags of its own is judged by what contains it: a rule by its
security group, an image by its repository, a policy by its role, a log stream by its log group.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import jmespath


@dataclass(frozen=True)
class Reference:
    """One resource as a request names it.

    Attributes:
        kind: as `resource_kinds` has it, or "family", "daemon family", "listener", or "any" for an ARN of
            whatever kind.
        id: its name, id or ARN.
        cluster: of a service, a daemon or a task, its cluster's name or ARN.
        vpc: of a security group that is named, the VPC it is in, if the request says so.
    """

    kind: str
    id: str
    cluster: str = "default"
    vpc: str = ""


@dataclass(frozen=True)
class GuardedCall:
    """Calls of one service that touch the same things.

    Attributes:
        service: as boto3 names it.
        operations: as AWS spells them, with spaces between.
        changes: for each kind of resource that is changed, where the request names it. The first has to be
            there, for else nobody could tell what would be changed; not of a call that makes something.
        makes: the kind of resource that is created, and where its name is: the name must not be another's.
        touches_nothing: whether it may name nothing that is anybody's, as what it makes has no name.
    """

    service: str
    operations: str
    changes: Mapping[str, str] = field(default_factory=dict)
    makes: tuple[str, str] | None = None
    touches_nothing: bool = False

    def changed(self, params: Mapping[str, object]) -> list[Reference]:
        """What the request is about to change. Empty although something should be there: nobody can tell."""
        changed: list[Reference] = []
        for position, (kind, path) in enumerate(self.changes.items()):
            references = list(_references(kind, path, params))
            if not references and position == 0 and not self.makes and not self.touches_nothing:
                return []
            changed += references
        return changed

    def made(self, params: Mapping[str, object]) -> list[Reference]:
        """Whose name it has to be, if it is given already."""
        return list(_references(*self.makes, params)) if self.makes else []


def _references(kind: str, path: str, params: Mapping[str, object]) -> Iterator[Reference]:
    names = jmespath.search(path, params)
    named = params.get("cluster") or params.get("clusterArn")  # of daemons
    cluster, vpc = str(named or "default"), str(params.get("VpcId") or "")
    for name in names if isinstance(names, list) else [names]:
        if name:
            yield Reference(kind, str(name), cluster, vpc)


_NOT_FARGATE: Final = "?!starts_with(@, 'FARGATE')"  # those two are AWS's
# tasks make the group of their provider grow
_STRATEGY: Final = {
    "capacity provider": f"capacityProviderStrategy[].capacityProvider | [{_NOT_FARGATE}]"
}
_PROVIDERS: Final = {
    "capacity provider": "[capacityProviders, defaultCapacityProviderStrategy[].capacityProvider][][]"
    f" | [{_NOT_FARGATE}]"
}
# an alarm may scale a group, or stop and terminate an instance; it may tell whomever it likes
_ACTS_ON: Final = {
    "any": "[AlarmActions, OKActions, InsufficientDataActions][][] | [?!contains(@, ':sns:')]"
}
_CLUSTER: Final = "cluster || 'default'"
_FORWARDS: Final = {
    "target group": "[DefaultActions, Actions][]"
    ".[TargetGroupArn, ForwardConfig.TargetGroups[].TargetGroupArn][][]"
}
# ECS registers addresses in them, and sets weights at the listeners
_BEHIND: Final = {
    "target group": "loadBalancers[].[targetGroupArn, advancedConfiguration.alternateTargetGroupArn][]",
    "listener": "loadBalancers[].advancedConfiguration.[productionListenerRule, testListenerRule][]",
    "any": "[serviceRegistries[].registryArn, vpcLatticeConfigurations[].targetGroupArn][]",
    "namespace": "serviceConnectConfiguration.namespace",
}

ROWS: Final = (
    # Amazon ECS
    # a provider that a cluster is given begins to scale its group
    GuardedCall("ecs", "CreateCluster",
                {"namespace": "serviceConnectDefaults.namespace", **_PROVIDERS},
                ("cluster", "clusterName || 'default'")),
    GuardedCall("ecs", "DeleteCluster UpdateCluster UpdateClusterSettings",
                {"cluster": "cluster", "namespace": "serviceConnectDefaults.namespace"}),
    GuardedCall("ecs", "PutClusterCapacityProviders", {"cluster": "cluster", **_PROVIDERS}),
    GuardedCall("ecs", "CreateCapacityProvider",
                {"Auto Scaling group": "autoScalingGroupProvider.autoScalingGroupArn", "cluster": "cluster"},
                ("capacity provider", "name")),
    GuardedCall("ecs", "UpdateCapacityProvider", {"capacity provider": "name", "cluster": "cluster"}),
    GuardedCall("ecs", "DeleteCapacityProvider", {"capacity provider": "capacityProvider"}),
    GuardedCall("ecs", "DeregisterContainerInstance UpdateContainerAgent",
                {"container instance": "containerInstance"}),
    GuardedCall("ecs", "UpdateContainerInstancesState", {"container instance": "containerInstances"}),
    GuardedCall("ecs", "PutAttributes DeleteAttributes", {"container instance": "attributes[].targetId"}),
    GuardedCall("ecs", "StartTask", {"cluster": _CLUSTER, "container instance": "containerInstances"}),
    GuardedCall("ecs", "CreateService", {"cluster": _CLUSTER, **_BEHIND, **_STRATEGY},
                ("service", "serviceName")),
    GuardedCall("ecs", "UpdateService DeleteService", {"service": "service", **_BEHIND, **_STRATEGY}),
    GuardedCall("ecs", "StopServiceDeployment", {"any": "serviceDeploymentArn"}),
    GuardedCall("ecs", "RunTask", {"cluster": _CLUSTER, **_STRATEGY}),
    GuardedCall("ecs", "StopTask ExecuteCommand", {"task": "task"}),
    GuardedCall("ecs", "UpdateTaskProtection", {"task": "tasks"}),
    GuardedCall("ecs", "RegisterTaskDefinition", {"family": "family"}),
    GuardedCall("ecs", "DeregisterTaskDefinition", {"task definition": "taskDefinition"}),
    GuardedCall("ecs", "DeleteTaskDefinitions", {"task definition": "taskDefinitions"}),
    # a daemon changes the instances of its capacity providers
    GuardedCall("ecs", "CreateDaemon",
                {"cluster": "clusterArn || 'default'", "capacity provider": "capacityProviderArns"},
                ("daemon", "daemonName")),
    GuardedCall("ecs", "UpdateDaemon DeleteDaemon",
                {"daemon": "daemonArn", "capacity provider": "capacityProviderArns"}),
    GuardedCall("ecs", "RegisterDaemonTaskDefinition", {"daemon family": "family"}),
    GuardedCall("ecs", "DeleteDaemonTaskDefinition", {"daemon task definition": "daemonTaskDefinition"}),
    GuardedCall("ecs", "TagResource UntagResource", {"any": "resourceArn"}),
    # Amazon ECR
    GuardedCall("ecr", "CreateRepository", makes=("repository", "repositoryName")),
    GuardedCall("ecr", "DeleteRepository PutImage InitiateLayerUpload UploadLayerPart CompleteLayerUpload "
                "BatchDeleteImage PutImageTagMutability PutImageScanningConfiguration StartImageScan "
                "PutLifecyclePolicy DeleteLifecyclePolicy SetRepositoryPolicy DeleteRepositoryPolicy "
                "StartLifecyclePolicyPreview", {"repository": "repositoryName"}),
    GuardedCall("ecr", "TagResource UntagResource", {"any": "resourceArn"}),
    # Elastic Load Balancing
    GuardedCall("elbv2", "CreateLoadBalancer", makes=("load balancer", "Name")),
    GuardedCall("elbv2", "DeleteLoadBalancer ModifyLoadBalancerAttributes SetSubnets SetSecurityGroups "
                "SetIpAddressType", {"load balancer": "LoadBalancerArn"}),
    GuardedCall("elbv2", "CreateListener", {"load balancer": "LoadBalancerArn", **_FORWARDS}),
    GuardedCall("elbv2", "CreateRule DeleteListener ModifyListener ModifyListenerAttributes "
                "AddListenerCertificates RemoveListenerCertificates",
                {"listener": "ListenerArn", **_FORWARDS}),
    GuardedCall("elbv2", "ModifyRule DeleteRule", {"listener": "RuleArn", **_FORWARDS}),
    GuardedCall("elbv2", "SetRulePriorities", {"listener": "RulePriorities[].RuleArn"}),
    GuardedCall("elbv2", "CreateTargetGroup", makes=("target group", "Name")),
    GuardedCall("elbv2", "DeleteTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes RegisterTargets "
                "DeregisterTargets", {"target group": "TargetGroupArn"}),
    GuardedCall("elbv2", "AddTags RemoveTags", {"any": "ResourceArns"}),
    # Application Auto Scaling: what scales a service is whose the service is
    GuardedCall("application-autoscaling", "RegisterScalableTarget DeregisterScalableTarget PutScalingPolicy "
                "DeleteScalingPolicy PutScheduledAction DeleteScheduledAction",
                {"scalable target": "ResourceId"}),
    GuardedCall("application-autoscaling", "TagResource UntagResource", {"any": "ResourceARN"}),
    # Amazon EC2 Auto Scaling
    GuardedCall("autoscaling", "CreateAutoScalingGroup",
                {"target group": "TargetGroupARNs",
                 "any": "[TrafficSources[].Identifier, LoadBalancerNames][][]"},
                ("Auto Scaling group", "AutoScalingGroupName")),
    GuardedCall("autoscaling", "UpdateAutoScalingGroup DeleteAutoScalingGroup SetDesiredCapacity "
                "SuspendProcesses ResumeProcesses PutLifecycleHook DeleteLifecycleHook "
                "CompleteLifecycleAction RecordLifecycleActionHeartbeat StartInstanceRefresh "
                "CancelInstanceRefresh PutScalingPolicy PutScheduledUpdateGroupAction "
                "DeleteScheduledAction EnableMetricsCollection DisableMetricsCollection",
                {"Auto Scaling group": "AutoScalingGroupName"}),
    GuardedCall("autoscaling", "DeletePolicy",
                {"Auto Scaling group": "AutoScalingGroupName",
                 "any": "[PolicyName][?starts_with(@, 'arn:')]"}),
    GuardedCall("autoscaling", "SetInstanceProtection AttachInstances DetachInstances EnterStandby "
                "ExitStandby", {"Auto Scaling group": "AutoScalingGroupName", "instance": "InstanceIds"}),
    GuardedCall("autoscaling", "TerminateInstanceInAutoScalingGroup SetInstanceHealth",
                {"instance": "InstanceId"}),
    GuardedCall("autoscaling", "CreateOrUpdateTags DeleteTags", {"Auto Scaling group": "Tags[].ResourceId"}),
    # Amazon CloudWatch
    GuardedCall("cloudwatch", "PutMetricAlarm", _ACTS_ON, ("alarm", "AlarmName")),
    GuardedCall("cloudwatch", "DeleteAlarms EnableAlarmActions DisableAlarmActions", {"alarm": "AlarmNames"}),
    GuardedCall("cloudwatch", "SetAlarmState", {"alarm": "AlarmName"}),
    GuardedCall("cloudwatch", "TagResource UntagResource", {"any": "ResourceARN"}),
    # AWS Cloud Map: a service is whose its namespace is, unless it says otherwise
    GuardedCall("servicediscovery", "CreateHttpNamespace CreatePrivateDnsNamespace",
                makes=("namespace", "Name")),
    GuardedCall("servicediscovery", "CreateService", {"namespace": "NamespaceId || DnsConfig.NamespaceId"}),
    GuardedCall("servicediscovery", "DeleteNamespace UpdateHttpNamespace UpdatePrivateDnsNamespace",
                {"namespace": "Id"}),
    GuardedCall("servicediscovery", "DeleteService UpdateService", {"discovery service": "Id"}),
    GuardedCall("servicediscovery", "RegisterInstance DeregisterInstance UpdateInstanceCustomHealthStatus",
                {"discovery service": "ServiceId"}),
    GuardedCall("servicediscovery", "TagResource UntagResource", {"any": "ResourceARN"}),
    # AWS Secrets Manager
    GuardedCall("secretsmanager", "CreateSecret", makes=("secret", "Name")),
    GuardedCall("secretsmanager", "PutSecretValue UpdateSecret DeleteSecret RestoreSecret RotateSecret "
                "CancelRotateSecret UpdateSecretVersionStage PutResourcePolicy DeleteResourcePolicy "
                "TagResource UntagResource", {"secret": "SecretId"}),
    # AWS IAM
    GuardedCall("iam", "CreateRole", makes=("role", "RoleName")),
    GuardedCall("iam", "DeleteRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy AttachRolePolicy "
                "DetachRolePolicy PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary "
                "DeleteRolePermissionsBoundary TagRole UntagRole", {"role": "RoleName"}),
    # a role in it is passed, and not changed
    GuardedCall("iam", "CreateInstanceProfile", makes=("instance profile", "InstanceProfileName")),
    GuardedCall("iam", "DeleteInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile "
                "TagInstanceProfile UntagInstanceProfile", {"instance profile": "InstanceProfileName"}),
    # AWS Systems Manager: machines outside AWS. An activation has no name, and touches nothing that is there
    GuardedCall("ssm", "CreateActivation", touches_nothing=True),
    GuardedCall("ssm", "DeleteActivation", {"activation": "ActivationId"}),
    GuardedCall("ssm", "DeregisterManagedInstance UpdateManagedInstanceRole", {"managed node": "InstanceId"}),
    GuardedCall("ssm", "AddTagsToResource RemoveTagsFromResource",
                {"managed node": "ResourceType == 'ManagedInstance' && ResourceId"}),
    # Amazon CloudWatch Logs
    GuardedCall("logs", "CreateLogGroup", makes=("log group", "logGroupName")),
    GuardedCall("logs", "DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy CreateLogStream "
                "DeleteLogStream PutLogEvents TagLogGroup UntagLogGroup PutMetricFilter DeleteMetricFilter "
                "PutSubscriptionFilter DeleteSubscriptionFilter", {"log group": "logGroupName"}),
    GuardedCall("logs", "TagResource UntagResource", {"any": "resourceArn"}),
    # reads, as work of AWS's that ends by itself
    GuardedCall("logs", "StartQuery StopQuery", touches_nothing=True),
    # Amazon EC2
    GuardedCall("ec2", "CreateSecurityGroup", makes=("security group", "GroupName")),
    GuardedCall("ec2", "DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
                "RevokeSecurityGroupIngress RevokeSecurityGroupEgress ModifySecurityGroupRules "
                "UpdateSecurityGroupRuleDescriptionsIngress UpdateSecurityGroupRuleDescriptionsEgress",
                {"security group": "[GroupId || GroupName]"}),
    GuardedCall("ec2", "CreateTags DeleteTags", {"any": "Resources"}),
    GuardedCall("ec2", "CreateLaunchTemplate", makes=("launch template", "LaunchTemplateName")),
    GuardedCall("ec2", "CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate "
                "DeleteLaunchTemplateVersions",
                {"launch template": "LaunchTemplateId || LaunchTemplateName"}),
    # an instance has no name; an interface that it is given has an owner, whom this lab cannot find out
    GuardedCall("ec2", "RunInstances", {"any": "NetworkInterfaces[].NetworkInterfaceId"},
                touches_nothing=True),
    GuardedCall("ec2", "TerminateInstances StopInstances StartInstances RebootInstances MonitorInstances "
                "UnmonitorInstances", {"instance": "InstanceIds"}),
    GuardedCall("ec2", "ModifyInstanceAttribute ResetInstanceAttribute ModifyInstanceMetadataOptions "
                "ModifyInstancePlacement", {"instance": "InstanceId"}),
    # What every account has unless somebody removed it. It is free, changes nothing that is there, and stays.
    GuardedCall("ec2", "CreateDefaultVpc CreateDefaultSubnet", touches_nothing=True),
    # AWS STS: a session for the caller, in the account of the role
    GuardedCall("sts", "AssumeRole", touches_nothing=True),
)  # fmt: skip
BY_CALL: Final = {(row.service, operation): row for row in ROWS for operation in row.operations.split()}
