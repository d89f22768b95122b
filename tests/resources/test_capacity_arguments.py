"""What a learner may pass to the helpers of notebook 11 by mistake: three lines, and nothing is made."""

import pytest

from ecslab import (
    capacity,
    cluster,
    container_instance,
    external_machine,
    instance_group,
    managed_instances,
    spot,
)
from ecslab.errors import BadArgument, CannotBeDone, EcslabError, NotThere

CODE = {"ActivationId": "a", "ActivationCode": "sesame"}
WRONG = {
    "fits of 0": (lambda lab: capacity.break_even_curve(0), "fits is 0."),
    "fits below 0": (lambda lab: capacity.break_even_curve(-1), "fits is -1."),
    "fits in words": (lambda lab: capacity.break_even_curve("three"), "fits is 'three'."),
    "fits of a half": (lambda lab: capacity.break_even_curve(0.5), "fits is 0.5."),
    "fits of no number": (lambda lab: capacity.break_even_curve(float("nan")), "fits is nan."),
    "minutes of yesterday": (lambda lab: capacity.reservation(lab, -5), "minutes is -5."),
    "minutes in words": (lambda lab: capacity.reservation(lab, "x"), "minutes is 'x'."),
    "waiting for none": (lambda lab: container_instance.wait_until_registered(lab, -1), "count is -1."),
    "waiting for a word": (lambda lab: container_instance.wait_until_registered(lab, "2"), "count is '2'."),
    "tasks of an id": (lambda lab: container_instance.tasks(lab, "i-1"), "instance is 'i-1'."),
    "tasks of nothing": (lambda lab: container_instance.tasks(lab, None), "instance is None."),
    "the agent of an id": (lambda lab: container_instance.connect_agent(lab, "i", connected=True), "'i'."),
    "a table of a number": (lambda lab: container_instance.table(lab, 3), "cluster is 3."),
    "a group of -1": (lambda lab: instance_group.create(lab, count=-1), "count is -1."),
    "a group over its bound": (lambda lab: instance_group.create(lab, count=9), "a whole number from 0 to 4"),
    "a group in words": (lambda lab: instance_group.create(lab, count="2"), "count is '2'."),
    "a group called 7": (lambda lab: instance_group.create(lab, 7), "name is 7."),
    "a group called nothing": (lambda lab: instance_group.create(lab, ""), "name is ''."),
    "attributes as a text": (lambda lab: instance_group.create(lab, attributes="a"), "attributes is 'a'."),
    "an attribute that ends the script's quotation": (
        lambda lab: instance_group.create(lab, attributes={"a": "'; reboot #"}), "without quotation marks",
    ),
    "user data of a command": (lambda lab: instance_group.user_data("a; reboot"), "cluster is 'a; reboot'."),
    "user data of the lab": (instance_group.user_data, "the name of a cluster"),
    "user data of nothing": (lambda lab: instance_group.user_data(""), "cluster is ''."),
    "the group None": (lambda lab: instance_group.group(lab, None), "name is None."),
    "the template None": (lambda lab: instance_group.template(lab, None), "name is None."),
    "the provider None": (lambda lab: instance_group.provider(lab, None), "name is None."),
    "the cluster in no template": (lambda lab: instance_group.cluster_in(None), "template is None."),
    "an activation without its id": (
        lambda lab: external_machine.register(lab, {"ActivationCode": "sesame"}),
        "activation is a mapping with ActivationCode.",
    ),
    "no activation": (lambda lab: external_machine.register(lab, None), "activation is None."),
    "a patch of a number": (lambda lab: managed_instances.patch(lab, 3), "instance is 3."),
    "an interruption of a number": (lambda lab: spot.interrupt(lab, 3), "task is 3."),
}  # fmt: skip


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """A lab with an empty cluster, which stays so."""
    import ecslab

    home = tmp_path_factory.mktemp("quiet")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        cluster.create(lab)
        yield lab


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_in_three_lines_and_nothing_is_made(quiet, what):
    call, says = WRONG[what]
    made = len(quiet.ledger.entries())
    with pytest.raises(BadArgument) as refused:
        call(quiet)
    message = str(refused.value)
    assert says in message and "sesame" not in message
    first, expected, next_step = message.splitlines()
    assert first.endswith(".") and (expected[:12], next_step[:12]) == ("  expected: ", "  next:     ")
    assert len(quiet.ledger.entries()) == made


NEEDS_A_LAB = (
    capacity.page, capacity.puzzle, capacity.reservation, capacity.delete, capacity.delete_puzzle,
    container_instance.of_cluster, container_instance.table, container_instance.draw, instance_group.create,
    instance_group.delete, external_machine.role, external_machine.machines, external_machine.delete,
    managed_instances.patch, spot.interrupt, container_instance.wait_until_registered,
)  # fmt: skip


@pytest.mark.parametrize("call", NEEDS_A_LAB, ids=lambda call: f"{call.__module__}.{call.__name__}")
@pytest.mark.parametrize("lab", [None, "lab"])
def test_without_a_lab_it_says_which_cell_to_run(call, lab):
    with pytest.raises(BadArgument, match=r"lab = ecslab\.connect\(\)") as refused:
        call(lab)
    assert len(str(refused.value).splitlines()) == 3


NOT_THERE = {
    "a type that does not exist": (lambda lab: capacity.instance_hour("x9.large"), NotThere, "'x9.large'"),
    "a type that is no text": (lambda lab: capacity.break_even_curve(3, 5), NotThere, "type 5 is not known"),
    "a machine that is not registered": (
        lambda lab: container_instance.connect_agent(lab, {"ec2InstanceId": "i-1"}, connected=False),
        CannotBeDone, "no container instance i-1 is registered here",
    ),
    "a wrong code": (lambda lab: external_machine.register(lab, CODE), CannotBeDone, "no activation 'a'"),
    "a machine of -1 vCPUs": (
        lambda lab: external_machine.register(lab, CODE, vcpus=-1), CannotBeDone, "vcpus must be from 1 to",
    ),
    "no managed instance": (lambda lab: managed_instances.patch(lab, "i"), CannotBeDone, "managed instance"),
    "a task that does not run": (lambda lab: spot.interrupt(lab, "nope"), CannotBeDone, "no task nope runs"),
    "no such cluster": (lambda lab: container_instance.draw(lab, "none"), NotThere, "no cluster none"),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_THERE)
def test_what_is_not_there_is_named(quiet, what):
    call, kind, says = NOT_THERE[what]
    with pytest.raises(kind, match=says) as refused:
        call(quiet)
    assert isinstance(refused.value, EcslabError) and len(str(refused.value).splitlines()) <= 3


def test_an_empty_cluster_is_no_error(quiet):
    assert container_instance.of_cluster(quiet) == [] == external_machine.machines(quiet)
    assert "No container instance is registered in" in f"{container_instance.table(quiet)}"
    assert "No datapoint yet." in f"{capacity.reservation(quiet)}"
    assert container_instance.draw(quiet) and not capacity.delete_puzzle(quiet)
