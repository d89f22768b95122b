"""Where a lab is, what it carries, and what it refuses."""

import pytest
from botocore.exceptions import ClientError

import ecslab
from ecslab.errors import BadName, CannotBeDone, NotThere, StillWaiting


def test_a_place_that_does_not_exist_is_refused_with_those_that_do(tmp_path):
    with pytest.raises(ValueError, match="it can be 'sandbox' or 'aws'"):
        ecslab.connect("azure", home=tmp_path)


def test_a_bad_prefix_is_refused_before_anything_is_started(tmp_path):
    with pytest.raises(BadName):
        ecslab.connect(home=tmp_path, prefix="Ana!")
    assert not list(tmp_path.iterdir())


def test_a_clock_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ValueError, match="it can be 'paced' or 'stepped'"):
        ecslab.connect(home=tmp_path, clock="fast", in_process=True, seed=7)


def test_it_says_where_it_is(lab):
    if lab.where == "sandbox":
        assert repr(lab) == "Lab in the sandbox: account 123456789012, us-east-1"


def test_sandbox_clients_are_blind_to_the_machine(lab, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALLYMINE000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://ecs.us-east-1.amazonaws.com")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    client = lab.client("sqs")
    assert client._request_signer._credentials.access_key != "AKIAREALLYMINE000000"
    assert client.meta.endpoint_url.startswith("http://127.0.0.1")


def test_names_and_tags_of_your_own(lab):
    assert lab.name("adgu/scratch").endswith("adgu/scratch")
    assert lab.owns(lab.tags("ecs")) and lab.owns(lab.tags("iam")) and lab.owns(lab.tags("logs"))
    assert not lab.owns([{"key": "ecslab", "value": "somebody-else"}])


def test_calls_can_be_narrowed_to_a_service_and_to_the_last_ones(lab):
    lab.sts.get_caller_identity()
    lab.ecs.list_clusters()
    lab.ecs.list_task_definition_families()
    assert [call.operation for call in lab.calls("ecs")] == ["ListClusters", "ListTaskDefinitionFamilies"]
    assert [call.operation for call in lab.calls(last=1)] == ["ListTaskDefinitionFamilies"]


def test_a_wait_for_what_never_comes_ends_and_says_so(lab):
    with pytest.raises(StillWaiting, match="for a miracle, and it did not happen"):
        lab.wait(lambda: None, "a miracle", limit=3)


def test_a_wait_hands_back_what_it_saw(lab):
    assert lab.wait(lambda: "there", "it") == "there"


def test_a_control_call_that_the_sandbox_refuses_is_one_clear_error(lab):
    with pytest.raises(CannotBeDone):
        lab.control("no-such-verb")


def test_a_step_out_of_order_names_the_one_before(lab):
    with pytest.raises(NotThere, match=r"next: task_definition.register\(lab\)"):
        ecslab.task.run(lab)
    with pytest.raises(NotThere, match=r"next: execution_role.create\(lab\)"):
        ecslab.task_definition.register(lab)


def test_a_refusal_reads_as_it_does_on_aws(lab):
    with pytest.raises(ClientError) as caught:
        lab.ecs.list_tasks(cluster="nope")
    refusal = "An error occurred (ClusterNotFoundException) when calling the ListTasks operation"
    assert str(caught.value) == f"{refusal}: Cluster not found."
