"""Which service a request is about: namespace, resource id and scalable dimension; and pages of lists."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ecslab.sandbox.bridge import page_tokens
from ecslab.sandbox.bridge.autoscaling import state
from ecslab.sandbox.bridge.autoscaling.constraints import invalid
from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.scaling.target import ScalableTarget

Request = Mapping[str, Any]
Answer = Mapping[str, object]
_SERVICE: Final = re.compile(r"service/[a-zA-Z0-9_-]{1,255}/[a-zA-Z0-9_-]{1,255}")
_MISMATCH: Final = "Unsupported service namespace, resource type or scalable dimension"
PAGE: Final = 50
_MOST: Final = 100  # U: what AWS's limit is; its documentation says 50


def resource_of(params: Request) -> str:
    """The resource id of a request that names a service of ECS.

    Raises:
        AwsError: it names something else.
    """
    resource, dimension = str(params["ResourceId"]), str(params["ScalableDimension"])
    namespace = str(params["ServiceNamespace"])
    if dimension.partition(":")[0] != namespace and namespace == state.NAMESPACE:
        raise AwsError("AccessDeniedException", "Account is not authorized")
    fits = dimension.startswith(f"{namespace}:")
    if not fits or (namespace == state.NAMESPACE) != bool(_SERVICE.fullmatch(resource)):
        raise invalid(_MISMATCH)
    if namespace != state.NAMESPACE:
        raise invalid(f"This sandbox does not carry scaling of {namespace}: it scales services of ECS alone.")
    return resource


def registered(region: str, params: Request) -> ScalableTarget:
    """The target that a request names, to be changed; ObjectNotFoundException if it is not registered."""
    target = state.of(region).targets.get(resource_of(params))
    if target is None:
        raise not_found("scalable target registered", params)
    return target


def not_found(what: str, params: Request, **names: str) -> AwsError:
    """ObjectNotFoundException: `No <what> for service namespace: …`, and so on."""
    parts = {
        "service namespace": params["ServiceNamespace"],
        "resource ID": params["ResourceId"],
        "scalable dimension": params["ScalableDimension"],
        **{name.replace("_", " "): value for name, value in names.items()},
    }
    rest = ", ".join(f"{name}: {value}" for name, value in parts.items())
    return AwsError("ObjectNotFoundException", f"No {what} for {rest}")


def chosen(region: str, params: Request) -> list[ScalableTarget]:
    """The targets that a request to describe something is about; none of other namespaces than ECS's."""
    resource, dimension = params.get("ResourceId"), params.get("ScalableDimension")
    if dimension and not (resource or params.get("ResourceIds")):
        raise invalid("If you specify a scalable dimension, you must also specify a resource ID.")  # U
    if params["ServiceNamespace"] != state.NAMESPACE or dimension not in (None, state.DIMENSION):
        return []
    return [
        target for target in state.of(region).targets.values() if resource in (None, target.resource)
    ]  # fmt: skip


def page(member: str, rows: Sequence[object], params: Request, default: int = PAGE) -> Answer:
    """One page of rows under a member, with a NextToken if there is more.

    Raises:
        AwsError: a token that this sandbox never gave, or a MaxResults that is none.
    """
    size, start = params.get("MaxResults", default), _start(params.get("NextToken"))
    if problem := page_tokens.size_problem(size, _MOST, "maxResults"):  # U: the sentence
        raise invalid(problem)
    return page_tokens.page(member, rows, start, size)


def _start(token: str | None) -> int:
    start = page_tokens.start(token)
    if start is None:
        raise AwsError("InvalidNextTokenException", "The NextToken value is not valid")
    return start
