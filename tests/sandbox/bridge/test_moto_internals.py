"""Every internal name of moto that the sandbox leans on. When moto moves, this fails first and says where.

moto promises none of them, so its version is pinned exactly; raise the pin when all of this passes.
"""

import ast
import importlib
import inspect
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import boto3
import pytest
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto_account import account

from ecslab.sandbox.bridge import logs
from ecslab.sandbox.bridge.account import Account, enter
from ecslab.sandbox.bridge.ec2 import backend as networks
from ecslab.sandbox.bridge.ec2 import error_messages, interfaces, task_network
from ecslab.sandbox.bridge.elbv2 import backend as balancing
from ecslab.sandbox.bridge.elbv2 import listeners, load_balancer, target_groups
from ecslab.sandbox.bridge.iam import roles
from ecslab.sandbox.bridge.iam.backend import IamBackend
from ecslab.sandbox.bridge.installation import OURS
from ecslab.sandbox.runtime.embedded import EmbeddedRuntime
from ecslab.sandbox.world.time.clock import Clock

ROOT = Path(__file__).parents[3]
ACCOUNT, REGION = "123456789012", "us-east-1"

NAMES = {  # module or class: what we call, replace or read of it
    "moto.core.base_backend.BackendDict": ["_instances", "__getitem__", "_create_account_specific_backend"],
    "moto.core.base_backend.AccountSpecificBackend": ["__getitem__", "reset"],
    "moto.core.base_backend.BaseBackend": ["reset", "_url_module"],
    "moto.core.common_models.BaseModel": ["__new__"],
    "moto.core.responses": ["method_names_from_class"],
    "moto.core.serialize.AttributePicker": ["__call__"],
    "moto.core.serialize.XFormedAttributePicker": ["get_possible_keys"],
    "xmltodict": ["_validate_name"],
    "moto.core.utils": ["utcnow", "unix_time", "MISSING", "get_value"],
    "moto.moto_api._internal": ["mock_random"],
    "moto.moto_api._internal.moto_random.MotoRandom": ["uuid4", "get_random_hex", "randbytes", "seed",
                                                      "getstate", "setstate"],
    "moto.iam.models": ["SERVICE_NAME_CONVERSION", "AWSManagedPolicy"],
    "moto.ec2.utils": ["random_eni_attach_id"],
    "moto.secretsmanager.models": ["secretsmanager_backends"],
    "moto.secretsmanager.models.SecretsManagerBackend": ["get_secret_value"],
    "moto.ssm.models": ["ssm_backends"],
    "moto.ssm.models.SimpleSystemManagerBackend": ["get_parameters", "get_parameter"],
    "moto.ssm.models.Parameter": ["response_object"],
    "moto.s3.models": ["s3_backends"],
    "moto.s3.models.FakeKey": ["value"],
    "moto.sts.models": ["sts_backends"],
    "moto.sts.models.STSBackend": ["assume_role", "get_assumed_role_from_access_key"],
    "moto.sts.models.AssumedRole": ["arn"],
    "moto.iam.models.IAMBackend": ["get_certificate_by_arn"],
    "moto.acm.models.AWSCertificateManagerBackend": ["get_certificate"],
    "moto.acm.models.CertBundle": ["cert_status"],
    "moto.ec2.models.route_tables.Route": ["destination_cidr_block"],
}
HELD = {  # what is built: the attributes we read or set on it
    "ec2": ["vpcs", "enis", "groups", "internet_gateways", "route_tables", "network_acls", "vpc_end_points",
            "nat_gateways", "managed_prefix_lists", "addresses", "amis", "reservations", "region_name",
            "account_id"],
    "vpc": ["id", "is_default", "cidr_block", "enable_dns_hostnames"],
    "subnet": ["id", "vpc_id", "cidr", "availability_zone", "_subnet_ips", "default_for_az",
               "map_public_ip_on_launch", "ipv6_cidr_block_associations"],
    "route table": ["id", "vpc_id", "routes", "_associations", "main_association_id"],
    "route": ["destination_cidr_block", "gateway", "gateway_id", "nat_gateway_id", "network_interface_id",
              "transit_gateway_id", "vpc_peering_connection_id", "instance_id"],
    "gateway": ["id", "vpc"],
    "acl": ["id", "associations", "network_acl_entries"],
    "acl entry": ["rule_number", "rule_action", "egress", "protocol", "port_range_from", "port_range_to",
                  "cidr_block"],
    "group": ["id", "name", "vpc_id", "is_default", "ingress_rules", "egress_rules"],
    "rule": ["ip_protocol", "from_port", "to_port", "ip_range", "source_group", "prefix_list_id"],
    "interface": ["id", "subnet", "vpc_id", "private_ip_address", "private_ip_addresses", "public_ip",
                  "private_dns_name", "mac_address", "group_set", "attachment_id", "status", "device_index",
                  "requester_id", "requester_managed"],
    "iam": ["managed_policies", "aws_managed_policies", "roles"],
    "role": ["arn", "name", "policies", "managed_policies", "assume_role_policy_document"],
    "policy": ["arn", "versions", "default_version_id", "attachment_count"],
    "logs": ["groups"],
    "log group": ["streams", "put_log_events"],
    "balancing": ["load_balancers", "target_groups", "tagging_service", "ec2_backend", "_any_listener_using"],
    "balancer": ["name", "arn", "type", "scheme", "attrs", "subnets", "vpc_id", "dns_name", "security_groups",
                 "listeners", "canonical_hosted_zone_id", "ip_address_type",
                 "load_balancer_state", "availability_zones"],
    "listener": ["arn", "port", "protocol", "load_balancer_arn", "rules", "_default_rule",
                 "_non_default_rules", "certificate", "certificates", "ssl_policy", "alpn_policy",
                 "default_actions", "attributes"],
    "listener rule": ["arn", "priority", "conditions", "actions", "listener_arn"],
    "target group": ["arn", "name", "port", "protocol", "protocol_version", "ip_address_type", "vpc_id",
                     "target_type", "attributes",
                     "load_balancer_arns", "matcher", "health_check_protocol", "health_check_port",
                     "health_check_path", "health_check_interval_seconds", "health_check_timeout_seconds",
                     "healthy_threshold_count", "unhealthy_threshold_count", "health_check_enabled"],
}  # fmt: skip
OURS_ALONE = {"forget_interface", "take_public_address", "_read_policy", "_add",
              "_subnets", "_groups", "_has_gateway", "_check_groups", "_associate", "_made", "_balancer",
              "_fixed_addresses", "_elastic_ip", "_sort", "rules", "spread",
              "target_group", "node_for", "stand_in", "wear", "close", "_node",
              "_shown", "_instance_state"}  # fmt: skip


@pytest.fixture(scope="module")
def built_by_moto():
    """One of each thing that moto builds for us."""
    swapped = {**dict(OURS), elbv2_backends: balancing.ElbV2Backend}
    enter(Account(Clock(), EmbeddedRuntime(), ACCOUNT))
    with pytest.MonkeyPatch.context() as monkeypatch, account(monkeypatch, swapped):
        backend = ec2_backends[ACCOUNT][REGION]
        subnet = backend.describe_subnets()[0]
        interface = backend.enis[task_network.attach_eni(REGION, subnet.id, [], True, "about").eni_id]
        table = next(iter(backend.route_tables.values()))
        acl = next(iter(backend.network_acls.values()))
        group = interface.group_set[0]
        roles.ensure_service_linked_role()
        role = next(iter(iam_backends[ACCOUNT]["aws"].roles.values()))
        boto3.client("logs", REGION).create_log_group(logGroupName="/ecs/web")
        elb = elbv2_backends[ACCOUNT][REGION]
        default = [subnet.id for subnet in backend.describe_subnets() if subnet.default_for_az]
        balanced = elb.create_load_balancer("web", [], default[:2])
        group_of_it = elb.create_target_group("web", protocol="HTTP", port=80, vpc_id=subnet.vpc_id,
                                          target_type="ip")  # fmt: skip
        forward = [{"Type": "forward", "TargetGroupArn": group_of_it.arn}]
        listener = elb.create_listener(balanced.arn, "HTTP", "80", None, None, forward)
        yield {
            "ec2": backend, "vpc": backend.get_default_vpc(), "subnet": subnet, "route table": table,
            "route": next(iter(table.routes)),
            "gateway": next(iter(backend.internet_gateways.values())), "acl": acl,
            "acl entry": acl.network_acl_entries[0], "group": group, "rule": group.ingress_rules[0],
            "interface": interface, "iam": iam_backends[ACCOUNT]["aws"], "role": role,
            "policy": next(iter(role.managed_policies.values())), "logs": logs_backends[ACCOUNT][REGION],
            "log group": logs_backends[ACCOUNT][REGION].groups["/ecs/web"], "balancing": elb,
            "balancer": balanced, "listener": listener, "target group": group_of_it,
            "listener rule": next(iter(listener.rules.values())),
        }  # fmt: skip


def imports() -> Iterator[tuple[str, str | None]]:
    """What the sandbox imports from moto: module, name."""
    for path in sorted((ROOT / "ecslab/sandbox").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("moto"):
                yield from ((str(node.module), alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.name, None) for alias in node.names if alias.name.startswith("moto"))


def overrides() -> Iterator[tuple[type, str]]:
    for ours in (error_messages.WordedEC2Backend, networks.EC2Backend, interfaces.Interface, IamBackend,
                 logs.LogsBackend, balancing.ElbV2Backend,
                 listeners.ListenersBackend, target_groups.TargetsBackend,
                 load_balancer.LoadBalancer):  # fmt: skip
        methods = (name for name, member in vars(ours).items() if inspect.isfunction(member))
        yield from ((ours, name) for name in methods if name not in OURS_ALONE and name != "__init__")


def test_moto_is_the_version_we_pin():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (moto,) = (requirement for requirement in wanted if requirement.startswith("moto"))
    assert moto.endswith(f"=={version('moto')}")


@pytest.mark.parametrize(("module", "name"), sorted(set(imports()), key=str))
def test_what_we_import_exists(module, name):
    imported = importlib.import_module(module)
    assert name is None or hasattr(imported, name) or importlib.import_module(f"{module}.{name}")


@pytest.mark.parametrize("owner", sorted(NAMES))
def test_what_we_reach_into_exists(owner):
    module, _, name = owner.rpartition(".")
    try:
        owner_itself = importlib.import_module(owner)
    except ModuleNotFoundError:
        owner_itself = getattr(importlib.import_module(module), name)
    parameters = inspect.signature(owner_itself).parameters if inspect.isclass(owner_itself) else {}
    assert [name for name in NAMES[owner] if not hasattr(owner_itself, name) and name not in parameters] == []


@pytest.mark.parametrize("kind", sorted(HELD))
def test_what_moto_builds_holds_what_we_read(built_by_moto, kind):
    assert [name for name in HELD[kind] if not hasattr(built_by_moto[kind], name)] == []


@pytest.mark.parametrize(("ours", "name"), sorted(overrides(), key=str), ids=lambda value: str(value))
def test_what_we_override_is_still_called_so(ours, name):
    theirs = [vars(base)[name] for base in ours.__mro__[1:] if name in vars(base)]
    assert theirs, f"{ours.__name__}.{name} replaces nothing"
    named = [parameter for parameter in inspect.signature(vars(ours)[name]).parameters.values()
             if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]  # fmt: skip
    moto = list(inspect.signature(theirs[-1]).parameters)
    assert [parameter.name for parameter in named] == moto[: len(named)]
