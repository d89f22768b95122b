"""API operations of Systems Manager on activations and managed nodes.

https://docs.aws.amazon.com/systems-manager/latest/userguide/hybrid-activation-managed-nodes.html
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.iam.models import iam_backends
from moto.ssm.exceptions import InvalidResourceId

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ssm_nodes import state
from ecslab.sandbox.bridge.ssm_nodes.state import SERVICE, Activation, Node
from ecslab.sandbox.world.permissions import trusts

DAY: Final = 86_400.0
LONGEST: Final = 30 * DAY
"""An activation lasts a day unless told otherwise, and thirty days at most (API_CreateActivation)."""
MOST: Final = 50
"""Entries in one answer, unless fewer are asked for."""
MOST_TAGS: Final = 50
"""On one node (API_AddTagsToResource)."""
SSM_AGENT: Final = "3.3.2746.0"
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

Params = Mapping[str, Any]
Answer = dict[str, object]


def create_activation(params: Params, region: str) -> Answer:
    """Leave for machines to register, by an id and a code that is told once."""
    name, now = params["IamRole"].rpartition("/")[2], current_account().clock.timestamp()
    _check_role(name)
    expires = float(params.get("ExpirationDate") or now + DAY)
    if not now < expires <= now + LONGEST:  # U: the sentence
        raise JsonRESTError(
            "ValidationException", "Expiration date must be within 30 days of the current time."
        )
    made = Activation(
        id=str(rng.uuid4()),
        code="".join(rng.choices(_LETTERS, k=20)),
        role=name,
        limit=int(params.get("RegistrationLimit") or 1),
        created=now,
        expires=expires,
        description=params.get("Description") or "",
        instance_name=params.get("DefaultInstanceName") or "",
        tags=[dict(tag) for tag in params.get("Tags") or ()],
    )
    state.of(region).activations[made.id] = made
    return {"ActivationId": made.id, "ActivationCode": made.code}


def _check_role(name: str) -> None:
    account = current_account().id
    role = next((each for each in iam_backends[account]["aws"].get_roles() if each.name == name), None)
    if role is None or not trusts(json.loads(role.assume_role_policy_document), SERVICE, {}):
        raise JsonRESTError(
            "ValidationException",
            "Nonexistent role or missing ssm service principal in trust policy: "
            f"arn:aws:iam::{account}:role/{name}",
        )


def delete_activation(params: Params, region: str) -> Answer:
    """Take the leave back; machines that have registered stay."""
    activation_id = params["ActivationId"]
    if not _ID.fullmatch(activation_id):
        raise JsonRESTError("InvalidActivationId", "The activation ID isn't valid.")  # U
    if activation_id not in state.of(region).activations:
        raise JsonRESTError("InvalidActivation", "The activation isn't valid.")  # U
    del state.of(region).activations[activation_id]
    return {}


def describe_activations(params: Params, region: str) -> Answer:
    """Activations, those that have expired too."""
    told: dict[str, Callable[[Activation], str]] = {
        "ActivationIds": lambda each: each.id,
        "DefaultInstanceName": lambda each: each.instance_name,
        "IamRole": lambda each: each.role,
    }
    wanted = [(told[each["FilterKey"]], each.get("FilterValues", ())) for each in params.get("Filters") or ()]
    shown = [
        _activation(each)
        for each in state.of(region).activations.values()
        if all(value(each) in values for value, values in wanted)
    ]
    return _page("ActivationList", shown, params)


def _activation(each: Activation) -> Answer:
    return {
        "ActivationId": each.id,
        **({"Description": each.description} if each.description else {}),
        **({"DefaultInstanceName": each.instance_name} if each.instance_name else {}),
        "IamRole": each.role,
        "RegistrationLimit": each.limit,
        "RegistrationsCount": each.count,
        "ExpirationDate": each.expires,
        "Expired": each.expires <= current_account().clock.timestamp(),
        "CreatedDate": each.created,
        "Tags": each.tags,
    }


_OF_NODE: Final[dict[str, Callable[[Node], str]]] = {
    "InstanceIds": lambda node: node.id,
    "ActivationIds": lambda node: node.activation,
    "PingStatus": lambda node: node.status,
    "IamRole": lambda node: node.role,
    "ResourceType": lambda _: "ManagedInstance",
    "PlatformTypes": lambda _: "Linux",
    "AgentVersion": lambda _: SSM_AGENT,
}
"""What nodes are filtered by."""


def describe_instance_information(params: Params, region: str) -> Answer:
    """The managed nodes, and whether they are connected."""
    wanted: list[tuple[Callable[[Node], str], Collection[str]]] = []
    for each in params.get("Filters") or ():
        if each["Key"] not in _OF_NODE:
            raise JsonRESTError("InvalidFilterKey", f"Invalid filter key: {each['Key']}")  # U
        wanted.append((_OF_NODE[each["Key"]], each["Values"]))
    nodes = state.of(region).nodes.values()
    shown = [_node(node) for node in nodes if all(value(node) in values for value, values in wanted)]
    return _page("InstanceInformationList", shown, params)


def _node(node: Node) -> Answer:
    seen = current_account().clock.timestamp() if node.status == state.ONLINE else node.seen
    return {
        "InstanceId": node.id,
        "PingStatus": node.status,
        "LastPingDateTime": seen,
        "AgentVersion": SSM_AGENT,
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "PlatformName": "Ubuntu",
        "PlatformVersion": "24.04",
        "ActivationId": node.activation,
        "IamRole": node.role,
        "RegistrationDate": node.registered,
        "ResourceType": "ManagedInstance",
        **({"Name": node.name} if node.name else {}),
        "ComputerName": node.name or "localhost",
    }


def deregister_managed_instance(params: Params, region: str) -> Answer:
    """Forget a node: its credentials are worth nothing from now on, so its container agent falls silent."""
    node = state.of(region).nodes.pop(params["InstanceId"], None)
    if node is None:
        raise JsonRESTError("InvalidInstanceId", "")
    agents = current_account().agents
    assert agents is not None, "made with the account"
    agents.silent(node.id)
    return {}


def add_tags(params: Params, region: str) -> Answer:
    """Put tags on a node, in the place of those with the same keys."""
    tags = _named(params, region).tags
    given = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    if len(tags.keys() | given.keys()) > MOST_TAGS:
        raise JsonRESTError("TooManyTagsError", "")  # U: the sentence
    tags.update(given)
    return {}


def remove_tags(params: Params, region: str) -> Answer:
    """Take tags off a node; a key that it does not have is passed over."""
    tags = _named(params, region).tags
    for key in params["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags(params: Params, region: str) -> Answer:
    """The tags of a node, at first those of the activation that it used."""
    tags = _named(params, region).tags
    return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _named(params: Params, region: str) -> Node:
    node = state.find(region, params["ResourceId"])
    if node is None:
        raise InvalidResourceId
    return node


def _page(name: str, entries: Sequence[Answer], params: Params) -> Answer:
    begin, most = params.get("NextToken") or "0", int(params.get("MaxResults") or MOST)
    if not begin.isdecimal() or int(begin) > len(entries):
        raise JsonRESTError("InvalidNextToken", "The specified token isn't valid.")  # U
    end = int(begin) + most
    return {name: entries[int(begin) : end], **({"NextToken": str(end)} if end < len(entries) else {})}
