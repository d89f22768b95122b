"""What notebook 05 asks."""

from ecslab.course.quiz import Option, Prediction, Question

QUESTIONS = (
    Question(
        "05.silence",
        "Your browser loads for ever: no error, no answer. What is most likely?",
        (
            Option(
                "The program has crashed",
                False,
                "Then the task would have stopped; and where nothing listens, the refusal comes at once.",
            ),
            Option(
                "A security group does not admit the port",
                True,
                "It drops what it does not admit, and says nothing. Silence is the sign of something that "
                "filters.",
            ),
            Option(
                "The page is missing in the image",
                False,
                "A web server without the page answers 404, and quickly.",
            ),
            Option(
                "The execution role lacks a right",
                False,
                "Then the task would never have started. Visitors have nothing to do with that role.",
            ),
        ),
    ),
    Question(
        "05.reload",
        "You push a changed page as `latest` and reload the browser. What do you see?",
        (
            Option(
                "The changed page, for the task runs `latest`",
                False,
                "It runs the image that `latest` named when it started. The tag has moved; the task has not.",
            ),
            Option(
                "The page from before, until a new task is started",
                True,
                "A task pulls its image once, at its start. Only the next task asks again what `latest` is.",
            ),
            Option(
                "Nothing, until ECS has restarted the task",
                False,
                "ECS does not look at the registry while a task runs, and does not restart it for a push.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "05.door",
        "You shut the door: no visitor gets in any more. What does ECS say of the task then?",
        ("RUNNING", "PENDING", "STOPPED"),
        because="ECS watches whether the program runs, not whether anybody can reach it. Somebody has to ask "
        "as a visitor "
        "does: you now, and later a load balancer's health check.",
    ),
)
