"""The task sizes that Fargate offers, and what they cost: facts to rows, no widget here.

Source: RegisterTaskDefinition, parameters `cpu` and `memory` (Linux).
"""

from typing import Final

from ecslab.operations.prices import AS_OF, PUBLIC_IPV4_HOUR, dollars, task_hour

HOURS_A_MONTH: Final = 730
MEMORIES: Final = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
"""CPU units (1024 to the vCPU) to the memory sizes in MiB that go with them: 74 pairs."""


def vcpu(cpu: int) -> str:
    """`0.25 vCPU` for 256 CPU units."""
    return f"{cpu / 1024:g} vCPU"


def gigabytes(memory: int) -> str:
    """`0.5 GB` for 512 MiB, as the console spells it."""
    return f"{memory / 1024:g} GB"


def size_rows() -> list[dict[str, object]]:
    """One row a CPU size, with the memory sizes it allows."""
    return [
        {
            "cpu": str(cpu),
            "label": f"{vcpu(cpu)} ({cpu} units)",
            "memories": [{"memory": str(m), "label": f"{gigabytes(m)} ({m} MiB)"} for m in memories],
        }
        for cpu, memories in MEMORIES.items()
    ]


def is_cpu(cpu: str) -> bool:
    """Whether Fargate has a task size of this many CPU units."""
    return cpu in {str(size) for size in MEMORIES}


def problem(cpu: str, memory: str) -> str:
    """Why Fargate refuses this pair, or nothing."""
    if not is_cpu(cpu):
        return f"cpu {cpu!r} is none of Fargate's sizes; it offers: {', '.join(map(str, MEMORIES))}"
    memories = [str(size) for size in MEMORIES[int(cpu)]]
    if memory not in memories:
        return f"memory {memory!r} does not go with cpu {cpu!r}; it takes: {', '.join(memories)}"
    return ""


def nearest_memory(cpu: str, memory: str) -> str:
    """`memory` if it goes with `cpu`, otherwise the nearest size that does."""
    return str(min(MEMORIES[int(cpu)], key=lambda size: abs(size - int(memory))))


def price(cpu: str, memory: str) -> str:
    """What one such task costs, in a line."""
    hour = task_hour(cpu, memory, public_ip=False)
    return f"{dollars(hour)} an hour, ${hour * HOURS_A_MONTH:,.2f} a month of {HOURS_A_MONTH} hours"


PRICE_NOTE: Final = (
    f"us-east-1, Linux on x86, prices of {AS_OF}; a public IPv4 address adds {dollars(PUBLIC_IPV4_HOUR)} an "
    "hour. Billed from image pull to stop, at idle too."
)
