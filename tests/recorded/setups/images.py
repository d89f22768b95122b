"""ECR: repositories, and the recording's own image in them, byte for byte (ECR gave these digests)."""

import base64
import hashlib
import json
from typing import Any

from tests.recorded.scene import Scene, setup, shared, unique

CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
LAYER = base64.b64decode(
    "H4sIAAAAAAACA+3PwQnCQBCF4TlbxVQgo4ZNAWIDdrBk5xCUDcQ1avdZcxG8K4L/d3nDuzzGpz557nxd7kU+xKrQNEtW72m2C6/72W9sG1pRky+4"
    "Xkoc67z8p/p9d0o63LInzbH0k+thf9RzfPi4EgAAAAAAAAAAAAAAAADAj5oB+MNIAAAoAAA="
)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _blob(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "size": len(content), "digest": _digest(content)}


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


CONFIG = _json({
    "architecture": "amd64", "os": "linux", "config": {},
    "rootfs": {"type": "layers",
               "diff_ids": ["sha256:e61b0f4684dd8eaed27f2ae55db49693d59e07add93574e0685790761d00e746"]},
    "history": [{"created_by": "stackd native evidence"}],
}).encode()  # fmt: skip
ONE = {
    "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": _blob(CONFIG_TYPE, CONFIG),
    "layers": [_blob(LAYER_TYPE, LAYER)],
}  # fmt: skip
TWO = ONE | {"annotations": {"org.opencontainers.image.description": "second manifest"}}
PLATFORM = {"platform": {"architecture": "amd64", "os": "linux"}}
INDEX = {
    "schemaVersion": 2, "mediaType": INDEX_TYPE,
    "manifests": [_blob(MANIFEST_TYPE, _json(TWO).encode()) | PLATFORM],
}  # fmt: skip
KEEP_ONE = {"countType": "imageCountMoreThan", "countNumber": 1}
LIFECYCLE = {"rules": [
    {"rulePriority": 1, "description": "Protect newest original-tag image",
     "selection": {"tagStatus": "tagged", "tagPrefixList": ["original"], **KEEP_ONE},
     "action": {"type": "expire"}},
    {"rulePriority": 2, "description": "Keep newest owned image",
     "selection": {"tagStatus": "any", **KEEP_ONE}, "action": {"type": "expire"}},
]}  # fmt: skip
DENIAL = {"Version": "2012-10-17", "Statement": [
    {"Sid": "OwnedCurrentDeny", "Effect": "Deny", "Principal": {"AWS": "$caller"},
     "Action": ["ecr:BatchGetImage"]},
]}  # fmt: skip


@setup
def repo(scene: Scene) -> None:
    _repository(scene, "repo", unique())


@setup
def isolated(scene: Scene) -> None:
    _repository(scene, "isolated", unique())


@setup
def repo_named(scene: Scene) -> None:
    _repository(scene, "repo", scene["name"])


@setup
def repo_deleted(scene: Scene) -> None:
    _ecr(scene, "delete_repository", force=True)


@setup
def repo_tagged(scene: Scene) -> None:
    arn = f"arn:aws:ecr:us-east-1:{scene['account']}:repository/{scene['repo']}"
    tags = [{"Key": "purpose", "Value": "native-evidence"}]
    scene.call("ecr", "tag_resource", resourceArn=arn, tags=tags)


@shared
def kms_key(scene: Scene) -> dict[str, str]:
    return {"key_id": scene.call("kms", "create_key", Description="captures")["KeyMetadata"]["KeyId"]}


@setup
def upload(scene: Scene) -> None:
    scene["upload"] = _ecr(scene, "initiate_layer_upload")["uploadId"]


@setup
def uploaded(scene: Scene) -> None:
    _part(scene, LAYER)


@setup
def layers(scene: Scene) -> None:
    for blob in (LAYER, CONFIG):
        upload(scene)
        _part(scene, blob)
        _ecr(scene, "complete_layer_upload", uploadId=scene["upload"], layerDigests=[_digest(blob)])


@setup
def image(scene: Scene) -> None:
    _put(scene, ONE, "original")


@setup
def image_http_tag(scene: Scene) -> None:
    _put(scene, ONE, "http-tag")


@setup
def image_replaced(scene: Scene) -> None:
    _put(scene, TWO, "original")


@setup
def index(scene: Scene) -> None:
    _put(scene, INDEX, "index")


@setup
def http_tag_deleted(scene: Scene) -> None:
    _ecr(scene, "batch_delete_image", imageIds=[{"imageTag": "http-tag"}])


@setup
def immutable(scene: Scene) -> None:
    _ecr(scene, "put_image_tag_mutability", imageTagMutability="IMMUTABLE")


@setup
def deny_policy(scene: Scene) -> None:
    _ecr(scene, "set_repository_policy", policyText=json.dumps(scene.fill(DENIAL)), force=True)


@setup
def deny_policy_gone(scene: Scene) -> None:
    _ecr(scene, "delete_repository_policy")


@setup
def lifecycle(scene: Scene) -> None:
    _ecr(scene, "put_lifecycle_policy", lifecyclePolicyText=json.dumps(LIFECYCLE))


@setup
def preview_done(scene: Scene) -> None:
    def is_complete() -> bool:
        return bool(_ecr(scene, "get_lifecycle_policy_preview")["status"] == "COMPLETE")

    _ecr(scene, "start_lifecycle_policy_preview")
    scene.wait("preview COMPLETE", is_complete, seconds=250, step=5)


@setup
def scan_done(scene: Scene) -> None:
    image = {"imageTag": "original"}

    def has_ended() -> bool:
        answer = _ecr(scene, "describe_image_scan_findings", imageId=image)
        return answer["imageScanStatus"]["status"] not in ("PENDING", "IN_PROGRESS")

    _ecr(scene, "start_image_scan", imageId=image)
    scene.wait("scan ended", has_ended, seconds=250, step=5)


def _ecr(scene: Scene, operation: str, **members: Any) -> Any:
    """A call about the case's repository."""
    return scene.call("ecr", operation, repositoryName=scene["repo"], **members)


def _repository(scene: Scene, symbol: str, name: str) -> None:
    scene[symbol] = name
    scene.call(
        "ecr", "create_repository", repositoryName=name, imageTagMutability="MUTABLE",
        imageScanningConfiguration={"scanOnPush": False}, tags=[{"Key": "stackd-owner", "Value": "x"}],
        encryptionConfiguration={"encryptionType": "AES256"},
    )  # fmt: skip
    scene.undo.append(lambda: scene.call("ecr", "delete_repository", repositoryName=name, force=True))


def _part(scene: Scene, blob: bytes) -> None:
    _ecr(
        scene, "upload_layer_part", uploadId=scene["upload"], partFirstByte=0, partLastByte=len(blob) - 1,
        layerPartBlob=blob,
    )  # fmt: skip


def _put(scene: Scene, manifest: dict[str, Any], tag: str) -> None:
    _ecr(scene, "put_image", imageManifest=_json(manifest), imageTag=tag)
