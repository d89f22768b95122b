"""EC2's answers where moto passes over what a request says."""

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response
from moto.ec2.urls import url_bases as url_bases


class Ec2Response(EC2Response):  # type: ignore[misc]  # moto ships no types
    """One request."""

    def create_network_acl_entry(self) -> ActionResult:
        self._name_icmp()
        return super().create_network_acl_entry()

    def replace_network_acl_entry(self) -> ActionResult:
        self._name_icmp()
        return super().replace_network_acl_entry()

    def modify_vpc_endpoint(self) -> ActionResult:
        answer = super().modify_vpc_endpoint()
        has_private_dns = self._get_bool_param("PrivateDnsEnabled")
        if has_private_dns is not None:
            endpoint = self.ec2_backend.vpc_end_points[self._get_param("VpcEndpointId")]
            endpoint.private_dns_enabled = has_private_dns
        return answer

    def _name_icmp(self) -> None:
        """moto looks for it by its name in the form."""
        self.params["Icmp"] = self._get_param("IcmpTypeCode")


url_paths = {"{0}/": Ec2Response.dispatch}  # where moto's router finds these answers
