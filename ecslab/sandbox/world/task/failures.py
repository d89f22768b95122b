"""Why a task stopped, in the words of ECS on Fargate (platform version 1.4.0).

Each function gives a `stoppedReason`. The texts are the service's own, letter by letter, from stopped tasks
and from the developer guide ("Stopped tasks error messages", "CannotPullContainer task errors"); `U` marks
wording that no such source confirms.
"""

from typing import Final

from ecslab.sandbox.world.image_names import DOCKER_HUB, ImageName

NOWHERE: Final = "192.0.2.10"
"""The address in messages about hosts that cannot be reached; it is nobody's (RFC 5737)."""
_TIMEOUT: Final = f"dial tcp {NOWHERE}:443: i/o timeout"
_AUTH: Final = "ResourceInitializationError: unable to pull secrets or registry auth: "
_LOGS: Final = "ResourceInitializationError: failed to validate logger args: "
_API_HOST: Final = {DOCKER_HUB: "registry-1.docker.io"}


def _manifest(times: int, text: str) -> str:
    return f"CannotPullContainerError: pull image manifest has been retried {times} time(s): {text}"


def ecr_unreachable(region: str) -> str:
    """The task's interface has no way to the ECR API."""
    return (
        f"{_AUTH}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the "
        "task and Amazon ECR. Check your task network configuration. operation error ECR: "
        "GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, "
        f'RequestID: , request send failed, Post "https://api.ecr.{region}.amazonaws.com/": {_TIMEOUT}'
    )


def ecr_login_denied(request_id: str, denied: str) -> str:
    """The execution role may not log in to ECR; `denied` is IAM's sentence."""
    return (
        f"{_AUTH}execution resource retrieval failed: unable to retrieve ecr registry auth: service call has "
        "been retried 1 time(s): operation error ECR: GetAuthorizationToken, https response error StatusCode"
        f": 400, RequestID: {request_id}, api error AccessDeniedException: {denied}"
    )


def registry_unreachable(image: ImageName) -> str:
    """No way to the registry that has the image."""
    if image.ecr:  # the login succeeded, so only its own endpoint is missing. U: whether a count comes first
        return (
            f"CannotPullContainerError: The task cannot pull '{image.canonical}' from the Amazon ECR "
            f"repository '{image.uri}'. There is a connection issue between the task and Amazon ECR. Check "
            "your task network configuration."
        )
    host = _API_HOST.get(image.registry, image.registry)
    url = f"https://{host}/v2/{image.repository}/manifests/{image.reference}"
    return _manifest(
        7, f'failed to resolve ref {image.canonical}: failed to do request: Head "{url}": {_TIMEOUT}'
    )


def layers_unreachable(region: str, digest: str) -> str:
    """The registry answers, but S3, which has the layers, cannot be reached. U: put together from parts."""
    bucket = f"prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com"
    return (
        f"CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: "
        f'failed open: failed to do request: Get "https://{bucket}/{digest}": {_TIMEOUT}'
    )


def layers_refused() -> str:
    """The registry answers, but gives out no layer."""
    return (
        "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: "
        "failed open: unexpected status code"
    )


def layer_damaged(why: str) -> str:
    """A layer came and cannot be unpacked. U: the part after the colon."""
    return f"CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract layer: {why}"


def pull_forbidden(image: ImageName) -> str:
    """The execution role may log in, but not pull."""
    return _manifest(
        1,
        f"failed to resolve ref {image.canonical}: pulling from host {image.registry} failed with status "
        f"code [manifests {image.reference}]: 403 Forbidden",
    )


def too_many_pulls(image: ImageName) -> str:
    """The registry has had enough of this address. U: what stands before the registry's own words."""
    return _manifest(
        1,
        f"failed to resolve ref {image.canonical}: unexpected status code [manifests {image.reference}]: 429 "
        "Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may "
        "increase the limit by authenticating and upgrading: "
        "https://www.docker.com/increase-rate-limits",
    )


def image_missing(image: ImageName, kind: str) -> str:
    """The registry does not have it. `kind` is what is missing: `repository` or `tag`."""
    if kind == "repository" and image.registry == DOCKER_HUB:
        return _manifest(
            1,
            f"failed to resolve ref {image.canonical}: pull access denied, repository does not exist or may "
            "require authorization: server message: insufficient_scope: authorization failed",
        )
    # U for all but a missing tag in ECR: by analogy with it
    return _manifest(1, f"failed to resolve ref {image.canonical}: {image.canonical}: not found")


def platform_missing(architecture: str) -> str:
    """The image is not built for the task's processor; `architecture` is `X86_64` or `ARM64`."""
    platform = "linux/arm64" if architecture == "ARM64" else "linux/amd64"
    return _manifest(7, f"image Manifest does not contain descriptor matching platform '{platform}'")


def logs_unreachable() -> str:
    """No way to CloudWatch Logs."""
    return (
        f"{_LOGS}The task cannot find the Amazon CloudWatch log group defined in the task definition. There "
        "is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : "
        "signal: killed"
    )


def interface_refused(subnet_id: str, public: bool, why: str) -> str:
    """EC2 refused to make the interface. U: how the sentence goes on after the subnet's id."""
    kind = "with public IP assignment enabled " if public else ""
    return (
        f"Unexpected EC2 error while attempting to Create Network Interface {kind}in subnet '{subnet_id}': "
        f"{why}"
    )
