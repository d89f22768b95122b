"""The recipe and its run: `docker run` beside ECS, the two roles, the lifecycle of a task."""

from typing import Final

from ecslab.figures.svg import SOFT, Drawing, Figure

DOCKER: Final = (
    # what one types for docker, where the same thing stands in ECS, what it means
    ("docker run -d", "RunTask", "start it and leave it running"),
    ("--name adgu-container", "containerDefinitions[].name", "what the container is called"),
    ("-p 80:80", "portMappings[].containerPort", "the port the program listens on"),
    ("-e COLOUR=blue", "environment[]", "settings for the program"),
    ("--cpus 0.25", 'cpu: "256"', "1024 units are one vCPU"),
    ("--memory 512m", 'memory: "512"', "MiB for the whole task"),
    ("--network …", "networkConfiguration", "subnet, group, public IP"),
    ("--log-driver awslogs", "logConfiguration", "where its output is kept"),
    ("adgu/web:latest", "image", "what to run"),
)

STATUSES: Final = (
    ("PROVISIONING", "a network interface (ENI) is made and attached"),
    ("PENDING", "a place is found; the image is pulled"),
    ("ACTIVATING", "containers are made and started"),
    ("RUNNING", "the program runs"),
    ("DEACTIVATING", "a load balancer lets go of it"),
    ("STOPPING", "SIGTERM, then SIGKILL after stopTimeout"),
    ("DEPROVISIONING", "the network interface is taken away"),
    ("STOPPED", "final; stoppedReason says why"),
)
"""Every `lastStatus` of a Fargate task in order, and what happens meanwhile.

Source: Amazon ECS task lifecycle, developer guide.
"""


def docker_run() -> Figure:
    """How a task definition resembles `docker run`: option by option."""
    d = Drawing(860, 84 + 40 * len(DOCKER))
    for x, heading in ((24, "docker run"), (274, "Amazon ECS"), (562, "meaning")):
        d.text(x + 12, 44, heading, bold=True)
    for row, (docker, ecs, meaning) in enumerate(DOCKER):
        y = 58 + row * 40
        d.box(24, y, 238, 32, body=docker, tone="quiet", align="start", mono=True)
        d.box(274, y, 286, 32, body=ecs, tone="ecs", align="start", mono=True)
        d.text(574, y + 21, meaning, size=15, ink=SOFT)
    words = "; ".join(f"{docker} is {ecs} ({meaning})" for docker, ecs, meaning in DOCKER)
    return d.figure("A task definition reads like docker run", words + ".")


def two_roles() -> Figure:
    """Execution role and task role: who uses which, when, and what happens without it."""
    d = Drawing(860, 344)
    d.box(24, 24, 396, 296, "Execution role", tone="ecs", align="start", top=True, pad=16)
    d.box(440, 24, 396, 296, "Task role", tone="container", align="start", top=True, pad=16)
    sides = (
        (40, "ECS and Fargate, for you", "before your program starts",
         "pull the image from ECR, open the log stream, read secrets", "the task does not start"),
        (456, "your program", "while it runs",
         "call AWS itself: read a bucket, send a message", "it runs, and its calls are denied"),
    )  # fmt: skip
    for x, who, when, what, without in sides:
        facts = (("used by", who, 40), ("when", when, 40), ("to", what, 64), ("without it", without, 40))
        y = 62.0
        for label, words, height in facts:
            d.text(x, y + 25, label, ink=SOFT)
            tone = "bad" if label == "without it" else "plain"
            d.box(x + 88, y, 276, height, body=words, tone=tone, align="start")
            y += height + 14
    return d.figure(
        "Two roles, two users",
        "The execution role is used by ECS and Fargate before your program starts, to pull the image from "
        "ECR, open the log stream and read secrets; without it the task does not start. The task role is "
        "used by your program while it runs, to call AWS itself; without it the program runs and its calls "
        "are denied.",
    )


def lifecycle() -> Figure:
    """The statuses of a task from PROVISIONING to STOPPED, and the short way when it cannot start."""
    d = Drawing(860, 388)
    for n, (status, meaning) in enumerate(STATUSES):
        x, y = 24 + (n % 4) * 209, (24 if n < 4 else 240)
        tone = {"RUNNING": "good", "STOPPED": "quiet"}.get(status, "task" if n < 3 else "ecs")
        d.box(x, y, 185, 124, status, meaning, tone=tone)
        if n % 4 < 3:
            d.arrow((x + 185, y + 62), (x + 208, y + 62))
    d.arrow((790, 148), (790, 180), (70, 180), (70, 238))
    d.text(345, 172, "stop asked for, or an essential container has ended")
    d.arrow((325, 148), (325, 210), (534, 210), (534, 238), ink="#c62828", dashed=True)
    d.text(546, 215, "it cannot start (pull refused, …)", ink="#c62828")
    words = "; ".join(f"{status}: {meaning}" for status, meaning in STATUSES)
    return d.figure(
        "The life of a Fargate task",
        f"In order. {words}. A task that cannot start goes from PENDING to DEPROVISIONING and has no "
        "startedAt.",
    )
