"""The memory of a container instance: what is set aside, what is a limit, and whom an overrun ends."""

from instance_rig import HTTPD, OnEc2, accounts

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.behaviour import LATEST

OUT_OF_MEMORY = "OutOfMemoryError: container killed due to memory usage"
HAS = 3973
"""MiB that a t3.medium registers."""


class Shared(OnEc2):
    """With an instance."""

    def prepared(self):
        super().prepared().launch()
        self.pass_time()
        return self

    def start(self, family, *command, soft=128, hard=None, **more):
        """A task whose container has these limits in MiB; its ARN."""
        limits = {"memoryReservation": soft} | ({"memory": hard} if hard else {})
        container = {"name": "main", "image": HTTPD, "command": list(command), **limits, **more}
        self.ecs.register_task_definition(
            family=family, networkMode="bridge", containerDefinitions=[container]
        )
        [task] = self.run(family)["tasks"]
        self.pass_time(60)
        return task["taskArn"]

    def ends(self, *arns):
        """Status, exit code and reason of each task's container."""
        ends_of_containers = []
        for arn in arns:
            container = self.task(arn)["containers"][0]
            ends_of_containers.append(
                (container["lastStatus"], container.get("exitCode"), container.get("reason"))
            )
        return ends_of_containers


account, aws = accounts(Shared)
RUNS, KILLED = ("RUNNING", None, None), ("STOPPED", 137, OUT_OF_MEMORY)


def test_more_is_held_than_was_set_aside(aws):
    arn = aws.start("soft", "eat-memory", "2000")
    assert aws.remaining("MEMORY") == HAS - 128
    assert aws.ends(arn) == [RUNS]


def test_a_hard_limit_kills_though_the_instance_has_memory(aws):
    arn = aws.start("hard", "eat-memory", "300", hard=256)
    assert aws.ends(arn) == [KILLED]
    assert aws.task(arn)["stoppedReason"] == "Essential container in task exited"


def test_who_holds_most_ends_when_the_instance_is_full(aws):
    """The third asks for what is not there; the first holds the most, and is gone for it."""
    large = aws.start("large", "eat-memory", "2000")
    small = aws.start("small", "eat-memory", "1000")
    third = aws.start("third", "eat-memory", "1500")
    assert aws.ends(large, small, third) == [KILLED, RUNS, RUNS]


def test_who_asks_for_the_most_ends_itself(aws):
    first = aws.start("first", "eat-memory", "1900")
    greedy = aws.start("greedy", "eat-memory", "2500")
    assert aws.ends(first, greedy) == [RUNS, KILLED]


def test_what_has_ended_leaves_its_memory(aws):
    first = aws.start("first", "eat-memory", "3000")
    aws.ecs.stop_task(cluster="lab", task=first)
    aws.pass_time(120)
    second = aws.start("second", "eat-memory", "3000")
    assert aws.ends(second) == [RUNS]


def test_a_container_that_starts_again_holds_anew(aws):
    """A neighbour ends it; it comes back, asks again, and is the one that asks for more."""
    policy = {"enabled": True, "restartAttemptPeriod": 60}
    first = aws.start("first", "eat-memory", "2500", restartPolicy=policy)
    aws.pass_time(60)
    second = aws.start("second", "eat-memory", "2400")
    assert aws.ends(first, second) == [KILLED, RUNS]
    task = current_account().regions["us-east-1"].tasks[first.rpartition("/")[2]]
    assert task.containers[0].restarts == 1


def test_other_instances_are_not_concerned(aws):
    first = aws.start("first", "eat-memory", "3000")
    aws.launch()
    aws.pass_time()
    second = aws.start("second", "eat-memory", "3000", soft=3900)
    assert aws.ends(first, second) == [RUNS, RUNS]


def test_a_journal_of_before_shares_no_memory(aws):
    current_account().behaviour = 5
    arns = [aws.start(name, "eat-memory", "3000") for name in ("one", "two")]
    assert aws.ends(*arns) == [RUNS, RUNS]
    current_account().behaviour = LATEST


def test_what_is_held_comes_back(on_disk):
    aws = on_disk(Shared).prepared()
    first = aws.start("first", "eat-memory", "2000")
    again = on_disk(Shared)
    second = again.start("second", "eat-memory", "2500")
    assert again.ends(first, second) == [RUNS, KILLED]
