"""One reader for each kind. What is not there yields nothing: then AWS refuses the call itself."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ecslab.connection.guarded_calls import Reference
from ecslab.connection.ownership import (
    daemon_readers,
    ecs_readers,
    machine_readers,
    network_readers,
    scaling_readers,
    storage_readers,
)
from ecslab.connection.ownership.resource import Clients, Resource

READERS: Final[Mapping[str, Callable[[Clients, Reference], Iterator[Resource]]]] = {
    "cluster": ecs_readers.cluster,
    "service": ecs_readers.service,
    "task": ecs_readers.task,
    "task definition": ecs_readers.task_definition,
    "family": ecs_readers.family,
    "daemon": daemon_readers.daemon,
    "daemon task definition": daemon_readers.daemon_task_definition,
    "daemon family": daemon_readers.family,
    "capacity provider": machine_readers.capacity_provider,
    "container instance": machine_readers.container_instance,
    "Auto Scaling group": machine_readers.auto_scaling_group,
    "instance": machine_readers.instance,
    "launch template": machine_readers.launch_template,
    "instance profile": machine_readers.instance_profile,
    "activation": machine_readers.activation,
    "managed node": machine_readers.managed_node,
    "load balancer": network_readers.load_balancer,
    "listener": network_readers.listener,
    "target group": network_readers.target_group,
    "security group": network_readers.security_group,
    "namespace": network_readers.namespace,
    "discovery service": network_readers.discovery_service,
    "scalable target": scaling_readers.scalable_target,
    "alarm": scaling_readers.alarm,
    "repository": storage_readers.repository,
    "secret": storage_readers.secret,
    "role": storage_readers.role,
    "log group": storage_readers.log_group,
}
