"""What notebook 08 asks."""

from ecslab.course.quiz import Option, Prediction, Question

QUESTIONS = (
    Question(
        "08.registered",
        "`adgu-web-server-task:2` is registered; the service was made with revision 1. What do visitors get "
        "from now on?",
        (
            Option(
                "The new page, as soon as the service notices that there is a newer revision",
                False,
                "It never looks. A service keeps the revision that it was given, until an UpdateService "
                "names another.",
            ),
            Option(
                "The old page, until the service is told",
                True,
                "A revision is a description. It starts to matter when a service, or a RunTask, names it.",
            ),
            Option(
                "The new page from half of the tasks: the service spreads over revisions",
                False,
                "Two revisions run side by side only while one replaces the other, in a deployment.",
            ),
            Option(
                "The new page, once a task stops and is replaced",
                False,
                "A replacement comes from the service's own revision, not from the family's newest.",
            ),
        ),
    ),
    Question(
        "08.rounding",
        "A service with 3 tasks, `minimumHealthyPercent` 50 and `maximumPercent` 100. How does it replace "
        "them?",
        (
            Option(
                "It starts three new ones and then stops three old ones",
                False,
                "That needs room for six: a maximum of 200. Here three in all is the most there may be.",
            ),
            Option(
                "It stops one, starts a new one in its place, and goes on so, one after the other",
                True,
                "50 % of 3 is 1.5, rounded up: 2 have to stay healthy. So one may go at a time, and only "
                "then is there room to start one.",
            ),
            Option(
                "It stops two at once, as half of three is one and a half",
                False,
                "The minimum is rounded up, not down: two have to stay.",
            ),
            Option(
                "Not at all: nothing may be started",
                False,
                "Nothing may be started at first, but one may be stopped, and that makes room.",
            ),
        ),
    ),
    Question(
        "08.moved",
        "Revision 1 names `adgu/web:latest`. Since it was deployed, another image was pushed as `latest`. "
        "What does going back to revision 1 bring?",
        (
            Option(
                "The first page: a revision never changes",
                False,
                "The revision has not changed, it still says `latest`. What has changed is what `latest` "
                "means.",
            ),
            Option(
                "The image that is `latest` now",
                True,
                "Every deployment looks up anew which image (which digest) a tag stands for, and then keeps "
                "to it.",
            ),
            Option(
                "An error: ECS notices that the digest is another one",
                False,
                "It keeps no memory of the digest beyond a deployment. It checks none, and warns of nothing.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "08.most",
        "Two tasks are desired, the limits are 100 % and 200 %. How many tasks are there at the most while "
        "revision 2 replaces revision 1?",
        unit="tasks",
        low=0,
        high=10,
        because="The maximum is 200 % of 2, so there is room for two more, and ECS starts both at once. The "
        "minimum of 100 % forbids to stop an old one before a new one is healthy.",
    ),
    Prediction(
        "08.bad",
        "The next image cannot be pulled, and the circuit breaker is off. What do visitors see during the "
        "five minutes that follow?",
        ("The old page, all the time", "Sometimes an error, sometimes the old page", "Errors only"),
        because="No new task gets healthy, so the minimum of 100 % lets no old one go. The service costs "
        "more and gets nowhere, but it serves.",
    ),
)
