"""What notebook 00 asks."""

from ecslab.course.quiz import Option, Question

QUESTIONS = (
    Question(
        "00.idle",
        "Your page runs on Fargate, and nobody visits it for a week. What does that week cost?",
        (
            Option(
                "Nothing: it starts up when somebody comes",
                False,
                "That is said of Lambda. A Fargate task runs until it stops, visitors or not.",
            ),
            Option(
                "As much as a busy week",
                True,
                "Fargate bills the vCPU and the memory that the task holds, by the second, from the start of "
                "the "
                "image's pull until the task stops. What the program does with them changes nothing.",
            ),
            Option(
                "Only the memory, for the CPU did nothing",
                False,
                "Both are yours for as long as the task runs, and both are billed.",
            ),
        ),
    ),
    Question(
        "00.words",
        "Ten web servers are to run from one blueprint. How many of what do you have then?",
        (
            Option(
                "Ten task definitions, one task",
                False,
                "The other way round: the definition is the blueprint, the task is what is built from it.",
            ),
            Option(
                "Ten clusters, with one task each",
                False,
                "A cluster groups tasks; there is no need for more than one.",
            ),
            Option(
                "One task definition, ten tasks",
                True,
                "The definition says once how to run it. Each start from it is a task, with an address of "
                "its own.",
            ),
            Option(
                "One task with ten images",
                False,
                "An image is the files; ten programs from the same files need only one of it.",
            ),
        ),
    ),
)
