"""Clusters: made, found, changed and deleted as ECS does it."""

from types import SimpleNamespace

import pytest
from ecs_wire import ACCOUNT, ARN, CALLER
from moto.iam.models import iam_backends

from ecslab.sandbox.bridge.ecs import clusters, state
from ecslab.sandbox.bridge.ecs.capacity_providers import checked_strategy
from ecslab.sandbox.bridge.ecs.state import SAMPLED_EVERY

FRESH = {
    "clusterArn": ARN + "cluster/lab", "clusterName": "lab", "status": "ACTIVE",
    "registeredContainerInstancesCount": 0, "runningTasksCount": 0, "pendingTasksCount": 0,
    "activeServicesCount": 0, "statistics": [], "tags": [],
    "settings": [{"name": "containerInsights", "value": "disabled"}],
    "capacityProviders": [], "defaultCapacityProviderStrategy": [],
}  # fmt: skip


NO_LOGS = {"executeCommandConfiguration": {"logging": "NONE"}}


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
    first = ecs("CreateCluster", clusterName="lab", tags=tag)["cluster"]
    ecs("TagResource", resourceArn=ARN + "cluster/lab", tags=[{"key": "a", "value": "c"}])
    ecs("UpdateCluster", cluster="lab", configuration=NO_LOGS)
    for members in ({}, {"tags": tag}, {"settings": [{"name": "containerInsights", "value": "disabled"}]}):
        assert ecs("CreateCluster", clusterName="lab", **members)["cluster"] == first
    assert ecs("ListClusters")["clusterArns"] == [ARN + "cluster/lab"]


OTHER = {
    "settings": [{"name": "containerInsights", "value": "enabled"}],
    "tags": [{"key": "a", "value": "b"}],
    "configuration": NO_LOGS,
    "capacityProviders": ["FARGATE"],
}


@pytest.mark.parametrize("member", OTHER)
def test_creating_it_again_with_something_else_is_refused(ecs, member):
    ecs("CreateCluster", clusterName="lab")
    message = (
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
    )
    with ecs.refuses("InvalidParameterException", message):
        ecs("CreateCluster", clusterName="lab", **{member: OTHER[member]})


def test_a_strategy_asked_for_again_is_the_same(ecs):
    members = {"capacityProviders": ["FARGATE"],
               "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]}  # fmt: skip
    first = ecs("CreateCluster", clusterName="lab", **members)
    assert ecs("CreateCluster", clusterName="lab", **members) == first


def test_the_answers_that_count_clusters(ecs):
    assert ecs("CreateCluster")["clusterCount"] == 1
    assert ecs("CreateCluster", clusterName="lab")["clusterCount"] == 2
    assert ecs("DeleteCluster", cluster="lab")["clusterCount"] == 1
    assert "clusterCount" not in ecs("DescribeClusters")


LOG = {"cloudWatchLogGroupName": "g"}
WRONG_LOGGING = [
    ({"logConfiguration": LOG}, "You must set logging to 'OVERRIDE' when you supply a log configuration."),
    ({"logging": "DEFAULT", "logConfiguration": LOG},
     "You must set logging to 'OVERRIDE' when you supply a log configuration."),
    ({"logging": "OVERRIDE"},
     "A CloudWatch log group name or S3 bucket name must be specified when overriding the default log "
     "configuration."),
]  # fmt: skip


@pytest.mark.parametrize(("command", "message"), WRONG_LOGGING)
def test_where_commands_are_logged(ecs, command, message):
    wrong = {"executeCommandConfiguration": command}
    right = {"executeCommandConfiguration": {"logging": "OVERRIDE", "logConfiguration": LOG}}
    with ecs.refuses("InvalidParameterException", message):
        ecs("CreateCluster", clusterName="lab", configuration=wrong)
    assert ecs("CreateCluster", clusterName="lab", configuration=right)["cluster"]["configuration"] == right
    with ecs.refuses("InvalidParameterException", message):
        ecs("UpdateCluster", cluster="lab", configuration=wrong)


@pytest.mark.parametrize(("setting", "what"), [
    ({"name": "containerInsights", "value": "bad"}, "value"), ({"name": "containerInsights"}, "value"),
    ({"name": "nix", "value": "enabled"}, "name"), ({"value": "enabled"}, "name"),
])  # fmt: skip
@pytest.mark.parametrize("operation", ["CreateCluster", "UpdateCluster", "UpdateClusterSettings"])
def test_settings_there_are_not(ecs, operation, setting, what):
    name = "clusterName" if operation == "CreateCluster" else "cluster"
    ecs("CreateCluster", clusterName="other")
    with ecs.refuses("InvalidParameterException", f"Invalid setting '{what}'"):
        ecs(operation, **{name: "other"}, settings=[setting])


@pytest.mark.parametrize(("operation", "members"), [
    ("UpdateCluster", {"configuration": NO_LOGS}),
    ("UpdateClusterSettings", {"settings": [{"name": "containerInsights", "value": "disabled"}]}),
    ("PutClusterCapacityProviders", {"capacityProviders": [], "defaultCapacityProviderStrategy": []}),
])  # fmt: skip
def test_changing_one_answers_without_its_tags(ecs, operation, members):
    ecs("CreateCluster", clusterName="lab", tags=[{"key": "a", "value": "b"}])
    ecs("UpdateCluster", cluster="lab", configuration=NO_LOGS)
    changed = ecs(operation, cluster="lab", **members)["cluster"]
    assert changed == {**FRESH, "attachments": [], "configuration": NO_LOGS}


def test_a_tag_has_key_and_value(ecs):
    ecs("CreateCluster", clusterName="lab")
    for operation, members in (("CreateCluster", {"clusterName": "other"}),
                               ("TagResource", {"resourceArn": ARN + "cluster/lab"})):  # fmt: skip
        with ecs.refuses("ClientException", "Tag value can not be null."):
            ecs(operation, **members, tags=[{"key": "a", "value": "b"}, {"key": "empty"}])
        with ecs.refuses("ClientException", "Tag key can not be null."):
            ecs(operation, **members, tags=[{"value": "b"}])
    ecs("TagResource", resourceArn=ARN + "cluster/lab", tags=[{"key": "empty", "value": ""}])


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
    assert len(full["statistics"]) == 16
    assert full["statistics"][1] == {"name": "runningFargateTasksCount", "value": "0"}


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


def test_counters_are_samples(ecs):
    ecs("CreateCluster", clusterName="lab")
    cluster = clusters.find(CALLER, "lab")

    def counters():
        [cluster] = ecs("DescribeClusters", clusters=["lab"], include=["STATISTICS"])["clusters"]
        [running] = [
            statistic["value"]
            for statistic in cluster["statistics"]
            if statistic["name"] == "runningFargateTasksCount"
        ]
        assert running == str(cluster["runningTasksCount"])
        return cluster["runningTasksCount"], cluster["pendingTasksCount"]

    ecs.clock.run(until=10 * SAMPLED_EVERY)
    cluster.running.add(3, ecs.clock.now)
    cluster.pending.add(2, ecs.clock.now)
    assert (counters(), counters()) == ((0, 0), (0, 0))
    ecs.clock.run(until=11 * SAMPLED_EVERY)
    cluster.running.add(1, ecs.clock.now)
    assert counters() == (3, 2)
    ecs.clock.run(until=20 * SAMPLED_EVERY)
    assert counters() == (4, 2)


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
     "with the cluster. Associate the capacity provider with the cluster or specify a valid capacity "
     "provider and try again."),
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
        "The specified capacity provider strategy contains multiple capacity providers with a base value "
        "defined. Only one capacity provider per strategy can have a base value defined.",
    ):
        ecs("CreateCluster", clusterName="lab", capacityProviders=both,
            defaultCapacityProviderStrategy=strategy)  # fmt: skip


def test_only_one_base_of_a_service(ecs):
    both = ["FARGATE", "FARGATE_SPOT"]
    with ecs.refuses(
        "InvalidParameterException",
        "There are multiple capacity providers in the specified capacity provider strategy with a base value "
        "greater than zero. Only one capacity provider can have a base value greater than zero. Specify a "
        "valid capacity provider strategy and try again.",
    ):
        strategy = [{"capacityProvider": name, "weight": 1, "base": 1} for name in both]
        checked_strategy(strategy, both, "us-east-1")


def test_every_account_has_the_fargate_providers(ecs):
    answer = ecs("DescribeCapacityProviders", capacityProviders=["FARGATE", "mine"])
    assert [provider["name"] for provider in answer["capacityProviders"]] == ["FARGATE"]
    assert answer["failures"] == [{"arn": ARN + "capacity-provider/mine", "reason": "MISSING"}]
    assert len(ecs("DescribeCapacityProviders")["capacityProviders"]) == 2


def test_regions_know_nothing_of_each_other(ecs):
    ecs("CreateCluster", clusterName="lab")
    ecs.caller = type(CALLER)(CALLER.account, "eu-west-1", CALLER.arn)
    assert ecs("ListClusters")["clusterArns"] == []
    with ecs.refuses("ClusterNotFoundException", "Cluster not found."):
        ecs("DeleteCluster", cluster=ARN + "cluster/lab")
