"""What the sandbox does as AWS does it, what it simplifies, what it only pretends, and what it leaves out.

Tests read this table; each notebook shows the lines of its stage. Durations come from the table that the
tasks run by.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from ecslab.sandbox.world import service_timings, timings

Kind = Literal["as AWS", "simplified", "pretended", "absent"]


@dataclass(frozen=True)
class Line:
    """One line of the table.

    Attributes:
        topic: what it is about.
        kind: "as AWS" (the same calls, fields, refusals and order), "simplified" (the same in kind, less of
            it), "pretended" (an answer with nothing behind it) or "absent" (refused with a sentence).
        text: for a learner, in words.
        stages: the notebooks that show it.
        refused: API operations that are answered with a refusal, as `service:Operation`.
    """

    topic: str
    kind: Kind
    text: str
    stages: tuple[str, ...]
    refused: tuple[str, ...] = ()


LINES: Final = (
    Line(
        "The account",
        "pretended",
        "Number 123456789012 is nobody's. Nothing here reaches AWS, and nothing costs money.",
        ("00",),
    ),
    Line(
        "Calls and refusals",
        "as AWS",
        "Any AWS client works on it: boto3, the AWS CLI. Errors carry AWS's own codes and words.",
        ("00",),
    ),
    Line(
        "Time",
        "simplified",
        "A wait passes ten times faster than on AWS, unless you say otherwise; the durations in its answers "
        "are shorter by the same factor. It is as long in every run.",
        ("00", "04"),
    ),
    Line(
        "The rest of AWS",
        "absent",
        "Only what tasks touch is here: ECS, ECR, load balancers, and parts of EC2 networking, IAM, "
        "CloudWatch Logs, Secrets Manager, SSM and S3.",
        ("00",),
    ),
    Line(
        "Repositories, layers and digests",
        "as AWS",
        "The bytes you push are kept, checked against their digests, and are what your task serves.",
        ("01",),
    ),
    Line(
        "Public base images",
        "simplified",
        "The base is a small stand-in made on this machine, labelled as such: it holds no real Apache, and "
        "is never pushed to a real account. Its size counts as the real one's when a task pulls it.",
        ("01", "04"),
    ),
    Line(
        "Image scanning, replication, lifecycle policies",
        "absent",
        "Images are not scanned, copied elsewhere or expired.",
        ("01",),
    ),
    Line(
        "Clusters",
        "as AWS",
        "A name with settings and tags; a deleted one stays described as INACTIVE.",
        ("02",),
    ),
    Line(
        "Container Insights",
        "pretended",
        "The setting is kept and shown; no metrics come of it.",
        ("02",),
    ),
    Line(
        "EC2 and external capacity",
        "absent",
        "No container instances can be registered: tasks run on Fargate alone.",
        ("02",),
        ("ecs:RegisterContainerInstance",),
    ),
    Line(
        "Task definitions",
        "as AWS",
        "Sizes, names, roles and ports are checked by Fargate's rules, with AWS's messages; what you leave "
        "out is filled in as AWS does.",
        ("03",),
    ),
    Line(
        "Roles",
        "simplified",
        "Trust and the execution role's permissions are looked at when a task starts; what *you* may do is "
        "not restricted.",
        ("03",),
    ),
    Line(
        "Volumes, health checks and secrets",
        "as AWS",
        "A definition may hold them, and they take effect; this part of the course does not use them.",
        ("03",),
    ),
    Line(
        "Inside a task",
        "as AWS",
        "Containers share localhost and its ports, wait for each other by START, COMPLETE, SUCCESS and "
        "HEALTHY with their time-outs, and end in the reverse order; health checks really run; restart "
        "policies, secrets and environment files do what they do on AWS, refusals included.",
        ("09",),
    ),
    Line(
        "Commands in a container",
        "simplified",
        "`curl` and `wget` are in every image here; on AWS the image must bring them (httpd and nginx do "
        "not), or its health check fails. Redis knows PING, SET, GET and INCR; the AWS CLI in a container "
        "knows three commands. An unmet dependency is told in the agent's words.",
        ("09",),
    ),
    Line(
        "Volumes",
        "simplified",
        "Containers of a task share them; a volume is empty at first and hides what the image has at its "
        "path. One of EFS lasts as long as the account, whether or not the file system was made; sizes and "
        "ulimits limit nothing.",
        ("09",),
    ),
    Line(
        "The task metadata endpoint",
        "simplified",
        "Version 4, for container and task; it has no statistics, because nothing is measured here.",
        ("09",),
    ),
    Line(
        "Task roles",
        "simplified",
        "A program gets keys that sign its calls, and its role's policies decide; for services whose "
        "resources are not read from the call, a permission for any resource will do. Resource policies, "
        "boundaries and most conditions are not looked at.",
        ("09",),
    ),
    Line(
        "Faults from outside",
        "as AWS",
        "On request: Spot interruption with its warning, host maintenance, a registry away, out of patience "
        "or broken, a platform that cannot start tasks, an exit or too much memory, the API's rate limits.",
        (),
    ),
    Line(
        "An Availability Zone that goes away",
        "simplified",
        "On request its tasks are gone at once, and none can be placed there; the words of the reason are "
        "this sandbox's own. The zone's other resources stay.",
        (),
    ),
    Line(
        "Log drivers",
        "simplified",
        "What `awslogs` gets is in CloudWatch Logs; what goes to splunk or awsfirelens is accepted and lost.",
        (),
    ),
    Line(
        "A task's life",
        "as AWS",
        "Every status in its order, the network interface, stop codes and reasons in AWS's words. Looking at "
        "a task never changes it.",
        ("04",),
    ),
    Line(
        "Durations",
        "simplified",
        f"Fixed, from measured tasks: PENDING after {timings.PULL_STARTED:.0f} s, pulls at "
        f"{timings.PULL_MIB_PER_SECOND:.0f} MiB/s, without a way out STOPPED after about "
        f"{timings.UNREACHABLE / 60:.0f} minutes. On AWS they vary.",
        ("04",),
    ),
    Line(
        "The network",
        "simplified",
        "Routes, security groups, network ACLs and public IPs decide whether a packet passes; no packet is "
        "sent. Public addresses are from the ranges kept for documentation.",
        ("04", "05"),
    ),
    Line(
        "Services",
        "simplified",
        "The desired count is kept, deployments roll within their percentages, the circuit breaker rolls "
        "back, events come in AWS's words and order. Durations are fixed: a task without health checks "
        f"counts as healthy {service_timings.HEALTHY:.0f} s after it started, one that died is replaced "
        f"after about {service_timings.REPLACED:.0f} s. On AWS they vary.",
        (),
    ),
    Line(
        "Services on EC2, daemons",
        "simplified",
        "A service may ask for EC2 or be a daemon; as no instance can be registered, it gets no task, and "
        "its events say so.",
        (),
    ),
    Line(
        "Blue/green and what connects services",
        "absent",
        "Only rolling deployments by ECS itself: no CodeDeploy, task sets, blue/green, linear or canary; no "
        "Service Connect, service discovery, VPC Lattice, or volumes of services; no autoscaling.",
        (),
        ("ecs:CreateTaskSet",),
    ),
    Line(
        "Load balancers",
        "as AWS",
        "Application and network load balancers with `ip` targets: listeners, rules, weights, target states "
        "and their reasons, draining, AWS's own pages for 502, 503 and 504. Health checks really ask the "
        "container, and its security group must let them in.",
        (),
    ),
    Line(
        "A load balancer's finer settings",
        "simplified",
        "Plain HTTP only: an HTTPS listener answers that it wants TLS. Sticky sessions, slow start and cross-"
        "zone settings are kept and shown, and change nothing; targets are asked once an interval, not once "
        "by each node. It is active two minutes after it was made, and its interfaces go away with it.",
        (),
    ),
    Line(
        "Sign-in by a load balancer, and targets that are instances or functions",
        "absent",
        "A rule that signs visitors in is refused. Only addresses can become healthy targets.",
        (),
    ),
    Line(
        "Classic Load Balancers",
        "pretended",
        "They can be made, but nobody answers there; ECS refuses them for Fargate, as on AWS.",
        (),
    ),
    Line(
        "Your container",
        "pretended",
        "No machine is started. A small program answers as the web server would, from the files in your "
        "image; it knows web pages and simple shell scripts, and ends with code 127 at anything else.",
        ("04", "05"),
    ),
    Line(
        "The public internet",
        "pretended",
        "A gateway on this machine plays it: links lead there, and it answers only if the packet would have "
        "arrived. If not, it names the rule; a real browser would only wait.",
        ("05",),
    ),
    Line(
        "Logs",
        "as AWS",
        "What the container prints is in CloudWatch Logs, in the stream prefix/container/task-id.",
        ("05",),
    ),
    Line(
        "Deleting",
        "as AWS",
        "The same order, and the same refusals if it is not kept; INACTIVE things stay described.",
        ("99",),
    ),
    Line(
        "What AWS keeps",
        "simplified",
        "Stopped tasks and deleted clusters are described for about an hour of the sandbox's time.",
        ("99",),
    ),
)


def rows() -> list[dict[str, Any]]:
    """The table as JSON takes it."""
    return [asdict(line) for line in LINES]
