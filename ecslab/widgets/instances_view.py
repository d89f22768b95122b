"""The container instances of a cluster and its tasks, live."""

import time
from collections.abc import Callable

from ecslab.connection.connection import Connection
from ecslab.figures import Figure
from ecslab.resources import container_instance
from ecslab.widgets.feeder import Feeder, ThreadFeeder
from ecslab.widgets.picture_view import PictureView


class InstancesView(PictureView):
    """Follow where the tasks of a cluster run: a box for each container instance, its tasks to scale in it.

    Args:
        lab: where the cluster is.
        cluster: the lesson's cluster unless given.
        feeder: makes what keeps the view up to date; `ThreadFeeder` unless told otherwise.
        wall: the wall clock, in seconds.

    `ecslab.container_instance.draw` gives the same picture once.

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
        return container_instance.draw(self._lab, self._cluster)
