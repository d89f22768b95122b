"""Who may speak to the sandbox, and what never gets through it."""

import base64
import time

import pytest

import ecslab
from ecslab.sandbox import in_process
from ecslab.sandbox.endpoint import CONTROL_SERVICE
from ecslab.sandbox.gateway.gateway import Gateway, NotIn
from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.wire import signature

SECRET = "s3cret"
LIST = {"x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters",
        "content-type": "application/x-amz-json-1.1"}  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    return in_process.start(tmp_path_factory.mktemp("home"), seed=1)


def ask(endpoint, headers, *, path="/", key=None, service="ecs", body=b"{}"):
    """A POST, signed with `key` if there is one; status and body."""
    headers = {"host": endpoint.host, **headers}
    if key:
        request = HttpRequest("POST", path, "", headers, body)
        headers = signature.sign(request, key, "us-east-1", service, time.time())
    status, _, answer = endpoint.transport("POST", endpoint.url + path, headers, body)
    return status, answer.decode()


def own(endpoint):
    return signature.Key(endpoint.access_key, endpoint.secret_key)


def test_its_own_key_is_heard(endpoint):
    assert ask(endpoint, LIST, key=own(endpoint)) == (200, '{"clusterArns": []}')


def test_unsigned_is_refused(endpoint):
    status, answer = ask(endpoint, LIST)
    assert status == 403
    assert "MissingAuthenticationToken" in answer


@pytest.mark.parametrize(
    ("key", "code"),
    [(lambda own: signature.Key("AKIASTRANGER", own.secret_key), "UnrecognizedClientException"),
     (lambda own: signature.Key(own.access_key, "guess"), "InvalidSignatureException"),
     (lambda own: signature.Key("ASIANEVERISSUED", "x", "token"), "UnrecognizedClientException")],
)  # fmt: skip
def test_another_key_is_refused(endpoint, key, code):
    status, answer = ask(endpoint, LIST, key=key(own(endpoint)))
    assert (status, code in answer) == (403, True)


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"origin": "http://127.0.0.1:8888"}, {"origin": "null"},
     {"host": "127.0.0.1.evil.example"}],
)  # fmt: skip
def test_a_web_page_is_refused_even_with_a_signature(endpoint, headers):
    status, answer = ask(endpoint, {**LIST, **headers}, key=own(endpoint))
    assert (status, "AccessDenied" in answer) == (403, True)


def test_control_calls_are_signed_for_their_own_service(endpoint):
    path = "/_ecslab/status"
    assert ask(endpoint, {}, path=path)[0] == 403
    assert ask(endpoint, {}, path=path, key=own(endpoint))[0] == 403
    assert ask(endpoint, {}, path=path, key=own(endpoint), service=CONTROL_SERVICE)[0] == 200


def test_moto_s_own_api_and_switches_are_out_of_reach(endpoint):
    assert ask(endpoint, {}, path="/moto-api/reset", key=own(endpoint), service="moto")[0] == 400
    other = {"x-moto-account-id": "999999999999", "content-type": "application/x-www-form-urlencoded"}
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    answer = ask(endpoint, other, key=own(endpoint), service="sts", body=body)[1]
    assert "<Account>123456789012</Account>" in answer


def test_keys_that_sts_issued_are_heard_with_their_token(endpoint):
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = (
        b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn=arn:aws:iam::123456789012:role/some"
    )
    answer = ask(endpoint, form, key=own(endpoint), service="sts", body=body)[1]
    issued = [answer.partition(f"<{tag}>")[2].partition("<")[0]
              for tag in ("AccessKeyId", "SecretAccessKey", "SessionToken")]  # fmt: skip
    assert ask(endpoint, LIST, key=signature.Key(*issued))[0] == 200
    assert ask(endpoint, LIST, key=signature.Key(*issued[:2]))[0] == 403


# The gateway


class Recorder:
    """Stands for the containers, and keeps what reached them."""

    def __init__(self):
        self.seen = []

    def __call__(self, host, port, request):
        self.seen.append((host, port, request))
        if host == "203.0.113.99":
            raise NotIn(host, port, "security-group", "Security group sg-1 (closed) has no rule.")
        headers = {"Content-Type": "text/html", "Set-Cookie": "a=b", "X-Frame-Options": "DENY"}
        return HttpResponse(200, headers, b"hi")


def through(target, headers=None, method="GET", recorder=None):
    gateway = Gateway(recorder or Recorder(), SECRET)
    path, _, query = target.partition("?")
    request = HttpRequest(method, path, query, {"host": "127.0.0.1:5", **(headers or {})}, b"")
    return gateway.answer(target, request)


def password(word=SECRET):
    return {"proxy-authorization": "Basic " + base64.b64encode(f"lab:{word}".encode()).decode()}


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        ("http://203.0.113.9/", {}, 407),
        ("http://203.0.113.9/", password("guess"), 407),
        ("http://203.0.113.9/", {"proxy-authorization": "Basic !"}, 407),
        ("http://example.com/", password(), 403),
        ("http://localhost:8888/api", password(), 403),
        ("https://203.0.113.9/", password(), 501),
        ("/", {}, 204),
        ("/guess/203.0.113.9:80/", {}, 404),
        (f"/{SECRET}/example.com:80/", {}, 404),
        (f"/{SECRET}", {}, 404),
        (f"/{SECRET}/203.0.113.99:80/", {}, 504),
    ],
)
def test_it_is_no_open_proxy(target, headers, status):
    recorder = Recorder()
    assert through(target, headers, recorder=recorder)[0] == status
    assert [request[0] for request in recorder.seen] in ([], ["203.0.113.99"])


@pytest.mark.parametrize("method", ["CONNECT", "TRACE"])
def test_other_methods_are_refused(method):
    assert through("http://203.0.113.9/", password(), method)[0] in (405, 501)


def test_only_the_world_decides_which_address_answers():
    """127.0.0.1 as a public IP is asked of the world, which has no such interface; no socket is opened."""
    recorder = Recorder()
    through("http://127.0.0.1:8888/api", password(), recorder=recorder)
    assert recorder.seen[0][:2] == ("127.0.0.1", 8888)


def test_what_the_browser_knows_of_jupyter_stops_at_the_gateway():
    recorder = Recorder()
    secrets = {
        "cookie": "_xsrf=1; username-127=2", "authorization": "token abc", "x-xsrftoken": "1",
        "referer": "http://127.0.0.1:8888/lab?token=abc", "x-forwarded-prefix": "/user/me/proxy/5",
        "accept-language": "en",
    }  # fmt: skip
    through(f"/{SECRET}/203.0.113.9:80/a?token=abc&b=1&_xsrf=2", secrets, recorder=recorder)
    _, _, request = recorder.seen[0]
    assert request.headers == {"accept-language": "en", "host": "203.0.113.9"}
    assert (request.path, request.query) == ("/a", "b=1")


def test_the_page_goes_out_in_a_sandbox():
    status, headers, body = through(f"/{SECRET}/203.0.113.9:80/")
    assert (status, body) == (200, b"hi")
    assert headers == {
        "Content-Type": "text/html", "Content-Length": "2",
        "Content-Security-Policy": "sandbox allow-scripts allow-forms allow-popups",
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    }  # fmt: skip


def test_a_refusal_is_a_page_that_names_the_rule():
    status, headers, body = through(f"/{SECRET}/203.0.113.99:80/")
    assert status == 504
    assert b"Security group sg-1 (closed) has no rule." in body
    assert b"ecslab.verify.why_not(lab, task) and notebook 05-verify show how to put it right." in body
    assert callable(ecslab.verify.why_not)
    assert headers["Content-Security-Policy"].startswith("sandbox")
