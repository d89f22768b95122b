"""Which calls change something, over every operation of the services that the kit carries."""

import botocore.session
import pytest

from ecslab.aws_api.operations import changes

SERVICES = ("ec2", "ecr", "ecs", "elbv2", "iam", "kms", "logs", "s3", "secretsmanager", "ssm", "sts")
PLAIN_READS = ("Describe", "Get", "Head", "List")
OTHER_READS = {
    "ec2": {
        "ConfirmProductInstance", "ExportClientVpnClientCertificateRevocationList",
        "ExportClientVpnClientConfiguration", "ExportVerifiedAccessInstanceClientConfiguration",
        "SearchLocalGatewayRoutes",
        "SearchTransitGatewayMulticastGroups", "SearchTransitGatewayRoutes",
        "ValidateSecurityGroupQuotasForInterface",
    },
    "ecr": {
        "BatchCheckLayerAvailability", "BatchGetImage", "BatchGetRepositoryScanningConfiguration",
        "ValidatePullThroughCacheRule",
    },
    "ecs": {"DiscoverPollEndpoint"},
    "iam": {"SimulateCustomPolicy", "SimulatePrincipalPolicy"},
    "kms": {
        "Decapsulate", "Decrypt", "DeriveSharedSecret", "Encapsulate", "Encrypt", "GenerateDataKey",
        "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext",
        "GenerateMac", "GenerateRandom", "ReEncrypt", "Sign", "Verify", "VerifyMac",
    },
    "logs": {"FilterLogEvents", "StartLiveTail", "TestMetricFilter", "TestTransformer"},
    "s3": {"SelectObjectContent"},
    "secretsmanager": {"BatchGetSecretValue", "ValidateResourcePolicy"},
    "ssm": {"ValidateCloudConnector"},
    "sts": {"DecodeAuthorizationMessage"},
}  # fmt: skip
CHANGING_VERBS = (
    "Abort", "Accept", "Acquire", "Add", "Advertise", "Allocate", "Apply", "Assign", "Associate", "Assume",
    "Attach", "Authorize", "BatchDelete", "Bundle", "Cancel", "Change", "Complete", "Connect", "Continue",
    "Copy", "Create", "Deactivate", "Delete", "Deprovision", "Deregister", "Detach", "Disable",
    "Disassociate", "Disconnect", "Enable", "Execute", "Import", "Initiate", "Label", "Lock", "Modify",
    "Monitor", "Move", "Provision", "Purchase", "Put", "Reboot", "Register", "Reject", "Release", "Remove",
    "Rename", "Replace", "Replicate", "Report", "Request", "Reset", "Restore", "Resume", "Resync", "Retire",
    "Revoke", "Rotate", "Run", "Schedule", "Send", "Set", "Start", "Stop", "Submit", "Tag", "Terminate",
    "Unassign", "Unlabel", "Unlock", "Unmonitor", "Untag", "Update", "Upload", "Withdraw", "Write",
)  # fmt: skip
OTHER_CHANGES = {
    "ec2": {"BatchModifyIpamRoutingPolicyRegistrations", "ExportImage", "ExportTransitGatewayRoutes"},
    "iam": {
        "GenerateCredentialReport", "GenerateOrganizationsAccessReport", "GenerateServiceLastAccessedDetails",
    },
}  # fmt: skip


def operations(service):
    return botocore.session.get_session().get_service_model(service).operation_names


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_known_for_what_it_is(service):
    """A name of a verb that is new here fails: somebody must say which it is."""
    for name in operations(service):
        if name.startswith(PLAIN_READS) or name in OTHER_READS.get(service, ()):
            assert not changes(service, name), name
        else:
            assert name.startswith(CHANGING_VERBS) or name in OTHER_CHANGES[service], name
            assert changes(service, name), name


@pytest.mark.parametrize("service", SERVICES)
def test_what_stands_in_the_tables_is_there(service):
    known = set(operations(service))
    assert OTHER_READS.get(service, set()) | OTHER_CHANGES.get(service, set()) <= known


def test_botocore_says_the_same_where_it_says_anything():
    """ECS's model alone marks what only reads."""
    model = botocore.session.get_session().get_service_data("ecs")["operations"]
    reads = {name for name, facts in model.items() if facts.get("readonly")}
    assert {name for name in model if not changes("ecs", name)} == reads | {"DiscoverPollEndpoint"}


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [("ecr", "GetAuthorizationToken", False), ("ecr", "InitiateLayerUpload", True),
     ("sts", "AssumeRole", True), ("sts", "GetSessionToken", False), ("logs", "StartQuery", True),
     ("logs", "StartLiveTail", False), ("cloudtrail", "LookupEvents", False),
     ("elasticloadbalancing", "ModifyRule", True), ("license-manager", "CheckoutLicense", True)],
)  # fmt: skip
def test_names_that_mislead(service, operation, expected):
    assert changes(service, operation) is expected
