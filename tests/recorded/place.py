"""Where the recorded calls are made: a sandbox of this process, or an endpoint that runs."""

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from ecslab.sandbox.endpoint import Endpoint
from tests.sandbox.aws_client import Aws

PATIENCE = float(os.environ.get("RECORDED_PATIENCE", "1"))  # stretches the waits at an endpoint that runs
SPEED = 50  # virtual seconds in a second of an endpoint that runs, as the waits assume


class Place:
    """Clients that send what they are given, and the account they speak to."""

    def __init__(self) -> None:
        self.client = cache(self.new_client)
        caller = self.client("sts").get_caller_identity()
        self.symbols: dict[str, str] = {"account": caller["Account"], "caller": caller["Arn"]}
        self.ids_by_setup: dict[str, dict[str, str]] = {}  # by the shared setup that made it

    def new_client(self, service: str) -> Any:
        raise NotImplementedError

    def wait(self, ask: Callable[[], bool], seconds: float, step: float) -> bool:
        """Let time pass until `ask` says yes; whether it did within these virtual seconds."""
        raise NotImplementedError


class SandboxPlace(Place):
    """A stepped sandbox of this process: time passes only while a setup waits."""

    def __init__(self, endpoint: Endpoint):
        self.endpoint = endpoint
        self.aws = Aws(endpoint)
        super().__init__()

    def new_client(self, service: str) -> Any:
        return self.aws.client(service, parameter_validation=False)

    def wait(self, ask: Callable[[], bool], seconds: float, step: float) -> bool:
        left = seconds
        while not ask():
            if left <= 0:
                return False
            left -= max(self.endpoint.control("advance", to_next=True, seconds=left)["moved"], step)
        return True


class RunningPlace(Place):
    """What the environment names: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY."""

    def new_client(self, service: str) -> Any:
        once = Config(
            region_name="us-east-1",
            retries={"total_max_attempts": 1},
            parameter_validation=False,
            read_timeout=60,
        )
        return boto3.client(service, config=once)

    def wait(self, ask: Callable[[], bool], seconds: float, step: float) -> bool:
        end = time.monotonic() + seconds / SPEED * PATIENCE
        while not ask():
            if time.monotonic() > end:
                return False
            time.sleep(step / SPEED)
        return True
