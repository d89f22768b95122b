"""What came through the registry is in the journal: a sandbox that starts again has the same images."""

import base64

from ecslab.sandbox.engine import api, control
from ecslab.sandbox.engine.sandbox import Sandbox
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.wire import signature
from tests.sandbox.bridge.ecr_rig import OCI, image
from tests.sandbox.image_blobs import sha

TARGET = "AmazonEC2ContainerRegistry_V20150921."


class Client:
    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox

    def ask(self, request: HttpRequest):
        return api.answer(self.sandbox, request)

    def api(self, operation: str, body: bytes = b"{}") -> bytes:
        headers = {"host": "127.0.0.1:1", "x-amz-target": TARGET + operation,
                   "content-type": "application/x-amz-json-1.1"}  # fmt: skip
        request = HttpRequest("POST", "/", "", headers, body)
        keys = self.sandbox.credentials
        signed = signature.sign(
            request, signature.Key(keys.access_key, keys.secret_key), "us-east-1", "ecr", self.sandbox.wall()
        )
        status, _, answer = self.ask(HttpRequest("POST", "/", "", {**headers, **signed}, body))
        assert status == 200, answer
        return answer

    def registry(self, method: str, path: str, body: bytes = b"", **headers: str):
        path, _, query = path.partition("?")
        named = {"host": "127.0.0.1:1", "authorization": self.login}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(HttpRequest(method, path, query, named, body))

    def log_in(self) -> None:
        answer = self.api("GetAuthorizationToken")
        token = answer.partition(b'"authorizationToken"')[2].split(b'"')[1].decode()
        assert base64.b64decode(token).startswith(b"AWS:")
        self.login = f"Basic {token}"


def test_images_survive_a_restart(tmp_path):
    client = Client(Sandbox(tmp_path, seed=1, mode="stepped"))
    client.api("CreateRepository", b'{"repositoryName": "web"}')
    client.log_in()
    manifest, blobs = image()
    for blob in blobs:
        where = client.registry("POST", "/v2/web/blobs/uploads/")[1]["Location"]
        assert client.registry("PATCH", where, blob)[0] == 202
        assert client.registry("PUT", f"{where}?digest={sha(b'another')}")[0] == 400  # leaves no trace
        assert client.registry("PUT", f"{where}?digest={sha(blob)}")[0] == 201
    assert client.registry("PUT", "/v2/web/manifests/1", manifest.encode(), content_type=OCI)[0] == 201
    # the token is long over when it is replayed
    control.carry_out(client.sandbox, "advance", {"seconds": 13 * 3600})
    before = client.api("DescribeImages", b'{"repositoryName": "web"}')
    client.sandbox.close()

    again = Client(Sandbox(tmp_path))
    assert again.api("DescribeImages", b'{"repositoryName": "web"}') == before
    again.log_in()
    assert again.registry("GET", "/v2/web/manifests/1")[2] == manifest.encode()
    assert [again.registry("GET", f"/v2/web/blobs/{sha(blob)}")[2] for blob in blobs] == blobs
    again.sandbox.close()
