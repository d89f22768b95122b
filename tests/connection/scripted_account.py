"""A real account, played by the sandbox: a lab in `aws` mode on it, strangers, and snapshots to compare."""

import json
from pathlib import Path

from botocore.exceptions import ClientError

from ecslab.connection import hooks
from ecslab.connection.names import names
from ecslab.connection.record import Record
from ecslab.connection.sandbox_place import SandboxPlace
from ecslab.lab import Lab
from ecslab.resources.image.types import Image

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
HTTPD = "public.ecr.aws/docker/library/httpd:2.4"


class AccountPlace(SandboxPlace):
    """The sandbox, as far as a lab can tell a real account. Its waits go by events."""

    where = "aws"


def lab_on(endpoint, home, prefix=""):
    """A new lab in `aws` mode, as after a restart of the kernel if there was one in this home."""
    place, record = AccountPlace(endpoint), Record()
    hooks.install(place.session.events, record=record)
    return Lab(place, Path(home), names(prefix), prefix, record)


def push_stand_ins(monkeypatch):
    """Let images on the sandbox's stand-ins be pushed: the account is one, after all."""
    monkeypatch.setattr(Image, "synthetic", property(lambda image: False))


class Stranger:
    """Somebody else in the same account, whose calls no lab hears of."""

    def __init__(self, endpoint):
        place = SandboxPlace(endpoint)
        self._made, self._sandbox = {}, endpoint.transport.sandbox
        self._client = place.client
        self._looked = (), {}

    def __getattr__(self, service):
        if service not in self._made:
            self._made[service] = self._client(service)
        return self._made[service]

    def everything(self, lab, owner=None):
        """One of each of the lesson's names, untagged, or with the tag of another lab."""
        lower = [{"key": "ecslab", "value": owner}] if owner else []
        upper = [{"Key": "ecslab", "Value": owner}] if owner else []
        n = lab.names
        vpc, subnets = self._network()
        self.ecr.create_repository(repositoryName=n.repository, tags=upper)
        self._image(n.repository)
        for role in (n.execution_role, n.task_role):
            self.iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=upper)
            self.iam.attach_role_policy(RoleName=role, PolicyArn=EXECUTION_POLICY)
            self._inline(role, "theirs")
        self._inline(n.execution_role, "read-the-secret")
        self.logs.create_log_group(logGroupName=n.log_group, tags={"ecslab": owner} if owner else {})
        self.secretsmanager.create_secret(Name=n.secret, SecretString="theirs", Tags=upper)
        groups = [
            self._group(name, vpc, owner) for name in (n.security_group, n.balancer_group, n.tasks_group)
        ]
        target_group = self.elbv2.create_target_group(
            Name=n.target_group, Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip",
            **({"Tags": upper} if upper else {}),
        )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
        balancer = self.elbv2.create_load_balancer(
            Name=n.load_balancer, Subnets=subnets[:2], SecurityGroups=groups[1:2],
            **({"Tags": upper} if upper else {}),
        )["LoadBalancers"][0]["LoadBalancerArn"]  # fmt: skip
        self.elbv2.create_listener(
            LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )  # fmt: skip
        self.ecs.create_cluster(clusterName=n.cluster, tags=lower)
        for family in (n.family, n.guestbook):
            self.register(family, lower)
        self.service(n.cluster, n.service, n.family, subnets, lower)
        return balancer

    def register(self, family, tags=()):
        container = {"name": "adgu-container", "image": HTTPD, "portMappings": [{"containerPort": 80}]}
        return self.ecs.register_task_definition(
            family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[container], **({"tags": list(tags)} if tags else {}),
        )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip

    def service(self, cluster, name, family, subnets=None, tags=(), count=2):
        subnets = subnets or self._network()[1]
        where = {"subnets": list(subnets[:2]), "assignPublicIp": "ENABLED"}
        return self.ecs.create_service(
            cluster=cluster, serviceName=name, taskDefinition=family, desiredCount=count,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": where}, **({"tags": list(tags)} if tags else {}),
        )["service"]  # fmt: skip

    def run(self, cluster, family):
        where = {"subnets": self._network()[1][:1], "assignPublicIp": "ENABLED"}
        return self.ecs.run_task(
            cluster=cluster, taskDefinition=family, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": where},
        )["tasks"][0]["taskArn"]  # fmt: skip

    def _network(self):
        default = [{"Name": "is-default", "Values": ["true"]}]
        vpc = self.ec2.describe_vpcs(Filters=default)["Vpcs"][0]["VpcId"]
        inside = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "default-for-az", "Values": ["true"]}]
        return vpc, [each["SubnetId"] for each in self.ec2.describe_subnets(Filters=inside)["Subnets"]]

    def _group(self, name, vpc, owner):
        group = self.ec2.create_security_group(GroupName=name, Description="theirs", VpcId=vpc)["GroupId"]
        if owner:
            self.ec2.create_tags(Resources=[group], Tags=[{"Key": "ecslab", "Value": owner}])
        return group

    def _inline(self, role, name):
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
        }
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    def _image(self, repository):
        from tests.course.course_rig import put_image  # the calls are the same

        put_image(self, repository, "latest", "theirs")

    # What there is --------------------------------------------------------------------------------------

    def snapshot(self):
        """All that a stranger could miss, by what it is called; counts of tasks that come and go left out.

        What an account holds depends on its journal and its time alone: while both stand, nobody looks again.
        """
        then, inventory = self._looked
        now = (*self._sandbox.journal, self._sandbox.clock.now)
        if len(then) != len(now) or any(a is not b for a, b in zip(then, now, strict=True)):
            inventory = self._ecs() | self._elb() | self._ec2() | self._iam()
            inventory |= self._logs() | self._secrets() | self._ecr()
            self._looked = now, inventory
        return dict(inventory)

    def _ecs(self):
        inventory = {}
        arns = self.ecs.list_clusters()["clusterArns"]
        for cluster in self.ecs.describe_clusters(clusters=arns, include=["TAGS"])["clusters"]:
            inventory[cluster["clusterArn"]] = (cluster["status"], str(cluster.get("tags")))
            arns = self.ecs.list_services(cluster=cluster["clusterArn"])["serviceArns"]
            of = {"cluster": cluster["clusterArn"]}
            request = {**of, "services": arns, "include": ["TAGS"]}
            for described in self.ecs.describe_services(**request)["services"] if arns else ():
                members = (
                    "status",
                    "desiredCount",
                    "taskDefinition",
                    "loadBalancers",
                    "networkConfiguration",
                    "tags",
                    "deploymentConfiguration",
                    "createdAt",
                )
                inventory[described["serviceArn"]] = {key: str(described.get(key)) for key in members}
            arns = self.ecs.list_tasks(**of)["taskArns"]
            for described in self.ecs.describe_tasks(**of, tasks=arns)["tasks"] if arns else ():
                inventory[described["taskArn"]] = described["desiredStatus"]
        for status in ("ACTIVE", "INACTIVE"):
            for arn in self.ecs.list_task_definitions(status=status)["taskDefinitionArns"]:
                inventory[arn] = status
        return inventory

    def _elb(self):
        inventory, elb = {}, self.elbv2
        for balancer in elb.describe_load_balancers()["LoadBalancers"]:
            arn = balancer["LoadBalancerArn"]
            inventory[arn] = str(
                (balancer.get("SecurityGroups"), balancer["AvailabilityZones"], self._elb_tags(arn))
            )
            for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
                rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
                inventory[listener["ListenerArn"]] = str((listener["DefaultActions"], rules))
        for group in elb.describe_target_groups()["TargetGroups"]:
            arn = group["TargetGroupArn"]
            attributes = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
            targets = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            inventory[arn] = str(
                (group, attributes, [each["Target"] for each in targets], self._elb_tags(arn))
            )
        return inventory

    def _elb_tags(self, arn):
        return self.elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]

    def _ec2(self):
        groups = self.ec2.describe_security_groups()["SecurityGroups"]
        rules = ("IpPermissions", "IpPermissionsEgress", "Tags")
        return {group["GroupId"]: str([group.get(key) for key in rules]) for group in groups}

    def _iam(self):
        inventory = {}
        for role in self.iam.list_roles()["Roles"]:
            name = role["RoleName"]
            inline = {
                policy: str(self.iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
                for policy in self.iam.list_role_policies(RoleName=name)["PolicyNames"]
            }
            attached = self.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
            tags = self.iam.list_role_tags(RoleName=name)["Tags"]
            inventory[f"role {name}"] = str(
                (role["RoleId"], role["AssumeRolePolicyDocument"], inline, attached, tags)
            )
        return inventory

    def _logs(self):
        return {
            group["logGroupName"]: str((
                group.get("retentionInDays"), group["creationTime"],
                self.logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"],
            ))
            for group in self.logs.describe_log_groups()["logGroups"]
        }  # fmt: skip

    def _secrets(self):
        listed = self.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"]
        return {
            each["ARN"]: str((each.get("DeletedDate"), each.get("Tags"), self._value(each)))
            for each in listed
        }

    def _value(self, secret):
        try:
            return self.secretsmanager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    def _ecr(self):
        inventory = {}
        for repository in self.ecr.describe_repositories()["repositories"]:
            name = repository["repositoryName"]
            images = self.ecr.describe_images(repositoryName=name)["imageDetails"]
            tags = sorted((each["imageDigest"], str(each.get("imageTags"))) for each in images)
            inventory[f"repository {name}"] = str(
                (repository["createdAt"], repository["imageTagMutability"], tags)
            )
        return inventory


def touched(before, after):
    """What was there and is gone or other now."""
    return {key: (value, after.get(key)) for key, value in before.items() if after.get(key) != value}
