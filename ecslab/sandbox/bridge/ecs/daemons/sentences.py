"""The sentences of managed daemons; `sentences.toml` has them, and where they are from."""

from typing import Final

from ecslab.sandbox.world.errors import AwsError
from ecslab.sandbox.world.texts import Sentences

sentence: Final = Sentences(__file__)


def refused(name: str, /, code: str = "InvalidParameterException", **parts: object) -> AwsError:
    """A refusal with one of these sentences."""
    return AwsError(code, sentence(name, **parts))
