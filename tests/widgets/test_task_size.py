import pytest
import traitlets
from node_page import needs_node, run_view

from ecslab.widgets import TaskSizePicker
from ecslab.widgets.sizes import MEMORIES, nearest_memory, price, problem, size_rows


def test_there_are_74_sizes():
    assert sum(len(row["memories"]) for row in size_rows()) == 74


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        ("1024", "9216"), ("1024", "2560"), ("2048", "17408"), ("4096", "31744"), ("8192", "17408"),
        ("8192", "18432"), ("8192", "62464"), ("16384", "33792"), ("16384", "36864"), ("16384", "131072"),
        ("32768", "65536"), ("512", "512"),
    ],
)  # fmt: skip
def test_pairs_that_fargate_refused_are_not_offered(cpu, memory):
    assert problem(cpu, memory)


def test_the_smallest_task_costs_nine_dollars_a_month():
    assert price("256", "512") == "$0.0123 an hour, $9.01 a month of 730 hours"


def test_half_a_vcpu_with_half_a_gigabyte_moves_to_the_nearest_pair():
    picker = TaskSizePicker()
    picker.cpu = "512"
    assert (picker.cpu, picker.memory) == ("512", "1024")
    assert picker.price == price("512", "1024")


def test_a_pair_that_fargate_has_is_left_alone():
    picker = TaskSizePicker(cpu=1024, memory=4096)
    assert (picker.cpu, picker.memory) == ("1024", "4096")
    picker.cpu = "2048"
    assert picker.memory == "4096"


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("512", "512"), "memory '512' does not go with cpu '512'; it takes: 1024, 2048, 3072, 4096"),
        (("300", "512"), "cpu '300' is none of Fargate's sizes; it offers: 256, 512, 1024, 2048, 4096, .*"),
    ],
)  # fmt: skip
def test_a_pair_that_fargate_lacks_is_refused_with_those_it_has(pair, message):
    with pytest.raises(traitlets.TraitError, match=f"^{message}$"):
        TaskSizePicker(*pair)


@pytest.mark.parametrize(("name", "value"), [("cpu", "300"), ("memory", "512"), ("memory", "lots")])
def test_a_wrong_value_set_later_changes_nothing(name, value):
    picker = TaskSizePicker("512", "2048")
    with pytest.raises(traitlets.TraitError):
        setattr(picker, name, value)
    assert (picker.cpu, picker.memory) == ("512", "2048")


@pytest.mark.parametrize("cpu", MEMORIES)
def test_the_nearest_memory_always_goes_with_the_cpu(cpu):
    assert problem(str(cpu), nearest_memory(str(cpu), "5000")) == ""


def test_it_says_in_words_what_it_shows():
    data, _ = TaskSizePicker()._repr_mimebundle_()
    first, second, third = data["text/plain"].splitlines()
    assert first == "Task size: 0.25 vCPU, 0.5 GB (cpu 256, memory 512)"
    assert second == "$0.0123 an hour, $9.01 a month of 730 hours"
    assert "us-east-1" in third


@needs_node
def test_the_view_offers_only_what_goes_together_and_follows_python():
    run_view(
        TaskSizePicker(),
        """
        const [cpu, memory] = el.tags("select");
        assert.deepEqual(memory.children.map((option) => option.value), ["512", "1024", "2048"]);
        cpu.value = "512";
        cpu.fire("change");
        assert.deepEqual(model.saved, [{ cpu: "512" }]);
        model.change({ memory: "1024", price: "<b>$1</b>" });
        assert.deepEqual(memory.children.map((option) => option.value), ["1024", "2048", "3072", "4096"]);
        assert.equal(memory.value, "1024");
        assert.equal(el.only("output").textContent, "<b>$1</b>");
        assert.equal(el.only("fieldset").getAttribute("data-size"), "512/1024");
        """,
    )
