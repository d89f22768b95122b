"""The web servers: files, folders, types, errors and logs."""

import pytest
from runtime_world import Container, Image

from ecslab.sandbox.runtime import HttpRequest


@pytest.fixture
def web():
    container = Container()
    container.run()
    return container


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/", 200, "text/html"),
        ("/index.html", 200, "text/html"),
        ("/style.css", 200, "text/css"),
        ("/docs/", 200, "text/html"),
        ("/docs", 301, "text/html"),
        ("/empty/", 403, "text/html"),
        ("/none", 404, "text/html"),
        ("/%73tyle.css", 200, "text/css"),
        ("/../../../../etc/motd", 404, "text/html"),
        ("/%2e%2e/%2e%2e/etc/motd", 404, "text/html"),
    ],
)
def test_paths(web, path, status, kind):
    answer = web.request(HttpRequest(path=path))
    assert (answer.status, answer.headers["Content-Type"]) == (status, kind)


def test_a_folder_s_redirect_names_the_folder(web):
    assert web.request(HttpRequest(path="/docs")).headers["Location"] == "/docs/"


def test_head_has_no_body_and_post_is_refused(web):
    assert web.request(HttpRequest(method="HEAD")).body == b""
    assert web.request(HttpRequest(method="POST")).status == 405


def test_an_error_page_shows_no_markup_of_the_visitor(web):
    assert b"<script>" not in web.request(HttpRequest(path="/<script>")).body


def test_nginx_logs_the_browser():
    container = Container(image=Image(reference="nginx:1.27", entrypoint=["/docker-entrypoint.sh"],
                                      cmd=["nginx", "-g", "daemon off;"]))  # fmt: skip
    container.run()
    assert container.request(HttpRequest(headers={"user-agent": "curl/8"})).body == b"<h1>nginx</h1>"
    assert container.lines[-1].endswith('"GET / HTTP/1.1" 200 14 "-" "curl/8" "-"')


def test_httpd_says_when_it_is_ready(web):
    assert web.lines[0] == (
        "[Sat Nov 21 06:00:00.000000 2026] [mpm_event:notice] [pid 1:tid 1] "
        "AH00489: Apache/2.4 (Unix) configured -- resuming normal operations"
    )


def test_an_image_without_apache_has_no_httpd():
    container = Container(image=Image(reference="busybox", files={"/bin/sh": b""}))
    container.run()
    assert (container.exit, container.lines) == ((127, None), ["httpd-foreground: not found"])


def test_busybox_s_own_httpd_takes_port_and_folder():
    container = Container(command=["httpd", "-f", "-p", "8080", "-h", "/usr/share/nginx/html"])
    container.run()
    assert container.listening == {8080}
    assert container.request(HttpRequest(), port=8080).body == b"<h1>nginx</h1>"


@pytest.mark.parametrize(
    ("command", "lines", "code"),
    [
        (["true"], [], 0),
        (["false"], [], 1),
        (["sleep"], ["sleep: missing operand"], 1),
        (["sleep", "soon"], ["sleep: invalid time interval 'soon'"], 1),
        (["sleep", "1m"], [], 0),
        (["log-lines", "2", "1", "tick"], ["tick 1", "tick 2"], 0),
        (["exit-after", "2", "5"], [], 5),
    ],
)
def test_small_programs(command, lines, code):
    container = Container(command=command)
    container.run(100)
    assert (container.lines, container.exit) == (lines, (code, None))
