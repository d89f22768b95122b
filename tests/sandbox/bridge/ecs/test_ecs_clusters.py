"""Clusters: made, found, changed and deleted as ECS does it."""

from types import SimpleNamespace

import pytest
from ecs_wire import ACCOUNT, ARN, CALLER
from moto.iam.models import iam_backends

from ecslab.sandbox.bridge.ecs import clusters, state

FRESH = {
    "clusterArn": ARN + "cluster/lab", "clusterName": "lab", "status": "ACTIVE",
    "registeredContainerInstancesCount": 0, "runningTasksCount": 0, "pendingTasksCount": 0,
    "activeServicesCount": 0, "statistics": [], "tags": [],
    "settings": [{"name": "containerInsights", "value": "disabled"}],
    "capacityProviders": [], "defaultCapacityProviderStrategy": [],
}  # fmt: skip


def statuses(answer):
    return [(cluster["clusterName"], cluster["status"]) for cluster in answer["clusters"]]


def test_a_fresh_cluster(ecs):
    assert ecs("CreateCluster", clusterName="lab")["cluster"] == FRESH


def test_the_first_one_brings_the_service_linked_role(ecs):
    ecs("CreateCluster")
    ecs("CreateCluster", clusterName="lab")
    assert [role.name for role in iam_backends[ACCOUNT]["aws"].get_roles()] == ["AWSServiceRoleForECS"]


def test_without_a_name_it_is_called_default(ecs):
    assert ecs("CreateCluster")["cluster"]["clusterName"] == "default"
    assert statuses(ecs("DescribeClusters")) == [("default", "ACTIVE")]


def test_creating_it_again_gives_the_one_that_is_there(ecs):
    tag = [{"key": "a", "value": "b"}]
    ecs("CreateCluster", clusterName="lab", tags=tag)
    assert ecs("CreateCluster", clusterName="lab")["cluster"]["tags"] == tag
    assert ecs("ListClusters")["clusterArns"] == [ARN + "cluster/lab"]


def test_creating_it_again_with_other_settings_is_refused(ecs):
    ecs("CreateCluster", clusterName="lab")
    message = (
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
    )
    with ecs.refuses("InvalidParameterException", message):
        ecs("CreateCluster", clusterName="lab", settings=[{"name": "containerInsights", "value": "enabled"}])


@pytest.mark.parametrize("name", ["ADGU Cluster", "", "a" * 256])
def test_bad_names(ecs, name):
    with ecs.refuses("InvalidParameterException", r"ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$"):
        ecs("CreateCluster", clusterName=name)


def test_describe_shows_settings_and_tags_only_when_asked(ecs):
    ecs("CreateCluster", clusterName="lab", tags=[{"key": "a", "value": "b"}],
        settings=[{"name": "containerInsights", "value": "enabled"}])  # fmt: skip
    [plain] = ecs("DescribeClusters", clusters=["lab"])["clusters"]
    assert (plain["settings"], plain["tags"], plain["statistics"]) == ([], [], [])
    include = ["SETTINGS", "TAGS", "STATISTICS", "CONFIGURATIONS", "ATTACHMENTS"]
    [full] = ecs("DescribeClusters", clusters=["lab"], include=include)["clusters"]
    assert full["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    assert full["tags"] == [{"key": "a", "value": "b"}]
    assert {"name": "RunningFargateTasksCount", "value": "0"} in full["statistics"]


def test_describe_names_what_is_missing(ecs):
    ecs("CreateCluster", clusterName="lab")
    answer = ecs("DescribeClusters", clusters=["nix", ARN + "cluster/lab"])
    assert statuses(answer) == [("lab", "ACTIVE")]
    assert answer["failures"] == [{"arn": ARN + "cluster/nix", "reason": "MISSING"}]


def test_a_deleted_cluster_is_inactive_but_describable(ecs):
    ecs("CreateCluster", clusterName="lab")
    assert ecs("DeleteCluster", cluster="lab")["cluster"]["status"] == "INACTIVE"
    assert statuses(ecs("DescribeClusters", clusters=["lab"])) == [("lab", "INACTIVE")]
    assert ecs("ListClusters")["clusterArns"] == []
    assert ecs("DeleteCluster", cluster="lab")["cluster"]["status"] == "INACTIVE"
    with ecs.refuses("ClusterNotFoundException", "The referenced cluster was inactive."):
        ecs("ListTasks", cluster="lab")
    settings = [{"name": "containerInsights", "value": "enabled"}]
    for operation, members in (
        ("UpdateCluster", {"settings": settings}),
        ("UpdateClusterSettings", {"settings": settings}),
        ("PutClusterCapacityProviders", {"capacityProviders": [], "defaultCapacityProviderStrategy": []}),
    ):
        with ecs.refuses("ClientException", "Cluster was not ACTIVE."):
            ecs(operation, cluster="lab", **members)
    ecs("CreateCluster", clusterName="lab")
    assert statuses(ecs("DescribeClusters", clusters=["lab"])) == [("lab", "ACTIVE")]


def test_what_is_no_identifier(ecs):
    with ecs.refuses("InvalidParameterException", "Invalid identifier: Unexpected number of separators"):
        ecs("ListServices", cluster=f"{ARN}cluster/{ARN}cluster/lab")
    with ecs.refuses("ClusterNotFoundException", "Cluster not found."):
        ecs("ListServices", cluster=f"{ARN}cluster/lab".replace("us-east-1", "eu-west-1"))


def test_deleting_an_unknown_one(ecs):
    with ecs.refuses("ClusterNotFoundException", "Cluster not found."):
        ecs("DeleteCluster", cluster="nix")


@pytest.mark.parametrize("status", ["PROVISIONING", "RUNNING", "DEPROVISIONING"])
def test_tasks_keep_it_from_being_deleted(ecs, status):
    ecs("CreateCluster", clusterName="lab")
    task = SimpleNamespace(last_status=status)
    state.of("us-east-1").clusters["lab"].tasks["t"] = task
    message = "The Cluster cannot be deleted while Tasks are active."
    with ecs.refuses("ClusterContainsTasksException", message):
        ecs("DeleteCluster", cluster="lab")
    task.last_status = "STOPPED"
    assert ecs("DeleteCluster", cluster="lab")["cluster"]["status"] == "INACTIVE"


def test_counters_are_the_tasks_in_those_statuses(ecs):
    ecs("CreateCluster", clusterName="lab")
    cluster = clusters.find(CALLER, "lab")
    cluster.running, cluster.pending = 3, 2
    [seen] = ecs("DescribeClusters", clusters=["lab"])["clusters"]
    assert (seen["runningTasksCount"], seen["pendingTasksCount"]) == (3, 2)


def test_a_long_list_comes_in_pages(ecs):
    for number in range(5):
        ecs("CreateCluster", clusterName=f"lab-{number}")
    first = ecs("ListClusters", maxResults=3)
    rest = ecs("ListClusters", maxResults=3, nextToken=first["nextToken"])
    assert len(first["clusterArns"]) == 3
    assert "nextToken" not in rest
    assert len({*first["clusterArns"], *rest["clusterArns"]}) == 5


@pytest.mark.parametrize("token", ["nonsense", "ZnJvbTp4", "é"])
def test_a_token_that_was_never_given(ecs, token):
    with ecs.refuses("InvalidParameterException", "Invalid token."):
        ecs("ListClusters", nextToken=token)


def test_update_turns_container_insights_on(ecs):
    ecs("CreateCluster", clusterName="lab")
    on = [{"name": "containerInsights", "value": "enhanced"}]
    assert ecs("UpdateCluster", cluster="lab", settings=on)["cluster"]["settings"] == on
    off = [{"name": "containerInsights", "value": "disabled"}]
    assert ecs("UpdateClusterSettings", cluster="lab", settings=off)["cluster"]["settings"] == off


def test_the_account_setting_is_the_default(ecs):
    ecs("PutAccountSetting", name="containerInsights", value="enabled")
    assert ecs("CreateCluster")["cluster"]["settings"] == [{"name": "containerInsights", "value": "enabled"}]


def test_fargate_capacity_providers(ecs):
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 4}, {"capacityProvider": "FARGATE", "base": 1}]
    cluster = ecs("CreateCluster", clusterName="lab", capacityProviders=["FARGATE", "FARGATE_SPOT"],
                  defaultCapacityProviderStrategy=strategy)["cluster"]  # fmt: skip
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cluster["defaultCapacityProviderStrategy"][0] == {
        "capacityProvider": "FARGATE_SPOT", "weight": 4, "base": 0,
    }  # fmt: skip
    bare = ecs("PutClusterCapacityProviders", cluster="lab", capacityProviders=[],
               defaultCapacityProviderStrategy=[])["cluster"]  # fmt: skip
    assert (bare["capacityProviders"], bare["defaultCapacityProviderStrategy"]) == ([], [])


WRONG_STRATEGIES = [
    ([{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
     "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
     "with the cluster. Associate the capacity provider with the cluster and try again."),
    ([{"capacityProvider": "FARGATE"}],
     "There are no capacity providers in the capacity provider strategy with a weight value greater than "
     "zero. Specify a weight value greater than zero for at least one capacity provider and try again."),
    ([{"capacityProvider": "FARGATE", "weight": 1}] * 2,
     "A capacity provider may only be specified once in a strategy."),
    ([{"capacityProvider": "FARGATE", "weight": 1001}],
     "capacityProviderStrategy.weight should be between 0 and 1000."),
    ([{"capacityProvider": "FARGATE", "weight": 1, "base": -1}],
     "capacityProviderStrategy.base should be between 0 and 100000."),
]  # fmt: skip


@pytest.mark.parametrize(("strategy", "message"), WRONG_STRATEGIES)
def test_wrong_strategies(ecs, strategy, message):
    ecs("CreateCluster", clusterName="lab")
    with ecs.refuses("InvalidParameterException", message):
        ecs("PutClusterCapacityProviders", cluster="lab", capacityProviders=["FARGATE"],
            defaultCapacityProviderStrategy=strategy)  # fmt: skip
    assert ecs("DescribeClusters", clusters=["lab"])["clusters"][0]["capacityProviders"] == []


def test_only_one_base(ecs):
    both = ["FARGATE", "FARGATE_SPOT"]
    strategy = [{"capacityProvider": name, "weight": 1, "base": 1} for name in both]
    with ecs.refuses(
        "InvalidParameterException",
        "There are multiple capacity providers in the specified capacity provider strategy with a base value "
        "defined. Specify a base value for only one capacity provider and try again.",
    ):
        ecs("CreateCluster", clusterName="lab", capacityProviders=both,
            defaultCapacityProviderStrategy=strategy)  # fmt: skip


def test_every_account_has_the_fargate_providers(ecs):
    answer = ecs("DescribeCapacityProviders", capacityProviders=["FARGATE", "mine"])
    assert [one["name"] for one in answer["capacityProviders"]] == ["FARGATE"]
    assert answer["failures"] == [{"arn": ARN + "capacity-provider/mine", "reason": "MISSING"}]
    assert len(ecs("DescribeCapacityProviders")["capacityProviders"]) == 2


def test_regions_know_nothing_of_each_other(ecs):
    ecs("CreateCluster", clusterName="lab")
    ecs.caller = type(CALLER)(CALLER.account, "eu-west-1", CALLER.arn)
    assert ecs("ListClusters")["clusterArns"] == []
    with ecs.refuses("ClusterNotFoundException", "Cluster not found."):
        ecs("DeleteCluster", cluster=ARN + "cluster/lab")
