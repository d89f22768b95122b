"""What stage 06 asks."""

from ecslab.course.quiz._kinds import Option, Prediction, Question

QUESTIONS = (
    Question(
        "06.restart",
        "The program in a task of your service crashes, and the task ends. What does the service do?",
        (
            Option(
                "It starts the same task again, with the same id and the same address.",
                False,
                'Tempting, because everybody says "restart". But a task that is STOPPED stays STOPPED: it is '
                "final.",
            ),
            Option(
                "It starts a new task from the task definition: another id, another address.",
                True,
                "A service does not revive tasks; it counts those that run, and starts as many as are "
                "missing.",
            ),
            Option(
                "It waits until you raise the desired count.",
                False,
                "The desired count has not changed: it still says 2, and 1 runs. That difference is what the "
                "service acts on.",
            ),
            Option(
                "It starts the container anew inside the task that crashed.",
                False,
                "That is a container's own `restartPolicy`, which has to be asked for in the definition. "
                "When an essential container ends without one, the whole task ends.",
            ),
        ),
    ),
    Question(
        "06.counts",
        "A service shows desired 3, running 1, pending 1. How many tasks will ECS still start if all goes "
        "well?",
        (
            Option("None", False, "Then two would run, and three are desired."),
            Option(
                "One",
                True,
                "One runs and one is on its way: one is missing to three.",
            ),
            Option(
                "Two",
                False,
                "Two are not running yet, but one of them is started already: it is the pending one.",
            ),
            Option(
                "Three",
                False,
                "The desired count is how many there are to be in all, not how many more.",
            ),
        ),
    ),
    Question(
        "06.domain",
        "You own a domain name, and want visitors to find the service. What do you point it at?",
        (
            Option(
                "At the public IP of one of its tasks",
                False,
                'That is what an older guide suggests ("you could also map a domain to this IP"), and it '
                "works "
                "until that task is replaced: by a crash, a new version, or maintenance.",
            ),
            Option(
                "At the public IPs of all its tasks, one record each",
                False,
                "Each of them goes with its task. And a resolver hands out an address of a task that is gone "
                "until the record has expired.",
            ),
            Option(
                "At something with a name that stays, which knows the tasks of the moment: a load balancer",
                True,
                "Tasks come and go behind it, and it is told of each of them by the service. Notebook 07.",
            ),
            Option(
                "At the cluster's ARN",
                False,
                "A cluster is a name to keep things under. It has no address, and no visitor passes through "
                "it.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        "06.bare",
        "One task runs, and no service. You stop it. How many tasks run two minutes later?",
        unit="tasks",
        low=0,
        high=5,
        because="Nobody was told to keep it running. RunTask starts a task, and is done with it.",
    ),
    Prediction(
        "06.stop-one",
        "The service wants 2 tasks, and 2 run. You stop one. How many run two minutes later?",
        unit="tasks",
        low=0,
        high=5,
        because="The service compares running with desired, sees one too few, and starts another. It does "
        "not ask who stopped the task, or why.",
    ),
    Prediction(
        "06.bookmark",
        "You bookmarked the address of that task, and its successor runs. You reload: what comes?",
        options=("the page, as before", "nothing: no answer", "somebody else's page"),
        because="The address belonged to the network interface of the old task, and went away with it. The "
        "new task got an interface of its own, and another address. Some day the old one may be given to "
        "somebody else.",
    ),
)
