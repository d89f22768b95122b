"""Only the sandbox's own keys are heard, and only over the body they signed."""

import hashlib
import os
import stat
from urllib.parse import quote, urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import credentials, signature
from ecslab.sandbox.world.errors import AwsError

KEY = signature.Key("AKIASANDBOX", "secret")
ISSUED = signature.Key("ASIAISSUED", "another", "a-token")
KEYS = {key.access_key: key for key in (KEY, ISSUED)}


def signed(key=KEY, *, url="http://127.0.0.1:4000/", method="POST", body=b"{}", service="ecs", presign=False):
    """The request as botocore signs it, and the time it was signed at."""
    who = botocore.credentials.Credentials(key.access_key, key.secret_key, key.session_token)
    body = b"" if presign else body
    headers = {} if presign else {"X-Amz-Target": "T.ListClusters"}
    request = botocore.awsrequest.AWSRequest(method, url, headers, body)
    if presign:
        signer = botocore.auth.SigV4QueryAuth(who, service, "us-east-1", expires=60)
    else:
        signer = botocore.auth.SigV4Auth(who, service, "us-east-1")
    signer.add_auth(request)
    parts = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()} | {"host": parts.netloc}
    stamp = headers.get("x-amz-date") or dict(p.split("=", 1) for p in parts.query.split("&"))["X-Amz-Date"]
    now = signature.datetime.strptime(stamp, signature._STAMP).replace(tzinfo=signature.UTC).timestamp()
    return HttpRequest(method, parts.path, parts.query, headers, body), now


def changed(request, **fields):
    old = {name: getattr(request, name) for name in ("method", "path", "query", "headers", "body")}
    return HttpRequest(**{**old, **fields})


@pytest.mark.parametrize("key", [KEY, ISSUED], ids=["own key", "issued by sts"])
@pytest.mark.parametrize("presign", [False, True], ids=["header", "query"])
def test_a_signed_request_passes(key, presign):
    request, now = signed(key, presign=presign)
    assert signature.verify(request, KEYS.get, now) == signature.Signer(key.access_key, "us-east-1", "ecs")


@settings(deadline=None)
@given(
    path=st.text("ab/~ .%+é", max_size=12),
    query=st.dictionaries(st.text("a~ é", min_size=1), st.text("b&= /+")),
)
def test_any_path_and_query_passes(path, query):
    url = "http://127.0.0.1:4000/" + quote(path)
    url += "?" + "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in query.items())
    request, now = signed(url=url)
    signature.verify(request, KEYS.get, now)


def test_unsigned_says_what_to_do():
    with pytest.raises(AwsError, match=r"Missing Authentication Token.*ecslab env") as refused:
        signature.verify(HttpRequest("POST", "/", "", {"host": "127.0.0.1"}, b""), KEYS.get, 0)
    assert (refused.value.code, refused.value.status) == ("MissingAuthenticationToken", 403)


@pytest.mark.parametrize(
    "change",
    [{"body": b"{ }"}, {"path": "/other"}, {"query": "a=b"}, {"method": "PUT"}],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("presign", [False, True], ids=["header", "query"])
def test_a_changed_request_is_refused(change, presign):
    request, now = signed(presign=presign)
    if "query" in change:
        change = {"query": f"{request.query}&a=b".strip("&")}
    with pytest.raises(AwsError, match="signature we calculated does not match") as refused:
        signature.verify(changed(request, **change), KEYS.get, now)
    assert refused.value.code == "InvalidSignatureException"


def test_a_declared_hash_must_be_the_body_s():
    request, now = signed()
    headers = {**request.headers, "x-amz-content-sha256": hashlib.sha256(b"x").hexdigest()}
    with pytest.raises(AwsError, match="not the one that was signed"):
        signature.verify(changed(request, headers=headers), KEYS.get, now)


def test_a_strange_key_is_refused():
    request, now = signed(signature.Key("AKIAIOSFODNN7EXAMPLE", "x"))
    with pytest.raises(AwsError, match="security token included in the request is invalid"):
        signature.verify(request, KEYS.get, now)


def test_an_issued_key_needs_its_token():
    request, now = signed(signature.Key(ISSUED.access_key, ISSUED.secret_key))
    with pytest.raises(AwsError, match="security token"):
        signature.verify(request, KEYS.get, now)


@pytest.mark.parametrize(
    ("late", "message"), [(901, r"Signature expired: .* - 15 min"), (-901, "Signature not yet current")]
)
def test_a_signature_is_good_for_a_quarter_of_an_hour(late, message):
    request, now = signed()
    signature.verify(request, KEYS.get, now + late - late // abs(late))
    with pytest.raises(AwsError, match=message):
        signature.verify(request, KEYS.get, now + late)


@pytest.mark.parametrize("header", ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c"])
def test_half_a_signature_is_refused(header):
    with pytest.raises(AwsError, match="Authorization needs Credential="):
        signature.verify(HttpRequest("POST", "/", "", {"authorization": header}, b""), KEYS.get, 0)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:4000", "localhost", "x.localhost:1", "ecs.us-east-1.amazonaws.com"]
)
def test_local_hosts_pass(host):
    signature.refuse_foreign({"host": host, "origin": f"http://{host}"})


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example:4000"}, {}, {"host": "127.0.0.1:1", "origin": "http://127.0.0.1:8888"},
     {"host": "127.0.0.1:1", "origin": "null"}],
)  # fmt: skip
def test_what_a_web_page_could_send_is_refused(headers):
    with pytest.raises(AwsError) as refused:
        signature.refuse_foreign(headers)
    assert refused.value.status == 403


def test_credentials_are_made_once_and_are_private(tmp_path):
    first = credentials.load(tmp_path / "sandbox")
    assert credentials.load(tmp_path / "sandbox") == first
    path = tmp_path / "sandbox" / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_credentials_others_could_read_are_made_anew(tmp_path):
    first = credentials.load(tmp_path)
    (tmp_path / "credentials.json").chmod(0o644)
    assert credentials.load(tmp_path) != first


def test_damaged_credentials_are_made_anew(tmp_path):
    credentials.load(tmp_path)
    (tmp_path / "credentials.json").write_text("{")
    assert credentials.load(tmp_path).access_key.startswith("AKIA")
