"""Clients compare some times with their own clock, which the world's is ahead of or behind."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aws_client import Aws
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.engine import listen
from ecslab.sandbox.engine.control import carry_out
from ecslab.sandbox.engine.sandbox import Sandbox
from tests import programs

GROUP, STREAM = "/ecs/web", "web/httpd/1"
AGES = {"old": 1800, "late": 400, "new": 3}  # seconds, by the line


class World:
    """A sandbox that has lived, and a log in it. Its past is let pass without waiting for it."""

    def __init__(self, home, speed, minutes, *, paused=0, idle=0, skipped=0):
        """`minutes` it lived, with requests; then it was `paused`, or nobody asked (`idle`), for minutes."""
        self.wall = time.time() - 60 * (minutes + paused + idle)
        self.sandbox = Sandbox(
            home, seed=1, mode="paced", speed=speed, timing="drawn", in_memory=True, wall=lambda: self.wall
        )
        self.live(minutes)
        if paused:
            carry_out(self.sandbox, "clock", {"paused": True})
        if skipped:
            carry_out(self.sandbox, "advance", {"seconds": 60 * skipped})
        self.wall = time.time()
        self.aws = Aws(in_process.endpoint_of(self.sandbox))
        self.aws.logs.create_log_group(logGroupName=GROUP)
        self.aws.logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        self.write()

    def live(self, minutes):
        for _ in range(int(2 * minutes)):
            with self.sandbox.lock:
                self.wall += 30
                self.sandbox.timekeeper.arrive()

    def write(self):
        now = self.sandbox.clock.timestamp()
        events = [{"timestamp": int((now - age) * 1000), "message": line} for line, age in AGES.items()]
        self.aws.logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=events)

    def lines(self, operation="filter_log_events", **window):
        where = {"logGroupName": GROUP}
        if operation == "get_log_events":
            where |= {"logStreamName": STREAM, "startFromHead": True}
        window = {name: int(moment * 1000) for name, moment in window.items()}
        return [event["message"] for event in getattr(self.aws.logs, operation)(**where, **window)["events"]]


WEEK = 7 * 24 * 60  # minutes
LIVES = {
    # speed, minutes lived, and what came since
    "as on AWS": (1, 60, {}), "ten": (10, 60, {}), "twenty": (20, 60, {}), "thousand": (1000, 60, {}),
    "paused": (10, 6, {"paused": 300}), "paused for a week": (1, 60, {"paused": WEEK}),
    "idle": (10, 6, {"idle": 300}), "idle for a week": (1, 60, {"idle": WEEK}),
}  # fmt: skip


@pytest.fixture(scope="module", params=LIVES)
def world(request, tmp_path_factory):
    speed, minutes, since = LIVES[request.param]
    return World(tmp_path_factory.mktemp("home"), speed, minutes, **since)


@pytest.mark.parametrize("operation", ["filter_log_events", "get_log_events"])
def test_the_last_ten_minutes_are_the_worlds(world, operation):
    now = time.time()
    assert world.lines(operation, startTime=now - 600, endTime=now) == ["late", "new"]
    assert world.lines(operation, startTime=now - 100, endTime=now) == ["new"]
    assert world.lines(operation, endTime=now) == list(AGES)


def test_an_open_end_moves_where_its_start_is_none_of_the_worlds(world):
    presents = world.sandbox.backend._account.presents()
    start = time.time() - 600
    if not presents.began <= start <= presents.world:
        assert world.lines(startTime=start) == ["late", "new"]
    else:  # it may have come out of the API
        assert set(world.lines(startTime=start)) >= {"new"}


@pytest.mark.parametrize("operation", ["filter_log_events", "get_log_events"])
def test_times_of_the_api_are_left_alone(world, operation):
    stamps = {
        event["message"]: event["timestamp"] / 1000
        for event in world.aws.logs.get_log_events(
            logGroupName=GROUP, logStreamName=STREAM, startFromHead=True
        )["events"]
    }
    assert world.lines(operation, startTime=stamps["late"]) == ["late", "new"]
    assert world.lines(operation, startTime=stamps["old"], endTime=stamps["late"] + 1) == ["old", "late"]


def test_windows_of_other_times_are_answered_as_aws_does(world):
    now, year = time.time(), 365 * 86400
    assert world.lines(startTime=0) == list(AGES)
    assert world.lines(startTime=0, endTime=now) == list(AGES)
    assert world.lines(startTime=now + 50 * year) == []
    assert world.lines(startTime=now, endTime=now - 600) == []


@pytest.mark.parametrize("speed", [20, 1000])
def test_the_pages_of_an_answer_are_of_one_window(tmp_path, speed):
    world = World(tmp_path, speed, 60)
    now = time.time()
    window = {"startTime": int((now - 500) * 1000), "endTime": int(now * 1000)}
    first = world.aws.logs.filter_log_events(logGroupName=GROUP, limit=1, **window)
    assert [event["message"] for event in first["events"]] == ["late"]
    world.live(1)
    second = world.aws.logs.filter_log_events(
        logGroupName=GROUP, limit=1, nextToken=first["nextToken"], **window
    )
    assert [event["message"] for event in second["events"]] == ["new"]
    pages = world.aws.logs.get_paginator("filter_log_events")
    messages = [e["message"] for page in pages.paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 1})
             for e in page["events"]]  # fmt: skip
    assert messages == list(AGES)


def test_what_a_client_compares_with_its_own_clock_ends_by_it(world):
    now = datetime.now(UTC)
    [token] = world.aws.ecr.get_authorization_token()["authorizationData"]
    assert (token["expiresAt"] - now).total_seconds() == pytest.approx(12 * 3600, abs=5)
    keys = world.aws.client("sts").get_session_token(DurationSeconds=3600)["Credentials"]
    assert (keys["Expiration"] - now).total_seconds() == pytest.approx(3600, abs=5)


def test_the_list_of_deployments_takes_a_window_too(world):
    with pytest.raises(ClientError) as refused:
        world.aws.ecs.list_service_deployments(service="web", createdAt={"after": datetime.now(UTC)})
    assert refused.value.response["Error"]["Code"] == "ClusterNotFoundException"


def test_durations_in_answers_are_the_same_at_any_speed(tmp_path):
    def durations(home, speed):
        world = World(home, speed, 1)
        began = world.sandbox.clock.timestamp()
        world.live(1)
        return world.sandbox.clock.timestamp() - began

    assert durations(tmp_path / "one", 20) == pytest.approx(20 * durations(tmp_path / "two", 1), rel=0.01)


def _cli(program, endpoint, *words):
    """What a version of the AWS CLI prints, on the sandbox's address."""
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": endpoint.access_key, "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
        "AWS_REGION": endpoint.region, "AWS_DEFAULT_REGION": endpoint.region, "AWS_PAGER": "",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }  # fmt: skip
    command = [program, "--endpoint-url", endpoint.url, "logs", *words]
    completed = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


YOUNG = {
    # A start alone tells the world's time from the client's only where the world has not lived so long.
    "as on AWS": (1, 6, {}), "twenty": (20, 6, {}), "thousand": (1000, 6, {}),
    "paused": (10, 6, {"paused": 300}), "idle": (10, 6, {"idle": 300}),
    "let pass by hand": (1, 6, {"skipped": 2 * 24 * 60}),
}  # fmt: skip


@pytest.fixture(scope="module", params=YOUNG)
def young(request, tmp_path_factory):
    """A sandbox at an address of its own, that has not lived the ten minutes that a client asks for."""
    speed, minutes, since = YOUNG[request.param]
    world = World(tmp_path_factory.mktemp("home"), speed, minutes, **since)
    listener = listen.api_port(world.sandbox)
    listener.start()
    yield world, replace(in_process.endpoint_of(world.sandbox), url=listener.url, transport=None)
    listener.stop()


@pytest.mark.needs_program("aws")
def test_version_2_of_the_cli_tails_the_last_minutes(young):
    output = _cli(programs.path("aws"), young[1], "tail", GROUP, "--since", "10m")
    assert [line.rpartition(" ")[2] for line in output.splitlines()] == ["late", "new"]


def test_version_1_of_the_cli_and_boto3_ask_for_the_last_minutes(young):
    world, endpoint = young
    start = time.time() - 600
    output = _cli(str(Path(sys.executable).with_name("aws")), endpoint, "filter-log-events",
                  "--log-group-name", GROUP, "--start-time", str(int(start * 1000)),
                  "--query", "events[].message", "--output", "text")  # fmt: skip
    assert output.split() == ["late", "new"] == world.lines(startTime=start)
