"""The guard of a real account on Cloud Map: namespaces and services are whose lab made them."""

import pytest

from ecslab import cleanup, cluster
from ecslab.aws_api.operations import changes
from ecslab.connection.tags import owner_in
from ecslab.errors import NotOurs
from tests.connection.scripted_account import Stranger, lab_on

A = {"DnsRecords": [{"Type": "A", "TTL": 60}]}


@pytest.fixture
def mine(lab, tmp_path):
    own_lab = lab_on(lab.place.endpoint, tmp_path / "mine")
    cluster.create(own_lab)
    return own_lab


def done(lab, begun):
    """The namespace's id, when its operation is over."""
    cloud_map = lab.client("servicediscovery")

    def operation():
        described = cloud_map.get_operation(OperationId=begun["OperationId"])["Operation"]
        return described if described["Status"] == "SUCCESS" else None

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
    for call, request in (
        (cloud_map.delete_namespace, {"Id": namespace}),
        (cloud_map.create_service, {"Name": "mine", "NamespaceId": namespace}),
        (cloud_map.delete_service, {"Id": theirs["Id"]}),
        (cloud_map.register_instance,
         {"ServiceId": theirs["Id"], "InstanceId": "x", "Attributes": {"a": "b"}}),
        (cloud_map.tag_resource, {"ResourceARN": theirs["Arn"], "Tags": []}),
        (mine.ecs.update_cluster, {"cluster": mine.names.cluster,
                                   "serviceConnectDefaults": {"namespace": "theirs"}}),
        (mine.ecs.create_cluster, {"clusterName": "adgu-second",
                                   "serviceConnectDefaults": {"namespace": "theirs"}}),
    ):  # fmt: skip
        with pytest.raises(NotOurs):
            call(**request)
    cleanup.run(mine)
    assert [each["Name"] for each in stranger.list_namespaces()["Namespaces"]] == ["theirs"]


# Namespaces that ECS makes for a cluster's default ----------------------------------------------------------

MESH = {"serviceConnectDefaults": {"namespace": "mesh"}}
BRINGS = {
    "a new cluster": lambda lab: lab.ecs.create_cluster(clusterName="adgu-second", **MESH),
    "a cluster that is there": lambda lab: lab.ecs.update_cluster(cluster=lab.names.cluster, **MESH),
}
by_call = pytest.mark.parametrize("bring", BRINGS.values(), ids=BRINGS)


class Crash(BaseException):
    """The kernel dies."""


def dying(lab):
    """The lab, whose process dies when its next changing call has been carried out, before anybody hears."""

    def die(model, **_):
        if changes(model.service_model.service_name, model.name):
            raise Crash

    lab.place.session.events.register_first("after-call", die)
    for name in ("CreateCluster", "UpdateCluster"):
        lab.place.session.events.register_first(f"after-call.ecs.{name}", die)
    lab._clients.clear()  # clients hear what was registered before they were made
    return lab


def names_of_namespaces(lab):
    return [each["Name"] for each in lab.client("servicediscovery").list_namespaces()["Namespaces"]]


@by_call
def test_a_namespace_that_a_cluster_brings_is_in_the_ledger_and_goes(mine, bring):
    namespace = bring(mine)["cluster"]["serviceConnectDefaults"]["namespace"]
    (entry,) = [entry for entry in mine.ledger.entries() if entry.kind == "HTTP namespace"]
    assert (entry.name, entry.ids, entry.outcome) == ("mesh", (namespace,), "made")
    bring(mine)  # it is there by now, and this lab's
    kinds = [(each.kind, each.name) for each in cleanup.plan(mine).resources]
    assert kinds[-1] == ("HTTP namespace", "mesh")
    assert cleanup.run(mine).clean and names_of_namespaces(mine) == []


@by_call
def test_a_crash_before_the_answer_leaves_it_ours(mine, tmp_path, bring):
    with pytest.raises(Crash):
        bring(dying(lab_on(mine.place.endpoint, tmp_path / "mine")))
    revived = lab_on(mine.place.endpoint, tmp_path / "mine")
    assert "intended" in [each.outcome for each in revived.ledger.entries() if each.kind == "HTTP namespace"]
    bring(revived)
    assert cleanup.run(lab_on(mine.place.endpoint, tmp_path / "mine")).clean
    assert names_of_namespaces(mine) == []


@by_call
def test_clean_up_that_is_killed_after_each_of_its_calls_leaves_nothing(mine, lab, tmp_path, bring):
    with pytest.raises(Crash):
        bring(dying(lab_on(mine.place.endpoint, tmp_path / "mine")))
    receipt, kills = None, 0
    while receipt is None and kills < 20:
        try:
            receipt = cleanup.run(dying(lab_on(mine.place.endpoint, tmp_path / "mine")))
        except Crash:
            kills += 1
            lab.control("advance", seconds=60)  # what was begun goes on
    assert kills >= 2 and receipt.clean and names_of_namespaces(mine) == []
    assert not [each for each in mine.ecs.list_clusters()["clusterArns"] if "adgu" in each]


def test_a_refused_cluster_brings_nothing(mine):
    with pytest.raises(mine.ecs.exceptions.InvalidParameterException):
        mine.ecs.create_cluster(clusterName="no name", **MESH)
    (entry,) = [entry for entry in mine.ledger.entries() if entry.kind == "HTTP namespace"]
    assert entry.outcome == "refused" and names_of_namespaces(mine) == []


def test_a_namespace_that_was_there_is_not_what_the_cluster_brought(lab, tmp_path):
    """In a sandbox there is no guard: a cluster may take a stranger's, and clean-up leaves it alone."""
    stranger = Stranger(lab.place.endpoint)._client("servicediscovery")
    done(lab, stranger.create_http_namespace(Name="mesh"))
    lab.ecs.create_cluster(clusterName="adgu-second", **MESH)
    assert "HTTP namespace" not in [entry.kind for entry in lab.ledger.entries()]
    assert cleanup.run(lab).clean and names_of_namespaces(lab) == ["mesh"]
