"""Looking at the account, by calls that read. What is not there is None or empty, never an error."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import ClientError

from ecslab.connection.connection import Connection

Facts = dict[str, Any]


def unless_missing(call: Callable[..., Any], *, codes: Iterable[str], **arguments: Any) -> Any:
    """What a call answers, or None if AWS answers that the thing is not there."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise


def near(lab: Connection, wanted: str, names: Iterable[str]) -> str | None:
    """The name that differs from the wanted one only in case and punctuation, or lacks its first words.

    A real account holds other people's things: there a shorter name, or one without the lab's prefix, is
    theirs.
    """
    words = re.findall(r"[a-z0-9]+", wanted.lower())
    shorter = len(words) if lab.where == "sandbox" and not lab.prefix else 1
    alike = {"".join(words[begin:]) for begin in range(shorter)}
    return next((n for n in sorted(names) if n != wanted and _plain(n) in alike), None)


def repository(lab: Connection, name: str) -> Facts | None:
    answer = unless_missing(
        lab.ecr.describe_repositories, codes=["RepositoryNotFoundException"], repositoryNames=[name]
    )
    return answer["repositories"][0] if answer else None


def repository_names(lab: Connection) -> list[str]:
    pages = lab.ecr.get_paginator("describe_repositories").paginate()
    return [found["repositoryName"] for page in pages for found in page["repositories"]]


def images(lab: Connection, name: str) -> list[Facts]:
    """The images of a repository, newest first; none if there is no repository."""
    answer = unless_missing(
        lab.ecr.describe_images, codes=["RepositoryNotFoundException"], repositoryName=name
    )
    found: list[Facts] = answer["imageDetails"] if answer else []
    return sorted(found, key=lambda image: str(image.get("imagePushedAt", "")), reverse=True)


def tags_of(found: list[Facts]) -> list[str]:
    return sorted(tag for image in found for tag in image.get("imageTags", []))


def cluster(lab: Connection, name: str) -> Facts | None:
    """The cluster, ACTIVE or INACTIVE, with its settings."""
    found: list[Facts] = lab.ecs.describe_clusters(clusters=[name], include=["SETTINGS"])["clusters"]
    return found[0] if found else None


def cluster_names(lab: Connection) -> list[str]:
    """The names of the ACTIVE clusters."""
    return [arn.rsplit("/", 1)[-1] for arn in lab.ecs.list_clusters()["clusterArns"]]


def role(lab: Connection, name: str) -> Facts | None:
    answer = unless_missing(lab.iam.get_role, codes=["NoSuchEntity"], RoleName=name)
    return answer["Role"] if answer else None


def trusted_services(found: Facts) -> list[str]:
    """The services that a role's trust policy lets assume it."""
    services: list[str] = []
    for statement in as_list(found["AssumeRolePolicyDocument"]["Statement"]):
        if statement.get("Effect") == "Allow" and isinstance(statement.get("Principal"), dict):
            services += as_list(statement["Principal"].get("Service", []))
    return services


def policies(lab: Connection, name: str) -> list[str]:
    """The names of a role's policies, attached and inline."""
    attached = lab.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return [p["PolicyName"] for p in attached] + list(
        lab.iam.list_role_policies(RoleName=name)["PolicyNames"]
    )


def log_groups(lab: Connection, start: str) -> dict[str, Facts]:
    """The log groups whose names begin so."""
    found = lab.logs.describe_log_groups(logGroupNamePrefix=start)["logGroups"]
    return {group["logGroupName"]: group for group in found}


def definition(lab: Connection, name: str) -> Facts | None:
    """A task definition: the newest ACTIVE revision of a family, or one by its ARN."""
    answer = unless_missing(lab.ecs.describe_task_definition, codes=["ClientException"], taskDefinition=name)
    return answer["taskDefinition"] if answer else None


def revisions(lab: Connection, family: str, status: str) -> list[str]:
    """The ARNs of a family's revisions with that status (`ACTIVE`, `INACTIVE`), oldest first."""
    arns = lab.ecs.list_task_definitions(familyPrefix=family, status=status)["taskDefinitionArns"]
    return [arn for arn in arns if arn.rsplit("/", 1)[-1].rsplit(":", 1)[0] == family]


def families(lab: Connection) -> list[str]:
    return list(lab.ecs.list_task_definition_families(status="ACTIVE")["families"])


def tasks(lab: Connection, name: str) -> list[Facts]:
    """The tasks of a cluster, those meant to run first, then the stopped ones; newest first."""
    found: list[Facts] = []
    for status in ("RUNNING", "STOPPED"):
        answer = unless_missing(
            lab.ecs.list_tasks, codes=["ClusterNotFoundException"], cluster=name, desiredStatus=status
        )
        arns = answer["taskArns"] if answer else []
        if arns:
            described = lab.ecs.describe_tasks(cluster=name, tasks=arns[:100])["tasks"]
            found += sorted(described, key=lambda task: str(task["createdAt"]), reverse=True)
    return found


def family_of(task: Facts) -> str:
    return str(task["taskDefinitionArn"]).rsplit("/", 1)[-1].rsplit(":", 1)[0]


def revision_of(arn: str) -> int:
    return int(arn.rsplit(":", 1)[-1])


def short(task: Facts) -> str:
    """The first eight characters of a task's id, as the console shows it."""
    return str(task["taskArn"]).rsplit("/", 1)[-1][:8]


def interface(lab: Connection, task: Facts) -> Facts | None:
    """A task's network interface, while it has one."""
    details = {d["name"]: d["value"] for a in task.get("attachments", []) for d in a.get("details", [])}
    if "networkInterfaceId" not in details:
        return None
    answer = unless_missing(
        lab.ec2.describe_network_interfaces,
        codes=["InvalidNetworkInterfaceID.NotFound"],
        NetworkInterfaceIds=[details["networkInterfaceId"]],
    )
    return answer["NetworkInterfaces"][0] if answer and answer["NetworkInterfaces"] else None


def public_ip(found: Facts | None) -> str | None:
    """The public address of a network interface."""
    address = (found or {}).get("Association", {}).get("PublicIp")
    return str(address) if address else None


def groups(lab: Connection, ids: list[str]) -> list[Facts]:
    found: list[Facts] = lab.ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"] if ids else []
    return found


def groups_named(lab: Connection, name: str) -> list[Facts]:
    wanted = [{"Name": "group-name", "Values": [name]}]
    found: list[Facts] = lab.ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
    return found


def admits(group: Facts, port: int) -> list[str]:
    """From where a security group lets TCP to a port in: CIDR blocks."""
    sources: list[str] = []
    for rule in group["IpPermissions"]:
        every = rule["IpProtocol"] == "-1"
        if every or (rule["IpProtocol"] == "tcp" and rule["FromPort"] <= port <= rule["ToPort"]):
            sources += [entry["CidrIp"] for entry in rule.get("IpRanges", [])]
    return sources


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def as_list(value: Any) -> list[Any]:
    """IAM's documents hold one thing where they could hold several."""
    return value if isinstance(value, list) else [value]
