"""Every figure of the course, with the arguments a notebook would give, and with awkward ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from ecslab import figures
from ecslab.course.catalogue import STAGES as COURSE
from ecslab.figures import Figure
from ecslab.figures.stage_path import STAGES
from ecslab.operations.service_map import Answer, Line, ServiceMap, ServiceNode, Way
from ecslab.resources.container_instance.layout import Capacity, Instance, PlacedTask

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@dataclass(frozen=True)
class Hops:
    task_id: str = "1f3c5a7e9b2d4f60718293a4b5c6d7e8"
    eni_id: str = "eni-0a1b2c3d4e5f60718"
    private_ip: str = "172.31.255.254"
    public_ip: str | None = "203.0.113.255"


ALB = "adgu-alb-385058819.us-east-1.elb.amazonaws.com"


def chain(targets=2, port: int | None = 80, prefix: str = "", state: str = "healthy") -> SimpleNamespace:
    """As `load_balancer.chain` gives it."""
    members = [
        SimpleNamespace(task=f"{n}f3c5a7e", ip=f"172.31.255.{n}", zone="ap-southeast-2a", state=state)
        for n in range(targets)
    ]
    return SimpleNamespace(
        dns_name=f"{prefix}{ALB}", port=port, target_group=f"{prefix}adgu-web", health_path="/",
        service=f"{prefix}adgu-web", balancer_group=f"{prefix}adgu-alb-http",
        tasks_group=f"{prefix}adgu-web-from-alb", targets=members,
    )  # fmt: skip


def visits(pattern: str, times: int = 1) -> SimpleNamespace:
    """As `load_balancer.visits` gives it: a letter for each task, `-` for the balancer's own 503."""
    names = {"-": "the balancer itself", "?": ""}
    return SimpleNamespace(
        each=[
            SimpleNamespace(status=503 if answer == "-" else 200, task=names.get(answer, answer * 8))
            for answer in pattern * times
        ]
    )


MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def a_day(alarm: str = "adgu-rush-AlarmHigh") -> Figure:
    """As the lesson on scaling draws it: minutes of a day, four units, something in each lane."""
    minutes = [at(n / 60) for n in range(1440)]
    rate = [(each, 10 + 1990 * max(0, 1 - abs(12 - n / 60) / 5)) for n, each in enumerate(minutes)]
    counts = [(at(0), 2.0), (at(8), 5.0), (at(10), 10.0), (at(19), 2.0)]
    return figures.run_chart(
        [
            figures.Series("visitors", "requests a second", rate, 60),
            figures.Series("average", "% CPU", [(each, min(100, value / 20)) for each, value in rate], 60),
            figures.Series("desired", "tasks", counts),
            figures.Series("running", "tasks", [(each + timedelta(minutes=2), n) for each, n in counts]),
            figures.Series("5xx of the load balancer", "errors a minute", [], 60),
            figures.Series(
                "5xx of the tasks", "errors a minute", [(at(n / 60), n % 7) for n in range(300)], 60
            ),
        ],
        [
            figures.Mark(at(7.5), "alarm", f"{alarm} in ALARM", at(9.25)),
            figures.Mark(at(12), "deployment", "deployment of adgu-rush:2", at(12.1)),
            figures.Mark(at(15), "fault", "fargate-capacity"),
            *(
                figures.Mark(when, "activity", f"Setting desired count to {n:g}.", up=n > 2)
                for when, n in counts
            ),
        ],
        title="A day of adgu-rush under target tracking",
        limits=[figures.Limit("target 60 %", "% CPU", 60)],
        end=at(24),
    )


PREFIX = "a-prefix-of-20-chars"


def talking() -> ServiceMap:
    """Two services: one asks the other in three ways; one way is open, one closed, one not known."""
    ways = [
        Way("Load balancer", "back", ALB, 80, "internal"),
        Way("Cloud Map", "back", "back.corp.local", 80, "A, TTL 60 s"),
        Way("Service Connect", "back", "back", 8080),
    ]
    answers = [Answer("front", f"http://{ALB}/", "200", True), None,
               Answer("front", "http://back:8080/", "Could not resolve host: back", False)]  # fmt: skip
    lines = [
        Line("front", ways[0], True, "security groups let it", answers[0]),
        Line("front", ways[1], False, "no group of back lets front in on port 80", answers[1]),
        Line("front", ways[2], None, "not known: tasks share the network of their instances", answers[2]),
        Line("nightly", ways[1], True, "security groups let it"),
    ]
    nodes = (ServiceNode("back", 2, 2), ServiceNode("front", 2, 1), ServiceNode("nightly", 1, 1),
             ServiceNode("alone", 0, 0))  # fmt: skip
    return ServiceMap("adgu-cluster", nodes, tuple(lines))


TWO_LINES = ("front", "of-guestbooks", "z" * 90)


def many_talk() -> ServiceMap:
    names = [f"{'long-' * 50}{n}" for n in range(9)]
    lines = [
        Line(source, Way("Cloud Map", target, f"{target}.{PREFIX * 9}", 65535,
                         "A, TTL 2147483647 s, SRV, TTL 9 s"),
             False, f"no group of {target} lets {source} in on port 65535",
             Answer(source, "http://x/", "Failed to connect to " * 20, False))
        for target in names for source in names if source != target
    ]  # fmt: skip
    return ServiceMap("c" * 255, tuple(ServiceNode(name, 5000, 4999) for name in names), tuple(lines))


def placed(definition="web:3", status="RUNNING", provider="", **more) -> PlacedTask:
    facts = {"stopping": False, "cpu": 256, "memory": 512, "zone": "ap-southeast-2a", **more}
    return PlacedTask(definition, "1f3c5a7e", status, provider=provider, **facts)


def instance(*tasks, **more) -> Instance:
    """A container instance with the tasks, and nothing else, on it."""
    cpu, memory = more.pop("cpu", 2048), more.pop("memory", 3830)
    facts = {
        "id": "i-0a1b2c3d4e5f60718", "type": "t3.medium", "zone": "ap-southeast-2a", "status": "ACTIVE",
        "connected": True, "provider": "", "free_cpu": cpu - sum(task.cpu for task in tasks),
        "free_memory": memory - sum(task.memory for task in tasks), **more,
    }  # fmt: skip
    return Instance(cpu=cpu, memory=memory, tasks=tasks, **facts)


def a_cluster(name="adgu-cluster") -> Capacity:
    """Two instances, one of them drained, a task that waits, and Fargate beside them."""
    batch = placed("batch:12", "PENDING", cpu=1024, memory=1024)
    return Capacity(
        name,
        (
            instance(placed(), placed(), batch),
            instance(placed(stopping=True), status="DRAINING", connected=False, free_cpu=1024),
            instance(type="", zone="", id="mi-0a1b2c3d4e5f60718"),
        ),
        (
            placed(provider="FARGATE"), placed(provider="FARGATE_SPOT", cpu=16384, memory=122880),
            placed(status="PROVISIONING", provider="a-capacity-provider", zone=""),
        ),
    )  # fmt: skip


def a_crowd() -> Capacity:
    """More than is drawn, with names as long as they get, on the largest and the smallest instances."""
    many = [placed(f"{'long-' * 50}{n}:{n}", cpu=7, memory=3) for n in range(30)]
    large = instance(
        *many, cpu=196_608, memory=1_500_000, type="u7inh-32tb.480xlarge", status="REGISTRATION_FAILED",
        connected=False,
    )  # fmt: skip
    return Capacity(
        "c" * 255, (large, *(instance() for _ in range(60))),
        (*many, *(placed("w:1", provider="p" * 255) for _ in range(9))),
    )  # fmt: skip


GALLERY: dict[str, Callable[[], Figure]] = {
    "anatomy": figures.anatomy,
    "balancer": lambda: figures.balancer(chain()),
    "balancer with long names and many targets": lambda: figures.balancer(
        chain(targets=12, prefix=f"{PREFIX}-", state="unhealthy")
    ),
    "balancer without listener and targets": lambda: figures.balancer(chain(targets=0, port=None)),
    "balancers": figures.balancers,
    "capacity": figures.capacity,
    "chores": figures.chores,
    "curve": lambda: figures.curve(
        {"predicted": [(0, 2), (20, 4), (90, 2)], "measured": [(0, 2), (17, 3), (30.4, 4), (92, 3), (99, 2)]},
        title="Tasks while revision 2 replaces revision 1",
        x="seconds since the update",
        y="tasks",
        limits={"maximum 4 (200 %)": 4, "minimum 2 (100 %)": 2},
    ),
    "curve with four lines that coincide": lambda: figures.curve(
        {name: [(0, 2), (60, 2)] for name in ("total", "healthy", "of the old revision", "of the new one")},
        title="Nothing moves",
        x="seconds",
        y="tasks",
        limits={"at least 2": 2, "at most 2": 2},
    ),
    "curve of one point": lambda: figures.curve(
        {"a name so long that it does not fit into one line of the legend " * 2: [(0, 0)]},
        title="A title that is too long for one line, as one might write it in a hurry on a busy day " * 2,
        x="hours",
        y="US dollars",
    ),
    "curve of thousands": lambda: figures.curve(
        {"requests": [(n * 977.7, n * 5_000.5) for n in range(30)]},
        title="Many",
        x="seconds",
        y="requests",
        limits={"what was promised": 120_000},
    ),
    "docker_run": figures.docker_run,
    "domain": lambda: figures.domain(ALB),
    "domain with long names": lambda: figures.domain(f"{PREFIX}-{ALB}", f"www.{'long-' * 30}.example"),
    "faults": figures.faults,
    "hops": lambda: figures.hops(Hops()),
    "hops without a public IP": lambda: figures.hops(Hops(public_ip=None)),
    "house": figures.house,
    "private_network": figures.private_network,
    "image_layers": lambda: figures.image_layers([("Debian", 30_000_000), ("Apache", 8_200), ("page", 412)]),
    "image_uri": lambda: figures.image_uri(f"{ECR}/adgu/web:latest"),
    "image_uri with a digest": lambda: figures.image_uri(f"{ECR}/adgu/web@sha256:{'0af1' * 16}"),
    "image_uri as long as they get": lambda: figures.image_uri(
        f"{ECR.replace('us-east-1', 'ap-southeast-2')}/{'team/' * 50}web:{'v' * 128}@sha256:{'0af1' * 16}"
    ),
    "image_uri elsewhere": lambda: figures.image_uri("public.ecr.aws/docker/library/httpd:2.4"),
    "image_uri on Docker Hub": lambda: figures.image_uri("httpd"),
    "instances": lambda: figures.instances(a_cluster()),
    "instances, many and large": lambda: figures.instances(a_crowd()),
    "instances, none": lambda: figures.instances(Capacity("adgu-cluster", (), ())),
    "instances, none but Fargate": lambda: figures.instances(
        Capacity("adgu-cluster", (), (placed(provider="FARGATE"),) * 4)
    ),
    "launch": figures.launch,
    "service map": lambda: figures.service_map(talking()),
    "service map, many and long": lambda: figures.service_map(many_talk()),
    "service map without names": lambda: figures.service_map(
        ServiceMap("adgu-cluster", tuple(ServiceNode(f"s{n}", 2, n) for n in range(6)), ())
    ),
    "service map of names in two lines": lambda: figures.service_map(
        ServiceMap("adgu-cluster", tuple(ServiceNode(f"adgu-application-{n}", 2, 1) for n in TWO_LINES), ())
    ),
    "lifecycle": figures.lifecycle,
    "path": figures.path,
    **{f"path at {stage}": (lambda stage=stage: figures.path(stage)) for stage in STAGES},
    "inside_task": figures.inside_task,
    "run_chart": a_day,
    "run_chart with long names and many marks": lambda: figures.run_chart(
        [
            figures.Series(f"{PREFIX}-{n}" * 3, "requests of visitors that nobody answers", [(at(n), 1e7)])
            for n in range(4)
        ],
        [
            figures.Mark(at(n / 9), "activity", f"Setting desired count to {n}, {PREFIX * 9}", up=n % 3 < 1)
            for n in range(70)
        ],
        title="A title that is too long for one line, as one might write it in a hurry on a busy day " * 2,
        end=at(400),
    ),
    "run_chart of a minute": lambda: figures.run_chart(
        [figures.Series("running", "tasks", [(at(0), 0), (at(0.01), 0)])], title="Nothing", end=at(1 / 60)
    ),
    "course_map": lambda: figures.course_map(
        {id: figures.Stop(stage.title, stage.part, 35, int(id < "04"), 1) for id, stage in COURSE.items()},
        here="04",
    ),
    "role_chain": figures.role_chain,
    "strategies": figures.strategies,
    "tag_moves": lambda: figures.tag_moves(f"sha256:{'0af1' * 16}", f"sha256:{'be72' * 16}"),
    "security groups": figures.security_groups,
    "security groups with long names": lambda: figures.security_groups(
        f"{PREFIX}-adgu-alb-http", f"{PREFIX}-adgu-web-from-alb"
    ),
    "two_roles": figures.two_roles,
    "visits": lambda: figures.visits(visits("ab", 5)),
    "visits of one": lambda: figures.visits(visits("a")),
    "visits while a task is replaced": lambda: figures.visits(visits("ab" * 4 + "b" * 50 + "bc" * 4)),
    "visits with refusals": lambda: figures.visits(visits("ab--b?", 40)),
}
