"""What notebook 02 asks."""

from ecslab.course.quiz import Option, Prediction, Question

QUESTIONS = (
    Question(
        "02.price",
        "Your cluster `adgu-cluster` has no task in it. What does it cost an hour on a real account?",
        (
            Option(
                "As much as the smallest machine",
                False,
                "A Fargate cluster has no machine. On EC2 you would pay for the instances, not for the "
                "cluster.",
            ),
            Option(
                "Nothing",
                True,
                "ECS itself is free. What costs is what runs: tasks, addresses, load balancers.",
            ),
            Option(
                "A few cents, for being there",
                False,
                "That is said of EKS, whose control plane is billed by the hour. ECS's is not.",
            ),
        ),
    ),
    Question(
        "02.network",
        "Where do you say in which VPC and subnets the tasks of this cluster run?",
        (
            Option(
                "When the cluster is created",
                False,
                "The retired console could make a VPC beside the cluster, but the cluster never belonged to "
                "it.",
            ),
            Option(
                "In the task definition",
                False,
                "It names the network mode, `awsvpc`, but no subnet: one definition can run in many "
                "networks.",
            ),
            Option(
                "When a task is run, or a service is created",
                True,
                "The network configuration is part of RunTask and CreateService. One cluster can hold tasks "
                "in "
                "several VPCs.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "02.machines",
        "The next cell creates a cluster for Fargate. How many machines does it have afterwards?",
        unit="machines",
        low=0,
        high=20,
        because="A cluster for Fargate is a name to group tasks under. Each task gets a slice of a machine "
        "of AWS's when "
        "it is run, and none of these machines is registered with your cluster.",
    ),
)
