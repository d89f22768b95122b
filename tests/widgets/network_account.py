"""An account with two VPCs in a few lines: what the widgets ask of `ecslab.network`, without AWS."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from ecslab.resources.network import Choice, GroupFacts, SubnetFacts, Vpc

OWN = "adgu-web-server-http"
CLOSED = "No public IP: nothing gets out."


@dataclass
class Account:
    """Stands for the module `ecslab.network` on one account."""

    vpc_list: list[Vpc] = field(
        default_factory=lambda: [
            Vpc("vpc-0d", "", "172.31.0.0/16", True),
            Vpc("vpc-0w", "workshop", "10.0.0.0/16", False),
        ]
    )
    group_vpcs: list[str] = field(default_factory=list)
    broken: str = ""

    def vpcs(self, lab: Any) -> list[Vpc]:
        if self.broken:
            raise OSError(self.broken)
        return self.vpc_list

    def subnets(self, lab: Any, vpc_id: str) -> list[SubnetFacts]:
        if vpc_id == "vpc-0d":
            return [
                SubnetFacts(f"subnet-0{z}", f"us-east-1{z}", f"172.31.{n}.0/20", True, 4091, "", "igw-0")
                for n, z in ((0, "a"), (16, "b"), (32, "c"))
            ]
        return [
            SubnetFacts("subnet-1a", "us-east-1a", "10.0.0.0/24", True, 251, "workshop-public-a", "igw-1"),
            SubnetFacts("subnet-2a", "us-east-1a", "10.0.10.0/24", False, 251, "workshop-private-a"),
        ]

    def security_groups(self, lab: Any, vpc_id: str) -> list[GroupFacts]:
        own = [GroupFacts(f"sg-of-{vpc_id}", OWN, "", ("0.0.0.0/0",))] if vpc_id in self.group_vpcs else []
        return [*own, GroupFacts(f"sg-default-{vpc_id}", "default", "")]

    def find_http_group(self, lab: Any, vpc_id: str) -> dict[str, Any] | None:
        return {"GroupId": f"sg-of-{vpc_id}"} if vpc_id in self.group_vpcs else None

    def http_group(self, lab: Any, vpc_id: str) -> str:
        if vpc_id not in self.group_vpcs:
            self.group_vpcs.append(vpc_id)
        return f"sg-of-{vpc_id}"

    def problems(self, lab: Any, choice: Choice) -> list[str]:
        messages = [] if choice.assign_public_ip else [CLOSED]
        if not choice.security_group_ids:
            return [*messages, "No security group is chosen."]
        closed = choice.security_group_ids[0].startswith("sg-default")
        return messages + (["default does not admit port 80."] if closed else [])


LAB = SimpleNamespace(region="us-east-1", names=SimpleNamespace(security_group=OWN))
