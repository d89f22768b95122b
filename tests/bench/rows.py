"""The rows of sandbox and helper: what is measured, against what."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecslab.sandbox import process
from tests.bench.measure import PYTHON, Row, in_turns, resident_mib, seconds_of
from tests.bench.stock import Stock, client

HERE = Path(__file__).parent
SEED = 7
TASK = {
    "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
    "memory": "512",
    "containerDefinitions": [
        {"name": "web", "image": "public.ecr.aws/docker/library/httpd:2.4", "memory": 512}
    ],
}  # fmt: skip
_RUN_FAST = [PYTHON, "-c", "from ecslab.cli import main; main()", "run", "--fast"]


@contextmanager
def sandbox(**options: Any) -> Iterator[tuple[Path, process.Endpoint]]:
    """A sandbox in a home of its own, and that home."""
    with tempfile.TemporaryDirectory(prefix="ecslab-bench-") as folder:
        home = Path(folder)
        try:
            yield home, process.ensure(home, **{"mode": "stepped", "seed": SEED, **options})
        finally:
            process.stop(home)


@contextmanager
def stock() -> Iterator[Stock]:
    server = Stock()
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "ECSLAB_HOME": str(home), "ECSLAB_CLOCK": "stepped", "ECSLAB_WHERE": "sandbox"}


def round_trip() -> Row:
    """A DescribeTasks of one task, by one client that keeps its connection if the server lets it."""
    row = Row("a DescribeTasks round trip", "stock moto server", 0.4, unit="ms")
    with sandbox() as (_, ours), stock() as theirs:
        times = in_turns(_describing(ours), _describing(theirs), rounds=15)
    return Row(row.what, row.against, row.aim, times[0] * 1000, times[1] * 1000, row.unit)


def _describing(place: Any, times: int = 20) -> Any:
    ecs, ec2 = client(place, "ecs"), client(place, "ec2")
    ecs.create_cluster(clusterName="bench")
    ecs.register_task_definition(**TASK)
    default = [{"Name": "isDefault", "Values": ["true"]}]
    vpc = [{"Name": "vpc-id", "Values": [ec2.describe_vpcs(Filters=default)["Vpcs"][0]["VpcId"]]}]
    subnet = ec2.describe_subnets(Filters=vpc)["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups(Filters=vpc)["SecurityGroups"][0]["GroupId"]
    network = {
        "awsvpcConfiguration": {
            "subnets": [subnet],
            "securityGroups": [group],
            "assignPublicIp": "ENABLED",
        }
    }
    ran = ecs.run_task(
        cluster="bench", taskDefinition="web", launchType="FARGATE", networkConfiguration=network
    )
    arn = ran["tasks"][0]["taskArn"]

    def measured() -> float:
        began = time.perf_counter()
        for _ in range(times):
            assert ecs.describe_tasks(cluster="bench", tasks=[arn])["tasks"]
        return (time.perf_counter() - began) / times

    return measured


def start() -> Row:
    """From the spawn of an empty server to the first ListClusters answered."""

    def ours() -> float:
        with tempfile.TemporaryDirectory(prefix="ecslab-bench-") as folder:
            began = time.perf_counter()
            place = process.ensure(Path(folder))
            client(place, "ecs").list_clusters()
            took = time.perf_counter() - began
            process.stop(Path(folder))
            return took

    def theirs() -> float:
        began = time.perf_counter()
        server = Stock()
        server.wait()
        client(server, "ecs").list_clusters()
        took = time.perf_counter() - began
        server.stop()
        return took

    return Row(
        "sandbox start to the first ListClusters", "stock moto server's", 0.6, *in_turns(ours, theirs, 5)
    )


def connect() -> Row:
    """`ecslab.connect()` and a first call in a new Python, on a sandbox that runs."""
    with sandbox() as (home, place):
        bare = (
            f"import boto3; boto3.client('ecs', endpoint_url={place.url!r}, region_name='us-east-1', "
            f"aws_access_key_id={place.access_key!r}, "
            f"aws_secret_access_key={place.secret_key!r}).list_clusters()"
        )
        lab = "import ecslab; ecslab.connect().ecs.list_clusters()"
        around = environment(home)
        times = in_turns(
            lambda: seconds_of([PYTHON, "-c", lab], around),
            lambda: seconds_of([PYTHON, "-c", bare], around),
            9,
        )
    return Row("ecslab.connect() and a first call", "the same by bare boto3", 1.2, *times)


def first_page() -> Row:
    """`ecslab run --fast` from an empty home to its end, the 200 of a pushed image, against moto's import."""

    def ours() -> float:
        with tempfile.TemporaryDirectory(prefix="ecslab-bench-") as folder:
            home = Path(folder)
            try:
                return seconds_of(_RUN_FAST, environment(home))
            finally:
                process.stop(home)

    def theirs() -> float:
        return seconds_of([PYTHON, "-c", "import moto.server"], dict(os.environ))

    what = "from nothing to the first 200 of a pushed image"
    return Row(what, 'python -c "import moto.server"', 3.0, *in_turns(ours, theirs, rounds=5))


def headless() -> Row:
    """`ecslab run --fast` from an empty account, and the calls it made, replayed."""
    with sandbox() as (home, place), tempfile.TemporaryDirectory() as folder:
        kept, around = Path(folder) / "calls", environment(home)
        seconds_of([PYTHON, str(HERE / "_capture.py"), str(kept)], around)

        def ours() -> float:
            place.control("reset", seed=SEED)
            return seconds_of(_RUN_FAST, around)

        def theirs() -> float:
            place.control("reset", seed=SEED)
            return seconds_of(_replay(kept, place), around)

        times = in_turns(ours, theirs, rounds=5)
    return Row("ecslab run --fast", "its calls replayed by bare boto3", 1.5, *times)


def memory() -> Row:
    """Resident memory after the five stages; the stock server has had the calls it can serve."""
    with sandbox() as (home, place), stock() as server, tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "calls"
        seconds_of([PYTHON, str(HERE / "_capture.py"), str(kept)], environment(home))
        seconds_of(_replay(kept, server), dict(os.environ))
        sizes = resident_mib(place.pid), resident_mib(server.process.pid)
    return Row(
        "sandbox memory after the journey", "stock moto server after its calls", 1.15, *sizes, unit="MiB"
    )


def _replay(kept: Path, place: Any) -> list[str]:
    return [PYTHON, str(HERE / "_replay.py"), str(kept), place.url, place.access_key, place.secret_key]


ROWS = {row.__name__: row for row in (round_trip, start, connect, first_page, headless, memory)}
