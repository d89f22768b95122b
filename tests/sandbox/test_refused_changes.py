"""A call that is refused leaves the account as it was, and no call spoils it for those that come later."""

import pytest
from aws_client import Aws
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/none"


@pytest.fixture
def aws(tmp_path):
    return Aws(in_process.start(tmp_path, seed=1))


@pytest.fixture
def refused():
    """The code and message by which a call is refused."""

    def code(call, **parameters):
        with pytest.raises(ClientError) as refusal:
            call(**parameters)
        assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] < 500
        return refusal.value.response["Error"]["Code"]

    return code


@pytest.fixture
def vpc(aws):
    return aws.ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture
def subnet(aws, vpc):
    return aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]


def test_what_was_made_before_the_refusal_is_undone(aws, subnet, refused):
    """moto makes a security group for a classic load balancer, and then looks at its certificate."""
    groups = aws.ec2.describe_security_groups()["SecurityGroups"]
    ports = {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 80}
    request = {"Listeners": [ports | {"SSLCertificateId": CERTIFICATE}], "Subnets": [subnet]}
    call = aws.client("elb").create_load_balancer
    assert refused(call, LoadBalancerName="old", **request) == "CertificateNotFound"
    assert aws.ec2.describe_security_groups()["SecurityGroups"] == groups


def test_a_gateway_that_is_refused_holds_no_address(aws, subnet, refused):
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
    before = aws.ec2.describe_network_interfaces()["NetworkInterfaces"]
    again = refused(aws.ec2.create_nat_gateway, SubnetId=subnet, AllocationId=address)
    assert again == "Resource.AlreadyAssociated"
    none = refused(aws.ec2.create_nat_gateway, SubnetId=subnet, AllocationId="eipalloc-0")
    assert none == "InvalidAllocationID.NotFound"
    assert aws.ec2.describe_network_interfaces()["NetworkInterfaces"] == before


def test_a_vpc_keeps_its_main_route_table(aws, vpc, subnet, refused):
    main = aws.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
    association = main["Associations"][0]["RouteTableAssociationId"]
    foreign = aws.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    other = aws.ec2.create_route_table(VpcId=foreign)["RouteTable"]["RouteTableId"]
    assert refused(aws.ec2.delete_route_table, RouteTableId=main["RouteTableId"]) == "DependencyViolation"
    assert refused(aws.ec2.disassociate_route_table, AssociationId=association) == "InvalidParameterValue"
    replace, associate = aws.ec2.replace_route_table_association, aws.ec2.associate_route_table
    assert refused(replace, AssociationId=association, RouteTableId=other) == "InvalidParameterValue"
    assert refused(associate, RouteTableId=other, SubnetId=subnet) == "InvalidParameterValue"
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ec2.delete_vpc(VpcId=vpc)


def test_network_acls_refuse_what_is_not_there_and_what_is_no_block(aws, vpc, refused):
    acl = aws.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"][0]
    about = {"NetworkAclId": acl["NetworkAclId"], "Egress": False, "RuleNumber": 90}
    rule = {"Protocol": "-1", "RuleAction": "allow"}
    assert refused(aws.ec2.delete_network_acl_entry, **about) == "InvalidNetworkAclEntry.NotFound"
    assert refused(aws.ec2.replace_network_acl_entry, **about, **rule, CidrBlock="0.0.0.0/0") == (
        "InvalidNetworkAclEntry.NotFound"
    )
    create = aws.ec2.create_network_acl_entry
    for block in ("us-east-1a", "10.0.0.0/33"):
        assert refused(create, **about, **rule, CidrBlock=block) == "InvalidParameterValue"
    assert refused(create, **about, **rule) == "MissingParameter"
    replace = aws.ec2.replace_network_acl_association
    assert refused(replace, AssociationId="aclassoc-0", NetworkAclId=acl["NetworkAclId"]) == (
        "InvalidAssociationID.NotFound"
    )


def test_an_endpoint_needs_a_service_and_a_block_needs_addresses(aws, vpc, subnet, refused):
    assert refused(aws.ec2.create_vpc_endpoint, VpcId=vpc) == "MissingParameter"
    assert refused(aws.ec2.associate_vpc_cidr_block, VpcId=vpc) == "MissingParameter"
    before = aws.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"]
    request = {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.ecr.api", "VpcEndpointType": "Interface"}
    assert refused(aws.ec2.create_vpc_endpoint, **request, SubnetIds=[subnet, "subnet-0"]) == (
        "InvalidSubnetID.NotFound"
    )
    assert aws.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"] == before


def test_an_endpoint_that_is_deleted_already_stops_no_other(aws, vpc):
    """moto fails at the second, when the first is deleted already: the journal would not know of that."""
    table = aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ids = [
        aws.ec2.create_vpc_endpoint(
            VpcId=vpc, ServiceName=f"com.amazonaws.us-east-1.{name}", RouteTableIds=[table]
        )["VpcEndpoint"]["VpcEndpointId"]
        for name in ("s3", "dynamodb")
    ]  # fmt: skip
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=ids[1:])
    aws.ec2.delete_vpc_endpoints(VpcEndpointIds=ids)
    assert {each["State"] for each in aws.ec2.describe_vpc_endpoints()["VpcEndpoints"]} <= {"deleted"}


def test_a_health_check_asks_at_a_port(aws, vpc, refused):
    elbv2 = aws.client("elbv2")
    request = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    assert (
        refused(elbv2.create_target_group, Name="a", HealthCheckPort="http", **request) == "ValidationError"
    )
    group = elbv2.create_target_group(Name="b", HealthCheckPort="8080", **request)["TargetGroups"][0]
    arn = group["TargetGroupArn"]
    assert refused(elbv2.modify_target_group, TargetGroupArn=arn, HealthCheckPort="0") == "ValidationError"
    elbv2.modify_target_group(TargetGroupArn=arn, HealthCheckPort="traffic-port")


def test_a_parameter_that_was_only_looked_for_spoils_no_list(aws, refused):
    ssm = aws.client("ssm")
    assert refused(ssm.label_parameter_version, Name="/none", Labels=["a"]) == "ParameterNotFound"
    assert ssm.describe_parameters()["Parameters"] == []
    assert refused(ssm.get_parameter, Name="/none") == "ParameterNotFound"


def test_a_tag_without_a_key_is_refused(aws, refused):
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="a", SecretString="x")
    assert refused(secrets.tag_resource, SecretId="a", Tags=[{"Value": "x"}]) == "ValidationException"
    assert refused(secrets.create_secret, Name="b", Tags=[{"Value": "x"}]) == "ValidationException"
    assert [secret["Name"] for secret in secrets.list_secrets()["SecretList"]] == ["a"]


def test_no_answer_holds_what_xml_cannot(aws, refused):
    assert refused(aws.iam.get_role, RoleName="\x00") == "MalformedInput"
    assert refused(aws.ec2.describe_vpcs, VpcIds=["a\x1b[31m"]) == "MalformedInput"
    assert refused(aws.client("route53").list_hosted_zones_by_name, DNSName="\x00") == "MalformedInput"
    assert refused(aws.client("route53").get_change, Id="\x00") == "MalformedInput"


@pytest.mark.parametrize("marker", ["web", "é"])
def test_a_marker_that_nobody_gave_is_refused(aws, refused, marker):
    assert refused(aws.iam.list_policies, Marker=marker) == "ValidationError"
    assert refused(aws.client("elbv2").describe_rules, Marker=marker, ListenerArn="x")
    aws.iam.list_policies(MaxItems=1)


def test_the_caller_is_shown_as_the_same_root_each_time(aws):
    users = [aws.iam.get_user()["User"] for _ in range(2)]
    assert users[0] == users[1]
    assert users[0]["Arn"] == aws.client("sts").get_caller_identity()["Arn"]


def test_a_bucket_belongs_to_one_sandbox(aws, tmp_path):
    for sandbox in (aws, Aws(in_process.start(tmp_path / "other", seed=2)), aws):
        s3 = sandbox.client("s3")
        if sandbox is not aws or not s3.list_buckets()["Buckets"]:
            s3.create_bucket(Bucket="site")
        s3.put_object(Bucket="site", Key="a", Body=b"hello")
        assert s3.get_object(Bucket="site", Key="a")["Body"].read() == b"hello"


def test_a_receiver_of_an_empty_queue_is_answered_at_once(aws):
    """moto waits for a clock that does not move while a call is answered."""
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="work", Attributes={"ReceiveMessageWaitTimeSeconds": "20"})["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    assert sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"][0]["Body"] == "hello"
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    aws.endpoint.control("advance", seconds=31)
    (again,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])


def test_a_key_that_is_not_enabled_encrypts_nothing(aws, refused):
    kms = aws.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    secret = kms.encrypt(KeyId=arn, Plaintext=b"hello")["CiphertextBlob"]
    kms.disable_key(KeyId=arn)
    assert refused(kms.encrypt, KeyId=arn, Plaintext=b"hello") == "DisabledException"
    assert refused(kms.decrypt, CiphertextBlob=secret) == "DisabledException"
    assert refused(kms.cancel_key_deletion, KeyId=arn) == "KMSInvalidStateException"
    assert refused(kms.schedule_key_deletion, KeyId=arn, PendingWindowInDays=5) == "ValidationException"
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert refused(kms.enable_key, KeyId=arn) == "KMSInvalidStateException"
    assert refused(kms.generate_data_key, KeyId=arn, KeySpec="AES_256") == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=arn)
    kms.enable_key(KeyId=arn)
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"hello"


def test_what_a_key_encrypted_is_read_after_a_restart(aws):
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"hello")["CiphertextBlob"]
    sandbox = aws.endpoint.transport.sandbox
    sandbox.account.rebuild(sandbox.clock.now)
    assert kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"hello"
