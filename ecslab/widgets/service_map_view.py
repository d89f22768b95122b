"""The map of services, live."""

from ecslab.figures import Figure
from ecslab.operations import service_map
from ecslab.widgets.picture_view import PictureView


class ServiceMapView(PictureView):
    """Follow who of a cluster's services reaches whom, and the last answer on each line.

    `ecslab.service_map.draw` gives the same picture once; `ecslab.terminal.ask` has a task ask.
    """

    def _draw(self) -> Figure:
        return service_map.draw(self._lab, self._cluster)
