"""Services that moto answers and nothing here stands behind: refused, so that nobody waits for them."""

from typing import Final

from ecslab.sandbox.world.errors import AwsError

SERVICES: Final = {
    "application-autoscaling": "autoscaling",
    "codedeploy": "CodeDeploy",
    "servicediscovery": "service discovery",
}
"""What each is, by its signing name."""


def refuse(service: str) -> None:
    """Raise AwsError, in a plain sentence, for a service that is not carried."""
    if service in SERVICES:
        raise AwsError("ValidationException", f"This sandbox does not carry {SERVICES[service]} yet.")
