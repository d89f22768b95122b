"""Where a task is put: VPC, subnet, security group, public IP. Stage 04.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from ecslab.resources.network.choice import Choice, default_choice, default_subnet
from ecslab.resources.network.choice_problems import missing_endpoints, problems
from ecslab.resources.network.facts import GroupFacts, SubnetFacts, Vpc, security_groups, subnets, vpcs
from ecslab.resources.network.rules import PORT
from ecslab.resources.network.web_groups import find_http_group, http_group

__all__ = [
    "PORT", "Choice", "GroupFacts", "SubnetFacts", "Vpc", "default_choice", "default_subnet",
    "find_http_group", "http_group", "missing_endpoints", "problems", "security_groups", "subnets", "vpcs",
]  # fmt: skip
