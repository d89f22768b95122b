"""AWS's models of its services, by signing name: as botocore carries them, each read once."""

from functools import cache
from typing import Final

from botocore.exceptions import UnknownServiceError
from botocore.model import ServiceModel

NAMES: Final = {
    # signing name: botocore's, where it is another
    "elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi",
    "states": "stepfunctions", "email": "ses",
}  # fmt: skip


@cache
def service_model(service: str) -> ServiceModel | None:
    """The model; None for a service that botocore does not know."""
    from moto.core.utils import get_service_model

    try:
        model: ServiceModel = get_service_model(NAMES.get(service, service))
    except UnknownServiceError:
        return None
    return model
