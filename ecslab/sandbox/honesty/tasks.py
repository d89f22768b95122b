"""What happens in and to a task: containers, faults, durations, the network."""

from typing import Final

from ecslab.sandbox.honesty.line import Line
from ecslab.sandbox.world.task import timings

LINES: Final = (
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
        ("09", "14"),
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
        ("04", "14"),
    ),
    Line(
        "Durations",
        "simplified",
        f"Fixed, from measured tasks: PENDING after {timings.PULL_STARTED:.0f} s, pulls at "
        f"{timings.PULL_MIB_PER_SECOND:.0f} MiB/s, without a way out STOPPED after about "
        f"{timings.UNREACHABLE / 60:.0f} minutes. On AWS they vary.",
        ("04", "14"),
    ),
    Line(
        "The network",
        "simplified",
        "Routes, security groups, network ACLs and public IPs decide whether a packet passes; no packet is "
        "sent. Public addresses are from the ranges kept for documentation.",
        ("04", "05", "14"),
    ),
)
