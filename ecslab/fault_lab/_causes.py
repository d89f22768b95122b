"""Every cause in the catalogue, in the one sentence that stands in the list to choose from."""

from typing import Final

CAUSES: Final[dict[str, str]] = {
    "wrong-tag": "The definition names an image tag that is not in the repository.",
    "no-execution-role": "ECS cannot assume the execution role that the definition names.",
    "no-way-out": "The tasks are in private subnets that have no way out: no NAT gateway, no VPC endpoints.",
    "no-public-ip": "The tasks are in public subnets, but get no public IP.",
    "closed-group": "The tasks' security group does not let visitors in to the port of the application.",
    "wrong-port": "The load balancer sends to a port on which nothing in the container listens.",
    "wrong-path": "The health check asks for a path that the application does not have.",
    "short-grace": "The application starts slowly, and its failed health checks count from the beginning.",
    "out-of-memory": "The container needs more memory than it may use.",
    "secret-denied": "The execution role may not read a secret that the definition asks for.",
    "no-log-group": "The log group that the definition names does not exist.",
    "command-exits": "The definition's command does something short, and ends, instead of starting the "
    "server.",
    "other-processor": "The image was built for another processor than the one the task gets.",
    "desired-0": "Nobody wants a task: the service's desired count is 0.",
    "no-breaker": "A revision that cannot start is tried again for ever: the deployment has no circuit "
    "breaker.",
    "subnet-full": "The subnet has no free address left for another task.",
    "sidecar-exits": "A helper container ends when its work is done, and it is marked essential.",
    "task-role": "The task role lacks a right that the program needs.",
}
