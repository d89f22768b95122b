"""What is not there is an answer, not an error: describe calls give None, deletes find nothing to do."""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from botocore.exceptions import ClientError

Parameters = ParamSpec("Parameters")
Response = TypeVar("Response")

# What the services of the lesson call "no such thing".
MISSING: Final = frozenset(
    {
        "RepositoryNotFoundException", "ImageNotFoundException", "ClusterNotFoundException", "NoSuchEntity",
        "ResourceNotFoundException", "InvalidGroup.NotFound", "InvalidNetworkInterfaceID.NotFound",
        "InvalidSubnetID.NotFound", "InvalidVpcID.NotFound", "LoadBalancerNotFound", "TargetGroupNotFound",
        "ListenerNotFound", "RuleNotFound", "ServiceNotFoundException", "ServiceNotActiveException",
        "ObjectNotFoundException", "NamespaceNotFound", "ServiceNotFound", "InstanceNotFound",
        "InvalidInstanceID.NotFound", "InvalidLaunchTemplateId.NotFound",
        "InvalidLaunchTemplateName.NotFoundException", "InvalidActivation", "InvalidInstanceId",
        "InvalidResourceId", "DaemonNotFoundException",
    }
)  # fmt: skip


def error_code(error: ClientError) -> str:
    """The error's code, as the service spells it."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_message(error: ClientError) -> str:
    """The error's message, as the service wrote it."""
    return str(error.response.get("Error", {}).get("Message", ""))


def or_none_if_missing(
    call: Callable[Parameters, Response], *args: Parameters.args, **arguments: Parameters.kwargs
) -> Response | None:
    """What the call returns, or None where AWS says that the thing is not there.

    Raises:
        ClientError: refused for any other reason.
    """
    try:
        return call(*args, **arguments)
    except ClientError as error:
        if error_code(error) in MISSING:
            return None
        raise
