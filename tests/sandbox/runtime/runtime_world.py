"""A container alone in a world of its own: a small clock, a log, and the exit it reported."""

import heapq
import itertools
from dataclasses import dataclass, field

from ecslab.sandbox.runtime import ContainerSpec
from ecslab.sandbox.runtime.embedded import EmbeddedContainer

SIX_O_CLOCK = 1795240800.0  # 2026-11-21 06:00:00 UTC
FILES = {
    "/usr/local/apache2/htdocs/index.html": b"<h1>mine</h1>",
    "/usr/local/apache2/htdocs/style.css": b"body{}",
    "/usr/local/apache2/htdocs/docs/index.html": b"docs",
    "/usr/local/apache2/htdocs/empty/note.txt": b"note",
    "/usr/share/nginx/html/index.html": b"<h1>nginx</h1>",
    "/etc/motd": b"welcome\n",
    **dict.fromkeys((f"/usr/bin/{name}" for name in ("aws", "bash", "curl", "ps", "redis-cli", "wget")), b""),
}


class Event:
    cancelled = False

    def cancel(self):
        self.cancelled = True


class World:
    """What a container may ask of its host."""

    def __init__(self):
        self.time, self.queue, self.order = 0.0, [], itertools.count()
        self.lines, self.exit = [], None
        self.taken_ports, self.answers, self.names = set(), {}, {}

    def log(self, line):
        self.lines.append(line)

    def exited(self, code, reason=None):
        assert self.exit is None, "it ended twice"
        self.exit = (code, reason)

    def after(self, seconds, action):
        event = Event()
        heapq.heappush(self.queue, (self.time + seconds, next(self.order), event, action))
        return event

    def now(self):
        return self.time

    def timestamp(self):
        return SIX_O_CLOCK + self.time

    def hostname(self):
        return "ip-172-31-0-4.ec2.internal"

    def hold(self, mib):
        return True

    def taken(self, port):
        return port in self.taken_ports

    def name_server(self):
        return "10.0.0.2"

    def services(self, name):
        raise LookupError(name)

    def resolve(self, name):
        """`names` maps a name to its addresses."""
        return self.names[name]  # a KeyError is a LookupError

    def fetch(self, host, port, request):
        """`answers` maps (host, port) to a function of the request, or to the error it raises."""
        answer = self.answers.get((host, port), ConnectionRefusedError("nobody"))
        if isinstance(answer, Exception):
            raise answer
        return answer(request)

    def run(self, seconds):
        until, events = self.time + seconds, 0
        while self.queue and self.queue[0][0] <= until:
            self.time, _, event, action = heapq.heappop(self.queue)
            events += 1
            assert events < 10_000, "the container never lets time pass"
            if not event.cancelled:
                action()
        self.time = until


@dataclass
class Image:
    reference: str = "httpd:2.4"
    architecture: str = "amd64"
    entrypoint: list = field(default_factory=list)
    cmd: list = field(default_factory=lambda: ["httpd-foreground"])
    env: list = field(default_factory=list)
    files: dict = field(default_factory=lambda: FILES)

    @property
    def config(self):
        return {"config": {"Entrypoint": self.entrypoint, "Cmd": self.cmd, "Env": self.env}}

    def rootfs(self):
        return self.files


def Spec(**changes):  # reads as the class it makes
    return ContainerSpec(**{"task_id": "0a1b2c3d4e5f", "name": "web", "image": Image(), **changes})


class Container:
    """`Container(command=…)`: started, and waiting for its world to `run`."""

    def __init__(self, **changes):
        self.host = World()
        self._container = EmbeddedContainer(Spec(**changes), self.host)
        self.request, self.signal = self._container.request, self._container.signal
        self.execute, self.open_session = self._container.execute, self._container.open_session

    listening = property(lambda self: self._container.listening)
    lines = property(lambda self: self.host.lines)
    exit = property(lambda self: self.host.exit)

    def run(self, seconds=0.0):
        self.host.run(seconds)
