"""Services, load balancers, and what a learner sees of both."""

from typing import Final

from ecslab.sandbox.honesty.line import Line, operations
from ecslab.sandbox.world.service import timings as service_timings

LINES: Final = (
    Line(
        "Services",
        "simplified",
        "The desired count is kept, deployments roll within their percentages, the circuit breaker rolls "
        "back, events come in AWS's words and order. Durations are fixed: a task without health checks "
        f"counts as healthy {service_timings.HEALTHY:.0f} s after it started, one that died is replaced "
        f"after about {service_timings.REPLACED:.0f} s. On AWS they vary.",
        ("06", "08", "14"),
    ),
    Line(
        "Services on EC2, daemons",
        "simplified",
        "A service may ask for EC2 or be a daemon; as no instance can be registered, it gets no task, and "
        "its events say so.",
        ("06",),
    ),
    Line(
        "Daemons of managed instances, Express Mode",
        "absent",
        "No managed instances and their daemons; no services that AWS puts together of one call.",
        ("13",),
        operations(
            "CreateDaemon DeleteDaemon DeleteDaemonTaskDefinition DescribeDaemon DescribeDaemonDeployments "
            "DescribeDaemonRevisions DescribeDaemonTaskDefinition ListDaemonDeployments "
            "ListDaemonTaskDefinitions ListDaemons RegisterDaemonTaskDefinition UpdateDaemon "
            "CreateExpressGatewayService DeleteExpressGatewayService DescribeExpressGatewayService "
            "UpdateExpressGatewayService"
        ),
    ),
    Line(
        "ECS Exec",
        "absent",
        "No command can be run in a container from outside.",
        (),
        ("ecs:ExecuteCommand",),
    ),
    Line(
        "Task protection",
        "simplified",
        "It keeps tasks from scale-in and deployments; that it is refused because it has held up a "
        "deployment for long (DEPLOYMENT_BLOCKED) does not happen.",
        (),
    ),
    Line(
        "Quotas",
        "simplified",
        "Those of one request are kept, with AWS's refusals (10 tasks, 10 containers, 50 tags, 16 subnets, 5 "
        "groups), and 5,000 tasks in a service. Those of an account are not counted: clusters, services, "
        "vCPUs, repositories, images. A layer may have 1 GiB, not 42.",
        (),
    ),
    Line(
        "What ECS tells others",
        "absent",
        "No events go to EventBridge, no metrics and alarms to CloudWatch; no alarm rolls a deployment back.",
        (),
    ),
    Line(
        "Blue/green and what connects services",
        "absent",
        "Only rolling deployments by ECS itself: no CodeDeploy, task sets, blue/green, linear or canary; no "
        "Service Connect, service discovery, VPC Lattice, or volumes of services; no autoscaling.",
        ("08",),
        operations(
            "CreateTaskSet DeleteTaskSet DescribeTaskSets UpdateTaskSet UpdateServicePrimaryTaskSet "
            "ContinueServiceDeployment AssociateGatewayWithCluster CreateGateway DeleteGateway UpdateGateway "
            "DescribeGateway DescribeGatewayResources DescribeGatewayRoute DisassociateGatewayFromCluster "
            "ListGatewayClusterAssociations ListGatewayRoutes ListGateways "
            "application-autoscaling:RegisterScalableTarget codedeploy:CreateDeploymentGroup "
            "servicediscovery:CreateHttpNamespace"
        ),
    ),
    Line(
        "Load balancers",
        "as AWS",
        "Application and network load balancers with `ip` targets: listeners, rules, weights, target states "
        "and their reasons, draining, AWS's own pages for 502, 503 and 504. Health checks really ask the "
        "container, and its security group must let them in.",
        ("07", "14"),
    ),
    Line(
        "A load balancer's finer settings",
        "simplified",
        "Plain HTTP only: an HTTPS listener answers that it wants TLS. Sticky sessions, slow start and cross-"
        "zone settings are kept and shown, and change nothing; targets are asked once an interval, not once "
        "by each node. It is active two minutes after it was made, and its interfaces go away with it.",
        ("07",),
    ),
    Line(
        "Sign-in by a load balancer, and targets that are instances or functions",
        "absent",
        "A rule that signs visitors in is refused. Only addresses can become healthy targets.",
        ("07",),
    ),
    Line(
        "Classic Load Balancers",
        "pretended",
        "They can be made, but nobody answers there; ECS refuses them for Fargate, as on AWS.",
        ("07",),
    ),
    Line(
        "Your container",
        "pretended",
        "No machine is started. A small program answers as the web server would, from the files in your "
        "image; it knows web pages and simple shell scripts, and ends with code 127 at anything else.",
        ("04", "05"),
    ),
    Line(
        "The public internet",
        "pretended",
        "A gateway on this machine plays it: links lead there, and it answers only if the packet would have "
        "arrived. If not, it names the rule; a real browser would only wait.",
        ("05",),
    ),
    Line(
        "Logs",
        "as AWS",
        "What the container prints is in CloudWatch Logs, in the stream prefix/container/task-id.",
        ("05",),
    ),
    Line(
        "Deleting",
        "as AWS",
        "The same order, and the same refusals if it is not kept; INACTIVE things stay described.",
        ("99",),
    ),
    Line(
        "What AWS keeps",
        "simplified",
        "Stopped tasks and deleted clusters are described for about an hour of the sandbox's time.",
        ("99",),
    ),
)
