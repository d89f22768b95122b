"""A figure of a cluster that is drawn anew whenever the account changes."""

import time
from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import traitlets

from ecslab.connection.connection import Connection
from ecslab.figures import Figure
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.live_view import LiveView
from ecslab.widgets.view import module

_EVERY: Final = {"sandbox": 1.0, "aws": 5.0}
"""Seconds of wall time between two looks."""
_PATIENCE: Final = {"sandbox": 180.0, "aws": 900.0}
"""Seconds of wall time without news after which it is no longer watched."""

_SHARE: Final = 4
"""It waits so many times as long as a look took: a large account is looked at less often."""


class PictureView(LiveView):
    """Follow what a figure shows, until nothing has changed for a while; a button then looks again.

    Args:
        lab: where the cluster is.
        cluster: the lesson's cluster unless given.
        feeder: makes what keeps the view up to date; `ThreadFeeder` unless told otherwise.
        wall: the wall clock, in seconds.

    Its own looks are not among `lab.calls()`. A notebook that is saved as HTML holds the picture as it was
    when the cell ran.

    Raises:
        NotThere: there is no such cluster.
    """

    followed = "the cluster"

    _esm = module("live_foot.js", "picture_view.js")
    heading = traitlets.Unicode().tag(sync=True)
    source = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        lab: Connection,
        cluster: str | None = None,
        feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(lab, _EVERY[lab.where], feeder, wall)
        self._cluster = cluster or lab.names.cluster
        self._began = datetime.fromtimestamp(self._lab.aws_time().now, UTC)
        self._show(self._draw())
        self._follow()

    @abstractmethod
    def _draw(self) -> Figure:
        """The figure, of the account as it is now."""

    def text(self) -> str:
        """What the picture shows, in words."""
        return "\n".join([str(self._figure), *filter(None, (self.clock, self.trouble))])

    def _refresh(self) -> float | None:
        began, before = self._wall(), self._figure.svg
        figure = self._draw()
        self.trouble = ""
        self._show(figure)
        if figure.svg != before:
            self._changed = self._wall()
        pause = max(self._every, _SHARE * (self._wall() - began))
        return pause if self._quiet() < _PATIENCE[self._lab.where] else None

    def _show(self, figure: Figure) -> None:
        self._figure = figure
        with self.hold_sync():
            self.heading, self.words = figure.title, figure.description
            self.source, self.style = figure.source, figure.style
            self._tell_time(self._began)

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict[str, object], dict[str, object]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {"text/html": self._figure._repr_mimebundle_()["text/html"]} | data, metadata
