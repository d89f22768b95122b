"""What Terraform's AWS provider and the CDK read of a resource after they made it, or looked it up.

The reads are those of the provider's `resource…Read` functions (github.com/hashicorp/terraform-provider-aws,
internal/service) and of the CDK's context providers.
"""

import json

import pytest
from aws_client import Aws
from botocore import xform_name
from botocore.exceptions import ClientError

from ecslab.sandbox import in_process

BUCKET, KEY, VPC = {"Bucket": "tools"}, {"KeyId": "alias/tools"}, {"Filters": [
    {"Name": "vpc-id", "Values": ["$vpc"]}
]}  # fmt: skip
QUEUE, ROLE, ZONE = {"QueueUrl": "$queue"}, {"RoleName": "tools"}, {"Id": "$zone"}
READS = {
    # resource: reads, and with what; `=` names the error that AWS answers where there is none
    "aws_s3_bucket": [
        ("s3", BUCKET, "HeadBucket GetBucketLocation GetBucketAcl GetBucketVersioning GetBucketLogging "
                       "GetBucketAccelerateConfiguration GetBucketRequestPayment GetBucketEncryption "
                       "GetBucketPolicy=NoSuchBucketPolicy GetBucketCors=NoSuchCORSConfiguration "
                       "GetBucketWebsite=NoSuchWebsiteConfiguration GetBucketTagging=NoSuchTagSet "
                       "GetBucketLifecycleConfiguration=NoSuchLifecycleConfiguration "
                       "GetBucketReplication=ReplicationConfigurationNotFoundError "
                       "GetObjectLockConfiguration=ObjectLockConfigurationNotFoundError"),
    ],
    "aws_s3_bucket_public_access_block and others": [
        ("s3", BUCKET, "GetPublicAccessBlock GetBucketOwnershipControls GetBucketNotificationConfiguration "
                       "GetBucketPolicyStatus=NoSuchBucketPolicy"),
    ],
    "aws_kms_key": [
        ("kms", {"KeyId": "$key"}, "DescribeKey EnableKeyRotation GetKeyRotationStatus ListResourceTags"),
        ("kms", {"KeyId": "$key", "PolicyName": "default"}, "GetKeyPolicy"),
    ],
    "aws_ecr_repository": [
        ("ecr", {"repositoryNames": ["tools"]}, "DescribeRepositories"),
        ("ecr", {"resourceArn": "$repository"}, "ListTagsForResource"),
        ("ecr", {"repositoryName": "tools"}, "GetLifecyclePolicy=LifecyclePolicyNotFoundException "
                                             "GetRepositoryPolicy=RepositoryPolicyNotFoundException"),
        ("ecr", {}, "GetRegistryPolicy=RegistryPolicyNotFoundException GetRegistryScanningConfiguration "
                    "DescribeRegistry"),
    ],
    "aws_vpc": [
        ("ec2", {"VpcIds": ["$vpc"]}, "DescribeVpcs"),
        ("ec2", VPC, "DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups"),
        *(("ec2", {"VpcId": "$vpc", "Attribute": name}, "DescribeVpcAttribute")
          for name in ("enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics")),
    ],
    "Vpc.fromLookup of the CDK": [
        ("ec2", VPC, "DescribeVpcs DescribeSubnets DescribeRouteTables"),
        ("ec2", {"Filters": [{"Name": "attachment.vpc-id", "Values": ["$vpc"]}]}, "DescribeVpnGateways"),
        ("ec2", {}, "DescribeAvailabilityZones"),
    ],
    "aws_iam_role": [
        ("iam", ROLE, "GetRole ListRolePolicies ListAttachedRolePolicies ListRoleTags "
                      "ListInstanceProfilesForRole"),
    ],
    "aws_cloudwatch_log_group": [
        ("logs", {"logGroupNamePrefix": "/tools"}, "DescribeLogGroups"),
        ("logs", {"resourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:/tools"},
         "ListTagsForResource"),
    ],
    "aws_ecs_service": [
        ("ecs", {"clusters": ["tools"], "include": ["TAGS", "CONFIGURATIONS", "SETTINGS"]},
         "DescribeClusters"),
        ("ecs", {"taskDefinition": "tools", "include": ["TAGS"]}, "DescribeTaskDefinition"),
        ("ecs", {"cluster": "tools", "services": ["tools"], "include": ["TAGS"]}, "DescribeServices"),
        ("ecs", {"resourceArn": "$cluster"}, "ListTagsForResource"),
    ],
    "aws_lb": [
        ("elbv2", {"LoadBalancerArns": ["$balancer"]}, "DescribeLoadBalancers"),
        ("elbv2", {"LoadBalancerArn": "$balancer"},
         "DescribeLoadBalancerAttributes DescribeCapacityReservation"),
        ("elbv2", {"ResourceArns": ["$balancer"]}, "DescribeTags"),
        ("ec2", {"Filters": [{"Name": "description", "Values": ["ELB app/tools"]}]},
         "DescribeNetworkInterfaces"),
    ],
    "aws_lb_target_group": [
        ("elbv2", {"TargetGroupArns": ["$targets"]}, "DescribeTargetGroups"),
        ("elbv2", {"TargetGroupArn": "$targets"}, "DescribeTargetGroupAttributes DescribeTargetHealth"),
    ],
    "aws_lb_listener": [
        ("elbv2", {"ListenerArns": ["$listener"]}, "DescribeListeners"),
        ("elbv2", {"ListenerArn": "$listener"}, "DescribeListenerAttributes DescribeRules"),
    ],
    "aws_sqs_queue": [
        ("sqs", QUEUE | {"AttributeNames": ["All"]}, "GetQueueAttributes"), ("sqs", QUEUE, "ListQueueTags"),
    ],
    "aws_route53_zone": [
        ("route53", ZONE, "GetHostedZone"), ("route53", {"HostedZoneId": "$zone"}, "ListResourceRecordSets"),
        ("route53", {"ResourceType": "hostedzone", "ResourceId": "$zone"}, "ListTagsForResource"),
    ],
    "aws_appautoscaling_target": [
        ("application-autoscaling", {"ServiceNamespace": "ecs"}, "DescribeScalableTargets"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Aws(in_process.start(tmp_path_factory.mktemp("home"), seed=1))


@pytest.fixture(scope="module")
def names(aws):
    """One of each resource, by the symbols of the table."""
    ec2, elbv2, ecs = aws.client("ec2"), aws.client("elbv2"), aws.client("ecs")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][:2]]  # fmt: skip
    aws.client("s3").create_bucket(Bucket="tools")
    aws.client("logs").create_log_group(logGroupName="/tools")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]}  # fmt: skip
    aws.client("iam").create_role(RoleName="tools", AssumeRolePolicyDocument=json.dumps(trust))
    cluster = ecs.create_cluster(clusterName="tools")["cluster"]["clusterArn"]
    ecs.register_task_definition(
        family="tools", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "web", "image": "public.ecr.aws/docker/library/httpd:2.4"}],
    )  # fmt: skip
    ecs.create_service(
        cluster="tools", serviceName="tools", taskDefinition="tools", desiredCount=0, launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}},
    )  # fmt: skip
    (created,) = elbv2.create_load_balancer(Name="tools", Subnets=subnets)["LoadBalancers"]
    balancer = created["LoadBalancerArn"]
    targets = elbv2.create_target_group(
        Name="tools", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )["Listeners"][0]["ListenerArn"]  # fmt: skip
    zone = aws.client("route53").create_hosted_zone(
        Name="tools.internal", CallerReference="1", VPC={"VPCRegion": "us-east-1", "VPCId": vpc}
    )["HostedZone"]["Id"]  # fmt: skip
    return {
        "$vpc": vpc, "$cluster": cluster, "$balancer": balancer, "$targets": targets, "$listener": listener,
        "$key": aws.client("kms").create_key()["KeyMetadata"]["KeyId"],
        "$queue": aws.client("sqs").create_queue(QueueName="tools")["QueueUrl"],
        "$repository": aws.client("ecr").create_repository(
            repositoryName="tools")["repository"]["repositoryArn"],
        "$zone": zone.rpartition("/")[2],
    }  # fmt: skip


def answer(aws, names, service, operation, members):
    """What a read answers, or the code of its refusal."""
    text = json.dumps(members)
    for name, value in names.items():
        text = text.replace(f'"{name}"', json.dumps(value))
    try:
        response = getattr(aws.client(service), xform_name(operation))(**json.loads(text))
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("resource", READS)
def test_what_tools_read_is_answered(aws, names, resource):
    for service, members, reads in READS[resource]:
        for read in reads.split():
            operation, _, error = read.partition("=")
            reply = answer(aws, names, service, operation, members)
            assert reply == error if error else isinstance(reply, dict), f"{operation}: {reply}"


@pytest.mark.parametrize("read", [read for _, _, reads in READS["aws_s3_bucket"] for read in reads.split()])
def test_a_setting_that_nobody_made(aws, names, read):
    """The bucket is looked for, whatever would be said of it."""
    reply = answer(aws, names, "s3", read.partition("=")[0], {"Bucket": "nobodys"})
    assert reply in ("NoSuchBucket", "404")


def test_the_settings_of_a_new_bucket_are_awss(aws, names):
    def bucket_setting(operation):
        return answer(aws, names, "s3", operation, BUCKET)

    assert set(bucket_setting("GetPublicAccessBlock")["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket_setting("GetBucketOwnershipControls")["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "BucketOwnerEnforced"}
    ]
    (rule,) = bucket_setting("GetBucketEncryption")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert bucket_setting("GetBucketLogging") == bucket_setting("GetBucketAccelerateConfiguration") == {}


def test_a_key_is_rotated_in_a_year(aws, names):
    kms, key = aws.client("kms"), {"KeyId": names["$key"]}
    kms.enable_key_rotation(**key)
    rotation = kms.get_key_rotation_status(**key)
    assert (rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]) == (True, 365)
    kms.disable_key_rotation(**key)
    assert kms.get_key_rotation_status(**key)["KeyRotationEnabled"] is False


def test_a_bucket_s_policy_is_kept_and_not_judged(aws):
    """As CDK makes it: plain HTTP is denied. Here everybody speaks plain HTTP."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="encrypted")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::encrypted/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket="encrypted", Policy=policy)
    s3.put_object(Bucket="encrypted", Key="page", Body=b"hello")
    assert s3.get_object(Bucket="encrypted", Key="page")["Body"].read() == b"hello"
    assert json.loads(s3.get_bucket_policy(Bucket="encrypted")["Policy"])["Statement"] == [deny]
