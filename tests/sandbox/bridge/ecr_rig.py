"""ECR alone under moto's mock, with a clock that a test moves; and a tiny image to push."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws
from moto.ecr.models import ecr_backends

from ecslab.sandbox.bridge import determinism
from ecslab.sandbox.bridge.account import Account, enter
from ecslab.sandbox.bridge.ecr.backend import EcrBackend
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock
from tests.sandbox.image_blobs import layer_of, sha

ACCOUNT = "123456789012"
OCI = "application/vnd.oci.image.manifest.v1+json"
LIST = "application/vnd.oci.image.index.v1+json"


class Rig:
    """A client, and the hand on the clock."""

    def __init__(self) -> None:
        self.ecr = client()
        self.now = 1_790_000_000.0

    def push(self, repository: str = "web", tag: str | None = "latest", page: bytes = b"hi", **more) -> dict:
        """A whole image: config and layer by the upload calls, then the manifest."""
        manifest, blobs = image(page)
        for blob in blobs:
            self.upload(blob, repository)
        named = {"imageTag": tag} if tag else {}
        return self.ecr.put_image(
            repositoryName=repository, imageManifest=manifest, imageManifestMediaType=OCI, **named, **more
        )["image"]

    def upload(self, blob: bytes, repository: str = "web") -> None:
        """One layer, unless it is there already."""
        digest = sha(blob)
        answer = self.ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[digest])
        if answer["layers"] and answer["layers"][0]["layerAvailability"] == "AVAILABLE":
            return
        upload = self.ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
        self.ecr.upload_layer_part(
            repositoryName=repository, uploadId=upload,
            partFirstByte=0, partLastByte=len(blob) - 1, layerPartBlob=blob,
        )  # fmt: skip
        self.ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])


@cache
def client() -> Any:
    """One client for all tests: making it costs more than any of them."""
    return boto3.client("ecr", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")


@contextmanager
def rig(home: Path | None = None) -> Iterator[Rig]:
    """The rig, and everything as it was afterwards."""
    stock = ecr_backends.backend
    with mock_aws():
        ecr_rig = Rig()
        determinism.install()
        enter(Account(Clock(), EmbeddedRuntime(), ACCOUNT, home, wall_clock=lambda: ecr_rig.now))
        ecr_backends.backend = EcrBackend
        ecr_backends.clear()
        try:
            yield ecr_rig
        finally:
            ecr_backends.backend = stock
            ecr_backends.clear()


def image(page: bytes = b"hi", architecture: str = "amd64") -> tuple[str, list[bytes]]:
    """A manifest, and its config and one layer."""
    layer = layer_of({"usr/local/apache2/htdocs/index.html": page})
    config = json.dumps(
        {"architecture": architecture, "os": "linux", "config": {"Cmd": ["httpd-foreground"]},
         "rootfs": {"type": "layers", "diff_ids": [sha(layer)]}}
    ).encode()  # fmt: skip
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha(config),
                   "size": len(config)},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": sha(layer),
                    "size": len(layer)}],
    }  # fmt: skip
    return json.dumps(manifest), [config, layer]
