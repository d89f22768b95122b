"""What a Fargate task finds around it: its interface, the registry, the logs, and a runtime."""

from collections import deque
from collections.abc import Mapping
from typing import Final
from weakref import WeakValueDictionary

from moto.ec2.exceptions import EC2ClientError

from ecslab.sandbox.bridge import logs
from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ec2 import task_network
from ecslab.sandbox.bridge.ec2.addresses import NoFreeAddress
from ecslab.sandbox.bridge.ecr import access
from ecslab.sandbox.bridge.ecs import hosted_tasks, state
from ecslab.sandbox.bridge.ecs.capacity import look
from ecslab.sandbox.bridge.ecs.fargate import connect_log
from ecslab.sandbox.bridge.ecs.fargate.container_host import Host
from ecslab.sandbox.bridge.ecs.fargate.credentials import Credentials
from ecslab.sandbox.bridge.ecs.fargate.injected_values import injected
from ecslab.sandbox.bridge.ecs.fargate.metadata import Environment
from ecslab.sandbox.bridge.ecs.fargate.volumes import Volumes
from ecslab.sandbox.bridge.ecs.instances import external, machine, placing
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.iam.endpoint_policies import LAYERS, endpoint_problem
from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.bridge.images.resolution import NotInRegistry, resolve
from ecslab.sandbox.bridge.load.meters import meters_of
from ecslab.sandbox.bridge.logs import log_options, log_stream
from ecslab.sandbox.bridge.ssm_nodes.state import SERVICE
from ecslab.sandbox.runtime import ContainerSpec, RunningContainer, limits
from ecslab.sandbox.runtime.image import Image
from ecslab.sandbox.runtime.layer_stream import BadLayer
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.image_names import ImageName, parse
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.service_connect.proxy import MEMORY
from ecslab.sandbox.world.task import failures
from ecslab.sandbox.world.task.container import Container, Pulled
from ecslab.sandbox.world.task.driver import Driver
from ecslab.sandbox.world.task.surroundings import Exited, StartFailed
from ecslab.sandbox.world.task.task import Task

_RECENT: Final = 64 * limits.MIB  # bytes of an image that is kept for a while though no task runs it
_PULLING: Final = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PENDING: Final = frozenset({"PENDING", "ACTIVATING"})  # PROVISIONING counts in neither: recorded of services


class Fargate:
    """Surroundings (`world.task.surroundings`) made of moto's account and the sandbox's runtime.

    Attributes:
        driver: walks the account's tasks.
    """

    def __init__(self, account: Account):
        self.account, self.driver = account, Driver(account.clock, self, account.behaviour)
        self.volumes, self.credentials = Volumes(account.budget), Credentials()
        self._images: WeakValueDictionary[tuple[str, str, str], Image] = WeakValueDictionary()
        self._recent: deque[Image] = deque(maxlen=2)  # a task that is started again unpacks nothing

    def _fail_if_platform_does(self, phase: str) -> None:
        problem = self.account.faults.platform
        failure = failures.platform_failures()[problem] if problem else None
        if failure and failure.phase == phase:
            raise StartFailed(failure.reason, failure.after)

    def attach_eni(self, task: Task) -> task_network.Eni:
        if task.attachment.shared:
            return self._join(task)
        self._fail_if_platform_does("interface")
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
        self.account.tasks_by_interface[eni.eni_id] = task
        return eni

    def release_eni(self, task: Task) -> None:
        interface = task.attachment.interface
        assert interface is not None, "only what was attached is released"
        self.volumes.forget(task)
        self.credentials.forget(task)
        if task.attachment.shared:
            self.account.tasks_by_instance[interface.eni_id].pop(task.id)
            return
        del self.account.tasks_by_interface[interface.eni_id]
        self.account.resolvers.pop(interface.eni_id, None)
        self.account.proxies.pop(task.id, None)
        if self.account.connect_meters is not None:
            self.account.connect_meters.task_ended(task.id, interface.private_ip)
        task_network.release_eni(task.region, interface.eni_id)

    def _join(self, task: Task) -> task_network.Eni:
        """Use the interface of the task's container instance."""
        instance = placing.instance_of(task)
        if instance is None:
            raise StartFailed(hosted_tasks.DEREGISTERED)
        try:
            eni = _machine_interface(instance)
            placing.bind(task, instance)
        except (EC2ClientError, ValueError) as gone:
            raise StartFailed(str(gone)) from None
        self.account.tasks_by_instance.setdefault(eni.eni_id, {})[task.id] = task
        return eni

    def prepare(self, task: Task) -> None:
        self._fail_if_platform_does("containers")
        facts, (role, service) = _facts(task), puller(task)
        lost = role and roles.role_problem(role, region=task.region, service=service)
        if lost:
            raise StartFailed(lost)
        if any(parse(container.image).ecr for container in task.containers):
            way = packets.egress(facts, "ecr.api")
            if not way.passed:
                dial = _dial(way, facts, f"api.ecr.{task.region}.amazonaws.com")
                raise failures.unreachable("ecr_unreachable", region=task.region, dial=dial)
            asked = "ecr:GetAuthorizationToken", "*"
            denied = role and (
                roles.role_problem(role, *asked, task.id, service=service)
                or endpoint_problem(facts, "ecr.api", *asked, role, task.id)
            )
            if denied:
                raise failures.refused("ecr_login_denied", request_id=rng.uuid4(), denied=denied)
        for container in task.containers:
            container.injected = injected(task, container, facts, role) or None

    def open_logs(self, task: Task) -> None:
        facts, role = _facts(task), puller(task)
        for container in task.containers:
            where, options = log_stream(task, container), log_options(container)
            if where is not None:
                self._open_log(task, where, options, facts, *role, logs.pattern_refusal(container))
        log = connect_log.log_of(task)
        if log is not None:
            self._open_log(task, connect_log.stream_of(task, log), log.options, facts, *role)

    def _open_log(
        self, task: Task, where: tuple[str, str, str], options: Mapping[str, str], facts: vpc.Facts,
        role: str | None, service: str, refusal: str | None = None,
    ) -> None:
        """Make a log stream; StartFailed with the reason if that cannot be, or with `refusal`."""
        if not packets.egress(facts, "logs").passed:
            raise failures.unreachable("logs_unreachable")
        create = options.get("awslogs-create-group") == "true"
        refusal = refusal or logs.open_stream(
            *where, role or "", task.id, create,
            lambda action, arn: endpoint_problem(facts, "logs", action, arn, role or "", task.id), service,
        )  # fmt: skip
        if refusal:
            raise StartFailed(refusal)

    def pull(self, task: Task, container: Container) -> Pulled:
        name, facts = parse(container.image), _facts(task)
        problem = self.account.faults.registries.get(name.registry)
        if problem == "limited":
            raise failures.refused("too_many_pulls", image=name)
        way = packets.egress(facts, "ecr.dkr" if name.ecr else None)
        if problem == "unreachable" or not way.passed:
            raise failures.registry_unreachable(name, _dial(way, facts, failures.host_of(name)))
        if name.ecr and not _may_pull(task, facts, name, *name.ecr):
            raise failures.refused("pull_forbidden", image=name)
        image = self._resolve(task, container, name)
        if problem == "broken":
            raise failures.refused("layers_refused")
        if name.ecr:
            _check_layers(facts, task.region, image.digest)
        return Pulled(image.digest, self.account.clock.durations.pull(image.nominal_size, task.id), image)

    def _resolve(self, task: Task, container: Container, name: ImageName) -> Image:
        """The image; tasks that run the same one share its files, which nobody changes."""
        architecture = _architecture(task)
        try:
            resolved = resolve(container.image, task.region, architecture)
            if task.settings.get("platformFamily", "Linux") != "Linux":  # no image here is built for Windows
                raise failures.refused("platform_missing", platform="windows/amd64")
            image = self._images.setdefault((container.image, resolved.digest, architecture), resolved)
            image.rootfs()  # so that a layer that cannot be unpacked is found while pulling, as it is on AWS
            self._make_room(image)
            return image
        except BadLayer as bad:
            raise failures.refused("layer_damaged", why=bad) from None
        except NotInRegistry as missing:
            carried = catalogue.carried(name.uri)
            raise failures.image_missing(name, missing.kind, architecture, carried) from None

    def _make_room(self, image: Image) -> None:
        """BadLayer if the images that running tasks use leave no room for this one."""
        if image not in self._recent and image.rootfs().unpacked <= _RECENT:
            self._recent.append(image)
        # All images in memory are at least those in use: if they fit, no task need be looked at.
        if sum(each.rootfs().unpacked for each in self._images.values()) <= limits.IMAGES.account:
            return
        sharing = (each for tasks in self.account.tasks_by_instance.values() for each in tasks.values())
        tasks = (*self.account.tasks_by_interface.values(), *sharing)
        pulled = [
            container.pulled.image for task in tasks for container in task.containers if container.pulled
        ]
        used = {each.digest: each.rootfs().unpacked for each in pulled if each.digest != image.digest}
        if image.rootfs().unpacked + sum(used.values()) > limits.IMAGES.account:
            raise BadLayer(
                f"the images that run now are larger than {limits.IMAGES.account // limits.MIB} MiB unpacked "
                "together, the most that the sandbox holds"
            )

    def start(self, task: Task, container: Container, exited: Exited) -> tuple[str, RunningContainer]:
        host = Host(self.account, task, container, exited, self.credentials)
        runtime_id = f"{task.id}-{rng.randrange(10**9, 10**10)}"
        environment = Environment(task, container, self.credentials)
        init = bool((container.definition.get("linuxParameters") or {}).get("initProcessEnabled"))
        init_process = init and self.account.behaviour >= 2
        spec = _spec(task, container, environment, self.volumes, init_process)
        return runtime_id, self.account.runtime.start(spec, host)

    def reachable(self, task: Task) -> bool:
        instance = placing.instance_of(task)
        return instance is None or instance.agent_connected or self.account.behaviour < placing.FAULTS

    def leaving(self, task: Task) -> float:
        services = self.account.services
        return services.leaving(task) if services else self.account.clock.durations.of("deactivated", task.id)

    def moved(self, task: Task, before: str | None) -> None:
        cluster = state.of(task.region).clusters[task.cluster]
        now = self.account.clock.now
        cluster.pending.add((task.last_status in _PENDING) - (before in _PENDING), now)
        cluster.running.add((task.last_status == "RUNNING") - (before == "RUNNING"), now)
        if task.instance and task.last_status == "STOPPED":
            placing.release(task)
        if task.last_status == "STOPPED" and task.id in cluster.waiting:
            del cluster.waiting[task.id]
            look.soon(task.region, cluster)
        if self.account.services:
            if task.last_status != before:
                self._measure(task)
            self.account.services.task_moved(task, before)
        if self.account.daemons:
            self.account.daemons.task_moved(task)

    def _measure(self, task: Task) -> None:
        """Let a service's task count in its metrics, or not any more."""
        services = self.account.services
        membership = services.tasks.get(task.id) if services else None
        if membership:
            meters_of(self.account).task_moved(task, membership.service)


def _machine_interface(instance: ContainerInstance) -> task_network.Eni:
    """The interface that tasks of a container instance share."""
    if external.is_external(instance):
        return external.interface(instance.ec2_id, instance.region)
    host = machine.find(instance.region, instance.ec2_id)
    if host is None or host.state != "running":  # ECS has not noticed yet
        raise StartFailed(hosted_tasks.HOST_GONE.format(ec2_id=instance.ec2_id))
    return task_network.instance_eni(instance.region, instance.ec2_id)


def execution_role(task: Task) -> str | None:
    """ARN of the role under which the image is pulled and the log is written."""
    override = task.settings["overrides"].get("executionRoleArn")
    role: str | None = override or task.definition.get("executionRoleArn")
    return role


def puller(task: Task) -> tuple[str | None, str]:
    """Under which role the image is pulled and the log is written, and who assumes it.

    On EC2 and outside AWS that is the execution role, or else the instance's own (developer guide, task
    execution IAM role).
    """
    role, instance = execution_role(task), placing.instance_of(task)
    if role or instance is None:
        return role, roles.TASKS
    if external.is_external(instance):
        return external.role_arn(instance), SERVICE
    host = machine.find(task.region, instance.ec2_id)
    return (machine.role_of(task.region, host) if host else None), roles.INSTANCES


def _managed_tags(task: Task) -> dict[str, str]:
    """The tags of its cluster and service, if it has them: ECS puts them on the interface too."""
    return {tag["key"]: tag["value"] for tag in task.tags if tag["key"].startswith("aws:ecs:")}


def _check_layers(facts: vpc.Facts, region: str, digest: str) -> None:
    """StartFailed if there is no way to S3, or its endpoint's policy does not let the layers through."""
    if not packets.egress(facts, "s3").passed:
        raise failures.unreachable("layers_unreachable", region=region, digest=digest)
    if endpoint_problem(facts, "s3", "s3:GetObject", LAYERS.format(region=region)):
        raise failures.refused("layers_forbidden", region=region, digest=digest)


def _dial(way: packets.Verdict, facts: vpc.Facts, host: str) -> str:
    """How a connection to a host failed."""
    resolver = facts.resolver if way.stopped_by == "name-resolution" else None
    return failures.dial(host, facts.private_ip, resolver)


def _may_pull(task: Task, facts: vpc.Facts, name: ImageName, account: str, region: str) -> bool:
    if account != current_account().id:
        return False  # nobody in the sandbox's other accounts gives leave
    role, arn = puller(task)[0], f"arn:aws:ecr:{region}:{account}:repository/{name.repository}"
    if not role:
        return True
    who = access.task(role, task.id)
    return not any(
        access.problem(who, action, arn) or endpoint_problem(facts, "ecr.dkr", action, arn, role, task.id)
        for action in _PULLING
    )


def _facts(task: Task) -> vpc.Facts:
    """The network of whoever pulls the image and writes the log: on EC2 the instance's agent."""
    instance = placing.instance_of(task)
    host = None
    if instance and not external.is_external(instance):
        host = machine.find(task.region, instance.ec2_id)
    if host:
        return machine.facts(task.region, host)
    interface = task.attachment.interface
    assert isinstance(interface, task_network.Eni), "asked only of a task that is attached"
    return task_network.network_facts(interface)


def _architecture(task: Task) -> str:
    return task.definition.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")


def _memory(task: Task, container: Container) -> int:
    """MiB that a container may take: its own limit, the task's, or all that its container instance has."""
    instance = placing.instance_of(task)
    whole = task.settings["memory"] if instance is None else task.definition.get("memory") or instance.memory
    return int(container.definition.get("memory") or whole) - (MEMORY if task.proxy else 0)


def _spec(
    task: Task,
    container: Container,
    environment: Mapping[str, str],
    volumes: Volumes,
    init_process: bool,
) -> ContainerSpec:
    definition = container.definition
    assert container.pulled is not None, "pulled before it starts"
    return ContainerSpec(
        task_id=task.id,
        name=container.name,
        image=container.pulled.image,
        command=definition.get("command") or None,
        entry_point=definition.get("entryPoint") or None,
        environment=environment,
        memory_mib=_memory(task, container),
        stop_timeout=container.stop_timeout,
        working_directory=definition.get("workingDirectory"),
        architecture=_architecture(task),
        mounts=volumes.mounts(task, container),
        read_only=bool(definition.get("readonlyRootFilesystem")),
        init_process=init_process,
    )
