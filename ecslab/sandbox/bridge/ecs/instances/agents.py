"""The container agents of an account: when they register, lose their connection, and go with their instance.

EC2 tells of its instances; nothing here happens for one whose image has no agent.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from ecslab.sandbox.bridge.account import Account
from ecslab.sandbox.bridge.ecs import hosted_tasks, state
from ecslab.sandbox.bridge.ecs.instances import external, machine, placing, registration
from ecslab.sandbox.bridge.ecs.state import Cluster
from ecslab.sandbox.bridge.ssm_nodes.state import ONLINE, Node
from ecslab.sandbox.world.container_instance.attribute_rules import TRUNK
from ecslab.sandbox.world.container_instance.container_instance import NEWEST_AGENT, ContainerInstance
from ecslab.sandbox.world.placement.order import ZONE
from ecslab.sandbox.world.time.clock import Event

RETRIED: Final = 60.0
"""Seconds between two attempts of an agent to register. U: the agent's own pause grows up to 3 minutes."""
FORGOTTEN: Final = 3600.0
"""Seconds for which an INACTIVE instance stays described; API_DeregisterContainerInstance gives no figure."""
TRUNKS_LEAVE: Final = 8
"""The behaviour from which on an instance is DEREGISTERING while its trunk interface is removed."""
STOPS_END_TASKS: Final = 8
"""The behaviour from which on tasks end with a stop of their machine, however soon it is started again."""
SINCE: Final = 5
"""The behaviour from which on instances have agents."""


class Agents:
    """What ECS knows of the account's EC2 instances.

    Attributes:
        registered: container instances that are not INACTIVE, by the EC2 instance's id.
    """

    def __init__(self, account: Account):
        self.account = account
        self.registered: dict[str, ContainerInstance] = {}
        self._plans: dict[str, Event] = {}

    def launched(self, region: str, ec2_id: str) -> None:
        """An instance has been launched: its agent starts when it has booted."""
        instance = machine.find(region, ec2_id)
        if self.account.behaviour < SINCE or instance is None:
            return
        if instance.image_id and machine.image_of(region, instance) is not None:
            self._plan(ec2_id, self._takes("instance_booted", ec2_id), lambda: self._register(region, ec2_id))

    def started(self, region: str, ec2_id: str) -> None:
        """An instance that was stopped has been started: its agent connects again."""
        known = self.registered.get(ec2_id)
        if known is None:
            self.launched(region, ec2_id)
        else:
            waits = known.status == "REGISTERING" and known.trunk
            back = (lambda: self._attach_trunk(known)) if waits else (lambda: self._back(known))
            self._plan(ec2_id, self._takes("instance_booted", ec2_id), back)

    def _back(self, instance: ContainerInstance) -> None:
        """The machine has booted again: nothing runs there of what did before it was stopped."""
        if self.account.behaviour >= STOPS_END_TASKS:
            hosted_tasks.lose_all(instance, hosted_tasks.HOST_GONE.format(ec2_id=instance.ec2_id))
        self.connect(instance, True)

    def stopped(self, ec2_id: str) -> None:
        """An instance has been stopped: ECS notices that its agent is silent."""
        self._forget_plan(ec2_id)
        known = self.registered.get(ec2_id)
        if known:
            self._plan(ec2_id, self._takes("agent_lost", ec2_id), lambda: self._lost(known))

    def terminated(self, ec2_id: str) -> None:
        """An instance has been terminated: with a connected agent it is deregistered.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html
        """
        self._forget_plan(ec2_id)
        known = self.registered.get(ec2_id)
        if known and known.agent_connected:
            self._plan(ec2_id, self._takes("instance_gone", ec2_id), lambda: self._gone(known))
        elif known:  # it stays registered, and nothing runs there any more
            self._plan(ec2_id, self._takes("agent_lost", ec2_id), lambda: self._lost(known))

    def _lost(self, instance: ContainerInstance) -> None:
        """The machine has stopped, and its tasks with it."""
        self.connect(instance, False)
        hosted_tasks.lose_all(instance, hosted_tasks.HOST_GONE.format(ec2_id=instance.ec2_id))

    def _gone(self, instance: ContainerInstance) -> None:
        """The machine is no more."""
        hosted_tasks.lose_all(instance, hosted_tasks.HOST_GONE.format(ec2_id=instance.ec2_id))
        self.deregister(instance)

    def installed(self, node: Node) -> None:
        """A machine outside AWS has run the registration script: its agent registers soon."""
        self._plan(node.id, self._takes("instance_booted", node.id), lambda: self._register_node(node))

    def silent(self, node_id: str) -> None:
        """A machine outside AWS is cut off, or may not speak to AWS any more. Its tasks run on."""
        self._forget_plan(node_id)
        known = self.registered.get(node_id)
        if known:
            self._plan(node_id, self._takes("agent_lost", node_id), lambda: self._cut_off(known))

    def audible(self, node: Node) -> None:
        """The machine has its connection again."""
        known = self.registered.get(node.id)
        if known is None:
            self.installed(node)
        else:
            self._plan(node.id, self._takes("agent_updated", node.id), lambda: self.connect(known, True))

    def _cut_off(self, instance: ContainerInstance) -> None:
        self.connect(instance, False)

    def _register_node(self, node: Node) -> bool:
        if external.node_of(node.id) is not node or node.status != ONLINE:
            return False
        try:
            self.registered[node.id] = registration.register_node(node)
        except registration.CannotRegister:
            self._plans[node.id] = self.account.clock.every(
                RETRIED, lambda: self._register_node(node), lambda _: None
            )
            return False
        self._plans.pop(node.id, None)
        hosted_tasks.tell_services(cluster_of(self.registered[node.id]))
        return True

    def zone(self, zone: str, away: bool) -> None:
        """An Availability Zone goes away with the machines in it, or comes back."""
        if self.account.behaviour >= placing.FAULTS:
            for instance in list(self.registered.values()):
                if instance.attributes.get(ZONE) == zone:
                    self.reaches(instance, not away)

    def reaches(self, instance: ContainerInstance, connected: bool) -> bool:
        """Let the agent be connected or not; False if its machine does not run, and nothing has changed."""
        if connected and not _runs(instance):
            return False
        self.connect(instance, connected)
        return True

    def connect(self, instance: ContainerInstance, connected: bool) -> None:
        """The agent's connection comes or goes; what was asked of it meanwhile is done when it comes."""
        instance.connect(connected, self.account.clock.timestamp())
        cluster = cluster_of(instance)
        if cluster.placement:
            cluster.placement.changed(instance)
            hosted_tasks.tell_services(cluster)
        if connected and self.account.fargate:
            for task in hosted_tasks.tasks_on(instance):
                self.account.fargate.driver.reached(task)

    def deregister(self, instance: ContainerInstance) -> None:
        """Take an instance out of its cluster, at once unless a trunk interface must be removed first."""
        self._forget_plan(instance.ec2_id)
        self.registered.pop(instance.ec2_id, None)
        ends = not instance.trunk or instance.status == "DEREGISTERING"
        if ends or self.account.behaviour < TRUNKS_LEAVE:
            self._leave(instance)
            return
        instance.move("ending")
        self.connect(instance, False)
        delay = self._takes("trunk_detached", instance.id)
        self.account.clock.after(delay, lambda: self._leave(instance))

    def _leave(self, instance: ContainerInstance) -> None:
        """Let an instance be INACTIVE; it stays described for a while."""
        cluster, now = cluster_of(instance), self.account.clock.now
        instance.move("deregistered")
        instance.agent_connected, instance.gone_at = False, now + FORGOTTEN
        assert cluster.placement is not None, "it has been registered there"
        cluster.placement.remove(instance.id)
        gone = [each.id for each in cluster.former_instances.values() if (each.gone_at or 0.0) <= now]
        for instance_id in gone:
            del cluster.former_instances[instance_id]
        cluster.former_instances[instance.id] = instance
        hosted_tasks.tell_services(cluster)

    def update(self, instance: ContainerInstance) -> None:
        """Let the agent be replaced by the newest one; it is away for a moment."""
        instance.update = "PENDING"
        self._plan(instance.ec2_id, self._takes("agent_staged", instance.id), lambda: self._stage(instance))

    def _stage(self, instance: ContainerInstance) -> None:
        instance.update = "UPDATING"
        self.connect(instance, False)
        self._plan(
            instance.ec2_id, self._takes("agent_updated", instance.id), lambda: self._updated(instance)
        )

    def _updated(self, instance: ContainerInstance) -> None:
        instance.update, instance.agent_version = "UPDATED", NEWEST_AGENT
        self.connect(instance, True)

    def _register(self, region: str, ec2_id: str) -> bool:
        instance = machine.find(region, ec2_id)
        if instance is None or instance.state != "running":
            return False
        away = str(instance.placement.zone) in self.account.faults.zones
        if away and self.account.behaviour >= placing.FAULTS:
            self._try_again(region, ec2_id)
            return False
        try:
            self.registered[ec2_id] = registration.register(region, instance)
        except registration.CannotRegister:
            self._try_again(region, ec2_id)
            return False
        self._plans.pop(ec2_id, None)
        known = self.registered[ec2_id]
        if known.status == "REGISTERING" and known.trunk:
            self._plan(ec2_id, self._takes("trunk_attached", ec2_id), lambda: self._attach_trunk(known))
        hosted_tasks.tell_services(cluster_of(known))
        return True

    def _attach_trunk(self, instance: ContainerInstance) -> None:
        if instance.joined:
            instance.move("trunk_attached")
        instance.joined = True  # of a managed instance its daemons come next
        if self.account.behaviour >= registration.RULES:
            instance.attributes[TRUNK] = f"eni-{blake2b(instance.id.encode()).hexdigest()[:17]}"
        self.connect(instance, True)
        cluster = cluster_of(instance)
        assert cluster.placement is not None, "it is registered there"
        cluster.placement.changed(instance)
        hosted_tasks.tell_services(cluster)

    def _try_again(self, region: str, ec2_id: str) -> None:
        self._plans[ec2_id] = self.account.clock.every(
            RETRIED, lambda: self._register(region, ec2_id), lambda _: None
        )

    def _takes(self, step: str, whose: str) -> float:
        return self.account.clock.durations.of(step, whose)

    def _plan(self, ec2_id: str, delay: float, action: Callable[[], bool | None]) -> None:
        self._forget_plan(ec2_id)
        self._plans[ec2_id] = self.account.clock.after(delay, action)

    def _forget_plan(self, ec2_id: str) -> None:
        plan = self._plans.pop(ec2_id, None)
        if plan:
            plan.cancel()


def _runs(instance: ContainerInstance) -> bool:
    """Whether its machine runs; of one outside AWS: whether it may and can speak to AWS."""
    if external.is_external(instance):
        node = external.node_of(instance.ec2_id)
        return node is not None and node.status == ONLINE
    host = machine.find(instance.region, instance.ec2_id)
    return host is not None and host.state == "running"


def cluster_of(instance: ContainerInstance) -> Cluster:
    """The cluster that a container instance is registered in."""
    return state.of(instance.region).clusters[instance.cluster]
