"""External instances: machines outside AWS, which an activation let register (ECS Anywhere).

What the registration script does there: it installs the agent of Systems Manager, which registers with the
activation, and the container agent, which registers in the cluster under the activation's role.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere-registration.html
"""

from typing import Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2.task_network import Eni
from ecslab.sandbox.bridge.ssm_nodes import state
from ecslab.sandbox.bridge.ssm_nodes.state import Activation, Node
from ecslab.sandbox.world.container_instance import capabilities
from ecslab.sandbox.world.container_instance.container_instance import NEWEST_AGENT, ContainerInstance
from ecslab.sandbox.world.network import outside
from ecslab.sandbox.world.placement.order import EXTERNAL

DOCKER: Final = "DockerVersion: 28.4.0"
_NOT_THERE: Final = frozenset({"ecs.capability.task-eni", "ecs.capability.efs", "ecs.capability.efsAuth"})
"""What the agent can do on EC2 alone (developer guide, ECS Anywhere considerations)."""


def install(activation_id: str, code: str, cluster: str, cpus: int, memory: int, architecture: str) -> Node:
    """Let a machine run the registration script; it is a managed node when this answers.

    Raises:
        ValueError: Systems Manager does not let it register; the sentence says why.
    """
    region, activation = _activation(activation_id)
    now = current_account().clock.timestamp()
    if activation is None or activation.code != code:
        raise ValueError(f"there is no activation {activation_id!r} with this code")
    if activation.expires <= now:
        raise ValueError(f"the activation {activation_id} has expired")
    if activation.count >= activation.limit:
        raise ValueError(f"the activation {activation_id} has reached its limit of {activation.limit}")
    activation.count += 1
    node = Node(
        id=f"mi-{rng.getrandbits(68):017x}",
        region=region,
        activation=activation.id,
        role=activation.role,
        name=activation.instance_name,
        cpus=cpus,
        memory=memory,
        architecture=architecture,
        cluster=cluster,
        registered=now,
        seen=now,
        tags={tag["Key"]: tag["Value"] for tag in activation.tags},
    )
    state.of(region).nodes[node.id] = node
    return node


def _activation(activation_id: str) -> tuple[str, Activation | None]:
    for region, nodes in current_account().managed_nodes.items():
        if activation_id in nodes.activations:
            return region, nodes.activations[activation_id]
    return "", None


def node_of(node_id: str) -> Node | None:
    """The machine with this id, in whatever Region."""
    regions = current_account().managed_nodes.values()
    return next((nodes.nodes[node_id] for nodes in regions if node_id in nodes.nodes), None)


def is_external(instance: ContainerInstance) -> bool:
    """Whether a container instance is no EC2 instance."""
    return EXTERNAL in instance.attributes


def container_instance(node: Node, instance_id: str, arn: str) -> ContainerInstance:
    """What its container agent registers."""
    names = [name for name in capabilities.capabilities() if name not in _NOT_THERE]
    attributes: dict[str, str | None] = dict.fromkeys(names) | {
        EXTERNAL: None,
        "ecs.cpu-architecture": node.architecture,
        "ecs.os-family": "LINUX",
        "ecs.os-type": "linux",
    }
    now = current_account().clock.timestamp()
    return ContainerInstance(
        id=instance_id,
        ec2_id=node.id,
        cpu=node.cpus * 1024,
        memory=capabilities.registered_memory(node.memory),
        attributes=attributes,
        agent_version=NEWEST_AGENT,
        registered_at=now,
        arn=arn,
        cluster=node.cluster,
        region=node.region,
        docker_version=DOCKER,
        built_in=frozenset(attributes),
        agent_changed_at=now,
    )


def interface(node_id: str, region: str) -> Eni:
    """The machine's own network, which is none of AWS's: it has a way out, and nobody comes in from there."""
    return Eni(
        eni_id=node_id, mac=outside.MAC, private_ip=outside.ADDRESS, ipv6=None, private_dns="localhost",
        named=False, public_ip=None, subnet_id="", vpc_id="", az="", group_ids=(), region=region,
    )  # fmt: skip


def role_arn(instance: ContainerInstance) -> str | None:
    """ARN of the role that the machine acts under; None once Systems Manager has forgotten it."""
    node = node_of(instance.ec2_id)
    return f"arn:aws:iam::{current_account().id}:role/{node.role}" if node else None
