"""The account, its time, and what is in it before anything runs: images, clusters, definitions."""

from typing import Final

from ecslab.sandbox.honesty.line import Line, operations

LINES: Final = (
    Line(
        "The account",
        "pretended",
        "Number 123456789012 is nobody's. Nothing here reaches AWS, and nothing costs money.",
        ("00",),
    ),
    Line(
        "Calls and refusals",
        "as AWS",
        "Any AWS client works on it: boto3, the AWS CLI. Errors carry AWS's own codes and words.",
        ("00", "13"),
    ),
    Line(
        "Time",
        "simplified",
        "A wait passes ten times faster than on AWS, unless you say otherwise; the durations in its answers "
        "are shorter by the same factor. It is as long in every run.",
        ("00", "04"),
    ),
    Line(
        "The rest of AWS",
        "absent",
        "Only what tasks touch is here: ECS, ECR, load balancers, and parts of EC2 networking, IAM, "
        "CloudWatch Logs, Secrets Manager, SSM and S3.",
        ("00",),
    ),
    Line(
        "Repositories, layers and digests",
        "as AWS",
        "The bytes you push are kept, checked against their digests, and are what your task serves.",
        ("01",),
    ),
    Line(
        "Public base images",
        "simplified",
        "The base is a small stand-in made on this machine, labelled as such: it holds no real Apache, and "
        "is never pushed to a real account. Its size counts as the real one's when a task pulls it.",
        ("01", "04", "13"),
    ),
    Line(
        "Image scanning, replication, lifecycle policies",
        "absent",
        "Images are not scanned, copied elsewhere or expired.",
        ("01",),
    ),
    Line(
        "Clusters",
        "as AWS",
        "A name with settings and tags; a deleted one stays described as INACTIVE.",
        ("02",),
    ),
    Line(
        "Container Insights",
        "pretended",
        "The setting is kept and shown; no metrics come of it.",
        ("02",),
    ),
    Line(
        "EC2 and external capacity",
        "absent",
        "No container instances can be registered: tasks run on Fargate alone.",
        ("02",),
        operations(
            "RegisterContainerInstance DeregisterContainerInstance UpdateContainerAgent StartTask "
            "UpdateContainerInstancesState PutAttributes DeleteAttributes DiscoverPollEndpoint "
            "SubmitAttachmentStateChanges SubmitContainerStateChange SubmitTaskStateChange "
            "CreateCapacityProvider UpdateCapacityProvider DeleteCapacityProvider"
        ),
    ),
    Line(
        "Task definitions",
        "as AWS",
        "Sizes, names, roles and ports are checked by Fargate's rules, with AWS's messages; what you leave "
        "out is filled in as AWS does.",
        ("03",),
    ),
    Line(
        "Roles",
        "simplified",
        "Trust and the execution role's permissions are looked at when a task starts; what *you* may do is "
        "not restricted.",
        ("03", "14"),
    ),
    Line(
        "Volumes, health checks and secrets",
        "as AWS",
        "A definition may hold them, and they take effect; this part of the course does not use them.",
        ("03",),
    ),
)
