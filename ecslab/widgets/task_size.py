"""A picker that offers only the task sizes that Fargate has."""

import traitlets

from ecslab.widgets import sizes as fargate
from ecslab.widgets.view import View, module


class TaskSizePicker(View):
    """Choose the CPU and memory of a Fargate task.

    Args:
        cpu: CPU units as a string, `"256"` to `"16384"`; 1024 are one vCPU.
        memory: MiB as a string. When `cpu` changes, it moves to the nearest size that goes with it.

    `.cpu` and `.memory` are what RegisterTaskDefinition takes. A pair that Fargate does not have raises
    `traitlets.TraitError`, which names those it has.
    """

    _esm = module("task_size.js")
    cpu = traitlets.Unicode("256").tag(sync=True)
    memory = traitlets.Unicode("512").tag(sync=True)
    sizes = traitlets.List(traitlets.Dict()).tag(sync=True)
    price = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode(fargate.PRICE_NOTE).tag(sync=True)

    def __init__(self, cpu: str | int = "256", memory: str | int = "512") -> None:
        cpu, memory = str(cpu), str(memory)
        if wrong := fargate.problem(cpu, memory):
            raise traitlets.TraitError(wrong)
        super().__init__(cpu=cpu, memory=memory, sizes=fargate.size_rows(), price=fargate.price(cpu, memory))
        self.observe(self._follow, names=["cpu", "memory"])

    def text(self) -> str:
        """Size and price, in three lines."""
        size = f"{fargate.vcpu(int(self.cpu))}, {fargate.gigabytes(int(self.memory))}"
        return f"Task size: {size} (cpu {self.cpu}, memory {self.memory})\n{self.price}\n{self.note}"

    def _follow(self, change: traitlets.Bunch) -> None:
        """Keep pair and price together after one of them changed; put back what Fargate does not have."""
        if change["name"] == "cpu" and fargate.is_cpu(self.cpu):
            self.memory = fargate.nearest_memory(self.cpu, self.memory)
        if wrong := fargate.problem(self.cpu, self.memory):
            self.set_trait(change["name"], change["old"])
            raise traitlets.TraitError(wrong)
        self.price = fargate.price(self.cpu, self.memory)
