"""EC2's answers where moto passes over what a request says."""

import re
from typing import Final

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, InvalidLaunchTemplateIdNotFound
from moto.ec2.responses import EC2Response
from moto.ec2.urls import url_bases as url_bases

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.ec2 import launch_checks
from ecslab.sandbox.bridge.ec2.refusals import parameter_missing

_TEMPLATE_NAME: Final = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")
_ALL: Final = "1000000"
_ONE_TEMPLATE: Final = "The request must contain exactly one of LaunchTemplateId and LaunchTemplateName."  # U


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

    def create_launch_template(self) -> ActionResult:
        """moto puts the template's own tags into its data, beside those of what is launched from it."""
        name = self._get_param("LaunchTemplateName")
        if not _TEMPLATE_NAME.fullmatch(name):
            raise EC2ClientError(
                "InvalidLaunchTemplateName.MalformedException",
                "A launch template name must be between 3 and 128 characters, and may contain letters, "
                "numbers, and the following characters: - ( ) . / _.",  # U
            )
        given = list(self._get_param("LaunchTemplateData", {}).get("TagSpecifications", ()))
        answer = super().create_launch_template()
        data = self.ec2_backend.get_launch_template_by_name(name).versions[0].data
        data.pop("TagSpecifications", None)
        if given:
            data["TagSpecifications"] = given
        return answer

    def create_launch_template_version(self) -> ActionResult:
        self._check_template_named()
        return super().create_launch_template_version()

    def delete_launch_template(self) -> ActionResult:
        if not self._get_param("LaunchTemplateName") and not self._get_param("LaunchTemplateId"):
            text = "The request must contain the parameter launch template ID or launch template name"
            raise EC2ClientError("MissingParameter", text)
        self._check_template_named()
        return super().delete_launch_template()

    def modify_launch_template(self) -> ActionResult:
        self._check_template_named(
            "Either provide launch template ID or launch template name to modify the template."
        )
        return super().modify_launch_template()

    def describe_launch_templates(self) -> ActionResult:
        for template_id in self._get_param("LaunchTemplateIds", []):
            if template_id not in self.ec2_backend.launch_templates:
                raise InvalidLaunchTemplateIdNotFound(template_id)
        self.params["MaxResults"] = _ALL
        return super().describe_launch_templates()

    def describe_launch_template_versions(self) -> ActionResult:
        for version in self._get_param("Versions", []):
            if not (version.isdecimal() and int(version)) and version not in ("$Latest", "$Default"):
                raise EC2ClientError(
                    "InvalidParameterValue", f"Invalid launch template version: {version}"
                )  # U
        self.params["MaxResults"] = _ALL
        return super().describe_launch_template_versions()

    def run_instances(self) -> ActionResult:
        """moto takes any image, launches the fewest that are asked for, and words refusals in its own way."""
        from_template = self._get_param("LaunchTemplate")  # which no client can name: it is not carried
        if current_account().behaviour >= launch_checks.SINCE and not from_template:
            self._check_launch()
            self.params["MinCount"] = self._get_param("MaxCount", if_none="1")
        return super().run_instances()

    def _check_launch(self) -> None:
        """Refuse a request for instances that cannot be. U: in which order EC2 looks."""
        region, interfaces = self.region, self._get_param("NetworkInterfaces", [])
        least = self._get_param("MinCount", if_none="1")
        most = int(self._get_param("MaxCount", if_none=least))
        launch_checks.check_counts(int(least), most)
        if not self._get_param("ImageId"):
            raise parameter_missing("ImageId")
        if self._get_param("PrivateIpAddress") and most > 1:  # U: the sentence
            raise EC2ClientError(
                "InvalidParameterCombination",
                "A private IP address cannot be specified for more than one instance",
            )
        image = launch_checks.image_of(region, self._get_param("ImageId"))
        self.params["ImageId"] = image
        launch_checks.check_type(region, image, self._get_param("InstanceType", "m1.small"))
        launch_checks.check_user_data(self._get_param("UserData"))
        groups = self._get_param("SecurityGroupIds", [])
        launch_checks.check_groups(region, groups, beside_interfaces=bool(interfaces))
        subnet, zone = self._get_param("SubnetId"), self._get_param("Placement.AvailabilityZone")
        launch_checks.check_named_groups(region, self._get_param("SecurityGroups", []), subnet)
        launch_checks.profile_of(self._get_param("IamInstanceProfile", {}))
        launch_checks.check_zone(region, zone, subnet)

    def _check_template_named(self, sentence: str = _ONE_TEMPLATE) -> None:
        """Refuse a request that names no template, two, or one that is not there.

        Args:
            sentence: of the first two; those of DeleteLaunchTemplate and ModifyLaunchTemplate are those that
                moto's tests, which AWS passes, have.
        """
        name, template_id = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId")
        if bool(name) == bool(template_id):
            raise EC2ClientError("InvalidParameterCombination", sentence)
        if name:
            self.ec2_backend.get_launch_template_by_name(name)
        else:
            self.ec2_backend.get_launch_template(template_id)

    def _name_icmp(self) -> None:
        """moto looks for it by its name in the form."""
        self.params["Icmp"] = self._get_param("IcmpTypeCode")


url_paths = {"{0}/": Ec2Response.dispatch}  # where moto's router finds these answers
