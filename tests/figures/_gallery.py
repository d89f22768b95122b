"""Every figure of the course, with the arguments a notebook would give, and with awkward ones."""

from collections.abc import Callable

from ecslab import figures
from ecslab.figures import Figure

GALLERY: dict[str, Callable[[], Figure]] = {
    "anatomy": figures.anatomy,
    "capacity": figures.capacity,
    "chores": figures.chores,
    "docker_run": figures.docker_run,
    "launch": figures.launch,
    "lifecycle": figures.lifecycle,
    "two_roles": figures.two_roles,
}
