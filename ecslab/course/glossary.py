"""The words of the course, each in a sentence or two; `make pages` writes `glossary.md` from them."""

from typing import Final

TERMS: Final[dict[str, str]] = {
    "access-key": (
        "**Access key.** A key id and a secret that sign API calls. A *long-lived* one is valid "
        "until it is deleted; those of a role or of a sign-in run out by themselves."
    ),
    "availability-zone": (
        "**Availability Zone.** One or more data centres of a Region with power and network of "
        "their own. A subnet lies in one; tasks in two zones survive the loss of either."
    ),
    "aws-cli": (
        "**AWS CLI.** The program `aws`: one command for each API operation, one option for each of "
        "its parameters."
    ),
    "circuit-breaker": (
        "**Circuit breaker.** Gives a deployment up after too many failures in a row (half of the "
        "desired count, 3 at least), and with `rollback` brings the last completed one back. Off "
        "unless switched on."
    ),
    "cluster": (
        "**Cluster.** A logical grouping of tasks and services. On Fargate it holds no machines and "
        "costs nothing by itself."
    ),
    "container": (
        "**Container.** One running program with files of its own (from an image), a network "
        "address, and limits on CPU and memory."
    ),
    "deployment": (
        "**Deployment.** A service's change from one revision (or network, or platform) to another: "
        "new tasks come, old ones go, within `minimumHealthyPercent` and `maximumPercent`."
    ),
    "desired-count": (
        "**Desired count.** How many tasks a service is to keep running. It compares this number "
        "with those that run, and acts on the difference."
    ),
    "digest": (
        "**Digest.** The SHA-256 fingerprint of an image's manifest, `sha256:…`. It names exactly "
        "these bytes, for ever."
    ),
    "draining": (
        "**Draining.** The time a target has to finish what it has begun, after it was taken out of "
        "its target group: 300 seconds unless told otherwise (`deregistration_delay`). It gets no "
        "new requests."
    ),
    "ecr": (
        "**ECR.** Amazon Elastic Container Registry: the private place for your images, one "
        "registry for each account and Region."
    ),
    "ecs": (
        "**ECS.** Amazon Elastic Container Service: starts containers from task definitions, "
        "watches them, replaces them."
    ),
    "eni": (
        "**ENI.** Elastic network interface: what connects a Fargate task to your subnet. It "
        "carries the task's addresses and security groups, and goes away with the task."
    ),
    "execution-role": (
        "**Execution role.** The IAM role that ECS and Fargate wear *for* you while they start a "
        "task: pull from ECR, write logs, fetch secrets. Not seen by your program."
    ),
    "fargate": (
        "**Fargate.** Capacity without machines of your own: AWS runs each task in its own slice of "
        "a shared pool."
    ),
    "health-check": (
        "**Health check.** A question asked again and again: a command inside a container (task "
        "definition), or an HTTP request by a load balancer (target group). Two checks, two askers."
    ),
    "image": (
        "**Image.** A stack of read-only layers and a configuration that says what to start. "
        "Containers are made from it."
    ),
    "layer": (
        "**Layer.** A tar archive of files that is laid over the layers below. Stored once, shared "
        "by many images."
    ),
    "listener": (
        "**Listener.** An open port of a load balancer, and its rules: where a request that comes "
        "in there is sent."
    ),
    "load-balancer": (
        "**Load balancer.** Takes requests under one name and passes each on to one of several "
        "targets. An Application Load Balancer (ALB) understands HTTP, a Network Load Balancer "
        "(NLB) passes on TCP and UDP."
    ),
    "log-group": (
        "**Log group.** A named collection of log streams in CloudWatch Logs. Each container of "
        "each task writes one stream."
    ),
    "manifest": ("**Manifest.** The JSON document that lists an image's configuration and layers by digest."),
    "public-ip": (
        "**Public IP.** An address that the internet can write to. A task gets one only if asked "
        "to, and a new one each time."
    ),
    "registry": ("**Registry.** A service that stores images and hands them out: ECR, Docker Hub, ghcr.io."),
    "repository": (
        "**Repository.** A named place in a registry for the versions of one image, such as `adgu/web`."
    ),
    "revision": (
        "**Revision.** One version of a task definition, `family:2`. It never changes and its "
        "number is never given again; what a *tag* in it stands for can."
    ),
    "route-table": (
        "**Route table.** The signposts of a subnet: which addresses are reached which way, for "
        "instance through an internet gateway."
    ),
    "secret": (
        "**Secret.** A value kept in AWS Secrets Manager. A task definition holds its ARN; the "
        "execution role fetches it when the task starts."
    ),
    "security-group": (
        "**Security group.** A list of what may come in and go out, attached to a network "
        "interface. What is not on it is dropped in silence."
    ),
    "service": (
        "**Service.** Keeps a desired number of tasks of one task definition running: replaces "
        "those that stop, rolls out new revisions, connects them to a load balancer."
    ),
    "sidecar": (
        "**Sidecar.** A container that helps another one of the same task: ships its logs, watches "
        "it, renews its certificate."
    ),
    "subnet": (
        "**Subnet.** A part of a VPC's address range, in one Availability Zone. Public if its route "
        "table leads to an internet gateway."
    ),
    "tag": (
        "**Tag.** A movable label on an image in a repository, such as `latest`. (Also: a key and "
        "value on any AWS resource.)"
    ),
    "target-group": (
        "**Target group.** A list of addresses that a load balancer sends requests to, and how each "
        "of them is asked whether it is well. With Fargate its type is `ip`, and the service keeps "
        "the list."
    ),
    "task": (
        "**Task.** A running instance of a task definition: its containers, together, with one "
        "network interface."
    ),
    "task-definition": (
        "**Task definition.** The blueprint of a task: containers, images, ports, CPU, memory, "
        "roles, logs. Versioned by revision."
    ),
    "task-role": (
        "**Task role.** The IAM role of the program *inside* the containers, for its own calls to AWS."
    ),
    "volume": (
        "**Volume.** Files that containers of one task share, each at a path of its own. On Fargate "
        "it ends with the task, unless it is one of EFS."
    ),
    "vpc": (
        "**VPC.** Virtual Private Cloud: a private network of your own within AWS, with a private "
        "address range."
    ),
    "waiter": (
        "**Waiter.** A command that looks again and again until something is as it should be, or "
        "gives up: `aws ecs wait services-stable`."
    ),
}
"""Anchor in the page → the term in bold, and what it means, as Markdown."""
