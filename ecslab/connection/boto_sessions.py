"""boto3 sessions: one that sees the machine's AWS settings, and one that is blind to them."""

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConfiguredEndpointProvider

if TYPE_CHECKING:
    from botocore.client import BaseClient

# The sandbox answers or is gone: botocore's own retries would only hide which. It does not
# read who calls either: a fixed user agent saves botocore from composing one, twice a call and at length.
SANDBOX_CONFIG = Config(
    user_agent="ecslab",
    retries={"mode": "standard", "total_max_attempts": 1},
    proxies={},
    connect_timeout=5,
    read_timeout=60,
    inject_host_prefix=False,
)


def blind_session(region: str, access_key: str, secret_key: str) -> boto3.Session:
    """A boto3 session that reads no environment variable, profile or config file.

    The sandbox's clients come from it: on a machine full of credentials and settings they still hold only the
    sandbox's throw-away key.
    """
    blind = {
        name: (None, None, default, convert)
        for name, (_, _, default, convert) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    blind["config_file"] = blind["credentials_file"] = (None, None, os.devnull, None)
    core = botocore.session.Session(session_vars=blind)
    core.register_component("data_loader", models())
    return boto3.Session(access_key, secret_key, region_name=region, botocore_session=core)


@functools.cache
def models() -> botocore.loaders.Loader:
    """What loads botocore's descriptions of the services; one for a process, for EC2's takes a second."""
    return botocore.loaders.create_loader()


def sandbox_client(session: boto3.Session, service: str, url: str) -> "BaseClient":
    """A client whose endpoint is the sandbox at `url`, and nothing else."""
    return client_of(session, service, endpoint_url=url, config=SANDBOX_CONFIG)


def client_of(session: boto3.Session, service: str, **options: object) -> "BaseClient":
    """A client for a service whose name is known at run time only."""
    make = cast("Callable[..., BaseClient]", session.client)
    return make(service, **options)


class Endpoints:
    """Where a session's calls go in the place of AWS's own endpoints, as environment and profile say now.

    botocore would ask the environment again for every new client; this asks it once.
    """

    def __init__(self, session: boto3.Session):
        core = session._session
        self._ignored = bool(core.get_config_variable("ignore_configured_endpoint_urls"))
        self._profile, self._all = core.get_scoped_config(), core.full_config
        self._environ = {
            name: value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_")
        }

    def override(self, service: str) -> str | None:
        """Where this service's calls go; None for AWS's own endpoint."""
        if self._ignored:
            return None
        provider = ConfiguredEndpointProvider(self._all, self._profile, service, self._environ)
        return cast("str | None", provider.provide())

    def client(self, session: boto3.Session, service: str, region: str) -> "BaseClient":
        """A client of the session that calls there."""
        config = Config(ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]  # the stubs lack it
        return client_of(
            session, service, region_name=region, endpoint_url=self.override(service), config=config
        )


def account_session(profile: str | None, region: str | None) -> boto3.Session:
    """An ordinary boto3 session: the caller's own profile, environment and Region.

    Which profile the environment names is asked now and not again: botocore would ask for every new client.
    """
    config_key, names, default, convert = BOTOCORE_DEFAUT_SESSION_VARIABLES["profile"]
    named = next((os.environ[name] for name in names if os.environ.get(name)), default)
    pinned = {"profile": (config_key, None, named, convert)}
    core = botocore.session.Session(session_vars=pinned)
    return boto3.Session(profile_name=profile, region_name=region, botocore_session=core)
