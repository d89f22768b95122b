"""Reading an image from a registry, through the distribution API: token, index, manifest, layers.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import json
import re
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode, urlsplit

from ecslab.connection.connection import Connection
from ecslab.connection.http import HttpReply
from ecslab.display.messages import say
from ecslab.errors import CannotBeDone, EcslabError, NotThere, Unreachable
from ecslab.resources.image.names import DOCKER_HUB, ImageName
from ecslab.resources.image.oci import Config, Manifest
from ecslab.resources.image.types import INDEX, MANIFEST, digest_of

DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
_ACCEPT: Final = ", ".join((INDEX, MANIFEST, DOCKER_LIST, DOCKER_MANIFEST))
_FIELD: Final = re.compile(r'(\w+)="([^"]*)"')


class Unauthorized(EcslabError, PermissionError):
    """The registry does not let us read the image, or has none of that name and will not say so."""


class TooManyPulls(EcslabError, RuntimeError):
    """The registry limits how often an address may pull without an account, and the limit is reached."""


class Registry:
    """One repository, read.

    Args:
        lab: through which requests go.
        name: the image; its tag matters to no method but the messages.
    """

    def __init__(self, lab: Connection, name: ImageName):
        self._lab, self._name = lab, name
        self._root = lab.registry_url(name.registry)
        self._authorization = ""
        self._cache = lab.home / "lab" / "layers"

    def manifest(self, reference: str) -> Manifest:
        """The index or manifest of a tag or digest.

        Raises:
            Unauthorized, TooManyPulls, NotThere, Unreachable, CannotBeDone: see there.
        """
        reply = self._get(f"manifests/{reference}", _ACCEPT)
        if ":" in reference:
            self._verify(reply.body, reference)
        manifest = cast(Manifest, _json(reply.body))
        if "manifests" not in manifest and not {"config", "layers"} <= manifest.keys():
            raise self._odd(f"no manifest that can be read: {reply.text[:80]!r}")
        return manifest

    def config(self, digest: str) -> Config:
        """The config that a manifest names. Raises as `manifest`."""
        config = cast(Config, _json(self.blob(digest)))
        if not config.get("architecture"):
            raise self._odd("an artifact that is no image: its config names no architecture")
        return config

    def blob(self, digest: str) -> bytes:
        """A config or layer; what was read once is kept in the lab's folder. Raises as `manifest`."""
        cached = self._cache / digest.removeprefix("sha256:")
        try:
            blob = cached.read_bytes()
            if digest_of(blob) == digest:
                return blob
        except OSError:
            pass
        blob = self._get(f"blobs/{digest}", "*/*").body
        self._verify(blob, digest)
        _keep(cached, blob)
        return blob

    def _get(self, path: str, accept: str) -> HttpReply:
        url = f"{self._root}/{self._name.repository}/{path}"
        reply = self._ask(url, accept)
        if reply.status == 401 and "www-authenticate" in reply.headers:
            self._authorization = self._login(reply.headers["www-authenticate"])
            reply = self._ask(url, accept)
        if reply.status != 200:
            raise self._refusal(reply)
        return reply

    def _ask(self, url: str, accept: str) -> HttpReply:
        headers = {"Accept": accept}
        if self._authorization:
            headers["Authorization"] = self._authorization
        try:
            return self._lab.http("GET", url, headers)
        except Unreachable as error:
            raise Unreachable(
                f"the registry {self._name.registry} does not answer.\n"
                f"  seen: {str(error).splitlines()[0]}\n"
                "  next: check the network and HTTPS_PROXY, then run the cell again"
            ) from None

    def _login(self, challenge: str) -> str:
        """What to send as `Authorization`: nobody's token, or in ECR the caller's own."""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and self._name.in_ecr:
            data = self._lab.ecr.get_authorization_token()["authorizationData"]
            return f"Basic {data[0]['authorizationToken']}"
        fields = dict(_FIELD.findall(rest))
        realm = fields.get("realm", "")
        if scheme.lower() != "bearer" or urlsplit(realm).scheme not in ("https", "http"):
            return ""
        query = {"scope": f"repository:{self._name.repository}:pull"}
        if "service" in fields:
            query["service"] = fields["service"]
        reply = self._ask(f"{realm}?{urlencode(query)}", "application/json")
        if reply.status != 200:
            raise self._refusal(reply)
        answer = _json(reply.body)
        token = answer.get("token") or answer.get("access_token")
        return f"Bearer {token}" if token else ""

    def _verify(self, blob: bytes, digest: str) -> None:
        if digest_of(blob) != digest:
            raise self._odd(f"bytes whose digest is not {digest}")

    def _refusal(self, reply: HttpReply) -> EcslabError:
        reason = _described(reply)
        nowhere = self._lab.where == "sandbox" and not self._name.in_ecr  # its public images want no token
        if reply.status == 404 or (nowhere and reply.status == 401):
            return self._no_image(reason)
        if reply.status in (401, 403):
            return Unauthorized(
                f"{self._name.registry} does not let us read {self._name}.\n"
                f"  seen: {reason}\n"
                "  next: check the spelling; a private image of another registry cannot be a base here"
            )
        if reply.status == 429:
            return TooManyPulls(
                f"{self._name.registry} has had too many pulls from this network.\n"
                f"  seen: {reason}\n  next: {self._instead()}"
            )
        return self._odd(reason)

    def _instead(self) -> str:
        if self._name.registry != DOCKER_HUB or not self._name.repository.startswith("library/"):
            return "wait some minutes, then run the cell again"
        copy = f"public.ecr.aws/docker/{self._name.repository}:{self._name.reference}"
        return f"take the same image from Amazon's registry: base={copy!r}"

    def _no_image(self, reason: str) -> NotThere:
        problem = f"there is no image {self._name}.\n  seen: {reason}\n"
        if self._name.in_ecr:
            look = f"lab.ecr.describe_images(repositoryName={self._name.repository!r}) shows those there are"
            return NotThere(f"{problem}  next: {look}")
        if self._lab.where != "sandbox":
            return NotThere(f"{problem}  next: check the name and the tag on the registry's own page")
        listed = sorted(image["reference"] for image in self._lab.control("images")["images"])
        short = [reference for reference in listed if not reference.startswith("public.")]
        return NotThere(
            f"{problem}  next: the sandbox has no network; it has {', '.join(short)}, "
            "and their copies in public.ecr.aws/docker/library"
        )

    def _odd(self, reason: str) -> CannotBeDone:
        return CannotBeDone(
            f"{self._name.registry} did not give {self._name} as it should.\n"
            f"  seen: {reason}\n"
            "  next: run the cell again; if it stays so, take another base"
        )


def _described(reply: HttpReply) -> str:
    """Status, and the registry's own words where it has some."""
    errors = _json(reply.body).get("errors")
    listed = errors if isinstance(errors, list) else []
    words = [str(error.get("message") or error.get("code")) for error in listed if isinstance(error, dict)]
    return f"{reply.status} {'; '.join(words)}".rstrip()


def _json(body: bytes) -> dict[str, object]:
    """The object in a body; empty where there is none."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _keep(path: Path, blob: bytes) -> None:
    """Keep a layer for the next time. Whoever cannot keep it goes on without."""
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(blob)
        part.replace(path)
    except OSError as error:
        say(
            f"A layer of {len(blob):,} bytes could not be kept in {path.parent} ({error.strerror}); "
            "it will be read again next time. Make room on the disk."
        )
