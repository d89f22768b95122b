"""Cloud Map: namespaces, services and instances, and who is answered to whom."""

import pytest
from discovery_rig import NAME, Discovering, refusal

from ecslab.sandbox import in_process


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    return Discovering(in_process.start(tmp_path_factory.mktemp("home"), seed=8)).arranged()


def records(*kinds):
    return {"DnsConfig": {"DnsRecords": [{"Type": kind, "TTL": 1} for kind in kinds]}}


@pytest.fixture
def service(aws, request):
    return aws.discovery(f"s-{len(request.node.name)}-{request.node.name[5:30].replace(chr(95), chr(45))}x")


def test_a_private_namespace_has_a_zone_that_cloud_map_alone_changes(aws):
    namespace = aws.cloud_map.get_namespace(Id=aws.namespace)["Namespace"]
    assert (namespace["Name"], namespace["Type"]) == (NAME, "DNS_PRIVATE")
    assert namespace["ResourceOwner"] == "123456789012"
    zone = namespace["Properties"]["DnsProperties"]["HostedZoneId"]
    known = aws.zones.get_hosted_zone(Id=zone)
    assert known["HostedZone"]["Name"] == f"{NAME}." and known["VPCs"][0]["VPCId"] == aws.vpc
    managed = f"AccessDenied: The resource hostedzone/{zone} can only be managed through AWS Cloud Map "
    assert refusal(aws.zones.delete_hosted_zone, Id=zone) == f"{managed}({namespace['Arn']})"
    record = {"Name": f"x.{NAME}", "Type": "A", "TTL": 1, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    assert refusal(aws.zones.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=batch) == (
        f"{managed}({namespace['Arn']})"
    )


def test_instances_are_records_of_the_zone(aws):
    both = aws.discovery("both", "A", "SRV", ttl=30)
    aws.instance(both, "one", "10.0.0.1", AWS_INSTANCE_PORT="8080")
    zone = aws.cloud_map.get_namespace(Id=aws.namespace)["Namespace"]["Properties"]["DnsProperties"]
    sets = aws.zones.list_resource_record_sets(HostedZoneId=zone["HostedZoneId"])["ResourceRecordSets"]
    named = {(each["Name"], each["Type"]): each for each in sets}
    assert named[f"both.{NAME}.", "A"]["ResourceRecords"] == [{"Value": "10.0.0.1"}]
    srv = named[f"both.{NAME}.", "SRV"]
    assert srv["ResourceRecords"] == [{"Value": f"1 1 8080 one.both.{NAME}"}]
    assert (srv["MultiValueAnswer"], srv["SetIdentifier"], srv["TTL"]) == (True, "one", 30)
    assert aws.resolved(f"one.both.{NAME}") == ["10.0.0.1"]
    aws.done(aws.cloud_map.deregister_instance(ServiceId=both["Id"], InstanceId="one"))
    sets = aws.zones.list_resource_record_sets(HostedZoneId=zone["HostedZoneId"])["ResourceRecordSets"]
    assert not [each for each in sets if f"both.{NAME}" in each["Name"]]


def test_at_most_eight_answer_and_the_unhealthy_only_where_all_are(aws):
    many = aws.discovery("many", ttl=0, HealthCheckCustomConfig={})
    addresses = [f"10.0.1.{number}" for number in range(12)]
    for number, address in enumerate(addresses):
        aws.instance(many, f"i{number}", address)
    answers = [aws.resolved(f"many.{NAME}")]
    aws.pass_time(1)
    answers.append(aws.resolved(f"many.{NAME}"))
    assert all(len(each) == 8 and set(each) <= set(addresses) for each in answers)
    assert answers[0] != answers[1], "others at another moment"
    tell = aws.cloud_map.update_instance_custom_health_status
    for number in range(1, 12):
        tell(ServiceId=many["Id"], InstanceId=f"i{number}", Status="UNHEALTHY")
    aws.pass_time(29)
    assert len(aws.resolved(f"many.{NAME}")) == 8, "Cloud Map waits"
    aws.pass_time(2)
    assert aws.resolved(f"many.{NAME}") == ["10.0.1.0"]
    instances = aws.cloud_map.discover_instances(NamespaceName=NAME, ServiceName="many")["Instances"]
    assert [(each["InstanceId"], each["HealthStatus"]) for each in instances] == [("i0", "HEALTHY")]
    tell(ServiceId=many["Id"], InstanceId="i0", Status="UNHEALTHY")
    aws.pass_time(31)
    assert len(aws.resolved(f"many.{NAME}")) == 8, "all are unhealthy"


def test_a_weighted_service_answers_with_one(aws):
    dns = {"RoutingPolicy": "WEIGHTED", "DnsRecords": [{"Type": "A", "TTL": 0}]}
    weighted = aws.discovery("weighted", DnsConfig=dns)
    for number in range(3):
        aws.instance(weighted, f"i{number}", f"10.0.2.{number}")
    assert len(aws.resolved(f"weighted.{NAME}")) == 1


def test_a_resolver_remembers_an_answer_for_its_ttl_and_that_there_is_none(aws):
    short = aws.discovery("short", ttl=20)
    assert aws.resolved(f"short.{NAME}") == []
    aws.instance(short, "one", "10.0.3.1")
    assert aws.resolved(f"short.{NAME}") == [], "what is not there is remembered too"
    aws.pass_time(15)
    assert aws.resolved(f"short.{NAME}") == ["10.0.3.1"]
    aws.done(aws.cloud_map.deregister_instance(ServiceId=short["Id"], InstanceId="one"))
    assert aws.resolved(f"short.{NAME}") == ["10.0.3.1"], "stale"
    aws.pass_time(20)
    assert aws.resolved(f"short.{NAME}") == []


def test_discovery_by_attributes_and_health(aws):
    discovery = aws.discovery("found", HealthCheckCustomConfig={})
    aws.instance(discovery, "a", "10.0.4.1", stage="test", color="blue")
    aws.instance(discovery, "b", "10.0.4.2", stage="test", AWS_INIT_HEALTH_STATUS="UNHEALTHY")

    def ids(**more):
        answer = aws.cloud_map.discover_instances(NamespaceName=NAME, ServiceName="found", **more)
        return [each["InstanceId"] for each in answer["Instances"]]

    assert ids() == ["a"] and ids(HealthStatus="HEALTHY") == ["a"]
    assert ids(HealthStatus="UNHEALTHY") == ["b"] and ids(HealthStatus="ALL") == ["a", "b"]
    assert ids(HealthStatus="ALL", MaxResults=1) == ["a"]
    assert ids(HealthStatus="ALL", QueryParameters={"color": "blue"}) == ["a"]
    assert ids(QueryParameters={"color": "red"}) == []
    assert ids(HealthStatus="ALL", OptionalParameters={"color": "blue"}) == ["a"]
    assert ids(HealthStatus="ALL", OptionalParameters={"color": "red"}) == ["a", "b"]
    revision = {"NamespaceName": NAME, "ServiceName": "found"}
    before = aws.cloud_map.discover_instances_revision(**revision)["InstancesRevision"]
    aws.instance(discovery, "a", "10.0.4.9", stage="production")
    assert aws.cloud_map.discover_instances_revision(**revision)["InstancesRevision"] == before + 1
    instance = aws.cloud_map.get_instance(ServiceId=discovery["Id"], InstanceId="a")["Instance"]
    assert instance["Attributes"] == {
        "AWS_INSTANCE_IPV4": "10.0.4.9", "stage": "production",
    }  # fmt: skip
    health = aws.cloud_map.get_instances_health_status(ServiceId=discovery["Id"])["Status"]
    assert health == {"a": "HEALTHY", "b": "UNHEALTHY"}


def test_a_service_without_a_check_knows_no_health(aws, service):
    aws.instance(service, "one", "10.0.5.1")
    health = aws.cloud_map.get_instances_health_status(ServiceId=service["Id"], Instances=["one"])["Status"]
    assert health == {"one": "UNKNOWN"}
    tell = {"ServiceId": service["Id"], "InstanceId": "one", "Status": "HEALTHY"}
    message = refusal(aws.cloud_map.update_instance_custom_health_status, **tell)
    assert message.startswith("CustomHealthNotFound")


def test_an_http_namespace_is_found_by_the_api_alone(aws):
    namespace = aws.done(aws.cloud_map.create_http_namespace(Name="shop", Description="d"))["NAMESPACE"]
    created = aws.cloud_map.create_service(Name="api", NamespaceId=namespace)["Service"]
    assert created["Type"] == "HTTP" and "DnsConfig" not in created
    instance = {"InstanceId": "x", "Attributes": {"at": "here"}}
    aws.done(aws.cloud_map.register_instance(ServiceId=created["Id"], **instance))
    (instance,) = aws.cloud_map.discover_instances(NamespaceName="shop", ServiceName="api")["Instances"]
    assert (instance["InstanceId"], instance["Attributes"]) == ("x", {"at": "here"})
    assert aws.resolved("api.shop") == []
    dns = {"DnsRecords": [{"Type": "A", "TTL": 1}]}
    assert refusal(aws.cloud_map.create_service, Name="dns", NamespaceId=namespace, DnsConfig=dns) == (
        "InvalidInput: When you specify an HTTP service, you can't include a DnsConfig element."
    )


def test_what_is_in_use_is_not_deleted(aws):
    space = aws.made_namespace("used.local")
    used = aws.discovery("used", NamespaceId=space)
    aws.instance(used, "one", "10.0.6.1")
    assert refusal(aws.cloud_map.delete_service, Id=used["Id"]) == (
        "ResourceInUse: Service contains registered instances; delete the instances before deleting the "
        "service"
    )
    assert refusal(aws.cloud_map.delete_namespace, Id=space).startswith("ResourceInUse: Namespace contains")
    aws.done(aws.cloud_map.deregister_instance(ServiceId=used["Id"], InstanceId="one"))
    aws.cloud_map.delete_service(Id=used["Id"])
    aws.done(aws.cloud_map.delete_namespace(Id=space))
    assert refusal(aws.cloud_map.get_namespace, Id=space).startswith("NamespaceNotFound")
    assert "used.local." not in [zone["Name"] for zone in aws.zones.list_hosted_zones()["HostedZones"]]


def test_a_namespace_that_route_53_would_not_make(aws):
    aws.zone("taken.local")
    aws.done(aws.cloud_map.create_private_dns_namespace(Name="taken.local", Vpc=aws.vpc), "FAIL")
    assert aws.last_operation["ErrorCode"] == "CANNOT_CREATE_HOSTED_ZONE"
    assert f"The VPC {aws.vpc} in region us-east-1 has already been associated with the hosted zone " in (
        aws.last_operation["ErrorMessage"]
    )
    aws.done(aws.cloud_map.create_private_dns_namespace(Name="far.local", Vpc="vpc-12345678"), "FAIL")
    assert "InvalidVPCId" in aws.last_operation["ErrorMessage"]
    again = refusal(aws.cloud_map.create_private_dns_namespace, Name=NAME, Vpc=aws.vpc)
    assert again.startswith("NamespaceAlreadyExists")


@pytest.mark.parametrize(
    ("records", "attributes", "message"),
    [
        (["A"], {}, "The attribute AWS_INSTANCE_IPV4 is required for a service with A records."),
        (["SRV"], {"AWS_INSTANCE_IPV4": "10.0.0.1"}, "The attribute AWS_INSTANCE_PORT is required"),
        (["A"], {"AWS_INSTANCE_IPV4": "10.0.0.256"}, "The value of AWS_INSTANCE_IPV4 is no IPv4 address."),
        (["A"], {"AWS_INSTANCE_IPV4": "10.0.0.1", "AWS_INSTANCE_PORT": "0"}, "The value of"),
        (["A"], {"AWS_INSTANCE_IPV4": "10.0.0.1", "AWS_INIT_HEALTH_STATUS": "HEALTHY"},
         "AWS_INIT_HEALTH_STATUS requires a service with HealthCheckCustomConfig."),
        (["A"], {"AWS_ALIAS_DNS_NAME": "x"}, "This sandbox does not carry the attribute AWS_ALIAS_DNS_NAME"),
    ],
)  # fmt: skip
def test_instances_that_no_record_can_be_made_of(aws, records, attributes, message):
    service = aws.discovery("refuses", *records)
    request = {"ServiceId": service["Id"], "InstanceId": "one", "Attributes": attributes}
    assert refusal(aws.cloud_map.register_instance, **request).startswith(f"InvalidInput: {message}")
    aws.cloud_map.delete_service(Id=service["Id"])


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"NamespaceId": "ns-none"}, "NamespaceNotFound: The namespace ns-none was not found."),
        ({"Name": "-"}, "InvalidInput: 1 validation error detected: Value '-' at 'name' failed"),
        (records("CNAME"), "InvalidInput: This sandbox does not carry CNAME records of Cloud Map's services"),
        (records("A", "A"), "InvalidInput: A service can have one A record."),
        (records(), "InvalidInput: A DnsConfig element has at least one record."),
        ({"HealthCheckConfig": {"Type": "HTTP"}},
         "InvalidInput: This sandbox does not carry health checks of Route 53 yet."),
        ({"Type": "HTTP"},
         "InvalidInput: When you specify an HTTP service, you can't include a DnsConfig element."),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "TooManyTagsException: A resource"),
    ],
)  # fmt: skip
def test_services_that_are_refused(aws, members, message):
    request = {"Name": "ok", "NamespaceId": aws.namespace, **records("A")}
    before = aws.cloud_map.list_services()["Services"]
    assert refusal(aws.cloud_map.create_service, **request | members).startswith(message)
    assert aws.cloud_map.list_services()["Services"] == before


def test_a_name_is_given_once(aws, service):
    again = {"Name": service["Name"].upper(), "NamespaceId": aws.namespace}
    assert refusal(aws.cloud_map.create_service, **again) == "ServiceAlreadyExists: Service already exists."


def test_ttl_and_description_change(aws, service):
    change = {"Description": "new", "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 5}]}}
    aws.done(aws.cloud_map.update_service(Id=service["Id"], Service=change))
    described = aws.cloud_map.get_service(Id=service["Arn"])["Service"]
    assert (described["Description"], described["DnsConfig"]["DnsRecords"][0]["TTL"]) == ("new", 5)
    srv = {"DnsConfig": {"DnsRecords": [{"Type": "SRV", "TTL": 5}]}}
    changed = refusal(aws.cloud_map.update_service, Id=service["Id"], Service=srv)
    assert changed == "InvalidInput: The types of a service's DNS records can't be changed."
    update = {"Description": "mine", "Properties": {"DnsProperties": {"SOA": {"TTL": 7}}}}
    aws.done(aws.cloud_map.update_private_dns_namespace(Id=aws.namespace, Namespace=update))
    described = aws.cloud_map.get_namespace(Id=aws.namespace)["Namespace"]
    assert (described["Description"], described["Properties"]["DnsProperties"]["SOA"]) == ("mine", {"TTL": 7})
    assert refusal(
        aws.cloud_map.update_http_namespace, Id=aws.namespace, Namespace={"Description": "x"}
    ).startswith("InvalidInput: The namespace ")


def test_lists_have_filters_and_pages(aws, service):
    cloud_map = aws.cloud_map

    def names(*filters):
        return {each["Name"] for each in cloud_map.list_namespaces(Filters=list(filters))["Namespaces"]}

    assert names({"Name": "TYPE", "Values": ["HTTP"]}) <= {"shop"}
    assert names({"Name": "NAME", "Values": [NAME, "x"], "Condition": "IN"}) == {NAME}
    assert names({"Name": "NAME", "Values": ["corp"], "Condition": "BEGINS_WITH"}) == {NAME}
    in_namespace = {"Name": "NAMESPACE_ID", "Values": [aws.namespace]}
    listed = cloud_map.list_services(Filters=[in_namespace])["Services"]
    assert service["Id"] in [each["Id"] for each in listed]
    first = cloud_map.list_services(Filters=[in_namespace], MaxResults=1)
    second = cloud_map.list_services(Filters=[in_namespace], MaxResults=1, NextToken=first["NextToken"])
    assert [first["Services"][0]["Id"], second["Services"][0]["Id"]] == [each["Id"] for each in listed[:2]]
    of_creation = {"Name": "TYPE", "Values": ["CREATE_NAMESPACE"]}
    [creation] = cloud_map.list_operations(Filters=[of_creation, in_namespace])["Operations"]
    assert creation["Status"] == "SUCCESS"
    when = {"Name": "UPDATE_DATE", "Values": ["0", "1"], "Condition": "BETWEEN"}
    assert cloud_map.list_operations(Filters=[when])["Operations"] == []
    assert refusal(cloud_map.list_services, NextToken="x") == "InvalidInput: The NextToken value is invalid."
    assert refusal(cloud_map.get_operation, OperationId="x").startswith("OperationNotFound")


def test_tags(aws, service):
    cloud_map, arn = aws.cloud_map, service["Arn"]
    cloud_map.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    cloud_map.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert refusal(cloud_map.list_tags_for_resource, ResourceARN=f"{arn}x").startswith("ResourceNotFound")


def test_public_namespaces_are_refused_in_one_sentence(aws):
    assert refusal(aws.cloud_map.create_public_dns_namespace, Name="example.com") == (
        "UnknownOperationException: This sandbox does not carry servicediscovery:CreatePublicDnsNamespace: "
        "of servicediscovery it carries what is for private namespaces, by which tasks find services."
    )


def test_what_a_namespace_is_made_with(aws):
    more = {"CreatorRequestId": "mine", "Description": "d", "Tags": [{"Key": "k", "Value": "v"}]}
    soa = {"DnsProperties": {"SOA": {"TTL": 44}}}
    namespace = aws.made_namespace("made.local", Properties=soa, **more)
    http = aws.done(aws.cloud_map.create_http_namespace(Name="made", **more))["NAMESPACE"]
    for each in (namespace, http):
        described = aws.cloud_map.get_namespace(Id=each)["Namespace"]
        assert (described["CreatorRequestId"], described["Description"]) == ("mine", "d")
        assert aws.cloud_map.list_tags_for_resource(ResourceARN=described["Arn"])["Tags"] == more["Tags"]
    properties = aws.cloud_map.get_namespace(Id=namespace)["Namespace"]["Properties"]
    assert properties["DnsProperties"]["SOA"] == {"TTL": 44}


def test_what_a_service_is_made_with(aws):
    more = {"CreatorRequestId": "mine", "Description": "d", "Tags": [{"Key": "k", "Value": "v"}]}
    dns = {"NamespaceId": aws.namespace, "DnsRecords": [{"Type": "SRV", "TTL": 9}]}  # the older place for it
    created = aws.cloud_map.create_service(
        Name="whole", DnsConfig=dns, HealthCheckCustomConfig={"FailureThreshold": 3}, **more
    )["Service"]
    assert (created["CreatorRequestId"], created["Description"], created["Type"]) == ("mine", "d", "DNS_HTTP")
    assert created["DnsConfig"] == {**dns, "RoutingPolicy": "MULTIVALUE"}
    assert created["HealthCheckCustomConfig"] == {"FailureThreshold": 1}
    assert aws.cloud_map.list_tags_for_resource(ResourceARN=created["Arn"])["Tags"] == more["Tags"]


def test_lists_of_instances(aws, service):
    for name in ("a", "b", "c"):
        register = {"ServiceId": service["Id"], "InstanceId": name, "CreatorRequestId": f"of-{name}"}
        aws.done(aws.cloud_map.register_instance(**register, Attributes={"AWS_INSTANCE_IPV4": "10.0.7.1"}))
    instance = aws.cloud_map.get_instance(ServiceId=service["Id"], InstanceId="b")["Instance"]
    assert instance["CreatorRequestId"] == "of-b"
    assert instance["Attributes"] == {"AWS_INSTANCE_IPV4": "10.0.7.1"}
    first = aws.cloud_map.list_instances(ServiceId=service["Id"], MaxResults=2)
    rest = aws.cloud_map.list_instances(ServiceId=service["Id"], NextToken=first["NextToken"])
    assert [each["Id"] for each in first["Instances"] + rest["Instances"]] == ["a", "b", "c"]
    health = aws.cloud_map.get_instances_health_status
    first = health(ServiceId=service["Id"], Instances=["c", "a"], MaxResults=1)
    rest = health(ServiceId=service["Id"], Instances=["c", "a"], NextToken=first["NextToken"])
    assert [*first["Status"], *rest["Status"]] == ["c", "a"]
    assert refusal(health, ServiceId=service["Id"], Instances=["x"]).startswith("InstanceNotFound")
    assert aws.cloud_map.get_service(Id=service["Id"])["Service"]["InstanceCount"] == 3
