"""The drawing of container instances is to scale, and says what it leaves out."""

import pytest
from gallery import a_cluster, a_crowd, instance, placed
from geometry import read
from hypothesis import given
from hypothesis import strategies as st

from ecslab import figures
from ecslab.resources.container_instance.layout import Capacity

APART = "Sizes differ too much for one scale"


def bars(*instances):
    """Of each instance the width of its CPU bar, and those of the tasks in it, in pixels."""
    layout = read(figures.instances(Capacity("c", instances, ())).svg)
    shapes = layout.rects[1:]
    boxes = [shape for shape in shapes if shape.bottom - shape.top == 176]
    rows = []
    for box in boxes:
        inside = [shape for shape in shapes if shape != box and box.holds(shape)]
        top = min(shape.top for shape in inside)
        first, *tasks = (shape for shape in inside if shape.top == top)
        rows.append((first.right - first.left, [task.right - task.left for task in tasks]))
    return rows


@given(st.lists(st.integers(64, 512), min_size=1, max_size=4))
def test_a_task_is_as_wide_as_its_share(units):
    ((whole, tasks),) = bars(instance(*(placed(cpu=each) for each in units), cpu=2048))
    assert tasks == [pytest.approx(each / 2048 * whole, abs=1.5) for each in units]


def test_instances_are_drawn_to_one_scale_unless_they_differ_too_much():
    (small, _), (large, _) = bars(instance(cpu=2048), instance(cpu=8192))
    assert small == pytest.approx(large / 4, abs=1)
    near = Capacity("c", (instance(cpu=2048), instance(cpu=8192)), ())
    far = Capacity("c", (instance(cpu=1024), instance(cpu=65536)), ())
    assert APART not in figures.instances(near).svg
    assert APART in figures.instances(far).svg
    (small, _), (large, _) = bars(*far.instances)
    assert small == large


def test_a_crowd_is_counted_and_what_is_no_task_is_named():
    crowd = figures.instances(a_crowd())
    assert "Not drawn: 37 container instances more." in crowd.svg
    assert str(crowd).endswith("37 container instances more.\n15 tasks more.")
    assert "used, and by none of these tasks" in figures.instances(a_cluster()).svg
    assert "used, and by none" not in figures.instances(Capacity("c", (instance(placed()),), ())).svg


def test_what_is_not_well_is_said_in_words():
    description = str(figures.instances(a_cluster()))
    assert "DRAINING, agent not connected" in description
    assert "RUNNING, to be STOPPED" in description
    assert "waits for a-capacity-provider, 256 CPU units, 512 MiB, PROVISIONING." in description
    assert "mi-0a1b2c3d4e5f60718, External: ACTIVE" in description
