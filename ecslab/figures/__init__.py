"""Figures of the course, drawn by the kit: each function gives a `Figure` that shows itself in a notebook."""

from ecslab.figures.comparison import capacity, chores
from ecslab.figures.drawing import Figure
from ecslab.figures.ecs_anatomy import anatomy, launch
from ecslab.figures.fault_signs import faults
from ecslab.figures.image_parts import image_layers, image_uri
from ecslab.figures.load_balancing import balancer, balancers, domain, visits
from ecslab.figures.network_street import hops, house
from ecslab.figures.stage_map import Stop, course_map
from ecslab.figures.stage_path import path
from ecslab.figures.step_chart import curve
from ecslab.figures.task_interior import inside_task
from ecslab.figures.task_recipe import STATUSES, docker_run, lifecycle, two_roles

__all__ = [
    "STATUSES", "Figure", "Stop", "anatomy", "balancer", "balancers", "capacity", "chores", "course_map",
    "curve", "docker_run", "domain", "faults", "hops", "house", "image_layers", "image_uri", "inside_task",
    "launch", "lifecycle", "path", "two_roles", "visits",
]  # fmt: skip
