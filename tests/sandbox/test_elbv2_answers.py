"""What Elastic Load Balancing shows, field by field, and its refusals of listeners, rules and targets.

Recorded answers: radkawar/stackd, testdata/aws/elbv2. Sentences: badmintoncryer/cdk-preflight, rules/elbv2.
"""

import pytest
from balancer_rig import Balanced, forward_to
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process

FIXED = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
APPLICATION = {
    "deregistration_delay.timeout_seconds": "300", "load_balancing.algorithm.anomaly_mitigation": "off",
    "load_balancing.algorithm.type": "round_robin",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "slow_start.duration_seconds": "0", "stickiness.app_cookie.cookie_name": "",
    "stickiness.app_cookie.duration_seconds": "86400", "stickiness.enabled": "false",
    "stickiness.lb_cookie.duration_seconds": "86400", "stickiness.type": "lb_cookie",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
}  # fmt: skip


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Balanced(in_process.start(tmp_path_factory.mktemp("home"), seed=6)).prepared()


@pytest.fixture(scope="module")
def web(aws):
    """A load balancer with a listener on port 80: its ARN, and the listener's."""
    balancer = aws.balancer("shown")
    return balancer["LoadBalancerArn"], aws.listener(balancer, FIXED)


@pytest.fixture(scope="module")
def certificate(aws):
    request = {"CertificateBody": "-----BEGIN CERTIFICATE-----", "PrivateKey": "-----BEGIN KEY-----"}
    uploaded = aws.iam.upload_server_certificate(ServerCertificateName="web", **request)
    return uploaded["ServerCertificateMetadata"]["Arn"]


def refused(call, code, message):
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)


def values(answer):
    return {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}


# load balancers


def test_a_load_balancer_shows_its_addresses(aws):
    balancer = aws.balancer("MixedCase")
    assert "EnablePrefixForIpv6SourceNat" not in balancer  # it comes with the first description
    assert balancer["DNSName"].startswith("MixedCase-")
    (described,) = aws.elb.describe_load_balancers(Names=["MixedCase"])["LoadBalancers"]
    assert described["EnablePrefixForIpv6SourceNat"] == "off"
    assert [zone["LoadBalancerAddresses"] for zone in described["AvailabilityZones"]] == [[], []]
    assert set(described["AvailabilityZones"][0]) == {"SubnetId", "ZoneName", "LoadBalancerAddresses"}


def test_a_network_load_balancer_takes_elastic_ips_and_private_addresses(aws):
    elastic = aws.ec2.allocate_address(Domain="vpc")
    mapping = {"SubnetId": aws.subnets[0], "AllocationId": elastic["AllocationId"]}
    created = aws.elb.create_load_balancer(Name="fixed", Type="network", SubnetMappings=[mapping])
    (zone,) = created["LoadBalancers"][0]["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [
        {"IpAddress": elastic["PublicIp"], "AllocationId": elastic["AllocationId"]}
    ]
    inside = {"SubnetId": aws.subnets[0], "PrivateIPv4Address": "172.31.0.200"}
    aws.elb.create_load_balancer(Name="inner", Type="network", Scheme="internal", SubnetMappings=[inside])
    taken = [{"Name": "addresses.private-ip-address", "Values": ["172.31.0.200"]}]
    assert len(aws.ec2.describe_network_interfaces(Filters=taken)["NetworkInterfaces"]) == 1


MAPPED = {
    "an Elastic IP of an application one": (
        {"Type": "application"}, {"AllocationId": "eipalloc-1"}, "InvalidConfigurationRequest",
        "Elastic IPs are not supported for load balancers with type 'application'"),
    "a private address of a public one": (
        {"Type": "network"}, {"PrivateIPv4Address": "172.31.0.9"}, "InvalidConfigurationRequest",
        "You can only specify private IPv4 addresses for Network Load Balancers with scheme 'internal'."),
    "an allocation that is none": (
        {"Type": "network"}, {"AllocationId": "eipalloc-1"}, "AllocationIdNotFound",
        "The allocation IDs are not available for use"),
    "an address of another network": (
        {"Type": "network", "Scheme": "internal"}, {"PrivateIPv4Address": "10.9.9.9"},
        "InvalidConfigurationRequest",
        "The private IPv4 address '10.9.9.9' is not available in subnet '{subnet}'"),
    "an IPv6 address": (
        {"Type": "network"}, {"IPv6Address": "2001:db8::1"}, "InvalidConfigurationRequest",
        "This sandbox does not carry addresses of IPv6 yet."),
}  # fmt: skip


@pytest.mark.parametrize("name", MAPPED)
def test_addresses_that_no_load_balancer_gets(aws, name):
    kind, address, code, message = MAPPED[name]
    mappings = [{"SubnetId": subnet, **address} for subnet in aws.subnets]
    refused(
        lambda: aws.elb.create_load_balancer(Name="none", SubnetMappings=mappings, **kind), code,
        message.format(subnet=aws.subnets[0]),
    )  # fmt: skip


def test_ipv6_needs_blocks_of_it(aws, web):
    message = "You must specify subnets with an associated IPv6 CIDR block."
    refused(lambda: aws.balancer("six", IpAddressType="dualstack"), "ValidationError", message)
    refused(
        lambda: aws.elb.set_ip_address_type(LoadBalancerArn=web[0], IpAddressType="dualstack"),
        "ValidationError", message,
    )  # fmt: skip
    refused(
        lambda: aws.balancer("six", Type="network", IpAddressType="dualstack-without-public-ipv4"),
        "InvalidConfigurationRequest",
        "The specified IP address type is not supported on load balancers with type 'network'.",
    )  # fmt: skip


def test_types_of_load_balancers(aws):
    refused(
        lambda: aws.balancer("gate", Type="gateway"), "InvalidConfigurationRequest",
        "This sandbox does not carry load balancers of type gateway yet.",
    )  # fmt: skip
    refused(
        lambda: aws.balancer("gate", Type="classic"), "ValidationError",
        "1 validation error detected: Value 'classic' at 'type' failed to satisfy constraint: Member must "
        "satisfy enum value set: [application, network, gateway]",
    )  # fmt: skip


def test_the_same_load_balancer_has_the_same_groups(aws):
    aws.balancer("again")
    refused(
        lambda: aws.balancer("again", SecurityGroups=[aws.behind]), "DuplicateLoadBalancerName",
        "A load balancer with the same name 'again' exists, but with different settings",
    )  # fmt: skip


# target groups


def test_attributes_of_a_target_group(aws):
    group = aws.target_group("attributes")
    assert values(aws.elb.describe_target_group_attributes(TargetGroupArn=group)) == APPLICATION
    attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "3600"}]
    changed = aws.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=attributes)
    assert values(changed) == {**APPLICATION, "deregistration_delay.timeout_seconds": "3600"}


@pytest.mark.parametrize(
    ("protocol", "kind", "keeps", "cuts"),
    [("TCP", "ip", "false", "false"), ("TCP", "instance", "true", "false"), ("TLS", "ip", "false", "false"),
     ("UDP", "ip", "true", "true")],
)  # fmt: skip
def test_attributes_behind_a_network_load_balancer(aws, protocol, kind, keeps, cuts):
    group = aws.target_group(f"net-{protocol}-{kind}", Protocol=protocol, TargetType=kind)
    attributes = values(aws.elb.describe_target_group_attributes(TargetGroupArn=group))
    assert attributes["preserve_client_ip.enabled"] == keeps
    assert attributes["deregistration_delay.connection_termination.enabled"] == cuts
    assert (attributes["stickiness.type"], attributes["proxy_protocol_v2.enabled"]) == ("source_ip", "false")
    assert "slow_start.duration_seconds" not in attributes


ATTRIBUTES = {
    "stickiness.duration_seconds": (
        "1", "ValidationError", "Target group attribute key 'stickiness.duration_seconds' is not recognized"),
    "preserve_client_ip.enabled": (
        "true", "InvalidConfigurationRequest",
        "A target group with HTTP protocol does not support the attribute preserve_client_ip.enabled"),
    "stickiness.enabled": (
        "1", "ValidationError", "The value of 'stickiness.enabled' must be 'true' or 'false', but was '1'"),
    "load_balancing.algorithm.type": (
        "random", "ValidationError",
        "'Load balancer algorithm' must be one of [round_robin, weighted_random, "
        "least_outstanding_requests]"),
    "load_balancing.cross_zone.enabled": (
        "on", "ValidationError",
        "'load_balancing.cross_zone.enabled' must be one of use_load_balancer_configuration,true,false"),
    "deregistration_delay.timeout_seconds": (
        "3601", "ValidationError",
        "'deregistration_delay.timeout_seconds' value '3601' must be between '0-3600' inclusive"),
    "load_balancing.algorithm.anomaly_mitigation": (
        "on", "InvalidConfigurationRequest",
        "You cannot enable both anomaly mitigation and round robin algorithm on a target group"),
    "stickiness.type": (
        "app_cookie", "InvalidConfigurationRequest",
        "You must set an application cookie name to enable stickiness of type 'app_cookie'"),
}  # fmt: skip


@pytest.mark.parametrize("key", ATTRIBUTES)
def test_attributes_that_no_target_group_has(aws, key):
    group = aws.target_group("refusing")
    value, code, message = ATTRIBUTES[key]
    request = {"TargetGroupArn": group, "Attributes": [{"Key": key, "Value": value}]}
    refused(lambda: aws.elb.modify_target_group_attributes(**request), code, message)
    assert values(aws.elb.describe_target_group_attributes(TargetGroupArn=group)) == APPLICATION


LOAD_BALANCER = {
    "routing.http.idle_timeout.seconds": (
        "1", "ValidationError",
        "Load balancer attribute key 'routing.http.idle_timeout.seconds' is not recognized"),
    "dns_record.client_routing_policy": (
        "any_availability_zone", "ValidationError",
        "Load balancer attribute key 'dns_record.client_routing_policy' is not recognized"),
    "deletion_protection.enabled": (
        "yes", "ValidationError",
        "The value of 'deletion_protection.enabled' must be 'true' or 'false', but was 'yes'"),
    "idle_timeout.timeout_seconds": (
        "4001", "ValidationError",
        "The value of 'idle_timeout.timeout_seconds' cannot be greater than 4000 characters"),
    "load_balancing.cross_zone.enabled": (
        "false", "InvalidConfigurationRequest",
        "The value for 'load_balancing.cross_zone.enabled' must always be 'true' for an Application Load "
        "Balancer"),
    "access_logs.s3.enabled": (
        "true", "InvalidConfigurationRequest",
        "The key 'access_logs.s3.bucket' must set in order to enable access logs"),
}  # fmt: skip


@pytest.mark.parametrize("key", LOAD_BALANCER)
def test_attributes_that_no_load_balancer_has(aws, web, key):
    value, code, message = LOAD_BALANCER[key]
    request = {"LoadBalancerArn": web[0], "Attributes": [{"Key": key, "Value": value}]}
    refused(lambda: aws.elb.modify_load_balancer_attributes(**request), code, message)
    if "not recognized" not in message:
        twice = [{"Key": key, "Value": "true"}] * 2
        refused(
            lambda: aws.elb.modify_load_balancer_attributes(LoadBalancerArn=web[0], Attributes=twice),
            "ValidationError", f"Attribute key '{key}' has been specified more than once",
        )  # fmt: skip


def test_attributes_of_a_listener(aws, web):
    attributes = values(aws.elb.describe_listener_attributes(ListenerArn=web[1]))
    assert attributes["routing.http.response.server.enabled"] == "true"
    assert "tcp.idle_timeout.seconds" not in attributes
    for key, code, message in (
        ("tcp.idle_timeout_seconds", "ValidationError",
         "Listener attribute key 'tcp.idle_timeout_seconds' is not recognized"),
        ("tcp.idle_timeout.seconds", "InvalidConfigurationRequest",
         "The provided listener attribute is not supported"),
    ):  # fmt: skip
        request = {"ListenerArn": web[1], "Attributes": [{"Key": key, "Value": "60"}]}
        refused(lambda request=request: aws.elb.modify_listener_attributes(**request), code, message)


def test_the_same_target_group_asked_for_again(aws):
    group = aws.target_group("twice", HealthCheckPath="/up", Tags=[{"Key": "a", "Value": "b"}])
    aws.listener(aws.balancer("twice"), group)
    again = aws.elb.create_target_group(
        Name="twice", Protocol="HTTP", Port=80, VpcId=aws.vpc, TargetType="ip", HealthCheckPath="/up"
    )["TargetGroups"][0]
    assert again["TargetGroupArn"] == group
    assert "LoadBalancerArns" not in again
    (described,) = aws.elb.describe_target_groups(Names=["twice"])["TargetGroups"]
    assert len(described["LoadBalancerArns"]) == 1
    refused(
        lambda: aws.target_group("twice", HealthCheckPath="/down"), "DuplicateTargetGroupName",
        "A target group with the same name 'twice' exists, but with different settings",
    )  # fmt: skip
    (tags,) = aws.elb.describe_tags(ResourceArns=[group])["TagDescriptions"]
    assert tags["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_target_group_that_is_gone_is_deleted_again(aws):
    group = aws.target_group("gone")
    for _ in range(2):
        aws.elb.delete_target_group(TargetGroupArn=group)
    refused(
        lambda: aws.elb.describe_target_groups(Names=["gone"]), "TargetGroupNotFound",
        "One or more target groups not found",
    )  # fmt: skip


NOT_CARRIED = {
    "targets of type lambda": {"TargetType": "lambda"},
    "targets of type alb": {"TargetType": "alb", "Protocol": "TCP"},
    "target groups of protocol GENEVE": {"Protocol": "GENEVE"},
    "targets with IPv6 addresses": {"IpAddressType": "ipv6"},
    "target optimizers": {"TargetControlPort": 8000},
}


@pytest.mark.parametrize("what", NOT_CARRIED)
def test_target_groups_that_are_not_carried(aws, what):
    refused(
        lambda: aws.target_group("other", **NOT_CARRIED[what]), "InvalidConfigurationRequest",
        f"This sandbox does not carry {what} yet.",
    )  # fmt: skip


# targets

TARGETS = {
    "no address": (
        {"Id": "web"}, "ValidationError", "The IP address 'web' is not a valid IPv4 address"),
    "public": (
        {"Id": "8.8.8.8", "AvailabilityZone": "all"}, "ValidationError",
        "The IP address '8.8.8.8' is not allowed, as it must be an address from a VPC subnet, RFC1918, or "
        "RFC6598"),
    "outside without a zone": (
        {"Id": "10.250.0.1"}, "ValidationError",
        "The Availability Zone is required for IP address '10.250.0.1' because it is not in the VPC"),
    "outside in one zone": (
        {"Id": "10.250.0.1", "AvailabilityZone": "us-east-1a"}, "ValidationError",
        "The Availability Zone for IP address '10.250.0.1' must be 'all' for Application Load Balancer "
        "target groups, when not within the VPC"),
    "inside in all zones": (
        {"Id": "{inside}", "AvailabilityZone": "all"}, "ValidationError",
        "The IP address '{inside}' is within the VPC, and cannot have its Availability Zone overridden to "
        "'all' from 'us-east-1a'"),
}  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_targets_that_a_group_cannot_have(aws, name):
    group = aws.target_group("picky")
    (subnet,) = aws.ec2.describe_subnets(SubnetIds=[aws.subnets[0]])["Subnets"]
    inside = subnet["CidrBlock"].replace(".0/20", ".99")
    target, code, message = TARGETS[name]
    target = {**target, "Id": target["Id"].format(inside=inside)}
    good = {"Id": inside}
    refused(
        lambda: aws.elb.register_targets(TargetGroupArn=group, Targets=[good, target]), code,
        message.format(inside=inside),
    )  # fmt: skip
    assert aws.health(group) == {}


def test_an_address_elsewhere_serves_all_zones(aws):
    group = aws.target_group("elsewhere")
    aws.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.250.0.1", "AvailabilityZone": "all"}])
    (description,) = aws.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert description["Target"] == {"Id": "10.250.0.1", "Port": 80, "AvailabilityZone": "all"}
    assert "AdministrativeOverride" not in description  # of a target that is not in use


def test_an_address_is_no_instance(aws):
    group = aws.target_group("machines", TargetType="instance")
    refused(lambda: aws.register(group, "10.0.0.1"), "ValidationError", "Instance ID '10.0.0.1' is not valid")


def test_a_target_in_use_shows_that_nobody_overrides_it(aws):
    group = aws.target_group("overridden")
    aws.listener(aws.balancer("overridden"), group)
    (subnet,) = aws.ec2.describe_subnets(SubnetIds=[aws.subnets[0]])["Subnets"]
    aws.register(group, subnet["CidrBlock"].replace(".0/20", ".98"))
    (description,) = aws.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert description["AdministrativeOverride"] == {
        "State": "no_override", "Reason": "AdministrativeOverride.NoOverride",
        "Description": "No override is currently active on target",
    }  # fmt: skip


# listeners


def test_a_plain_listener_shows_no_security(aws, web):
    (listener,) = aws.elb.describe_listeners(ListenerArns=[web[1]])["Listeners"]
    assert set(listener) == {"ListenerArn", "LoadBalancerArn", "Port", "Protocol", "DefaultActions"}


def test_a_listener_that_forwards_shows_both_forms(aws):
    group, balancer = aws.target_group("both"), aws.balancer("both")
    listener = aws.listener(balancer, group)
    tuples = {"TargetGroups": [{"TargetGroupArn": group, "Weight": 1}],
              "TargetGroupStickinessConfig": {"Enabled": False}}  # fmt: skip
    (described,) = aws.elb.describe_listeners(ListenerArns=[listener])["Listeners"]
    assert described["DefaultActions"] == [
        {"Type": "forward", "TargetGroupArn": group, "ForwardConfig": tuples}
    ]
    other = aws.target_group("both-2")
    changed = aws.elb.modify_listener(
        ListenerArn=listener, DefaultActions=[forward_to(group, other, weights=(1, 2))]
    )["Listeners"][0]
    assert set(changed["DefaultActions"][0]) == {"Type", "ForwardConfig"}
    (rule,) = aws.elb.describe_rules(ListenerArn=listener)["Rules"]
    assert rule["Actions"] == changed["DefaultActions"]
    assert (rule["Conditions"], rule["Transforms"], rule["IsDefault"]) == ([], [], True)


def test_an_https_listener(aws, certificate):
    balancer = aws.balancer("secure")
    request = {"LoadBalancerArn": balancer["LoadBalancerArn"], "Protocol": "HTTPS", "Port": 443,
             "Certificates": [{"CertificateArn": certificate}], "DefaultActions": [FIXED]}  # fmt: skip
    (listener,) = aws.elb.create_listener(**request)["Listeners"]
    assert listener["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    assert listener["Certificates"] == [{"CertificateArn": certificate}]
    assert "AlpnPolicy" not in listener
    assert aws.elb.create_listener(**request)["Listeners"][0]["ListenerArn"] == listener["ListenerArn"]
    (plain,) = aws.elb.modify_listener(ListenerArn=listener["ListenerArn"], Protocol="HTTP")["Listeners"]
    assert not {"SslPolicy", "Certificates"} & plain.keys()
    refused(
        lambda: aws.elb.modify_listener(ListenerArn=listener["ListenerArn"], Protocol="HTTPS"),
        "ValidationError", "A certificate must be specified for HTTPS listeners",
    )  # fmt: skip


NOWHERE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
LISTENERS = {
    "HTTPS without a certificate": (
        {"Protocol": "HTTPS"}, "ValidationError", "A certificate must be specified for HTTPS listeners"),
    "HTTP with one": (
        {"Certificates": [{"CertificateArn": "{certificate}"}]}, "ValidationError",
        "A certificate cannot be specified for HTTP listeners"),
    "two": (
        {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "{certificate}"}] * 2}, "ValidationError",
        "Up to '1' certificate ARNs can be specified, but '2' were specified"),
    "one that is not there": (
        {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": NOWHERE}]}, "CertificateNotFound",
        f"Certificate '{NOWHERE}' not found"),
    "one of another Region": (
        {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": NOWHERE.replace("us-east", "eu-west")}]},
        "ValidationError", f"Certificate ARN '{NOWHERE.replace('us-east', 'eu-west')}' is not valid"),
    "no certificate at all": (
        {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "arn:aws:s3:::my-cert"}]},
        "CertificateNotFound", "Certificate 'arn:aws:s3:::my-cert' not found"),
    "a policy that there is not": (
        {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "{certificate}"}], "SslPolicy": "TLS-9"},
        "SSLPolicyNotFound", "SSL policy 'TLS-9' not found"),
    "a policy of a plain one": (
        {"SslPolicy": "ELBSecurityPolicy-2016-08"}, "ValidationError",
        "An SSL policy cannot be specifed for HTTP listeners"),
    "application protocols": (
        {"AlpnPolicy": ["HTTP2Only"]}, "ValidationError",
        "You cannot set ALPN policy on load balancers of type 'application'"),
    "another protocol": (
        {"Protocol": "TCP"}, "ValidationError", "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'"),
    "certificates of clients": (
        {"MutualAuthentication": {"Mode": "passthrough"}}, "InvalidConfigurationRequest",
        "This sandbox does not carry mutual TLS yet."),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTENERS)
def test_listeners_that_no_load_balancer_has(aws, web, certificate, name):
    more, code, message = LISTENERS[name]
    if "Certificates" in more:
        named = [each["CertificateArn"].format(certificate=certificate) for each in more["Certificates"]]
        more = {**more, "Certificates": [{"CertificateArn": arn} for arn in named]}
    request = {"LoadBalancerArn": web[0], "Protocol": "HTTP", "Port": 8443, "DefaultActions": [FIXED], **more}
    refused(lambda: aws.elb.create_listener(**request), code, message)


def test_a_network_load_balancer_only_forwards(aws):
    balancer = aws.balancer("forwards", Type="network", SecurityGroups=[])
    refused(
        lambda: aws.listener(balancer, FIXED, protocol="TCP"), "InvalidLoadBalancerAction",
        "The action type 'fixed-response' is not valid with network load balancer",
    )  # fmt: skip
    refused(
        lambda: aws.listener(balancer, FIXED), "ValidationError",
        "Listener protocol 'HTTP' must be one of 'TCP, QUIC, TCP_QUIC, UDP, TCP_UDP, TLS'",
    )  # fmt: skip


def test_a_target_group_of_another_vpc(aws, web):
    vpc = aws.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    group = aws.target_group("abroad", VpcId=vpc)
    refused(
        lambda: aws.listener({"LoadBalancerArn": web[0]}, group, port=81), "InvalidConfigurationRequest",
        f"The following target groups are in a different VPC than load balancer '{web[0]}': {group}",
    )  # fmt: skip


# rules


def test_a_rule_shows_short_and_long_forms(aws, web):
    conditions = [
        {"Field": "path-pattern", "Values": ["/a/*"]},
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com", "b.example.com"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Color", "Values": ["blue"]}},
    ]
    redirect = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/b"}}
    created = aws.elb.create_rule(ListenerArn=web[1], Priority=5, Conditions=conditions, Actions=[redirect])
    (rule,) = created["Rules"]
    assert rule["Conditions"] == [
        {**conditions[0], "PathPatternConfig": {"Values": ["/a/*"]}},
        {**conditions[1], "Values": ["a.example.com", "b.example.com"]},
        conditions[2],
    ]
    assert rule["Actions"] == [{"Type": "redirect", "RedirectConfig": {
        "Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/b", "Query": "#{query}",
        "StatusCode": "HTTP_301"}}]  # fmt: skip
    assert (rule["Transforms"], rule["IsDefault"], rule["Priority"]) == ([], False, "5")
    assert aws.elb.describe_rules(RuleArns=[rule["RuleArn"]])["Rules"] == created["Rules"]
    refused(
        lambda: aws.elb.create_rule(ListenerArn=web[1], Priority=5, Conditions=conditions, Actions=[FIXED]),
        "PriorityInUse", "Priority '5' is currently in use",
    )  # fmt: skip


PATH = {"Field": "path-pattern", "Values": ["/a"]}
RULES = {
    "no condition": ({"Conditions": []}, "ValidationError", "A condition must be specified"),
    "another field": (
        {"Conditions": [{"Field": "header", "Values": ["a"]}]}, "ValidationError",
        "Condition field 'header' must be one of 'http-header,http-request-method,host-header,query-string,"
        "path-pattern,source-ip'"),
    "the configuration of another field": (
        {"Conditions": [{"Field": "path-pattern", "HostHeaderConfig": {"Values": ["a"]}}]}, "ValidationError",
        "For conditions of type 'path-pattern', you must specify the following fields: 'Values or "
        "RegexValues or PathPatternConfig'"),
    "no value": (
        {"Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": []}}]}, "ValidationError",
        "You must provide exactly one of the following: ['Values' 'RegexValues'] for config of type "
        "'HostHeaderConfig'"),
    "a field twice": (
        {"Conditions": [PATH, PATH]}, "ValidationError", "A rule can only have one 'path-pattern' condition"),
    "six values": (
        {"Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a", "/b", "/c"]}},
                        {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.b", "b.b", "c.b"]}}]},
        "ValidationError", "A rule can only have '5' condition values and regex values"),
    "a long value": (
        {"Conditions": [{"Field": "host-header", "Values": ["a" * 129]}]}, "ValidationError",
        "Condition value for 'host-header' cannot contain more than 128 characters"),
    "no block": (
        {"Conditions": [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1"]}}]},
        "ValidationError", "The specified value '10.0.0.1' is not a valid CIDR block"),
    "the host as a header": (
        {"Conditions": [{"Field": "http-header", "HttpHeaderConfig": {
            "HttpHeaderName": "Host", "Values": ["a"]}}]},
        "ValidationError", "You cannot specify 'host' as an HTTP header name"),
    "regular expressions": (
        {"Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["a+"]}}]},
        "InvalidConfigurationRequest", "This sandbox does not carry regular expressions in conditions yet."),
    "transforms": (
        {"Transforms": [{"Type": "url-rewrite", "UrlRewriteConfig": {
            "Rewrites": [{"Regex": "a", "Replace": "b"}]}}]},
        "InvalidConfigurationRequest", "This sandbox does not carry transforms of requests yet."),
    "an action without its configuration": (
        {"Actions": [{"Type": "fixed-response"}]}, "InvalidLoadBalancerAction",
        "For actions of type 'fixed-response', you must specify the following fields: 'FixedResponseConfig'"),
    "two answers": (
        {"Actions": [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "/"}}, FIXED]},
        "InvalidLoadBalancerAction", "Action types 'redirect,fixed-response' cannot be specified together"),
    "a circle": (
        {"Actions": [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}]},
        "InvalidLoadBalancerAction",
        "The redirect configuration is not valid because it creates a loop."),
    "a path that is none": (
        {"Actions": [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Path": "a"}}]},
        "InvalidLoadBalancerAction",
        "The Path parameter must be a valid path, should start with a '/', and may contain up to one of each "
        "of these placeholders: '#{path}', '#{host}', '#{port}'."),
    "a weight": (
        {"Actions": [{"Type": "forward", "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": "a", "Weight": 1000}]}}]},
        "InvalidLoadBalancerAction", "The weight for the target group must be between 1 and 999, inclusive"),
    "two groups": (
        {"Actions": [{"Type": "forward", "TargetGroupArn": "a", "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": "b"}]}}]},
        "InvalidLoadBalancerAction",
        "You can specify both a target group list and a top-level target group ARN only if the ARNs match"),
    "six groups": (
        {"Actions": [{"Type": "forward", "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": str(number)} for number in range(6)]}}]},
        "TooManyUniqueTargetGroupsPerLoadBalancer",
        "You cannot specify more than 5 target groups per action"),
    "stickiness without an end": (
        {"Actions": [{"Type": "forward", "ForwardConfig": {
            "TargetGroups": [{"TargetGroupArn": "a"}], "TargetGroupStickinessConfig": {"Enabled": True}}}]},
        "InvalidLoadBalancerAction", "You must provide a duration when enabling target group stickiness"),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_rules_that_no_listener_has(aws, web, name):
    more, code, message = RULES[name]
    request = {"ListenerArn": web[1], "Priority": 77, "Conditions": [PATH], "Actions": [FIXED], **more}
    refused(lambda: aws.elb.create_rule(**request), code, message)
    rules = aws.elb.describe_rules(ListenerArn=web[1])["Rules"]
    assert "77" not in [rule["Priority"] for rule in rules]


# ARNs and pages

ARNS = {
    "load balancer": lambda elb: elb.describe_load_balancers(LoadBalancerArns=["nope"]),
    "target group": lambda elb: elb.delete_target_group(TargetGroupArn="nope"),
    "listener": lambda elb: elb.delete_listener(ListenerArn="nope"),
    "listener rule": lambda elb: elb.delete_rule(RuleArn="nope"),
}


@pytest.mark.parametrize("kind", ARNS)
def test_what_is_no_arn(aws, kind):
    refused(lambda: ARNS[kind](aws.elb), "ValidationError", f"'nope' is not a valid {kind} ARN")


def test_an_arn_of_another_region(aws, web):
    abroad = web[0].replace("us-east-1", "eu-west-1")
    refused(
        lambda: aws.elb.describe_listeners(LoadBalancerArn=abroad), "ValidationError",
        f"'{abroad}' is not a valid load balancer ARN",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "member"), [("describe_target_groups", "TargetGroups"),
                              ("describe_load_balancers", "LoadBalancers")],
)  # fmt: skip
def test_long_lists_come_in_pages(aws, operation, member):
    for name in ("page-1", "page-2"):
        aws.target_group(name)
        aws.balancer(name)
    pages = aws.elb.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1})
    one_by_one = [page[member] for page in pages]
    assert {len(rows) for rows in one_by_one} == {1}
    assert [row for rows in one_by_one for row in rows] == getattr(aws.elb, operation)()[member]
    refused(lambda: getattr(aws.elb, operation)(Marker="x"), "ValidationError", "The marker is not valid.")


def test_a_security_policy_that_there_is_not(aws):
    refused(
        lambda: aws.elb.describe_ssl_policies(Names=["TLS-9"]), "SSLPolicyNotFound",
        "One or more SSL policies not found",
    )  # fmt: skip
