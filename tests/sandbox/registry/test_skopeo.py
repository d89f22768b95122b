"""Debian's skopeo against the sandbox's own port: a client of the registry that nobody here wrote."""

import base64
import json
import subprocess

import pytest

import ecslab
from ecslab import image
from ecslab.sandbox.engine import listen
from tests import programs

pytestmark = pytest.mark.needs_program("skopeo")
SKOPEO = programs.path("skopeo")
HTTPD = "docker.io/library/httpd:2.4"


class Registry:
    """A lab whose sandbox listens on a port, and skopeo logged in to it."""

    def __init__(self, lab: ecslab.Lab):
        self.lab, self.ecr = lab, lab.ecr
        self.listener = listen.api_port(lab.place.endpoint.transport.sandbox)
        self.listener.start()
        self.host = self.listener.url.removeprefix("http://")
        token = self.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
        self.login = base64.b64decode(token).decode()

    def url(self, name: str) -> str:
        return f"docker://{self.host}/{name}"

    def skopeo(self, *command: str, login: bool = True) -> subprocess.CompletedProcess:
        way = {"copy": ("src", "dest")}.get(command[0], ("",))
        options = [f"--{side}-tls-verify=false".replace("---", "--") for side in way]
        if login:
            options += [f"--{side}-creds={self.login}".replace("---", "--") for side in way]
        run = [SKOPEO, "--insecure-policy", command[0], *options, *command[1:]]
        return subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)

    def does(self, *command: str) -> str:
        run = self.skopeo(*command)
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with ecslab.connect("sandbox", home=home, clock="stepped", in_process=True, seed=7) as lab:
        started = Registry(lab)
        yield started
        started.listener.stop()


@pytest.fixture
def repository(registry, request):
    name = f"skopeo/{request.node.name.replace('_', '-')}"
    registry.ecr.create_repository(repositoryName=name)
    return name


def test_a_public_image_goes_into_ecr_and_out_again(registry, repository, tmp_path):
    registry.does("copy", registry.url(HTTPD), registry.url(f"{repository}:2.4"))
    registry.does("copy", registry.url(f"{repository}:2.4"), f"oci:{tmp_path}/out:2.4")
    (entry,) = json.loads((tmp_path / "out" / "index.json").read_text())["manifests"]
    (detail,) = registry.ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert (detail["imageDigest"], detail["imageTags"]) == (entry["digest"], ["2.4"])


def test_all_processors_at_once(registry, repository):
    registry.does("copy", "--all", registry.url(HTTPD), registry.url(f"{repository}:all"))
    raw = json.loads(registry.does("inspect", "--raw", registry.url(f"{repository}:all")))
    assert [entry["platform"]["architecture"] for entry in raw["manifests"]] == ["amd64", "arm64"]
    assert len(registry.ecr.describe_images(repositoryName=repository)["imageDetails"]) == 3


def test_layers_that_another_repository_has_are_mounted(registry, repository):
    registry.ecr.create_repository(repositoryName=f"{repository}-2")
    registry.does("copy", registry.url(HTTPD), registry.url(f"{repository}:1"))
    registry.does("copy", registry.url(f"{repository}:1"), registry.url(f"{repository}-2:1"))
    (first,), (second,) = (
        registry.ecr.describe_images(repositoryName=name)["imageDetails"]
        for name in (repository, f"{repository}-2")
    )
    assert first["imageDigest"] == second["imageDigest"]


def test_docker_s_own_format(registry, repository):
    registry.does("copy", "--format", "v2s2", registry.url(HTTPD), registry.url(f"{repository}:v2s2"))
    (detail,) = registry.ecr.describe_images(repositoryName=repository)["imageDetails"]
    assert detail["imageManifestMediaType"] == "application/vnd.docker.distribution.manifest.v2+json"


def test_tags_inspecting_and_deleting(registry, repository):
    for tag in ("b", "a"):
        registry.does("copy", registry.url(HTTPD), registry.url(f"{repository}:{tag}"))
    assert json.loads(registry.does("list-tags", registry.url(repository)))["Tags"] == ["a", "b"]
    inspected = json.loads(registry.does("inspect", registry.url(f"{repository}:a")))
    assert (inspected["Architecture"], inspected["Labels"]["ecslab.synthetic"]) == ("amd64", "true")
    registry.does("delete", registry.url(f"{repository}:a"))
    assert registry.ecr.describe_images(repositoryName=repository)["imageDetails"] == []


def test_skopeo_accepts_what_the_helper_builds(registry, repository, tmp_path):
    """It checks every digest, size and diff id on the way."""
    built = image.build(image.site("<h1>hi</h1>"), lab=registry.lab)
    image.push(registry.lab, built, repository=repository)
    registry.does("copy", registry.url(f"{repository}:latest"), f"dir:{tmp_path}/out")
    assert (tmp_path / "out" / "manifest.json").read_bytes() == built.manifest
    registry.does("copy", "--format", "v2s2", registry.url(f"{repository}:latest"), f"dir:{tmp_path}/docker")
    top = tmp_path / "out" / built.layers[-1].digest.removeprefix("sha256:")
    assert top.read_bytes() == built.layers[-1].read()


def test_the_helper_builds_on_what_skopeo_pushed(registry, repository):
    registry.does("copy", "--format", "v2s2", registry.url(HTTPD), registry.url(f"{repository}:1"))
    base = f"{registry.lab.account}.dkr.ecr.{registry.lab.region}.amazonaws.com/{repository}:1"
    built = image.build("<h1>hi</h1>", base, lab=registry.lab)
    pushed = image.push(registry.lab, built, repository=repository)
    assert (pushed.uploaded, pushed.skipped) == (1, 2)
    assert (
        json.loads(registry.does("inspect", registry.url(f"{repository}:latest")))["Digest"] == built.digest
    )


@pytest.mark.parametrize(
    ("name", "login", "words"),
    [
        ("skopeo/nix:1", True, "name unknown: The repository with name 'skopeo/nix' does not exist"),
        ("skopeo/nix:1", False, "unauthorized"),
        ("docker.io/library/cassandra:8", False, "name unknown: the sandbox's catalogue has no public image"),
    ],
)
def test_refusals_reach_the_user(registry, name, login, words):
    run = registry.skopeo("inspect", registry.url(name), login=login)
    assert run.returncode != 0
    assert words in run.stderr


def test_an_immutable_tag(registry, repository):
    registry.ecr.put_image_tag_mutability(repositoryName=repository, imageTagMutability="IMMUTABLE")
    registry.does("copy", registry.url(HTTPD), registry.url(f"{repository}:1"))
    other = registry.url("docker.io/library/nginx:latest")
    run = registry.skopeo("copy", other, registry.url(f"{repository}:1"))
    assert "tag invalid: The image tag '1' already exists" in run.stderr
