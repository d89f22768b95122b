"""A load balancer before a service: the way of a request, a domain name, and who answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ecslab.figures.svg import SOFT, Drawing, Figure, shorten

if TYPE_CHECKING:
    from ecslab.resources.load_balancer.request_path import Chain
    from ecslab.resources.load_balancer.target_health import Target
    from ecslab.resources.load_balancer.visit_log import Visit, Visits

RED: Final = "#c62828"
_TONES: Final = {"healthy": "good", "unhealthy": "bad", "initial": "task"}


def balancer(chain: Chain) -> Figure:
    """The way of a request: visitor, load balancer, listener, target group, tasks; and the service beside it.

    Args:
        chain: what `ecslab.load_balancer.chain` gave. Of more than three targets the first three are drawn.
    """
    d = Drawing(896, 430)
    d.box(16, 150, 96, 62, "Visitor", "a browser", tone="container")
    d.box(132, 24, 232, 290, "Security group", f"{shorten(chain.balancer_group, 212, 15)}\n"
          "port 80 from anywhere", tone="net", align="start", top=True)  # fmt: skip
    name = shorten(chain.dns_name, 680, 15, mono=True)
    d.box(146, 104, 204, 116, "Load balancer", name, tone="ecs", mono=True)
    listens = f"HTTP, port {chain.port}: forward" if chain.port else "there is none yet"
    d.box(146, 240, 204, 60, "Listener", listens, tone="plain" if chain.port else "bad")
    about = f"{shorten(chain.target_group, 150, 15)}\na list of addresses; each is asked for "
    d.box(388, 104, 170, 196, "Target group", f"{about}{shorten(chain.health_path, 120, 15)} now and then",
          tone="store")  # fmt: skip
    d.box(582, 24, 298, 290, "Security group", f"{shorten(chain.tasks_group, 278, 15)}\n"
          "port 80 only from the one on the left", tone="net", align="start", top=True)  # fmt: skip
    _targets(d, list(chain.targets))
    d.box(388, 344, 492, 62, f"Service {shorten(chain.service, 330, 15)}",
          "registers each task's address, and takes it out again", tone="ecs")  # fmt: skip
    d.arrow((112, 181), (144, 181))
    d.arrow((248, 220), (248, 238))
    d.arrow((350, 270), (386, 270))
    d.arrow((473, 344), (473, 302))
    tasks = "; ".join(_described(target) for target in chain.targets) or "none yet"
    return d.figure(
        "From a visitor to a task",
        f"The visitor asks {chain.dns_name}, the load balancer, which anybody may reach on port 80 (security "
        f"group {chain.balancer_group}). Its listener ({listens}) sends the request on to one of the healthy "
        f"targets of the target group {chain.target_group}: {tasks}. The tasks are in the security group "
        f"{chain.tasks_group}, which admits only the balancer's group. The service {chain.service} registers "
        "the tasks in the target group, and takes them out.",
    )


def _targets(d: Drawing, targets: list[Target]) -> None:
    if not targets:
        d.box(598, 150, 266, 60, body="no target yet", dashed=True)
    for row, target in enumerate(targets[:3]):
        y = 98 + (3 - min(3, len(targets))) * 35 + row * 70
        where, tone = f"{target.ip}\n{target.zone}, {target.state}", _TONES.get(target.state, "quiet")
        d.box(598, y, 266, 64, f"Task {target.task or '(none)'}", where, tone=tone)
        d.arrow((558, 200), (596, y + 32))
    if len(targets) > 3:
        d.text(731, 334, f"and {len(targets) - 3} more", anchor="middle", ink=SOFT)


def _described(target: Target) -> str:
    return f"task {target.task or '(none)'} at {target.ip} in {target.zone}, {target.state}"


def security_groups(front: str = "adgu-alb-http", back: str = "adgu-web-from-alb") -> Figure:
    """Two security groups: everybody reaches the load balancer, only the load balancer reaches the tasks.

    Args:
        front, back: the names of the load balancer's group and of the tasks' group.
    """
    d = Drawing(880, 316)
    d.box(16, 122, 108, 62, "Visitor", "a browser", tone="container")
    d.box(186, 24, 290, 178, "Security group",
          f"{shorten(front, 270, 15)}\nport 80 from 0.0.0.0/0: everybody",
          tone="net", align="start", top=True)  # fmt: skip
    d.box(206, 122, 250, 62, "Load balancer", "public addresses", tone="ecs")
    d.box(556, 24, 308, 178, "Security group",
          f"{shorten(back, 288, 15)}\nport 80 only from the group on the left",
          tone="net", align="start", top=True)  # fmt: skip
    d.box(576, 122, 128, 62, "Task", "private address", tone="task")
    d.box(716, 122, 128, 62, "Task", "private address", tone="task")
    d.arrow((124, 153), (204, 153))
    d.arrow((456, 153), (574, 153))
    d.arrow((70, 184), (70, 262), (640, 262), (640, 204), ink=RED, dashed=True)
    d.text(355, 286, "straight to a task: EC2 drops it, and the browser waits", anchor="middle", ink=RED)
    return d.figure(
        "Two security groups",
        f"The group {front} admits port 80 from everybody; the load balancer is in it. The group {back} "
        f"admits port 80 only from {front}; the tasks are in it. A visitor reaches the load balancer, "
        "and the load balancer reaches the tasks. What a visitor sends straight to a task is dropped.",
    )


def domain(dns_name: str, own: str = "www.example.com") -> Figure:
    """A domain name points at the balancer's name, never at a task's address.

    Args:
        dns_name: the balancer's.
        own: the name that visitors are to type.
    """
    d = Drawing(860, 300)
    d.box(24, 36, 190, 88, shorten(own, 170, 15), "your name, in DNS", tone="container")
    d.box(
        394, 36, 220, 88, "The balancer's name", shorten(dns_name, 580, 15, mono=True), tone="good", mono=True
    )
    d.box(680, 36, 156, 88, "Its addresses", "AWS changes them, and the name with them", tone="quiet")
    d.box(24, 176, 190, 88, shorten(own, 170, 15), "your name, in DNS", tone="container")
    d.box(394, 176, 220, 88, "A task's public IP", "gone with the task; the next one has another", tone="bad")
    for y, record, how, ink in (
        (80, "CNAME record,", "or alias in Route 53", SOFT),
        (220, "A record:", "breaks", RED),
    ):
        d.arrow((214, y), (392, y), ink=ink, dashed=ink == RED)
        d.text(302, y - 10, record, anchor="middle", ink=ink)
        d.text(302, y + 22, how, anchor="middle", ink=ink)
    d.arrow((614, 80), (678, 80))
    return d.figure(
        "A name of your own",
        f"{own} is a CNAME record, or an alias in Route 53, that leads to {dns_name}; AWS keeps that name on "
        "the balancer's present addresses. An A record with a task's public IP breaks as soon as the task is "
        "replaced.",
    )


_MOST: Final = 120
"""Columns; of more visits several share one."""


def visits(visits: Visits) -> Figure:
    """Who answered each visit: a line for each task, a column for each visit, in the order they came.

    Args:
        visits: what `ecslab.load_balancer.visits` or `visits_until` gave.
    """
    each = list(visits.each)
    lanes = list(dict.fromkeys(map(_who, each)))
    d = Drawing(860, 74 + 44 * max(1, len(lanes)))
    _marks(d, each, lanes)
    for lane, name in enumerate(lanes):
        d.text(196, 44 + lane * 44, name, anchor="end")
    bottom = 30 + 44 * max(1, len(lanes))
    d.arrow((210, bottom), (846, bottom))
    d.text(210, bottom + 24, "visit 1")
    if len(each) > 1:
        d.text(830, bottom + 24, f"visit {len(each)}", anchor="end")
    bad = sum(visit.status >= 400 for visit in each)
    verdict = f"{bad} refused" if bad else "every one answered"
    d.text(520, bottom + 24, verdict, anchor="middle", ink=RED if bad else SOFT)
    counts = (f"{name}: {sum(_who(visit) == name for visit in each)}" for name in lanes)
    return d.figure(
        "Who answered which visit",
        f"{len(each)} visits in the order they came, with the task that answered. {'; '.join(counts)}. "
        f"{bad} got an error.",
    )


def _marks(d: Drawing, each: list[Visit], lanes: list[str]) -> None:
    columns = min(len(each), _MOST)
    step = 620 / max(columns, 1)
    width = max(2.0, min(step - 1.5, 40))
    places = {  # as a dict, which keeps its order: the same picture each time
        (lanes.index(_who(visit)), number * columns // len(each), visit.status < 400): None
        for number, visit in enumerate(each)
    }
    for lane, column, fine in places:
        top, height, tone = (24, 30, _TASKS[lane % len(_TASKS)]) if fine else (38, 16, "bad")
        d.rect(210 + column * step, top + lane * 44, width, height, tone, corner=min(7, width / 4))


_TASKS: Final = ("container", "store", "task", "net", "ecs")


def _who(visit: Visit) -> str:
    if not visit.task:
        return "(in no log)"
    return visit.task if visit.task.startswith("the ") else f"task {visit.task}"
