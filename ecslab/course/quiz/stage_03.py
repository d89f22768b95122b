"""What notebook 03 asks."""

from ecslab.course.quiz import Option, Prediction, Question

QUESTIONS = (
    Question(
        "03.two-roles",
        "A task stops before its program has started, and the reason speaks of ECR and of rights. Whose "
        "rights lack?",
        (
            Option(
                "The task role's",
                False,
                "The program wears that one, and it has not started yet. Without it the task starts all the "
                "same.",
            ),
            Option(
                "The execution role's",
                True,
                "Fargate wears it before the program starts: to pull the image, to open the log, to read "
                "secrets.",
            ),
            Option(
                "Your own user's",
                False,
                "They were needed to call RegisterTaskDefinition and RunTask; AWS had accepted both by then.",
            ),
        ),
    ),
    Question(
        "03.revision",
        "`adgu-web-server-task:1` needs more memory. What do you do?",
        (
            Option(
                "Register the family again, with more memory",
                True,
                "That makes revision 2. What runs from revision 1 goes on as it is; the next start can take "
                "2.",
            ),
            Option(
                "Change revision 1",
                False,
                "There is no call for it: a revision never changes, so whoever runs `:1` always gets the "
                "same.",
            ),
            Option(
                "Deregister revision 1, and register it anew under its number",
                False,
                "Deregistering makes it INACTIVE, but its number is never given again: the next one is 2.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "03.collide",
        "0.5 vCPU (512 CPU units) together with 0.5 GB (512 MiB): what becomes of the definition?",
        ("registered with 512 MiB", "registered with 1024 MiB", "refused"),
        because="Fargate sells fixed pairs, and they are checked when the definition is registered, not when "
        "a task "
        "starts. With 512 CPU units the smallest memory is 1024 MiB. Nothing is rounded for you.",
    ),
)
