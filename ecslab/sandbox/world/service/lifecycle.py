"""The lifecycles of a service, of its deployments and of its tasks; `lifecycle.toml` has the tables."""

from typing import Final

from ecslab.sandbox.world.lifecycle import lifecycles

_LIFECYCLES: Final = lifecycles(__file__)
SERVICE: Final = _LIFECYCLES["service"]
DEPLOYMENT: Final = _LIFECYCLES["deployment"]
ROLLOUT_STATE: Final = _LIFECYCLES["rollout_state"]
SERVICE_DEPLOYMENT: Final = _LIFECYCLES["service_deployment"]
MEMBER: Final = _LIFECYCLES["member"]
