"""Questions and predictions of notebook 09."""

from ecslab.course.quiz._kinds import Option, Prediction, Question

QUESTIONS = (
    Question(
        "09.localhost",
        "`writer` reaches the database with `redis-cli`, at 127.0.0.1. Why does that work?",
        (
            Option(
                "ECS gives every container the names of the others",
                False,
                "Containers of one task do not know each other by name on Fargate; they need no names.",
            ),
            Option(
                "The containers of one task share one network interface",
                True,
                "One task, one interface, one localhost. So two of its containers cannot listen on one port.",
            ),
            Option(
                "`dependsOn` connects them",
                False,
                "`dependsOn` says who starts when. It opens no connection.",
            ),
            Option(
                "The security group admits port 6379",
                False,
                "A security group stands between the task and others. Inside the task nothing passes it.",
            ),
        ),
    ),
    Question(
        "09.sidecar",
        "A logging sidecar was left `essential`, which is the default, and it crashes. What happens?",
        (
            Option(
                "The task is stopped, the web server with it",
                True,
                "If one essential container ends, ECS stops the task. A sidecar the task can do without "
                'says `"essential": False`.',
            ),
            Option(
                "ECS restarts the sidecar",
                False,
                "A container is restarted only by a `restartPolicy` of its own. A service would start a "
                "whole "
                "new task.",
            ),
            Option(
                "Nothing: only the first container counts",
                False,
                "The order in the list means nothing; `essential` does.",
            ),
        ),
    ),
    Question(
        "09.apart",
        "You want ten web servers and one database. Do both belong into one task definition?",
        (
            Option(
                "Yes: they belong together",
                False,
                "Ten copies of the task would be ten databases, each with its own data.",
            ),
            Option(
                "No: what scales differently, or keeps data, is a task of its own",
                True,
                "A task is scaled, replaced and lost as a whole. Sidecars belong into it; a database "
                "that has "
                "to keep its data is better a service outside, RDS for instance.",
            ),
            Option(
                "Yes, if the database is not essential",
                False,
                "`essential` says what ends the task. It does not keep data, nor scale one part alone.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "09.which-role",
        "The definition names a secret, and no role may read it yet. What becomes of the task?",
        options=("it does not start", "it runs without the password", "it runs, and its call is denied"),
        because="What stands in `secrets` is fetched before the containers start, by the execution role. "
        "Without the right there is nothing to start them with.",
    ),
    Prediction(
        "09.without-a-task-role",
        "A program asks Secrets Manager itself; its task has an execution role that may read the secret, and "
        "no task role. What does the program get?",
        options=("the secret", "a refusal that names the execution role", "no credentials at all"),
        because="The execution role is Fargate's, not the program's. Programs get credentials from the task "
        "role alone.",
    ),
)
