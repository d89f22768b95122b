"""Figures of the course, drawn by the kit: each function gives a `Figure` that shows itself in a notebook."""

from ecslab.figures.chart import curve
from ecslab.figures.drawings import (
    anatomy,
    balancers,
    capacity,
    chores,
    docker_run,
    faults,
    house,
    inside_task,
    launch,
    private_network,
    role_chain,
    strategies,
    two_roles,
)
from ecslab.figures.image_layout import image_layers, image_uri, tag_moves
from ecslab.figures.instances import instances
from ecslab.figures.load_balancers import balancer, domain, security_groups, visits
from ecslab.figures.network_hops import hops
from ecslab.figures.run_chart import Limit, Mark, Series, run_chart
from ecslab.figures.service_map import service_map
from ecslab.figures.stage_map import Stop, course_map
from ecslab.figures.stage_path import path
from ecslab.figures.svg import Figure
from ecslab.figures.task_lifecycle import STATUSES, lifecycle

__all__ = [
    "STATUSES", "Figure", "Limit", "Mark", "Series", "Stop", "anatomy", "balancer", "balancers", "capacity",
    "chores", "course_map", "curve", "docker_run", "domain", "faults", "hops", "house", "image_layers",
    "image_uri", "inside_task", "instances", "launch", "lifecycle", "path", "private_network", "role_chain",
    "run_chart", "security_groups", "service_map", "strategies", "tag_moves", "two_roles", "visits",
]  # fmt: skip
