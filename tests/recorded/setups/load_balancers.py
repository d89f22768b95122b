"""Target groups, targets, load balancers and listeners."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.recorded.scene import Scene, setup

QUICK_CHECKS = {
    "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2, "HealthyThresholdCount": 2,
    "UnhealthyThresholdCount": 2,
}  # fmt: skip


@setup
def tg_audit(scene: Scene) -> None:
    checks = QUICK_CHECKS | {"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 3}
    tags = [{"Key": "stackd-probe", "Value": "x"}]
    _target_group(scene, Port=8080, TargetType="ip", Tags=tags, **checks)


@setup
def tg80(scene: Scene) -> None:
    _target_group(scene, Port=80, TargetType="ip")


@setup
def tg8080(scene: Scene) -> None:
    _target_group(scene, Port=8080, TargetType="ip", Tags=[{"Key": "Owner", "Value": "x"}], **QUICK_CHECKS)


@setup
def tg_instance(scene: Scene) -> None:
    _target_group(scene, Port=8080, TargetType="instance", **QUICK_CHECKS)


@setup
def tg_tagged(scene: Scene) -> None:
    tags = [{"Key": "audit-field", "Value": "synthetic"}]
    scene.call("elbv2", "add_tags", ResourceArns=[scene["tg"]], Tags=tags)


@setup
def tg_deleted(scene: Scene) -> None:
    scene.call("elbv2", "delete_target_group", TargetGroupArn=scene["tg"])


@setup
def target_all(scene: Scene) -> None:
    _targets(scene, "register_targets", Id="10.254.254.254", AvailabilityZone="all")


@setup
def target_192(scene: Scene) -> None:
    _targets(scene, "register_targets", Id="192.168.253.254", AvailabilityZone="all")


@setup
def target_in(scene: Scene) -> None:
    _targets(scene, "register_targets", Id="10.0.0.254")


@setup
def target_out(scene: Scene) -> None:
    _targets(scene, "deregister_targets", Id="10.0.0.254")


@setup
def target_unhealthy(scene: Scene) -> None:
    def is_unhealthy() -> bool:
        answer = scene.call("elbv2", "describe_target_health", TargetGroupArn=scene["tg"])
        return [each["TargetHealth"]["State"] for each in answer["TargetHealthDescriptions"]] == ["unhealthy"]

    scene.wait("target unhealthy", is_unhealthy, seconds=750, step=5)


@setup
def lb(scene: Scene) -> None:
    answer = scene.call(
        "elbv2", "create_load_balancer", Name=scene["name"], Type="application", Scheme="internet-facing",
        Subnets=[scene["subnet_a"], scene["subnet_b"]], SecurityGroups=[scene["sg"]],
        Tags=[{"Key": "Owner", "Value": "x"}],
    )  # fmt: skip
    scene["lb"] = answer["LoadBalancers"][0]["LoadBalancerArn"]
    scene.undo.append(lambda: lb_deleted(scene))


@setup
def lb_deleted(scene: Scene) -> None:
    scene.call("elbv2", "delete_load_balancer", LoadBalancerArn=scene["lb"])


@setup
def listener(scene: Scene) -> None:
    forward = [{"Type": "forward", "TargetGroupArn": scene["tg"]}]
    answer = scene.call(
        "elbv2",
        "create_listener",
        LoadBalancerArn=scene["lb"],
        Protocol="HTTP",
        Port=18080,
        DefaultActions=forward,
    )
    scene["listener"] = answer["Listeners"][0]["ListenerArn"]


@setup
def server_cert(scene: Scene) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    owner = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "captures.invalid")])
    since = datetime.now(UTC) - timedelta(hours=1)
    certificate = (
        x509.CertificateBuilder(owner, owner, key.public_key(), x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL
    scene.call(
        "iam", "upload_server_certificate", ServerCertificateName=scene["name"],
        CertificateBody=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        PrivateKey=key.private_bytes(serialization.Encoding.PEM, form, plain).decode(),
    )  # fmt: skip


def _target_group(scene: Scene, **members: Any) -> None:
    answer = scene.call(
        "elbv2", "create_target_group", Name=scene["name"], Protocol="HTTP", VpcId=scene["vpc"], **members
    )
    scene["tg"] = answer["TargetGroups"][0]["TargetGroupArn"]
    scene.undo.append(lambda: tg_deleted(scene))


def _targets(scene: Scene, operation: str, **target: str) -> None:
    scene.call("elbv2", operation, TargetGroupArn=scene["tg"], Targets=[{"Port": 8080, **target}])
