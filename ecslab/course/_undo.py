"""Taking back the last change: the sandbox's journal is cut before it, and replayed."""

from dataclasses import dataclass
from typing import Any, Final

from ecslab.calls import cli
from ecslab.lab import Lab

# What one step of the lesson sends in several calls: the closing call, and those that belong to it.
TOGETHER: Final[dict[str, frozenset[str]]] = {
    "PutImage": frozenset({"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"}),
    "AttachRolePolicy": frozenset({"CreateRole", "TagRole"}),
    "PutRetentionPolicy": frozenset({"CreateLogGroup"}),
    "AuthorizeSecurityGroupIngress": frozenset({"CreateSecurityGroup", "CreateTags"}),
}
REVERSE: Final = {
    "CreateRepository": "delete-repository",
    "PutImage": "batch-delete-image",
    "CreateCluster": "delete-cluster",
    "CreateRole": "delete-role",
    "AttachRolePolicy": "detach-role-policy",
    "CreateLogGroup": "delete-log-group",
    "RegisterTaskDefinition": "deregister-task-definition",
    "CreateSecurityGroup": "delete-security-group",
    "AuthorizeSecurityGroupIngress": "revoke-security-group-ingress",
    "RevokeSecurityGroupIngress": "authorize-security-group-ingress",
    "RunTask": "stop-task",
}


@dataclass(frozen=True)
class Undone:
    """What was taken back, in words."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text


def undo(lab: Lab) -> Undone:
    """Take back the last change to the sandbox's account, whoever made it: one step, maybe several calls.

    On a real account nothing is taken back: the answer names the call that does.
    """
    if lab.where != "sandbox":
        return Undone(_explained(lab))
    entries = lab.control("journal")["entries"]
    last = together(entries)
    if not last:
        return Undone("There is nothing to take back: nothing was changed yet.")
    lab.control("cut", position=last[0]["position"])
    names = dict.fromkeys(str(entry["operation"]) for entry in last)
    return Undone(f"Taken back: {', '.join(names)}. The account is as it was before.")


def together(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The journal's last entries that are one step."""
    if not entries:
        return []
    begin = len(entries) - 1
    operation = entries[begin]["operation"]
    companions = TOGETHER.get(operation, frozenset())
    if not companions:  # a step that was interrupted before its closing call
        companions = next((names for names in TOGETHER.values() if operation in names), frozenset())
    while begin and entries[begin - 1]["operation"] in companions:
        begin -= 1
    return entries[begin:]


def _explained(lab: Lab) -> str:
    changes = lab.calls().changes()
    says = "A real account has no undo: each change is taken back by a call of its own."
    if not len(changes):
        return f"{says} This lab has changed nothing yet."
    call = changes[-1]
    back = REVERSE.get(call.operation)
    hint = f" What takes it back: `aws {call.service} {back} …`." if back else ""
    return f"{says} The last change was `{cli(call)}`.{hint}"
