"""Inside a task: containers that wait for each other, what they share, and the two roles around them."""

from typing import Final

from ecslab.figures.svg import SOFT, Drawing, Figure

TEXT: Final = (
    "A task is as if it were one machine. Three containers: database (Redis on port 6379, its health "
    "asked by redis-cli ping), writer (waits until the database is HEALTHY, writes the page once, and "
    "ends), and web (Apache on port 80, waits for the writer's SUCCESS and for the database). They share "
    "one network interface with one private and one public IP and one localhost, and the volume pages. "
    "The execution role is used before the start, to pull images, fetch secrets and open logs; the task "
    "role while it runs, for what your programs ask of AWS."
)


def inside_task() -> Figure:
    """The guestbook task: one network interface, one volume, three containers, two roles."""
    d = Drawing(880, 426)
    d.box(
        24, 24, 620, 378, "One task: as if it were one machine", tone="task", align="start", top=True, pad=16
    )
    d.box(44, 74, 176, 112, "database", "Redis, port 6379. Is it healthy? redis-cli ping", tone="container")
    d.box(246, 74, 176, 112, "writer", "writes the page once, then ends", tone="container")
    d.box(448, 74, 176, 112, "web", "Apache, port 80", tone="container")
    d.arrow((244, 112), (222, 112))
    d.arrow((446, 112), (424, 112))
    d.text(44, 216, "← waits for: HEALTHY", ink=SOFT)
    d.text(448, 216, "← waits for: SUCCESS", ink=SOFT)
    d.box(246, 240, 378, 52, "volume: pages", "writer writes, web reads", tone="store")
    d.arrow((334, 186), (334, 238))
    d.arrow((536, 238), (536, 222))
    d.box(
        44, 316, 580, 66, "one network interface", "one private IP, one public IP, one localhost", tone="net"
    )
    d.box(
        668,
        74,
        188,
        128,
        "Execution role",
        "before the start: pull images, fetch secrets, open logs",
        tone="ecs",
    )
    d.box(668, 232, 188, 128, "Task role", "while it runs: what your programs ask of AWS", tone="container")
    return d.figure(
        "Inside one task",
        TEXT,
    )
