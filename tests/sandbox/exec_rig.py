"""Tasks to step into, and a client of the data channel that is written from the plugin's source alone."""

import hashlib
import json
import struct
import uuid

from aws_client import TRUST, Aws

from ecslab.sandbox import in_process
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest

HTTPD = "public.ecr.aws/docker/library/httpd:2.4"
MAY = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel",
       "ssmmessages:OpenDataChannel"]  # fmt: skip
LOGS = ["logs:DescribeLogGroups", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
        "s3:PutObject", "s3:GetEncryptionConfiguration"]  # fmt: skip
GROUP = "/ecs/web"
AWSLOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": GROUP, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"},
}


def policy(*actions):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Account:
    """A cluster, roles and networks; `task` starts one that can be stepped into."""

    def __init__(self, home, **options):
        self.sandbox = Sandbox(home, mode="stepped", seed=3, **({"in_memory": True} | options))
        self.attach()

    def attach(self):
        self.aws = Aws(in_process.endpoint_of(self.sandbox))
        self.ecs = self.aws.ecs

    def furnish(self):
        self.ecs.create_cluster(clusterName="lab")
        for name, actions in (("app", MAY + LOGS), ("mute", ["s3:ListBucket"]), ("execution", LOGS)):
            self.aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
            self.aws.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*actions))
        self.aws.logs.create_log_group(logGroupName=GROUP)
        self.subnet = self.aws.ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        self.define("web", {"logConfiguration": AWSLOGS})
        return self

    def define(self, family, *containers, role="app", **more):
        named = [
            {"name": f"c{at}" if at else "web", "image": HTTPD, **each} for at, each in enumerate(containers)
        ]
        self.ecs.register_task_definition(
            family=family, networkMode="awsvpc", cpu="256", memory="512", requiresCompatibilities=["FARGATE"],
            executionRoleArn=arn("execution"), containerDefinitions=named, taskRoleArn=arn(role), **more,
        )  # fmt: skip

    def task(self, family="web", *, enabled=True, seconds=90.0, public="ENABLED", **more):
        network = {"subnets": [self.subnet], "assignPublicIp": public}
        started = self.ecs.run_task(
            cluster="lab", taskDefinition=family, launchType="FARGATE", enableExecuteCommand=enabled,
            networkConfiguration={"awsvpcConfiguration": network}, **more,
        )  # fmt: skip
        self.run(seconds)
        return started["tasks"][0]["taskArn"]

    def run(self, seconds):
        self.aws.endpoint.control("advance", seconds=seconds)

    def see(self, task):
        return self.ecs.describe_tasks(cluster="lab", tasks=[task])["tasks"][0]

    def execute(self, task, command="sh", **more):
        request = {"cluster": "lab", "task": task, "command": command, "interactive": True, **more}
        return self.ecs.execute_command(**request)

    def channel(self, answer):
        return self.sandbox.channels.channel(request_for(answer))

    def step_in(self, task, command="sh", **more):
        """A client of a session that has begun."""
        answer = self.execute(task, command, **more)
        return Plugin(self.channel(answer), answer["session"]).start()


def arn(role):
    return f"arn:aws:iam::123456789012:role/{role}"


def request_for(answer):
    path, _, query = answer["session"]["streamUrl"].partition("127.0.0.1:1")[2].partition("?")
    return HttpRequest("GET", path, query, {"host": "127.0.0.1:1"})


def message(kind, payload, payload_type=0, sequence=0, id=None, digest=None):
    """SerializeClientMessage of the plugin, field by field."""
    id = id or uuid.uuid4()
    data = bytearray(120)
    data[0:4] = struct.pack(">i", 116)
    data[4:36] = kind.encode() + b" " * (32 - len(kind))
    data[36:40] = struct.pack(">i", 1)
    data[40:48] = struct.pack(">q", 1795240800000)
    data[48:56] = struct.pack(">q", sequence)
    data[56:64] = struct.pack(">q", 0)
    data[64:72], data[72:80] = id.bytes[8:16], id.bytes[0:8]
    data[80:112] = digest or hashlib.sha256(payload).digest()
    data[112:116] = struct.pack(">i", payload_type)
    data[116:120] = struct.pack(">i", len(payload))
    return bytes(data) + payload


def fields(data):
    """DeserializeClientMessage and Validate of the plugin."""
    head = struct.unpack(">i", data[0:4])[0]
    payload = data[head + 4 :]
    assert hashlib.sha256(payload).digest() == data[80:112], "payload Hash is not valid"
    assert struct.unpack(">q", data[40:48])[0], "CreatedDate is missing"
    return {
        "kind": data[4:36].strip(b"\0").strip().decode(),
        "sequence": struct.unpack(">q", data[48:56])[0],
        "id": str(uuid.UUID(bytes=data[72:80] + data[64:72])),
        "type": struct.unpack(">i", data[112:116])[0],
        "payload": payload,
    }


class Plugin:
    """What session-manager-plugin does with a session, on a stream in this process.

    `seen` is what it shows; `closed` the output of channel_closed, None before.
    """

    def __init__(self, stream, session):
        self.stream, self.session = stream, session
        self.seen, self.closed = "", None
        self.sent, self.expected, self.acknowledged = 0, 0, set()

    def start(self):
        greeting = {
            "MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "ClientId": str(uuid.uuid4()),
            "TokenValue": self.session["tokenValue"], "ClientVersion": "1.2.764.0",
        }  # fmt: skip
        self.take(self.stream.received(json.dumps(greeting)))
        return self

    def take(self, messages):
        for data in messages:
            received = fields(data)
            if received["kind"] == "output_stream_data":
                self.output(received)
            elif received["kind"] == "acknowledge":
                self.acknowledged.add(json.loads(received["payload"])["AcknowledgedMessageSequenceNumber"])
            elif received["kind"] == "channel_closed":
                content = json.loads(received["payload"])
                assert content["SessionId"] == self.session["sessionId"]
                self.closed = content["Output"]

    def output(self, received):
        if received["sequence"] != self.expected:
            return
        self.expected += 1
        self.acknowledge(received)
        if received["type"] == 5:
            actions = json.loads(received["payload"])["RequestedClientActions"]
            done = [{"ActionType": each["ActionType"], "ActionStatus": 1} for each in actions]
            response = {"ClientVersion": "1.2.764.0", "ProcessedClientActions": done, "Errors": None}
            self.send(json.dumps(response).encode(), 6)
        elif received["type"] == 1:
            self.seen += received["payload"].decode()

    def acknowledge(self, received):
        content = {
            "AcknowledgedMessageType": received["kind"], "AcknowledgedMessageId": received["id"],
            "AcknowledgedMessageSequenceNumber": received["sequence"], "IsSequentialMessage": True,
        }  # fmt: skip
        self.take(self.stream.received(message("acknowledge", json.dumps(content).encode())))

    def send(self, payload, payload_type=1):
        self.sent += 1
        self.take(self.stream.received(message("input_stream_data", payload, payload_type, self.sent - 1)))

    def type(self, text):
        """What appears when this is typed."""
        before = len(self.seen)
        self.send(text.encode())
        return self.seen[before:]

    def look(self):
        """What has appeared meanwhile."""
        before = len(self.seen)
        self.take(self.stream.due())
        return self.seen[before:]
