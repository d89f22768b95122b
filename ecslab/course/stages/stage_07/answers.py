"""What stage 07 asks of the learner's own account, and how it is read there."""

from ecslab.connection.connection import Connection
from ecslab.resources.load_balancer import load_balancer_reader


def cname(lab: Connection) -> list[str]:
    """The name that a domain of the learner's own would lead to: the load balancer's."""
    balancer = load_balancer_reader.find(lab)
    return [balancer["DNSName"], f"{balancer['DNSName']}."] if balancer else []


def asking_interfaces(lab: Connection) -> list[str]:
    """The ids of the network interfaces from which the tasks are asked: the load balancer's."""
    balancer = load_balancer_reader.find(lab)
    if not balancer:
        return []
    about = [{"Name": "description", "Values": [f"ELB app/{balancer['LoadBalancerName']}/*"]}]
    interfaces = lab.ec2.describe_network_interfaces(Filters=about)["NetworkInterfaces"]  # type: ignore[arg-type]
    return [interface["NetworkInterfaceId"] for interface in interfaces]
