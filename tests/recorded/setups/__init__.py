"""What the cases stand on: each module makes its setups known."""

from tests.recorded.setups import clusters as clusters
from tests.recorded.setups import images as images
from tests.recorded.setups import load_balancers as load_balancers
from tests.recorded.setups import networks as networks
from tests.recorded.setups import services as services
from tests.recorded.setups import task_definitions as task_definitions
from tests.recorded.setups import tasks as tasks
