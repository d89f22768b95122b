"""What a container instance registers with, and what its user data tell its agent."""

import pytest

from ecslab.sandbox.world.container_instance.agent_settings import named_values, settings
from ecslab.sandbox.world.container_instance.capabilities import registered_memory, task_interfaces
from ecslab.sandbox.world.container_instance.container_instance import ContainerInstance
from ecslab.sandbox.world.lifecycle import IllegalTransition


@pytest.mark.parametrize(
    ("kind", "limit", "trunking", "tasks"),
    [
        ("c5.large", 3, False, 2),  # both from the developer guide
        ("c5.large", 3, True, 10),
        ("t3.medium", 3, True, 2),
        ("m5.4xlarge", 8, True, 58),
    ],
)
def test_how_many_tasks_have_an_interface_of_their_own(kind, limit, trunking, tasks):
    assert task_interfaces(kind, limit, trunking) == tasks


def test_the_kernel_and_what_is_reserved_are_not_for_tasks():
    assert registered_memory(1024) == 993
    assert registered_memory(1024, 256) == 737
    assert registered_memory(512, 1024) == 0


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("#!/bin/sh\necho ECS_CLUSTER=a >> /etc/ecs/ecs.config", {"ECS_CLUSTER": "a"}),
        ("#!/bin/sh\necho -e 'ECS_CLUSTER=a\\nECS_RESERVED_MEMORY=9' | tee /etc/ecs/ecs.config",
         {"ECS_CLUSTER": "a", "ECS_RESERVED_MEMORY": "9"}),
        ("#!/bin/sh\r\ncat <<-'END' > /etc/ecs/ecs.config\r\n\tECS_CLUSTER=\"a\"\r\n\tEND\r\nECS_CLUSTER=b",
         {"ECS_CLUSTER": "a"}),
        ("#!/bin/sh\necho ECS_CLUSTER=a >> /etc/ecs/ecs.config\necho ECS_B=1 >> /etc/ecs/ecs.config",
         {"ECS_CLUSTER": "a", "ECS_B": "1"}),
        ("#!/bin/sh\necho ECS_CLUSTER=a >> /etc/ecs/config", {}),
        ("echo ECS_CLUSTER=a >> /etc/ecs/ecs.config", {}),
        ("#!/bin/sh\nexport ECS_CLUSTER=a", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_script_writes_to_the_agents_file(script, expected):
    assert settings(script) == expected


@pytest.mark.parametrize("value", ["[1]", "{", '{"a": 1}'])
def test_a_setting_that_is_no_object_of_texts(value):
    with pytest.raises(ValueError, match=r"no object|Expecting"):
        named_values({"ECS_INSTANCE_ATTRIBUTES": value}, "ECS_INSTANCE_ATTRIBUTES")


def test_one_that_is_gone_does_not_come_back():
    instance = ContainerInstance("1", "i-1", 1024, 1000)
    instance.move("drained")
    instance.move("deregistered")
    with pytest.raises(IllegalTransition, match="nothing"):
        instance.move("activated")
    assert instance.version == 3
