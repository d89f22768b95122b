"""moto's backends of services that most lessons never use, imported when the first call needs them."""

from typing import Any, Literal

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from ecslab.sandbox.bridge.account import current_account

Service = Literal["acm", "iam", "kms", "route53", "s3", "secretsmanager", "ssm", "sts"]


def backend(service: Service, region: str = "aws") -> Any:
    """The account's backend of a service; those that know no Region have one alone."""
    install(service)
    return get_backend(service)[current_account().id][region]


def install(service: str) -> None:
    """Put what is ours of a service (by its signing name) in the place of moto's, if there is any."""
    if service == "acm":
        from ecslab.sandbox.bridge import acm

        acm.install()
    elif service == "kms":
        from ecslab.sandbox.bridge import kms

        kms.install()
    elif service == "route53":
        from ecslab.sandbox.bridge import route53

        route53.install()
    elif service == "s3":
        from ecslab.sandbox.bridge import s3

        s3.install()
    elif service == "ssm":
        from ecslab.sandbox.bridge import ssm

        ssm.install()


def backends_in_use(service: str) -> list[Any]:
    """The account's backends of a service, by boto3's name, in each Region in which somebody has used it."""
    account = current_account().id
    return [
        backend
        for held in BackendDict._instances
        if held.service_name == service and account in held
        for backend in held[account].values()
    ]


def backend_in_use(service: str, region: str = "aws") -> Any:
    """The same of any service, by boto3's name; None while nobody has used it."""
    for held in BackendDict._instances:
        if held.service_name == service and current_account().id in held:
            return held[current_account().id].get(region)
    return None
