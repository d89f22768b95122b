"""What AWS refuses of a listener: its protocol, certificate, security policy, and groups that do not fit.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from moto.elbv2.models import FakeTargetGroup
from moto.elbv2.ssl_policies import SSL_POLICIES

from ecslab.sandbox.bridge.elbv2.load_balancer import LoadBalancer
from ecslab.sandbox.bridge.elbv2.refusals import refusal
from ecslab.sandbox.bridge.late_backends import backend

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import CertificateTypeDef

SECURE: Final = frozenset({"HTTPS", "TLS"})
TCP: Final = frozenset({"TCP", "UDP", "TCP_UDP", "TLS"})
"""The protocols of network load balancers."""
DEFAULT_POLICY: Final = "ELBSecurityPolicy-2016-08"
"""Where a request names none; the console names another ("Security policies for your load balancer")."""
_PROTOCOLS: Final = {
    "application": "HTTP, HTTPS", "network": "TCP, QUIC, TCP_QUIC, UDP, TCP_UDP, TLS"
}  # fmt: skip
_ALPN: Final = ("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None")
_CERTIFICATE: Final = re.compile(r"arn:[^:]+:(acm|iam):([^:]*):\d{12}:(certificate|server-certificate)/.+")


def check_protocol(balancer: LoadBalancer, protocol: str | None) -> None:
    """Refuse a protocol of another kind of load balancer; one that is missing is moto's to refuse."""
    words = _PROTOCOLS[balancer.type]
    if protocol is not None and protocol not in words.split(", "):
        raise refusal("listener_protocol", protocol=protocol, words=words)
    if protocol is not None and "QUIC" in protocol:
        raise refusal("not_carried", what=f"listeners of protocol {protocol}")


def check_security(
    protocol: str, policy: str | None, certificates: "Sequence[CertificateTypeDef]", region: str
) -> str | None:
    """The security policy that a listener of this protocol has: None for one without TLS."""
    if protocol not in SECURE:
        if certificates:
            raise refusal("needless_certificate", protocol=protocol)
        if policy is not None:
            raise refusal("needless_policy", protocol=protocol)
        return None
    if not certificates:
        raise refusal("no_certificate", protocol=protocol)
    if len(certificates) > 1:
        raise refusal("certificate_count", count=len(certificates))
    check_certificates(certificates, region)
    if policy is not None and policy not in SSL_POLICIES:
        raise refusal("policy_missing", name=policy)
    return policy or DEFAULT_POLICY


def check_certificates(certificates: "Iterable[CertificateTypeDef]", region: str) -> None:
    """Refuse a certificate that neither IAM nor Certificate Manager has, or has not issued yet."""
    for certificate in certificates:
        arn = certificate["CertificateArn"]
        parts = _CERTIFICATE.fullmatch(arn)
        if parts and parts[1] == "acm" and parts[2] != region:
            raise refusal("certificate_invalid", arn=arn)
        status = _status(arn, region, parts[1]) if parts else None
        if status is None:
            raise refusal("certificate_missing", arn=arn)
        if status != "ISSUED":
            raise refusal("certificate_pending", arn=arn)


def _status(arn: str, region: str, service: str) -> str | None:
    if service == "iam":
        return "ISSUED" if backend("iam").get_certificate_by_arn(arn) else None
    from moto.acm.models import CertificateNotFound

    try:
        return str(backend("acm", region).get_certificate(arn).status)
    except CertificateNotFound:
        return None


def check_alpn(balancer: LoadBalancer, policy: Sequence[str] | None) -> None:
    """Refuse a policy of application protocols where there is none, or one that there is not."""
    for name in policy or ():
        if balancer.type != "network":
            raise refusal("needless_alpn", kind=balancer.type)
        if name not in _ALPN:
            raise refusal("alpn_missing", name=name)


def check_groups(groups: Sequence[FakeTargetGroup], balancer: LoadBalancer, protocol: str | None) -> None:
    """Refuse target groups to which a listener of this load balancer and protocol cannot forward."""
    strangers = [group.arn for group in groups if group.vpc_id != balancer.vpc_id]
    if strangers:
        raise refusal("other_vpc", balancer_arn=balancer.arn, arns=", ".join(strangers))
    unfit = [group.arn for group in groups if protocol and (protocol in TCP) != (group.protocol in TCP)]
    if unfit:
        raise refusal("protocols_differ", arns=", ".join(unfit))
    for group in groups:
        if any(other != balancer.arn for other in group.load_balancer_arns):
            raise refusal("second_balancer", arn=group.arn)
