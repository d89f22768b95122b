"""Stage 07: what is asked about load balancers."""

from ecslab.course.quiz._kinds import Option, Prediction, Question

QUESTIONS = (
    Question(
        "07.source",
        "The tasks' group has one rule: TCP port 80, and as its source not an address, but the balancer's "
        "group. Who gets in?",
        (
            Option(
                "Whoever the balancer's group admits: anybody, for it is open to 0.0.0.0/0",
                False,
                "Rules do not add up like that. A group as a source means its members; whom they admit "
                "themselves plays no part. A visitor who writes to a task directly is no member.",
            ),
            Option(
                "Whoever comes from an interface that is in the balancer's group, whatever its address",
                True,
                "The source of a rule can be a group: it stands for all interfaces that are in it, now and "
                "later. So the rule holds when the balancer's addresses change.",
            ),
            Option(
                "The address that the balancer had when the rule was made",
                False,
                "What counts is who is a member when a packet comes, not when the rule was made.",
            ),
            Option(
                "Everything in the same subnet as the balancer",
                False,
                "Subnets play no part in security groups: two machines in one subnet can be in different "
                "groups, and one group can have members in many subnets.",
            ),
        ),
    ),
    Question(
        "07.health",
        "Somebody mistypes the health check's path: the page is not there, the server answers 404. The site "
        "itself works. What happens next?",
        (
            Option(
                "Nothing: visitors ask for other pages, and those are there",
                False,
                "The balancer believes its health checks alone, and so does ECS. A working task that fails "
                "them is replaced like a broken one.",
            ),
            Option(
                "Visitors get 404",
                False,
                "The path is asked for by the health checks only. Visitors get what they ask for, as long as "
                "there is a target.",
            ),
            Option(
                "ECS stops the tasks and starts others, again and again",
                True,
                "Two failed checks make a target unhealthy, and ECS replaces a task whose target is "
                "unhealthy. The new ones fail in the same way. In between, visitors get 503.",
            ),
            Option(
                "ECS restarts the containers once, and then gives up",
                False,
                "Nothing is restarted: a task is replaced by a new one. And a service does not give up by "
                "itself, unless its deployment circuit breaker is on (the next notebook).",
            ),
        ),
    ),
    Question(
        "07.domain",
        "You own example.com. Where does www.example.com point, so that it still works next year?",
        (
            Option(
                "To the two addresses of the balancer: A records",
                False,
                "They are not yours: AWS changes them when it scales or mends the balancer. (Those of a "
                "Network Load Balancer stay.)",
            ),
            Option(
                "To the public IPs of both tasks: then there are two of them",
                False,
                "Both are gone with the next deployment, and half of your visitors with each task that "
                "stops. Besides, the tasks' group admits only the balancer now.",
            ),
            Option(
                "To the target group: it always knows the tasks",
                False,
                "A target group is a list, not a machine: it has no address, and nobody can ask it.",
            ),
            Option(
                "To the balancer's DNS name: a CNAME record, or an alias in Route 53",
                True,
                "The name stays as long as the balancer does; AWS keeps it on the addresses of the moment.",
            ),
        ),
    ),
)
PREDICTIONS = (
    Prediction(
        "07.ten",
        "Ten visits, two healthy targets. How many does each task answer?",
        ("10 and 0", "9 and 1", "5 and 5"),
        because="An Application Load Balancer takes turns (round robin), unless told otherwise. A browser's "
        "reload is such a visit. (On AWS each of the balancer's nodes takes turns by itself, so that it may "
        "come out as 6 and 4.)",
    ),
    Prediction(
        "07.refused",
        "Visitors keep coming while one of the two tasks is stopped and replaced. How many of them get an "
        "error?",
        unit="visitors",
        low=0,
        high=1000,
        because="The task is taken out of the target group before its program is stopped: from then on it "
        "gets no new visitors, and has time to finish with the old ones. The other task answers meanwhile, "
        "and the new one joins as soon as it has passed a health check.",
    ),
)
