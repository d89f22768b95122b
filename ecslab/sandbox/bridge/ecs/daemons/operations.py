"""CreateDaemon, DescribeDaemon, ListDaemons, UpdateDaemon and DeleteDaemon.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-daemons-create-manage.html
"""

import json
import string
from typing import TYPE_CHECKING, Final

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng
from ecslab.sandbox.bridge.ecs import clusters, hosted_daemons, state
from ecslab.sandbox.bridge.ecs.daemons import definitions, request, rollout, view
from ecslab.sandbox.bridge.ecs.daemons.hosting import Daemons
from ecslab.sandbox.bridge.ecs.daemons.sentences import refused
from ecslab.sandbox.bridge.ecs.instances import placing
from ecslab.sandbox.bridge.ecs.shapes import Answer, checked_tags, name_in, page
from ecslab.sandbox.bridge.ecs.state import Caller
from ecslab.sandbox.world.daemon.daemon import Daemon, DaemonRevision, DaemonTaskDefinition, Settings
from ecslab.sandbox.world.daemon.deployment import Configuration, Deployment
from ecslab.sandbox.world.placement.instance import Needs

if TYPE_CHECKING:
    from mypy_boto3_ecs import type_defs as api

_ID: Final = 21
_LETTERS: Final = string.ascii_letters + string.digits + "-_"
"""A deployment's id, as the developer guide's event has it; U: that all are so, and of these letters."""


def create_daemon(params: "api.CreateDaemonRequestTypeDef", caller: Caller) -> Answer:
    """Make a daemon; instances of its capacity providers that are there already are replaced by and by."""
    name, token = params["daemonName"], params.get("clientToken", "")
    request.check_name(name, token)
    cluster = clusters.find(caller, params.get("clusterArn"))
    arn, asked = caller.ecs_arn(f"daemon/{cluster.name}/{name}"), json.dumps(params, sort_keys=True)
    there = state.of(caller.region).daemons.get(arn)
    if there and token and there.token == (token, asked):
        return view.changed(there)
    if there:
        raise refused("exists")
    definition = definitions.active(params["daemonTaskDefinitionArn"], caller)
    providers = request.providers(params["capacityProviderArns"], cluster, caller)
    tags, configured = checked_tags(params.get("tags")), request.configuration(params, caller.region)
    account = current_account()
    account.daemons = account.daemons or Daemons(account)
    revision = _revision(arn, cluster.arn, definition, request.settings(params), caller)
    deployment = _deployment(arn, cluster.arn, revision, providers, configured, caller)
    now = account.clock.timestamp()
    daemon = Daemon(
        arn, name, cluster.name, caller.region, providers, revision, deployment, now, now, tags=tags,
        token=(token, asked) if token else None,
    )  # fmt: skip
    state.of(caller.region).daemons[arn] = daemon
    rollout.begin(daemon, deployment)
    answer = view.changed(daemon)
    return {member: value for member, value in answer.items() if member != "updatedAt"}


def describe_daemon(params: "api.DescribeDaemonRequestTypeDef", caller: Caller) -> Answer:
    """One daemon."""
    return {"daemon": view.detail(find(params["daemonArn"], caller))}


def list_daemons(params: "api.ListDaemonsRequestTypeDef", caller: Caller) -> Answer:
    """The daemons of a cluster, by name; of certain capacity providers if some are named."""
    cluster = clusters.find(caller, params.get("clusterArn"))
    only = [name_in("capacity-provider", each, caller) for each in params.get("capacityProviderArns") or ()]
    listed = sorted(hosted_daemons.daemons_of(caller.region, cluster.name), key=lambda each: each.name)
    rows = [view.summary(each) for each in listed if not only or set(only) & set(each.providers)]
    return page("daemonSummariesList", rows, params)


def update_daemon(params: "api.UpdateDaemonRequestTypeDef", caller: Caller) -> Answer:
    """Let a daemon run something else, or elsewhere; a deployment replaces the instances that differ."""
    daemon = find(params["daemonArn"], caller)
    if daemon.status != "ACTIVE":
        raise refused("not_active", code="DaemonNotActiveException")
    cluster = state.of(caller.region).clusters[daemon.cluster]
    definition = definitions.active(params["daemonTaskDefinitionArn"], caller)
    providers = request.providers(params["capacityProviderArns"], cluster, caller)
    settings, configured = request.settings(params), request.configuration(params, caller.region)
    revision = daemon.target
    if revision is None or (revision.definition, revision.settings) != (definition, settings):
        revision = _revision(daemon.arn, cluster.arn, definition, settings, caller)  # U: else it stays
    deployment = _deployment(daemon.arn, cluster.arn, revision, providers, configured, caller)
    deployment.sources = [each for each in view.current(daemon) if each is not revision]
    daemon.target, daemon.providers = revision, providers
    daemon.updated_at = current_account().clock.timestamp()
    rollout.begin(daemon, deployment)
    return view.changed(daemon)


def delete_daemon(params: "api.DeleteDaemonRequestTypeDef", caller: Caller) -> Answer:
    """Delete a daemon: instances that run it are drained and replaced, some at a time; then it is gone."""
    daemon = find(params["daemonArn"], caller)
    if daemon.status != "ACTIVE":
        raise refused("deleting")
    cluster = state.of(caller.region).clusters[daemon.cluster]
    deployment = _deployment(daemon.arn, cluster.arn, None, daemon.providers, Configuration(), caller)
    deployment.sources = view.current(daemon)
    daemon.target, daemon.status = None, "DELETE_IN_PROGRESS"
    daemon.updated_at = current_account().clock.timestamp()
    rollout.begin(daemon, deployment)
    return view.changed(daemon)


def find(arn: str, caller: Caller) -> Daemon:
    """A daemon that has not been deleted yet; DaemonNotFoundException if there is none."""
    daemon = state.of(caller.region).daemons.get(arn)
    if daemon is None:
        raise refused("not_found", code="DaemonNotFoundException")
    return daemon


def _revision(
    daemon: str, cluster: str, definition: DaemonTaskDefinition, settings: Settings, caller: Caller
) -> DaemonRevision:
    """A new revision. Its id is one as the developer guide's event has it; the API reference has a number."""
    arn = caller.ecs_arn(f"daemon-revision/{daemon.partition(':daemon/')[2]}/{rng.uuid4()}")
    now = current_account().clock.timestamp()
    needs = Needs(*placing.size(definition.task, {}, definition.task["containerDefinitions"]))
    revision = DaemonRevision(arn, daemon, cluster, definition, settings, now, needs)
    state.of(caller.region).daemon_revisions[arn] = revision
    return revision


def _deployment(
    daemon: str, cluster: str, revision: DaemonRevision | None, providers: list[str],
    configuration: Configuration, caller: Caller,
) -> Deployment:  # fmt: skip
    name = "".join(rng.choices(_LETTERS, k=_ID))
    arn = caller.ecs_arn(f"daemon-deployment/{daemon.partition(':daemon/')[2]}/{name}")
    now = current_account().clock.timestamp()
    return Deployment(arn, daemon, cluster, revision, [], list(providers), configuration, now)
