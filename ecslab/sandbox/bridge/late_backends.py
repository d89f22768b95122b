"""moto's backends of services that most lessons never use, imported when the first call needs them."""

from typing import Any, Literal

from moto.backends import get_backend

from ecslab.sandbox.bridge.account import current_account

Service = Literal["acm", "iam", "kms", "route53", "s3", "secretsmanager", "ssm", "sts"]


def backend(service: Service, region: str = "aws") -> Any:
    """The account's backend of a service; those that know no Region have one alone."""
    if service == "ssm":
        from ecslab.sandbox.bridge import ssm

        ssm.install()
    return get_backend(service)[current_account().id][region]
