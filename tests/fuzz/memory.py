"""What answers named, by the member it stood in: ids and names that a later call can speak of."""

from collections import defaultdict, deque
from typing import Any

MOST = 12  # of one member; the oldest go
GENERIC = frozenset({"name", "arn", "id", "key", "value", "status", "type", "description", "path", "version"})
"""Members that mean another thing in each service."""
LIKE = {
    # member: others that hold the same
    "cluster": ("clusterarn", "clustername"), "service": ("servicearn", "servicename"), "task": ("taskarn",),
    "taskdefinition": ("taskdefinitionarn", "family"), "familyprefix": ("family",),
    "securitygroup": ("groupid",), "securitygroupid": ("groupid",), "subnet": ("subnetid",),
    "secretid": ("secretsmanager.arn", "secretsmanager.name"), "bucket": ("s3.name",), "key": ("s3.key",),
    "resource": ("vpcid", "subnetid", "groupid", "networkinterfaceid", "natgatewayid", "routetableid"),
    "resourceid": ("vpcid", "keyid", "ssm.name"), "gatewayid": ("internetgatewayid",),
    "hostedzoneid": ("route53.id",), "targetkeyid": ("keyid",), "sourcesecuritygroupid": ("groupid",),
    "parameter": ("ssm.name",), "eniid": ("networkinterfaceid",), "instanceid": ("instanceid",),
    "loggroupidentifier": ("loggroupname",), "attachmentid": ("attachmentid",),
    "serviceid": ("servicediscovery.id",), "namespaceid": ("servicediscovery.id",),
    "registryid": ("registryid",), "secretidlist": ("secretsmanager.arn",), "names": ("ssm.name",),
}  # fmt: skip
ARN_PARTS = {
    "rolearn": ":role/", "taskrolearn": ":role/", "executionrolearn": ":role/", "policyarn": ":policy/",
    "permissionsboundary": ":policy/", "keyarn": ":key/", "kmskeyid": ":key/", "kmskey": ":key/",
    "targetgrouparn": ":targetgroup/", "loadbalancerarn": ":loadbalancer/", "listenerarn": ":listener/",
    "rulearn": ":listener-rule/", "certificatearn": ":certificate/", "resourcearnlist": "arn:",
}  # fmt: skip
"""Members that take an ARN of one kind, and what such an ARN holds."""


class Memory:
    """Texts seen in answers, by the last word of their member's name, and those that are always there.

    Attributes:
        anchors: what the account was furnished with, by name.
    """

    def __init__(self) -> None:
        self._seen: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=MOST))
        self._arns: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=3 * MOST))
        self.anchors: dict[str, str] = {}
        self._new = 0

    def learn(self, service: str, answer: Any, name: str = "") -> None:
        """Keep every text of an answer, however deep it stands."""
        if isinstance(answer, dict):
            for member, value in answer.items():
                if member != "ResponseMetadata":
                    self.learn(service, value, member)
        elif isinstance(answer, list):
            for value in answer[:4]:
                self.learn(service, value, _singular(name))
        elif isinstance(answer, str) and 0 < len(answer) < 300:
            self._keep(self._seen[_key(service, name)], answer)
            if answer.startswith("arn:"):
                self._keep(self._arns[answer.split(":")[2]], answer)
                self._keep(self._seen["arn:"], answer)

    def named(self, service: str, name: str) -> list[str]:
        """What stood in members of that name, or in those that mean the same."""
        plain = name.lower().replace("-", "").replace("_", "")
        part = ARN_PARTS.get(plain)
        arns_of_part = [arn for arns in self._arns.values() for arn in arns if part and part in arn]
        if arns_of_part:
            return arns_of_part
        if plain in ("resourcearn", "resourceids", "resource") and service != "ec2":
            return list(self._arns[{"elbv2": "elasticloadbalancing"}.get(service, service)])
        keys = [_key(service, name), *LIKE.get(plain, ())]
        return [text for key in keys for text in self._seen.get(key, ())]

    def new(self) -> str:
        """A name that nothing has."""
        self._new += 1
        return f"new-{self._new}"

    @staticmethod
    def _keep(texts: deque[str], text: str) -> None:
        if text not in texts:
            texts.append(text)


def _singular(name: str) -> str:
    for ending in ("List", "Set"):
        name = name.removesuffix(ending)
    return name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")


def _key(service: str, name: str) -> str:
    plain = name.lower().replace("-", "").replace("_", "")
    return f"{service}.{plain}" if plain in GENERIC else plain
