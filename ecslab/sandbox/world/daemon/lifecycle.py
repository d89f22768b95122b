"""The lifecycle of a daemon's deployments; `lifecycle.toml` has the table."""

from typing import Final

from ecslab.sandbox.world.lifecycle import lifecycles

DAEMON_DEPLOYMENT: Final = lifecycles(__file__)["daemon_deployment"]
