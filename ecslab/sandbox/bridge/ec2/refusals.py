"""What EC2 refuses at the door, and moto fails at, carries out in part, or takes a VPC apart by.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-errors.html
"""

from ipaddress import ip_network

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import vpcs
from moto.ec2.models.subnets import Subnet

from ecslab.sandbox.bridge.ec2 import ipv6
from ecslab.sandbox.bridge.ec2.error_messages import WordedEC2Backend

vpcs.IMPLEMENTED_ENDPOINT_SERVICES[:] = ["dynamodb", "ecr", "s3"]
"""moto imports each of its services that has endpoints of its own to list them; tasks use these."""


class RefusingEC2Backend(WordedEC2Backend):
    """moto's EC2, refusing what would leave a network in pieces."""

    _vpc_in_deletion: str | None = None

    def delete_network_acl_entry(self, network_acl_id: str, rule_number: int, egress: bool) -> object:
        """moto fails at an entry that is not there."""
        entries = self.get_network_acl(network_acl_id).network_acl_entries
        if not any((entry.rule_number, entry.egress) == (rule_number, egress) for entry in entries):
            way = "egress" if egress else "ingress"
            text = f"The specified network acl entry for {way} rule {rule_number} does not exist"  # U
            raise EC2ClientError("InvalidNetworkAclEntry.NotFound", text)
        return super().delete_network_acl_entry(network_acl_id, rule_number, egress)

    def create_network_acl_entry(
        self, network_acl_id: str, rule_number: int, protocol: str, rule_action: str, egress: bool,
        cidr_block: str | None, *args: object, ipv6_cidr_block: str | None = None, **kwargs: object,
    ) -> object:  # fmt: skip
        """moto takes any text for a block of addresses."""
        self.get_network_acl(network_acl_id)
        if not cidr_block and not ipv6_cidr_block:
            raise parameter_missing("CidrBlock")
        _check_cidr(cidr_block)
        _check_cidr(ipv6_cidr_block)
        return super().create_network_acl_entry(
            network_acl_id, rule_number, protocol, rule_action, egress, cidr_block, *args,
            ipv6_cidr_block=ipv6_cidr_block, **kwargs,
        )  # fmt: skip

    def modify_security_group_rules(self, group_id: str, rules: dict[str, dict[str, object]]) -> object:
        """moto takes any text for a block of addresses."""
        for rule in rules.values():
            for name in ("CidrIpv4", "CidrIpv6"):
                _check_cidr(rule.get(name))
        return super().modify_security_group_rules(group_id, rules)

    def describe_vpn_gateways(self, filters: object = None, vpn_gw_ids: list[str] | None = None) -> object:
        """There are none; moto passes over those that are asked for and are not there."""
        for name in vpn_gw_ids or ():
            self.get_vpn_gateway(name)
        return super().describe_vpn_gateways(filters, vpn_gw_ids)

    def replace_network_acl_association(self, association_id: str, network_acl_id: str) -> object:
        """moto fails at an association that is not there."""
        self.get_network_acl(network_acl_id)
        if not any(association_id in acl._associations for acl in self.network_acls.values()):
            text = f"The association ID '{association_id}' does not exist"
            raise EC2ClientError("InvalidAssociationID.NotFound", text)
        return super().replace_network_acl_association(association_id, network_acl_id)

    def create_vpc_endpoint(
        self, vpc_id: str, service_name: str | None, endpoint_type: str | None, policy_document: str | None,
        route_table_ids: list[str], subnet_ids: list[str] | None = None, **kwargs: object,
    ) -> object:  # fmt: skip
        """moto makes endpoints of nothing, and interfaces in the subnets before a wrong one."""
        if not service_name:
            raise parameter_missing("ServiceName")
        for subnet_id in subnet_ids or ():
            self.get_subnet(subnet_id)
        return super().create_vpc_endpoint(
            vpc_id, service_name, endpoint_type or "Gateway", policy_document, route_table_ids, subnet_ids,
            **kwargs,
        )  # fmt: skip

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        """moto fails at one that is deleted already, or whose route is, with those before it deleted."""
        for endpoint in (self.vpc_end_points.get(vpce_id) for vpce_id in vpce_ids or ()):
            if endpoint is None or endpoint.state == "deleted":
                continue
            prefix, tables = endpoint.destination_prefix_list_id, self.route_tables
            endpoint.route_table_ids = [
                table for table in endpoint.route_table_ids or ()
                if table in tables and f"{table}~{prefix}" in tables[table]._routes
            ]  # fmt: skip
            super().delete_vpc_endpoints([endpoint.id])

    def associate_vpc_cidr_block(
        self, vpc_id: str, cidr_block: str | None, amazon_provided_ipv6_cidr_block: bool
    ) -> object:
        if not cidr_block and not amazon_provided_ipv6_cidr_block:
            raise parameter_missing("CidrBlock")
        return super().associate_vpc_cidr_block(vpc_id, cidr_block, amazon_provided_ipv6_cidr_block)

    def create_subnet(
        self, vpc_id: str, cidr_block: str | None, ipv6_cidr_block: str | None = None, *args: object,
        **kwargs: object,
    ) -> Subnet:  # fmt: skip
        """moto gives a subnet any block of IPv6, and makes one of that alone."""
        if not cidr_block:
            text = "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."
            raise EC2ClientError("MissingParameter", text)
        if ipv6_cidr_block and ipv6.has_own_rules():
            ipv6.check_subnet(self, vpc_id, ipv6_cidr_block)
        return super().create_subnet(vpc_id, cidr_block, ipv6_cidr_block, *args, **kwargs)

    def associate_subnet_cidr_block(self, subnet_id: str, ipv6_cidr_block: str) -> object:
        """moto takes any text for a block of addresses."""
        subnet = self.get_subnet(subnet_id)
        if ipv6.has_own_rules():
            if not ipv6_cidr_block:
                raise parameter_missing("Ipv6CidrBlock")
            ipv6.check_subnet(self, subnet.vpc_id, ipv6_cidr_block)
        return super().associate_subnet_cidr_block(subnet_id, ipv6_cidr_block)

    def disassociate_subnet_cidr_block(self, association_id: str) -> object:
        """Refuse while an interface has an address of the block. U: the words."""
        subnet = self.get_subnet_from_ipv6_association(association_id)
        held = (interface for interface in self.enis.values() if interface.subnet is subnet)
        if ipv6.has_own_rules() and subnet and any(interface.ipv6_addresses for interface in held):
            text = f"The subnet CIDR block association '{association_id}' is in use."
            raise EC2ClientError("InvalidCidrBlock.InUse", text)
        return super().disassociate_subnet_cidr_block(association_id)

    def get_egress_only_igw(self, gateway_id: str) -> object:
        """moto calls it an internet gateway."""
        if gateway_id not in self.egress_only_internet_gateways:
            text = f"The eigw ID '{gateway_id}' does not exist"  # U
            raise EC2ClientError("InvalidEgressOnlyInternetGatewayId.NotFound", text)
        return super().get_egress_only_igw(gateway_id)

    def describe_egress_only_internet_gateways(self, ids: list[str] | None = None) -> object:
        """moto leaves out what is not there."""
        for gateway_id in ids or ():
            self.get_egress_only_igw(gateway_id)
        return super().describe_egress_only_internet_gateways(ids)

    def delete_egress_only_internet_gateway(self, gateway_id: str) -> None:
        self.get_egress_only_igw(gateway_id)
        super().delete_egress_only_internet_gateway(gateway_id)

    def delete_route_table(self, route_table_id: str) -> None:
        """The main table goes with its VPC alone."""
        table = self.get_route_table(route_table_id)
        if table.main_association_id and table.vpc_id != self._vpc_in_deletion:
            text = f"The routeTable '{route_table_id}' has dependencies and cannot be deleted."
            raise DependencyViolationError(text)
        super().delete_route_table(route_table_id)

    def associate_route_table(
        self, route_table_id: str, gateway_id: str | None = None, subnet_id: str | None = None
    ) -> str:
        if subnet_id:
            subnet, table = self.get_subnet(subnet_id), self.get_route_table(route_table_id)
            if subnet.vpc_id != table.vpc_id:
                raise _different_networks(route_table_id, subnet_id)
        return str(super().associate_route_table(route_table_id, gateway_id, subnet_id))

    def replace_route_table_association(self, association_id: str, route_table_id: str) -> str:
        table = self.get_route_table(route_table_id)
        for other in self.route_tables.values():
            if association_id in other.all_associations_ids and other.vpc_id != table.vpc_id:
                raise _different_networks(route_table_id, association_id)
        return str(super().replace_route_table_association(association_id, route_table_id))

    def disassociate_route_table(self, association_id: str) -> str | None:
        if any(table.main_association_id == association_id for table in self.route_tables.values()):
            text = f"cannot disassociate the main route table association {association_id}"
            raise EC2ClientError("InvalidParameterValue", text)
        gone: str | None = super().disassociate_route_table(association_id)
        return gone


def _check_cidr(block: object) -> None:
    try:
        ip_network(str(block or "0.0.0.0/0"), strict=False)
    except ValueError:
        raise EC2ClientError("InvalidParameterValue", f"CIDR block {block} is malformed") from None


def _different_networks(table: str, other: str) -> EC2ClientError:
    text = f"route table {table} and network {other} belong to different networks"  # U: its end
    return EC2ClientError("InvalidParameterValue", text)


def parameter_missing(name: str) -> EC2ClientError:
    """The refusal of a request without a parameter that it needs."""
    return EC2ClientError("MissingParameter", f"The request must contain the parameter {name}")
