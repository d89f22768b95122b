"""ECR's refusals that moto has no class for; `errors.toml` has their sentences."""

from typing import Final

from moto.core.exceptions import ServiceException

from ecslab.sandbox.world.texts import Sentences

_SENTENCES: Final = Sentences(__file__)


class EcrError(ServiceException):  # type: ignore[misc]  # moto ships no types
    """A refusal by ECR. moto reads the service off the module's name, which would not be `ecr` here."""

    __module__ = "moto.ecr.exceptions"


def refusal(kind: str, /, **parts: object) -> EcrError:
    """The refusal of this kind, with the parts of its sentence filled in."""
    code, _, message = _SENTENCES(kind, **parts).partition(": ")
    return EcrError(code, message)


def invalid_parameter(name: str, constraint: str) -> EcrError:
    return refusal("invalid_parameter", name=name, constraint=constraint)
