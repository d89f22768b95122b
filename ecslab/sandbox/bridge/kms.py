"""moto's keys, found by any of their names, with the states that moto keeps and does not look at.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from moto.core.exceptions import JsonRESTError
from moto.kms import urls
from moto.kms.exceptions import ValidationException
from moto.kms.models import Key, kms_backends
from moto.kms.models import KmsBackend as MotoKmsBackend


class KmsBackend(MotoKmsBackend):  # type: ignore[misc]  # moto ships no types
    """moto's KMS, whose keys encrypt nothing unless they are enabled."""

    @property
    def _url_module(self) -> object:
        return urls

    def found(self, name: str) -> Key | None:
        """The key by its id, its ARN, or an alias; None if there is none."""
        alias = self.get_alias_name(name)
        key_id = self.get_key_id_from_alias(alias) if alias.startswith("alias/") else name
        return self.keys.get(self.get_key_id(key_id)) if key_id else None

    def encrypt(
        self, key_id: str, plaintext: bytes, encryption_context: dict[str, str]
    ) -> tuple[bytes, str]:
        _check_enabled(self.found(key_id))
        made: tuple[bytes, str] = super().encrypt(key_id, plaintext, encryption_context)
        return made

    def decrypt(
        self, ciphertext_blob: bytes, encryption_context: dict[str, str], key_id: str | None = None
    ) -> tuple[bytes, str]:
        found: tuple[bytes, str] = super().decrypt(ciphertext_blob, encryption_context, key_id)
        _check_enabled(self.found(found[1]))
        return found

    def enable_key(self, key_id: str) -> None:
        """moto takes no ARN here, nor in the three below."""
        _check_not_leaving(self.found(key_id))
        super().enable_key(self.get_key_id(key_id))

    def disable_key(self, key_id: str) -> None:
        _check_not_leaving(self.found(key_id))
        super().disable_key(self.get_key_id(key_id))

    def cancel_key_deletion(self, key_id: str) -> None:
        key = self.found(key_id)
        if key is not None and key.key_state != "PendingDeletion":
            raise _invalid_state(f"{key.arn} is not pending deletion.")
        super().cancel_key_deletion(self.get_key_id(key_id))

    def schedule_key_deletion(self, key_id: str, pending_window_in_days: int) -> float:
        _check_not_leaving(self.found(key_id))
        if not 7 <= pending_window_in_days <= 30:
            bound = "greater than or equal to 7" if pending_window_in_days < 7 else "less than or equal to 30"
            raise ValidationException(
                f"1 validation error detected: Value '{pending_window_in_days}' at 'pendingWindowInDays' "
                f"failed to satisfy constraint: Member must have value {bound}"  # U
            )
        return float(super().schedule_key_deletion(self.get_key_id(key_id), pending_window_in_days))


def _check_enabled(key: Key | None) -> None:
    if key is not None and key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    _check_not_leaving(key)


def _check_not_leaving(key: Key | None) -> None:
    if key is not None and key.key_state == "PendingDeletion":
        raise _invalid_state(f"{key.arn} is pending deletion.")


def _invalid_state(message: str) -> JsonRESTError:
    return JsonRESTError("KMSInvalidStateException", message)


def install() -> None:
    """Let this be what moto builds from here on."""
    kms_backends.backend = KmsBackend
