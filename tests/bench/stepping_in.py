"""What a line typed into a session of ECS Exec costs."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from ecslab.aws_api import data_channel as wire
from ecslab.aws_api.data_channel import Message, PayloadType
from ecslab.connection.streams import WebSocketStream
from tests.bench.balancing import asking, public_network
from tests.bench.measure import Row, in_turns
from tests.bench.rows import TASK, sandbox
from tests.bench.stock import client

__all__ = ["EXEC_ROWS"]

TIMES = 30
"""Lines in a row: a container takes a hundred steps in a virtual second, and the clock stands meanwhile."""
ALLOW = {"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}


def exec_round_trip() -> Row:
    """A line typed into an open session until its output is there, against a request through the gateway."""
    with sandbox() as (_, place):
        ip, session = _stepped_into(place)
        times = in_turns(_typing(place, session), asking(place, ip), rounds=15)
    return Row(
        "a line typed into a session", "a request through the gateway", 3.0, times[0] * 1000,
        times[1] * 1000, "ms",
    )  # fmt: skip


EXEC_ROWS = {exec_round_trip.__name__: exec_round_trip}


def _stepped_into(place: Any) -> tuple[str, dict[str, str]]:
    """The public IP of a task that serves a page, and a session in it."""
    ecs, ec2, iam = client(place, "ecs"), client(place, "ec2"), client(place, "iam")
    role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=_policy(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="app", PolicyName="exec", PolicyDocument=_policy(ALLOW))
    ecs.create_cluster(clusterName="lab")
    container = {**TASK["containerDefinitions"][0], "portMappings": [{"containerPort": 80}]}
    ecs.register_task_definition(**{**TASK, "taskRoleArn": role, "containerDefinitions": [container]})
    subnets, _, group = public_network(ec2)
    network = {"subnets": subnets[:1], "securityGroups": [group], "assignPublicIp": "ENABLED"}
    task = ecs.run_task(
        cluster="lab", taskDefinition="web", launchType="FARGATE", enableExecuteCommand=True,
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"][0]["taskArn"]  # fmt: skip
    place.control("advance", seconds=180)
    [interface] = ec2.describe_network_interfaces()["NetworkInterfaces"]
    opened = ecs.execute_command(cluster="lab", task=task, command="sh", interactive=True)
    return interface["Association"]["PublicIp"], opened["session"]


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _typing(place: Any, session: dict[str, str]) -> Callable[[], float]:
    stream, sent = WebSocketStream(session["streamUrl"]), 0

    def send(kind: PayloadType, payload: bytes) -> None:
        nonlocal sent
        message = Message(wire.INPUT, payload, kind, sent, 0, int(time.time() * 1000), uuid.uuid4())
        stream.send(message.encoded())
        sent += 1

    def until(end: str) -> None:
        text = ""
        while not text.endswith(end):
            message = wire.decoded(stream.receive(10.0) or b"")
            if message.kind == wire.OUTPUT:
                acknowledged = Message(wire.ACKNOWLEDGE, wire.acknowledgement(message), created=1)
                stream.send(acknowledged.encoded())
            if message.payload_type == PayloadType.HANDSHAKE_REQUEST:
                send(PayloadType.HANDSHAKE_RESPONSE, b'{"ProcessedClientActions": []}')
            elif message.payload_type == PayloadType.OUTPUT:
                text += message.payload.decode()

    stream.send(json.dumps({"TokenValue": session["tokenValue"]}))
    until("# ")

    def measured() -> float:
        place.control("advance", seconds=10)
        began = time.perf_counter()
        for _ in range(TIMES):
            send(PayloadType.OUTPUT, b"echo x\r")
            until("x\r\n# ")
        return (time.perf_counter() - began) / TIMES

    return measured
