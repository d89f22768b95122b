"""moto's backends of services that most lessons never use, imported when the first call needs them."""

from typing import TYPE_CHECKING

from ecslab.sandbox.bridge.account import current_account

if TYPE_CHECKING:
    from moto.s3.models import S3Backend
    from moto.secretsmanager.models import SecretsManagerBackend
    from moto.ssm.models import SimpleSystemManagerBackend
    from moto.sts.models import STSBackend

__all__ = ["s3", "secretsmanager", "ssm", "sts"]


def s3() -> "S3Backend":
    from moto.s3.models import s3_backends

    return s3_backends[current_account().id]["aws"]


def secretsmanager(region: str) -> "SecretsManagerBackend":
    from moto.secretsmanager.models import secretsmanager_backends

    return secretsmanager_backends[current_account().id][region]


def ssm(region: str) -> "SimpleSystemManagerBackend":
    """With our part put in moto's place, which a request to it does too (`installation.fetch`)."""
    from moto.ssm.models import ssm_backends

    from ecslab.sandbox.bridge import ssm

    ssm.install()
    return ssm_backends[current_account().id][region]


def sts() -> "STSBackend":
    from moto.sts.models import sts_backends

    return sts_backends[current_account().id]["aws"]
