"""moto's own server, as it comes."""

import os
import socket
import subprocess
import tempfile
import time
from typing import Any

import boto3
from botocore.config import Config

from tests.bench.measure import PYTHON

ONCE = Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=120)


class Stock:
    """A server on a port of its own, until `stop`; `wait` until it answers."""

    account, region, access_key, secret_key = "123456789012", "us-east-1", "stock", "stock"

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the server
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
        self.process = subprocess.Popen(
            [PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            env=clean, stdout=self.log, stderr=self.log,
        )  # fmt: skip

    def wait(self) -> None:
        """Return once something listens."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("moto's server ended at once") from None
                time.sleep(0.005)
            else:
                return

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


def client(place: Any, service: str) -> Any:
    """A bare boto3 client on a sandbox or a stock server."""
    return boto3.client(
        service, endpoint_url=place.url, region_name=place.region, aws_access_key_id=place.access_key,
        aws_secret_access_key=place.secret_key, config=ONCE,
    )  # fmt: skip
