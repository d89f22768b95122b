"""What comes into a container's environment from outside its definition: secrets and environment files.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
"""

import json
from collections.abc import Iterator

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.iam import customer_keys, roles
from ecslab.sandbox.bridge.iam.endpoint_policies import endpoint_problem
from ecslab.sandbox.bridge.late_backends import backend
from ecslab.sandbox.world.network import packets, vpc
from ecslab.sandbox.world.task.container import Container
from ecslab.sandbox.world.task.failures import refused, unreachable
from ecslab.sandbox.world.task.go_json import json_problem
from ecslab.sandbox.world.task.task import Task

Variables = dict[str, str]



def injected(task: Task, container: Container, facts: vpc.Facts, role: str | None) -> Variables:
    """The variables of a container's environment files, and over them those of its secrets.

    The execution `role` reads all of them, over the network (`facts`) that the task sees; StartFailed if one
    cannot be had.
    """
    definition = container.definition
    reader = _Reader(task, facts, role or "")
    secrets = definition.get("secrets") or []
    logging = definition.get("logConfiguration")
    options = logging.get("secretOptions") or [] if logging else []
    values = reader.secrets({each["name"]: each["valueFrom"] for each in secrets})
    reader.secrets({each["name"]: each["valueFrom"] for each in options})
    variables: Variables = {}
    for file in definition.get("environmentFiles") or []:
        for name, value in _lines(reader.file(file["value"])):
            variables.setdefault(name, value)  # of several files, the first that has it counts
    return variables | values


class _Reader:
    """Reads under the execution role, over the task's network."""

    def __init__(self, task: Task, facts: vpc.Facts, role: str):
        self._task, self._facts, self._role = task, facts, role

    def secrets(self, sources: Variables) -> Variables:
        """Values by name, from `valueFrom` by name."""
        of_ssm = {name: source for name, source in sources.items() if ":secretsmanager:" not in source}
        values = self._parameters(of_ssm)
        for name, source in sources.items():
            if name not in of_ssm:
                values[name] = self._secret(source)
        return values

    def _secret(self, source: str) -> str:
        """`arn:aws:secretsmanager:<region>:<account>:secret:<name>[:<json key>:<stage>:<version id>]`."""
        parts = source.split(":")
        arn, region = ":".join(parts[:7]), parts[3]
        key, stage, version = [*parts[7:], "", "", ""][:3]
        if not packets.egress(self._facts, "secretsmanager").passed:
            raise unreachable("secret_unreachable", arn=arn)
        denied = self._denied("secretsmanager:GetSecretValue", arn)
        if denied:
            raise refused("secret_denied", arn=arn, request_id=rng.uuid4(), denied=denied)
        secrets = backend("secretsmanager", region)
        try:
            text = str(secrets.get_secret_value(arn, version or None, stage or None).get("SecretString", ""))
        except Exception as missing:
            why = getattr(missing, "message", str(missing))
            raise refused("secret_missing", arn=arn, request_id=rng.uuid4(), why=why) from None
        if self._may_not_decrypt(secrets.secrets[arn].kms_key_id, region):
            raise refused("secret_denied", arn=arn, request_id=rng.uuid4(), denied=customer_keys.DENIED)
        return _of_key(text, key) if key else text

    def _parameters(self, sources: Variables) -> Variables:
        if not sources:
            return {}
        if not packets.egress(self._facts, "ssm").passed:
            raise unreachable("parameters_unreachable")
        values, missing = {}, []
        for name, source in sources.items():
            region, parameter = _parameter(source, self._task.region)
            arn = f"arn:aws:ssm:{region}:{current_account().id}:parameter/{parameter.lstrip('/')}"
            denied = self._denied("ssm:GetParameters", arn)
            if denied:
                raise refused("parameters_denied", request_id=rng.uuid4(), denied=denied)
            held = backend("ssm", region).get_parameters([parameter]).get(parameter)
            if held is None:
                missing.append(parameter)
            elif held.parameter_type == "SecureString" and self._may_not_decrypt(held.keyid, region):
                denied = customer_keys.DENIED_PARAMETER.format(request_id=rng.uuid4())
                raise refused("parameters_denied", request_id=rng.uuid4(), denied=denied)
            else:
                values[name] = str(held.response_object(decrypt=True)["Value"])
        if missing:
            raise refused("parameters_missing", names=",".join(missing))
        return values

    def file(self, source: str) -> str:
        """`arn:aws:s3:::<bucket>/<key>`."""
        if not packets.egress(self._facts, "s3").passed:
            raise unreachable("file_unreachable")
        bucket, _, key = source.partition(":::")[2].partition("/")
        if self._denied("s3:GetObject", source):
            raise refused("file_forbidden", request_id=rng.uuid4())
        held = backend("s3").buckets.get(bucket)
        content = held.keys.get(key) if held else None
        if content is None:  # S3 hides from those who may not list the bucket that a key is missing
            hidden = self._denied("s3:ListBucket", f"arn:aws:s3:::{bucket}")
            raise refused("file_forbidden" if hidden else "file_missing", request_id=rng.uuid4())
        return bytes(content.value).decode(errors="replace")

    def _may_not_decrypt(self, key: str | None, region: str) -> bool:
        """Whether a customer's key is closed to the role; AWS's own keys are open to all of the account."""
        return customer_keys.is_denied(
            key, region, lambda action, arn: self._role_problem(action, arn) is None
        )

    def _denied(self, action: str, resource: str) -> str | None:
        service = action.partition(":")[0]
        return self._role_problem(action, resource) or endpoint_problem(
            self._facts, service, action, resource, self._role, self._task.id
        )

    def _role_problem(self, action: str, resource: str) -> str | None:
        return roles.role_problem(self._role, action, resource, self._task.id, self._task.region)


def _parameter(source: str, region: str) -> tuple[str, str]:
    """Region and name, of `arn:aws:ssm:<region>:<account>:parameter/<name>` or of a name alone."""
    if not source.startswith("arn:"):
        return region, source
    parts = source.split(":", 5)
    name = parts[5].removeprefix("parameter/")
    return parts[3], f"/{name}" if "/" in name else name


def _of_key(text: str, key: str) -> str:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise refused("not_json", problem=json_problem(text))
    if key not in values:
        raise refused("key_missing", key=key)
    value = values[key]
    return value if isinstance(value, str) else json.dumps(value)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """`NAME=value` lines; others, and comments, are passed over."""
    for line in map(str.strip, text.splitlines()):
        name, equals, value = line.partition("=")
        if equals and name and not line.startswith("#"):
            yield name, value
