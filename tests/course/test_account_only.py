"""On a real account goto and undo make nothing: they list and explain. A stand-in says it is one."""

import pytest

from ecslab.errors import SandboxOnly


@pytest.fixture
def account(lab, monkeypatch):
    """The sandbox, called a real account: what must not be asked of one is refused."""

    def refuse(verb, **_):
        raise SandboxOnly(verb, "nothing")

    monkeypatch.setattr(lab, "where", "aws")
    monkeypatch.setattr(lab, "control", refuse)
    return lab


def test_goto_lists_what_is_missing_and_its_hourly_price(account):
    answer = account.goto("05")
    assert repr(answer).splitlines()[0] == (
        "Stage 05, Verify, on a real account: nothing is made for you here."
    )
    assert [step.id for step, _ in answer.steps] == [
        "01.repository", "01.push", "02.cluster", "03.role", "03.log-group", "03.definition", "04.network",
        "04.run",
    ]  # fmt: skip
    assert repr(answer).splitlines()[-4:] == [
        "- 03.definition, Register the task definition (03-task-definition.ipynb), nothing by the hour: "
        "There is no task definition `adgu-web-server-task`.",
        "- 04.network, Let HTTP in (04-run-task.ipynb), nothing by the hour: "
        "There is no security group `adgu-web-server-http`: nothing admits port 80.",
        "- 04.run, Run the task (04-run-task.ipynb), $0.0173 an hour: "
        "No task of `adgu-web-server-task` was run in `adgu-cluster`.",
        "Together: $0.0173 an hour (us-east-1, 2026-06).",
    ]
    assert account.ecr.describe_repositories()["repositories"] == []


def test_goto_with_everything_there(account):
    assert repr(account.goto("01")) == (
        "Stage 01, ECR, on a real account: nothing is made for you here. Everything it builds on is there."
    )
    assert account.goto("01", again=True) == account.goto("01")


def test_clean_up_builds_on_nothing(account):
    assert repr(account.goto("99")) == "Stage 99, Clean up, on a real account: nothing is made for you here."


def test_undo_names_the_call_that_takes_back(account):
    assert repr(account.undo()) == (
        "A real account has no undo: each change is taken back by a call of its own. This lab has changed "
        "nothing yet."
    )
    account.ecs.create_cluster(clusterName="adgu-cluster")
    account.ecs.describe_clusters()
    text = repr(account.undo())
    assert " The last change was `aws ecs create-cluster --cluster-name adgu-cluster" in text
    assert text.endswith("`. What takes it back: `aws ecs delete-cluster …`.")
    assert account.ecs.describe_clusters(clusters=["adgu-cluster"])["clusters"][0]["status"] == "ACTIVE"


def test_nothing_is_simulated_there(account):
    assert repr(account.honesty("01")) == "This is a real account: nothing is simulated."


def test_a_denied_look_is_an_answer(account, monkeypatch):
    from botocore.exceptions import ClientError

    def denied(**_):
        error = {
            "Code": "AccessDeniedException",
            "Message": "not authorized to perform: ecs:DescribeClusters",
        }
        raise ClientError({"Error": error}, "DescribeClusters")

    monkeypatch.setattr(account.ecs, "describe_clusters", denied, raising=False)
    verdict = account.check("02.cluster")
    assert (verdict.outcome.value, verdict.text) == (
        "Look again",
        "This check could not look: AccessDeniedException: not authorized to perform: ecs:DescribeClusters",
    )
