"""Certificate Manager: what is imported is issued and serves HTTPS listeners, what is requested waits."""

from datetime import datetime

import pytest
from balancer_rig import Balanced
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from test_elbv2_answers import FIXED, refused
from test_sandbox import opened

from ecslab.sandbox import in_process


def pem(domain="www.example.com", until=2045):
    """A certificate that its own key signs, as ImportCertificate takes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    names = x509.SubjectAlternativeName([x509.DNSName(domain)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(until, 1, 1))
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"Certificate": signed.public_bytes(serialization.Encoding.PEM), "PrivateKey": private}


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Balanced(in_process.start(tmp_path_factory.mktemp("home"), seed=4)).prepared()


@pytest.fixture(scope="module")
def acm(aws):
    return aws.client("acm")


@pytest.fixture(scope="module")
def balancer(aws):
    return aws.balancer("secure")["LoadBalancerArn"]


@pytest.fixture(scope="module")
def imported(acm):
    return acm.import_certificate(**pem(), Tags=[{"Key": "team", "Value": "a"}])["CertificateArn"]


@pytest.fixture(scope="module")
def requested(acm):
    request = {"DomainName": "*.example.com", "ValidationMethod": "DNS", "IdempotencyToken": "one"}
    arn = acm.request_certificate(**request, SubjectAlternativeNames=["example.org"])["CertificateArn"]
    assert acm.request_certificate(**request)["CertificateArn"] == arn
    return arn


def about(acm, arn):
    return acm.describe_certificate(CertificateArn=arn)["Certificate"]


def https(aws, balancer, arn, port=443):
    return aws.elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTPS", Port=port, DefaultActions=[FIXED],
        Certificates=[{"CertificateArn": arn}],
    )["Listeners"][0]["ListenerArn"]  # fmt: skip


def test_an_imported_certificate_is_issued(acm, imported):
    certificate = about(acm, imported)
    assert (certificate["Status"], certificate["Type"], certificate["InUseBy"]) == ("ISSUED", "IMPORTED", [])
    assert (certificate["DomainName"], certificate["KeyAlgorithm"]) == ("www.example.com", "EC_prime256v1")
    assert acm.list_tags_for_certificate(CertificateArn=imported)["Tags"] == [{"Key": "team", "Value": "a"}]


def test_a_requested_one_waits_however_long(aws, acm, requested):
    aws.pass_time(3600)
    certificate = about(acm, requested)
    assert (certificate["Status"], certificate["Issuer"]) == ("PENDING_VALIDATION", "Amazon")
    assert {"Serial", "NotAfter", "IssuedAt"}.isdisjoint(certificate)
    first, other = certificate["DomainValidationOptions"]
    assert (first["DomainName"], other["DomainName"]) == ("*.example.com", "example.org")
    assert first["ResourceRecord"]["Name"].endswith(".example.com.")


def test_what_a_request_says_is_kept(acm):
    arn = acm.request_certificate(
        DomainName="a.example.com", KeyAlgorithm="EC_prime256v1", Tags=[{"Key": "team", "Value": "a"}],
        Options={"CertificateTransparencyLoggingPreference": "DISABLED"},
    )["CertificateArn"]  # fmt: skip
    assert about(acm, arn)["Options"]["CertificateTransparencyLoggingPreference"] == "DISABLED"
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    (option,) = about(acm, arn)["DomainValidationOptions"]
    assert "postmaster@a.example.com" in option["ValidationEmails"]
    acm.delete_certificate(CertificateArn=arn)


def test_a_list_has_keys_of_rsa_unless_others_are_asked_for(acm, imported, requested):
    def listed(**filters):
        return [each["CertificateArn"] for each in acm.list_certificates(**filters)["CertificateSummaryList"]]

    assert listed() == [requested]
    both = {"Includes": {"keyTypes": ["RSA_2048", "EC_prime256v1"]}}
    assert listed(**both) == [imported, requested]
    assert listed(**both, SortBy="CREATED_AT", SortOrder="DESCENDING") == [requested, imported]
    assert listed(**both, CertificateStatuses=["ISSUED"]) == [imported]


def test_a_listener_takes_what_is_issued_and_holds_it(aws, acm, balancer, imported, requested):
    refused(
        lambda: https(aws, balancer, requested), "UnsupportedCertificate",
        f"The certificate '{requested}' must have a fully-qualified domain name, a supported signature, "
        "and a supported key size.",
    )  # fmt: skip
    listener = https(aws, balancer, imported)
    assert about(acm, imported)["InUseBy"] == [balancer]
    further = {"ListenerArn": listener, "Certificates": [{"CertificateArn": requested}]}
    for change in (aws.elb.add_listener_certificates, aws.elb.modify_listener):
        with pytest.raises(ClientError, match="UnsupportedCertificate"):
            change(**further)
    with pytest.raises(ClientError) as caught:
        acm.delete_certificate(CertificateArn=imported)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ResourceInUseException", f"Certificate {imported} in account 123456789012 is in use.",
    )  # fmt: skip
    aws.elb.delete_listener(ListenerArn=listener)
    assert about(acm, imported)["InUseBy"] == []


def test_deleted_is_not_found(aws, acm, balancer):
    arn = acm.import_certificate(**pem("gone.example.com"))["CertificateArn"]
    acm.delete_certificate(CertificateArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        about(acm, arn)
    refused(lambda: https(aws, balancer, arn), "CertificateNotFound", f"Certificate '{arn}' not found")


@pytest.mark.parametrize(
    "wrong", [{"PrivateKey": b"x"}, {"Certificate": b"x"}, {"CertificateChain": b"x"}, pem(until=2021)]
)
def test_what_is_no_certificate(acm, wrong):
    with pytest.raises(ClientError, match=r"ValidationException.*is not valid"):
        acm.import_certificate(**{**pem(), **wrong})


def test_an_import_in_the_place_of_another_keeps_its_tags(acm, imported):
    more = pem("new.example.com")
    with pytest.raises(ClientError, match="Tagging is not permitted"):
        acm.import_certificate(**more, CertificateArn=imported, Tags=[{"Key": "a", "Value": "b"}])
    assert acm.import_certificate(**more, CertificateArn=imported)["CertificateArn"] == imported
    assert about(acm, imported)["DomainName"] == "new.example.com"
    assert acm.list_tags_for_certificate(CertificateArn=imported)["Tags"]


def test_the_tagging_api_sees_it(aws, acm, imported):
    tagging = aws.client("resourcegroupstaggingapi")
    tagging.tag_resources(ResourceARNList=[imported], Tags={"by": "tagging"})
    mappings = tagging.get_resources(ResourceTypeFilters=["acm:certificate"])["ResourceTagMappingList"]
    assert [each["ResourceARN"] for each in mappings] == [imported]
    acm.remove_tags_from_certificate(CertificateArn=imported, Tags=[{"Key": "by"}])
    tags = acm.list_tags_for_certificate(CertificateArn=imported)["Tags"]
    assert [tag["Key"] for tag in tags] == ["team"]


def test_certificates_come_back_with_the_journal(tmp_path):
    first = opened(tmp_path)
    acm = first.client("acm")
    arns = [
        acm.import_certificate(**pem())["CertificateArn"],
        acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")["CertificateArn"],
    ]
    before = [about(acm, arn) for arn in arns]
    again = opened(tmp_path, seed=None)
    assert list(again.sandbox.notices) == []
    assert [about(again.client("acm"), arn) for arn in arns] == before
