"""Time-outs and logs of a `serviceConnectConfiguration`: what ECS refuses of them, and what proxies go by.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TimeoutConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-envoy-access-logs.html
U: the sentences; those on logs are what RegisterTaskDefinition says of containers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.service_connect.configuration import IDLE, PER_REQUEST, ProxyLog, Traffic
from ecslab.sandbox.world.task_definition.fargate_rules import LOG_DRIVERS

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

LOGS_SINCE: Final = 8
"""The behaviour from which on proxies write logs, and time-outs act."""
_TCP: Final = "tcp"


def traffic_of(
    entry: "api.ServiceConnectServiceTypeDef | api.ServiceConnectServiceOutputTypeDef",
    mapping: "api.PortMappingTypeDef",
) -> Traffic:
    """How proxies carry an endpoint's traffic.

    Raises:
        AwsError: InvalidParameterException.
    """
    if current_account().behaviour < LOGS_SINCE:
        return Traffic()
    protocol, given = mapping.get("appProtocol", _TCP), entry.get("timeout", {})
    if protocol == _TCP and "perRequestTimeoutSeconds" in given:
        raise invalid("perRequestTimeoutSeconds can only be set if the appProtocol of the port is not TCP.")
    return Traffic(
        protocol,
        float(given.get("idleTimeoutSeconds", IDLE[protocol])),
        float(given.get("perRequestTimeoutSeconds", PER_REQUEST)) if protocol != _TCP else 0.0,
    )


def log_of(
    configuration: "api.ServiceConnectConfigurationUnionTypeDef",
    definition: "api.TaskDefinitionTypeDef",
    fargate: bool,
) -> ProxyLog | None:
    """Where proxies write; None where they write nothing, or with another driver than `awslogs`.

    Raises:
        AwsError: InvalidParameterException.
    """
    if current_account().behaviour < LOGS_SINCE:
        return None
    access, logging = configuration.get("accessLogConfiguration"), configuration.get("logConfiguration")
    if logging is None:
        if access:
            raise invalid("accessLogConfiguration requires a logConfiguration.")
        return None
    options = logging.get("options", {})
    for problem in _problems(logging["logDriver"], dict(options), definition, fargate):
        raise invalid(problem)
    if logging["logDriver"] != "awslogs":
        return None
    if not access:
        return ProxyLog(dict(options))
    queries = access.get("includeQueryParameters") == "ENABLED"
    return ProxyLog(dict(options), access["format"], queries)


def _problems(
    driver: str, options: dict[str, str], definition: "api.TaskDefinitionTypeDef", fargate: bool
) -> Iterator[str]:
    if fargate and driver not in LOG_DRIVERS:
        yield f"{driver} is not a valid log driver. Must be one of [{','.join(LOG_DRIVERS)}]"
    if driver != "awslogs":
        return
    lacking = [name for name in ("awslogs-region", "awslogs-group") if not options.get(name)]
    if lacking:
        yield f"Log driver awslogs requires options: {', '.join(lacking)}"
    if fargate and not options.get("awslogs-stream-prefix"):
        yield (
            "Fargate requires log configuration options to include awslogs-stream-prefix to support log "
            "driver awslogs."
        )
    if fargate and not definition.get("executionRoleArn"):
        yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."
