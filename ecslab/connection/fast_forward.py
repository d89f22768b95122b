"""A place in the sandbox whose time goes on from event to event, however it passes otherwise."""

from typing import Any

from ecslab.connection.place import Place


class FastForward:
    """Everything of a place but its pace."""

    stepped = True

    def __init__(self, place: Place):
        self._place = place

    def __getattr__(self, name: str) -> Any:
        return getattr(self._place, name)

    def pass_time(self, _seconds: float, most: float) -> float:
        """Go to the next thing that happens, `most` virtual seconds on at most."""
        return float(self._place.control("advance", to_next=True, seconds=most)["moved"])
