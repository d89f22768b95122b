"""Certificates of Certificate Manager: imported ones are issued, requested ones wait for ever.

Nobody can validate a domain here: there is no public DNS. What is shown of a certificate is kept as plain
values; moto makes keys and serial numbers that no replay would make again.
https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
"""

from collections.abc import Mapping
from typing import Any, Final

from cryptography.x509 import load_pem_x509_certificates
from moto.acm.exceptions import AWSValidationException, CertificateNotFound
from moto.acm.models import (
    AWS_ROOT_CA,
    AWSCertificateManagerBackend,
    CertBundle,
    TagHolder,
    acm_backends,
    make_arn_for_certificate,
)
from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.core.utils import unix_time, utcnow
from moto.elbv2.models import elbv2_backends

from ecslab.sandbox.bridge.account import current_account
from ecslab.sandbox.bridge.determinism import rng

LISTED: Final = ("RSA_1024", "RSA_2048")
"""Kinds of keys that ListCertificates shows to whoever names none."""
_MAILBOXES: Final = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")


class Certificate:
    """One certificate, as DescribeCertificate shows it, without whom it serves."""

    def __init__(self, arn: str, shown: Mapping[str, Any]):
        self.arn, self.shown, self.tags, self.asked = arn, dict(shown), TagHolder(), ""
        self.created_at = unix_time(utcnow())
        self.type = str(shown["Type"])
        self.cert_options = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}

    @property
    def status(self) -> str:
        ends = self.shown.get("NotAfter")
        return "EXPIRED" if ends and ends <= unix_time(utcnow()) else str(self.shown["Status"])

    @property
    def in_use_by(self) -> list[str]:
        """The load balancers whose listeners have it."""
        region = self.arn.split(":")[3]
        balancing = elbv2_backends[current_account().id].get(region)
        balancers = balancing.load_balancers.values() if balancing else ()
        return [
            str(balancer.arn) for balancer in balancers
            if any(self.arn in listener.certificates for listener in balancer.listeners.values())
        ]  # fmt: skip

    def describe(self) -> dict[str, Any]:
        since = {"ImportedAt" if self.type == "IMPORTED" else "CreatedAt": self.created_at}
        about = {**self.shown, **since, "CertificateArn": self.arn, "Status": self.status}
        return {"Certificate": {**about, "InUseBy": self.in_use_by, "Options": self.cert_options}}


class AcmBackend(AWSCertificateManagerBackend):  # type: ignore[misc]  # moto ships no types
    """moto's ACM, whose certificates are the ones above."""

    @property
    def _url_module(self) -> object:
        from ecslab.sandbox.bridge import acm

        return acm

    def import_certificate(
        self, certificate: bytes, private_key: bytes, chain: bytes | None, arn: str | None,
        tags: list[dict[str, str]] | None,
    ) -> str:  # fmt: skip
        """moto reads the certificate, and puts another one in the place of one that has tags."""
        if arn and tags:  # U: the sentence
            raise AWSValidationException("Tagging is not permitted on re-import.")
        before = self.get_certificate(arn) if arn else None
        _check_chain(chain)
        stream = rng.getstate()
        read = CertBundle(self.account_id, certificate, private_key, chain, self.region_name)
        rng.setstate(stream)
        named = arn or make_arn_for_certificate(self.account_id, self.region_name)
        shown = read.describe()["Certificate"]
        for left_out in ("CertificateArn", "InUseBy", "ImportedAt", "Options"):
            del shown[left_out]
        imported = Certificate(named, shown)
        if before:
            imported.tags = before.tags
        imported.tags.add(tags or [])
        self._certificates[named] = imported
        return named

    def request_certificate(self, asked: Mapping[str, Any]) -> str:
        """One that waits for its validation; of the same token, the same within an hour."""
        token = asked.get("IdempotencyToken")
        known = self._get_arn_from_idempotency_token(token) if token else None
        if known in self._certificates:
            return str(known)
        made = Certificate(make_arn_for_certificate(self.account_id, self.region_name), _requested(asked))
        wanted = (asked.get("Options") or {}).get("CertificateTransparencyLoggingPreference")
        made.cert_options |= {"CertificateTransparencyLoggingPreference": wanted} if wanted else {}
        made.tags.add(asked.get("Tags") or [])
        self._certificates[made.arn] = made
        if token:
            self._set_idempotency_token_arn(token, made.arn)
        return made.arn

    def get_certificate(self, arn: str) -> Certificate:
        """moto lets a requested one be issued after a minute."""
        if arn not in self._certificates:
            raise CertificateNotFound(arn=arn, account_id=self.account_id)
        certificate: Certificate = self._certificates[arn]
        return certificate

    def delete_certificate(self, arn: str) -> None:
        if self.get_certificate(arn).in_use_by:
            text = f"Certificate {arn} in account {self.account_id} is in use."
            raise AWSError(text, exception_type="ResourceInUseException")
        super().delete_certificate(arn)


class AcmResponse(AWSCertificateManagerResponse):  # type: ignore[misc]  # moto ships no types
    """moto's answers; it does not look at most of what RequestCertificate and ListCertificates say."""

    def request_certificate(self) -> ActionResult:
        names = ("DomainName", "ValidationMethod", "SubjectAlternativeNames", "IdempotencyToken", "Options",
                 "Tags", "KeyAlgorithm")  # fmt: skip
        asked = {name: self._get_param(name) for name in names}
        return ActionResult({"CertificateArn": self.acm_backend.request_certificate(asked)})

    def list_certificates(self) -> ActionResult:
        statuses = self._get_param("CertificateStatuses")
        kinds = (self._get_param("Includes") or {}).get("keyTypes") or LISTED
        certificates = [
            certificate for certificate in self.acm_backend._certificates.values()
            if (not statuses or certificate.status in statuses) and certificate.shown["KeyAlgorithm"] in kinds
        ]  # fmt: skip
        if self._get_param("SortOrder") == "DESCENDING":
            certificates.reverse()
        summaries = []
        for certificate in certificates:
            about = certificate.describe()["Certificate"]
            more = about["SubjectAlternativeNames"]
            summaries.append({
                **about, "InUse": bool(about["InUseBy"]), "Exported": False,
                "SubjectAlternativeNameSummaries": more, "HasAdditionalSubjectAlternativeNames": False,
            })  # fmt: skip
        return ActionResult({"CertificateSummaryList": summaries})


def _check_chain(chain: bytes | None) -> None:
    """moto takes any text that it can put a certificate behind. U: the sentence."""
    try:
        load_pem_x509_certificates(chain or AWS_ROOT_CA)
    except ValueError:
        text = "The certificate chain is not PEM-encoded or is not valid."
        raise AWSValidationException(text) from None


def _requested(asked: Mapping[str, Any]) -> dict[str, Any]:
    domain = str(asked["DomainName"])
    domains = list(dict.fromkeys([domain, *(asked.get("SubjectAlternativeNames") or [])]))
    method = asked.get("ValidationMethod") or "EMAIL"
    if method == "HTTP":  # U: the sentence
        raise AWSValidationException("HTTP validation is available for certificates of CloudFront alone.")
    return {
        "DomainName": domain,
        "SubjectAlternativeNames": domains,
        "DomainValidationOptions": [_validation(name, method) for name in domains],
        "Subject": f"CN={domain}",
        "Issuer": "Amazon",
        "Status": "PENDING_VALIDATION",
        "KeyAlgorithm": asked.get("KeyAlgorithm") or "RSA_2048",
        "SignatureAlgorithm": "SHA256WITHRSA",
        "Type": "AMAZON_ISSUED",
        "KeyUsages": [],
        "ExtendedKeyUsages": [],
        "RenewalEligibility": "INELIGIBLE",
    }


def _validation(domain: str, method: str) -> dict[str, Any]:
    """What would prove who owns the domain: a record that nobody reads, or mail that nobody gets."""
    bare = domain.removeprefix("*.")
    about = {"DomainName": domain, "ValidationDomain": domain, "ValidationStatus": "PENDING_VALIDATION",
             "ValidationMethod": method}  # fmt: skip
    if method == "EMAIL":
        return {**about, "ValidationEmails": [f"{mailbox}@{bare}" for mailbox in _MAILBOXES]}
    name, value = (rng.get_random_hex(32) for _ in range(2))
    to = f"_{value}.{current_account().id[-10:]}.acm-validations.aws."
    return {**about, "ResourceRecord": {"Name": f"_{name}.{bare}.", "Type": "CNAME", "Value": to}}


url_bases = [r"https?://acm\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": AcmResponse.dispatch}  # where moto's router finds these answers


def install() -> None:
    """Let this be what moto builds from here on."""
    acm_backends.backend = AcmBackend
