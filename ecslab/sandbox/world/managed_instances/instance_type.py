"""An EC2 instance type, by what requirements ask of it, and by what it costs.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html
"""

from dataclasses import dataclass


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
        price: dollars an hour, on demand; None where nobody knows.
        rate: dollars an hour of a vCPU of its family's `large`, by which families are compared; or None.
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
    price: float | None = None
    rate: float | None = None

    @property
    def family(self) -> str:
        """`m5` of `m5.large`."""
        return self.name.partition(".")[0]

    @property
    def rank(self) -> tuple[float, str]:
        """The order in which types are looked at: by price, those without one last."""
        return (float("inf") if self.price is None else self.price), self.name
