"""Services in a world of their own: scheduler, driver, and surroundings that do what they are told."""

from dataclasses import dataclass, field

from task_rig import World

from ecslab.sandbox.world.service.account import CannotPlace, Cause, Target
from ecslab.sandbox.world.service.deployment import LoadBalancer, Revision
from ecslab.sandbox.world.service.scheduler import Scheduler
from ecslab.sandbox.world.service.service import Service
from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.surroundings import StartFailed
from ecslab.sandbox.world.task.task import Task

GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0123456789abcdef"


@dataclass
class Town(World):
    """Surroundings for any number of services, and the account of their scheduler.

    Attributes:
        broken: revisions whose tasks fail, by number: the StartFailed they raise, or the seconds they run.
        healthy_after: seconds from registration to a healthy target; None: never.
        refusal: what CannotPlace says to every launch.
    """

    broken: dict = field(default_factory=dict)
    healthy_after: float | None = 20.0
    refusal: str | None = None
    tasks: dict = field(default_factory=dict)
    members: dict = field(default_factory=dict)
    services: list = field(default_factory=list)
    registered: set = field(default_factory=set)

    def __post_init__(self):
        super().__post_init__()
        self.scheduler = Scheduler(self.clock, self)
        self.ids = 0

    # account

    def launch(self, service, deployment, place):
        if self.refusal:
            raise CannotPlace(self.refusal)
        self.ids += 1
        task_id = f"{self.ids:032x}"
        container = Container("web", "arn:web", "httpd", {"revision": deployment.revision.number})
        attachment = Attachment(f"a-{self.ids}", f"subnet-{place}")
        task = Task(task_id, "arn:task", "lab", "us-east-1", {}, attachment, [container])
        self.tasks[task_id] = (task, service, deployment)
        self.driver.launch(task)
        return task_id

    def stop(self, task_id, reason):
        self.driver.stop(self.tasks[task_id][0], "ServiceSchedulerInitiated", reason)

    def register(self, task_id, balancer):
        self.registered.add(task_id)
        if self.healthy_after is not None:
            self.clock.after(self.healthy_after, lambda: self.target(task_id, "healthy"))
        return Target(80)

    def completed(self, service):
        pass

    def new_id(self, kind):
        self.ids += 1
        return f"ecs-svc/{self.ids:019}" if kind == "deployment" else f"{kind}-{self.ids}"

    # surroundings

    def leaving(self, task):
        self.registered.discard(task.id)
        return super().leaving(task)

    def pull(self, task, container):
        how = self.broken.get(container.definition["revision"])
        if isinstance(how, StartFailed):
            raise how
        return super().pull(task, container)

    def start(self, task, container, exited):
        how = self.broken.get(container.definition["revision"])
        self.programs["web"] = {} if how is None else {"seconds": how, "code": 1}
        return super().start(task, container, exited)

    def moved(self, task, before):
        if task.id in self.tasks and before is not None:
            _, service, deployment = self.tasks[task.id]
            member = deployment.members[task.id]
            cause = Cause(task.stop_code, task.stopped_reason) if task.stopping else None
            self.scheduler.task_moved(service, member, task.last_status, cause)

    # what a test says

    def service(self, desired=1, *, revision=None, name="web", **settings):
        service = Service(name, f"arn:service/{name}", "lab", self.clock.timestamp(), desired, **settings)
        self.services.append(service)
        self.scheduler.deploy(service, revision or self.revision())
        return service

    def revision(self, number="1", zones=("us-east-1a", "us-east-1b"), balanced=False, checked=False):
        balancers = (LoadBalancer(GROUP, "web", 80),) if balanced else ()
        return Revision(number, 0.0, {}, zones, balancers, checked)

    def target(self, task_id, state, why=""):
        _, service, deployment = self.tasks[task_id]
        member = deployment.members.get(task_id)
        if member:
            self.scheduler.target_health(service, member, GROUP, state, why)

    def health(self, task_id, state):
        _, service, deployment = self.tasks[task_id]
        self.scheduler.container_health(service, deployment.members[task_id], state)

    def kill(self, task_id):
        self.driver.stop(self.tasks[task_id][0], "UserInitiated", "Task stopped by user")

    def up(self, service):
        """Ids of the service's tasks that are RUNNING."""
        return [
            task_id for task_id, (task, owner, _) in self.tasks.items()
            if owner is service and task.last_status == "RUNNING"
        ]  # fmt: skip

    def story(self, service):
        """(virtual second, message without the service's name), oldest first."""
        prefix = f"(service {service.name}"
        return [
            (event.at, event.message.removeprefix(prefix).removeprefix(") ").removeprefix(", "))
            for event in reversed(service.log.events)
        ]

    def words(self, service):
        """The messages without ids: what happened, oldest first."""
        messages = [message for _, message in self.story(service)]
        return [message.partition(": (task")[0].partition(" (target-group")[0] for message in messages]

    def is_idle(self):
        """Whether nothing is planned but that each service says again that it is steady."""
        repeats = [service.next_steady_message.at for service in self.services if service.next_steady_message]
        return self.clock.next_at() == min(repeats, default=None)

    def settle(self, seconds=600):
        self.run(self.clock.now + seconds)
