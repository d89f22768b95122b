"""What stage 14 asks."""

from ecslab.course.quiz._kinds import Option, Prediction, Question

QUESTIONS = (
    Question(
        "14.where",
        "A service's tasks come and go faster than you can look. Where do you read why the last one ended?",
        (
            Option(
                "In the container's log, and nowhere else.",
                False,
                "Tempting, and often right for a program that failed by itself. But a task that never "
                "started wrote nothing, and what is killed has no last words.",
            ),
            Option(
                "In the task definition.",
                False,
                "It says what was meant to happen. What happened is written on the task.",
            ),
            Option(
                "In `stoppedReason` and the containers' `exitCode` and `reason`, of a task listed with "
                "`--desired-status STOPPED`.",
                True,
                "Stopped tasks can be described for about an hour; ListTasks leaves them out unless asked.",
            ),
            Option(
                "Nowhere: a task that is gone is gone.",
                False,
                "That is how it looks, because the default list shows tasks that are meant to run. After an "
                "hour it becomes true.",
            ),
        ),
    ),
    Question(
        "14.waits",
        "A visitor's browser waits and waits, then gives up. At another address it says “connection "
        "refused” at once. What does the waiting tell?",
        (
            Option(
                "The program is slow.",
                False,
                "Then the connection would be there, and only the page would be late.",
            ),
            Option(
                "The packets arrive nowhere: a closed security group, no public IP, or no route.",
                True,
                "What is dropped gives no answer. A refusal is an answer: the machine was reached, and "
                "nothing listens on that port.",
            ),
            Option(
                "Nothing listens on that port.",
                False,
                "That is the other one: whoever is reached and does not listen refuses at once.",
            ),
        ),
    ),
    Question(
        "14.137",
        "A container ended with `exitCode` 137. Which of these is certain?",
        (
            Option(
                "It used too much memory.",
                False,
                "Often, but not for certain: look for OutOfMemoryError in its `reason`.",
            ),
            Option(
                "Its program found an error and gave up.",
                False,
                "A program that gives up chooses its own code; 137 is what the kernel writes for it.",
            ),
            Option(
                "It was ended with SIGKILL, by whomever.",
                True,
                "137 is 128 + 9. For want of memory the container's `reason` says OutOfMemoryError; "
                "without it, somebody stopped the task, and the program did not heed SIGTERM in time.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "14.again",
        "The service wants one task, and none has ever run. Somebody says: deploy it again first, as it "
        "is. How many of its tasks will run when that has had its time?",
        unit="tasks",
        low=0,
        high=10,
        because="A new deployment makes new tasks of the same parts: the same definition, the same "
        "network, the same roles. What was wrong with them is wrong again. Trying once more helps only "
        "where the trouble passes by itself, such as a registry that was away.",
    ),
)
