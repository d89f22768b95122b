"""What stage 99 asks."""

from ecslab.course.quiz._kinds import Option, Prediction, Question

QUESTIONS = (
    Question(
        "99.order",
        "Everything of the course is there. What do you remove first?",
        (
            Option(
                "The cluster: everything is in it, so everything goes with it.",
                False,
                "It is no folder. DeleteCluster is refused while services or tasks are in it.",
            ),
            Option(
                "The tasks: they are what costs.",
                False,
                "They are; but the service brings back every one that you stop, and costs go on.",
            ),
            Option(
                "The service: it would bring the tasks back.",
                True,
                "Scaled to 0 or deleted, it lets its tasks go, and what is stopped stays stopped.",
            ),
            Option(
                "The security group: then nobody gets in any more.",
                False,
                "EC2 refuses (DependencyViolation) while a task's network interface uses it.",
            ),
        ),
    ),
    Question(
        "99.inactive",
        "You deregister the revision that a running task was started from. What becomes of the task?",
        (
            Option(
                "It stops: its definition is gone.",
                False,
                "The definition is INACTIVE, not gone, and a task keeps what it was started with.",
            ),
            Option(
                "It runs on, and costs as before.",
                True,
                "INACTIVE only means that nothing new can be started from this revision by you; a service "
                "that uses it goes on, too.",
            ),
            Option(
                "It is moved to the next revision that is ACTIVE.",
                False,
                "Nothing moves a task. To run another revision a service starts new tasks from it.",
            ),
            Option(
                "It goes on until its container ends, and ECS bills nothing for it any more.",
                False,
                "Fargate bills a task from image pull to stop, whatever the state of its definition.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        "99.tasks",
        "The service wants 2 tasks. You stop both, and wait a moment. How many run then?",
        unit="tasks",
        low=0,
        high=10,
        because="As many as are desired: stopping a task is no message to its service. Delete the service, "
        "and its tasks go with it.",
    ),
)
