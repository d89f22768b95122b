"""Sandboxes with a random life, and whether two of them are the same in all that they hold."""

import shutil
from typing import Any

from aws_client import Aws

from ecslab.sandbox import in_process
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.gateway.gateway import NotIn
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.snapshot import folder, writing
from ecslab.sandbox.snapshot.writing import Written
from tests.soak import account, actions
from tests.soak.client import Client

SCRIPTS = {
    "loop": "i=0; while true; do i=x$i; echo turn $i; sleep 45; done",
    "trapped": "trap 'echo end; sleep 7; exit 3' TERM; until false; do for i in 1 2; do sleep 20; done; done",
    "chained": "A=1 sh -c 'sleep 30 && echo $A; if sleep 15; then sleep 1000000; fi' || echo failed; exit 4",
    "asking": "while :; do curl -s -m 20 http://10.255.255.1/ http://localhost/; sleep 9; done",
    "busy": "n=0; while true; do n=1$n; test $n = 0; n=1; done",
    "words": "log-lines 1000 11 again; exit-after 60 2",
    "servers": "exec redis-server",
}
LOGGED = {"logConfiguration": account.AWSLOGS}


def opened(home, **options) -> Sandbox:
    return Sandbox(home, mode="stepped", seed=5, **options)


class Inside(Client):
    """A client of the soak that needs no sockets."""

    def __init__(self, sandbox: Sandbox, seed: object):
        self.sandbox, self.aws = sandbox, Aws(in_process.endpoint_of(sandbox))
        super().__init__(self.aws.endpoint, seed)

    def _client(self, service: str) -> Any:
        return self.aws.client(service, parameter_validation=False)

    def visit(self, host: str, path: str = "/", port: int = 80) -> int | None:
        try:
            return self.sandbox.visit(host, port, HttpRequest("GET", path, "", {}, b"")).status
        except (NotIn, ConnectionError):
            return None


def furnished(client: Inside) -> account.Ground:
    """What the soak's clients need, programs of many kinds, and something in other services."""
    ground = account.prepare(client)
    for family, script in SCRIPTS.items():
        container = {"name": "web", "image": account.BUSYBOX, "command": ["sh", "-c", script], **LOGGED}
        client.ecs.register_task_definition(
            family=family, networkMode="awsvpc", cpu="256", memory="512",
            requiresCompatibilities=["FARGATE"], containerDefinitions=[container],
            executionRoleArn=f"arn:aws:iam::123456789012:role/{account.ROLE}",
        )  # fmt: skip
    client.aws.client("s3").create_bucket(Bucket="a-bucket")
    client.aws.client("s3").put_object(Bucket="a-bucket", Key="a", Body=b"content")
    client.aws.client("ssm").put_parameter(Name="a", Value="b", Type="SecureString")
    client.aws.client("secretsmanager").create_secret(Name="a", SecretString="b")
    client.aws.client("sqs").create_queue(QueueName="a")
    client.aws.client("kms").create_key()
    client.aws.client("route53").create_hosted_zone(Name="example.org", CallerReference="1")
    return ground


def live(client: Inside, ground: account.Ground, steps: int) -> None:
    """So many random actions and moves of the clock."""
    draw = client.random
    for _ in range(steps):
        if draw.random() < 0.3:
            subnets = {"subnets": ground.subnets[:1], "assignPublicIp": "ENABLED"}
            client.ask(
                "ecs", "run_task", cluster="soak-a", taskDefinition=draw.choice(tuple(SCRIPTS)),
                launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": subnets},
            )  # fmt: skip
        actions.act(client, ground)
        client.control("advance", seconds=draw.choice((0.5, 3, 10, 31, 90)))


def copied(home, name: str, *, snapshots: bool):
    """The same home again, with its snapshots or without."""
    other = home.with_name(name)
    shutil.copytree(home, other)
    if not snapshots:
        folder.forget(other / "sandbox")
    return other


def state_of(sandbox: Sandbox) -> Written:
    """All that a sandbox holds."""
    with sandbox.lock, sandbox.backend.whole() as root:
        about = (
            sandbox.account.mutations,
            sandbox.clock.now,
            sandbox.pace.mode,
            sandbox.pace.speed,
            sandbox.pace.paused,
        )
        return writing.written((root, about), {"wall": sandbox.wall, "folder": sandbox.folder})


LOOKED_AT = {"view", "load_balancing"}
"""Attributes that fill as somebody looks; where both are filled, they are the same."""
OWN = {
    "_id",  # moto's, new in each process
    "first_event_timestamp", "last_event_timestamp",  # made anew for whoever asks
    "_happened", "quiet_since",  # how often somebody asked, by which only work is saved
    "_tasks",  # held weakly: those that ended go when Python collects them
}  # fmt: skip
"""Attributes in which two processes may differ."""


def difference(first: Written, second: Written) -> str:
    """Where two graphs differ first, as whoever walks along them sees it; "" if nowhere.

    Args:
        second: of a whole replay, in which nobody looked at anything.
    """
    seen, waiting = set(), [(first.root, second.root, "")]
    while waiting:
        left, right, way = waiting.pop()
        name = way.rpartition(".")[2]
        if (left, right) in seen or name in OWN:
            continue
        seen.add((left, right))
        here, there = _parts(first, left), _parts(second, right)
        if name in LOOKED_AT and ("None" in there):
            continue
        if name == "backends":  # some are made as somebody looks, which no journal keeps
            here = {key: here[key] for key in here if key in there}
            here, there = (dict(sorted(backends.items())) for backends in (here, there))
        if list(here) != list(there):
            return f"{way}: {str(list(here))[:300]} and {str(list(there))[:300]}"
        waiting += [(here[name], there[name], f"{way}.{name}") for name in here if here[name] is not None]
    return ""


def _parts(graph: Written, number: int) -> dict[str, int | None]:
    """A thing's parts by their names; what it is itself comes first, as a name without a part."""
    if number < 0:
        return {repr(graph.scalars[-1 - number]): None}
    kind, *rest = graph.nodes[number]
    if kind == "object":
        _, path, base, *names = graph.shapes[rest[0]]
        attributes = dict(zip(names, rest[1:], strict=False))
        items = rest[1 + len(names) :]
        return {
            f"{path} on {base}": None,
            **attributes,
            **dict(zip(map(str, range(len(items))), items, strict=True)),
        }
    if kind == "dict":
        keys = [_spoken(graph, key) for key in rest[::2]]
        return {kind: None, **dict(zip(keys, rest[1::2], strict=True))}
    if kind in ("set", "frozenset"):
        rest.sort(key=lambda part: _spoken(graph, part))
    own = _OWN.get(kind, 0)
    parts = rest[own:] if kind != "builtin" else rest[:1]
    return {f"{kind} {rest[:own]}": None, **dict(zip(map(str, range(len(parts))), parts, strict=True))}


_OWN = {
    "function": 2,
    "class": 2,
    "constant": 2,
    "inner": 3,
    "bytes": 1,
    "plain": 1,
    "factory": 1,
    "given": 9,
}


def _spoken(graph: Written, number: int) -> str:
    """A scalar, or what little is made of scalars."""
    if number < 0:
        return repr(graph.scalars[-1 - number])
    kind, *rest = graph.nodes[number]
    own = _OWN.get(kind, 0)
    inner = [_spoken(graph, part) for part in rest[own:]] if kind in ("tuple", "plain", "frozenset") else []
    return f"{kind} {rest[:own]} {inner}"
