"""Programs are there only where the image has them; servers listen, and ask for their settings."""

import pytest
from runtime_world import Container, Image

from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.runtime import HttpRequest
from ecslab.sandbox.runtime.programs.servers import SERVERS

DEBIAN = {"/bin/sh": b""}
BUSYBOX = {"/bin/sh": b"", "/bin/busybox": b""}


@pytest.mark.parametrize("program", ["curl", "wget", "ps", "redis-cli", "aws"])
@pytest.mark.parametrize(
    ("files", "words"), [(DEBIAN, "/bin/sh: 1: {}: not found"), (BUSYBOX, "/bin/sh: {}: not found")]
)
def test_a_shell_does_not_find_what_the_image_lacks(program, files, words):
    command = ["/bin/sh", "-c", f"{program} x || echo $?"]
    container = Container(image=Image("web", files=files), command=command)
    container.run()
    assert container.lines == [words.format(program), "127"]


def test_its_words_go_where_errors_go():
    command = ["sh", "-c", "curl x 2>/dev/null || echo none"]
    container = Container(image=Image("web", files=DEBIAN), command=command)
    container.run()
    assert container.lines == ["none"]


def test_a_container_cannot_start_with_it():
    container = Container(image=Image("web", files=DEBIAN), command=["curl", "localhost"])
    container.run()
    code, reason = container.exit
    assert code == 127
    assert reason.startswith("CannotStartContainerError: ")
    assert reason.endswith('exec: "curl": executable file not found in $PATH: unknown')


@pytest.mark.parametrize(("port", "state"), [(80, "open"), (81, "closed")])
def test_bash_asks_whether_somebody_listens(port, state):
    """A health check's way where an image has neither curl nor wget: the container's own server is on 80."""
    container = Container()
    container.run()
    ends = []
    container.execute(("bash", "-c", f": > /dev/tcp/localhost/{port}"), ends.append)
    container.run(1)
    assert ends == [0 if state == "open" else 1]


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_listens_once_it_has_what_it_wants(name):
    server = SERVERS[name]
    image = Image(name, files={f"/usr/bin/{name}": b""}, entrypoint=["docker-entrypoint.sh"], cmd=[name])
    if server.wants:
        refused = Container(image=image)
        refused.run(60)
        assert refused.exit == (1, None)
        assert server.wants[0] in "\n".join(refused.lines)
    container = Container(image=image, environment={server.wants[0]: "x"} if server.wants else {})
    container.run(60)
    assert container.listening == set(server.ports)
    with pytest.raises(ConnectionError):
        container.request(HttpRequest(), port=server.ports[0])
    assert container.exit is None, "it hangs up, and goes on"


def test_every_image_says_where_its_facts_stand():
    for image in catalogue.CATALOGUE:
        assert image.source, image.names


@pytest.mark.parametrize(
    ("name", "tag", "has", "lacks"),
    [
        ("httpd", "2.4", ["bash"], ["curl", "wget", "ps"]),
        ("httpd", "2.4-alpine", ["wget", "ps"], ["curl", "bash"]),
        ("nginx", "latest", ["curl", "bash"], ["wget"]),
        ("busybox", "latest", ["wget", "ps"], ["curl", "bash"]),
        ("alpine", "latest", ["wget", "ps"], ["curl", "bash"]),
        ("python", "3", ["curl", "wget", "bash", "python3"], []),
        ("python", "3-slim", ["bash", "python3"], ["curl", "wget"]),
        ("node", "22", ["curl", "wget", "bash", "node"], []),
        ("redis", "7", ["redis-cli", "bash"], ["curl", "wget"]),
        ("postgres", "17", ["bash", "pg_isready"], ["curl", "wget"]),
        ("debian", "bookworm-slim", ["bash"], ["curl", "wget", "ps"]),
        ("ubuntu", "24.04", ["bash", "ps"], ["curl", "wget"]),
        ("amazonlinux", "2023", ["bash", "curl"], ["wget", "ps"]),
    ],
)  # fmt: skip
def test_what_images_have(name, tag, has, lacks):
    (image,) = [i for i in catalogue.CATALOGUE if f"docker.io/library/{name}" in i.names and tag in i.tags]
    files = {path.rpartition("/")[2] for layer in image.layers for path in layer}
    assert set(has) <= files
    assert not set(lacks) & files
