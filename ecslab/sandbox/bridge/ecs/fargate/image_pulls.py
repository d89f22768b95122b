"""The images of tasks: found in their registry, and pulled if network, role and policies allow it."""

from collections import deque
from typing import Final
from weakref import WeakValueDictionary

from ecslab.sandbox.bridge.account import Account, current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecr import access
from ecslab.sandbox.bridge.ecs.fargate import task_agent
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.iam.endpoint_policies import LAYERS, endpoint_problem
from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.bridge.images.resolution import NotInRegistry, resolve
from ecslab.sandbox.runtime import limits
from ecslab.sandbox.runtime.image import Image
from ecslab.sandbox.runtime.layer_stream import BadLayer
from ecslab.sandbox.world.image_names import ImageName, parse
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.task import failures
from ecslab.sandbox.world.task.container import Container, Pulled
from ecslab.sandbox.world.task.surroundings import StartFailed
from ecslab.sandbox.world.task.task import Task

_RECENT: Final = 64 * limits.MIB  # bytes of an image that is kept for a while though no task runs it
_PULLING: Final = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


class Images:
    """The images that the account's tasks run, each once in memory."""

    def __init__(self, account: Account):
        self.account = account
        self._images: WeakValueDictionary[tuple[str, str, str], Image] = WeakValueDictionary()
        self._recent: deque[Image] = deque(maxlen=2)  # a task that is started again unpacks nothing

    def pull(self, task: Task, container: Container) -> Pulled:
        """Pull a container's image; StartFailed if that cannot be."""
        name, facts = parse(container.image), task_agent.network(task)
        problem = self.account.faults.registries.get(name.registry)
        if problem == "limited":
            raise failures.refused("too_many_pulls", image=name)
        way = packets.egress(facts, "ecr.dkr" if name.ecr else None)
        if problem == "unreachable" or not way.passed:
            raise failures.registry_unreachable(name, task_agent.dial(way, facts, failures.host_of(name)))
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
        architecture = architecture_of(task)
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


def log_in(task: Task, facts: vpc.Facts, role: str | None, service: str) -> None:
    """Get the registry's authorization under a role; StartFailed if a task needs it and that cannot be."""
    lost = role and roles.role_problem(role, region=task.region, service=service)
    if lost:
        raise StartFailed(lost)
    if any(parse(container.image).ecr for container in task.containers):
        way = packets.egress(facts, "ecr.api")
        if not way.passed:
            dial = task_agent.dial(way, facts, f"api.ecr.{task.region}.amazonaws.com")
            raise failures.unreachable("ecr_unreachable", region=task.region, dial=dial)
        asked = "ecr:GetAuthorizationToken", "*"
        denied = role and (
            roles.role_problem(role, *asked, task.id, service=service)
            or endpoint_problem(facts, "ecr.api", *asked, role, task.id)
        )
        if denied:
            raise failures.refused("ecr_login_denied", request_id=rng.uuid4(), denied=denied)


def _check_layers(facts: vpc.Facts, region: str, digest: str) -> None:
    """StartFailed if there is no way to S3, or its endpoint's policy does not let the layers through."""
    if not packets.egress(facts, "s3").passed:
        raise failures.unreachable("layers_unreachable", region=region, digest=digest)
    if endpoint_problem(facts, "s3", "s3:GetObject", LAYERS.format(region=region)):
        raise failures.refused("layers_forbidden", region=region, digest=digest)


def _may_pull(task: Task, facts: vpc.Facts, name: ImageName, account: str, region: str) -> bool:
    if account != current_account().id:
        return False  # nobody in the sandbox's other accounts gives leave
    role, arn = task_agent.role(task)[0], f"arn:aws:ecr:{region}:{account}:repository/{name.repository}"
    if not role:
        return True
    who = access.task(role, task.id)
    return not any(
        access.problem(who, action, arn) or endpoint_problem(facts, "ecr.dkr", action, arn, role, task.id)
        for action in _PULLING
    )


def architecture_of(task: Task) -> str:
    """The CPU architecture that a task runs on."""
    return task.definition.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")
