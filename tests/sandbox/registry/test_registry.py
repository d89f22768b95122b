"""The registry API v2 on ECR's layers: pushing and pulling as docker does, and every refusal in its form."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecslab.sandbox.bridge.images import catalogue
from ecslab.sandbox.http_message import HttpRequest
from ecslab.sandbox.registry.distribution import answer
from tests.sandbox.bridge.ecr_rig import ACCOUNT, LIST, OCI, image, rig
from tests.sandbox.image_blobs import sha

HOST = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
NOTHING = sha(b"nothing has this digest")
PUBLIC = "public.ecr.aws/docker/library/httpd"
UNKNOWN_WOB = f"The repository with name 'wob' does not exist in the registry with id '{ACCOUNT}'"


class Docker:
    """A client of the registry, logged in."""

    def __init__(self, rig):
        self.rig, self.ecr = rig, rig.ecr
        self.login = self.token(rig.ecr)

    @staticmethod
    def token(ecr) -> str:
        return "Basic " + ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]

    def __call__(self, method, path, body=b"", login=True, **headers):
        path, _, query = path.partition("?")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if login:
            named["authorization"] = self.login
        return answer(HttpRequest(method, path, query, named, body), ACCOUNT, "us-east-1")

    def push_blob(self, blob, name="web") -> str:
        status, headers, _ = self("POST", f"/v2/{name}/blobs/uploads/")
        assert status == 202
        status, headers, _ = self("PUT", f"{headers['Location']}?digest={sha(blob)}", blob)
        assert (status, headers["Docker-Content-Digest"]) == (201, sha(blob))
        return sha(blob)

    def push(self, tag="latest", page=b"hi", name="web") -> str:
        manifest, blobs = image(page)
        for blob in blobs:
            self.push_blob(blob, name)
        status, headers, _ = self("PUT", f"/v2/{name}/manifests/{tag}", manifest.encode(), content_type=OCI)
        assert status == 201
        return headers["Docker-Content-Digest"]

    def refused(self, *request, **headers) -> tuple[int, str, str]:
        status, answered, body = self(*request, **headers)
        assert answered["Content-Type"] == "application/json"
        (error,) = json.loads(body)["errors"]
        return status, error["code"], error["message"]


@pytest.fixture
def docker():
    with rig() as ecr_rig:
        ecr_rig.ecr.create_repository(repositoryName="web")
        ecr_rig.ecr.create_repository(repositoryName="adgu/other")
        yield Docker(ecr_rig)


# Logging in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v2/", "/v2", "/v2/web/tags/list", f"/v2/{HOST}/web/manifests/latest"])
def test_without_a_token_ecr_asks_for_basic(docker, path):
    status, headers, body = docker("GET", path, login=False)
    assert (status, body) == (401, b"Not Authorized\n")
    assert headers["Www-Authenticate"] == f'Basic realm="https://{HOST}/",service="ecr.amazonaws.com"'
    assert headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["/v2/", "/v2", f"/v2/{HOST}/", f"/v2/{HOST}"])
def test_with_the_token_it_says_welcome(docker, path):
    assert docker("GET", path)[0] == 200


@pytest.mark.parametrize(
    "forged",
    ["", "Basic", "Basic %%%", "Bearer x", "Basic " + base64.b64encode(b"AWS:x.y").decode(),
     "Basic " + base64.b64encode("AWS:é".encode("latin-1")).decode()],
)  # fmt: skip
def test_what_is_no_token_of_ours_is_not_authorized(docker, forged):
    assert docker("GET", "/v2/", login=False, authorization=forged)[0] == 401


def test_the_user_is_aws(docker):
    password = base64.b64decode(docker.login.split()[1]).decode().partition(":")[2]
    other = "Basic " + base64.b64encode(f"root:{password}".encode()).decode()
    assert docker("GET", "/v2/", login=False, authorization=other)[0] == 401


def test_the_token_ends_after_twelve_hours(docker):
    docker.rig.now += 12 * 3600
    assert docker.refused("GET", "/v2/") == (
        403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.",
    )  # fmt: skip


def test_the_token_opens_its_own_region_only(docker):
    host = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
    assert docker.refused("GET", f"/v2/{host}/web/tags/list") == (
        403, "DENIED", f"Your authorization token is for account {ACCOUNT} in us-east-1.",
    )  # fmt: skip
    assert docker.refused("GET", f"/v2/{HOST.replace('1', '2')}/web/tags/list")[0] in (403, 404)
    nowhere = HOST.replace("us-east-1", "xx-east-9")
    assert docker.refused("GET", f"/v2/{nowhere}/web/tags/list") == (
        404, "NAME_UNKNOWN", "There is no Region xx-east-9.",
    )  # fmt: skip


# Pushing and pulling ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["web", "adgu/other", f"{HOST}/web", f"{HOST}/adgu/other"])
def test_what_is_pushed_is_pulled(docker, name):
    digest = docker.push(name=name)
    manifest, (config, layer) = image()
    for reference in ("latest", digest):
        status, headers, body = docker("GET", f"/v2/{name}/manifests/{reference}")
        assert (status, body, headers["Content-Type"]) == (200, manifest.encode(), OCI)
        assert headers["Docker-Content-Digest"] == digest == sha(manifest.encode())
        status, headers, body = docker("HEAD", f"/v2/{name}/manifests/{reference}")
        assert (status, body, headers["Content-Length"]) == (200, b"", str(len(manifest)))
    for blob in (config, layer):
        assert docker("GET", f"/v2/{name}/blobs/{sha(blob)}")[2] == blob
        status, headers, _ = docker("HEAD", f"/v2/{name}/blobs/{sha(blob)}")
        assert (status, headers["Content-Length"]) == (200, str(len(blob)))
        assert headers["Docker-Content-Digest"] == sha(blob)


def test_the_ecr_api_sees_what_docker_pushed_and_docker_what_the_api_did(docker):
    digest = docker.push()
    (detail,) = docker.ecr.describe_images(repositoryName="web")["imageDetails"]
    assert (detail["imageDigest"], detail["imageTags"]) == (digest, ["latest"])
    other = docker.rig.push(tag="api", page=b"2")["imageId"]["imageDigest"]
    assert docker("HEAD", "/v2/web/manifests/api")[1]["Docker-Content-Digest"] == other


def test_pushing_the_same_again_is_no_error(docker):
    assert docker.push() == docker.push()
    assert len(docker.ecr.list_images(repositoryName="web")["imageIds"]) == 1


def test_a_layer_in_chunks(docker):
    where = docker("POST", "/v2/web/blobs/uploads/")[1]["Location"]
    for first, chunk, received in ((0, b"abc", "0-2"), (3, b"de", "0-4")):
        span = f"{first}-{first + len(chunk) - 1}"
        status, headers, _ = docker("PATCH", where, chunk, content_range=span)
        assert (status, headers["Range"]) == (202, received)
        where = headers["Location"]
    status, headers, _ = docker("GET", where)
    assert (status, headers["Range"]) == (204, "0-4")
    assert docker("PUT", f"{where}?digest={sha(b'abcdef')}", b"f")[0] == 201
    assert docker("GET", f"/v2/web/blobs/{sha(b'abcdef')}")[2] == b"abcdef"
    assert docker.refused("GET", where)[:2] == (404, "BLOB_UPLOAD_UNKNOWN")


@given(st.lists(st.binary(max_size=40), max_size=6), st.binary(max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_chunks_of_any_size_add_up(docker, chunks, last):
    whole = b"".join(chunks) + last
    where = docker("POST", "/v2/web/blobs/uploads/")[1]["Location"]
    for chunk in chunks:
        assert docker("PATCH", where, chunk)[0] == 202
    assert docker("PUT", f"{where}?digest={sha(whole)}", last)[0] == 201
    assert docker("GET", f"/v2/web/blobs/{sha(whole)}")[2] == whole


def test_a_layer_in_one_request(docker):
    status, headers, _ = docker("POST", f"/v2/web/blobs/uploads/?digest={sha(b'abc')}", b"abc")
    assert (status, headers["Location"]) == (201, f"/v2/web/blobs/{sha(b'abc')}")


def test_a_layer_is_mounted_from_another_repository(docker):
    digest = docker.push_blob(b"shared")
    path = f"/v2/adgu/other/blobs/uploads/?mount={digest}&from="
    status, headers, _ = docker("POST", path + "web")
    assert (status, headers["Docker-Content-Digest"]) == (201, digest)
    assert docker("GET", f"/v2/adgu/other/blobs/{digest}")[2] == b"shared"
    assert docker("POST", path + "nowhere")[0] == 202  # then the client uploads it


def test_an_upload_can_be_given_up(docker):
    where = docker("POST", "/v2/web/blobs/uploads/")[1]["Location"]
    assert docker("DELETE", where)[0] == 204
    assert docker.refused("PATCH", where, b"abc")[:2] == (404, "BLOB_UPLOAD_UNKNOWN")


@pytest.mark.parametrize(
    ("requested", "part", "span"),
    [("bytes=1-2", b"bc", "bytes 1-2/6"), ("bytes=4-", b"ef", "bytes 4-5/6"),
     ("bytes=0-99", b"abcdef", "bytes 0-5/6")],
)  # fmt: skip
def test_part_of_a_layer(docker, requested, part, span):
    digest = docker.push_blob(b"abcdef")
    status, headers, body = docker("GET", f"/v2/web/blobs/{digest}", range=requested)
    assert (status, body, headers["Content-Range"]) == (206, part, span)
    assert docker.refused("GET", f"/v2/web/blobs/{digest}", range="bytes=6-") == (
        416, "RANGE_INVALID", "the content has 6 bytes",
    )  # fmt: skip


def test_tags_in_pages(docker):
    for tag in "cab":
        docker.push(tag, page=tag.encode())
    assert json.loads(docker("GET", "/v2/web/tags/list")[2]) == {"name": "web", "tags": ["a", "b", "c"]}
    _, headers, body = docker("GET", "/v2/web/tags/list?n=2")
    assert json.loads(body)["tags"] == ["a", "b"]
    assert headers["Link"] == '</v2/web/tags/list?n=2&last=b>; rel="next"'
    assert json.loads(docker("GET", "/v2/web/tags/list?n=2&last=b")[2])["tags"] == ["c"]


def test_deleting_by_tag_and_by_digest(docker):
    digest = docker.push("v1")
    docker.push("v2")
    assert docker("DELETE", "/v2/web/manifests/v1")[0] == 202
    assert docker("HEAD", f"/v2/web/manifests/{digest}")[0] == 200
    assert docker("DELETE", f"/v2/web/manifests/{digest}")[0] == 202
    assert docker.refused("DELETE", "/v2/web/manifests/v2")[:2] == (404, "MANIFEST_UNKNOWN")


def test_an_image_that_an_index_names_stays(docker):
    child = docker.push()
    entries = [{"mediaType": OCI, "digest": child, "size": 1}]
    index = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    status, headers, _ = docker("PUT", "/v2/web/manifests/all", index, content_type=LIST)
    assert (status, headers["Docker-Content-Digest"]) == (201, sha(index))
    assert docker.refused("DELETE", f"/v2/web/manifests/{child}") == (
        403, "DENIED", f"Requested image referenced by manifest list: [{sha(index)}]",
    )  # fmt: skip


# Refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/v2/wob/manifests/latest", (404, "NAME_UNKNOWN", UNKNOWN_WOB)),
        ("POST", "/v2/wob/blobs/uploads/", (404, "NAME_UNKNOWN", UNKNOWN_WOB)),
        ("GET", "/v2/wob/tags/list", (404, "NAME_UNKNOWN", UNKNOWN_WOB)),
        ("GET", "/v2/quay.io/x/tags/list", (404, "NAME_UNKNOWN", UNKNOWN_WOB.replace("wob", "quay.io/x"))),
        ("GET", "/v2/web/manifests/v9", (404, "MANIFEST_UNKNOWN", "Requested image not found")),
        ("GET", f"/v2/web/manifests/{NOTHING}", (404, "MANIFEST_UNKNOWN", "Requested image not found")),
        ("GET", f"/v2/web/blobs/{NOTHING}",
         (404, "BLOB_UNKNOWN", f"The layer with digest '{NOTHING}' does not exist")),
        ("GET", "/v2/web/blobs/md5:1", (400, "DIGEST_INVALID", "md5:1 is not a SHA-256 digest")),
        ("PUT", "/v2/web/tags/list", (405, "UNSUPPORTED", "The operation is unsupported.")),
        ("GET", "/v2/_catalog", (404, "UNSUPPORTED", "there is nothing at /v2/_catalog")),
        ("POST", "/v2/web/blobs/uploads/?digest=md5:1",
         (400, "DIGEST_INVALID", "the request names no SHA-256 digest")),
        ("PUT", "/v2/web/manifests/latest",
         (400, "MANIFEST_INVALID", "Invalid parameter at 'ImageManifest' failed to satisfy constraint: "
          "'Invalid JSON syntax'")),
    ],
)  # fmt: skip
def test_refusals(docker, method, path, refusal):
    assert docker.refused(method, path) == refusal


def test_a_layer_with_another_digest_changes_nothing(docker):
    where = docker("POST", "/v2/web/blobs/uploads/")[1]["Location"]
    docker("PATCH", where, b"ab")
    assert docker.refused("PUT", f"{where}?digest={NOTHING}", b"c") == (
        400, "DIGEST_INVALID", "None of the provided layer digests match the calculated layer digest",
    )  # fmt: skip
    assert docker("PUT", f"{where}?digest={sha(b'abc')}", b"c")[0] == 201


def test_a_chunk_out_of_order(docker):
    where = docker("POST", "/v2/web/blobs/uploads/")[1]["Location"]
    assert docker.refused("PATCH", where, b"abc", content_range="5-7") == (
        416, "BLOB_UPLOAD_INVALID", "the chunk does not begin where the last one ended",
    )  # fmt: skip


def test_a_manifest_before_its_layers(docker):
    manifest, (config, layer) = image()
    docker.push_blob(config)
    assert docker.refused("PUT", "/v2/web/manifests/1", manifest.encode(), content_type=OCI) == (
        400, "MANIFEST_BLOB_UNKNOWN",
        f"Layers with digests '[{sha(layer)}]' required for pushing image into repository with name 'web' "
        f"in the registry with id '{ACCOUNT}' do not exist",
    )  # fmt: skip


def test_a_manifest_under_another_digest(docker):
    manifest, _ = image()
    digest = sha(manifest.encode())
    assert docker.refused("PUT", f"/v2/web/manifests/{NOTHING}", manifest.encode()) == (
        400, "DIGEST_INVALID", f"the manifest's digest is {digest}",
    )  # fmt: skip
    assert docker.refused("PUT", "/v2/web/manifests/1", b"\xff") == (
        400, "MANIFEST_INVALID", "the manifest is not UTF-8",
    )  # fmt: skip


def test_an_immutable_tag_in_dockers_words(docker):
    docker.ecr.put_image_tag_mutability(repositoryName="web", imageTagMutability="IMMUTABLE")
    docker.push("v1", b"1")
    manifest, blobs = image(b"2")
    for blob in blobs:
        docker.push_blob(blob)
    assert docker.refused("PUT", "/v2/web/manifests/v1", manifest.encode(), content_type=OCI) == (
        400, "TAG_INVALID",
        "The image tag 'v1' already exists in the 'web' repository and cannot be overwritten because the tag "
        "is immutable.",
    )  # fmt: skip


@given(
    st.sampled_from(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"]),
    st.lists(st.sampled_from(["web", "blobs", "uploads", "manifests", "tags", "list", "", "..", NOTHING, HOST,
                              "docker.io", "%2e", "%ff", "latest", PUBLIC]), max_size=6),
    st.binary(max_size=30),
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_has_an_answer(docker, method, parts, body):
    status, _, _ = docker(method, "/v2/" + "/".join(parts), body)
    assert 200 <= status < 500


# Layers by URL ----------------------------------------------------------------------------------------------


def test_the_download_url_leads_to_the_layer(docker):
    digest = docker.push_blob(b"abc")
    url = docker.ecr.get_download_url_for_layer(repositoryName="web", layerDigest=digest)["downloadUrl"]
    path = url[url.index("/_layers/") :]
    assert docker("GET", path, login=False)[::2] == (200, b"abc")
    docker.rig.now += 3600
    assert docker.refused("GET", path, login=False) == (
        403, "DENIED", "Request has expired, or its token was not made here.",
    )  # fmt: skip


def test_a_registry_token_is_no_download_url(docker):
    password = base64.b64decode(docker.login.split()[1]).decode().partition(":")[2]
    assert docker.refused("GET", f"/_layers/{password}", login=False)[:2] == (403, "DENIED")


# Public images ----------------------------------------------------------------------------------------------


def test_a_public_image_is_read_without_a_token(docker):
    status, headers, index = docker("GET", f"/v2/{PUBLIC}/manifests/2.4", login=False)
    assert (status, headers["Content-Type"]) == (200, catalogue.INDEX)
    child = json.loads(index)["manifests"][0]["digest"]
    manifest = json.loads(docker("GET", f"/v2/{PUBLIC}/manifests/{child}", login=False)[2])
    for part in (manifest["config"], *manifest["layers"]):
        _, headers, blob = docker("GET", f"/v2/{PUBLIC}/blobs/{part['digest']}", login=False)
        assert (sha(blob), len(blob)) == (part["digest"], part["size"])
    tags = json.loads(docker("GET", f"/v2/{PUBLIC}/tags/list")[2])["tags"]
    assert tags == ["2.4", "2.4-alpine", "alpine", "latest"]
    assert docker("GET", "/v2/public.ecr.aws/", login=False)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("PUT", f"{PUBLIC}/manifests/2.4", (405, "UNSUPPORTED",
         f"{PUBLIC} is a public image of the sandbox's catalogue: it is read only")),
        ("POST", f"{PUBLIC}/blobs/uploads/", (405, "UNSUPPORTED",
         f"{PUBLIC} is a public image of the sandbox's catalogue: it is read only")),
        ("GET", "docker.io/library/cassandra/manifests/8", (404, "NAME_UNKNOWN",
         "the sandbox's catalogue has no public image docker.io/library/cassandra")),
        ("GET", f"{PUBLIC}/manifests/9.9", (404, "MANIFEST_UNKNOWN", "Requested image not found")),
        ("GET", f"{PUBLIC}/blobs/{NOTHING}", (404, "BLOB_UNKNOWN", f"{PUBLIC} has no layer {NOTHING}")),
    ],
)  # fmt: skip
def test_public_images_refuse(docker, method, path, refusal):
    assert docker.refused(method, f"/v2/{path}", login=False) == refusal


# A repository's policy --------------------------------------------------------------------------------------


def test_a_denied_pull_is_said_in_ecrs_form_and_at_once(docker):
    docker.push()
    root = f"arn:aws:iam::{ACCOUNT}:root"
    deny = {"Effect": "Deny", "Principal": {"AWS": root}, "Action": "ecr:BatchGetImage"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    docker.ecr.set_repository_policy(repositoryName="web", policyText=text)
    status, _, body = docker("GET", "/v2/web/manifests/latest")
    arn = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/web"
    assert (status, body.decode()) == (
        403,
        f'{{"errors":[{{"code":"DENIED","message":"User: {root} is not authorized to perform: '
        f'ecr:BatchGetImage on resource: {arn} with an explicit deny in a resource-based policy"}}]}}\n',
    )
    assert docker("HEAD", "/v2/web/manifests/latest")[0] == 403
    assert docker.push(page=b"more"), "pushing is another action"
    docker.ecr.delete_repository_policy(repositoryName="web")
    assert docker("GET", "/v2/web/manifests/latest")[0] == 200


def test_the_list_of_tags_is_served_as_text(docker):
    docker.push()
    _, headers, body = docker("GET", "/v2/web/tags/list")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert json.loads(body) == {"name": "web", "tags": ["latest"]}
