"""A machine outside AWS that runs tasks: ECS Anywhere, launch type EXTERNAL. Stage 11.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ecslab.connection.connection import Connection
from ecslab.errors import SandboxOnly
from ecslab.resources import arguments, container_instance
from ecslab.resources import role as roles
from ecslab.resources.container_instance.instance_reader import is_external
from ecslab.resources.instance_group.instance_profile import POLICY, trust

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef

ROLE: Final = "adguAnywhereRole"
POLICIES: Final = ("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", POLICY)


def role(lab: Connection) -> str:
    """The name of the role that such machines take; made if it is not there.

    Systems Manager may assume it. It allows what Systems Manager's agent and the container agent need.
    """
    arguments.lab(lab)
    name = lab.name(ROLE)
    roles.create(lab, name, trust("ssm.amazonaws.com"), *POLICIES)
    return name


def register(
    lab: Connection, activation: Mapping[str, Any], vcpus: int = 2, memory: int = 4096
) -> ContainerInstanceTypeDef:
    """Let a machine outside AWS run the registration script, and wait until it is a container instance.

    Args:
        activation: what CreateActivation answered, with id and code.
        vcpus, memory: what the machine has; memory in MiB.

    Raises:
        BadArgument: `activation` is not what CreateActivation answered.
        SandboxOnly: the lab is on a real account, where you run the script on a machine of your own.
    """
    arguments.lab(lab)
    id_, code = (
        arguments.described(
            "activation", activation, member, "CreateActivation",
            "activation = lab.client('ssm').create_activation(IamRole=…, RegistrationLimit=1)",
        )
        for member in ("ActivationId", "ActivationCode")
    )  # fmt: skip
    if lab.where != "sandbox":
        script = (
            f"ecs-anywhere-install.sh --region {lab.region} --cluster {lab.names.cluster} "
            f"--activation-id {id_} --activation-code <code>"
        )
        instead = f"on a machine of yours, `sudo {script}`; the code is ActivationCode of the activation"
        raise SandboxOnly("external_machine.register()", instead)
    made = lab.control(
        "inject", kind="external-instance", activation_id=id_, activation_code=code,
        cluster=lab.names.cluster, vcpus=vcpus, memory=memory,
    )  # fmt: skip

    def there() -> ContainerInstanceTypeDef | None:
        instances = container_instance.of_cluster(lab)
        return next((each for each in instances if each["ec2InstanceId"] == made["instance"]), None)

    return lab.wait(there, "the machine to register")


def machines(lab: Connection) -> list[ContainerInstanceTypeDef]:
    """The machines outside AWS in the lesson's cluster, as DescribeContainerInstances shows them."""
    return [each for each in container_instance.of_cluster(lab) if is_external(each)]


def delete(lab: Connection) -> int:
    """Deregister every such machine of the lesson's cluster in ECS and in Systems Manager; how many.

    Their activations and the role go, too. Tasks on them end for ECS.
    """
    arguments.lab(lab)
    ssm = lab.client("ssm")
    going = machines(lab)
    for machine in going:
        lab.ecs.deregister_container_instance(
            cluster=lab.names.cluster, containerInstance=machine["containerInstanceArn"], force=True
        )
        ssm.deregister_managed_instance(InstanceId=machine["ec2InstanceId"])
    name = lab.name(ROLE)
    mine = [{"FilterKey": "IamRole", "FilterValues": [name]}]
    for activation in ssm.describe_activations(Filters=mine)["ActivationList"]:
        ssm.delete_activation(ActivationId=activation["ActivationId"])
    roles.delete(lab, name)
    return len(going)
