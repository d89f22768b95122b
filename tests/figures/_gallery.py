"""Every figure of the course, with the arguments a notebook would give, and with awkward ones."""

from collections.abc import Callable
from dataclasses import dataclass

from ecslab import figures
from ecslab.figures import Figure
from ecslab.figures._path import STAGES

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@dataclass(frozen=True)
class Hops:
    task_id: str = "1f3c5a7e9b2d4f60718293a4b5c6d7e8"
    eni_id: str = "eni-0a1b2c3d4e5f60718"
    private_ip: str = "172.31.255.254"
    public_ip: str | None = "203.0.113.255"


GALLERY: dict[str, Callable[[], Figure]] = {
    "anatomy": figures.anatomy,
    "capacity": figures.capacity,
    "chores": figures.chores,
    "docker_run": figures.docker_run,
    "hops": lambda: figures.hops(Hops()),
    "hops without a public IP": lambda: figures.hops(Hops(public_ip=None)),
    "house": figures.house,
    "image_layers": lambda: figures.image_layers([("Debian", 30_000_000), ("Apache", 8_200), ("page", 412)]),
    "image_uri": lambda: figures.image_uri(f"{ECR}/adgu/web:latest"),
    "image_uri with a digest": lambda: figures.image_uri(f"{ECR}/adgu/web@sha256:{'0af1' * 16}"),
    "image_uri as long as they get": lambda: figures.image_uri(
        f"{ECR.replace('us-east-1', 'ap-southeast-2')}/{'team/' * 50}web:{'v' * 128}@sha256:{'0af1' * 16}"
    ),
    "image_uri elsewhere": lambda: figures.image_uri("public.ecr.aws/docker/library/httpd:2.4"),
    "image_uri on Docker Hub": lambda: figures.image_uri("httpd"),
    "launch": figures.launch,
    "lifecycle": figures.lifecycle,
    "path": figures.path,
    **{f"path at {stage}": (lambda stage=stage: figures.path(stage)) for stage in STAGES},
    "two_roles": figures.two_roles,
}
