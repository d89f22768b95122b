"""The network interfaces of tasks: one of their own, or that of their container instance."""

from moto.ec2.exceptions import EC2ClientError

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ec2.addresses import NoFreeAddress
from ecslab.sandbox.bridge.ecs import hosted_tasks
from ecslab.sandbox.bridge.ecs.instances import external, machine, placing
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.task import failures
from ecslab.sandbox.world.task.surroundings import StartFailed
from ecslab.sandbox.world.task.task import Task


def attach(account: Account, task: Task) -> task_network.Eni:
    """Attach an interface of its own to a task; StartFailed if that cannot be."""
    attachment, public = task.attachment, bool(task.network.get("public"))
    about = f"{task.arn.partition(':task/')[0]}:attachment/{attachment.id}"
    groups, tags = list(task.network.get("groups", ())), _managed_tags(task)
    dual_stack = not task.network.get("ipv4_only") and task.settings.get("platformVersion") != "1.3.0"
    try:
        eni = task_network.attach_eni(
            task.region, attachment.subnet_id, groups, public, about, tags, dual_stack
        )
    except NoFreeAddress as full:
        raise StartFailed(str(full)) from None
    except EC2ClientError as refusal:  # the subnet or a group went away since RunTask
        reason = failures.interface_refused(attachment.subnet_id, public, str(refusal.message))
        raise StartFailed(reason) from None
    account.tasks_by_interface[eni.eni_id] = task
    return eni


def join(account: Account, task: Task) -> task_network.Eni:
    """Use the interface of the task's container instance."""
    instance = placing.instance_of(task)
    if instance is None:
        raise StartFailed(hosted_tasks.DEREGISTERED)
    try:
        eni = _machine_interface(instance)
        placing.bind(task, instance)
    except (EC2ClientError, ValueError) as gone:
        raise StartFailed(str(gone)) from None
    account.tasks_by_instance.setdefault(eni.eni_id, {})[task.id] = task
    return eni


def release(account: Account, task: Task) -> None:
    """Give back what `attach` or `join` gave."""
    interface = task.attachment.interface
    assert interface is not None, "only what was attached is released"
    if task.attachment.shared:
        account.tasks_by_instance[interface.eni_id].pop(task.id)
        return
    del account.tasks_by_interface[interface.eni_id]
    account.resolvers.pop(interface.eni_id, None)
    account.proxies.pop(task.id, None)
    if account.connect_meters is not None:
        account.connect_meters.task_ended(task.id, interface.private_ip)
    task_network.release_eni(task.region, interface.eni_id)


def _machine_interface(instance: ContainerInstance) -> task_network.Eni:
    """The interface that tasks of a container instance share."""
    if external.is_external(instance):
        return external.interface(instance.ec2_id, instance.region)
    host = machine.find(instance.region, instance.ec2_id)
    if host is None or host.state != "running":  # ECS has not noticed yet
        raise StartFailed(hosted_tasks.HOST_GONE.format(ec2_id=instance.ec2_id))
    return task_network.instance_eni(instance.region, instance.ec2_id)


def _managed_tags(task: Task) -> dict[str, str]:
    """The tags of its cluster and service, if it has them: ECS puts them on the interface too."""
    return {tag["key"]: tag["value"] for tag in task.tags if tag["key"].startswith("aws:ecs:")}
