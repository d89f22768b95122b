import pytest

from ecslab.sandbox.world.task_definition.sizes import PAIRS, cpu_units, fits_fargate, mebibytes
from ecslab.sandbox.world.time.durations import Durations


def test_there_are_74_pairs():
    assert len(PAIRS) == 74


REFUSED = [
    (1024, 9216), (1024, 2560), (2048, 17408), (4096, 31744), (8192, 17408), (8192, 18432), (8192, 62464),
    (16384, 33792), (16384, 36864), (16384, 131072), (32768, 65536),
]  # fmt: skip


@pytest.mark.parametrize(("cpu", "memory"), REFUSED)
def test_pairs_that_the_live_service_refused(cpu, memory):
    assert not fits_fargate(cpu, memory)


def test_windows_needs_a_whole_cpu():
    assert fits_fargate(256, 512)
    assert not fits_fargate(256, 512, windows=True)
    assert fits_fargate(1024, 2048, windows=True)


CPUS = [("256", 256), (".25 vCPU", 256), ("0.5vcpu", 512), ("1 vCPU", 1024)]


@pytest.mark.parametrize(("text", "units"), CPUS)
def test_cpu_spellings(text, units):
    assert cpu_units(text) == units


@pytest.mark.parametrize(("text", "mib"), [("512", 512), ("0.5 GB", 512), ("1GB", 1024), ("2 gb", 2048)])
def test_memory_spellings(text, mib):
    assert mebibytes(text) == mib


@pytest.mark.parametrize("text", ["", "lots", "1 GB", ".25", "-1", "1.00001 vCPU", "256 256"])
def test_a_cpu_that_cannot_be_read(text):
    with pytest.raises(ValueError):
        cpu_units(text)


def test_a_pull_takes_a_second_and_its_size():
    assert Durations().pull(0, "") == 1.0
    assert Durations().pull(62 * 2**20, "") == 3.0
