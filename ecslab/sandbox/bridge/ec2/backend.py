"""moto's EC2, made to hold the networks of an account as AWS does."""

from collections.abc import Mapping
from typing import Final

from moto.ec2.exceptions import EC2ClientError, ResourceAlreadyAssociatedError
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance, Reservation
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import building
from ecslab.sandbox.bridge.ec2 import dependencies, instance_events, ipv6, launch_checks, vpcs
from ecslab.sandbox.bridge.ec2.addresses import check_private, take_public
from ecslab.sandbox.bridge.ec2.addresses_in_use import PublicInUse
from ecslab.sandbox.bridge.ec2.interfaces import Interface
from ecslab.sandbox.bridge.ec2.machines import known_type
from ecslab.sandbox.bridge.ec2.refusals import RefusingEC2Backend, parameter_missing

KNOWN_TYPES: Final = 8
"""The behaviour from which on a type that does not exist is refused."""


class EC2Backend(RefusingEC2Backend):
    """moto's EC2 with AWS's default VPC, the `workshop` VPC, and rules that protect what is in use."""

    _images_wanted = False

    def __init__(self, region_name: str, account_id: str):
        self.public: dict[str, Interface] = {}
        self.ipv6: dict[str, Interface] = {}
        super().__init__(region_name, account_id)

    @property
    def _url_module(self) -> object:
        from ecslab.sandbox.bridge.ec2 import responses

        return responses

    def create_default_vpc(self) -> VPC:
        vpc = super().create_default_vpc()
        vpcs.finish_default(self, vpc)
        if not any(other.cidr_block == vpcs.CIDR for other in self.vpcs.values()):
            vpcs.create_workshop(self)
        return vpc

    def create_vpc(self, *args: object, **kwargs: object) -> VPC:
        vpc = super().create_vpc(*args, **kwargs)
        if ipv6.has_own_rules() and vpc.get_cidr_block_association_set(ipv6=True):
            ipv6.open_default_acl(self, vpc.id)
        return vpc

    def associate_vpc_cidr_block(
        self, vpc_id: str, cidr_block: str | None, amazon_provided_ipv6_cidr_block: bool
    ) -> object:
        association = super().associate_vpc_cidr_block(vpc_id, cidr_block, amazon_provided_ipv6_cidr_block)
        if ipv6.has_own_rules() and amazon_provided_ipv6_cidr_block:
            ipv6.open_default_acl(self, vpc_id)
            ipv6.open_groups(self, vpc_id)
        return association

    def create_security_group(
        self, name: str, description: str, vpc_id: str | None = None, *args: object, **kwargs: object
    ) -> SecurityGroup:
        """A VPC's default group lets in its own members; moto's lets in nobody."""
        group = super().create_security_group(name, description, vpc_id, *args, **kwargs)
        if group.is_default:
            own = [{"GroupId": group.id, "OwnerId": self.account_id}]
            self.authorize_security_group_ingress(group.id, "-1", "", "", [], None, own, vpc_id=group.vpc_id)
        return group

    def create_subnet(
        self, vpc_id: str, cidr_block: str | None, ipv6_cidr_block: str | None = None, *args: object,
        **kwargs: object,
    ) -> Subnet:  # fmt: skip
        """moto takes the first subnet in a zone for its default one, whatever its VPC."""
        subnet = super().create_subnet(vpc_id, cidr_block, ipv6_cidr_block, *args, **kwargs)
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
        return subnet

    def create_default_subnet(self, availability_zone: str) -> Subnet:
        subnet = super().create_default_subnet(availability_zone)
        subnet.default_for_az = subnet.map_public_ip_on_launch = True
        return subnet

    def create_network_interface(
        self,
        subnet: Subnet | str,
        private_ip_address: str | None,
        private_ip_addresses: list[dict[str, object]] | None = None,
        group_ids: list[str] | None = None,
        description: str | None = None,
        tags: dict[str, str] | None = None,
        **kwargs: object,
    ) -> Interface:
        if "secondary_ips_count" in kwargs:  # as the API's own handler asks
            listed = [each.get("PrivateIpAddress") for each in private_ip_addresses or ()]
            for address in filter(None, (private_ip_address, *listed)):
                check_private(str(address), subnet)
        interface = Interface(self, subnet, private_ip_address, private_ip_addresses, group_ids=group_ids,
                              description=description, tags=tags, **kwargs)  # fmt: skip
        self.enis[interface.id] = interface
        return interface

    def get_instance_by_id(self, instance_id: str) -> Instance | None:
        """moto copies every reservation for it."""
        every = (instance for each in self.reservations.values() for instance in each.instances)
        return next((instance for instance in every if instance.id == instance_id), None)

    def get_instance(self, instance_id: str) -> Instance:
        return self.get_instance_by_id(instance_id) or super().get_instance(instance_id)

    def get_network_interface(self, eni_id: str) -> NetworkInterface:
        """moto looks through all of them."""
        return self.enis.get(eni_id) or super().get_network_interface(eni_id)

    def delete_network_interface(self, eni_id: str) -> None:
        """Refuse while it is attached [NAT:network_interfaces]."""
        dependencies.refuse_attached(self.get_network_interface(eni_id))
        self.forget_interface(eni_id)

    def forget_interface(self, eni_id: str) -> None:
        """Take the interface away and free its addresses."""
        interface = self.enis.pop(eni_id)
        self.public.pop(interface.public_ip, None)
        for address in interface.ipv6_addresses:
            self.ipv6.pop(address, None)
        for address in interface.private_ip_addresses:
            interface.subnet._subnet_ips.pop(address["PrivateIpAddress"], None)

    def detach_network_interface(self, attachment_id: str) -> None:
        for interface in self.enis.values():
            if interface.attachment_id == attachment_id:
                dependencies.refuse_if_ecs_owns(interface)
        super().detach_network_interface(attachment_id)

    def modify_network_interface_attribute(self, eni_id: str, *args: object, **kwargs: object) -> None:
        dependencies.refuse_if_ecs_owns(self.get_network_interface(eni_id))
        super().modify_network_interface_attribute(eni_id, *args, **kwargs)

    def assign_private_ip_addresses(self, eni_id: str, *args: object, **kwargs: object) -> NetworkInterface:
        dependencies.refuse_if_ecs_owns(self.get_network_interface(eni_id))
        return super().assign_private_ip_addresses(eni_id, *args, **kwargs)

    def unassign_private_ip_addresses(self, eni_id: str, *args: object, **kwargs: object) -> NetworkInterface:
        dependencies.refuse_if_ecs_owns(self.get_network_interface(eni_id))
        return super().unassign_private_ip_addresses(eni_id, *args, **kwargs)

    def assign_ipv6_addresses(self, eni_id: str, *args: object, **kwargs: object) -> NetworkInterface:
        dependencies.refuse_if_ecs_owns(self.get_network_interface(eni_id))
        return super().assign_ipv6_addresses(eni_id, *args, **kwargs)

    def unassign_ipv6_addresses(self, eni_id: str, *args: object, **kwargs: object) -> object:
        dependencies.refuse_if_ecs_owns(self.get_network_interface(eni_id))
        return super().unassign_ipv6_addresses(eni_id, *args, **kwargs)

    def associate_address(
        self, instance: Instance | None = None, eni: NetworkInterface | None = None, *args: object,
        **kwargs: object,
    ) -> ElasticAddress:  # fmt: skip
        dependencies.refuse_if_ecs_owns(eni)
        return super().associate_address(instance, eni, *args, **kwargs)

    def run_instances(self, *args: object, **kwargs: object) -> Reservation:
        """moto fails at an address that the subnet does not have, or somebody holds, and takes any type."""
        kind = str(kwargs.get("instance_type") or "")
        if kind and known_type(kind) is None and current_account().behaviour >= KNOWN_TYPES:
            raise EC2ClientError("InvalidParameterValue", f"Invalid value '{kind}' for InstanceType.")
        address, subnet_id = kwargs.get("private_ip"), kwargs.get("subnet_id")
        if isinstance(address, str) and address and subnet_id:
            check_private(address, self.get_subnet(subnet_id), named=address)
        reservation = super().run_instances(*args, **kwargs)
        if current_account().behaviour >= launch_checks.SINCE:
            _give_profile(self, reservation.instances[1:], kwargs)
        for instance in reservation.instances:
            instance_events.launched(self.region_name, instance.id)
        return reservation

    def start_instances(self, instance_ids: list[str]) -> object:
        instance_events.refuse_if_ecs_manages(self.region_name, instance_ids, "StartInstances")
        started = super().start_instances(instance_ids)
        for instance, before in started:
            if before.name != "running":
                instance_events.started(self.region_name, instance.id)
        return started

    def stop_instances(self, instance_ids: list[str]) -> object:
        instance_events.refuse_if_ecs_manages(self.region_name, instance_ids, "StopInstances")
        stopped = super().stop_instances(instance_ids)
        for instance, _ in stopped:
            instance_events.stopped(self.region_name, instance.id)
        return stopped

    def terminate_instances(self, instance_ids: list[str]) -> object:
        """An instance's first interface goes with it; moto's stays and holds the subnet."""
        instance_events.refuse_if_ecs_manages(self.region_name, instance_ids, "TerminateInstances")
        terminated = super().terminate_instances(instance_ids)
        for instance, _ in terminated:
            instance_events.terminated(self.region_name, instance.id)
            for interface in instance.nics.values():
                if interface.id in self.enis and interface.device_index == 0:
                    self.forget_interface(interface.id)
        return terminated

    def create_nat_gateway(
        self, subnet_id: str, allocation_id: str | None, *args: object, **kwargs: object
    ) -> NatGateway:
        """moto makes the interface before it looks at the address, and a public one without any."""
        if not allocation_id and kwargs.get("connectivity_type") != "private":
            raise parameter_missing("AllocationId")
        for address in self.address_by_allocation([allocation_id]) if allocation_id else ():
            if address.association_id:
                raise ResourceAlreadyAssociatedError(address.public_ip)
        gateway = super().create_nat_gateway(subnet_id, allocation_id, *args, **kwargs)
        interface = gateway._eni
        interface.description = f"Interface for NAT Gateway {gateway.id}"
        interface.status, interface.requester_managed = "in-use", True
        return gateway

    def delete_nat_gateway(self, nat_gateway_id: str) -> NatGateway:
        """moto keeps the gateway's interface, and fails for a gateway it does not know."""
        gateway = self.nat_gateways.get(nat_gateway_id)
        if gateway is None:
            raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
        interface = self.enis.get(gateway._eni.id)
        if interface is not None:
            for address in self.addresses:
                if address.eni is interface:
                    address.eni = address.association_id = None
            self.forget_interface(interface.id)
        return super().delete_nat_gateway(nat_gateway_id)

    def delete_subnet(self, subnet_id: str) -> Subnet:
        dependencies.refuse_subnet_in_use(self, subnet_id)
        return super().delete_subnet(subnet_id)

    def _delete_security_group(self, vpc_id: str | None, group_id: str) -> None:
        dependencies.refuse_group_in_use(self, group_id, with_vpc=vpc_id == self._vpc_in_deletion)
        super()._delete_security_group(vpc_id, group_id)

    def delete_vpc(self, vpc_id: str) -> VPC:
        """moto takes the VPC from under its gateways and groups."""
        self.get_vpc(vpc_id)
        dependencies.refuse_vpc_in_use(self, vpc_id)
        self._vpc_in_deletion = vpc_id  # only with its VPC does a default group go
        try:
            return super().delete_vpc(vpc_id)
        finally:
            self._vpc_in_deletion = None

    def detach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> None:
        dependencies.refuse_mapped_addresses(self, vpc_id)
        super().detach_internet_gateway(internet_gateway_id, vpc_id)

    def allocate_address(
        self, domain: str, address: str | None = None, tags: dict[str, str] | None = None
    ) -> ElasticAddress:
        return super().allocate_address(domain, address or take_public(PublicInUse()), tags)

    def take_public_address(self, interface: Interface) -> str:
        """A public address for `interface`, until it is forgotten or has another."""
        address = take_public(PublicInUse())
        self.public[address] = interface
        return address

    def describe_images(self, *args: object, **kwargs: object) -> object:
        """moto's list of machine images is half a second's work, so it is read when first asked for."""
        self._images_wanted = True
        if not self.amis:
            with building("ec2-images", self.account_id, self.region_name):
                self._load_amis()
        return super().describe_images(*args, **kwargs)

    def _load_amis(self) -> None:
        if self._images_wanted:
            super()._load_amis()


def _give_profile(backend: EC2Backend, instances: list[Instance], given: Mapping[str, object]) -> None:
    """Let these have the instance profile of their request; moto gives it to the first one alone."""
    members = ("iam_instance_profile_name", "iam_instance_profile_arn")
    profile = {member: given.get(member) for member in members}
    for instance in instances if any(profile.values()) else ():
        backend.associate_iam_instance_profile(instance.id, **profile)
