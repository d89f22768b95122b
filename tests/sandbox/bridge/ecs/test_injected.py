"""Secrets and environment files: what a container gets, and why a task without them never starts."""

# ruff: noqa: E501  # AWS's own sentences

import json
import re

import pytest
from account_rig import ACCOUNT, LOGS, REGION, ROLE, rig
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from ecslab.sandbox.bridge import late_backends
from ecslab.sandbox.world.task.go_json import json_problem

AUTH = "ResourceInitializationError: unable to pull secrets or registry auth: "
ASM = f"{AUTH}execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): "
SSM = f"{AUTH}execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
FILES = "ResourceInitializationError: failed to download env files: "
ID = "00000000-0000-4000-8000-000000000000"
ALLOWED = ("secretsmanager:GetSecretValue", "ssm:GetParameters", "s3:GetObject", "s3:ListBucket", "logs:*")
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
GONE = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:gone-AbCdEf"


@pytest.fixture
def account():
    with rig() as ecs_account:
        ecs_account.cluster()
        ecs_account.log_group()
        yield ecs_account


def secret(name="db", text="s3cret", key=None):
    backend = secretsmanager_backends[ACCOUNT][REGION]
    return json.loads(backend.create_secret(name, text, None, None, None, key, None, [], False))["ARN"]


def parameter(name, value, kind="SecureString", key=None):
    ssm_backends[ACCOUNT][REGION].put_parameter(
        name, "", value, kind, None, key, False, [], "text", tier=None, policies=None
    )


def key(alias=None):
    """The ARN of a customer's key."""
    backend = late_backends.backend("kms", REGION)
    created = backend.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", [])
    if alias:
        backend.create_alias(created.id, alias)
    return created.arn


def file(text, bucket="config", key="app.env"):
    backend = s3_backends[ACCOUNT]["aws"]
    if bucket not in backend.buckets:
        backend.create_bucket(bucket, REGION)
    backend.put_object(bucket, key, text.encode())
    return {"value": f"arn:aws:s3:::{bucket}/{key}", "type": "s3"}


def run(account, script, *allowed, subnet=None, public="ENABLED", **container):
    """Run a shell with that container definition; the task, when it is over."""
    if not any(role.arn == ROLE for role in iam_backends[ACCOUNT]["aws"].get_roles()):
        account.role(*(allowed or ALLOWED))
    shell = {
        "name": "app", "image": "busybox", "command": ["sh", "-c", script], "logConfiguration": LOGS, **container,
    }  # fmt: skip
    account.define(shell, executionRoleArn=ROLE)
    task = account.start(networkConfiguration=account.network(subnet, public=public))
    account.run(account.clock.now + 1000)
    return account.see(task)


def log_of(account, script, **container):
    task = run(account, script, **container)
    return account.lines(f"ecs/app/{task['taskArn'].rpartition('/')[2]}")


def refused(account, *allowed, **container):
    """Why the task never started, with request ids made alike."""
    task = run(account, "echo", *allowed, **container)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert "startedAt" not in task
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", ID, task["stoppedReason"])


def names(task_id_in):
    return re.sub(r"assumed-role/ecsTaskExecutionRole/[0-9a-f]{32}", "assumed-role/ROLE", task_id_in)


def secrets(**sources):
    return [{"name": name, "valueFrom": source} for name, source in sources.items()]


def test_secrets_become_variables(account):
    arn, key = secret(), secret("json", json.dumps({"user": "me", "port": 5432}))
    parameter("/app/token", "t0ken")
    parameter("plain", "value", "String")
    sources = secrets(
        A=arn,
        B=f"{key}:user::",
        C=f"{key}:port::",
        D=f"{PARAMETER}/app/token",
        E="plain",
        F=f"{PARAMETER}/plain",
    )
    assert log_of(account, "echo $A $B $C $D $E $F", secrets=sources) == ["s3cret me 5432 t0ken value value"]


def test_a_secret_is_read_when_the_task_starts(account):
    arn = secret()
    assert log_of(account, "echo $A", secrets=secrets(A=arn)) == ["s3cret"]
    secretsmanager_backends[ACCOUNT][REGION].put_secret_value(arn, "new", None, None, ["AWSCURRENT"])
    assert log_of(account, "echo $A", secrets=secrets(A=arn)) == ["new"]
    assert log_of(account, "echo $A", secrets=secrets(A=f"{arn}::AWSPREVIOUS:")) == ["s3cret"]


def test_a_definition_never_shows_the_value(account):
    run(account, "echo", secrets=secrets(A=secret()))
    assert "s3cret" not in json.dumps(
        account.ecs("DescribeTaskDefinition", taskDefinition="web"), default=str
    )


def test_environment_files(account):
    first = file("# a comment\nA=first\nB=first=b\n\nnonsense\nC=first\n")
    second = file("A=second\nD=second\n", key="more/two.env")
    environment = [{"name": "C", "value": "definition"}]
    lines = log_of(account, "echo $A,$B,$C,$D", environmentFiles=[first, second], environment=environment)
    assert lines == ["first,first=b,definition,second"]


def test_another_file_for_one_task(account):
    first_file, second_file = file("A=one"), file("A=other", key="other.env")
    account.role(*ALLOWED)
    shell = {"name": "app", "image": "busybox", "command": ["sh", "-c", "echo $A"], "logConfiguration": LOGS}
    account.define({**shell, "environmentFiles": [first_file]}, executionRoleArn=ROLE)
    task = account.start(
        overrides={"containerOverrides": [{"name": "app", "environmentFiles": [second_file]}]}
    )
    account.run(100)
    assert account.lines(f"ecs/app/{task['taskArn'].rpartition('/')[2]}") == ["other"]


def test_a_secret_that_is_not_there(account):
    assert refused(account, secrets=secrets(A=GONE)) == (
        f"{ASM}failed to fetch secret {GONE} from secrets manager: operation error Secrets Manager: "
        f"GetSecretValue, https response error StatusCode: 400, RequestID: {ID}, ResourceNotFoundException: "
        "Secrets Manager can't find the specified secret."
    )


def test_a_secret_that_the_role_may_not_read(account):
    arn = secret()
    assert names(refused(account, "logs:*", secrets=secrets(A=arn))) == (
        f"{ASM}failed to fetch secret {arn} from secrets manager: operation error Secrets Manager: GetSecretValue"
        f", https response error StatusCode: 400, RequestID: {ID}, api error AccessDeniedException: User: "
        f"arn:aws:sts::{ACCOUNT}:assumed-role/ROLE is not authorized to perform: "
        f"secretsmanager:GetSecretValue on resource: {arn} because no identity-based policy allows the "
        "secretsmanager:GetSecretValue action"
    )


def test_a_parameter_that_the_role_may_not_read(account):
    parameter("/app/token", "t0ken")
    arn = f"{PARAMETER}/app/token"
    assert names(refused(account, "logs:*", secrets=secrets(A=arn))) == (
        f"{SSM}operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: {ID}, api "
        f"error AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/ROLE is not authorized to "
        f"perform: ssm:GetParameters on resource: {arn} because no identity-based policy allows the "
        "ssm:GetParameters action"
    )


def test_parameters_that_are_not_there(account):
    parameter("here", "x")
    sources = secrets(A=f"{PARAMETER}/app/token", B="here", C="there")
    assert refused(account, secrets=sources) == f"{SSM}invalid ssm parameters: /app/token,there"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tpain", "invalid character 'p' in literal true (expecting 'r')"),
        ("password", "invalid character 'p' looking for beginning of value"),
        ('{"user": "me"}', "retrieved secret from Secrets Manager did not contain json key password"),
        ('["password"]', "json: cannot unmarshal array into Go value of type map[string]interface {}"),
    ],
)
def test_a_key_that_the_secret_does_not_have(account, text, why):
    sources = secrets(A=secret(text=text) + ":password::")
    assert refused(account, secrets=sources) == f"{ASM}{why}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "unexpected end of JSON input"),
        ("nul", "unexpected end of JSON input"),
        ("fallse", "invalid character 'l' in literal false (expecting 's')"),
        ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a": 1 "b": 2}', "invalid character '\"' after object key:value pair"),
        ("12 monkeys", "invalid character 'm' after top-level value"),
        ('"unfinished', "unexpected end of JSON input"),
        ("1", "json: cannot unmarshal number into Go value of type map[string]interface {}"),
        ("true", "json: cannot unmarshal bool into Go value of type map[string]interface {}"),
    ],
)
def test_what_go_says_of_text_that_is_no_object(text, why):
    assert json_problem(text) == why


def test_a_file_that_is_not_there(account):
    file("A=1")
    gone = {"value": "arn:aws:s3:::config/gone.env", "type": "s3"}
    tail = f"RequestID: {ID}, HostID: {ID}, api error"
    assert refused(account, environmentFiles=[gone]) == (
        f"{FILES}service call has been retried 1 time(s): operation error S3: HeadObject, https response error "
        f"StatusCode: 404, {tail} NotFound: Not Found"
    )


@pytest.mark.parametrize("allowed", [("logs:*",), ("logs:*", "s3:GetObject")])
def test_a_file_that_the_role_may_not_read_or_not_know_of(account, allowed):
    name = "app.env" if len(allowed) == 1 else "gone.env"
    file("A=1")
    environment_file = {"value": f"arn:aws:s3:::config/{name}", "type": "s3"}
    assert refused(account, *allowed, environmentFiles=[environment_file]) == (
        f"{FILES}service call has been retried 1 time(s): operation error S3: HeadObject, https response error "
        f"StatusCode: 403, RequestID: {ID}, HostID: {ID}, api error Forbidden: Forbidden"
    )


CANCELLED = "https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded"


@pytest.mark.parametrize(
    ("container", "text"),
    [
        (
            {"secrets": secrets(A=GONE)},
            f"{AUTH}unable to retrieve secret from asm: There is a connection issue between the task and AWS "
            f"Secrets Manager. Check your task network configuration. failed to fetch secret {GONE} from secrets "
            f"manager: operation error Secrets Manager: GetSecretValue, {CANCELLED}",
        ),
        (
            {"secrets": secrets(A="plain")},
            f"{AUTH}unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. "
            "There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your "
            f"task network configuration. operation error SSM: GetParameters, {CANCELLED}",
        ),
        (
            {"environmentFiles": [{"value": "arn:aws:s3:::config/app.env", "type": "s3"}]},
            f"{FILES}file download command: non empty error stream: RequestCanceled: request context canceled "
            "caused by: context deadline exceeded",
        ),
    ],
)
def test_no_way_out_takes_five_minutes_to_tell(account, container, text):
    task = run(account, "echo", public="DISABLED", **container)
    assert task["stoppedReason"] == text
    assert task["stoppingAt"] - task["createdAt"] == pytest.approx(10 + 289)


def test_secret_options_of_a_log_driver_are_read_too(account):
    logging = {"logDriver": "splunk", "secretOptions": secrets(**{"splunk-token": GONE})}
    assert refused(account, logConfiguration=logging).startswith(f"{ASM}failed to fetch secret {GONE}")


SEALED = ("the key's ARN", "its alias")


@pytest.mark.parametrize("named", SEALED)
def test_a_secret_under_a_customers_key_needs_the_key(account, named):
    key_arn = key("alias/mine")
    arn = secret(key=key_arn if named == SEALED[0] else "alias/mine")
    message = refused(account, secrets=[{"name": "PASSWORD", "valueFrom": arn}])
    assert message == (
        f"{ASM}failed to fetch secret {arn} from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {ID}, api error AccessDeniedException: Access to KMS is not allowed"
    )


def test_a_parameter_under_a_customers_key_needs_the_key(account):
    parameter("/db", "s3cret", key=key())
    message = refused(account, secrets=[{"name": "PASSWORD", "valueFrom": "/db"}])
    assert message == (
        f"{SSM}operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: {ID}, api error AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: {ID})"
    )


@pytest.mark.parametrize("sealed", [True, False])
def test_a_role_that_may_decrypt_reads_both(account, sealed):
    key_arn = key() if sealed else None
    account.role(*ALLOWED, *(["kms:Decrypt"] if sealed else []))
    parameter("/db", "two", key=key_arn)
    secrets = [{"name": "A", "valueFrom": secret(text="one", key=key_arn)}, {"name": "B", "valueFrom": "/db"}]
    assert log_of(account, "echo $A $B", secrets=secrets) == ["one two"]


def test_a_key_of_aws_itself_is_open(account):
    arn = secret(key="alias/aws/secretsmanager")
    assert log_of(account, "echo $A", secrets=[{"name": "A", "valueFrom": arn}]) == ["s3cret"]


def at_endpoint(action):
    return f"because no VPC endpoint policy allows the {action} action"


def test_an_endpoints_policy_keeps_a_secret_back(account):
    arn = secret()
    account.endpoint("secretsmanager", "secretsmanager:ListSecrets")
    assert names(refused(account, secrets=secrets(A=arn))) == (
        f"{ASM}failed to fetch secret {arn} from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {ID}, api error AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/ROLE is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} {at_endpoint('secretsmanager:GetSecretValue')}"
    )


def test_an_endpoints_policy_keeps_a_parameter_back(account):
    parameter("/db", "s3cret")
    account.endpoint("ssm", "ssm:DescribeParameters")
    assert refused(account, secrets=secrets(A="/db")).endswith(at_endpoint("ssm:GetParameters"))


def test_an_endpoints_policy_keeps_a_file_back(account):
    environment_file = file("A=1")
    account.endpoint("s3", "s3:ListBucket")
    assert refused(account, environmentFiles=[environment_file]).endswith("api error Forbidden: Forbidden")


@pytest.mark.parametrize("action", ["secretsmanager:GetSecretValue", "secretsmanager:*", "*"])
def test_an_endpoints_policy_lets_a_secret_through(account, action):
    account.endpoint("secretsmanager", action)
    assert log_of(account, "echo $A", secrets=secrets(A=secret())) == ["s3cret"]


@pytest.mark.parametrize("named", ["alias/gone", "a disabled key"])
def test_a_key_that_nobody_can_use_is_closed_to_every_role(account, named):
    key_arn = key()
    late_backends.backend("kms", REGION).disable_key(key_arn.rpartition("/")[2])
    arn = secret(key=named if named == "alias/gone" else key_arn)
    message = refused(account, *ALLOWED, "kms:Decrypt", secrets=secrets(A=arn))
    assert message.endswith("AccessDeniedException: Access to KMS is not allowed")
