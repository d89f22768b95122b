"""What this terminal adds to the calls of its commands.

What they make is tagged and written into the ledger, also where the lab has no kind for it; what is secret in
their answers is masked.
"""

import base64
from typing import TYPE_CHECKING, Final, cast

from botocore import xform_name
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from ecslab.connection.connection import Connection
from ecslab.connection.record import HIDDEN
from ecslab.connection.resource_kinds import BY_CREATE_CALL
from ecslab.connection.tags import Tags, spelling
from ecslab.errors import CannotBeDone
from ecslab.terminal import other_kinds

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse

    from ecslab.connection.ledger import Context

_CREATES: Final = ("Create", "Run", "Start", "Register", "Allocate", "Import", "Copy", "Request", "Put")
_PART_OF_ANOTHER: Final = frozenset(
    {
        "CreateListener", "CreateRule", "CreateTaskSet", "CreateLogStream", "CreateTags", "CreateRoute",
        "CreatePolicyVersion", "RegisterTargets", "RegisterContainerInstance", "PutLogEvents", "StartQuery",
    }
)  # fmt: skip
"""These go when what they are a part of goes, or leave nothing."""
_STANDS_ALONE: Final = frozenset({"PutParameter"})
_PRINTS_NOTHING: Final = frozenset({"ExecuteCommand"})
"""Whose answer the CLI hands to the plugin, which needs the token in it."""
_CREDENTIALS: Final = frozenset(
    {
        "secretaccesskey", "sessiontoken", "authorizationtoken", "keymaterial", "passworddata", "tokenvalue",
        "servicepassword", "servicecredentialsecret", "clientsecret", "presharedkey", "webidentitytoken",
        "base32stringseed", "qrcodepng", "activationcode",
    }
)  # fmt: skip
"""Members of answers that open a door. They are hidden in a sandbox too: there one gets used to it."""
_DOCKER: Final = base64.b64encode(f"AWS:{HIDDEN}".encode()).decode()
"""In the place of a registry's token: `get-login-password` finds a password in it, a hidden one."""


class CommandHooks:
    """Listens to the commands of one lab's terminal; see `hooks`.

    Attributes:
        unknown: the operations that made what this lab's clean-up does not know, with whether it is tagged.
    """

    def __init__(self, lab: Connection):
        self._real, self._ledger = lab.where == "aws", lab.ledger  # and not the lab, which would live on
        self._region, self._here = lab.region, f"account {lab.account}, {lab.region}"
        self.unknown: dict[str, bool] = {}

    def prepare(
        self, params: dict[str, object], model: OperationModel, context: "Context", **_: object
    ) -> None:
        """Refuse to write into another Region, and tag what the ledger has no kind for.

        Raises:
            CannotBeDone: a changing call names another Region.
        """
        if not _reads(model.name):
            for name in params:
                if "region" in name.lower():
                    raise CannotBeDone(
                        f"{name} would lead elsewhere. This terminal speaks to the lab's own place: "
                        f"{self._here}."
                    )
        if _creates(model):
            self.unknown[model.name] = self._tag(params, model)
            context["ecslab_name"] = other_kinds.name_in(params, model)

    def intend(self, model: OperationModel, context: "Context", **_: object) -> None:
        """Write into the ledger what is about to be made, of a kind that it does not have."""
        if _creates(model):
            what = {"kind": other_kinds.kind_of(model), "name": context["ecslab_name"]}
            self._ledger.note_intention(context, model.name, **what)

    def settle(
        self,
        http_response: "AWSResponse",
        parsed: dict[str, object],
        model: OperationModel,
        context: "Context",
        **_: object,
    ) -> None:
        """Write down what came of it."""
        if _creates(model):
            ok = http_response.status_code < 300
            ids = other_kinds.ids_in(parsed, model) if ok else []
            self._ledger.note_outcome(context, ok, ids=ids)

    def hide(self, parsed: dict[str, object], model: OperationModel, **_: object) -> None:
        """Put a mask in the place of what is secret in an answer."""
        if model.output_shape is not None and model.name not in _PRINTS_NOTHING:
            self._mask(parsed, model.output_shape)

    def _tag(self, params: dict[str, object], model: OperationModel) -> bool:
        """Whether the request carries the lab's tag now."""
        spelled = spelling(model.service_model.service_name)
        members = model.input_shape.members if model.input_shape else {}
        given = params.get(spelled.parameter)
        if spelled.parameter not in members or params.get("Overwrite"):  # SSM takes no tags beside that
            return False
        if spelled.parameter != "TagSpecifications":
            params[spelled.parameter] = spelled.beside(cast("Tags | None", given), self._ledger.owner)
            return True
        bare = _resource_type(model)
        if given is None and bare:
            params[spelled.parameter] = [{"ResourceType": bare, "Tags": spelled.tags(self._ledger.owner)}]
        return given is None and bool(bare)

    def _mask(self, value: object, shape: Shape, name: str = "") -> object:
        """The value with masks in it."""
        if isinstance(value, dict) and isinstance(shape, StructureShape):
            for member, inner in shape.members.items():
                if member in value:
                    value[member] = self._mask(value[member], inner, member)
        elif isinstance(value, list) and isinstance(shape, ListShape):
            value[:] = [self._mask(item, shape.member, name) for item in value]
        elif isinstance(value, dict) and isinstance(shape, MapShape):
            value.update({key: self._mask(item, shape.value, name) for key, item in value.items()})
        elif isinstance(value, str | bytes) and value and self._is_secret(shape, name):
            hidden = _DOCKER if name == "authorizationToken" else HIDDEN
            return hidden.encode() if isinstance(value, bytes) else hidden
        return value

    def _is_secret(self, shape: Shape, name: str) -> bool:
        """On a real account all that AWS's model calls sensitive; a sandbox holds the lesson's alone."""
        if name.lower() in _CREDENTIALS:
            return True
        sensitive = shape.metadata.get("sensitive") and "nexttoken" not in name.lower()
        return bool(sensitive) and self._real


def _reads(operation: str) -> bool:
    return operation.startswith(("Describe", "List", "Get", "BatchGet", "Search", "Filter"))


def _creates(model: OperationModel) -> bool:
    """Whether it makes what stands by itself and the ledger has no kind for."""
    known = (model.service_model.service_name, model.name) in BY_CREATE_CALL
    if known or model.name in _PART_OF_ANOTHER or not model.name.startswith(_CREATES):
        return False
    return not model.name.startswith(("Put", "Start")) or model.name in _STANDS_ALONE


def _resource_type(model: OperationModel) -> str:
    """What EC2 calls the resource in a tag specification; "" where its model has no word for it."""
    words = xform_name(model.name, "-").split("-")[1:]
    specification = cast("StructureShape", model.service_model.shape_for("TagSpecification"))
    known = specification.members["ResourceType"].metadata.get("enum", [])
    noun = {"AllocateAddress": "elastic-ip"}.get(model.name, "")
    spellings = (noun, "-".join(words), "".join(words))
    return next((spelled for spelled in spellings if spelled in known), "")
