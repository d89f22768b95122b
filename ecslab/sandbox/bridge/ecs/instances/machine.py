"""An EC2 instance, as the agent on it finds it: its image, type, user data, role and network."""

from moto.ec2.models.instances import Instance as MotoInstance

from ecslab.sandbox.bridge.ec2.machines import AgentImage, agent_image, backend, find, known_type
from ecslab.sandbox.bridge.ec2.network_facts import facts_of
from ecslab.sandbox.world.container_instance import agent_settings
from ecslab.sandbox.world.managed_instances.instance_type import InstanceType
from ecslab.sandbox.world.network.vpc import Facts

__all__ = ["AgentImage", "backend", "facts", "find", "image_of", "role_of", "settings_of", "type_of"]


def image_of(region: str, instance: MotoInstance) -> AgentImage | None:
    """Its image, if that has the agent."""
    return agent_image(region, str(instance.image_id))


def type_of(instance: MotoInstance) -> InstanceType | None:
    """Its type; None for one that AWS does not have."""
    return known_type(str(instance.instance_type))


def settings_of(instance: MotoInstance) -> dict[str, str]:
    """What its user data makes of the agent's settings."""
    try:
        text = instance.user_data.decode() if instance.user_data else ""
    except UnicodeDecodeError:
        return {}
    return agent_settings.settings(text)


def role_of(region: str, instance: MotoInstance) -> str | None:
    """ARN of the role in its instance profile; None without a profile, or with an empty one."""
    association = backend(region).iam_instance_profile_associations.get(instance.id)
    roles = association.iam_instance_profile.roles if association else ()
    return next((str(role.arn) for role in roles), None)


def facts(region: str, instance: MotoInstance) -> Facts:
    """What decides which packets reach and leave its first interface."""
    return facts_of(backend(region), instance.nics[0])
