"""The key that a repository is encrypted with, as ECR shows it: always by its ARN."""

from ecslab.sandbox.bridge.ecr.errors import invalid_parameter, refusal
from ecslab.sandbox.bridge.late_backends import backend


def with_arn(configuration: dict[str, str] | None, region: str) -> dict[str, str] | None:
    """The encryption configuration of a request, whose key may be an id, an alias or an ARN.

    Raises:
        EcrError: there is no such key, or it is not enabled, or the type takes none.
    """
    given = (configuration or {}).get("kmsKey")
    if configuration is None or given is None:
        return configuration
    if configuration["encryptionType"] == "AES256":
        raise invalid_parameter("encryptionConfiguration", "KMS key is not applicable to AES256")  # U
    keys = backend("kms", region)
    alias = keys.get_alias_name(given)
    name = keys.get_key_id_from_alias(alias) if alias.startswith("alias/") else given
    key = keys.keys.get(keys.get_key_id(name)) if name else None
    if key is None:
        raise refusal("key_unknown", key=given)
    if key.key_state != "Enabled":
        raise refusal("key_not_enabled", key=key.arn, state=key.key_state)
    return {**configuration, "kmsKey": str(key.arn)}
