"""An EC2 instance type, by what requirements ask of it, and its price.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from ecslab.sandbox.world.texts import tables

_LARGE: Final = 2
"""vCPUs of the size whose price the table has."""


@dataclass(frozen=True, slots=True)
class InstanceType:
    """A type of EC2 instance.

    Attributes:
        memory: MiB.
        architecture: `x86_64` or `arm64`.
        manufacturer: of its processor, as requirements name it: `intel`, `amd` or `amazon-web-services`.
        interfaces: network interfaces that an instance may have.
        storage: GB of local storage, 0 without; `storage_types`: `hdd` or `ssd`.
        ebs: baseline bandwidth to EBS, in Mbps; `bandwidth`: that of the network, in Gbps.
        accelerated: whether it has GPUs or other accelerators.
    """

    name: str
    cpus: int
    memory: int
    architecture: str
    manufacturer: str
    interfaces: int
    current: bool = True
    bare_metal: bool = False
    burstable: bool = False
    hibernates: bool = False
    storage: float = 0.0
    storage_types: frozenset[str] = frozenset()
    ebs: int = 0
    bandwidth: float = 0.0
    accelerated: bool = False

    @property
    def family(self) -> str:
        """`m5` of `m5.large`."""
        return self.name.partition(".")[0]

    @property
    def price(self) -> float | None:
        """Dollars an hour, on demand; None where the table does not have its family."""
        large = _prices().get(self.family)
        return None if large is None else large * self.cpus / _LARGE

    @property
    def rank(self) -> tuple[float, str]:
        """The order in which types are looked at: by price, those without one last."""
        return (float("inf") if self.price is None else self.price), self.name


@cache
def _prices() -> Mapping[str, float]:
    families: dict[str, float] = {}
    for prices in tables(__file__).values():
        families |= prices
    return families
