"""moto's keys, found by any of their names, with the states that moto keeps and does not look at.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

import json
import sys
from typing import Final

from moto.core.exceptions import JsonRESTError
from moto.kms import models
from moto.kms.exceptions import ValidationException
from moto.kms.models import Key, kms_backends
from moto.kms.models import KmsBackend as MotoKmsBackend
from moto.kms.responses import KmsResponse as MotoKmsResponse
from moto.kms.urls import url_bases as url_bases

from ecslab.sandbox.bridge.determinism import now

_DAY: Final = 86_400
_ROTATED_AFTER: Final = 365  # days, if nobody says otherwise


class KmsBackend(MotoKmsBackend):  # type: ignore[misc]  # moto ships no types
    """moto's KMS, whose keys encrypt nothing unless they are enabled."""

    @property
    def _url_module(self) -> object:
        return sys.modules[__name__]

    def key(self, name: str) -> Key | None:
        """The key by its id, its ARN, or an alias; None if there is none."""
        alias = self.get_alias_name(name)
        key_id = self.get_key_id_from_alias(alias) if alias.startswith("alias/") else name
        return self.keys.get(self.get_key_id(key_id)) if key_id else None

    def encrypt(
        self, key_id: str, plaintext: bytes, encryption_context: dict[str, str]
    ) -> tuple[bytes, str]:
        _check_enabled(self.key(key_id))
        made: tuple[bytes, str] = super().encrypt(key_id, plaintext, encryption_context)
        return made

    def decrypt(
        self, ciphertext_blob: bytes, encryption_context: dict[str, str], key_id: str | None = None
    ) -> tuple[bytes, str]:
        decrypted: tuple[bytes, str] = super().decrypt(ciphertext_blob, encryption_context)
        key = self.key(decrypted[1])
        if key_id is not None and self.key(key_id) is not key:
            raise _wrong_key()
        _check_enabled(key)
        return decrypted

    def enable_key_rotation(self, key_id: str, days: int = _ROTATED_AFTER) -> None:
        """The material is never another one: nobody could see it, as old texts are decrypted all the same."""
        key = self.keys[self.get_key_id(key_id)]
        _check_enabled(key)
        if key.key_spec != "SYMMETRIC_DEFAULT":
            raise JsonRESTError("UnsupportedOperationException", f"{key.arn} can not be rotated.")  # U
        if not 90 <= days <= 2560:
            bound = "greater than or equal to 90" if days < 90 else "less than or equal to 2560"
            raise _out_of_bounds("rotationPeriodInDays", days, bound)
        key.key_rotation_status, key.rotation = True, (days, now())

    def disable_key_rotation(self, key_id: str) -> None:
        _check_enabled(self.keys[self.get_key_id(key_id)])
        super().disable_key_rotation(key_id)

    def enable_key(self, key_id: str) -> None:
        """moto takes no ARN here, nor in the three below."""
        _check_not_leaving(self.key(key_id))
        super().enable_key(self.get_key_id(key_id))

    def disable_key(self, key_id: str) -> None:
        _check_not_leaving(self.key(key_id))
        super().disable_key(self.get_key_id(key_id))

    def cancel_key_deletion(self, key_id: str) -> None:
        key = self.key(key_id)
        if key is not None and key.key_state != "PendingDeletion":
            raise _invalid_state(f"{key.arn} is not pending deletion.")
        super().cancel_key_deletion(self.get_key_id(key_id))

    def schedule_key_deletion(self, key_id: str, pending_window_in_days: int) -> float:
        _check_not_leaving(self.key(key_id))
        if not 7 <= pending_window_in_days <= 30:
            bound = "greater than or equal to 7" if pending_window_in_days < 7 else "less than or equal to 30"
            raise _out_of_bounds("pendingWindowInDays", pending_window_in_days, bound)
        return float(super().schedule_key_deletion(self.get_key_id(key_id), pending_window_in_days))


class KmsResponse(MotoKmsResponse):  # type: ignore[misc]
    """One request."""

    def re_encrypt(self) -> str:
        source = self._get_param("SourceKeyId")
        if source:
            context = self._get_param("SourceEncryptionContext", {})
            self.kms_backend.decrypt(self._get_param("CiphertextBlob"), context, source)
        answer: str = super().re_encrypt()
        return answer

    def enable_key_rotation(self) -> str:
        key_id, days = self._get_param("KeyId"), self._get_param("RotationPeriodInDays", _ROTATED_AFTER)
        self._validate_cmk_id(key_id)
        self.kms_backend.enable_key_rotation(key_id, days)
        return json.dumps(None)

    def get_key_rotation_status(self) -> str:
        answer = json.loads(super().get_key_rotation_status())
        key = self.kms_backend.key(self._get_param("KeyId"))
        if answer["KeyRotationEnabled"]:
            days, since = key.rotation
            answer |= {"RotationPeriodInDays": days, "NextRotationDate": since + days * _DAY}
        return json.dumps({"KeyId": key.arn} | answer)


url_paths = {"{0}/$": KmsResponse.dispatch}  # where moto's router finds these answers


def _no_key_pair(_key_spec: str) -> None:
    return None


def _check_enabled(key: Key | None) -> None:
    if key is not None and key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    _check_not_leaving(key)


def _check_not_leaving(key: Key | None) -> None:
    if key is not None and key.key_state == "PendingDeletion":
        raise _invalid_state(f"{key.arn} is pending deletion.")


def _wrong_key() -> JsonRESTError:
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    return JsonRESTError("IncorrectKeyException", text)


def _out_of_bounds(member: str, value: int, bound: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value '{value}' at '{member}' "
        f"failed to satisfy constraint: Member must have value {bound}"  # U
    )


def _invalid_state(message: str) -> JsonRESTError:
    return JsonRESTError("KMSInvalidStateException", message)


def install() -> None:
    """Let this be what moto builds from here on, without key pairs: no operation that is carried uses one.

    To make one takes a tenth of a second, and each replay made another.
    """
    kms_backends.backend = KmsBackend
    models.generate_private_key = _no_key_pair
