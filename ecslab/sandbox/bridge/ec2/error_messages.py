"""EC2's refusals as EC2 words them, where moto has words of its own or none.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-errors.html
"""

from collections.abc import Collection, Mapping, Sequence

from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidPermissionDuplicateError,
    InvalidSecurityGroupDuplicateError,
    InvalidSecurityGroupNotFoundError,
)
from moto.ec2.models import EC2Backend as MotoEC2Backend
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.vpcs import VPC

Filters = Mapping[str, Sequence[str]] | None


class WordedEC2Backend(MotoEC2Backend):  # type: ignore[misc]  # moto ships no types
    """moto's EC2, refusing in AWS's sentences."""

    @property
    def default_vpc(self) -> VPC:
        """The default VPC there is now; moto keeps the first one, deleted or not."""
        vpc = self.get_default_vpc()
        if vpc is None:
            raise EC2ClientError("VPCIdNotSpecified", "No default VPC for this user")
        return vpc

    @default_vpc.setter
    def default_vpc(self, vpc: VPC) -> None:
        """moto's constructor notes the VPC it made, which is found above."""

    def describe_vpcs(self, vpc_ids: list[str] | None = None, filters: Filters = None) -> object:
        for vpc_id in _missing(vpc_ids, self.vpcs):
            raise EC2ClientError("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
        return super().describe_vpcs(vpc_ids, filters)

    def describe_security_groups(
        self, group_ids: list[str] | None = None, groupnames: list[str] | None = None, filters: Filters = None
    ) -> object:
        groups = [group for of_vpc in self.groups.values() for group in of_vpc.values()]
        for group_id in _missing(group_ids, {group.id for group in groups}):
            raise InvalidSecurityGroupNotFoundError(group_id)
        for name in _missing(groupnames, {group.name for group in groups}):
            raise InvalidSecurityGroupNotFoundError(name)
        return super().describe_security_groups(group_ids, groupnames, filters)

    def create_security_group(
        self, name: str, description: str, vpc_id: str | None = None, *args: object, **kwargs: object
    ) -> SecurityGroup:
        try:
            return super().create_security_group(name, description, vpc_id, *args, **kwargs)
        except InvalidSecurityGroupDuplicateError:
            of_vpc = vpc_id or self.default_vpc.id
            text = f"The security group '{name}' already exists for VPC '{of_vpc}'"
            raise EC2ClientError("InvalidGroup.Duplicate", text) from None

    def authorize_security_group_ingress(self, *args: object, **kwargs: object) -> object:
        try:
            return super().authorize_security_group_ingress(*args, **kwargs)
        except InvalidPermissionDuplicateError:
            raise _duplicate(**kwargs) from None  # type: ignore[arg-type]  # as EC2's handler gives them

    def authorize_security_group_egress(self, *args: object, **kwargs: object) -> object:
        try:
            return super().authorize_security_group_egress(*args, **kwargs)
        except InvalidPermissionDuplicateError:
            raise _duplicate(**kwargs) from None  # type: ignore[arg-type]  # as EC2's handler gives them


def _missing(wanted: list[str] | None, known: Collection[str]) -> list[str]:
    return [name for name in wanted or () if name not in known]


def _duplicate(
    ip_protocol: object = "-1",
    from_port: object = None,
    to_port: object = None,
    ip_ranges: Sequence[Mapping[str, str]] | None = (),
    source_groups: Sequence[Mapping[str, str]] | None = (),
    **_: object,
) -> EC2ClientError:
    """The rule that is there already; of several in one request, the first."""
    peers = [next(iter(given.values())) for given in ip_ranges or ()]
    peers += [given["GroupId"] for given in source_groups or () if given.get("GroupId")]
    protocol = "ALL" if str(ip_protocol) == "-1" else str(ip_protocol).upper()
    ports = "" if protocol == "ALL" else f"from port: {from_port}, to port: {to_port}, "
    rule = f"peer: {peers[0] if peers else 'none'}, {protocol}, {ports}ALLOW"
    return EC2ClientError("InvalidPermission.Duplicate", f'the specified rule "{rule}" already exists')
