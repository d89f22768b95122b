"""Whether a call changes anything in the account: one answer for the sandbox and for those who use it.

AWS's names tell it nearly always. What they do not tell stands in `_READS`, by AWS's own access
levels (Service Authorization Reference). Keys, tokens and random values that are handed out change nothing
that the account holds, nor does encryption. Work that is begun is a change, for a later call asks for it
(StartQuery), and so is a session of a role (AssumeRole).
"""

import re
from typing import Final

_READING_VERB: Final = re.compile(
    r"(BatchCheck|BatchGet|Check|Decode|Describe|Discover|Download|Filter|Get|Head|List|Lookup|"
    r"Preview|Scan|Search|Select|Simulate|Test|Validate|Verify)([A-Z].*)?"
)
_READS: Final = {
    "ec2": frozenset(
        {"ConfirmProductInstance", "ExportClientVpnClientCertificateRevocationList",
         "ExportClientVpnClientConfiguration", "ExportVerifiedAccessInstanceClientConfiguration"}
    ),
    "kms": frozenset(
        {"Decapsulate", "Decrypt", "DeriveSharedSecret", "Encapsulate", "Encrypt", "GenerateDataKey",
         "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext",
         "GenerateMac", "GenerateRandom", "ReEncrypt", "Sign"}
    ),
    "logs": frozenset({"StartLiveTail"}),
}  # fmt: skip
"""Operations that change nothing, though their verb is none of reading. By boto3's name of the service."""
_EVENT_NAMES: Final = {"cloudwatch-logs": "logs"}


def changes(service: str, operation: str) -> bool:
    """Whether an operation may change something in the account.

    Args:
        service: its name for boto3, in signatures, or in the names of botocore's events.
        operation: as AWS spells it, such as `RunTask`.
    """
    name = _EVENT_NAMES.get(service, service)
    return not (_READING_VERB.fullmatch(operation) or operation in _READS.get(name, ()))
