"""AWS's own managed policies, each read when it is first asked for.

moto holds all of them as one JSON text, and by default offers none; parsing the whole takes a quarter of a
second at start, which a learner would wait for and never use.
"""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy

from ecslab.sandbox.bridge.determinism import building

ARN: Final = "arn:aws:iam::aws:policy"


def policy(arn: str, account: str) -> AWSManagedPolicy | None:
    """The managed policy with this ARN, or None."""
    if not arn.startswith(f"{ARN}/"):
        return None
    name = arn.rpartition("/")[2]
    data = _entry(name)
    return _made(name, data, account) if data and arn == f"{ARN}{data['Path']}{name}" else None


def every(account: str) -> list[AWSManagedPolicy]:
    """All managed policies, in the order of their ARNs."""
    made = [_made(name, data, account) for name, data in json.loads(aws_managed_policies_data).items()]
    return sorted(made, key=lambda policy: str(policy.arn))


@lru_cache(maxsize=64)
def _entry(name: str) -> dict[str, Any] | None:
    key = f"\n {json.dumps(name)}:"
    start = aws_managed_policies_data.find(key)
    if start < 0:
        return None
    entry: dict[str, Any] = json.JSONDecoder().raw_decode(aws_managed_policies_data, start + len(key))[0]
    return entry


def _made(name: str, data: dict[str, Any], account: str) -> AWSManagedPolicy:
    with building("iam-policy", account, name):  # its id is then the same whenever it is read
        return AWSManagedPolicy(
            name, account, "aws", data["DefaultVersionId"],
            path=data["Path"], document=json.dumps(data["Document"]),
            create_date=datetime.fromisoformat(data["CreateDate"]),
            update_date=datetime.fromisoformat(data["UpdateDate"]),
        )  # fmt: skip
