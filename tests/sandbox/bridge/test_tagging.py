"""The tagging API says what every service says of its own resources, and changes what they say."""

import pytest
from aws_client import FAMILY, Aws

from ecslab.sandbox import in_process

OWNER = [{"Key": "owner", "Value": "me"}]


@pytest.fixture
def aws(tmp_path):
    return Aws(in_process.start(tmp_path, seed=1))


@pytest.fixture
def tagging(aws):
    return aws.client("resourcegroupstaggingapi")


@pytest.fixture
def arns_by_kind(aws):
    """One of everything, untagged, by its kind."""
    aws.prepare({"index.html": b"hello"})
    arns = dict(_of_ecs(aws)) | dict(_of_network(aws)) | dict(_of_stores(aws))
    arns["ecr:repository"] = aws.ecr.describe_repositories()["repositories"][0]["repositoryArn"]
    return arns


def _of_ecs(aws):
    yield "ecs:cluster", aws.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"][0]["clusterArn"]
    yield "ecs:task-definition", aws.ecs.list_task_definitions()["taskDefinitionArns"][0]
    yield "ecs:task", aws.run()
    subnet = aws.ec2.describe_subnets()["Subnets"][0]
    network = {"awsvpcConfiguration": {"subnets": [subnet["SubnetId"]]}}
    yield "ecs:service", aws.ecs.create_service(
        cluster="adgu-cluster", serviceName="web", taskDefinition=FAMILY, desiredCount=0,
        launchType="FARGATE", networkConfiguration=network,
    )["service"]["serviceArn"]  # fmt: skip


def _of_network(aws):
    vpc = aws.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    start = "arn:aws:ec2:us-east-1:123456789012:"
    yield "ec2:vpc", f"{start}vpc/{vpc}"
    group = aws.ec2.create_security_group(GroupName="tagged", Description="x", VpcId=vpc)["GroupId"]
    yield "ec2:security-group", f"{start}security-group/{group}"
    yield "ec2:elastic-ip", f"{start}elastic-ip/{aws.ec2.allocate_address(Domain='vpc')['AllocationId']}"
    elbv2 = aws.client("elbv2")
    target = elbv2.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    arn = target["TargetGroups"][0]["TargetGroupArn"]
    yield "elasticloadbalancing:targetgroup", arn
    zones = aws.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"][:2]
    balancer = elbv2.create_load_balancer(Name="web", Subnets=[zone["SubnetId"] for zone in zones])
    balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    yield "elasticloadbalancing:loadbalancer", balancer_arn
    yield "elasticloadbalancing:listener", elbv2.create_listener(
        LoadBalancerArn=balancer_arn, Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )["Listeners"][0]["ListenerArn"]  # fmt: skip


def _of_stores(aws):
    yield "logs:log-group", aws.logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
    secret = aws.client("secretsmanager").create_secret(Name="a", SecretString="x")
    yield "secretsmanager:secret", secret["ARN"]
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/web/color", Value="blue", Type="String")
    yield "ssm:parameter", ssm.get_parameter(Name="/web/color")["Parameter"]["ARN"]
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="work")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    yield "sqs:queue", attributes["QueueArn"]
    yield "kms:key", aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    aws.client("s3").create_bucket(Bucket="site")
    yield "s3:bucket", "arn:aws:s3:::site"
    zone = aws.client("route53").create_hosted_zone(Name="lab.internal", CallerReference="1")["HostedZone"]
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="high", Namespace="My", MetricName="load", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    yield "cloudwatch:alarm", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:high"
    yield "route53:hostedzone", f"arn:aws:route53:::hostedzone/{zone['Id'].rpartition('/')[2]}"


def tags_by_arn(tagging, **filters):
    mappings = tagging.get_resources(**filters)["ResourceTagMappingList"]
    return {each["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]} for each in mappings}


def test_all_that_is_held_takes_tags_shows_them_and_gives_them_back(aws, tagging, arns_by_kind):
    arns = list(arns_by_kind.values())
    assert tagging.tag_resources(ResourceARNList=arns, Tags={"owner": "me", "for": "web"})[
        "FailedResourcesMap"
    ] == {}  # fmt: skip
    sandbox = aws.endpoint.transport.sandbox
    sandbox.account.rebuild(sandbox.clock.now)
    by_owner = [{"Key": "owner", "Values": ["me"]}]
    assert tags_by_arn(tagging, TagFilters=by_owner).keys() == set(arns)
    for kind, arn in arns_by_kind.items():
        tags = tags_by_arn(tagging, ResourceTypeFilters=[kind], TagFilters=by_owner)
        assert tags[arn]["for"] == "web"
    assert {"owner", "for"} <= set(tagging.get_tag_keys()["TagKeys"])
    assert tagging.get_tag_values(Key="owner")["TagValues"] == ["me"]
    failed = tagging.untag_resources(ResourceARNList=arns, TagKeys=["owner", "for"])["FailedResourcesMap"]
    assert failed == {} and tags_by_arn(tagging, TagFilters=by_owner) == {}


def test_each_service_says_the_same(aws, tagging, arns_by_kind):
    tagging.tag_resources(ResourceARNList=list(arns_by_kind.values()), Tags={"owner": "me"})
    small = [{"key": "owner", "value": "me"}]
    for kind in ("cluster", "service", "task", "task-definition"):
        assert aws.ecs.list_tags_for_resource(resourceArn=arns_by_kind[f"ecs:{kind}"])["tags"] == small
    assert aws.ecr.list_tags_for_resource(resourceArn=arns_by_kind["ecr:repository"])["tags"] == OWNER
    group = arns_by_kind["ec2:security-group"].rpartition("/")[2]
    assert aws.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["Tags"] == OWNER
    targets = arns_by_kind["elasticloadbalancing:targetgroup"]
    tags = aws.client("elbv2").describe_tags(ResourceArns=[targets])["TagDescriptions"][0]["Tags"]
    assert tags == OWNER
    aws.ecs.untag_resource(resourceArn=arns_by_kind["ecs:cluster"], tagKeys=["owner"])
    aws.client("elbv2").remove_tags(ResourceArns=[targets], TagKeys=["owner"])
    tagged = tags_by_arn(tagging)
    assert (
        arns_by_kind["ecs:service"] in tagged
        and arns_by_kind["ecs:cluster"] not in tagged
        and targets not in tagged
    )


def test_what_is_not_there_fails_alone(tagging, arns_by_kind):
    strange = ["arn:aws:ecs:us-east-1:123456789012:cluster/none", "arn:aws:sns:us-east-1:123456789012:topic"]
    failed = tagging.tag_resources(
        ResourceARNList=[*strange, arns_by_kind["ecs:cluster"]], Tags={"owner": "me"}
    )["FailedResourcesMap"]  # fmt: skip
    assert failed.keys() == set(strange)
    assert {failure["ErrorCode"] for failure in failed.values()} == {"InvalidParameterException"}
    assert tags_by_arn(tagging)[arns_by_kind["ecs:cluster"]] == {"owner": "me"}
    failed = tagging.tag_resources(ResourceARNList=[arns_by_kind["ecs:cluster"]], Tags={"aws:x": "y"})
    assert arns_by_kind["ecs:cluster"] in failed["FailedResourcesMap"]


def test_pages_and_deleted_resources(aws, tagging):
    for number in range(5):
        aws.ecs.create_cluster(clusterName=f"c{number}", tags=[{"key": "n", "value": str(number)}])
    first = tagging.get_resources(ResourcesPerPage=3, ResourceTypeFilters=["ecs"])
    rest = tagging.get_resources(
        ResourcesPerPage=3, ResourceTypeFilters=["ecs"], PaginationToken=first["PaginationToken"]
    )
    assert [len(page["ResourceTagMappingList"]) for page in (first, rest)] == [3, 2]
    assert not rest.get("PaginationToken")
    aws.ecs.delete_cluster(cluster="c0")
    assert len(tags_by_arn(tagging, ResourceTypeFilters=["ecs:cluster"])) == 4
    with pytest.raises(tagging.exceptions.PaginationTokenExpiredException):
        tagging.get_resources(PaginationToken="é")
