"""`aws` in a container: the few commands by which a program shows what its task role may do.

It finds its keys as every SDK does (`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`), asks the service's endpoint
through the task's own network, and ends as AWS CLI v2 does: 0, 252 (usage), 253 (no credentials),
254 (the service refused) or 255 (the endpoint was not reached).
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
"""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ecslab.sandbox.http_message import HttpRequest, HttpResponse
from ecslab.sandbox.runtime.place import Place
from ecslab.sandbox.runtime.process import Process

Result = tuple[str, str, int]

METADATA: Final = "169.254.170.2"
KEYS_AT: Final = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
CONNECT_SECONDS: Final = 60.0
IMAGE: Final = "aws-cli"
"""Only images of this name have the command, as only they would."""


@dataclass(frozen=True)
class Command:
    """One command: the API operation, the header that names it, and its options' parameters."""

    service: str
    operation: str
    target: str
    options: Mapping[str, str]


COMMANDS: Final = {
    ("sts", "get-caller-identity"): Command("sts", "GetCallerIdentity", "", {}),
    ("secretsmanager", "get-secret-value"): Command(
        "secretsmanager", "GetSecretValue", "secretsmanager.GetSecretValue", {"secret-id": "SecretId"}
    ),
    ("ssm", "get-parameter"): Command("ssm", "GetParameter", "AmazonSSM.GetParameter", {"name": "Name"}),
}


def aws(process: Process, words: list[str], place: Place) -> Generator[float, None, Result]:
    """`aws SERVICE COMMAND [--option VALUE]… [--query EXPRESSION] [--output json|text]`"""
    if IMAGE not in process.spec.image.reference:
        return "", "aws: not found\n", 127
    command = COMMANDS.get((words[0], words[1])) if len(words) > 1 else None
    if command is None:
        known = ", ".join(" ".join(each) for each in COMMANDS)
        text = f"aws {' '.join(words[:2])} is not run here: the sandbox knows {known}. On AWS it would run."
        return "", f"{text}\n", 252
    given = _options(words[2:])
    missing = [f"--{name}" for name in command.options if name not in given]
    if missing:
        return "", f"aws: error: the following arguments are required: {', '.join(missing)}\n", 252
    region = process.variables().get("AWS_REGION", "us-east-1")
    host = f"{command.service}.{region}.amazonaws.com"
    if place.asleep is None:
        keys = _keys(process)
        if keys is None:
            return "", _NO_KEYS, 253
        try:
            response = process.host.fetch(host, 443, _request(command, given, keys, host))
        except (TimeoutError, LookupError, ConnectionError):
            pass
        else:
            return _told(command, response, given)
    yield from place.sleep(CONNECT_SECONDS)
    return "", f'\nConnect timeout on endpoint URL: "https://{host}/"\n', 255


_NO_KEYS: Final = (
    '\nUnable to locate credentials. You can configure credentials by running "aws configure".\n'
)


def _options(words: list[str]) -> dict[str, str]:
    """`--name value` and `--name=value`; a flag such as `--with-decryption` has no value."""
    given: dict[str, str] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            given[name] = value
        elif name:
            given[name], name = word, ""
    return given


def _keys(process: Process) -> dict[str, str] | None:
    path = process.variables().get(KEYS_AT)
    if not path:
        return None
    response = process.host.fetch(METADATA, 80, HttpRequest("GET", path, "", {"host": METADATA}, b""))
    return dict(json.loads(response.body)) if response.status == 200 else None


def _request(command: Command, given: dict[str, str], keys: dict[str, str], host: str) -> HttpRequest:
    values = {parameter: given[name] for name, parameter in command.options.items()}
    headers = {
        "host": host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": command.target,
        "x-amz-security-token": keys["Token"],
        "authorization": f"AWS4-HMAC-SHA256 Credential={keys['AccessKeyId']}",
    }
    return HttpRequest("POST", "/", "", headers, json.dumps(values).encode())


def _told(command: Command, response: HttpResponse, given: dict[str, str]) -> Result:
    answer: dict[str, Any] = json.loads(response.body)
    if response.status >= 400:
        what = f"An error occurred ({answer['__type']}) when calling the {command.operation} operation"
        return "", f"\n{what}: {answer['message']}\n", 254
    import jmespath

    shown = jmespath.search(given["query"], answer) if given.get("query") else answer
    if given.get("output") == "text" and not isinstance(shown, dict | list):
        return f"{shown}\n", "", 0
    return json.dumps(shown, indent=4) + "\n", "", 0
