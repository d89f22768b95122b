import pytest
from runtime_world import Container, Image, World

from ecslab.sandbox.runtime import HttpRequest, HttpResponse, Mount

HOME = ("localhost", 80)


def fetched(script, answer=None, at=HOME, seconds=0.0, **more):
    """A shell that runs `script` while `answer` waits at host and port."""
    container = Container(command=["sh", "-c", script], image=Image("busybox"), **more)
    if answer is not None:
        container.host.answers[at] = answer if callable(answer) or isinstance(answer, Exception) else (
            lambda request: answer
        )  # fmt: skip
    container.run(seconds)
    return container


@pytest.mark.parametrize(
    ("script", "answer", "lines"),
    [
        ("curl http://localhost/", HttpResponse(200, {}, b"hi\n"), ["hi"]),
        ("curl -fsS localhost", HttpResponse(200, {}, b"hi\n"), ["hi"]),
        ("wget -q -O - http://localhost/", HttpResponse(200, {}, b"hi\n"), ["hi"]),
        ("wget -qO- localhost", HttpResponse(200, {}, b"hi"), ["hi"]),
        ("curl -s -o page localhost; cat page", HttpResponse(200, {}, b"hi"), ["hi"]),
        ("wget http://localhost/a/b.html; cat b.html", HttpResponse(200, {}, b"hi"), ["hi"]),
        ("wget -q localhost; cat index.html", HttpResponse(200, {}, b"hi"), ["hi"]),
        ("curl -s localhost > page; cat page", HttpResponse(200, {}, b"hi"), ["hi"]),
        ("curl -s -o /dev/null -w '%{http_code}\\n' localhost", HttpResponse(404, {}, b"no"), ["404"]),
        ("curl -I localhost", HttpResponse(200, {"Server": "x"}), ["HTTP/1.1 200", "Server: x"]),
        ("curl -i localhost", HttpResponse(200, {"A": "b"}, b"c"), ["HTTP/1.1 200", "A: b", "", "c"]),
        ("curl localhost", HttpResponse(404, {}, b"gone"), ["gone"]),
        (
            "curl -f localhost || echo $?",
            HttpResponse(404, {}, b"gone"),
            ["curl: (22) The requested URL returned error: 404", "22"],
        ),
        ("curl -fs localhost || echo $?", HttpResponse(500), ["22"]),
        ("wget -q localhost || echo $?", HttpResponse(500), ["1"]),
        (
            "wget --spider localhost || echo $?",
            HttpResponse(500),
            ["wget: server returned error: HTTP/1.1 500", "1"],
        ),
        ("wget --spider localhost", HttpResponse(200), ["remote file exists"]),
        (
            "curl localhost || echo $?",
            None,
            ["curl: (7) Failed to connect to localhost port 80 after 0 ms: Couldn't connect to server", "7"],
        ),
        ("curl -s http://localhost:80/x || echo $?", ConnectionResetError(), ["52"]),
        ("curl http://db/ || echo $?", None, ["curl: (6) Could not resolve host: db", "6"]),
        ("wget http://db/ || echo $?", None, ["wget: bad address 'db'", "1"]),
        ("curl -s https://localhost:80/ || echo $?", HttpResponse(200), ["35"]),
        ("curl --nonsense localhost || echo $?", None, ["curl: option --nonsense: is unknown", "2"]),
        ("curl || echo $?", None, ["curl: no URL specified!", "2"]),
    ],
)
def test_what_a_container_gets(script, answer, lines):
    container = Container(command=["sh", "-c", script], image=Image("busybox"))
    container.host.answers["db", 80] = LookupError()
    if answer is not None:
        failure = isinstance(answer, Exception)
        container.host.answers[HOME] = answer if failure else lambda request: answer
    container.run()
    assert container.lines == lines


def test_what_a_server_gets():
    requests = []

    def answer(request):
        requests.append(request)
        return HttpResponse(200)

    fetched("curl -X PUT -H 'X-Token: t' -d body 'http://localhost/a?b=c'", answer)
    (request,) = requests
    assert (request.method, request.target, request.body) == ("PUT", "/a?b=c", b"body")
    assert (request.headers["x-token"], request.headers["host"]) == ("t", "localhost")


def test_a_redirect_is_followed_when_asked():
    def answer(request):
        if request.path == "/new":
            return HttpResponse(200, {}, b"here")
        return HttpResponse(302, {"Location": "/new"}, b"moved")

    assert fetched("curl -s localhost/old", answer).lines == ["moved"]
    assert fetched("curl -sL localhost/old", answer).lines == ["here"]


def test_a_circle_of_redirects_ends():
    answer = HttpResponse(302, {"Location": "/"})
    assert fetched("curl -sL localhost || echo $?", answer).lines == ["47"]


@pytest.mark.parametrize(("flags", "seconds"), [("-m 3", 3), ("--connect-timeout 2 -m 9", 2), ("", 130)])
def test_where_nobody_answers_it_waits(flags, seconds):
    container = fetched(f"curl -s {flags} localhost || echo $?", TimeoutError(), seconds=seconds - 0.1)
    assert container.lines == []
    container.run(0.1)
    assert container.lines == ["28"]


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (["curl", "-s", "localhost"], ["hi"]),
        (["echo", "hello", "you"], ["hello you"]),
        (["/bin/cat", "/etc/motd"], ["welcome"]),
    ],
)
def test_they_are_programs_too(command, lines):
    container = Container(command=command, image=Image("busybox"))
    container.host.answers[HOME] = lambda request: HttpResponse(200, {}, b"hi")
    container.run()
    assert (container.lines, container.exit) == (lines, (0, None))


def test_a_command_runs_beside_the_program_and_leaves_no_line():
    container = Container()
    container.run()
    before, codes = len(container.lines), []
    container.execute(("sh", "-c", "cd /tmp && echo hello > x && cat x"), codes.append)
    container.execute(("sh", "-c", "test -f /tmp/x && test -d etc"), codes.append)
    container.execute(("false",), codes.append)
    container.execute(("sh", "-c", "sleep 5; exit 3"), codes.append)
    container.run(5)
    assert container.lines[before:] == []
    assert codes == [0, 0, 1, 3]
    assert container.exit is None


def test_a_cancelled_command_ends_without_a_word():
    container, codes = Container(), []
    container.run()
    container.execute(("sleep", "5"), codes.append).cancel()
    container.run(10)
    assert (codes, container.exit) == ([], None)


@pytest.mark.parametrize(
    ("image", "command", "line"),
    [
        (
            "httpd",
            "httpd-foreground",
            "(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80",
        ),
        ("nginx", "nginx", "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"),
    ],
)
def test_two_containers_of_a_task_cannot_have_one_port(image, command, line):
    container = Container(command=[command], image=Image(image))
    container.host.taken_ports.add(80)
    container.run()
    assert (container.exit, container.lines[0]) == ((1, None), line)


def test_a_volume_is_shared_and_hides_the_image():
    shared = {}
    writer = Container(command=["sh", "-c", "echo fresh > /data/index.html; ls /data"],
                       image=Image("busybox"), mounts=(Mount("/data", shared),))  # fmt: skip
    writer.run()
    assert (shared, writer.lines) == ({"/index.html": b"fresh\n"}, ["index.html"])
    site = Mount("/usr/local/apache2/htdocs", shared, read_only=True)
    web = Container(mounts=(site,))
    web.run()
    assert web.request(HttpRequest()).body == b"fresh\n"
    assert web.request(HttpRequest(path="/style.css")).status == 404
    shared["/index.html"] = b"fresher"
    assert web.request(HttpRequest()).body == b"fresher"


def test_the_innermost_volume_counts():
    outer, inner = {"/a": b"outer"}, {"/a": b"inner"}
    container = Container(
        command=["sh", "-c", "cat /v/a /v/w/a; rm /v/w/a; ls /v"],
        image=Image("busybox"),
        mounts=(Mount("/v", outer), Mount("/v/w", inner)),
    )
    container.run()
    assert container.lines == ["outerinner", "a"]
    assert (outer, inner) == ({"/a": b"outer"}, {})


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("echo x > /etc/x || echo no", ["echo: /etc/x: Read-only file system", "no"]),
        ("touch /ro/x || echo no", ["touch: /ro/x: Read-only file system", "no"]),
        ("rm /etc/motd || echo no", ["rm: /etc/motd: Read-only file system", "no"]),
        ("echo x > /rw/x; cat /rw/x; echo y > /dev/null", ["x"]),
    ],
)
def test_what_is_read_only_is_not_written(script, lines):
    container = Container(
        command=["sh", "-c", script], read_only=True,
        mounts=(Mount("/ro", {}, read_only=True), Mount("/rw", {})),
    )  # fmt: skip
    container.run()
    assert container.lines == lines


def test_the_world_of_a_test_has_no_peers():
    with pytest.raises(ConnectionRefusedError):
        World().fetch("localhost", 80, None)


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("getent hosts db", ["10.0.0.7        db", "10.0.0.8        db"]),
        ("getent hosts nobody || echo $?", ["2"]),
        ("getent passwd || echo $?", ["2"]),
        ("nslookup db", ["Server:\t\t10.0.0.2", "Address:\t10.0.0.2:53", "", "Non-authoritative answer:",
                         "Name:\tdb", "Address: 10.0.0.7", "Name:\tdb", "Address: 10.0.0.8"]),
        ("nslookup nobody || echo $?", ["Server:\t\t10.0.0.2", "Address:\t10.0.0.2:53", "",
                                        "** server can't find nobody: NXDOMAIN", "1"]),
        ("nslookup || echo $?", ["nslookup: the interactive mode is not run here: give it a name", "1"]),
    ],
)  # fmt: skip
def test_names_are_asked_for(script, lines):
    container = Container(command=["sh", "-c", script], image=Image("busybox"))
    container.host.names["db"] = ("10.0.0.7", "10.0.0.8")
    container.run()
    assert container.lines == lines
