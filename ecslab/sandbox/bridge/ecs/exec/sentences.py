"""What ECS, and Session Manager's agent in a container, say of sessions."""

from typing import Final

from ecslab.sandbox.world.texts import Sentences

sentence: Final = Sentences(__file__)
