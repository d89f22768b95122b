"""ECR's images and layers through boto3: what comes back, and every refusal in ECR's own words."""

import base64
import hashlib
import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from ecr_rig import ACCOUNT, LIST, OCI, image, rig

from ecslab.sandbox.bridge.ecr import backend as backend_module
from ecslab.sandbox.bridge.ecr import constraints, scans, tokens
from ecslab.sandbox.bridge.ecr import layers as layers_module
from tests.sandbox.image_blobs import sha

MIB = 1024 * 1024
NOWHERE = "sha256:" + "0" * 64
WHERE = f"repository with name 'web' in the registry with id '{ACCOUNT}'"


@pytest.fixture
def lab():
    with rig() as ecr_rig:
        ecr_rig.ecr.create_repository(repositoryName="web")
        yield ecr_rig


def refused(call, **kwargs) -> str:
    """Code and sentence of the refusal that the call must meet."""
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


# repositories


def test_a_repository_has_the_address_that_docker_uses(lab):
    repository = lab.ecr.create_repository(repositoryName="adgu/web")["repository"]
    assert repository["repositoryUri"] == f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/adgu/web"
    assert repository["repositoryArn"] == f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/adgu/web"
    assert repository["imageTagMutability"] == "MUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": False}
    assert repository["encryptionConfiguration"] == {"encryptionType": "AES256"}


@pytest.mark.parametrize("name", ["a1", "0ab", "a/b/c", "a.b", "a_b", "a__b", "a--b", "x" * 256])
def test_names_that_ecr_takes(lab, name):
    assert lab.ecr.create_repository(repositoryName=name)["repository"]["repositoryName"] == name


@pytest.mark.parametrize("name", ["Web", "a//b", "-a", "a-", "a..b", "a b", "/a", "a/"])
def test_names_that_ecr_refuses(lab, name):
    assert refused(lab.ecr.create_repository, repositoryName=name) == (
        "InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: "
        rf"'must satisfy regular expression '{backend_module.NAME}''"
    )


def test_a_second_repository_of_the_same_name(lab):
    assert refused(lab.ecr.create_repository, repositoryName="web") == (
        "RepositoryAlreadyExistsException: The repository with name 'web' already exists "
        f"in the registry with id '{ACCOUNT}'"
    )


def test_deleting_a_repository_that_holds_images(lab):
    lab.push()
    assert refused(lab.ecr.delete_repository, repositoryName="web") == (
        f"RepositoryNotEmptyException: The repository with name 'web' in registry with id '{ACCOUNT}' "
        "cannot be deleted because it still contains images"
    )
    lab.ecr.delete_repository(repositoryName="web", force=True)
    assert refused(lab.ecr.describe_images, repositoryName="web") == (
        "RepositoryNotFoundException: The repository with name 'web' does not exist "
        f"in the registry with id '{ACCOUNT}'"
    )


# layers


def test_a_layer_in_parts_comes_back_whole(lab):
    data = bytes(range(256)) * (5 * MIB // 256) + b"the end"
    begun = lab.ecr.initiate_layer_upload(repositoryName="web")
    assert begun["partSize"] == 10 * MIB
    for first, last in ((0, 5 * MIB - 1), (5 * MIB, len(data) - 1)):
        part = lab.ecr.upload_layer_part(
            repositoryName="web", uploadId=begun["uploadId"],
            partFirstByte=first, partLastByte=last, layerPartBlob=data[first : last + 1],
        )  # fmt: skip
        assert part["lastByteReceived"] == last
    done = lab.ecr.complete_layer_upload(
        repositoryName="web", uploadId=begun["uploadId"], layerDigests=[sha(data)]
    )
    assert done["layerDigest"] == sha(data)
    layers = lab.ecr.batch_check_layer_availability(repositoryName="web", layerDigests=[sha(data)])["layers"]
    assert layers[0]["layerAvailability"] == "AVAILABLE"
    assert layers[0]["layerSize"] == len(data)


def part(lab, upload, blob, first=0, last=None):
    last = first + len(blob) - 1 if last is None else last
    return {
        "repositoryName": "web", "uploadId": upload,
        "partFirstByte": first, "partLastByte": last, "layerPartBlob": blob,
    }  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [(1, 3), (0, 5), (0, 1)])
def test_a_part_that_does_not_fit_is_refused(lab, first, last):
    upload = lab.ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    with pytest.raises(ClientError) as caught:
        lab.ecr.upload_layer_part(**part(lab, upload, b"abc", first, last))
    assert caught.value.response["Error"]["Code"] == "InvalidLayerPartException"
    assert caught.value.response["lastValidByteReceived"] == -1
    assert caught.value.response["uploadId"] == upload


def test_a_small_part_before_the_last_is_refused_at_completion(lab):
    upload = lab.ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    lab.ecr.upload_layer_part(**part(lab, upload, b"abc"))
    lab.ecr.upload_layer_part(**part(lab, upload, b"def", 3))
    complete = {"repositoryName": "web", "uploadId": upload, "layerDigests": [sha(b"abcdef")]}
    assert refused(lab.ecr.complete_layer_upload, **complete) == (
        "LayerPartTooSmallException: Layer parts must be at least 5 MiB in size."
    )


def test_a_wrong_digest_is_refused_and_the_layer_is_not_there(lab):
    upload = lab.ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    lab.ecr.upload_layer_part(**part(lab, upload, b"abc"))
    complete = {"repositoryName": "web", "uploadId": upload, "layerDigests": [NOWHERE]}
    assert refused(lab.ecr.complete_layer_upload, **complete) == (
        "InvalidLayerException: None of the provided layer digests match the calculated layer digest"
    )
    answer = lab.ecr.batch_check_layer_availability(
        repositoryName="web", layerDigests=[sha(b"abc"), "nonsense"]
    )
    assert [failure["failureCode"] for failure in answer["failures"]] == ["InvalidLayerDigest"]
    assert answer["layers"] == [{"layerDigest": sha(b"abc"), "layerAvailability": "UNAVAILABLE"}]


def test_uploads_that_are_empty_unknown_or_done_before(lab):
    upload = lab.ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    complete = {"repositoryName": "web", "uploadId": upload, "layerDigests": [sha(b"abc")]}
    assert refused(lab.ecr.complete_layer_upload, **complete).startswith("EmptyUploadException")
    unknown = complete | {"uploadId": "00000000-0000-0000-0000-000000000000"}
    assert refused(lab.ecr.complete_layer_upload, **unknown).startswith("UploadNotFoundException")
    lab.upload(b"abc")
    lab.ecr.upload_layer_part(**part(lab, upload, b"abc"))
    assert refused(lab.ecr.complete_layer_upload, **complete).startswith("LayerAlreadyExistsException")


def test_a_layer_beyond_the_sandboxs_limit_says_whose_limit_it_is(lab, monkeypatch):
    monkeypatch.setattr(layers_module, "LAYER_MAX", MIB)
    upload = lab.ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    assert refused(lab.ecr.upload_layer_part, **part(lab, upload, bytes(MIB + 1))) == (
        "LimitExceededException: This sandbox takes layers of at most 1 MiB."
    )


def test_the_download_url_is_signed_and_names_the_layer(lab):
    lab.upload(b"abc")
    answer = lab.ecr.get_download_url_for_layer(repositoryName="web", layerDigest=sha(b"abc"))
    address, token = answer["downloadUrl"].rsplit("/", 1)
    assert address.endswith("amazonaws.com/_layers")
    assert tokens.verify(tokens.key(None), "layer", lab.now, token)["digest"] == sha(b"abc")
    assert refused(lab.ecr.get_download_url_for_layer, repositoryName="web", layerDigest=NOWHERE) == (
        f"LayersNotFoundException: The layer with digest '{NOWHERE}' does not exist within the {WHERE}"
    )


def test_layers_outlive_the_process_with_a_home(tmp_path):
    with rig(tmp_path) as lab:
        lab.ecr.create_repository(repositoryName="web")
        lab.upload(b"abc")
    (file,) = (tmp_path / "blobs").iterdir()
    assert (file.name, file.read_bytes()) == (hashlib.sha256(b"abc").hexdigest(), b"abc")
    assert (tmp_path / "registry.key").stat().st_mode & 0o077 == 0


def test_a_damaged_layer_is_a_missing_layer(tmp_path):
    with rig(tmp_path) as lab:
        lab.ecr.create_repository(repositoryName="web")
        lab.upload(b"abc")
        next((tmp_path / "blobs").iterdir()).write_bytes(b"abX")
        url = {"repositoryName": "web", "layerDigest": sha(b"abc")}
        assert refused(lab.ecr.get_download_url_for_layer, **url).startswith("LayersNotFoundException")


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(b"abX"), lambda file: file.unlink()])
def test_a_lost_layer_is_sent_again_by_the_next_push(tmp_path, damage):
    with rig(tmp_path) as lab:
        lab.ecr.create_repository(repositoryName="web")
        lab.push()
        for file in (tmp_path / "blobs").iterdir():
            damage(file)
        _, blobs = image()
        request = {"repositoryName": "web", "layerDigests": [sha(blob) for blob in blobs]}
        answer = lab.ecr.batch_check_layer_availability(**request)
        assert answer["failures"] == []
        assert answer["layers"][0] == {"layerDigest": sha(blobs[0]), "layerAvailability": "UNAVAILABLE"}
        for blob in blobs:
            lab.upload(blob)
        layers = lab.ecr.batch_check_layer_availability(**request)["layers"]
        assert [layer["layerAvailability"] for layer in layers] == ["AVAILABLE", "AVAILABLE"]


# images


def test_an_image_is_known_by_the_digest_of_its_manifest(lab):
    pushed = lab.push()
    manifest, (config, layer) = image()
    assert pushed["imageId"] == {"imageDigest": sha(manifest.encode()), "imageTag": "latest"}
    (detail,) = lab.ecr.describe_images(repositoryName="web")["imageDetails"]
    assert detail["imageSizeInBytes"] == len(config) + len(layer)
    assert detail["imagePushedAt"].astimezone(UTC) == datetime.fromtimestamp(lab.now, UTC)
    assert detail["imageTags"] == ["latest"]
    assert detail["imageManifestMediaType"] == OCI
    (image_detail,) = lab.ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "latest"}])[
        "images"
    ]
    assert image_detail["imageManifest"] == manifest
    assert image_detail["imageId"] == pushed["imageId"]


def test_a_manifest_whose_layers_are_not_there(lab):
    manifest, (config, layer) = image()
    lab.upload(config)
    assert refused(lab.ecr.put_image, repositoryName="web", imageManifest=manifest, imageTag="1") == (
        f"LayersNotFoundException: Layers with digests '[{sha(layer)}]' required for pushing image into "
        f"{WHERE} do not exist"
    )


def test_the_same_image_and_tag_again(lab):
    digest = lab.push()["imageId"]["imageDigest"]
    with pytest.raises(ClientError, match="ImageAlreadyExistsException") as caught:
        lab.push()
    assert caught.value.response["Error"]["Message"] == (
        f"Image with digest '{digest}' and tag 'latest' already exists "
        f"in the repository with name 'web' in registry with id '{ACCOUNT}'"
    )


def test_a_mutable_tag_moves_and_leaves_the_old_image_untagged(lab):
    old, new = lab.push(page=b"1")["imageId"], lab.push(page=b"2")["imageId"]
    listed = lab.ecr.list_images(repositoryName="web")["imageIds"]
    assert listed == [{"imageDigest": old["imageDigest"]}, new]
    untagged = lab.ecr.list_images(repositoryName="web", filter={"tagStatus": "UNTAGGED"})["imageIds"]
    assert untagged == listed[:1]
    assert (
        "imageTags"
        not in lab.ecr.describe_images(repositoryName="web", imageIds=listed[:1])["imageDetails"][0]
    )


def test_an_immutable_tag_stays(lab):
    lab.ecr.put_image_tag_mutability(repositoryName="web", imageTagMutability="IMMUTABLE")
    lab.push(page=b"1")
    with pytest.raises(ClientError) as caught:
        lab.push(page=b"2")
    assert caught.value.response["Error"] == {
        "Code": "ImageTagAlreadyExistsException",
        "Message": "The image tag 'latest' already exists in the 'web' repository "
        "and cannot be overwritten because the tag is immutable.",
    }
    assert len(lab.ecr.list_images(repositoryName="web")["imageIds"]) == 1


def test_filters_turn_mutability_around(lab):
    lab.ecr.put_image_tag_mutability(
        repositoryName="web",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev*"}],
    )
    for page in (b"1", b"2"):
        lab.push(tag="dev-1", page=page)
    lab.push(tag="v1", page=b"1")
    with pytest.raises(ClientError, match="ImageTagAlreadyExistsException"):
        lab.push(tag="v1", page=b"2")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"imageManifest": "{"}, "InvalidParameterException: Invalid parameter at 'ImageManifest'"),
        ({"imageManifest": "[]"}, "InvalidParameterException: Invalid parameter at 'ImageManifest'"),
        ({"imageManifest": '{"layers": 1, "config": 2}'}, "InvalidParameterException"),
        ({"imageManifest": "{}"}, "InvalidParameterException: Invalid parameter at 'ImageManifest' failed"),
        (
            {"imageManifest": '{"schemaVersion": 2}', "imageManifestMediaType": ""},
            "InvalidParameterException: image manifest",
        ),
        ({"imageTag": "a b"}, "InvalidParameterException: Invalid parameter at 'imageTag'"),
        ({"imageDigest": NOWHERE}, "ImageDigestDoesNotMatchException"),
        ({"repositoryName": "wob"}, "RepositoryNotFoundException: The repository with name 'wob' does not"),
    ],
)
def test_put_image_refuses(lab, change, refusal):
    manifest, blobs = image()
    for blob in blobs:
        lab.upload(blob)
    good = {
        "repositoryName": "web",
        "imageManifest": manifest,
        "imageManifestMediaType": OCI,
        "imageTag": "1",
    }
    assert refused(lab.ecr.put_image, **good | change).startswith(refusal)


def put_index(lab, digests, tag="all"):
    entries = [{"mediaType": OCI, "digest": d, "size": 1, "platform": {"os": "linux"}} for d in digests]
    index = json.dumps({"schemaVersion": 2, "mediaType": LIST, "manifests": entries})
    return lab.ecr.put_image(repositoryName="web", imageManifest=index, imageTag=tag)["image"]["imageId"]


def test_an_index_needs_its_images_and_then_keeps_them(lab):
    with pytest.raises(ClientError) as caught:
        put_index(lab, [NOWHERE])
    assert caught.value.response["Error"] == {
        "Code": "ReferencedImagesNotFoundException",
        "Message": f"Images with digests '[{NOWHERE}]' required for pushing image into {WHERE} do not exist",
    }
    child = lab.push(tag=None)["imageId"]
    index = put_index(lab, [child["imageDigest"]])
    sizes = {
        d["imageDigest"]: d["imageSizeInBytes"]
        for d in lab.ecr.describe_images(repositoryName="web")["imageDetails"]
    }
    assert sizes[index["imageDigest"]] == sizes[child["imageDigest"]]
    answer = lab.ecr.batch_delete_image(repositoryName="web", imageIds=[child])
    assert answer["failures"] == [
        {
            "imageId": child,
            "failureCode": "ImageReferencedByManifestList",
            "failureReason": f"Requested image referenced by manifest list: [{index['imageDigest']}]",
        }
    ]


def test_deleting_by_tag_takes_the_image_with_its_last_tag(lab):
    digest = lab.push(tag="1")["imageId"]["imageDigest"]
    lab.push(tag="2")
    gone = lab.ecr.batch_delete_image(repositoryName="web", imageIds=[{"imageTag": "1"}])
    assert gone["imageIds"] == [{"imageDigest": digest, "imageTag": "1"}]
    assert len(lab.ecr.describe_images(repositoryName="web")["imageDetails"]) == 1
    lab.ecr.batch_delete_image(repositoryName="web", imageIds=[{"imageTag": "2"}])
    assert lab.ecr.describe_images(repositoryName="web")["imageDetails"] == []


def test_deleting_by_digest_takes_all_tags(lab):
    digest = lab.push(tag="1")["imageId"]["imageDigest"]
    lab.push(tag="2")
    gone = lab.ecr.batch_delete_image(repositoryName="web", imageIds=[{"imageDigest": digest}])
    assert gone["imageIds"] == [{"imageDigest": digest, "imageTag": tag} for tag in ("1", "2")]
    assert lab.ecr.list_images(repositoryName="web")["imageIds"] == []


@pytest.mark.parametrize("call", ["batch_get_image", "batch_delete_image"])
def test_images_that_are_not_there_are_failures_not_errors(lab, call):
    digest = lab.push(tag="1")["imageId"]["imageDigest"]
    wanted = [{"imageTag": "9"}, {"imageDigest": "x"}, {"imageDigest": digest, "imageTag": "9"}]
    failures = getattr(lab.ecr, call)(repositoryName="web", imageIds=wanted)["failures"]
    assert [f["failureCode"] for f in failures] == [
        "ImageNotFound", "InvalidImageDigest", "ImageTagDoesNotMatchDigest",
    ]  # fmt: skip
    assert failures[0]["failureReason"] == "Requested image not found"


def test_describing_an_image_that_is_not_there(lab):
    assert refused(lab.ecr.describe_images, repositoryName="web", imageIds=[{"imageTag": "9"}]) == (
        "ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'9'} does not exist "
        f"within the {WHERE}"
    )


@pytest.mark.parametrize(
    ("call", "members", "constraint"),
    [
        ("list_images", {"maxResults": 1001},
         "'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'"),
        ("batch_get_image", {"imageIds": [{"imageTag": "a"}] * 101},
         "'imageIds' failed to satisfy constraint: 'Member must have length less than or equal to 100'"),
    ],
)  # fmt: skip
def test_numbers_and_lists_have_limits(lab, call, members, constraint):
    message = f"InvalidParameterException: Invalid parameter at {constraint}"
    assert refused(getattr(lab.ecr, call), repositoryName="web", **members) == message


@pytest.mark.parametrize(
    ("body", "constraint"),
    [
        ('{"maxResults": 0}', "'Member must have value greater than or equal to 1'"),
        ('{"imageIds": []}', "'Member must have length greater than or equal to 1'"),
        ('{"maxResults": "5"}', None),
        ("[]", None),
        (None, None),
    ],
)
def test_what_boto3_would_not_send(body, constraint):
    refusal = constraints.broken("DescribeImages", body)
    assert (refusal and refusal.message.partition("constraint: ")[2]) == constraint


def test_a_page_of_named_images_is_not_to_be_had(lab):
    lab.push()
    assert (
        refused(
            lab.ecr.describe_images, repositoryName="web", imageIds=[{"imageTag": "latest"}], maxResults=1
        )
        == "InvalidParameterException: nextToken and maxResults cannot be used with imageIds."
    )


def test_the_same_image_again_without_a_tag(lab):
    pushed = lab.push()
    manifest = lab.ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "latest"}])["images"][0]
    digest = pushed["imageId"]["imageDigest"]
    assert refused(
        lab.ecr.put_image, repositoryName="web", imageManifest=manifest["imageManifest"],
        imageManifestMediaType=manifest["imageManifestMediaType"],
    ) == (
        f"ImageAlreadyExistsException: Image with digest '{digest}' already exists in the repository with "
        f"name 'web' in registry with id '{ACCOUNT}'"
    )  # fmt: skip


def test_long_lists_come_in_pages(lab):
    for n in range(5):
        lab.push(tag=str(n), page=b"%d" % n)
    pages = lab.ecr.get_paginator("list_images").paginate(
        repositoryName="web", PaginationConfig={"PageSize": 2}
    )
    assert [[i["imageTag"] for i in page["imageIds"]] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]
    assert refused(lab.ecr.list_images, repositoryName="web", nextToken="x").startswith("InvalidParameter")


# the token


def test_the_token_is_fresh_and_basic(lab):
    (data,) = lab.ecr.get_authorization_token()["authorizationData"]
    assert data["expiresAt"].timestamp() == lab.now + 12 * 3600
    assert data["proxyEndpoint"] == f"https://{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
    user, password = base64.b64decode(data["authorizationToken"]).decode().split(":", 1)
    facts = tokens.verify(tokens.key(None), "registry", lab.now, password)
    assert (user, facts["account"], facts["region"]) == ("AWS", ACCOUNT, "us-east-1")


def test_a_token_ends_and_cannot_be_altered_or_used_for_something_else():
    key = b"k" * 32
    token = tokens.issue(key, "layer", 100.0, digest="sha256:1")
    assert tokens.verify(key, "layer", 99, token)
    assert tokens.verify(key, "layer", 100, token) is None
    assert tokens.verify(key, "registry", 99, token) is None
    assert tokens.verify(b"other", "layer", 99, token) is None
    body, mac = token.split(".")
    other = tokens.issue(b"other", "layer", 1e12, digest="sha256:1").split(".")[0]
    for forged in ("", ".", "x", "é.é", f"{other}.{mac}", f"{body}.", token + "A", token + ".x"):
        assert tokens.verify(key, "layer", 99, forged) is None


# as recorded: radkawar/stackd testdata/aws/ecr


def test_a_layers_media_type_is_the_manifests(lab):
    lab.push()
    _, blobs = image()
    digests = [sha(blob) for blob in blobs]
    layers = lab.ecr.batch_check_layer_availability(repositoryName="web", layerDigests=digests)["layers"]
    assert [layer["mediaType"] for layer in layers] == [
        "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar",
    ]  # fmt: skip
    assert [layer["layerSize"] for layer in layers] == [len(blob) for blob in blobs]


def test_batch_get_image_says_how_long_the_manifest_is(lab):
    """botocore's model does not know the member, so the answer is read as it comes."""
    raw = []
    lab.push(tag="1")
    event, keep = "before-parse.ecr.BatchGetImage", lambda response_dict, **_: raw.append(response_dict)
    lab.ecr.meta.events.register(event, keep)
    try:
        image_detail = lab.ecr.batch_get_image(repositoryName="web", imageIds=[{"imageTag": "1"}])["images"][
            0
        ]
    finally:
        lab.ecr.meta.events.unregister(event, keep)
    assert json.loads(raw[0]["body"])["images"][0]["imageManifestSize"] == len(image_detail["imageManifest"])


def test_what_aws_shows_of_a_repository_that_is_deleted(lab):
    gone = lab.ecr.delete_repository(repositoryName="web")["repository"]
    assert sorted(gone) == [
        "createdAt", "imageTagMutability", "registryId", "repositoryArn", "repositoryName", "repositoryUri",
    ]  # fmt: skip


def test_missing_layers_are_all_named(lab):
    manifest, blobs = image()
    digests = ",".join(sha(blob) for blob in blobs)
    assert refused(lab.ecr.put_image, repositoryName="web", imageManifest=manifest, imageTag="1") == (
        f"LayersNotFoundException: Layers with digests '[{digests}]' required for pushing image into {WHERE} "
        "do not exist"
    )


def test_another_digest_than_declared(lab):
    manifest, blobs = image()
    for blob in blobs:
        lab.upload(blob)
    declared = {"repositoryName": "web", "imageManifest": manifest, "imageDigest": NOWHERE}
    assert refused(lab.ecr.put_image, **declared) == (
        f"ImageDigestDoesNotMatchException: The image with digest '{NOWHERE}' in repository 'web' and "
        f"registry ID '{ACCOUNT}' does not match the image digest that Amazon ECR has calculated."
    )


@pytest.mark.parametrize("named_by", ["id", "arn", "alias"])
def test_the_key_is_shown_by_its_arn(lab, named_by):
    kms = boto3.client("kms", "us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/web", TargetKeyId=key["KeyId"])
    named = {"id": key["KeyId"], "arn": key["Arn"], "alias": "alias/web"}[named_by]
    encryption = {"encryptionType": "KMS", "kmsKey": named}
    repository = lab.ecr.create_repository(repositoryName="kms", encryptionConfiguration=encryption)[
        "repository"
    ]
    assert repository["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": key["Arn"]}
    (described,) = lab.ecr.describe_repositories(repositoryNames=["kms"])["repositories"]
    assert described["encryptionConfiguration"]["kmsKey"] == key["Arn"]


def test_a_key_that_is_not_there_or_not_wanted(lab):
    create = lab.ecr.create_repository
    nobody = {"encryptionType": "KMS", "kmsKey": "alias/none"}
    message = refused(create, repositoryName="kms", encryptionConfiguration=nobody)
    assert message == "KmsException: Key 'alias/none' does not exist"
    unwanted = {"encryptionType": "AES256", "kmsKey": "alias/none"}
    message = refused(create, repositoryName="kms", encryptionConfiguration=unwanted)
    assert message.startswith("InvalidParameterException: ")


def test_filters_go_with_exclusions_alone(lab):
    filters = [{"filterType": "WILDCARD", "filter": "dev*"}]
    at = "InvalidParameterException: Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to "
    for call, name in ((lab.ecr.create_repository, "new"), (lab.ecr.put_image_tag_mutability, "web")):
        settings = {"imageTagMutability": "MUTABLE", "imageTagMutabilityExclusionFilters": filters}
        assert refused(call, repositoryName=name, **settings) == (
            f"{at}satisfy constraint: 'ImageTagMutabilityExclusionFilters are not allowed when "
            "imageTagMutability is set to MUTABLE'"
        )


# scans


def scanned(lab) -> dict:
    answer = lab.ecr.describe_image_scan_findings(repositoryName="web", imageId={"imageTag": "1"})
    assert "imageScanFindings" not in answer
    return answer["imageScanStatus"]


FAILED = {
    "status": "FAILED",
    "description": "UnsupportedImageError: The operating system and/or package manager are not supported.",
}


def test_a_scan_is_pending_then_in_progress_then_fails(lab):
    digest = lab.push(tag="1")["imageId"]["imageDigest"]
    missing = {"repositoryName": "web", "imageId": {"imageTag": "1"}}
    assert refused(lab.ecr.describe_image_scan_findings, **missing).startswith("ScanNotFoundException: ")
    started = lab.ecr.start_image_scan(**missing)
    assert (started["imageScanStatus"], started["imageId"]) == (
        {"status": "PENDING"}, {"imageDigest": digest, "imageTag": "1"},
    )  # fmt: skip
    lab.now += scans.PENDING
    assert scanned(lab) == {"status": "IN_PROGRESS"}
    lab.now += scans.LASTS
    assert scanned(lab) == FAILED
    (detail,) = lab.ecr.describe_images(repositoryName="web")["imageDetails"]
    assert detail["imageScanStatus"] == FAILED
    assert "imageScanFindingsSummary" not in detail
    assert refused(lab.ecr.start_image_scan, **missing) == (
        "LimitExceededException: The scan quota per image has been exceeded. Wait and try again."
    )
    lab.now += scans.QUOTA
    assert lab.ecr.start_image_scan(**missing)["imageScanStatus"] == {"status": "PENDING"}


def test_a_push_starts_a_scan_where_the_repository_says_so(lab):
    on_push = {"scanOnPush": True}
    lab.ecr.put_image_scanning_configuration(repositoryName="web", imageScanningConfiguration=on_push)
    answer = lab.ecr.batch_get_repository_scanning_configuration(repositoryNames=["web"])
    assert answer["scanningConfigurations"][0]["scanFrequency"] == "SCAN_ON_PUSH"
    lab.push(tag="1")
    assert scanned(lab) == {"status": "PENDING"}
    lab.now += scans.LASTS
    assert scanned(lab) == FAILED
