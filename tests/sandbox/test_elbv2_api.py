"""The Elastic Load Balancing API: what it refuses, letter by letter, and what it shows."""

import pytest
from balancer_rig import Balanced, forward_to
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process
from ecslab.sandbox.bridge.installation import load_balancing
from ecslab.sandbox.world.errors import AwsError

NO_SUCH = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Balanced(in_process.start(tmp_path_factory.mktemp("home"), seed=6)).prepared()


def refused(call, code, message):
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message)


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ({"Subnets": "one"}, "ValidationError",
         "At least two subnets in two different Availability Zones must be specified"),
        ({"Subnets": "none"}, "ValidationError",
         "At least two subnets in two different Availability Zones must be specified"),
        ({"Subnets": "twice"}, "InvalidConfigurationRequest",
         "A load balancer cannot be attached to multiple subnets in the same Availability Zone"),
        ({"Subnets": "missing"}, "SubnetNotFound", "The subnet ID 'subnet-0' does not exist"),
        ({"Subnets": "mixed"}, "InvalidConfigurationRequest", "All subnets must belong to the same VPC"),
        ({"SecurityGroups": ["sg-0"]}, "InvalidConfigurationRequest",
         "One or more security groups are invalid"),
        ({"IpAddressType": "ipv5"}, "ValidationError",
         "1 validation error detected: Value 'ipv5' at 'ipAddressType' failed to satisfy constraint: Member "
         "must satisfy enum value set: [ipv4, dualstack, dualstack-without-public-ipv4]"),
        ({"name": "x" * 33}, "ValidationError",
         f"Load balancer name '{'x' * 33}' cannot be longer than '32' characters"),
        ({"name": "a_b"}, "ValidationError",
         "The load balancer name 'a_b' can only contain characters that are alphanumeric characters and "
         "hyphens(-)"),
        ({"name": "internal-x"}, "ValidationError",
         "Load balancer name 'internal-x' cannot begin or end with '-', or begin with 'internal-'"),
    ],
)  # fmt: skip
def test_create_load_balancer_refuses(aws, more, code, message):
    workshop = [{"Name": "cidr-block", "Values": ["10.0.0.0/24", "10.0.1.0/24"]}]
    other = [each["SubnetId"] for each in aws.ec2.describe_subnets(Filters=workshop)["Subnets"]]
    subnets = {"one": aws.subnets[:1], "none": [], "twice": [aws.subnets[0], aws.subnets[0]],
               "missing": ["subnet-0", aws.subnets[0]],
               "mixed": [aws.subnets[0], (other or [aws.subnets[1]])[0]]}  # fmt: skip
    request = {"name": "refused", **more}
    if "Subnets" in more:
        request["Subnets"] = subnets[more["Subnets"]]
    before = aws.elb.describe_load_balancers()["LoadBalancers"]
    refused(lambda: aws.balancer(**request), code, message)
    assert aws.elb.describe_load_balancers()["LoadBalancers"] == before


def test_a_vpc_without_internet_gateway_takes_internal_balancers_only(aws):
    vpc = aws.ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        aws.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{number}.0/24", AvailabilityZone=zone)["Subnet"]
        for number, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    inside = {"Subnets": [subnet["SubnetId"] for subnet in subnets], "SecurityGroups": []}
    refused(lambda: aws.balancer("outward", **inside), "InvalidSubnet", f"VPC {vpc} has no internet gateway")
    balancer = aws.balancer("inward", Scheme="internal", **inside)
    assert balancer["Scheme"] == "internal"
    assert len(balancer["SecurityGroups"]) == 1  # the VPC's default one


def test_a_name_is_taken_once(aws):
    first = aws.balancer("same")
    assert aws.balancer("same")["LoadBalancerArn"] == first["LoadBalancerArn"]
    refused(
        lambda: aws.balancer("same", Scheme="internal"), "DuplicateLoadBalancerName",
        "A load balancer with the same name 'same' exists, but with different settings",
    )  # fmt: skip
    group = aws.target_group("same")
    assert aws.target_group("same") == group
    refused(
        lambda: aws.target_group("same", Port=8080), "DuplicateTargetGroupName",
        "A target group with the same name 'same' exists, but with different settings",
    )  # fmt: skip


def test_a_port_has_one_listener(aws):
    balancer = aws.balancer("ports")
    group = aws.target_group("ports")
    listener = aws.listener(balancer, group)
    message = f"A listener already exists on this port for this load balancer '{balancer['LoadBalancerArn']}'"
    assert aws.listener(balancer, group) == listener  # API_CreateListener: the same settings
    other = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    refused(lambda: aws.listener(balancer, other), "DuplicateListener", message)
    aws.listener(balancer, group, port=8080)
    refused(lambda: aws.elb.modify_listener(ListenerArn=listener, Port=8080), "DuplicateListener", message)
    aws.elb.modify_listener(ListenerArn=listener, Port=81)
    ports = aws.elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert sorted(listener["Port"] for listener in ports) == [81, 8080]


def test_a_group_in_use_stays_and_has_one_balancer(aws):
    balancer, other = aws.balancer("users"), aws.balancer("strangers")
    group = aws.target_group("users")
    listener = aws.listener(balancer, group)
    refused(
        lambda: aws.elb.delete_target_group(TargetGroupArn=group), "ResourceInUse",
        f"Target group '{group}' is currently in use by a listener or a rule",
    )  # fmt: skip
    refused(
        lambda: aws.listener(other, group), "TargetGroupAssociationLimit",
        f"The following target groups cannot be associated with more than one load balancer: {group}",
    )  # fmt: skip
    aws.elb.delete_listener(ListenerArn=listener)
    aws.elb.delete_target_group(TargetGroupArn=group)
    refused(
        lambda: aws.elb.describe_target_health(TargetGroupArn=group), "TargetGroupNotFound",
        "One or more target groups not found",
    )  # fmt: skip


def test_protocols_must_fit(aws):
    group = aws.target_group("fit", Protocol="TCP")
    refused(
        lambda: aws.listener(aws.balancer("fit"), group), "InvalidConfigurationRequest",
        f"The listener and the following target groups have incompatible protocols: {group}",
    )  # fmt: skip


def test_nobody_signs_in(aws):
    sign_in = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {
        "Issuer": "https://i", "AuthorizationEndpoint": "https://a", "TokenEndpoint": "https://t",
        "UserInfoEndpoint": "https://u", "ClientId": "c", "ClientSecret": "s"}}  # fmt: skip
    refused(
        lambda: aws.listener(aws.balancer("signed"), sign_in, aws.target_group("signed")),
        "InvalidLoadBalancerAction", "This sandbox carries no actions of type authenticate-oidc.",
    )  # fmt: skip


def test_deletion_protection(aws):
    arn = aws.balancer("kept")["LoadBalancerArn"]
    protect = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    aws.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protect)
    refused(
        lambda: aws.elb.delete_load_balancer(LoadBalancerArn=arn), "OperationNotPermitted",
        f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
    )  # fmt: skip
    protect[0]["Value"] = "false"
    aws.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protect)
    for _ in range(2):  # the second time there is nothing, and no error
        aws.elb.delete_load_balancer(LoadBalancerArn=arn)
    for request in ({"LoadBalancerArns": [arn]}, {"Names": ["kept"]}):
        refused(
            lambda request=request: aws.elb.describe_load_balancers(**request), "LoadBalancerNotFound",
            "One or more load balancers not found",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "message"),
    [({"HealthCheckIntervalSeconds": 301},
      "1 validation error detected: Value '301' at 'healthCheckIntervalSeconds' failed to satisfy "
      "constraint: Member must have value less than or equal to 300"),
     ({"HealthCheckTimeoutSeconds": 121},
      "1 validation error detected: Value '121' at 'healthCheckTimeoutSeconds' failed to satisfy constraint: "
      "Member must have value less than or equal to 120"),
     ({"UnhealthyThresholdCount": 11},
      "1 validation error detected: Value '11' at 'unhealthyThresholdCount' failed to satisfy constraint: "
      "Member must have value less than or equal to 10"),
     ({"HealthCheckTimeoutSeconds": 30, "HealthCheckIntervalSeconds": 10},
      "Health check timeout '30' must be smaller than the interval '10'")],
)  # fmt: skip
def test_health_check_numbers(aws, more, message):
    refused(lambda: aws.target_group("numbers", **more), "ValidationError", message)


def test_a_new_target_group_has_the_defaults(aws):
    group = aws.target_group("plain")
    (described,) = aws.elb.describe_target_groups(Names=["plain"])["TargetGroups"]
    assert described | {
        "HealthCheckProtocol": "HTTP", "HealthCheckPort": "traffic-port", "HealthCheckPath": "/",
        "HealthCheckIntervalSeconds": 30, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2, "Matcher": {"HttpCode": "200"},
    } == described  # fmt: skip
    attributes = aws.elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "300"} in attributes


def test_target_health_names_zone_and_port(aws):
    group = aws.target_group("lonely", HealthCheckPort="8080")
    aws.register(group, "172.31.0.77")
    (description,) = aws.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert description["HealthCheckPort"] == "8080"
    assert (description["Target"]["Id"], description["Target"]["Port"]) == ("172.31.0.77", 80)
    assert description["Target"]["AvailabilityZone"].startswith("us-east-1")
    assert description["TargetHealth"]["Reason"] == "Target.NotInUse"


def test_a_balancer_without_target_groups_finds_none(aws):
    balancer = aws.balancer("bare")
    refused(
        lambda: aws.elb.describe_target_groups(LoadBalancerArn=balancer["LoadBalancerArn"]),
        "TargetGroupNotFound", "One or more target groups not found",
    )  # fmt: skip


def test_arns_and_names(aws):
    balancer, passing = aws.balancer("named"), aws.balancer("passing", Type="network", SecurityGroups=[])
    listener = aws.listener(balancer, aws.target_group("named"))
    (default,) = aws.elb.describe_rules(ListenerArn=listener)["Rules"]
    own = balancer["LoadBalancerArn"].rpartition(":loadbalancer/")[2]
    assert own.startswith("app/named/")
    assert f":listener/{own}/" in listener
    assert default["RuleArn"].startswith(listener.replace(":listener/", ":listener-rule/") + "/")
    assert default["IsDefault"]
    assert ":loadbalancer/net/passing/" in passing["LoadBalancerArn"]
    assert [zone["ZoneName"] for zone in balancer["AvailabilityZones"]] == ["us-east-1a", "us-east-1b"]


def test_subnets_and_groups_can_be_changed(aws):
    balancer = aws.balancer("changing")
    arn = balancer["LoadBalancerArn"]
    aws.elb.set_subnets(LoadBalancerArn=arn, Subnets=[aws.subnets[1], aws.third])
    aws.elb.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[aws.behind])
    about = [{"Name": "description", "Values": [f"ELB {arn.rpartition(':loadbalancer/')[2]}"]}]
    nodes = aws.ec2.describe_network_interfaces(Filters=about)["NetworkInterfaces"]
    assert {node["SubnetId"] for node in nodes} == {aws.subnets[1], aws.third}
    assert {node["Groups"][0]["GroupId"] for node in nodes} == {aws.behind}
    with pytest.raises(ClientError, match="AuthFailure"):
        aws.ec2.modify_network_interface_attribute(
            NetworkInterfaceId=nodes[0]["NetworkInterfaceId"], Groups=[aws.front]
        )


DEFINITION = {
    "networkMode": "awsvpc",
    "containerDefinitions": [{"name": "web", "portMappings": [{"containerPort": 80}]}],
}


def balancer_of(**more):
    return {"containerName": "web", "containerPort": 80, **more}


@pytest.mark.parametrize(
    ("load_balancers", "message"),
    [
        ([balancer_of(targetGroupArn="ip", containerName="api")],
         "The container api does not exist in the task definition."),
        ([balancer_of(targetGroupArn="ip", containerPort=81)],
         "The container web did not have a container port 81 defined."),
        ([balancer_of(targetGroupArn="ip", loadBalancerName="old")],
         "loadBalancerName and targetGroupArn cannot both be specified"),
        ([balancer_of(loadBalancerName="old")], "Classic Load Balancers are not supported with Fargate."),
        ([balancer_of(targetGroupArn="alone")],
         "The target group with targetGroupArn {alone} does not have an associated load balancer."),
        ([balancer_of(targetGroupArn="instance")],
         "The provided target group {instance} has target type instance, which is incompatible with the "
         "awsvpc network mode specified in the task definition."),
        ([balancer_of(targetGroupArn="none")], "The specified target group does not exist."),
        ([balancer_of(targetGroupArn="ip")] * 6, "load balancers can have at most 5 items."),
    ],
)  # fmt: skip
def test_create_service_refuses(aws, load_balancers, message):
    groups = {
        "ip": aws.target_group("svc-ip"), "alone": aws.target_group("svc-alone"),
        "instance": aws.target_group("svc-instance", TargetType="instance"), "none": NO_SUCH,
    }  # fmt: skip
    if not aws.elb.describe_target_groups(Names=["svc-ip"])["TargetGroups"][0]["LoadBalancerArns"]:
        listener = aws.listener(aws.balancer("svc"), groups["ip"])
        condition = [{"Field": "path-pattern", "Values": ["/ec2/*"]}]
        aws.elb.create_rule(ListenerArn=listener, Priority=1, Conditions=condition,
                            Actions=[forward_to(groups["instance"])])  # fmt: skip
    meant = [{**entry, **({"targetGroupArn": groups[entry["targetGroupArn"]]} if "targetGroupArn" in entry
              else {})} for entry in load_balancers]  # fmt: skip
    with pytest.raises(AwsError) as caught:
        load_balancing().check("us-east-1", meant, DEFINITION, fargate=True)
    assert caught.value.code == "InvalidParameterException"
    assert caught.value.message == message.format(**groups)
    load_balancing().check("us-east-1", [balancer_of(targetGroupArn=groups["ip"])], DEFINITION, fargate=True)


def test_services_hear_of_their_targets(aws):
    group, notices = aws.target_group("heard"), []
    aws.listener(aws.balancer("heard"), group)
    service = load_balancing()
    service.listeners.append(lambda *news: notices.append(news))
    service.register(group, "172.31.0.99", 80, "us-east-1a")
    assert service.health(group, "172.31.0.99", 80) == ("initial", "Target registration is in progress")
    aws.pass_time(180 + 5)
    aws.pass_time(30)
    assert service.health(group, "172.31.0.99", 80) == ("unhealthy", "Request timed out")
    assert service.deregister(group, "172.31.0.99", 80) == 300
    aws.pass_time(300)
    assert [news[3:] for news in notices] == [
        ("initial", "Target registration is in progress"),
        ("unhealthy", "Request timed out"),
        ("draining", "Target deregistration is in progress"),
        ("unused", "Target is not registered to the target group"),
    ]
    assert {news[:3] for news in notices} == {(group, "172.31.0.99", 80)}
    assert service.deregister(NO_SUCH, "172.31.0.99", 80) == 0
    with pytest.raises(LookupError, match="One or more target groups not found"):
        service.register(NO_SUCH, "172.31.0.99", 80, "us-east-1a")


def test_an_instance_that_does_not_run_is_no_target(aws):
    group = aws.target_group("instances", TargetType="instance")
    started = aws.ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2, SubnetId=aws.subnets[0])
    running, stopped = (instance["InstanceId"] for instance in started["Instances"])
    aws.register(group, running)
    aws.ec2.stop_instances(InstanceIds=[stopped])
    words = f"The following targets are not in a running state and cannot be registered: '{stopped}'"
    with pytest.raises(ClientError, match=words):
        aws.register(group, running, stopped)
    assert list(aws.health(group)) == [running]
    aws.ec2.stop_instances(InstanceIds=[running])
    assert aws.health(group)[running] == (
        "unused", "Target.InvalidState", "Target is in the stopped state",
    )  # fmt: skip


def test_tags_of_several_resources_are_put_on_all_or_none(aws):
    group = aws.target_group("tagged")
    listener = aws.listener(aws.balancer("tagged"), aws.target_group("other"))
    rule = aws.elb.describe_rules(ListenerArn=listener)["Rules"][0]["RuleArn"]
    tag = [{"Key": "by", "Value": "me"}]

    def tags():
        descriptions = aws.elb.describe_tags(ResourceArns=[group, rule])["TagDescriptions"]
        return [description["Tags"] for description in descriptions]

    with pytest.raises(ClientError, match="RuleNotFound"):
        aws.elb.add_tags(ResourceArns=[group, rule + "0"], Tags=tag)
    assert tags() == [[], []]
    aws.elb.add_tags(ResourceArns=[group, rule], Tags=tag)
    assert tags() == [tag, tag]
