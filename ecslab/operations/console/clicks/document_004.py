"""Document 004, "create a ECS using AWS console": four clicks, each a form of its own."""

from typing import Final

from ecslab.operations.console.clicks.click import Click, fills

_SERVE = "ecs:CreateService"

CLICKS: Final = (
    Click("Sign in to AWS Console", "Sign in", ("sts:GetCallerIdentity",), "aws sts get-caller-identity"),
    Click("Open AWS ECS Console", "Clusters", ("ecs:ListClusters",), "aws ecs list-clusters"),
    Click(
        "Create ECS Cluster", "Clusters → Create cluster → Create", ("ecs:CreateCluster",),
        "aws ecs create-cluster --cluster-name my-ecs-cluster",
    ),
    Click(
        "Create Task Definition", "Task definitions → Create new task definition → Create",
        ("ecs:RegisterTaskDefinition",),
        "aws ecs register-task-definition --family my-task-def --network-mode awsvpc "
        "--requires-compatibilities FARGATE --cpu 256 --memory 512 --execution-role-arn "
        "arn:aws:iam::123456789012:role/ecsTaskExecutionRole --container-definitions file://container.json",
    ),
    fills(
        "Create Service under ECS Cluster", "Clusters → my-ecs-cluster → Services → Create",
        _SERVE, "cluster", "--cluster my-ecs-cluster",
    ),
    Click(
        "then Deploy", "Create", (_SERVE,),
        "aws ecs create-service --cluster my-ecs-cluster --service-name my-ecs-service "
        "--task-definition my-task-def --desired-count 1 --launch-type FARGATE --network-configuration "
        "'awsvpcConfiguration={subnets=[subnet-…],securityGroups=[sg-…],assignPublicIp=ENABLED}'",
    ),
)  # fmt: skip
