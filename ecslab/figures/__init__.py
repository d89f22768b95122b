"""Figures of the course, drawn by the kit: each function gives a `Figure` that shows itself in a notebook."""

from ._anatomy import anatomy, launch
from ._balancer import balancer, balancers, domain, visits
from ._chart import curve
from ._choices import capacity, chores
from ._faults import faults
from ._image import image_layers, image_uri
from ._inside import inside_task
from ._map import Stop, course_map
from ._network import hops, house
from ._path import path
from ._recipe import STATUSES, docker_run, lifecycle, two_roles
from ._svg import Figure

__all__ = [
    "STATUSES", "Figure", "Stop", "anatomy", "balancer", "balancers", "capacity", "chores", "course_map",
    "curve", "docker_run", "domain", "faults", "hops", "house", "image_layers", "image_uri", "inside_task",
    "launch", "lifecycle", "path", "two_roles", "visits",
]  # fmt: skip
