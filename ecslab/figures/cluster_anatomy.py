"""What is inside a cluster: the numbered anatomy, and where its tasks run."""

from ecslab.figures.svg import Drawing, Figure

_PARTS = (
    (1, "Cluster", "a name that groups tasks and services; it costs nothing by itself"),
    (2, "Task", "one running copy of a task definition, with an address of its own"),
    (3, "Container", "your program; a task runs one or more of them side by side"),
    (4, "Task definition", "the recipe: images, ports, CPU, memory, roles, log"),
    (5, "Amazon ECR", "where the container images are kept"),
    (6, "Service", "keeps the wanted number of tasks running, and replaces those that stop"),
)


def anatomy() -> Figure:
    """The parts of an ECS cluster, numbered 1 to 6."""
    d = Drawing(860, 556)
    d.box(24, 40, 210, 96, "Task definition", "adgu-web-server-task", tone="plain", pad=12)
    d.box(24, 222, 210, 96, "Amazon ECR", "repository adgu/web,\nimage :latest", tone="store", pad=12)
    d.box(318, 24, 518, 320, "Cluster", tone="ecs", align="start", top=True, pad=20)
    d.box(346, 66, 462, 254, "Service", tone="plain", align="start", top=True, dashed=True, pad=20)
    for left in (374, 594):
        d.box(left, 108, 190, 192, "Task", tone="task", align="start", top=True, pad=20)
        d.box(left + 20, 156, 150, 52, "Container", "web server", tone="container")
        d.box(left + 20, 228, 150, 52, "Container", "sidecar", tone="container")
    d.arrow((234, 88), (344, 88))
    d.arrow((234, 268), (286, 268), (286, 182), (392, 182))
    for number, x, y in ((4, 24, 40), (5, 24, 222), (1, 318, 24), (6, 346, 66), (2, 374, 108), (3, 394, 156)):
        d.badge(x, y, number)
    for row, (number, name, meaning) in enumerate(_PARTS):
        y = 376 + row * 31
        d.badge(37, y, number)
        d.text(62, y + 5, name, bold=True)
        d.text(206, y + 5, meaning)
    words = "; ".join(f"({n}) {name}: {meaning}" for n, name, meaning in _PARTS)
    return d.figure("What is inside an ECS cluster", words + ".")


def launch() -> Figure:
    """One service, two places to run its tasks: EC2 instances that you own, or Fargate."""
    d = Drawing(860, 330)
    d.box(24, 110, 170, 92, "Service", "wants 2 tasks", tone="ecs")
    d.box(300, 24, 536, 132, "EC2 mode: instances in your account", tone="plain", align="start", top=True)
    d.box(300, 176, 536, 132, "Fargate mode: no instance to see", tone="quiet", align="start", top=True)
    for n, left in enumerate((320, 582)):
        d.box(left, 58, 234, 82, f"EC2 instance {n + 1}", tone="net", align="start", top=True)
        d.box(left + 106, 90, 112, 40, "Task", tone="task")
        d.box(left, 214, 234, 78, "Task", "with its own network card", tone="task")
    d.arrow((194, 138), (240, 138), (240, 90), (298, 90))
    d.arrow((194, 174), (240, 174), (240, 242), (298, 242))
    return d.figure(
        "A service places its tasks on EC2 or on Fargate",
        "In EC2 mode the tasks share instances that you choose, patch and pay for. In Fargate mode each task "
        "gets capacity of its own from AWS and you see no instance. One cluster can have both.",
    )
