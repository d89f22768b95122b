"""Services, container instances and account settings: what an account without any answers."""

import pytest
from ecs_wire import ACCOUNT, ARN


@pytest.fixture
def lab(ecs):
    ecs("CreateCluster", clusterName="lab")
    return ecs


def test_services(lab):
    assert lab("ListServices", cluster="lab") == {"serviceArns": []}
    assert lab("DescribeServices", cluster="lab", services=["web"]) == {
        "services": [],
        "failures": [{"arn": ARN + "service/lab/web", "reason": "MISSING"}],
    }
    with lab.refuses("ServiceNotFoundException", "Service not found."):
        lab("UpdateService", cluster="lab", service="web")
    with lab.refuses("ServiceNotFoundException", ""):
        lab("DeleteService", cluster="lab", service="web")


def test_container_instances(lab):
    assert lab("ListContainerInstances", cluster="lab") == {"containerInstanceArns": []}
    assert lab("DescribeContainerInstances", cluster="lab", containerInstances=["i"]) == {
        "containerInstances": [],
        "failures": [{"arn": ARN + "container-instance/lab/i", "reason": "MISSING"}],
    }
    assert lab("ListAttributes", cluster="lab", targetType="container-instance") == {"attributes": []}


@pytest.mark.parametrize("operation", ["ListServices", "ListContainerInstances"])
def test_lists_of_a_cluster_that_is_not_there(lab, operation):
    with lab.refuses("ClusterNotFoundException", "Cluster not found."):
        lab(operation, cluster="nix")


def test_account_settings(ecs):
    assert ecs("ListAccountSettings")["settings"] == []
    effective = ecs("ListAccountSettings", effectiveSettings=True)["settings"]
    assert len(effective) == 12
    setting = ecs("PutAccountSettingDefault", name="containerInsights", value="enabled")["setting"]
    assert setting == {
        "name": "containerInsights", "value": "enabled", "type": "user",
        "principalArn": f"arn:aws:iam::{ACCOUNT}:root",
    }  # fmt: skip
    assert ecs("ListAccountSettings", name="containerInsights", effectiveSettings=True)["settings"] == [
        setting
    ]
    ecs("DeleteAccountSetting", name="containerInsights")
    assert ecs("ListAccountSettings")["settings"] == []


def test_a_value_that_a_setting_cannot_take(ecs):
    message = "containerInsights should be one of [disabled,enabled,enhanced]"
    with ecs.refuses("InvalidParameterException", message):
        ecs("PutAccountSetting", name="containerInsights", value="on")
