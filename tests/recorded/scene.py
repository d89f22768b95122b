"""What one case stands on: its symbols, the setups that bind them, and what to take away after it."""

import base64
import re
import uuid
from collections.abc import Callable
from typing import Any

from tests.recorded.place import Place


class Scene(dict[str, Any]):
    """The symbols of one case, by name."""

    def __init__(self, place: Place):
        super().__init__(place.symbols)
        self.place = place
        self.undo: list[Callable[[], object]] = []

    def call(self, service: str, operation: str, /, **members: Any) -> Any:
        return getattr(self.place.client(service), operation)(**members)

    def wait(
        self, what: str, ask: Callable[[], bool], *, seconds: float, step: float = 1, must: bool = True
    ) -> None:
        """Let at most these virtual seconds pass until `ask` says yes."""
        if not self.place.wait(ask, seconds, step) and must:
            raise TimeoutError(f"{what}: not seen in {seconds:g} s of the sandbox's time")

    def fill(self, value: Any) -> Any:
        """The value with its symbols (`$cluster`) replaced; `{"$b64": ...}` becomes bytes."""
        if isinstance(value, dict):
            if value.keys() == {"$b64"}:
                return base64.b64decode(value["$b64"])
            return {key: self.fill(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self.fill(part) for part in value]
        if isinstance(value, str):
            return re.sub(r"\$([a-z][a-z_0-9]*)", lambda match: str(self[match[1]]), value)
        return value


Setup = Callable[[Scene], object]
SETUPS: dict[str, Setup] = {}


def setup(prepare: Setup) -> Setup:
    """Make a function known to the cases by its name."""
    SETUPS[prepare.__name__] = prepare
    return prepare


def shared(make: Callable[[Scene], dict[str, str]]) -> Setup:
    """A setup that is carried out once at a place: the symbols it returns serve every case."""

    def once(scene: Scene) -> None:
        if make.__name__ not in scene.place.ids_by_setup:
            scene.place.ids_by_setup[make.__name__] = make(scene)
        scene.update(scene.place.ids_by_setup[make.__name__])

    SETUPS[make.__name__] = once
    return once


def unique() -> str:
    """A name nobody else has."""
    return "cap-" + uuid.uuid4().hex[:12]


def tags(values: dict[str, str]) -> list[dict[str, str]]:
    """As ECS takes them."""
    return [{"key": key, "value": value} for key, value in values.items()]
