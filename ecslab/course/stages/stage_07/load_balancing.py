"""Looking at load balancers and their doors, by calls that read. What is not there is None or empty."""

from ecslab.connection.connection import Connection
from ecslab.course.readers import account, services
from ecslab.course.readers.account import Facts
from ecslab.resources.network import rules as network_rules

PORT = 80


def balancer(lab: Connection, name: str) -> Facts | None:
    answer = account.unless_missing(
        lab.elbv2.describe_load_balancers, codes=["LoadBalancerNotFound"], Names=[name]
    )
    return answer["LoadBalancers"][0] if answer and answer["LoadBalancers"] else None


def balancer_names(lab: Connection) -> list[str]:
    return [balancer["LoadBalancerName"] for balancer in lab.elbv2.describe_load_balancers()["LoadBalancers"]]


def target_group(lab: Connection, name: str) -> Facts | None:
    answer = account.unless_missing(
        lab.elbv2.describe_target_groups, codes=["TargetGroupNotFound"], Names=[name]
    )
    return answer["TargetGroups"][0] if answer and answer["TargetGroups"] else None


def target_group_names(lab: Connection) -> list[str]:
    return [group["TargetGroupName"] for group in lab.elbv2.describe_target_groups()["TargetGroups"]]


def called(arn: str) -> str:
    """`…:targetgroup/adgu-web/0123` → `adgu-web`."""
    return arn.rsplit("/", 2)[-2]


def listeners(lab: Connection, balancer: Facts) -> list[Facts]:
    """A balancer's listeners, by port."""
    listeners: list[Facts] = lab.elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])[
        "Listeners"
    ]
    return sorted(listeners, key=lambda listener: int(listener["Port"]))


def rules(lab: Connection, listener: Facts) -> list[Facts]:
    """A listener's rules in the order in which they are tried, without the default one."""
    rules = lab.elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    return sorted((rule for rule in rules if not rule["IsDefault"]), key=lambda rule: int(rule["Priority"]))


def forwards_to(action: Facts) -> list[str]:
    """The target groups that a `forward` action sends requests to, those of weight 0 left out."""
    several = action.get("ForwardConfig", {}).get("TargetGroups", [])
    if several:
        return [target["TargetGroupArn"] for target in several if target.get("Weight", 1)]
    return [action["TargetGroupArn"]] if "TargetGroupArn" in action else []


def health(lab: Connection, group: Facts) -> list[Facts]:
    """The members of a target group, as DescribeTargetHealth shows them."""
    answer = lab.elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    found: list[Facts] = answer["TargetHealthDescriptions"]
    return found


def in_state(members: list[Facts], state: str) -> list[Facts]:
    return [member for member in members if member["TargetHealth"]["State"] == state]


def home(lab: Connection) -> str | None:
    """The VPC of the service's tasks; the default VPC while there is no service."""
    service = services.service(lab, lab.names.service)
    subnets = services.network(service).get("subnets", []) if service else []
    if subnets:
        return str(lab.ec2.describe_subnets(SubnetIds=subnets[:1])["Subnets"][0]["VpcId"])
    default = [{"Name": "is-default", "Values": ["true"]}]
    vpcs = lab.ec2.describe_vpcs(Filters=default)["Vpcs"]
    return str(vpcs[0]["VpcId"]) if vpcs else None


def group(lab: Connection, name: str) -> Facts | None:
    """The security group of that name in the tasks' VPC; in another VPC if it is only there."""
    groups, here = account.groups_named(lab, name), home(lab)
    return next((group for group in groups if group["VpcId"] == here), next(iter(groups), None))


def sources(group: Facts) -> list[str]:
    """From where a security group lets port 80 in: CIDR blocks and ids of groups."""
    return network_rules.admitted(group, PORT)


def spelled(lab: Connection, places: list[str]) -> str:
    """CIDR blocks as they are, groups by their names."""
    ids = [source for source in places if source.startswith("sg-")]
    names = {source["GroupId"]: f"`{source['GroupName']}`" for source in account.groups(lab, ids)}
    return ", ".join(names.get(source, source) for source in places)


def private(lab: Connection, subnet_ids: list[str]) -> list[str]:
    """Those of the subnets from which no route leads to an internet gateway."""
    subnets = lab.ec2.describe_subnets(SubnetIds=subnet_ids)["Subnets"]
    inside = [{"Name": "vpc-id", "Values": sorted({subnet["VpcId"] for subnet in subnets})}]
    tables = lab.ec2.describe_route_tables(Filters=inside)["RouteTables"]
    return [subnet for subnet in subnet_ids if not network_rules.way_out(tables, subnet).startswith("igw-")]


def verdicts(service: Facts) -> list[str]:
    """What a service's events say of unhealthy targets since it last was steady, newest first."""
    reasons = []
    for event in service["events"]:
        if event["message"].endswith("has reached a steady state."):
            break
        if " is unhealthy in (target-group " in event["message"]:
            reasons.append(event["message"].rsplit("(reason ", 1)[-1].removesuffix(".").removesuffix(")"))
    return reasons
