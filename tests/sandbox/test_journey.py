"""The ADGU demo by plain clients against the sandbox as a process: push, run, see the page, find it again."""

import base64
import http.client
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from aws_client import CLUSTER, FAMILY, GROUP, REPOSITORY, Aws

from ecslab.sandbox import process

PAGE = b'<!doctype html><link rel="stylesheet" href="/style.css"><h1>mine</h1><img src="pic.svg">'
FILES = {"index.html": PAGE, "style.css": b"h1{color:teal}", "pic.svg": b"<svg/>"}


@pytest.fixture(scope="module")
def demo(aws):
    """The task of the demo, RUNNING, and its public IP."""
    aws.prepare(FILES)
    arn = aws.run()
    return arn, aws.public_ip(aws.until(arn, "RUNNING"))


def get(endpoint, target, headers=None, method="GET"):
    """One request to the gateway, its target as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.gateway_port, timeout=20)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    try:
        return reply.status, dict(reply.getheaders()), reply.read()
    finally:
        connection.close()


def password(endpoint):
    code = base64.b64encode(f"lab:{endpoint.gateway_secret}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {code}"}


def test_the_page_comes_back_through_the_proxy(server, demo):
    status, _, body = get(server, f"http://{demo[1]}/", password(server))
    assert (status, body) == (200, PAGE)


def test_the_page_comes_back_by_path_and_keeps_its_style_and_image(server, demo):
    front = f"/{server.gateway_secret}/{demo[1]}:80"
    status, headers, body = get(server, f"{front}/")
    assert status == 200
    assert headers["Content-Security-Policy"] == "sandbox allow-scripts allow-forms allow-popups"
    assert body == PAGE.replace(b"/style.css", f"{front}/style.css".encode())
    assert get(server, f"{front}/style.css")[2] == FILES["style.css"]


def test_behind_a_hub_style_and_image_are_in_the_page(server, demo):
    behind = {"X-Forwarded-Prefix": f"/user/me/proxy/{server.gateway_port}"}
    body = get(server, f"/{server.gateway_secret}/{demo[1]}:80/", behind)[2]
    assert body.count(b"<style>h1{color:teal}</style>") == 1
    assert b"data:image/svg+xml;base64," + base64.b64encode(FILES["pic.svg"]) in body


def test_the_visit_is_in_the_log(aws, server, demo):
    get(server, f"http://{demo[1]}/from-the-log-test", password(server))
    events = aws.logs.filter_log_events(logGroupName=GROUP)["events"]
    assert any("GET /from-the-log-test" in event["message"] for event in events)


def test_a_closed_port_names_the_group(server, demo):
    status, _, body = get(server, f"http://{demo[1]}:8080/", password(server))
    assert status == 504
    assert b"(http) has no inbound rule that allows TCP port 8080" in body


@pytest.mark.needs_program("aws", "curl")
def test_env_points_the_aws_command_and_curl_at_the_sandbox(home, demo):
    script = f"""
        eval "$({sys.executable} -c 'from ecslab.cli import main; main()' env --shell sh)"
        aws ecs list-clusters --output text
        curl -s -x "$ECSLAB_GATEWAY" http://{demo[1]}/style.css
    """
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "ECSLAB_HOME": str(home), "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(
        ["bash", "-ec", script], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert f"cluster/{CLUSTER}" in ran.stdout
    assert ran.stdout.endswith("h1{color:teal}")


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_after_a_kill_everything_is_found_again(home, server, aws, demo):
    arn, ip = demo
    before = (aws.task(arn), aws.ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"],
              aws.logs.filter_log_events(logGroupName=GROUP)["events"])  # fmt: skip
    os.kill(server.pid, signal.SIGKILL)
    again = process.ensure(home)
    assert (again.pid != server.pid, again.url, again.gateway_url) == (True, server.url, server.gateway_url)
    assert again.notices == (
        "The sandbox had ended without being stopped (killed, or the machine went down). "
        "Everything made in it was found again.",
    )
    restarted = Aws(again)
    assert restarted.task(arn) == before[0]
    assert restarted.ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"] == before[1]
    assert restarted.logs.filter_log_events(logGroupName=GROUP)["events"] == before[2]
    assert get(again, f"http://{ip}/", password(again))[2] == PAGE


def test_after_a_stop_too(home, aws, demo):
    before = aws.task(demo[0])
    assert process.stop(home)
    assert process.find(home) is None
    restarted = Aws(process.ensure(home))
    assert restarted.task(demo[0]) == before
    assert not restarted.endpoint.control("status")["notices"]
    assert restarted.ecs.list_task_definitions(familyPrefix=FAMILY)["taskDefinitionArns"]


def test_a_stopped_task_is_gone_from_the_internet(home, demo):
    aws = Aws(process.ensure(home))
    aws.ecs.stop_task(cluster=CLUSTER, task=demo[0], reason="enough")
    assert aws.until(demo[0], "STOPPED")["stoppedReason"] == "enough"
    status, _, body = get(aws.endpoint, f"http://{demo[1]}/", password(aws.endpoint))
    assert (status, urlsplit(demo[1]).path.encode() in body) == (504, True)
