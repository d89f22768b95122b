"""The guard of a real account on Cloud Map: namespaces and services are whose lab made them."""

import pytest

from ecslab import cleanup, cluster
from ecslab.connection.tags import owner_in
from ecslab.errors import NotOurs
from tests.connection.scripted_account import Stranger, lab_on

A = {"DnsRecords": [{"Type": "A", "TTL": 60}]}


@pytest.fixture
def mine(lab, tmp_path):
    made = lab_on(lab.place.endpoint, tmp_path / "mine")
    cluster.create(made)
    return made


def done(lab, begun):
    """The namespace's id, when its operation is over."""
    cloud_map = lab.client("servicediscovery")

    def operation():
        shown = cloud_map.get_operation(OperationId=begun["OperationId"])["Operation"]
        return shown if shown["Status"] == "SUCCESS" else None

    return lab.wait(operation, "the namespace")["Targets"]["NAMESPACE"]


def furnished(lab, name="corp.local"):
    """A private namespace of the lab's with a service and an instance in it, and an HTTP namespace."""
    cloud_map = lab.client("servicediscovery")
    vpc = lab.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    namespace = done(lab, cloud_map.create_private_dns_namespace(Name=name, Vpc=vpc))
    done(lab, cloud_map.create_http_namespace(Name="mesh"))
    service = cloud_map.create_service(Name="back", NamespaceId=namespace, DnsConfig=A)["Service"]
    cloud_map.register_instance(
        ServiceId=service["Id"], InstanceId="one", Attributes={"AWS_INSTANCE_IPV4": "10.0.0.1"}
    )
    lab.wait(lambda: cloud_map.list_instances(ServiceId=service["Id"])["Instances"], "the instance")
    return namespace, service


def test_what_a_lab_makes_is_tagged_ledgered_and_goes_in_its_order(mine):
    namespace, service = furnished(mine)
    cloud_map = mine.client("servicediscovery")
    for arn in (cloud_map.get_namespace(Id=namespace)["Namespace"]["Arn"], service["Arn"]):
        assert owner_in(cloud_map.list_tags_for_resource(ResourceARN=arn)["Tags"])
    kinds = [entry.kind for entry in mine.ledger.entries()]
    assert {"namespace", "HTTP namespace", "discovery service"} <= set(kinds)
    resources = cleanup.plan(mine).resources
    plan = [(each.kind, each.name) for each in resources if each.kind != "cluster"]
    assert plan == [("discovery service", "back.corp.local"), ("namespace", "corp.local"),
                    ("HTTP namespace", "mesh")]  # fmt: skip
    assert resources[2].cost == "$0.5000 a month" and not resources[3].cost
    assert cleanup.run(mine).clean
    assert cloud_map.list_namespaces()["Namespaces"] == [] == cloud_map.list_services()["Services"]


def test_a_strangers_namespace_is_left_alone(mine, lab):
    stranger = Stranger(lab.place.endpoint)._client("servicediscovery")
    namespace = done(lab, stranger.create_http_namespace(Name="theirs"))
    theirs = stranger.create_service(Name="api", NamespaceId=namespace)["Service"]
    cloud_map = mine.client("servicediscovery")
    for call, given in (
        (cloud_map.delete_namespace, {"Id": namespace}),
        (cloud_map.create_service, {"Name": "mine", "NamespaceId": namespace}),
        (cloud_map.delete_service, {"Id": theirs["Id"]}),
        (cloud_map.register_instance,
         {"ServiceId": theirs["Id"], "InstanceId": "x", "Attributes": {"a": "b"}}),
        (cloud_map.tag_resource, {"ResourceARN": theirs["Arn"], "Tags": []}),
        (mine.ecs.update_cluster, {"cluster": mine.names.cluster,
                                   "serviceConnectDefaults": {"namespace": "theirs"}}),
    ):  # fmt: skip
        with pytest.raises(NotOurs):
            call(**given)
    cleanup.run(mine)
    assert [each["Name"] for each in stranger.list_namespaces()["Namespaces"]] == ["theirs"]
