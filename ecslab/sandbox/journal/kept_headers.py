"""Which headers of a request the journal keeps: those that say what is asked for, none that says by whom."""

from collections.abc import Mapping
from typing import Final

from ecslab.sandbox.journal.strict_json import Schema, closed, optional, text

__all__ = ["SCHEMA", "kept_headers"]

_NAMES: Final = (
    "content-type", "x-amz-target", "range", "content-range", "accept",
    "cache-control", "content-disposition", "content-encoding", "content-language", "expires",
    "if-match", "if-none-match", "if-modified-since", "if-unmodified-since",
    "x-amz-copy-source", "x-amz-copy-source-range", "x-amz-copy-source-if-none-match",
    "x-amz-metadata-directive", "x-amz-tagging", "x-amz-tagging-directive",
    "x-amz-acl", "x-amz-storage-class", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
    "x-amz-website-redirect-location", "x-amz-object-ownership", "x-amz-bucket-object-lock-enabled",
    "x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-sdk-checksum-algorithm",
)  # fmt: skip
_METADATA: Final = "x-amz-meta-"
_VALUE: Final = text(16 << 10)
SCHEMA: Final[Schema] = {
    **closed(**{name: optional(_VALUE) for name in _NAMES}),
    "patternProperties": {f"^{_METADATA}": _VALUE},
    "maxProperties": 100,
}


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Of a request's headers, those that its repetition needs."""
    return {name: value for name, value in headers.items() if name in _NAMES or name.startswith(_METADATA)}
