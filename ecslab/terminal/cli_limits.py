"""What is taken from the AWS CLI in this process: abbreviations, other services, other folders."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ecslab.terminal.options import BEYOND, CONFIGURE, SERVICES

if TYPE_CHECKING:
    from types import ModuleType

    from botocore.hooks import BaseEventHooks

_KEPT: Final = {"main": {*SERVICES, "configure", "help"}, "configure": {*CONFIGURE}}


def restrict_files(paramfile: "ModuleType") -> None:
    """Let `file://` read below the present folder alone, and nothing be fetched from the web.

    Args:
        paramfile: the module `awscli.paramfile`.
    """

    def read(prefix: str, address: str, mode: str) -> object:
        named = os.path.expandvars(os.path.expanduser(address.removeprefix(prefix)))  # noqa: PTH111 (as the CLI)
        if not Path(named).resolve().is_relative_to(Path.cwd().resolve()):
            raise paramfile.ResourceLoadingError(
                f"{address} is not in the folder of this notebook, {Path.cwd()}: copy the file there"
            )
        return paramfile.get_file(prefix, address, mode)

    paramfile.LOCAL_PREFIX_MAP.update({"file://": (read, {"mode": "r"}), "fileb://": (read, {"mode": "rb"})})
    paramfile.REMOTE_PREFIX_MAP.clear()


def no_abbreviations(_parser: object, _option: str) -> list[object]:
    """In the place of argparse's look for options that begin so: `--reg` is none."""
    return []


def restrict_commands(events: "BaseEventHooks") -> None:
    """Leave the course's services and the quiet parts of `configure`, once all commands are there."""
    for table, allowed in _KEPT.items():
        events.register_last(f"building-command-table.{table}", _only(allowed))
    for service, operation in BEYOND:
        events.register_last(f"building-command-table.{service}", _without(operation))


def _only(allowed: set[str]) -> Callable[..., None]:
    def remove(command_table: dict[str, object], **_: object) -> None:
        for name in [name for name in command_table if name not in allowed]:
            del command_table[name]

    return remove


def _without(operation: str) -> Callable[..., None]:
    def remove(command_table: dict[str, object], **_: object) -> None:
        command_table.pop(operation, None)

    return remove
