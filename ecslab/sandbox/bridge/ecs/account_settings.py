"""Account settings: kept for a principal, shown, and used where they decide something (Container Insights).

API operations ListAccountSettings, PutAccountSetting, PutAccountSettingDefault, DeleteAccountSetting. A
setting of the root user is everybody's default.
"""

from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.ecs import state
from ecslab.sandbox.bridge.ecs.shapes import Answer, PagedRequest, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.errors import invalid
from ecslab.sandbox.world.texts import tables

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

VALUES: Final[dict[str, list[str]]] = tables(__file__)
"""Setting -> its values; the first one is what an account has that never said."""
AWS_MANAGED: Final = {"guardDutyActivate"}


def effective(caller: Caller, name: str) -> str:
    """The value of a setting for this caller: its own, else the account's, else AWS's."""
    return _value(name, caller.arn, caller)


def _value(name: str, principal: str, caller: Caller) -> str:
    settings = state.of(caller.region).account_settings
    for holder in (principal, _root(caller)):
        if (holder, name) in settings:
            return settings[holder, name]
    return VALUES[name][0]


def list_account_settings(params: "api.ListAccountSettingsRequestTypeDef", caller: Caller) -> Answer:
    principal = params.get("principalArn", caller.arn)
    names = [params["name"]] if "name" in params else list(VALUES)
    if not params.get("effectiveSettings"):
        names = [name for name in names if (principal, name) in state.of(caller.region).account_settings]
    rows = [_view(name, principal, caller) for name in names]
    wanted = params.get("value")
    rows = [row for row in rows if wanted is None or row["value"] == wanted]
    paged: PagedRequest = {"nextToken": params["nextToken"]} if "nextToken" in params else {}
    if params.get("maxResults"):  # 0 is no limit of its own here
        paged["maxResults"] = params["maxResults"]
    return page("settings", rows, paged)


def put_account_setting(params: "api.PutAccountSettingRequestTypeDef", caller: Caller) -> Answer:
    return _keep(params, params.get("principalArn", caller.arn), caller)


def put_account_setting_default(
    params: "api.PutAccountSettingDefaultRequestTypeDef", caller: Caller
) -> Answer:
    return _keep(params, _root(caller), caller)


def _keep(
    params: "api.PutAccountSettingRequestTypeDef | api.PutAccountSettingDefaultRequestTypeDef",
    principal: str,
    caller: Caller,
) -> Answer:
    name, value = params["name"], params["value"]
    if name in AWS_MANAGED:
        raise invalid(f"The account setting {name} is managed by AWS and cannot be changed.")  # U
    if value not in VALUES[name]:
        raise invalid(f"{name} should be one of [{','.join(VALUES[name])}]")  # U
    state.of(caller.region).account_settings[principal, name] = value
    return {"setting": _view(name, principal, caller)}


def delete_account_setting(params: "api.DeleteAccountSettingRequestTypeDef", caller: Caller) -> Answer:
    principal, name = params.get("principalArn", caller.arn), params["name"]
    state.of(caller.region).account_settings.pop((principal, name), None)
    return {"setting": _view(name, principal, caller)}


def _view(name: str, principal: str, caller: Caller) -> dict[str, str]:
    """The Setting shape."""
    kind = "aws_managed" if name in AWS_MANAGED else "user"
    value = _value(name, principal, caller)
    return {"name": name, "value": value, "principalArn": principal, "type": kind}


def _root(caller: Caller) -> str:
    return f"arn:aws:iam::{caller.account}:root"
