"""The AWS CLI inside this process: AWS's own code, on a session that knows this lab and nothing else.

A process of its own for each command would take a second to start. Here a command takes a few hundredths, its
calls are kept in the lab's record, and what it makes is tagged and written down for clean-up.
"""

import contextlib
import functools
import importlib
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final, Protocol, cast
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import boto3  # noqa: F401  (this, botocore and s3transfer before awscli, which has copies under these names)
import botocore.session
import botocore.waiter
import s3transfer  # noqa: F401
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.loaders import Loader

from ecslab.connection import hooks
from ecslab.connection.boto_sessions import SANDBOX_CONFIG, models
from ecslab.connection.connection import Connection
from ecslab.connection.record import HIDDEN
from ecslab.connection.waiting import Wait
from ecslab.errors import CannotBeDone
from ecslab.terminal import cli_limits
from ecslab.terminal.command_hooks import CommandHooks
from ecslab.terminal.options import SERVICES
from ecslab.terminal.session import Plugin

_FROM_THE_MACHINE: Final = frozenset({"ca_bundle"})
"""What the session of a real account takes from the environment: how this network is left, not by whom."""
_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".ic.gov", ".sgov.gov")
_KEPT_SECRET: Final = re.compile(r"^\s*aws_(?:secret_access_key|session_token)\s*=\s*(\S+)", re.MULTILINE)
_MISSING: Final = (
    "the AWS CLI is not installed in this environment.\n"
    "  expected: the package awscli, which the course's environment has\n"
    "  next:     in a terminal, pip install awscli; then restart the kernel"
)


class Driver(Protocol):
    """As much of `awscli.clidriver.CLIDriver` as is used here."""

    session: botocore.session.Session
    alias_loader: object

    def main(self, words: Sequence[str], /) -> int:
        """Run one command; its exit code."""


def carry_out(lab: Connection, words: Sequence[str], typed: Sequence[str] = ()) -> tuple[int, str, str]:
    """Run `aws` with these words; its exit code, what it printed, what it complained of.

    Args:
        typed: lines that are typed into a session which the command opens.

    Raises:
        CannotBeDone: the AWS CLI is not installed.
    """
    driver = _driver(lab)
    commands = _commands[lab]
    commands.unknown.clear()
    address = _endpoint(lab, words)
    endpoint = ["--endpoint-url", address] if address else []
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _waiting(lab, typed):
        try:
            code = driver.main([*words, *endpoint])
        except SystemExit as end:  # argparse, of a word that it does not know
            code = int(end.code or 0)
    secrets = _secrets(lab)
    if "configure" in words:
        _drivers.pop(lab, None)  # what it wrote is read by the next command's session
    told = err.getvalue() + (_beyond_cleanup(commands) if lab.where == "aws" and not code else "")
    return code, _masked(out.getvalue(), secrets), _masked(told, secrets)


def _endpoint(lab: Connection, words: Sequence[str]) -> str | None:
    """Where the lab's own client of that service asks, if that is not AWS; the CLI asks nowhere else."""
    if lab.place.endpoint_url or lab.where != "aws":
        return lab.place.endpoint_url
    service = next((word for word in words if word in SERVICES), "sts")
    endpoint: str = lab.client(service).meta.endpoint_url
    return None if (urlsplit(endpoint).hostname or "").endswith(_AWS) else endpoint


def _secrets(lab: Connection) -> set[str]:
    """What opens this account, and what the learner's own `configure` keeps: nothing may print it."""
    file = configuration(lab) / "credentials"
    written = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    secrets = {match[1] for match in _KEPT_SECRET.finditer(written)}
    credentials = lab.place.session.get_credentials()
    if credentials is not None:
        frozen = credentials.get_frozen_credentials()
        secrets |= {frozen.secret_key or "", frozen.token or ""}
    return {secret for secret in secrets if len(secret) >= 8}


def _masked(text: str, secrets: set[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def _beyond_cleanup(commands: CommandHooks) -> str:
    """What was made that clean-up does not know."""
    return "".join(
        f"{operation}: clean-up does not remove this kind; "
        + ("it has the lab's tag. " if tagged else "it could not be tagged. ")
        + "Remove it yourself, and mind what it costs.\n"
        for operation, tagged in commands.unknown.items()
    )


def _argument_parser() -> type:
    """The class of all the CLI's parsers."""
    return cast("type", importlib.import_module("awscli.argparser").CLIArgParser)


def configuration(lab: Connection) -> Path:
    """The folder of this CLI's own `config` and `credentials`, as `ecslab env` names it too."""
    return lab.home.absolute() / "aws"


@functools.cache
def _clidriver() -> ModuleType:
    """`awscli.clidriver`. Importing it lays its own botocore over ours for later imports: that is undone."""
    finders, data = list(sys.meta_path), os.environ.get("AWS_DATA_PATH")
    try:
        cli = importlib.import_module("awscli.clidriver")
        cli_limits.restrict_files(importlib.import_module("awscli.paramfile"))
    except ImportError:
        raise CannotBeDone(_MISSING) from None
    finally:
        sys.meta_path[:] = finders
        os.environ.pop("AWS_DATA_PATH", None)
        if data is not None:
            os.environ["AWS_DATA_PATH"] = data
    return cli


_drivers: "WeakKeyDictionary[Connection, Driver]" = WeakKeyDictionary()
_commands: "WeakKeyDictionary[Connection, CommandHooks]" = WeakKeyDictionary()


def _driver(lab: Connection) -> Driver:
    """The lab's driver, with the lab's credentials of this moment: those of a real account may run out."""
    if lab not in _drivers:
        _drivers[lab] = _made(lab, _clidriver())
    credentials = lab.place.session.get_credentials()
    if credentials is not None:
        frozen = credentials.get_frozen_credentials()
        _drivers[lab].session.set_credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)
    return _drivers[lab]


def _made(lab: Connection, cli: ModuleType) -> Driver:
    """A driver as `awscli.clidriver.create_clidriver` makes it, without the machine's plugins and aliases."""
    session = _session(lab, cli)
    events = session.get_component("event_emitter")
    importlib.import_module("awscli.plugin").load_plugins({}, event_hooks=events)
    cli_limits.restrict_commands(events)
    commands = _commands[lab] = CommandHooks(lab)
    marks = {"step_marks": lab.step_marks} if lab.where == "sandbox" else {}
    hooks.install(events, **lab.place.listeners, **marks, **lab.listeners, commands=commands)
    driver: Driver = cli.CLIDriver(session=session)
    nowhere = Path(os.devnull, "alias")  # an alias may run a shell
    driver.alias_loader = importlib.import_module("awscli.alias").AliasLoader(str(nowhere))
    return driver


def _session(lab: Connection, cli: ModuleType) -> botocore.session.Session:
    seen = _FROM_THE_MACHINE if lab.where == "aws" else frozenset()
    variables = {
        name: (key, env if name in seen else None, default, convert)
        for name, (key, env, default, convert) in {
            **BOTOCORE_DEFAUT_SESSION_VARIABLES, **cli.EnvironmentVariables,
        }.items()
    }  # fmt: skip
    folder = configuration(lab)
    variables["config_file"] = (None, None, str(folder / "config"), None)
    variables["credentials_file"] = (None, None, str(folder / "credentials"), None)
    session = botocore.session.Session(session_vars=variables)
    session.user_agent_name, session.user_agent_version = "aws-cli", cli.__version__
    session.register_component("data_loader", _data(str(Path(str(cli.__file__)).parent / "data")))
    session.set_config_variable("region", lab.region)
    session.set_config_variable("ignore_configured_endpoint_urls", True)
    if lab.where == "sandbox":
        session.set_default_client_config(SANDBOX_CONFIG)
    return session


@functools.cache
def _data(folder: str) -> Loader:
    """botocore's descriptions of the services, and the CLI's own of its options."""
    loader = models()
    loader.search_paths.append(folder)
    return loader


class _Pause:
    """In the place of `time` for botocore's waiters: they wait on the lab's clock."""

    def __init__(self, waiting: Wait):
        self._waiting = waiting

    def sleep(self, seconds: float) -> None:
        passed = 0.0
        while passed < seconds:
            passed += self._waiting.let_pass(0.2, seconds - passed)


@contextlib.contextmanager
def _replaced(module: ModuleType | type, name: str, value: object) -> Iterator[None]:
    """Within this, the module has another value under a name."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


@contextlib.contextmanager
def _waiting(lab: Connection, typed: Sequence[str]) -> Iterator[None]:
    executing = importlib.import_module("awscli.customizations.ecs.executecommand")
    with (
        Wait(lab, "what the command waits for") as waiting,
        _replaced(botocore.waiter, "time", _Pause(waiting)),
        _replaced(executing, "check_call", Plugin(lab, waiting, typed)),
        _replaced(executing, "ignore_user_entered_signals", contextlib.nullcontext),
        _replaced(sys, "argv", ["aws"]),  # by what stands there argparse calls the program
        _replaced(_argument_parser(), "_get_option_tuples", cli_limits.no_abbreviations),
    ):
        yield
