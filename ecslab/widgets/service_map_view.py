"""The map of services, live."""

import time
from collections.abc import Callable

from ecslab.connection.connection import Connection
from ecslab.figures import Figure
from ecslab.operations import service_map
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.picture_view import PictureView


class ServiceMapView(PictureView):
    """Follow who of a cluster's services reaches whom, and the last answer on each line.

    Args:
        lab: where the cluster is.
        cluster: the lesson's cluster unless given.
        feeder: makes what keeps the view up to date; `ThreadFeeder` unless told otherwise.
        wall: the wall clock, in seconds.

    `ecslab.service_map.draw` gives the same picture once; `ecslab.terminal.ask` has a task ask.

    Raises:
        NotThere: there is no such cluster.
    """

    followed = "the cluster"

    def __init__(
        self,
        lab: Connection,
        cluster: str | None = None,
        feeder: Callable[[], Feeder] = ThreadFeeder,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster or lab.names.cluster
        super().__init__(lab, feeder, wall)

    def _draw(self) -> Figure:
        return service_map.draw(self._lab, self._cluster)
