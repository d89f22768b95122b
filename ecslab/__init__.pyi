"""The public names of the package, for type checkers and for the lazy imports of `__init__.py`."""

from . import course as course
from . import fault_lab as fault_lab
from . import figures as figures
from . import terminal as terminal
from . import widgets as widgets
from .errors import EcslabError as EcslabError
from .fault_lab import fault as fault
from .lab import Lab as Lab
from .lab import connect as connect
from .operations import bill as bill
from .operations import cleanup as cleanup
from .operations import console as console
from .operations import containers as containers
from .operations import guestbook as guestbook
from .operations import scaling_game as scaling_game
from .operations import spot as spot
from .operations import verify as verify
from .operations.price_list import price_list as price_list
from .operations.scaling_price import scaling_price as scaling_price
from .operations.visitors import visitors as visitors
from .resources import cloud_map as cloud_map
from .resources import cluster as cluster
from .resources import deployment as deployment
from .resources import ecr as ecr
from .resources import execution_role as execution_role
from .resources import image as image
from .resources import load_balancer as load_balancer
from .resources import log_group as log_group
from .resources import metrics as metrics
from .resources import network as network
from .resources import scaling as scaling
from .resources import secret as secret
from .resources import service as service
from .resources import task as task
from .resources import task_definition as task_definition
from .resources import task_role as task_role
from .widgets import ClockButtons as ClockButtons
from .widgets import NetworkPicker as NetworkPicker
from .widgets import ServiceView as ServiceView
from .widgets import TaskSizePicker as TaskSizePicker
from .widgets import TaskView as TaskView
from .widgets import WhyNotView as WhyNotView

__version__: str
