"""The sentences of managed instances; `sentences.toml` has them, and where they are from."""

from typing import Final

from ecslab.sandbox.world.texts import Sentences

sentence: Final = Sentences(__file__)
