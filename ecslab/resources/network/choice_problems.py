"""What will go wrong with a choice of network, before a task finds out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ecslab.connection.connection import Connection
from ecslab.display.texts import read
from ecslab.resources.network import network_reader, rules
from ecslab.resources.network.choice import Choice
from ecslab.resources.network.facts import SubnetFacts, subnets
from ecslab.resources.network.rules import PORT

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef


def problems(lab: Connection, choice: Choice) -> list[str]:
    """What will go wrong with this choice, in words; an empty list if nothing will.

    It looks at the two journeys: the pull, which goes out, and the visitor, who comes in on port 80.
    """
    if not choice.subnet_ids:
        return ["No subnet is chosen: a task needs one to put its network interface into."]
    known = {subnet.id: subnet for subnet in subnets(lab, choice.vpc_id)}
    of_subnets: list[str] = []
    for subnet_id in choice.subnet_ids:
        if subnet_id not in known:
            of_subnets.append(f"{subnet_id} is no subnet of {choice.vpc_id}: ECS will refuse the choice.")
        else:
            of_subnets += _subnet_problems(lab, choice, known[subnet_id])
    return of_subnets + _group_problems(lab, choice)


def _subnet_problems(lab: Connection, choice: Choice, subnet: SubnetFacts) -> list[str]:
    problems = [] if subnet.free else [f"{subnet.id} has no free address left: the task cannot get one."]
    label = f"{subnet.id} ({subnet.name or subnet.az})"
    if subnet.public and not choice.assign_public_ip:
        problems.append(_told("public-without-ip", label=label))
    if not subnet.way_out and (missing := missing_endpoints(lab, choice.vpc_id)):
        problems.append(_told("no-way-out", label=label, missing=", ".join(missing)))
    if not subnet.public and choice.assign_public_ip:
        problems.append(_told("ip-of-no-use", label=label))
    return problems


def missing_endpoints(lab: Connection, vpc_id: str) -> list[str]:
    """Which of the VPC endpoints that a pull without internet needs are not in the VPC."""
    endpoints = network_reader.endpoints(lab, vpc_id)
    services = {endpoint["ServiceName"].split(".", 3)[-1] for endpoint in endpoints}
    return [name for name in ("ecr.api", "ecr.dkr", "s3", "logs") if name not in services]


def _group_problems(lab: Connection, choice: Choice) -> list[str]:
    if not choice.security_group_ids:
        return [_told("no-group")]
    groups: list[SecurityGroupTypeDef] = []
    for group_id in choice.security_group_ids:
        group = network_reader.security_groups(lab, [group_id])
        if not group:
            return [f"Security group {group_id} does not exist: ECS will refuse the choice."]
        groups += group
    strangers = [group["GroupId"] for group in groups if group.get("VpcId") != choice.vpc_id]
    problems = [_told("stranger", group=group_id) for group_id in strangers]
    if not any(rules.lets_out(group, rules.HTTPS) for group in groups):
        problems.append(_told("nothing-out", groups=_listed(groups)))
    return problems + _ingress_problems(groups)


def _ingress_problems(groups: list[SecurityGroupTypeDef]) -> list[str]:
    sources = [source for group in groups for source in rules.admitted(group, PORT)]
    if not sources:
        return [f"{_listed(groups)} does not admit port {PORT}: the task will run, and nobody will get in."]
    if rules.ANYWHERE not in sources:
        return [f"{_listed(groups)} admits port {PORT} only from {', '.join(sources)}, and nobody else."]
    return []


def _listed(groups: list[SecurityGroupTypeDef]) -> str:
    names = ", ".join(f"{group['GroupId']} ({group['GroupName']})" for group in groups)
    return f"Security group {names}"


def _told(problem: str, **facts: object) -> str:
    return read(Path(__file__).parent, "choice_problems").text(problem, None, **facts)
