"""The container instances of a cluster and its tasks, live."""

from ecslab.figures import Figure
from ecslab.resources import container_instance
from ecslab.widgets.picture_view import PictureView


class InstancesView(PictureView):
    """Follow where the tasks of a cluster run: a box for each container instance, its tasks to scale in it.

    `ecslab.container_instance.draw` gives the same picture once.
    """

    def _draw(self) -> Figure:
        return container_instance.draw(self._lab, self._cluster)
