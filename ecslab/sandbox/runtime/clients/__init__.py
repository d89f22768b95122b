"""Commands that ask a server, by their names."""

from typing import Final

from ecslab.sandbox.runtime.clients.aws_cli import aws
from ecslab.sandbox.runtime.clients.names import getent, nslookup
from ecslab.sandbox.runtime.clients.redis_cli import redis_cli
from ecslab.sandbox.runtime.clients.web import curl, wget

CLIENTS: Final = {
    "curl": curl, "wget": wget, "aws": aws, "redis-cli": redis_cli, "nslookup": nslookup, "getent": getent,
}  # fmt: skip
