"""What stage 13 asks."""

from ecslab.course.quiz._kinds import Option, Prediction, Question

QUESTIONS = (
    Question(
        "13.run-task",
        'Document 004 has a heading "Run Task", and below it `aws ecs create-service`. You type that '
        "command, and later you stop its task by hand. What happens?",
        (
            Option(
                "Nothing: it was run as a task, and a task that was stopped stays stopped",
                False,
                "That is true of `run-task`. The heading says so, but the command does not: what "
                "counts is the operation.",
            ),
            Option(
                "Another task starts",
                True,
                "The command makes a service, whatever stands above it, and a service keeps its "
                "desired count.",
            ),
            Option(
                "The service is deleted with its last task",
                False,
                "A service is a thing of its own. It goes on with none running, and starts what is missing.",
            ),
        ),
    ),
    Question(
        "13.keys",
        "`aws configure` asks for an access key and stores it. What is the matter with that on your "
        "own machine?",
        (
            Option(
                "Nothing: the file is encrypted, and only the CLI can read it",
                False,
                "You have just read it. `credentials` is plain text: every program that you run can read it.",
            ),
            Option(
                "The key does not work in other Regions",
                False,
                "Keys belong to an identity, not to a Region; the Region is stored beside it, as a default.",
            ),
            Option(
                "It is valid until somebody deletes it, and it lies on the disk in plain text",
                True,
                "Whoever copies the file has your rights, for as long as nobody notices. `aws "
                "configure sso`, or a role, gives keys that run out after some hours.",
            ),
            Option(
                "The CLI sends it along with every request",
                False,
                "It never does: a request carries a signature made with the secret, not the secret.",
            ),
        ),
    ),
    Question(
        "13.silent",
        "The service is stable and its task RUNNING with a public IP, but the browser loads for "
        "ever. Where do you look first?",
        (
            Option(
                "At the security group of the task",
                True,
                "ECS watches whether the program runs, not whether anybody can reach it. A group "
                "that does not admit port 80 drops the visitor without a word.",
            ),
            Option(
                "At the service's events",
                False,
                "They say that it has reached a steady state. To ECS all is well: no event speaks of "
                "visitors.",
            ),
            Option(
                "At the execution role",
                False,
                "It was needed to pull the image and to open the log. The task runs, so it has done "
                "its work.",
            ),
            Option(
                "At the image's tag",
                False,
                "A wrong tag shows much earlier: the task would never have become RUNNING.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        "13.as-written",
        "You are about to run document 004's three commands as they are written: create the cluster, "
        "register the definition, create the service. How many of the three does AWS accept?",
        low=0,
        high=3,
        unit="commands",
        because="A cluster is only a name. The definition pulls from ECR, and on Fargate that takes "
        "an execution role; without a definition there can be no service.",
    ),
)
