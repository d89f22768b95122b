"""One task in a world of its own: the driver, a clock, and surroundings that do what they are told."""

from dataclasses import dataclass, field

from ecslab.sandbox.world.task.attachment import Attachment
from ecslab.sandbox.world.task.container import Container, Pulled
from ecslab.sandbox.world.task.driver import Driver
from ecslab.sandbox.world.task.surroundings import StartFailed
from ecslab.sandbox.world.task.task import Task
from ecslab.sandbox.world.time.clock import Clock


@dataclass(frozen=True)
class Interface:
    eni_id: str = "eni-0a1b"
    mac: str = "02:00:00:00:00:01"
    private_ip: str = "172.31.0.4"
    private_dns: str = "ip-172-31-0-4.ec2.internal"
    named: bool = True


class Program:
    """Ends after `seconds` with `code`, and `on_term` seconds after TERM (None: never)."""

    def __init__(
        self, clock, exited, seconds=None, code=0, on_term=0.0, healthy_at=0.0, ill_at=1e9, check_takes=0.0
    ):
        self.healthy_at, self.ill_at, self.check_takes = healthy_at, ill_at, check_takes
        self.began, self.checked = clock.now, []
        self.clock, self.ended, self.on_term, self._exited = clock, False, on_term, exited
        self.signals = []
        if seconds is not None:
            clock.after(seconds, lambda: self.end(code))

    def end(self, code, reason=None):
        if not self.ended:
            self.ended = True
            self._exited(code, reason)

    def execute(self, argv, done):
        """A check: passes from `healthy_at` until `ill_at` seconds after the start; takes `check_takes`."""
        age = self.clock.now - self.began
        self.checked.append((self.clock.now, argv))
        passed = self.healthy_at <= age < self.ill_at
        return self.clock.after(self.check_takes, lambda: done(0 if passed else 1))

    def signal(self, name):
        self.signals.append((self.clock.now, name))
        if name == "KILL":
            self.end(137)
        elif self.on_term == 0:
            self.end(143)
        elif self.on_term is not None:
            self.clock.after(self.on_term, lambda: self.end(143))


@dataclass
class World:
    """Surroundings. `fails` maps a phase (attach, prepare, pull) to the StartFailed it raises."""

    clock: Clock = field(default_factory=Clock)
    fails: dict = field(default_factory=dict)
    programs: dict = field(default_factory=dict)  # container name: arguments of Program
    pull_seconds: float = 5.0
    held: set = field(default_factory=set)
    started: dict = field(default_factory=dict)
    history: list = field(default_factory=list)
    healths: list = field(default_factory=list)
    every: list = field(default_factory=list)  # each program ever started
    draining: float = 1.0

    def __post_init__(self):
        self.driver = Driver(self.clock, self)

    def _may(self, phase):
        if phase in self.fails:
            raise self.fails[phase]

    def attach_eni(self, task):
        self._may("attach")
        self.held.add(task.id)
        return Interface()

    def release_eni(self, task):
        self.held.remove(task.id)

    def prepare(self, task):
        self._may("prepare")

    def open_logs(self, task):
        self._may("open_logs")

    def pull(self, task, container):
        self._may("pull")
        return Pulled("sha256:00", self.pull_seconds)

    def start(self, task, container, exited):
        def ended(code, reason):
            exited(task, container, code, reason)

        program = Program(self.clock, ended, **self.programs.get(container.name, {}))
        self.started[container.name] = program
        self.every.append(program)
        return f"{task.id}-1", program

    def moved(self, task, before):
        if before == task.last_status:
            self.healths.append((self.clock.now, task.health_status))
        else:
            self.history.append((self.clock.now, before, task.last_status))

    def reachable(self, task):
        return True

    def leaving(self, task):
        return self.draining

    def launch(self, *containers):
        containers = containers or (Container("web", "arn:web", "httpd"),)
        attachment = Attachment("a-1", "subnet-1")
        task = Task("0a1b", "arn:task", "lab", "us-east-1", {}, attachment, list(containers))
        self.driver.launch(task)
        return task

    def run(self, until):
        self.clock.run(until=until)

    @property
    def phases(self):
        return [(when, status) for when, _, status in self.history]


def refused(text="no", after=8.0):
    return StartFailed(text, after)
