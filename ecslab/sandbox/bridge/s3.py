"""moto's S3, whose uploads belong to their keys, and whose buckets have the settings of new ones on AWS.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import re
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import NoSuchUpload, ObjectLockConfigurationNotFoundError, S3ClientError
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.models import S3Backend as MotoS3Backend
from moto.s3.responses import S3Response as MotoS3Response
from moto.s3.urls import url_bases as url_bases
from moto.s3.urls import url_paths as moto_paths
from moto.s3.utils import user_settable_fields

Answer = tuple[int, dict[str, str], str | bytes]
_OWNER: Final = {  # as in moto's other answers
    "ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "DisplayName": "webfile",
}  # fmt: skip
_MOST_BUCKETS: Final = 10_000
_SETTINGS: Final[Mapping[str, tuple[str, Mapping[str, object]]]] = {
    # what the query names: operation, what AWS answers of a bucket that is left as it was made
    "encryption": ("GetBucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    ]}}),
    "publicAccessBlock": ("GetPublicAccessBlock", {"PublicAccessBlockConfiguration": dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )}),
    "requestPayment": ("GetBucketRequestPayment", {"Payer": "BucketOwner"}),
}  # fmt: skip


class _Bucket(FakeBucket):  # type: ignore[misc]
    """A bucket whose policy is kept and not judged: moto reads no principal and no condition in it."""

    def get_permission(self, *_: str) -> PermissionResult:
        """Neither allowed nor denied."""
        return PermissionResult.NEUTRAL


class S3Backend(MotoS3Backend):  # type: ignore[misc]  # moto ships no types
    """moto's backend, with the answers of this module."""

    def create_bucket(
        self, bucket_name: str, region_name: str, bucket_namespace: str | None = None
    ) -> FakeBucket:
        """As moto, but for the policy."""
        bucket = super().create_bucket(bucket_name, region_name, bucket_namespace)
        bucket.__class__ = _Bucket
        return bucket

    @property
    def _url_module(self) -> object:
        return sys.modules[__name__]


class S3Response(MotoS3Response):  # type: ignore[misc]
    """One request."""

    def all_buckets(self) -> Answer:
        """AWS names a bucket's Region to whoever sends any parameter."""
        prefix, region = self._get_param("prefix"), self._get_param("bucket-region")
        buckets = sorted(self.backend.list_buckets(prefix, region, None), key=lambda bucket: bucket.name)
        after, most = self._get_param("continuation-token"), self._get_param("max-buckets")
        buckets = [bucket for bucket in buckets if not after or bucket.name > _named(after)]
        page = buckets[: _page_size(most)]
        regional = bool(prefix or region or after or most)
        answer: dict[str, Any] = {"Owner": _OWNER, "Buckets": [
            {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601,
             "BucketRegion": bucket.region_name if regional else None}
            for bucket in page
        ], "Prefix": prefix}  # fmt: skip
        if len(page) < len(buckets):
            answer["ContinuationToken"] = urlsafe_b64encode(page[-1].name.encode()).decode()
        return self._answer("ListBuckets", answer)

    def get_bucket_ownership_controls(self) -> Answer:
        rule = self.backend.get_bucket_ownership_controls(self.bucket_name) or "BucketOwnerEnforced"
        rules = {"Rules": [{"ObjectOwnership": rule}]}
        return self._answer("GetBucketOwnershipControls", {"OwnershipControls": rules})

    def get_object_lock_configuration(self) -> Answer:
        self.backend.get_bucket(self.bucket_name)
        raise ObjectLockConfigurationNotFoundError

    def _bucket_response_get(self, bucket_name: str, querystring: dict[str, Any]) -> str | Answer:
        for name, (operation, setting) in _SETTINGS.items():
            if name in querystring:
                self.backend.get_bucket(bucket_name)
                return self._answer(operation, setting)
        answer: str | Answer = super()._bucket_response_get(bucket_name, querystring)
        return answer

    def _bucket_response_delete_keys(self, bucket_name: str, authenticated: bool = True) -> Answer:
        status, headers, body = super()._bucket_response_delete_keys(bucket_name, authenticated)
        if re.search(rb"<Quiet>\s*true\s*</Quiet>", self.body):
            body = re.sub(r"<Deleted>.*?</Deleted>", "", body, flags=re.DOTALL)
        return status, headers, body

    def _key_response(self, request: Any, full_url: str) -> Answer:
        """An upload is of the key it was begun for; moto finds it by its id alone."""
        upload_id = parse_qs(urlsplit(full_url).query).get("uploadId", [""])[0]
        if upload_id:
            uploads = self.backend.get_bucket(self.bucket_name).multiparts
            if upload_id not in uploads or uploads[upload_id].key_name != self.parse_key_name():
                raise NoSuchUpload(upload_id)
        answer: Answer = super()._key_response(request, full_url)
        return answer

    def _answer(self, operation: str, answer: Mapping[str, object]) -> Answer:
        self.data["Action"] = operation
        made: Answer = self.serialized(ActionResult(answer))
        return made


def _page_size(most: str | None) -> int:
    if most is None:
        return _MOST_BUCKETS
    if not most.isdecimal() or not 1 <= int(most) <= _MOST_BUCKETS:
        text = f"Argument max-buckets must be an integer between 1 and {_MOST_BUCKETS}"  # U
        raise S3ClientError("InvalidArgument", text)
    return int(most)


def _named(token: str) -> str:
    try:
        return urlsafe_b64decode(token).decode()
    except ValueError:
        raise S3ClientError("InvalidArgument", "The continuation token provided is incorrect") from None


url_paths = {path: getattr(S3Response, answer.__name__) for path, answer in moto_paths.items()}


def install() -> None:
    """Let this be what moto builds from here on.

    moto answers HeadObject with headers that only tell how the object was sent; AWS does not, and the journal
    does not keep them. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    """
    user_settable_fields.difference_update(("content-md5", "x-amz-content-sha256", "x-robots-tag"))
    s3_backends.backend = S3Backend
