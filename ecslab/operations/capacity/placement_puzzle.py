"""The placement puzzle: six tasks of two sizes, on as few instances as possible. Stage 11, exercise.

Two large in memory and one large in CPU fill an instance of the lesson's type. A strategy that spreads them,
or the wrong order, needs one instance more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ecslab.connection.connection import Connection
from ecslab.display.tables import ShownAsTable, Table
from ecslab.operations import prices
from ecslab.operations.capacity.agreement import must_be_agreed
from ecslab.resources import arguments, container_instance, instance_group, task_definition
from ecslab.resources.container_instance.instance_reader import attribute, remaining
from ecslab.resources.instance_group import TYPE
from ecslab.resources.task import task_reader

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef, TaskTypeDef

NAME: Final = "adgu-puzzle"
INSTANCES: Final = 3
FEWEST: Final = 2
SIZES: Final = {"memory": (256, 1800, 4), "cpu": (896, 256, 2)}
"""By the end of the family's name: CPU units, MiB, and how many tasks."""
OF_THE_GROUP: Final = {"type": "memberOf", "expression": f"attribute:{NAME} == yes"}
"""So no other instance of the cluster takes part."""


@dataclass(frozen=True, repr=False)
class Puzzle(ShownAsTable):
    """How the puzzle stands. Shows itself.

    Attributes:
        families: the two families, and how many tasks of each are wanted.
        placed: how many tasks of each family are meant to run.
        instances: the instances of the puzzle, each with how many of its tasks are on it.
    """

    families: dict[str, int]
    placed: dict[str, int]
    instances: tuple[tuple[ContainerInstanceTypeDef, int], ...]

    @property
    def used(self) -> int:
        """How many instances have a task of the puzzle."""
        return sum(bool(tasks) for _, tasks in self.instances)

    @property
    def hourly(self) -> float:
        """US dollars an hour for the instances that are used."""
        return self.used * prices.instance_hour(TYPE)

    @property
    def whole(self) -> bool:
        """Whether every task is placed, and none too many."""
        return self.placed == self.families

    def _table(self) -> Table:
        rows = [
            (
                each["ec2InstanceId"],
                f"{tasks}",
                f"{remaining(each, 'CPU'):,}",
                f"{remaining(each, 'MEMORY'):,}",
            )
            for each, tasks in self.instances
        ]
        counts = ", ".join(f"{self.placed[name]} of {count} {name}" for name, count in self.families.items())
        price = f"{prices.dollars(self.hourly)} an hour ({prices.INSTANCES_AS_OF})"
        title = f"Placed: {counts}. Instances used: {self.used}, {price}."
        return Table(title, ("instance", "tasks", "CPU left", "MiB left"), tuple(rows))


def families(lab: Connection) -> dict[str, int]:
    """The names of the two families, and how many tasks of each there are to be."""
    return {f"{lab.name(NAME)}-{kind}": count for kind, (_, _, count) in SIZES.items()}


def puzzle(lab: Connection, budget: float | None = None) -> Puzzle:
    """Three instances in a group `adgu-puzzle`, and two families; made if not there; how it stands.

    Args:
        budget: US dollars that you agree to; asked for on a real account, unless the instances are there.

    Raises:
        NotConfirmed: on a real account, without a budget that covers two hours; the message says the price.
        NotThere: cluster, image or execution role is missing.
    """
    arguments.lab(lab)
    group = instance_group.group(lab, lab.name(NAME))
    if not group:
        must_be_agreed(lab, budget, INSTANCES * prices.instance_hour(TYPE), "the puzzle")
    for kind, (cpu, memory, _) in SIZES.items():
        task_definition.register(
            lab, family=f"{lab.name(NAME)}-{kind}", cpu=cpu, memory=memory, networkMode="bridge",
            requiresCompatibilities=["EC2"], placementConstraints=[OF_THE_GROUP],
        )  # fmt: skip
    if not group:
        instance_group.create(lab, lab.name(NAME), INSTANCES, attributes={NAME: "yes"}, most=INSTANCES)
    lab.wait(lambda: len(_instances(lab)) == INSTANCES, "the instances of the puzzle", limit=900)
    return score(lab)


def score(lab: Connection) -> Puzzle:
    """How the puzzle stands, read from the account."""
    wanted = families(lab)
    tasks = [
        task for task in task_reader.of_cluster(lab, lab.names.cluster)
        if task["desiredStatus"] == "RUNNING" and task_reader.task_family(task) in wanted
    ]  # fmt: skip
    placed = {name: sum(task_reader.task_family(task) == name for task in tasks) for name in wanted}
    return Puzzle(wanted, placed, tuple((each, _count(each, tasks)) for each in _instances(lab)))


def _instances(lab: Connection) -> list[ContainerInstanceTypeDef]:
    return [
        each
        for each in container_instance.of_cluster(lab)
        if attribute(each, NAME) and each["agentConnected"]
    ]


def _count(instance: ContainerInstanceTypeDef, tasks: list[TaskTypeDef]) -> int:
    return sum(task.get("containerInstanceArn") == instance["containerInstanceArn"] for task in tasks)


def delete_puzzle(lab: Connection) -> bool:
    """Delete the puzzle's group with its instances, template and tasks; True if it was there.

    The instance profile goes, too, if no other launch template of the lesson is there.
    """
    arguments.lab(lab)
    gone = instance_group.delete(lab, lab.name(NAME))
    if not instance_group.template(lab, lab.name(instance_group.GROUP)):
        instance_group.instance_profile.delete(lab)
    return gone
